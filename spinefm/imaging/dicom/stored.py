"""The stored pixel values of a DICOM file: decompressed, and freed of bits that are none of theirs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.pixels.utils import pixel_array
from pydicom.uid import UID, ExplicitVRLittleEndian, ImplicitVRLittleEndian, RLELossless

from spinefm.core.words import counted
from spinefm.imaging.decoded import UnreadableFilm
from spinefm.imaging.dicom.decoder import Coded, decoders
from spinefm.imaging.dicom.header import MISFIT, PixelFormat
from spinefm.imaging.dicom.stream import ITEM, StreamHeader, first_frame, stream_header
from spinefm.imaging.sign import NAMES, lowest, sign_seen, with_sign

ROUGH = 0.5
"""Mean step between neighbours, over the values' spread, above which values are noise; that of noise is above 1.1,
and films have 0.01 to 0.3."""
YOUNG = {
    "1.2.840.10008.1.2.4.110": "JPEG XL Lossless",
    "1.2.840.10008.1.2.4.111": "JPEG XL JPEG Recompression",
    "1.2.840.10008.1.2.4.112": "JPEG XL",
}
"""Transfer syntaxes of the standard that pydicom does not know, by name (PS3.6, table A-1)."""
NOT_SUPPORTED = "which is not supported: export it again."


@dataclass(frozen=True, eq=False)
class Stored:
    """Stored values, (H, W) or (H, W, 3), whole numbers of `bits` or floats; `ybr`: as luminance and chroma."""

    values: NDArray[Any]
    bits: int
    ybr: bool = False
    notes: tuple[str, ...] = ()


def stored_values(header: Dataset, form: PixelFormat) -> Stored:
    """The values of the one frame.

    Raises:
        UnreadableFilm: stream and header contradict each other, or the decoder failed.
        DAMAGE: what pydicom raises on damaged pixel data.
    """
    syntax = _transfer_syntax(header)
    if "PixelData" not in header:
        return Stored(_shaped(pixel_array(header), form), form.allocated)
    if not (syntax.is_encapsulated or header["PixelData"].is_undefined_length):
        return _native(header, form)
    if not _is_plain(header, form):
        return _compressed(header, form, syntax)
    header.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian  # of which the decoder needs the order of bytes alone
    plain = _native(header, form)
    return replace(plain, notes=(*plain.notes, f"The file says that it is compressed as {syntax.name}, but it is not."))


def _transfer_syntax(header: Dataset) -> UID:
    """The stated transfer syntax; where none is stated, that in which the header could be read.

    Raises:
        UnreadableFilm: a transfer syntax that nobody but its maker knows, or one younger than pydicom.
    """
    meta = header.file_meta
    if not meta.get("TransferSyntaxUID"):
        implicit = header.original_encoding[0] is not False
        meta.TransferSyntaxUID = ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian
    syntax = UID(meta.TransferSyntaxUID)
    if syntax in YOUNG:
        raise UnreadableFilm(f"The DICOM file is compressed as {YOUNG[syntax]}, {NOT_SUPPORTED}")
    if not syntax.is_transfer_syntax:
        raise UnreadableFilm(f"The DICOM file's transfer syntax {syntax} is not standard: export it uncompressed.")
    return syntax


def _is_plain(header: Dataset, form: PixelFormat) -> bool:
    """Whether pixel data that should be compressed have the length of plain ones, and no items."""
    length = form.rows * form.columns * form.samples * form.allocated // 8
    return len(header.PixelData) in (length, length + 1) and not header.PixelData.startswith(ITEM)


def _native(header: Dataset, form: PixelFormat) -> Stored:
    """Values that are stored as they are; pydicom unpacks them with all their bits."""
    stated = {
        "SamplesPerPixel": form.samples,
        "PhotometricInterpretation": form.photometric,
        "BitsStored": form.allocated,
        "HighBit": form.allocated - 1,
        "PixelRepresentation": 0,
    }
    if form.samples > 1 and header.get("PlanarConfiguration") is None:
        stated["PlanarConfiguration"] = 0
    for keyword, value in stated.items():
        setattr(header, keyword, value)
    if len(header.PixelData) >= 2 * form.rows * form.columns * form.samples * form.allocated // 8 > 0:
        raise UnreadableFilm(MISFIT)  # a second frame, or other bits than stated
    values = _shaped(pixel_array(header, raw=True), form)
    return _interpreted(values, form.allocated, form, form.photometric.startswith("YBR"), form.signed)


def _shaped(values: NDArray[Any], form: PixelFormat) -> NDArray[Any]:
    if values.shape != form.shape:
        raise UnreadableFilm(MISFIT)
    return values


def _compressed(header: Dataset, form: PixelFormat, syntax: UID) -> Stored:
    frame = first_frame(header.PixelData)
    if syntax == RLELossless:
        coded = Coded("run-lengths", form.rows, form.columns, form.samples, form.allocated // 8)
        ybr = form.photometric.startswith("YBR")
        return _interpreted(decoders().decode(coded, frame), form.allocated, form, ybr, form.signed)
    stream = stream_header(frame)
    if stream is None:
        raise UnreadableFilm(f"The DICOM file is compressed as {syntax.name}, {NOT_SUPPORTED}")
    _check_stream(stream, form)
    coded = Coded(stream.codec, form.rows, form.columns, form.samples, form.allocated // 8)
    pattern = decoders().decode(coded, frame)
    raw = _unsigned(pattern, stream.precision)
    return _interpreted(raw, stream.precision, form, _is_ybr(stream, form), form.signed or stream.signed)


def _check_stream(stream: StreamHeader, form: PixelFormat) -> None:
    """Refuse a stream that contradicts the header: decoders take its word, and any memory."""
    if (stream.width, stream.height) != (form.columns, form.rows):
        raise UnreadableFilm(MISFIT)
    if stream.precision > form.allocated or stream.components != form.samples:
        raise UnreadableFilm(
            f"The DICOM file's compressed image has {counted(stream.components, 'sample')} of {stream.precision} bits, "
            f"its header says {form.samples} of at most {form.allocated}: export the film again."
        )


def _is_ybr(stream: StreamHeader, form: PixelFormat) -> bool:
    """Whether decoded colours are luminance and chroma; a JPEG's own marker is right where the header differs."""
    if form.samples == 1 or form.photometric in ("YBR_ICT", "YBR_RCT"):  # JPEG 2000 undoes these itself
        return False
    if stream.codec == "jpeg" and stream.converted is not None:
        return stream.converted
    return form.photometric.startswith("YBR")


def _unsigned(pattern: NDArray[Any], bits: int) -> NDArray[Any]:
    """Values as patterns of `bits` bits; JPEG 2000 alone decodes to signed ones."""
    if pattern.dtype.kind == "u":
        return pattern
    unsigned = pattern.view(f"u{pattern.dtype.itemsize}")
    return unsigned & unsigned.dtype.type((1 << bits) - 1)


def _interpreted(raw: NDArray[Any], width: int, form: PixelFormat, ybr: bool, signed: bool) -> Stored:
    """Patterns of `width` bits as the values they mean; `signed` as stream and header say.

    The header says which of the bits are the picture's (BitsStored, HighBit) and whether the first of them is a sign
    (PixelRepresentation), and is wrong at times: where it leaves out bits in use, the reading with the smaller steps
    between neighbours is the picture. A picture cut to too few bits wraps, and rubbish above its bits jumps.

    Raises:
        UnreadableFilm: no reading looks like a picture.
    """
    bits = min(form.stored, width)
    shift = form.high_bit + 1 - bits if bits < width and form.high_bit < width else 0
    picture = lowest(raw >> raw.dtype.type(shift), bits)
    if bits == width or _are_spare(raw, picture, shift, bits, width):
        seen = sign_seen(picture, bits)
        sign = signed if seen is None else seen
        return Stored(with_sign(picture, bits, sign), bits, ybr, _sign_note(sign, form.signed))
    stated, whole = with_sign(picture, bits, signed), with_sign(raw, width, signed)
    return replace(_smoother(stated, whole, bits, width), ybr=ybr)


def _are_spare(raw: NDArray[Any], picture: NDArray[Any], shift: int, bits: int, width: int) -> bool:
    """Whether the bits above the picture's are empty, or repeat its sign."""
    return any(
        np.array_equal(with_sign(raw, width, sign) >> shift, with_sign(picture, bits, sign)) for sign in (False, True)
    )


def _sign_note(used: bool, stated: bool) -> tuple[str, ...]:
    note = f"The grey values are {NAMES[used]} and were read so, though the file's PixelRepresentation says {{}}."
    return () if used == stated else (note.format(NAMES[stated]),)


def _smoother(stated: NDArray[Any], whole: NDArray[Any], stated_bits: int, whole_bits: int) -> Stored:
    """The one of two readings that is a picture."""
    (fine, fine_step), (full, full_step) = _roughness(stated), _roughness(whole)
    if fine < ROUGH and (full >= ROUGH or fine_step <= full_step):
        return Stored(stated, stated_bits)
    if full < ROUGH:
        note = f"The grey values use more bits than the file's BitsStored ({stated_bits}); all of them were read."
        return Stored(whole, whole_bits, notes=(note,))
    raise UnreadableFilm(
        f"The DICOM file's grey values use more bits than its BitsStored ({stated_bits}) and give no valid "
        "image with or without them: export the film again."
    )


def _roughness(values: NDArray[Any]) -> tuple[float, float]:
    """Mean step between horizontal neighbours, over the spread of all values; and the step itself."""
    rows = values[::4].astype(np.float32)
    step = float(np.abs(np.diff(rows, axis=1)).mean())
    return step / (float(rows.std()) + 1e-9), step
