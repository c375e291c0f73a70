"""What speaks against the truth itself: labels that lie beside the films' spines, or that are a run's own masks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from spinefm.core.words import counted

if TYPE_CHECKING:
    from pandas import DataFrame

ENOUGH = 3
"""Bodies that a film must have, in the truth and found, to speak for or against its labels."""
TOUCHES = 0.1
"""The Dice above which a mask lies on a body, however badly it outlines it."""


def truth_remarks(films: DataFrame, vertebrae: DataFrame) -> list[str]:
    """The remarks on films whose truth and masks have nothing, or everything, in common; none where there are none."""
    known = vertebrae[vertebrae["kind"] != "extra"]
    judged = films[(films["predicted"] >= ENOUGH) & (films["annotated"] >= ENOUGH)].set_index("film")
    touched = (_overlap(known) > TOUCHES).groupby(known["film"]).sum().reindex(judged.index).fillna(0)
    apart = (2 * touched < judged["annotated"]) & (2 * touched < judged["predicted"])
    worst = _overlap(known).groupby(known["film"]).min().reindex(judged.index)
    boxed = set(known["film"][known["kind"] == "box"])
    same = (worst == 1.0) & ~judged.index.isin(boxed)
    return [*_apart(list(judged.index[apart]), len(films)), *_same(int(same.sum()), len(films))]


def _overlap(known: DataFrame) -> DataFrame:
    """The Dice of each true body; of one known by its box 1 where it was found."""
    return known["dice"].where(known["kind"] == "body", known["found"].astype(float)).astype(float).fillna(0.0)


def _apart(names: list[str], films: int) -> list[str]:
    if not names:
        return []
    shown = ", ".join(names[:ENOUGH]) + (", …" if len(names) > ENOUGH else "")
    return [
        f"On {len(names)} of {counted(films, 'film')} most outlines lie on no true vertebra and most true ones under "
        f"none ({shown}): check that the labels belong to the films, and their scale, orientation and order of x and y."
    ]


def _same(count: int, films: int) -> list[str]:
    if not count:
        return []
    return [
        f"On {count} of {counted(films, 'film')} the outlines are the truth to the pixel: these labels are results of "
        "this program that nobody corrected, and the figures compare it with itself."
    ]
