"""What "every parameter learns" means, for the tests of all networks."""

import torch
from torch import Tensor, nn


def wake(model: nn.Module) -> None:
    """Move what starts at zero (skips, adapters) off it: behind a zero no gradient passes."""
    for parameter in model.parameters():
        if not parameter.detach().any():
            nn.init.normal_(parameter.data, std=0.1)


def without_gradient(model: nn.Module, loss: Tensor) -> list[str]:
    """Names of the trainable parameters that `loss` does not reach."""
    loss.backward()
    return [
        name
        for name, parameter in model.named_parameters()
        if parameter.requires_grad and (parameter.grad is None or not torch.any(parameter.grad != 0))
    ]
