"""A run that is cancelled, again and again, or before it reached the server."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from playwright.sync_api import Request

from spinefm.ui.server import limits
from spinefm.ui.server.examples import Choice
from spinefm.ui.server.model_queue import ModelQueue
from spinefm.ui.server.player.payload import UNCHANGED
from spinefm.ui.server.segment_tab import SegmentTab
from tests.ui.server.bare_tab import GUEST, tab_on
from tests.ui.server.conftest import Visitor
from tests.ui.server.stand_in import StandIn, StandInService, write_film

DEFAULTS = [limit.default for own in limits.LIMITS.values() for limit in own]
UPLOAD = "#film-upload input[type=file]"


def test_run_cancel_run_in_quick_succession_ends_with_a_result(
    gate: threading.Semaphore, visitor: Visitor, address: str, tmp_path: Path
) -> None:
    visitor.open(address, "finished")
    visitor.page.set_input_files(UPLOAD, str(write_film(tmp_path / "neck.png", bright=0.85)))  # which runs at once
    for _ in range(4):
        visitor.page.wait_for_selector("#cancel", state="visible")
        visitor.page.evaluate("document.querySelector('#cancel').click()")
        visitor.page.wait_for_selector("#run", state="visible")
        visitor.page.evaluate("document.querySelector('#run').click()")
    gate.release(1000)
    visitor.wait("finished")


def test_a_film_is_run_once_and_no_run_is_ended_by_the_browser(visitor: Visitor, address: str, tmp_path: Path) -> None:
    """Gradio's `cancels` come after the event's own handler, and ended the run that it had led to."""
    joined: list[int] = []
    visitor.page.on("request", lambda one: joined.append(event_of(one)) if "/queue/join" in one.url else None)
    visitor.page.goto(address)
    visitor.page.set_input_files(UPLOAD, str(write_film(tmp_path / "neck.png", bright=0.85)))  # amid the page's loading
    visitor.page.wait_for_selector('.player[data-status="finished"] .pane-name:has-text("neck.png")')
    events = visitor.page.evaluate("window.gradio_config.dependencies")
    runs = {event["id"] for event in events if event["api_name"] in ("_on_run", "_run_brought")}
    assert len(runs) == 2
    assert [event for event in joined if event in runs] == [max(runs)]
    assert [event["targets"] for event in events if event["cancels"]] == []


def event_of(request: Request) -> int:
    """The number of the event that a page asks gradio for."""
    return int(json.loads(request.post_data or "{}")["fn_index"])


def asked(tab: SegmentTab, choice: Choice | None, clicked: float = 1.0) -> list[tuple[Any, ...]]:
    """All messages of a run: what is shown, what is remembered, and the buttons Run and Cancel."""
    return list(tab._on_run(GUEST, choice, None, "[]", "", clicked, "spinefm", *DEFAULTS))


def test_run_and_cancel_change_places_with_the_first_message_and_back_with_the_last(tmp_path: Path) -> None:
    path = write_film(tmp_path / "neck.png")
    messages = asked(tab_on(StandInService()), Choice(path, path.name))
    assert messages[-1][0]["status"] == "finished" and len(messages) >= 2
    shown = [[button.get("visible") for button in message[2:]] for message in messages]
    assert shown == [[False, True], *[[None, None]] * (len(messages) - 2), [True, False]]


def test_run_is_back_after_one_that_failed_and_after_a_film_that_could_not_be_read(tmp_path: Path) -> None:
    tab = tab_on(StandInService())
    for choice in (None, Choice(tmp_path / "gone.png", "gone.png")):
        (message,) = asked(tab, choice)
        assert message[0]["status"] == "failed"
        assert [button["visible"] for button in message[2:]] == [True, False]
    ((_, _, run, cancel),) = tab._run_brought(GUEST, None, None, "[]", "", 1.0, "spinefm", *DEFAULTS, "")
    assert (run["visible"], cancel["visible"]) == (True, False)


def test_a_run_that_another_took_the_place_of_leaves_the_buttons_to_it(tmp_path: Path) -> None:
    tab, path = tab_on(StandInService()), write_film(tmp_path / "neck.png")
    first = tab._on_run(GUEST, Choice(path, path.name), None, "[]", "", 1.0, "spinefm", *DEFAULTS)
    next(first)
    second = asked(tab, Choice(path, path.name))
    assert list(first) == [], "nothing of it is shown any more, its end neither"
    assert [button["visible"] for button in second[-1][2:]] == [True, False]


class LeftQueue(ModelQueue):
    """A queue whose guest leaves as soon as they wait."""

    def waits(self, visitor: str) -> Iterator[int]:
        for ahead in super().waits(visitor):
            self.dismiss(GUEST.session_hash)
            yield ahead


@dataclass
class CountedService(StandInService):
    """A model service that counts the methods which it hands out."""

    asked: int = 0

    def method(self, *wanted: Any) -> StandIn:
        self.asked += 1
        return super().method(*wanted)


def test_a_correction_whose_visitor_leaves_while_it_waits_asks_no_network(tmp_path: Path) -> None:
    service, path = CountedService(), write_film(tmp_path / "neck.png")
    tab = tab_on(service)
    kept = asked(tab, Choice(path, path.name))[-1][1]
    tab.queue, service.asked = LeftQueue(), 0
    tab.queue.join("other")
    click = SimpleNamespace(_data={"action": "go on", "direction": "down"})
    assert [payload for payload, _ in tab._on_correct(GUEST, kept, "", click)] == [UNCHANGED]
    assert service.asked == 0
    tab.queue.leave("other")
    (result, _), *_ = tab._on_correct(GUEST, kept, "", click)
    assert result["status"] == "finished" and service.asked == 1


def test_what_rests_on_the_page_gets_its_measures_and_its_zip(tmp_path: Path) -> None:
    tab, path = tab_on(StandInService()), write_film(tmp_path / "neck.png")
    payload, kept, *_ = asked(tab, Choice(path, path.name))[-1]
    measures, packed = list(tab._on_rest(kept))
    assert {measures["run"], packed["run"]} == {payload["run"]}
    assert measures["measures"] and packed["download"]
    assert list(tab._on_rest(None)) == []


def test_a_run_cancelled_before_it_reached_the_server_does_not_start(service: StandInService) -> None:
    tab = tab_on(service)
    tab._on_cancel(GUEST, None, None, 2_000.0)
    assert asked(tab, None, 1_999.0) == []
    assert asked(tab, None, 2_001.0) != []
