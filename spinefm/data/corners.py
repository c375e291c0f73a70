"""Whether the corners that a label states of its bodies can be theirs: a wrong order would be measured as a disease."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from spinefm.core.geometry import Point
from spinefm.core.levels import Level
from spinefm.core.masks import Mask
from spinefm.data.order import along_column, places_of

LEAST_INSIDE = 0.35
"""Share of the corners' quadrilateral that lies on the body, at least: less of it may where a shutter cuts the body, or
where a fracture hollows it out. Of 1700 bodies of phantoms 0.56 was the least."""
LEAST_OF_BODY = 0.35
"""Share of the body that the quadrilateral covers, at least; of C2's the dens lies outside."""
SAME_WAY = 0.5
"""Cosine between a direction of the corners and that of the column, at least: a body is not tilted by 60°."""
Corners = Sequence[Point]
"""Superior anterior, superior posterior, inferior posterior, inferior anterior."""


def wrong_corners(
    corners: Mapping[Level, Corners], bodies: Mapping[Level, Mask], faces: str, size: tuple[int, int]
) -> dict[Level, str]:
    """Why the corners of some levels cannot be those of their bodies, on a film of `size` (width, height).

    faces: the side to which the patient looks, "" where it is not known.
    """
    down = along_column(places_of(bodies, {}))
    found = {}
    for level, points in corners.items():
        quad = np.array(points, float)
        why = _off_body(quad, bodies[level], size) or _out_of_order(quad, down[level], faces)
        if why:
            found[level] = why
    return found


def _off_body(quad: NDArray[np.float64], body: Mask, size: tuple[int, int]) -> str:
    """Why a quadrilateral (4, 2) does not outline a body; "" where it does."""
    if (np.abs(quad - np.array(size) / 2) > np.array(size)).any():
        return "they lie far outside the film"
    inside = Mask.from_polygon(quad, size)
    shared = int(np.count_nonzero(inside.on_film(size[::-1]) & body.on_film(size[::-1])))
    if shared < max(1.0, LEAST_INSIDE * inside.area, LEAST_OF_BODY * body.area):
        return "they are not the corners of its outline"
    return ""


def _out_of_order(quad: NDArray[np.float64], down: NDArray[np.float64], faces: str) -> str:
    """Why corners (4, 2) are not listed as they should be, given the direction (2,) down the column there."""
    front, back = (quad[0] + quad[3]) / 2, (quad[1] + quad[2]) / 2
    upper, lower = (quad[0] + quad[1]) / 2, (quad[2] + quad[3]) / 2
    if _cosine(lower - upper, down) < SAME_WAY:
        return "the superior ones do not lie above the inferior ones"
    left = np.array([-down[1], down[0]])
    ahead = _cosine(front - back, -left if faces == "right" else left)
    if (ahead if faces else abs(ahead)) < SAME_WAY:
        return f"the anterior ones do not lie on the side that the patient faces ({faces or 'not stated'})"
    return ""


def _cosine(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    return float(one @ other / max(float(np.linalg.norm(one) * np.linalg.norm(other)), 1e-9))
