"""Names in a run: given where the likeliest naming is sure enough and an end is seen, offered where it is not."""

from __future__ import annotations

from dataclasses import replace

import pytest

from spinefm.core.geometry import Point
from spinefm.core.levels import Level
from spinefm.methods import run_to_trace
from spinefm.methods.base.stages import ViewAnswer
from spinefm.methods.spinefm.config import SpineFMConfig
from spinefm.methods.spinefm.method import SpineFMMethod
from spinefm.trace.captions import caption
from spinefm.trace.model import Named, Trace
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


def test_two_bodies_are_weighed_too() -> None:
    column = Column((Point(120, 60), Point(120, 92), Point(120, 124)), ("C2", "vertebra", "vertebra"))
    assert [vertebra.name for vertebra in trace_of(column, "cervical").vertebrae] == ["C2", "C3", "C4"]
