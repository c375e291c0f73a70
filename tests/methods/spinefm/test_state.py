"""The state of the induction as a fold over its events."""

from dataclasses import replace
from itertools import accumulate

import numpy as np
import pytest

from spinefm.core.geometry import Axis, Box, Point
from spinefm.core.levels import Level
from spinefm.core.masks import Mask
from spinefm.methods import run_to_trace
from spinefm.methods.spinefm import SpineFMConfig, SpineFMMethod
from spinefm.methods.spinefm.events import Decided, Proposed, Seeded, Segmented
from spinefm.methods.spinefm.state import InductionState, advance, state, stops
from spinefm.trace.model import Corrected, Finished, Trace
from tests.columns import Oracle, empty_bundle, straight

START = Seeded("detected", Axis(Point(0, 0), Point(0, 1)), (), (), (Point(0, 0), Point(0, 9), Point(0, 18)), 9.0, 0.9)
SEEN = [0, 0, 0.9, 0.9, 0.9, 0, 0]


def traced(oracle: Oracle) -> Trace:
    """A run on the oracle's column."""
    return run_to_trace(SpineFMMethod(empty_bundle(), SpineFMConfig(), stages=lambda watch: oracle), oracle.column.film)


@pytest.fixture(scope="module")
def trace() -> Trace:
    return traced(Oracle(straight(7), SEEN))


def body(y: float) -> Mask:
    return Mask(np.ones((5, 5), bool), (10, round(y)))


def step(direction, number, y, verdict="accepted", reason="vertebra", vertebra=None):
    """The mask of a step and its decision."""
    mask = body(y)
    return (
        Segmented(direction, number, mask, mask.centroid, 0.0, Box(0, 0, 9, 9), 0.0, 0.5),
        Decided(direction, number, verdict, reason, 0.9, 0.5, vertebra),
    )


def starts() -> tuple:
    """Three starting points that hold."""
    return (START, *(event for i in range(3) for event in step("seed", i, 100 + 20 * i, vertebra=i)))


def test_the_spine_at_the_end_is_that_of_the_result(trace):
    after = state(trace.events)
    assert after.order == tuple(vertebra.number for vertebra in trace.vertebrae)
    assert after.next_number == 7 and after.open == ()
    assert after.spine[after.order[0]].end is Level.C2


def test_a_prefix_of_the_events_is_the_state_at_that_moment(trace):
    folded = list(accumulate(trace.events, advance, initial=InductionState()))
    for count in range(0, len(trace.events), 5):
        assert state(trace.events[:count]).order == folded[count].order
    sizes = [len(each.order) for each in folded]
    assert sizes == sorted(sizes) and sizes[-1] == 7, "a run takes one vertebra after the other"


def test_where_a_direction_goes_on_is_known_from_its_last_three():
    after = state((*starts(), *step("up", 1, 80, vertebra=3)))
    assert after.order == (3, 0, 1, 2) and after.open == ("up", "down")
    up, down = after.towards("up"), after.towards("down")
    assert [round(point.y) for point in up.known] == [122, 102, 82] and (up.last, up.step) == (3, 2)
    assert [round(point.y) for point in down.known] == [102, 122, 142] and (down.last, down.step) == (2, 1)
    assert up.spacing == pytest.approx(20)


def test_nothing_is_open_before_all_starting_points_hold():
    assert state(starts()[:-1]).open == ()
    assert state(starts()).open == ("up", "down")


def test_a_starting_point_that_fails_takes_the_others_with_it():
    failed = (*starts()[:3], Decided("seed", 1, "stopped", "background", 0.9, 0.5, None))
    assert state(failed).order == () and state(failed).stops == {}
    assert state((*failed, *starts())).order == (0, 1, 2)


def test_only_the_last_induction_has_stops():
    past, last = (Decided("up", 1, "stopped", reason, 0.9, 0.5, None) for reason in ("background", "overlap"))
    kept = Decided("down", 1, "accepted", "vertebra", 0.1, 0.5, 3)
    failed = Decided("seed", 0, "stopped", "background", 0.9, 0.5, None)
    assert stops((START, past, failed, START, kept)) == {}
    assert stops((START, past, START, kept, last)) == {"up": last}


def test_a_starting_point_at_a_spine_end_ends_its_direction():
    top, bottom = (Decided("seed", i, "spine end", end, 0.9, 0.5, i) for i, end in ((0, "C2"), (2, "S1")))
    assert stops((START, top, bottom)) == {"up": top, "down": bottom}


@pytest.mark.parametrize("direction", ["up", "seed"])
def test_a_stop_overruled_by_hand_opens_its_direction_again(direction):
    number = 1 if direction == "up" else 0
    where = step(direction, number, 100, "spine end", "C2", 0)
    passed = Decided(direction, number, "accepted", "by hand", 0.9, 0.5, 0, overruled="C2")
    before = state((*starts(), *where))
    assert before.open == ("down",)
    after = advance(before, passed)
    assert after.open == ("up", "down") and after.found[0].end is None


def test_a_retry_sets_aside_the_first_mask_of_its_step():
    first = (Proposed("up", 1, (), Point(0, 0), Box(0, 0, 9, 9)), step("up", 1, 80)[0])
    second = Proposed("up", 1, (), Point(5, 0), Box(0, 0, 9, 9), 25.0, 0.1, 0.6)
    after = state((*starts(), *first, second))
    assert after.proposed["up", 1] is second and ("up", 1) not in after.segmented


def test_a_correction_says_which_vertebrae_are_in_the_spine(trace):
    left = trace.vertebrae[1:]
    correction = Corrected("delete", "", tuple(v.number for v in left), tuple(v.level for v in left), None)
    after = state((*trace.events, correction))
    assert after.order == correction.vertebrae
    assert after.next_number == 7, "the number of a deleted vertebra is not given again"


def test_an_outline_drawn_by_hand_takes_the_place_of_the_one_found(trace):
    top = trace.vertebrae[0]
    mask = Mask(np.ones((9, 9), bool), (100, 50))
    numbers = tuple(vertebra.number for vertebra in trace.vertebrae)
    drawn = (replace(top, mask=mask, centroid=mask.centroid),)
    after = state((*trace.events, Corrected("reshape", "", numbers, (None,) * 7, None, added=drawn)))
    found = after.found[top.number]
    assert found.mask is mask and found.centroid == mask.centroid and found.end is Level.C2
    assert after.order == numbers


def test_taking_a_correction_back_is_the_state_without_its_events(trace):
    method = SpineFMMethod(empty_bundle(), SpineFMConfig(), stages=lambda watch: Oracle(straight(7), SEEN))
    film = straight(7).film
    with_click = Corrected("delete", "", tuple(v.number for v in trace.vertebrae[:-1]), (None,) * 6, None)
    shorter = Trace(trace.film, trace.method, trace.settings, (*trace.events, with_click))
    addition = method.add(film, shorter, trace.vertebrae[-1].centroid)
    longer = state((*shorter.events, *addition.events))
    assert len(longer.order) == 7 and state(shorter.events).order == with_click.vertebrae


def test_events_of_other_methods_change_nothing(trace):
    end = next(trace.of(Finished))
    assert advance(InductionState(), trace.events[0]).order == ()
    assert advance(InductionState(), end).order == tuple(v.number for v in end.vertebrae)
