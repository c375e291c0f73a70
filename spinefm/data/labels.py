"""What labels are made of, whatever the data set: level names, polygons, boxes and maps of VerSe ids, each checked."""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from spinefm.core.geometry import Box
from spinefm.core.levels import Level
from spinefm.core.masks import MOST_PIXELS, Mask
from spinefm.data.case import DamagedCase

LEVEL_NAME = re.compile(r"(?<![A-Za-z0-9])([CTL]\d{1,2}|S1)(?![A-Za-z0-9])", re.IGNORECASE)
"""A level inside a label's text, such as "C5", "vertebra C5" or "c5_body"."""
MAP_MODES = ("L", "P", "I;16", "I")
"""Pictures of one channel of whole numbers."""


FAULTS = (
    *(OSError, EOFError, zlib.error, zipfile.BadZipFile),
    *(ValueError, LookupError, TypeError, AttributeError, OverflowError),
)
"""What reading a broken file can raise."""


@contextmanager
def label_of(title: str) -> Iterator[None]:
    """Whatever goes wrong inside becomes a DamagedCase that names the label by its `title`."""
    try:
        yield
    except FAULTS as error:
        raise DamagedCase(f"The label {title} cannot be read ({_cause(error)}); mend or remove it.") from error


def _cause(error: Exception) -> str:
    """An error in words that name no file: a missing entry carries only its name, a file's error its whole path."""
    if isinstance(error, KeyError):
        return f"{error} is missing or no level"
    if isinstance(error, OSError):
        return error.strerror or "its film or mask is damaged"
    return str(error)


def level_in(text: str) -> Level | None:
    """The level that a label names; None where it names none, or more than one."""
    found = {name.upper() for name in LEVEL_NAME.findall(text.replace("_", " "))} & set(Level.__members__)
    return Level[found.pop()] if len(found) == 1 else None


def polygon_of(name: str, points: Any) -> NDArray[np.float64]:
    """A polygon (N, 2) of (x, y) film pixels. Raises ValueError for what is none."""
    polygon = np.asarray(points, float)
    if polygon.ndim != 2 or polygon.shape[1] != 2 or len(polygon) < 3 or not np.isfinite(polygon).all():
        raise ValueError(f"the polygon of {name} is no list of at least three points (x, y)")
    return polygon


def box_of(name: str, corners: Any) -> Box:
    """A box from x0, y0, x1, y1 in film pixels, rounded. Raises ValueError for what is none."""
    values = np.asarray(corners, float)
    if values.shape != (4,) or not np.isfinite(values).all():
        raise ValueError(f"the box of {name} is not x0, y0, x1, y1")
    box = Box(*(int(round(value)) for value in values.tolist()))
    if box.is_empty:
        raise ValueError(f"the box of {name} holds no pixel")
    return box


def size_of(label: str, width: Any, height: Any) -> tuple[int, int]:
    """A film's (width, height) as a label states it. Raises ValueError where no film can have it."""
    size = (int(width), int(height))
    if min(size) < 1 or size[0] * size[1] > MOST_PIXELS:
        raise ValueError(f"{label} states a film of {size[0]} x {size[1]} pixels")
    return size


def read_map(path: Path, size: tuple[int, int] | None) -> NDArray[np.int32]:
    """A label map (H, W) of ids from a grey or palette picture; `size` is the film's (width, height) where known.

    Raises ValueError for a picture of several channels or of another size.
    """
    with Image.open(path) as picture:
        if picture.mode not in MAP_MODES:
            raise ValueError(f"the label map {path.name} is no picture of one channel of ids")
        if size is not None and picture.size != size:
            raise ValueError(f"the label map {path.name} has {picture.size} pixels, the film {size}")
        return np.asarray(picture).astype(np.int32)


def masks_of_map(labels: NDArray[np.int32]) -> dict[Level, Mask]:
    """The masks of a map of VerSe ids. Raises ValueError for an id that is no level."""
    return {Level(int(value)): Mask.from_array(labels == value) for value in np.unique(labels) if value}


def cut_by_edge(mask: Mask, size: tuple[int, int]) -> bool:
    """Whether a body reaches the edge of a film of `size` (width, height), so that part of it may be missing."""
    box = mask.box
    return box.x0 <= 0 or box.y0 <= 0 or box.x1 >= size[0] or box.y1 >= size[1]
