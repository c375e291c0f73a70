"""SpineFM's decisions as every other package reads them."""

from __future__ import annotations

from typing import get_args

import pytest

from spinefm.core.geometry import Axis, Point
from spinefm.methods.decisions import decisions_of, stop_words
from spinefm.methods.spinefm.decisions import STOP_WORDS, decisions
from spinefm.methods.spinefm.events import Decided, Reason, Seeded
from spinefm.trace.model import Named

KEPT = {"vertebra", "detected", "clicked", "by hand", "outlined"}
"""Reasons for which a vertebra is kept, and no direction ends."""
START = Seeded("detected", Axis(Point(0, 0), Point(0, 1)), (), (), (Point(0, 0),), 9.0, 0.9)
NAMED = Named((), (), None)


def test_each_decision_knows_its_event_and_its_attempt() -> None:
    events = (
        START,
        Decided("seed", 1, "stopped", "background", 0.8, 0.5, None),
        START,
        Decided("seed", 1, "accepted", "detected", 0.9, None, 0),
        NAMED,
        Decided("up", 1, "stopped", "background", 0.91, 0.5, None),
    )
    found = [(one.event, one.attempt, one.direction, one.verdict) for one in decisions(events).steps]
    assert found == [(1, 1, "seed", "stopped"), (3, 2, "seed", "accepted"), (5, 2, "up", "stopped")]


def test_a_direction_ends_with_its_last_decision_and_a_starting_point_can_end_one() -> None:
    c2 = Decided("seed", 1, "spine end", "C2", 0.97, 0.5, 0)
    down = Decided("down", 4, "stopped", "background", 0.91, 0.5, None)
    ends = decisions((START, c2, down)).ends
    assert {way: (end.event, end.words) for way, end in ends.items()} == {
        "up": (1, "spine end C2, 97 % (limit 50 %)"),
        "down": (2, "background 91 % (limit 50 %)"),
    }


@pytest.mark.parametrize(
    ("verdict", "reason", "at_film_end", "resumable", "in_view"),
    [
        ("stopped", "background", False, True, True),
        ("stopped", "overlap", False, True, True),
        ("stopped", "point outside", True, False, False),
        ("stopped", "outside the film", True, True, True),
        ("stopped", "step limit", False, False, True),
        ("spine end", "S1", False, True, True),
        ("accepted", "vertebra", False, False, True),
    ],
)
def test_what_can_be_done_about_it(verdict, reason, at_film_end, resumable, in_view) -> None:
    (one,) = decisions((Decided("down", 1, verdict, reason, 0.9, 0.5, None),)).steps
    assert (one.at_film_end, one.resumable, one.in_view) == (at_film_end, resumable, in_view)


def test_by_hand_the_words_say_what_was_overruled() -> None:
    (one,) = decisions((Decided("up", 2, "accepted", "by hand", 0.91, 0.5, 3, "background"),)).steps
    assert one.by_hand and one.words == "background 91 % (limit 50 %)"


def test_every_reason_to_end_has_words_of_its_own() -> None:
    assert set(STOP_WORDS) == set(get_args(Reason)) - KEPT
    assert len(set(STOP_WORDS.values())) == len(STOP_WORDS)


def test_all_methods_are_asked_and_other_events_change_nothing() -> None:
    stopped = Decided("up", 1, "stopped", "overlap", 0.2, 0.1, None)
    assert decisions_of((NAMED,)).steps == ()
    assert decisions_of((NAMED, stopped)) == decisions((NAMED, stopped))
    assert dict(stop_words()) == dict(STOP_WORDS)
