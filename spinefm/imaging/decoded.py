"""What every film format has in common: limits, the one error, spacing, and grey values scaled to [0, 1]."""

from __future__ import annotations

import math
import struct
import zlib
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from spinefm.core.masks import MOST_PIXELS
from spinefm.core.quantiles import percentiles

KINDS_READ = "PNG, JPEG, TIFF, BMP, DICOM or NIfTI"
"""The kinds of file that are read, as page, command line and messages name them."""
MAX_PIXELS = MOST_PIXELS
"""Largest film, in pixels; checked in the header, before anything is decoded."""
MILLIONS = f"{MAX_PIXELS // 1_000_000} million"
"""The same in words."""
MAX_BYTES = 32 * 1024 * 1024
"""Largest file, in bytes."""
MIN_SIDE = 64
"""Shortest side of a film, in pixels: below this no vertebra can be outlined."""
MAX_ASPECT = 8
"""Longest side over the shortest: a whole spine on one film has 3 or 4; strips cost time and memory for nothing."""
NARROW_RANGE = 0.3
"""A film that uses a smaller share of its number format than this (12 bits in 16, say) is stretched."""
WINDOW_PERCENTILES = (0.1, 99.9)
"""Grey values that become black and white when a film is stretched."""
INNER_PERCENTILES = (0.5, 99.5)
FAR = 0.5
"""Where black or white would lie farther outside the inner percentiles than this share of the range between them,
the inner ones are taken: so little of a film is a marker or a dead row of the detector."""
BULK_PERCENTILES, TAIL = (5.0, 95.0), 2.0
"""Values farther from the bulk of a film than so many times its range may be letters; the letters lie twice as far."""
ALIKE, NEARLY = 0.1, 0.01
"""Least share of such values that must be nearly the utmost one, as of letters: a small field on a black film has many
values. How far these lie apart, as a share of the tail: lossy compression blurs them."""
GAP = 0.5
"""Values beyond a gap of this share of the range are not the picture's where they are few and alike."""
IN_GAP = 0.001
"""Share of the pixels that may lie in such a gap: the soft edges of letters."""
MOST_BEYOND = 0.25
"""Largest share of the pixels beyond a gap that is left out, such as markers and letters. Of one value, as a film's
frame is, all are left out, if so large a share remains."""
FAR_FROM_ZERO = 16.0
"""Values of more than 16 bits that lie farther from 0 than so many times their range need float64: in float32, which
has 24 bits, their greys would fall together."""
SAMPLE = 1 << 18
"""Pixels that are enough to look for a gap."""
SPACING_RANGE = (0.01, 5.0)
"""Believable millimetres per pixel: finer than any detector, and coarser than shows a vertebra."""
SQUARE = 0.01
"""Share by which the height and width of a pixel may differ: that of rounding."""
COLOURED = 0.06
"""Mean spread between a picture's colour channels, in [0, 1], above which it counts as coloured."""
LUMINANCE = (0.299, 0.587, 0.114)
"""Weights of red, green and blue (ITU-R BT.601)."""
DAMAGE = (
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    MemoryError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    struct.error,
    zlib.error,
)
"""What Pillow, pydicom and their decoders raise on damaged or unsupported files."""


class UnreadableFilm(ValueError):
    """A film that cannot be read; its message is one sentence that says what is wrong and what to do."""


@dataclass(frozen=True)
class Spacing:
    """Millimetres per pixel, the same in x and y, and where the number comes from."""

    mm: float
    source: str


def not_square(rows: float, columns: float, unit: str = "") -> tuple[str, ...]:
    """The note on pixels of this height and width; none on square ones."""
    if abs(rows - columns) <= SQUARE * max(rows, columns):
        return ()
    size = f"{rows:g} x {columns:g} {unit}".rstrip()
    return (
        f"The pixels are not square ({size}), so lengths are given in pixels, and both they and angles are distorted.",
    )


def unusable(name: str) -> str:
    """The note on a spacing, of that name in the file, that is no size of a pixel."""
    return f"The file's {name} is not two lengths from {SPACING_RANGE[0]:g} to {SPACING_RANGE[1]:g} mm and was ignored."


def scale_fault(mm: float) -> str:
    """The sentence on so many millimetres per pixel where no film has them; "" where one may.

    Example:
        >>> scale_fault(140), scale_fault(0.14)
        ('A film has 0.01 to 5 mm per pixel, not 140: check the scale.', '')
    """
    low, high = SPACING_RANGE
    return "" if low <= mm <= high else f"A film has {low:g} to {high:g} mm per pixel, not {mm:g}: check the scale."


@dataclass(frozen=True, eq=False)
class Decoded:
    """A decoded file: pixels (H, W) float32 in [0, 1] as its own polarity says, and what is known about them."""

    pixels: NDArray[np.float32]
    format: str
    bits: int
    spacing: Spacing | None = None
    notes: tuple[str, ...] = ()


def check_size(width: int, height: int) -> None:
    """Raise UnreadableFilm when a film of this size, as its header states it, is too large or too small."""
    if width * height > MAX_PIXELS:
        raise UnreadableFilm(
            f"The film has {width} x {height} pixels, more than the {MILLIONS} allowed: reduce its size and try again."
        )
    if min(width, height) < MIN_SIDE:
        raise UnreadableFilm(
            f"The film has only {width} x {height} pixels, and each side needs at least {MIN_SIDE}: "
            "give the film at its full size."
        )
    if max(width, height) > MAX_ASPECT * min(width, height):
        raise UnreadableFilm(
            f"The film has {width} x {height} pixels, more than {MAX_ASPECT} times as long as wide: "
            "give the radiograph itself, not a strip of it."
        )


def check_values(values: NDArray[Any]) -> None:
    """Raise UnreadableFilm when grey values are not numbers or are all equal."""
    low, high = values.min(), values.max()  # NaN wherever one value is
    if not (np.isfinite(low) and np.isfinite(high)):
        raise UnreadableFilm("The film contains NaN or infinite grey values: export it again with finite ones.")
    if low == high:
        raise UnreadableFilm("The film has the same grey value everywhere, so it shows nothing: check the export.")


def scaled(
    values: NDArray[Any], full: tuple[float, float] | None, counted: NDArray[Any] | None = None
) -> tuple[NDArray[np.float32], tuple[str, ...]]:
    """Grey values (H, W) scaled to [0, 1] float32, and a note when they were stretched.

    `full` is the range of the number format; None when the values' scale means nothing (float and 32-bit files).
    A film that uses little of its range, or has none, is windowed at percentiles of its own values, or of those that
    are `counted` (any shape).
    """
    check_values(values)
    low, high = ends(values[::2, ::2] if counted is None else counted)
    if full is not None and high - low >= NARROW_RANGE * (full[1] - full[0]):
        return windowed(values, *full), ()
    if high <= low:
        low, high = float(values.min()), float(values.max())
    note = f"The grey values from {low:g} to {high:g} were stretched to the full range."
    return windowed(values, float(low), float(high)), (note,)


def ends(values: NDArray[Any]) -> tuple[float, float]:
    """The grey values that become black and white; few that lie far from all others, such as markers, do not count."""
    near = _without_tails(values)
    near = _near(near, *percentiles(near, WINDOW_PERCENTILES))
    low, high = percentiles(near, WINDOW_PERCENTILES)
    few = near[::2, ::2] if near.ndim == 2 else near[::4]  # a quarter tells as much, in a quarter of the time
    dark, bright = percentiles(few, INNER_PERCENTILES)
    spread = bright - dark
    if spread <= 0:
        return low, high
    return (dark if dark - low > FAR * spread else low), (bright if high - bright > FAR * spread else high)


def _without_tails(values: NDArray[Any]) -> NDArray[Any]:
    """The values (any shape) without letters and metal far from all but a tenth of them; all where there are none."""
    few = sample(values, SAMPLE)
    (low, high), (dark, bright) = percentiles(few, WINDOW_PERCENTILES), percentiles(few, BULK_PERCENTILES)
    reach = TAIL * (bright - dark)
    if not reach:
        return values
    if low < dark - 2 * reach and _is_tail(few[few < dark - reach], few.min()):
        values = values[values >= dark - reach]
    if high > bright + 2 * reach and _is_tail(few[few > bright + reach], few.max()):
        values = values[values <= bright + reach]
    return values


def _is_tail(beyond: NDArray[Any], utmost: float) -> bool:
    """Whether so many of the values `beyond` a film's bulk are nearly the `utmost` that they are letters or metal."""
    away = np.abs(beyond.astype(np.float64) - utmost)
    return bool((away <= NEARLY * away.max()).mean() >= ALIKE)


def _near(values: NDArray[Any], low: float, high: float) -> NDArray[Any]:
    """The values (any shape) without those beyond a gap in the range from `low` to `high`; all where there is none.

    Of the two groups that a gap divides, the picture is the one with more different values.
    """
    ordered = np.sort(np.clip(sample(values, SAMPLE).ravel(), low, high).astype(_precision(values, low, high)))
    reach = 1 + int(IN_GAP * ordered.size)
    gaps = ordered[reach:] - ordered[:-reach]
    place = int(gaps.argmax()) if gaps.size else 0
    if not gaps.size or gaps[place] <= GAP * (high - low):
        return values
    below, above = ordered[: place + 1], ordered[place + reach :]
    if _may_be_left_out(above, below):
        return values[values <= below[-1]]
    if _may_be_left_out(below, above):
        return values[values >= above[0]]
    return values


def _may_be_left_out(beyond: NDArray[Any], picture: NDArray[Any]) -> bool:
    """Whether the values `beyond` a gap show less than those on its other side."""
    share = beyond.size / (beyond.size + picture.size)
    most = 1 - MOST_BEYOND if np.ptp(beyond) == 0 else MOST_BEYOND
    return share <= most and bool(np.ptp(beyond) < np.ptp(picture))


def sample(values: NDArray[Any], most: int) -> NDArray[Any]:
    """At most about `most` of the values (H, W) or (N,), evenly spread."""
    step = max(1, math.isqrt(values.size // most) if values.ndim == 2 else values.size // most)
    return values[::step, ::step] if values.ndim == 2 else values[::step]


def windowed(values: NDArray[Any], low: float, high: float) -> NDArray[np.float32]:
    """Values (H, W) with `low` at 0 and `high` at 1, clipped, float32."""
    if values.dtype == np.uint8:  # each byte is computed once
        return np.asarray(cv2.LUT(values, windowed(np.arange(256), low, high)), np.float32)
    precise = _precision(values, low, high)
    shown: NDArray[Any] = values.astype(precise)  # a copy, and the only one: films are large
    shown -= precise(low)
    shown /= precise(high - low)
    return np.clip(shown, 0, 1, out=shown).astype(np.float32, copy=False)


def _precision(values: NDArray[Any], low: float, high: float) -> type[np.float32 | np.float64]:
    """The type in which values from `low` to `high` are subtracted."""
    if values.dtype.itemsize <= 2 or values.dtype == np.float32:
        return np.float32
    return np.float64 if max(abs(low), abs(high)) > FAR_FROM_ZERO * (high - low) else np.float32


def to_luminance(colours: NDArray[Any], white: float) -> tuple[NDArray[np.float32], tuple[str, ...]]:
    """Luminance (H, W) in [0, 1] of colours (H, W, 3) from 0 to `white`, and a note when they really are coloured."""
    spread = float(np.ptp(colours[::4, ::4], axis=-1).mean()) / white
    notes = ("The image is in colour; its luminance was used.",) if spread > COLOURED else ()
    grey = np.zeros(colours.shape[:2], np.float32)
    for channel, weight in enumerate(LUMINANCE):  # one at a time: no copy of all three as floats
        grey += colours[..., channel] * np.float32(weight / white)
    return grey, notes
