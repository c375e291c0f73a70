"""The uncertainty of a measure from that of its landmarks: the spread of its values over resampled corners."""

from __future__ import annotations

import numpy as np

from spinefm.measure.config import MeasureConfig
from spinefm.measure.planar import Points, Values, unit
from spinefm.measure.spine import Formula, Spine


def resampled(spine: Spine, config: MeasureConfig) -> Points:
    """Draws (K, B, 6, 2) of all landmarks, each moved along and across its endplate by its own spread.

    The draws of a body have the same random numbers whatever other bodies there are.
    """
    points = spine.points
    drawn = np.broadcast_to(points, (config.resamples, *points.shape)).copy()
    for at, body in enumerate(spine.bodies):
        if body.points:
            rng = np.random.default_rng([config.random_seed, at])
            drawn[:, at] += moved(points[at], body.spread, rng.standard_normal((config.resamples, 6, 2)))
    return drawn


def moved(body: Points, spread: tuple[float, float], numbers: Points) -> Points:
    """Moves (K, 6, 2) in film pixels from standard normal numbers (K, 6, 2): along and across the endplates."""
    across = unit((body[1] - body[0] + body[2] - body[3]) / 2)
    normal = np.array([-across[1], across[0]])
    return numbers[..., :1] * spread[0] * across + numbers[..., 1:] * spread[1] * normal


def half_interval(formula: Formula, drawn: Points) -> float:
    """Half the width of the central 95 % of a measure's values over the draws (K, B, 6, 2)."""
    values: Values = formula(drawn)
    low, high = np.percentile(values, (2.5, 97.5))
    return float(high - low) / 2
