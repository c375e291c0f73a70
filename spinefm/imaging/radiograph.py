"""A radiograph, read from a PNG, JPEG, TIFF, BMP, DICOM or NIfTI file, or taken from an array.

Whatever the file's depth and polarity, a `Radiograph` holds float32 pixels in [0, 1] in which bone is bright.
Limits are checked in the header, before anything is decoded, and every refusal is an `UnreadableFilm` with one
sentence. Nothing of a file's metadata is kept but the spacing.
"""

from __future__ import annotations

import hashlib
import re
import stat
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from spinefm.imaging import nifti
from spinefm.imaging import raster as pictures
from spinefm.imaging.decoded import (
    KINDS_READ,
    MAX_BYTES,
    MAX_PIXELS,
    MIN_SIDE,
    Decoded,
    Spacing,
    UnreadableFilm,
    check_size,
    check_values,
    scale_fault,
    scaled,
)
from spinefm.imaging.kinds import is_dicom, is_gzip, is_nifti, is_picture, named_kind
from spinefm.imaging.polarity import is_inverted

__all__ = ["MAX_BYTES", "MAX_PIXELS", "MIN_SIDE", "Provenance", "Radiograph", "Spacing", "UnreadableFilm", "read"]

Polarity = Literal["auto", "keep", "invert"]
"""What to do about inverted films: recognise and invert them, take them as they are, or invert this one."""

SURROGATE = re.compile(r"[\ud800-\udfff]")
"""What Python puts in the place of a byte that is no UTF-8."""
ROTATED = re.compile(r"The film was (?:rotated|turned) clockwise by (90|180|270)°")
"""The note that a rotation leaves; results of 0.2.0 say "turned"."""
READ = f"{KINDS_READ} file"
"""What is read, as messages name it."""


@dataclass(frozen=True)
class Provenance:
    """Where a film comes from, its bits a pixel in the file, what was done to read it, and the file's sha256 if any."""

    name: str
    format: str
    bits: int
    inverted: bool = False
    notes: tuple[str, ...] = ()
    sha256: str | None = None


@dataclass(frozen=True, eq=False)
class Radiograph:
    """A lateral radiograph: pixels (H, W) float32 in [0, 1], bone bright; spacing in mm per pixel or None."""

    pixels: NDArray[np.float32]
    spacing: Spacing | None
    provenance: Provenance

    @property
    def height(self) -> int:
        """Number of rows."""
        return int(self.pixels.shape[0])

    @property
    def width(self) -> int:
        """Number of columns."""
        return int(self.pixels.shape[1])

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) in pixels."""
        return self.width, self.height

    def rotated(self, quarters: int) -> Radiograph:
        """This film rotated clockwise by so many quarters, with a note: every coordinate is then the rotated film's."""
        if quarters % 4 == 0:
            return self
        note = (
            f"The film was rotated clockwise by {90 * (quarters % 4)}°: all coordinates are those of the rotated film."
        )
        provenance = replace(self.provenance, notes=(note, *self.provenance.notes))
        return Radiograph(np.ascontiguousarray(np.rot90(self.pixels, -quarters)), self.spacing, provenance)

    @classmethod
    def from_array(
        cls,
        array: NDArray[Any],
        spacing: Spacing | None = None,
        name: str = "array",
        polarity: Polarity = "keep",
    ) -> Radiograph:
        """A film from grey values (H, W): unsigned integers over their type's range, signed ones, or floats.

        Values that use little of that range, signed integers and floats outside [0, 1] are stretched at percentiles,
        with a note.
        Raises UnreadableFilm for what is no array, a mask, another shape or type, a size or spacing beyond the limits,
        NaN, infinity or one grey value.
        """
        _refuse_no_greys(array)
        if spacing is not None and (fault := scale_fault(spacing.mm)):
            raise UnreadableFilm(fault)
        check_size(array.shape[1], array.shape[0])
        pixels, notes = scaled(array, _range_of(array))
        return _finish(Decoded(pixels, "array", 8 * array.dtype.itemsize, spacing, notes), name, polarity)


def current_polarity(name: str) -> str:
    """The polarity of a stored plan by its name of today: before 0.13.0 "invert" was called "turn"."""
    return "invert" if name == "turn" else name


def quarters_rotated(notes: Iterable[str]) -> int:
    """By how many quarters a film with these notes was rotated clockwise since it was read, 0 to 3.

    Example:
        >>> quarters_rotated(["The film was rotated clockwise by 270°: all coordinates are those of the rotated film."])
        3
    """
    return sum(int(found[1]) // 90 for note in notes if (found := ROTATED.match(note))) % 4


def _refuse_no_greys(array: NDArray[Any]) -> None:
    """Raise UnreadableFilm for what is no plain array of grey values (H, W)."""
    if not isinstance(array, np.ndarray):
        raise UnreadableFilm(
            f"Grey values are a NumPy array, not {type(array).__name__}: convert them by numpy.asarray."
        )
    if isinstance(array, np.ma.MaskedArray):
        raise UnreadableFilm("The array has a mask, which a film cannot have: fill it by array.filled first.")
    if array.ndim != 2 or array.dtype.kind not in "uif":
        raise UnreadableFilm(
            f"The array has shape {array.shape} and type {array.dtype}: give grey values (height, width)."
        )


def _range_of(array: NDArray[Any]) -> tuple[float, float] | None:
    """The range that means black to white for an array's values, or None."""
    if array.dtype.kind == "u":
        return 0.0, float(np.iinfo(array.dtype.name).max)
    in_unit = array.dtype.kind == "f" and array.min() >= 0 and array.max() <= 1
    return (0.0, 1.0) if in_unit else None


def read(source: Path | str | bytes | BinaryIO, name: str | None = None, polarity: Polarity = "auto") -> Radiograph:
    """Read one film from a path, its bytes or a binary stream; the content says which format it is.

    `name` goes into the provenance (default: the file's name). Raises UnreadableFilm when the
    file is missing, a pipe or device, no image, damaged, too large or too small, has several frames, or shows nothing;
    ValueError for a polarity other than these three.
    """
    data = _bytes_of(source)
    film = _finish(_decode(data), printable(name or _name_of(source)), polarity)
    return replace(film, provenance=replace(film.provenance, sha256=hashlib.sha256(data).hexdigest()))


def _bytes_of(source: Path | str | bytes | BinaryIO) -> bytes:
    """The file's content; refuses what is missing, a folder, empty or too large before reading all of it."""
    if isinstance(source, (str, Path)):
        data = _content_of(Path(source))
    else:
        data = source if isinstance(source, bytes) else source.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise UnreadableFilm(f"The file is larger than {MAX_BYTES >> 20} MB: reduce the film's size and try again.")
    if not data:
        raise UnreadableFilm("The file is empty: copy or export the film again.")
    return data


def _content_of(path: Path) -> bytes:
    """What a file holds, up to one byte more than is allowed; a pipe or device could go on for ever."""
    try:
        if not _is_regular(path):
            raise UnreadableFilm("This is a pipe, socket or device, not a file: give the film's file.")
        with path.open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except IsADirectoryError as error:
        raise UnreadableFilm("This is a folder: give the film files in it.") from error
    except FileNotFoundError as error:
        raise UnreadableFilm("There is no such file: check its name and folder.") from error
    except (OSError, ValueError) as error:  # ValueError: a NUL in the name
        if isinstance(error, UnreadableFilm):
            raise
        raise UnreadableFilm("The file cannot be opened: check its name and your permission to read it.") from error


def _is_regular(path: Path) -> bool:
    mode = path.stat().st_mode
    return stat.S_ISREG(mode) or stat.S_ISDIR(mode)


def _name_of(source: Path | str | bytes | BinaryIO) -> str:
    return Path(source).name if isinstance(source, (str, Path)) else "film"


def printable(name: str) -> str:
    """A text, such as a file's name, with a replacement character for each byte that is no UTF-8.

    Example:
        >>> printable("kr\\udcf6ger.png") == "kr\\ufffdger.png"
        True
    """
    return SURROGATE.sub("\ufffd", name)


def _decode(data: bytes) -> Decoded:
    """Decode by content: DICOM by its mark, others by theirs, and DICOM without a mark as the last resort."""
    if is_dicom(data):
        return _decode_dicom(data)
    if is_picture(data):
        return pictures.decode(data)
    if is_gzip(data):
        return _decode_gzip(data)
    if is_nifti(data):
        return nifti.decode(data)
    kind = named_kind(data)
    if kind:
        raise UnreadableFilm(f"The file is {kind}, which is not supported: give a {READ}.")
    return _decode_dicom(data)


def _decode_gzip(data: bytes) -> Decoded:
    """Decode a NIfTI file inside gzip; nothing else is unpacked."""
    content = nifti.unpacked(data)
    if content is None:
        raise UnreadableFilm(f"The file is a gzip archive, which is not supported: give a {READ}.")
    return nifti.decode(content)


def _decode_dicom(data: bytes) -> Decoded:
    """Decode a DICOM file; pydicom takes long to import, so only who gives one waits for it."""
    from spinefm.imaging import dicom

    return dicom.decode(data)


def _finish(decoded: Decoded, name: str, polarity: Polarity) -> Radiograph:
    """Make bone bright and write down where everything comes from. Raises ValueError for an unknown polarity."""
    if polarity not in get_args(Polarity):
        raise ValueError(f"There is no polarity {polarity!r}; choose one of: {', '.join(get_args(Polarity))}.")
    check_values(decoded.pixels)
    inverted = polarity == "invert" or (polarity == "auto" and is_inverted(decoded.pixels))
    pixels = 1 - decoded.pixels if inverted else decoded.pixels
    notes = decoded.notes
    if inverted:
        why = "recognised as inverted (bone dark) and inverted back" if polarity == "auto" else "inverted as asked"
        notes = (*notes, f"The film was {why}.")
    pixels = np.ascontiguousarray(pixels, np.float32)
    provenance = Provenance(name, decoded.format, decoded.bits, inverted, notes)
    return Radiograph(pixels, decoded.spacing, provenance)
