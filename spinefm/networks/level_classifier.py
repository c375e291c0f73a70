"""Level classifier: is the patch around a centroid background, a vertebra, S1 or C2? (SpineFM, section 2.2)"""

from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn
from torchvision.models.resnet import BasicBlock, Bottleneck, ResNet

from spinefm.networks.layers import standardise, with_channels

CLASSES = ("background", "vertebra", "S1", "C2")

_BLOCKS: dict[str, tuple[type[BasicBlock | Bottleneck], list[int]]] = {
    "resnet10": (BasicBlock, [1, 1, 1, 1]),
    "resnet18": (BasicBlock, [2, 2, 2, 2]),
    "resnet50": (Bottleneck, [3, 4, 6, 3]),
    "resnet101": (Bottleneck, [3, 4, 23, 3]),
}
_IMAGENET_MEAN = (0.485, 0.456, 0.406)
_IMAGENET_DEVIATION = (0.229, 0.224, 0.225)


@dataclass(frozen=True)
class LevelClassifierConfig:
    """Size of the classifier, and the patches that it was trained on.

    `patch` is the side in px that a patch is resampled to, `side_in_spacings` its side on the film in units of the
    local spacing; `normalisation` is "patch" (its own mean and deviation) or "imagenet" (three channels). `side_px` is
    a fixed side on the film in place of the spacing's (0: none), as published.
    """

    depth: Literal["resnet10", "resnet18", "resnet50", "resnet101"] = "resnet10"
    patch: int = 128
    channels: int = 1
    classes: tuple[str, ...] = CLASSES
    side_in_spacings: float = 4.0
    normalisation: Literal["patch", "imagenet"] = "patch"
    side_px: int = 0

    def __post_init__(self) -> None:
        if self.depth not in _BLOCKS:
            raise ValueError(f'depth is one of {", ".join(_BLOCKS)}, not "{self.depth}".')
        if self.normalisation not in ("patch", "imagenet"):
            raise ValueError(f'normalisation is "patch" or "imagenet", not "{self.normalisation}".')
        if self.normalisation == "imagenet" and self.channels != 3:
            raise ValueError(f"ImageNet normalisation needs 3 channels, not {self.channels}.")

    @classmethod
    def paper(
        cls,
        depth: Literal["resnet50", "resnet101"] = "resnet101",
        classes: tuple[str, ...] = CLASSES,
        side_px: int = 0,
    ) -> "LevelClassifierConfig":
        """ResNet-101 at 224 px with four classes (the paper); the published code has ResNet-50, for CSXA with two."""
        return cls(depth, patch=224, channels=3, classes=classes, normalisation="imagenet", side_px=side_px)


class LevelClassifier(ResNet):
    """A torchvision ResNet (so its state dict has torchvision's names) that normalises its patches itself."""

    def __init__(self, config: LevelClassifierConfig = LevelClassifierConfig()) -> None:
        block, layers = _BLOCKS[config.depth]
        super().__init__(block, layers, num_classes=len(config.classes))
        self.config = config
        if config.channels != 3:
            self.conv1 = nn.Conv2d(config.channels, 64, kernel_size=7, stride=2, padding=3, bias=False)
            nn.init.kaiming_normal_(self.conv1.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, patches: Tensor) -> Tensor:
        """Classify patches.

        Args:
            patches: (B, 1 or channels, S, S) in [0, 1], the centroid in the middle.

        Returns:
            (B, len(classes)) logits in the order of `config.classes`.
        """
        return super().forward(self._normalise(with_channels(patches, self.config.channels)))  # (B, classes)

    def lower(self) -> None:
        """Keep the weights of convolutions and of the last layer in bfloat16, as autocast casts them at every call."""
        for module in self.modules():
            if isinstance(module, nn.Conv2d | nn.Linear):
                module.to(torch.bfloat16)

    def _normalise(self, patches: Tensor) -> Tensor:
        if self.config.normalisation == "patch":
            return standardise(patches)  # (B, C, S, S)
        mean = torch.tensor(_IMAGENET_MEAN, device=patches.device).view(1, 3, 1, 1)
        deviation = torch.tensor(_IMAGENET_DEVIATION, device=patches.device).view(1, 3, 1, 1)
        return (patches - mean) / deviation  # (B, 3, S, S)
