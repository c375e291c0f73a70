"""What the page shows next, without a browser."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from spinefm.core.geometry import Point
from spinefm.export.result import result_name
from spinefm.imaging.radiograph import Radiograph
from spinefm.measure.doubt import doubtful
from spinefm.methods.base.stages import ViewAnswer
from spinefm.methods.base.view import judged
from spinefm.methods.spinefm.config import SpineFMConfig
from spinefm.ui.server import result_zip as result_zip_module
from spinefm.ui.server import sessions
from spinefm.ui.server.corrections import Correction
from spinefm.ui.server.examples import GONE, Choice, find_examples, small_jpeg, thumbnail
from spinefm.ui.server.model_service import BundleService
from spinefm.ui.server.result_zip import result_zip
from spinefm.ui.server.sessions import (
    NO_FILM,
    NO_ZIP,
    RELOAD,
    WINDOW,
    ZIP_FAILED,
    RunProgress,
    SessionState,
    Shown,
    Wishes,
    added,
    corrected,
    example_shown,
    gone_on,
    made_later,
    opened,
    recalled,
    run_steps,
    set_upright,
    shown_again,
    still_shown,
)
from spinefm.ui.server.sittings import Sitting
from tests.bad_films import write_bad_films
from tests.methods.base.test_view import FRONTAL, answer
from tests.ui.server.conftest import write_examples
from tests.ui.server.stand_in import CENTRES, StandIn, StandInService, all_events, write_film


@pytest.fixture(scope="module")
def choice(tmp_path_factory: pytest.TempPathFactory) -> Choice:
    """A film that tests read only."""
    path = write_film(tmp_path_factory.mktemp("film") / "neck.png")
    return Choice(path, path.name)


@pytest.fixture
def no_weights(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A machine on which no weights lie."""
    monkeypatch.setattr("spinefm.weights.manifest.WEIGHTS_FOLDER", tmp_path)


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
        monkeypatch.setattr(sessions, name, lambda *inputs, name=name: made.append(name))
    assert result_of(run_steps(StandInService(), choice))["status"] == "finished"
    assert made == []


def test_measures_come_before_the_zip_and_nothing_new_is_remembered(kept: SessionState) -> None:
    measures, packed = list(made_later(kept))
    for news in (measures, packed):
        assert news.kept is None
        assert {name: news.payload[name] for name in ("run", "status", "packed")} == {
            "run": kept.shown,
            "status": "finished",
            "packed": True,
        }
    assert measures.payload["measures"] and "download" not in measures.payload
    assert packed.payload["download"]["path"].endswith(".zip") and "measures" not in packed.payload


def test_what_is_made_later_is_what_a_reload_brings(kept: SessionState) -> None:
    measures = next(made_later(kept)).payload["measures"]
    assert measures == next(recalled(Sitting(kept.choice, kept.run))).payload["measures"]


def test_without_a_run_nothing_is_made_later() -> None:
    assert list(made_later(None)) == []


def test_a_zip_for_which_there_is_no_room_is_a_notice_beside_the_others(
    kept: SessionState, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*inputs: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(result_zip_module, "write_zip", full)
    news = list(made_later(kept))
    assert news[0].payload["measures"] and news[1].payload["also"] == [NO_ZIP]
    result, packed = list(recalled(Sitting(kept.choice, kept.run)))
    assert packed.payload["also"] == [NO_ZIP] and packed.payload["run"] == result.payload["run"]


def test_a_zip_that_fails_otherwise_is_another_notice_and_an_error_for_the_log(
    kept: SessionState, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(*inputs: Any) -> None:
        raise OSError(36, "File name too long")

    monkeypatch.setattr(result_zip_module, "write_zip", failing)
    news = made_later(kept)
    assert next(news).payload["measures"] and next(news).payload["also"] == [ZIP_FAILED]
    with pytest.raises(OSError, match="too long"):
        next(news)


@pytest.mark.parametrize("name", ["scan.nii.gz", "..", "../../up.png", "n" * 250 + ".png"])
def test_the_files_of_a_zip_lie_in_one_folder_whatever_the_film_is_called(kept: SessionState, name: str) -> None:
    trace = replace(kept.run.trace, film=replace(kept.run.trace.film, name=name))
    with result_zip(trace, kept.choice.read()) as packed, zipfile.ZipFile(packed["path"]) as archive:
        assert {Path(file).parent.as_posix() for file in archive.namelist()} == {result_name(name)}
        assert Path(packed["path"]).name == f"{result_name(name)}.zip"


def test_of_a_film_that_expired_meanwhile_there_are_measures_and_a_sentence(kept: SessionState) -> None:
    expired = replace(kept, choice=replace(kept.choice, path=kept.choice.path.with_name("expired.png")))
    (news,) = made_later(expired)
    assert news.payload["measures"]["sides"] and news.payload["also"] == [GONE]


def test_events_that_come_together_are_sent_together_and_a_message_holds_that_before_it(choice: Choice) -> None:
    events = all_events()
    progress = RunProgress(choice.read(), "run", None)
    first = progress.add(*events[:2])
    second = progress.add(*events[2:5])
    assert (first["from"], first["total"], len(first["entries"])) == (0, 2, 2)
    assert (second["from"], second["total"], len(second["entries"])) == (0, 5, 5)
    many = [*events, *events, *events]
    progress.add(*many)
    third = progress.add(events[0])
    assert third["total"] - third["from"] == len(many) + 1 > WINDOW
    fourth = progress.add(events[0])
    assert len(fourth["entries"]) == WINDOW


class SideOn(StandIn):
    """A method that is sure that every film lies on its side."""

    def quarters(self, film: Radiograph) -> int:
        return 3


class Lying(StandInService):
    """A service of that method."""

    def method(self, *asked: Any, **more: Any) -> SideOn:
        return SideOn()


def test_a_film_that_lies_on_its_side_is_set_upright_when_it_is_brought(choice: Choice) -> None:
    upright = set_upright(Lying(), choice)
    assert upright == replace(choice, quarters=3)
    assert "rotated clockwise by 270°" in opened(upright)["remarks"][0]
    assert set_upright(StandInService(), choice) == choice


def test_a_film_stays_as_it_is_where_it_cannot_be_read_or_no_networks_are_there(
    choice: Choice, no_weights: None
) -> None:
    assert set_upright(BundleService(), choice) == choice
    missing = replace(choice, path=choice.path.with_name("gone.png"))
    assert set_upright(Lying(), missing) == missing


def test_messages_stay_small_and_hold_every_event(choice: Choice) -> None:
    payloads = [shown.payload for shown in run_steps(StandInService(), choice)]
    assert all(len(json.dumps(payload)) < 60_000 for payload in payloads[1:])
    known: dict[int, str] = {}
    for payload in (payload for payload in payloads if "entries" in payload):
        known |= {payload.get("from", 0) + index: entry["kind"] for index, entry in enumerate(payload["entries"])}
    assert [known[index] for index in range(len(known))] == [event.kind for event in all_events()]


def test_a_player_that_missed_a_part_gets_the_whole_run(kept: SessionState) -> None:
    payload = next(shown_again(kept)).payload
    assert len(payload["entries"]) == payload["total"] == len(all_events())
    assert payload["film"]["url"].startswith("data:")
    assert list(shown_again(None)) == []


def test_payloads_already_sent_never_change(choice: Choice) -> None:
    run = run_steps(StandInService(), choice)
    first = next(run).payload
    assert len(list(run)) >= 1
    assert first["entries"] == []


def test_the_zip_is_there_while_the_page_fetches_it_and_gone_afterwards(choice: Choice) -> None:
    path = None
    for shown in made_later(remembered(run_steps(StandInService(), choice))):
        if shown.payload.get("download"):
            path = Path(shown.payload["download"]["path"])
            assert "neck/trace.json" in zipfile.ZipFile(path).namelist()
    assert path is not None and not path.exists()


def only(all_shown: Iterable[Shown]) -> dict[str, Any]:
    (shown,) = all_shown
    return shown.payload


def remembered(all_shown: Iterable[Shown]) -> SessionState:
    """What the page remembers afterwards."""
    return [shown.kept for shown in all_shown if shown.kept is not None][-1]


def last_of(all_shown: Iterable[Shown]) -> Shown:
    return list(all_shown)[-1]


def result_of(all_shown: Iterable[Shown]) -> dict[str, Any]:
    """The last payload that is more than the news of a packed zip."""
    return [shown.payload for shown in all_shown if not shown.payload.get("packed")][-1]


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


def test_a_zip_is_sent_to_where_one_works(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "films.zip", "w") as archive:
        archive.writestr("a.png", b"")
    assert opened(Choice(tmp_path / "films.zip", "films.zip"))["error"] == {
        "what": "The file is a ZIP archive.",
        "remedy": "Unpack it and drop one film at a time, or bring films with their truth as a zip to Explore; "
        "the command spinefm batch takes many.",
    }


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


def test_opening_nothing_is_the_empty_page() -> None:
    assert opened(None)["status"] == "empty"


def test_examples_come_by_name_with_thumbnails(tmp_path: Path) -> None:
    examples = find_examples(write_examples(tmp_path))
    assert list(examples) == ["a-finished", "b-film-only"]
    assert all(str(thumbnail(example)).startswith("data:image/jpeg") for example in examples.values())


def test_a_thumbnail_at_hand_is_taken_and_its_film_not_read(tmp_path: Path) -> None:
    example = find_examples(write_examples(tmp_path))["a-finished"]
    drawn = thumbnail(example)
    example.small.parent.mkdir()
    example.small.write_bytes(small_jpeg(example.read()))
    example.film.unlink()
    assert thumbnail(example) == drawn


def test_an_example_opens_with_its_finished_run_where_there_is_one(tmp_path: Path) -> None:
    examples = find_examples(write_examples(tmp_path))
    assert [result_of(example_shown(example))["status"] for example in examples.values()] == [
        "finished",
        "ready",
    ]


def test_a_folder_without_examples_offers_none(tmp_path: Path) -> None:
    assert find_examples(tmp_path) == {}


@pytest.fixture(scope="module")
def kept(choice: Choice) -> SessionState:
    """A finished run as the page remembers it; nothing in it can be changed."""
    return remembered(run_steps(StandInService(), choice))


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


def test_a_correction_changes_names_zip_and_memory(kept: SessionState) -> None:
    correction = Correction("shift", offset=1)
    all_shown = list(corrected(kept, lambda run, film: run.correct(correction)))
    shown = all_shown[0]
    assert all_shown[-1].payload["download"]["path"].endswith(".zip")
    assert [row["name"] for row in shown.payload["rows"]][:3] == ["C3", "C4", "C5"]
    assert shown.payload["corrections"] == {"undo": "all names moved down by 1.", "redo": None}
    assert len(remembered(all_shown).run.done) == 1


def test_going_on_and_adding_ask_the_method_with_the_settings_of_the_run(kept: SessionState) -> None:
    service = StandInService()
    on = result_of(corrected(kept, lambda run, film: gone_on(service, run, film, "down")))
    clicked = result_of(corrected(kept, lambda run, film: added(service, run, film, CENTRES[6], {"sure": True})))
    for payload in (on, clicked):
        assert [row["name"] for row in payload["rows"] if row["found"]][-1] == "T1"
        assert payload["entries"][-1]["kind"] == "corrected"


def test_a_click_on_nothing_is_refused_with_a_sentence(kept: SessionState) -> None:
    shown = next(corrected(kept, lambda run, film: added(StandInService(), run, film, Point(5.0, 5.0), {})))
    assert "No new vertebra" in shown.payload["refused"] and shown.kept is None


def test_a_locked_vertebra_is_carried_into_the_next_run(choice: Choice, kept: SessionState) -> None:
    before = replace(kept, run=kept.run.correct(Correction("lock", 5)))
    payload = result_of(run_steps(StandInService(), choice, Wishes({"overlap_limit": 0.02}), before))
    assert [row["name"] for row in payload["rows"] if row["locked"]] == ["C2"]
    assert payload["entries"][-1]["kind"] == "corrected"


def test_a_refused_correction_leaves_the_run_as_it_was_and_says_why(kept: SessionState) -> None:
    shown = next(corrected(kept, lambda run, film: run.correct(Correction("name", 99, "C5"))))
    assert "no such vertebra" in shown.payload["refused"]
    assert shown.kept is None and shown.payload["run"] == "same"


def test_a_click_on_background_is_asked_about_and_changes_nothing(kept: SessionState) -> None:
    asked = {"action": "add", "point": [1, 2]}
    (shown,) = corrected(kept, lambda run, film: added(StandInService(), run, film, CENTRES[6], asked))
    assert shown.payload["question"]["choices"][0]["change"] == {**asked, "sure": True}
    assert shown.kept is None


def test_a_reload_brings_back_film_and_run_while_the_film_is_there(kept: SessionState, tmp_path: Path) -> None:
    shown = next(recalled(Sitting(kept.choice, kept.run)))
    assert shown.payload["status"] == "finished" and shown.kept is not None and not shown.payload.get("play")
    assert RELOAD in shown.payload["remarks"]
    assert next(recalled(Sitting(kept.choice))).payload["status"] == "ready"
    assert list(recalled(Sitting(Choice(tmp_path / "gone.png", "gone.png"), kept.run))) == []


def test_a_result_stays_below_the_reason_why_another_file_cannot_be_read(kept: SessionState, tmp_path: Path) -> None:
    error = {"what": "It is empty.", "remedy": ""}
    shown = still_shown(kept, error)
    assert shown is not None and shown.payload["later"]
    assert (shown.payload["status"], shown.payload["error"]) == ("finished", error) and shown.kept is not None
    example = replace(kept, choice=replace(kept.choice, example="a"))
    gone = replace(kept, choice=Choice(tmp_path / "gone.png", "gone.png"))
    assert [still_shown(one, error) for one in (None, example, gone)] == [None] * 3


def test_an_example_plays_at_once_and_is_called_simulated(tmp_path: Path) -> None:
    shown = next(example_shown(find_examples(write_examples(tmp_path))["a-finished"]))
    assert shown.payload["play"] is True and shown.payload["simulated"] is True


def test_a_third_run_does_not_repeat_the_notice_about_corrections(choice: Choice, kept: SessionState) -> None:
    lower = remembered(corrected(kept, lambda run, film: run.correct(Correction("shift", offset=1))))
    second = list(run_steps(StandInService(), choice, None, lower))
    third = result_of(run_steps(StandInService(), choice, None, remembered(second)))
    assert any("corrections of the run before" in line for line in result_of(second)["notices"])
    assert third["notices"] == []


def test_correcting_without_a_run_is_a_sentence() -> None:
    assert only(corrected(None, lambda run, film: run.undo()))["status"] == "failed"


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
