"""Films on which a network that is trained on stays near its answers of before, while it learns from others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from spinefm.training.films import FilmSet

KEPT_SHARE = 0.75
"""Share of the samples that come from films on which answers are to stay, where there are any."""
KEPT_WEIGHT = 0.7
"""Weight of the answers of before on those films, beside the truth."""


@dataclass(frozen=True, eq=False)
class KeptFilms:
    """The films, and the network as it was before (frozen: its answers are computed without gradients)."""

    films: FilmSet
    before: nn.Module

    def answers(self, *inputs: Tensor) -> Tensor:
        """What the network of before gives for `inputs`, in float32 on their device."""
        before = self.before.to(inputs[0].device).eval()
        with torch.no_grad():
            answers: Tensor = before(*inputs).float()
        return answers


def drawn_kept(kept: KeptFilms | None, rng: np.random.Generator, count: int) -> list[bool]:
    """For each of `count` samples, whether it comes from a kept film; none does where there are none."""
    return [kept is not None and bool(rng.random() < KEPT_SHARE) for _ in range(count)]


def flags(kept: list[bool] | None, count: int) -> Tensor:
    """Whether each of `count` samples is kept, as (B,); none is without `kept`."""
    return torch.tensor(kept if kept is not None else [False] * count)


def goals(truth: Tensor, before: Tensor, kept: Tensor) -> Tensor:
    """What to learn: the truth (B, …), where `kept` (B,) with `KEPT_WEIGHT` of the probabilities of before in it."""
    weight = KEPT_WEIGHT * kept.float().reshape(-1, *[1] * (truth.ndim - 1))  # (B, 1, …)
    return weight * before + (1 - weight) * truth


def kept_facts(kept: KeptFilms | None) -> dict[str, Any]:
    """The kept films for a model card, empty without any."""
    return {"kept": kept.films.facts()} if kept is not None else {}
