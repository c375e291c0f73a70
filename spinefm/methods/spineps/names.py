"""Names by the cheapest monotone path over levels: C2 and S1 in the map are dear to deny, a level left out costs."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from spinefm.core.geometry import Point
from spinefm.core.levels import COUNTED, Level
from spinefm.core.numbers import below
from spinefm.methods.base.whole_film import Body
from spinefm.methods.spineps.config import SpinepsConfig
from spinefm.trace.model import Anchor, Named

LEVELS = tuple(level for level in COUNTED if level is not Level.C1)
"""From C2 to S1: C1 has no body."""


def named_by_path(spine: Sequence[Body], config: SpinepsConfig) -> Named:
    """Names of the bodies, from the top; relative ones where no path is better than all others."""
    numbers = tuple(body.number for body in spine)
    path, margin = best_path(spine, config)
    ends = [(body.c2 if level is Level.C2 else body.s1, body, level) for body, level in zip(spine, path, strict=False)]
    ends = [end for end in ends if end[2] in (Level.C2, Level.S1)]
    share, body, level = max(ends, key=lambda end: end[0], default=(0.0, None, None))
    if margin < config.least_margin or body is None or level is None or share < config.anchor_limit:
        return Named(
            numbers, (None,) * len(spine), None, f"{_why(len(spine), margin, config)}, so the names are relative."
        )
    return Named(numbers, path, Anchor(body.number, level, f"share of {level.name} in the map", share))


def _why(bodies: int, margin: float, config: SpinepsConfig) -> str:
    """Why there are no names."""
    if bodies > len(LEVELS):
        return f"{bodies} bodies are more than a spine has"
    if margin < config.least_margin:
        return f"Neither C2 nor S1 is clear enough in the map to begin counting ({below(margin, config.least_margin)})"
    return f"No body is C2 or S1 in {config.anchor_limit:.2f} of its pixels"


def best_path(spine: Sequence[Body], config: SpinepsConfig) -> tuple[tuple[Level, ...], float]:
    """The cheapest levels of the bodies, and how much dearer it is to begin elsewhere; nothing for too many bodies."""
    if not 0 < len(spine) <= len(LEVELS):
        return (), 0.0
    costs = class_costs(spine, config.least_share)  # (bodies, levels)
    dear = gap_costs([body.mask.centroid for body in spine], config)
    best, steps = costs[-1], []
    for index in range(len(spine) - 2, -1, -1):
        options = np.stack([_shifted(best, 1 + out) + dear[index][out] for out in range(config.most_left_out + 1)])
        steps.append(options.argmin(axis=0))  # (levels,)
        best = costs[index] + options.min(axis=0)
    place = int(best.argmin())
    margin = float(np.partition(best, 1)[1] - best[place])
    path = [place]
    for step in reversed(steps):
        path.append(path[-1] + 1 + int(step[path[-1]]))
    return tuple(LEVELS[place] for place in path), margin


def class_costs(spine: Sequence[Body], least: float) -> NDArray[np.float64]:
    """-log of the share of each level's class in each body, (bodies, levels)."""
    shares = np.array([[1.0 - body.c2 - body.s1, body.c2, body.s1] for body in spine])  # (bodies, 3)
    shares = (shares.clip(0.0, 1.0) + least) / (1.0 + 3 * least)
    classes = [{Level.C2: 1, Level.S1: 2}.get(level, 0) for level in LEVELS]
    return np.asarray(-np.log(shares[:, classes]), np.float64)


def gap_costs(centroids: Sequence[Point], config: SpinepsConfig) -> list[list[float]]:
    """For each two neighbours what it costs to leave out no level between them, one, two."""
    steps = np.array([a.distance(b) for a, b in zip(centroids, centroids[1:], strict=False)])
    ratios = steps / np.median(steps) if len(steps) else steps
    missing = [max(1, round(ratio) - 1) if ratio > config.gap_limit else 0 for ratio in ratios.tolist()]
    outs = range(config.most_left_out + 1)
    return [[config.left_out_cost * abs(out - between) for out in outs] for between in missing]


def _shifted(costs: NDArray[np.float64], by: int) -> NDArray[np.float64]:
    """costs[level + by] at each level; there is nothing beyond S1."""
    shifted = np.full(len(costs), 1e6)
    shifted[: len(costs) - by] = costs[by:]
    return shifted
