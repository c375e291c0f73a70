"""Which process has which task, how far it came, and what follows where it dies: the same for every runner."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

from spinefm.batch.attempts import Attempts, ShardTask, TrialTask
from spinefm.batch.errors import BatchError
from spinefm.batch.plan import Shard
from spinefm.batch.runners import Watch
from spinefm.batch.shard import groups_of
from spinefm.batch.worker import BatchJob, FilmEnded, GroupStarted, Message, TaskEnded, TrialStarted, WorkerStopped

VAIN_STARTS = 3
"""Processes that may end before their first group, one after another, before the batch stops."""


@dataclass
class TaskState:
    """The task of a process, and how far it came."""

    attempts: Attempts
    trial: bool
    group: int | None = None
    film: str | None = None
    ended: int = 0
    failed: int = 0


class TaskDesk:
    """The shards that wait, and what is known of those that processes work on."""

    def __init__(self, job: BatchJob, shards: Sequence[Shard], watch: Watch) -> None:
        self._job, self._watch = job, watch
        self._waiting = deque(Attempts(shard) for shard in shards)
        self._vain_starts = 0

    @property
    def waits(self) -> bool:
        """Whether a task waits for a process."""
        return bool(self._waiting)

    def hand_out(self) -> tuple[ShardTask | TrialTask, TaskState]:
        """The next task, and its state, which `note` and `bury` keep. Raises IndexError where none waits."""
        attempts = self._waiting.popleft()
        task = attempts.next_task()
        return task, TaskState(attempts, isinstance(task, TrialTask))

    def note(self, state: TaskState, message: Message) -> bool:
        """Take a message of a process; returns whether its task has ended. Raises BatchError where the batch stops."""
        match message:
            case GroupStarted(number):
                state.group, self._vain_starts = number, 0
            case TrialStarted(film):
                state.film, self._vain_starts = film, 0
            case FilmEnded(failed):
                state.ended, state.failed = state.ended + 1, state.failed + failed
                self._watch(1, int(failed))
            case WorkerStopped(sentence):
                raise BatchError(sentence)
            case TaskEnded():
                self._finish(state)
                return True
        return False

    def bury(self, state: TaskState | None, why: str) -> None:
        """Note that a process died with its task, if it had one. Raises BatchError where that leads nowhere.

        why: a few words on its end, for a process that never came to a film.
        """
        if state is None or (state.film is None and state.group is None):
            self._refuse_vain_start(why)
        if state is None:
            return
        self._watch(-state.ended, -state.failed)
        if state.film is not None:
            state.attempts.died_on_film(state.film)
        elif state.group is not None:
            groups = list(groups_of(self._job.plan, self._job.folder.entries(state.attempts.shard)))
            state.attempts.died_on_group(state.group, groups[state.group])
        self._waiting.appendleft(state.attempts)

    def _finish(self, state: TaskState) -> None:
        if state.trial:
            state.attempts.passed()
            self._waiting.appendleft(state.attempts)

    def _refuse_vain_start(self, why: str) -> None:
        self._vain_starts += 1
        if self._vain_starts >= VAIN_STARTS:
            raise BatchError(
                f"The processes end before their first film ({why}); see what they wrote above or in their "
                "logs, and run `spinefm batch resume` when that is fixed."
            )
