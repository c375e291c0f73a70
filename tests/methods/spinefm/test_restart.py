"""A spine of doubtful outlines gives way to one of sure ones, and stays where nothing else starts."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from spinefm.core.geometry import Box, Point
from spinefm.methods import run_to_trace
from spinefm.methods.spinefm import SpineFMConfig, SpineFMMethod
from spinefm.methods.spinefm.events import Seeded, SetAside
from spinefm.trace.captions import caption
from spinefm.trace.doubt import DOUBT
from spinefm.trace.model import Trace
from tests.columns import Column, Oracle, empty_bundle

VAGUE, TRUE = 60, 180
"""Where the two columns stand, in pixels from the left."""


class HalfBlind(Oracle):
    """Outlines the left column vaguely: its masks have no sure pixel."""

    def _answer(self, box: Box, click: Point) -> NDArray[np.float32]:
        return super()._answer(box, click) * np.float32(0.6 if click.x < 120 else 1.0)


def two_columns(vague: int, true: int) -> HalfBlind:
    """A column that the detector prefers and Med-SA cannot outline, beside one that it can."""
    left = [Point(VAGUE, 60 + 32 * i) for i in range(vague)]
    right = [Point(TRUE, 60 + 32 * i) for i in range(true)]
    scores = [0.99] * vague + [0.8] * true
    return HalfBlind(Column((*left, *right), ("vertebra",) * (vague + true)), scores)


def run(oracle: Oracle, **changes: object) -> Trace:
    config = SpineFMConfig(closer_look=False).changed(changes)
    return run_to_trace(SpineFMMethod(empty_bundle(), config, stages=lambda _: oracle), oracle.column.film)


def test_a_doubtful_spine_gives_way_to_a_sure_one() -> None:
    trace = run(two_columns(4, 5))
    assert [round(vertebra.centroid.x) for vertebra in trace.vertebrae] == [TRUE] * 5
    aside = list(trace.of(SetAside))
    assert aside and all(event.bodies == 4 and event.probability < event.limit for event in aside)
    assert "mostly doubtful, median probability" in caption(aside[0])


def test_without_the_rule_the_first_spine_stays() -> None:
    trace = run(two_columns(4, 5), doubted_spine=SpineFMConfig.PUBLISHED["doubted_spine"])
    assert [round(vertebra.centroid.x) for vertebra in trace.vertebrae] == [VAGUE] * 4
    assert not list(trace.of(SetAside)) and len(list(trace.of(Seeded))) == 1


@pytest.mark.parametrize(("bodies", "aside", "starts"), [(3, 1, 1), (4, 2, 3), (12, 5, 6)])
def test_the_surest_spine_stays_where_all_are_doubtful(bodies: int, aside: int, starts: int) -> None:
    """The last one needs no second run; after five, the first as sure as any comes back."""
    trace = run(two_columns(bodies, 0))
    assert len(trace.vertebrae) == min(bodies, 11) and len(list(trace.of(Seeded))) == starts
    assert all((vertebra.probability or 1.0) < DOUBT for vertebra in trace.vertebrae)
    assert trace.finished is not None and "Most of these outlines are doubtful" in " ".join(trace.finished.notes)
    assert len(list(trace.of(SetAside))) == aside <= SpineFMConfig().attempts
