"""How deformed a simulated body is: what a network seldom sees of fractures, it is shown more often."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from spinefm.core.levels import WITHOUT_ENDPLATES, Level

CONCAVE = 1.3
"""An endplate that sinks by a share of the height costs a body about so much less of its area."""
USUAL, DEEP = 0.12, 0.42
"""Below the first a body counts as usual, from the second on as deep."""
MOST = 9.0
"""A deep one is drawn so many times as often as a usual one."""

Points = NDArray[np.float64]


def deformities(truth: Mapping[str, Any], order: Sequence[Level]) -> dict[Level, float]:
    """The deformity of each body of a label with `corners` and `polygons`; empty where it has none.

    The largest of three shares: by which one side is lower than the other, by which the outline's area is smaller than
    its corners', and by which it is lower than its neighbours in `order`, the levels of the spine from the top.
    """
    corners = _by_level(truth.get("corners", {}))
    outlines = _by_level(truth.get("polygons", {}))
    heights = {level: side_heights(quad).max() for level, quad in corners.items()}
    return {
        level: max(wedge(quad), CONCAVE * concavity(quad, outlines[level]), _crush(level, heights, order), 0.0)
        for level, quad in corners.items()
        if level in outlines and level not in WITHOUT_ENDPLATES
    }


def _by_level(points: Mapping[str, Any]) -> dict[Level, Points]:
    return {Level[name]: np.array(each, float) for name, each in points.items()}


def side_heights(quad: Points) -> Points:
    """The heights (2,) of both sides of corners (4, 2), clockwise from a superior one."""
    return np.linalg.norm(quad[[0, 1]] - quad[[3, 2]], axis=1)


def wedge(quad: Points) -> float:
    """By which share the lower side of corners (4, 2) is lower than the higher one.

    >>> float(wedge(np.array([[0, 0], [10, 0], [10, 8], [0, 6]])))
    0.25
    """
    heights = side_heights(quad)
    return float(1 - heights.min() / heights.max())


def concavity(quad: Points, outline: Points) -> float:
    """By which share an outline (N, 2) has less area than its corners (4, 2)."""
    return 1 - cv2.contourArea(outline.astype(np.float32)) / cv2.contourArea(quad.astype(np.float32))


def _crush(level: Level, heights: Mapping[Level, float], order: Sequence[Level]) -> float:
    """By which share a body is lower than the mean of both neighbours; 0 where one of them is not known."""
    at = order.index(level)
    beside = [heights[other] for other in (*order[max(0, at - 1) : at], *order[at + 1 : at + 2]) if other in heights]
    return float(1 - heights[level] / np.mean(beside)) if len(beside) == 2 else 0.0


def drawn_share(deformity: float) -> float:
    """The chance of a body with this deformity to be taken when it is drawn.

    >>> drawn_share(0.1) * MOST, drawn_share(0.5)
    (1.0, 1.0)
    """
    return float((1 + (MOST - 1) * np.clip((deformity - USUAL) / (DEEP - USUAL), 0, 1)) / MOST)
