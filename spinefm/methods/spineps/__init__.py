"""SPINEPS (Möller et al. 2024), its two phases in two dimensions: centres, cutouts, fusion, names."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spinefm.methods.spineps.config import SpinepsConfig
    from spinefm.methods.spineps.method import Spineps

__all__ = ["Spineps", "SpinepsConfig"]

_PLACES = {"Spineps": "method", "SpinepsConfig": "config"}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for: reading a trace needs the events only, and no network."""
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
