"""Cutting training patches out of films: the patch of inference, at any angle and mirrored, with its mask."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from spinefm.training.augment import vary_film
from spinefm.training.films import TrainingFilm

TILTED, TILT = 0.2, 0.75
"""Share of draws that are turned by any angle up to TILT radians, as films and heads may be."""


def draw_angle(rng: np.random.Generator, spread: float, tilted: float = TILTED) -> float:
    """How far a picture is turned, in radians: as a rule a few degrees (normal, `spread`), now and then much more."""
    return float(rng.uniform(-TILT, TILT) if rng.random() < tilted else rng.normal(0.0, spread))


@dataclass(frozen=True)
class Square:
    """A square on a film: `centre` (x, y) and `side` in film pixels, turned by `angle` radians, perhaps mirrored."""

    centre: tuple[float, float]
    side: float
    angle: float = 0.0
    mirrored: bool = False

    def into(self) -> NDArray[np.float64]:
        """The affine map (2, 3) from film pixels to the pixels of the square at the film's own scale."""
        cosine, sine = np.cos(self.angle), np.sin(self.angle)
        turn = np.array([[cosine, sine], [-sine, cosine]])
        if self.mirrored:
            turn = np.array([[-1.0, 0.0], [0.0, 1.0]]) @ turn
        middle = (self.pixels - 1) / 2
        return np.column_stack([turn, middle - turn @ np.asarray(self.centre)])

    @property
    def pixels(self) -> int:
        """The side in whole film pixels."""
        return max(int(round(self.side)), 4)


def cut_film(film: TrainingFilm, square: Square, size: int) -> NDArray[np.float32]:
    """The square's pixels resampled to (size, size), in [0, 1].

    Follows `spinefm.core.geometry.crop_patch`, so that training and inference see the same: black outside the film,
    averaging over areas where the patch shrinks, bilinear where it grows.
    """
    canvas = _warp(film.film, square, cv2.INTER_LINEAR)
    interpolation = cv2.INTER_AREA if square.pixels > size else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(canvas, (size, size), interpolation=interpolation), np.float32) / 255.0


def cut_mask(film: TrainingFilm, level: int, square: Square, size: int) -> NDArray[np.float32]:
    """The mask of `level` in the square, (size, size), 0 or 1."""
    canvas = _warp(body_mask(film, level), square, cv2.INTER_LINEAR)
    interpolation = cv2.INTER_AREA if square.pixels > size else cv2.INTER_LINEAR
    return (cv2.resize(canvas, (size, size), interpolation=interpolation) > 127).astype(np.float32)


def body_mask(film: TrainingFilm, level: int) -> NDArray[np.uint8]:
    """Where `level` lies on the film, (H, W), 0 or 255; several times as fast as comparing in NumPy."""
    value = np.array([int(level)], np.float64)
    return np.asarray(cv2.compare(film.labels, value, cv2.CMP_EQ), np.uint8)


def random_pixel(film: TrainingFilm, level: int, rng: np.random.Generator) -> tuple[float, float]:
    """Any pixel (x, y) of `level`, each equally likely."""
    pixels = np.flatnonzero(body_mask(film, level))
    row, column = divmod(int(pixels[int(rng.integers(len(pixels)))]), film.shape[1])
    return float(column), float(row)


def varied_patch(film: TrainingFilm, square: Square, size: int, rng: np.random.Generator) -> NDArray[np.float32]:
    """The square's pixels (size, size) with changed grey values; what lies outside the film stays black."""
    patch = vary_film(cut_film(film, square, size), rng)
    if _leaves(film, square):
        inside = _warp(np.full(film.shape, 255, np.uint8), square, cv2.INTER_NEAREST)
        patch[cv2.resize(inside, (size, size), interpolation=cv2.INTER_NEAREST) == 0] = 0.0
    return patch


def label_at(film: TrainingFilm, point: NDArray[np.float64]) -> int:
    """The VerSe id at a film point, 0 for background and outside the film."""
    column, row = (int(round(float(value))) for value in point)
    height, width = film.shape
    return int(film.labels[row, column]) if 0 <= row < height and 0 <= column < width else 0


def _leaves(film: TrainingFilm, square: Square) -> bool:
    """Whether the square may reach beyond the film."""
    reach = square.side * 0.75
    height, width = film.shape
    x, y = square.centre
    return x < reach or y < reach or x > width - reach or y > height - reach


def _warp(image: NDArray[np.uint8], square: Square, interpolation: int) -> NDArray[np.uint8]:
    """The square of `image` (H, W) at the film's own scale; 0 outside."""
    size = (square.pixels, square.pixels)
    return np.asarray(cv2.warpAffine(image, square.into(), size, flags=interpolation, borderValue=0), np.uint8)
