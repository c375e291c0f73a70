"""The golden file of agreement: a made-up measure as columns, and what the tables in Python say of it.

`python -m tests.evaluation.agreement` writes `tests/golden/measure_agreement.json` again.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
from pandas import DataFrame

from spinefm.evaluation.frames import measure_table
from spinefm.evaluation.measure_errors import MeasureErrors, measure_errors
from spinefm.evaluation.measured import NOT_FOUND, ComparedMeasure

GOLDEN = Path(__file__).parents[1] / "golden" / "measure_agreement.json"
LEVELS = ("C2-C3", "T12-L1", "L4-L5")
SHOWN = {
    "asked": "asked", "count": "count", "films": "films", "bias": "bias", "mae": "mae", "median": "median",
    "low": "lower_limit", "high": "upper_limit", "within": "within", "notFound": "not_found",
    "notMeasurable": "not_measurable", "doubtful": "doubtful",
}  # fmt: skip
"""What the explorer's figures are called in the tables."""


def rows_of(film: int) -> list[ComparedMeasure]:
    """A film's slips: some missed, some unsure, some doubtful, one without a truth."""
    rng = np.random.default_rng(film)
    return [_row(film, index, level, rng) for index, level in enumerate(LEVELS) if (film + index) % 7]


def _row(film: int, index: int, level: str, rng: np.random.Generator) -> ComparedMeasure:
    true, value = np.round(rng.normal(0, 8, 2), 4)
    value, place = round(true + value / 4, 4), film * len(LEVELS) + index
    kinds = {4: (None, "its outline is too uncertain"), 9: (None, NOT_FOUND)}
    given, reason = kinds.get(place % 13, (value, ""))
    known = None if place == 16 else float(true)
    doubtful = given is not None and place % 5 == 0
    half = None if given is None else round(float(abs(rng.normal(2, 1))), 4)
    return ComparedMeasure("slip", level, "%", known, given, half, 0.9, doubtful, "± is large" if doubtful else reason)


def table() -> DataFrame:
    """The table of twenty films."""
    return measure_table({f"film-{film}": rows_of(film) for film in range(20)})


def columns_of(rows: DataFrame) -> dict[str, Any]:
    """The table as the page sends it."""
    reasons = sorted(set(rows["reason"]))
    number = {name: [None if one != one else one for one in rows[name].tolist()] for name in ("true", "value")}
    return {
        "key": "slip", "title": "slip", "unit": "%", "levels": list(LEVELS), "references": {}, "reasons": reasons,
        "film": [int(name.split("-")[1]) for name in rows["film"]],
        "level": [LEVELS.index(level) for level in rows["levels"]],
        **number,
        "half": [None if one != one else one for one in rows["uncertainty"].tolist()],
        "doubtful": rows["doubtful"].astype(int).tolist(),
        "reason": [reasons.index(reason) for reason in rows["reason"]],
    }  # fmt: skip


def shown(one: MeasureErrors) -> dict[str, Any]:
    """The figures in the explorer's words."""
    values = asdict(one)
    return {"levels": one.levels, **{name: values[column] for name, column in SHOWN.items()}}


def golden() -> dict[str, Any]:
    """The golden file's content."""
    rows = table()
    return {"columns": columns_of(rows), "figures": [shown(one) for one in measure_errors(rows)]}


if __name__ == "__main__":
    GOLDEN.write_text(json.dumps(golden(), indent=1, allow_nan=False) + "\n", encoding="utf-8")
