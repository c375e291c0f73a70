"""Outlines of labels, filled within bounds: what one film may cost is known before anything is drawn."""

from __future__ import annotations

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

        Raises:
            ValueError: no polygon, a point farther outside than one side of the film, or too much on one film.
        """
        polygon = polygon_of(title, points) + offset
        self._check_place(title, polygon)
        self._count(polygon)
        return Mask.from_polygon(polygon, self.size)

    def box(self, title: str, corners: Any) -> Box:
        """A box from x0, y0, x1, y1 in film pixels. Raises ValueError for what is none or lies far outside."""
        values = np.asarray(corners, float)
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


def polygon_of(title: str, points: Any) -> NDArray[np.float64]:
    """A polygon (N, 2) of (x, y) film pixels. Raises ValueError for what is none."""
    polygon = np.asarray(points, float)
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
