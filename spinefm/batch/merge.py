"""From complete shards to the three tables of all films: the same bytes however the films were spread."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from spinefm.batch.errors import BatchError, written_to
from spinefm.batch.files import folder_in_place
from spinefm.batch.folder import BatchFolder
from spinefm.batch.plan import BatchPlan, Shard
from spinefm.batch.shard import PACKING
from spinefm.batch.tables import DONE, FAILED, RUN_FILE, SCHEMAS, TABLE_NAMES, TableName, file_name

ROWS = {"films": 8192, "vertebrae": 8192, "measures": 65536}
"""Rows of a row group, whatever the shards: what is in memory while tables are joined, and read for one film."""


def merge(folder: BatchFolder) -> Path:
    """Join all shards into the merged tables, unless they are there; returns their folder.

    Raises BatchError where shards are missing or damaged, or the tables cannot be written.
    """
    plan = folder.plan()
    shards = list(plan.shards())
    if folder.merged.is_dir():
        return folder.merged
    missing = sum(1 for _ in folder.remaining(shards))
    if missing:
        raise BatchError(
            f"{missing} of {len(shards)} shards are not done, so there is nothing to merge; run `spinefm batch resume`."
        )
    with written_to(folder.path), folder_in_place(folder.merged) as place:
        _write_tables(folder, plan, shards, place)
    return folder.merged


def _write_tables(folder: BatchFolder, plan: BatchPlan, shards: Sequence[Shard], place: Path) -> None:
    statuses: Counter[str] = Counter()
    rows = {
        name: _write_table(place / file_name(name), name, _tables(folder, shards, name, statuses))
        for name in TABLE_NAMES
    }
    content = json.dumps(_run(plan, statuses, rows), indent=2, ensure_ascii=False) + "\n"
    (place / RUN_FILE).write_text(content, encoding="utf-8")


def _run(plan: BatchPlan, statuses: Counter[str], rows: dict[TableName, int]) -> dict[str, object]:
    """What the tables were made with, and what they hold."""
    return {
        "notice": "Research only, not a medical device.",
        "layout": plan.layout,
        **plan.rules.model_dump(),
        "together": plan.together,
        "manifest_sha256": plan.manifest,
        DONE: statuses[DONE],
        FAILED: statuses[FAILED],
        "rows": rows,
    }


def _tables(
    folder: BatchFolder, shards: Iterable[Shard], name: TableName, statuses: Counter[str]
) -> Iterator[pa.Table]:
    """A table of each shard; that of the films is checked and counted."""
    for shard in shards:
        table = _read(folder.place_of(shard) / file_name(name), name)
        if name == "films":
            _refuse_others(folder, shard, table)
            statuses.update(table["status"].to_pylist())
        yield table


def _read(file: Path, name: TableName) -> pa.Table:
    try:
        with pq.ParquetFile(file) as opened:
            table = opened.read(use_threads=False)
    except (OSError, pa.ArrowException) as error:
        raise BatchError(_damaged(file.parent)) from error
    if not table.schema.equals(SCHEMAS[name]):
        raise BatchError(_damaged(file.parent))
    return table


def _refuse_others(folder: BatchFolder, shard: Shard, films: pa.Table) -> None:
    """Raises BatchError for a shard that does not hold its films, each once and in order."""
    if films["id"].to_pylist() != [entry.id for entry in folder.entries(shard)]:
        raise BatchError(_damaged(folder.place_of(shard)))


def _damaged(place: Path) -> str:
    return f"The shard {place} is damaged; delete its folder, then run `spinefm batch resume`."


def _write_table(file: Path, name: TableName, tables: Iterable[pa.Table]) -> int:
    """Write the rows of `tables` in row groups of one size; returns how many there are."""
    count = 0
    with pq.ParquetWriter(file, SCHEMAS[name], compression=PACKING) as writer:
        for table in _in_groups(tables, SCHEMAS[name], ROWS[name]):
            writer.write_table(table.combine_chunks(), row_group_size=ROWS[name])  # in one piece: pages follow pieces
            count += table.num_rows
    return count


def _in_groups(tables: Iterable[pa.Table], schema: pa.Schema, rows: int) -> Iterator[pa.Table]:
    """The rows of `tables` in tables of `rows` each, the last one with what is left."""
    held = schema.empty_table()
    for table in tables:
        held = pa.concat_tables([held, table])
        while held.num_rows >= rows:
            yield held.slice(0, rows)
            held = held.slice(rows).combine_chunks()  # a copy: the rows before it can go
    if held.num_rows:
        yield held
