"""Evaluations under way on the page: one per visitor, each of which can be ended."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from spinefm.evaluation import RunError

ENDED = "The evaluation was cancelled; nothing of it is kept."


class EvaluationEnded(RunError):
    """The visitor cancelled the evaluation, started another one, or left."""


class Job:
    """One evaluation under way."""

    def __init__(self) -> None:
        self._ended = threading.Event()

    def end(self) -> None:
        """Ask it to end; it does at its next check."""
        self._ended.set()

    def check(self) -> None:
        """Raises EvaluationEnded once the job is to end."""
        if self._ended.is_set():
            raise EvaluationEnded(ENDED)


class Jobs:
    """The jobs under way, by visitor."""

    def __init__(self) -> None:
        self._jobs: dict[str, Job] = {}
        self._lock = threading.Lock()

    @contextmanager
    def begin(self, owner: str) -> Iterator[Job]:
        """A job of `owner`, whose earlier one ends."""
        job = Job()
        with self._lock:
            earlier = self._jobs.pop(owner, None)
            self._jobs[owner] = job
        if earlier is not None:
            earlier.end()
        try:
            yield job
        finally:
            with self._lock:
                if self._jobs.get(owner) is job:
                    del self._jobs[owner]

    def end(self, owner: str) -> None:
        """End the job of `owner`, where there is one."""
        with self._lock:
            job = self._jobs.get(owner)
        if job is not None:
            job.end()

    def under_way(self) -> list[Job]:
        """All jobs."""
        with self._lock:
            return list(self._jobs.values())

    def __len__(self) -> int:
        return len(self._jobs)
