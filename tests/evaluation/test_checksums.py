"""Checksums tell films and truths apart, and nothing else."""

import numpy as np
import pytest

from spinefm.core.geometry import Box
from spinefm.core.levels import Level
from spinefm.core.masks import Mask
from spinefm.data import Truth
from spinefm.evaluation.checksums import truth_checksum

C3 = Mask(np.ones((10, 12), bool), (5, 6))
C4 = Mask(np.ones((10, 12), bool), (5, 26))
TRUTH = Truth({Level.C3: C3, Level.C4: C4}, {}, True, {Level.C5: Box(1, 2, 3, 4)})


def test_the_same_truth_in_another_order_has_the_same_checksum():
    again = Truth({Level.C4: C4, Level.C3: Mask(C3.crop.copy(), C3.origin)}, {}, True, dict(TRUTH.boxes))
    assert truth_checksum(again) == truth_checksum(TRUTH)


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
    assert truth_checksum(other) != truth_checksum(TRUTH)
