"""What every film format has in common: limits, the one error, spacing, and grey values scaled to [0, 1]."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

MAX_PIXELS = 25_000_000
"""Largest film, in pixels; checked in the header, before anything is decoded."""
MAX_BYTES = 32 * 1024 * 1024
"""Largest file, in bytes."""
MIN_SIDE = 64
"""Shortest side of a film, in pixels: below this no vertebra can be outlined."""
NARROW_RANGE = 0.3
"""A film that uses a smaller share of its number format than this (12 bits in 16, say) is stretched."""
WINDOW_PERCENTILES = (0.1, 99.9)
"""Grey values that become black and white when a film is stretched."""
COLOURED = 0.06
"""Mean spread between a picture's colour channels, in [0, 1], above which it counts as coloured."""
LUMINANCE = np.array([0.299, 0.587, 0.114], np.float32)
"""Weights of red, green and blue (ITU-R BT.601)."""


class UnreadableFilm(ValueError):
    """A film that cannot be read; its message is one sentence that says what is wrong and what to do."""


@dataclass(frozen=True)
class Spacing:
    """Millimetres per pixel, the same in x and y, and where the number comes from."""

    mm: float
    source: str


@dataclass(frozen=True, eq=False)
class Decoded:
    """A decoded file: pixels (H, W) float32 in [0, 1] as its own polarity says, and what is known about them."""

    pixels: NDArray[np.float32]
    format: str
    bits: int
    spacing: Spacing | None = None
    notes: tuple[str, ...] = ()
    dicom: Mapping[str, str] = field(default_factory=dict)


def check_size(width: int, height: int) -> None:
    """Raise UnreadableFilm when a film of this size, as its header states it, is too large or too small."""
    if width * height > MAX_PIXELS:
        raise UnreadableFilm(
            f"The film has {width} x {height} pixels, more than the {MAX_PIXELS // 1_000_000} million allowed: "
            "reduce its size and try again."
        )
    if min(width, height) < MIN_SIDE:
        raise UnreadableFilm(
            f"The film has only {width} x {height} pixels, and each side needs at least {MIN_SIDE}: "
            "give the film at its full size."
        )


def check_values(values: NDArray[Any]) -> None:
    """Raise UnreadableFilm when grey values are not numbers or are all the same."""
    if not np.isfinite(values).all():
        raise UnreadableFilm("The film contains NaN or infinite grey values: export it again with finite ones.")
    if values.min() == values.max():
        raise UnreadableFilm("The film has the same grey value everywhere, so it shows nothing: check the export.")


def scaled(values: NDArray[Any], full: tuple[float, float] | None) -> tuple[NDArray[np.float32], tuple[str, ...]]:
    """Grey values (H, W) scaled to [0, 1] float32, and a note when they were stretched.

    `full` is the range of the number format; None when the values' scale means nothing (float and 32-bit files).
    A film that uses little of its range, or has none, is windowed at percentiles of its own values.
    """
    check_values(values)
    low, high = np.percentile(values[::2, ::2], WINDOW_PERCENTILES)
    if full is not None and high - low >= NARROW_RANGE * (full[1] - full[0]):
        return windowed(values, *full), ()
    if high <= low:
        low, high = float(values.min()), float(values.max())
    note = f"The grey values from {low:g} to {high:g} were stretched to the full range."
    return windowed(values, float(low), float(high)), (note,)


def windowed(values: NDArray[Any], low: float, high: float) -> NDArray[np.float32]:
    """Values (H, W) with `low` at 0 and `high` at 1, clipped, float32."""
    return np.clip((values.astype(np.float32) - np.float32(low)) / np.float32(high - low), 0, 1, dtype=np.float32)


def to_luminance(colours: NDArray[np.float32]) -> tuple[NDArray[np.float32], tuple[str, ...]]:
    """Luminance (H, W) of colours (H, W, 3) in [0, 1], and a note when they really are coloured."""
    spread = float(np.ptp(colours[::4, ::4], axis=-1).mean())
    notes = ("The picture is coloured; its luminance was used.",) if spread > COLOURED else ()
    return np.asarray(colours @ LUMINANCE, np.float32), notes
