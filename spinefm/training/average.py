"""The exponential moving average of a network's weights, which is what gets validated and exported."""

from __future__ import annotations

import copy

import torch
from torch import Tensor, nn


class WeightAverage:
    """A second copy of `model` whose parameters follow the trained ones: average += (1 - d) * (weights - average).

    d rises from 0 as (1 + t) / (10 + t) up to `decay`, which forgets the random start; buffers (the running statistics
    of BatchNorm) are copied as they are, and what is frozen stays as it began.
    """

    def __init__(self, model: nn.Module, decay: float) -> None:
        """Start from the weights of `model`."""
        self.model = copy.deepcopy(model).eval().requires_grad_(False)
        self.decay = decay
        self.updates = 0

    @torch.no_grad()
    def update(self, model: nn.Module) -> None:
        """Take in the weights of `model` after one more step."""
        decay = min(self.decay, (1 + self.updates) / (10 + self.updates))
        pairs = zip(self.model.parameters(), model.parameters(), strict=True)
        averaged, trained = zip(*((kept, new.detach()) for kept, new in pairs if new.requires_grad), strict=True)
        torch._foreach_lerp_(averaged, trained, 1 - decay)
        for kept, new in zip(self.model.buffers(), model.buffers(), strict=True):
            kept.copy_(new)
        self.updates += 1

    def state(self) -> dict[str, Tensor | int]:
        """What a checkpoint keeps."""
        return {**self.model.state_dict(), "updates": self.updates}

    def restore(self, state: dict[str, Tensor | int]) -> None:
        """Continue from a checkpoint's `state`."""
        weights = {key: value for key, value in state.items() if key != "updates"}
        self.model.load_state_dict(weights)
        self.updates = int(state["updates"])
