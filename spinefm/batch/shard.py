"""A shard: its films read, segmented and measured; its three tables in a folder that appears when all is there."""

from __future__ import annotations

import csv
import io
import platform
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from types import MappingProxyType

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import BaseModel, ConfigDict

from spinefm.batch.errors import written_to
from spinefm.batch.files import folder_in_place
from spinefm.batch.folder import BatchFolder
from spinefm.batch.groups import FilmTiming, group_rows
from spinefm.batch.manifest import FilmEntry
from spinefm.batch.plan import BatchPlan, Shard
from spinefm.batch.rows import FilmRows, Row
from spinefm.batch.segmenter import Segmenter
from spinefm.batch.sources import expect
from spinefm.batch.tables import FAILED, SCHEMAS, TableName, file_name

LOG, TIMINGS = "log.json", "timings.csv"
"""How a shard went, and the seconds of each of its films: beside the tables, for they differ from run to run."""
PACKING = "zstd"


class ShardLog(BaseModel):
    """How a shard went: films in all and failed ones, and when it began and ended, in seconds since 1970."""

    model_config = ConfigDict(frozen=True)

    films: int
    failed: int
    began: float
    ended: float
    host: str


@dataclass(frozen=True)
class ShardProgress:
    """What the process of a shard reports while it works; it reports nothing where nobody listens."""

    group: Callable[[int], None] = lambda number: None
    film: Callable[[FilmTiming], None] = lambda timing: None


def groups_of(plan: BatchPlan, entries: Sequence[FilmEntry]) -> Iterator[Sequence[FilmEntry]]:
    """The films that advance at once, group after group."""
    return (entries[at : at + plan.together] for at in range(0, len(entries), plan.together))


def compute_shard(
    folder: BatchFolder,
    plan: BatchPlan,
    shard: Shard,
    segmenter: Segmenter,
    left_out: Mapping[str, str] = MappingProxyType({}),
    progress: ShardProgress = ShardProgress(),
) -> None:
    """Compute a shard and put it in its place, unless it is there.

    left_out: id -> why that film is not run, the sentence of its row. Raises BatchError.
    """
    began, rows, timings = time.time(), list[FilmRows](), list[FilmTiming]()
    entries = folder.entries(shard)
    expect(entry for entry in entries if entry.id not in left_out)
    for number, group in enumerate(groups_of(plan, entries)):
        progress.group(number)
        for row, timing in group_rows(group, segmenter, plan.rules, left_out):
            rows.append(row)
            timings.append(timing)
            progress.film(timing)
    failed = sum(timing.status == FAILED for timing in timings)
    log = ShardLog(films=len(rows), failed=failed, began=began, ended=time.time(), host=platform.node())
    _write(folder, shard, _files(rows, timings, log))


def encoded(name: TableName, rows: Sequence[Row]) -> bytes:
    """The rows of a table as parquet; the same rows give the same bytes."""
    stream = io.BytesIO()
    pq.write_table(pa.Table.from_pylist(list(rows), SCHEMAS[name]), stream, compression=PACKING)
    return stream.getvalue()


def _files(rows: Sequence[FilmRows], timings: Sequence[FilmTiming], log: ShardLog) -> dict[str, bytes]:
    """Name and content of each file of a shard."""
    return {
        file_name("films"): encoded("films", [one.film for one in rows]),
        file_name("vertebrae"): encoded("vertebrae", [row for one in rows for row in one.vertebrae]),
        file_name("measures"): encoded("measures", [row for one in rows for row in one.measures]),
        LOG: (log.model_dump_json(indent=2) + "\n").encode(),
        TIMINGS: _csv(timings),
    }


def _write(folder: BatchFolder, shard: Shard, files: Mapping[str, bytes]) -> None:
    with written_to(folder.path), folder_in_place(folder.place_of(shard)) as place:
        for name, content in files.items():
            (place / name).write_bytes(content)


def _csv(timings: Sequence[FilmTiming]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(field.name for field in fields(FilmTiming))
    for timing in timings:
        writer.writerow(f"{value:.4f}" if isinstance(value, float) else value for value in astuple(timing))
    return text.getvalue().encode()
