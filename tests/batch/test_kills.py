"""Killed anywhere, a batch loses no film, doubles none, and its tables are those of an uninterrupted run."""

from __future__ import annotations

import os
import shutil
import signal
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from spinefm.batch.folder import BatchFolder
from tests.batch.driver import Drive
from tests.batch.fake import tables

pytestmark = pytest.mark.thorough

PAUSE = 0.02
"""Seconds a film, so that a batch takes long enough to be killed in the middle."""
PATIENCE = 60.0


def wait_for(condition: Callable[[], object], process: BaseProcess) -> None:
    """Wait until something holds, or the process has ended."""
    end = time.monotonic() + PATIENCE
    while not condition() and process.is_alive():
        assert time.monotonic() < end, "the batch does not come so far"
        time.sleep(0.002)


def workers_of(process: BaseProcess) -> list[int]:
    """The processes that a driver started."""
    try:
        return [int(pid) for pid in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()]
    except OSError:
        return []


def kill(pid: int) -> None:
    """Kill a process, unless it has ended."""
    with suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def finish(films: Path, out: Path) -> None:
    """Go on with a batch, to its end."""
    assert ended(Drive(films, out).start()) == 0


def ended(process: BaseProcess) -> int | None:
    """The exit code of a process that comes to its end."""
    process.join(PATIENCE)
    return process.exitcode


def alive(pid: int) -> bool:
    """Whether a process is there and no zombie."""
    try:
        return ") Z" not in Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return False


@pytest.mark.parametrize("shards", [0, 3])
def test_a_killed_driver_ends_its_processes_and_the_batch_goes_on(
    shards: int, films: Path, expected: dict[str, bytes], tmp_path: Path
) -> None:
    process = Drive(films, tmp_path / "out", PAUSE).start()
    folder = BatchFolder(tmp_path / "out")
    wait_for(partial(_comes_to, shards, folder, process), process)
    workers = workers_of(process)
    kill(process.pid or 0)
    assert ended(process) == -signal.SIGKILL
    assert not folder.merged.exists()
    wait_for_end(workers)
    finish(films, tmp_path / "out")
    assert tables(tmp_path / "out") == expected


@pytest.mark.parametrize("ending", [signal.SIGINT, signal.SIGTERM])
def test_a_batch_that_is_stopped_goes_on(
    ending: signal.Signals, films: Path, expected: dict[str, bytes], tmp_path: Path
) -> None:
    process = Drive(films, tmp_path / "out", PAUSE).start()
    folder = BatchFolder(tmp_path / "out")
    wait_for(partial(_comes_to, 1, folder, process), process)
    workers = workers_of(process)
    os.kill(process.pid or 0, ending)
    assert ended(process) != 0 and not folder.merged.exists()
    wait_for_end(workers)
    assert {path.name for path in folder.shards.iterdir()} == folder.complete()
    finish(films, tmp_path / "out")
    assert tables(tmp_path / "out") == expected


def wait_for_end(pids: list[int]) -> None:
    """Wait until processes have ended."""
    end = time.monotonic() + PATIENCE
    while any(map(alive, pids)) and time.monotonic() < end:
        time.sleep(0.01)
    assert not any(map(alive, pids))


def _comes_to(shards: int, folder: BatchFolder, process: BaseProcess) -> bool:
    """Whether a batch has workers, and so many shards."""
    return bool(workers_of(process)) and len(folder.complete()) >= shards


@pytest.mark.parametrize("kills", [1, 5])
def test_a_killed_worker_costs_only_its_shard(
    kills: int, films: Path, expected: dict[str, bytes], tmp_path: Path
) -> None:
    process = Drive(films, tmp_path / "out", PAUSE).start()
    folder = BatchFolder(tmp_path / "out")
    for number in range(kills):
        wait_for(partial(_comes_to, number, folder, process), process)
        for pid in workers_of(process)[:1]:
            kill(pid)
    assert ended(process) == 0
    assert tables(tmp_path / "out") == expected


@pytest.mark.parametrize("number", [1, 3, pytest.param(6, marks=pytest.mark.thorough), 14])
def test_a_process_that_dies_while_it_writes_leaves_nothing_half_written(
    number: int, films: Path, expected: dict[str, bytes], tmp_path: Path
) -> None:
    assert ended(Drive(films, tmp_path / "out", die_at=number).start()) in (0, 1, -signal.SIGKILL)
    for shard in BatchFolder(tmp_path / "out").complete():
        names = sorted(path.name for path in (tmp_path / "out" / "shards" / shard).iterdir())
        assert names == ["films.parquet", "log.json", "measures.parquet", "timings.csv", "vertebrae.parquet"]
    finish(films, tmp_path / "out")
    assert tables(tmp_path / "out") == expected


@pytest.mark.parametrize("number", [3, 7])
def test_a_process_that_dies_while_it_merges_leaves_no_half_table(
    number: int, films: Path, whole: Path, expected: dict[str, bytes], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    shutil.copytree(whole, out, ignore=shutil.ignore_patterns("merged"))
    assert ended(Drive(films, out, die_at=number).start()) == -signal.SIGKILL
    assert not (out / "merged").exists() or tables(out) == expected
    finish(films, out)
    assert tables(out) == expected
