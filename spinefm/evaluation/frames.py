"""Results as pandas tables, one row a film or a vertebra, and those tables as files.

The same results give the same bytes: rows keep the order of the results, and no date is written.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from spinefm.core.foreign import foreign_input
from spinefm.data import Skipped
from spinefm.evaluation.measured import ComparedMeasure
from spinefm.evaluation.results import LISTS, FilmResult, FilmRow, VertebraRow
from spinefm.evaluation.runs import RunError, RunFolder, write_whole
from spinefm.evaluation.stored import read_long_table, read_table

if TYPE_CHECKING:
    from pandas import DataFrame

FILMS, VERTEBRAE, MEASURES = "films", "vertebrae", "measures"
ROTATED = "rotated"
"""The column that tables of older evaluations lack: these kept every film as it was."""
WHOLE = {"int | None": "Int64", "int": "int64", "float | None": "float64", "bool": "bool", "bool | None": "boolean"}
"""pandas' types for those of the rows; missing whole numbers must not become decimals."""
MEASURE_NAMES = tuple(part.name for part in fields(ComparedMeasure))


def film_table(results: Iterable[FilmResult]) -> DataFrame:
    """A row per film."""
    rows = [{**asdict(one.row), **{name: json.dumps(getattr(one.row, name)) for name in LISTS}} for one in results]
    return _table(rows, FilmRow)


def vertebra_table(results: Iterable[FilmResult]) -> DataFrame:
    """A row per annotated vertebra and per extra mask."""
    return _table([asdict(row) for one in results for row in one.vertebrae], VertebraRow)


def measure_table(rows: Mapping[str, Sequence[ComparedMeasure]]) -> DataFrame:
    """A row per measure of each film."""
    from pandas import DataFrame

    cells = [(film, *(getattr(one, name) for name in MEASURE_NAMES)) for film, own in rows.items() for one in own]
    table = DataFrame(cells, columns=["film", *MEASURE_NAMES])
    return table.astype({"film": "str", **_types(ComparedMeasure)})


def _table(rows: list[dict[str, Any]], kind: type[FilmRow] | type[VertebraRow]) -> DataFrame:
    from pandas import DataFrame

    table = DataFrame(rows, columns=[part.name for part in fields(kind)])
    return table.astype(_types(kind))


def _types(kind: type[FilmRow] | type[VertebraRow] | type[ComparedMeasure]) -> dict[str, str]:
    """pandas' type of each column."""
    return {part.name: WHOLE.get(str(part.type), "str") for part in fields(kind)}


def write_tables(folder: Path, results: Sequence[FilmResult], skipped: Sequence[Skipped]) -> None:
    """Write films and vertebrae as CSV and parquet, and which films and labels were left out."""
    for name, table in ((FILMS, film_table(results)), (VERTEBRAE, vertebra_table(results))):
        _write_table(folder, name, table)
    left = [*skipped, *RunFolder(folder).left_out(one.row.film for one in results)]
    content = json.dumps([asdict(one) for one in left], indent=2) + "\n"
    write_whole(folder / "skipped.json", content.encode())


def write_measures(folder: RunFolder, films: Iterable[str]) -> DataFrame | None:
    """Write the measures of all `films` as CSV and parquet; returns the table, None where no film has any kept.

    Raises RunError where the measures of a film are damaged.
    """
    kept = {film: rows for film in films if (rows := folder.measures(film)) is not None}
    if not kept:
        return None
    table = measure_table(kept)
    _write_table(folder.path, MEASURES, table)
    return table


def _write_table(folder: Path, name: str, table: DataFrame) -> None:
    write_whole(folder / f"{name}.csv", csv_of(table))
    stream = io.BytesIO()
    table.to_parquet(stream, index=False)
    write_whole(folder / f"{name}.parquet", stream.getvalue())


def csv_of(table: DataFrame) -> bytes:
    """A table as it is written."""
    return str(table.to_csv(index=False, lineterminator="\n")).encode()


def read_measures(folder: Path) -> DataFrame | None:
    """The table of measures of a finished run; None of one that was made before they were kept.

    Raises RunError where it is damaged.
    """
    path = folder / f"{MEASURES}.parquet"
    if not path.is_file():
        return None
    with foreign_input(
        lambda reason: RunError(f"The measures in {folder} are damaged ({reason}); run `spinefm evaluate` again.")
    ):
        table = read_long_table(path)
        lacking = {"film", *MEASURE_NAMES} - set(table.columns)
        if lacking:
            raise ValueError(f"{', '.join(sorted(lacking))} is missing")
        return table


def read_tables(folder: Path) -> tuple[DataFrame, DataFrame]:
    """The tables of films and vertebrae of a finished run. Raises RunError if they are missing."""
    paths = [folder / f"{name}.parquet" for name in (FILMS, VERTEBRAE)]
    if not all(path.is_file() for path in paths):
        raise RunError(f"{folder} contains no finished evaluation; run `spinefm evaluate` to its end.")
    with foreign_input(
        lambda reason: RunError(f"The tables in {folder} are damaged ({reason}); run `spinefm evaluate` again.")
    ):
        films, vertebrae = (read_table(path) for path in paths)
    films = films if ROTATED in films else films.assign(**{ROTATED: 0})
    for table, kind in ((films, FilmRow), (vertebrae, VertebraRow)):
        lacking = [part.name for part in fields(kind) if part.name not in table.columns]
        if lacking:
            raise RunError(f"The tables in {folder} lack {', '.join(lacking)}; run `spinefm evaluate` again.")
    return films, vertebrae
