"""TIFF files that Pillow does not open, or gets wrong: read as they are, or named for what they are."""

from __future__ import annotations

import io
import struct

import numpy as np
import pytest
import tifffile
from numpy.typing import NDArray

from spinefm.imaging import tiff
from spinefm.imaging.radiograph import UnreadableFilm, read
from tests.bad_films import ramp

TRUTH = ramp()
BYTES = np.round(TRUTH * 255).astype(np.uint8)
WORDS = np.round(TRUTH * 65535).astype(np.uint16)
LONGS = np.round(TRUTH * 4_294_967_295).astype(np.uint32)
OPAQUE = np.full_like(WORDS, 65535)
ALPHA: dict[str, object] = {"photometric": "minisblack", "planarconfig": "contig", "extrasamples": ["unassalpha"]}


def tiff_of(values: NDArray[np.generic], **options: object) -> bytes:
    """An array as a TIFF file."""
    stream = io.BytesIO()
    tifffile.imwrite(stream, values, **options)
    return stream.getvalue()


READ: dict[str, tuple[NDArray[np.generic], dict[str, object]]] = {
    "floats of 64 bits": (TRUTH, {}),
    "floats of 64 bits, packed": (TRUTH, {"compression": "deflate", "predictor": 3}),
    "floats of 64 bits in tiles": (TRUTH, {"tile": (64, 64)}),
    "floats of 16 bits": (TRUTH.astype(np.float16), {}),
    "64 bits": (LONGS.astype(np.uint64) << 16, {}),
    "64 bits, signed": (LONGS.astype(np.int64) - (1 << 31), {}),
    "32 bits": (LONGS, {}),
    "32 bits, big-endian": (LONGS, {"byteorder": ">"}),
    "32 bits, signed": ((LONGS.astype(np.int64) - (1 << 31)).astype(np.int32), {}),
    "32 bits, white is zero": (LONGS.max() - LONGS, {"photometric": "miniswhite"}),
    "8 bits, signed": ((BYTES.astype(np.int16) - 128).astype(np.int8), {}),
    "red, green and blue as floats": (np.dstack([TRUTH.astype(np.float32)] * 3), {"photometric": "rgb"}),
    "red, green and blue apart": (np.stack([WORDS] * 3), {"photometric": "rgb", "planarconfig": "separate"}),
    "red, green and blue as WebP": (np.dstack([BYTES] * 3), {"photometric": "rgb", "compression": "webp"}),
    "16 bits with opacity": (np.dstack([WORDS, OPAQUE]), ALPHA),
    "a large file, big-endian": (WORDS, {"bigtiff": True, "byteorder": ">"}),
}


@pytest.mark.parametrize("case", READ)
def test_rare_tiff_files_are_read(case: str) -> None:
    values, options = READ[case]
    film = read(tiff_of(values, **options), polarity="keep")
    np.testing.assert_allclose(film.pixels, TRUTH, atol=1.5 / 255)
    assert film.provenance.format == "TIFF"


def test_values_of_white_at_zero_are_inverted_with_a_note() -> None:
    film = read(tiff_of(*[LONGS.max() - LONGS], photometric="miniswhite"), polarity="keep")
    assert tiff.INVERTED in film.provenance.notes


@pytest.mark.parametrize("kind", [1, 2])
def test_opacity_hides_what_it_says(kind: int) -> None:
    opaque = OPAQUE.copy()
    opaque[:20, :20] = 0
    values = np.dstack([np.where(opaque, WORDS, 0) if kind == tiff.ASSOCIATED else WORDS, opaque])
    film = read(tiff_of(values, **{**ALPHA, "extrasamples": [kind]}), polarity="keep")
    assert (film.pixels[:20, :20] == 0).all()
    np.testing.assert_allclose(film.pixels[20:, 20:], TRUTH[20:, 20:], atol=1e-3)


@pytest.mark.parametrize("kind", [1, 2])
def test_opacity_that_hides_all_is_ignored_with_a_note(kind: int) -> None:
    values = np.dstack([WORDS, np.zeros_like(WORDS)])
    film = read(tiff_of(values, **{**ALPHA, "extrasamples": [kind]}), polarity="keep")
    np.testing.assert_allclose(film.pixels, TRUTH, atol=1e-3)
    assert film.provenance.notes == ("The film's transparency hides all of it and was ignored.",)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_rare_files_are_turned_upright(orientation: int) -> None:
    tag = [(274, "H", 1, orientation, True)]
    rare, common = (read(tiff_of(values, extratags=tag), polarity="keep") for values in (TRUTH, WORDS))
    np.testing.assert_allclose(rare.pixels, common.pixels, atol=1e-3)


def test_the_page_that_is_no_reduced_copy_is_read() -> None:
    stream = io.BytesIO()
    with tifffile.TiffWriter(stream) as writer:
        writer.write(TRUTH[::2, ::2].copy(), subfiletype=1)
        writer.write(TRUTH)
    np.testing.assert_allclose(read(stream.getvalue(), polarity="keep").pixels, TRUTH, atol=1e-3)


COLOURS = np.arange(65536, dtype=np.uint16)
REFUSED: dict[str, tuple[bytes, str]] = {
    "JPEG 2000 inside": (tiff_of(BYTES, compression="jpeg2000"), "compressed as JPEG 2000, which is not supported"),
    "JPEG XL inside": (tiff_of(BYTES, compression="jpegxl"), "compressed as JPEG XL, which is not supported"),
    "PNG inside": (tiff_of(BYTES, compression="png"), "compressed as PNG, which is not supported"),
    "a deep palette": (tiff_of(WORDS, photometric="palette", colormap=np.stack([COLOURS] * 3)), "stores a palette"),
    "complex numbers": (tiff_of(TRUTH.astype(np.complex64)), "have 64 bits and format 6"),
    "five samples": (
        tiff_of(np.dstack([TRUTH] * 5), **{**ALPHA, "extrasamples": [0] * 4}),
        "grey values, 5 numbers of 64 bits",
    ),
    "NaN": (tiff_of(np.where(TRUTH > 0.5, np.nan, TRUTH)), "NaN"),
    "two films": (tiff_of(np.stack([TRUTH, TRUTH]), photometric="minisblack"), "several frames or pages"),
    "too large": (tiff_of(np.zeros((5001, 5000), np.float16), compression="deflate"), "more than the 25 million"),
    "cut off": (tiff_of(TRUTH, compression="deflate")[:20_000], "damaged"),
    "a header alone": (tiff_of(TRUTH)[:40], "header is damaged"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_is_not_read_is_named(case: str) -> None:
    content, phrase = REFUSED[case]
    with pytest.raises(UnreadableFilm) as refusal:
        read(content)
    sentence = str(refusal.value)
    assert phrase in sentence and sentence.endswith(".") and sentence.count(". ") == 0


def endless() -> bytes:
    """A page of a rare kind that is followed by itself."""
    data = bytearray(tiff_of(TRUTH))
    (place,) = struct.unpack_from("<L", data, 4)
    (tags,) = struct.unpack_from("<H", data, place)
    struct.pack_into("<L", data, place + 2 + 12 * tags, place)
    return bytes(data)


def test_a_page_that_is_followed_by_itself_ends() -> None:
    with pytest.raises(UnreadableFilm, match="several frames or pages"):
        tiff.decode(endless())
