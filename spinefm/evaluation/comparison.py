"""Two runs on the same films, level by level and film by film."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

from spinefm.core.levels import Level
from spinefm.core.words import counted
from spinefm.evaluation.matching import IDENTIFIED_ABOVE
from spinefm.evaluation.runs import RunError
from spinefm.evaluation.statistics import Paired, holm, paired

if TYPE_CHECKING:
    from pandas import DataFrame


SURE = 0.05
"""Corrected p-value below which a difference is more than chance."""
Verdict = Literal["A better", "B better", "not shown", "no change"]


@dataclass(frozen=True)
class LevelComparison:
    """Two runs on the vertebrae of one level, or on all: counts, identified in per cent, and overall Dice per film.

    p: Wilcoxon's, corrected for the number of comparisons in the table (Holm); None where no film differs.
    """

    name: str
    count: int
    identified: tuple[float, float]
    overall_dsc: tuple[float, float]
    films: Paired
    p: float | None = None

    @property
    def verdict(self) -> Verdict:
        """Which run is better; only where the interval leaves no room for none, and chance would not do it."""
        return verdict_of(self.films, self.p)


def verdict_of(films: Paired, p: float | None) -> Verdict:
    """Which of two is better on the same films, `p` corrected for the number of comparisons.

    "Better" takes both: a 95 % interval of the difference that leaves out 0, and a p-value below SURE.
    """
    if p is None:
        return "no change"
    low, high = films.interval
    if p >= SURE or not (low > 0 or high < 0):
        return "not shown"
    return "B better" if low > 0 else "A better"


def compare_runs(first: DataFrame, second: DataFrame) -> list[LevelComparison]:
    """A row per level and one of all, over the vertebrae of the truth that both runs share.

    Raises RunError if they share none.
    """
    pairs = _bodies(first).merge(_bodies(second), on=["film", "level"], suffixes=("_a", "_b"))
    if not len(pairs):
        raise RunError("The two runs share no film with an outlined body; compare runs on the same data set.")
    present = set(pairs["level"])
    rows = [_compare(level.name, pairs[pairs["level"] == level.name]) for level in Level if level.name in present]
    rows.append(_compare("all", pairs))
    return [replace(row, p=p) for row, p in zip(rows, holm([row.films.p for row in rows]), strict=True)]


def check_same_truth(first: DataFrame, second: DataFrame) -> None:
    """Check by the checksums in two tables of films that films of one name have one truth. Raises RunError."""
    both = first.merge(second, on="film", suffixes=("_a", "_b"))
    other = both.loc[both["truth_sha256_a"] != both["truth_sha256_b"], "film"].tolist()
    if other:
        raise RunError(
            f"The truth of {other[0]} differs between the two runs ({len(other)} of {counted(len(both), 'film')}); "
            "evaluate both on the same data set."
        )


def unshared_text(first: DataFrame, second: DataFrame) -> str:
    """How many films of two tables are in one run alone and so are not compared; "" where both have the same."""
    films = [set(table["film"]) for table in (first, second)]
    alone = len(films[0] - films[1]), len(films[1] - films[0])
    return f"Films of one run alone are left out: {alone[0]} of A, {alone[1]} of B.\n" if any(alone) else ""


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


def comparison_text(rows: list[LevelComparison], first: str, second: str, differences: str) -> str:
    """The rows as a plain text table, below what the runs are called and a sentence of how they differ."""
    lines = [
        f"A: {first}",
        f"B: {second}",
        differences,
        "",
        f"{'':5s} {'n':>6s} {'identified % A':>15s} {'B':>7s} {'overall DSC A':>14s} {'B':>7s} {'films':>6s} "
        f"{'B - A per film':>28s} {'p':>9s}  {'':9s}",
    ]
    for row in rows:
        lines.append(
            f"{row.name:5s} {row.count:6d} {row.identified[0]:15.1f} {row.identified[1]:7.1f} "
            f"{row.overall_dsc[0]:14.3f} {row.overall_dsc[1]:7.3f} {row.films.count:6d} "
            f"{difference_text(row.films):>28s} {p_text(row.p):>9s}  {row.verdict}"
        )
    return "\n".join([*lines, "", NOTES]) + "\n"


NOTES = "\n".join(
    [
        "B - A: mean difference of the films' overall DSC, with 95 % by bootstrap over films.",
        "p: Wilcoxon's signed-rank test, corrected for the number of rows (Holm). Better: p below 0.05 and an interval",
        "that leaves out 0. Not shown: these films do not tell the two apart, which does not make them equal.",
    ]
)


def difference_text(films: Paired) -> str:
    """The mean difference with its interval; one film has none."""
    low, high = films.interval
    interval = "–" if math.isnan(low) else f"{low:+.4f} to {high:+.4f}"
    return f"{films.difference:+.4f} ({interval})"


def p_text(p: float | None) -> str:
    """A corrected p-value with two digits; a dash where no film differs."""
    return "–" if p is None else f"{p:.2g}"
