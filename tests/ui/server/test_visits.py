"""What comes too late is not shown: the page's first film, a choice before the last one, a run already cancelled."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import gradio as gr
import pytest

from spinefm.ui.server.examples import find_examples
from spinefm.ui.server.player.payload import UNCHANGED
from spinefm.ui.server.segment_tab import SegmentTab
from spinefm.ui.server.visits import Visits
from tests.ui.server.bare_tab import GUEST, tab_on
from tests.ui.server.stand_in import StandInService, write_film

OPENED = SimpleNamespace(session_hash=GUEST.session_hash, query_params={})


@pytest.fixture
def tab(examples: Path) -> SegmentTab:
    """The tab with examples."""
    made = tab_on(StandInService())
    made.examples = find_examples(examples)
    return made


def picked(tab: SegmentTab) -> SimpleNamespace:
    """A click on the first example."""
    return SimpleNamespace(name=next(iter(tab.examples)))


def test_the_latest_choice_is_that_of_the_visitor_alone() -> None:
    visits = Visits()
    first = visits.choose("a")
    visits.choose("b")
    assert first() and visits.has_chosen("a") and not visits.has_chosen("c")
    second = visits.choose("a")
    assert second() and not first()
    visits.leave("a")
    assert not second() and not visits.has_chosen("a")


def test_a_cancel_counts_for_what_was_clicked_before_it() -> None:
    visits = Visits()
    assert not visits.is_cancelled("a", 10.0)
    visits.cancel("a", 20.0)
    assert visits.is_cancelled("a", 20.0) and not visits.is_cancelled("a", 20.5) and not visits.is_cancelled("b", 10.0)


def test_a_film_brought_while_the_page_still_loads_is_not_replaced_by_the_first_example(
    tab: SegmentTab, tmp_path: Path
) -> None:
    before = list(tab.on_load(OPENED, "token"))
    assert len(before) == 2 and before[0][1]["status"] == "finished"
    loading = tab.on_load(OPENED, "token")
    tab._on_upload(GUEST, str(write_film(tmp_path / "neck.png")), "", None)
    choice, payload, kept, token, _ = next(loading)
    assert payload is UNCHANGED and token == "token"
    assert (choice, kept) == (gr.skip(), gr.skip())
    assert list(loading) == []


def test_an_upload_that_was_read_after_an_example_was_picked_shows_nothing(
    tab: SegmentTab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def pick_meanwhile(service: object, choice: object, read: object) -> object:
        assert list(tab._on_pick(GUEST, "", picked(tab)))
        return choice

    monkeypatch.setattr("spinefm.ui.server.segment_tab.set_upright", pick_meanwhile)
    _, _, payload, _, brought, _ = tab._on_upload(GUEST, str(write_film(tmp_path / "neck.png")), "", None)
    assert payload is UNCHANGED and not brought


def test_what_is_still_to_come_of_an_example_ends_with_the_next_choice(tab: SegmentTab, tmp_path: Path) -> None:
    example = tab._on_pick(GUEST, "", picked(tab))
    next(example)
    tab._on_upload(GUEST, str(write_film(tmp_path / "neck.png")), "", None)
    assert list(example) == []


def test_an_example_whose_zip_comes_late_does_not_take_the_cancel_button_from_the_run_on_it(tab: SegmentTab) -> None:
    assert [button["visible"] for button in tab._on_shown(GUEST)] == [True, False]
    running = tab.queue.ticket(GUEST.session_hash)
    tab.queue.join(running)
    assert tab._on_shown(GUEST) == (gr.skip(), gr.skip())
    assert tab.queue.has(GUEST.session_hash) and not tab.queue.has("gue")
    tab.queue.leave(running)
    assert [button["visible"] for button in tab._on_shown(GUEST)] == [True, False]
