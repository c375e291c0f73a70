"""The runner for one machine: processes, each with a core or a GPU, that are replaced when they are killed."""

from __future__ import annotations

import multiprocessing
import sys
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess

from spinefm.batch.desk import TaskDesk, TaskState
from spinefm.batch.plan import Shard
from spinefm.batch.runners import Watch, processes_on_gpus
from spinefm.batch.segmenter import Segmenter
from spinefm.batch.worker import BatchJob, Message, work
from spinefm.core.machine import allowed_cores, forkable, free_memory

GRACE = 5.0
"""Seconds that a process has to end by itself when there is nothing left to do."""
PATIENCE, PATIENCE_FOR_MORE = 600.0, 60.0
"""Seconds after which a process that says nothing is killed, as if memory had run out, and those more for each further
film of a group, of which it speaks at the end: a film may hang, a disc too."""
LOOK_EVERY = 5.0
"""Seconds between two looks for such processes."""
GPU_PROCESS_BYTES = 3_000_000_000
"""Memory of the machine, not of the GPU, for each process on CUDA: its libraries, and a group of films."""


@dataclass
class _Worker:
    """A process, the end of its connection that is here, its task, and when it was heard of last."""

    process: BaseProcess
    connection: Connection
    state: TaskState | None = None
    heard: float = field(default_factory=time.monotonic)


def run_locally(
    job: BatchJob, shards: Sequence[Shard], segmenter: Segmenter, watch: Watch, workers: int | None = None
) -> None:
    """Compute `shards` in `workers` processes: by default one per core, on CUDA no more than memory holds.

    segmenter: the loaded one of this process, which processes on a CPU share; on CUDA each loads its own.

    Raises BatchError where nothing can be written any more, or processes are killed again and again.
    """
    count = workers or default_workers(job.plan.rules.device)
    pool = _Pool(job, segmenter, TaskDesk(job, shards, watch))
    try:
        pool.run(min(count, len(shards)))
    finally:
        pool.stop()


def default_workers(device: str) -> int:
    """One process per core; on CUDA at least one per GPU, and no more than the machine's free memory holds."""
    if device == "cuda":
        import torch

        gpus = max(1, torch.cuda.device_count())
        return max(gpus, min(processes_on_gpus(allowed_cores(), gpus), free_memory() // GPU_PROCESS_BYTES))
    return allowed_cores()


class _Pool:
    """The processes and the shards that wait for them."""

    def __init__(self, job: BatchJob, segmenter: Segmenter, desk: TaskDesk) -> None:
        self._job, self._segmenter, self._desk = job, segmenter, desk
        self._patience = PATIENCE + PATIENCE_FOR_MORE * (job.plan.together - 1)
        self._forks = sys.platform == "linux" and job.plan.rules.device == "cpu"
        self._context: BaseContext = multiprocessing.get_context("fork" if self._forks else "spawn")
        self._workers: dict[int, _Worker] = {}

    def run(self, count: int) -> None:
        """Have all tasks of the desk done by `count` processes."""
        for slot in range(count):
            self._start(slot)
        while any(worker.state for worker in self._workers.values()):
            ready = wait([worker.connection for worker in self._workers.values()], min(LOOK_EVERY, self._patience))
            for slot, worker in list(self._workers.items()):
                if worker.connection in ready:
                    self._receive(slot, worker)
                elif worker.state and time.monotonic() - worker.heard > self._patience:
                    worker.process.kill()  # its connection ends, which `wait` reports

    def stop(self) -> None:
        """End all processes."""
        for worker in self._workers.values():
            if worker.state:
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
        with forkable():
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
        worker.state, worker.heard = None, time.monotonic()
        if self._desk.waits:
            task, worker.state = self._desk.hand_out()
            with suppress(BrokenPipeError, ConnectionResetError):  # where it is dead, `wait` reports it
                worker.connection.send(task)

    def _receive(self, slot: int, worker: _Worker) -> None:
        """One message of a process, or its death."""
        try:
            message: Message = worker.connection.recv()
            worker.heard = time.monotonic()
        except (EOFError, OSError):
            self._bury(slot, worker)
            return
        if worker.state and self._desk.note(worker.state, message):
            self._assign(worker)

    def _bury(self, slot: int, worker: _Worker) -> None:
        """Note what a dead process was doing, and start another in its place."""
        worker.process.join()
        worker.connection.close()
        del self._workers[slot]
        if worker.state:
            self._desk.bury(worker.state, f"exit code {worker.process.exitcode}")
            self._start(slot)
