"""Bodies whose corners, and so whose every measure, are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from spinefm.core.geometry import Point
from spinefm.core.levels import Level
from spinefm.measure import FacingGuess, Landmarks, Measure, MeasureConfig, measure_landmarks
from spinefm.measure.model import Facing

Points = NDArray[np.float64]
FAULTS = {Level.C2: ("the dens rises from it", ""), Level.S1: ("", "it is fused to S2")}


def body(
    level: Level | None,
    centre: tuple[float, float] = (0.0, 0.0),
    heights: tuple[float, float, float] = (30.0, 30.0, 30.0),
    width: float = 40.0,
    tilt: float = 0.0,
    name: str = "",
) -> Landmarks:
    """A body of a patient who faces left: heights anterior, middle and posterior; tilt in degrees, posterior down."""
    front, middle, back = (height / 2 for height in heights)
    side = width / 2
    local = np.array([(-side, -front), (side, -back), (side, back), (-side, front), (0, -middle), (0, middle)])
    return marked(level, turned(local, tilt) + centre, name)


def turned(points: Points, degrees: float) -> Points:
    """Points (N, 2) turned about the origin, clockwise in the picture."""
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.asarray(points @ np.array([[cos, sin], [-sin, cos]]))


def marked(level: Level | None, points: Points, name: str = "") -> Landmarks:
    """The landmarks of a level's body at these six points."""
    superior, inferior = FAULTS.get(level, ("", "")) if level else ("", "")
    places = tuple(Point(float(x), float(y)) for x, y in points)
    return Landmarks(name or (level.name if level else "V1"), level, places, superior, inferior, probability=0.99)


def moved(bodies: Sequence[Landmarks], change) -> list[Landmarks]:
    """The bodies with each point (N, 2) -> (N, 2) changed."""
    return [
        replace(one, points=tuple(Point(float(x), float(y)) for x, y in change(np.array(one.points).reshape(-1, 2))))
        for one in bodies
    ]


def measured(
    bodies: Sequence[Landmarks],
    facing: Facing | None = "left",
    spacing: float | None = 1.0,
    not_upright: str = "",
    config: MeasureConfig | None = None,
    rotated: str = "",
) -> dict[tuple[str, tuple[str, ...]], Measure]:
    """The measures of bodies from the top, by key and levels."""
    guess = FacingGuess(facing, 1.0, "given")
    values = measure_landmarks(bodies, guess, spacing, not_upright, config, rotated)
    return {(one.key, one.levels): one for one in values}


def value(bodies: Sequence[Landmarks], key: str, *levels: str, **settings) -> float:
    """The value of one measure, which must be measurable."""
    return number(measured(bodies, **settings)[key, levels])


def number(one: Measure) -> float:
    """The value of a measure, which must be measurable."""
    assert one.value is not None, one.reason
    return one.value


def lumbar(slip: float = 0.0) -> list[Landmarks]:
    """T11 to S1, each tilted 6° less than the one above, with discs between them; L4 slipped by `slip` px forward."""
    levels = (Level.T11, Level.T12, Level.L1, Level.L2, Level.L3, Level.L4, Level.L5, Level.S1)
    bodies = [
        body(level, (0.0 - 3 * at - (slip if level is Level.L4 else 0.0), 42.0 * at), (31, 28, 30), 40, 12 - 6 * at)
        for at, level in enumerate(levels)
    ]
    return bodies


def neck() -> list[Landmarks]:
    """C2 to T1, each tilted 5° less than the one above."""
    levels = [Level(at) for at in range(Level.C2, Level.T2)]
    return [body(level, (2.0 * at, 20.0 * at), (14, 13, 15), 18, 10 - 5 * at) for at, level in enumerate(levels)]
