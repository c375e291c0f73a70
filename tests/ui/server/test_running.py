"""A run as the page shows it, without a browser."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest

from spinefm.measure.doubt import doubtful
from spinefm.methods.base.stages import ViewAnswer
from spinefm.methods.base.view import judged
from spinefm.methods.spinefm.config import SpineFMConfig
from spinefm.ui.server import showing
from spinefm.ui.server.correcting import corrected
from spinefm.ui.server.corrections import Correction
from spinefm.ui.server.examples import GONE, Choice
from spinefm.ui.server.model_service import BundleService
from spinefm.ui.server.run_progress import RunProgress
from spinefm.ui.server.running import NO_FILM, Wishes, run_steps
from spinefm.ui.server.sessions import SessionState
from spinefm.ui.server.showing import (
    opened,
    shown_again,
)
from tests.bad_films import write_bad_films
from tests.methods.base.test_view import FRONTAL, answer
from tests.ui.server.shown import only, remembered, result_of
from tests.ui.server.stand_in import CENTRES, StandInService, all_events, write_film


def test_a_run_gives_the_film_once_each_event_as_it_comes_and_the_result(choice: Choice) -> None:
    payloads = [shown.payload for shown in run_steps(StandInService(), choice)]
    count = len(all_events())
    totals = [payload["total"] for payload in payloads if "total" in payload]
    assert totals[0] == 0 and totals[-1] == count and totals == sorted(totals)
    running = [payload["status"] for payload in payloads].index("finished")
    assert {payload["status"] for payload in payloads[running:]} == {"finished"}
    assert {payload["status"] for payload in payloads[:running]} == {"running"}
    assert len({payload["run"] for payload in payloads}) == 1
    assert [isinstance(payload.get("film"), dict) for payload in payloads] == [True, *[False] * (len(payloads) - 1)]


def test_a_result_is_the_last_of_a_run_and_says_that_more_can_be_asked_for(choice: Choice) -> None:
    last = list(run_steps(StandInService(), choice))[-1]
    assert last.payload["status"] == "finished" and last.payload["later"] is True
    assert "measures" not in last.payload and not last.payload.get("packed") and not last.payload.get("download")
    assert last.kept is not None and last.kept.shown == last.payload["run"]


def test_nothing_is_measured_or_packed_before_the_result_rests(choice: Choice, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[str] = []
    for name in ("measures_payload", "result_zip", "trace_payload"):
        monkeypatch.setattr(showing, name, lambda *inputs, name=name: made.append(name))
    assert result_of(run_steps(StandInService(), choice))["status"] == "finished"
    assert made == []


def test_messages_stay_small_and_hold_every_event(choice: Choice) -> None:
    payloads = [shown.payload for shown in run_steps(StandInService(), choice)]
    assert all(len(json.dumps(payload)) < 60_000 for payload in payloads[1:])
    known: dict[int, str] = {}
    for payload in (payload for payload in payloads if "entries" in payload):
        known |= {payload.get("from", 0) + index: entry["kind"] for index, entry in enumerate(payload["entries"])}
    assert [known[index] for index in range(len(known))] == [event.kind for event in all_events()]


def test_payloads_already_sent_never_change(choice: Choice) -> None:
    run = run_steps(StandInService(), choice)
    first = next(run).payload
    assert len(list(run)) >= 1
    assert first["entries"] == []


def test_a_run_without_a_film_fails_with_a_sentence() -> None:
    error = only(run_steps(StandInService(), None))["error"]
    assert NO_FILM.startswith(error["what"][:-1])


def test_each_of_twenty_bad_files_is_a_sentence_and_nothing_else(tmp_path: Path) -> None:
    names = write_bad_films(tmp_path)
    assert len(names) >= 20
    for name in names:
        payload = opened(Choice(tmp_path / name, name))
        assert payload["status"] == "failed" and payload["film"] is None, name
        assert payload["error"]["what"].endswith(".") and payload["error"]["remedy"].endswith("."), name


def test_an_expired_upload_fails_with_a_sentence(tmp_path: Path) -> None:
    error = only(run_steps(StandInService(), Choice(tmp_path / "gone.png", "gone.png")))["error"]
    assert GONE.startswith(error["what"][:-1])


def test_a_film_on_which_no_run_can_start_keeps_its_detections_beside_the_reason(tmp_path: Path) -> None:
    path = write_film(tmp_path / "dark.png")
    last = result_of(run_steps(StandInService(), Choice(path, path.name)))
    assert last["status"] == "failed"
    assert [entry["kind"] for entry in last["entries"]] == ["located"]
    assert "Fewer than three" in last["error"]["what"]


def test_a_fault_of_the_program_is_shown_and_not_hidden(choice: Choice) -> None:
    run = run_steps(StandInService(), choice, Wishes({"overlap_limit": "broken"}))
    next(run)
    assert "error in the program" in next(run).payload["error"]["what"]
    with pytest.raises(AssertionError):
        next(run)


def test_missing_weights_are_a_sentence_that_names_no_folder_of_the_machine(
    choice: Choice, no_weights: None, tmp_path: Path
) -> None:
    last = result_of(run_steps(BundleService.started(), choice))
    assert last["status"] == "failed"
    assert "weights" in last["error"]["what"] and last["error"]["remedy"]
    assert str(tmp_path) not in str(last["error"])


def test_a_second_run_on_the_film_is_compared_with_the_first(choice: Choice, kept: SessionState) -> None:
    wishes = Wishes({"overlap_limit": 0.02})
    comparison = result_of(run_steps(StandInService(), choice, wishes, kept))["comparison"]
    assert comparison["settings"] == [{"name": "overlap_limit", "label": "Overlap", "old": 0.1, "new": 0.02}]
    assert comparison["divergence"]["direction"] == "up" and comparison["divergence"]["step"] == 1


def test_a_run_is_compared_with_what_the_page_shows_of_the_one_before_and_sends_it_no_second_time(
    choice: Choice, kept: SessionState
) -> None:
    first = result_of(run_steps(StandInService(), choice, None, kept))["comparison"]
    assert first["run"] == kept.shown and "entries" not in first
    assert first["names"] == [(vertebra.number, vertebra.name) for vertebra in kept.run.trace.vertebrae]
    assert set(first["doubtful"]) == doubtful(kept.run.trace)
    assert dict(first["names"])[first["anchor"]] == "C2"
    lower = list(corrected(kept, lambda run, film: run.correct(Correction("shift", offset=1))))
    second = result_of(run_steps(StandInService(), choice, None, remembered(lower)))["comparison"]
    assert second["run"] == lower[0].payload["run"] != kept.shown
    again = list(shown_again(kept))
    assert remembered(again).shown == again[0].payload["run"]


def test_undo_after_a_further_run_brings_back_the_corrected_one(choice: Choice, kept: SessionState) -> None:
    lower = remembered(corrected(kept, lambda run, film: run.correct(Correction("shift", offset=1))))
    shown = list(run_steps(StandInService(), choice, None, lower))
    payload, after = result_of(shown), remembered(iter(shown))
    assert [row["name"] for row in payload["rows"]][0] == "C2"
    assert any("undo restores that run" in line for line in payload["notices"])
    back = remembered(corrected(after, lambda run, film: run.undo()))
    assert [vertebra.name for vertebra in back.run.trace.vertebrae][0] == "C3"
    plain = result_of(run_steps(StandInService(), choice, None, kept))
    assert plain["corrections"]["undo"] is None and plain["notices"] == []


def test_starting_points_that_a_method_does_not_take_are_said_to_be_unused(choice: Choice) -> None:
    starting_points = tuple(CENTRES[:3])
    payload = result_of(run_steps(StandInService(), choice, Wishes(starting_points=starting_points, method="vertxnet")))
    assert payload["notices"] == ["VertXNet takes no starting points: those clicked were not used."]
    assert result_of(run_steps(StandInService(), choice, Wishes(starting_points=starting_points)))["notices"] == []


def test_runs_on_different_films_are_not_compared(kept: SessionState, tmp_path: Path) -> None:
    other = Choice(write_film(tmp_path / "other.png", bright=0.9), "other.png")
    assert result_of(run_steps(StandInService(), other, None, kept))["comparison"] is None


def test_a_locked_vertebra_is_carried_into_the_next_run(choice: Choice, kept: SessionState) -> None:
    before = replace(kept, run=kept.run.correct(Correction("lock", 5)))
    payload = result_of(run_steps(StandInService(), choice, Wishes({"overlap_limit": 0.02}), before))
    assert [row["name"] for row in payload["rows"] if row["locked"]] == ["C2"]
    assert payload["entries"][-1]["kind"] == "corrected"


def test_a_third_run_does_not_repeat_the_notice_about_corrections(choice: Choice, kept: SessionState) -> None:
    lower = remembered(corrected(kept, lambda run, film: run.correct(Correction("shift", offset=1))))
    second = list(run_steps(StandInService(), choice, None, lower))
    third = result_of(run_steps(StandInService(), choice, None, remembered(second)))
    assert any("corrections of the run before" in line for line in result_of(second)["notices"])
    assert third["notices"] == []


@pytest.mark.weights
def test_the_real_method_runs_on_a_phantom_as_the_page_would(tmp_path: Path) -> None:
    from spinefm.phantom import simulate

    path = tmp_path / "phantom.png"
    assert cv2.imwrite(str(path), np.round(simulate(9_700_001, "cervical", layout="full").film * 255).astype(np.uint8))
    last = result_of(run_steps(BundleService.started(), Choice(path, path.name)))
    assert last["status"] == "finished"
    assert len(last["rows"]) >= 4


def test_a_film_that_is_run_anyway_is_warned_of_and_not_refused(choice: Choice) -> None:
    anyway = replace(choice, anyway=True)
    assert Wishes({"overlap_limit": 0.2}).changed(anyway) == {"overlap_limit": 0.2, "view_check": "warn"}
    assert Wishes().changed(choice) == {}
    assert Wishes(method="vertxnet").changed(anyway) == {"view_check": "warn"}


@pytest.mark.parametrize(("kind", "offered"), [(FRONTAL, True), (answer(cervical=0.9, frontal=0.1), False)])
def test_only_a_film_refused_for_its_view_is_offered_to_be_run_anyway_and_not_to_be_clicked_on(
    choice: Choice, kind: ViewAnswer, offered: bool
) -> None:
    progress = RunProgress(choice.read(), "run", None, "spinefm")
    progress.add(judged(kind, SpineFMConfig()))
    error = progress.failed("No lateral film: choose another.", click=True)["error"]
    assert (error["anyway"], error["click"]) == (offered, not offered)
