"""Reading DICOM files: one frame, look-up tables applied, spacing by priority; nothing else of the header is kept."""

from __future__ import annotations

import warnings

from pydicom.dataset import Dataset
from pydicom.errors import BytesLengthException, InvalidDicomError

from spinefm.imaging.decoded import DAMAGE, Decoded, UnreadableFilm
from spinefm.imaging.dicom.header import DAMAGED, parse, pixel_format, refuse, whole
from spinefm.imaging.dicom.shown import brightness
from spinefm.imaging.dicom.spacing import read_spacing
from spinefm.imaging.dicom.stored import stored_values

DEEP_ERRORS = (*DAMAGE, AssertionError, BytesLengthException, InvalidDicomError)
"""What pydicom and its decoders raise on damaged or unsupported files."""


def decode(data: bytes) -> Decoded:
    """Decode a DICOM file.

    Raises:
        UnreadableFilm: whatever is wrong with the file.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pydicom's remarks on non-conformant values
        try:
            return _decode(parse(data))
        except UnreadableFilm:
            raise
        except DEEP_ERRORS as error:  # pydicom reads values late, so damage shows wherever one is asked for
            raise UnreadableFilm(DAMAGED) from error


def size_of(data: bytes) -> tuple[int, int] | None:
    """(width, height) as the header that a DICOM file begins with states them; None where it does not."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            header = parse(data, pixels=False)
            return whole(header, "Columns"), whole(header, "Rows")
        except (UnreadableFilm, *DEEP_ERRORS):
            return None


def _decode(header: Dataset) -> Decoded:
    refuse(header)
    form = pixel_format(header)
    stored = stored_values(header, form)
    pixels, notes = brightness(stored, header, form)
    spacing, spacing_notes = read_spacing(header)
    return Decoded(pixels, "DICOM", max(form.stored, stored.bits), spacing, (*stored.notes, *notes, *spacing_notes))
