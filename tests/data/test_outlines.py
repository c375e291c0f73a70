"""What the outlines of one film may cost."""

from __future__ import annotations

import numpy as np
import pytest

from spinefm.core.masks import Mask
from spinefm.data.outlines import MOST_COVERED, MOST_CROSSINGS, MOST_POINTS, Outlines

SQUARE = [[10, 10], [30, 10], [30, 30], [10, 30]]


def test_a_polygon_is_filled_and_may_reach_over_the_edge() -> None:
    sheet = Outlines((100, 80))
    assert sheet.fill("C5", SQUARE, -0.5).area == 400
    assert sheet.fill("C6", [[-50, 10], [20, 10], [20, 30], [-50, 30]], -0.5).box == (0, 10, 20, 30)


@pytest.mark.parametrize("far", [3e7, -3e7, 201, -101, float("inf"), float("nan"), 1e300])
def test_a_point_farther_outside_than_one_film_is_refused(far: float) -> None:
    for points in ([*SQUARE, [far, 10]], [*SQUARE, [10, far if abs(far) > 300 else far * 2]]):
        with pytest.raises(ValueError, match=r"farther outside|not a list of at least three"):
            Outlines((100, 80)).fill("C5", points)
    with pytest.raises(ValueError, match=r"farther outside|is not x0"):
        Outlines((100, 80)).box("C5", [0, 0, 10, far])


def test_points_of_all_outlines_together_are_limited() -> None:
    sheet = Outlines((1000, 1000))
    ring = [[500 + 9 * np.cos(a), 500 + 9 * np.sin(a)] for a in np.linspace(0, 6, MOST_POINTS // 2)]
    for _ in range(2):
        sheet.fill("C5", ring)
    with pytest.raises(ValueError, match="more than"):
        sheet.fill("C5", SQUARE)


def test_outlines_that_run_up_and_down_without_end_are_refused() -> None:
    comb = [[x / 10, 80 * (x % 2)] for x in range(MOST_CROSSINGS + 3)]
    with pytest.raises(ValueError, match="run over the film's height"):
        Outlines((100, 80)).fill("C5", comb)


def test_outlines_that_cover_the_film_again_and_again_are_refused_before_they_are_filled(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    whole = [[0, 0], [99, 0], [99, 79], [0, 79]]
    sheet = Outlines((100, 80))
    for _ in range(MOST_COVERED):
        sheet.fill("C5", whole)
    monkeypatch.setattr(Mask, "from_polygon", lambda *_: pytest.fail("it was filled"))
    with pytest.raises(ValueError, match="cover the film"):
        sheet.fill("C5", whole)


@pytest.mark.parametrize("points", [[], [[1, 2]], [[1, 2, 3]] * 3, 5, None, "text", [["a", "b"]] * 3])
def test_what_is_no_polygon_is_refused(points: object) -> None:
    with pytest.raises((ValueError, TypeError)):
        Outlines((100, 80)).fill("C5", points)


@pytest.mark.parametrize("order", [[0, 1, 2, 3], [3, 2, 1, 0], [0, 1, 3, 2], [0, 2, 1, 3], [2, 0, 1, 3], [1, 3, 0, 2]])
def test_four_corners_are_a_body_in_whatever_order_they_were_clicked(order: list[int]) -> None:
    assert Outlines((100, 80)).fill("C5", [SQUARE[index] for index in order], -0.5).area == 400


def test_a_dented_quadrilateral_stays_as_it_is() -> None:
    arrow = [[10, 10], [50, 10], [20, 20], [10, 50]]
    assert abs(Outlines((100, 80)).fill("C5", arrow).area - 400) < 60


EIGHT = [[10, 10], [50, 10], [50, 20], [10, 60], [50, 60], [50, 50]]
TWICE_ROUND = [*SQUARE, [11, 11], [29, 11], [29, 29], [11, 29]]
LOOP = [[10, 10], [50, 10], [50, 50], [30, 50], [30, 52], [32, 48], [10, 50]]
KEYHOLE = [*SQUARE, [10, 10], [15, 15], [15, 25], [25, 25], [25, 15], [15, 15]]


@pytest.mark.parametrize(
    ("points", "is_lost"), [(EIGHT, True), (TWICE_ROUND, True), (LOOP, False), (KEYHOLE, False), (SQUARE, False)]
)
def test_an_outline_that_crosses_itself_is_refused_where_much_is_lost(points: list[list[float]], is_lost: bool) -> None:
    if not is_lost:
        assert Outlines((100, 80)).fill("C5", points).area
        return
    with pytest.raises(ValueError, match="crosses itself"):
        Outlines((100, 80)).fill("C5", points)
