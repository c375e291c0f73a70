"""Off-axis retries beside the predicted point, on drawn spines whose answer is known."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from spinefm.core.geometry import Point
from spinefm.core.masks import Mask
from spinefm.methods.spinefm import SpineFMConfig
from spinefm.methods.spinefm.events import Classified, Decided, Proposed, Segmented, StepEvent
from spinefm.methods.spinefm.propose import Prompt
from spinefm.methods.spinefm.retry import Attempt, off_axis_retries
from spinefm.methods.spinefm.segment import BodyShape
from spinefm.methods.spinefm.state import stops
from spinefm.trace.captions import caption
from spinefm.trace.model import Trace
from tests.columns import Column, Oracle
from tests.methods.spinefm.test_induction import names, run


def bent(turn: float, kind: str = "S1") -> Column:
    """Five bodies in a line and a sixth, one spacing on, turned by `turn` degrees about the fifth."""
    line = [Point(120, 60 + 40 * i) for i in range(5)]
    angle = math.radians(turn)
    last = Point(120 - 40 * math.sin(angle), 220 + 40 * math.cos(angle))
    return Column((*line, last), (*["vertebra"] * 5, kind))


def oracle(column: Column) -> Oracle:
    """The first three bodies are detected."""
    return Oracle(column, [0.9, 0.9, 0.9, 0, 0, 0])


@pytest.mark.parametrize("turn", [-50, 50])
def test_a_body_beside_the_predicted_point_is_found_by_a_off_axis_retry(turn: float) -> None:
    trace = run(oracle(bent(turn)))
    assert names(trace)[-1] == "S1" and len(trace.vertebrae) == 6
    events = [event for event in trace.events if isinstance(event, StepEvent)]
    step = [event for event in events if (event.direction, event.step) == ("down", 3)]
    kinds = [type(event) for event in step]
    assert kinds[:3] == [Proposed, Segmented, Proposed], "the first look found nothing and stands before the second"
    first, second = (event for event in step if isinstance(event, Proposed))
    assert (first.turned, first.unsure) == (0.0, None)
    assert second.turned * turn > 0 and (second.unsure, second.unsure_limit) == (0.0, 0.6)
    assert f"rotated by {second.turned:.0f}°, because no class was sure: 0 % (limit 60 %)" in caption(second)
    assert isinstance(step[-1], Decided) and step[-1].reason == "S1"


def test_the_paper_has_no_off_axis_retry() -> None:
    trace = run(oracle(bent(50)), SpineFMConfig(retry_limit=0.0))
    assert len(trace.vertebrae) == 5
    assert stops(trace.events)["down"].reason == "empty mask"


@pytest.mark.parametrize("column", [bent(50, "background"), bent(50, "C2"), bent(0), bent(180)])
def test_no_off_axis_retry_takes_background_the_wrong_end_a_sure_body_or_one_taken(column: Column) -> None:
    trace = run(oracle(column))
    assert not [event for event in trace.of(Proposed) if event.unsure is not None]


def test_the_points_of_a_off_axis_retry_share_one_batch() -> None:
    asked = oracle(bent(50))
    run(asked)
    assert asked.batches.count(len(SpineFMConfig().retry_turns)) == 1, "above the topmost body"
    assert asked.batches.count(2 * len(SpineFMConfig().retry_turns)) == 1, "at the bent one, below the lowest"


def test_a_close_retry_counts_for_s1_alone() -> None:
    prompt = Prompt("down", 3, (), Point(120, 250), 40.0, 4)
    shape = BodyShape(Mask.empty(), np.zeros((120, 120), np.float32), prompt.patch(SpineFMConfig()))
    seen = Classified("down", 3, 0.0, 0.9, 0.1, 0.0, shape.patch, 0.8, 0.5)
    assert Attempt(prompt, shape, seen).sureness == 0.9
    assert Attempt(replace(prompt, close=True), shape, seen).sureness == 0.1


def test_a_off_axis_retry_goes_as_far_as_the_last_step_and_less_far() -> None:
    column = bent(50)
    tried: list[Attempt] = []
    prompt = Prompt("down", 3, column.centroids[2:5], Point(120, 260), 40.0, 4)
    nothing = BodyShape(Mask.empty(), np.zeros((120, 120), np.float32), prompt.patch(SpineFMConfig()))

    def possible(attempt: Attempt) -> bool:
        tried.append(attempt)
        return False

    every = SpineFMConfig(retry_accept=0)
    looks = off_axis_retries(column.film, oracle(column), every, [Attempt(prompt, nothing, None)], possible)
    assert looks == {}
    places = [(round(each.prompt.point.distance(column.centroids[4])), each.prompt.turned) for each in tried]
    assert sorted(places) == sorted((reach, turn) for reach in (40, 32) for turn in SpineFMConfig().retry_turns)


def test_only_retries_that_are_sure_enough_are_examined_the_surest_first() -> None:
    column = bent(50)
    config, examined = SpineFMConfig(), list[float]()
    prompt = Prompt("down", 3, column.centroids[2:5], Point(120, 260), 40.0, 4)
    nothing = BodyShape(Mask.empty(), np.zeros((120, 120), np.float32), prompt.patch(config))

    def possible(attempt: Attempt) -> bool:
        examined.append(attempt.sureness)
        return len(examined) > 1

    found = off_axis_retries(column.film, oracle(column), config, [Attempt(prompt, nothing, None)], possible)
    assert examined == sorted(examined, reverse=True) and min(examined) >= config.retry_accept
    assert len(examined) == 2 and found[0].sureness == examined[1]


def test_without_a_direction_to_try_there_is_no_retry() -> None:
    asked = oracle(bent(50))
    trace = run(asked, SpineFMConfig(retry_angles=0))
    assert len(trace.vertebrae) == 5 and 0 not in asked.batches


def test_the_events_of_both_attempts_are_kept_in_the_file() -> None:
    trace = run(oracle(bent(50)))
    again = Trace.from_json(trace.to_json())
    assert list(again.of(Proposed)) == list(trace.of(Proposed))
    assert len(list(again.of(Classified))) == len(list(trace.of(Classified)))
