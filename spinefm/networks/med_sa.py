"""Med-SA: one positive click in the middle of a patch -> the mask of one vertebral body (SpineFM, section 2.3).

Built on segment_anything's own prompt encoder, mask decoder and image encoder. Two image encoders:
"vit", SAM's ViT with the adapters of Medical SAM Adapter (Wu et al., arXiv 2304.12620; see `adapter_vit`), and
"conv", a small convolutional one that trains from scratch and hands its fine features to the decoder (as HQ-SAM and
SAM 2 do). Before training, "vit" with SAM's weights is SAM.
"""

from dataclasses import dataclass
from typing import Literal

import torch
import torch.nn.functional as F
from segment_anything.modeling import MaskDecoder, PromptEncoder, TwoWayTransformer
from torch import Tensor, nn

from spinefm.networks.adapter_vit import AdapterViT, PublishedTransformer
from spinefm.networks.layers import ResidualBlock, conv_norm, stage, standardise, with_channels

_MASK_CHANNELS = 16  # SAM's width of the mask prompt branch, kept so that its weights load strictly
_SAM_MEAN = (123.675 / 255, 116.28 / 255, 103.53 / 255)
_SAM_DEVIATION = (58.395 / 255, 57.12 / 255, 57.375 / 255)


@dataclass(frozen=True)
class MedSAConfig:
    """Size of Med-SA, and the patches that it was trained on.

    `patch` is the side in px that a patch is resampled to, `side_in_spacings` its side on the film in units of the
    local spacing. `widths`, `blocks` belong to the "conv" encoder (strides 2, 4, 8, 16), `depth`, `heads`,
    `window`, `global_blocks`, `adapter_ratio` to "vit". `embedding` is the width of the decoder. `side_px` is a fixed
    side on the film in place of the spacing's (0: none), as published. `positions` is the side in px that the tables
    of places of "vit" are made for (0: `patch`); for another `patch` they are resampled. `compat` is "sam" (the frozen
    part computes what SAM computes) or "medsa" (what the published Medical SAM Adapter computes, for weights that were
    trained so).
    """

    encoder: Literal["conv", "vit"] = "conv"
    patch: int = 128
    channels: int = 1
    side_in_spacings: float = 3.0
    embedding: int = 128
    decoder_mlp: int = 256
    decoder_heads: int = 8
    mask_tokens: int = 1
    widths: tuple[int, ...] = (32, 64, 128, 160)
    blocks: tuple[int, ...] = (1, 2, 3, 3)
    vit_width: int = 192
    depth: int = 6
    heads: int = 3
    window: int = 0
    global_blocks: tuple[int, ...] = ()
    adapter_ratio: float = 0.25
    side_px: int = 0
    positions: int = 0
    compat: Literal["sam", "medsa"] = "sam"

    def __post_init__(self) -> None:
        if self.compat not in ("sam", "medsa"):
            raise ValueError(f'compat is "sam" or "medsa", not "{self.compat}".')
        if self.encoder == "vit" and self.channels != 3:
            raise ValueError(f"SAM's encoder takes 3 channels, not {self.channels}.")
        if self.encoder not in ("conv", "vit"):
            raise ValueError(f'encoder is "conv" or "vit", not "{self.encoder}".')
        if self.patch % 16:
            raise ValueError(f"patch is a multiple of 16 px, not {self.patch}.")
        if len(self.widths) != 4 or len(self.blocks) != 4:
            raise ValueError("widths and blocks name four stages (strides 2, 4, 8, 16).")

    @classmethod
    def paper(cls, compat: Literal["sam", "medsa"] = "sam", side_px: int = 0, patch: int = 1024) -> "MedSAConfig":
        """SAM ViT-B with adapters; the published patches are 600 px (NHANES II) or 300 px (CSXA) wide, made 1024."""
        return cls(
            encoder="vit", patch=patch, positions=1024, channels=3, embedding=256, decoder_mlp=2048, mask_tokens=4,
            vit_width=768, depth=12, heads=12, window=14, global_blocks=(2, 5, 8, 11), compat=compat, side_px=side_px,
        )  # fmt: skip

    @property
    def stride(self) -> int:
        """Patch px per cell of the image embedding."""
        return 8 if self.encoder == "conv" else 16


class MedSA(nn.Module):
    """Promptable segmentation of one vertebral body in a patch."""

    def __init__(self, config: MedSAConfig = MedSAConfig()) -> None:
        super().__init__()
        self.config = config
        conv = config.encoder == "conv"
        cells = config.patch // config.stride
        self.image_encoder: nn.Module = ConvEncoder(config) if conv else _adapter_vit(config)
        self.prompt_encoder = PromptEncoder(
            config.embedding, (cells, cells), (config.patch, config.patch), mask_in_chans=_MASK_CHANNELS
        )
        self.mask_decoder = PatchMaskDecoder(config)
        if conv:
            _freeze_unused_prompts(self.prompt_encoder)

    def forward(self, patches: Tensor, clicks: Tensor) -> Tensor:
        """Segment the body under each click.

        Args:
            patches: (B, 1 or channels, S, S) in [0, 1], S = config.patch.
            clicks: (B, 2) as (x, y) in patch px, pixel centres at integers.

        Returns:
            (B, S, S) logits; above 0 means body.
        """
        return self.forward_with_iou(patches, clicks)[0]

    def forward_with_iou(self, patches: Tensor, clicks: Tensor) -> tuple[Tensor, Tensor]:
        """As `forward`, with the network's own estimate of the mask's IoU, (B,)."""
        images = with_channels(patches, self.config.channels)  # (B, C, S, S)
        embedding, fine = self._encode(images)  # (B, E, h, w), finer features
        sparse, dense = self._prompt(clicks)  # (B, 2, E), (B, E, h, w)
        position = self.prompt_encoder.get_dense_pe()  # (1, E, h, w)
        masks, iou = self.mask_decoder.decode(embedding, position, sparse, dense, fine)  # (B, M, 4h, 4w), (B, M)
        size = (self.config.patch, self.config.patch)
        logits = F.interpolate(masks[:, :1].float(), size, mode="bilinear", align_corners=False)  # (B, 1, S, S)
        return logits[:, 0], iou[:, 0].float()

    def lower(self) -> None:
        """Keep what is frozen of SAM's encoder in bfloat16; nothing of a convolutional one."""
        if isinstance(self.image_encoder, AdapterViT):
            self.image_encoder.lower()

    def _encode(self, images: Tensor) -> tuple[Tensor, tuple[Tensor, ...]]:
        encoded = self.image_encoder(self._normalised(images))
        return encoded if self.config.encoder == "conv" else (encoded, ())

    def _normalised(self, images: Tensor) -> Tensor:
        """Each patch by its own mean and deviation, as SAM normalises, or [0, 1] as it is (the published Med-SA)."""
        if self.config.encoder == "conv":
            return standardise(images)
        if self.config.compat == "medsa":
            return images
        mean = torch.tensor(_SAM_MEAN, device=images.device).view(1, 3, 1, 1)
        deviation = torch.tensor(_SAM_DEVIATION, device=images.device).view(1, 3, 1, 1)
        return (images - mean) / deviation  # (B, 3, S, S)

    def _prompt(self, clicks: Tensor) -> tuple[Tensor, Tensor]:
        labels = torch.ones(len(clicks), 1, device=clicks.device)  # (B, 1), every click is positive
        with torch.autocast(clicks.device.type, enabled=False):  # positions need more digits than bfloat16 has
            return self.prompt_encoder((clicks.float()[:, None], labels), boxes=None, masks=None)


class ConvEncoder(nn.Module):
    """Residual convolutions at strides 2, 4, 8, 16; the coarsest is folded back into the embedding at stride 8."""

    def __init__(self, config: MedSAConfig) -> None:
        super().__init__()
        half, quarter, eighth, coarse = config.widths
        blocks = config.blocks
        self.stem = nn.Sequential(conv_norm(config.channels, half, kernel=5, stride=2), nn.ReLU())
        self.stride2 = nn.Sequential(*(ResidualBlock(half, half) for _ in range(blocks[0])))
        self.stride4 = stage(half, quarter, blocks[1], stride=2)
        self.stride8 = stage(quarter, eighth, blocks[2], stride=2)
        self.stride16 = stage(eighth, coarse, blocks[3], stride=2)
        self.neck_eighth = conv_norm(eighth, config.embedding, kernel=1)
        self.neck_coarse = conv_norm(coarse, config.embedding, kernel=1)

    def forward(self, images: Tensor) -> tuple[Tensor, tuple[Tensor, ...]]:
        """(B, C, S, S) -> embedding (B, E, S/8, S/8) and the features at strides 4 and 2."""
        half = self.stride2(self.stem(images))  # (B, widths[0], S/2, S/2)
        quarter = self.stride4(half)  # (B, widths[1], S/4, S/4)
        eighth = self.stride8(quarter)  # (B, widths[2], S/8, S/8)
        coarse = self.neck_coarse(self.stride16(eighth))  # (B, E, S/16, S/16)
        return self.neck_eighth(eighth) + F.interpolate(coarse, scale_factor=2.0), (quarter, half)


class PatchMaskDecoder(MaskDecoder):
    """SAM's mask decoder for batches of (patch, click) pairs, upscaling with the encoder's finer features.

    SAM's own `predict_masks` repeats each image for every prompt; here one patch belongs to one click. Without
    finer features it computes exactly what SAM's decoder computes.
    """

    def __init__(self, config: MedSAConfig) -> None:
        kind = PublishedTransformer if config.compat == "medsa" else TwoWayTransformer
        transformer = kind(
            depth=2, embedding_dim=config.embedding, num_heads=config.decoder_heads, mlp_dim=config.decoder_mlp
        )
        super().__init__(
            transformer_dim=config.embedding,
            transformer=transformer,
            num_multimask_outputs=config.mask_tokens - 1,
            iou_head_hidden_dim=config.embedding,
        )
        half, quarter = config.widths[:2]
        fine = config.encoder == "conv"
        self.fine_quarter = nn.Conv2d(quarter, config.embedding // 4, kernel_size=1) if fine else None
        self.fine_half = nn.Conv2d(half, config.embedding // 8, kernel_size=1) if fine else None

    def decode(
        self, embedding: Tensor, position: Tensor, sparse: Tensor, dense: Tensor, fine: tuple[Tensor, ...]
    ) -> tuple[Tensor, Tensor]:
        """Decode masks.

        Args:
            embedding: (B, E, h, w) of the patches; position: (1, E, h, w).
            sparse: (B, N, E) click tokens; dense: (B, E, h, w).
            fine: encoder features at strides 4 and 2 of the patch, or nothing.

        Returns:
            (B, M, 4h, 4w) mask logits and (B, M) estimated IoU, M = config.mask_tokens.
        """
        own = torch.cat([self.iou_token.weight, self.mask_tokens.weight])  # (1 + M, E)
        tokens = torch.cat([own.expand(len(sparse), -1, -1), sparse], dim=1)  # (B, 1 + M + N, E)
        source = embedding + dense  # (B, E, h, w)
        tokens, cells = self.transformer(source, position.expand_as(source), tokens)  # (B, ·, E), (B, h w, E)
        features = self._upscale(cells.transpose(1, 2).reshape(source.shape), fine)  # (B, E/8, 4h, 4w)
        kernels = [mlp(tokens[:, 1 + i]) for i, mlp in enumerate(self.output_hypernetworks_mlps)]  # M x (B, E/8)
        masks = torch.einsum("bmc,bchw->bmhw", torch.stack(kernels, dim=1), features)  # (B, M, 4h, 4w)
        return masks, self.iou_prediction_head(tokens[:, 0])

    def _upscale(self, cells: Tensor, fine: tuple[Tensor, ...]) -> Tensor:
        up1, norm, act1, up2, act2 = self.output_upscaling
        quarter, half = up1(cells), None  # (B, E/4, 2h, 2w)
        if self.fine_quarter is not None and self.fine_half is not None:
            quarter = quarter + self.fine_quarter(fine[0])
            half = self.fine_half(fine[1])  # (B, E/8, 4h, 4w)
        features = up2(act1(norm(quarter)))  # (B, E/8, 4h, 4w)
        return act2(features if half is None else features + half)


def freeze_for_adaptation(model: MedSA) -> None:
    """Leave only the adapters and the mask decoder trainable, as Medical SAM Adapter does.

    Raises:
        ValueError: the network has no adapters (its encoder is "conv": train it whole).
    """
    if not isinstance(model.image_encoder, AdapterViT):
        raise ValueError('Only the "vit" encoder has adapters; train the "conv" one whole.')
    for name, parameter in model.named_parameters():
        parameter.requires_grad_(is_adapted(name))


def is_adapted(name: str) -> bool:
    """Whether the tensor `name` of a "vit" Med-SA is trained: the adapters and the mask decoder; SAM's stay frozen."""
    return "_adapter." in name or name.startswith("mask_decoder.")


def has_adapters(model: nn.Module) -> bool:
    """Whether a network has adapters on a frozen base."""
    return isinstance(model, MedSA) and model.config.encoder == "vit"


def _adapter_vit(config: MedSAConfig) -> AdapterViT:
    return AdapterViT(
        positions=config.positions or config.patch,
        width=config.vit_width,
        depth=config.depth,
        heads=config.heads,
        window=config.window,
        global_blocks=config.global_blocks,
        embedding=config.embedding,
        adapter_ratio=config.adapter_ratio,
        windows_before_norm=config.compat == "medsa",
    )


def _freeze_unused_prompts(encoder: PromptEncoder) -> None:
    """Boxes, negative clicks and mask prompts are never given: their weights must not look trainable."""
    unused = [encoder.mask_downscaling, *(encoder.point_embeddings[i] for i in (0, 2, 3))]
    for module in unused:
        module.requires_grad_(False)
