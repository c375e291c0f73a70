"""The benches of a batch: their films are there whole, and what they measure is what they say."""

from __future__ import annotations

import os
from pathlib import Path

from PIL import Image

from bench.batch_merge import tables_of, write_shard
from bench.batch_speed import HEIGHTS, has_result, shared_memory, tree_of, write_films
from spinefm.batch.groups import group_rows
from spinefm.batch.merge import merge
from spinefm.batch.tables import TABLE_NAMES, read_table
from tests.batch.fake import RULES, FakeSegmenter, entries, job_of
from tests.batch.fake import write_films as write_small_films


def test_films_have_the_heights_of_the_mix_and_are_written_once(tmp_path: Path) -> None:
    films = write_films(tmp_path, 2)
    assert Image.open(films[1]).height == HEIGHTS[1]
    stamp = films[1].stat().st_mtime_ns
    assert write_films(tmp_path, 2) == films and films[1].stat().st_mtime_ns == stamp


def test_a_first_result_is_a_whole_one(tmp_path: Path) -> None:
    (tmp_path / "shards" / ".000000.part").mkdir(parents=True)
    assert not has_result("batch", tmp_path) and not has_result("segment", tmp_path / "none")
    (tmp_path / "shards" / "000000").mkdir()
    assert has_result("batch", tmp_path)


def test_memory_of_a_process_and_those_below_it() -> None:
    assert os.getpid() in list(tree_of(os.getpid()))
    assert 10_000_000 < shared_memory(os.getpid()) < 10**11
    assert shared_memory(2**22 + 1) == 0 and list(tree_of(2**22 + 1)) == [2**22 + 1]


def test_shards_made_of_one_film_merge_as_others_do(tmp_path: Path) -> None:
    write_small_films(tmp_path / "films", ["a.png", "b.png", "c.png"])
    job, found = job_of(tmp_path / "films", tmp_path / "out"), entries(tmp_path / "films")
    ((rows, _),) = group_rows(found[:1], FakeSegmenter(), RULES, {})
    tables = tables_of(rows)
    for shard in job.plan.shards():
        write_shard(job.folder, shard, found[shard.start : shard.stop], tables)
    merge(job.folder)
    counts = [read_table(tmp_path / "out", name).num_rows for name in TABLE_NAMES]
    assert counts == [3 * tables[name].num_rows for name in TABLE_NAMES] and counts[0] == 3
