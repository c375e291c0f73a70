"""VertXNet (Chen et al., 2022/2024): a U-Net and Mask R-CNN, made one by their agreement."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from spinefm.methods.vertxnet.config import VertXNetConfig
    from spinefm.methods.vertxnet.method import VertXNet

__all__ = ["VertXNet", "VertXNetConfig"]

_PLACES = {"VertXNet": "method", "VertXNetConfig": "config"}


def __getattr__(name: str) -> Any:
    """Import a public name when it is first asked for: reading a trace needs the events only, and no network."""
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
