"""The queue of visitors who wait for the networks: one is served at a time, in the order in which they asked."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager

MOST = 16
"""Visitors who may wait, the one being served among them."""
LOOK = 1.0
"""Seconds after which someone waiting looks again whether to go on waiting."""


class QueueFull(ValueError):
    """No one more may wait; the text says what to do."""


class Dismissed(RuntimeError):
    """A request left the queue while it waited: it is not served."""


def _go_on() -> None:
    """Nothing ends the wait but the queue itself."""


def _films(count: int) -> str:
    return "One film is" if count == 1 else f"{count} films are"


class ModelQueue:
    """Visitors whose runs are under way or waiting."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._visitors: list[str] = []
        self._moved = threading.Condition()
        self._asides = threading.Lock()

    @staticmethod
    def ticket(owner: str) -> str:
        """A place of its own for one request of `owner`, who may ask again before an earlier one has ended."""
        return f"{owner}/{uuid.uuid4().hex}"

    def dismiss(self, owner: str) -> None:
        """All requests of `owner` leave the queue."""
        with self._moved:
            self._visitors = [visitor for visitor in self._visitors if not visitor.startswith(f"{owner}/")]
            self._moved.notify_all()

    def join(self, visitor: str) -> int:
        """Join the queue; returns how many are before this visitor. Raises QueueFull."""
        with self._moved:
            if visitor not in self._visitors:
                if len(self._visitors) >= self._most:
                    raise QueueFull(f"{_films(self._most)} waiting already: try again in a minute.")
                self._visitors.append(visitor)
            return self._visitors.index(visitor)

    def leave(self, visitor: str) -> None:
        """Leave the queue, wherever in it."""
        with self._moved:
            if visitor in self._visitors:
                self._visitors.remove(visitor)
                self._moved.notify_all()

    @contextmanager
    def turn(self, owner: str, check: Callable[[], None] = _go_on) -> Iterator[None]:
        """The networks, for one request of `owner`, once it is its turn.

        check: called each time the queue moves, and at the turn; raises to end the wait.

        Raises QueueFull, and Dismissed for a request that left while it waited.
        """
        visitor = self.ticket(owner)
        try:
            for _ in self.waits(visitor):
                check()
            check()
            if not self.is_in(visitor):
                raise Dismissed
            yield
        finally:
            self.leave(visitor)

    @contextmanager
    def aside(self) -> Iterator[None]:
        """The networks for a question of half a second, beside the visitor who is served; one such question at a time.

        How an upload lies is asked so: in the queue it would be shown only after every film before it had been run.
        """
        with self._asides:
            yield

    def waits(self, visitor: str) -> Iterator[int]:
        """Wait in the queue: how many are before, each time that changes; ends when it is this visitor's turn.

        Ends as well when the visitor has left: `is_in` says which. Raises QueueFull.
        """
        ahead = self.join(visitor)
        while ahead:
            yield ahead
            ahead = self._after(visitor, ahead)

    def is_in(self, visitor: str) -> bool:
        """Whether the visitor is still in the queue."""
        with self._moved:
            return visitor in self._visitors

    def has(self, owner: str) -> bool:
        """Whether any request of `owner` is in the queue."""
        with self._moved:
            return any(visitor.startswith(f"{owner}/") for visitor in self._visitors)

    def _after(self, visitor: str, ahead: int) -> int:
        """How many are before once it is no longer `ahead`; 0 for who has left."""
        with self._moved:
            while visitor in self._visitors and self._visitors.index(visitor) == ahead:
                self._moved.wait(LOOK)
            return self._visitors.index(visitor) if visitor in self._visitors else 0
