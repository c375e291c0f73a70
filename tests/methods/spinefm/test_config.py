"""The settings of SpineFM: their ranges, and what the two presets do on drawn spines."""

import math

import pytest

from spinefm.core.geometry import Point
from spinefm.methods import CannotStart, run_to_trace
from spinefm.methods.base.events import Located
from spinefm.methods.spinefm import SpineFMConfig, SpineFMMethod
from spinefm.methods.spinefm.events import Checked, Classified, Decided, Seeded, Segmented
from spinefm.methods.spinefm.state import stops
from spinefm.trace.model import Trace
from tests.columns import Column, Oracle, empty_bundle, straight

PAPER = SpineFMConfig(**SpineFMConfig.PUBLISHED)


def run(oracle: Oracle, config: SpineFMConfig) -> Trace:
    """A run whose networks are the oracle."""
    method = SpineFMMethod(empty_bundle(), config, stages=lambda watch: oracle)
    return run_to_trace(method, oracle.column.film)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"patch": 3}, "no setting named 'patch'"),
        ({"overlap_limit": "much"}, "is a number from 0 to 1, not 'much'"),
        ({"overlap_limit": -0.1}, "from 0 to 1"),
        ({"overlap_limit": math.nan}, "from 0 to 1"),
        ({"overlap_limit": None}, "from 0 to 1"),
        ({"final_limit": 1.5}, "from 0 to 1"),
        ({"recentre": "maybe"}, "true or false"),
        ({"decision": "mean"}, "one of limits, most probable, not 'mean'"),
        ({"score_step": 0}, "a number above 0 and at most 1"),
        ({"score_step": "0.0"}, "above 0"),
        ({"step_limit": math.inf}, "a whole number from 1 to 100"),
        ({"step_limit": "inf"}, "whole number"),
        ({"step_limit": 2.5}, "whole number"),
        ({"step_limit": True}, "whole number"),
        ({"overlap_limit": False}, "from 0 to 1"),
        ({"patch_side_px": 10**5}, "from 0 to 8192"),
        ({"smoothing": "100"}, "from 0 to 1"),
        ({"six_lumbar": 0.5}, "from 0 to 0.3"),
    ],
)
def test_settings_outside_their_range_are_refused_in_one_sentence(changes, sentence):
    with pytest.raises(ValueError, match=sentence) as refusal:
        SpineFMConfig().changed(changes)
    assert "\n" not in str(refusal.value)


def test_settings_arrive_as_text_from_a_command_line():
    changed = SpineFMConfig().changed({"overlap_limit": "0.2", "step_limit": "7", "recentre": "false"})
    assert (changed.overlap_limit, changed.step_limit, changed.recentre) == (0.2, 7, False)


def test_a_side_in_spacings_takes_the_place_of_a_fixed_one():
    fixed = SpineFMConfig(patch_side_px=300, classifier_side_px=256)
    changed = fixed.changed({"patch_factor": 4.0})
    assert (changed.patch_factor, changed.patch_side_px, changed.classifier_side_px) == (4.0, 0, 256)
    assert fixed.changed({"patch_factor": 4.0, "patch_side_px": 500}).patch_side_px == 500


def test_the_turns_of_a_retry_lie_on_both_sides():
    assert SpineFMConfig().retry_turns == (-50.0, -25.0, 25.0, 50.0)
    assert SpineFMConfig(retry_angles=0).retry_turns == ()


def test_the_paper_starts_from_the_three_successive_detections_with_the_highest_score():
    scores = [0.7, 0.7, 0.7, 0.99, 0, 0.99, 0.99]  # the best three lie round a gap
    starts = next(run(Oracle(straight(7), scores), PAPER).of(Seeded))
    assert [round(point.y) for point in starts.points] == [156, 220, 252]
    assert starts.mean_score == pytest.approx(0.99)
    ours = next(run(Oracle(straight(7), scores), SpineFMConfig()).of(Seeded))
    assert [round(point.y) for point in ours.points] == [92, 124, 156]


def test_the_paper_never_lowers_the_score_and_tries_one_triple():
    with pytest.raises(CannotStart, match="at least 60 %"):
        run(Oracle(straight(5), [0.9, 0.9, 0.5, 0, 0]), PAPER)
    column = Column(straight(6).centroids, ("background", "vertebra", "vertebra", "vertebra", "vertebra", "S1"))
    trace = run(Oracle(column, [0.99, 0.99, 0.99, 0.8, 0.8, 0.8]), PAPER)
    assert len(list(trace.of(Seeded))) == 1
    assert next(trace.of(Decided)).reason == "detected", "a starting point is taken as it was found"


def test_the_paper_makes_one_pass_and_compares_with_the_previous_mask_alone():
    points = tuple(Point(120, y) for y in (60, 92, 124, 156, 198))
    oracle = Oracle(Column(points, ("C2", *["vertebra"] * 4)), [0.9, 0.9, 0.9, 0, 0])
    trace = run(oracle, PAPER)
    assert not any(event.recentred for event in trace.of(Segmented))
    assert {event.rule for event in trace.of(Checked)} == {"previous"}
    assert {event.limit for event in trace.of(Checked)} == {0.1}
    assert any(event.recentred for event in run(oracle, SpineFMConfig()).of(Segmented))


def test_the_paper_stops_at_the_most_probable_class_and_names_from_the_end():
    trace = run(Oracle(straight(7, bottom="S1", top="vertebra"), [0, 0.9, 0.9, 0.9, 0, 0, 0]), PAPER)
    assert [vertebra.name for vertebra in trace.vertebrae][-1] == "S1"
    assert stops(trace.events)["down"].reason == "S1"
    for event in trace.of(Classified):
        assert event.background_limit == max(event.vertebra, event.c2, event.s1)
    assert trace.finished is not None and trace.finished.mask_limit == 0.9
    assert next(trace.of(Located)).score_limit == 0.6


@pytest.mark.parametrize("config", [PAPER, SpineFMConfig(), SpineFMConfig(attempts=2, retry_angle=30)])
def test_the_settings_of_a_trace_give_its_run_again(config):
    oracle = Oracle(straight(7), [0, 0.9, 0.9, 0.9, 0, 0, 0])
    trace = run(oracle, config)
    again = run(oracle, SpineFMConfig().changed(Trace.from_json(trace.to_json()).settings))
    assert again.events[:-1] and [repr(event) for event in again.of(Decided)] == [
        repr(event) for event in trace.of(Decided)
    ]
    assert again.settings == trace.settings
