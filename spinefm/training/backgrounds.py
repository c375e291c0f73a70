"""Where the level classifier is fooled: points that are no vertebral centroid but may look like one."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from spinefm.core.levels import Level
from spinefm.training.films import TrainingFilm

Point = NDArray[np.float64]
NEAREST = 0.4
"""Least distance from any centroid at which a point counts as background, in that body's spacing or size.

Prompts on bodies lie up to a fifth of a body off their centroids, so the two classes keep a gap between them.
"""
TRIES = 30
"""Draws of a point before another film is taken."""


def draw_background(film: TrainingFilm, rng: np.random.Generator) -> tuple[Point, float] | None:
    """A background point on (or just off) the film and the spacing that the induction would have there.

    None where the film leaves no such point, which happens on a film filled by one body.
    """
    for _ in range(TRIES):
        point = _kind(rng)(film, rng)
        if point is not None and is_background(film, point):
            return point, spacing_near(film, point, rng)
    return None


def is_background(film: TrainingFilm, point: Point) -> bool:
    """Whether `point` is far enough from every centroid in view, and from those of bodies that nobody can see.

    What cannot be seen is still a vertebra: taught as background, the faintest bodies that can be seen look like it.
    """
    return all(
        float(np.linalg.norm(point - centroid)) > NEAREST * max(film.spacing(level), film.sizes[level])
        for level, centroid in film.centroids.items()
    ) and not _is_hidden(film, point)


def _is_hidden(film: TrainingFilm, point: Point) -> bool:
    """Whether a body that nobody can see lies at `point`; its spacing is taken from the nearest one in view."""
    nearest = film.nearest(point)
    if nearest is None:
        return False
    reach = NEAREST * max(film.spacing(nearest), film.sizes[nearest])
    return any(float(np.linalg.norm(point - centroid)) <= reach for centroid in film.hidden)


def spacing_near(film: TrainingFilm, point: Point, rng: np.random.Generator) -> float:
    """The spacing in pixels of the nearest body, a tenth off or so; a share of the film where there is no body."""
    nearest = film.nearest(point)
    spacing = film.spacing(nearest) if nearest is not None else rng.uniform(0.06, 0.22) * film.shape[1]
    return spacing * float(np.exp(rng.normal(0.0, 0.12)))


def distractor(film: TrainingFilm, rng: np.random.Generator) -> Point | None:
    """A structure the simulator lists as misleading: skull base, dens tip, teeth, C1, posterior elements, sacrum ..."""
    kinds = [kind for kind, points in film.distractors.items() if len(points)]
    if not kinds:
        return None
    points = film.distractors[kinds[int(rng.integers(len(kinds)))]]
    point = points[int(rng.integers(len(points)))].astype(np.float64)
    nearest = film.nearest(point)
    jitter = 0.15 * (film.spacing(nearest) if nearest is not None else 30.0)
    return np.asarray(point + rng.normal(0.0, jitter, 2))


def disc(film: TrainingFilm, rng: np.random.Generator) -> Point | None:
    """Between two neighbouring bodies."""
    level = _any_level(film, rng)
    neighbours = film.neighbours(level) if level is not None else []
    if level is None or not neighbours:
        return None
    other = film.centroids[neighbours[int(rng.integers(len(neighbours)))]]
    middle = (film.centroids[level] + other) / 2
    return np.asarray(middle + rng.normal(0.0, 0.08 * film.spacing(level), 2))


def half_off(film: TrainingFilm, rng: np.random.Generator) -> Point | None:
    """Half a vertebra off a centroid, in any direction."""
    return _around(film, rng, 0.45, 0.7)


def ring(film: TrainingFilm, rng: np.random.Generator) -> Point | None:
    """0.7 to 2.2 spacings off a centroid: posterior elements behind the column, soft tissue in front."""
    return _around(film, rng, 0.7, 2.2)


def beyond_end(film: TrainingFilm, rng: np.random.Generator) -> Point | None:
    """One step beyond C2 (C1, skull base) or S1 (S2, S3), where an induction that missed the spine's end arrives."""
    pairs = ((Level.C2, Level.C3), (Level.S1, Level.L5))
    ends = [pair for pair in pairs if all(level in film.centroids for level in pair)]
    if not ends:
        return None
    last, before = ends[int(rng.integers(len(ends)))]
    step = (film.centroids[last] - film.centroids[before]) * rng.uniform(0.45, 2.2)
    turn = rng.normal(0.0, 0.35)
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    return np.asarray(film.centroids[last] + rotation @ step)


def film_edge(film: TrainingFilm, rng: np.random.Generator) -> Point:
    """On the film's border or up to a twelfth of its side beyond."""
    height, width = film.shape
    along = rng.uniform(0.0, 1.0)
    beyond = abs(rng.normal(0.0, 0.04))
    x, y = [(along, -beyond), (along, 1 + beyond), (-beyond, along), (1 + beyond, along)][int(rng.integers(4))]
    return np.array([x * width, y * height])


def anywhere(film: TrainingFilm, rng: np.random.Generator) -> Point:
    """Any point of the film."""
    height, width = film.shape
    return np.array([rng.uniform(0, width), rng.uniform(0, height)])


KINDS: tuple[tuple[Callable[[TrainingFilm, np.random.Generator], Point | None], float], ...] = (
    (distractor, 0.34),
    (disc, 0.14),
    (half_off, 0.16),
    (ring, 0.14),
    (beyond_end, 0.12),
    (film_edge, 0.04),
    (anywhere, 0.06),
)
"""What background is drawn from, and how often: what fools a classifier most comes first, easy ground last."""


def _kind(rng: np.random.Generator) -> Callable[[TrainingFilm, np.random.Generator], Point | None]:
    """One of KINDS by its share."""
    shares = [share for _, share in KINDS]
    return KINDS[int(rng.choice(len(KINDS), p=shares))][0]


def _any_level(film: TrainingFilm, rng: np.random.Generator) -> Level | None:
    """A level in view, None without any."""
    levels = list(film.centroids)
    return levels[int(rng.integers(len(levels)))] if levels else None


def _around(film: TrainingFilm, rng: np.random.Generator, least: float, most: float) -> Point | None:
    """A point `least` to `most` spacings from a centroid, in any direction."""
    level = _any_level(film, rng)
    if level is None:
        return None
    angle, distance = rng.uniform(0, 2 * np.pi), rng.uniform(least, most) * film.spacing(level)
    return np.asarray(film.centroids[level] + distance * np.array([np.cos(angle), np.sin(angle)]))
