"""DICOM as the field has it: empty and missing tags, bits that lie, padding, markers, several windows."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import imagecodecs
import numpy as np
import pytest
from numpy.typing import NDArray
from pydicom import Dataset
from pydicom.dataset import FileDataset
from pydicom.encaps import encapsulate
from pydicom.sequence import Sequence
from pydicom.uid import UID, JPEG2000Lossless, JPEGLosslessSV1, JPEGLSLossless, RLELossless

from spinefm.imaging.dicom import header
from spinefm.imaging.radiograph import Radiograph, UnreadableFilm, read
from tests.bad_films import dicom_bytes, dicom_film, ramp

TRUTH = ramp()
TWELVE = np.round(TRUTH * 4095).astype(np.uint16)


def film_with(**tags: object) -> FileDataset:
    """A film of 12 bits with further tags."""
    return dicom_film(TWELVE, **{"BitsStored": 12, "HighBit": 11, **tags})


def shown(film: FileDataset) -> Radiograph:
    return read(dicom_bytes(film), polarity="keep")


def assert_right(film: Radiograph, tolerance: float = 1 / 255) -> None:
    np.testing.assert_allclose(film.pixels, TRUTH, atol=tolerance)


EMPTY: dict[str, dict[str, object]] = {
    "window": {"WindowCenter": None, "WindowWidth": None},
    "VOI LUT sequence": {"VOILUTSequence": Sequence([])},
    "item in the VOI LUT sequence": {"VOILUTSequence": Sequence([Dataset()])},
    "rescale": {"RescaleSlope": None, "RescaleIntercept": None},
    "intercept": {"RescaleSlope": "2", "RescaleIntercept": None},
    "modality LUT sequence": {"ModalityLUTSequence": Sequence([])},
    "item in the modality LUT sequence": {"ModalityLUTSequence": Sequence([Dataset()])},
    "padding": {"PixelPaddingValue": None},
    "frames": {"NumberOfFrames": None},
    "high bit": {"HighBit": None},
    "spacing": {"PixelSpacing": None, "ImagerPixelSpacing": None},
}


@pytest.mark.parametrize("tag", EMPTY)
def test_an_empty_tag_is_an_absent_one(tag: str) -> None:
    film = shown(film_with(**EMPTY[tag]))
    assert_right(film)
    assert film.spacing is None and not any("window" in note for note in film.provenance.notes)


@pytest.mark.parametrize("tag", ["PhotometricInterpretation", "PixelRepresentation", "HighBit", "SamplesPerPixel"])
def test_a_missing_tag_has_the_value_that_the_standard_implies(tag: str) -> None:
    film = film_with()
    del film[tag]
    assert_right(shown(film))


def test_missing_bits_stored_are_those_allocated() -> None:
    film = dicom_film(np.round(TRUTH * 65535).astype(np.uint16))
    del film.BitsStored
    assert_right(shown(film))


@pytest.mark.parametrize("tag", ["Rows", "BitsAllocated"])
def test_a_missing_tag_that_nothing_can_stand_in_for_is_named(tag: str) -> None:
    film = film_with()
    del film[tag]
    with pytest.raises(UnreadableFilm, match=rf"does not state its {tag} \(0028,"):
        shown(film)


@pytest.mark.filterwarnings("ignore:Invalid value")
@pytest.mark.parametrize("name", ["monochrome1", "MONOCHROME 1", "MONOCHROME_1 "])
def test_names_written_otherwise_are_understood(name: str) -> None:
    assert_right(shown(dicom_film(4095 - TWELVE, BitsStored=12, HighBit=11, PhotometricInterpretation=name)))


@pytest.mark.filterwarnings("ignore:Invalid value")
def test_two_kinds_of_pixel_are_named_as_the_file_states_them() -> None:
    with pytest.raises(UnreadableFilm, match=r'DICOM file is "MONOCHROME2\\RGB", which'):
        shown(film_with(PhotometricInterpretation=["MONOCHROME2", "RGB"]))


def test_colours_said_to_be_monochrome_1_are_inverted_as_greys_are() -> None:
    negative = np.dstack([np.round(255 - TRUTH * 255).astype(np.uint8)] * 3)
    film = shown(dicom_film(negative, PhotometricInterpretation="MONOCHROME1"))
    assert_right(film)
    assert film.provenance.notes == ("The file is MONOCHROME1 (low values bright); its values were inverted.",)


@pytest.mark.parametrize(
    ("kind", "shape", "said"),
    [
        ("MONOCHROME2", "IDENTITY", False),
        ("MONOCHROME1", "INVERSE", False),
        ("MONOCHROME2", "INVERSE", True),
        ("MONOCHROME1", "IDENTITY", True),
        ("MONOCHROME2", None, False),
    ],
)
def test_a_presentation_that_contradicts_the_pixels_is_noted(kind: str, shape: str | None, said: bool) -> None:
    values = TWELVE if kind == "MONOCHROME2" else 4095 - TWELVE
    film = shown(film_with(PhotometricInterpretation=kind, PresentationLUTShape=shape, PixelData=values.tobytes()))
    assert_right(film)
    assert any(f"({shape}) contradicts its" in note for note in film.provenance.notes) == said


@pytest.mark.filterwarnings("ignore:Invalid value")
@pytest.mark.parametrize("name", ["HSV", "MONOCHROME", "MONOCHROME3", "GRAYSCALE", "CMYK"])
def test_an_unknown_kind_of_pixel_is_named(name: str) -> None:
    with pytest.raises(UnreadableFilm, match=f'DICOM file is "{name}", which is not supported'):
        shown(film_with(PhotometricInterpretation=name))


def overlay() -> NDArray[np.uint16]:
    """(H, W): a drawing, in the four bits above a film of twelve."""
    drawn = np.zeros(TWELVE.shape, np.uint16)
    drawn[40:60, 30:90] = 0xF000
    return drawn


def noise() -> NDArray[Any]:
    """(H, W): rubbish in the four bits above a film of twelve."""
    return np.random.default_rng(0).integers(0, 16, TWELVE.shape).astype(np.uint16) << 12


BITS: dict[str, tuple[NDArray[Any], dict[str, object], bool]] = {
    "an overlay above the picture": (TWELVE | overlay(), {}, False),
    "rubbish above the picture": (TWELVE | noise(), {}, False),
    "a constant above the picture": (TWELVE | np.uint16(0x8000), {}, False),
    "a picture of 12 bits said to have 10": (TWELVE, {"BitsStored": 10, "HighBit": 9}, True),
    "a picture of 16 bits said to have 10": (TWELVE << 4, {"BitsStored": 10, "HighBit": 9}, True),
    "a picture that slightly exceeds its bits": (TWELVE, {"BitsStored": 11, "HighBit": 10}, True),
    "a picture in the upper bits": (TWELVE << 4, {"HighBit": 15}, False),
    "a picture in the upper bits over an overlay": (TWELVE << 4 | overlay() >> 12, {"HighBit": 15}, False),
}


@pytest.mark.parametrize("case", BITS)
def test_bits_that_lie(case: str) -> None:
    stored, tags, said = BITS[case]
    film = shown(dicom_film(stored, **{"BitsStored": 12, "HighBit": 11, **tags}))
    assert_right(film)
    assert any("more bits than the file's BitsStored" in note for note in film.provenance.notes) == said


def test_bits_that_are_no_picture_either_way_are_refused() -> None:
    with pytest.raises(UnreadableFilm, match="give no valid image with or without them"):
        shown(dicom_film(noise() >> 4 | noise() >> 12 | noise(), BitsStored=12, HighBit=11))


def test_signed_values_without_their_sign_bits() -> None:
    stored = (TWELVE.astype(np.int16) - 2048) & 0x0FFF
    assert_right(shown(dicom_film(stored.astype(np.int16), BitsStored=12, HighBit=11)))


def test_values_said_to_be_signed_that_are_not() -> None:
    assert_right(shown(dicom_film(TWELVE.astype(np.int16), BitsStored=12, HighBit=11)))


SIGNED = TWELVE.astype(np.int16) - 2048
SIGNS: dict[str, tuple[NDArray[Any], dict[str, object], str]] = {
    "16 bits, said to be signed": (TWELVE << 4, {"PixelRepresentation": 1}, "unsigned"),
    "8 bits, said to be signed": ((TWELVE >> 4).astype(np.uint8), {"PixelRepresentation": 1}, "unsigned"),
    "12 bits, said to be signed": (TWELVE, {"PixelRepresentation": 1, "BitsStored": 12, "HighBit": 11}, "unsigned"),
    "signed around 0": (SIGNED, {"PixelRepresentation": 0}, "signed"),
    "signed, few below 0": (SIGNED + 1700, {"PixelRepresentation": 0}, "signed"),
    "signed, mostly of one value below 0": (np.maximum(SIGNED, -30), {"PixelRepresentation": 0}, "signed"),
    "signed, 12 bits": (SIGNED, {"PixelRepresentation": 0, "BitsStored": 12, "HighBit": 11}, "signed"),
    "signed, 12 bits alone": (SIGNED & 0xFFF, {"PixelRepresentation": 0, "BitsStored": 12, "HighBit": 11}, "signed"),
    "signed, and said so": (SIGNED, {}, ""),
    "unsigned, and said so": (TWELVE << 4, {}, ""),
}


def sign_notes(film: Radiograph) -> list[str]:
    """The notes on a sign that the header does not state."""
    return [note for note in film.provenance.notes if "PixelRepresentation" in note]


@pytest.mark.parametrize("case", SIGNS)
def test_signs_that_lie(case: str) -> None:
    stored, tags, said = SIGNS[case]
    film = shown(dicom_film(stored, **tags))
    truth = np.maximum(TRUTH, 2018 / 4095) if "of one value" in case else TRUTH
    np.testing.assert_allclose(film.pixels, (truth - truth.min()) / (1 - truth.min()), atol=1.5 / 255)
    assert [note.startswith(f"The grey values are {said} ") for note in sign_notes(film)] == [True] * bool(said)


@pytest.mark.parametrize("stated", [0, 1])
def test_the_sign_of_a_jpeg_2000_stream_counts(stated: int) -> None:
    film = dicom_film(SIGNED, PixelRepresentation=stated)
    film.PixelData = encapsulate([bytes(imagecodecs.jpeg2k_encode(SIGNED, codecformat="j2k", reversible=True))])
    film["PixelData"].is_undefined_length = True
    film.file_meta.TransferSyntaxUID = JPEG2000Lossless
    read_film = shown(film)
    assert_right(read_film)
    assert bool(sign_notes(read_film)) == (stated == 0)


@pytest.mark.parametrize("value", [4095, 0x8000, 0xFFFF])
def test_padding_of_one_value_tells_nothing_about_the_sign(value: int) -> None:
    stored = TWELVE.copy()
    stored[:, :20] = stored[:, -20:] = value
    assert not sign_notes(shown(dicom_film(stored)))


def test_the_precision_of_a_stream_counts() -> None:
    film = film_with(BitsStored=10, HighBit=9)
    film.PixelData = encapsulate([bytes(imagecodecs.jpeg8_encode(TWELVE, lossless=True, bitspersample=12))])
    film["PixelData"].is_undefined_length = True
    film.file_meta.TransferSyntaxUID = JPEGLosslessSV1
    assert_right(shown(film))


def test_a_stream_of_fewer_bits_than_stated_is_read_by_its_own() -> None:
    film = film_with(BitsStored=16, HighBit=15)
    film.PixelData = encapsulate([bytes(imagecodecs.jpegls_encode(TWELVE))])
    film["PixelData"].is_undefined_length = True
    film.file_meta.TransferSyntaxUID = JPEGLSLossless
    assert_right(shown(film))


@pytest.mark.parametrize("padding", [0, 65535, 40000])
@pytest.mark.parametrize("kind", ["MONOCHROME1", "MONOCHROME2"])
def test_padding_does_not_count_and_is_black(padding: int, kind: str) -> None:
    stored = TWELVE + np.uint16(1000)
    stored[:20] = padding
    film = shown(dicom_film(stored, PixelPaddingValue=padding, PhotometricInterpretation=kind))
    assert (film.pixels[:20] == 0).all()
    np.testing.assert_allclose(film.pixels[20:], 1 - TRUTH[20:] if kind == "MONOCHROME1" else TRUTH[20:], atol=0.03)
    assert any("padding" in note for note in film.provenance.notes)


def test_a_range_of_padding_is_black() -> None:
    stored = TWELVE + np.uint16(1000)
    stored[:10], stored[10:20] = 60_000, 65_000
    film = shown(dicom_film(stored, PixelPaddingValue=65_535, PixelPaddingRangeLimit=60_000))
    assert (film.pixels[:20] == 0).all()
    np.testing.assert_allclose(film.pixels[20:], TRUTH[20:], atol=0.03)


def test_signed_padding_written_as_an_unsigned_number() -> None:
    stored = TWELVE.astype(np.int16)
    stored[:20] = -2000
    film = dicom_film(stored, BitsStored=16, HighBit=15)
    film.add_new(0x00280120, "US", 65536 - 2000)
    np.testing.assert_allclose(shown(film).pixels[20:], TRUTH[20:], atol=0.03)


@pytest.mark.parametrize("rows", [4, 10, 16, 80])
@pytest.mark.parametrize("marker", [0, 65535])
def test_markers_far_from_the_picture_do_not_decide_the_range(marker: int, rows: int) -> None:
    """Of 80 of the 32 000 pixels, and of 5 %."""
    stored = TWELVE + np.uint16(6000)
    stored[100 : 100 + rows, 100:120] = marker
    film = shown(dicom_film(stored))
    rest = np.ones(stored.shape, bool)
    rest[100 : 100 + rows, 100:120] = False
    np.testing.assert_allclose(film.pixels[rest], TRUTH[rest], atol=0.02)


def test_the_first_usable_window_of_several_counts() -> None:
    film = shown(film_with(WindowCenter=["90000", "2048", "100"], WindowWidth=["10", "4096", "50"]))
    assert_right(film)
    assert any("hides the picture" in note for note in film.provenance.notes)


def window(centre: float, width: float, **tags: object) -> dict[str, object]:
    """The tags of a window, and further ones."""
    return {"WindowCenter": centre, "WindowWidth": width, **tags}


def framed(stored: NDArray[Any], value: int) -> NDArray[Any]:
    """A film whose left and right fifths have one value, as collimation and blank background do."""
    inside = stored.copy()
    inside[:, :32] = inside[:, -32:] = value
    return inside


HIDING: dict[str, tuple[NDArray[Any], dict[str, object]]] = {
    "of 8 bits, on 12": (TWELVE, window(128, 256)),
    "of 8 bits, on 12 in a black frame": (framed(TWELVE, 0), window(128, 256)),
    "of 12 bits, on 16": (TWELVE << 4, window(2048, 4096)),
    "of 12 bits, on 16 in a black frame": (framed(TWELVE << 4, 0), window(2048, 4096)),
    "of 16 bits, on 12": (TWELVE, window(32768, 65536)),
    "of 14 bits, on 12": (TWELVE, window(8192, 16384)),
    "of 16 bits, on 12 in a white frame": (framed(TWELVE, 65535), window(32768, 65536)),
    "of CT": (TWELVE, window(40, 400)),
    "of stored values, on rescaled ones": (TWELVE, window(2048, 4096, RescaleSlope="0.0625", RescaleIntercept="0")),
}


@pytest.mark.parametrize("case", HIDING)
def test_a_window_for_other_values_is_ignored_with_a_note(case: str) -> None:
    stored, tags = HIDING[case]
    film = shown(dicom_film(stored, **tags))
    inside = np.s_[:, 32:-32] if "frame" in case else np.s_[:]
    np.testing.assert_allclose(film.pixels[inside], TRUTH[inside], atol=0.1)  # a frame hides some black and white
    assert "The file's window hides the picture and was ignored." in film.provenance.notes


SHOWING: dict[str, tuple[NDArray[Any], dict[str, object], float, float]] = {
    "narrow": (TWELVE, window(2048, 900), 1598, 900),
    "narrow, in a black frame": (framed(TWELVE, 0), window(2048, 900), 1598, 900),
    "narrow, in a white frame": (framed(TWELVE, 4095), window(2048, 900), 1598, 900),
    "wide": (TWELVE, window(3000, 6001), 0, 6001),
}


@pytest.mark.parametrize("case", SHOWING)
def test_a_window_that_shows_the_picture_is_followed(case: str) -> None:
    stored, tags, low, width = SHOWING[case]
    film = shown(dicom_film(stored, **tags))
    np.testing.assert_allclose(film.pixels, np.clip((stored.astype(float) - low) / width, 0, 1), atol=0.003)
    assert film.provenance.notes == ()


@pytest.mark.parametrize("tags", [{"WindowCenter": 2048}, {"WindowCenter": 2048, "WindowWidth": -5}])
def test_half_a_window_is_ignored_with_a_note(tags: dict[str, object]) -> None:
    film = shown(film_with(**tags))
    assert_right(film)
    assert any("not valid" in note for note in film.provenance.notes)


def table(outputs: NDArray[Any], first: int, bits: int) -> Dataset:
    """An item of a sequence of look-up tables."""
    item = Dataset()
    item.add_new(0x00283002, "US", [len(outputs), first, bits])
    item.add_new(0x00283006, "OW", outputs.tobytes())
    return item


TABLES: dict[str, Callable[[], Dataset]] = {
    "12 bits": lambda: table(np.arange(4096, dtype=np.uint16), 0, 12),
    "said to have 16 bits": lambda: table(np.arange(4096, dtype=np.uint16), 0, 16),
    "8 bits in words": lambda: table((np.arange(4096) >> 4).astype(np.uint16), 0, 8),
    "8 bits in bytes": lambda: table((np.arange(4096) >> 4).astype(np.uint8), 0, 8),
}


def test_unsigned_padding_written_as_a_signed_number() -> None:
    stored = TWELVE.copy()
    stored[:20] = 65535
    film = dicom_film(stored)
    film.add_new(0x00280120, "SS", -1)
    pixels = shown(film).pixels
    assert (pixels[:20] == 0).all()
    np.testing.assert_allclose(pixels[20:], TRUTH[20:], atol=0.03)


@pytest.mark.parametrize(("entries", "bits"), [(256, 8), (512, 12)])
def test_a_table_for_values_of_fewer_bits_is_ignored_with_a_note(entries: int, bits: int) -> None:
    outputs = np.linspace(0, (1 << bits) - 1, entries).astype(np.uint16)
    film = shown(film_with(VOILUTSequence=Sequence([table(outputs, 0, bits)])))
    assert_right(film)
    assert "The file's window hides the picture and was ignored." in film.provenance.notes


@pytest.mark.parametrize("case", TABLES)
def test_tables_of_brightness(case: str) -> None:
    assert_right(shown(film_with(VOILUTSequence=Sequence([TABLES[case]()]))), 1.5 / 255)


def test_a_table_that_inverts_is_followed() -> None:
    inverted = table(np.arange(4096, dtype=np.uint16)[::-1].copy(), 0, 12)
    film = shown(dicom_film(4095 - TWELVE, BitsStored=12, HighBit=11, VOILUTSequence=Sequence([inverted])))
    assert_right(film)


def test_deep_colours_keep_their_bits() -> None:
    stored = np.dstack([TWELVE] * 3)  # of 16 bits by the header
    film = shown(dicom_film(stored))
    assert_right(film, 2 / 4096)
    assert film.provenance.bits == 16


def test_a_header_of_millions_of_entries_is_not_read_to_its_end() -> None:
    data = dicom_bytes(film_with())
    start = data.index(b"\x28\x00\x02\x00")
    many = b"\x09\x00\x10\x00LO\x00\x00" * header.MOST_READS
    with pytest.raises(UnreadableFilm, match="too many entries"):
        read(data[:start] + many + data[start:])


def test_a_value_of_thousands_of_numbers_is_refused() -> None:
    with pytest.raises(UnreadableFilm, match="WindowCenter .* is longer than any film's"):
        shown(film_with(WindowCenter=["1"] * 4000, WindowWidth=2))


def test_a_slope_of_zero_is_named() -> None:
    with pytest.raises(UnreadableFilm, match="RescaleSlope .* is 0"):
        shown(film_with(RescaleSlope="0", RescaleIntercept="0"))


def test_a_second_native_frame_is_not_left_out_in_silence() -> None:
    film = film_with()
    film.PixelData = film.PixelData * 2
    with pytest.raises(UnreadableFilm, match="do not fit"):
        shown(film)


def test_a_palette_that_is_missing_is_named() -> None:
    with pytest.raises(UnreadableFilm, match="palette is missing or damaged"):
        shown(film_with(PhotometricInterpretation="PALETTE COLOR"))


def called(syntax: UID) -> bytes:
    """A film of plain pixels that is said to have a transfer syntax, which pydicom would not write."""
    head, value = b"\x02\x00\x10\x00UI", syntax.encode().ljust(len(syntax) + len(syntax) % 2, b"\0")
    before, _, rest = dicom_bytes(film_with()).partition(head)
    length = int.from_bytes(rest[:2], "little")
    return before + head + len(value).to_bytes(2, "little") + value + rest[2 + length :]


@pytest.mark.parametrize("syntax", [JPEG2000Lossless, JPEGLSLossless, RLELossless])
def test_pixels_that_are_not_compressed_as_their_file_says_are_read(syntax: UID) -> None:
    film = read(called(syntax), polarity="keep")
    assert_right(film)
    assert f"The file says that it is compressed as {syntax.name}, but it is not." in film.provenance.notes


@pytest.mark.parametrize("syntax", ["1.2.3.4", "1.2.840.113619.5.2"])
def test_a_transfer_syntax_that_only_its_maker_knows_is_named(syntax: str) -> None:
    with pytest.raises(UnreadableFilm, match=f"transfer syntax {syntax} is not standard: export it uncompressed"):
        read(called(UID(syntax)))


@pytest.mark.parametrize(("code", "name"), [("110", "JPEG XL Lossless"), ("112", "JPEG XL")])
def test_a_transfer_syntax_that_pydicom_does_not_know_is_named(code: str, name: str) -> None:
    with pytest.raises(UnreadableFilm, match=f"compressed as {name}, which is not supported: export it again"):
        read(called(UID(f"1.2.840.10008.1.2.4.{code}")))
