"""VertXNet from the networks' answers to named vertebrae, and what it says when it cannot."""

from __future__ import annotations

from typing import Any

import pytest

from spinefm.core.geometry import Point
from spinefm.core.levels import Level
from spinefm.core.masks import Mask
from spinefm.methods import CannotAdd, CannotStart, build_method, run_to_trace
from spinefm.methods.vertxnet import VertXNet, VertXNetConfig
from spinefm.trace.captions import caption
from spinefm.trace.model import Trace
from spinefm.weights.manifest import BundleError
from tests.columns import empty_bundle
from tests.methods.drawn import DrawnAnswers, blob, body, film, map_of, whole_bundle

SPINE = [body(index) for index in range(5)]


def traced(answers: DrawnAnswers, **settings: Any) -> Trace:
    """A run on drawn answers."""

    class Drawn(VertXNet):
        def _answers(self, watch: object) -> Any:
            return answers

    return run_to_trace(Drawn(whole_bundle(), VertXNetConfig(**settings)), film())


def names(trace: Trace) -> list[str]:
    """The names from the top."""
    return [vertebra.name for vertebra in trace.vertebrae]


def test_names_count_from_the_reference_vertebra() -> None:
    trace = traced(DrawnAnswers(SPINE, map_of(SPINE), SPINE, {0: "C2"}))
    assert names(trace) == ["C2", "C3", "C4", "C5", "C6"]
    assert trace.anchor is not None and trace.anchor.level is Level.C2 and trace.anchor.probability == 0.97
    assert [v.mask.iou(mask) for v, mask in zip(trace.vertebrae, SPINE, strict=True)] == [1.0] * 5


def test_the_sacrum_is_a_reference_too() -> None:
    assert names(traced(DrawnAnswers(SPINE, map_of(SPINE), SPINE, {4: "S1"}))) == ["L2", "L3", "L4", "L5", "S1"]


def test_without_a_reference_names_are_relative() -> None:
    trace = traced(DrawnAnswers(SPINE, map_of(SPINE), SPINE))
    assert names(trace) == ["V1", "V2", "V3", "V4", "V5"] and trace.anchor is None


def test_the_ensemble_finds_what_each_part_misses() -> None:
    seen = map_of([blob(0, 1), SPINE[2], SPINE[3], SPINE[4]])  # two merged in the map
    answers = DrawnAnswers(SPINE, seen, [SPINE[0], SPINE[1], SPINE[2], SPINE[4]])  # one missed by the detector
    assert len(traced(answers, result="unet").vertebrae) == 4
    assert len(traced(answers, result="mask_rcnn").vertebrae) == 4
    both = traced(answers, deviations=3.0)
    assert [v.mask.iou(mask) for v, mask in zip(both.vertebrae, SPINE, strict=True)] == [1.0] * 5


@pytest.mark.parametrize(
    ("result", "kinds"),
    [
        ("unet", ["mapped", "named", "finished"]),
        ("mask_rcnn", ["located", "recognised", "named", "finished"]),
        ("ensemble", ["mapped", "located", "recognised", *["paired"] * 5, "named", "finished"]),
    ],
)
def test_the_trace_holds_every_stage_and_survives_json(result: str, kinds: list[str]) -> None:
    trace = traced(DrawnAnswers(SPINE, map_of(SPINE), SPINE, {0: "C2"}), result=result)
    assert [event.kind for event in trace.events] == kinds
    again = Trace.from_json(trace.to_json())
    assert again.to_json() == trace.to_json() and [caption(e) for e in again.events] == [
        caption(e) for e in trace.events
    ]


def test_captions_hold_both_ratios_against_eta() -> None:
    trace = traced(DrawnAnswers(SPINE, map_of([blob(0, 1), *SPINE[2:]]), SPINE))
    lines = [caption(event) for event in trace.events]
    assert (
        "Detection 1 and piece 1: agreement 41 % (limit 60 %), cover 100 % (limit 60 %): detection taken, piece stays"
        in lines
    )
    assert "Detection 3 and piece 2: agreement 100 % (limit 60 %): merged" in lines
    assert any(
        line.startswith("Piece 1, left over: dropped, it overlaps a kept mask: IoU 0.41 > 0.10") for line in lines
    )


def test_low_scores_are_dropped_with_the_limit() -> None:
    trace = traced(DrawnAnswers(SPINE, map_of(SPINE), SPINE, score=0.5), result="ensemble", score_limit=0.4)
    assert len(trace.vertebrae) == 5
    with pytest.raises(CannotStart, match="5 pieces of the map and 0 detections"):
        traced(DrawnAnswers(SPINE, map_of(SPINE), SPINE, score=0.5))


def test_a_lone_vertebra_is_a_result() -> None:
    lone: list[Mask] = [body(2)]
    assert names(traced(DrawnAnswers(lone, map_of(lone), lone))) == ["V1"]


def test_a_bundle_without_a_unet_is_refused_in_one_sentence() -> None:
    with pytest.raises(BundleError, match='VertXNet needs unet, which the bundle "oracle" does not have'):
        VertXNet(empty_bundle(), VertXNetConfig())


def test_wrong_settings_and_starting_points_are_refused() -> None:
    bundle = whole_bundle()
    with pytest.raises(ValueError, match="one of ensemble, unet, mask_rcnn"):
        build_method("vertxnet", bundle, {"result": "both"})
    with pytest.raises(ValueError, match="VertXNet has no setting named 'beta'"):
        build_method("vertxnet", bundle, {"beta": 1})
    with pytest.raises(CannotStart, match="takes no starting points"):
        build_method("vertxnet", bundle, starts=[Point(1, 1), Point(2, 2), Point(3, 3)])
    assert build_method("vertxnet", bundle, {"eta": "0.5"}).settings["eta"] == 0.5


def test_there_is_no_induction_to_go_on_with() -> None:
    trace = traced(DrawnAnswers(SPINE, map_of(SPINE), SPINE))
    with pytest.raises(CannotAdd, match="click the vertebra itself"):
        VertXNet(whole_bundle(), VertXNetConfig()).go_on(film(), trace, "up")
