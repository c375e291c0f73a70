"""Spacings that cannot be used: ignored with a note, never in silence."""

from __future__ import annotations

import numpy as np
import pytest

from spinefm.imaging.radiograph import Radiograph, Spacing, read
from tests.bad_films import dicom_bytes, dicom_film, ramp

TWELVE = np.round(ramp() * 4095).astype(np.uint16)
RANGE = "The file's PixelSpacing is not two lengths from 0.01 to 5 mm and was ignored."
ONE = "The file's {} is 1 mm, which programs write that know no scale, and was ignored."
DISTORTED = "so lengths are given in pixels, and both they and angles are distorted."


def scale_notes(film: Radiograph) -> list[str]:
    """The notes on spacing."""
    return [note for note in film.provenance.notes if "Spacing" in note or "square" in note]


def film_with(**tags: object) -> Radiograph:
    """A film of 12 bits, read, with further tags."""
    return read(dicom_bytes(dicom_film(TWELVE, **tags)), polarity="keep")


def with_text(spacing: str) -> bytes:
    """A film whose PixelSpacing has this text, which pydicom would not write."""
    data = dicom_bytes(dicom_film(TWELVE, PixelSpacing=[0.25, 0.25]))
    old, value = b"\x28\x00\x30\x00DS\x0a\x000.25\\0.25 ", spacing.encode().ljust(len(spacing) + len(spacing) % 2)
    assert old in data
    return data.replace(old, old[:6] + len(value).to_bytes(2, "little") + value)


@pytest.mark.parametrize(
    "text", ["0,41\\0,41", "0.41,0.41", "0.41", "0.41\\0.41\\1", "0.00041\\0.00041", "0\\0", "-0.4\\-0.4", "NaN\\NaN"]
)
def test_a_spacing_that_is_none_is_ignored_with_a_note(text: str) -> None:
    film = read(with_text(text), polarity="keep")
    assert film.spacing is None and scale_notes(film) == [RANGE]


@pytest.mark.parametrize("text", ["0.41\\0.41", ""])
def test_a_spacing_or_none_leaves_no_note(text: str) -> None:
    film = read(with_text(text), polarity="keep")
    assert (film.spacing is None) == (text == "") and scale_notes(film) == []


ONES: dict[str, tuple[dict[str, object], float | None, list[str]]] = {
    "of the patient": ({"PixelSpacing": [1, 1]}, None, ["PixelSpacing"]),
    "of the detector": ({"ImagerPixelSpacing": [1, 1]}, None, ["ImagerPixelSpacing"]),
    "of both": ({"PixelSpacing": [1, 1], "ImagerPixelSpacing": [1, 1]}, None, ["PixelSpacing", "ImagerPixelSpacing"]),
    "beside the detector's": ({"PixelSpacing": [1, 1], "ImagerPixelSpacing": [0.2, 0.2]}, 0.2, ["PixelSpacing"]),
    "calibrated": ({"PixelSpacing": [1, 1], "PixelSpacingCalibrationType": "FIDUCIAL"}, 1.0, []),
}


@pytest.mark.parametrize("case", ONES)
def test_one_millimetre_is_no_scale_unless_calibrated(case: str) -> None:
    tags, expected, ignored = ONES[case]
    film = film_with(**tags)
    assert (film.spacing and film.spacing.mm) == expected
    assert scale_notes(film) == [ONE.format(name) for name in ignored]


@pytest.mark.parametrize(
    ("patient", "detector"),
    [
        ("0.143", "0.143"),
        ("0.143", "0.1430001"),
        ("0.143", "0.14300000667572"),
        ("0.14", "0.143"),
        ("0.18", "0.175"),
    ],
)
def test_rounding_is_no_calibration(patient: str, detector: str) -> None:
    scales = {"PixelSpacing": [patient] * 2, "ImagerPixelSpacing": [detector] * 2}
    spacing = film_with(**scales, EstimatedRadiographicMagnificationFactor="1.25").spacing
    assert spacing == Spacing(float(detector) / 1.25, "ImagerPixelSpacing divided by the magnification")


DETECTOR: dict[str, object] = {"ImagerPixelSpacing": ["0.15", "0.15"]}
UNBELIEVED = "The magnification that the file states, or that its distances give, is not from 1 to 3 and was ignored."
LARGER = (
    "The file's PixelSpacing is larger than its ImagerPixelSpacing, as no calibration makes it, and was used as it is."
)
DOUBTS: dict[str, tuple[dict[str, object], float, list[str]]] = {
    "a magnification in percent": ({"EstimatedRadiographicMagnificationFactor": "130"}, 0.15, [UNBELIEVED]),
    "one below 1": ({"EstimatedRadiographicMagnificationFactor": "0.77"}, 0.15, [UNBELIEVED]),
    "two": ({"EstimatedRadiographicMagnificationFactor": ["1.3", "1.4"]}, 0.15, [UNBELIEVED]),
    "none": ({"EstimatedRadiographicMagnificationFactor": "0"}, 0.15, []),
    "distances in mm and cm": ({"DistanceSourceToDetector": 1800, "DistanceSourceToPatient": 144}, 0.15, [UNBELIEVED]),
    "distances of 0": ({"DistanceSourceToDetector": 1800, "DistanceSourceToPatient": 0}, 0.15, []),
    "in percent, beside distances": (
        {
            "EstimatedRadiographicMagnificationFactor": "125",
            "DistanceSourceToDetector": 1800,
            "DistanceSourceToPatient": 1440,
        },
        0.12,
        [],
    ),
    "in percent, but calibrated": (
        {"EstimatedRadiographicMagnificationFactor": "130", "PixelSpacing": ["0.12", "0.12"]},
        0.12,
        [],
    ),
    "pixels of double the size": ({"PixelSpacing": ["0.3", "0.3"]}, 0.3, [LARGER]),
    "calibrated to double the size": (
        {"PixelSpacing": ["0.3"] * 2, "PixelSpacingCalibrationType": "FIDUCIAL"},
        0.3,
        [],
    ),
    "calibrated by nothing": (
        {
            "PixelSpacing": ["0.15", "0.15"],
            "PixelSpacingCalibrationType": "NONE",
            "EstimatedRadiographicMagnificationFactor": "1.25",
        },
        0.12,
        [],
    ),
}


@pytest.mark.parametrize("case", DOUBTS)
def test_what_does_not_fit_the_detector_leaves_a_note(case: str) -> None:
    tags, expected, notes = DOUBTS[case]
    film = film_with(**DETECTOR, **tags)
    assert film.spacing is not None and film.spacing.mm == pytest.approx(expected)
    assert [note for note in film.provenance.notes if "ignored" in note or "as it is" in note] == notes
    assert film.spacing.source.endswith("calibration not stated") == (LARGER in notes)


SHAPES: dict[str, tuple[dict[str, object], str]] = {
    "by their size": ({"PixelSpacing": [0.8, 0.4]}, "(0.8 x 0.4 mm)"),
    "by their shape": ({"PixelAspectRatio": ["2", "1"]}, "(2 x 1)"),
}


@pytest.mark.parametrize("case", SHAPES)
def test_pixels_that_are_not_square_distort_with_a_note(case: str) -> None:
    tags, size = SHAPES[case]
    film = film_with(**tags)
    assert film.spacing is None and scale_notes(film) == [f"The pixels are not square {size}, {DISTORTED}"]


@pytest.mark.parametrize("ratio", [["1", "1"], ["100", "100"], ["0", "1"], None])
def test_square_pixels_leave_no_note(ratio: list[str] | None) -> None:
    assert scale_notes(film_with(PixelAspectRatio=ratio)) == []


SCANNED: dict[str, tuple[dict[str, object], float | None, str]] = {
    "alone": ({}, 0.175, "NominalScannedPixelSpacing, on the film that was scanned"),
    "beside a scale of nothing": ({"PixelSpacing": [1, 1]}, 0.175, "NominalScannedPixelSpacing"),
    "beside the patient's": ({"PixelSpacing": [0.15, 0.15]}, 0.15, "PixelSpacing, its calibration"),
    "beside the detector's": ({"ImagerPixelSpacing": [0.2, 0.2]}, 0.2, "ImagerPixelSpacing"),
    "of one millimetre": ({"NominalScannedPixelSpacing": [1, 1]}, None, ""),
    "of a scanned film": ({"ConversionType": "DF"}, 0.175, "NominalScannedPixelSpacing"),
    "of a screen": ({"ConversionType": "WSD"}, None, ""),
    "of a drawing": ({"ConversionType": "DRW"}, None, ""),
}


@pytest.mark.parametrize("case", SCANNED)
def test_what_a_scanner_of_films_states_comes_last(case: str) -> None:
    tags, expected, source = SCANNED[case]
    spacing = film_with(**{"NominalScannedPixelSpacing": [0.175, 0.175], **tags}).spacing
    assert (spacing and spacing.mm) == expected
    assert spacing is None or spacing.source.startswith(source)


@pytest.mark.parametrize("tags", [{"PixelSpacing": [0.15, 0.15]}, {"ImagerPixelSpacing": [0.2, 0.2]}])
def test_a_scanners_scale_that_is_not_needed_is_not_complained_about(tags: dict[str, object]) -> None:
    assert not scale_notes(film_with(NominalScannedPixelSpacing=[0, 0], **tags))
