"""Millimetres per pixel by priority: calibrated PixelSpacing, then ImagerPixelSpacing divided by the magnification,
then ImagerPixelSpacing at the detector (DICOM PS3.3, 10.7.1.3), else unknown.
"""

from __future__ import annotations

import math

from pydicom.dataset import Dataset

from spinefm.imaging.decoded import Spacing
from spinefm.imaging.dicom.header import numbers, text

SPACING_RANGE = (0.01, 5.0)
"""Believable millimetres per pixel: finer than any detector, and coarser than shows a vertebra."""
SQUARE = 0.01
"""Share by which row and column spacing may differ: that of rounding."""
MAGNIFICATION_RANGE = (1.0, 3.0)
"""Believable magnification: nothing is projected smaller than it is, and no patient is so close to the tube."""


def read_spacing(header: Dataset) -> tuple[Spacing | None, tuple[str, ...]]:
    """Millimetres per pixel, in x and y alike, by the priority above; and a note when a stated one cannot be used."""
    for pair, divisor, source in _spacing_candidates(header):
        rows, columns = pair[0] / divisor, pair[1] / divisor
        if abs(rows - columns) > SQUARE * max(rows, columns):
            return None, (f"The pixels are not square ({rows:g} x {columns:g} mm), so lengths are given in pixels.",)
        if SPACING_RANGE[0] <= rows <= SPACING_RANGE[1]:
            return Spacing(math.sqrt(rows * columns), source), ()
    return None, ()


def _spacing_candidates(header: Dataset) -> list[tuple[tuple[float, float], float, str]]:
    """(row and column spacing, divisor, source) in the order in which they are believed."""
    patient, detector = _pair(header, "PixelSpacing"), _pair(header, "ImagerPixelSpacing")
    calibrated = patient and (
        text(header, "PixelSpacingCalibrationType") or (detector is not None and patient != detector)
    )
    magnification = _magnification(header)
    candidates = []
    if patient and calibrated:
        candidates.append((patient, 1.0, "calibrated PixelSpacing"))
    if detector and magnification:
        candidates.append((detector, magnification, "ImagerPixelSpacing divided by the magnification"))
    if detector:
        candidates.append((detector, 1.0, "ImagerPixelSpacing, at the detector"))
    if patient:
        candidates.append((patient, 1.0, "PixelSpacing, its calibration not stated"))
    return candidates


def _pair(header: Dataset, tag: str) -> tuple[float, float] | None:
    """Row and column spacing in mm, or None unless they are two positive finite numbers."""
    values = numbers(header, tag) or []
    return (values[0], values[1]) if len(values) == 2 and min(values) > 0 else None


def _magnification(header: Dataset) -> float | None:
    """The stated magnification, or the ratio of the source's distances to detector and patient."""
    stated = _number(header, "EstimatedRadiographicMagnificationFactor")
    far, near = _number(header, "DistanceSourceToDetector"), _number(header, "DistanceSourceToPatient")
    ratio = far / near if far and near else None
    for value in (stated, ratio):
        if value is not None and MAGNIFICATION_RANGE[0] <= value <= MAGNIFICATION_RANGE[1]:
            return value
    return None


def _number(header: Dataset, tag: str) -> float | None:
    values = numbers(header, tag) or []
    return values[0] if len(values) == 1 and values[0] > 0 else None
