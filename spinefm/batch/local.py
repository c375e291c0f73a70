"""The runner for one machine: processes, each with a core or a GPU, that are replaced when they are killed."""

from __future__ import annotations

import multiprocessing
import sys
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess

from spinefm.batch.attempts import Attempts, TrialTask
from spinefm.batch.errors import BatchError
from spinefm.batch.plan import Shard
from spinefm.batch.runners import Watch
from spinefm.batch.segmenter import Segmenter
from spinefm.batch.shard import groups_of
from spinefm.batch.worker import (
    BatchJob,
    FilmEnded,
    GroupStarted,
    Message,
    TaskEnded,
    TrialStarted,
    WorkerStopped,
    work,
)
from spinefm.core.machine import allowed_cores

VAIN_STARTS = 3
"""Processes that may end before their first group, one after another, before the batch stops."""
GRACE = 5.0
"""Seconds that a process has to end by itself when there is nothing left to do."""


@dataclass
class _Worker:
    """A process, the end of its connection that is here, what it does, and how far it came."""

    process: BaseProcess
    connection: Connection
    attempts: Attempts | None = None
    trial: bool = False
    group: int | None = None
    film: str | None = None
    ended: int = 0
    failed: int = 0


def run_locally(
    job: BatchJob, shards: Sequence[Shard], segmenter: Segmenter, watch: Watch, workers: int | None = None
) -> None:
    """Compute `shards` in `workers` processes: by default one per core, on CUDA one per GPU.

    segmenter: the loaded one of this process, which processes on a CPU share.

    Raises BatchError where nothing can be written any more, or processes are killed again and again.
    """
    count = workers or default_workers(job.plan.rules.device)
    pool = _Pool(job, segmenter, watch)
    try:
        pool.run(shards, min(count, len(shards)))
    finally:
        pool.stop()


def default_workers(device: str) -> int:
    """One process per GPU on CUDA, one per core else."""
    if device == "cuda":
        import torch

        return max(1, torch.cuda.device_count())
    return allowed_cores()


class _Pool:
    """The processes and the shards that wait for them."""

    def __init__(self, job: BatchJob, segmenter: Segmenter, watch: Watch) -> None:
        self._job = job
        self._segmenter = segmenter
        self._watch = watch
        self._forks = sys.platform == "linux" and job.plan.rules.device == "cpu"
        self._context: BaseContext = multiprocessing.get_context("fork" if self._forks else "spawn")
        self._waiting: deque[Attempts] = deque()
        self._workers: dict[int, _Worker] = {}
        self._vain_starts = 0

    def run(self, shards: Sequence[Shard], count: int) -> None:
        """Compute the shards in `count` processes."""
        self._waiting.extend(Attempts(shard) for shard in shards)
        for slot in range(count):
            self._start(slot)
        while any(worker.attempts for worker in self._workers.values()):
            ready = wait([worker.connection for worker in self._workers.values()])
            for slot, worker in list(self._workers.items()):
                if worker.connection in ready:
                    self._receive(slot, worker)

    def stop(self) -> None:
        """End all processes."""
        for worker in self._workers.values():
            if worker.attempts:
                worker.process.terminate()
            worker.connection.close()  # one that waits for a task sees it and ends
        for worker in self._workers.values():
            worker.process.join(GRACE)
            worker.process.kill()
            worker.process.join()
        self._workers.clear()

    def _start(self, slot: int) -> None:
        """Start the process of a slot, with a task if there is one."""
        here, there = self._context.Pipe()
        others = [here, *(worker.connection for worker in self._workers.values())] if self._forks else []
        shared = self._segmenter if self._forks else None
        process = self._context.Process(  # type: ignore[attr-defined]
            target=work, args=(there, others, self._job, shared, self._device(slot)), daemon=True
        )
        process.start()
        there.close()
        self._workers[slot] = _Worker(process, here)
        self._assign(self._workers[slot])

    def _device(self, slot: int) -> str | None:
        """The GPU of a slot: they take turns, unless the loader names one; None is the loader's own device."""
        if self._job.plan.rules.device == "cpu" or ":" in self._job.loader.device:
            return None
        import torch

        return f"cuda:{slot % max(1, torch.cuda.device_count())}"

    def _assign(self, worker: _Worker) -> None:
        worker.attempts = self._waiting.popleft() if self._waiting else None
        worker.group = worker.film = None
        worker.ended = worker.failed = 0
        if worker.attempts is None:
            return
        task = worker.attempts.next_task()
        worker.trial = isinstance(task, TrialTask)
        with suppress(BrokenPipeError, ConnectionResetError):  # where it is dead, `wait` reports it
            worker.connection.send(task)

    def _receive(self, slot: int, worker: _Worker) -> None:
        """One message of a process, or its death."""
        try:
            message: Message = worker.connection.recv()
        except (EOFError, OSError):
            self._bury(slot, worker)
            return
        match message:
            case GroupStarted(number):
                worker.group, self._vain_starts = number, 0
            case TrialStarted(film):
                worker.film, self._vain_starts = film, 0
            case FilmEnded(failed):
                worker.ended, worker.failed = worker.ended + 1, worker.failed + failed
                self._watch(1, int(failed))
            case WorkerStopped(sentence):
                raise BatchError(sentence)
            case TaskEnded():
                self._finish(worker)

    def _finish(self, worker: _Worker) -> None:
        if worker.trial and worker.attempts:
            worker.attempts.passed()
            self._waiting.appendleft(worker.attempts)
        self._assign(worker)

    def _bury(self, slot: int, worker: _Worker) -> None:
        """Note what a dead process was doing, and start another in its place."""
        worker.process.join()
        worker.connection.close()
        del self._workers[slot]
        attempts = worker.attempts
        if attempts is None:
            return
        self._watch(-worker.ended, -worker.failed)
        if worker.film is not None:
            attempts.died_on_film(worker.film)
        elif worker.group is not None:
            groups = list(groups_of(self._job.plan, self._job.folder.entries(attempts.shard)))
            attempts.died_on_group(worker.group, groups[worker.group])
        else:
            self._refuse_vain_start(worker)
        self._waiting.appendleft(attempts)
        self._start(slot)

    def _refuse_vain_start(self, worker: _Worker) -> None:
        self._vain_starts += 1
        if self._vain_starts >= VAIN_STARTS:
            raise BatchError(
                f"The processes end before their first film (exit code {worker.process.exitcode}); see what they wrote "
                "above, and run `spinefm batch resume` when that is fixed."
            )
