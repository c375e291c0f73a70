"""Measures of an evaluation for the browser: which there are, and one at a time as columns."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from spinefm.evaluation import RunError, RunFolder
from spinefm.evaluation.frames import MEASURES, read_measures, read_tables
from spinefm.evaluation.measure_errors import TITLES, level_order
from spinefm.measure.references import GENERAL, reference_of

if TYPE_CHECKING:
    from pandas import DataFrame, Series

    from spinefm.measure.model import Reference

Answer = dict[str, Any]


def measure_catalog(folder: RunFolder) -> list[Answer] | None:
    """The measures of an evaluation with title, unit and levels; None of one without measures. Raises RunError."""
    table = read_measures(folder.path)
    if table is None:
        return None
    present = set(table["key"].unique())
    keys = [*(key for key in TITLES if key in present), *sorted(present - set(TITLES))]
    return [_kind(key, table[table["key"] == key]) for key in keys]


def _kind(key: str, rows: DataFrame) -> Answer:
    """A measure, without its values."""
    return {
        "key": key,
        "title": TITLES.get(key, key),
        "unit": str(rows["unit"].iloc[0]),
        "levels": sorted(rows["levels"].unique().tolist(), key=level_order),
    }


def measure_columns(folder: RunFolder, key: str) -> Answer:
    """One measure of a finished evaluation, one value per row; indices point to films, levels and reasons.

    Raises RunError for a measure that the evaluation does not hold.
    """
    path = folder.path / f"{MEASURES}.parquet"
    table, places = _read(folder, path.stat().st_mtime_ns) if path.is_file() else (None, {})
    rows = table[(table["key"] == key) & table["film"].isin(places)] if table is not None else None
    if rows is None or rows.empty:
        raise RunError("This evaluation does not contain that measure; choose another.")
    kind, reasons = _kind(key, rows), sorted(rows["reason"].unique().tolist())
    return {
        **kind,
        "references": _references(key, kind["levels"]),
        "reasons": reasons,
        "film": [places[name] for name in rows["film"]],
        "level": _indices(rows["levels"], kind["levels"]),
        "true": _numbers(rows["true"]),
        "value": _numbers(rows["value"]),
        "half": _numbers(rows["uncertainty"]),
        "doubtful": rows["doubtful"].astype(int).tolist(),
        "reason": _indices(rows["reason"], reasons),
    }


@lru_cache(maxsize=2)
def _read(folder: RunFolder, _: int) -> tuple[DataFrame | None, dict[str, int]]:
    """The measures of an evaluation as they were written then, and the place of each of its films."""
    films, _vertebrae = read_tables(folder.path)
    return read_measures(folder.path), {name: index for index, name in enumerate(films["film"])}


def _references(key: str, levels: list[str]) -> dict[str, Answer]:
    """The published range at each level that has one; that of all levels under ""."""
    found = {place: reference_of(key, tuple(place.split("-"))) for place in levels}
    found[""] = GENERAL.get(key)
    return {place: range_of(one) for place, one in found.items() if one is not None}


def range_of(one: Reference) -> Answer:
    """A reference as the charts draw it."""
    return {"low": one.low, "high": one.high, "text": one.text, "source": one.source}


def _indices(values: Series[Any], known: list[str]) -> list[int]:
    places = {value: index for index, value in enumerate(known)}
    return [places[value] for value in values]


def _numbers(values: Series[Any]) -> list[float | None]:
    """Numbers, None where there is none."""
    numbers = values.to_numpy(float, na_value=np.nan).tolist()
    return [None if number != number else number for number in numbers]
