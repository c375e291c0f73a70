"""However a batch is cut and spread, its tables are the same, byte for byte."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from spinefm.batch.local import run_locally
from spinefm.batch.merge import merge
from spinefm.batch.plan import Shard
from spinefm.batch.run import ArrayPart, run_rest
from spinefm.batch.runners import Watch
from spinefm.batch.segmenter import Segmenter
from spinefm.batch.shard import compute_shard
from spinefm.batch.worker import BatchJob
from tests.batch.fake import FakeLoader, FakeSegmenter, job_of, tables


def run_here(
    job: BatchJob, shards: Sequence[Shard], segmenter: Segmenter, watch: Watch, workers: int | None = None
) -> None:
    """A runner that computes the shards one after another, the last one first."""
    for shard in reversed(shards):
        compute_shard(job.folder, job.plan, shard, segmenter)


@pytest.mark.parametrize(("size", "spread"), [(1, 1), (5, 3), (1000, 3)])
def test_the_tables_do_not_depend_on_shards(
    size: int, spread: int, films: Path, expected: dict[str, bytes], tmp_path: Path
) -> None:
    job = job_of(films, tmp_path / "out", shard_size=size, spread=spread)
    run_rest(job, run_here, FakeSegmenter(), lambda films, failed: None)
    merge(job.folder)
    assert tables(tmp_path / "out") == expected


@pytest.mark.parametrize("workers", [1, 3])
def test_the_tables_do_not_depend_on_processes(
    workers: int, films: Path, expected: dict[str, bytes], tmp_path: Path
) -> None:
    job = job_of(films, tmp_path / "out", shard_size=4, spread=workers)
    seen: list[tuple[int, int]] = []
    run_rest(job, run_locally, FakeSegmenter(), lambda *more: seen.append(more), workers=workers)
    merge(job.folder)
    assert tables(tmp_path / "out") == expected
    assert [sum(column) for column in zip(*seen, strict=True)] == [24, 6]


def test_the_parts_of_an_array_are_the_whole(films: Path, expected: dict[str, bytes], tmp_path: Path) -> None:
    for number in (3, 1, 2):
        job = job_of(films, tmp_path / "out", shard_size=4, spread=3)
        run_rest(job, run_here, FakeSegmenter(), lambda films, failed: None, ArrayPart(number, 3))
        assert job.folder.complete() >= {shard.name for shard in ArrayPart(number, 3).of(list(job.plan.shards()))}
    merge(job.folder)
    assert tables(tmp_path / "out") == expected


def test_a_second_run_computes_nothing(films: Path, tmp_path: Path) -> None:
    job = job_of(films, tmp_path / "out")
    run_rest(job, run_here, FakeSegmenter(), lambda films, failed: None)
    stamps = {path: path.stat().st_mtime_ns for path in job.folder.shards.rglob("*")}
    run_rest(job, run_here, FakeSegmenter(), lambda films, failed: None)
    assert {path: path.stat().st_mtime_ns for path in job.folder.shards.rglob("*")} == stamps


@pytest.mark.thorough
def test_processes_that_load_their_own_weights_give_the_same(
    films: Path, expected: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("spinefm.batch.local.sys.platform", "darwin")
    job = job_of(films, tmp_path / "out", FakeLoader(), shard_size=8)
    run_rest(job, run_locally, FakeSegmenter(), lambda films, failed: None, workers=1)
    merge(job.folder)
    assert tables(tmp_path / "out") == expected
