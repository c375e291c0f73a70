"""The table of levels: a row per body from the top, with the disc below it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from spinefm.export.one_page.words import NONE, outline_share, value_of
from spinefm.measure import Measure, Measures
from spinefm.measure.doubt import doubtful
from spinefm.trace.model import Trace

IN_MM = ("anterior_height", "middle_height", "posterior_height")
AS_RATIOS = ("anterior_ratio", "middle_ratio")
BODY = {
    "anterior_height": "Ha, mm",
    "middle_height": "Hm, mm",
    "posterior_height": "Hp, mm",
    "anterior_ratio": "Ha/Hp",
    "middle_ratio": "Hm/Hp",
    "height_loss": "Height loss, %",
}
DISC = {
    "disc_height_middle": "Height, mm",
    "disc_height_index": "Height index",
    "segmental_angle": "Segmental angle, °",
    "slip": "Slip, %",
}
"""Measures and the heads of their columns."""


@dataclass(frozen=True)
class LevelRow:
    """A body: its name, the cells of its columns, and whether it is doubtful."""

    name: str
    cells: tuple[str, ...]
    doubtful: bool


@dataclass(frozen=True)
class LevelTable:
    """body, disc: heads of the columns on the body, and on it and the one below; rows have a cell for each of them."""

    body: tuple[str, ...]
    disc: tuple[str, ...]
    rows: tuple[LevelRow, ...]


def level_table(trace: Trace, measures: Measures) -> LevelTable:
    """The table; columns in which nothing was measured are left out, and without a scale ratios replace lengths."""
    measured = {one.key for one in measures.measured}
    heights = IN_MM if measured.intersection(IN_MM) else AS_RATIOS
    body = [key for key in BODY if key in measured and (key in heights or key not in IN_MM + AS_RATIOS)]
    disc = [key for key in DISC if key in measured]
    unsure = doubtful(trace)
    rows = [
        LevelRow(
            f"{vertebra.name} ?" if vertebra.number in unsure else vertebra.name,
            (outline_share(vertebra.probability), *(_cell(measures, key, vertebra.name) for key in (*body, *disc))),
            vertebra.number in unsure,
        )
        for vertebra in trace.vertebrae
    ]
    heads = ["Probability", *(BODY[key] for key in body)]
    return LevelTable(tuple(heads), tuple(DISC[key] for key in disc), tuple(rows))


def _cell(measures: Measures, key: str, name: str) -> str:
    """The value of a measure of a body, or of it and the one below, with its grade where it is not the least."""
    found = next((one for one in measures if one.key == key and one.levels[0] == name), None)
    grade = _grade(found)
    return f"{value_of(found, with_unit=False)}{f' · {grade}' if grade else ''}"


def _grade(one: Measure | None) -> str:
    """A grade in a table, without its scale; "" for none and for the least."""
    return "" if one is None or one.value is None else short_grade(one.grade)


def short_grade(grade: str) -> str:
    """A grade without its scale, with how sure it is where that is said; "" for the least one.

    >>> [short_grade(grade) for grade in ("Genant 2 (moderate), wedge", "Meyerding 0 to I, uncertain", "Meyerding 0")]
    ['2, wedge', '0–I?', '']
    >>> [short_grade(grade) for grade in ("Meyerding I, anterior, 81 % sure", "Genant 0 (normal), 93 % sure")]
    ['I, anterior (81 %)', '']
    """
    plain = re.sub(r" \(\w+\)", "", grade.partition(" ")[2])
    short = plain.replace(" to ", NONE).replace(", uncertain", "?")
    named = re.sub(r", (\d+ %) sure$", r" (\1)", short)
    return "" if named.partition(" ")[0] == "0" else named
