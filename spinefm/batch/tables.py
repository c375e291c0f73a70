"""The three tables of a batch: their columns, and reading them.

`films` has a row per film, `vertebrae` a row per vertebra, `measures` a row per measure; `id` joins them. Rows are in
the order of the films' ids, and within a film from the top of the spine down, so that a reader who asks for one id gets
it from one row group. Points are (x, y) film pixels, pixel centres at integers; boxes are half open. All of them are
those of the film as it was run: rotated clockwise by `quarters` quarter turns since it was read.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, Literal, get_args

import pyarrow as pa
import pyarrow.parquet as pq

from spinefm.core import rle
from spinefm.core.masks import Mask

TableName = Literal["films", "vertebrae", "measures"]
TABLE_NAMES: tuple[TableName, ...] = get_args(TableName)
DONE, FAILED = "done", "failed"
"""What `status` of a film can be."""
LAYOUT = 1
"""Version of these columns; it grows when an old reader would misread a new table."""
MERGED = "merged"
"""Folder of the joined tables in a batch."""
RUN_FILE = "run.json"
"""What the tables were made with, beside them."""


class TableError(ValueError):
    """There is no such table, or it cannot be read; the text is one sentence."""


FILMS = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),
        pa.field("uri", pa.string(), nullable=False),
        pa.field("name", pa.string(), nullable=False),
        pa.field("status", pa.string(), nullable=False),  # "done" or "failed"
        ("sentence", pa.string()),  # why it failed
        ("width", pa.int32()),  # pixels; null where the film could not be read
        ("height", pa.int32()),
        ("spacing_mm", pa.float64()),  # mm per pixel, null where unknown
        ("inverted", pa.bool_()),  # whether bone was dark in the file
        ("quarters", pa.int8()),  # quarter turns clockwise since it was read
        ("view", pa.string()),  # kind of film, null where no network was asked
        ("view_probability", pa.float64()),
        ("lateral_probability", pa.float64()),  # of all lateral views together
        ("facing", pa.string()),  # "left" or "right", null where nothing says
        ("facing_probability", pa.float64()),
        ("vertebrae", pa.int32()),
        ("doubtful", pa.int32()),  # vertebrae below the probability that counts as sure
        ("anchor", pa.string()),  # the level from which the others are counted
        ("anchor_source", pa.string()),
        ("names", pa.string()),  # likeliest naming, "T12 to S1"; null where none was weighed
        ("names_probability", pa.float64()),
        ("second_names", pa.string()),
        ("second_probability", pa.float64()),
        ("stop_up", pa.string()),  # why the induction ended upwards
        ("stop_down", pa.string()),
        ("notes", pa.list_(pa.string())),
    ]
)
VERTEBRAE = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),
        pa.field("order", pa.int32(), nullable=False),  # 1 for the topmost
        pa.field("number", pa.int32(), nullable=False),  # in the order of acceptance, as in a trace
        pa.field("name", pa.string(), nullable=False),  # its level, or V1, V2 … from the top
        ("level", pa.string()),  # null where unnamed
        ("probability", pa.float64()),
        pa.field("doubtful", pa.bool_(), nullable=False),
        pa.field("x", pa.float64(), nullable=False),  # centroid
        pa.field("y", pa.float64(), nullable=False),
        pa.field("x0", pa.int32(), nullable=False),  # box
        pa.field("y0", pa.int32(), nullable=False),
        pa.field("x1", pa.int32(), nullable=False),
        pa.field("y1", pa.int32(), nullable=False),
        pa.field("area", pa.int32(), nullable=False),  # pixels
        ("corners", pa.list_(pa.float64())),  # x, y of upper left, upper right, lower right, lower left; or empty
        pa.field("mask_height", pa.int32(), nullable=False),  # the mask as COCO's compressed run lengths
        pa.field("mask_width", pa.int32(), nullable=False),
        pa.field("mask_counts", pa.string(), nullable=False),
    ]
)
MEASURES = pa.schema(
    [
        pa.field("id", pa.string(), nullable=False),
        pa.field("measure", pa.string(), nullable=False),  # which, such as "disc_height_index"
        pa.field("place", pa.string(), nullable=False),  # of which bodies, "L4-L5"
        ("value", pa.float64()),  # null where `why_not` says why
        pa.field("unit", pa.string(), nullable=False),  # "°", "%", "mm" or "ratio"
        ("plus_minus", pa.float64()),  # half the width of the 95 % interval
        ("confidence", pa.float64()),  # 0 to 1
        ("grade", pa.string()),  # class that follows from the value
        ("doubt", pa.string()),  # why the value is to be taken with care
        ("why_not", pa.string()),
    ]
)
SCHEMAS: Mapping[TableName, pa.Schema] = MappingProxyType(
    {"films": FILMS, "vertebrae": VERTEBRAE, "measures": MEASURES}
)


def file_name(name: TableName) -> str:
    """The name of a table's file, in the folder of a shard as in that of the merged tables."""
    return f"{name}.parquet"


def merged_folder(folder: Path) -> Path:
    """The folder of the merged tables: that of the batch `folder`, or `folder` itself where they lie in it.

    Raises TableError where there are none.
    """
    for place in (folder / MERGED, folder):
        if all((place / file_name(name)).is_file() for name in TABLE_NAMES):
            return place
    raise TableError(f"The folder {folder} holds no merged tables; run `spinefm batch merge` on the batch first.")


def open_table(folder: Path, name: TableName) -> pq.ParquetFile:
    """A table of a batch, opened: read it row group by row group where it is large.

    Raises TableError for a folder without merged tables, a damaged file, or one with other columns.
    """
    file = merged_folder(folder) / file_name(name)
    try:
        opened = pq.ParquetFile(file)
    except (OSError, pa.ArrowException) as error:
        raise TableError(f"The table {file} cannot be read; run `spinefm batch merge` again.") from error
    if not opened.schema_arrow.equals(SCHEMAS[name]):
        opened.close()
        raise TableError(f"The table {file} has other columns than this version reads; install the version of its run.")
    return opened


def read_table(
    folder: Path, name: TableName, columns: Sequence[str] | None = None, ids: Collection[str] | None = None
) -> pa.Table:
    """A table of a batch, or some columns of it, of all films or those with these `ids`. Raises TableError."""
    with open_table(folder, name) as opened:
        if ids is None:
            return opened.read(columns)
    file = merged_folder(folder) / file_name(name)
    return pq.read_table(file, columns=columns, filters=[("id", "in", sorted(ids))] if ids else [("id", "=", "")])


def mask_of(row: Mapping[str, Any]) -> Mask:
    """The mask of a row of `vertebrae`, of which it needs the three columns of the mask.

    Raises ValueError for counts that do not fill the film.
    """
    return rle.mask_of(row["mask_counts"], (row["mask_height"], row["mask_width"]))
