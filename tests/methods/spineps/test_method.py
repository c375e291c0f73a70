"""SPINEPS from the networks' answers to named vertebrae, and what it says when it cannot."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from spinefm.methods import CannotStart, build_method, run_to_trace
from spinefm.methods.spineps import Spineps, SpinepsConfig
from spinefm.methods.spineps.events import Centred
from spinefm.methods.spineps.method import parted
from spinefm.trace.captions import caption
from spinefm.trace.model import Trace
from spinefm.weights.manifest import BundleError
from tests.columns import empty_bundle
from tests.methods.drawn import DrawnAnswers, blob, body, film, map_of, whole_bundle

SPINE = [body(index) for index in range(6)]


def traced(answers: DrawnAnswers) -> Trace:
    """A run on drawn answers."""

    class Drawn(Spineps):
        def _answers(self, watch: object) -> Any:
            return answers

    return run_to_trace(Drawn(whole_bundle(), SpinepsConfig()), film())


def test_a_drawn_spine_is_found_and_named() -> None:
    trace = traced(DrawnAnswers(SPINE, map_of(SPINE, c2=[0])))
    assert [vertebra.name for vertebra in trace.vertebrae] == ["C2", "C3", "C4", "C5", "C6", "C7"]
    assert [v.mask.iou(mask) for v, mask in zip(trace.vertebrae, SPINE, strict=True)] == [1.0] * 6
    assert trace.anchor is not None and trace.anchor.probability == 1.0


def test_one_piece_over_two_bodies_becomes_two_vertebrae() -> None:
    seen = map_of([SPINE[0], blob(1, 2), *SPINE[3:]])
    trace = traced(DrawnAnswers(SPINE, seen))
    assert len(trace.vertebrae) == 6
    assert all(v.mask.iou(mask) > 0.6 for v, mask in zip(trace.vertebrae, SPINE, strict=True))


def test_s1_joined_to_its_neighbour_is_parted_where_the_classes_meet() -> None:
    whole = map_of([*SPINE[:4], blob(4, 5)])
    classes = whole.classes.copy()
    classes[SPINE[5].box.rows, SPINE[5].box.columns] = 3
    assert not parted(np.where(whole.body > 0.5, classes, 0).astype(np.uint8))[SPINE[5].box.y0, 110]
    trace = traced(DrawnAnswers(SPINE, replace(whole, classes=classes)))
    centred = next(event for event in trace.events if isinstance(event, Centred))
    assert len(centred.centres) == 6 and [centre.parts for centre in centred.centres] == [1] * 6
    assert [vertebra.name for vertebra in trace.vertebrae] == ["L1", "L2", "L3", "L4", "L5", "S1"]


def test_the_trace_holds_every_stage_and_survives_json() -> None:
    trace = traced(DrawnAnswers(SPINE, map_of(SPINE)))
    kinds = Counter(event.kind for event in trace.events)
    assert kinds["cutout"] == 6 and kinds["fused"] >= 6 and kinds["centred"] == kinds["mapped"] == 1
    assert [event.kind for event in trace.events][-2:] == ["named", "finished"]
    again = Trace.from_json(trace.to_json())
    assert again.to_json() == trace.to_json() and [caption(e) for e in again.events] == [
        caption(e) for e in trace.events
    ]


def test_the_run_says_that_the_original_is_for_mr() -> None:
    finished = traced(DrawnAnswers(SPINE, map_of(SPINE))).finished
    assert finished is not None and "made for MR volumes" in finished.notes[0]


def test_captions_hold_agreement_and_claims_against_limits() -> None:
    lines = [caption(event) for event in traced(DrawnAnswers(SPINE, map_of(SPINE))).events]
    assert any("3 of 3 predictions" in line and "agree by 100 %, 0 % (limit 60 %) claimed" in line for line in lines)


def test_an_empty_map_is_refused_in_one_sentence() -> None:
    with pytest.raises(CannotStart, match="No pixel is a vertebral body with a probability above 0.35"):
        traced(DrawnAnswers(SPINE, map_of([])))


def test_a_bundle_without_the_networks_is_refused_in_one_sentence() -> None:
    with pytest.raises(BundleError, match='SPINEPS needs unet and instance_net, which the bundle "oracle" does not'):
        build_method("spineps", empty_bundle())


def test_settings_change_by_name() -> None:
    assert build_method("spineps", whole_bundle(), {"claimed_limit": "0.5"}).settings["claimed_limit"] == 0.5
    with pytest.raises(ValueError, match="is a number from 0 to 1, not -1"):
        build_method("spineps", whole_bundle(), {"erosion": -1})
