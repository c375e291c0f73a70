"""Small parts that several of the networks share."""

import torch
from torch import Tensor, nn

IMAGENET_MEAN, IMAGENET_DEVIATION = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
"""Of red, green and blue in [0, 1], over the pictures of ImageNet: what public weights were trained with."""


def standardise(images: Tensor) -> Tensor:
    """Give each image (B, C, H, W) mean 0 and deviation 1: exposure and contrast of a film carry no anatomy."""
    mean = images.mean(dim=(1, 2, 3), keepdim=True)  # (B, 1, 1, 1)
    deviation = images.std(dim=(1, 2, 3), keepdim=True)  # (B, 1, 1, 1)
    return (images - mean) / deviation.clamp_min(1e-3)


def with_channels(images: Tensor, channels: int) -> Tensor:
    """Repeat a grey film (..., 1, H, W) for a network that was trained on RGB; (..., C, H, W) passes unchanged."""
    if images.shape[-3] == channels:
        return images
    if images.shape[-3] != 1:
        raise ValueError(f"The network takes 1 or {channels} channels, the image has {images.shape[-3]}.")
    return images.expand(*images.shape[:-3], channels, *images.shape[-2:])


def conv_norm(inputs: int, outputs: int, kernel: int = 3, stride: int = 1) -> nn.Sequential:
    """Convolution without bias, then batch normalisation."""
    convolution = nn.Conv2d(inputs, outputs, kernel, stride=stride, padding=kernel // 2, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(outputs))


class ResidualBlock(nn.Module):
    """Two 3x3 convolutions and a skip (He et al. 2016); the first convolution may halve the resolution."""

    def __init__(self, inputs: int, outputs: int, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = conv_norm(inputs, outputs, stride=stride)
        self.conv2 = conv_norm(outputs, outputs)
        nn.init.zeros_(self.conv2.get_parameter("1.weight"))  # starts as its skip: deep stacks train from scratch
        same = inputs == outputs and stride == 1
        self.skip: nn.Module = nn.Identity() if same else conv_norm(inputs, outputs, kernel=1, stride=stride)

    def forward(self, x: Tensor) -> Tensor:
        y = torch.relu(self.conv1(x))  # (B, outputs, H / stride, W / stride)
        return torch.relu(self.conv2(y) + self.skip(x))  # (B, outputs, H / stride, W / stride)


def stage(inputs: int, outputs: int, blocks: int, stride: int) -> nn.Sequential:
    """`blocks` residual blocks, the first of which changes width and resolution."""
    first = ResidualBlock(inputs, outputs, stride)
    return nn.Sequential(first, *(ResidualBlock(outputs, outputs) for _ in range(blocks - 1)))
