"""Corrections as the page shows them, without a browser."""

from __future__ import annotations

from spinefm.core.geometry import Point
from spinefm.ui.server.correcting import added, corrected, gone_on
from spinefm.ui.server.corrections import Correction
from spinefm.ui.server.sessions import SessionState
from tests.ui.server.shown import only, remembered, result_of
from tests.ui.server.stand_in import CENTRES, StandInService


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


def test_a_refused_correction_leaves_the_run_as_it_was_and_says_why(kept: SessionState) -> None:
    shown = next(corrected(kept, lambda run, film: run.correct(Correction("name", 99, "C5"))))
    assert "no such vertebra" in shown.payload["refused"]
    assert shown.kept is None and shown.payload["run"] == "same"


def test_a_click_on_background_is_asked_about_and_changes_nothing(kept: SessionState) -> None:
    asked = {"action": "add", "point": [1, 2]}
    (shown,) = corrected(kept, lambda run, film: added(StandInService(), run, film, CENTRES[6], asked))
    assert shown.payload["question"]["choices"][0]["change"] == {**asked, "sure": True}
    assert shown.kept is None


def test_correcting_without_a_run_is_a_sentence() -> None:
    assert only(corrected(None, lambda run, film: run.undo()))["status"] == "failed"
