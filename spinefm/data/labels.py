"""What labels are made of, whatever the data set: their sentence, sizes, and maps of ids as pictures."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

from spinefm.core.foreign import foreign_input
from spinefm.core.masks import MOST_PIXELS, Mask
from spinefm.data.case import DamagedCase
from spinefm.data.films import open_picture, orientation
from spinefm.data.names import Names
from spinefm.data.nifti import is_nifti, read_nifti

MAP_MODES = ("1", "L", "P", "I;16", "I;16B", "I")
"""Pictures of one channel of whole numbers."""


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


def read_map(path: Path, size: tuple[int, int] | None, film: Path | None = None) -> NDArray[np.int32]:
    """A label map (H, W) of ids from a grey or palette picture or a NIfTI file of one slice.

    size: the upright film's (width, height) where known. A map drawn on the film before its orientation was applied
    is turned as the `film` is. Raises ValueError for a picture of several channels or of another size.
    """
    labels = read_nifti(path) if is_nifti(path) else _read_picture(path)
    if size is None or (labels.shape[1], labels.shape[0]) == size:
        return labels
    turned = _turned_as(labels, film)
    agreed_size((turned.shape[1], turned.shape[0]), size)
    return turned


def _read_picture(path: Path) -> NDArray[np.int32]:
    """The ids of a picture, upright as its own orientation says."""
    with open_picture(path) as picture:
        if picture.format == "JPEG":
            raise ValueError("it is a JPEG, which mixes ids where they meet; save the label map as PNG")
        if picture.mode not in MAP_MODES:
            raise ValueError(f"the label map {path.name} is not an image with one channel of ids")
        return np.asarray(ImageOps.exif_transpose(picture)).astype(np.int32)


def _turned_as(labels: NDArray[np.int32], film: Path | None) -> NDArray[np.int32]:
    """A map turned upright as the orientation of its film says."""
    if film is None or is_nifti(film):
        return labels
    with open_picture(film) as picture:
        code = orientation(picture)
    if code == 1:
        return labels
    image = Image.fromarray(labels)
    image.getexif()[0x0112] = code
    return np.asarray(ImageOps.exif_transpose(image)).astype(np.int32)


def cut_by_edge(mask: Mask, size: tuple[int, int]) -> bool:
    """Whether a body reaches the edge of a film of `size` (width, height), so that part of it may be missing."""
    box = mask.box
    return box.x0 <= 0 or box.y0 <= 0 or box.x1 >= size[0] or box.y1 >= size[1]
