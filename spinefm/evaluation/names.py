"""What became of the names: over all bodies first, then by whether a film shows C2 or S1, where counting starts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from spinefm.core.words import counted
from spinefm.evaluation.matching import IDENTIFIED_ABOVE
from spinefm.evaluation.summary import NameShares, name_shares_of, outlinable

if TYPE_CHECKING:
    from pandas import DataFrame

ANCHORS = {
    "whole": "given C2 or S1 in view",
    "partial": "given C2 or S1 in view only in part",
    "absent": "given neither in view",
}
"""The groups of films by `FilmRow.anchor`, in the order in which they are shown."""


FAR = 5
"""So many levels no method is wrong by on most films: the labels count otherwise."""


def numbering_text(films: DataFrame) -> list[str]:
    """The remark that most films with names miss the truth by one large shift; nothing where they do not."""
    shifts = films["level_shift"].dropna().astype(int)
    if shifts.empty:
        return []
    shift, count = next(iter(shifts.value_counts().items()))
    if abs(shift) < FAR or 2 * count <= len(shifts):
        return []
    return [
        f"On {count} of {counted(len(shifts), 'film')} with names these lie {abs(shift)} levels too "
        f"{'low' if shift > 0 else 'high'}: check the numbering of the labels (--ids) before the figures."
    ]


@dataclass(frozen=True)
class NameFigures:
    """The names of `count` annotated vertebrae on `films` films.

    anchor: the group of films by `FilmRow.anchor`, "" for all films. is_outlinable: only what a reader could outline.
    """

    anchor: str
    is_outlinable: bool
    films: int
    count: int
    shares: NameShares


def name_figures(vertebrae: DataFrame, films: DataFrame, limit: float = IDENTIFIED_ABOVE) -> list[NameFigures]:
    """All bodies, those that a reader could outline, then both of each group of films by its anchor."""
    known = vertebrae[vertebrae["kind"] != "extra"]
    anchors = known["film"].map(films.set_index("film")["anchor"])
    groups = [("", known), *((anchor, known[anchors == anchor]) for anchor in ANCHORS)]
    return [row for anchor, rows in groups if len(rows) for row in _both(anchor, rows, limit)]


def _both(anchor: str, rows: DataFrame, limit: float) -> Iterator[NameFigures]:
    yield _figures(anchor, False, rows, limit)
    seen = outlinable(rows)
    if len(seen):
        yield _figures(anchor, True, seen, limit)


def _figures(anchor: str, is_outlinable: bool, rows: DataFrame, limit: float) -> NameFigures:
    dice = rows["dice"].to_numpy(float, na_value=0.0)
    found = rows["found"].to_numpy(bool, na_value=False)
    identified = np.where((rows["kind"] == "body").to_numpy(), dice > limit, found).astype(bool)
    return NameFigures(anchor, is_outlinable, rows["film"].nunique(), len(rows), name_shares_of(rows, identified))


def names_text(figures: list[NameFigures]) -> str:
    """A line per group; right, wrong and unnamed add up to 100 %."""
    lines = [f"{'names, % of the bodies':38s} {'films':>6s} {'n':>6s} {'right':>21s} {'wrong':>6s} {'unnamed':>8s}"]
    for row in figures:
        low, high = row.shares.right_interval
        right = f"{row.shares.right:5.1f} ({low:.1f}-{high:.1f})"
        title = "  outlinable" if row.is_outlinable else ANCHORS.get(row.anchor, "all bodies")
        lines.append(
            f"{title:38s} {row.films:6d} {row.count:6d} {right:>21s} {row.shares.wrong:6.1f} {row.shares.unnamed:8.1f}"
        )
    return "\n".join(lines)
