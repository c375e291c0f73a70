"""The local runner where processes die or cannot write: what it tries, what becomes a row, and when it stops."""

from __future__ import annotations

import errno
import os
from dataclasses import replace
from pathlib import Path

import pytest

from spinefm.batch.attempts import KILLS
from spinefm.batch.errors import BatchError
from spinefm.batch.local import default_workers, run_locally
from spinefm.batch.merge import merge
from spinefm.batch.plan import Shard
from spinefm.batch.run import run_rest
from spinefm.batch.shard import compute_shard
from spinefm.batch.tables import read_table
from spinefm.batch.worker import BatchJob
from spinefm.core.machine import allowed_cores
from tests.batch.fake import FakeLoader, FakeSegmenter, FaultySegmenter, job_of, many_names, tables, write_films


def run(job: BatchJob, segmenter: FakeSegmenter, workers: int = 2) -> list[tuple[int, int]]:
    """Run what is left and merge; returns what the watcher saw."""
    seen: list[tuple[int, int]] = []
    run_rest(job, run_locally, segmenter, lambda *more: seen.append(more), workers=workers)
    merge(job.folder)
    return seen


def test_a_film_that_kills_its_process_each_time_becomes_a_row(tmp_path: Path) -> None:
    write_films(tmp_path / "films", ["killer.png", "killer-2.png", *many_names(10)])
    job = job_of(tmp_path / "films", tmp_path / "out", together=4)
    seen = run(job, FakeSegmenter())
    rows = read_table(tmp_path / "out", "films", ["name", "status", "sentence"]).to_pylist()
    killed = [row for row in rows if row["sentence"] == KILLS]
    assert sorted(row["name"] for row in killed) == ["killer-2.png", "killer.png"]
    assert {row["status"] for row in killed} == {"failed"} and len(rows) == 12
    assert [sum(column) for column in zip(*seen, strict=True)] == [12, 5]


@pytest.mark.thorough
def test_a_film_that_never_ends_becomes_a_row_and_holds_up_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("spinefm.batch.local.PATIENCE", 0.3)
    monkeypatch.setattr("spinefm.batch.local.PATIENCE_FOR_MORE", 0.1)
    write_films(tmp_path / "films", ["endless.png", *many_names(8)])
    job = job_of(tmp_path / "films", tmp_path / "out", together=3)
    run(job, FakeSegmenter())
    rows = read_table(tmp_path / "out", "films", ["name", "sentence"]).to_pylist()
    assert [row["name"] for row in rows if row["sentence"] == KILLS] == ["endless.png"] and len(rows) == 9


def test_a_film_that_kills_once_is_run_again_and_no_row_differs(tmp_path: Path) -> None:
    write_films(tmp_path / "films", ["killer-once.png", *many_names(10)])
    write_films(tmp_path / "scratch", [])
    (tmp_path / "scratch" / "killer-once.png").touch()  # it has struck before: this batch is uninterrupted
    calm = job_of(tmp_path / "films", tmp_path / "calm", together=4)
    run(calm, FakeSegmenter(scratch=tmp_path / "scratch"))
    (tmp_path / "scratch" / "killer-once.png").unlink()
    job = job_of(tmp_path / "films", tmp_path / "out", together=4)
    run(job, FakeSegmenter(scratch=tmp_path / "scratch"))
    assert (tmp_path / "scratch" / "killer-once.png").exists()
    assert tables(tmp_path / "out") == tables(tmp_path / "calm")


def test_a_fault_of_the_device_is_no_films_row(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """Its process ends, and another runs the films again; a film that never fits is left out, as one that kills."""
    names = ["fault.png", "vast.png", *many_names(10)]
    write_films(tmp_path / "films", names)
    write_films(tmp_path / "scratch", [])
    job = job_of(tmp_path / "films", tmp_path / "out", together=4)
    seen = run(job, FaultySegmenter(scratch=tmp_path / "scratch"))
    assert (tmp_path / "scratch" / "fault.png").exists()
    rows = read_table(tmp_path / "out", "films", ["name", "status", "sentence"]).to_pylist()
    assert {row["name"]: row["sentence"] for row in rows}["vast.png"] == KILLS
    assert {row["name"]: row["status"] for row in rows}["fault.png"] == "done"
    assert not any("CUDA" in (row["sentence"] or "") for row in rows)
    assert [sum(column) for column in zip(*seen, strict=True)] == [12, 4]
    assert "The device failed (CUDA error: an illegal memory access)." in capfd.readouterr().err.splitlines()


def test_processes_that_end_before_their_first_film_stop_the_batch(films: Path, tmp_path: Path) -> None:
    class Unready(FakeLoader):
        """A loader whose weights are not there any more."""

        def load(self, device: str | None = None) -> FakeSegmenter:
            """Nothing to load."""
            os._exit(3)

    job = job_of(films, tmp_path / "out", Unready())
    with pytest.raises(BatchError, match=r"before their first film \(exit code 3\)"):
        run_locally(job, list(job.plan.shards()), None, lambda films, failed: None, 1)
    assert not job.folder.complete()


def test_a_full_disk_stops_the_batch_in_one_sentence_and_it_goes_on_later(
    films: Path, expected: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = job_of(films, tmp_path / "out", shard_size=4)
    real = Path.write_bytes

    def full(path: Path, content: bytes) -> int:
        if path.name == "measures.parquet" and len(job.folder.complete()) >= 2:
            real(path, content[: len(content) // 2])
            raise OSError(errno.ENOSPC, "full")
        return real(path, content)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", full)
        with pytest.raises(
            BatchError, match=r"No space left on device\): make room there, then `spinefm batch resume`"
        ):
            run(job, FakeSegmenter())
    left = [path.name for path in job.folder.shards.iterdir()]
    assert set(left) == job.folder.complete() and 2 <= len(left) < 4
    run(job, FakeSegmenter())
    assert tables(tmp_path / "out") == expected


def test_an_error_of_merging_leaves_no_tables(
    films: Path, expected: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = job_of(films, tmp_path / "out")
    for shard in job.plan.shards():
        compute_shard(job.folder, job.plan, shard, FakeSegmenter())

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    with monkeypatch.context() as patch:
        patch.setattr("spinefm.batch.merge.pq.ParquetWriter.write_table", full)
        with pytest.raises(BatchError, match="No space left on device"):
            merge(job.folder)
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["manifest.parquet", "plan.json", "shards"]
    merge(job.folder)
    found = tables(tmp_path / "out")
    assert {name: found[name] for name in expected if name != "run.json"} == {
        name: content for name, content in expected.items() if name != "run.json"
    }


def test_a_fault_of_the_program_stops_the_batch_and_says_which(
    films: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise KeyError("column")

    monkeypatch.setattr("spinefm.batch.shard.encoded", fail)
    with pytest.raises(BatchError, match=r"failed on shard \d{6} \(KeyError: 'column'\); report it"):
        run(job_of(films, tmp_path / "out"), FakeSegmenter())


@pytest.mark.parametrize(
    ("asked", "devices"),
    [("auto", ["cuda:0", "cuda:1", "cuda:0"]), ("cuda", ["cuda:0", "cuda:1", "cuda:0"]), ("cuda:1", [None] * 3)],
)
def test_processes_take_the_gpus_in_turn_or_the_one_that_is_named(
    asked: str, devices: list[str | None], films: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("torch.cuda.device_count", lambda: 2)
    job = job_of(films, tmp_path / "out", FakeLoader(device=asked))
    rules = job.plan.rules.model_copy(update={"device": "cuda"})
    on_gpus = replace(job, plan=job.plan.model_copy(update={"rules": rules}))
    calls: list[str | None] = []
    monkeypatch.setattr("spinefm.batch.local._Pool._start", lambda pool, slot: calls.append(pool._device(slot)))
    run_locally(on_gpus, list(job.plan.shards()), FakeSegmenter(), lambda films, failed: None, 3)
    assert calls == devices


def test_nothing_to_do_starts_no_process(films: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[int] = []
    monkeypatch.setattr("spinefm.batch.local._Pool._start", lambda pool, slot: started.append(slot))
    run_locally(job_of(films, tmp_path / "out"), list[Shard](), FakeSegmenter(), lambda films, failed: None)
    assert started == []


def test_there_is_a_process_for_each_core() -> None:
    assert default_workers("cpu") == allowed_cores()


@pytest.mark.parametrize(
    ("cores", "gpus", "gigabytes", "expected"),
    [(16, 1, 128, 16), (16, 1, 32, 10), (16, 8, 128, 16), (2, 1, 24, 2), (1, 1, 1, 1), (4, 8, 128, 8), (4, 2, 1, 2)],
)
def test_a_gpu_is_shared_by_a_process_for_each_core_that_memory_holds(
    cores: int, gpus: int, gigabytes: int, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("torch.cuda.device_count", lambda: gpus)
    monkeypatch.setattr("spinefm.batch.local.allowed_cores", lambda: cores)
    monkeypatch.setattr("spinefm.batch.local.free_memory", lambda: gigabytes * 10**9)
    assert default_workers("cuda") == expected


@pytest.mark.thorough  # imports torch in processes of their own
def test_processes_on_cuda_are_no_forks_and_give_the_same_tables(
    films: Path, expected: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = job_of(films, tmp_path / "out", together=4)
    rules = job.plan.rules.model_copy(update={"device": "cuda"})
    on_cuda = replace(job, plan=job.plan.model_copy(update={"rules": rules}))
    monkeypatch.setattr(os, "fork", lambda: pytest.fail("CUDA survives no fork"))
    run_locally(on_cuda, list(job.plan.shards()), FakeSegmenter(), lambda films, failed: None, 2)
    merge(job.folder)
    found = tables(tmp_path / "out")
    parquet = [name for name in expected if name.endswith(".parquet")]
    assert len(parquet) == 3 and [found[name] for name in parquet] == [expected[name] for name in parquet]
