"""The table of levels: a row per body from the top, with the disc below it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from spinefm.export.one_page.words import NONE, outline_share, value_of
from spinefm.measure import Measure, Measures
from spinefm.measure.doubt import doubtful
from spinefm.measure.kinds import KINDS
from spinefm.trace.model import Trace

IN_MM = ("anterior_height", "middle_height", "posterior_height")
AS_RATIOS = ("anterior_ratio", "middle_ratio")
BODY = (*IN_MM, *AS_RATIOS, "height_loss")
DISC = ("disc_height_middle", "disc_height_index", "segmental_angle", "slip")
"""The measures that have a column."""


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
    return LevelTable(("Probability", *map(head_of, body)), tuple(map(head_of, disc)), tuple(rows))


def head_of(key: str) -> str:
    """The head of a measure's column, with its unit; those of discs have "Disc" above them.

    >>> head_of("anterior_height"), head_of("disc_height_index"), head_of("slip")
    ('Ha, mm', 'Height index', 'Slip, %')
    """
    kind = KINDS[key]
    words = kind.short.removeprefix("disc ")
    unit = "" if kind.unit == "ratio" else f", {kind.unit}"
    return f"{words[:1].upper()}{words[1:]}{unit}"


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
