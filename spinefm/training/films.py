"""Folders of simulated films with exact masks, held in memory for training."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from spinefm.core.foreign import foreign_input, read_json
from spinefm.core.levels import COUNTED, Level
from spinefm.core.visibility import VISIBLE, contrast
from spinefm.core.words import counted
from spinefm.phantom import TRAIN_SEEDS
from spinefm.training.deformity import deformities
from spinefm.training.errors import TrainingError

NO_SEED = -1
"""In place of the random seed of a film that was not simulated."""
DATA_SET = "films of a data set"
"""What a card calls films that were not simulated."""
MOST_RUNS = 12
"""Runs of consecutive seeds that a card lists one by one."""


@dataclass(frozen=True, eq=False)
class TrainingFilm:
    """One simulated film with its truth.

    `film` and `labels` are uint8 (H, W), labels hold VerSe ids; centroids are those of the visible part of each body.
    Bodies that nobody could see (burnt out at the shoulder or pelvis) are taken out of the labels; `hidden` (K, 2) are
    their centroids, which count neither as bodies nor as background. `order` are the levels that the spine
    has, from the top; `view` is the kind of picture (a region of a lateral film, or the kind of a negative) and `faces`
    the side to which the patient looks, both "" where that is not known. `deformed` says how deformed bodies are, where
    that is known.
    """

    name: str
    seed: int
    film: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    centroids: dict[Level, NDArray[np.float64]]
    sizes: dict[Level, float]
    visible: dict[Level, float]
    distractors: dict[str, NDArray[np.float32]]
    order: tuple[Level, ...] = COUNTED
    view: str = ""
    faces: str = ""
    deformed: dict[Level, float] = field(default_factory=dict)
    hidden: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 2), np.float32))

    @property
    def shape(self) -> tuple[int, int]:
        """(H, W) in pixels."""
        return self.film.shape[0], self.film.shape[1]

    def neighbours(self, level: Level) -> list[Level]:
        """The levels next to `level` that are in view."""
        index = self.order.index(level)
        around = (self.order[i] for i in (index - 1, index + 1) if 0 <= i < len(self.order))
        return [other for other in around if other in self.centroids]

    def spacing(self, level: Level) -> float:
        """The local spacing in pixels as the induction knows it at `level`: between the two bodies before it.

        Averaged over both sides where both are in view. C2 counts for no other level, since its centroid lies high in
        the dens. Without such neighbours it is the distance to the next body, or a lone body's own size.
        """
        index = self.order.index(level)
        pairs = [(index + 1, index + 2), (index - 1, index - 2), (index, index + 1), (index, index - 1)]
        distances = [distance for pair in pairs if (distance := self._distance(*pair)) is not None]
        behind = [distance for pair in pairs[:2] if (distance := self._distance(*pair)) is not None]
        if behind or distances:
            return float(np.mean(behind or distances))
        return 1.1 * self.sizes[level]

    def _distance(self, first: int, second: int) -> float | None:
        """The distance between two levels of the order; None where one is out of view or is C2."""
        if not (min(first, second) >= 0 and max(first, second) < len(self.order)):
            return None
        a, b = self.order[first], self.order[second]
        if Level.C2 in (a, b) or a not in self.centroids or b not in self.centroids:
            return None
        return float(np.linalg.norm(self.centroids[a] - self.centroids[b]))

    def nearest(self, point: NDArray[np.float64]) -> Level | None:
        """The level whose centroid lies nearest to `point`; None on a film without vertebrae."""
        if not self.centroids:
            return None
        return min(self.centroids, key=lambda level: float(np.sum((self.centroids[level] - point) ** 2)))


@dataclass(frozen=True, eq=False)
class FilmSet:
    """Films in memory, with their bodies indexed by level."""

    films: tuple[TrainingFilm, ...]
    bodies: dict[Level, tuple[int, ...]] = field(init=False)

    def __post_init__(self) -> None:
        """Index which films show which level."""
        index: dict[Level, list[int]] = {}
        for number, film in enumerate(self.films):
            for level in film.centroids:
                index.setdefault(level, []).append(number)
        object.__setattr__(self, "bodies", {level: tuple(numbers) for level, numbers in sorted(index.items())})

    @classmethod
    def read(cls, folders: Sequence[Path], progress: Callable[[], object] = lambda: None) -> FilmSet:
        """Read every film of `folders` (the layout that `spinefm phantom` writes).

        `progress` is called after each film. Raises TrainingError for an empty folder, a film that is no training
        phantom, and one without exact masks or with a damaged label.
        """
        films = []
        for folder in folders:
            names = sorted(path.stem for path in (folder / "labels").glob("*.json"))
            if not names:
                raise TrainingError(
                    f"{folder} contains no labelled films; write some with `python -m spinefm phantom`."
                )
            for name in names:
                films.append(read_film(folder, name))
                progress()
        return cls(tuple(films))

    def held_out(self, every: int) -> tuple[FilmSet, FilmSet]:
        """Two sets: all films but each `every`-th one, and those. Raises TrainingError for too few films."""
        if len(self) < every:
            raise TrainingError(
                f"{counted(len(self), 'film is', 'films are')} too few to hold some out; give at least {every}."
            )
        kept = tuple(film for number, film in enumerate(self.films) if number % every)
        return FilmSet(kept), FilmSet(self.films[::every])

    def __len__(self) -> int:
        """The number of films."""
        return len(self.films)

    @property
    def seeds(self) -> frozenset[int]:
        """The seeds the films were simulated from; films of data sets have none."""
        return frozenset(film.seed for film in self.films if film.seed != NO_SEED)

    def facts(self) -> dict[str, object]:
        """How many films and bodies, and the seeds they come from, for a model card."""
        bodies = sum(len(numbers) for numbers in self.bodies.values())
        real = sum(film.seed == NO_SEED for film in self.films)
        others = f"none for {real} {DATA_SET}" if real else ""
        return {"films": len(self), "bodies": bodies, "seeds": ", ".join(filter(None, (seed_runs(self.seeds), others)))}

    def draw_film(self, rng: np.random.Generator) -> TrainingFilm:
        """Any film, each equally likely."""
        return self.films[int(rng.integers(len(self.films)))]

    def draw_level(
        self, rng: np.random.Generator, weights: dict[Level, float], power: float = 1.0
    ) -> tuple[TrainingFilm, Level]:
        """A body, drawn with a chance proportional to its level's weight (1 where not given).

        A level's number of bodies counts with an exponent `power`: below 1 the rarer levels come more often.
        """
        levels = list(self.bodies)
        mass = np.array([len(self.bodies[level]) ** power * weights.get(level, 1.0) for level in levels])
        level = levels[int(rng.choice(len(levels), p=mass / mass.sum()))]
        return self.films[int(rng.choice(self.bodies[level]))], level


@dataclass(frozen=True, eq=False)
class FilmTrainer:
    """What every network's trainer starts from: the films to train on, and unseen ones to validate with."""

    films: FilmSet
    unseen: FilmSet

    def facts(self) -> dict[str, object]:
        """The films behind the weights, for their card."""
        return {"training": self.films.facts(), "validation": self.unseen.facts()}


def seed_runs(seeds: Collection[int]) -> str:
    """Seeds as runs, "0-1299, 20000-21199"; past MOST_RUNS their range, as where each 20th is held out."""
    known = set(seeds)
    starts = sorted(seed for seed in known if seed - 1 not in known)
    ends = sorted(seed for seed in known if seed + 1 not in known)
    if len(starts) > MOST_RUNS:
        return f"between {starts[0]} and {ends[-1]}"
    return ", ".join(f"{a}-{b}" if b > a else f"{a}" for a, b in zip(starts, ends, strict=True))


def read_film(folder: Path, name: str) -> TrainingFilm:
    """Read film `name` of a folder with truth.

    Raises TrainingError for what is no training phantom, for missing files and for a damaged label.
    """
    label = folder / "labels" / f"{name}.json"
    hint = "write it again with `python -m spinefm phantom`"
    with foreign_input(lambda reason: TrainingError(f"The label {label} is damaged ({reason}); {hint}.")):
        return _film_of(folder, name, read_json(label))


def _film_of(folder: Path, name: str, truth: dict[str, Any]) -> TrainingFilm:
    """Film `name` of `folder` with its `truth`. Raises TrainingError, or what a damaged truth leads to."""
    if truth.get("seed") not in TRAIN_SEEDS:
        raise TrainingError(
            f"{folder / 'films' / name}.png is not a training phantom (its seed is {truth.get('seed')}); train on "
            f"phantoms of the seeds {TRAIN_SEEDS[0]} to {TRAIN_SEEDS[-1]}, since others are for tests."
        )
    pixels = _upright(_read_grey(folder / "films" / f"{name}.png"), truth)
    truth_map = _read_grey(folder / "labels" / f"{name}.png")
    if truth_map.shape != pixels.shape:
        raise ValueError(f"the label map is {truth_map.shape} pixels high and wide, the film {pixels.shape}")
    labels, hidden = _visible_bodies(pixels, truth_map, float(truth.get("gain", 1.0)))
    centroids, sizes = bodies_of(labels)
    visible = {level: float(truth.get("partial", {}).get(level.name, 1.0)) for level in centroids}
    return TrainingFilm(
        name=name,
        seed=int(truth["seed"]),
        film=pixels,
        labels=labels,
        centroids=centroids,
        sizes=sizes,
        visible=visible,
        distractors={key: np.asarray(points, np.float32).reshape(-1, 2) for key, points in _distractors(truth, name)},
        order=_order(truth),
        deformed=deformities(truth, _order(truth)),
        view=str(truth.get("view", truth.get("region", ""))),
        faces=str(truth.get("faces", "")),
        hidden=hidden,
    )


def _order(truth: dict[str, Any]) -> tuple[Level, ...]:
    """The levels of a spine of four, five or six lumbar vertebrae."""
    count = int(truth.get("settings", {}).get("column", {}).get("lumbar_count", 5))
    last = Level.L1 + count - 1
    return tuple(level for level in Level if level <= last or level is Level.S1)


def _visible_bodies(
    film: NDArray[np.uint8], labels: NDArray[np.uint8], gain: float = 1.0
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """The labels (H, W) without the bodies that cannot be seen on `film`, and the centroids (K, 2) of those.

    `gain` is the factor that a veil left of the film's contrast: what could be seen before it counts as visible.
    """
    centroids, _ = bodies_of(labels)
    bright = film.astype(np.float32) / np.float32(255.0 * gain)
    hidden = [level for level in centroids if contrast(bright, labels == level) < VISIBLE]
    kept = np.where(np.isin(labels, hidden), 0, labels).astype(np.uint8)
    return kept, np.array([centroids[level] for level in hidden], np.float32).reshape(-1, 2)


def _read_grey(path: Path) -> NDArray[np.uint8]:
    """An 8 bit grey picture, (H, W)."""
    image = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if image is None:
        raise TrainingError(f"{path} is missing or not an image; write it again with `python -m spinefm phantom`.")
    return np.asarray(image, np.uint8)


def _upright(film: NDArray[np.uint8], truth: dict[str, object]) -> NDArray[np.uint8]:
    """The film with bone bright: reading a film turns an inverted one, so training must see it turned too."""
    return np.asarray(255 - film, np.uint8) if truth.get("inverted", False) else film


def _distractors(truth: dict[str, dict[str, object]], name: str) -> list[tuple[str, object]]:
    """The points that fool a classifier, by kind."""
    if "distractors" not in truth:
        raise TrainingError(f"The label of {name} lists no distractors; simulate the films again with this version.")
    return list(truth["distractors"].items())


def bodies_of(labels: NDArray[np.uint8]) -> tuple[dict[Level, NDArray[np.float64]], dict[Level, float]]:
    """Centroid (x, y) and size (root of the area) in pixels of each body in a label map (H, W)."""
    rows, columns = np.nonzero(labels)
    ids = labels[rows, columns]
    area = np.bincount(ids, minlength=len(Level) + 1)
    x, y = (np.bincount(ids, weights=axis, minlength=len(Level) + 1) for axis in (columns, rows))
    present = [level for level in Level if area[level]]
    centroids = {level: np.array([x[level], y[level]]) / area[level] for level in present}
    return centroids, {level: float(np.sqrt(area[level])) for level in present}
