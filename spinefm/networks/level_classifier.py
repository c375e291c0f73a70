"""Level classifier: is the patch around a centroid background, a vertebra, S1 or C2? (SpineFM, section 2.2)"""

from dataclasses import dataclass, replace
from typing import Final, Literal

import torch
from torch import Tensor, nn
from torchvision.models.resnet import BasicBlock, Bottleneck, ResNet

from spinefm.networks.efficientnet_lite import ALL, STAGES, EfficientNetLite
from spinefm.networks.layers import IMAGENET_DEVIATION, IMAGENET_MEAN, standardise, with_channels

CLASSES = ("background", "vertebra", "S1", "C2")

_BLOCKS: dict[str, tuple[type[BasicBlock | Bottleneck], list[int]]] = {
    "resnet10": (BasicBlock, [1, 1, 1, 1]),
    "resnet18": (BasicBlock, [2, 2, 2, 2]),
    "resnet50": (Bottleneck, [3, 4, 6, 3]),
    "resnet101": (Bottleneck, [3, 4, 23, 3]),
}
LITE: Final = "lite0"
"""EfficientNet-Lite0 in place of a ResNet: public weights of ImageNet that are small enough to ship."""
PAIR: Final = "resnet10+lite0"
"""Both side by side; the geometric mean of their probabilities counts."""
DROPPED = 0.2
"""Share of the features that are left out of a step of training."""


@dataclass(frozen=True)
class LevelClassifierConfig:
    """Size of the classifier, and the patches that it was trained on.

    `patch` is the side in px that a patch is resampled to, `side_in_spacings` its side on the film in units of the
    local spacing; `normalisation` is "patch" (its own mean and deviation) or "imagenet" (three channels). `side_px` is
    a fixed side on the film in place of the spacing's (0: none), as published.
    """

    depth: Literal["resnet10", "resnet18", "resnet50", "resnet101", "lite0", "resnet10+lite0"] = "resnet10"
    patch: int = 128
    channels: int = 1
    classes: tuple[str, ...] = CLASSES
    side_in_spacings: float = 4.0
    normalisation: Literal["patch", "imagenet"] = "patch"
    side_px: int = 0

    def __post_init__(self) -> None:
        known = (*_BLOCKS, LITE, PAIR)
        if self.depth not in known:
            raise ValueError(f'depth is one of {", ".join(known)}, not "{self.depth}".')
        if self.normalisation not in ("patch", "imagenet"):
            raise ValueError(f'normalisation is "patch" or "imagenet", not "{self.normalisation}".')
        if self.normalisation == "imagenet" and self.channels != 3:
            raise ValueError(f"ImageNet normalisation needs 3 channels, not {self.channels}.")
        if self.depth in (LITE, PAIR) and (self.normalisation, self.channels) != ("patch", 1):
            raise ValueError(f'{self.depth} takes patches of 1 channel and normalises each by itself ("patch").')

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
        """Keep the large weights in bfloat16."""
        _lower(self)

    def _normalise(self, patches: Tensor) -> Tensor:
        if self.config.normalisation == "patch":
            return standardise(patches)  # (B, C, S, S)
        mean = torch.tensor(IMAGENET_MEAN, device=patches.device).view(1, 3, 1, 1)
        deviation = torch.tensor(IMAGENET_DEVIATION, device=patches.device).view(1, 3, 1, 1)
        return (patches - mean) / deviation  # (B, 3, S, S)


class LiteClassifier(nn.Module):
    """EfficientNet-Lite0 with one linear layer on the mean of its features, in place of `LevelClassifier`."""

    def __init__(self, config: LevelClassifierConfig) -> None:
        super().__init__()
        self.config = config
        self.encoder = EfficientNetLite(ALL)
        self.drop = nn.Dropout(DROPPED)
        self.fc = nn.Linear(STAGES[-1][-1], len(config.classes))

    def forward(self, patches: Tensor) -> Tensor:
        """Classify patches (B, 1, S, S) in [0, 1], the centroid in the middle: (B, len(classes)) logits."""
        features = self.encoder(with_channels(standardise(patches), 3))  # (B, 320, S / 32, S / 32)
        logits: Tensor = self.fc(self.drop(features.mean(dim=(2, 3))))
        return logits

    def lower(self) -> None:
        """Keep the large weights in bfloat16."""
        _lower(self)


class PairClassifier(nn.Module):
    """A ResNet-10 and an EfficientNet-Lite0 on the same patches, the geometric mean of their probabilities.

    The ResNet learnt from phantoms alone, the EfficientNet began with public features of photographs. On real films
    they err on different bodies; in a geometric mean, a class that either of them all but excludes stays improbable.
    """

    def __init__(self, config: LevelClassifierConfig) -> None:
        super().__init__()
        self.config = config
        self.resnet = LevelClassifier(replace(config, depth="resnet10"))
        self.lite = LiteClassifier(replace(config, depth=LITE))

    @classmethod
    def of(cls, resnet: LevelClassifier, lite: LiteClassifier) -> "PairClassifier":
        """The pair of two trained networks, in eval mode where the ResNet is."""
        pair = cls(replace(resnet.config, depth=PAIR))
        pair.resnet, pair.lite = resnet, lite
        return pair.train(resnet.training)

    def forward(self, patches: Tensor) -> Tensor:
        """Classify patches (B, 1, S, S) in [0, 1], the centroid in the middle: (B, len(classes)) logits."""
        return torch.stack([logits.float().log_softmax(dim=1) for logits in self.each(patches)]).mean(dim=0)

    def each(self, patches: Tensor) -> list[Tensor]:
        """The logits (B, len(classes)) of each of the two."""
        return [self.resnet(patches), self.lite(patches)]

    def lower(self) -> None:
        """Keep the large weights in bfloat16."""
        _lower(self)


def _lower(model: nn.Module) -> None:
    """Keep the weights of convolutions and of last layers in bfloat16, as autocast casts them at every call."""
    for module in model.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            module.to(torch.bfloat16)


Classifier = LevelClassifier | LiteClassifier | PairClassifier


def build_classifier(config: LevelClassifierConfig) -> Classifier:
    """The classifier of a configuration, with random weights."""
    if config.depth == PAIR:
        return PairClassifier(config)
    return LiteClassifier(config) if config.depth == LITE else LevelClassifier(config)
