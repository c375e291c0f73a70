"""How far a batch is, in numbers and in words."""

from __future__ import annotations

from pathlib import Path

import pytest

from spinefm.batch.errors import BatchError
from spinefm.batch.folder import BatchFolder
from spinefm.batch.shard import ShardLog, compute_shard
from spinefm.batch.status import BatchStatus, lines_of, speed_of, status_of
from tests.batch.fake import FakeSegmenter, job_of


def log(films: int, began: float, ended: float) -> ShardLog:
    """A shard's log."""
    return ShardLog(films=films, failed=0, began=began, ended=ended, host="here")


@pytest.mark.parametrize(
    ("logs", "speed"),
    [
        ([], None),
        ([log(10, 0, 5)], 2.0),
        ([log(10, 0, 5), log(10, 0, 5)], 4.0),  # two processes side by side
        ([log(10, 0, 5), log(10, 2, 7), log(1, 3, 4)], 3.0),
        ([log(10, 0, 5), log(10, 1000, 1005)], 2.0),  # a pause does not count
    ],
)
def test_the_speed_is_that_of_the_time_in_which_films_were_run(logs: list[ShardLog], speed: float | None) -> None:
    assert speed_of(logs) == speed


def test_a_batch_under_way(films: Path, tmp_path: Path) -> None:
    job = job_of(films, tmp_path / "out", shard_size=4)
    fresh = status_of(job.folder)
    assert (fresh.films, fresh.done, fresh.failed, fresh.complete, fresh.speed, fresh.rest) == (24, 0, 0, 0, None, None)
    for shard in list(job.plan.shards())[:3]:
        compute_shard(job.folder, job.plan, shard, FakeSegmenter())
    status = status_of(job.folder)
    assert status.done + status.failed == sum(shard.films for shard in list(job.plan.shards())[:3])
    assert (status.complete, status.merged) == (3, False)
    assert status.speed and status.rest == pytest.approx((24 - status.done - status.failed) / status.speed)


def test_a_finished_batch(whole: Path) -> None:
    status = status_of(BatchFolder(whole))
    assert (status.done, status.failed, status.merged, status.rest) == (18, 6, True, 0.0)
    assert status.complete == status.shards


def test_it_is_said_in_words() -> None:
    assert lines_of(BatchStatus(1000, 390, 10, 12, 5, 2.5, False)) == [
        "films: 390 done, 10 failed, 1000 in all",
        "shards: 5 of 12 complete",
        "speed: 2.50 films a second",
        "rest: about 4 min 0 s at that speed",
        "tables: not merged yet",
    ]
    assert lines_of(BatchStatus(4, 4, 0, 2, 2, None, True)) == [
        "films: 4 done, 0 failed, 4 in all",
        "shards: 2 of 2 complete",
        "tables: merged",
    ]


def test_a_shard_without_its_log_is_named(films: Path, tmp_path: Path) -> None:
    job = job_of(films, tmp_path / "out")
    (job.folder.shards / "000000").mkdir()
    with pytest.raises(BatchError, match="000000 is damaged; delete its folder"):
        status_of(job.folder)
