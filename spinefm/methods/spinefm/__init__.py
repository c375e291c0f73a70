"""SpineFM (Simons and Papiez, 2025), in running order: locate, propose, segment, check, classify, induction, finish."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spinefm.methods.spinefm.config import SpineFMConfig
    from spinefm.methods.spinefm.method import SpineFMMethod

__all__ = ["SpineFMConfig", "SpineFMMethod"]

_PLACES = {"SpineFMMethod": "method", "SpineFMConfig": "config"}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for: reading a trace needs the events only, and no network."""
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
