"""Slip of a body over the one below (Meyerding, Surg Gynecol Obstet 1932; 54: 371-377)."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from spinefm.core.levels import Level, Region
from spinefm.measure.config import MeasureConfig
from spinefm.measure.discs import disc_name
from spinefm.measure.kinds import KINDS
from spinefm.measure.planar import Points, Values, along, distance, unit
from spinefm.measure.spine import NO_FACING, Draft, Grading, Spine, first_of, of_pair

NUMERALS = ("0", "I", "II", "III", "IV", "V")
"""How Meyerding's grades are written."""


def slip(upper: Points, lower: Points) -> Values:
    """How far (...) the upper body has slipped, in % of the lower body's superior endplate; anterior is positive.

    The distance along that endplate from its posterior corner to the posterior corner of the upper body's inferior
    endplate. Landmarks (..., 6, 2) in the order of `spinefm.measure.model.PLACES`.
    """
    anterior, posterior = lower[..., 0, :], lower[..., 1, :]
    return 100 * along(upper[..., 2, :], posterior, unit(anterior - posterior)) / distance(anterior, posterior)


def meyerding_grade(percent: Values, least: float) -> NDArray[np.intp]:
    """Grades 0 to 5 (...) of slips in % of the endplate, forwards or backwards; below `least` there is none.

    >>> meyerding_grade(np.array([4, -6, 25, 26, 51, 76, 101]), 5).tolist()
    [0, 1, 1, 2, 3, 4, 5]
    """
    size = np.abs(percent)
    return np.where(size < least, 0, 1 + np.searchsorted((25, 50, 75, 100), size, side="left"))


def drafts(spine: Spine) -> Iterator[Draft]:
    """The slip of every body over its neighbour below, from C2/3 down."""
    for upper, lower in spine.pairs():
        if spine.bodies[upper].level is Level.C1:
            continue
        levels = (spine.bodies[upper].name, spine.bodies[lower].name)
        fault = spine.fault((upper, "inferior"), (lower, "superior"))
        kind = KINDS["slip"]
        yield Draft(
            key=kind.key,
            group=kind.group,
            levels=levels,
            name=kind.name(disc_name(levels)),
            unit=kind.unit,
            method=f"posterior corners along the superior endplate of {levels[1]}, anterior positive",
            formula=of_pair(slip, upper, lower),
            reason=first_of(fault, NO_FACING if spine.facing is None else ""),
            bodies=(upper, lower),
            lines=(((lower, 0), (lower, 1)), ((upper, 2), (lower, 1))),
            grading=_grading(upper, lower, least_slip(spine.bodies[upper].level, spine.config)),
        )


def least_slip(upper: Level | None, config: MeasureConfig) -> float:
    """The least slip that has a grade, in % of the endplate, under a body of this level.

    In the neck endplates slope, so corners that lie in line seem to slip backwards by some per cent; there 2 mm count
    (Suzuki et al., Spine 2013; 38: E1115-E1120).
    """
    in_the_neck = upper is not None and upper.region is Region.CERVICAL
    return config.neck_slip_limit if in_the_neck else config.slip_limit


def _grading(upper: int, lower: int, least: float) -> Grading:
    """Meyerding's grade of the slip between two bodies."""
    return Grading(
        scale="Meyerding",
        grades=lambda value: meyerding_grade(value, least),
        words=lambda points: graded(float(slip(points[upper], points[lower])), least),
        signed=True,
        numerals=NUMERALS,
    )


def graded(percent: float, least: float) -> str:
    """Direction and Meyerding's grade in words.

    >>> graded(2.0, 5.0), graded(12.0, 5.0), graded(-8.0, 5.0)
    ('Meyerding 0', 'Meyerding I, anterior', 'Meyerding I, posterior')
    """
    grade = int(meyerding_grade(np.array(percent), least))
    if grade == 0:
        return "Meyerding 0"
    return f"Meyerding {NUMERALS[grade]}, {'anterior' if percent > 0 else 'posterior'}"
