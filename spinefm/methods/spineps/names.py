"""Names by the cheapest monotone path over levels: C2 and S1 in the map are dear to deny, a level left out costs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from spinefm.anatomy import COUNTED, Level
from spinefm.geometry import Point
from spinefm.methods.whole_film import Body
from spinefm.trace import Anchor, Named

LEVELS = tuple(level for level in COUNTED if level is not Level.C1)
"""From C2 to S1: C1 has no body."""
LEAST_SHARE = 0.02
"""Share of a class that even an instance without a pixel of it keeps: the map may be wrong."""
LEFT_OUT, LEFT_OUT_AT_GAP = 3.0, 1.0
"""Cost of each level left out between two instances, and where they lie far apart."""
GAP = 1.7
"""Distance between two instances, in median distances, from which one may be missing between them."""
MOST_LEFT_OUT = 2
LEAST_MARGIN = 1.0
"""The next best path must cost so much more, or nothing says where to begin counting."""


def named_by_path(spine: Sequence[Body]) -> Named:
    """Names of the bodies, from the top; relative ones where no path is better than all others."""
    numbers = tuple(body.number for body in spine)
    path, margin = best_path(spine)
    ends = [(body.c2 if level is Level.C2 else body.s1, body, level) for body, level in zip(spine, path, strict=False)]
    ends = [end for end in ends if end[2] in (Level.C2, Level.S1)]
    if margin < LEAST_MARGIN or not ends:
        note = (
            "Neither C2 nor S1 is clear enough in the map to begin counting "
            f"({margin:.2f} < {LEAST_MARGIN:.2f}), so the names are relative: V1 is the topmost vertebra."
        )
        return Named(numbers, (None,) * len(spine), None, note)
    share, body, level = max(ends, key=lambda end: end[0])
    return Named(numbers, path, Anchor(body.number, level, f"share of {level.name} in the map", share))


def best_path(spine: Sequence[Body]) -> tuple[tuple[Level, ...], float]:
    """The cheapest levels of the bodies, and how much dearer it is to begin elsewhere; nothing for too many bodies."""
    if not 0 < len(spine) <= len(LEVELS):
        return (), 0.0
    costs = class_costs(spine)  # (bodies, levels)
    dear = gap_costs([body.mask.centroid for body in spine])
    best, steps = costs[-1], []
    for index in range(len(spine) - 2, -1, -1):
        options = np.stack([_shifted(best, 1 + out) + out * dear[index] for out in range(MOST_LEFT_OUT + 1)])
        steps.append(options.argmin(axis=0))  # (levels,)
        best = costs[index] + options.min(axis=0)
    place = int(best.argmin())
    margin = float(np.partition(best, 1)[1] - best[place])
    path = [place]
    for step in reversed(steps):
        path.append(path[-1] + 1 + int(step[path[-1]]))
    return tuple(LEVELS[place] for place in path), margin


def class_costs(spine: Sequence[Body]) -> NDArray[np.float64]:
    """-log of the share of each level's class in each body, (bodies, levels)."""
    shares = np.array([[1.0 - body.c2 - body.s1, body.c2, body.s1] for body in spine])  # (bodies, 3)
    shares = (shares.clip(0.0, 1.0) + LEAST_SHARE) / (1.0 + 3 * LEAST_SHARE)
    classes = [{Level.C2: 1, Level.S1: 2}.get(level, 0) for level in LEVELS]
    return np.asarray(-np.log(shares[:, classes]), np.float64)


def gap_costs(centroids: Sequence[Point]) -> list[float]:
    """For each two neighbours what a level left out between them costs."""
    steps = np.array([a.distance(b) for a, b in zip(centroids, centroids[1:], strict=False)])
    wide = steps > GAP * np.median(steps) if len(steps) else steps
    return [LEFT_OUT_AT_GAP if gap else LEFT_OUT for gap in wide]


def _shifted(costs: NDArray[np.float64], by: int) -> NDArray[np.float64]:
    """costs[level + by] at each level; there is nothing beyond S1."""
    shifted = np.full(len(costs), 1e6)
    shifted[: len(costs) - by] = costs[by:]
    return shifted
