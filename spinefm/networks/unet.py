"""U-Net: which pixels of a film are vertebral body (VertXNet, section "U-Net"; SPINEPS, semantic phase).

One network serves two methods: VertXNet wants body or not (one minus background), SPINEPS wants C2 and S1 apart.
"""

from dataclasses import dataclass
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from spinefm.networks.layers import conv_norm, stage, standardise

CLASSES = ("background", "body", "C2", "S1")


@dataclass(frozen=True)
class UNetConfig:
    """Size of the U-Net, and the scale it was trained at.

    The film is resized until its longer side is `longest_side` px. `widths` are the channels at each resolution, halved
    from one to the next, the first at 1 / `fold` of the film's resized pixels; the logits are unfolded back to these.
    `encoder` is "residual", with `blocks` in each stage after the stem: the compact detector's backbone, it can begin
    from its weights, or "plain", two 3x3 convolutions at each resolution, as published.
    """

    classes: tuple[str, ...] = CLASSES
    longest_side: int = 576
    encoder: Literal["residual", "plain"] = "residual"
    widths: tuple[int, ...] = (16, 40, 80, 160, 224)
    blocks: tuple[int, ...] = (1, 2, 2, 2)
    fold: int = 2

    def __post_init__(self) -> None:
        if self.encoder not in ("residual", "plain"):
            raise ValueError(f'encoder is "residual" or "plain", not "{self.encoder}".')
        if self.encoder == "residual" and (self.fold != 2 or len(self.blocks) != len(self.widths) - 1):
            raise ValueError("A residual encoder has fold 2 and names blocks for every width but the first.")
        if self.classes[0] != "background" or "body" not in self.classes:
            raise ValueError(f'classes begin with "background" and hold "body", not {", ".join(self.classes)}.')

    @classmethod
    def paper(cls) -> "UNetConfig":
        """VertXNet's U-Net: 64 to 1024 channels, at the film's resized pixels."""
        return cls(encoder="plain", widths=(64, 128, 256, 512, 1024), blocks=(), fold=1)

    @property
    def multiple(self) -> int:
        """Height and width of what the network takes are multiples of this."""
        return self.fold * 2 ** (len(self.widths) - 1)


class UNet(nn.Module):
    """Encoder and decoder with skips (Ronneberger et al. 2015), two 3x3 convolutions with batch norm per block."""

    def __init__(self, config: UNetConfig = UNetConfig()) -> None:
        super().__init__()
        self.config = config
        cells = config.fold**2
        self.encoder: nn.Module = ResidualEncoder(config) if config.encoder == "residual" else PlainEncoder(config)
        pairs = list(zip(config.widths, config.widths[1:], strict=False))[::-1]
        self.narrow = nn.ModuleList(nn.Conv2d(deep, shallow, kernel_size=1) for shallow, deep in pairs)
        self.up = nn.ModuleList(_block(2 * shallow, shallow) for shallow, _ in pairs)
        self.logits = nn.Conv2d(config.widths[0], cells * len(config.classes), kernel_size=1)

    def forward(self, films: Tensor) -> Tensor:
        """Classify pixels.

        Args:
            films: (B, 1, H, W) in [0, 1], H and W multiples of `config.multiple`.

        Returns:
            (B, classes, H, W) logits in the order of `config.classes`.
        """
        skips = self.encoder(standardise(films))  # each (B, widths[i], H / fold / 2^i, W / fold / 2^i)
        x = skips[-1]
        for narrow, block, skip in zip(self.narrow, self.up, skips[-2::-1], strict=True):
            x = F.interpolate(narrow(x), scale_factor=2.0, mode="bilinear")  # (B, widths[i], H / fold / 2^i, …)
            x = block(torch.cat([x, skip], dim=1))  # (B, widths[i], H / fold / 2^i, W / fold / 2^i)
        return F.pixel_shuffle(self.logits(x), self.config.fold)  # (B, classes, H, W)

    @torch.inference_mode()
    def segment(self, film: Tensor) -> Tensor:
        """Class probabilities of a whole film.

        Args:
            film: (1, H, W) in [0, 1], any size.

        Returns:
            (classes, h, w) probabilities on the film resized to `longest_side`.
        """
        height, width = resized(film.shape[-2], film.shape[-1], self.config.longest_side)
        small = F.interpolate(film[None], (height, width), mode="bilinear", antialias=True)  # (1, 1, h, w)
        step = self.config.multiple
        padded = F.pad(small, (0, -width % step, 0, -height % step))  # (1, 1, h', w')
        return self(padded)[0, :, :height, :width].float().softmax(dim=0)  # (classes, h, w)


class PlainEncoder(nn.Module):
    """Two convolutions at each resolution, max pooling between them."""

    def __init__(self, config: UNetConfig) -> None:
        super().__init__()
        self.fold = config.fold
        inputs = (config.fold**2, *config.widths[:-1])
        self.down = nn.ModuleList(_block(*shape) for shape in zip(inputs, config.widths, strict=True))

    def forward(self, films: Tensor) -> list[Tensor]:
        """(B, 1, H, W) -> a list of (B, widths[i], H / fold / 2^i, W / fold / 2^i)."""
        x = F.pixel_unshuffle(films, self.fold)  # (B, fold², H / fold, W / fold)
        skips = []
        for index, block in enumerate(self.down):
            x = block(F.max_pool2d(x, 2) if index else x)  # (B, widths[i], H / fold / 2^i, W / fold / 2^i)
            skips.append(x)
        return skips


class ResidualEncoder(nn.Module):
    """The stem and the stages of the compact detector's backbone, named as there, so that its weights fit."""

    def __init__(self, config: UNetConfig) -> None:
        super().__init__()
        first, *widths = config.widths
        self.stem = nn.Sequential(conv_norm(1, first, kernel=5, stride=2), nn.ReLU())
        shapes = zip(config.widths, widths, config.blocks, strict=False)
        self.stages = nn.ModuleList(stage(*shape, stride=2) for shape in shapes)

    def forward(self, films: Tensor) -> list[Tensor]:
        """(B, 1, H, W) -> a list of (B, widths[i], H / 2^(i + 1), W / 2^(i + 1))."""
        skips = [self.stem(films)]  # (B, widths[0], H / 2, W / 2)
        for block in self.stages:
            skips.append(block(skips[-1]))  # (B, widths[i], H / 2^(i + 1), W / 2^(i + 1))
        return skips

    def adopt(self, backbone: nn.Module) -> None:
        """Take over the weights of a detector's backbone; raises RuntimeError where the sizes differ."""
        kept = {name: value for name, value in backbone.state_dict().items() if not name.startswith("fpn.")}
        self.load_state_dict(kept)


def resized(height: int, width: int, longest: int) -> tuple[int, int]:
    """(height, width) of a film whose longer side becomes `longest` px."""
    scale = longest / max(height, width)
    return max(1, round(height * scale)), max(1, round(width * scale))


def _block(inputs: int, outputs: int) -> nn.Sequential:
    """Two 3x3 convolutions, each with batch norm and ReLU."""
    return nn.Sequential(conv_norm(inputs, outputs), nn.ReLU(), conv_norm(outputs, outputs), nn.ReLU())
