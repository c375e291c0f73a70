"""SAM's image encoder with the adapters of Medical SAM Adapter (Wu et al., arXiv 2304.12620), and what differs there.

All names but the adapters' are SAM's, so its weights load as they are.
"""

import torch
import torch.nn.functional as F
from segment_anything.modeling import ImageEncoderViT, TwoWayTransformer
from segment_anything.modeling.image_encoder import Block, window_partition, window_unpartition
from segment_anything.modeling.transformer import TwoWayAttentionBlock
from torch import Tensor, nn

from spinefm.networks.attention import divided_attention, fused_attention, kernel_attention


class Adapter(nn.Module):
    """Bottleneck Linear -> GELU -> Linear; starts at zero output, so that SAM is unchanged before training."""

    def __init__(self, width: int, ratio: float) -> None:
        super().__init__()
        hidden = int(width * ratio)
        self.down = nn.Linear(width, hidden)
        self.up = nn.Linear(hidden, width)
        nn.init.zeros_(self.up.weight)
        nn.init.zeros_(self.up.bias)

    def forward(self, x: Tensor) -> Tensor:
        return _linear(self.up, F.gelu(_linear(self.down, x)))  # (..., width)


def _linear(layer: nn.Linear, x: Tensor) -> Tensor:
    """The layer in the precision of `x`: what is trained stays in float32."""
    return F.linear(x, layer.weight.to(x.dtype), layer.bias.to(x.dtype))


class AdapterBlock(Block):
    """SAM's transformer block with a space adapter after the attention and one beside the MLP.

    `windows_before_norm` cuts the windows before the norm, as Medical SAM Adapter does: cells that pad a window then
    hold the norm's bias, where SAM has zeros.
    """

    def __init__(
        self, width: int, heads: int, window: int, cells: int, ratio: float, windows_before_norm: bool = False
    ) -> None:
        super().__init__(
            width, heads, norm_layer=_layer_norm, use_rel_pos=True, window_size=window, input_size=(cells, cells)
        )
        self.windows_before_norm = windows_before_norm
        self.space_adapter = Adapter(width, ratio)
        self.mlp_adapter = Adapter(width, ratio)

    def forward(self, x: Tensor) -> Tensor:
        """(B, h, w, width) -> the same shape."""
        attended = self._attend(x)  # (B, h, w, width)
        x = x + attended + self.space_adapter(attended)
        normed = self.norm2(x)  # (B, h, w, width)
        return x + self.mlp(normed) + 0.5 * self.mlp_adapter(normed)

    def _attend(self, x: Tensor) -> Tensor:
        if self.window_size == 0:
            return self._attention(self.norm1(x))
        size = (x.shape[1], x.shape[2])
        x = x if self.windows_before_norm else self.norm1(x)
        windows, padded = window_partition(x, self.window_size)  # (B windows, window, window, width)
        windows = self.norm1(windows) if self.windows_before_norm else windows
        return window_unpartition(self._attention(windows), self.window_size, padded, size)

    def _attention(self, x: Tensor) -> Tensor:
        """SAM's own attention where float32 needs gradients; else the same sums without its large tables."""
        if x.dtype == torch.bfloat16 or torch.is_autocast_enabled(x.device.type):
            return kernel_attention(self.attn, x) if x.is_cuda else fused_attention(self.attn, x)
        return self.attn(x) if torch.is_grad_enabled() else divided_attention(self.attn, x)


class AdapterViT(ImageEncoderViT):
    """SAM's image encoder whose blocks carry adapters; all other names are SAM's, so its weights load.

    `positions` is the picture's side in px that the tables of places are made for. Pictures of another size take
    tables resampled to it: those of relative places as SAM does it itself, the absolute ones here (as SAMed does,
    Zhang and Liu, arXiv 2304.13785).
    """

    def __init__(
        self,
        *,
        positions: int,
        width: int,
        depth: int,
        heads: int,
        window: int,
        global_blocks: tuple[int, ...],
        embedding: int,
        adapter_ratio: float,
        windows_before_norm: bool,
    ) -> None:
        super().__init__(img_size=positions, in_chans=3, embed_dim=width, depth=0, num_heads=heads, out_chans=embedding)
        windows = [0 if i in global_blocks else window for i in range(depth)]
        self.blocks = nn.ModuleList(
            AdapterBlock(width, heads, window, positions // 16, adapter_ratio, windows_before_norm)
            for window in windows
        )

    def forward(self, images: Tensor) -> Tensor:
        """(B, 3, S, S) -> the embedding (B, E, S/16, S/16)."""
        if self.patch_embed.proj.weight.dtype == torch.bfloat16:
            with torch.autocast(images.device.type, enabled=False):
                cells = self._cells(images.bfloat16())  # (B, h, w, width)
        else:
            cells = self._cells(images)  # (B, h, w, width)
        embedding: Tensor = self.neck(cells.permute(0, 3, 1, 2))  # (B, E, h, w)
        return embedding

    def lower(self) -> None:
        """Keep what is frozen in bfloat16, the neck apart; the encoder then computes in it from end to end.

        Under autocast each norm returns to float32, and each call casts all weights: on a GPU that takes longer than
        the products themselves.
        """
        for name, parameter in self.named_parameters():
            if not (parameter.requires_grad or name.startswith("neck.")):
                parameter.data = parameter.data.bfloat16()

    def _cells(self, images: Tensor) -> Tensor:
        cells = self.patch_embed(images)  # (B, h, w, width)
        cells = cells + self._places(cells.shape[1], cells.shape[2])
        for block in self.blocks:
            cells = block(cells)
        return cells

    def _places(self, height: int, width: int) -> Tensor:
        places = self.pos_embed  # (1, h', w', width)
        if places.shape[1:3] == (height, width):
            return places
        resampled = F.interpolate(places.permute(0, 3, 1, 2), (height, width), mode="bilinear", align_corners=False)
        return resampled.permute(0, 2, 3, 1)  # (1, h, w, width)


class PublishedTransformer(TwoWayTransformer):
    """SAM's two-way transformer with Medical SAM Adapter's self-attention."""

    def __init__(self, depth: int, embedding_dim: int, num_heads: int, mlp_dim: int) -> None:
        super().__init__(depth, embedding_dim, num_heads, mlp_dim)
        for i in range(depth):
            self.layers[i] = PublishedAttentionBlock(embedding_dim, num_heads, mlp_dim, skip_first_layer_pe=(i == 0))


class PublishedAttentionBlock(TwoWayAttentionBlock):
    """The first layer keeps the residual of its self-attention; later ones add the query's place to it and to values.

    SAM drops the residual in the first layer, and adds places to queries and keys only.
    """

    def forward(self, queries: Tensor, keys: Tensor, query_pe: Tensor, key_pe: Tensor) -> tuple[Tensor, Tensor]:
        """(B, N, E), (B, h w, E) and their places -> the same two."""
        placed = queries if self.skip_first_layer_pe else queries + query_pe  # (B, N, E)
        queries = self.norm1(placed + self.self_attn(q=placed, k=placed, v=placed))
        attended = self.cross_attn_token_to_image(q=queries + query_pe, k=keys + key_pe, v=keys)  # (B, N, E)
        queries = self.norm2(queries + attended)
        queries = self.norm3(queries + self.mlp(queries))
        seen = self.cross_attn_image_to_token(q=keys + key_pe, k=queries + query_pe, v=queries)  # (B, h w, E)
        return queries, self.norm4(keys + seen)


def _layer_norm(width: int) -> nn.LayerNorm:
    return nn.LayerNorm(width, eps=1e-6)  # SAM's epsilon
