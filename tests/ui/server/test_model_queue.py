"""The queue of visitors who wait for the networks."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest

from spinefm.imaging.radiograph import Radiograph
from spinefm.ui.server.model_queue import Dismissed, ModelQueue, QueueFull
from tests.ui.server.bare_tab import GUEST, tab_on
from tests.ui.server.stand_in import StandIn, StandInService, write_film


def test_visitors_stand_in_line_in_the_order_in_which_they_asked() -> None:
    queue = ModelQueue()
    assert [queue.join(visitor) for visitor in ("a", "b", "a", "c")] == [0, 1, 0, 2]
    queue.leave("a")
    queue.leave("a")
    assert [queue.join(visitor) for visitor in ("c", "a")] == [1, 2]


def test_who_waits_hears_each_time_that_the_line_moves() -> None:
    queue = ModelQueue()
    for visitor in ("a", "b"):
        queue.join(visitor)
    waits = queue.waits("c")
    assert next(waits) == 2
    threading.Timer(0.05, queue.leave, ["b"]).start()
    assert next(waits) == 1
    queue.leave("a")
    assert list(waits) == [] and queue.is_in("c")


def test_who_leaves_while_waiting_waits_no_longer() -> None:
    queue = ModelQueue()
    queue.join("a")
    waits = queue.waits("b")
    assert next(waits) == 1
    queue.leave("b")
    assert list(waits) == [] and not queue.is_in("b")


def test_a_full_line_is_a_sentence() -> None:
    queue = ModelQueue(most=1)
    queue.join("a")
    with pytest.raises(QueueFull, match="waiting already: try again"):
        next(queue.waits("b"))
    assert not queue.is_in("b")


def test_a_request_that_ends_late_leaves_the_next_one_of_its_owner_in_line() -> None:
    queue = ModelQueue()
    first, second, other = (queue.ticket(owner) for owner in ("ann", "ann", "bob"))
    assert [queue.join(ticket) for ticket in (first, other)] == [0, 1]
    queue.dismiss("ann")
    assert queue.join(second) == 1
    queue.leave(first)
    assert queue.is_in(second) and queue.is_in(other)
    queue.dismiss("ann")
    assert not queue.is_in(second) and queue.is_in(other)


def test_a_turn_is_held_until_it_ends_and_then_the_next_has_it() -> None:
    queue = ModelQueue()
    with pytest.raises(ZeroDivisionError), queue.turn("ann"):
        assert queue.join("bob") == 1
        raise ZeroDivisionError
    assert queue.join("bob") == 0


def test_who_is_dismissed_while_waiting_has_no_turn() -> None:
    queue = ModelQueue()
    checks: list[int] = []
    queue.join("other")

    def check() -> None:
        checks.append(len(checks))
        queue.dismiss("me")

    with pytest.raises(Dismissed), queue.turn("me", check):
        pytest.fail("the other is being served")
    assert checks and queue.is_in("other")


def test_a_check_that_raises_ends_the_wait_and_frees_the_place() -> None:
    queue = ModelQueue(most=2)
    queue.join("other")

    def broken() -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), queue.turn("me", broken):
        pytest.fail("the other is being served")
    assert queue.join("next") == 1


def test_one_question_at_a_time_is_asked_beside_the_visitor_served() -> None:
    queue, entered = ModelQueue(), threading.Event()
    queue.join("other")

    def ask() -> None:
        with queue.aside():
            entered.set()

    with queue.aside():
        second = threading.Thread(target=ask)
        second.start()
        assert not entered.wait(0.05)
    second.join(60)
    assert entered.is_set() and queue.is_in("other")


class SeeingService(StandInService):
    """A model service whose methods note whether they look at a film beside the queue."""

    queue: ModelQueue

    def __init__(self) -> None:
        super().__init__()
        self.asides: list[bool] = []

    def method(self, *_: Any) -> StandIn:
        service = self

        class Seeing(StandIn):
            def quarters(self, film: Radiograph) -> int:
                service.asides.append(service.queue._asides.locked())
                return 1

        return Seeing()


def test_an_upload_is_set_upright_while_another_film_is_run(tmp_path: Path) -> None:
    service, path = SeeingService(), write_film(tmp_path / "neck.png")
    tab = tab_on(service)
    service.queue = tab.queue
    tab.queue.join("other")
    _, choice, payload, *_ = tab._on_upload(GUEST, str(path), "", None)
    assert choice.quarters == 1 and payload["status"] == "ready"
    assert service.asides == [True] and tab.queue.join("next") == 1
