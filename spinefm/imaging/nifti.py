"""Films in NIfTI files of one slice, also inside gzip: x to the right, y down, as radiographs are looked at."""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinefm.core.words import counted
from spinefm.imaging.decoded import (
    DAMAGE,
    MAX_PIXELS,
    SPACING_RANGE,
    SQUARE,
    Decoded,
    Spacing,
    UnreadableFilm,
    check_size,
    check_values,
    not_square,
    scaled,
    to_luminance,
    unusable,
)
from spinefm.imaging.kinds import is_nifti

MOST_UNPACKED = 8 * MAX_PIXELS + (1 << 20)
"""Bytes of the largest film with values of 64 bits, and its header."""
HEADER_BYTES = 352
UNIT = 1e-3
"""Pixels whose sides differ from 1 mm by less say nothing: arrays saved without a scale have them."""
MILLIMETRES = {"meter": 1e3, "micron": 1e-3}
"""Millimetres in the units that a header may state; without one they are millimetres."""
DIGITS = 6
"""Digits of a spacing that a header's 32 bits hold."""
COLOURS = ("R", "G", "B")
DIFFERS = "The file's pixdim and affine state different sizes of a pixel; pixdim was used."
DAMAGED = "The NIfTI file is truncated or damaged: export the film again."


def decode(data: bytes) -> Decoded:
    """Decode a NIfTI file of one slice.

    Raises:
        UnreadableFilm: whatever is wrong with the file.
    """
    try:
        return _decode(_image(data))
    except UnreadableFilm:
        raise
    except (*DAMAGE, AssertionError) as error:
        raise UnreadableFilm(DAMAGED) from error


def unpacked(data: bytes) -> bytes | None:
    """The NIfTI file inside gzip data; None where something else is packed.

    Raises:
        UnreadableFilm: it is larger than any film, or damaged.
    """
    unpacker = zlib.decompressobj(wbits=31)
    try:
        head = unpacker.decompress(data, HEADER_BYTES)
        if not is_nifti(head):
            return None
        rest = unpacker.decompress(unpacker.unconsumed_tail, MOST_UNPACKED)
    except zlib.error as error:
        raise UnreadableFilm(DAMAGED) from error
    if unpacker.unconsumed_tail:
        raise UnreadableFilm("The NIfTI file unpacks to more than any film: reduce its size and try again.")
    return head + rest


def _image(data: bytes) -> Any:
    """The file as nibabel sees it; no value is read yet."""
    import nibabel

    if data[344:347] == b"ni1" or data[4:7] == b"ni2":
        raise UnreadableFilm("The NIfTI header has its values in a second file: save the film as one .nii file.")
    kind = nibabel.Nifti2Image if data[4:7] == b"n+2" else nibabel.Nifti1Image
    try:
        return kind.from_bytes(data)
    except Exception as error:  # nibabel's own errors share no base
        raise UnreadableFilm(DAMAGED) from error


def _decode(image: Any) -> Decoded:
    sides = [index for index, side in enumerate(image.shape) if side > 1]
    if len(sides) != 2:
        raise UnreadableFilm(
            f"The NIfTI file has {counted(len(sides), 'axis', 'axes')} ({' x '.join(map(str, image.shape))}) "
            "and a film has two: give one radiograph, not a volume."
        )
    columns, rows, _ = picture_axes(image)
    check_size(int(image.shape[columns]), int(image.shape[rows]))
    values = np.asanyarray(image.dataobj).reshape([image.shape[index] for index in sides])
    bits = int(image.header["bitpix"])
    spacing, scale = _spacing(image, columns, rows)
    if (values.dtype.names or ())[: len(COLOURS)] == COLOURS:
        values = np.stack([values[name] for name in COLOURS], axis=-1)
        grey, notes = to_luminance(as_picture(values, image), 255.0)
        pixels, stretched = scaled(grey, (0.0, 1.0))
        return Decoded(pixels, "NIfTI", bits, spacing, notes + stretched + scale)
    if values.dtype.kind not in "iuf":
        raise UnreadableFilm("The NIfTI file contains no grey values: export the film again.")
    picture = as_picture(values, image)
    check_values(picture)
    byte = values.dtype == np.uint8
    pixels, notes = scaled(picture, (0.0, 255.0) if byte else None)
    return Decoded(pixels, "NIfTI", bits, spacing, notes + scale)


def _spacing(image: Any, columns: int, rows: int) -> tuple[Spacing | None, tuple[str, ...]]:
    """The size of a pixel, where the header states one and it is square; and notes on one of no use, and on two."""
    sizes, name = _sizes(image, columns, rows)
    if _says_nothing(sizes):
        return None, ()
    across, down = sizes * MILLIMETRES.get(image.header.get_xyzt_units()[0], 1.0)
    if not np.isfinite(sizes).all():
        return None, (unusable(name),)
    if distorted := not_square(down, across, "mm"):
        return None, distorted
    if not SPACING_RANGE[0] <= across <= SPACING_RANGE[1]:
        return None, (unusable(name),)
    other = _affine_sizes(image, columns, rows)
    differs = other is not None and np.abs(other - sizes).max() > SQUARE * sizes.max()
    return Spacing(float(f"{across:.{DIGITS}g}"), f"NIfTI {name}"), (DIFFERS,) if differs else ()


def _sizes(image: Any, first: int, second: int) -> tuple[NDArray[np.float64], str]:
    """The size (2,) of a pixel along two axes in the header's unit, and what states it: the affine if pixdim is 1."""
    zooms = image.header.get_zooms()
    stated = np.array([zooms[first], zooms[second]], np.float64)
    other = _affine_sizes(image, first, second)
    return (other, "affine") if other is not None and _says_nothing(stated) else (stated, "pixdim")


def _affine_sizes(image: Any, first: int, second: int) -> NDArray[np.float64] | None:
    """The size (2,) of a pixel along two axes by the affine; None where that means nothing, or has no such axes."""
    if not _is_known(image) or max(first, second) > 2:
        return None
    return np.linalg.norm(np.asarray(image.affine[:3, [first, second]], np.float64), axis=0)


def _says_nothing(sizes: NDArray[np.float64]) -> bool:
    """Whether a size is the 1 of an array without a scale."""
    return bool((np.abs(sizes - 1) <= UNIT).all())


def _is_known(image: Any) -> bool:
    """Whether the header says that its affine means something."""
    return int(image.header["sform_code"]) > 0 or int(image.header["qform_code"]) > 0


def as_picture(values: NDArray[Any], image: Any) -> NDArray[Any]:
    """A slice's values (first axis, second axis, …) as a picture (H, W, …).

    A file's affine is believed where the pixels have a real size: then x runs to the patient's left or back, and y to
    the back or the feet, as radiographs are looked at. Without a size the first axis is x, the second y down.
    """
    columns, rows, flips = picture_axes(image)
    picture = values.swapaxes(0, 1) if columns < rows else values
    return np.ascontiguousarray(picture[:: -1 if flips[1] else 1, :: -1 if flips[0] else 1])


def picture_axes(image: Any) -> tuple[int, int, tuple[bool, bool]]:
    """The image's axes that run along the picture's columns and rows, and whether each is to be reversed."""
    first, second = (index for index, side in enumerate(image.shape) if side > 1)
    if not is_oriented(image):
        return first, second, (False, False)
    towards = image.affine[:3, [first, second]]  # columns: the world direction of each axis, right, front and top
    world = np.argmax(np.abs(towards), axis=0)
    signs = [bool(towards[axis, index] > 0) for index, axis in enumerate(world)]
    if world[0] > world[1]:  # the first axis runs down the body
        return second, first, (signs[1], signs[0])
    return first, second, (signs[0], signs[1])


def is_oriented(image: Any) -> bool:
    """Whether the affine of an image of one slice is believed."""
    first, second = (index for index, side in enumerate(image.shape) if side > 1)
    return second <= 2 and _is_known(image) and not _says_nothing(_sizes(image, first, second)[0])
