"""Events of a run gathered into messages: what comes within a moment is sent together, while the run goes on."""

from __future__ import annotations

import contextvars
import threading
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from queue import Empty, Queue
from typing import Generic, TypeVar

Item = TypeVar("Item")


@dataclass(frozen=True)
class Ended:
    """The items have ended, by `error` where there is one."""

    error: BaseException | None = None


@dataclass(frozen=True)
class Arrival(Generic[Item]):
    """One item on its way from the thread that makes it."""

    item: Item


def gathered(items: Iterator[Item], seconds: float) -> Generator[list[Item], None, None]:
    """What `items` brings, in order: an item goes together with those that come within `seconds` after it.

    `items` is consumed in a thread of its own, with the caller's context, so that it goes on while the caller sends.
    Once this generator is closed, nothing is made after the item in hand; closing waits for nothing, because a server
    may do it in the one thread that serves all. An error comes after all items before it.
    """
    arrived: Queue[Arrival[Item] | Ended] = Queue()
    stopped = threading.Event()
    context = contextvars.copy_context()
    worker = threading.Thread(target=context.run, args=(_consume, items, arrived, stopped), daemon=True)
    worker.start()
    try:
        end = None
        while end is None:
            some, end = _batch(arrived, seconds)
            if some:
                yield some
        worker.join()
        if end.error is not None:
            raise end.error
    finally:
        stopped.set()


def _consume(items: Iterator[Item], arrived: Queue[Arrival[Item] | Ended], stopped: threading.Event) -> None:
    """Put all of `items` into `arrived`, until nobody wants more."""
    try:
        for item in items:
            arrived.put(Arrival(item))
            if stopped.is_set():
                break
    except BaseException as error:  # noqa: BLE001 (handed on to who takes the items)
        arrived.put(Ended(error))
    else:
        arrived.put(Ended())
    finally:
        close = getattr(items, "close", None)
        if close is not None:
            close()


def _batch(arrived: Queue[Arrival[Item] | Ended], seconds: float) -> tuple[list[Item], Ended | None]:
    """The next item, however long it takes, with those of the `seconds` after it; and the end, where it is reached."""
    some: list[Item] = []
    until = None
    while True:
        try:
            one = arrived.get(timeout=None if until is None else max(0.0, until - time.monotonic()))
        except Empty:
            return some, None
        if isinstance(one, Ended):
            return some, one
        some.append(one.item)
        until = until or time.monotonic() + seconds
        if time.monotonic() >= until:
            return some, None
