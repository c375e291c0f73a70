"""Outlines of labels, filled within bounds: what one film may cost is known before anything is drawn."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinefm.core.geometry import Box
from spinefm.core.masks import Mask

MOST_POINTS = 100_000
"""Points of all outlines on one film; an outline traced pixel by pixel has some thousand on the largest films."""
MOST_COVERED = 4
"""How many times the boxes round all outlines may cover their film; vertebrae hardly overlap, so they cover it once."""
MOST_CROSSINGS = 400
"""How many times all outlines together may run over the film's height; those of a whole spine do so some ten times."""

MOST_LOST, MOST_LOST_PIXELS = 0.2, 20
"""Share of its area, and pixels besides one at each point, by which an outline and what it fills may differ."""


LEAST_OF_BOX = 0.3
"""Four points that are corners of a body enclose more than this share of its box."""


class OutsideFilm(ValueError):
    """A label lies outside its film; the text says how far."""


class Outlines:
    """The outlines of one film of `size` (width, height); counts what they cost."""

    def __init__(self, size: tuple[int, int]) -> None:
        self.size = size
        self._points = 0
        self._covered = 0.0
        self._crossings = 0.0

    def fill(self, title: str, points: Any, offset: float = 0.0) -> Mask:
        """The mask of a polygon, points (N, 2) of (x, y) film pixels, moved by `offset` first.

        Four corners that were listed crosswise are taken round their centre.

        Raises:
            ValueError: no polygon, a point farther outside than one side of the film, an outline that crosses itself
                so that much of it is lost, or too much on one film.
        """
        polygon = uncrossed(polygon_of(title, points))
        _check_unit(polygon)
        polygon = polygon + offset
        self._check_place(title, polygon)
        self._count(polygon)
        mask = Mask.from_polygon(polygon, self.size)
        self._check_loss(polygon, mask)
        return mask

    def box(self, title: str, corners: Any) -> Box:
        """A box from x0, y0, x1, y1 in film pixels. Raises ValueError for what is none or lies far outside."""
        values = np.asarray(corners, float)
        _check_unit(values)
        self._check_place(title, values.reshape(-1, 2) if values.size == 4 else np.zeros((0, 2)))
        box = box_of(title, values)
        if box.clipped((self.size[1], self.size[0])).is_empty:
            raise OutsideFilm(f"the box of {title} contains no pixel of the film")
        return box

    def _check_place(self, title: str, points: NDArray[np.float64]) -> None:
        """Refuse what lies farther outside than one film: it belongs to another film or another unit."""
        sides = np.asarray(self.size, float)
        if not np.isfinite(points).all() or (points < -sides).any() or (points > 2 * sides).any():
            raise OutsideFilm(
                f"{title} lies farther outside its film of {self.size[0]} x {self.size[1]} pixels than one side of it"
            )

    def _check_loss(self, polygon: NDArray[np.float64], mask: Mask) -> None:
        """Refuse an outline inside the film that encloses another area than it fills: it crosses itself."""
        is_inside = bool((polygon >= -1).all() and (polygon <= self.size).all())
        lost = abs(area_of(polygon) - mask.area)
        if is_inside and lost > MOST_LOST * mask.area and lost > len(polygon) + MOST_LOST_PIXELS:
            raise ValueError("its outline crosses itself, so that it is not clear what lies inside; draw it again")

    def _count(self, polygon: NDArray[np.float64]) -> None:
        """Add up points and area. Raises ValueError where they are beyond what one film can need."""
        low = np.clip(polygon.min(axis=0), 0, self.size)
        high = np.clip(polygon.max(axis=0), 0, self.size)
        self._points += len(polygon)
        self._covered += float(np.prod(high - low + 1)) / (self.size[0] * self.size[1])
        heights = np.clip(polygon[:, 1], 0, self.size[1])
        self._crossings += float(np.abs(heights - np.roll(heights, 1)).sum()) / self.size[1]
        if self._points > MOST_POINTS:
            raise ValueError(f"its outlines have more than {MOST_POINTS} points")
        if self._crossings > MOST_CROSSINGS:
            raise ValueError(f"its outlines run over the film's height more than {MOST_CROSSINGS} times")
        if self._covered > MOST_COVERED:
            raise ValueError(f"its outlines cover the film more than {MOST_COVERED} times")


def _check_unit(coordinates: NDArray[np.float64]) -> None:
    """Refuse coordinates that all lie within the film's first pixel: they are shares of its sides."""
    if coordinates.any() and (coordinates >= 0).all() and (coordinates <= 1).all():
        raise ValueError("its coordinates lie between 0 and 1, so they are shares of the film; give them in pixels")


def polygon_of(title: str, points: Any) -> NDArray[np.float64]:
    """A polygon (N, 2) of (x, y) film pixels. Raises ValueError for what is none."""
    try:
        polygon = np.asarray(points, float)
    except (TypeError, ValueError):  # of which numpy says how it stores lists
        polygon = np.zeros(0)
    if polygon.ndim != 2 or polygon.shape[1] != 2 or len(polygon) < 3 or not np.isfinite(polygon).all():
        raise ValueError(f"the polygon of {title} is not a list of at least three points (x, y)")
    return polygon


def box_of(title: str, corners: Any) -> Box:
    """A box from x0, y0, x1, y1 in film pixels, rounded. Raises ValueError for what is none."""
    values = np.asarray(corners, float)
    if values.shape != (4,) or not np.isfinite(values).all():
        raise ValueError(f"the box of {title} is not x0, y0, x1, y1")
    box = Box(*(int(round(value)) for value in values.tolist()))
    if box.is_empty:
        raise ValueError(f"the box of {title} contains no pixel")
    return box


def rotation_of(stated: Any) -> float:
    """By how many degrees a box was rotated clockwise: 0 where nothing is stated, NaN where it is no number."""
    try:
        return float(stated or 0)
    except (TypeError, ValueError):
        return math.nan


def rotated(corners: Any, degrees: float) -> NDArray[np.float64]:
    """The corners (4, 2) of a box x0, y0, x1, y1 that was rotated clockwise about its centre.

    Raises ValueError for a rotation that is no number.
    """
    if not math.isfinite(degrees):
        raise ValueError("its rotation is not a number of degrees")
    x0, y0, x1, y1 = (float(value) for value in corners)
    middle, half = np.array([x0 + x1, y0 + y1]) / 2, np.array([x1 - x0, y1 - y0]) / 2
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    around = half * np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)])
    return middle + around @ np.array([[cos, sin], [-sin, cos]])


def area_of(polygon: NDArray[np.float64]) -> float:
    """The area that a polygon (N, 2) encloses; loops that run the other way count against it."""
    x, y = (polygon - polygon.mean(axis=0)).T
    return float(abs(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2)


def uncrossed(polygon: NDArray[np.float64]) -> NDArray[np.float64]:
    """A polygon (N, 2), of which four corners that cross are ordered round their centre."""
    if len(polygon) != 4 or not (_cross(*polygon) or _cross(*np.roll(polygon, -1, axis=0))):
        return polygon
    x, y = (polygon - polygon.mean(axis=0)).T
    return np.asarray(polygon[np.argsort(np.arctan2(y, x))])


def are_corners(points: NDArray[np.float64], box_area: float) -> bool:
    """Whether points (N, 2) or (N, 3), the third their visibility, are the corners of what a box encloses."""
    is_labelled = points.shape[1] == 2 or bool((points[:, 2] > 0).all())
    return len(points) == 4 and is_labelled and area_of(uncrossed(points[:, :2])) > LEAST_OF_BOX * box_area


def _cross(a: NDArray[np.float64], b: NDArray[np.float64], c: NDArray[np.float64], d: NDArray[np.float64]) -> bool:
    """Whether the lines from `a` to `b` and from `c` to `d` cross between their ends."""
    return _side(a, b, c) * _side(a, b, d) < 0 and _side(c, d, a) * _side(c, d, b) < 0


def _side(a: NDArray[np.float64], b: NDArray[np.float64], point: NDArray[np.float64]) -> float:
    """The sign of the side of the line from `a` to `b` on which a point lies."""
    return float(np.sign((b[0] - a[0]) * (point[1] - a[1]) - (b[1] - a[1]) * (point[0] - a[0])))
