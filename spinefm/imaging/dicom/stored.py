"""The stored pixel values of a DICOM file: decompressed, and freed of bits that are none of theirs."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.pixels.utils import pixel_array
from pydicom.uid import UID, ExplicitVRLittleEndian, ImplicitVRLittleEndian, RLELossless

from spinefm.imaging.decoded import UnreadableFilm
from spinefm.imaging.dicom.decoder import Coded, decoders
from spinefm.imaging.dicom.header import MISFIT, PixelFormat
from spinefm.imaging.dicom.stream import StreamHeader, first_frame, stream_header

ROUGH = 0.5
"""Mean step between neighbours, over the values' spread, above which values are noise; that of noise is above 1.1,
and films have 0.01 to 0.3."""


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
    if syntax.is_encapsulated or header["PixelData"].is_undefined_length:
        return _compressed(header, form, syntax)
    return _native(header, form)


def _transfer_syntax(header: Dataset) -> UID:
    """The stated transfer syntax; where none is stated, that in which the header could be read."""
    meta = header.file_meta
    if "TransferSyntaxUID" not in meta:
        implicit = header.original_encoding[0] is not False
        meta.TransferSyntaxUID = ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian
    return UID(meta.TransferSyntaxUID)


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
    return _interpreted(values, form.allocated, form, ybr=form.photometric.startswith("YBR"))


def _shaped(values: NDArray[Any], form: PixelFormat) -> NDArray[Any]:
    if values.shape != form.shape:
        raise UnreadableFilm(MISFIT)
    return values


def _compressed(header: Dataset, form: PixelFormat, syntax: UID) -> Stored:
    frame = first_frame(header.PixelData)
    if syntax == RLELossless:
        coded = Coded("run-lengths", form.rows, form.columns, form.samples, form.allocated // 8)
        ybr = form.photometric.startswith("YBR")
        return _interpreted(decoders().decode(coded, frame), form.allocated, form, ybr)
    stream = stream_header(frame)
    if stream is None:
        raise UnreadableFilm(f"The DICOM file is compressed as {syntax.name}, which is not supported: export it again.")
    _check_stream(stream, form)
    coded = Coded(stream.codec, form.rows, form.columns, form.samples, form.allocated // 8)
    pattern = decoders().decode(coded, frame)
    return _interpreted(_unsigned(pattern, stream.precision), stream.precision, form, _is_ybr(stream, form))


def _check_stream(stream: StreamHeader, form: PixelFormat) -> None:
    """Refuse a stream that contradicts the header: decoders take its word, and any memory."""
    if (stream.width, stream.height) != (form.columns, form.rows):
        raise UnreadableFilm(MISFIT)
    if stream.precision > form.allocated or stream.components != form.samples:
        raise UnreadableFilm(
            f"The DICOM file's compressed image has {stream.components} samples of {stream.precision} bits, "
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


def _interpreted(raw: NDArray[Any], width: int, form: PixelFormat, ybr: bool) -> Stored:
    """Patterns of `width` bits as the values they mean.

    The header says which of the bits are the picture's (BitsStored, HighBit), and is wrong at times: where it leaves
    out bits in use, the reading with the smaller steps between neighbours is the picture. A picture cut to too few
    bits wraps, and rubbish above its bits jumps.

    Raises:
        UnreadableFilm: neither reading looks like a picture.
    """
    if form.stored >= width:
        return Stored(_with_sign(raw, width, form.signed), width, ybr)
    shift = form.high_bit + 1 - form.stored if form.high_bit < width else 0
    stated = _with_sign(raw >> raw.dtype.type(shift), form.stored, form.signed)
    whole = _with_sign(raw, width, form.signed)
    if np.array_equal(whole >> shift, stated):
        return Stored(stated, form.stored, ybr)
    return replace(_smoother(stated, whole, form.stored, width), ybr=ybr)


def _with_sign(raw: NDArray[Any], bits: int, signed: bool) -> NDArray[Any]:
    """The lowest `bits` bits of unsigned patterns, as two's complement where they are signed."""
    mask = (1 << bits) - 1
    values = raw if bits == 8 * raw.dtype.itemsize else raw & raw.dtype.type(mask)
    if not signed:
        return values
    wide: NDArray[Any] = values.astype(np.int32 if bits < 32 else np.int64)
    sign = 1 << (bits - 1)
    return (wide ^ sign) - sign


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
