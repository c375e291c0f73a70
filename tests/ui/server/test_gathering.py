"""Events gathered into messages: order, errors, ends, and that the maker goes on while the taker is busy."""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Iterator
from queue import Queue
from typing import Any

import pytest

from spinefm.ui.server.gathering import Arrival, _batch, gathered

LONG = 5.0
"""Seconds that no test waits for: a gathering that ends does so at once."""
ASKED: contextvars.ContextVar[str] = contextvars.ContextVar("ASKED", default="nobody")


def flat(batches: Iterator[list[int]]) -> list[int]:
    return [item for batch in batches for item in batch]


@pytest.mark.parametrize("seconds", [0.0, 0.01])
@pytest.mark.parametrize("count", [0, 1, 2, 50])
def test_all_items_come_once_and_in_order(count: int, seconds: float) -> None:
    assert flat(gathered(iter(range(count)), seconds)) == list(range(count))


def test_items_that_are_ready_come_together_and_the_end_is_not_waited_for() -> None:
    assert list(gathered(iter(range(20)), LONG)) == [list(range(20))]


def test_an_item_that_is_long_in_making_holds_up_none_before_it() -> None:
    go_on = threading.Event()

    def items() -> Iterator[int]:
        yield 1
        assert go_on.wait(LONG)
        yield 2

    batches = gathered(items(), 0.01)
    assert next(batches) == [1]
    go_on.set()
    assert list(batches) == [[2]]


def test_items_are_made_while_the_taker_is_busy() -> None:
    made = threading.Event()

    def items() -> Iterator[int]:
        yield 1
        yield 2
        made.set()

    batches = gathered(items(), 0.0)
    first = next(batches)
    assert made.wait(LONG), "nobody asked for the second item, and it was made"
    assert first + flat(batches) == [1, 2]


def test_an_error_comes_after_the_items_before_it() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise ValueError("no more")

    batches = gathered(items(), LONG)
    assert next(batches) == [1]
    with pytest.raises(ValueError, match="no more"):
        next(batches)


def test_who_stops_taking_stops_the_making() -> None:
    closed = threading.Event()
    made: list[int] = []

    def items() -> Iterator[int]:
        try:
            for number in range(10**6):
                made.append(number)
                yield number
        finally:
            closed.set()

    batches = gathered(items(), 0.0)
    next(batches)
    batches.close()
    assert closed.wait(LONG)
    count = len(made)
    assert count < 10**6 and len(made) == count


def test_a_message_ends_although_more_is_there_already() -> None:
    class Flood(Queue[Any]):
        """A queue that is never empty."""

        def get(self, block: bool = True, timeout: float | None = None) -> Arrival[int]:
            """One more item."""
            assert self.maxsize < 1000
            self.maxsize += 1
            return Arrival(1)

    some, end = _batch(Flood(), 0.0)
    assert some == [1] and end is None


def test_closing_waits_for_nothing() -> None:
    go_on, closed = threading.Event(), threading.Event()

    def items() -> Iterator[int]:
        try:
            yield 1
            go_on.wait(LONG)
            yield 2
            raise AssertionError("nobody wants a third item")
        finally:
            closed.set()

    batches = gathered(items(), 0.0)
    assert next(batches) == [1]
    batches.close()
    assert not closed.is_set(), "the second item is still being made"
    go_on.set()
    assert closed.wait(LONG)


def test_no_thread_is_left_behind() -> None:
    before = threading.active_count()
    for _ in range(5):
        flat(gathered(iter(range(3)), 0.0))
    assert threading.active_count() == before


def test_the_maker_has_the_context_of_who_asked() -> None:
    def items() -> Iterator[str]:
        yield ASKED.get()

    token = ASKED.set("a visitor")
    try:
        assert list(gathered(items(), LONG)) == [["a visitor"]]
    finally:
        ASKED.reset(token)
