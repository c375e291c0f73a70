"""The folder of a batch: begun once, by one of many, and never in the place of other files."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from spinefm.batch.errors import BatchError
from spinefm.batch.folder import BatchFolder
from spinefm.batch.manifest import checksum_of, write_manifest
from spinefm.batch.plan import Shard
from spinefm.batch.run import plan_of
from tests.batch.fake import RULES, entries, job_of, write_films


def test_jobs_that_begin_at_once_have_one_plan(films: Path, tmp_path: Path) -> None:
    found = entries(films)
    plans = [plan_of(found, RULES, spread, together=2) for spread in (1, 2, 3, 4) * 4]
    with ThreadPoolExecutor(8) as pool:
        begun = list(pool.map(lambda plan: BatchFolder(tmp_path / "out").begin(plan, found), plans))
    assert len({plan.to_json() for plan in begun}) == 1
    folder = BatchFolder(tmp_path / "out")
    assert folder.plan() == begun[0] and folder.entries(Shard(0, 0, len(found))) == found
    assert sorted(path.name for path in folder.path.iterdir()) == ["manifest.parquet", "plan.json", "shards"]


def test_a_batch_that_was_begun_keeps_its_shards(films: Path, tmp_path: Path) -> None:
    first = job_of(films, tmp_path / "out", shard_size=4)
    assert job_of(films, tmp_path / "out", shard_size=100, spread=9).plan == first.plan


def test_other_films_are_refused_and_the_manifest_stays(films: Path, tmp_path: Path) -> None:
    job = job_of(films, tmp_path / "out")
    before = (tmp_path / "out" / "manifest.parquet").read_bytes()
    write_films(tmp_path / "more", ["film.png"])
    with pytest.raises(BatchError, match=r"begun with other films \(24, now 1\)"):
        job_of(tmp_path / "more", tmp_path / "out")
    assert (tmp_path / "out" / "manifest.parquet").read_bytes() == before and job.folder.plan() == job.plan


def test_a_plan_whose_manifest_was_not_written_yet_gets_it(films: Path, tmp_path: Path) -> None:
    job_of(films, tmp_path / "out")
    (tmp_path / "out" / "manifest.parquet").unlink()
    job = job_of(films, tmp_path / "out")
    assert job.folder.entries(Shard(0, 0, 2)) == entries(films)[:2]


def test_files_that_are_no_batch_stay(films: Path, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")
    with pytest.raises(BatchError, match=r'contains "thesis\.txt", not a batch; choose another --out'):
        job_of(films, tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_what_a_kill_leaves_before_the_plan_is_no_obstacle(films: Path, tmp_path: Path) -> None:
    (tmp_path / "shards").mkdir()
    (tmp_path / ".plan.json-0.part").write_text("half")
    assert job_of(films, tmp_path).folder.plan()


@pytest.mark.parametrize("earlier", [None, "file", "manifest"])
def test_a_manifest_of_other_films_is_replaced(earlier: str | None, films: Path, tmp_path: Path) -> None:
    if earlier == "file":
        (tmp_path / "manifest.parquet").write_text("no manifest")
    if earlier == "manifest":
        write_manifest(tmp_path / "manifest.parquet", entries(films)[:2])
    job = job_of(films, tmp_path)
    assert job.folder.entries(Shard(0, 0, 24)) == entries(films)
    assert checksum_of(tmp_path / "manifest.parquet") == job.plan.manifest


def test_a_batch_whose_films_are_gone_is_not_resumed(films: Path, tmp_path: Path) -> None:
    folder = job_of(films, tmp_path).folder
    write_manifest(tmp_path / "manifest.parquet", entries(films)[:2])
    with pytest.raises(BatchError, match="does not hold the films of the plan; give the films again"):
        folder.begun()


def test_no_batch_is_one_sentence(tmp_path: Path) -> None:
    folder = BatchFolder(tmp_path / "nothing")
    with pytest.raises(BatchError, match=r"is not a batch: it has no plan\.json"):
        folder.plan()
    assert folder.complete() == set()


def test_parts_of_shards_are_not_complete(films: Path, tmp_path: Path) -> None:
    folder = job_of(films, tmp_path / "out").folder
    (folder.shards / "000001").mkdir()
    (folder.shards / ".000002-0.part").mkdir()
    assert folder.complete() == {"000001"}
    shards = [Shard(index, index, index + 1) for index in range(3)]
    assert [shard.index for shard in folder.remaining(shards)] == [0, 2]


def test_a_folder_that_cannot_be_written_is_one_sentence(films: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("a file")
    with pytest.raises(BatchError, match="The batch cannot be written to"):
        job_of(films, tmp_path / "file" / "out")
