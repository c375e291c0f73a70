"""The facing from both kinds of evidence."""

from __future__ import annotations

import math

import pytest

from spinefm.core.geometry import Point
from spinefm.core.levels import Level
from spinefm.measure import MeasureConfig
from spinefm.measure.facing import guess

CONFIG = MeasureConfig()


def top(level: Level | None, degrees: float) -> tuple[Level | None, Point, Point]:
    """A superior endplate that falls to the left by so many degrees."""
    return level, Point(0, 100 * math.tan(math.radians(degrees))), Point(100, 0)


@pytest.mark.parametrize(("side", "sign"), [("left", 1), ("right", -1)])
def test_endplates_fall_to_the_front_at_c7_and_s1_and_to_the_back_at_l1(side: str, sign: int) -> None:
    tops = [top(Level.L1, -18 * sign), top(Level.L5, 20 * sign), top(Level.S1, 40 * sign)]
    known = guess(None, tops, CONFIG)
    assert known.side == side and known.probability > 0.95 and known.source == "slopes of endplates"
    assert guess(None, [top(Level.C7, 25 * sign), top(Level.T1, 28 * sign)], CONFIG).side == side


def test_a_sure_network_decides_and_an_unsure_one_asks_the_slopes() -> None:
    against = [top(Level.L2, 10)]  # weak evidence for right
    assert guess(("left", 0.999), against, CONFIG).side == "left"
    assert guess(("left", 0.55), [top(Level.S1, -45)], CONFIG).side == "right"


def test_nothing_is_guessed_without_evidence() -> None:
    assert guess(None, [], CONFIG).side is None
    assert guess(("right", 0.6), [], CONFIG).side is None
    level = guess(None, [top(Level.S1, 0.0), top(None, 40.0), top(Level.L3, 30.0)], CONFIG)
    assert level.side is None and level.probability == pytest.approx(0.5)
