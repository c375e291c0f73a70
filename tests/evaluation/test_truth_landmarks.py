"""Landmarks of annotated bodies: exact where corners are stated, close to them where the outline alone is known."""

from __future__ import annotations

import numpy as np
import pytest

from spinefm.core.geometry import Point
from spinefm.core.levels import Level
from spinefm.core.masks import Mask, four_corners, largest_quadrilateral
from spinefm.evaluation.truth_landmarks import NO_CORNERS, middle_of, truth_landmarks
from spinefm.measure import FacingGuess, measure_landmarks

SIZE = (300, 400)
QUAD = [Point(100.0, 100.0), Point(150.0, 104.0), Point(148.0, 140.0), Point(102.0, 138.0)]
"""Upper left, upper right, lower right, lower left; 50 pixels wide."""


def filled(points: list[Point]) -> Mask:
    return Mask.from_polygon(np.array(points), SIZE)


def below(points: list[Point], by: float) -> list[Point]:
    return [Point(x, y + by) for x, y in points]


def bodies() -> dict[Level, Mask]:
    levels = (Level.L3, Level.L4, Level.L5)
    return {level: filled(below(QUAD, 60.0 * index)) for index, level in enumerate(levels)}


def test_corners_of_an_outline_lie_within_a_pixel_of_those_drawn() -> None:
    marks = truth_landmarks(bodies(), {}, "left", SIZE)
    assert [mark.name for mark in marks] == ["L3", "L4", "L5"]
    for index, mark in enumerate(marks):
        away = np.hypot(*(np.array(mark.points[:4]) - np.array(below(QUAD, 60.0 * index))).T)
        assert away.max() < 1.2
        assert (mark.superior, mark.inferior, mark.spread) == ("", "", 0.0)


def test_a_patient_who_faces_right_has_anterior_on_the_right() -> None:
    left, right = (truth_landmarks(bodies(), {}, side, SIZE)[0].points for side in ("left", "right"))
    assert right[0] == left[1] and right[1] == left[0] and right[2] == left[3] and right[3] == left[2]


def test_stated_corners_are_taken_as_they_are() -> None:
    stated = {Level.L4: tuple(below(QUAD, 61.5))}
    marks = {mark.name: mark for mark in truth_landmarks(bodies(), stated, "left", SIZE)}
    assert list(marks["L4"].points[:4]) == below(QUAD, 61.5)
    assert list(marks["L3"].points[:4]) != QUAD


def test_the_middle_of_an_endplate_lies_on_the_outline() -> None:
    path = np.array([(0.0, 0.0), (5.0, 2.0), (10.0, 0.0), (10.0, 9.0), (0.0, 9.0)])
    assert middle_of(path, path[0], path[2]).tolist() == [5.0, 2.0]


@pytest.mark.parametrize(
    ("level", "faults"), [(Level.C2, (True, False)), (Level.S1, (False, True)), (Level.C1, (True, True))]
)
def test_endplates_that_a_level_has_not(level: Level, faults: tuple[bool, bool]) -> None:
    (mark,) = truth_landmarks({level: filled(QUAD)}, {}, "left", SIZE)
    assert (bool(mark.superior), bool(mark.inferior)) == faults


@pytest.mark.parametrize("shift", [(-101.0, 0.0), (152.0, 0.0), (0.0, -101.0)])
def test_a_body_at_the_border_is_not_measured(shift: tuple[float, float]) -> None:
    moved = [Point(x + shift[0], y + shift[1]) for x, y in QUAD]
    (mark,) = truth_landmarks({Level.L4: filled(moved)}, {}, "left", SIZE)
    assert "border" in mark.superior and "border" in mark.inferior


def test_of_a_body_with_stated_corners_only_the_endplate_beyond_the_film_is_lost() -> None:
    low = below(QUAD, 270.0)  # its lower corners at 408 and 410 of 400 pixels
    (mark,) = truth_landmarks({Level.L5: filled(low)}, {Level.L5: tuple(low)}, "left", SIZE)
    assert mark.superior == "" and "border" in mark.inferior


def test_a_sacrum_may_leave_the_film_below() -> None:
    (mark,) = truth_landmarks({Level.S1: filled(below(QUAD, 275.0))}, {}, "left", SIZE)
    assert mark.superior == ""


def test_a_speck_has_no_landmarks() -> None:
    speck = Mask(np.ones((1, 1), bool), (50, 50))
    (mark,) = truth_landmarks({Level.L4: speck}, {}, "left", SIZE)
    assert mark.points == () and mark.superior == NO_CORNERS
    assert truth_landmarks({Level.L4: Mask.empty()}, {}, "left", SIZE) == ()


def test_measures_of_outlines_are_those_of_the_corners() -> None:
    exact = {level: tuple(below(QUAD, 60.0 * index)) for index, level in enumerate(bodies())}
    facing = FacingGuess("left", 1.0, "given")
    known, seen = (
        {(one.key, one.levels): one.value for one in measure_landmarks(marks, facing, 0.5)}
        for marks in (truth_landmarks(bodies(), exact, "left", SIZE), truth_landmarks(bodies(), {}, "left", SIZE))
    )
    assert known["segmental_angle", ("L3", "L4")] == pytest.approx(known["segmental_angle", ("L4", "L5")])
    assert seen["segmental_angle", ("L3", "L4")] == pytest.approx(known["segmental_angle", ("L3", "L4")], abs=2.0)
    assert seen["middle_height", ("L4",)] == pytest.approx(known["middle_height", ("L4",)], abs=0.5)


def test_the_corners_of_a_mask_are_those_of_its_outline() -> None:
    mask, along = filled(QUAD), Point(0.0, 1.0)
    assert four_corners(mask, along) == largest_quadrilateral(mask.contour(), along)
    assert largest_quadrilateral(np.zeros((3, 2)), along) == ()
