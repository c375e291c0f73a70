"""Memory and seconds of merging a large batch: `python -m bench.batch_merge [--films 10000 100000]`.

Writes the shards of batches of so many films, each film with the rows of one segmented phantom under an id of its own,
merges each batch by the command line, and prints seconds, peak memory and the size of the tables.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from spinefm.batch.folder import BatchFolder
from spinefm.batch.groups import group_rows
from spinefm.batch.manifest import FilmEntry, sorted_entries
from spinefm.batch.plan import RunRules, Shard
from spinefm.batch.rows import FilmRows
from spinefm.batch.run import plan_of
from spinefm.batch.segmenter import WeightsLoader
from spinefm.batch.shard import LOG, PACKING, ShardLog
from spinefm.batch.tables import SCHEMAS, TABLE_NAMES, TableName, file_name

SEED = 9_200_000


def main() -> int:
    """Write, merge and print, for each number of films."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--films", type=int, nargs="+", default=[10_000, 100_000])
    counts = parser.parse_args().films
    with tempfile.TemporaryDirectory() as folder:
        rows, rules = segmented(Path(folder))
        for count in counts:
            batch = written(Path(folder) / str(count), count, rows, rules)
            seconds, peak = merged_apart(batch)
            size = sum(path.stat().st_size for path in batch.merged.iterdir())
            found = ", ".join(
                f"{pq.read_metadata(batch.merged / file_name(name)).num_rows} {name}" for name in TABLE_NAMES
            )
            print(f"{found}: {seconds:.1f} s, peak memory {peak / 1e6:.0f} MB, tables {size / 1e6:.0f} MB")
    return 0


def segmented(folder: Path) -> tuple[FilmRows, RunRules]:
    """The rows of one phantom."""
    import cv2
    import numpy as np

    from spinefm.phantom import simulate

    film = folder / "film.png"
    cv2.imwrite(str(film), np.round(simulate(SEED, "lumbar").film * 255).astype(np.uint8))
    segmenter, rules = WeightsLoader("spinefm", "compact", "cpu").load_with_rules()
    ((rows, _),) = group_rows([FilmEntry.of(film.as_uri())], segmenter, rules, {})
    return rows, rules


def written(place: Path, count: int, rows: FilmRows, rules: RunRules) -> BatchFolder:
    """A batch of `count` films whose shards are complete."""
    entries = sorted_entries(FilmEntry.of(f"file:///films/{index}.png") for index in range(count))
    folder = BatchFolder(place)
    plan = folder.begin(plan_of(entries, rules, spread=1), entries)
    tables = tables_of(rows)
    for shard in plan.shards():
        write_shard(folder, shard, entries[shard.start : shard.stop], tables)
    return folder


def tables_of(rows: FilmRows) -> dict[TableName, pa.Table]:
    """The rows of a film as tables."""
    found = zip(TABLE_NAMES, ([rows.film], rows.vertebrae, rows.measures), strict=True)
    return {name: pa.Table.from_pylist(list(part), SCHEMAS[name]) for name, part in found}


def write_shard(folder: BatchFolder, shard: Shard, entries: list[FilmEntry], tables: dict[TableName, pa.Table]) -> None:
    """A shard in which every film has the same rows."""
    place = folder.place_of(shard)
    place.mkdir(parents=True)
    for name, one in tables.items():
        ids = [entry.id for entry in entries for _ in range(one.num_rows)]
        many = pa.concat_tables([one] * len(entries)).set_column(0, SCHEMAS[name].field("id"), pa.array(ids))
        pq.write_table(many.combine_chunks(), place / file_name(name), compression=PACKING)
    log = ShardLog(films=len(entries), failed=0, began=0.0, ended=1.0, host="")
    (place / LOG).write_text(log.model_dump_json())


def merged_apart(folder: BatchFolder) -> tuple[float, int]:
    """Run `spinefm batch merge`; seconds with its start, and peak memory in bytes."""
    command = [sys.executable, "-m", "spinefm", "batch", "merge", str(folder.path)]
    start = time.perf_counter()
    _, status, usage = os.wait4(os.posix_spawn(sys.executable, command, os.environ), 0)
    if status:
        raise SystemExit("The merge failed.")
    return time.perf_counter() - start, usage.ru_maxrss * 1024


if __name__ == "__main__":
    sys.exit(main())
