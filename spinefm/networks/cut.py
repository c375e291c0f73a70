"""Patches cut out of films: on the CPU one by one, on a GPU as two matrix products for the whole batch.

Resampling is separable and linear, so a patch is `down @ canvas @ across`: the film's part, weighted along its rows and
along its columns. Both ways compute OpenCV's area and bilinear resampling; their greys agree to 0.0002 of the range.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, partial

import numpy as np
import torch
from torch import Tensor

from spinefm.core.geometry import crop_patch
from spinefm.networks.request import Cut

CPU = torch.device("cpu")


def cut_patches(cuts: Sequence[Cut]) -> Tensor:
    """The patches (B, 1, S, S) of cuts of one side, on the device of their films."""
    if cuts[0].film.device.type == "cpu":
        patches = np.stack([crop_patch(cut.film.numpy(), cut.box, cut.side) for cut in cuts])
        return torch.from_numpy(patches)[:, None]
    return cut_together(cuts)


def cut_together(cuts: Sequence[Cut]) -> Tensor:
    """The patches (B, 1, S, S) of cuts of one side by two products; what lies outside a film is 0."""
    device, side = cuts[0].film.device, cuts[0].side
    height, width = (max(getattr(cut.box, name) for cut in cuts) for name in ("height", "width"))
    weights = cache(partial(_weights, side=side, device=device))  # of this call alone: kept ones would fill the memory
    canvas = torch.zeros(len(cuts), height, width, device=device)
    down = torch.zeros(len(cuts), side, height, device=device)
    across = torch.zeros(len(cuts), side, width, device=device)
    for place, cut in enumerate(cuts):
        box, inside = cut.box, cut.box.clipped((cut.film.shape[0], cut.film.shape[1]))
        if not inside.is_empty:
            rows = slice(inside.y0 - box.y0, inside.y1 - box.y0)
            columns = slice(inside.x0 - box.x0, inside.x1 - box.x0)
            canvas[place, rows, columns] = cut.film[inside.rows, inside.columns]
        down[place, :, : box.height] = weights(box.height, shrinks=box.width > side)
        across[place, :, : box.width] = weights(box.width, shrinks=box.width > side)
    with torch.autocast(device.type, enabled=False):  # greys need more digits than bfloat16 has
        return torch.bmm(torch.bmm(down, canvas), across.transpose(1, 2))[:, None]  # (B, 1, S, S)


def _weights(length: int, side: int, shrinks: bool, device: torch.device) -> Tensor:
    """The share of each of `length` pixels in each of `side`, (side, length), on `device`."""
    return (area_weights if shrinks else linear_weights)(length, side, device).float()


def area_weights(length: int, side: int, device: torch.device = CPU) -> Tensor:
    """Rows (side, length): the share of each pixel's extent that falls on each pixel of the smaller row; sums are 1."""
    scale = length / side
    pixels = torch.arange(length, dtype=torch.float64, device=device)
    edges = torch.arange(side + 1, dtype=torch.float64, device=device)[:, None] * scale
    covered = (torch.minimum(edges[1:], pixels + 1) - torch.maximum(edges[:-1], pixels)).clamp(min=0)
    return covered / covered.sum(1, keepdim=True)  # (side, length)


def linear_weights(length: int, side: int, device: torch.device = CPU) -> Tensor:
    """Rows (side, length): linear interpolation between pixel centres, the outermost pixel beyond them; sums are 1."""
    pixels = torch.arange(length, dtype=torch.float64, device=device)
    middles = torch.arange(side, dtype=torch.float64, device=device)[:, None] + 0.5
    places = (middles * length / side - 0.5).clamp(0, length - 1)
    return (1 - (places - pixels).abs()).clamp(min=0)  # (side, length)
