"""One ramp as pixels of every depth, and inside a DICOM film as a compressed stream."""

from __future__ import annotations

import numpy as np
from pydicom.encaps import encapsulate
from pydicom.uid import (
    UID,
    JPEGBaseline8Bit,
)

from tests.bad_films import dicom_bytes, dicom_film, encoded, ramp

TRUTH = ramp()
BYTES = np.round(TRUTH * 255).astype(np.uint8)
WORDS = np.round(TRUTH * 65535).astype(np.uint16)
TWELVE_BITS = np.round(TRUTH * 4095).astype(np.uint16)


def jpeg_dicom(**tags: object) -> bytes:
    return coded_dicom(encoded(BYTES, "JPEG", quality=98), JPEGBaseline8Bit, **tags)


def coded_dicom(stream: bytes, syntax: UID, **tags: object) -> bytes:
    """A DICOM film of 8 bits around a compressed stream."""
    film = dicom_film(BYTES, **tags)
    film.PixelData = encapsulate([stream])
    film["PixelData"].is_undefined_length = True
    film.file_meta.TransferSyntaxUID = syntax
    return dicom_bytes(film)
