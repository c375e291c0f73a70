"""A batch with the fake segmenter, in a process of its own that can be killed."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from dataclasses import dataclass
from itertools import count
from multiprocessing.process import BaseProcess
from pathlib import Path

from spinefm.batch import files
from spinefm.batch.errors import BatchError
from spinefm.batch.merge import merge
from spinefm.batch.run import run_rest
from spinefm.batch.runners import runner_of
from tests.batch.fake import FakeLoader, job_of


@dataclass(frozen=True)
class Drive:
    """What a driver does: run a folder of films in processes, `pause` seconds a film, and merge.

    die_at: every process kills itself when it asks the disk for the so-and-so-many-th time to keep what it wrote.
    runner: its name. scratch: where films that kill once leave a mark.
    """

    films: Path
    out: Path
    pause: float = 0.0
    die_at: int | None = None
    workers: int = 2
    runner: str = "local"
    scratch: Path | None = None

    def start(self) -> BaseProcess:
        """Start it; the processes come from one that has the libraries loaded and no threads."""
        context = multiprocessing.get_context("forkserver")
        context.set_forkserver_preload([__name__])
        process = context.Process(target=_run, args=(self,))
        process.start()
        return process


def _run(drive: Drive) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background jobs are started without it
    if drive.die_at:
        _die_at(drive.die_at)
    loader = FakeLoader(drive.pause, drive.scratch)
    try:
        job = job_of(drive.films, drive.out, loader, spread=drive.workers, shard_size=4)
        run_rest(job, runner_of(drive.runner), loader.load(), lambda films, failed: None, workers=drive.workers)
        merge(job.folder)
    except BatchError as error:
        sys.exit(str(error))


def _die_at(number: int) -> None:
    calls, real = count(1), os.fsync

    def dying(descriptor: int) -> None:
        if next(calls) == number:
            os.kill(os.getpid(), signal.SIGKILL)
        real(descriptor)

    files.os.fsync = dying  # type: ignore[attr-defined]
