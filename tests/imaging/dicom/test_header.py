"""What a DICOM header says: the window, the spacing, and damage that is one sentence."""

from __future__ import annotations

import struct
from collections.abc import Callable

import numpy as np
import pytest
from pydicom import Dataset
from pydicom.dataset import FileDataset
from pydicom.sequence import Sequence

from spinefm.imaging.radiograph import Spacing, UnreadableFilm, read
from tests.bad_films import dicom_bytes, dicom_film
from tests.imaging.samples import BYTES, TRUTH, WORDS


def bad_dicom(tag: str, value: bytes, **tags: object) -> bytes:
    """A DICOM film with raw bytes for the value of a tag, in a file as damage or careless software leaves it."""
    return with_value(dicom_film(WORDS, **{**tags, tag: 1}), tag, value)


def with_value(film: FileDataset, tag: str, value: bytes, data: bytes = b"") -> bytes:
    """A film's file, or `data` of it, with raw bytes for the value of a tag."""
    element = film[tag]
    start = struct.pack("<2H2s", element.tag.group, element.tag.element, element.VR.encode())
    before, found, after = (data or dicom_bytes(film)).partition(start)
    assert found
    (length,) = struct.unpack("<H", after[:2])
    return before + start + struct.pack("<H", len(value)) + value + after[2 + length :]


def with_window(centres: bytes, widths: bytes) -> bytes:
    """A film whose windows have raw bytes for their values."""
    film = dicom_film(WORDS, WindowCenter=1, WindowWidth=1)
    return with_value(film, "WindowWidth", widths, with_value(film, "WindowCenter", centres))


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
    "calibrated for a spine near the detector": (
        {"PixelSpacing": [0.285, 0.285], "ImagerPixelSpacing": [0.3, 0.3]},
        Spacing(0.285, "calibrated PixelSpacing"),
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


WINDOWS: dict[str, tuple[bytes, bytes, bool]] = {
    "the second blank": (b"32768\\ ", b"32768\\ ", False),
    "the second absent": (b"32768\\", b"32768\\", False),
    "the first blank": (b"\\32768", b"\\32768", False),
    "all blank but one": (b" \\ \\32768\\", b" \\ \\32768\\", False),
    "the second without a width": (b"32768\\2048 ", b"32768\\ ", False),
    "one width too few": (b"32768\\2048 ", b"32768 ", False),
    "the second no number": (b"32768\\auto", b"32768\\auto", False),
    "the first no number": (b"auto\\32768", b"auto\\32768", True),
    "the first without a width": (b"2048\\32768 ", b"\\32768", True),
    "the first infinite": (b"inf\\32768 ", b"4096\\32768", True),
}


@pytest.mark.parametrize("case", WINDOWS)
def test_windows_are_judged_one_by_one(case: str) -> None:
    centres, widths, said = WINDOWS[case]
    data = with_window(centres.ljust(len(centres) + len(centres) % 2), widths.ljust(len(widths) + len(widths) % 2))
    film = read(data, polarity="keep")
    np.testing.assert_allclose(film.pixels, np.clip(TRUTH * 2 - 0.5, 0, 1), atol=0.01)
    assert film.provenance.notes == ("The file's window is not valid and was ignored.",) * said


@pytest.mark.parametrize(
    ("centres", "widths", "said"), [(b"  ", b"  ", False), (b"\\ ", b"\\ ", False), (b"32768 ", b"auto", True)]
)
def test_without_a_valid_window_the_values_are_stretched(centres: bytes, widths: bytes, said: bool) -> None:
    film = read(with_window(centres, widths), polarity="keep")
    np.testing.assert_allclose(film.pixels, TRUTH, atol=0.01)
    assert ("The file's window is not valid and was ignored." in film.provenance.notes) == said
