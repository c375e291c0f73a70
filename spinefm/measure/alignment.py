"""Angles between endplates, and between an endplate and the horizontal.

Landmarks (..., 6, 2) are in the order of `spinefm.measure.model.PLACES`, of a patient who faces left. An angle between
two endplates is positive for lordosis and negative for kyphosis.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from spinefm.core.levels import Level
from spinefm.core.words import listed
from spinefm.measure.discs import disc_name
from spinefm.measure.kinds import KINDS
from spinefm.measure.planar import Points, Values, turn
from spinefm.measure.spine import NO_FACING, Draft, Spine, first_of

UNKNOWN = "the facing is not known"
RIGHTWARDS = np.array([1.0, 0.0])


def direction(body: Points, endplate: str) -> Points:
    """From the anterior to the posterior corner of an endplate (..., 2)."""
    first, last = (0, 1) if endplate == "superior" else (3, 2)
    return body[..., last, :] - body[..., first, :]


def cobb(upper: Points, upper_endplate: str, lower: Points, lower_endplate: str) -> Values:
    """Degrees (...) between two endplates, lordosis positive."""
    return turn(direction(lower, lower_endplate), direction(upper, upper_endplate))


def slope(body: Points, endplate: str) -> Values:
    """Degrees (...) by which an endplate slopes down to anterior, against the film's horizontal."""
    return turn(direction(body, endplate), RIGHTWARDS)


@dataclass(frozen=True)
class SpinalCurve:
    """An angle between an endplate of one level and an endplate of another."""

    key: str
    name: str
    upper: Level
    upper_endplate: str
    lower: Level
    lower_endplate: str


CURVES = (
    SpinalCurve("lordosis_c2_c7", "lordosis C2-C7 (Cobb)", Level.C2, "inferior", Level.C7, "inferior"),
    SpinalCurve("thoracolumbar_t11_l2", "thoracolumbar angle T11-L2", Level.T11, "superior", Level.L2, "inferior"),
    SpinalCurve("lordosis_l1_l5", "lordosis L1-L5", Level.L1, "superior", Level.L5, "inferior"),
    SpinalCurve("lordosis_l1_s1", "lordosis L1-S1", Level.L1, "superior", Level.S1, "superior"),
)
"""The angles over several levels."""
SLOPES = (
    ("c2_slope", "C2 slope", Level.C2, "inferior"),
    ("c7_slope", "C7 slope", Level.C7, "superior"),
    ("sacral_slope", "sacral slope", Level.S1, "superior"),
)
"""The angles of one endplate with the horizontal."""


def drafts(spine: Spine) -> Iterator[Draft]:
    """Angles over several levels of which some are in view, slopes, and the angle of every pair of neighbours."""
    named = [body.level for body in spine.bodies if body.level]
    for curve in CURVES:
        if not named or any(curve.upper <= level <= curve.lower for level in named):
            yield _curve(spine, curve)
    for key, name, level, endplate in SLOPES:
        if not named or level in named:
            yield _slope(spine, key, name, level, endplate)
    for upper, lower in spine.pairs():
        if spine.bodies[upper].level is not Level.C1:
            yield _segment(spine, upper, lower)


def _curve(spine: Spine, curve: SpinalCurve) -> Draft:
    levels = (curve.upper.name, curve.lower.name)
    upper, lower = spine.place(curve.upper), spine.place(curve.lower)
    method = f"{curve.upper_endplate} endplate of {levels[0]} to {curve.lower_endplate} endplate of {levels[1]}"
    if upper is None or lower is None:
        reason = missing(spine, curve.upper, curve.lower)
        return Draft(curve.key, "alignment", levels, curve.name, "°", method, reason=reason)
    return _angle(
        spine, curve.key, levels, curve.name, method, (upper, curve.upper_endplate), (lower, curve.lower_endplate)
    )


def _segment(spine: Spine, upper: int, lower: int) -> Draft:
    """The angle of two bodies with their disc: over both bodies where they have two endplates.

    Its size is then the same whichever of them is the upper one.
    """
    bodies = spine.bodies[upper], spine.bodies[lower]
    levels = (bodies[0].name, bodies[1].name)
    first = "inferior" if bodies[0].level is Level.C2 else "superior"
    last = "superior" if bodies[1].level is Level.S1 else "inferior"
    method = f"{first} endplate of {levels[0]} to {last} endplate of {levels[1]}"
    kind = KINDS["segmental_angle"]
    draft = _angle(spine, kind.key, levels, kind.name(disc_name(levels)), method, (upper, first), (lower, last))
    return replace(draft, directed=(first, last) != ("superior", "inferior"))


def _angle(
    spine: Spine,
    key: str,
    levels: tuple[str, ...],
    name: str,
    method: str,
    upper: tuple[int, str],
    lower: tuple[int, str],
) -> Draft:
    """The angle between two endplates; without a facing its size alone."""
    signed = spine.facing is not None

    def formula(points: Points) -> Values:
        value = cobb(points[..., upper[0], :, :], upper[1], points[..., lower[0], :, :], lower[1])
        return value if signed else np.abs(value)

    return Draft(
        key=key,
        group="alignment",
        levels=levels,
        name=name,
        unit="°",
        method=method + (", lordosis positive" if signed else f", without sign: {spine.rotated or UNKNOWN}"),
        formula=formula,
        reason=spine.fault(upper, lower),
        bodies=(upper[0], lower[0]),
        lines=(endplate_line(*upper), endplate_line(*lower)),
        signed=signed,
    )


def _slope(spine: Spine, key: str, name: str, level: Level, endplate: str) -> Draft:
    """The angle of an endplate with the film's horizontal, on an upright film."""
    method = f"{endplate} endplate of {level.name} to the film's horizontal, down to anterior positive"
    at = spine.place(level)
    if at is None:
        return Draft(key, "alignment", (level.name,), name, "°", method, reason=missing(spine, level))
    facing = NO_FACING if spine.facing is None else ""
    return Draft(
        key=key,
        group="alignment",
        levels=(level.name,),
        name=name,
        unit="°",
        method=method,
        formula=lambda points: slope(points[..., at, :, :], endplate),
        reason=first_of(spine.fault((at, endplate)), spine.not_upright, facing),
        bodies=(at,),
        lines=(endplate_line(at, endplate),),
        built=lambda points: horizontal(points[at], endplate),
    )


def horizontal(body: Points, endplate: str) -> tuple[Points, ...]:
    """A horizontal line (2, 2) as long as an endplate, from its posterior corner to anterior."""
    along = direction(body, endplate)
    corner = body[1 if endplate == "superior" else 2]
    return (np.array([corner - RIGHTWARDS * np.hypot(*along), corner]),)


def endplate_line(at: int, endplate: str) -> tuple[tuple[int, int], ...]:
    """The line of an endplate, from anterior to posterior."""
    first, last = (0, 1) if endplate == "superior" else (3, 2)
    return (at, first), (at, last)


def missing(spine: Spine, *levels: Level) -> str:
    """Why a measure of these levels cannot be had: which of them were not found, or that no vertebra is named."""
    if not any(body.level for body in spine.bodies):
        return "no vertebra has a level; name one"
    absent = [level.name for level in levels if spine.place(level) is None]
    return f"{listed(absent)} {'was' if len(absent) == 1 else 'were'} not found on the film"
