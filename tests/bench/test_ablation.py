"""The ablation: every departure has a switch, and kept answers are those of the networks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from bench.ablation import PUBLISHED, SWITCHES, TUNED, Asked, Row, table
from spinefm.core.geometry import Box, Point
from spinefm.imaging.radiograph import Radiograph
from spinefm.methods.spinefm import SpineFMConfig
from tests.columns import Oracle, straight


def test_every_departure_from_the_paper_has_one_switch() -> None:
    switched = [setting for own in SWITCHES.values() for setting in own]
    assert len(switched) == len(set(switched))
    assert set(SpineFMConfig.PUBLISHED) <= set(switched)
    assert set(switched) <= set(SpineFMConfig.model_fields)


class Counting(Oracle):
    """Counts the patches it is asked to segment."""

    asked = 0

    def segment(self, film: Radiograph, boxes: Sequence[Box], clicks: Sequence[Point]) -> list[NDArray[np.float32]]:
        self.asked += len(boxes)
        return super().segment(film, boxes, clicks)


def test_an_answer_is_asked_for_once_and_costs_the_same_again() -> None:
    column = straight(4)
    kept: dict[Any, tuple[Any, float]] = {}
    oracle = Counting(column)
    boxes = [Box.square(centre, 60) for centre in column.centroids]
    first, second = (Asked(oracle, kept, 0.5) for _ in range(2))
    once = first.segment(column.film, boxes[:3], column.centroids[:3])
    again = second.segment(column.film, boxes[1:], column.centroids[1:])
    assert oracle.asked == 4
    np.testing.assert_array_equal(once[1], again[0])
    assert first.spent == pytest.approx(first.cost) and 0 < second.spent < second.cost


def test_a_difference_that_leaves_out_zero_is_bold() -> None:
    better, worse = ([Row(5, 5, (dice,) * 5, 5, 0, 4, 0, 1.0)] * 30 for dice in (0.95, 0.9))
    lines = table({TUNED: better, PUBLISHED: worse}).splitlines()
    assert lines[2].startswith("| tuned | 100.0 | 0.950 | 0.950 | 0.00 | 80.0 | 0.00 | 20.0 | 1.00 |")
    assert "**-0.050" in lines[3] and "+0.0 (+0.0 to +0.0) |" in lines[3]
