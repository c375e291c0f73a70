"""What the reader asks of a finished run: to go on past a stop, and to take a vertebra that was clicked."""

from dataclasses import replace

import pytest

from spinefm.core.geometry import Point
from spinefm.core.levels import Level
from spinefm.core.masks import Mask
from spinefm.methods import Addition, CannotAdd, run_to_trace
from spinefm.methods.spinefm import SpineFMConfig, SpineFMMethod
from spinefm.methods.spinefm.events import Decided, Proposed, StepEvent
from spinefm.methods.spinefm.extend import off_the_spine, spacing_at
from spinefm.methods.spinefm.state import state, stops
from spinefm.trace.captions import caption
from spinefm.trace.model import Corrected, Trace
from tests.columns import Column, Oracle, empty_bundle, straight

SEEN = [0, 0.9, 0.9, 0.9, 0, 0, 0]


def method(oracle: Oracle) -> SpineFMMethod:
    return SpineFMMethod(empty_bundle(), SpineFMConfig(), stages=lambda watch: oracle)


def stopped_at(index: int, kind: str) -> tuple[Oracle, Trace]:
    """A run on seven bodies, of which the one at `index` is called `kind`."""
    kinds = ["C2", *["vertebra"] * 5, "vertebra"]
    kinds[index] = kind
    oracle = Oracle(Column(straight(7).centroids, tuple(kinds)), SEEN)
    return oracle, run_to_trace(method(oracle), oracle.column.film)


def test_going_on_takes_the_rejected_body_and_continues_to_the_end():
    oracle, trace = stopped_at(4, "background")
    addition = method(oracle).go_on(oracle.column.film, trace, "down")
    assert [round(v.centroid.y) for v in addition.vertebrae] == [round(c.y) for c in oracle.column.centroids[4:]]
    (forced,) = [e for e in addition.events if isinstance(e, Decided) and e.reason == "by hand"]
    assert (forced.verdict, forced.overruled, forced.step) == ("accepted", "background", 1)
    assert forced.value == pytest.approx(0.97)
    assert "kept by hand, against background 97 % (limit 65 %)" in caption(forced)


def test_new_vertebrae_get_numbers_of_their_own_and_their_true_masks():
    oracle, trace = stopped_at(4, "background")
    addition = method(oracle).go_on(oracle.column.film, trace, "down")
    taken = {vertebra.number for vertebra in trace.vertebrae}
    assert taken.isdisjoint(vertebra.number for vertebra in addition.vertebrae)
    for vertebra, mask in zip(addition.vertebrae, oracle.column.masks[4:], strict=True):
        assert vertebra.mask.dice(mask) > 0.95


def test_a_spine_end_can_be_passed_and_the_true_one_becomes_the_anchor():
    column = Column(straight(7).centroids, ("vertebra", "vertebra", "C2", *["vertebra"] * 4))
    oracle = Oracle(column, [0, 0, 0, 0.9, 0.9, 0.9, 0])
    trace = run_to_trace(method(oracle), column.film)
    assert stops(trace.events)["up"].reason == "C2" and len(trace.vertebrae) == 5
    oracle.column = Column(column.centroids, ("C2", *["vertebra"] * 6))
    addition = method(oracle).go_on(column.film, trace, "up")
    assert len(addition.vertebrae) == 2
    assert addition.anchor is not None and addition.anchor.level.name == "C2"
    assert addition.anchor.vertebra == addition.vertebrae[0].number


def without(trace: Trace, place: int) -> Trace:
    """The run after the reader deleted the vertebra at `place` from the top."""
    order = list(state(trace.events).order)
    del order[place]
    event = Corrected("delete", "", tuple(order), (None,) * len(order), None)
    return replace(trace, events=(*trace.events, event))


def heights(addition: Addition) -> list[int]:
    """Where the new vertebrae lie."""
    return [round(vertebra.centroid.y) for vertebra in addition.vertebrae]


def test_after_a_deletion_the_step_is_proposed_from_the_spine_as_it_is() -> None:
    oracle, trace = stopped_at(4, "background")
    addition = method(oracle).go_on(oracle.column.film, without(trace, -1), "down")
    assert heights(addition) == [round(trace.vertebrae[-1].centroid.y)]
    assert addition.passed == "the induction downwards continued"
    assert stops([*trace.events, *addition.events])["down"].reason == "background"


def dragged(trace: Trace, place: int, by: int) -> Trace:
    """The run after the reader dragged the outline of the vertebra at `place` to the right."""
    old = trace.vertebrae[place]
    left, top = old.mask.origin
    mask = Mask(old.mask.crop, (left + by, top))
    numbers = tuple(vertebra.number for vertebra in trace.vertebrae)
    drawn = (replace(old, mask=mask, centroid=mask.centroid),)
    event = Corrected("reshape", "", numbers, (None,) * len(numbers), None, added=drawn)
    return replace(trace, events=(*trace.events, event))


def test_the_step_past_a_stop_is_proposed_from_the_outline_that_the_reader_drew() -> None:
    oracle, trace = stopped_at(4, "background")
    changed = dragged(trace, -1, 5)
    before = [event for event in trace.events if isinstance(event, Proposed) and event.direction == "down"]
    addition = method(oracle).go_on(oracle.column.film, changed, "down")
    proposed = next(event for event in addition.events if isinstance(event, Proposed))
    assert proposed.known[-1] == changed.vertebrae[-1].centroid != before[-1].known[-1]


def test_a_vertebra_is_added_where_the_reader_dragged_an_outline_away() -> None:
    oracle, trace = stopped_at(4, "background")
    place = trace.vertebrae[1].centroid
    with pytest.raises(CannotAdd, match="lies on C3"):
        method(oracle).add(oracle.column.film, trace, place)
    addition = method(oracle).add(oracle.column.film, dragged(trace, 1, 60), place)
    assert heights(addition) == [round(place.y)]


def test_a_deleted_spine_end_is_found_again_and_nothing_beyond_it() -> None:
    column = Column(straight(7).centroids, ("vertebra", "C2", *["vertebra"] * 5))
    oracle = Oracle(column, [0, 0, 0.9, 0.9, 0.9, 0, 0])
    trace = run_to_trace(method(oracle), column.film)
    addition = method(oracle).go_on(column.film, without(trace, 0), "up")
    assert heights(addition) == [round(column.centroids[1].y)]
    assert addition.anchor is not None and addition.anchor.level is Level.C2 and addition.refuted is None


def test_a_starting_point_that_is_the_spine_end_is_passed_upwards() -> None:
    column = Column(straight(7).centroids, ("vertebra", "vertebra", "C2", *["vertebra"] * 4))
    oracle = Oracle(column, [0, 0, 0.9, 0.9, 0.9, 0, 0])
    trace = run_to_trace(method(oracle), column.film)
    assert stops(trace.events)["up"].direction == "seed"
    addition = method(oracle).go_on(column.film, trace, "up")
    assert addition.passed.startswith("the induction upwards continued past the spine end C2")


def test_with_two_vertebrae_left_there_is_nothing_to_continue_from() -> None:
    oracle, trace = stopped_at(4, "background")
    for _ in range(len(trace.vertebrae) - 2):
        trace = without(trace, -1)
    with pytest.raises(CannotAdd, match="needs three vertebrae"):
        method(oracle).go_on(oracle.column.film, trace, "down")


@pytest.mark.parametrize(("oracle", "words"), [(Oracle(straight(7), SEEN, blind=[4]), "mask is empty")])
def test_where_nothing_lies_there_is_nothing_to_take(oracle, words):
    trace = run_to_trace(method(oracle), oracle.column.film)
    with pytest.raises(CannotAdd, match=words):
        method(oracle).go_on(oracle.column.film, trace, "down")


def test_a_body_that_was_taken_already_is_not_taken_twice():
    oracle = Oracle(straight(7), SEEN, copies={4: 3})
    trace = run_to_trace(method(oracle), oracle.column.film)
    assert stops(trace.events)["down"].reason == "overlap"
    with pytest.raises(CannotAdd, match="revisited"):
        method(oracle).go_on(oracle.column.film, trace, "down")


def test_a_click_adds_the_body_there_at_its_neighbours_spacing():
    oracle, trace = stopped_at(4, "background")
    centre = oracle.column.centroids[4]
    addition = method(oracle).add(oracle.column.film, trace, Point(centre.x + 2, centre.y - 3))
    (vertebra,) = addition.vertebrae
    assert vertebra.mask.dice(oracle.column.masks[4]) > 0.95
    assert {event.direction for event in addition.events if isinstance(event, StepEvent)} == {"added"}
    (proposed,) = [event for event in addition.events if isinstance(event, Proposed)]
    assert proposed.patch.width == round(SpineFMConfig().patch_factor * centre.distance(oracle.column.centroids[3]))


@pytest.mark.parametrize(
    ("point", "words"),
    [(Point(-5, 10), "outside the film"), (straight(7).centroids[2], "lies on C4"), (Point(60, 20), "mask is empty")],
)
def test_a_click_where_nothing_can_be_added_says_why(point, words):
    oracle, trace = stopped_at(4, "background")
    with pytest.raises(CannotAdd, match=words):
        method(oracle).add(oracle.column.film, trace, point)


def test_the_spacing_is_not_doubled_by_a_gap():
    spine = [Point(0, y) for y in (0, 30, 90, 120)]
    assert spacing_at(Point(0, 60), spine) == 30
    assert spacing_at(Point(0, 150), spine) == 30
    assert spacing_at(Point(0, 30), [Point(0, 0), Point(0, 60)]) == 30


@pytest.mark.parametrize(
    ("point", "distance"),
    [((100, 60), 0), ((140, 60), 1), ((20, 80), 2), ((100, -60), 0), ((160, 300), 1.5), ((100, 700), 7.5)],
)
def test_how_far_a_point_lies_beside_a_straight_spine(point, distance):
    spine = [Point(100, 40 * i) for i in (2, 0, 1, 3, 4)]
    assert off_the_spine(Point(*point), spine, 6.0) == pytest.approx(distance)


def test_a_click_far_beside_the_spine_is_refused():
    oracle, trace = stopped_at(4, "background")
    first = trace.vertebrae[0].centroid
    with pytest.raises(CannotAdd, match=r"2\.5 spacings from the spine, more than 2\.0"):
        method(oracle).add(oracle.column.film, trace, Point(first.x + 2.5 * 32, first.y))
