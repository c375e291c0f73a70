"""Training of the level classifier: background, vertebra, S1 or C2 from the patch round a centroid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from spinefm.core.levels import Level
from spinefm.networks.level_classifier import CLASSES, PAIR, LevelClassifierConfig, PairClassifier, build_classifier
from spinefm.training.backgrounds import draw_background
from spinefm.training.errors import RunFailed
from spinefm.training.films import FilmSet, FilmTrainer, TrainingFilm
from spinefm.training.kept import KeptFilms, drawn_kept, flags, goals, kept_facts
from spinefm.training.patches import TILTED, Square, cut_film, draw_angle, varied_patch
from spinefm.training.ranks import device_of, placed, precise
from spinefm.training.settings import Recipe

SHARES = {"background": 0.35, "vertebra": 0.35, "S1": 0.15, "C2": 0.15}
"""How often each class is drawn: as many vertebrae as backgrounds, and both spine ends as often as one of them."""
LEVEL_WEIGHTS = {
    **{Level.C3: 3.0, Level.C4: 1.5, Level.L5: 2.5, Level.L4: 1.3},
    **{Level.C6: 1.5, Level.C7: 1.5, Level.T1: 2.0, Level.T2: 1.5},
}
"""The neighbours of C2 and S1 are drawn more often: calling one of them a spine end invents all names.

So are the bodies behind the shoulder, which are taken for background most often.
"""
BALANCE = 0.5
"""Exponent of a level's number of bodies: chests and whole spines do not drown the levels of necks."""
LEAST_VISIBLE = 0.5
"""Share of a body in view from which it has a class: of a smaller part nobody could tell the level."""
TRIES = 1000
"""Draws after which films that give nothing are given up."""
VALIDATED = (400, 1600)
"""Patches scored at each validation and at the last one."""


@dataclass(frozen=True, eq=False)
class ClassBatch:
    """patches (B, 1, S, S) in [0, 1]; classes (B,) as indices into CLASSES.

    kept: (B,) whether the network's own probabilities of before count beside the truth.
    """

    patches: Tensor
    classes: Tensor
    kept: Tensor


@dataclass(frozen=True, eq=False)
class ClassifierTrainer(FilmTrainer):
    """Draws patches round centroids a little off, and round everything that could be taken for one."""

    config: LevelClassifierConfig = LevelClassifierConfig(depth=PAIR)
    recipe: Recipe = Recipe(batch=32, learning_rate=1e-3, bf16=True, gpu_batch=128)
    network: str = "classifier"
    kept: KeptFilms | None = None

    def facts(self) -> dict[str, object]:
        """The films behind the weights, for their card."""
        return {**super().facts(), **kept_facts(self.kept)}

    def build(self) -> nn.Module:
        """The untrained network."""
        return build_classifier(self.config)

    def draw(self, rng: np.random.Generator, count: int) -> ClassBatch:
        """`count` patches, the classes in the proportions of SHARES."""
        kept = drawn_kept(self.kept, rng, count)
        samples = [draw_case(self.kept.films if self.kept and each else self.films, rng) for each in kept]
        if self.recipe.published:
            return self._straight(samples)
        patches = [self._varied(*sample[:3], rng, each) for sample, each in zip(samples, kept, strict=True)]
        return _batch(patches, [name for *_, name in samples], kept)

    def losses(self, model: nn.Module, batch: ClassBatch) -> dict[str, Tensor]:
        """Cross entropy; labels are smoothed by 3 %, so that probabilities stay short of 1 and limits on them tell.

        Of a pair each learns for itself: two that learn their mean alone would come to err together.
        """
        answers = model.each(batch.patches) if isinstance(model, PairClassifier) else [model(batch.patches)]
        if self.recipe.published:
            return {"cross_entropy": functional.cross_entropy(answers[0].float(), batch.classes)}
        targets = self.targets(batch)
        parts = [functional.cross_entropy(logits.float(), targets, label_smoothing=0.03) for logits in answers]
        return {"cross_entropy": torch.stack(parts).mean()}

    def targets(self, batch: ClassBatch) -> Tensor:
        """The probabilities (B, classes) to learn: the truth, on kept films mixed with the network's own of before."""
        truth = functional.one_hot(batch.classes, len(CLASSES)).float()
        if self.kept is None:
            return truth
        return goals(truth, torch.softmax(self.kept.answers(batch.patches), dim=1), batch.kept)

    def validate(self, model: nn.Module, thorough: bool) -> dict[str, float]:
        """Confusion of unseen patches: balanced accuracy, recall and precision of each class, C2/S1 invented."""
        rng = np.random.default_rng(17)
        confusion = np.zeros((len(CLASSES), len(CLASSES)), np.int64)
        for _ in range(VALIDATED[thorough] // 20):
            samples = [draw_case(self.unseen, rng) for _ in range(20)]
            batch = self._straight(samples)
            with precise(model, self.recipe.bf16):
                found = model(placed(batch.patches, device_of(model))).argmax(dim=1).cpu()  # (B,)
            np.add.at(confusion, (batch.classes.numpy(), found.numpy()), 1)
        return confusion_scores(confusion)

    def _straight(self, samples: list[tuple[TrainingFilm, NDArray[np.float64], float, str]]) -> ClassBatch:
        """The patches as inference cuts them."""
        sides = [self.config.side_px or self.config.side_in_spacings * spacing for _, _, spacing, _ in samples]
        squares = [Square(_xy(point), side) for (_, point, _, _), side in zip(samples, sides, strict=True)]
        patches = [cut_film(s[0], square, self.config.patch) for s, square in zip(samples, squares, strict=True)]
        return _batch(patches, [name for *_, name in samples])

    def _varied(
        self, film: TrainingFilm, point: NDArray[np.float64], spacing: float, rng: np.random.Generator, kept: bool
    ) -> NDArray[np.float32]:
        """The patch of a training case: side, angle and grey values changed, mirrored half of the time.

        Kept ones are not tilted: the network of before may not know tilted ones.
        """
        side = self.config.side_in_spacings * rng.uniform(0.82, 1.2) * spacing
        mirrored = bool(rng.random() < 0.5)
        angle = draw_angle(rng, 0.15, 0.0 if kept else TILTED)
        return varied_patch(film, Square(_xy(point), side, angle, mirrored), self.config.patch, rng)


def draw_case(films: FilmSet, rng: np.random.Generator) -> tuple[TrainingFilm, NDArray[np.float64], float, str]:
    """A film, a point (x, y) on it, the local spacing in pixels and the class of the patch there."""
    names = [name for name in CLASSES if name in ("background", "vertebra") or Level[name] in films.bodies]
    shares = np.array([SHARES[name] for name in names])
    for _ in range(TRIES):
        name = names[int(rng.choice(len(names), p=shares / shares.sum()))]
        if name == "background":
            film = films.draw_film(rng)
            found = draw_background(film, rng)
            if found is not None:
                return film, *found, name
            continue
        film, level = _draw_body(films, name, rng)
        if film.visible[level] >= LEAST_VISIBLE:
            offset = np.clip(rng.normal(0.0, 0.1, 2), -0.22, 0.22) * film.sizes[level]
            return film, film.centroids[level] + offset, film.spacing(level), name
    raise RunFailed(f"{TRIES} draws in a row gave neither a body in view nor background; add films of whole ones.")


def confusion_scores(confusion: NDArray[np.int64]) -> dict[str, float]:
    """Scores of a confusion matrix (true class, found class) in the order of CLASSES."""
    recall = confusion.diagonal() / np.maximum(confusion.sum(axis=1), 1)
    precision = confusion.diagonal() / np.maximum(confusion.sum(axis=0), 1)
    present = confusion.sum(axis=1) > 0
    ends = [CLASSES.index("S1"), CLASSES.index("C2")]
    others = [CLASSES.index("background"), CLASSES.index("vertebra")]
    invented = confusion[np.ix_(others, ends)].sum() / max(int(confusion[others].sum()), 1)
    scores = {"balanced_accuracy": float(recall[present].mean()), "invented_end": float(invented)}
    scores |= {f"recall_{name}": float(recall[i]) for i, name in enumerate(CLASSES) if present[i]}
    scores |= {f"precision_{name}": float(precision[i]) for i, name in enumerate(CLASSES) if present[i]}
    return {key: round(value, 4) for key, value in scores.items()}


def _draw_body(films: FilmSet, name: str, rng: np.random.Generator) -> tuple[TrainingFilm, Level]:
    """A body of the class `name`."""
    if name == "vertebra":
        return films.draw_level(rng, LEVEL_WEIGHTS | {Level.C2: 0.0, Level.S1: 0.0}, BALANCE)
    level = Level[name]
    return films.films[int(rng.choice(films.bodies[level]))], level


def _xy(point: NDArray[np.float64]) -> tuple[float, float]:
    """A point as a pair of floats."""
    return float(point[0]), float(point[1])


def _batch(patches: list[NDArray[np.float32]], names: list[str], kept: list[bool] | None = None) -> ClassBatch:
    """Stack samples. Without `kept` none is."""
    stacked = torch.from_numpy(np.stack(patches))[:, None]  # (B, 1, S, S)
    classes = torch.tensor([CLASSES.index(name) for name in names])  # (B,)
    return ClassBatch(stacked, classes, flags(kept, len(patches)))
