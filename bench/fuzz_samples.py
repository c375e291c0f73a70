"""Valid films of every kind, small, for `bench.fuzz` to mutate."""

from __future__ import annotations

import gzip
import io
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import imagecodecs
import nibabel
import numpy as np
import tifffile
from numpy.typing import NDArray
from pydicom.encaps import encapsulate
from pydicom.fileset import FileSet
from pydicom.sequence import Sequence as Items
from pydicom.uid import (
    UID,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
)

from tests.bad_films import dicom_bytes, dicom_film, encoded, ramp

Encoder = Callable[[NDArray[Any]], bytes | bytearray]
Samples = dict[str, Callable[[], Sequence[bytes]]]

BYTES = np.round(ramp() * 255).astype(np.uint8)
WORDS = np.round(ramp() * 65535).astype(np.uint16)
TWELVE = np.round(ramp() * 4095).astype(np.uint16)
COLOURS = np.dstack([BYTES, BYTES[::-1], BYTES])


def picture_samples() -> Samples:
    """PNG, JPEG, TIFF and BMP films."""
    return {
        "png": lambda: [
            encoded(BYTES, "PNG"),
            encoded(WORDS, "PNG"),
            bytes(imagecodecs.png_encode(np.dstack([WORDS] * 3))),
        ],
        "jpeg": lambda: [encoded(BYTES, "JPEG"), encoded(COLOURS, "JPEG", progressive=True)],
        "tiff": lambda: [
            *(encoded(WORDS, "TIFF", compression=kind) for kind in (None, "tiff_lzw", "tiff_adobe_deflate")),
            encoded(BYTES, "TIFF", compression="jpeg"),
            encoded(COLOURS, "TIFF", compression="packbits"),
        ],
        "tiff-rare": lambda: [
            _tiff(np.dstack([WORDS] * 3), photometric="rgb"),
            _tiff(ramp(), compression="deflate"),
            _tiff(WORDS.astype(np.uint32), bigtiff=True, byteorder=">"),
        ],
        "jpeg-deep": lambda: [
            bytes(imagecodecs.jpeg8_encode(TWELVE, bitspersample=12)),
            bytes(imagecodecs.jpeg8_encode(WORDS, lossless=True, bitspersample=16)),
            bytes(imagecodecs.jpegls_encode(WORDS)),
        ],
        "bmp": lambda: [encoded(BYTES, "BMP"), encoded(COLOURS, "BMP")],
    }


def _tiff(values: NDArray[Any], **options: object) -> bytes:
    """A TIFF of a kind that Pillow does not read, or not with all its bits."""
    stream = io.BytesIO()
    tifffile.imwrite(stream, values, **options)
    return stream.getvalue()


def nifti_samples() -> Samples:
    """NIfTI films of both versions, plain and inside gzip."""
    plain = [
        nibabel.Nifti1Image(WORDS.T, np.eye(4)),
        nibabel.Nifti2Image(BYTES.T[..., None], np.diag([-0.2, -0.2, 1, 1])),
    ]
    return {
        "nifti": lambda: [image.to_bytes() for image in plain],
        "nifti-gzip": lambda: [gzip.compress(image.to_bytes()) for image in plain],
    }


def dicom_samples() -> Samples:
    """Uncompressed DICOM films with all that a header may hold."""
    from tests.imaging.dicom.test_field import table

    tables = Items([table(np.arange(4096, dtype=np.uint16), 0, 12)])
    rich = {"WindowCenter": [2048, 100], "WindowWidth": [4096, 50], "RescaleSlope": "1", "RescaleIntercept": "-5"}
    return {
        "dicom": lambda: [
            dicom_bytes(dicom_film(WORDS)),
            dicom_bytes(dicom_film(TWELVE, BitsStored=12, HighBit=11, PixelPaddingValue=0, **rich)),
            dicom_bytes(dicom_film(TWELVE, VOILUTSequence=tables)),
            dicom_bytes(dicom_film(COLOURS)),
            dicom_bytes(dicom_film(WORDS))[132:],
        ]
    }


def coded_dicom_samples() -> Samples:
    """DICOM films of each transfer syntax with compression."""
    coded: dict[str, tuple[NDArray[Any], UID, Encoder]] = {
        "dicom-jpeg": (BYTES, JPEGBaseline8Bit, lambda film: encoded(film, "JPEG")),
        "dicom-jpeg-colour": (COLOURS, JPEGBaseline8Bit, lambda film: encoded(film, "JPEG")),
        "dicom-jpeg-12": (TWELVE, JPEGExtended12Bit, lambda film: imagecodecs.jpeg8_encode(film, bitspersample=12)),
        "dicom-jpeg-lossless": (
            WORDS,
            JPEGLosslessSV1,
            lambda film: imagecodecs.jpeg8_encode(film, lossless=True, bitspersample=16),
        ),
        "dicom-jpeg-ls": (WORDS, JPEGLSLossless, imagecodecs.jpegls_encode),
        "dicom-jpeg-2000": (WORDS, JPEG2000Lossless, lambda film: imagecodecs.jpeg2k_encode(film, codecformat="j2k")),
    }
    samples: Samples = {name: _coded(*parts) for name, parts in coded.items()}
    samples["dicom-run-lengths"] = lambda: [dicom_bytes(dicom_film(values), RLELossless) for values in (WORDS, COLOURS)]
    return samples


def _coded(values: NDArray[Any], syntax: UID, encode: Encoder) -> Callable[[], Sequence[bytes]]:
    def samples() -> Sequence[bytes]:
        film = dicom_film(values)
        film.PixelData = encapsulate([bytes(encode(values))])
        film["PixelData"].is_undefined_length = True
        film.file_meta.TransferSyntaxUID = syntax
        return [dicom_bytes(film)]

    return samples


def dicomdir_samples() -> Sequence[bytes]:
    """The table of contents of a disc with one film."""
    film = dicom_film(BYTES, StudyInstanceUID="1.2.3", SeriesInstanceUID="1.2.4", StudyDate="20200101")
    film.StudyTime, film.StudyID, film.SeriesNumber, film.InstanceNumber = "120000", "1", 1, 1
    files = FileSet()
    files.add(film)
    with tempfile.TemporaryDirectory() as folder:
        files.write(folder)
        return [(Path(folder) / "DICOMDIR").read_bytes()]
