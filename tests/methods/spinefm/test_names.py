"""Names in a run: given where the likeliest naming is sure enough and an end is seen, offered where it is not."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from spinefm.core.geometry import Point
from spinefm.core.levels import Level
from spinefm.methods import run_to_trace
from spinefm.methods.base.stages import ViewAnswer
from spinefm.methods.spinefm import names
from spinefm.methods.spinefm.config import SpineFMConfig
from spinefm.methods.spinefm.induction import Accepted
from spinefm.methods.spinefm.method import SpineFMMethod
from spinefm.methods.spinefm.namings import Naming
from spinefm.trace.captions import caption
from spinefm.trace.model import Anchor, Named, Trace
from spinefm.trace.registry import Event
from tests.columns import Column, Oracle, empty_bundle, straight

CONFIG = SpineFMConfig()


def trace_of(column: Column, view: str, config: SpineFMConfig = CONFIG) -> Trace:
    kind = ViewAnswer({view: 0.9, "frontal": 0.1}, 0, 1.0, "left", 1.0, 1.0)
    oracle = Oracle(column, kind=kind)
    return run_to_trace(SpineFMMethod(empty_bundle(), config, stages=lambda watch: oracle), column.film)


def named_of(trace: Trace) -> Named:
    return next(trace.of(Named))


def long_column(count: int = 11) -> Column:
    """A column of equal bodies, the topmost of which passes as C2."""
    return replace(straight(count, spacing=30, first=40), size=(240, 30 * count + 60))


def test_a_chest_film_is_not_named_from_a_false_c2_and_says_what_is_likeliest() -> None:
    chest = trace_of(long_column(), "thoracic")
    named = named_of(chest)
    assert [vertebra.name for vertebra in chest.vertebrae] == [f"V{index}" for index in range(1, 12)]
    assert named.anchor is None and "No names are sure enough (limit 90 %)" in named.note
    assert named.best is not None and named.best.probability < CONFIG.naming_limit == named.limit
    assert caption(named) == named.note
    counted = trace_of(long_column(), "thoracic", CONFIG.changed({"naming": "ends"}))
    assert counted.vertebrae[0].name == "C2" and named_of(counted).best is None


def test_a_neck_is_named_without_a_word() -> None:
    named = named_of(trace_of(straight(6), "cervical"))
    assert named.anchor is not None and named.anchor.level is Level.C2 and not named.note
    assert named.best is not None and named.best.levels == named.levels and named.second is None


def test_the_second_reading_stands_beside_the_names() -> None:
    column = straight(7, top="vertebra", bottom="S1")
    named = named_of(trace_of(column, "lumbar", CONFIG.changed({"six_lumbar": 0.08})))
    assert named.anchor is not None and named.anchor.level is Level.S1
    assert named.second is not None and named.second.variant == "with six lumbar vertebrae"
    assert [level and level.name for level in named.second.levels][-3:] == ["L5", "L6", "S1"]
    assert named.note.startswith("The names may be one level off: L1 to S1 (with six lumbar vertebrae, ")


@pytest.mark.parametrize(("six", "first"), [(0.01, "L1"), (0.3, "V1")])
def test_from_s1_alone_names_are_withheld_where_other_counts_are_common(six: float, first: str) -> None:
    column = straight(6, top="vertebra", bottom="S1")
    named = named_of(trace := trace_of(column, "lumbar", CONFIG.changed({"six_lumbar": six, "four_lumbar": 0.005})))
    assert trace.vertebrae[0].name == first
    assert (named.anchor is None) is (first == "V1")
    assert named.best is not None and [level and level.name for level in named.best.levels][0] == "L1"


@pytest.mark.parametrize(("naming", "first"), [("evidence", "V1"), ("ends", "C2")])
def test_an_end_below_the_least_probability_gives_no_names(naming: str, first: str) -> None:
    trace = trace_of(straight(6), "cervical", CONFIG.changed({"naming": naming, "least_end": 0.99}))
    assert trace.vertebrae[0].name == first


def test_a_trace_keeps_both_readings_and_reads_one_without_them() -> None:
    trace = trace_of(straight(7, top="vertebra", bottom="S1"), "lumbar", CONFIG.changed({"six_lumbar": 0.08}))
    assert named_of(Trace.from_json(trace.to_json())) == named_of(trace)
    old = replace(trace, events=tuple(_old(event) for event in trace.events))
    without = old.to_json().replace(',"best":null,"second":null,"limit":null', "")
    assert '"best"' not in without and named_of(Trace.from_json(without)) == named_of(old)


def _old(event: Event) -> Event:
    return replace(event, best=None, second=None, limit=None) if isinstance(event, Named) else event


def leaning(degrees: float) -> Column:
    """Seven bodies from C2 down, on a line that leans from the vertical."""
    along = np.array([np.sin(np.radians(degrees)), np.cos(np.radians(degrees))])
    places = [Point(*map(float, (60, 60) + 32 * index * along)) for index in range(7)]
    return Column(tuple(places), ("C2", *["vertebra"] * 6), size=(320, 320))


@pytest.mark.parametrize("naming", ["evidence", "ends"])
@pytest.mark.parametrize(("degrees", "limit", "first"), [(50, 60, "C2"), (70, 60, "V1"), (70, 90, "C2")])
def test_a_spine_across_the_film_has_no_names(naming: str, degrees: int, limit: int, first: str) -> None:
    trace = trace_of(leaning(degrees), "cervical", CONFIG.changed({"naming": naming, "lean_limit": limit}))
    named = named_of(trace)
    assert trace.vertebrae[0].name == first
    assert (named.anchor is None) == (first == "V1") == ("leans 70° from the film's vertical" in named.note)


def test_two_bodies_are_weighed_too() -> None:
    column = Column((Point(120, 60), Point(120, 92), Point(120, 124)), ("C2", "vertebra", "vertebra"))
    assert [vertebra.name for vertebra in trace_of(column, "cervical").vertebrae] == ["C2", "C3", "C4"]


def doubted(monkeypatch: pytest.MonkeyPatch, column: Column, *places: int) -> None:
    """Make the bodies at these places from the top hardly vertebrae."""
    heights = [column.centroids[place].y for place in places]

    def share(body: Accepted, config: SpineFMConfig) -> float:
        return 0.05 if any(abs(body.centroid.y - height) < 5 for height in heights) else 0.95

    monkeypatch.setattr(names, "body_probability", share)


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        (2, ["C2", "C3", "V3", "V4", "V5", "V6", "V7"]),
        (4, ["C2", "C3", "C4", "C5", "V5", "V6", "V7"]),
        (6, ["C2", "C3", "C4", "C5", "C6", "C7", "V7"]),
        (0, ["C2", "C3", "C4", "C5", "C6", "C7", "T1"]),
    ],
)
def test_no_name_is_counted_over_a_body_that_is_hardly_one(
    monkeypatch: pytest.MonkeyPatch, place: int, expected: list[str]
) -> None:
    column = straight(7)
    doubted(monkeypatch, column, place)
    trace = trace_of(column, "cervical")
    assert [vertebra.name for vertebra in trace.vertebrae] == expected
    named = named_of(trace)
    assert named.best is not None and len([level for level in named.best.levels if level]) == 7, "offered on one click"
    assert ("Not named: " in named.note) is ("V7" in expected)


def test_from_s1_names_are_counted_upwards_to_the_doubted_body(monkeypatch: pytest.MonkeyPatch) -> None:
    column = straight(6, top="vertebra", bottom="S1")
    doubted(monkeypatch, column, 2)
    trace = trace_of(column, "lumbar")
    assert [vertebra.name for vertebra in trace.vertebrae] == ["V1", "V2", "V3", "L4", "L5", "S1"]
    assert named_of(trace).note.startswith("Not named: L1, L2, L3, because counting to them would cross")


def test_names_counted_from_both_ends_need_no_such_care() -> None:
    levels = tuple(Level(number) for number in (2, 3, 26))
    spine: list[Accepted] = []
    anchor = Anchor(0, Level.C2, "seen", 0.9)
    assert names._up_to_doubt(spine, levels, anchor, CONFIG) == levels
    assert names._up_to_doubt(spine, levels[:2], None, CONFIG) == levels[:2]


@pytest.mark.parametrize(
    ("first", "last", "expected"),
    [
        (None, Level.C7, "The topmost outline lies above C2 and has no name: it is probably no vertebra."),
        (Level.C2, None, ""),
    ],
)
def test_an_outline_beyond_the_spine_is_told_of(
    monkeypatch: pytest.MonkeyPatch, first: Level | None, last: Level | None, expected: str
) -> None:
    start = Level.C3 if first else Level.C2
    levels = (first, *(Level(start + step) for step in range(5)), last)
    monkeypatch.setattr(names, "namings", lambda chain, config: [Naming(levels, 0.97)])
    monkeypatch.setattr(names, "_anchor", lambda body, end: Anchor(body.number, end, "seen", 0.9))
    named = named_of(trace_of(straight(7), "cervical"))
    assert named.levels == levels and named.note == expected


def test_the_papers_rules_count_over_every_body(monkeypatch: pytest.MonkeyPatch) -> None:
    column = straight(7)
    doubted(monkeypatch, column, 2)
    trace = trace_of(column, "cervical", CONFIG.changed({"doubted_body": 0.0}))
    assert trace.vertebrae[-1].name == "T1" and SpineFMConfig.PUBLISHED["doubted_body"] == 0.0
