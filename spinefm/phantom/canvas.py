"""The canvas on which a patient is painted: optical depth along each ray, shape by shape, each on its own crop."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]
Grid = NDArray[np.float32]

GRAIN_SIZE = 384
GRAIN_PER_MM = 3.0
"""Side of the tile of trabecular noise and its pixels per mm of bone."""


@dataclass(frozen=True, eq=False)
class CanvasView:
    """The similarity from patient mm to film pixels: scale, rotation, mirroring for a patient who faces right."""

    scale: float
    tilt: float
    mirrored: bool
    centre_mm: Points
    centre_px: Points

    def __call__(self, points: Points) -> Points:
        """Points (N, 2) in patient mm -> film pixels (N, 2)."""
        cos, sin = np.cos(self.tilt), np.sin(self.tilt)
        side = -1.0 if self.mirrored else 1.0
        turned = (np.asarray(points, float) - self.centre_mm) @ np.array([[cos, sin], [-sin, cos]])
        return turned * (side * self.scale, self.scale) + self.centre_px

    def inverse(self, points: Points) -> Points:
        """Film pixels (N, 2) -> patient mm (N, 2)."""
        cos, sin = np.cos(self.tilt), np.sin(self.tilt)
        side = -1.0 if self.mirrored else 1.0
        turned = (np.asarray(points, float) - self.centre_px) / (side * self.scale, self.scale)
        return turned @ np.array([[cos, -sin], [sin, cos]]) + self.centre_mm


@dataclass(frozen=True)
class Look:
    """How a bone shows: optical depth of marrow and of cortex seen on edge, cortex thickness and edge softness in mm.

    `roundness` from 0 (a slab) to 1 (a rod: depth follows the chord), `texture` the relative amplitude of trabeculae.
    """

    marrow: float
    cortex: float
    cortex_mm: float = 0.7
    texture: float = 0.1
    roundness: float = 0.6
    soft_mm: float = 0.0


@dataclass(frozen=True, eq=False)
class Patch:
    """A shape on its crop of the film: coverage (h, w) from 0 to 1 and the crop's rows and columns."""

    cover: Grid
    rows: slice
    columns: slice

    @property
    def origin(self) -> tuple[int, int]:
        """Film pixel (x, y) of the crop's first pixel."""
        return self.columns.start, self.rows.start


def cover(points: Points, shape: tuple[int, int], margin: float = 2.0) -> Patch | None:
    """The coverage of a polygon (N, 2) in film pixels, exact to a small part of a pixel; None when it is off the film.

    Filled finer than the film and averaged: OpenCV fills every pixel that the outline touches, which by itself would
    make each shape half a pixel too large all around.
    """
    low = np.floor(points.min(0) - margin).astype(int)
    high = np.ceil(points.max(0) + margin).astype(int) + 1
    x0, y0 = np.maximum(low, 0)
    x1, y1 = min(high[0], shape[1]), min(high[1], shape[0])
    if x1 - x0 < 1 or y1 - y0 < 1:
        return None
    fine = _fineness((x1 - x0) * (y1 - y0))
    drawn = np.zeros(((y1 - y0) * fine, (x1 - x0) * fine), np.uint8)
    fixed = np.round(((points - (x0, y0)) * fine + (fine - 1) / 2) * 16).astype(np.int32)
    cv2.fillPoly(drawn, [fixed], 255, lineType=cv2.LINE_AA if fine == 1 else cv2.LINE_8, shift=4)
    if fine > 1:
        drawn = cv2.resize(drawn, (x1 - x0, y1 - y0), interpolation=cv2.INTER_AREA)
    return Patch(drawn.astype(np.float32) * np.float32(1 / 255), slice(y0, y1), slice(x0, x1))


def _fineness(area: int) -> int:
    """How many times finer than the film a crop of `area` pixels is filled: only small shapes need it."""
    limits = ((20_000, 6), (100_000, 4), (400_000, 2))
    return next((fine for limit, fine in limits if area <= limit), 1)


def noise(rng: np.random.Generator, shape: tuple[int, int], cell: float) -> Grid:
    """Smooth noise (h, w) of unit deviation (about), whose features are `cell` pixels apart."""
    rows, columns = max(2, int(shape[0] / cell) + 2), max(2, int(shape[1] / cell) + 2)
    coarse = rng.standard_normal((rows, columns), dtype=np.float32)
    return np.asarray(cv2.resize(coarse, (shape[1], shape[0]), interpolation=cv2.INTER_CUBIC), np.float32)


class Canvas:
    """Accumulates optical depth; every shape comes in patient millimetres."""

    def __init__(self, view: CanvasView, shape: tuple[int, int], rng: np.random.Generator) -> None:
        self.view = view
        self.depth: Grid = np.zeros(shape, np.float32)  # (H, W)
        self._rng = rng
        self._grain = _grain_tile(rng)  # (GRAIN_SIZE, GRAIN_SIZE)

    @property
    def shape(self) -> tuple[int, int]:
        """(H, W) of the film."""
        return self.depth.shape[0], self.depth.shape[1]

    def patch(self, points: Points, soft_mm: float = 0.0) -> Patch | None:
        """The coverage of a polygon in mm, its edge blurred by `soft_mm`; None outside the film."""
        soft = soft_mm * self.view.scale
        patch = cover(self.view(points), self.shape, margin=2 + 3 * soft)
        if patch is None or soft < 0.3:
            return patch
        return Patch(blurred(patch.cover, soft), patch.rows, patch.columns)

    def add(self, patch: Patch, values: Grid) -> None:
        """Add optical depth (h, w) on the patch's crop."""
        self.depth[patch.rows, patch.columns] += values

    def tissue(self, points: Points, depth: float, soft_mm: float = 0.5) -> None:
        """Something without cortex: soft tissue, or air with a negative depth."""
        patch = self.patch(points, soft_mm)
        if patch is not None:
            self.add(patch, patch.cover * np.float32(depth))

    def thin(self, points: Points, kept: float, soft_mm: float = 0.5) -> None:
        """Air in the place of tissue, as a lung: `kept` is the share of the depth that is left inside."""
        patch = self.patch(points, soft_mm)
        if patch is not None:
            self.depth[patch.rows, patch.columns] *= 1 - np.float32(1 - kept) * patch.cover

    def bone(self, points: Points, look: Look) -> None:
        """A bone: marrow whose depth follows the chord, trabeculae, and a cortex that is bright where seen on edge."""
        patch = self.patch(points, look.soft_mm)
        if patch is None:
            return
        inside = self.inside(patch)  # mm from the edge
        values = look.marrow * chord(inside, look.roundness)
        if look.texture > 0:
            values *= 1 + look.texture * self.grain(patch)
        values += look.cortex * np.exp(inside * np.float32(-1 / look.cortex_mm))
        self.add(patch, (values * patch.cover).astype(np.float32))

    def shell(self, points: Points, wall_mm: float, depth: float, inner: float) -> None:
        """A hollow bone such as the skull vault: `depth` where the wall is on edge, `inner` through both walls."""
        patch = self.patch(points)
        if patch is None:
            return
        inside = self.inside(patch)
        wall = np.exp(-np.square(np.maximum(inside - np.float32(wall_mm * 0.5), 0) / np.float32(wall_mm * 0.45)))
        values = inner * (1 + np.float32(0.04) * self.grain(patch, coarse=4.0)) + depth * wall
        self.add(patch, (values * patch.cover).astype(np.float32))

    def line(self, points: Points, width_mm: float, depth: float, soft_mm: float = 0.2) -> None:
        """A thin sheet of cortex seen on edge, along an open path."""
        self.tissue(ribbon(points, width_mm), depth, soft_mm)

    def inside(self, patch: Patch) -> Grid:
        """Distance in mm from the shape's edge to each pixel inside it; a bone cut by the film has no edge there."""
        solid = cv2.copyMakeBorder((patch.cover > 0.5).astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_REPLICATE)
        distance = cv2.distanceTransform(solid, cv2.DIST_L2, 3)[1:-1, 1:-1]
        return np.asarray(np.maximum(distance - 0.5, 0) * np.float32(1 / self.view.scale), np.float32)

    def grain(self, patch: Patch, angle: float = 0.0, coarse: float = 1.0, stretch: float = 1.0) -> Grid:
        """Trabecular noise on a crop, turned by `angle` (film radians), `stretch` times longer along the turned y."""
        height, width = patch.cover.shape
        step = GRAIN_PER_MM / self.view.scale / coarse
        cos, sin = np.cos(angle) * step, np.sin(angle) * step
        start = self._rng.uniform(0, GRAIN_SIZE, 2)
        matrix = np.array([[cos, sin, start[0]], [-sin / stretch, cos / stretch, start[1]]])
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        return np.asarray(
            cv2.warpAffine(self._grain, matrix, (width, height), flags=flags, borderMode=cv2.BORDER_WRAP), np.float32
        )


def chord(inside: Grid, roundness: float) -> Grid:
    """Relative thickness at a distance from the edge: 1 in the middle, towards 0 at the edge of a rod."""
    radius = max(float(inside.max()), 1e-3)
    rod = np.sqrt(np.clip(1 - np.square(1 - inside / np.float32(radius)), 0, 1))
    return np.asarray(np.float32(1 - roundness) + np.float32(roundness) * rod, np.float32)


def blurred(image: Grid, sigma: float) -> Grid:
    """Gaussian blur; a wide one runs on a smaller picture, which is the same to the eye and far cheaper."""
    if sigma < 6:
        return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma), np.float32)
    step = 2 ** int(np.log2(sigma / 3))
    small_size = (max(1, image.shape[1] // step), max(1, image.shape[0] // step))
    small = cv2.resize(image, small_size, interpolation=cv2.INTER_AREA)
    small = cv2.GaussianBlur(small, (0, 0), sigma / step)
    return np.asarray(cv2.resize(small, (image.shape[1], image.shape[0]), interpolation=cv2.INTER_LINEAR), np.float32)


def ribbon(path: Points, width: float | Points) -> Points:
    """The closed outline (2N, 2) of a path (N, 2) with a width, one number or one per point."""
    path = np.asarray(path, float)
    along = np.gradient(path, axis=0)
    normal = np.stack([-along[:, 1], along[:, 0]], 1) / np.maximum(np.linalg.norm(along, axis=1, keepdims=True), 1e-9)
    half = np.broadcast_to(np.asarray(width, float) / 2, (len(path),))[:, None]
    return np.concatenate([path + normal * half, (path - normal * half)[::-1]])


def _grain_tile(rng: np.random.Generator) -> Grid:
    """A tile of noise over several scales, unit deviation."""
    fine = rng.standard_normal((GRAIN_SIZE, GRAIN_SIZE), dtype=np.float32)
    tile = cv2.GaussianBlur(fine, (0, 0), 1.0) * 3 + cv2.GaussianBlur(fine[::-1], (0, 0), 2.5) * 5
    tile += noise(rng, (GRAIN_SIZE, GRAIN_SIZE), 14.0) * 0.8
    return np.asarray((tile - tile.mean()) / tile.std(), np.float32)
