"""What pictures that are no lateral spine film are painted with: a canvas whose origin is the middle of the film."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spinefm.phantom.canvas import Canvas, CanvasView, Look
from spinefm.phantom.film import FilmSettings, develop
from spinefm.phantom.mass import chord_field

Image = NDArray[np.float32]
Points = NDArray[np.float64]

SIZES = ((480, 640), (512, 512), (640, 640), (640, 480), (400, 640), (560, 640))
"""Sizes (width, height) in pixels that are drawn from."""

HEIGHT_MM = 440.0
"""Millimetres of patient that a picture's height shows, before zoom."""


@dataclass(frozen=True, eq=False)
class Easel:
    """A canvas whose origin (mm) is the middle of the film, with its random generator."""

    canvas: Canvas
    rng: np.random.Generator
    bone: float
    soft: float

    def uniform(self, low: float, high: float) -> float:
        """One uniform number."""
        return float(self.rng.uniform(low, high))

    def mass(self, outline: Points, depth: float, radius_mm: float) -> None:
        """Soft tissue inside an outline (N, 2), thinner towards the skin."""
        patch = self.canvas.patch(outline)
        if patch is None:
            return
        union = np.zeros(self.canvas.shape, np.float32)
        union[patch.rows, patch.columns] = patch.cover
        self.canvas.depth += union * chord_field(union, radius_mm * self.canvas.view.scale) * np.float32(depth)

    def plate(self, outline: Points, marrow: float, cortex: float, soft_mm: float = 0.5) -> None:
        """A bone of the patient's density."""
        look = Look(marrow * self.bone, cortex * self.bone, cortex_mm=self.uniform(0.6, 1.6), soft_mm=soft_mm)
        self.canvas.bone(outline, look)

    def jitter(self, points: Sequence[tuple[float, float]], mm: float) -> Points:
        """Points (N, 2) moved at random."""
        return np.asarray(np.asarray(points, float) + self.rng.normal(0, mm, (len(points), 2)), float)

    def both(self, points: Sequence[tuple[float, float]], mm: float = 2.0) -> list[Points]:
        """A shape and its mirror image about the midline, each with its own jitter."""
        mirrored = [(-x, y) for x, y in points]
        return [self.jitter(points, mm), self.jitter(mirrored, mm)]


def size_of(rng: np.random.Generator) -> tuple[int, int]:
    """A picture's width and height in pixels."""
    return SIZES[int(rng.integers(len(SIZES)))]


def radiograph(paint: Callable[[Easel], None], zoom: tuple[float, float]) -> Callable[[np.random.Generator], Image]:
    """A drawing function that develops what `paint` paints, at a zoom from a range."""

    def draw(rng: np.random.Generator) -> Image:
        width, height = size_of(rng)
        scale = height / HEIGHT_MM * float(np.exp(rng.uniform(*np.log(zoom))))
        middle = np.array([width / 2, height / 2]) + rng.normal(0, (0.06, 0.15)) * (width, height)
        view = CanvasView(scale, float(np.deg2rad(rng.normal(0, 5))), bool(rng.random() < 0.5), np.zeros(2), middle)
        easel = Easel(Canvas(view, (height, width), rng), rng, float(rng.uniform(0.15, 0.7)), float(rng.uniform(1, 3)))
        paint(easel)
        np.maximum(easel.canvas.depth, 0, out=easel.canvas.depth)
        settings = FilmSettings.draw(rng, str(rng.choice(["cervical", "lumbar"])))
        return develop(easel.canvas.depth, settings, rng).film

    return draw
