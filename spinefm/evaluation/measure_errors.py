"""How far measures lie from those of the truth: Bland and Altman's bias and limits of agreement, per measure.

Figures are over the values that the run gives without a doubt; how often there is none, and why, is beside them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING

import numpy as np

from spinefm.evaluation.measured import NOT_FOUND
from spinefm.measure import offset
from spinefm.measure.alignment import CURVES, SLOPES
from spinefm.measure.kinds import KINDS

if TYPE_CHECKING:
    from pandas import DataFrame

ALL_LEVELS = "all"
NORMAL_95 = 1.96
"""Standard deviations either way that hold 95 % (Bland and Altman, Lancet 1986; 1: 307-310)."""
_NAMES = {
    **{curve.key: curve.name for curve in CURVES},
    **{key: name for key, name, *_ in SLOPES},
    **{key: kind.title for key, kind in KINDS.items()},
    offset.KEY: offset.NAME,
}
_ORDER = (
    *("lordosis_c2_c7", "lordosis_l1_s1", "lordosis_l1_l5", "thoracolumbar_t11_l2"),
    *("c2_slope", "c7_slope", "sacral_slope", "segmental_angle", "height_loss", "slip"),
    *("disc_height_index", "disc_height_anterior", "disc_height_middle", "disc_height_posterior"),
    *("anterior_height", "middle_height", "posterior_height", "width"),
    *("anterior_ratio", "middle_ratio", "neighbour_ratio", "sva_c2_c7"),
)
TITLES = {key: _NAMES[key] for key in _ORDER}
"""What measures are called where their levels are beside them, in the order of the tables."""


@dataclass(frozen=True)
class MeasureErrors:
    """The errors of a measure at `levels` ("all": wherever it occurs); NaN where nothing was counted.

    asked: how many the truth gives. count: how many of them the run gives without a doubt, on `films` films; mae,
    median, bias and the limits of agreement are theirs, in the measure's unit. within: per cent of them whose truth
    lies within ±. not_found, not_measurable, doubtful: per cent of those asked. doubtful_mae: of the doubtful ones.
    """

    measure: str
    levels: str
    unit: str
    asked: int
    count: int
    films: int
    mae: float
    median: float
    bias: float
    lower_limit: float
    upper_limit: float
    within: float
    not_found: float
    not_measurable: float
    doubtful: float
    doubtful_mae: float


def measure_errors(table: DataFrame) -> list[MeasureErrors]:
    """Per measure the errors at all levels, then at each where there are several, from the table of measures."""
    asked = table[table["true"].notna()]
    present = set(asked["key"])
    keys = [*(key for key in TITLES if key in present), *sorted(present - set(TITLES))]
    return [one for key in keys for one in _of_measure(key, asked[asked["key"] == key])]


def _of_measure(key: str, rows: DataFrame) -> Iterator[MeasureErrors]:
    yield errors_of(key, ALL_LEVELS, rows)
    levels = list(dict.fromkeys(rows["levels"]))
    if len(levels) > 1:
        yield from (errors_of(key, one, rows[rows["levels"] == one]) for one in sorted(levels, key=level_order))


def level_order(levels: str) -> tuple[int, str]:
    """Sorts "C2-C3" before "T12-L1" before "S1".

    >>> sorted(["S1", "L1", "T12-L1", "C2"], key=level_order)
    ['C2', 'T12-L1', 'L1', 'S1']
    """
    first = levels.split("-")[0]
    number = int(first[1:]) if first[1:].isdigit() else 0
    return 100 * "CTLS".find(first[:1]) + number, levels


def errors_of(key: str, levels: str, rows: DataFrame) -> MeasureErrors:
    """The errors over `rows`, all of which have a true value."""
    true, value = rows["true"].to_numpy(float), rows["value"].to_numpy(float, na_value=np.nan)
    half = rows["uncertainty"].to_numpy(float, na_value=np.nan)
    given, doubt = ~np.isnan(value), rows["doubtful"].to_numpy(bool)
    sure, unsure, found = given & ~doubt, given & doubt, (rows["reason"] != NOT_FOUND).to_numpy(bool)
    error = value[sure] - true[sure]
    spread = NORMAL_95 * float(error.std(ddof=1)) if len(error) > 1 else float("nan")
    bias = _mean(error)
    return MeasureErrors(
        measure=key,
        levels=levels,
        unit=str(rows["unit"].iloc[0]),
        asked=len(rows),
        count=len(error),
        films=rows["film"][sure].nunique(),
        mae=_mean(np.abs(error)),
        median=float(np.median(np.abs(error))) if len(error) else float("nan"),
        bias=bias,
        lower_limit=bias - spread,
        upper_limit=bias + spread,
        within=100 * _mean(np.abs(error) <= half[sure]),
        not_found=100 * _mean(~given & ~found),
        not_measurable=100 * _mean(~given & found),
        doubtful=100 * _mean(unsure),
        doubtful_mae=_mean(np.abs(value[unsure] - true[unsure])),
    )


def _mean(values: np.ndarray) -> float:
    return float(np.mean(values)) if len(values) else float("nan")


def measure_errors_csv(rows: Sequence[MeasureErrors]) -> str:
    """A row per measure and level; empty cells where nothing is defined."""
    from pandas import DataFrame

    names = [part.name for part in fields(MeasureErrors)]
    table = DataFrame([[getattr(row, name) for name in names] for row in rows], columns=names)
    return str(table.round(6).to_csv(index=False, lineterminator="\n"))


def measure_errors_text(rows: Sequence[MeasureErrors]) -> str:
    """A line per measure, at all its levels; nothing without a measure."""
    lines = [_line(row) for row in rows if row.levels == ALL_LEVELS]
    head = (
        f"{'measure':32s} {'n':>6s} {'films':>6s} {'MAE':>8s} {'bias':>8s} {'limits of agreement':>20s} "
        f"{'within ± %':>10s} {'not found %':>11s} {'not meas. %':>11s} {'doubtful %':>10s}"
    )
    return "\n".join([head, *lines]) if lines else ""


def _line(row: MeasureErrors) -> str:
    digits = 3 if row.unit == "ratio" else 2
    limits = " to ".join(_signed(one, digits) for one in (row.lower_limit, row.upper_limit))
    name = f"{TITLES.get(row.measure, row.measure)}, {row.unit}"
    return (
        f"{name:32s} {row.count:6d} {row.films:6d} {_number(row.mae, digits):>8s} {_signed(row.bias, digits):>8s} "
        f"{limits:>20s} {_number(row.within, 1):>10s} {row.not_found:11.1f} {row.not_measurable:11.1f} "
        f"{row.doubtful:10.1f}"
    )


def _number(value: float, digits: int) -> str:
    return f"{value:.{digits}f}" if value == value else "–"


def _signed(value: float, digits: int) -> str:
    return f"{value:+.{digits}f}" if value == value else "–"
