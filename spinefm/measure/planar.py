"""Plane geometry of points and directions, the alphabet of all measures.

Points and directions are arrays (..., 2) of (x, y), x to the right and y down; leading axes are sets of points that
are computed together. Every function is a plain formula of coordinates.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
Values = NDArray[np.float64]


def distance(start: Points, end: Points) -> Values:
    """Lengths (...) from `start` to `end` (..., 2)."""
    step = end - start
    return np.asarray(np.hypot(step[..., 0], step[..., 1]))


def middle(start: Points, end: Points) -> Points:
    """The point (..., 2) halfway between two points."""
    return (start + end) / 2


def unit(direction: Points) -> Points:
    """The direction (..., 2) at length 1; the zero vector stays zero."""
    length = np.hypot(direction[..., 0], direction[..., 1])[..., None]
    return direction / np.where(length > 0, length, 1.0)


def along(point: Points, origin: Points, direction: Points) -> Values:
    """How far (...) `point` lies from `origin` in the sense of the unit vector `direction`."""
    return np.asarray(((point - origin) * direction).sum(axis=-1))


def perpendicular(direction: Points) -> Points:
    """The direction turned by 90° clockwise in the picture: from rightwards to downwards."""
    return np.stack([-direction[..., 1], direction[..., 0]], axis=-1)


def turn(first: Points, second: Points) -> Values:
    """Degrees (...) from `first` to `second`, clockwise in the picture positive, in (-180, 180]."""
    cross = first[..., 0] * second[..., 1] - first[..., 1] * second[..., 0]
    dot = first[..., 0] * second[..., 0] + first[..., 1] * second[..., 1]
    return np.asarray(np.degrees(np.arctan2(cross, dot)))


def facing_left(points: Points) -> Points:
    """Points (..., 2) of a patient who faces right, mirrored to face left."""
    return points * np.array([-1.0, 1.0])
