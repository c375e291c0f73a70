"""The line of visitors who wait for the networks."""

from __future__ import annotations

import threading

import pytest

from spinefm.ui.server.model_queue import ModelQueue, QueueFull


def test_visitors_stand_in_line_in_the_order_in_which_they_asked() -> None:
    line = ModelQueue()
    assert [line.join(visitor) for visitor in ("a", "b", "a", "c")] == [0, 1, 0, 2]
    line.leave("a")
    line.leave("a")
    assert [line.join(visitor) for visitor in ("c", "a")] == [1, 2]


def test_who_waits_hears_each_time_that_the_line_moves() -> None:
    line = ModelQueue()
    for visitor in ("a", "b"):
        line.join(visitor)
    waits = line.waits("c")
    assert next(waits) == 2
    threading.Timer(0.05, line.leave, ["b"]).start()
    assert next(waits) == 1
    line.leave("a")
    assert list(waits) == [] and line.is_in("c")


def test_who_leaves_while_waiting_waits_no_longer() -> None:
    line = ModelQueue()
    line.join("a")
    waits = line.waits("b")
    assert next(waits) == 1
    line.leave("b")
    assert list(waits) == [] and not line.is_in("b")


def test_a_full_line_is_a_sentence() -> None:
    line = ModelQueue(most=1)
    line.join("a")
    with pytest.raises(QueueFull, match="waiting already: try again"):
        next(line.waits("b"))
    assert not line.is_in("b")


def test_a_request_that_ends_late_leaves_the_next_one_of_its_owner_in_line() -> None:
    line = ModelQueue()
    first, second, other = (line.ticket(owner) for owner in ("ann", "ann", "bob"))
    assert [line.join(ticket) for ticket in (first, other)] == [0, 1]
    line.dismiss("ann")
    assert line.join(second) == 1
    line.leave(first)
    assert line.is_in(second) and line.is_in(other)
    line.dismiss("ann")
    assert not line.is_in(second) and line.is_in(other)
