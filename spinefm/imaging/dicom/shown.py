"""From stored values to brightness as the header says it is to be shown: padding, tables, windows, colours."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.pixels.processing import convert_color_space

from spinefm.imaging.decoded import (
    DAMAGE,
    NARROW_RANGE,
    UnreadableFilm,
    check_values,
    ends,
    sample,
    scaled,
    to_luminance,
)
from spinefm.imaging.dicom.header import PixelFormat, numbers, tables, text, windows
from spinefm.imaging.dicom.palette import through_palette
from spinefm.imaging.dicom.stored import Stored
from spinefm.imaging.dicom.tables import read_table

Shown = tuple[NDArray[np.float32], tuple[str, ...]]
Window = Callable[[NDArray[Any]], NDArray[np.float32]]

LEAST_INSIDE = 0.2
"""A window that leaves fewer of the picture's pixels between black and white hides it. A window that is no wider than
the vertebrae of a film leaves 0.23, and one for values of a quarter of the size 0.1."""
EDGE = 0.01
"""Brightness so near to black or white counts as either."""
FLAT = 0.05
"""Values that each have more than this share of the pixels are a film's frame, collimation or blank background."""
SHAPES = {"IDENTITY": "MONOCHROME2", "INVERSE": "MONOCHROME1"}
"""The shapes of a presentation's table, and the grey values that each goes with."""
JUDGED = 1 << 16
"""Pixels that a window is judged by."""


def brightness(stored: Stored, header: Dataset, form: PixelFormat) -> Shown:
    """Brightness (H, W) in [0, 1] and what was done that the header does not say."""
    check_values(stored.values)
    if form.samples == 3:
        pixels, notes = _of_colours(_as_rgb(stored), float((1 << stored.bits) - 1))
        return pixels, notes + _positive(pixels, form)
    if form.photometric == "PALETTE COLOR":
        return _of_colours(*through_palette(stored.values, header, _little_endian(header)))
    return _of_grey(stored, header, form)


def _of_colours(colours: NDArray[Any], white: float) -> Shown:
    """Brightness of colours (H, W, 3), stretched where they use little of their range."""
    grey, notes = to_luminance(colours, white)
    pixels, stretched = scaled(grey, (0.0, 1.0))
    return pixels, notes + stretched


def _as_rgb(stored: Stored) -> NDArray[Any]:
    """Colours (H, W, 3) as red, green and blue; of deep luminance and chroma, the luminance three times."""
    if not stored.ybr:
        return stored.values
    if stored.bits <= 8:
        return convert_color_space(stored.values.astype(np.uint8), "YBR_FULL", "RGB")
    return np.broadcast_to(stored.values[..., :1], stored.values.shape)


def _of_grey(stored: Stored, header: Dataset, form: PixelFormat) -> Shown:
    padding = _padding(stored, header)
    values = _modality(stored.values, header)
    pixels, notes = _windowed(values, padding, header)
    notes += _positive(pixels, form) + _contradicted(header, form)
    if padding is not None:
        pixels[padding] = 0
        notes = (*notes, f"{padding.mean():.0%} of the pixels are padding by the file's header and were made black.")
    return pixels, notes


def _positive(pixels: NDArray[np.float32], form: PixelFormat) -> tuple[str, ...]:
    """Invert pixels whose low values are bright, in place; and the note on it."""
    if form.photometric != "MONOCHROME1":
        return ()
    np.subtract(1, pixels, out=pixels)
    return ("The file is MONOCHROME1 (low values bright); its values were inverted.",)


def _contradicted(header: Dataset, form: PixelFormat) -> tuple[str, ...]:
    """The note on a PresentationLUTShape of the other polarity (PS3.3, C.8.11.3.1.2), of which programs make either."""
    shape = text(header, "PresentationLUTShape").upper()
    if SHAPES.get(shape, form.photometric) == form.photometric:
        return ()
    return (
        f"The file's PresentationLUTShape ({shape}) contradicts its PhotometricInterpretation ({form.photometric}), "
        "which was followed.",
    )


def _padding(stored: Stored, header: Dataset) -> NDArray[np.bool_] | None:
    """(H, W): pixels that pad the picture (PS3.3, C.7.5.1.1.2); None where there are none, or nothing else."""
    prefix = "Float" if stored.values.dtype.kind == "f" else ""
    ends = [*(numbers(header, f"{prefix}PixelPaddingValue") or []), *_padding_limit(header, prefix)]
    if not ends:
        return None
    ends = [_as_stored(end, stored) for end in ends]
    mask = (stored.values >= min(ends)) & (stored.values <= max(ends))
    return mask if mask.any() and not mask.all() else None


def _as_stored(end: float, stored: Stored) -> float:
    """A padding value as the picture has it: some write a signed one as an unsigned number, or the other way round."""
    if stored.values.dtype.kind == "i" and end >= 1 << 15 and stored.bits <= 16:
        return end - (1 << 16)
    return end + (1 << 16) if stored.values.dtype.kind == "u" and end < 0 else end


def _padding_limit(header: Dataset, prefix: str) -> list[float]:
    return numbers(header, f"{prefix}PixelPaddingRangeLimit") or []


def _modality(values: NDArray[Any], header: Dataset) -> NDArray[Any]:
    """Values through the modality's table, or its slope and intercept; absent and empty ones change nothing."""
    items = tables(header, "ModalityLUTSequence")
    if items:
        return read_table(items[0], values.dtype.kind == "i", _little_endian(header))(values)
    slope, intercept = _one(header, "RescaleSlope", 1.0), _one(header, "RescaleIntercept", 0.0)
    if slope == 0:
        raise UnreadableFilm(
            "The DICOM file's RescaleSlope (0028,1053) is 0, which hides the whole image: export the film again."
        )
    if (slope, intercept) == (1.0, 0.0):
        return values
    return values.astype(np.float32) * np.float32(slope) + np.float32(intercept)


def _one(header: Dataset, keyword: str, default: float) -> float:
    values = numbers(header, keyword)
    if values is None or len(values) > 1:
        raise UnreadableFilm(f"The DICOM file's {keyword} is not a single number: export the film again.")
    return values[0] if values else default


def _windowed(values: NDArray[Any], padding: NDArray[np.bool_] | None, header: Dataset) -> Shown:
    """Values (H, W) through the file's first table or window that shows the picture, else stretched."""
    counted = values[::2, ::2] if padding is None else values[~padding]
    refused = ""
    for window in _windows(header, bool(values.min() < 0)):
        if window is None:
            refused = "The file's window is not valid and was ignored."
            continue
        if _shows(window, counted):
            return window(values), (refused,) if refused else ()
        refused = "The file's window hides the picture and was ignored."
    pixels, notes = scaled(values, None, counted)
    return pixels, (*notes, refused) if refused else notes


def _shows(window: Window, counted: NDArray[Any]) -> bool:
    """Whether a window leaves the picture visible: few of its values black or white, and in use most of the range."""
    values = sample(counted, JUDGED)
    shown = window(values)
    low, high = ends(shown)
    inside = ((shown > EDGE) & (shown < 1 - EDGE))[~_flat(values)]
    return high - low >= NARROW_RANGE and bool(inside.size) and float(inside.mean()) >= LEAST_INSIDE


def _flat(values: NDArray[Any]) -> NDArray[np.bool_]:
    """Which values (any shape) are among those that fill much of the picture; none where these fill all of it."""
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    flat = (counts > FLAT * values.size)[places].reshape(values.shape)
    return flat if not flat.all() else np.zeros_like(flat)


def _windows(header: Dataset, negative: bool) -> Iterator[Window | None]:
    """The file's tables, then its windows, in their order; None for one that is not valid.

    `negative`: whether the values to be shown go below zero, and a table's first input may.
    """
    for item in tables(header, "VOILUTSequence"):
        yield _table_window(item, negative, _little_endian(header))
    function = text(header, "VOILUTFunction").upper() or "LINEAR"
    for window in windows(header):
        yield window and _function_window(function, *window)


def _table_window(item: Dataset, negative: bool, little_endian: bool) -> Window | None:
    """A table from values to brightness in [0, 1]."""
    try:
        table = read_table(item, negative, little_endian)
    except (UnreadableFilm, *DAMAGE):
        return None
    return lambda values: table(values).astype(np.float32) / np.float32(table.white)


def _function_window(function: str, centre: float, width: float) -> Window | None:
    """A window as its function spreads it over [0, 1] (PS3.3, C.11.2.1.2 and C.11.2.1.3)."""
    if width < 1 if function == "LINEAR" else width <= 0:
        return None
    if function == "LINEAR":
        return lambda values: _line(values, centre - 0.5 - (width - 1) / 2, max(width - 1, 1e-6))
    if function == "LINEAR_EXACT":
        return lambda values: _line(values, centre - width / 2, width)
    if function == "SIGMOID":
        return lambda values: _sigmoid(_line(values, centre, width / 4, bounded=False))
    return None


def _line(values: NDArray[Any], start: float, length: float, bounded: bool = True) -> NDArray[np.float32]:
    """`start` at 0 and `start + length` at 1, clipped to [0, 1] unless not `bounded`."""
    shown = values.astype(np.float32)  # a copy, and the only one: films are large
    shown -= np.float32(start)
    shown /= np.float32(length)
    limit = 1 if bounded else 80  # exp(80) is a float32
    return np.clip(shown, 0 if bounded else -limit, limit, out=shown)


def _sigmoid(values: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.reciprocal(1 + np.exp(-values), dtype=np.float32)


def _little_endian(header: Dataset) -> bool:
    return header.original_encoding[1] is not False
