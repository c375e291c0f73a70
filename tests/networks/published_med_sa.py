"""The published Med-SA, built a second time from its description alone: a forward pass over the authors' own names.

Nothing here comes from `spinefm`, so that a converted network is compared with independent code.
"""

from __future__ import annotations

import math

import torch
import torch.nn.functional as F
from segment_anything.modeling import ImageEncoderViT, MaskDecoder, PromptEncoder, TwoWayTransformer
from torch import Tensor

State = dict[str, Tensor]
RENAMED = {"rel_pos_h": "rel_h", "rel_pos_w": "rel_w"}


def published_state(width: int, depth: int, heads: int, window: int, cells: int, global_blocks, wide: int, mlp: int):
    """Random weights with the published names: SAM's own with their changes, and three adapters a block."""
    shapes = sam_shapes(width, depth, heads, window, cells, global_blocks, wide, mlp)
    for block in range(depth):
        for adapter in ("Space_Adapter", "MLP_Adapter", "Depth_Adapter"):
            stem, hidden = f"image_encoder.blocks.{block}.{adapter}", width // 4
            shapes |= {f"{stem}.D_fc1.weight": (hidden, width), f"{stem}.D_fc1.bias": (hidden,)}
            shapes |= {f"{stem}.D_fc2.weight": (width, hidden), f"{stem}.D_fc2.bias": (width,)}
    torch.manual_seed(5)
    return {name: 0.3 * torch.randn(shape) for name, shape in shapes.items()}


def sam_shapes(width, depth, heads, window, cells, global_blocks, wide, mlp) -> dict[str, tuple[int, ...]]:
    """SAM's tensors under the published names."""
    with torch.device("meta"):
        encoder = ImageEncoderViT(
            img_size=16 * cells, embed_dim=width, depth=depth, num_heads=heads, out_chans=wide, use_rel_pos=True,
            window_size=window, global_attn_indexes=global_blocks,
        )  # fmt: skip
        prompts = PromptEncoder(wide, (cells, cells), (16 * cells, 16 * cells), mask_in_chans=16)
        transformer = TwoWayTransformer(depth=2, embedding_dim=wide, num_heads=8, mlp_dim=mlp)
        decoder = MaskDecoder(transformer_dim=wide, transformer=transformer, iou_head_hidden_dim=wide)
    parts = {"image_encoder": encoder, "prompt_encoder": prompts, "mask_decoder": decoder}
    names = {f"{part}.{key}": tuple(v.shape) for part, m in parts.items() for key, v in m.state_dict().items()}
    return {published_name(name): shape for name, shape in names.items()}


def published_name(name: str) -> str:
    """What the authors' file calls one of SAM's tensors."""
    for ours, theirs in RENAMED.items():
        name = name.replace(ours, theirs)
    if "transformer.layers" in name:
        name = name.replace(".mlp.lin1.", ".mlp.layers.0.0.").replace(".mlp.lin2.", ".mlp.fc.")
    return name


def linear(state: State, stem: str, x: Tensor) -> Tensor:
    return F.linear(x, state[f"{stem}.weight"], state[f"{stem}.bias"])


def norm(state: State, stem: str, x: Tensor, eps: float = 1e-5) -> Tensor:
    return F.layer_norm(x, x.shape[-1:], state[f"{stem}.weight"], state[f"{stem}.bias"], eps)


def norm2d(state: State, stem: str, x: Tensor) -> Tensor:
    return norm(state, stem, x.permute(0, 2, 3, 1), 1e-6).permute(0, 3, 1, 2)


def adapter(state: State, stem: str, x: Tensor) -> Tensor:
    return linear(state, f"{stem}.D_fc2", F.gelu(linear(state, f"{stem}.D_fc1", x)))


def attend_grid(state: State, stem: str, x: Tensor, heads: int) -> Tensor:
    """Attention of one window (n, n, width), cell by cell, with the tables of relative rows and columns."""
    n, _, width = x.shape
    q, k, v = linear(state, f"{stem}.qkv", x.reshape(n * n, width)).chunk(3, dim=1)  # (nn, width)
    out = []
    for part in torch.arange(width).chunk(heads):
        scores = q[:, part] @ k[:, part].T / math.sqrt(len(part))  # (nn, nn)
        for i in range(n * n):
            for j in range(n * n):
                down, across = i // n - j // n + n - 1, i % n - j % n + n - 1
                table = state[f"{stem}.rel_h"][down] + state[f"{stem}.rel_w"][across]
                scores[i, j] += q[i, part] @ table
        out.append(scores.softmax(dim=1) @ v[:, part])
    return linear(state, f"{stem}.proj", torch.cat(out, dim=1)).reshape(n, n, width)


def block(state: State, stem: str, x: Tensor, heads: int, window: int) -> Tensor:
    """One block on (n, n, width): windows are cut, and padded with zeros, before the first norm."""
    n = len(x)
    side = window or n
    padded = F.pad(x, (0, 0, 0, -n % side, 0, -n % side))
    attended = torch.zeros_like(padded)
    for top in range(0, len(padded), side):
        for left in range(0, len(padded), side):
            cut = padded[top : top + side, left : left + side]
            seen = attend_grid(state, f"{stem}.attn", norm(state, f"{stem}.norm1", cut, 1e-6), heads)
            attended[top : top + side, left : left + side] = seen
    a = attended[:n, :n]
    x = x + a + adapter(state, f"{stem}.Space_Adapter", a)
    normed = norm(state, f"{stem}.norm2", x, 1e-6)
    mlp = linear(state, f"{stem}.mlp.lin2", F.gelu(linear(state, f"{stem}.mlp.lin1", normed)))
    return x + mlp + 0.5 * adapter(state, f"{stem}.MLP_Adapter", normed)


def encode(state: State, image: Tensor, heads: int, windows: list[int]) -> Tensor:
    """(3, S, S) in [0, 1] -> (1, E, S/16, S/16)."""
    stem = "image_encoder"
    weight, bias = state[f"{stem}.patch_embed.proj.weight"], state[f"{stem}.patch_embed.proj.bias"]
    x = (F.conv2d(image[None], weight, bias, stride=16).permute(0, 2, 3, 1) + state[f"{stem}.pos_embed"])[0]
    for index, window in enumerate(windows):
        x = block(state, f"{stem}.blocks.{index}", x, heads, window)
    x = F.conv2d(x[None].permute(0, 3, 1, 2), state[f"{stem}.neck.0.weight"])
    x = F.conv2d(norm2d(state, f"{stem}.neck.1", x), state[f"{stem}.neck.2.weight"], padding=1)
    return norm2d(state, f"{stem}.neck.3", x)


def place_code(state: State, points: Tensor) -> Tensor:
    """(N, 2) in [0, 1] as (x, y) -> (N, E)."""
    gaussian = state["prompt_encoder.pe_layer.positional_encoding_gaussian_matrix"]
    angles = 2 * math.pi * ((2 * points - 1) @ gaussian)
    return torch.cat([angles.sin(), angles.cos()], dim=1)


def attend(state: State, stem: str, q: Tensor, k: Tensor, v: Tensor) -> Tensor:
    """Eight heads over (N, E) tokens."""
    q, k, v = (linear(state, f"{stem}.{name}_proj", x) for name, x in (("q", q), ("k", k), ("v", v)))
    out = []
    for part in torch.arange(q.shape[1]).chunk(8):
        scores = q[:, part] @ k[:, part].T / math.sqrt(len(part))
        out.append(scores.softmax(dim=1) @ v[:, part])
    return linear(state, f"{stem}.out_proj", torch.cat(out, dim=1))


def transform(state: State, cells: Tensor, places: Tensor, tokens: Tensor) -> tuple[Tensor, Tensor]:
    """The two layers as published: (hw, E), (hw, E), (N, E) -> tokens and cells."""
    stem, queries, keys = "mask_decoder.transformer", tokens, cells
    for index in range(2):
        layer = f"{stem}.layers.{index}"
        own = queries if index == 0 else queries + tokens
        queries = norm(state, f"{layer}.norm1", own + attend(state, f"{layer}.self_attn", own, own, own))
        seen = attend(state, f"{layer}.cross_attn_token_to_image", queries + tokens, keys + places, keys)
        queries = norm(state, f"{layer}.norm2", queries + seen)
        hidden = F.relu(linear(state, f"{layer}.mlp.layers.0.0", queries))
        queries = norm(state, f"{layer}.norm3", queries + linear(state, f"{layer}.mlp.fc", hidden))
        seen = attend(state, f"{layer}.cross_attn_image_to_token", keys + places, queries + tokens, queries)
        keys = norm(state, f"{layer}.norm4", keys + seen)
    seen = attend(state, f"{stem}.final_attn_token_to_image", queries + tokens, keys + places, keys)
    return norm(state, f"{stem}.norm_final_attn", queries + seen), keys


def decode(state: State, embedding: Tensor, click: Tensor, side: int) -> Tensor:
    """(1, E, n, n) and one positive click (x, y) in patch pixels -> (side, side) logits of the first mask."""
    n, stem = embedding.shape[-1], "mask_decoder"
    ticks = (torch.arange(n) + 0.5) / n
    grid = torch.stack([ticks.repeat(n), ticks.repeat_interleave(n)], dim=1)  # (nn, 2) as (x, y)
    point = place_code(state, (click[None] + 0.5) / side) + state["prompt_encoder.point_embeddings.1.weight"]
    prompts = torch.cat([point, state["prompt_encoder.not_a_point_embed.weight"]])
    own = torch.cat([state[f"{stem}.iou_token.weight"], state[f"{stem}.mask_tokens.weight"]])
    dense = embedding + state["prompt_encoder.no_mask_embed.weight"].reshape(1, -1, 1, 1)
    tokens, cells = transform(state, dense.flatten(2)[0].T, place_code(state, grid), torch.cat([own, prompts]))
    up = f"{stem}.output_upscaling"
    x = cells.T.reshape(1, -1, n, n)
    x = F.conv_transpose2d(x, state[f"{up}.0.weight"], state[f"{up}.0.bias"], stride=2)
    x = F.gelu(norm2d(state, f"{up}.1", x))
    x = F.gelu(F.conv_transpose2d(x, state[f"{up}.3.weight"], state[f"{up}.3.bias"], stride=2))  # (1, E/8, 4n, 4n)
    kernel = tokens[1]
    for layer in range(3):
        kernel = linear(state, f"{stem}.output_hypernetworks_mlps.0.layers.{layer}", kernel)
        kernel = F.relu(kernel) if layer < 2 else kernel
    mask = torch.einsum("c,bchw->bhw", kernel, x)
    return F.interpolate(mask[None], (side, side), mode="bilinear", align_corners=False)[0, 0]
