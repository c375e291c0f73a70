"""JPEG files of more than eight bits, and JPEG-LS."""

from __future__ import annotations

import imagecodecs
import numpy as np
import pytest

from spinefm.imaging.dicom.decoder import Decoders
from spinefm.imaging.radiograph import UnreadableFilm, read
from tests.bad_films import ramp

TRUTH = ramp()
BYTES = np.round(TRUTH * 255).astype(np.uint8)
TWELVE = np.round(TRUTH * 4095).astype(np.uint16)
WORDS = np.round(TRUTH * 65535).astype(np.uint16)

READ: dict[str, tuple[bytes | bytearray, str, int]] = {
    "12 bits": (imagecodecs.jpeg8_encode(TWELVE, bitspersample=12, level=98), "JPEG", 12),
    "12 bits, lossless": (imagecodecs.jpeg8_encode(TWELVE, lossless=True, bitspersample=12), "JPEG", 12),
    "16 bits, lossless": (imagecodecs.jpeg8_encode(WORDS, lossless=True, bitspersample=16), "JPEG", 16),
    "JPEG-LS of 8 bits": (imagecodecs.jpegls_encode(BYTES), "JPEG-LS", 8),
    "JPEG-LS of 12 bits in 16": (imagecodecs.jpegls_encode(TWELVE), "JPEG-LS", 16),
    "JPEG-LS of 16 bits": (imagecodecs.jpegls_encode(WORDS), "JPEG-LS", 16),
    "JPEG-LS in colours": (imagecodecs.jpegls_encode(np.dstack([BYTES] * 3)), "JPEG-LS", 8),
}


@pytest.mark.parametrize("case", READ)
def test_deep_jpegs_and_jpeg_ls_are_read(case: str) -> None:
    content, kind, bits = READ[case]
    film = read(bytes(content), polarity="keep")
    np.testing.assert_allclose(film.pixels, TRUTH, atol=1.5 / 255)
    assert (film.provenance.format, film.provenance.bits) == (kind, bits)


DEEP = bytes(imagecodecs.jpeg8_encode(WORDS, lossless=True, bitspersample=16))
REFUSED = {
    "deep colours": (imagecodecs.jpeg8_encode(np.dstack([TWELVE] * 3), bitspersample=12), "3 samples of 12 bits"),
    "cut off": (DEEP[:30_000], "truncated"),
    "too large": (imagecodecs.jpegls_encode(np.zeros((5001, 5000), np.uint8)), "more than the 25 million"),
    "no header": (b"\xff\xd8\xff\xfe\x00\x04ab" + bytes(100), "header is damaged"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_not_read_is_named_before_it_is_decoded(case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    content, phrase = REFUSED[case]
    monkeypatch.setattr(Decoders, "decode", None)
    with pytest.raises(UnreadableFilm, match=phrase):
        read(bytes(content))
