"""Merging: whole row groups from any shards, nothing of where and when, and no merge of damaged or missing shards."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

import spinefm.batch.merge
from spinefm.batch.errors import BatchError
from spinefm.batch.folder import BatchFolder
from spinefm.batch.merge import merge
from spinefm.batch.shard import compute_shard
from tests.batch.fake import RULES, FakeSegmenter, entries, job_of, tables


@pytest.fixture
def unmerged(whole: Path, tmp_path: Path) -> BatchFolder:
    """A batch whose shards are complete."""
    shutil.copytree(whole, tmp_path / "out", ignore=shutil.ignore_patterns("merged"))
    return BatchFolder(tmp_path / "out")


def test_every_film_has_one_row_in_the_order_of_the_manifest(whole: Path, films: Path) -> None:
    found = pq.read_table(whole / "merged" / "films.parquet")
    assert found["id"].to_pylist() == [entry.id for entry in entries(films)]
    assert found["uri"].to_pylist() == [entry.uri for entry in entries(films)]


def test_vertebrae_and_measures_follow_their_films(whole: Path, films: Path) -> None:
    ids = [entry.id for entry in entries(films)]
    for name in ("vertebrae", "measures"):
        places = [ids.index(key) for key in pq.read_table(whole / "merged" / f"{name}.parquet")["id"].to_pylist()]
        assert places == sorted(places) and len(set(places)) > 10
    counts = pq.read_table(whole / "merged" / "films.parquet", columns=["vertebrae"])["vertebrae"].to_pylist()
    assert sum(counts) == pq.read_metadata(whole / "merged" / "vertebrae.parquet").num_rows


@pytest.mark.parametrize("size", [2, 6])
def test_row_groups_have_one_size_whatever_the_shards(
    size: int, films: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spinefm.batch.merge, "ROWS", {"films": 7, "vertebrae": 5, "measures": 11})
    job = job_of(films, tmp_path / "out", shard_size=size)
    for shard in job.plan.shards():
        compute_shard(job.folder, job.plan, shard, FakeSegmenter())
    for name, rows in spinefm.batch.merge.ROWS.items():
        metadata = pq.read_metadata(merge(job.folder) / f"{name}.parquet")
        sizes = [metadata.row_group(index).num_rows for index in range(metadata.num_row_groups)]
        assert sizes[:-1] == [rows] * (len(sizes) - 1) and 0 < sizes[-1] <= rows


def test_the_run_says_what_the_tables_were_made_with(whole: Path) -> None:
    run = json.loads((whole / "merged" / "run.json").read_text())
    assert (run["done"], run["failed"], run["rows"]["films"]) == (18, 6, 24)
    assert {key: run[key] for key in RULES.model_dump()} == json.loads(RULES.model_dump_json())
    assert run["notice"].startswith("Research only")


def test_nothing_of_time_or_place_is_in_the_tables(whole: Path) -> None:
    for name, content in tables(whole).items():
        assert str(whole).encode() not in content, name
    assert not {"host", "began", "seconds", "shard_size", "spread", "weights"} & set(
        json.loads((whole / "merged" / "run.json").read_text())
    )


def test_a_missing_shard_is_one_sentence(unmerged: BatchFolder) -> None:
    shutil.rmtree(unmerged.shards / "000001")
    with pytest.raises(BatchError, match=r"^1 of \d+ shards are not done, .* run `spinefm batch resume`\.$"):
        merge(unmerged)
    assert not unmerged.merged.exists()


def cut_off(shard: Path) -> None:
    """Cut a table off."""
    path = shard / "vertebrae.parquet"
    path.write_bytes(path.read_bytes()[:100])


def without_a_film(shard: Path) -> None:
    """Leave a film out."""
    table = pq.read_table(shard / "films.parquet")
    pq.write_table(table.slice(1), shard / "films.parquet")


def with_other_columns(shard: Path) -> None:
    """Name a column otherwise."""
    table = pq.read_table(shard / "measures.parquet")
    pq.write_table(table.rename_columns([*table.column_names[:-1], "reason"]), shard / "measures.parquet")


@pytest.mark.parametrize("damage", [cut_off, without_a_film, with_other_columns])
def test_a_damaged_shard_is_named_and_computed_again_when_it_is_deleted(
    damage: object, unmerged: BatchFolder, expected: dict[str, bytes]
) -> None:
    shard = unmerged.shards / "000001"
    damage(shard)  # type: ignore[operator]
    with pytest.raises(BatchError, match="000001 is damaged; delete its folder, then"):
        merge(unmerged)
    assert not unmerged.merged.exists() and not list(unmerged.path.glob(".*"))
    shutil.rmtree(shard)
    plan = unmerged.plan()
    for missing in unmerged.remaining(plan.shards()):
        compute_shard(unmerged, plan, missing, FakeSegmenter())
    merge(unmerged)
    assert tables(unmerged.path) == expected


def test_merged_tables_stay(whole: Path, expected: dict[str, bytes]) -> None:
    stamp = (whole / "merged").stat().st_mtime_ns
    assert merge(BatchFolder(whole)) == whole / "merged"
    assert (whole / "merged").stat().st_mtime_ns == stamp and tables(whole) == expected


def test_memory_follows_the_row_group_not_the_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    schema = pa.schema([("value", pa.int64())])
    piece = pa.table({"value": list(range(1000))}, schema)
    most = 0
    before = pa.total_allocated_bytes()
    for group in spinefm.batch.merge._in_groups((piece for _ in range(300)), schema, 1024):
        assert group.num_rows <= 1024
        most = max(most, pa.total_allocated_bytes() - before)
    assert most < 200_000  # all rows together are 2.4 MB
