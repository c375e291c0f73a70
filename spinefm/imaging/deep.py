"""Pictures as values with channels, of any number type: grey, colours and opacity to brightness, rotated upright."""

from __future__ import annotations

from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from spinefm.imaging.decoded import check_values, scaled, to_luminance

Number = TypeVar("Number", bound=np.generic)
Shown = tuple[NDArray[np.float32], tuple[str, ...]]

HIDDEN = "The film's transparency hides all of it and was ignored."
"""The note on a film whose every pixel is fully transparent."""
LEAST_SEEN = 0.005
"""Share of the pixels below which transparent ones, such as round corners, are not worth a note."""
TURNS: dict[int | None, tuple[bool, int, bool]] = {
    2: (False, 0, True),
    3: (False, 2, False),
    4: (False, 2, True),
    5: (True, 0, False),
    6: (False, -1, False),
    7: (True, 2, False),
    8: (False, 1, False),
}
"""What undoes an EXIF orientation: whether to transpose, quarters to turn, whether to mirror, in this order."""
SIDEWAYS = (5, 6, 7, 8)
"""EXIF orientations that exchange width and height."""


def shown(values: NDArray[Any], opacity: NDArray[Any] | None = None) -> Shown:
    """Brightness of values (H, W) or (H, W, 3), composited on black where their `opacity` (H, W) says so; notes."""
    check_values(values)
    if values.ndim == 2 and opacity is None:
        return scaled(values, full_range(values))
    colours = values if values.ndim == 3 else np.broadcast_to(values[..., None], (*values.shape, 3))
    grey, notes = to_luminance(colours, _white(values))
    if opacity is not None and not opacity.any():
        notes = (*notes, HIDDEN)
    elif opacity is not None:
        grey *= opacity * np.float32(1 / _white(opacity))
        notes += on_black(float((opacity < _white(opacity)).mean()))
    pixels, stretched = scaled(grey, (0.0, 1.0))
    return pixels, notes + stretched


def on_black(share: float) -> tuple[str, ...]:
    """The note on a film of which this share of the pixels is more or less transparent."""
    return (f"{share:.0%} of the pixels are transparent and were shown on black.",) if share >= LEAST_SEEN else ()


def full_range(values: NDArray[Any]) -> tuple[float, float] | None:
    """The range of values' type where it means something: up to 16 bits, or floats that stay within [0, 1]."""
    if values.dtype.kind == "u" and values.dtype.itemsize <= 2:
        return (0.0, float(np.iinfo(values.dtype.name).max))
    if values.dtype.kind == "f" and values.min() >= 0 and values.max() <= 1:
        return (0.0, 1.0)
    return None


def upright(pixels: NDArray[Number], orientation: int | None) -> NDArray[Number]:
    """Pixels (H, W, …) rotated as an EXIF orientation says."""
    transpose, quarters, mirror = TURNS.get(orientation, (False, 0, False))
    rotated = np.rot90(pixels.swapaxes(0, 1) if transpose else pixels, quarters)
    return rotated[:, ::-1] if mirror else rotated


def _white(values: NDArray[Any]) -> float:
    """The value that means white, or opaque: the type's largest, or 1 for floats, or the largest beyond that."""
    if values.dtype.kind == "f":
        return max(1.0, float(values.max()))
    return float(np.iinfo(values.dtype.name).max)
