"""Points, boxes, the spine's principal axis, canonical frames, and the one place where pixels are resampled.

Points are (x, y) in film pixels, x to the right, y down, pixel centres at integers; boxes are half open.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]


class Point(NamedTuple):
    """A point in film pixels."""

    x: float
    y: float

    def distance(self, other: Point) -> float:
        """Euclidean distance in pixels."""
        return math.hypot(self.x - other.x, self.y - other.y)

    def inside(self, shape: tuple[int, int]) -> bool:
        """Whether the point lies on a film of `shape` (H, W)."""
        return -0.5 <= self.x < shape[1] - 0.5 and -0.5 <= self.y < shape[0] - 0.5

    def rotated(self, quarters: int, size: tuple[int, int]) -> Point:
        """The point after its film of `size` (width, height) was rotated clockwise by so many quarters."""
        if quarters % 4 == 0:
            return self
        return Point(size[1] - 1 - self.y, self.x).rotated(quarters - 1, size[::-1])


class Box(NamedTuple):
    """An axis-parallel box of whole film pixels, half open."""

    x0: int
    y0: int
    x1: int
    y1: int

    @classmethod
    def square(cls, centre: Point, side: int) -> Box:
        """The square of `side` pixels whose middle is closest to `centre`."""
        x0, y0 = (math.floor(c - (side - 1) / 2 + 0.5) for c in centre)
        return cls(x0, y0, x0 + side, y0 + side)

    @property
    def width(self) -> int:
        """Columns."""
        return self.x1 - self.x0

    @property
    def height(self) -> int:
        """Rows."""
        return self.y1 - self.y0

    @property
    def is_empty(self) -> bool:
        """Whether the box holds no pixel."""
        return self.x1 <= self.x0 or self.y1 <= self.y0

    @property
    def rows(self) -> slice:
        """The box's rows, to index a film."""
        return slice(self.y0, self.y1)

    @property
    def columns(self) -> slice:
        """The box's columns, to index a film."""
        return slice(self.x0, self.x1)

    def intersection(self, other: Box) -> Box:
        """The pixels in both boxes (possibly an empty box)."""
        return Box(max(self.x0, other.x0), max(self.y0, other.y0), min(self.x1, other.x1), min(self.y1, other.y1))

    def rotated(self, quarters: int, size: tuple[int, int]) -> Box:
        """The box after its film of `size` (width, height) was rotated clockwise by so many quarters."""
        if quarters % 4 == 0:
            return self
        return Box(size[1] - self.y1, self.x0, size[1] - self.y0, self.x1).rotated(quarters - 1, size[::-1])

    def clipped(self, shape: tuple[int, int]) -> Box:
        """The part of the box on a film of `shape` (H, W)."""
        return self.intersection(Box(0, 0, shape[1], shape[0]))

    def outside_share(self, shape: tuple[int, int]) -> float:
        """The share of the box's area that lies outside a film of `shape` (H, W), 0 to 1."""
        inside = self.clipped(shape)
        return 1.0 if inside.is_empty else 1.0 - inside.width * inside.height / (self.width * self.height)


@dataclass(frozen=True)
class Axis:
    """The line through `centre` along the unit vector `direction`, which points towards the sacrum (down the film)."""

    centre: Point
    direction: Point

    def position(self, point: Point) -> float:
        """Signed distance in pixels along the axis from its centre to the projection of `point`."""
        return (point.x - self.centre.x) * self.direction.x + (point.y - self.centre.y) * self.direction.y


def principal_axis(points: Sequence[Point]) -> Axis:
    """The line of best fit through `points` by total least squares (SpineFM, section 2.1).

    Unlike a regression of y on x it holds for vertical spines too. Raises ValueError without two distinct points.
    """
    array = np.asarray(points, dtype=np.float64).reshape(-1, 2)
    if len(np.unique(array, axis=0)) < 2:
        raise ValueError("A line of best fit needs at least two distinct points.")
    direction = np.linalg.svd(array - array.mean(axis=0), full_matrices=False)[2][0]
    if (direction[1], direction[0]) < (0, 0):
        direction = -direction
    return Axis(Point(*array.mean(axis=0).tolist()), Point(*direction.tolist()))


@dataclass(frozen=True)
class CanonicalFrame:
    """The frame in which the next centroid is predicted, independent of translation, scale, rotation and mirroring.

    The last of three centroids is the origin, the distance between the last two is 1, the step between them points
    along +y, and the first of the three has x >= 0.
    """

    origin: Point
    scale: float
    along: Point
    handedness: int

    @classmethod
    def of(cls, first: Point, second: Point, last: Point) -> CanonicalFrame:
        """The frame of three successive centroids. Raises ValueError when the last two coincide."""
        scale = second.distance(last)
        if scale == 0:
            raise ValueError("Two successive centroids coincide, so the spine has no direction there.")
        along = Point((last.x - second.x) / scale, (last.y - second.y) / scale)
        across = (first.x - last.x) * -along.y + (first.y - last.y) * along.x
        return cls(last, scale, along, 1 if across >= 0 else -1)

    def into(self, points: Sequence[Point]) -> FloatArray:
        """Film points (N, 2) in this frame, in units of the last spacing."""
        offset = (np.asarray(points, dtype=np.float64).reshape(-1, 2) - self.origin) / self.scale
        return offset @ self._basis().T

    def out_of(self, coordinates: FloatArray) -> list[Point]:
        """The film points of `coordinates` (N, 2) in this frame."""
        film = np.asarray(coordinates, dtype=np.float64).reshape(-1, 2) @ self._basis() * self.scale + self.origin
        return [Point(x, y) for x, y in film.tolist()]

    def _basis(self) -> FloatArray:
        """Rows: the frame's x and y directions in film pixels."""
        x, y = self.along
        return np.array([[-y * self.handedness, x * self.handedness], [x, y]])


@dataclass(frozen=True)
class FilmFrame:
    """The published frame of the next centroid: x / film width, y / film height (so it depends on what is in view)."""

    width: int
    height: int

    def into(self, points: Sequence[Point]) -> FloatArray:
        """Film points (N, 2) in this frame, 0 to 1 on the film."""
        return np.asarray(points, dtype=np.float64).reshape(-1, 2) / (self.width, self.height)

    def out_of(self, coordinates: FloatArray) -> list[Point]:
        """The film points of `coordinates` (N, 2) in this frame."""
        film = np.asarray(coordinates, dtype=np.float64).reshape(-1, 2) * (self.width, self.height)
        return [Point(x, y) for x, y in film.tolist()]


def crop_patch(film: NDArray[np.float32], box: Box, size: int) -> NDArray[np.float32]:
    """Cut `box` out of `film` (H, W) and resample it to (size, size).

    What lies outside the film is 0 (black). Shrinking averages over areas (no aliasing); growing is bilinear.
    """
    canvas = np.zeros((box.height, box.width), np.float32)
    inside = box.clipped(film.shape)
    if not inside.is_empty:
        rows = slice(inside.y0 - box.y0, inside.y1 - box.y0)
        canvas[rows, inside.x0 - box.x0 : inside.x1 - box.x0] = film[inside.rows, inside.columns]
    interpolation = cv2.INTER_AREA if box.width > size else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(canvas, (size, size), interpolation=interpolation), np.float32)


def crop_labels(labels: NDArray[np.uint8], box: Box, size: tuple[int, int]) -> NDArray[np.uint8]:
    """Cut `box` out of a map of classes (H, W) and resample it to `size` (height, width), nearest neighbours.

    What lies outside the film is 0.
    """
    canvas = np.zeros((box.height, box.width), np.uint8)
    inside = box.clipped((labels.shape[0], labels.shape[1]))
    if not inside.is_empty:
        rows = slice(inside.y0 - box.y0, inside.y1 - box.y0)
        canvas[rows, inside.x0 - box.x0 : inside.x1 - box.x0] = labels[inside.rows, inside.columns]
    return np.asarray(cv2.resize(canvas, size[::-1], interpolation=cv2.INTER_NEAREST_EXACT), np.uint8)


def paste_patch(values: NDArray[np.float32], box: Box) -> NDArray[np.float32]:
    """Resample a network's output (height, width) on a patch back to the film pixels of its `box`, (h, w)."""
    resized = cv2.resize(np.asarray(values, np.float32), (box.width, box.height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(resized, np.float32)


def to_patch(point: Point, box: Box, size: int) -> Point:
    """The patch pixel of a film `point`, for the patch of `box` resampled to (size, size)."""
    return Point(
        (point.x - box.x0 + 0.5) * size / box.width - 0.5,
        (point.y - box.y0 + 0.5) * size / box.height - 0.5,
    )


def directions_along(centroids: Sequence[Point]) -> list[Point]:
    """For each centroid (film pixels, from the top) the direction of the spine there, towards the sacrum."""
    last = len(centroids) - 1
    if last < 1:
        return [Point(0.0, 1.0)] * len(centroids)
    pairs = [(centroids[max(0, i - 1)], centroids[min(last, i + 1)]) for i in range(last + 1)]
    return [Point(below.x - above.x, below.y - above.y) for above, below in pairs]
