"""What outlines of bodies look like: corrects landmarks that rounded outlines pull inwards, and says how sure they are.

A linear model, fitted by `python -m bench.fit_landmarks` to outlines that the compact networks drew on simulated films
with exact landmarks. Its frame is the body's own: origin in the middle of its rough corners, x along its endplates from
anterior to posterior, in units of its width; so it knows no position, turn or size. `shape.json` holds the numbers, one
model each for C2, for S1 and for all other bodies.
"""

from __future__ import annotations

import json
import math
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

import numpy as np

from spinefm.core.levels import Level
from spinefm.measure.landmarks import sides
from spinefm.measure.planar import Points, Values

SIDE_POINTS = 10
"""Points of an outline per side of the body."""
OWN = (0, SIDE_POINTS, 2 * SIDE_POINTS, 3 * SIDE_POINTS, SIDE_POINTS // 2, 5 * SIDE_POINTS // 2)
"""Which points of an outline are its own landmarks: the corners, and halfway along both endplates."""
BENDS = ((0.04, 0.04), (0.08, 0.08), (0.16, 0.3))
"""Shares of height from which, and by how much at most, a deformity counts: deep ones are corrected more."""
LEAST_DISTANCE = 0.05
"""Below this an outline counts as usual: the logarithm stays finite."""
LEAST_DOUBT = 0.001
"""Below this a body counts as sure: the logarithm stays finite."""


@dataclass(frozen=True, eq=False)
class OutlineModel:
    """The model of one kind of body, over P = 8 x `SIDE_POINTS` coordinates of an outline.

    offset (12,) + outline (P,) @ weights (P, 12) + bends (B,) @ bent (B, 12): the six landmarks in the body's frame.
    (outline - mean) @ whitening (P, K): coordinates in which outlines spread evenly. root (12, 12): how the errors of
    the landmarks go together, at size 1. size: logarithm of the errors' size in body widths, from (1, log distance,
    log doubt, deformation).
    """

    offset: Values
    weights: Values
    bent: Values
    mean: Values
    whitening: Values
    root: Values
    size: Values

    def landmarks(self, outline: Points) -> Points:
        """The six landmarks (6, 2) of an outline (P / 2, 2), both in the body's frame."""
        return np.asarray(self.offset + outline.ravel() @ self.weights + bends(outline) @ self.bent).reshape(6, 2)

    def distance(self, outline: Points) -> float:
        """How unlike the outlines of the fit this one (P / 2, 2) is: about 1 for one like them."""
        white = (outline.ravel() - self.mean) @ self.whitening
        return float(np.sqrt((white**2).mean()))

    @cached_property
    def relative(self) -> Values:
        """The errors of the landmarks (6,) per coordinate at size 1: large where an outline tells little."""
        return np.asarray(np.sqrt((self.root**2).sum(axis=1).reshape(6, 2).mean(axis=1)))

    def spread(self, outline: Points, probability: float | None) -> float:
        """The expected error of a landmark's coordinate in body widths (standard deviation)."""
        distance = max(self.distance(outline), LEAST_DISTANCE)
        known = [1.0, math.log(distance), log_doubt(probability), deformation(outline)]
        return math.exp(float(self.size @ np.array(known)))


def log_doubt(probability: float | None) -> float:
    """The logarithm of what is missing of a body's probability to 1; a body without one is sure.

    >>> log_doubt(0.9) > log_doubt(0.99) > log_doubt(1.0) == log_doubt(None)
    True
    """
    return math.log(max(LEAST_DOUBT, 0.0 if probability is None else 1.0 - probability))


def own_heights(outline: Points) -> Values:
    """Anterior, middle and posterior height (3,) of an outline (P / 2, 2) in the body's frame."""
    down = outline[list(OWN), 1]
    return np.asarray(down[[3, 5, 2]] - down[[0, 4, 1]])


def bends(outline: Points) -> Values:
    """By how much an outline is wedged and concave beyond each of `BENDS` (6,), as shares of its posterior height.

    Networks draw deep deformities too shallow, and shallow ones as they are.
    """
    front, middle, back = own_heights(outline)
    lost = np.array([1 - front / back, 1 - middle / back])
    return np.concatenate([np.clip(lost - least, 0.0, most) for least, most in BENDS])


def deformation(outline: Points) -> float:
    """By which share the least height of an outline (P / 2, 2), in the body's frame, is less than its largest."""
    heights = own_heights(outline)
    return float(np.clip(1 - heights.min() / heights.max(), 0.0, 1.0))


@dataclass(frozen=True, eq=False)
class BodyFrame:
    """A body's own frame on the film, of a patient who faces left: its origin (2,), and its width in pixels."""

    origin: Points
    axes: Points
    width: float

    @classmethod
    def of(cls, quad: Points) -> BodyFrame:
        """The frame of rough corners (4, 2), superior anterior first, clockwise for a patient who faces left."""
        across, _ = sides(quad)
        width = float(np.hypot(*across))
        x = across / width
        return cls(quad.mean(axis=0), np.array([x, [-x[1], x[0]]]), width)

    def into(self, points: Points) -> Points:
        """Film points (N, 2) in this frame."""
        return np.asarray((points - self.origin) @ self.axes.T / self.width)

    def out_of(self, points: Points) -> Points:
        """The film points of points (N, 2) in this frame."""
        return np.asarray(points * self.width @ self.axes + self.origin)


def ring(path: Points, quad: Points) -> Points:
    """`SIDE_POINTS` points of each side of an outline (N, 2), evenly spaced from corner to corner (4, 2), in order."""
    count = len(path)
    at = [int(np.argmin(np.hypot(*(path - corner).T))) for corner in quad]
    steps = _steps(at, count)
    if sum(steps) != count:  # the outline runs the other way round
        path, at = path[::-1], [count - 1 - index for index in at]
        steps = _steps(at, count)
    shares = np.arange(SIDE_POINTS) / SIDE_POINTS
    places = np.concatenate([start + shares * step for start, step in zip(at, steps, strict=True)])
    first = np.floor(places).astype(int)
    rest = (places - first)[:, None]
    return np.asarray(path[first % count] * (1 - rest) + path[(first + 1) % count] * rest)


def _steps(at: list[int], count: int) -> list[int]:
    """Points between each corner and the next."""
    return [(following - index) % count for index, following in zip(at, [*at[1:], at[0]], strict=True)]


def kind_of(level: Level | None) -> str:
    """Which model a body has."""
    return {Level.C2: "C2", Level.L5: "L5", Level.L6: "L5", Level.S1: "S1"}.get(level, "body") if level else "body"


def model_of(level: Level | None) -> OutlineModel:
    """The model of a level's body."""
    return shapes()[kind_of(level)]


@cache
def shapes() -> dict[str, OutlineModel]:
    """All models, by kind."""
    stored = json.loads(Path(__file__).with_name("shape.json").read_text(encoding="utf-8"))
    return {
        kind: OutlineModel(**{name: np.array(values) for name, values in one.items()}) for kind, one in stored.items()
    }
