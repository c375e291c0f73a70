"""Reading DICOM files: one frame, look-up tables applied, spacing by priority; nothing else of the header is kept.

Spacing priority: calibrated PixelSpacing, then ImagerPixelSpacing divided by the magnification, then
ImagerPixelSpacing at the detector (DICOM PS3.3, 10.7.1.3), else unknown.
"""

from __future__ import annotations

import io
import math
import struct
import warnings
from typing import Any

import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.encaps import generate_frames
from pydicom.errors import BytesLengthException, InvalidDicomError
from pydicom.pixels.processing import apply_color_lut, apply_modality_lut, apply_voi_lut
from pydicom.pixels.utils import pixel_array
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian, RLELossless

from spinefm.imaging.decoded import (
    DAMAGE,
    Decoded,
    Spacing,
    UnreadableFilm,
    check_size,
    check_values,
    scaled,
    to_luminance,
    windowed,
)

PIXEL_TAGS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")
DEFLATED = b"1.2.840.10008.1.2.1.99"
"""Transfer syntax whose whole data set is compressed: its size is unknown before it is inflated."""
DEEP_ERRORS = (*DAMAGE, BytesLengthException, InvalidDicomError)
"""What pydicom and its decoders raise on damaged or unsupported files."""
DAMAGED = "The DICOM file is truncated, damaged or compressed in an unsupported way: export the film again."
MISFIT = "The DICOM file's pixel data do not fit the size in its header: export the film again."
JPEG_2000_MARK = b"\xff\x4f\xff\x51"
JP2_SIGNATURE = b"\x00\x00\x00\x0cjP  \r\n\x87\n"
"""First bytes of a bare JPEG 2000 code stream, and of one in the boxes of a JP2 file."""
FRAME_HEADERS = frozenset({*range(0xC0, 0xD0), 0xF7} - {0xC4, 0xC8, 0xCC})
"""Second bytes of the JPEG and JPEG-LS markers after which the picture's size stands."""
SPACING_RANGE = (0.01, 5.0)
"""Believable millimetres per pixel: finer than any detector, and coarser than shows a vertebra."""
SQUARE = 0.01
"""Share by which row and column spacing may differ: that of rounding."""
MAGNIFICATION_RANGE = (1.0, 3.0)
"""Believable magnification: nothing is projected smaller than it is, and no patient stands nearer to the tube."""
LEAST_CONTRAST = 0.05
"""A stored window after which the middle 98 % of the pixels span less than this hides the picture."""


def decode(data: bytes) -> Decoded:
    """Decode a DICOM file. Raises UnreadableFilm and nothing else."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pydicom's remarks on non-conformant values
        try:
            return _decode(_header(data))
        except UnreadableFilm:
            raise
        except DEEP_ERRORS as error:  # pydicom reads values late, so damage shows wherever one is asked for
            raise UnreadableFilm(DAMAGED) from error


def _decode(header: Dataset) -> Decoded:
    _refuse(header)
    pixels, notes = _brightness(_stored_values(header), header)
    spacing, spacing_notes = _spacing(header)
    bits = int(header.get("BitsStored") or header.get("BitsAllocated") or 8)
    return Decoded(pixels, "DICOM", bits, spacing, notes + spacing_notes)


def _header(data: bytes) -> Dataset:
    """The parsed data set; files without the DICM mark are taken for DICOM only when they hold a picture."""
    if DEFLATED in data:  # wherever the meta header puts it: pydicom would inflate without a limit
        raise UnreadableFilm("The DICOM file is deflated as a whole: export it uncompressed or with JPEG compression.")
    marked = data[128:132] == b"DICM"
    header = pydicom.dcmread(io.BytesIO(data), force=True)
    if not marked and not ("Rows" in header and "Columns" in header):
        raise UnreadableFilm("The file is not an image: give a PNG, JPEG, TIFF or DICOM file.")
    return header


def _refuse(header: Dataset) -> None:
    """Refuse, before anything is decoded, what is too large, has several frames, no picture or burnt-in text."""
    if not all(tag in header for tag in ("Rows", "Columns")) or not any(tag in header for tag in PIXEL_TAGS):
        raise UnreadableFilm("The DICOM file holds no picture or was cut off before it: give the radiograph itself.")
    if str(header.get("BurnedInAnnotation", "")).strip().upper() == "YES":
        raise UnreadableFilm(
            "The DICOM file says that it has burnt-in annotations, which may name the patient: export it without them."
        )
    frames = int(header.get("NumberOfFrames") or 1)
    if frames > 1:
        raise UnreadableFilm(f"The DICOM file has several frames ({frames}): export the one film to be read.")
    check_size(int(header.Columns), int(header.Rows))


def _stored_values(header: Dataset) -> NDArray[Any]:
    """Decompressed pixel values, (H, W) or (H, W, 3)."""
    meta = header.file_meta
    if "TransferSyntaxUID" not in meta:
        implicit = header.original_encoding[0] is not False
        meta.TransferSyntaxUID = ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian
    if meta.TransferSyntaxUID.is_encapsulated and meta.TransferSyntaxUID != RLELossless:  # RLE states no size
        _check_coded_size(header)
    values = pixel_array(header)
    shape = (int(header.Rows), int(header.Columns))
    if values.shape not in (shape, (*shape, 3)):
        raise UnreadableFilm(MISFIT)
    return values


def _check_coded_size(header: Dataset) -> None:
    """Refuse a compressed stream that states another size than the header, or none: it could take any memory."""
    frame = _code_stream(next(generate_frames(header.PixelData, number_of_frames=1)))
    size = _jpeg_2000_size(frame) if frame.startswith(JPEG_2000_MARK) else _jpeg_size(frame)
    if size is None:
        raise UnreadableFilm(DAMAGED)
    if size != (int(header.Columns), int(header.Rows)):
        raise UnreadableFilm(MISFIT)


def _code_stream(frame: bytes) -> bytes:
    """The JPEG 2000 code stream in a frame that has the boxes of a JP2 file (ISO/IEC 15444-1, I.4), else the frame."""
    position = 0
    while frame.startswith(JP2_SIGNATURE) and position + 8 <= len(frame):
        length, kind = struct.unpack(">I4s", frame[position : position + 8])
        if kind == b"jp2c":
            return frame[position + 8 :]
        position += max(length, 8)
    return frame


def _jpeg_2000_size(stream: bytes) -> tuple[int, int] | None:
    """(width, height) from the SIZ segment, first in every JPEG 2000 code stream; None unless grey or three colours."""
    right, lower, left, upper = struct.unpack(">4I", stream[8:24])
    (components,) = struct.unpack(">H", stream[40:42])
    return (right - left, lower - upper) if components in (1, 3) else None


def _jpeg_size(stream: bytes) -> tuple[int, int] | None:
    """(width, height) from the first frame header of a JPEG or JPEG-LS stream; None for another kind of stream."""
    position = 2
    while stream.startswith(b"\xff\xd8") and position + 9 <= len(stream) and stream[position] == 0xFF:
        marker = stream[position + 1]
        if marker in FRAME_HEADERS:
            height, width = struct.unpack(">2H", stream[position + 5 : position + 9])
            return width, height
        fill = marker == 0xFF  # any number of these may stand before a marker (ITU-T T.81, B.1.1.2)
        position += 1 if fill else 2 + int.from_bytes(stream[position + 2 : position + 4], "big")
    return None


def _brightness(stored: NDArray[Any], header: Dataset) -> tuple[NDArray[np.float32], tuple[str, ...]]:
    """Brightness (H, W) in [0, 1] as the header says it is to be shown: look-up tables, window, MONOCHROME1."""
    photometric = str(header.get("PhotometricInterpretation", "MONOCHROME2"))
    check_values(stored)
    if photometric == "PALETTE COLOR":
        stored = apply_color_lut(stored, header)
    if stored.ndim == 3:
        pixels, notes = to_luminance(stored, float(np.iinfo(stored.dtype).max))
        check_values(pixels)
        return pixels, notes
    pixels, notes = _windowed(apply_modality_lut(stored, header), header)
    if photometric == "MONOCHROME1":
        return 1 - pixels, (*notes, "The file is MONOCHROME1 (low values bright); its values were inverted.")
    return pixels, notes


def _windowed(values: NDArray[Any], header: Dataset) -> tuple[NDArray[np.float32], tuple[str, ...]]:
    """Values (H, W) through the file's first VOI LUT or window; without a usable one, windowed at percentiles."""
    if "WindowWidth" not in header and "VOILUTSequence" not in header:
        return scaled(values, None)
    try:
        shown = apply_voi_lut(values, header, index=0)
        ends = apply_voi_lut(_ends_of(values), header, index=0)
    except DEEP_ERRORS:
        pixels, notes = scaled(values, None)
        return pixels, (*notes, "The file's window is not valid and was ignored.")
    low, high = float(ends.min()), float(ends.max())
    if high > low:
        pixels = windowed(shown, low, high)
        if np.ptp(np.percentile(pixels[::2, ::2], (1, 99))) >= LEAST_CONTRAST:
            return pixels, ()
    pixels, notes = scaled(values, None)
    return pixels, (*notes, "The file's window hides the picture and was ignored.")


def _ends_of(values: NDArray[Any]) -> NDArray[Any]:
    """The least and the greatest value (1, 2) that the values' number format can hold, for a window's two ends."""
    limits = np.iinfo(values.dtype) if values.dtype.kind in "iu" else np.finfo(np.float32)
    return np.array([[limits.min, limits.max]], values.dtype)


def _spacing(header: Dataset) -> tuple[Spacing | None, tuple[str, ...]]:
    """Millimetres per pixel, in x and y alike, by the priority above; and a note when a stated one cannot be used."""
    for pair, divisor, source in _spacing_candidates(header):
        rows, columns = pair[0] / divisor, pair[1] / divisor
        if abs(rows - columns) > SQUARE * max(rows, columns):
            return None, (f"The pixels are not square ({rows:g} x {columns:g} mm), so lengths are given in pixels.",)
        if SPACING_RANGE[0] <= rows <= SPACING_RANGE[1]:
            return Spacing(math.sqrt(rows * columns), source), ()
    return None, ()


def _spacing_candidates(header: Dataset) -> list[tuple[tuple[float, float], float, str]]:
    """(row and column spacing, divisor, source) in the order in which they are believed."""
    patient, detector = _pair(header, "PixelSpacing"), _pair(header, "ImagerPixelSpacing")
    calibrated = patient and ("PixelSpacingCalibrationType" in header or (detector is not None and patient != detector))
    magnification = _magnification(header)
    candidates = []
    if patient and calibrated:
        candidates.append((patient, 1.0, "calibrated PixelSpacing"))
    if detector and magnification:
        candidates.append((detector, magnification, "ImagerPixelSpacing divided by the magnification"))
    if detector:
        candidates.append((detector, 1.0, "ImagerPixelSpacing, at the detector"))
    if patient:
        candidates.append((patient, 1.0, "PixelSpacing, its calibration not stated"))
    return candidates


def _pair(header: Dataset, tag: str) -> tuple[float, float] | None:
    """Row and column spacing in mm, or None unless they are two positive finite numbers."""
    try:
        values = [float(v) for v in header.get(tag) or ()]
    except (TypeError, ValueError):
        return None
    if len(values) != 2 or not all(math.isfinite(v) and v > 0 for v in values):
        return None
    return values[0], values[1]


def _magnification(header: Dataset) -> float | None:
    """The stated magnification, or the ratio of the source's distances to detector and patient."""
    stated = _number(header, "EstimatedRadiographicMagnificationFactor")
    far, near = _number(header, "DistanceSourceToDetector"), _number(header, "DistanceSourceToPatient")
    ratio = far / near if far and near else None
    for value in (stated, ratio):
        if value is not None and MAGNIFICATION_RANGE[0] <= value <= MAGNIFICATION_RANGE[1]:
            return value
    return None


def _number(header: Dataset, tag: str) -> float | None:
    try:
        value = float(header.get(tag) or 0)
    except (TypeError, ValueError):
        return None
    return value if math.isfinite(value) and value > 0 else None
