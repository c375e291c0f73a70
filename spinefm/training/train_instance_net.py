"""Training of the instance network on label maps alone: no film is needed (SPINEPS, section on the instance phase)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from spinefm.networks.instance_net import InstanceNet, InstanceNetConfig
from spinefm.training.cutouts import Cutout, draw_cutout, plain_cutout
from spinefm.training.errors import TrainingError
from spinefm.training.films import FilmTrainer
from spinefm.training.ranks import device_of, placed, precise
from spinefm.training.scores import dice
from spinefm.training.settings import Recipe
from spinefm.training.train_unet import class_dice

VALIDATED = (120, 600)
"""Cutouts scored at each validation and at the last one, half of them with the errors of a semantic network."""
SCORED = 8
"""Cutouts scored at once."""


@dataclass(frozen=True, eq=False)
class CutoutBatch:
    """semantic (B, classes, height, width) one-hot; target (B, height, width) class of each pixel."""

    semantic: Tensor
    target: Tensor


@dataclass(frozen=True, eq=False)
class InstanceNetTrainer(FilmTrainer):
    """Draws cutouts round bodies, each level as often as it occurs."""

    config: InstanceNetConfig = InstanceNetConfig()
    recipe: Recipe = Recipe(batch=8, learning_rate=2e-3, gradient_clip=5.0, average_decay=0.99, bf16=True, gpu_batch=32)
    network: str = "instance_net"

    def __post_init__(self) -> None:
        """Refuse a configuration whose classes no target here carries."""
        known = InstanceNetConfig()
        if (self.config.semantic, self.config.classes) != (known.semantic, known.classes):
            raise TrainingError(f"This trainer knows the classes {', '.join(known.semantic + known.classes)} only.")

    def build(self) -> nn.Module:
        """The untrained network."""
        return InstanceNet(self.config)

    def draw(self, rng: np.random.Generator, count: int) -> CutoutBatch:
        """`count` cutouts, with the errors of a semantic network."""
        bodies = [self.films.draw_level(rng, {}) for _ in range(count)]
        return self._batch([draw_cutout(film, level, self.config, rng) for film, level in bodies])

    def losses(self, model: nn.Module, batch: CutoutBatch) -> dict[str, Tensor]:
        """Cross entropy and soft Dice."""
        logits = model(batch.semantic).float()  # (B, 4, height, width)
        return {
            "entropy": functional.cross_entropy(logits, batch.target),
            "dice": 1.0 - class_dice(logits.softmax(dim=1), batch.target),
        }

    def validate(self, model: nn.Module, thorough: bool) -> dict[str, float]:
        """Dice of the three bodies where they are, in plain cutouts and in wrong ones."""
        rng = np.random.default_rng(23)
        bodies = [self.unseen.draw_level(rng, {}) for _ in range(VALIDATED[thorough] // 2)]
        plain = [plain_cutout(film, level, self.config) for film, level in bodies]
        rough = [draw_cutout(film, level, self.config, rng) for film, level in bodies]
        return {
            **{f"{name}_dice": value for name, value in self._scores(model, plain).items()},
            **{f"{name}_dice_rough": value for name, value in self._scores(model, rough).items()},
        }

    def _scores(self, model: nn.Module, cutouts: Sequence[Cutout]) -> dict[str, float]:
        """Mean Dice of each class over the cutouts that hold it."""
        batch = self._batch(cutouts)
        with precise(model, self.recipe.bf16):
            starts = range(0, len(cutouts), SCORED)
            shown = placed(batch.semantic, device_of(model))
            parts = [model(shown[i : i + SCORED]).argmax(dim=1).cpu() for i in starts]  # each (8, height, width)
        found, truth = torch.cat(parts).numpy(), batch.target.numpy()  # (B, height, width)
        scores = {}
        for index, name in enumerate(self.config.classes[1:], start=1):
            pairs = [(a == index, b == index) for a, b in zip(found, truth, strict=True) if (b == index).any()]
            if pairs:
                scores[name] = round(float(np.mean([dice(*pair) for pair in pairs])), 4)
        return scores

    def _batch(self, cutouts: Sequence[Cutout]) -> CutoutBatch:
        """Stack cutouts."""
        classes = torch.from_numpy(np.stack([cutout.semantic for cutout in cutouts]).astype(np.int64))  # (B, h, w)
        target = torch.from_numpy(np.stack([cutout.target for cutout in cutouts]).astype(np.int64))  # (B, h, w)
        one_hot = functional.one_hot(classes, len(self.config.semantic)).movedim(-1, 1).float()  # (B, classes, h, w)
        return CutoutBatch(one_hot.contiguous(), target)
