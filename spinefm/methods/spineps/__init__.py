"""SPINEPS (Möller et al. 2024), its two phases in two dimensions: centres, cutouts, fusion, names."""

from spinefm.methods.spineps.method import Spineps, SpinepsSettings

__all__ = ["Spineps", "SpinepsSettings"]
