"""The process of the local runner: it computes one shard after another, and reports to the process that started it."""

from __future__ import annotations

import signal
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Protocol

from spinefm.batch.attempts import ShardTask, TrialTask
from spinefm.batch.errors import BatchError, DeviceLost
from spinefm.batch.folder import BatchFolder
from spinefm.batch.groups import group_rows
from spinefm.batch.plan import BatchPlan
from spinefm.batch.segmenter import Loader, Segmenter
from spinefm.batch.shard import ShardProgress, compute_shard
from spinefm.batch.tables import FAILED
from spinefm.core.machine import use_one_thread


@dataclass(frozen=True)
class BatchJob:
    """What every process of a batch works on."""

    folder: BatchFolder
    plan: BatchPlan
    loader: Loader


@dataclass(frozen=True)
class GroupStarted:
    """The process began with the films of this group of its shard."""

    number: int


@dataclass(frozen=True)
class FilmEnded:
    """A film has its rows."""

    failed: bool


@dataclass(frozen=True)
class TrialStarted:
    """The process tries a film alone."""

    id: str


@dataclass(frozen=True)
class TaskEnded:
    """The task is done: the shard is in its place, or the trial came to its end."""


@dataclass(frozen=True)
class WorkerStopped:
    """The process cannot go on; the batch stops with this sentence."""

    sentence: str


Message = GroupStarted | FilmEnded | TrialStarted | TaskEnded | WorkerStopped


def work(
    connection: Connection,
    others: Sequence[Connection],
    job: BatchJob,
    segmenter: Segmenter | None,
    device: str | None,
) -> None:
    """Do the tasks that come in, until there are no more or the process that sends them is gone.

    others: ends of connections that came along when this process was forked. segmenter: the one that came along; where
    there is none, the process loads its own, onto `device`.
    """
    for other in others:  # or nobody would see that the starting process is gone
        other.close()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to all; the starting process ends this one
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())  # an exception, so that half a shard is removed
    use_one_thread()
    ready = segmenter or job.loader.load(device)
    try:
        while (task := connection.recv()) is not None:
            connection.send(done(task, job, ready, connection))
    except DeviceLost as error:
        sys.exit(str(error))  # another process takes the task: in it the device answers again
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return


class Sender(Protocol):
    """Where a task's messages go."""

    def send(self, message: Message, /) -> None:
        """Hand a message on to the process that gave the task."""


def done(task: ShardTask | TrialTask, job: BatchJob, segmenter: Segmenter, connection: Sender) -> Message:
    """Do a task, and tell `connection` how far it is; returns the message that says how it ended. Raises DeviceLost."""
    try:
        if isinstance(task, TrialTask):
            _try(task, job, segmenter, connection)
        else:
            progress = ShardProgress(
                group=lambda number: connection.send(GroupStarted(number)),
                film=lambda timing: connection.send(FilmEnded(timing.status == FAILED)),
            )
            compute_shard(job.folder, job.plan, task.shard, segmenter, task.left_out, progress)
    except BatchError as error:
        return WorkerStopped(str(error))
    except (DeviceLost, BrokenPipeError, ConnectionResetError):  # this process ends, or the one that gave the task has
        raise
    except Exception as error:  # noqa: BLE001 (a fault would repeat itself: the batch stops and says which)
        return WorkerStopped(
            f"The program failed on shard {task.shard.name} ({type(error).__name__}: {error}); report it."
        )
    return TaskEnded()


def _try(task: TrialTask, job: BatchJob, segmenter: Segmenter, connection: Sender) -> None:
    """Run films one by one and drop what comes of it."""
    for film in task.films:
        connection.send(TrialStarted(film.id))
        list(group_rows([film], segmenter, job.plan.rules, {}))
