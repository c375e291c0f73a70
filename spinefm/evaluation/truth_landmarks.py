"""Landmarks of annotated bodies: the corners that a label states, or else those of the outline.

The corners of an outline are its largest quadrilateral, slightly inside the body's where that is rounded. Nothing here
knows what a method found, and no statistic of drawn outlines corrects it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from spinefm.core.geometry import Point, directions_along
from spinefm.core.levels import Level
from spinefm.core.masks import Mask, largest_quadrilateral
from spinefm.measure import Facing, Landmarks, MeasureConfig
from spinefm.measure.bodies import BORDER, DENS, FUSED, NO_BODY
from spinefm.measure.landmarks import outline

Points = NDArray[np.float64]
OUTLINE = MeasureConfig(contour_blur=0.5)
"""How finely an annotated outline is followed: smoothing enough for the steps of its pixels, corners kept."""
NO_CORNERS = f"its outline is narrower than {OUTLINE.least_width:g} px"


def truth_landmarks(
    bodies: Mapping[Level, Mask],
    corners: Mapping[Level, Sequence[Point]],
    facing: Facing,
    size: tuple[int, int],
) -> tuple[Landmarks, ...]:
    """The landmarks of annotated bodies from the top.

    corners: those that the label states, in the order of `spinefm.measure.model.PLACES`. size: (width, height) of the
    film; an endplate whose corners lie beyond it, or that an outline leaves at its border, cannot be measured.
    """
    levels = [level for level in sorted(bodies) if bodies[level].area]
    directions = directions_along([bodies[level].centroid for level in levels])
    found = []
    for level, direction in zip(levels, directions, strict=True):
        path, stated = outline(bodies[level], OUTLINE), corners.get(level)
        quad = np.array(stated, float) if stated else _corners_of(path, direction, facing)
        border = "" if stated else _border(bodies[level], level, size)
        found.append(_landmarks(level, path, quad, size, border))
    return tuple(found)


def _corners_of(path: Points, direction: Point, facing: Facing) -> Points:
    """The corners (4, 2) of an outline (N, 2), superior anterior first; (0, 2) of a speck."""
    quad = np.array(largest_quadrilateral(path, direction), float).reshape(-1, 2)
    if not len(quad) or np.hypot(*(quad[1] - quad[0])) < OUTLINE.least_width:
        return np.zeros((0, 2))
    return quad if facing == "left" else quad[[1, 0, 3, 2]]


def _border(mask: Mask, level: Level, size: tuple[int, int]) -> str:
    """That an outline reaches the film's border, "" where it does not; of S1 only the superior endplate is needed."""
    box, (width, height) = mask.box, size
    sides = [box.x0, box.y0, width - box.x1, *([] if level is Level.S1 else [height - box.y1])]
    return BORDER if min(sides) < 1 else ""


def _landmarks(level: Level, path: Points, quad: Points, size: tuple[int, int], border: str) -> Landmarks:
    """The landmarks of a body from its outline (N, 2) and corners (4, 2), with what cannot be measured on it."""
    if not len(quad):
        return Landmarks(level.name, level, (), NO_CORNERS, NO_CORNERS)
    upper = {Level.C1: NO_BODY, Level.C2: DENS}.get(level, border or _beyond(quad[:2], size))
    lower = {Level.C1: NO_BODY, Level.S1: FUSED}.get(level, border or _beyond(quad[2:], size))
    points = [*quad, middle_of(path, quad[0], quad[1]), middle_of(path, quad[3], quad[2])]
    return Landmarks(level.name, level, tuple(Point(float(x), float(y)) for x, y in points), upper, lower)


def _beyond(corners: Points, size: tuple[int, int]) -> str:
    """That a corner (N, 2) lies beyond the film, "" where none does."""
    inside = (corners >= 0) & (corners <= np.array(size) - 1)
    return "" if inside.all() else BORDER


def middle_of(path: Points, start: Points, end: Points) -> Points:
    """The point (2,) of an outline (N, 2) closest to the middle of the chord from `start` to `end`."""
    return np.asarray(path[np.argmin(np.hypot(*(path - (start + end) / 2).T))])
