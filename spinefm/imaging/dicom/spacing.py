"""Millimetres per pixel by priority: calibrated PixelSpacing, then ImagerPixelSpacing divided by the magnification,
then ImagerPixelSpacing at the detector (DICOM PS3.3, 10.7.1.3), then what a scanner of films states, else unknown.
"""

from __future__ import annotations

import math

from pydicom.dataset import Dataset

from spinefm.imaging.decoded import SPACING_RANGE, Spacing, not_square, unusable
from spinefm.imaging.dicom.header import numbers, text

Pair = tuple[float, float] | None

UNIT = 1e-3
"""Pixels whose sides differ from 1 mm by less say nothing, unless they are said to be calibrated: programs that make
DICOM files of pictures without a scale write 1."""
ROUNDED = 0.03
"""A PixelSpacing that differs by less from the detector's is the same, rounded: calibrating for a spine, which lies
10 cm or more before the detector, makes it at least a twentieth smaller."""
MAGNIFICATION_RANGE = (1.0, 3.0)
"""Believable magnification: nothing is projected smaller than it is, and no patient is so close to the tube."""
UNBELIEVED = "The magnification that the file states, or that its distances give, is not from 1 to 3 and was ignored."
LARGER = (
    "The file's PixelSpacing is larger than its ImagerPixelSpacing, as no calibration makes it, and was used as it is."
)
CALIBRATED = ("FIDUCIAL", "GEOMETRY")
"""What PixelSpacingCalibrationType says of a calibrated spacing (PS3.3, 10.7.1.3); some writers fill in "NONE"."""
UNCERTAIN = "PixelSpacing, its calibration not stated"
NO_SCANS = ("DV", "SYN", "DRW", "WSD", "SD")
"""What secondary captures are made of where their scale is none of a film: screens, drawings and documents."""


def read_spacing(header: Dataset) -> tuple[Spacing | None, tuple[str, ...]]:
    """Millimetres per pixel, in x and y alike, by the priority above; and a note when a stated one cannot be used."""
    patient, notes = _stated(header, "PixelSpacing")
    detector, more = _stated(header, "ImagerPixelSpacing")
    scanned, unused = _scanned(header)
    notes += more + (() if patient or detector else unused) + _doubts(header, patient, detector)
    for pair, divisor, source in _candidates(header, patient, detector, scanned):
        rows, columns = pair[0] / divisor, pair[1] / divisor
        if distorted := not_square(rows, columns, "mm"):
            return None, notes + distorted
        if SPACING_RANGE[0] <= rows <= SPACING_RANGE[1]:
            return Spacing(math.sqrt(rows * columns), source), notes
    return None, notes + _aspect(header)


def _doubts(header: Dataset, patient: Pair, detector: Pair) -> tuple[str, ...]:
    """Notes on what is stated of the detector's pixels and does not fit."""
    if detector is None or _says_calibrated(header):
        return ()
    if not _is_calibrated(header, patient, detector):
        return () if _magnification(header) or not any(_magnifications(header)) else (UNBELIEVED,)
    return (LARGER,) if patient and patient[0] > detector[0] else ()


def _candidates(
    header: Dataset, patient: Pair, detector: Pair, scanned: Pair
) -> list[tuple[tuple[float, float], float, str]]:
    """(row and column spacing, divisor, source) in the order in which they are believed."""
    magnification = _magnification(header)
    candidates = []
    if patient and _is_calibrated(header, patient, detector):
        larger = LARGER in _doubts(header, patient, detector)
        candidates.append((patient, 1.0, UNCERTAIN if larger else "calibrated PixelSpacing"))
    if detector and magnification:
        candidates.append((detector, magnification, "ImagerPixelSpacing divided by the magnification"))
    if detector:
        candidates.append((detector, 1.0, "ImagerPixelSpacing, at the detector"))
    if patient:
        candidates.append((patient, 1.0, UNCERTAIN))
    if scanned:
        candidates.append((scanned, 1.0, "NominalScannedPixelSpacing, on the film that was scanned"))
    return candidates


def _stated(header: Dataset, tag: str) -> tuple[Pair, tuple[str, ...]]:
    """Row and column spacing in mm, None where absent or unusable; and a note on an unusable one."""
    values = numbers(header, tag)
    if values == []:
        return None, ()
    if values is None or len(values) != 2 or not all(SPACING_RANGE[0] <= value <= SPACING_RANGE[1] for value in values):
        return None, (unusable(tag),)
    if all(abs(value - 1) < UNIT for value in values) and not (tag == "PixelSpacing" and _says_calibrated(header)):
        return None, (f"The file's {tag} is 1 mm, which programs write that know no scale, and was ignored.",)
    return (values[0], values[1]), ()


def _scanned(header: Dataset) -> tuple[Pair, tuple[str, ...]]:
    """As `_stated`, what a scanner of films states; None where no film was scanned."""
    no_scan = text(header, "ConversionType") in NO_SCANS
    return (None, ()) if no_scan else _stated(header, "NominalScannedPixelSpacing")


def _is_calibrated(header: Dataset, patient: Pair, detector: Pair) -> bool:
    """Whether PixelSpacing is the size at the spine: the file says so, or it is not the detector's, rounded."""
    if patient is None:
        return False
    return _says_calibrated(header) or (detector is not None and not _alike(patient, detector))


def _says_calibrated(header: Dataset) -> bool:
    return text(header, "PixelSpacingCalibrationType").upper() in CALIBRATED


def _alike(patient: tuple[float, float], detector: tuple[float, float]) -> bool:
    """Whether two spacings are one, but for rounding."""
    return all(abs(a - b) <= ROUNDED * b for a, b in zip(patient, detector, strict=True))


def _aspect(header: Dataset) -> tuple[str, ...]:
    """The note on pixels of unknown size whose stated shape (PixelAspectRatio) is not square."""
    values = numbers(header, "PixelAspectRatio") or []
    return not_square(values[0], values[1]) if len(values) == 2 and min(values) > 0 else ()


def _magnification(header: Dataset) -> float | None:
    """The stated magnification, or else the ratio of the distances, where it is believable."""
    low, high = MAGNIFICATION_RANGE
    return next((value for value in _magnifications(header) if value and low <= value <= high), None)


def _magnifications(header: Dataset) -> tuple[float | None, float | None]:
    """The stated magnification, and the ratio of the source's distances to detector and patient; None where absent."""
    far, near = _number(header, "DistanceSourceToDetector"), _number(header, "DistanceSourceToPatient")
    return _number(header, "EstimatedRadiographicMagnificationFactor"), far / near if far and near else None


def _number(header: Dataset, tag: str) -> float | None:
    """A tag's number; None where it is absent or 0, NaN where it is none."""
    values = numbers(header, tag)
    if values in ([], [0.0]):
        return None
    return values[0] if values is not None and len(values) == 1 else math.nan
