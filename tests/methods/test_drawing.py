"""The beats that each method makes of its events."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from pathlib import Path

import pytest

from spinefm.methods import METHODS, run_to_trace
from spinefm.methods.base.drawing import Drawing
from spinefm.methods.base.events import Located
from spinefm.methods.drawings import beats_of, drawing_of, verbs_of
from spinefm.methods.spinefm.events import Decided, Reason
from spinefm.methods.spineps import Spineps, SpinepsConfig
from spinefm.methods.vertxnet import VertXNet, VertXNetConfig
from spinefm.trace.model import Corrected, Finished, Trace
from spinefm.trace.primitives import Beat, Gauge, Label, Shape, plain
from tests.methods.drawn import film, whole_bundle
from tests.ui.server.stand_in import all_events
from tests.ui.server.test_whole_film import DrawnSpineps, DrawnVertXNet

TRACES = sorted(Path("examples/traces").glob("*.json.gz"))


def beats(method: str = "spinefm", limit: float = 0.1) -> list[Beat]:
    return [beat for beats in beats_of(method, all_events(limit)) for beat in beats]


def test_every_method_has_a_drawing() -> None:
    assert all(type(drawing_of(name)) is not Drawing for name in METHODS)
    assert type(drawing_of("another")) is Drawing


def test_every_method_says_what_it_does_in_each_of_its_phases() -> None:
    spines = [{phase for verb in verbs_of(name) for phase in verb.phases} for name in METHODS]
    assert all({"find", "overlap", "decide", "name", "correct"} <= phases for phases in spines)
    assert "Find three" in [verb.title for verb in verbs_of("spinefm")]
    assert not any("three known" in verb.help for name in ("vertxnet", "spineps") for verb in verbs_of(name))
    assert verbs_of("another") == ()


def test_a_step_passes_through_its_phases_in_order() -> None:
    up = [beat.phase for beat in beats() if beat.lane == "up" and beat.step == 1]
    assert up == ["predict", "segment", "overlap", "class", "decide"]


def test_the_starting_points_have_a_lane_each_and_come_before_both_directions() -> None:
    lanes = list(dict.fromkeys(beat.lane for beat in beats()))
    assert lanes == ["", "start 1", "start 2", "start 3", "up", "down"]
    assert {beat.section for beat in beats() if beat.lane.startswith("start")} == {"start"}


def test_scores_are_drawn_in_percent_as_their_limit_is() -> None:
    find = next(beat for beat in beats() if any(isinstance(item, Label) for item in beat.draw))
    labels = [item.text for item in find.draw if isinstance(item, Label)]
    assert labels[0].endswith(" %") and labels[-1] == "41 % < 60 %"


@pytest.mark.parametrize(
    ("kept", "words"),
    [
        ([], "No place looks like a vertebra."),
        ([True], "1 place looks like a vertebra."),
        ([False], "1 place looks like a vertebra, and not clearly."),
        ([True, True], "2 places clearly look like a vertebra."),
        ([True, False], "2 places look like a vertebra, 1 of them clearly."),
        ([False, False], "2 places look like a vertebra, none of them clearly."),
    ],
)
def test_what_the_detector_finds_is_counted_in_words(kept: list[bool], words: str) -> None:
    located = next(event for event in all_events() if isinstance(event, Located))
    found = tuple(replace(located.detections[0], kept=one) for one in kept)
    ((beat,),) = beats_of("spinefm", [replace(located, detections=found)])
    assert beat.words == words


def test_the_last_caption_leaves_the_number_of_vertebrae_to_the_headline() -> None:
    assert beats()[-1].words == "The outlines are smoothed and final."
    finished = next(event for event in all_events() if isinstance(event, Finished))
    ((beat,),) = beats_of("spinefm", [replace(finished, vertebrae=())])
    assert beat.words == "No vertebra was found."


def test_an_overlap_is_with_the_previous_body() -> None:
    said = {beat.words for beat in beats() if beat.phase == "overlap"}
    assert "It hardly overlaps the previous body." in said


def test_a_check_says_value_limit_and_verdict() -> None:
    check = next(beat for beat in beats() if beat.phase == "overlap")
    gauge = next(item for item in check.draw if isinstance(item, Gauge))
    assert (check.value, check.limit, check.verdict, gauge.passed) == (0.03, 0.1, "passed", True)
    failed = next(beat for beat in beats(limit=0.02) if beat.phase == "overlap" and beat.verdict == "failed")
    assert "too much" in failed.words


def test_a_rejected_mask_stays_as_a_ghost_and_a_kept_one_as_a_body() -> None:
    ends = [beat for beat in beats() if beat.phase == "decide"]
    shapes = {beat.body: beat.draw[0] for beat in ends}
    assert isinstance(shapes[None], Shape) and (shapes[None].role, shapes[None].motion) == ("rejected", "shiver")
    assert all(shape.role == "kept" and shape.until == "run" for body, shape in shapes.items() if body is not None)


@pytest.mark.parametrize(("reason", "limit"), [("point outside", 0.0), ("outside the film", 0.5)])
def test_the_edge_of_the_film_is_an_end_and_no_failure(reason: Reason, limit: float) -> None:
    down = Decided("down", 2, "stopped", reason, 8.0, limit, None)
    at_start = replace(down, direction="seed")
    ((end,), (start,)) = beats_of("spinefm", [down, at_start])
    assert (end.verdict, start.verdict) == ("end", "rejected")
    assert end.words.startswith("The film ends here, so this direction stops: ")
    assert start.words.startswith("Not kept")


def test_a_correction_clears_the_bodies_and_draws_those_that_hold_now() -> None:
    events = all_events()
    named = Corrected("delete", "C3 was deleted.", (5, 0), (None, None), None)
    last = beats_of("spinefm", [*events, named])[-1][0]
    assert (last.clears, [item.body for item in last.draw]) == ("bodies", [5, 0])


@pytest.mark.parametrize("path", TRACES, ids=lambda path: path.stem)
def test_an_example_takes_some_ten_seconds_and_stays_small(path: Path) -> None:
    trace = Trace.from_json(gzip.decompress(path.read_bytes()))
    drawn = [beat for beats in beats_of(trace.method, trace.events) for beat in beats]
    assert len(json.dumps([plain(beat) for beat in drawn])) < 100_000
    rounds = max(event.step for event in trace.of(Decided) if event.direction != "seed")
    assert sum(beat.seconds for beat in drawn if not beat.lane) + 2.05 * rounds + 1.2 < 15
    assert all(beat.words and not beat.words[0].islower() and beat.words.endswith(".") for beat in drawn)


@pytest.mark.parametrize(
    "method",
    [DrawnVertXNet(whole_bundle(), VertXNetConfig(deviations=3.0)), DrawnSpineps(whole_bundle(), SpinepsConfig())],
    ids=["vertxnet", "spineps"],
)
def test_whole_film_methods_draw_every_event(method: VertXNet | Spineps) -> None:
    trace = run_to_trace(method, film())
    drawn = beats_of(trace.method, trace.events)
    assert all(beats and all(beat.draw for beat in beats) for beats in drawn)
    kept = {beat.body for beats in drawn for beat in beats if beat.phase == "decide" and beat.body is not None}
    assert kept >= {vertebra.number for vertebra in trace.vertebrae}
