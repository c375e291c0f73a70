"""The attention of SAM's image encoder, a few scores at a time: no table of all scores is kept.

SAM adds to each score how far the key lies from the query, by rows and by columns. A global block of ViT-B at 1024 px
has 201 million scores, and SAM goes through tables of that size several times.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch
from segment_anything.modeling.image_encoder import Attention
from torch import Tensor
from torch.nn import functional

FUSED_SCORES, DIVIDED_SCORES = 1 << 22, 1 << 20
"""Scores that are in work at once: so many stay in a processor's cache, even where they are gone through thrice."""


@dataclass(frozen=True, eq=False)
class Projected:
    """What attention needs of (B, h, w, width), G = B heads, c = width / heads.

    queries, values (G, hw, c); keys (G, hw, c), scaled; rows (G, hw, h) and columns (G, hw, w): what each query adds to
    the scores of the keys in each row and column.
    """

    queries: Tensor
    keys: Tensor
    values: Tensor
    rows: Tensor
    columns: Tensor


def fused_attention(attention: Attention, x: Tensor) -> Tensor:
    """SAM's attention over (B, h, w, width) for low precision; the same shape.

    The relative places are part of the product: a query carries its own row and column of the tables, a key marks
    its row and column with a one in each. There a longer product costs little and a pass over scores much.
    """
    asked, offered, values = _with_places(attention, x)
    keys = offered.transpose(1, 2).contiguous()  # (G, c + h + w, hw)
    return _attended(attention, x, values, FUSED_SCORES, lambda some, these: asked[some, these] @ keys[some])


def kernel_attention(attention: Attention, x: Tensor) -> Tensor:
    """As `fused_attention`, by PyTorch's own kernel, which keeps no score at all: for GPUs.

    The kernel takes queries, keys and values of one length, a multiple of 8: the rest is filled up with zeros. It
    scales all it is given, so the tables of places are divided by the scale before.
    """
    batch, height, width, _ = x.shape
    qkv = attention.qkv(x).reshape(batch, height * width, 3, attention.num_heads, -1)  # (B, hw, 3, heads, c)
    queries, keys, values = qkv.permute(2, 0, 3, 1, 4).unbind(0)  # (B, heads, hw, c) each
    channels = values.shape[-1]
    length = 8 * -(-(channels + height + width) // 8)
    added = _added(attention, queries.unflatten(2, (height, width)))  # (B, heads, hw, h + w)
    asked = _filled([queries, *added], length)
    offered = _filled([keys, _places(height, width, like=keys).expand(*keys.shape[:2], -1, -1)], length)
    heads = functional.scaled_dot_product_attention(asked, offered, _filled([values], length), scale=attention.scale)
    joined = heads[..., :channels].transpose(1, 2).reshape(batch, height, width, -1)  # (B, h, w, width)
    out: Tensor = attention.proj(joined)
    return out


def _added(attention: Attention, queries: Tensor) -> list[Tensor]:
    """What a query of (B, heads, h, w, c) adds to keys of each row and column, over the scale, (B, heads, hw, n)."""
    height, width = queries.shape[2:4]
    rows = relative_places(height, attention.rel_pos_h).to(queries.dtype) / attention.scale  # (h, h, c)
    columns = relative_places(width, attention.rel_pos_w).to(queries.dtype) / attention.scale  # (w, w, c)
    down = torch.einsum("bnhwc,hkc->bnhwk", queries, rows)
    across = torch.einsum("bnhwc,wkc->bnhwk", queries, columns)
    return [down.flatten(2, 3), across.flatten(2, 3)]


def _filled(parts: list[Tensor], length: int) -> Tensor:
    """The parts (B, heads, hw, n) side by side, and zeros up to `length`."""
    missing = length - sum(part.shape[3] for part in parts)
    zeros = parts[0].new_zeros(()).expand(*parts[0].shape[:3], missing)
    return torch.cat([*parts, zeros], dim=3)


def relative_places(size: int, table: Tensor) -> Tensor:
    """The entries of `table` (L, c) for the distances between `size` places, (size, size, c); SAM's `get_rel_pos`.

    SAM's looks its entries up by numbers that it makes on the CPU, for which a GPU waits every time.
    """
    length = 2 * size - 1
    if len(table) != length:
        table = functional.interpolate(table.T[None], length, mode="linear")[0].T  # (L', c)
    return table.unfold(0, size, 1).flip(2).transpose(1, 2).contiguous()


def _with_places(attention: Attention, x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Queries and keys with what relative places add to their products, (G, hw, c + h + w), and values (G, hw, c)."""
    parts = _projected(attention, x)
    asked = torch.cat([parts.queries, parts.rows, parts.columns], dim=2)
    places = _places(x.shape[1], x.shape[2], like=parts.keys).expand(len(parts.keys), -1, -1)  # (G, hw, h + w)
    return asked, torch.cat([parts.keys, places], dim=2), parts.values


def divided_attention(attention: Attention, x: Tensor) -> Tensor:
    """SAM's attention over (B, h, w, width), the sums of SAM in SAM's order; the same shape. Has no gradients."""
    parts = _projected(attention, x)
    offered = parts.keys.transpose(1, 2).contiguous()  # (G, c, hw)

    def scores(some: slice, these: slice) -> Tensor:
        found = parts.queries[some, these] @ offered[some]  # (g, n, hw)
        grid = found.view(*found.shape[:2], x.shape[1], x.shape[2])  # (g, n, h, w)
        grid += parts.rows[some, these, :, None]
        grid += parts.columns[some, these, None, :]
        return found

    return _attended(attention, x, parts.values, DIVIDED_SCORES, scores)


def _projected(attention: Attention, x: Tensor) -> Projected:
    batch, height, width, _ = x.shape
    qkv = attention.qkv(x).reshape(batch, height * width, 3, attention.num_heads, -1)  # (B, hw, 3, heads, c)
    q, k, v = qkv.permute(2, 0, 3, 1, 4).flatten(1, 2).unbind(0)  # (G, hw, c) each
    grid = q.reshape(len(q), height, width, -1)  # (G, h, w, c)
    rows = relative_places(height, attention.rel_pos_h).to(q.dtype)  # (h, h, c)
    columns = relative_places(width, attention.rel_pos_w).to(q.dtype)  # (w, w, c)
    down = torch.einsum("ghwc,hkc->ghwk", grid, rows).flatten(1, 2)  # (G, hw, h)
    across = torch.einsum("ghwc,wkc->ghwk", grid, columns).flatten(1, 2)  # (G, hw, w)
    return Projected(q, k * attention.scale, v, down.to(q.dtype), across.to(q.dtype))


def _attended(
    attention: Attention, x: Tensor, values: Tensor, most: int, scores: Callable[[slice, slice], Tensor]
) -> Tensor:
    """Softmax of the scores over the keys, applied to `values` (G, hw, c), and the projection: (B, h, w, width).

    `scores` gives those of some of the G and some of the queries, (g, n, hw), about `most` at once.
    """
    _, height, width, _ = x.shape
    queries = max(1, min(height * width, most // (height * width)))
    together = max(1, most // (queries * height * width))
    parts = [
        torch.cat(
            [scores(some, these).softmax(dim=2) @ values[some] for these in _slices(height * width, queries)], dim=1
        )
        for some in _slices(len(values), together)
    ]
    return _put_together(attention, x, torch.cat(parts))


def _put_together(attention: Attention, x: Tensor, attended: Tensor) -> Tensor:
    """The projection of all heads' answers (G, hw, c): (B, h, w, width)."""
    batch, height, width, _ = x.shape
    heads = attended.reshape(batch, attention.num_heads, height * width, -1)  # (B, heads, hw, c)
    out: Tensor = attention.proj(heads.transpose(1, 2).reshape(batch, height, width, -1))
    return out


def _slices(count: int, step: int) -> Iterator[slice]:
    return (slice(start, start + step) for start in range(0, count, step))


def _places(height: int, width: int, like: Tensor) -> Tensor:
    """For each cell a one at its row and a one at its column, (hw, h + w), in the type and on the device of `like`."""
    rows = torch.eye(height, dtype=like.dtype, device=like.device).repeat_interleave(width, dim=0)  # (hw, h)
    columns = torch.eye(width, dtype=like.dtype, device=like.device).repeat(height, 1)  # (hw, w)
    return torch.cat([rows, columns], dim=1)
