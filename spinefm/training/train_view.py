"""Training of the view network: whole films of every group and pictures that are none, turned and mirrored."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from spinefm.networks.view import FACINGS, LATERAL, VIEWS, ViewConfig, ViewNet, ViewScores, fit_square, without_margins
from spinefm.training.augment import vary_film
from spinefm.training.errors import TrainingError
from spinefm.training.films import FilmSet, FilmTrainer, TrainingFilm
from spinefm.training.ranks import device_of, placed, precise
from spinefm.training.settings import Recipe

SHARES = {"cervical": 0.17, "thoracic": 0.11, "lumbar": 0.17, "whole": 0.08, "frontal": 0.16, "radiograph": 0.14,
          "slice": 0.07, "picture": 0.1}  # fmt: skip
"""How often each view is drawn."""
UPRIGHT = 0.55
"""Share of draws that are upright; the others are turned by one to three quarters."""
UNTURNED = ("slice", "picture")
"""Views that have no upright position."""
IGNORED = -100
"""What cross entropy leaves out."""
VALIDATED = (160, 960)
"""Pictures scored at each validation and at the last one."""
FITTED = 768
"""Films that the distance is fitted to at the last validation."""
SCORED = 64
"""Pictures scored at once."""


@dataclass(frozen=True, eq=False)
class ViewBatch:
    """films (B, 1, S, S) in [0, 1]; views, turns and facings (B,) as indices, IGNORED where there is none."""

    films: Tensor
    views: Tensor
    turns: Tensor
    facings: Tensor


@dataclass(frozen=True, eq=False)
class ViewTrainer(FilmTrainer):
    """Draws films of all views in fixed shares."""

    config: ViewConfig = ViewConfig()
    recipe: Recipe = Recipe(batch=64, learning_rate=1e-3, gradient_clip=5.0, average_decay=0.99, bf16=True)
    network: str = "view"
    by_view: dict[str, tuple[int, ...]] = field(init=False)
    unseen_by_view: dict[str, tuple[int, ...]] = field(init=False)

    def __post_init__(self) -> None:
        """Index the films by view. Raises TrainingError where none is a lateral film."""
        object.__setattr__(self, "by_view", index_views(self.films))
        object.__setattr__(self, "unseen_by_view", index_views(self.unseen))
        if not set(LATERAL) & set(self.by_view):
            raise TrainingError("The view network needs phantoms; simulate some with `spinefm phantom --group mixed`.")

    def build(self) -> nn.Module:
        """The untrained network."""
        return ViewNet(self.config)

    def draw(self, rng: np.random.Generator, count: int) -> ViewBatch:
        """`count` varied pictures."""
        return self._batch(self.films, self.by_view, rng, count, varied=True)

    def losses(self, model: nn.Module, batch: ViewBatch) -> dict[str, Tensor]:
        """Cross entropy of view, turn and facing, each where it has an answer."""
        scores: ViewScores = model(batch.films)
        return {
            "view": functional.cross_entropy(scores.view, batch.views, label_smoothing=0.03),
            "turn": _entropy(scores.turn, batch.turns),
            "facing": 0.5 * _entropy(scores.facing, batch.facings),
        }

    def validate(self, model: nn.Module, thorough: bool) -> dict[str, float]:
        """Accuracies on unseen pictures; at the last one the distance is fitted first, to films of training."""
        if not isinstance(model, ViewNet):
            raise TypeError("The view network's trainer validates the view network.")
        if thorough:
            batch, scores = self._scored(model, self.films, self.by_view, FITTED, varied=True)
            model.cpu().fit_distance(scores.embedding, batch.views)
            model.to(scores.device)
        batch, scores = self._scored(model, self.unseen, self.unseen_by_view, VALIDATED[thorough], varied=False)
        return view_scores(scores, batch)

    def _scored(
        self, model: ViewNet, films: FilmSet, index: dict[str, tuple[int, ...]], count: int, varied: bool
    ) -> tuple[ViewBatch, Scored]:
        """Pictures drawn from `films` and what the network makes of them."""
        rng = np.random.default_rng(29)
        batch = self._batch(films, index, rng, count, varied)
        parts = []
        for start in range(0, count, SCORED):
            with precise(model, self.recipe.bf16), torch.no_grad():
                parts.append(model(placed(batch.films[start : start + SCORED], device_of(model))))
        joined = {
            name: torch.cat([getattr(part, name) for part in parts]).float().cpu()
            for name in ("view", "turn", "facing", "distance", "embedding")
        }
        return batch, Scored(**joined, device=device_of(model))

    def _batch(
        self, films: FilmSet, index: dict[str, tuple[int, ...]], rng: np.random.Generator, count: int, varied: bool
    ) -> ViewBatch:
        """Draw and stack pictures."""
        names = [name for name in VIEWS if name in index]
        shares = np.array([SHARES[name] for name in names])
        rows = []
        for name in rng.choice(names, size=count, p=shares / shares.sum()):
            film = films.films[int(rng.choice(index[str(name)]))]
            rows.append(_picture(film, self.config.side, rng, varied))
        pictures, views, turns, facings = zip(*rows, strict=True)
        return ViewBatch(torch.stack(pictures), *(torch.tensor(part) for part in (views, turns, facings)))


@dataclass(frozen=True, eq=False)
class Scored:
    """The network's answers on the CPU, and where the network was."""

    view: Tensor
    turn: Tensor
    facing: Tensor
    distance: Tensor
    embedding: Tensor
    device: torch.device


def index_views(films: FilmSet) -> dict[str, tuple[int, ...]]:
    """Which films show which view."""
    index: dict[str, list[int]] = {}
    for number, film in enumerate(films.films):
        if film.view in VIEWS:
            index.setdefault(film.view, []).append(number)
    return {name: tuple(numbers) for name, numbers in index.items()}


def view_scores(scores: Scored, batch: ViewBatch) -> dict[str, float]:
    """Accuracy of each head, and what refusing costs: lateral films refused, others let through, at even odds."""
    lateral = batch.views < len(LATERAL)
    share = scores.view.softmax(dim=1)[:, : len(LATERAL)].sum(dim=1)
    values = {
        "view_accuracy": _share(scores.view.argmax(1) == batch.views),
        "turn_accuracy": _share((scores.turn.argmax(1) == batch.turns)[batch.turns != IGNORED]),
        "facing_accuracy": _share((scores.facing.argmax(1) == batch.facings)[batch.facings != IGNORED]),
        "lateral_refused": _share(share[lateral] < 0.5),
        "others_refused": _share(share[~lateral] < 0.5),
        "distance_lateral_99": float(scores.distance[lateral].quantile(0.99)) if lateral.any() else 0.0,
        "distance_others_median": float(scores.distance[~lateral].median()) if (~lateral).any() else 0.0,
    }
    return {name: round(value, 4) for name, value in values.items()}


def _share(hits: Tensor) -> float:
    return float(hits.float().mean()) if len(hits) else 0.0


def _entropy(logits: Tensor, targets: Tensor) -> Tensor:
    """Cross entropy over the samples that have an answer; 0 where none has."""
    answered = (targets != IGNORED).sum().clamp_min(1)
    return functional.cross_entropy(logits, targets, ignore_index=IGNORED, reduction="sum") / answered


def _picture(film: TrainingFilm, side: int, rng: np.random.Generator, varied: bool) -> tuple[Tensor, int, int, int]:
    """A film in its square, the index of its view, its quarter turns and its facing."""
    image = without_margins(torch.from_numpy(film.film.astype(np.float32) / 255.0)).numpy()
    faces = FACINGS.index(film.faces) if film.faces in FACINGS else IGNORED
    if varied:
        image = _cropped(image, rng)
    if rng.random() < 0.5:
        image, faces = image[:, ::-1], (1 - faces if faces != IGNORED else faces)
    turns = 0 if rng.random() < UPRIGHT else int(rng.integers(1, 4))
    small = _shrunk(np.rot90(image, turns), side)
    if varied:
        small = vary_film(small, rng)
    square = fit_square(torch.from_numpy(np.ascontiguousarray(small)), side)
    turned = IGNORED if film.view in UNTURNED else turns
    return square, VIEWS.index(film.view), turned, faces if turns == 0 else IGNORED


def _cropped(image: NDArray[np.float32], rng: np.random.Generator) -> NDArray[np.float32]:
    """The film turned by a few degrees, and half of the time without up to a sixth of each side."""
    height, width = image.shape
    turn = cv2.getRotationMatrix2D((width / 2, height / 2), rng.normal(0, 6), 1.0)
    image = np.asarray(cv2.warpAffine(image, turn, (width, height), borderValue=0.0), np.float32)
    if rng.random() < 0.5:
        return image
    left, top, right, bottom = (rng.uniform(0, 0.16, 4) * (width, height, width, height)).astype(int)
    return image[top : height - bottom, left : width - right]


def _shrunk(image: NDArray[np.float32], side: int) -> NDArray[np.float32]:
    """The picture with its longer side at `side` pixels."""
    scale = side / max(image.shape)
    size = (max(8, round(image.shape[1] * scale)), max(8, round(image.shape[0] * scale)))
    return np.asarray(cv2.resize(np.ascontiguousarray(image), size, interpolation=cv2.INTER_AREA), np.float32)
