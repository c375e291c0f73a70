"""Twenty files that are not readable films, each with the words that its refusal must contain."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian, SecondaryCaptureImageStorage, generate_uid

Bytes = Callable[[], bytes]


def ramp(width: int = 160, height: int = 200) -> NDArray[np.float64]:
    """A picture (H, W) in [0, 1], brighter to the right and below, with some black and some white in its corners."""
    return np.clip(np.add.outer(np.linspace(-0.05, 0.4, height), np.linspace(-0.05, 0.7, width)), 0, 1)


def encoded(array: NDArray[np.generic], kind: str, **options: object) -> bytes:
    """An array as a file of `kind` (Pillow's format name)."""
    stream = io.BytesIO()
    Image.fromarray(array).save(stream, kind, **options)
    return stream.getvalue()


def dicom_film(stored: NDArray[np.generic], **tags: object) -> FileDataset:
    """An uncompressed DICOM data set around stored values (H, W) or (H, W, 3), with further tags by keyword."""
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = SecondaryCaptureImageStorage
    meta.MediaStorageSOPInstanceUID = generate_uid()
    film = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    film.SOPClassUID, film.SOPInstanceUID = SecondaryCaptureImageStorage, meta.MediaStorageSOPInstanceUID
    film.Modality, film.PatientName, film.PatientID = "DX", "Doe^Jane", "4217"
    film.Rows, film.Columns = stored.shape[:2]
    film.SamplesPerPixel = 3 if stored.ndim == 3 else 1
    film.PhotometricInterpretation = "RGB" if stored.ndim == 3 else "MONOCHROME2"
    film.BitsAllocated = 8 * stored.dtype.itemsize
    film.BitsStored, film.HighBit = film.BitsAllocated, film.BitsAllocated - 1
    film.PixelRepresentation = int(stored.dtype.kind == "i")
    if stored.ndim == 3:
        film.PlanarConfiguration = 0
    film.PixelData = stored.tobytes()
    for tag, value in tags.items():
        setattr(film, tag, value)
    return film


def dicom_bytes(film: FileDataset, syntax: UID | None = None) -> bytes:
    """The data set as a file, compressed by `syntax` when given."""
    if syntax is not None:
        film.compress(syntax)
    stream = io.BytesIO()
    film.save_as(stream, enforce_file_format=True)
    return stream.getvalue()


def _grey(width: int = 160, height: int = 200) -> NDArray[np.uint8]:
    return (ramp(width, height) * 255).astype(np.uint8)


def _noisy(kind: str) -> bytes:
    return encoded(np.random.default_rng(0).integers(0, 255, (200, 160)).astype(np.uint8), kind)


def _deep() -> NDArray[np.uint16]:
    return (ramp() * 65535).astype(np.uint16)


def _not_a_number() -> bytes:
    values = ramp().astype(np.float32)
    values[3, 4] = np.nan
    return encoded(values, "TIFF")


def _several(kind: str) -> bytes:
    return encoded(_grey(), kind, save_all=True, append_images=[Image.fromarray(_grey()[::-1].copy())])


def _huge_dicom() -> bytes:
    return dicom_bytes(dicom_film(_deep(), Rows=6000, Columns=6000))


def _several_dicom() -> bytes:
    film = dicom_film(_deep(), NumberOfFrames=2)
    film.PixelData = film.PixelData * 2
    return dicom_bytes(film)


BAD_FILMS: dict[str, tuple[Bytes, str]] = {
    "empty.png": (lambda: b"", "is empty"),
    "letter.png": (lambda: b"Dear colleague, please find the film enclosed. " * 20, "not an image"),
    "noise.dcm": (lambda: np.random.default_rng(1).bytes(5000), "not an image"),
    "truncated.png": (lambda: _noisy("PNG")[:4000], "truncated"),
    "truncated.jpg": (lambda: _noisy("JPEG")[:4000], "truncated"),
    "truncated.tif": (lambda: encoded(_deep(), "TIFF")[:20000], "damaged"),
    "truncated.dcm": (lambda: dicom_bytes(dicom_film(_deep()))[:30000], "truncated"),
    "one-pixel.png": (lambda: encoded(_grey(1, 1), "PNG"), "only 1 x 1 pixels"),
    "too-large.png": (lambda: encoded(np.zeros((6000, 5000), np.uint8), "PNG"), "25 million"),
    "too-large.dcm": (_huge_dicom, "25 million"),
    "animated.png": (lambda: _several("PNG"), "animated or has several frames"),
    "pages.tif": (lambda: _several("TIFF"), "animated or has several frames"),
    "cine.dcm": (_several_dicom, "several frames"),
    "animated.gif": (lambda: _several("GIF"), "a GIF"),
    "photograph.webp": (lambda: encoded(_grey(), "WEBP"), "a WebP"),
    "photograph.heic": (lambda: b"\0\0\0\x18ftypheic" + bytes(4000), "a HEIC picture"),
    "report.pdf": (lambda: b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n", "a PDF"),
    "not-a-number.tif": (_not_a_number, "NaN"),
    "one-grey.png": (lambda: encoded(np.full((200, 160), 90, np.uint8), "PNG"), "same grey value"),
    "annotated.dcm": (lambda: dicom_bytes(dicom_film(_deep(), BurnedInAnnotation="YES")), "burnt-in annotations"),
}
"""File name -> (its content, words that the refusal must contain)."""


def write_bad_films(folder: Path) -> dict[str, str]:
    """Write the twenty files into `folder`; returns file name -> words that its refusal must contain."""
    for name, (content, _) in BAD_FILMS.items():
        (folder / name).write_bytes(content())
    return {name: phrase for name, (_, phrase) in BAD_FILMS.items()}
