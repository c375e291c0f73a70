"""Binary masks stored as a crop and its place on the film: memory follows the vertebra's size, not the film's."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from itertools import combinations
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from spinefm.core.geometry import Box, Point

MOST_PIXELS = 25_000_000
"""Pixels of the largest film that is read; a stored mask cannot have more."""
FINE_PIXELS = 4_000_000
"""Boxes of more pixels are filled with two subpixels an axis: their area is as exact, and the memory stays small."""
MOST_CORNERS = 24
"""Corners of a hull among which the four of a body are sought."""
SUPERSAMPLING = 4
"""Subpixels per pixel and axis when a polygon is filled: areas then hold to about 1 %."""


@dataclass(frozen=True, eq=False)
class Mask:
    """A region of a film.

    crop: (h, w) bool, the pixels inside the bounding box; (0, 0) for an empty mask.
    origin: (x, y) film pixel of `crop[0, 0]`.
    """

    crop: NDArray[np.bool_]
    origin: tuple[int, int] = (0, 0)

    @classmethod
    def from_array(cls, array: NDArray[Any], origin: tuple[int, int] = (0, 0)) -> Mask:
        """Mask of the non-zero pixels of `array` (H, W), cut to its bounding box; array[0, 0] lies at `origin`."""
        array = np.asarray(array, dtype=bool)
        left, top, width, height = cv2.boundingRect(array.view(np.uint8)) if array.size else (0, 0, 0, 0)
        if width == 0:
            return cls.empty()
        crop = np.ascontiguousarray(array[top : top + height, left : left + width])
        return cls(crop, (origin[0] + left, origin[1] + top))

    @classmethod
    def from_polygon(cls, polygon: NDArray[np.float64], size: tuple[int, int]) -> Mask:
        """Mask of a polygon (N, 2) of (x, y) film pixels on a film of `size` (width, height).

        A pixel belongs to it when more than half of its area does.
        """
        points = np.asarray(polygon, float).reshape(-1, 2)
        low, high = np.floor(points.min(axis=0)).astype(int) - 1, np.ceil(points.max(axis=0)).astype(int) + 2
        box = Box(int(low[0]), int(low[1]), int(high[0]), int(high[1])).clipped((size[1], size[0]))
        if box.is_empty:
            return cls.empty()
        n = SUPERSAMPLING if box.width * box.height <= FINE_PIXELS else 2
        fine = (points - (box.x0, box.y0)) * n + (n - 1) / 2  # centres of the subpixels at integers
        canvas = np.zeros((box.height * n, box.width * n), np.uint8)
        cv2.fillPoly(canvas, [np.round(fine * 16).astype(np.int32)], n * n, shift=4)
        count = cv2.resize(canvas, (box.width, box.height), interpolation=cv2.INTER_AREA)  # subpixels inside, exact
        return cls.from_array(count > n * n // 2, (box.x0, box.y0))

    @classmethod
    def empty(cls) -> Mask:
        """The mask without a pixel."""
        return cls(np.zeros((0, 0), dtype=bool), (0, 0))

    @cached_property
    def area(self) -> int:
        """Number of pixels."""
        return int(np.count_nonzero(self.crop))

    @property
    def box(self) -> Box:
        """Bounding box (x0, y0, x1, y1), half open."""
        (x, y), (h, w) = self.origin, self.crop.shape
        return Box(x, y, x + w, y + h)

    @cached_property
    def centroid(self) -> Point:
        """Mean (x, y) of the pixels. Raises ValueError for an empty mask."""
        if self.area == 0:
            raise ValueError("An empty mask has no centroid.")
        columns, rows = np.count_nonzero(self.crop, axis=0), np.count_nonzero(self.crop, axis=1)
        x = float(columns @ np.arange(columns.size)) / self.area + self.origin[0]
        y = float(rows @ np.arange(rows.size)) / self.area + self.origin[1]
        return Point(x, y)

    def rotated(self, quarters: int, size: tuple[int, int]) -> Mask:
        """The mask after its film of `size` (width, height) was rotated clockwise by so many quarters."""
        box = self.box.rotated(quarters, size)
        return Mask(np.ascontiguousarray(np.rot90(self.crop, -quarters)), (box.x0, box.y0))

    def on_film(self, shape: tuple[int, int]) -> NDArray[np.bool_]:
        """The mask as (H, W) bool on a film of `shape` (H, W); what lies outside is cut off."""
        full = np.zeros(shape, dtype=bool)
        box = self.box.clipped(shape)
        if not box.is_empty:
            x, y = self.origin
            full[box.rows, box.columns] = self.crop[box.y0 - y : box.y1 - y, box.x0 - x : box.x1 - x]
        return full

    def within(self, box: Box) -> NDArray[np.bool_]:
        """The mask's pixels in `box`, (h, w) bool; outside the mask's own crop they are False."""
        canvas = np.zeros((box.height, box.width), dtype=bool)
        shared = self.box.intersection(box)
        if not shared.is_empty:
            x, y = self.origin
            source = self.crop[shared.y0 - y : shared.y1 - y, shared.x0 - x : shared.x1 - x]
            canvas[shared.y0 - box.y0 : shared.y1 - box.y0, shared.x0 - box.x0 : shared.x1 - box.x0] = source
        return canvas

    def intersection_area(self, other: Mask) -> int:
        """Number of pixels in both masks."""
        shared = self.box.intersection(other.box)
        if shared.is_empty:
            return 0
        return int(np.count_nonzero(self.within(shared) & other.within(shared)))

    def iou(self, other: Mask) -> float:
        """Intersection over union; 0 when both are empty (an empty mask overlaps nothing)."""
        shared = self.intersection_area(other)
        union = self.area + other.area - shared
        return shared / union if union else 0.0

    def dice(self, other: Mask) -> float:
        """Dice similarity coefficient; 0 when both are empty."""
        total = self.area + other.area
        return 2 * self.intersection_area(other) / total if total else 0.0

    def component_at(self, point: Point) -> Mask:
        """The 8-connected component at `point`, or the one nearest to it when `point` lies on none."""
        if self.area == 0:
            return self
        count, labels = cv2.connectedComponents(self.crop.astype(np.uint8), connectivity=8)
        if count == 2:  # the background and one component
            return self
        ys, xs = np.nonzero(self.crop)
        nearest = np.argmin((xs + self.origin[0] - point.x) ** 2 + (ys + self.origin[1] - point.y) ** 2)
        return Mask.from_array(labels == labels[ys[nearest], xs[nearest]], self.origin)

    def filled(self) -> Mask:
        """The mask with its holes filled."""
        if self.area == 0:
            return self
        contours, _ = cv2.findContours(self.crop.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE)
        canvas = np.zeros(self.crop.shape, np.uint8)
        cv2.drawContours(canvas, contours, -1, 1, cv2.FILLED)
        return Mask(canvas.astype(bool), self.origin)

    @cached_property
    def quadrilateral(self) -> NDArray[np.float64]:
        """The quadrilateral of largest area on the mask's convex hull, (4, 2) in order round it; (0, 2) for none."""
        return quadrilateral_of(self.contour())

    def contour(self) -> NDArray[np.float64]:
        """Outline of the largest component, (N, 2) of (x, y) film pixels; (0, 2) for an empty mask."""
        if self.area == 0:
            return np.zeros((0, 2))
        contours, _ = cv2.findContours(self.crop.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
        largest = max(contours, key=lambda c: (cv2.contourArea(c), len(c)))
        return largest[:, 0].astype(np.float64) + self.origin

    def runs(self) -> list[int]:
        """Run lengths of the crop in row order, starting with a run of False (possibly of length 0)."""
        flat = np.concatenate([[False], self.crop.ravel()])
        edges = np.flatnonzero(flat[1:] != flat[:-1])
        return np.diff(np.concatenate([[0], edges, [self.crop.size]])).astype(int).tolist()

    @classmethod
    def from_runs(cls, runs: list[int], size: tuple[int, int], origin: tuple[int, int]) -> Mask:
        """The mask whose `runs` these are; `size` is (height, width) of the crop.

        Raises ValueError when the runs do not fill the crop, or the crop is larger than any film.
        """
        height, width = size
        if height * width > MOST_PIXELS:
            raise ValueError(f"The mask's {height} x {width} crop is larger than any film; the trace is damaged.")
        if height < 0 or width < 0 or any(run < 0 for run in runs) or sum(runs) != height * width:
            raise ValueError(f"The mask's run lengths do not fill its {height} x {width} crop; the trace is damaged.")
        values = np.arange(len(runs)) % 2 == 1
        return cls(np.repeat(values, runs).reshape(height, width), origin)


def four_corners(mask: Mask, along: Point) -> tuple[Point, ...]:
    """Four corners of a vertebral body: the quadrilateral of largest area on the mask's convex hull.

    along: direction of the spine at the body, towards the sacrum. The corners run clockwise in the picture when the
    spine runs down: upper left, upper right, lower right, lower left. Empty for a mask without area on all sides.
    """
    return _from_upper_left(mask.quadrilateral, along)


def largest_quadrilateral(outline: NDArray[np.float64], along: Point) -> tuple[Point, ...]:
    """The corners of an outline (N, 2), as `four_corners` orders them; empty for one without area on all sides."""
    return _from_upper_left(quadrilateral_of(outline), along)


def quadrilateral_of(outline: NDArray[np.float64]) -> NDArray[np.float64]:
    """The quadrilateral of largest area on an outline's convex hull, (4, 2) in order round it; (0, 2) for none."""
    if len(outline) < 4:
        return np.zeros((0, 2))
    hull = _thinned(cv2.convexHull(outline.astype(np.float32))[:, 0].astype(np.float64), MOST_CORNERS)
    if len(hull) < 4:
        return np.zeros((0, 2))
    fours, first, second = _fours(len(hull))
    x, y = ((each - each[:, None]).ravel() for each in hull.T)  # (N * N,), from each corner to each
    area = np.abs(x.take(first) * y.take(second) - y.take(first) * x.take(second))  # (K,), twice the area
    return np.asarray(hull[fours[int(np.argmax(area))]])


def _from_upper_left(quad: NDArray[np.float64], along: Point) -> tuple[Point, ...]:
    """The corners (4, 2) as `four_corners` orders them; empty for none."""
    if len(quad) == 0:
        return ()
    turn = np.arctan2(along.y, along.x) - np.pi / 2
    middle = quad - quad.mean(axis=0)
    angle = np.mod(np.arctan2(middle[:, 1], middle[:, 0]) - turn + np.pi, 2 * np.pi)  # from the left, clockwise
    return tuple(Point(x, y) for x, y in quad[np.argsort(angle)].tolist())


@cache
def _fours(count: int) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Every choice of four of `count` corners, (K, 4), each in order, and the places of both its diagonals, (K,) each.

    The place of a diagonal from one corner to another is `corner * count + other`.
    """
    fours = np.array(list(combinations(range(count), 4)))
    return fours, fours[:, 0] * count + fours[:, 2], fours[:, 1] * count + fours[:, 3]


def _thinned(hull: NDArray[np.float64], most: int) -> NDArray[np.float64]:
    """A convex polygon (N, 2) without the corners that matter least to its area, until `most` are left."""
    corners = hull.tolist()
    areas = [_area_at(corners, place) for place in range(len(corners))]
    while len(corners) > most:
        place = areas.index(min(areas))
        del corners[place], areas[place]
        for beside in (place - 1, place % len(corners)):
            areas[beside] = _area_at(corners, beside)
    return np.array(corners)


def _area_at(corners: list[list[float]], place: int) -> float:
    """Twice the area of the triangle that a corner of a polygon makes with its neighbours."""
    (ax, ay), (x, y), (bx, by) = corners[place - 1], corners[place], corners[(place + 1) % len(corners)]
    return abs((ax - x) * (by - y) - (ay - y) * (bx - x))
