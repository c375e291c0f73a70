"""Limits for evaluations that others made: what a stored trace or table may hold before it is opened."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spinefm.core.masks import MOST_PIXELS

if TYPE_CHECKING:
    from pandas import DataFrame
    from pyarrow import DataType, RecordBatch, Schema, Table

MOST_MASK_PIXELS = 4 * MOST_PIXELS
"""Pixels of all masks of a trace together; those of a film's vertebrae cover it once or twice."""
MOST_ROWS = 500_000
"""Rows of a table: a film has some twenty vertebrae."""
MOST_LONG_ROWS = 4_000_000
"""Rows of a table of measures: a film has some hundred."""
MOST_TABLE_BYTES = 256 << 20
"""Bytes of a table's columns when unpacked."""
MOST_TEXT = 20_000
"""Characters in a cell."""
BATCH = 4096


def check_masks(raw: Any) -> None:
    """Refuse the JSON of a trace whose masks are larger than its film or too many to unpack. Raises ValueError."""
    width, height = (int(side) for side in raw["film"]["size"])
    if min(width, height) < 1 or width * height > MOST_PIXELS:
        raise ValueError(f"its film has {width} x {height} pixels, which no film has")
    total = 0
    for rows, columns in _mask_sizes(raw):
        if rows > height or columns > width:
            raise ValueError(f"a mask in it has {columns} x {rows} pixels, more than its film")
        total += rows * columns
    if total > MOST_MASK_PIXELS:
        raise ValueError(f"its masks have more than {MOST_MASK_PIXELS // 1_000_000} million pixels")


def _mask_sizes(raw: Any) -> Iterator[tuple[int, int]]:
    """(height, width) of every mask in the JSON of a trace."""
    waiting = [raw]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            if "runs" in value and "size" in value:
                height, width = value["size"]
                yield int(height), int(width)
            waiting += value.values()
        elif isinstance(value, list):
            waiting += [one for one in value if isinstance(one, (dict, list))]


def read_table(path: Path) -> DataFrame:
    """A stored table, read in pieces so that no more is unpacked than a table holds.

    Raises ValueError for one with too many rows, bytes or characters; pyarrow's own errors for a damaged one.
    """
    table, schema = _read_arrow(path, MOST_ROWS)
    return table.cast(schema).to_pandas()


def read_long_table(path: Path) -> DataFrame:
    """A stored table with many rows for each film, as `read_table` reads one; its words become categories."""
    table, _ = _read_arrow(path, MOST_LONG_ROWS)
    return table.unify_dictionaries().to_pandas()


def _read_arrow(path: Path, most: int) -> tuple[Table, Schema]:
    """A table of at most `most` rows with its words as dictionaries, and the schema it was stored with."""
    import pyarrow
    from pyarrow.parquet import ParquetFile

    with ParquetFile(path) as file:
        _check_footer(file.metadata, most)
        schema = file.schema_arrow
    words = [part.name for part in schema if _is_text(part.type)]
    pieces, left = [], MOST_TABLE_BYTES
    with ParquetFile(path, read_dictionary=words) as file:
        for batch in file.iter_batches(BATCH):
            left -= batch.nbytes
            if left < 0:
                raise ValueError(f"it unpacks to more than {MOST_TABLE_BYTES >> 20} MB")
            _check_texts(batch, words)
            pieces.append(batch)
        table = pyarrow.Table.from_batches(pieces, file.schema_arrow if not pieces else pieces[0].schema)
    return table, schema


def _is_text(kind: DataType) -> bool:
    from pyarrow import types

    return bool(types.is_string(kind) or types.is_large_string(kind) or types.is_binary(kind))


def _check_footer(footer: Any, most: int) -> None:
    """Refuse what a file says of itself: rows and unpacked bytes. Raises ValueError."""
    if footer.num_rows > most:
        raise ValueError(f"it has {footer.num_rows} rows, more than {most}")
    groups = (footer.row_group(index) for index in range(footer.num_row_groups))
    if sum(group.total_byte_size for group in groups) > MOST_TABLE_BYTES:
        raise ValueError(f"it unpacks to more than {MOST_TABLE_BYTES >> 20} MB")


def _check_texts(batch: RecordBatch, words: list[str]) -> None:
    """Refuse words longer than a cell holds: repeated, they would unpack without limit. Raises ValueError."""
    from pyarrow import compute

    for name in words:
        column = batch.column(name)
        longest = compute.max(compute.binary_length(column.dictionary)).as_py() if len(column.dictionary) else 0
        if (longest or 0) > MOST_TEXT:
            raise ValueError(f"a cell in its column {name} has more than {MOST_TEXT} characters")
