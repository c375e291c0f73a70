"""Mask R-CNN: vertebral bodies found on the whole film (SpineFM, section 2.1), on torchvision's detection modules.

Differences from torchvision's builder, none of which changes its state dict: films are shrunk with antialiasing,
`detect` leaves the masks on their boxes instead of pasting each into a whole film, and the compact size learns
faster from scratch with an auxiliary semantic map (in training only).
"""

from collections import OrderedDict
from dataclasses import dataclass
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torchvision.models.detection import MaskRCNN
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.models.detection.backbone_utils import resnet_fpn_backbone
from torchvision.models.detection.faster_rcnn import FastRCNNPredictor, TwoMLPHead
from torchvision.models.detection.image_list import ImageList
from torchvision.models.detection.mask_rcnn import MaskRCNNHeads, MaskRCNNPredictor
from torchvision.models.detection.rpn import RPNHead
from torchvision.models.detection.transform import GeneralizedRCNNTransform, resize_boxes
from torchvision.ops import FeaturePyramidNetwork, FrozenBatchNorm2d, MultiScaleRoIAlign

from spinefm.networks.layers import IMAGENET_DEVIATION, IMAGENET_MEAN, conv_norm, stage, standardise, with_channels

Target = dict[str, Tensor]
_LEVELS = ("0", "1", "2", "3")  # names of the pyramid's levels, strides 4, 8, 16, 32
_SEMANTIC_PREFIX = "semantic_head."


@dataclass(frozen=True)
class MaskRCNNConfig:
    """Size of the detector.

    `backbone` is "small" (residual, from scratch, `widths` and `blocks` at strides 4, 8, 16, 32 after a stem) or
    "resnet50" (torchvision's). The film is resized until its shorter side reaches `shortest_side` or its longer one
    `longest_side` px; `anchor_sizes` are in px of the resized film, one per pyramid level, and an anchor is foreground
    from the IoU `anchor_overlap`. `rois` are the boxes a film is trained on, `proposals` those
    kept for the box head, `detections` the most reported per film.
    """

    backbone: Literal["small", "resnet50"] = "small"
    channels: int = 1
    classes: tuple[str, ...] = ("vertebra",)
    shortest_side: int = 576
    longest_side: int = 576
    stem: int = 16
    widths: tuple[int, ...] = (40, 80, 160, 224)
    blocks: tuple[int, ...] = (1, 2, 2, 2)
    pyramid: int = 80
    anchor_sizes: tuple[int, ...] = (22, 40, 72, 124)
    anchor_ratios: tuple[float, ...] = (0.7, 1.0, 1.4)
    anchor_overlap: float = 0.5
    box_head: int = 256
    mask_head: tuple[int, ...] = (64, 64)
    rois: int = 64
    proposals: int = 150
    detections: int = 40
    nms: float = 0.4

    def __post_init__(self) -> None:
        if self.backbone not in ("small", "resnet50"):
            raise ValueError(f'backbone is "small" or "resnet50", not "{self.backbone}".')
        if len(self.widths) != 4 or len(self.blocks) != 4:
            raise ValueError("widths and blocks name four stages (strides 4, 8, 16, 32).")

    @classmethod
    def paper(cls) -> "MaskRCNNConfig":
        """torchvision's Mask R-CNN with ResNet-50-FPN and its defaults."""
        return cls(
            backbone="resnet50", channels=3, shortest_side=800, longest_side=1333, pyramid=256,
            anchor_sizes=(32, 64, 128, 256, 512), anchor_ratios=(0.5, 1.0, 2.0), anchor_overlap=0.7, box_head=1024,
            mask_head=(256, 256, 256, 256), rois=512, proposals=1000, detections=100, nms=0.5,
        )  # fmt: skip


def build_mask_rcnn(config: MaskRCNNConfig = MaskRCNNConfig()) -> "SpineMaskRCNN":
    """The detector with random weights; nothing is downloaded."""
    return SpineMaskRCNN(config)


def _published_backbone() -> nn.Module:
    """torchvision's ResNet-50-FPN as its COCO weights want it: their frozen norms were trained with an epsilon of 0."""
    backbone = resnet_fpn_backbone(backbone_name="resnet50", weights=None)
    for module in backbone.modules():
        if isinstance(module, FrozenBatchNorm2d):
            module.eps = 0.0
    return backbone


class SpineMaskRCNN(MaskRCNN):
    """Mask R-CNN for films: list of (1 or channels, H, W) in [0, 1].

    In training, `model(films, targets)` gives the losses of torchvision's Mask R-CNN and, with the small backbone,
    `loss_semantic`; targets are {boxes (N, 4) film px, labels (N,) 1-based, masks (N, H, W) uint8}. N may be 0.
    In eval, `model(films)` gives torchvision's detections with pasted masks; `detect` gives them on their boxes.
    """

    def __init__(self, config: MaskRCNNConfig = MaskRCNNConfig()) -> None:
        small = config.backbone == "small"
        width = config.pyramid
        roi_levels = list(_LEVELS)
        super().__init__(
            SmallBackbone(config) if small else _published_backbone(),
            rpn_anchor_generator=_anchors(config),
            rpn_head=RPNHead(width, len(config.anchor_ratios)),
            rpn_pre_nms_top_n_train=2 * config.proposals,
            rpn_pre_nms_top_n_test=config.proposals,
            rpn_post_nms_top_n_train=2 * config.proposals,
            rpn_post_nms_top_n_test=config.proposals,
            rpn_fg_iou_thresh=config.anchor_overlap,
            rpn_batch_size_per_image=min(256, 2 * config.rois),
            box_roi_pool=MultiScaleRoIAlign(roi_levels, output_size=7, sampling_ratio=2),
            box_head=TwoMLPHead(width * 7 * 7, config.box_head),
            box_predictor=FastRCNNPredictor(config.box_head, 1 + len(config.classes)),
            box_batch_size_per_image=config.rois,
            box_nms_thresh=config.nms,
            box_detections_per_img=config.detections,
            mask_roi_pool=MultiScaleRoIAlign(roi_levels, output_size=14, sampling_ratio=2),
            mask_head=MaskRCNNHeads(width, config.mask_head, 1),
            mask_predictor=MaskRCNNPredictor(config.mask_head[-1], config.mask_head[-1], 1 + len(config.classes)),
        )
        self.config = config
        self.transform = FilmTransform(config)
        self.semantic_head = AuxiliarySemanticHead(width) if small else None

    def forward(self, films: list[Tensor], targets: list[Target] | None = None) -> dict[str, Tensor] | list[Target]:
        """Losses in training, detections in film px in eval (see the class)."""
        sizes = [(film.shape[-2], film.shape[-1]) for film in films]
        if self.training:
            if targets is None:
                raise ValueError("Training Mask R-CNN needs targets.")
            return self._losses(films, targets)
        images, detections = self._detections(films)
        return self.transform.postprocess(detections, images.image_sizes, sizes)

    @torch.inference_mode()
    def detect(self, films: list[Tensor]) -> list[Target]:
        """Detections whose masks stay on their boxes (a film of 20 vertebrae would else need 20 films of memory).

        Args:
            films: (1 or channels, H, W) in [0, 1], any size each.

        Returns:
            per film {boxes (N, 4) film px as (x0, y0, x1, y1), scores (N,) descending, labels (N,) 1-based, masks
            (N, 28, 28) probabilities on the box's own grid}.
        """
        images, detections = self._detections(films)
        return [
            {
                "boxes": resize_boxes(found["boxes"], list(size), list(film.shape[-2:])),
                "scores": found["scores"],
                "labels": found["labels"],
                "masks": found["masks"][:, 0],
            }
            for film, size, found in zip(films, images.image_sizes, detections, strict=True)
        ]

    def padded(self, size: tuple[int, int]) -> tuple[int, int]:
        """(H, W) of the batch that a film of `size` (H, W) makes alone: films that agree here can share one."""
        height, width = self.transform.resized(size)
        step = self.transform.size_divisible
        return -(-height // step) * step, -(-width // step) * step

    def drop_auxiliary(self) -> None:
        """Leave what inference needs: the network is then the one whose weights `inference_state` gives."""
        self.semantic_head = None

    def _losses(self, films: list[Tensor], targets: list[Target]) -> dict[str, Tensor]:
        images, targets = self.transform(films, targets)
        features = self.backbone(images.tensors)  # {level: (B, pyramid, H/s, W/s)}
        semantic = {}
        if self.semantic_head is not None:
            semantic["loss_semantic"] = self.semantic_head.loss(features["0"], targets)
        with torch.autocast(images.tensors.device.type, enabled=False):  # box regression needs float32
            features = _as_float(features)
            proposals, rpn_losses = self.rpn(images, features, targets)
            _, roi_losses = self.roi_heads(features, proposals, images.image_sizes, targets)
        return {**rpn_losses, **roi_losses, **semantic}

    def _detections(self, films: list[Tensor]) -> tuple[ImageList, list[Target]]:
        images, _ = self.transform(films)
        features = self.backbone(images.tensors)  # {level: (B, pyramid, H/s, W/s)}
        with torch.autocast(images.tensors.device.type, enabled=False):
            features = _as_float(features)
            proposals, _ = self.rpn(images, features)
            detections, _ = self.roi_heads(features, proposals, images.image_sizes)
        return images, detections


class SmallBackbone(nn.Module):
    """Residual stages at strides 4 to 32 and a feature pyramid over them."""

    def __init__(self, config: MaskRCNNConfig) -> None:
        super().__init__()
        self.out_channels = config.pyramid
        self.stem = nn.Sequential(conv_norm(config.channels, config.stem, kernel=5, stride=2), nn.ReLU())
        inputs = (config.stem, *config.widths[:-1])
        self.stages = nn.ModuleList(
            stage(*shape, stride=2) for shape in zip(inputs, config.widths, config.blocks, strict=True)
        )
        self.fpn = FeaturePyramidNetwork(list(config.widths), config.pyramid)

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        """(B, C, H, W) -> {"0": (B, pyramid, H/4, W/4), … "3": (B, pyramid, H/32, W/32)}."""
        x = self.stem(x)  # (B, stem, H/2, W/2)
        features = OrderedDict()
        for name, block in zip(_LEVELS, self.stages, strict=True):
            features[name] = x = block(x)
        return self.fpn(features)


class AuxiliarySemanticHead(nn.Module):
    """Vertebral body or not, at stride 4: a dense signal that a detector from scratch lacks. Training only."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(width, width // 2, kernel_size=3, padding=1)
        self.logit = nn.Conv2d(width // 2, 1, kernel_size=1)

    def forward(self, finest: Tensor) -> Tensor:
        """(B, pyramid, H/4, W/4) -> logits (B, H/4, W/4)."""
        return self.logit(torch.relu(self.conv(finest)))[:, 0]

    def loss(self, finest: Tensor, targets: list[Target]) -> Tensor:
        """Binary cross entropy plus soft Dice over the batch, against the union of each film's masks."""
        logits = self(finest).float()  # (B, H/4, W/4)
        truth = torch.stack([_union(target["masks"], logits.shape[1:]) for target in targets])  # (B, H/4, W/4)
        probability = logits.sigmoid()
        overlap = 2 * (probability * truth).sum() + 1
        dice = overlap / (probability.sum() + truth.sum() + 1)
        return F.binary_cross_entropy_with_logits(logits, truth) + 1 - dice


class FilmTransform(GeneralizedRCNNTransform):
    """Normalises films, shrinks them with antialiasing, and pads the batch to a multiple of 32 px."""

    def __init__(self, config: MaskRCNNConfig) -> None:
        mean, deviation = IMAGENET_MEAN, IMAGENET_DEVIATION
        super().__init__(config.shortest_side, config.longest_side, list(mean), list(deviation))
        self.channels = config.channels
        self.per_film = config.backbone == "small"

    def normalize(self, image: Tensor) -> Tensor:
        """(1 or C, H, W) in [0, 1] -> (C, H, W); from scratch each film by its own mean and deviation."""
        image = with_channels(image, self.channels)
        return standardise(image[None])[0] if self.per_film else super().normalize(image)

    def resize(self, image: Tensor, target: Target | None = None) -> tuple[Tensor, Target | None]:
        """Resize a film, and boxes and masks with it."""
        size = (image.shape[-2], image.shape[-1])
        new = self.resized(size)
        if new == size:
            return image, target
        image = F.interpolate(image[None], new, mode="bilinear", align_corners=False, antialias=True)[0]
        if target is None:
            return image, None
        masks = F.interpolate(target["masks"][None].float(), new, mode="bilinear")[0] if len(target["masks"]) else None
        return image, {
            **target,
            "boxes": resize_boxes(target["boxes"], list(size), list(new)),
            "masks": target["masks"].new_zeros(0, *new) if masks is None else (masks > 0.5).to(torch.uint8),
        }

    def resized(self, size: tuple[int, int]) -> tuple[int, int]:
        """(H, W) of the film that the backbone sees."""
        scale = min(self.min_size[0] / min(size), self.max_size / max(size))
        return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def inference_state(model: SpineMaskRCNN) -> dict[str, Tensor]:
    """The state dict without what only training needs."""
    return {name: value for name, value in model.state_dict().items() if not name.startswith(_SEMANTIC_PREFIX)}


def _anchors(config: MaskRCNNConfig) -> AnchorGenerator:
    sizes = tuple((size,) for size in config.anchor_sizes)  # one size per pyramid level
    return AnchorGenerator(sizes, (config.anchor_ratios,) * len(sizes))


def _as_float(features: dict[str, Tensor]) -> dict[str, Tensor]:
    return OrderedDict((name, value.float()) for name, value in features.items())


def _union(masks: Tensor, size: torch.Size) -> Tensor:
    """(N, h, w) masks of one resized film -> (H/4, W/4) covered share, padded like the batch."""
    union = masks.any(dim=0).float()[None, None] if len(masks) else masks.new_zeros(1, 1, *masks.shape[1:]).float()
    padded = F.pad(union, (0, 4 * size[1] - union.shape[-1], 0, 4 * size[0] - union.shape[-2]))  # (1, 1, H, W)
    return F.avg_pool2d(padded, kernel_size=4)[0, 0]
