"""Landmarks set by hand: what rests on them is measured there, with the ± of the others; all else stays as it was."""

from __future__ import annotations

from dataclasses import replace

import pytest

from spinefm.core.geometry import Point
from spinefm.core.levels import Level
from spinefm.measure import Landmarks, Measure, MeasureConfig, Measures, Move, measure
from spinefm.measure.by_hand import moved
from tests.measure.outlines import lumbar_trace
from tests.measure.spines import body

L3, ANTERIOR, POSTERIOR = 2, 0, 1
"""The number of L3 in the run, and two places."""


def at(measures: Measures, name: str) -> Landmarks:
    return next(one for one in measures.landmarks if one.name == name)


def test_what_rests_on_a_moved_corner_follows_it_and_nothing_else_changes() -> None:
    before = measure(lumbar_trace())
    corner = at(before, "L3").points[ANTERIOR]
    after = measure(lumbar_trace(), moves=[Move(L3, ANTERIOR, Point(corner.x, corner.y - 10))])
    (high,), (higher,) = before.of("anterior_height", "L3"), after.of("anterior_height", "L3")
    assert high.value is not None and higher.value == pytest.approx(high.value + 5, abs=0.6)  # 10 pixels of 0.5 mm
    assert (higher.by_hand, higher.confidence, higher.doubt) == (True, None, "")
    assert high.uncertainty and higher.uncertainty and 0.5 < higher.uncertainty / high.uncertainty < 1
    edited = {(one.key, one.levels) for one in after if one.by_hand}
    assert {("segmental_angle", ("L3", "L4")), ("width", ("L3",)), ("height_loss", ("L3",))} <= edited
    assert not {("posterior_height", ("L3",)), ("middle_height", ("L3",)), ("slip", ("L5", "S1"))} & edited
    rest = [(one, other) for one, other in zip(before, after, strict=True) if not other.by_hand]
    assert rest and all(one == other for one, other in rest)


def slip_after(placed: list[tuple[int, int]], config: MeasureConfig) -> Measure:
    """The slip of L2 over L3 after landmarks, each a vertebra's number and a place, were set where they are."""
    marks = measure(lumbar_trace(), "left").landmarks
    moves = [Move(number, place, marks[number].points[place]) for number, place in placed]
    return measure(lumbar_trace(), "left", config=config, moves=moves).of("slip", "L2", "L3")[0]


L2_CORNER = [(1, 2)]
"""The inferior posterior corner of L2, which its slip over L3 reads beside the superior corners of L3."""


@pytest.mark.parametrize(
    ("placed", "is_known", "has_error"),
    [
        ([], False, True),
        ([(L3, ANTERIOR)], False, True),
        ([(L3, ANTERIOR), (L3, POSTERIOR)], False, True),
        ([(L3, ANTERIOR), (L3, POSTERIOR), *L2_CORNER], True, False),
    ],
)
def test_a_slip_is_as_uncertain_as_the_corners_that_nobody_set(placed, is_known: bool, has_error: bool) -> None:
    strict = MeasureConfig(most_uncertainty={"slip": 0.1})
    slip = slip_after(placed, strict)
    assert slip.by_hand == bool(placed) and (slip.value is not None) == is_known
    assert ("is over the limit of ± 0.1" in slip.reason) == (not is_known)
    assert bool(slip_after(placed, MeasureConfig(most_uncertainty={})).uncertainty) == has_error


def test_every_corner_set_makes_a_slip_surer() -> None:
    corners, free = [(L3, POSTERIOR), *L2_CORNER, (L3, ANTERIOR)], MeasureConfig(most_uncertainty={})
    halves = [slip_after(corners[:count], free).uncertainty or 0.0 for count in range(4)]
    assert halves[0] > halves[1] > halves[2] > halves[3] == 0


def test_the_last_of_two_moves_of_a_corner_holds() -> None:
    moves = [Move(L3, ANTERIOR, Point(1, 2)), Move(L3, ANTERIOR, Point(3, 4)), Move(L3, POSTERIOR, Point(9, 9))]
    marks = at(measure(lumbar_trace(), moves=moves), "L3")
    assert (marks.points[ANTERIOR], marks.points[POSTERIOR]) == (Point(3, 4), Point(9, 9))
    assert marks.by_hand == ("superior_anterior", "superior_posterior")


@pytest.mark.parametrize(("facing", "place"), [("left", 0), ("right", 1), (None, 0)])
def test_a_place_is_that_of_a_patient_who_faces_left(facing, place: int) -> None:
    (marks,) = moved([body(Level.L1)], [7], [Move(7, ANTERIOR, Point(3, 4))], facing)
    assert marks.points[place] == Point(3, 4)


def test_a_landmark_set_by_hand_ends_the_doubts_of_the_outline_but_makes_no_endplate() -> None:
    cut = replace(body(Level.L1), superior="it is cut", inferior="it is cut")
    (marks,) = moved([cut], [0], [Move(0, 4, Point(0, -9))], "left")
    assert (marks.superior, marks.inferior) == ("", "it is cut")
    (dens,) = moved([body(Level.C2)], [0], [Move(0, 0, Point(0, -9))], "left")
    assert dens.superior == "the dens rises from it"


def test_a_body_without_landmarks_has_none_to_move() -> None:
    speck = Landmarks("L1", Level.L1, (), "no corners", "no corners")
    assert moved([speck], [0], [Move(0, 0, Point(0, 0))], "left") == (speck,)


@pytest.mark.parametrize(
    "move", [Move(99, 0, Point(1, 1)), Move(0, 6, Point(1, 1)), Move(0, 0, Point(1, float("nan")))]
)
def test_a_move_that_is_none_of_the_run_is_refused(move: Move) -> None:
    with pytest.raises(ValueError, match="moves no landmark of this run"):
        moved([body(Level.L1)], [0], [move], "left")
