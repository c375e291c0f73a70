"""NIfTI files of one slice, seen as pictures: x to the right, y down."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinefm.core.foreign import gunzip, read_bytes
from spinefm.core.masks import MOST_PIXELS
from spinefm.core.words import counted
from spinefm.imaging.nifti import as_picture, is_oriented, picture_axes

MOST_OFF = 0.1
"""How far a value may be from an id: bytes hold 26 levels in steps of that."""
MOST_BYTES = MOST_PIXELS * 8 + (1 << 20)


def is_nifti(path: Path) -> bool:
    """Whether a file is called as NIfTI files are."""
    return path.name.lower().endswith((".nii", ".nii.gz"))


def read_nifti(path: Path, film: Path | None = None) -> NDArray[np.int32]:
    """The ids of a label map of one slice, (H, W) int32. Raises ValueError for several slices or other values.

    Of a NIfTI film and a map of its shape one alone may have an orientation; the map then lies on it voxel by voxel.
    """
    values, image = _slice_of(_unpacked(read_bytes(path, MOST_BYTES), path.name))
    return as_picture(whole_ids(values), image if film is None or not is_nifti(film) else _guide(image, film))


def _guide(image: Any, film: Path) -> Any:
    """The image whose axes a map has: its own, or the film's."""
    other = _image(_unpacked(read_bytes(film, MOST_BYTES), film.name))
    shapes = [[side for side in one.shape if side > 1] for one in (image, other)]
    return other if shapes[0] == shapes[1] and is_oriented(image) != is_oriented(other) else image


def whole_ids(values: NDArray[Any]) -> NDArray[np.int32]:
    """Values of any number type as ids. Raises ValueError for others than whole numbers that ids can be.

    Ids that were stored in steps of a scale are off by half a step; those between two ids are off by more.
    """
    ids = np.round(values) if values.dtype.kind == "f" else values.astype(np.int64)
    off = np.abs(ids - values).max(initial=0) if values.dtype.kind == "f" else 0
    if not off <= MOST_OFF or np.abs(ids).max(initial=0) > np.iinfo(np.int32).max:
        raise ValueError("it contains values other than ids")
    return ids.astype(np.int32)


def nifti_size(data: bytes, name: str) -> tuple[int, int] | None:
    """(width, height) of the picture in a NIfTI file; None where it has several slices."""
    image = _image(_unpacked(data, name))
    shape = [side for side in image.shape if side > 1]
    if len(shape) != 2:
        return None
    columns, rows, _ = picture_axes(image)
    return int(image.shape[columns]), int(image.shape[rows])


def _unpacked(data: bytes, name: str) -> bytes:
    return gunzip(data, MOST_BYTES) if name.lower().endswith(".gz") else data


def _image(data: bytes) -> Any:
    """The file as nibabel sees it; no value is read yet. Raises ValueError for what is no NIfTI file."""
    import nibabel
    from nibabel.filebasedimages import ImageFileError

    for kind in (nibabel.Nifti1Image, nibabel.Nifti2Image):
        try:
            return kind.from_bytes(data)
        except (ImageFileError, nibabel.spatialimages.HeaderDataError):
            continue
    raise ValueError("it is not a NIfTI file")


def _slice_of(data: bytes) -> tuple[NDArray[Any], Any]:
    """The values of the one slice (first axis, second axis), and the image."""
    image = _image(data)
    shape = tuple(side for side in image.shape if side > 1)
    if len(shape) != 2:
        raise ValueError(f"it has {counted(len(shape), 'axis', 'axes')}, and a film's label map has two")
    if shape[0] * shape[1] > MOST_PIXELS:
        raise ValueError(f"it has {shape[0]} x {shape[1]} pixels, more than any film")
    values = np.asanyarray(image.dataobj).reshape(shape)
    if values.dtype.kind not in "biuf" or not np.isfinite(values).all():
        raise ValueError("it contains values other than whole numbers")
    return values, image
