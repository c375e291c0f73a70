"""What the page shows of a film and of a finished run, without a browser."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from spinefm.export.result import result_name
from spinefm.imaging.radiograph import Radiograph
from spinefm.ui.server import result_zip as result_zip_module
from spinefm.ui.server.examples import GONE, Choice, find_examples
from spinefm.ui.server.model_service import BundleService
from spinefm.ui.server.result_zip import result_zip
from spinefm.ui.server.running import run_steps
from spinefm.ui.server.sessions import SessionState
from spinefm.ui.server.showing import (
    NO_ZIP,
    RELOAD,
    ZIP_FAILED,
    example_shown,
    made_later,
    opened,
    recalled,
    set_upright,
    shown_again,
    still_shown,
)
from spinefm.ui.server.sittings import Sitting
from tests.ui.server.conftest import write_examples
from tests.ui.server.shown import remembered, result_of
from tests.ui.server.stand_in import StandIn, StandInService, all_events


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


def test_a_player_that_missed_a_part_gets_the_whole_run(kept: SessionState) -> None:
    payload = next(shown_again(kept)).payload
    assert len(payload["entries"]) == payload["total"] == len(all_events())
    assert payload["film"]["url"].startswith("data:")
    assert list(shown_again(None)) == []


def test_the_zip_is_there_while_the_page_fetches_it_and_gone_afterwards(choice: Choice) -> None:
    path = None
    for shown in made_later(remembered(run_steps(StandInService(), choice))):
        if shown.payload.get("download"):
            path = Path(shown.payload["download"]["path"])
            assert "neck/trace.json" in zipfile.ZipFile(path).namelist()
    assert path is not None and not path.exists()


def test_a_zip_is_sent_to_where_one_works(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "films.zip", "w") as archive:
        archive.writestr("a.png", b"")
    assert opened(Choice(tmp_path / "films.zip", "films.zip"))["error"] == {
        "what": "The file is a ZIP archive.",
        "remedy": "Unpack it and drop one film at a time, or bring films with their truth as a zip to Explore; "
        "the command spinefm batch takes many.",
    }


def test_opening_nothing_is_the_empty_page() -> None:
    assert opened(None)["status"] == "empty"


def test_an_example_opens_with_its_finished_run_where_there_is_one(tmp_path: Path) -> None:
    examples = find_examples(write_examples(tmp_path))
    assert [result_of(example_shown(example))["status"] for example in examples.values()] == [
        "finished",
        "ready",
    ]


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
