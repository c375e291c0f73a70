"""What labels are made of, whatever the data set: their sentence, sizes, and maps of ids as pictures."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from spinefm.core.foreign import foreign_input, read_bytes
from spinefm.core.masks import MOST_PIXELS, Mask
from spinefm.data.case import DamagedCase
from spinefm.data.films import open_picture, orientation, picture_size
from spinefm.data.names import Names
from spinefm.data.nifti import is_nifti, read_nifti, whole_ids
from spinefm.imaging import tiff
from spinefm.imaging.deep import SIDEWAYS
from spinefm.imaging.radiograph import UnreadableFilm, read
from spinefm.imaging.raster import is_unsaid, is_white_zero

MOST_MAP_BYTES = MOST_PIXELS * 8 + (1 << 20)
"""Bytes of the largest map with numbers of 64 bits."""


@dataclass(frozen=True)
class Conventions:
    """What the user says about labels: names beside the built-in ones, and whose ids label maps hold ("": VerSe's)."""

    names: Names = field(default_factory=Names)
    ids: str = ""

    @property
    def title(self) -> str:
        """What differs from the built-in conventions, as one line; "" for nothing."""
        own = [f"{label}={level.name if level else 'none'}" for label, level in sorted(self.names.own.items())]
        return "; ".join([*([f"ids {self.ids}"] if self.ids else []), *own])


@contextmanager
def label_of(title: str) -> Iterator[None]:
    """Whatever is wrong with the label read inside becomes a DamagedCase that names it by its `title`."""
    with foreign_input(lambda reason: DamagedCase(f"The label {title} cannot be read ({reason}); fix or remove it.")):
        yield


def stated_size(width: Any, height: Any) -> tuple[int, int] | None:
    """A film's (width, height) as its label states it; None where it has none or, as some programs write then, 0."""
    sides = [float(side or 0) for side in (width, height)]
    return size_of("it", *sides) if all(sides) else None


def size_of(label: str, width: Any, height: Any) -> tuple[int, int]:
    """A film's (width, height) as a label states it. Raises ValueError where no film can have it."""
    size = (int(width), int(height))
    if min(size) < 1 or size[0] * size[1] > MOST_PIXELS:
        raise ValueError(f"{label} states a film of {size[0]} x {size[1]} pixels")
    return size


def agreed_size(stated: tuple[int, int] | None, film: tuple[int, int] | None) -> tuple[int, int]:
    """The size that label and film agree on, each None where unknown. Raises ValueError where they do not."""
    size = film or stated
    if size is None:
        raise ValueError("neither the label nor the film states a size")
    if stated and film and stated != film:
        raise ValueError(
            f"it is drawn on a film of {stated[0]} x {stated[1]} pixels, but the film has {film[0]} x {film[1]}"
        )
    return size


def size_on_film(stated: tuple[int, int] | None, film: Path) -> tuple[int, int]:
    """The size that label and film agree on; a film is read where neither header nor label states one.

    Raises:
        ValueError: they do not agree.
        DamagedCase: the film cannot be read; a film that has a size is read later.
    """
    size = picture_size(film)
    if size is None and stated is None:
        try:
            size = read(film, polarity="keep").size
        except UnreadableFilm as error:
            raise DamagedCase(f"The film cannot be read: {error}") from error
    return agreed_size(stated, size)


def read_map(path: Path, size: tuple[int, int] | None, film: Path | None = None) -> NDArray[np.int32]:
    """A label map (H, W) of ids from a grey or palette picture or a NIfTI file of one slice.

    size: the upright film's (width, height) where known. A map drawn on the film before its orientation was applied
    is rotated as the `film` is. Raises ValueError for a picture of several channels or of another size.
    """
    labels = read_nifti(path, film) if is_nifti(path) else _read_picture(path)
    if size is None or (labels.shape[1], labels.shape[0]) == size:
        return labels
    rotated = rotated_by(labels, orientation_of(film))
    agreed_size((rotated.shape[1], rotated.shape[0]), size)
    return rotated


def _read_picture(path: Path) -> NDArray[np.int32]:
    """The ids of a picture, upright as its own orientation says."""
    data = read_bytes(path, MOST_MAP_BYTES)
    try:
        with open_picture(io.BytesIO(data)) as picture:  # Pillow scrambles a rotated TIFF that it opens by its name
            if picture.format == "JPEG":
                raise ValueError("it is a JPEG, which mixes ids where they meet; save the label map as PNG")
            values = (
                None if picture.mode != "1" and (is_white_zero(picture) or is_unsaid(picture)) else _values_of(picture)
            )
    except UnidentifiedImageError:
        if not data.startswith(tiff.MARKS):
            raise
        values = None
    return whole_ids(_one_channel(tiff.stored(data) if values is None else values, path.name))


def _values_of(picture: Image.Image) -> NDArray[Any]:
    """The values of a picture, (H, W) or (H, W, samples); of one bit those that are drawn."""
    picture.load()  # which rotates a TIFF, and else it would be rotated twice
    values = np.asarray(ImageOps.exif_transpose(picture))
    if picture.mode == "P":
        _check_palette(values, np.reshape(picture.getpalette() or [], (-1, 3)))
    return ~values if is_white_zero(picture) else values


def _check_palette(values: NDArray[np.uint8], palette: NDArray[np.int64]) -> None:
    """Refuse several ids that a palette (N, 3) shows as other greys: programs that pack grey maps number them again.

    They leave no number out and no grey twice. A palette of colours only shows ids, and one of the greys of their own
    numbers says the same twice.
    """
    used = np.unique(values)
    is_packed = np.array_equal(used, np.arange(len(used))) and len(used) <= len(palette)
    used = used[(used > 0) & (used < len(palette))]
    shown = palette[used]
    is_packed &= bool((shown == shown[:, :1]).all()) and len(np.unique(shown[:, 0])) == len(used)
    if len(used) > 1 and is_packed and (shown[:, 0] != used).any():
        greys, ids = (", ".join(map(str, numbers[:3])) for numbers in (shown[:, 0], used))
        raise ValueError(
            f"its pixels hold the numbers {ids} …, which its palette shows as the greys {greys} …, so it is not clear "
            "which are the ids; save it in grey, without a palette"
        )


def _one_channel(values: NDArray[Any], name: str) -> NDArray[Any]:
    """The values (H, W) of a map: one number a pixel, or the same in all its colours; 0 where it is transparent.

    Raises ValueError for colours.
    """
    if values.ndim == 2:
        return values
    samples = values.shape[2]
    colours = values[..., : 1 if samples == 2 else 3]
    if (colours != colours[..., :1]).any():
        raise ValueError(f"the label map {name} is not an image with one channel of ids")
    return np.where(values[..., -1] == 0, 0, colours[..., 0]) if samples in (2, 4) else colours[..., 0]


def rotated_by(values: NDArray[Any], code: int) -> NDArray[Any]:
    """An array (H, W) rotated upright as the EXIF orientation `code` says."""
    rotated = values.T if code in SIDEWAYS else values
    rotated = rotated[::-1] if code in (3, 4, 7, 8) else rotated
    return np.ascontiguousarray(rotated[:, ::-1] if code in (2, 3, 6, 7) else rotated)


def orientation_of(film: Path | bytes | None) -> int:
    """The EXIF orientation of a film; 1 for none, and for films that are no pictures."""
    if film is None or (isinstance(film, Path) and is_nifti(film)):
        return 1
    try:
        with open_picture(film if isinstance(film, Path) else io.BytesIO(film)) as picture:
            return orientation(picture)
    except OSError:  # DICOM, a rare kind of picture, or a damaged one
        return 1


def cut_by_edge(mask: Mask, size: tuple[int, int]) -> bool:
    """Whether a body reaches the edge of a film of `size` (width, height), so that part of it may be missing."""
    box = mask.box
    return box.x0 <= 0 or box.y0 <= 0 or box.x1 >= size[0] or box.y1 >= size[1]
