"""The stages of EfficientNet-Lite0: inverted residual blocks without squeeze-and-excitation (Tan & Le, ICML 2019; the
Lite family of 2020).

Public weights of ImageNet fit them (`from_public`). They were trained with TensorFlow's padding, which `SamePadding`
repeats. The last two stages, which hold most of the weights, know things of the world rather than edges and textures: a
network whose encoder stays as it is leaves them out, one that is trained as a whole may use them.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn import functional

STEM = 32
"""Channels after the first convolution."""
STAGES = (
    *((1, 3, 1, 1, 16), (2, 3, 2, 6, 24), (2, 5, 2, 6, 40), (3, 3, 2, 6, 80), (3, 5, 1, 6, 112)),
    *((4, 5, 2, 6, 192), (1, 3, 1, 6, 320)),
)
"""Blocks, kernel, stride of the first block, expansion and output channels of each stage."""
LOW, ALL = 5, len(STAGES)
"""Stages up to textures, and all of them."""
FEATURES, STRIDE = STAGES[LOW - 1][-1], 16
"""Channels of the features of the low stages, and pixels of the picture between two of them."""
EPSILON = 1e-3
"""Of batch normalisation, as TensorFlow has it."""


class SamePadding(nn.Module):
    """Zeros around a map (B, C, H, W) so that a strided convolution answers ceil(H / stride) rows, as TensorFlow's do.

    Where the zeros cannot be shared out evenly, right and bottom get one more.
    """

    def __init__(self, kernel: int, stride: int) -> None:
        super().__init__()
        self.kernel, self.stride = kernel, stride

    def forward(self, x: Tensor) -> Tensor:
        short = [max((-(-size // self.stride) - 1) * self.stride + self.kernel - size, 0) for size in x.shape[-2:]]
        return functional.pad(x, (short[1] // 2, short[1] - short[1] // 2, short[0] // 2, short[0] - short[0] // 2))


class InvertedResidual(nn.Module):
    """Widen, filter each channel, narrow; with a skip where nothing changes its shape."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int, expansion: int) -> None:
        super().__init__()
        wide = inputs * expansion
        self.expand = _convolution(inputs, wide) if expansion > 1 else nn.Identity()
        self.depthwise = _convolution(wide, wide, kernel, stride, groups=wide)
        self.project = _convolution(wide, outputs, active=False)
        self.skips = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.project(self.depthwise(self.expand(x)))  # (B, outputs, H / stride, W / stride)
        return x + y if self.skips else y


class EfficientNetLite(nn.Module):
    """Pictures (B, 3, H, W), mean 0 and deviation about 1, to features (B, FEATURES, H / STRIDE, W / STRIDE).

    With `ALL` instead of `LOW` stages the features are of (B, 320, H / 32, W / 32).
    """

    def __init__(self, stages: int = LOW) -> None:
        super().__init__()
        self.stem = _convolution(3, STEM, kernel=3, stride=2)
        self.blocks = nn.Sequential(*_blocks(stages))

    def forward(self, x: Tensor) -> Tensor:
        features: Tensor = self.blocks(self.stem(x))
        return features


def _blocks(stages: int) -> list[InvertedResidual]:
    """The blocks of the first `stages` stages in their order."""
    blocks, inputs = [], STEM
    for count, kernel, stride, expansion, outputs in STAGES[:stages]:
        for number in range(count):
            blocks.append(InvertedResidual(inputs, outputs, kernel, stride if number == 0 else 1, expansion))
            inputs = outputs
    return blocks


def _convolution(
    inputs: int, outputs: int, kernel: int = 1, stride: int = 1, groups: int = 1, active: bool = True
) -> nn.Sequential:
    """A convolution with TensorFlow's padding, batch normalisation, and ReLU6 where it is active."""
    parts: list[nn.Module] = [
        SamePadding(kernel, stride),
        nn.Conv2d(inputs, outputs, kernel, stride, groups=groups, bias=False),
        nn.BatchNorm2d(outputs, eps=EPSILON),
    ]
    return nn.Sequential(*parts, nn.ReLU6()) if active else nn.Sequential(*parts)


_STEM_NAMES = {"_conv_stem": "stem.1", "_bn0": "stem.2"}
_BLOCK_NAMES = {
    **{"_expand_conv": "expand.1", "_bn0": "expand.2", "_depthwise_conv": "depthwise.1", "_bn1": "depthwise.2"},
    **{"_project_conv": "project.1", "_bn2": "project.2"},
}


def from_public(state: Mapping[str, Tensor], stages: int = LOW) -> dict[str, Tensor]:
    """The released weights under the names of `EfficientNetLite`, without later stages and the classifier."""
    blocks = sum(count for count, *_ in STAGES[:stages])
    named = {_own_name(name, blocks): torch.as_tensor(value) for name, value in state.items()}
    return {name: value for name, value in named.items() if name}


def _own_name(name: str, blocks: int) -> str:
    """Our name of a released tensor; empty for one that is left out, as what follows the first `blocks` blocks is."""
    first, *others = name.split(".")
    if first != "_blocks":
        return ".".join([_STEM_NAMES[first], *others]) if first in _STEM_NAMES else ""
    number, part, *others = others
    return ".".join(["blocks", number, _BLOCK_NAMES[part], *others]) if int(number) < blocks else ""
