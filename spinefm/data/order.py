"""Whether the levels of a film lie in their order: names or ids that are mixed up would score another vertebra."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from spinefm.core.geometry import Box, Point
from spinefm.core.levels import Level
from spinefm.core.masks import Mask

BACK = 0.3
"""A level lies before the one above it where it lies farther back along the column than this share of a usual step."""


def check_order(places: Mapping[Level, Point]) -> None:
    """Refuse levels out of order, given where each lies on the film.

    Along the column each level must lie beyond the one above; an upright column must run down. A column
    that lies on its side may run either way: nothing tells where the head is.

    Raises:
        ValueError: two levels that contradict the order, or a column that runs upwards.
    """
    levels = sorted(places)
    if len(levels) < 2:
        return
    points = np.array([places[level] for level in levels], float)  # (N, 2)
    axis = _axis(points)
    steps = np.diff(points @ axis)
    worst = int(steps.argmin())
    if steps[worst] < -BACK * float(np.median(np.abs(steps))):
        above, below = levels[worst].name, levels[worst + 1].name
        raise ValueError(f"{below} does not lie beyond {above} along the spine, so its levels are mixed up")
    if axis[1] < 0 and abs(axis[1]) > abs(axis[0]):
        raise ValueError(
            f"{levels[0].name} lies below {levels[-1].name}: its levels are listed from the bottom, or the film is "
            "on its head; name them from the top, or turn film and label"
        )


def is_upright(places: Mapping[Level, Point]) -> bool:
    """Whether there are several levels in their order, in a column that is upright."""
    try:
        check_order(places)
    except ValueError:
        return False
    if len(places) < 2:
        return False
    axis = _axis(np.array([places[level] for level in sorted(places)], float))
    return bool(abs(axis[1]) > abs(axis[0]))


def along_column(places: Mapping[Level, Point]) -> dict[Level, NDArray[np.float64]]:
    """The direction (2,) down the column at each level, from its neighbours; down the film where there is one alone."""
    levels = sorted(places)
    if len(levels) < 2:
        return {level: np.array([0.0, 1.0]) for level in levels}
    steps = np.gradient(np.array([places[level] for level in levels], float), axis=0)
    return dict(zip(levels, steps, strict=True))


def _axis(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """The direction (2,) along a column of points (N, 2), from the first to the last."""
    middle = points - points.mean(axis=0)
    axis: NDArray[np.float64] = np.linalg.svd(middle, full_matrices=False)[2][0]
    ranks = np.arange(len(points)) - (len(points) - 1) / 2
    return axis if ranks @ (middle @ axis) >= 0 else -axis


def places_of(masks: Mapping[Level, Mask], boxes: Mapping[Level, Box]) -> dict[Level, Point]:
    """Where each level lies: the centroid of its mask, or the middle of its box."""
    middles = {level: Point((box.x0 + box.x1 - 1) / 2, (box.y0 + box.y1 - 1) / 2) for level, box in boxes.items()}
    return {**middles, **{level: mask.centroid for level, mask in masks.items()}}
