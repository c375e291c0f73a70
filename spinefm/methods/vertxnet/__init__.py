"""VertXNet (Chen et al., 2022/2024): a U-Net and Mask R-CNN, made one by their agreement."""

from spinefm.methods.vertxnet.method import VertXNet, VertXNetSettings

__all__ = ["VertXNet", "VertXNetSettings"]
