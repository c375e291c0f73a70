"""Cutting whole-film views for the detector: zoomed, turned and mirrored films with boxes and masks."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from spinefm.core.levels import Level
from spinefm.training.augment import vary_film
from spinefm.training.films import TrainingFilm
from spinefm.training.patches import draw_angle

LEAST_VISIBLE = 0.4
"""Share of a body that must be in the view for it to be looked for: of less, not even the height can be told."""
WHOLE, ZOOMED = 0.62, 0.92
"""Up to the first share of draws the film is shown at its own scale, up to the second zoomed, else any part of it.

The film's own scale is what inference sees; zoomed views prepare for films of other fields of view.
"""
SPACINGS = (16.0, 110.0)
"""Spacings in view pixels that zoomed views aim at: from a whole spine on one film to three vertebrae."""


@dataclass(frozen=True, eq=False)
class View:
    """image (H, W) in [0, 1]; boxes (N, 4) half open; masks (N, H, W) of 0 and 1; the level of each."""

    image: NDArray[np.float32]
    boxes: NDArray[np.float32]
    masks: NDArray[np.uint8]
    levels: tuple[Level, ...]


def draw_view(film: TrainingFilm, shape: tuple[int, int], longest: int, rng: np.random.Generator) -> View:
    """A view of `shape` (H, W) of `film`; `longest` is what inference resizes a film's longer side to.

    Where the view is smaller than the film it shows the column rather than the empty sides.
    """
    kind = rng.random()
    if kind < WHOLE or not film.centroids:
        into = whole_film(film, shape, longest, rng)
    elif kind < ZOOMED:
        into = zoomed(film, shape, longest, rng)
    else:
        into = any_part(film, shape, longest, rng)
    view = cut_view(film, into, shape)
    image = vary_film(view.image, rng)
    outside = cv2.warpAffine(np.ones(film.shape, np.uint8), into, shape[::-1], flags=cv2.INTER_NEAREST) == 0
    image[outside] = 0.0
    return View(image, view.boxes, view.masks, view.levels)


def whole_film(
    film: TrainingFilm, shape: tuple[int, int], longest: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    """The affine map (2, 3) that shows as much of the film as fits at the scale of inference."""
    height, width = film.shape
    scale = longest / max(film.shape) * float(np.exp(rng.normal(0.0, 0.08)))
    middle = np.array([(width - 1) / 2, (height - 1) / 2])
    if film.centroids:
        column = np.mean(list(film.centroids.values()), axis=0)
        middle += rng.uniform(0.3, 1.1) * (column - middle)
    reach = np.array(shape[::-1]) / (2 * scale)  # half of the view, film pixels
    room = np.maximum(np.array([width, height]) / 2 - reach, 0.0)  # how far the middle may go before black shows
    centre = np.array([(width - 1) / 2, (height - 1) / 2])
    middle = np.clip(middle, centre - room, centre + room) + rng.normal(0.0, 0.03, 2) * width
    return _affine(middle, scale, draw_angle(rng, 0.07), bool(rng.random() < 0.5), shape)


def zoomed(film: TrainingFilm, shape: tuple[int, int], longest: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """The affine map (2, 3) that shows a part round a body, its spacing anywhere in SPACINGS."""
    levels = list(film.centroids)
    level = levels[int(rng.integers(len(levels)))]
    wanted = float(np.exp(rng.uniform(*np.log(SPACINGS))))
    scale = float(np.clip(wanted / film.spacing(level), 0.75 * longest / max(film.shape), 1.8))
    middle = film.centroids[level] + rng.normal(0.0, 0.15, 2) * min(shape) / scale
    return _affine(middle, scale, draw_angle(rng, 0.15), bool(rng.random() < 0.5), shape)


def any_part(film: TrainingFilm, shape: tuple[int, int], longest: int, rng: np.random.Generator) -> NDArray[np.float64]:
    """The affine map (2, 3) that shows a part far from the column, often without any vertebra."""
    height, width = film.shape
    corners = rng.uniform(0.0, 1.0, (8, 2)) * (width, height)
    bodies = np.stack(list(film.centroids.values()))
    away = np.linalg.norm(corners[:, None] - bodies, axis=-1).min(axis=1)
    scale = float(rng.uniform(0.9, 1.7)) * longest / max(film.shape)
    return _affine(corners[int(away.argmax())], scale, rng.normal(0.0, 0.2), bool(rng.random() < 0.5), shape)


def cut_view(film: TrainingFilm, into: NDArray[np.float64], shape: tuple[int, int]) -> View:
    """The view of `shape` (H, W) that the affine map `into` (2, 3) shows, with the bodies mostly in it."""
    size = shape[::-1]
    labels = cv2.warpAffine(film.labels, into, size, flags=cv2.INTER_NEAREST)
    scale = float(np.sqrt(abs(np.linalg.det(into[:, :2]))))
    found = [
        (level, mask)
        for level in film.centroids
        if (mask := labels == level).sum() >= LEAST_VISIBLE * (scale * film.sizes[level]) ** 2 / film.visible[level]
    ]
    boxes = np.array([box_of(mask) for _, mask in found], np.float32).reshape(-1, 4)
    masks = np.array([mask for _, mask in found], np.uint8).reshape(-1, *shape)
    return View(_shrink(film, into, scale, size), boxes, masks, tuple(level for level, _ in found))


def box_of(mask: NDArray[np.bool_]) -> tuple[int, int, int, int]:
    """The half open box (x0, y0, x1, y1) of a mask (H, W) that is not empty."""
    columns, rows = np.flatnonzero(mask.any(axis=0)), np.flatnonzero(mask.any(axis=1))
    return int(columns[0]), int(rows[0]), int(columns[-1]) + 1, int(rows[-1]) + 1


def _shrink(film: TrainingFilm, into: NDArray[np.float64], scale: float, size: tuple[int, int]) -> NDArray[np.float32]:
    """The film under `into`, in [0, 1]; a film that shrinks much is averaged first, so nothing aliases."""
    pixels = film.film
    if scale < 0.75:
        height, width = film.shape
        small = (max(round(width * scale), 8), max(round(height * scale), 8))
        pixels = np.asarray(cv2.resize(pixels, small, interpolation=cv2.INTER_AREA), np.uint8)
        ratio = np.array([width / small[0], height / small[1]])
        into = np.column_stack([into[:, :2] * ratio, into[:, 2] + into[:, :2] @ (ratio / 2 - 0.5)])
    return np.asarray(cv2.warpAffine(pixels, into, size, flags=cv2.INTER_LINEAR), np.float32) / 255.0


def _affine(
    middle: NDArray[np.float64], scale: float, angle: float, mirrored: bool, shape: tuple[int, int]
) -> NDArray[np.float64]:
    """The map (2, 3) that brings film point `middle` to the middle of a view of `shape` (H, W)."""
    cosine, sine = scale * np.cos(angle), scale * np.sin(angle)
    linear = np.array([[cosine, sine], [-sine, cosine]])
    if mirrored:
        linear = np.array([[-1.0, 0.0], [0.0, 1.0]]) @ linear
    centre = np.array([(shape[1] - 1) / 2, (shape[0] - 1) / 2])
    return np.column_stack([linear, centre - linear @ middle])
