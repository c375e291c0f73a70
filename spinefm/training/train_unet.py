"""Training of the U-Net: every pixel of a film, whatever its scale; what lies between two bodies counts more."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from spinefm.core.levels import Level
from spinefm.networks.unet import ResidualEncoder, UNet, UNetConfig, resized
from spinefm.training.errors import TrainingError
from spinefm.training.films import FilmTrainer, TrainingFilm
from spinefm.training.ranks import device_of, precise
from spinefm.training.scores import dice
from spinefm.training.settings import Recipe
from spinefm.training.train_mask_rcnn import VIEWS, view_shape
from spinefm.training.views import View, draw_view
from spinefm.weights.load import load_bundle

GAP_WEIGHT = 6.0
"""Weight of background between two bodies (Ronneberger et al. 2015): a bridge there costs an instance."""
GAP_REACH = 0.14
"""Half of the widest gap that counts as between two bodies, in body sizes."""
VALIDATED = (16, 90)
"""Films scored at each validation and at the last one."""


@dataclass(frozen=True, eq=False)
class MapBatch:
    """films (B, 1, H, W) in [0, 1]; maps (B, H, W) class of each pixel; weights (B, H, W) of each pixel."""

    films: Tensor
    maps: Tensor
    weights: Tensor


@dataclass(frozen=True, eq=False)
class UNetTrainer(FilmTrainer):
    """Draws the detector's views of films, with the class of every pixel.

    The residual encoder starts from the backbone of the detector in the bundle `start`, which has seen the same films
    and tells bodies apart already; it is trained on with the rest. Without `start` it begins at random.
    """

    config: UNetConfig = UNetConfig()
    recipe: Recipe = Recipe(batch=4, learning_rate=3e-3, gradient_clip=5.0, average_decay=0.99, bf16=True, gpu_batch=16)
    network: str = "unet"
    start: str | None = "compact"

    def __post_init__(self) -> None:
        """Refuse a configuration whose classes no target here carries."""
        if self.config.classes != UNetConfig().classes:
            raise TrainingError(f"This trainer knows the classes {', '.join(UNetConfig().classes)} only.")

    def build(self) -> nn.Module:
        """The network as training begins."""
        network = UNet(self.config)
        if self.start is not None and isinstance(network.encoder, ResidualEncoder):
            network.encoder.adopt(load_bundle(self.start, "cpu").mask_rcnn.backbone)
        return network

    def draw(self, rng: np.random.Generator, count: int) -> MapBatch:
        """`count` views of one shape (so that nothing is padded)."""
        side, aspect, _ = VIEWS[int(rng.choice(len(VIEWS), p=[share for *_, share in VIEWS]))]
        longest, step = self.config.longest_side, self.config.multiple
        height, width = view_shape(max(1, round(longest * side / step)) * step, aspect)
        shape = (height, max(step, width // step * step))
        views = [draw_view(self.films.draw_film(rng), shape, longest, rng) for _ in range(count)]
        films = torch.from_numpy(np.stack([view.image for view in views]))[:, None]  # (B, 1, H, W)
        maps = torch.from_numpy(np.stack([class_map(view) for view in views]))  # (B, H, W)
        weights = torch.from_numpy(np.stack([gap_weights(view.masks) for view in views]))  # (B, H, W)
        return MapBatch(films, maps, weights)

    def losses(self, model: nn.Module, batch: MapBatch) -> dict[str, Tensor]:
        """Weighted cross entropy, and soft Dice of all bodies together and of each class."""
        logits = model(batch.films).float()  # (B, classes, H, W)
        entropy = functional.cross_entropy(logits, batch.maps, reduction="none")  # (B, H, W)
        probabilities = logits.softmax(dim=1)  # (B, classes, H, W)
        body = soft_dice(1.0 - probabilities[:, 0], batch.maps > 0)
        return {
            "entropy": (entropy * batch.weights).mean(),
            "body_dice": 1.0 - body,
            "class_dice": 1.0 - class_dice(probabilities, batch.maps),
        }

    def validate(self, model: nn.Module, thorough: bool) -> dict[str, float]:
        """Dice of all bodies and of C2 and S1 on whole films, and the share of bodies that are a component alone."""
        if not isinstance(model, UNet):
            raise TypeError("The U-Net's trainer validates the U-Net.")
        scored = [self._score_film(model, film) for film in self.unseen.films[: VALIDATED[thorough]]]
        names = sorted({name for scores in scored for name in scores})
        return {name: round(float(np.mean([s[name] for s in scored if name in s])), 4) for name in names}

    def _score_film(self, model: UNet, film: TrainingFilm) -> dict[str, float]:
        """The scores of one film, at the size the network sees; C2 and S1 only where they are."""
        pixels = torch.from_numpy(film.film.astype(np.float32) / 255.0)[None].to(device_of(model))
        with precise(model, self.recipe.bf16):
            found = model.segment(pixels).argmax(dim=0).cpu().numpy()  # (h, w)
        size = resized(*film.shape, self.config.longest_side)[::-1]
        labels = cv2.resize(film.labels, size, interpolation=cv2.INTER_NEAREST_EXACT)
        scores = {"body_dice": dice(found > 0, labels > 0)} if film.centroids else {}
        for level, index in ((Level.C2, 2), (Level.S1, 3)):
            if level in film.centroids:
                scores[f"{level.name}_dice"] = dice(found == index, labels == level)
        if film.centroids:
            scores["alone"] = float(np.mean([alone(found > 0, labels == level) for level in film.centroids]))
        return scores


def class_map(view: View) -> NDArray[np.int64]:
    """The class of each pixel (H, W) of a view: background, body, C2 or S1."""
    classes = {Level.C2: 2, Level.S1: 3}
    found = np.zeros(view.image.shape, np.int64)
    for level, mask in zip(view.levels, view.masks, strict=True):
        found[mask > 0] = classes.get(level, 1)
    return found


def gap_weights(masks: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The weight of each pixel (H, W): GAP_WEIGHT in the background near two bodies; masks (N, H, W)."""
    near = np.zeros(masks.shape[1:], np.uint8)
    for mask in masks:
        reach = 2 * max(2, round(GAP_REACH * float(np.sqrt(mask.sum())))) + 1
        disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (reach, reach))
        near = near + np.asarray(cv2.dilate(mask, disc), np.uint8)
    between = (near >= 2) & ~masks.any(axis=0)
    return np.where(between, GAP_WEIGHT, 1.0).astype(np.float32)


def soft_dice(probabilities: Tensor, truth: Tensor) -> Tensor:
    """Dice of probabilities and 0/1 truth of one shape, over the whole batch: a scalar, 1 for full agreement."""
    shared = (probabilities * truth).sum()
    return (2.0 * shared + 1.0) / (probabilities.sum() + truth.sum() + 1.0)


def class_dice(probabilities: Tensor, maps: Tensor) -> Tensor:
    """Mean soft Dice over the foreground classes in a batch; (B, classes, H, W) against (B, H, W)."""
    present = [index for index in range(1, probabilities.shape[1]) if bool((maps == index).any())]
    if not present:
        return probabilities.new_ones(())
    return torch.stack([soft_dice(probabilities[:, index], maps == index) for index in present]).mean()


def alone(found: NDArray[np.bool_], body: NDArray[np.bool_]) -> bool:
    """Whether one component of the mask `found` (H, W) covers the `body` and no other, at an IoU of at least 0.5."""
    _, components = cv2.connectedComponents(found.astype(np.uint8))
    here = components[body & found]
    if here.size == 0:
        return False
    component = components == np.bincount(here).argmax()
    return bool(2 * (component & body).sum() >= (component | body).sum())
