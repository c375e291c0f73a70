"""Instance network: the vertebrae above, in the middle and below in a crop of a semantic map (SPINEPS).

Its only input is the semantic mask, from whatever network; it never sees the film (Möller et al. 2024).
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from spinefm.networks.unet import CLASSES as SEMANTIC

CLASSES = ("none", "above", "centre", "below")


@dataclass(frozen=True)
class InstanceNetConfig:
    """Size of the network, and the crops it was trained on.

    A crop is `high` by `wide` median spacings round a centre, resampled to `height` x `width` px; `semantic` are the
    classes of the map in it. `widths` are the channels at each resolution after `fold` x `fold` px became channels,
    `groups` those of the group norm.
    """

    semantic: tuple[str, ...] = SEMANTIC
    classes: tuple[str, ...] = CLASSES
    height: int = 256
    width: int = 192
    high: float = 6.0
    wide: float = 4.5
    widths: tuple[int, ...] = (32, 64, 96)
    fold: int = 4
    groups: int = 8

    def __post_init__(self) -> None:
        step = self.fold * 2 ** (len(self.widths) - 1)
        if self.height % step or self.width % step:
            raise ValueError(f"height and width are multiples of {step}, not {self.height} and {self.width}.")
        if any(width % self.groups for width in self.widths):
            raise ValueError(f"widths are multiples of groups ({self.groups}).")

    @classmethod
    def paper(cls) -> "InstanceNetConfig":
        """The larger size; the published network is three-dimensional, so its own sizes do not carry over."""
        return cls(widths=(32, 64, 128, 256), fold=1)


class InstanceNet(nn.Module):
    """A small U-Net of residual blocks with group norm."""

    def __init__(self, config: InstanceNetConfig = InstanceNetConfig()) -> None:
        super().__init__()
        self.config = config
        widths, cells = config.widths, config.fold**2
        self.stem = nn.Conv2d(cells * len(config.semantic), widths[0], kernel_size=3, padding=1)
        pairs = list(zip(widths, widths[1:], strict=False))
        self.down = nn.ModuleList([GroupBlock(widths[0], widths[0], config.groups)])
        self.down.extend(GroupBlock(shallow, deep, config.groups) for shallow, deep in pairs)
        self.up = nn.ModuleList(GroupBlock(shallow + deep, shallow, config.groups) for shallow, deep in pairs[::-1])
        self.logits = nn.Conv2d(widths[0], cells * len(config.classes), kernel_size=1)

    def forward(self, cutouts: Tensor) -> Tensor:
        """Separate three neighbours.

        Args:
            cutouts: (B, len(semantic), height, width), one-hot.

        Returns:
            (B, len(classes), height, width) logits in the order of `config.classes`.
        """
        x = self.stem(F.pixel_unshuffle(cutouts, self.config.fold))  # (B, widths[0], height / fold, width / fold)
        skips = []
        for index, block in enumerate(self.down):
            x = block(F.avg_pool2d(x, 2) if index else x)  # (B, widths[i], height / fold / 2^i, …)
            skips.append(x)
        for block, skip in zip(self.up, skips[-2::-1], strict=True):
            x = F.interpolate(x, scale_factor=2.0, mode="bilinear")  # (B, widths[i + 1], height / fold / 2^i, …)
            x = block(torch.cat([x, skip], dim=1))  # (B, widths[i], height / fold / 2^i, …)
        return F.pixel_shuffle(self.logits(x), self.config.fold)  # (B, classes, height, width)


class GroupBlock(nn.Module):
    """Two 3x3 convolutions with group norm, and a skip."""

    def __init__(self, inputs: int, outputs: int, groups: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, outputs, kernel_size=3, padding=1, bias=False)
        self.norm1 = nn.GroupNorm(groups, outputs)
        self.conv2 = nn.Conv2d(outputs, outputs, kernel_size=3, padding=1, bias=False)
        self.norm2 = nn.GroupNorm(groups, outputs)
        same = inputs == outputs
        self.skip: nn.Module = nn.Identity() if same else nn.Conv2d(inputs, outputs, kernel_size=1)

    def forward(self, x: Tensor) -> Tensor:
        """(B, inputs, H, W) -> (B, outputs, H, W)."""
        y = F.silu(self.norm1(self.conv1(x)))  # (B, outputs, H, W)
        return F.silu(self.norm2(self.conv2(y)) + self.skip(x))  # (B, outputs, H, W)
