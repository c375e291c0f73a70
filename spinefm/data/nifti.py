"""NIfTI files of one slice, seen as pictures: x to the right, y down."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinefm.core.foreign import gunzip, read_bytes
from spinefm.core.masks import MOST_PIXELS

MOST_BYTES = MOST_PIXELS * 8 + (1 << 20)
UNIT = 1e-3
"""Voxel sides that differ from 1 mm by less say nothing: arrays saved without a scale have them."""


def is_nifti(path: Path) -> bool:
    """Whether a file is called as NIfTI files are."""
    return path.name.lower().endswith((".nii", ".nii.gz"))


def read_nifti(path: Path) -> NDArray[np.int32]:
    """The ids of a label map of one slice, (H, W) int32. Raises ValueError for several slices or other values."""
    values, affine = _slice_of(_unpacked(read_bytes(path, MOST_BYTES), path.name))
    ids = np.round(values)
    if not np.array_equal(ids, values) or np.abs(ids).max(initial=0) > np.iinfo(np.int32).max:
        raise ValueError("it holds other values than ids")
    return as_picture(ids.astype(np.int32), affine)


def nifti_size(data: bytes, name: str) -> tuple[int, int] | None:
    """(width, height) of the picture in a NIfTI file; None where it has several slices."""
    image = _image(_unpacked(data, name))
    shape = [side for side in image.shape if side > 1]
    if len(shape) != 2:
        return None
    columns, rows, _ = _axes(image)
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
    raise ValueError("it is no NIfTI file")


def _slice_of(data: bytes) -> tuple[NDArray[Any], Any]:
    """The values of the one slice (first axis, second axis), and the image."""
    image = _image(data)
    shape = tuple(side for side in image.shape if side > 1)
    if len(shape) != 2:
        raise ValueError(f"it has {len(shape)} axes, and a film's label map has two")
    if shape[0] * shape[1] > MOST_PIXELS:
        raise ValueError(f"it has {shape[0]} x {shape[1]} pixels, more than any film")
    values = np.asanyarray(image.dataobj).reshape(shape)
    if values.dtype.kind not in "biuf" or not np.isfinite(values).all():
        raise ValueError("it holds other values than whole numbers")
    return values, image


def as_picture(values: NDArray[Any], image: Any) -> NDArray[Any]:
    """The slice's values (first axis, second axis) as a picture (H, W).

    A file's affine is believed where the voxels have a real size: then x runs to the patient's left or back, and y to
    the back or the feet, as radiographs are looked at. Without a size the first axis is x, the second y down.
    """
    columns, rows, flips = _axes(image)
    picture = values.T if columns < rows else values
    return np.ascontiguousarray(picture[:: -1 if flips[1] else 1, :: -1 if flips[0] else 1])


def _axes(image: Any) -> tuple[int, int, tuple[bool, bool]]:
    """The image's axes that run along the picture's columns and rows, and whether each is to be turned round."""
    first, second = (index for index, side in enumerate(image.shape[:3]) if side > 1)
    if not _has_scale(image, first, second):
        return first, second, (False, False)
    towards = image.affine[:3, [first, second]]  # columns: the world direction of each axis, right, front and top
    world = np.argmax(np.abs(towards), axis=0)
    signs = [bool(towards[axis, index] > 0) for index, axis in enumerate(world)]
    if world[0] > world[1]:  # the first axis runs down the body
        return second, first, (signs[1], signs[0])
    return first, second, (signs[0], signs[1])


def _has_scale(image: Any, first: int, second: int) -> bool:
    """Whether the header gives an orientation and a voxel size other than the 1 of an unscaled array."""
    header = image.header
    known = int(header["sform_code"]) > 0 or int(header["qform_code"]) > 0
    zooms = header.get_zooms()
    return known and any(abs(float(zooms[axis]) - 1) > UNIT for axis in (first, second))
