"""Pictures: pages of a TIFF, deep colours, orientation, bitmaps."""

from __future__ import annotations

import io
import struct
from typing import Any

import cv2
import imagecodecs
import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray
from PIL import Image
from PIL.TiffImagePlugin import TiffImageFile

from spinefm.imaging.radiograph import UnreadableFilm, read
from tests.bad_films import dicom_bytes, dicom_film, encoded, ramp

TRUTH = ramp()
BYTES = np.round(TRUTH * 255).astype(np.uint8)
WORDS = np.round(TRUTH * 65535).astype(np.uint16)
TWELVE = np.round(TRUTH * 4095).astype(np.uint16)


def pages(*shown: tuple[NDArray[np.uint16], int]) -> bytes:
    """A TIFF of pages with their subfile types."""
    stream = io.BytesIO()
    with tifffile.TiffWriter(stream) as writer:
        for values, kind in shown:
            writer.write(values, subfiletype=kind, photometric="minisblack")
    return stream.getvalue()


@pytest.mark.parametrize("kinds", [(0, 1), (1, 0), (0, 1, 1, 1)], ids=str)
def test_reduced_copies_of_a_film_are_ignored(kinds: tuple[int, ...]) -> None:
    film = read(pages(*((WORDS if kind == 0 else WORDS[::4, ::4].copy(), kind) for kind in kinds)), polarity="keep")
    np.testing.assert_allclose(film.pixels, TRUTH, atol=1e-4)


def test_a_second_page_of_full_size_is_refused() -> None:
    with pytest.raises(UnreadableFilm, match="several frames or pages"):
        read(pages((WORDS, 0), (WORDS[::4, ::4].copy(), 1), (WORDS, 0)))


def endless_chain(count: int) -> bytes:
    """A TIFF whose page is followed by `count` empty ones."""
    first = encoded(WORDS, "TIFF")
    data = bytearray(first)
    (place,) = struct.unpack_from("<L", data, 4)
    (tags,) = struct.unpack_from("<H", data, place)
    struct.pack_into("<L", data, place + 2 + 12 * tags, len(data))
    page = struct.pack("<H2HLLL", 1, 254, 4, 1, 1, 0)
    for number in range(count):
        data += page[:-4] + struct.pack("<L", len(first) + len(page) * (number + 1))
    return bytes(data)


def test_no_page_of_a_long_chain_is_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    sought: list[int] = []
    seek = TiffImageFile.seek

    def counted(self: TiffImageFile, page: int) -> None:
        sought.append(page)
        seek(self, page)

    monkeypatch.setattr(TiffImageFile, "seek", counted)
    with pytest.raises(UnreadableFilm):
        read(endless_chain(5000))
    assert len(sought) < 40


DEEP = np.dstack([TWELVE, TWELVE, TWELVE])


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_colours_of_16_bits_keep_them(kind: str) -> None:
    """Twelve bits in sixteen: in eight bits there are 16 grey values left."""
    content = imagecodecs.png_encode(DEEP) if kind == "PNG" else tiff_of(DEEP)
    film = read(bytes(content), polarity="keep")
    np.testing.assert_allclose(film.pixels, TRUTH, atol=2 / 4096)
    assert film.provenance.bits == 16 and film.provenance.format == kind


def tiff_of(values: NDArray[np.uint16], **options: object) -> bytes:
    """A TIFF of red, green and blue."""
    stream = io.BytesIO()
    tifffile.imwrite(stream, values, photometric="rgb", **options)
    return stream.getvalue()


def test_deep_transparency_is_black() -> None:
    opaque = np.full_like(WORDS, 65535)
    opaque[:20, :20] = 0
    film = read(bytes(imagecodecs.png_encode(np.dstack([WORDS, WORDS, WORDS, opaque]))), polarity="keep")
    assert (film.pixels[:20, :20] == 0).all()
    np.testing.assert_allclose(film.pixels[20:, 20:], TRUTH[20:, 20:], atol=1e-3)


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
@pytest.mark.parametrize(
    ("rows", "opacity", "notes"),
    [
        (40, 0, ("20% of the pixels are transparent and were shown on black.",)),
        (40, 0.5, ("20% of the pixels are transparent and were shown on black.",)),
        (40, 1, ()),
        (2, 0, ("1% of the pixels are transparent and were shown on black.",)),
        (0, 0, ()),
    ],
)
def test_transparent_parts_leave_a_note(rows: int, opacity: float, notes: tuple[str, ...], kind: type) -> None:
    most = np.iinfo(kind).max
    values: NDArray[Any] = np.round(TRUTH * most).astype(kind)
    opaque = np.full_like(values, most)
    opaque[:rows] = round(opacity * most)
    film = read(bytes(imagecodecs.png_encode(np.dstack([values, values, values, opaque]))), polarity="keep")
    assert film.provenance.notes == notes


@pytest.mark.parametrize("orientation", range(1, 9))
def test_deep_colours_are_turned_upright_as_shallow_ones(orientation: int) -> None:
    tag = [(274, "H", 1, orientation, True)]
    deep = read(tiff_of(np.dstack([WORDS] * 3), extratags=tag), polarity="keep")
    exif = Image.Exif()
    exif[274] = orientation
    shallow = read(encoded(BYTES, "JPEG", quality=98, exif=exif), polarity="keep")
    np.testing.assert_allclose(deep.pixels, shallow.pixels, atol=0.03)


def test_a_bitmap_is_read() -> None:
    film = read(encoded(BYTES, "BMP"), polarity="keep")
    np.testing.assert_allclose(film.pixels, TRUTH, atol=1 / 255)
    assert film.provenance.format == "BMP"


@pytest.mark.parametrize("rows", [4, 16, 40])
def test_markers_do_not_darken_a_film_of_12_bits_in_16(rows: int) -> None:
    marked = TWELVE.copy()
    marked[100 : 100 + rows, 100:150] = 65535
    film = read(encoded(marked, "PNG"), polarity="keep")
    rest = np.r_[0:100, 140:200]
    np.testing.assert_allclose(film.pixels[rest], TRUTH[rest], atol=0.02)


def lettered(values: NDArray[np.uint16], white: int) -> NDArray[np.uint16]:
    """A film with letters whose edges are soft, as programs burn them in."""
    letters = np.zeros(values.shape, np.uint8)
    cv2.putText(letters, "LEFT 24", (10, 30), cv2.FONT_HERSHEY_SIMPLEX, 0.8, 255, 1, cv2.LINE_AA)
    share = letters.astype(np.float32) / 255
    return np.round(values * (1 - share) + white * share).astype(np.uint16)


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "DICOM"])
@pytest.mark.parametrize("bits", [10, 12])
def test_soft_letters_do_not_darken_a_film(kind: str, bits: int) -> None:
    values = lettered(np.round(TRUTH * ((1 << bits) - 1)).astype(np.uint16), 65535)
    data = dicom_bytes(dicom_film(values)) if kind == "DICOM" else encoded(values, kind)
    film = read(data, polarity="keep")
    np.testing.assert_allclose(film.pixels[50:], TRUTH[50:], atol=0.03)


SIGNED = (TWELVE.astype(np.int16) - 1500).view(np.uint16)
WAS_SIGNED = "The grey values are signed and were read so, though the file says unsigned."


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_signed_values_in_a_picture_without_a_sign_are_seen(kind: str) -> None:
    film = read(encoded(SIGNED, kind), polarity="keep")
    np.testing.assert_allclose(film.pixels, TRUTH, atol=0.02)
    assert WAS_SIGNED in film.provenance.notes


def test_soft_markers_and_bright_films_have_no_sign() -> None:
    marked = TWELVE.copy()
    marked[100:130, 100:150] = np.linspace(0, 65535, 50)
    outlined = WORDS.copy()
    for column, value in enumerate((0, 65535, 65535, 0), start=20):
        outlined[10:50, column::20] = value  # white letters with a black rim
    framed = 2000 + TWELVE.astype(np.int64)
    framed[:, :25] = 64_800 + np.random.default_rng(5).normal(0, 150, (len(framed), 25))
    for values in (WORDS, marked, outlined, framed, (TWELVE << 3) + 20_000):
        assert WAS_SIGNED not in read(encoded(values.astype(np.uint16), "PNG"), polarity="keep").provenance.notes


HIDDEN = "The film's transparency hides all of it and was ignored."


def hidden(channels: int, kind: str) -> bytes:
    """A picture, transparent everywhere, in grey or colours of 8 or 16 bits."""
    values = np.dstack([BYTES] * (channels - 1) + [np.zeros_like(BYTES)])
    if kind == "deep PNG":
        return bytes(imagecodecs.png_encode(values.astype(np.uint16) * 257))
    return encoded(values, kind)


@pytest.mark.parametrize("kind", ["PNG", "deep PNG", "TIFF"])
@pytest.mark.parametrize("channels", [2, 4])
def test_transparency_that_hides_all_is_ignored_with_a_note(channels: int, kind: str) -> None:
    film = read(hidden(channels, kind), polarity="keep")
    np.testing.assert_allclose(film.pixels, TRUTH, atol=1 / 255)
    assert film.provenance.notes == (HIDDEN,)


def bare_tiff(values: NDArray[np.generic], bits: int, **tags: int) -> bytes:
    """A TIFF that does not say what 0 is, unless `tags` do; values of less than 8 bits are packed."""
    height, width = values.shape
    data = np.packbits(np.unpackbits(values[..., None], axis=-1)[..., -bits:]) if bits < 8 else values
    content = data.tobytes()
    entries = {256: width, 257: height, 258: bits, 259: 1, 273: 8, 277: 1, 278: height, 279: len(content)}
    entries |= {int(tag.removeprefix("tag")): value for tag, value in tags.items()}
    page = b"".join(struct.pack("<2H2L", tag, 4, 1, value) for tag, value in sorted(entries.items()))
    return b"II*\0" + struct.pack("<L", 8 + len(content)) + content + struct.pack("<H", len(entries)) + page + bytes(4)


SILENT: dict[str, tuple[NDArray[np.generic], int, float]] = {
    "1 bit": ((TRUTH > 0.5).astype(np.uint8), 1, 0.51),
    "4 bits": (np.round(TRUTH * 15).astype(np.uint8), 4, 1 / 29),
    "8 bits": (BYTES, 8, 1 / 255),
    "16 bits": (WORDS, 16, 1 / 255),
    "32 bits": (np.round(TRUTH * 1e6).astype(np.uint32), 32, 0.02),
}


@pytest.mark.parametrize("case", SILENT)
def test_a_tiff_that_does_not_say_what_zero_is_has_black_there(case: str) -> None:
    values, bits, tolerance = SILENT[case]
    film = read(bare_tiff(values, bits), polarity="keep")
    np.testing.assert_allclose(film.pixels, TRUTH, atol=tolerance)
    assert [note for note in film.provenance.notes if "zero" in note] == [
        "The file does not say whether zero is black or white, and was read with zero as black."
    ]


def test_a_tiff_that_says_what_zero_is_is_read_so() -> None:
    white, black = read(bare_tiff(255 - BYTES, 8, tag262=0), polarity="keep"), read(bare_tiff(BYTES, 8, tag262=1))
    np.testing.assert_allclose(white.pixels, TRUTH, atol=1 / 255)
    assert not [note for film in (white, black) for note in film.provenance.notes if "does not say" in note]
