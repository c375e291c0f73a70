"""The uncertainty of a measure from that of its landmarks: the spread of its values over resampled corners."""

from __future__ import annotations

import numpy as np

from spinefm.measure.config import MeasureConfig
from spinefm.measure.planar import Points, Values
from spinefm.measure.shape import BodyFrame, OutlineModel, model_of
from spinefm.measure.spine import Spine


def resampled(spine: Spine, config: MeasureConfig) -> Points:
    """Draws (K, B, 6, 2) of all landmarks, each body's moved as outlines of its kind err, in its own size of errors.

    The draws of a body have the same random numbers whatever other bodies there are.
    """
    points = spine.points
    drawn = np.broadcast_to(points, (config.resamples, *points.shape)).copy()
    for at, body in enumerate(spine.bodies):
        if body.points and body.spread:
            numbers = np.random.default_rng([config.random_seed, at]).standard_normal((config.resamples, 12))
            drawn[:, at] += body.spread * moves(points[at], model_of(body.level), numbers)
    return drawn


def moves(body: Points, shape: OutlineModel, numbers: Values) -> Points:
    """Moves (K, 6, 2) of a body's landmarks (6, 2) at errors of size 1, from standard normal numbers (K, 12)."""
    frame = BodyFrame.of(body[:4])
    return np.asarray((numbers @ shape.root.T).reshape(-1, 6, 2) @ frame.axes)


def half_intervals(values: Values) -> list[float]:
    """Half the width of the central 95 % of each measure's values over the draws (M, K)."""
    low, high = np.percentile(values, (2.5, 97.5), axis=1)
    return ((high - low) / 2).tolist()
