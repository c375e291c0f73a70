"""Two runs on the same films, level by level and film by film."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from spinefm.core.levels import Level
from spinefm.evaluation.matching import IDENTIFIED_ABOVE
from spinefm.evaluation.runs import RunError
from spinefm.evaluation.statistics import Paired, paired

if TYPE_CHECKING:
    from pandas import DataFrame


@dataclass(frozen=True)
class LevelComparison:
    """Two runs on the vertebrae of one level, or on all: counts, identified in per cent, and overall Dice per film."""

    name: str
    count: int
    identified: tuple[float, float]
    overall_dsc: tuple[float, float]
    films: Paired


def compare_runs(first: DataFrame, second: DataFrame) -> list[LevelComparison]:
    """A row per level and one of all, over the vertebrae of the truth that both runs share.

    Raises RunError if they share none.
    """
    pairs = _bodies(first).merge(_bodies(second), on=["film", "level"], suffixes=("_a", "_b"))
    if not len(pairs):
        raise RunError("The two runs share no film; compare runs on the same data set.")
    present = set(pairs["level"])
    rows = [_compare(level.name, pairs[pairs["level"] == level.name]) for level in Level if level.name in present]
    return [*rows, _compare("all", pairs)]


def _bodies(vertebrae: DataFrame) -> DataFrame:
    """The annotated bodies with their overall Dice: 0 where they are missed."""
    bodies = vertebrae.loc[vertebrae["kind"] == "body", ["film", "level", "dice"]].copy()
    bodies["overall"] = bodies["dice"].where(bodies["dice"] > IDENTIFIED_ABOVE, 0.0)
    return bodies


def _compare(name: str, pairs: DataFrame) -> LevelComparison:
    per_film = pairs.groupby("film", sort=True)[["overall_a", "overall_b"]].mean()
    films = paired(per_film["overall_a"].to_numpy(float), per_film["overall_b"].to_numpy(float))
    found = [100 * float((pairs[f"overall_{side}"] > 0).mean()) for side in "ab"]
    overall = [float(pairs[f"overall_{side}"].mean()) for side in "ab"]
    return LevelComparison(name, len(pairs), (found[0], found[1]), (overall[0], overall[1]), films)


def comparison_text(rows: list[LevelComparison], first: str, second: str) -> str:
    """The rows as a plain text table."""
    lines = [
        f"A: {first}",
        f"B: {second}",
        "",
        f"{'':5s} {'n':>6s} {'identified % A':>15s} {'B':>7s} {'overall DSC A':>14s} {'B':>7s} {'films':>6s} "
        f"{'B - A per film':>28s} {'Wilcoxon p':>11s}",
    ]
    for row in rows:
        low, high = row.films.interval
        interval = "–" if math.isnan(low) else f"{low:+.4f} to {high:+.4f}"  # one film has no interval
        difference = f"{row.films.difference:+.4f} ({interval})"
        p = "no change" if row.films.p is None else f"{row.films.p:.2g}"
        lines.append(
            f"{row.name:5s} {row.count:6d} {row.identified[0]:15.1f} {row.identified[1]:7.1f} "
            f"{row.overall_dsc[0]:14.3f} {row.overall_dsc[1]:7.3f} {row.films.count:6d} {difference:>28s} {p:>11s}"
        )
    lines += ["", "B - A: mean difference of the films' overall DSC, with 95 % by bootstrap over films."]
    return "\n".join(lines) + "\n"
