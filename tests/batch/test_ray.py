"""Ray itself, on this machine with two actors: the tables of the local runner, whatever is killed."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from spinefm.batch.folder import BatchFolder
from spinefm.batch.merge import merge
from spinefm.batch.ray_runner import ADDRESS, QUIET, STORE, run_on_ray
from spinefm.batch.run import run_rest
from spinefm.cli.app import main
from tests.batch.driver import Drive
from tests.batch.fake import FakeLoader, job_of, many_names, tables, write_films
from tests.batch.test_kills import alive, kill

ray = pytest.importorskip("ray", reason="Ray is not installed: pip install -r requirements-dev.txt")
pytestmark = [pytest.mark.thorough, pytest.mark.timeout(300)]
PAUSE, PATIENCE = 0.15, 120.0
"""Seconds a film, and until a batch must have come to where it is awaited."""


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Ray runs only while a batch does."""
    yield
    assert not ray.is_initialized()


def processes_below(pid: int) -> list[int]:
    """A process's children and theirs."""
    parents: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found = [pid]
    for parent in found:
        found += parents.get(parent, [])
    return found[1:]


def actors_of(process: BaseProcess) -> list[int]:
    """The actors of a driver that compute."""
    return [pid for pid in processes_below(process.pid or 0) if _command(pid).startswith(b"ray::ShardActor.work")]


def _command(pid: int) -> bytes:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return b""


def wait_until(condition: object, process: BaseProcess) -> None:
    """Wait until something holds, or the process has ended."""
    end = time.monotonic() + PATIENCE
    while not condition() and process.is_alive():  # type: ignore[operator]
        assert time.monotonic() < end, "the batch does not come so far"
        time.sleep(0.02)


def test_the_tables_are_those_of_the_local_runner_and_ray_is_silent(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in QUIET:
        monkeypatch.setenv(name, QUIET[name])
    films = tmp_path / "films"
    write_films(films, [*many_names(20), "killer-1.png", "killer-once-2.png"])
    for runner in ("local", "ray"):
        (tmp_path / f"scratch-{runner}").mkdir()
    local = Drive(films, tmp_path / "local", scratch=tmp_path / "scratch-local").start()
    local.join(PATIENCE)
    assert local.exitcode == 0
    seen: list[tuple[int, int]] = []
    job = job_of(films, tmp_path / "ray", FakeLoader(0.0, tmp_path / "scratch-ray"), spread=2, shard_size=4)
    capfd.readouterr()
    run_rest(job, run_on_ray, FakeLoader().load(), lambda *more: seen.append(more), workers=2)
    assert capfd.readouterr() == ("", "")
    assert [sum(column) for column in zip(*seen, strict=True)] == [22, 7]
    merge(job.folder)
    assert tables(tmp_path / "local") == tables(tmp_path / "ray")
    end = time.monotonic() + PATIENCE
    while _rays(os.getpid()) and time.monotonic() < end:
        time.sleep(0.1)
    assert not _rays(os.getpid())


def _rays(pid: int) -> list[bytes]:
    """What runs of Ray below a process."""
    commands = [_command(one) for one in processes_below(pid) if alive(one)]
    return [command for command in commands if b"ray::" in command or b"raylet" in command or b"gcs_server" in command]


def test_a_killed_actor_costs_only_its_shard(films: Path, expected: dict[str, bytes], tmp_path: Path) -> None:
    process = Drive(films, tmp_path / "out", PAUSE, runner="ray").start()
    folder = BatchFolder(tmp_path / "out")
    wait_until(lambda: len(folder.complete()) >= 2 and actors_of(process), process)
    victims = actors_of(process)
    assert victims and not folder.merged.exists()
    kill(victims[0])
    process.join(PATIENCE)
    assert process.exitcode == 0
    assert tables(tmp_path / "out") == expected


def test_a_killed_driver_takes_ray_with_it_and_the_batch_goes_on(
    films: Path, expected: dict[str, bytes], tmp_path: Path
) -> None:
    process = Drive(films, tmp_path / "out", PAUSE, runner="ray").start()
    folder = BatchFolder(tmp_path / "out")
    wait_until(lambda: len(folder.complete()) >= 2 and actors_of(process), process)
    below, actors = processes_below(process.pid or 0), actors_of(process)
    kill(process.pid or 0)
    process.join(PATIENCE)
    assert process.exitcode == -signal.SIGKILL and not folder.merged.exists()
    end = time.monotonic() + PATIENCE
    while any(map(alive, actors)) and time.monotonic() < end:
        time.sleep(0.1)
    assert not any(map(alive, actors))
    for pid in filter(alive, below):
        kill(pid)  # two agents of Ray, which would wait a minute for their head
    before = folder.complete()
    again = Drive(films, tmp_path / "out", runner="ray").start()
    again.join(PATIENCE)
    assert again.exitcode == 0 and before < folder.complete()
    assert tables(tmp_path / "out") == expected


def test_a_killed_machine_of_a_cluster_costs_only_its_shards(
    films: Path, expected: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ray.cluster_utils import Cluster

    for name, value in {**QUIET, "PYTHONPATH": os.pathsep.join(sys.path)}.items():
        monkeypatch.setenv(name, value)
    machine = {"num_cpus": 1, "object_store_memory": STORE}
    cluster = Cluster(initialize_head=True, head_node_args={**machine, "include_dashboard": False})
    try:
        second = cluster.add_node(**machine)
        monkeypatch.setenv(ADDRESS, cluster.address)
        job = job_of(films, tmp_path / "out", FakeLoader(PAUSE), spread=2, shard_size=4)
        killed: list[int] = []

        def watch(more: int, failed: int) -> None:
            if len(job.folder.complete()) >= 3 and not killed:
                killed.append(more)
                cluster.remove_node(second, allow_graceful=False)

        run_rest(job, run_on_ray, FakeLoader().load(), watch)
        merge(job.folder)
    finally:
        cluster.shutdown()
    assert killed and tables(tmp_path / "out") == expected


@pytest.mark.weights
def test_the_command_gives_the_same_tables_on_ray(tmp_path: Path) -> None:
    films = Path(__file__).parents[2] / "examples" / "films"
    named = [films / "cervical.png", films / "lumbar-dicom.dcm", films / "lumbar.png"]
    for runner in ("local", "ray"):
        words = ["batch", *named, "--out", tmp_path / runner, "--runner", runner, "--workers", 1, "--together", 2]
        assert main([str(word) for word in words]) == 0
    assert tables(tmp_path / "local") == tables(tmp_path / "ray")
