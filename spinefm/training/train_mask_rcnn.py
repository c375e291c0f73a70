"""Training of Mask R-CNN: the vertebral bodies of a whole film, whatever its scale."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torchvision.ops import box_iou

from spinefm.networks.mask_rcnn import MaskRCNNConfig, SpineMaskRCNN, build_mask_rcnn
from spinefm.training.errors import TrainingError
from spinefm.training.films import FilmTrainer, TrainingFilm
from spinefm.training.ranks import device_of, placed, precise
from spinefm.training.settings import Recipe
from spinefm.training.views import View, cut_view, draw_view

SCORE = 0.6
"""Detections from this score on count (SpineFM, section 2.1)."""
MASK_PROBABILITY = 0.9
"""A detection's centroid is that of its mask above this probability, as at inference."""
VIEWS = ((1.0, 0.75, 0.3), (1.0, 1.0, 0.15), (1.0, 0.5, 0.35), (0.6, 0.8, 0.2))
"""Longest side (share of the configured one), width over height, and share of batches of each shape of view.

Half of the batches are narrow strips along the column or small parts of it: as many bodies for half of the time.
"""
VALIDATED = (24, 150)
"""Films scored at each validation and at the last one."""


@dataclass(frozen=True, eq=False)
class FilmBatch:
    """films: list of (1, H, W) in [0, 1]; targets: torchvision's boxes, labels and masks of each."""

    films: list[Tensor]
    targets: list[dict[str, Tensor]]


@dataclass(frozen=True, eq=False)
class MaskRCNNTrainer(FilmTrainer):
    """Draws views of films with all bodies mostly in view as targets."""

    config: MaskRCNNConfig = MaskRCNNConfig()
    recipe: Recipe = Recipe(batch=4, learning_rate=1e-3, gradient_clip=5.0, bf16=True)
    network: str = "mask_rcnn"

    def __post_init__(self) -> None:
        """Refuse a configuration whose classes no target here carries."""
        if self.config.classes != ("vertebra",):
            raise TrainingError('This trainer knows the class "vertebra" only; configure Mask R-CNN with it.')

    def build(self) -> nn.Module:
        """The untrained network."""
        return build_mask_rcnn(self.config)

    def draw(self, rng: np.random.Generator, count: int) -> FilmBatch:
        """`count` views of one shape (so that nothing is padded) with their targets."""
        if self.recipe.published:
            return self._whole_films(rng, count)
        side, aspect, _ = VIEWS[int(rng.choice(len(VIEWS), p=[share for *_, share in VIEWS]))]
        longest = self.config.longest_side
        shape = view_shape(round(longest * side / 32) * 32, aspect)
        views = [draw_view(self.films.draw_film(rng), shape, longest, rng) for _ in range(count)]
        return FilmBatch([torch.from_numpy(view.image)[None] for view in views], [target_of(view) for view in views])

    def _whole_films(self, rng: np.random.Generator, count: int) -> FilmBatch:
        """Whole films as they are."""
        drawn = [self.films.draw_film(rng) for _ in range(count)]
        views = [cut_view(film, np.eye(2, 3), film.shape) for film in drawn]
        return FilmBatch([torch.from_numpy(view.image)[None] for view in views], [target_of(view) for view in views])

    def losses(self, model: nn.Module, batch: FilmBatch) -> dict[str, Tensor]:
        """torchvision's five losses and that of the auxiliary semantic map."""
        if not isinstance(model, SpineMaskRCNN):
            raise TypeError("Mask R-CNN's trainer trains Mask R-CNN.")
        if not self.recipe.published:
            height, width = batch.films[0].shape[-2:]
            model.transform.min_size = (min(height, width),)  # views come at the scale they are meant at
            model.transform.max_size = max(height, width)
        losses: dict[str, Tensor] = model(batch.films, batch.targets)
        return losses

    def validate(self, model: nn.Module, thorough: bool) -> dict[str, float]:
        """Recall and false detections per film at the working score, and the centroids' error in body widths."""
        if not isinstance(model, SpineMaskRCNN):
            raise TypeError("Mask R-CNN's trainer validates Mask R-CNN.")
        scored = [self._score_film(model, film) for film in self.unseen.films[: VALIDATED[thorough]]]
        bodies, hits, wrong = (sum(getattr(score, name) for score in scored) for name in ("bodies", "hits", "wrong"))
        errors = [error for score in scored for error in score.errors]
        located = {"centroid_error_widths": round(float(np.mean(errors)), 4)} if errors else {}
        return located | {
            "recall": round(hits / max(bodies, 1), 4),
            "false_per_film": round(wrong / len(scored), 3),
            "films_with_three": round(float(np.mean([score.hits >= min(3, score.bodies) for score in scored])), 4),
        }

    def _score_film(self, model: SpineMaskRCNN, film: TrainingFilm) -> DetectionScore:
        """Detect on one whole film and match."""
        view = cut_view(film, np.eye(2, 3), film.shape)
        with precise(model, self.recipe.bf16):
            found = model.detect([torch.from_numpy(view.image)[None].to(device_of(model))])[0]
        found = placed(found, torch.device("cpu"))
        sure = found["scores"] >= SCORE
        sizes = {level: 1.1 * film.sizes[level] for level in view.levels}
        truth = [(film.centroids[level], sizes[level]) for level in view.levels]
        return match(found["boxes"][sure], found["masks"][sure], torch.from_numpy(view.boxes), truth)


@dataclass(frozen=True)
class DetectionScore:
    """One film: bodies in view, bodies found, detections on nothing, and the centroid errors in body widths."""

    bodies: int
    hits: int
    wrong: int
    errors: tuple[float, ...]


def match(
    boxes: Tensor, masks: Tensor, true_boxes: Tensor, truth: list[tuple[NDArray[np.float64], float]]
) -> DetectionScore:
    """Match detections to bodies, one to one, at a box IoU of 0.5 or more.

    boxes (D, 4), best first, masks (D, m, m) on them; true_boxes (N, 4); truth: centroid (x, y) and width of each.
    """
    overlap = box_iou(boxes.float(), true_boxes.float())  # (D, N)
    errors, free = [], set(range(len(truth)))
    for index in range(len(boxes)):
        best = max(free, key=lambda body: float(overlap[index, body]), default=None)
        if best is None or float(overlap[index, best]) < 0.5:
            continue
        free.discard(best)
        centroid, width = truth[best]
        errors.append(float(np.linalg.norm(mask_centroid(boxes[index], masks[index]) - centroid)) / width)
    return DetectionScore(len(truth), len(errors), len(boxes) - len(errors), tuple(errors))


def mask_centroid(box: Tensor, mask: Tensor) -> NDArray[np.float64]:
    """The centroid (x, y) in film pixels of a mask (m, m) on `box` (4,); the box's middle for an unsure mask."""
    x0, y0, x1, y1 = (float(value) for value in box)
    rows, columns = np.nonzero(mask.numpy() > MASK_PROBABILITY)
    grid = mask.shape[-1]
    across, down = (float(axis.mean() + 0.5) / grid if len(axis) else 0.5 for axis in (columns, rows))
    return np.array([x0 + across * (x1 - x0) - 0.5, y0 + down * (y1 - y0) - 0.5])


def view_shape(height: int, aspect: float) -> tuple[int, int]:
    """(H, W) with W / H = `aspect`, W a multiple of 32 px."""
    return height, round(height * aspect / 32) * 32


def target_of(view: View) -> dict[str, Tensor]:
    """torchvision's target of a view."""
    return {
        "boxes": torch.from_numpy(view.boxes),
        "labels": torch.ones(len(view.boxes), dtype=torch.int64),
        "masks": torch.from_numpy(view.masks),
    }
