"""Checksums tell films and truths apart, and nothing else."""

from pathlib import Path

import numpy as np
import pytest

from spinefm.core.geometry import Box, Point
from spinefm.core.levels import Level
from spinefm.core.masks import Mask
from spinefm.data import Case, Truth
from spinefm.evaluation.checksums import truth_checksum

C3 = Mask(np.ones((10, 12), bool), (5, 6))
C4 = Mask(np.ones((10, 12), bool), (5, 26))
TRUTH = Truth({Level.C3: C3, Level.C4: C4}, {}, True, {Level.C5: Box(1, 2, 3, 4)})
CORNERS = (Point(5, 6), Point(16, 6), Point(16, 15), Point(5, 15))
MORE = {"spacing_mm": 0.2, "corners": {Level.C3: CORNERS}, "faces": "left"}


def checksum(truth=TRUTH, **more):
    return truth_checksum(Case("a", Path("a.png"), "cervical", "", truth, **more))


def test_the_same_truth_in_another_order_has_the_same_checksum():
    again = Truth({Level.C4: C4, Level.C3: Mask(C3.crop.copy(), C3.origin)}, {}, True, dict(TRUTH.boxes))
    assert checksum(again) == checksum()
    as_numbers = tuple(Point(np.float64(x), np.float64(y)) for x, y in CORNERS)
    assert checksum(**{**MORE, "corners": {Level.C3: as_numbers}}) == checksum(**MORE)


@pytest.mark.parametrize(
    "other",
    [
        Truth({Level.C3: C3}, {Level.C4: C4}, True, TRUTH.boxes),
        Truth({Level.C3: C4, Level.C4: C3}, {}, True, TRUTH.boxes),
        Truth({Level.C3: C3, Level.C4: Mask(C4.crop, (5, 27))}, {}, True, TRUTH.boxes),
        Truth(TRUTH.bodies, {}, False, TRUTH.boxes),
        Truth(TRUTH.bodies, {}, True, {Level.C5: Box(1, 2, 3, 5)}),
    ],
)
def test_another_truth_has_another_checksum(other):
    assert checksum(other) != checksum()


@pytest.mark.parametrize(
    "other",
    [
        {"spacing_mm": 0.21},
        {"spacing_mm": None},
        {"faces": "right"},
        {"faces": ""},
        {"corners": {}},
        {"corners": {Level.C4: CORNERS}},
        {"corners": {Level.C3: (*CORNERS[:3], Point(5, 14.5))}},
    ],
)
def test_what_changes_measures_alone_changes_the_checksum(other):
    assert checksum(**{**MORE, **other}) != checksum(**MORE)
