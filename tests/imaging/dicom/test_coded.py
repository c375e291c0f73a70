"""Compressed DICOM films: pixels as they were, and no stream decoded that contradicts its header."""

from __future__ import annotations

import zlib
from collections.abc import Callable

import imagecodecs
import numpy as np
import pytest
from numpy.typing import NDArray
from pydicom.encaps import encapsulate
from pydicom.uid import (
    MPEG2MPML,
    UID,
    DeflatedExplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLosslessSV1,
    JPEGLSLossless,
)

from spinefm.imaging.dicom import decoder, header
from spinefm.imaging.radiograph import UnreadableFilm, read
from tests.bad_films import dicom_bytes, dicom_film, encoded
from tests.imaging.samples import BYTES, TRUTH, WORDS, coded_dicom, jpeg_dicom


def losslessly_coded(codec: str, **tags: object) -> bytes:
    """A 16-bit DICOM film compressed without loss."""
    encode, syntax = LOSSLESS[codec]
    film = dicom_film(WORDS, **tags)
    film.PixelData = encapsulate([bytes(encode(WORDS))])
    film["PixelData"].is_undefined_length = True
    film.file_meta.TransferSyntaxUID = syntax
    return dicom_bytes(film)


LOSSLESS: dict[str, tuple[Callable[[NDArray[np.uint16]], bytes | bytearray], UID]] = {
    "JPEG": (lambda film: imagecodecs.jpeg8_encode(film, lossless=True, bitspersample=16), JPEGLosslessSV1),
    "JPEG-LS": (imagecodecs.jpegls_encode, JPEGLSLossless),
    "JPEG 2000": (lambda film: imagecodecs.jpeg2k_encode(film, codecformat="j2k", reversible=True), JPEG2000Lossless),
}


@pytest.mark.parametrize("codec", LOSSLESS)
def test_losslessly_compressed_dicom(codec: str) -> None:
    film = read(losslessly_coded(codec), polarity="keep")
    np.testing.assert_allclose(film.pixels, TRUTH, atol=0.02)


@pytest.mark.parametrize("codec", LOSSLESS)
def test_a_compressed_stream_of_another_size_is_not_decoded(codec: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decoder.Decoders, "decode", _decoded)
    for content in (losslessly_coded(codec, Rows=100), jpeg_dicom(Columns=80)):
        with pytest.raises(UnreadableFilm, match="do not fit"):
            read(content)


FILLED_JPEG = encoded(BYTES, "JPEG", quality=98).replace(b"\xff\xc0", b"\xff\xff\xff\xc0", 1)
"""Two fill bytes before the frame header, as ITU-T T.81, B.1.1.2 allows."""


@pytest.mark.parametrize(
    ("stream", "syntax"),
    [
        (FILLED_JPEG, JPEGBaseline8Bit),
        (encoded(BYTES, "JPEG2000", no_jp2=True), JPEG2000Lossless),
        (encoded(BYTES, "JPEG2000"), JPEG2000Lossless),
    ],
    ids=["JPEG with fill bytes", "JPEG 2000", "JPEG 2000 in boxes"],
)
def test_the_size_of_a_compressed_stream_is_found(stream: bytes, syntax: UID, monkeypatch: pytest.MonkeyPatch) -> None:
    film = read(coded_dicom(stream, syntax), polarity="keep")
    np.testing.assert_allclose(film.pixels, TRUTH, atol=0.03)
    monkeypatch.setattr(decoder.Decoders, "decode", _decoded)
    with pytest.raises(UnreadableFilm, match="do not fit"):
        read(coded_dicom(stream, syntax, Columns=80))


@pytest.mark.parametrize(
    ("stream", "syntax", "words"),
    [
        (b"\x00\x00\x01\xb3" + bytes(400), MPEG2MPML, "MPEG2 .* which is not supported"),
        (b"\xff\xd8" + b"\xff" * 400, JPEGBaseline8Bit, "JPEG Baseline .* which is not supported"),
        (encoded(np.dstack([BYTES] * 4), "JPEG2000", no_jp2=True), JPEG2000Lossless, "4 samples of 8 bits"),
        (imagecodecs.jpeg8_encode(WORDS, lossless=True, bitspersample=16), JPEGLosslessSV1, "1 sample of 16 bits"),
    ],
    ids=["a video", "a JPEG without frame header", "four components", "more bits than allocated"],
)
def test_a_compressed_stream_that_contradicts_the_header_is_not_decoded(
    stream: bytes, syntax: UID, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decoder.Decoders, "decode", _decoded)
    with pytest.raises(UnreadableFilm, match=words):
        read(coded_dicom(stream, syntax))


def _decoded(*_: object) -> None:
    raise AssertionError("decoded")


def deflated(content: bytes) -> bytes:
    """A DICOM file whose data set, behind the meta header, is deflated."""
    packer = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    meta = b"\x02\x00\x10\x00UI\x16\x00" + DeflatedExplicitVRLittleEndian.encode()
    return bytes(128) + b"DICM" + meta + packer.compress(content) + packer.flush()


def test_a_deflated_film_is_inflated_within_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = dicom_bytes(dicom_film(WORDS))
    film = read(deflated(whole[whole.index(b"\x08\x00\x16\x00UI") :]), polarity="keep")
    np.testing.assert_allclose(film.pixels, TRUTH, atol=0.02)
    monkeypatch.setattr(header, "MOST_INFLATED", 1_000_000)
    with pytest.raises(UnreadableFilm, match="inflates to more than any film"):
        read(deflated(bytes(1_100_000)))


def test_a_film_that_mentions_the_deflated_syntax_is_read() -> None:
    film = dicom_film(WORDS)
    film.add_new(0x00083002, "UI", DeflatedExplicitVRLittleEndian)
    np.testing.assert_allclose(read(dicom_bytes(film), polarity="keep").pixels, TRUTH, atol=0.02)
