"""Which bodies of a phantom count: those that can be seen on its film."""

from spinefm.legibility import LEGIBLE, contrast

__all__ = ["LEGIBLE", "contrast"]
