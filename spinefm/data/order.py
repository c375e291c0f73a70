"""Whether the levels of a film lie in their order: names or ids that are mixed up would score another vertebra."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from spinefm.core.geometry import Point
from spinefm.core.levels import Level

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
    middle = points - points.mean(axis=0)
    axis = np.linalg.svd(middle, full_matrices=False)[2][0]
    ranks = np.arange(len(levels)) - (len(levels) - 1) / 2
    axis = axis if ranks @ (middle @ axis) >= 0 else -axis
    steps = np.diff(middle @ axis)
    worst = int(steps.argmin())
    if steps[worst] < -BACK * float(np.median(np.abs(steps))):
        above, below = levels[worst].name, levels[worst + 1].name
        raise ValueError(f"{below} does not lie beyond {above} along the spine, so its levels are mixed up")
    if axis[1] < 0 and abs(axis[1]) > abs(axis[0]):
        raise ValueError(
            f"{levels[0].name} lies below {levels[-1].name}: its levels are listed from the bottom, or the film is "
            "on its head; name them from the top, or turn film and label"
        )
