"""The outline of a vertebral body between pixels, and its rough corners; `shape` makes landmarks of them.

A rough corner is the point of the outline that reaches furthest in the direction of its corner, in units of the body's
own width and height. Points are (x, y) film pixels.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from spinefm.core.geometry import Point
from spinefm.core.masks import Mask, four_corners
from spinefm.measure.config import MeasureConfig
from spinefm.measure.planar import Points

FINE_SIDE = 256
"""Pixels of a body's side on the grid on which its outline is followed."""
DIAGONALS = np.array([(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0)])
"""Upper left, upper right, lower right, lower left."""
LEAST_AREA = 1.0
"""Square pixels of a quadrangle below which its sides give no directions."""


def outline(mask: Mask, config: MeasureConfig) -> Points:
    """The outline (N, 2) of a mask's largest piece between its pixels and their surroundings, evenly spaced."""
    factor = int(np.clip(round(FINE_SIDE / max(1.0, np.sqrt(mask.area))), 1, 8))
    margin = int(np.ceil(3 * config.contour_blur)) + 1
    crop = mask.crop.astype(np.float32)
    soft: NDArray[Any] = cv2.copyMakeBorder(crop, margin, margin, margin, margin, cv2.BORDER_CONSTANT)
    if config.contour_blur > 0:
        soft = cv2.GaussianBlur(soft, (0, 0), config.contour_blur)
    fine = cv2.resize(soft, None, fx=factor, fy=factor, interpolation=cv2.INTER_LINEAR)
    contours, _ = cv2.findContours((fine > 0.5).astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
    if not contours:
        return np.zeros((0, 2))
    border = max(contours, key=len)[:, 0].astype(float)
    path = evenly_spaced((border + 0.5) / factor - 0.5 - margin + np.array(mask.origin), config.contour_points)
    return grown(path, 0.5 / factor)  # the border pixels' centres lie half a fine pixel inside the outline


def evenly_spaced(path: Points, count: int) -> Points:
    """A closed path (N, 2) as `count` points at equal distances."""
    closed = np.concatenate([path, path[:1]])
    way = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(closed, axis=0).T))])
    steps = np.linspace(0, way[-1], count, endpoint=False)
    return np.stack([np.interp(steps, way, closed[:, axis]) for axis in (0, 1)], axis=1)


def grown(path: Points, by: float) -> Points:
    """A closed path (N, 2) moved outwards by so many pixels."""
    after = np.concatenate([path[1:], path[:1]])
    ahead = after - np.concatenate([path[-1:], path[:-1]])
    normal = np.stack([ahead[:, 1], -ahead[:, 0]], axis=1) / np.maximum(np.hypot(*ahead.T), 1e-9)[:, None]
    clockwise = np.sign((path[:, 0] * after[:, 1] - path[:, 1] * after[:, 0]).sum())
    return path + clockwise * by * normal


def corners(path: Points, start: Points, reach: float) -> Points | None:
    """The corners (4, 2) of an outline (N, 2), upper left first, clockwise; `start` are rough ones. None where flat.

    A corner is the mean of the points that lie within `reach` of the furthest one, in shares of the body's size: it
    moves with the body by parts of a pixel.
    """
    quad = start
    for _ in range(3):
        axes = np.stack(sides(quad), axis=1)
        if abs(np.linalg.det(axes)) < LEAST_AREA:
            return None
        frame = np.linalg.inv(axes)
        local = (path - quad.mean(axis=0)) @ frame.T  # a corner lies near (±1, ±1) / 2
        far = local @ DIAGONALS.T  # (N, 4)
        share = np.maximum(far - far.max(axis=0) + reach, 0)
        quad = share.T @ path / share.sum(axis=0)[:, None]
    return quad


def sides(quad: Points) -> tuple[Points, Points]:
    """The mean upper and lower side (2,), to the right, and the mean left and right side, downwards."""
    return (quad[1] - quad[0] + quad[2] - quad[3]) / 2, (quad[3] - quad[0] + quad[2] - quad[1]) / 2


@dataclass(frozen=True, eq=False)
class Rough:
    """A body's outline (N, 2) and rough corners (4, 2), upper left first, clockwise; film pixels."""

    path: Points
    quad: Points

    @cached_property
    def width(self) -> float:
        """The mean length of the upper and the lower side in pixels."""
        (ul, ur, lr, ll) = self.quad
        return float(np.hypot(*(ur - ul)) + np.hypot(*(lr - ll))) / 2


def rough_corners(mask: Mask, direction: Point, config: MeasureConfig) -> Rough | None:
    """The outline and the rough corners of a mask; None for one without area on all sides, or too narrow.

    direction: of the spine at the body, towards the sacrum.
    """
    first = four_corners(mask, direction)
    path = outline(mask, config)
    if len(first) < 4 or len(path) == 0:
        return None
    quad = corners(path, np.array(first), config.corner_reach)
    rough = None if quad is None else Rough(path, quad)
    return rough if rough and rough.width >= config.least_width else None
