"""Every format gives the same pixels; what a picture may bring beside them is handled or refused."""

from __future__ import annotations

import io
import tracemalloc

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from pydicom.uid import (
    RLELossless,
)

from spinefm.imaging import raster as pictures
from spinefm.imaging.decoded import check_size
from spinefm.imaging.radiograph import UnreadableFilm, read
from tests.bad_films import dicom_bytes, dicom_film, encoded
from tests.imaging.samples import BYTES, TRUTH, TWELVE_BITS, WORDS, jpeg_dicom


def with_alpha() -> NDArray[np.uint8]:
    """(H, W, 4): opaque, but for an upper left block that is transparent white."""
    rgba = np.dstack([BYTES] * 3 + [np.full_like(BYTES, 255)])
    rgba[:20, :20] = (255, 255, 255, 0)
    return rgba


def palette_png() -> bytes:
    """Grey values stored as indices into a shuffled palette."""
    order = np.random.default_rng(0).permutation(256).astype(np.uint8)
    image = Image.fromarray(np.argsort(order).astype(np.uint8)[BYTES], "P")
    image.putpalette(np.repeat(order, 3).tolist())
    stream = io.BytesIO()
    image.save(stream, "PNG")
    return stream.getvalue()


def white_is_zero_tiff() -> bytes:
    stream = io.BytesIO()
    Image.fromarray(65535 - WORDS).save(stream, "TIFF", tiffinfo={262: 0})
    return stream.getvalue()


GOOD_FILMS = {
    "PNG, 8 bits": (lambda: encoded(BYTES, "PNG"), 8, 1 / 255),
    "PNG, 16 bits": (lambda: encoded(WORDS, "PNG"), 16, 1e-4),
    "PNG, 12 bits in 16": (lambda: encoded(TWELVE_BITS, "PNG"), 16, 0.02),
    "PNG, palette": (palette_png, 8, 1 / 255),
    "PNG, colour channels": (lambda: encoded(np.dstack([BYTES] * 3), "PNG"), 8, 1 / 255),
    "PNG, grey with alpha": (lambda: encoded(np.dstack([BYTES, np.full_like(BYTES, 255)]), "PNG"), 8, 1 / 255),
    "JPEG": (lambda: encoded(BYTES, "JPEG", quality=98), 8, 0.02),
    "TIFF, 8 bits": (lambda: encoded(BYTES, "TIFF"), 8, 1 / 255),
    "TIFF, 16 bits": (lambda: encoded(WORDS, "TIFF"), 16, 1e-4),
    "TIFF, 16 bits, compressed": (lambda: encoded(WORDS, "TIFF", compression="tiff_lzw"), 16, 1e-4),
    "TIFF, white is zero": (white_is_zero_tiff, 16, 1e-4),
    "TIFF, float": (lambda: encoded(TRUTH.astype(np.float32), "TIFF"), 32, 1e-4),
    "TIFF, float of any scale": (lambda: encoded((TRUTH * 700 - 90).astype(np.float32), "TIFF"), 32, 0.02),
    "DICOM, 8 bits": (lambda: dicom_bytes(dicom_film(BYTES)), 8, 0.02),
    "DICOM, 16 bits": (lambda: dicom_bytes(dicom_film(WORDS)), 16, 0.02),
    "DICOM, signed": (lambda: dicom_bytes(dicom_film((WORDS.astype(int) - 32768).astype(np.int16))), 16, 0.02),
    "DICOM, MONOCHROME1": (
        lambda: dicom_bytes(dicom_film(65535 - WORDS, PhotometricInterpretation="MONOCHROME1")),
        16,
        0.02,
    ),
    "DICOM, colour": (lambda: dicom_bytes(dicom_film(np.dstack([BYTES] * 3))), 8, 1 / 255),
    "DICOM, run-length encoded": (lambda: dicom_bytes(dicom_film(WORDS), RLELossless), 16, 0.02),
    "DICOM, JPEG": (jpeg_dicom, 8, 0.03),
    "DICOM, without its mark": (lambda: dicom_bytes(dicom_film(WORDS))[132:], 16, 0.02),
}


@pytest.mark.parametrize("kind", GOOD_FILMS)
def test_every_format_gives_the_same_pixels(kind: str) -> None:
    content, bits, tolerance = GOOD_FILMS[kind]
    film = read(content(), name=kind, polarity="keep")
    assert film.pixels.dtype == np.float32 and film.size == (160, 200) == (film.width, film.height)
    np.testing.assert_allclose(film.pixels, TRUTH, atol=tolerance)
    assert film.provenance.format == kind.split(",")[0] and film.provenance.bits == bits
    assert film.provenance.name == kind and not film.provenance.inverted


def test_a_phones_jpeg_of_several_pictures_is_refused_by_its_name() -> None:
    stream = io.BytesIO()
    Image.fromarray(BYTES).save(stream, "MPO", save_all=True, append_images=[Image.fromarray(BYTES[::2, ::2])])
    with pytest.raises(UnreadableFilm, match=r"as phones save them \(MPO\)"):
        read(stream.getvalue())


def test_a_picture_whose_decoder_divides_by_zero_is_damaged(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "_load", lambda _: 1 // 0)
    with pytest.raises(UnreadableFilm, match="truncated or damaged"):
        read(encoded(BYTES, "PNG"))


def test_a_colour_picture_takes_the_memory_of_few_float_images() -> None:
    noise = np.random.default_rng(0).integers(0, 255, (800, 1000, 4)).astype(np.uint8)
    content = encoded(noise, "PNG")
    tracemalloc.start()
    pictures.decode(content)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 20 * noise.shape[0] * noise.shape[1]  # bytes; the film itself has 4 a pixel


@pytest.mark.parametrize("size", [(64, 20_000), (20_000, 64), (640, 79)])
def test_strips_are_refused(size: tuple[int, int]) -> None:
    with pytest.raises(UnreadableFilm, match="8 times as long as wide"):
        check_size(*size)
    check_size(640, 80)


def test_transparent_parts_are_black() -> None:
    film = read(encoded(with_alpha(), "PNG"), polarity="keep")
    assert (film.pixels[:20, :20] == 0).all()
    np.testing.assert_allclose(film.pixels[20:, 20:], TRUTH[20:, 20:], atol=1 / 255)


def test_a_coloured_picture_becomes_luminance_with_a_note() -> None:
    colours = np.dstack([BYTES, BYTES // 2, 255 - BYTES])
    film = read(encoded(colours, "PNG"), polarity="keep")
    np.testing.assert_allclose(film.pixels, colours @ [0.299, 0.587, 0.114] / 255, atol=0.01)
    assert any("in colour" in note for note in film.provenance.notes)


def test_orientation_tag_turns_the_picture() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # rotate by 90 degrees clockwise
    film = read(encoded(BYTES, "JPEG", quality=98, exif=exif), polarity="keep")
    np.testing.assert_allclose(film.pixels, np.rot90(TRUTH, -1), atol=0.03)


def test_stretching_is_noted_and_robust_to_a_hot_pixel() -> None:
    hot = TWELVE_BITS.copy()
    hot[10, 10] = 65535
    film = read(encoded(hot, "PNG"), polarity="keep")
    assert any("stretched" in note for note in film.provenance.notes)
    assert film.pixels[-1, -1] > 0.98
