"""Outlines of masks along the edges of their pixels: what a mask becomes in formats that hold polygons."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from spinefm.core.masks import Mask

EDGE = 0.5
"""From pixel centres, which are integers here, to pixel corners, from which other programs and pictures count."""
SHARE = 0.01
"""Distance that a polygon may leave the edge as a share of the body's side: few points, and masks that agree to 2 %."""
LEAST, MOST = 0.35, 1.0
"""That distance in pixels lies between these two."""


def outlines(mask: Mask) -> list[NDArray[np.float64]]:
    """The outline of each part of `mask`, (N, 2) of (x, y) film pixels, the largest first; holes are not outlined.

    Pixel centres lie at integers. The points are the middles of the pixels' outer edges, thinned within a
    tolerance.
    """
    if mask.area == 0:
        return []
    tolerance = min(max(LEAST, SHARE * float(np.sqrt(mask.area))), MOST)
    fine = _thinned(cv2.findContours(_lattice(mask), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)[0], tolerance)
    return [outline + mask.origin for outline in sorted(fine, key=_area, reverse=True)]


def _lattice(mask: Mask) -> NDArray[np.uint8]:
    """The mask on a grid of corners, edges and centres of pixels: the centre of pixel (r, c) is at (2r + 1, 2c + 1)."""
    height, width = mask.crop.shape
    grid = np.zeros((2 * height + 1, 2 * width + 1), np.uint8)
    grid[1::2, 1::2] = mask.crop
    return np.asarray(cv2.dilate(grid, np.ones((3, 3), np.uint8)), np.uint8)


def _thinned(contours: Sequence[NDArray[Any]], tolerance: float) -> list[NDArray[np.float64]]:
    found = []
    for contour in contours:
        points = contour[:, 0]
        middles = points[(points % 2).sum(axis=1) == 1].astype(np.float32)  # of edges: one of x and y is odd
        outline = (middles - 1) / 2
        thin = cv2.approxPolyDP(outline[:, None], tolerance, True)[:, 0]
        found.append((thin if len(thin) > 2 else outline).astype(np.float64))
    return found


def _area(outline: NDArray[np.float64]) -> float:
    return float(cv2.contourArea(outline.astype(np.float32)))
