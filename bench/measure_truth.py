"""True landmarks of phantoms and of outlined films, for `bench.measures`; no code of the landmarks that are judged."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import combinations
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from spinefm.core.geometry import Point
from spinefm.core.levels import Level
from spinefm.core.masks import Mask
from spinefm.measure import Facing, Landmarks
from spinefm.phantom import BodyTruth, Phantom

Points = NDArray[np.float64]

WHOLE = 0.95
"""A body of which less is in view is none that has to be measured."""
FAULTS = {Level.C2: ("the dens", ""), Level.S1: ("", "fused")}
"""Endplates that are never measured, superior and inferior."""


def phantom_landmarks(phantom: Phantom) -> tuple[Landmarks, ...]:
    """The exact landmarks of a phantom's bodies from the top, also of those that the film cuts."""
    return tuple(
        landmarks(level, [*body.corners, middle_of(body.superior, body.corners[:2]), lower_middle(body)])
        for level, body in sorted(phantom.truth.items())
    )


def lower_middle(body: BodyTruth) -> Points:
    """The mid-point (2,) of the inferior endplate."""
    return middle_of(body.inferior, body.corners[[3, 2]])


def middle_of(endplate: Points, ends: Points) -> Points:
    """Where an endplate (M, 2) crosses the perpendicular through the middle of its two ends (2, 2)."""
    chord = ends[1] - ends[0]
    share = (endplate - ends[0]) @ chord / (chord @ chord)
    order = np.argsort(share)
    return np.array([np.interp(0.5, share[order], endplate[order, axis]) for axis in (0, 1)])


def landmarks(level: Level, points: Sequence[Points]) -> Landmarks:
    """Landmarks that are known exactly, in the order of `spinefm.measure.model.PLACES`."""
    superior, inferior = FAULTS.get(level, ("", ""))
    return Landmarks(level.name, level, tuple(Point(float(x), float(y)) for x, y in points), superior, inferior)


def phantom_masks(phantom: Phantom) -> dict[Level, Mask]:
    """The mask of each body on the film."""
    return {level: Mask.from_array(phantom.labels == level) for level in phantom.truth}


def outlined_bodies(label: Path) -> dict[Level, Points]:
    """The outlines of a label file of a folder of films with truth, by level."""
    polygons: Mapping[str, list[list[float]]] = json.loads(label.read_text(encoding="utf-8")).get("polygons", {})
    return {Level[name]: np.array(points, float) for name, points in sorted(polygons.items())}


def outlined_landmarks(level: Level, polygon: Points, facing: Facing) -> Landmarks:
    """Landmarks of an outline (N, 2): the quadrilateral of largest area among its points, and halfway between."""
    quad = largest_quadrilateral(polygon)
    order = [0, 1, 2, 3] if facing == "left" else [1, 0, 3, 2]
    upper, lower = edge_middle(polygon, quad[0], quad[1]), edge_middle(polygon, quad[3], quad[2])
    return landmarks(level, [*quad[order], upper, lower])


def largest_quadrilateral(polygon: Points) -> Points:
    """Upper left, upper right, lower right, lower left (4, 2): four points of a polygon's hull with the largest area.

    The body must lie within 45° of upright.
    """
    hull = cv2.convexHull(polygon.astype(np.float32))[:, 0].astype(float)
    picks = (hull[list(four)] for four in combinations(range(len(hull)), 4))
    quad = max(picks, key=lambda four: abs(cv2.contourArea(four.astype(np.float32))))
    top = quad[np.argsort(quad[:, 1])]
    upper, lower = top[:2][np.argsort(top[:2, 0])], top[2:][np.argsort(top[2:, 0])]
    return np.array([upper[0], upper[1], lower[1], lower[0]])


def edge_middle(polygon: Points, start: Points, end: Points) -> Points:
    """The point of a polygon's edge closest to the middle of the chord from `start` to `end`."""
    dense = np.concatenate(
        [np.linspace(a, b, 20, endpoint=False) for a, b in zip(polygon, np.roll(polygon, -1, 0), strict=True)]
    )
    middle = (start + end) / 2
    return np.asarray(dense[np.argmin(np.linalg.norm(dense - middle, axis=1))])
