"""Reading films: every format gives the same pixels, and every bad input one clear sentence."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import imagecodecs
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from pydicom import Dataset
from pydicom.encaps import encapsulate
from pydicom.sequence import Sequence
from pydicom.uid import (
    MPEG2MPML,
    UID,
    DeflatedExplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
)

from spinefm.imaging import dicom
from spinefm.imaging import raster as pictures
from spinefm.imaging.decoded import check_size
from spinefm.imaging.dicom import decoder, header
from spinefm.imaging.radiograph import MAX_BYTES, Radiograph, Spacing, UnreadableFilm, read
from tests.bad_films import BAD_FILMS, dicom_bytes, dicom_film, encoded, ramp, write_bad_films

TRUTH = ramp()
BYTES = np.round(TRUTH * 255).astype(np.uint8)
WORDS = np.round(TRUTH * 65535).astype(np.uint16)
TWELVE_BITS = np.round(TRUTH * 4095).astype(np.uint16)


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


def jpeg_dicom(**tags: object) -> bytes:
    return coded_dicom(encoded(BYTES, "JPEG", quality=98), JPEGBaseline8Bit, **tags)


def coded_dicom(stream: bytes, syntax: UID, **tags: object) -> bytes:
    """A DICOM film of 8 bits around a compressed stream."""
    film = dicom_film(BYTES, **tags)
    film.PixelData = encapsulate([stream])
    film["PixelData"].is_undefined_length = True
    film.file_meta.TransferSyntaxUID = syntax
    return dicom_bytes(film)


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
    assert film.provenance.name == kind and not film.provenance.polarity_turned


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
        (imagecodecs.jpeg8_encode(WORDS, lossless=True, bitspersample=16), JPEGLosslessSV1, "1 samples of 16 bits"),
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


def bad_dicom(tag: str, value: bytes, **tags: object) -> bytes:
    """A DICOM film with raw bytes for the value of a tag, in a file as damage or careless software leaves it."""
    film = dicom_film(WORDS, **tags)
    setattr(film, tag, 1)
    element = film[tag]
    start = struct.pack("<2H2s", element.tag.group, element.tag.element, element.VR.encode())
    before, found, after = dicom_bytes(film).partition(start)
    assert found
    (length,) = struct.unpack("<H", after[:2])
    return before + start + struct.pack("<H", len(value)) + value + after[2 + length :]


def with_table(*items: Dataset) -> bytes:
    return dicom_bytes(dicom_film(WORDS, ModalityLUTSequence=Sequence(items)))


def table_with_bad_data() -> Dataset:
    table = Dataset()
    table.LUTDescriptor, table.ModalityLUTType = [256, 0, 16], "US"
    table.add_new(0x00283006, "OW", b"\x01\x00\x02")
    return table


DAMAGED_DICOM: dict[str, Callable[[], bytes]] = {
    "number of frames": lambda: bad_dicom("NumberOfFrames", b"ab"),
    "empty rows": lambda: bad_dicom("Rows", b""),
    "two rows": lambda: bad_dicom("Rows", b"\xc8\x00\xc8\x00"),
    "odd bytes in rows": lambda: bad_dicom("Rows", b"\xc8\x00\x01"),
    "bits stored": lambda: bad_dicom("BitsStored", b"\xc8\x00\xc8\x00"),
    "palette without table": lambda: dicom_bytes(dicom_film(BYTES, PhotometricInterpretation="PALETTE COLOR")),
    "modality table with bad data": lambda: with_table(table_with_bad_data()),
    "rescale slope": lambda: bad_dicom("RescaleSlope", b"ab", RescaleIntercept=0),
    "bits allocated": lambda: dicom_bytes(dicom_film(WORDS, BitsAllocated=12)),
}


@pytest.mark.parametrize("damage", DAMAGED_DICOM)
def test_damaged_dicom_is_refused_with_one_sentence_and_nothing_else(damage: str) -> None:
    with pytest.raises(UnreadableFilm, match=r"^The DICOM file.*: .*\.$"):
        read(DAMAGED_DICOM[damage]())


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


def test_window_of_a_dicom_file_is_applied() -> None:
    film = read(dicom_bytes(dicom_film(WORDS, WindowCenter=32768, WindowWidth=32768)), polarity="keep")
    np.testing.assert_allclose(film.pixels, np.clip(TRUTH * 2 - 0.5, 0, 1), atol=0.01)


def test_window_after_rescaling_is_applied() -> None:
    tags = {"RescaleSlope": "0.5", "RescaleIntercept": "-100", "WindowCenter": 16284, "WindowWidth": 32768}
    film = read(dicom_bytes(dicom_film(WORDS, **tags)), polarity="keep")
    np.testing.assert_allclose(film.pixels, TRUTH, atol=0.01)


def test_a_window_that_hides_the_picture_is_ignored_with_a_note() -> None:
    film = read(dicom_bytes(dicom_film(BYTES, WindowCenter=5000, WindowWidth=2)), polarity="keep")
    np.testing.assert_allclose(film.pixels, TRUTH, atol=0.02)
    assert any("window" in note for note in film.provenance.notes)


SPACINGS = {
    "calibrated": (
        {"PixelSpacing": [0.2, 0.2], "PixelSpacingCalibrationType": "FIDUCIAL", "ImagerPixelSpacing": [0.3, 0.3]},
        Spacing(0.2, "calibrated PixelSpacing"),
    ),
    "differs from the detector's": (
        {"PixelSpacing": [0.25, 0.25], "ImagerPixelSpacing": [0.3, 0.3]},
        Spacing(0.25, "calibrated PixelSpacing"),
    ),
    "stated magnification": (
        {"ImagerPixelSpacing": [0.3, 0.3], "EstimatedRadiographicMagnificationFactor": "1.5"},
        Spacing(0.2, "ImagerPixelSpacing divided by the magnification"),
    ),
    "magnification from distances": (
        {"ImagerPixelSpacing": [0.3, 0.3], "DistanceSourceToDetector": "1800", "DistanceSourceToPatient": "1500"},
        Spacing(0.25, "ImagerPixelSpacing divided by the magnification"),
    ),
    "uncalibrated PixelSpacing gives way": (
        {"PixelSpacing": [0.3, 0.3], "ImagerPixelSpacing": [0.3, 0.3]},
        Spacing(0.3, "ImagerPixelSpacing, at the detector"),
    ),
    "impossible magnification": (
        {"ImagerPixelSpacing": [0.3, 0.3], "EstimatedRadiographicMagnificationFactor": "0.1"},
        Spacing(0.3, "ImagerPixelSpacing, at the detector"),
    ),
    "PixelSpacing alone": (
        {"PixelSpacing": [0.15, 0.15]},
        Spacing(0.15, "PixelSpacing, its calibration not stated"),
    ),
    "none": ({}, None),
    "unbelievable": ({"ImagerPixelSpacing": [900, 900]}, None),
    "not square": ({"ImagerPixelSpacing": [0.3, 0.2]}, None),
}


@pytest.mark.parametrize("case", SPACINGS)
def test_spacing_by_priority(case: str) -> None:
    tags, expected = SPACINGS[case]
    film = read(dicom_bytes(dicom_film(WORDS, **tags)), polarity="keep")
    if expected is None:
        assert film.spacing is None
        assert any("not square" in note for note in film.provenance.notes) == (case == "not square")
    else:
        assert film.spacing is not None
        assert film.spacing.source == expected.source and film.spacing.mm == pytest.approx(expected.mm)


def test_nothing_of_a_header_is_kept_but_the_spacing() -> None:
    tags = {"BodyPartExamined": "DOE JANE", "ViewPosition": "Jane Doe, 4217 Elm Street", "PixelSpacing": [0.15, 0.15]}
    film = read(dicom_bytes(dicom_film(WORDS, **tags)), polarity="keep")
    assert film.spacing is not None and film.spacing.mm == pytest.approx(0.15)
    kept = repr((film.spacing, film.provenance)).lower()
    assert not [word for word in ("doe", "jane", "4217", "elm") if word in kept]


@pytest.mark.parametrize("bad", BAD_FILMS)
def test_every_bad_film_is_refused_with_one_sentence(bad: str) -> None:
    content, phrase = BAD_FILMS[bad]
    with pytest.raises(UnreadableFilm) as refusal:
        read(content())
    sentence = str(refusal.value)
    assert phrase in sentence
    assert sentence.endswith(".") and sentence[0].isupper() and "\n" not in sentence and sentence.count(". ") == 0


def test_the_bad_films_are_twenty_and_written_as_files(tmp_path: Path) -> None:
    expected = write_bad_films(tmp_path)
    assert len(expected) == 20 and {path.name for path in tmp_path.iterdir()} == set(expected)


def test_missing_file_and_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UnreadableFilm, match="no such file"):
        read(tmp_path / "absent.png")
    with pytest.raises(UnreadableFilm, match="is a folder"):
        read(str(tmp_path))


@pytest.mark.parametrize("name", ["x" * 5000 + ".png", "neck\0.png"], ids=["too long", "a NUL"])
def test_impossible_names_are_refused(name: str) -> None:
    with pytest.raises(UnreadableFilm, match="cannot be opened"):
        read(name)


def test_a_file_over_the_limit_is_not_read_to_its_end() -> None:
    class Endless(io.RawIOBase):
        asked = 0

        def read(self, size: int = -1) -> bytes:
            assert size >= 0, "read without a limit"
            self.asked += size
            return b"\x89PNG\r\n\x1a\n" + bytes(size - 8)

    stream = Endless()
    with pytest.raises(UnreadableFilm, match="larger than 32 MB"):
        read(stream)
    assert stream.asked <= MAX_BYTES + 1


@pytest.mark.parametrize("bad", ["too-large.png", "too-large.dcm"])
def test_large_films_are_refused_before_decoding(bad: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def decoded(*_: object) -> None:
        raise AssertionError("decoded")

    monkeypatch.setattr(pictures, "_load", decoded)
    monkeypatch.setattr(dicom, "stored_values", decoded)
    with pytest.raises(UnreadableFilm, match="25 million"):
        read(BAD_FILMS[bad][0]())


def test_reading_from_path_stream_and_bytes_agree(tmp_path: Path) -> None:
    content = encoded(WORDS, "PNG")
    (tmp_path / "neck.png").write_bytes(content)
    films = [read(tmp_path / "neck.png"), read(str(tmp_path / "neck.png")), read(io.BytesIO(content)), read(content)]
    assert [film.provenance.name for film in films] == ["neck.png", "neck.png", "film", "film"]
    assert all(np.array_equal(films[0].pixels, film.pixels) for film in films)


def test_polarity_is_turned_when_asked() -> None:
    film = read(encoded(WORDS, "PNG"), polarity="turn")
    np.testing.assert_allclose(film.pixels, 1 - TRUTH, atol=1e-4)
    assert film.provenance.polarity_turned and any("inverted" in note for note in film.provenance.notes)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float32, np.float64])
def test_arrays_become_films(dtype: type) -> None:
    white = np.iinfo(dtype).max if np.issubdtype(dtype, np.integer) else 1
    array: NDArray[Any] = np.asarray(TRUTH * white, dtype)
    film = Radiograph.from_array(array, Spacing(0.2, "calibrated PixelSpacing"), name="phantom")
    np.testing.assert_allclose(film.pixels, TRUTH, atol=1 / 255)
    assert film.spacing == Spacing(0.2, "calibrated PixelSpacing") and film.provenance.name == "phantom"


@pytest.mark.parametrize(
    ("array", "phrase"),
    [
        (np.zeros((100, 100, 3)), "shape"),
        (np.zeros((100, 100), complex), "type"),
        (np.full((100, 100), np.inf), "NaN or infinite"),
        (np.ones((100, 100)), "same grey value"),
        (TRUTH[:10], "each side needs"),
        (np.broadcast_to(np.float32(0), (6000, 5000)), "25 million"),
    ],
)
def test_bad_arrays_are_refused(array: NDArray[np.generic], phrase: str) -> None:
    with pytest.raises(UnreadableFilm, match=phrase):
        Radiograph.from_array(array)


def test_a_turned_film_is_clockwise_and_says_so() -> None:
    array = np.linspace(0, 1, 96 * 64, dtype=np.float32).reshape(96, 64)
    film = Radiograph.from_array(array, Spacing(0.2, "header"))
    once = film.turned(1)
    assert once.size == (96, 64) and once.spacing == film.spacing
    assert once.pixels[0, -1] == film.pixels[0, 0] and once.pixels[-1, -1] == film.pixels[0, -1]
    assert "clockwise by 90°" in once.provenance.notes[0]
    assert np.array_equal(once.turned(3).pixels, film.pixels)
    assert film.turned(4) is film
