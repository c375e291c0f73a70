"""The messages of a run under way."""

from __future__ import annotations

from spinefm.ui.server.examples import Choice
from spinefm.ui.server.run_progress import WINDOW, RunProgress
from tests.ui.server.stand_in import all_events


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


def test_a_result_sends_all_that_no_message_did_however_much_was_carried_on(choice: Choice) -> None:
    progress, (*shown, last) = RunProgress(choice.read(), "run", None), all_events()
    progress.add(*shown)
    progress.add(last)  # the result says this one
    progress.take([last] * (WINDOW + 3))
    result = progress.finished()
    assert result["from"] <= len(shown) and result["total"] == len(shown) + 1 + WINDOW + 3
    assert len(result["entries"]) == result["total"] - result["from"]
