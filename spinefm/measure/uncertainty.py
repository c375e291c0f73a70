"""The uncertainty of a measure from that of its landmarks: the spread of its values over resampled corners."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from spinefm.measure.config import MeasureConfig
from spinefm.measure.model import Landmarks
from spinefm.measure.planar import Points, Values
from spinefm.measure.shape import BodyFrame, OutlineModel, model_of
from spinefm.measure.spine import Spine

MOST_BODIES = 32
"""Bodies whose random numbers are kept from film to film."""


def resampled(spine: Spine, config: MeasureConfig) -> Points:
    """Draws (K, B, 6, 2) of all landmarks, each body's moved as outlines of its kind err, in its own size of errors.

    A body's random numbers are those of its level, or else of its number in the run, whatever other bodies there are.
    """
    points = spine.points
    drawn = np.broadcast_to(points, (config.resamples, *points.shape)).copy()
    for at, body in enumerate(spine.bodies):
        if body.points and body.spread:
            numbers = _numbers(config.random_seed, *_key(body, at), config.resamples)
            drawn[:, at] += body.spread * moves(points[at], model_of(body.level), numbers)
    return drawn


def _key(body: Landmarks, at: int) -> tuple[int, int]:
    """What a body's random numbers go by: the kind of key, and the key. Of a body without either, its place."""
    if body.level is not None:
        return 0, int(body.level)
    return (1, body.number) if body.number is not None else (2, at)


@lru_cache(MOST_BODIES)
def _numbers(seed: int, kind: int, key: int, count: int) -> Values:
    """Standard normal numbers (count, 12) of a body."""
    numbers = np.random.default_rng([seed, kind, key]).standard_normal((count, 12))
    numbers.setflags(write=False)
    return numbers


def moves(body: Points, shape: OutlineModel, numbers: Values) -> Points:
    """Moves (K, 6, 2) of a body's landmarks (6, 2) at errors of size 1, from standard normal numbers (K, 12)."""
    frame = BodyFrame.of(body[:4])
    return np.asarray((numbers @ shape.root.T).reshape(-1, 6, 2) @ frame.axes)


def half_intervals(values: Values) -> list[float]:
    """Half the width of the central 95 % of each measure's values over the draws (M, K)."""
    low, high = np.percentile(values, (2.5, 97.5), axis=1)
    return [float(half) for half in (high - low) / 2]
