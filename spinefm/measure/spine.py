"""What the groups of measures work on: the landmarks of all bodies as one array, and a measure before its value."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from spinefm.core.levels import COUNTED, Level
from spinefm.measure.config import MeasureConfig
from spinefm.measure.model import PLACES, Facing, Group, Landmarks, Unit
from spinefm.measure.planar import Points, Values, facing_left

Endplate = tuple[int, str]
"""A body by its place from the top, and "superior" or "inferior"."""
Formula = Callable[[Points], Values]
"""From the landmarks of all bodies (..., B, 6, 2), facing left, to a value (...)."""
NO_FACING = "the side that the patient faces is not known; set it"
NO_SCALE = "the film has no scale; give the millimetres per pixel"


@dataclass(frozen=True, eq=False)
class Spine:
    """The bodies of a film from the top, what is known of the film, and the settings.

    rotated: that the film lies on its side or upside down, "" where it is not known to: then neither which endplate is
    the superior one is known, nor the facing.
    """

    bodies: tuple[Landmarks, ...]
    facing: Facing | None
    spacing_mm: float | None
    not_upright: str
    config: MeasureConfig
    rotated: str = ""

    @cached_property
    def points(self) -> Points:
        """The landmarks (B, 6, 2) as of a patient who faces left; NaN where a body has none."""
        blank = [(np.nan, np.nan)] * len(PLACES)
        array = np.array([body.points or blank for body in self.bodies], float).reshape(-1, len(PLACES), 2)
        return facing_left(array) if self.facing == "right" else array

    def place(self, level: Level) -> int | None:
        """The place from the top of the body of that level, None where there is none."""
        return next((index for index, body in enumerate(self.bodies) if body.level is level), None)

    def pairs(self) -> Iterator[tuple[int, int]]:
        """The places of two bodies with one disc between them: neighbours whose levels follow each other."""
        for index in range(len(self.bodies) - 1):
            if self.are_neighbours(index, index + 1):
                yield index, index + 1

    def are_neighbours(self, upper: int, lower: int) -> bool:
        """Whether two bodies share a disc, as far as their names tell."""
        above, below = self.bodies[upper].level, self.bodies[lower].level
        if above is None or below is None:
            return above is below
        if Level.L6 in (above, below):
            return (above, below) in ((Level.L5, Level.L6), (Level.L6, Level.S1))
        short = (above, below) == (Level.L4, Level.S1)  # four lumbar bodies
        return short or COUNTED.index(below) - COUNTED.index(above) == 1

    def fault(self, *endplates: Endplate) -> str:
        """Why these endplates cannot be measured, "" where all can; bodies with the same reason together."""
        names: dict[str, list[str]] = {}
        for at, end in endplates:
            if why := getattr(self.bodies[at], end):
                names.setdefault(why, []).append(self.bodies[at].name)
        return "; ".join(f"{', '.join(dict.fromkeys(whose))}: {why}" for why, whose in names.items())


@dataclass(frozen=True, eq=False)
class Grading:
    """How a measure is graded: the scale's name, from values to whole grades, and from landmarks (B, 6, 2) to words.

    signed: the words say to which side of 0 the value lies. numerals: how the scale writes its grades, where not 0, 1 …
    """

    scale: str
    grades: Callable[[Values], NDArray[np.intp]]
    words: Callable[[Points], str]
    signed: bool = False
    numerals: tuple[str, ...] = ()

    def of(self, value: float, points: Points, drawn: Values, half: float, least: float) -> str:
        """The grade in words; the range of likely grades where the draws (K,) agree on none by a share of `least`.

        half: half the width of the value's 95 % interval. Where it reaches over 0, no side is sure, nor that it is one;
        where it reaches into another grade, the words say on which share of the draws this one rests.
        """
        grades, own = self.grades(drawn), self.grades(np.array(value))
        sided = self.signed and bool(own) and abs(value) <= half
        share = float((grades == own).mean())
        if not sided and share >= least:
            is_whole = bool((self.grades(np.array([value - half, value + half])) == own).all())
            return self.words(points) + ("" if is_whole else f", {in_percent(share)} sure")
        low, high = np.percentile(grades, (10, 90), method="nearest")
        likely = [self._written(grade) for grade in sorted({0 if sided else int(low), int(high)})]
        return f"{self.scale} {' to '.join(likely)}, uncertain"

    def _written(self, grade: int) -> str:
        return self.numerals[grade] if self.numerals else str(grade)


@dataclass(frozen=True, eq=False)
class Draft:
    """A measure before its value: what it is called, its formula, what it rests on, or why it is not measurable.

    bodies: places of the bodies that it rests on. lines: paths over landmarks, each a (body, landmark) pair of numbers.
    built: from the landmarks (B, 6, 2) to further paths (N, 2) to draw, such as a plumb line.
    grading: how the value is graded, if it is. signed: whether the value depends on the facing. directed: whether it
    would be another one on the film rotated, where superior and inferior, anterior and posterior change places.
    least: below it the value is said to be this. Its draws are not held there: they tell how far it may be off.
    """

    key: str
    group: Group
    levels: tuple[str, ...]
    name: str
    unit: Unit
    method: str
    formula: Formula | None = None
    reason: str = ""
    bodies: tuple[int, ...] = ()
    lines: tuple[tuple[tuple[int, int], ...], ...] = ()
    built: Callable[[Points], tuple[Points, ...]] | None = None
    grading: Grading | None = None
    signed: bool = True
    directed: bool = True
    least: float | None = None


def in_percent(share: float) -> str:
    """A share in whole per cent, below 100: that the interval reaches into another grade, the draws cannot rule out.

    >>> in_percent(0.8125), in_percent(0.825), in_percent(1.0)
    ('81 %', '83 %', '99 %')
    """
    return f"{min(99, math.floor(100 * share + 0.5))} %"


def of_body(formula: Formula, at: int, factor: float = 1.0) -> Formula:
    """The formula of one body (..., 6, 2) as one of all bodies (..., B, 6, 2), times a factor."""
    return lambda points: factor * formula(points[..., at, :, :])


def of_pair(formula: Callable[[Points, Points], Values], upper: int, lower: int) -> Formula:
    """The formula of two bodies (..., 6, 2) as one of all bodies (..., B, 6, 2)."""
    return lambda points: formula(points[..., upper, :, :], points[..., lower, :, :])


def kept(formula: Callable[[Points], Points]) -> Callable[[Points], Points]:
    """The same formula, which computes once what several drafts ask of the same array of landmarks."""
    last: list[Points] = []

    def value(points: Points) -> Points:
        if not last or last[0] is not points:
            last[:] = [points, formula(points)]
        return last[1]

    return value


def first_of(*reasons: str) -> str:
    """The first reason that says something."""
    return next((reason for reason in reasons if reason), "")
