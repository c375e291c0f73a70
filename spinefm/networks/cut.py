"""Patches cut out of films: on the CPU one by one, on a GPU as two matrix products for the whole batch.

Resampling is separable and linear, so a patch is `down @ canvas @ across`: the film's part, weighted along its rows and
along its columns. Both ways compute OpenCV's area and bilinear resampling; their greys agree to 0.0002 of the range.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from spinefm.core.geometry import crop_patch
from spinefm.networks.request import Cut

MOST_SIDES = 512
"""Sides of patches whose weights are kept."""


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
    canvas = torch.zeros(len(cuts), height, width, device=device)
    down = torch.zeros(len(cuts), side, height, device=device)
    across = torch.zeros(len(cuts), side, width, device=device)
    for place, cut in enumerate(cuts):
        box, inside = cut.box, cut.box.clipped((cut.film.shape[0], cut.film.shape[1]))
        if not inside.is_empty:
            rows = slice(inside.y0 - box.y0, inside.y1 - box.y0)
            columns = slice(inside.x0 - box.x0, inside.x1 - box.x0)
            canvas[place, rows, columns] = cut.film[inside.rows, inside.columns]
        down[place, :, : box.height] = _weights(box.height, side, box.width > side, device)
        across[place, :, : box.width] = _weights(box.width, side, box.width > side, device)
    with torch.autocast(device.type, enabled=False):  # greys need more digits than bfloat16 has
        return torch.bmm(torch.bmm(down, canvas), across.transpose(1, 2))[:, None]  # (B, 1, S, S)


@lru_cache(MOST_SIDES)
def _weights(length: int, side: int, shrinks: bool, device: torch.device) -> Tensor:
    """The share of each of `length` pixels in each of `side`, (side, length), on `device`."""
    weights = area_weights(length, side) if shrinks else linear_weights(length, side)
    return torch.from_numpy(weights.astype(np.float32)).to(device)


def area_weights(length: int, side: int) -> NDArray[np.float64]:
    """Rows (side, length): the share of each pixel's extent that falls on each pixel of the smaller row; sums are 1."""
    scale = length / side
    edges, pixels = np.arange(side + 1) * scale, np.arange(length)
    left, right = edges[:-1, None], edges[1:, None]
    covered = np.clip(np.minimum(right, pixels + 1) - np.maximum(left, pixels), 0, None)
    return np.asarray(covered / covered.sum(axis=1, keepdims=True))


def linear_weights(length: int, side: int) -> NDArray[np.float64]:
    """Rows (side, length): linear interpolation between pixel centres, the outermost pixel beyond them; sums are 1."""
    places = np.clip((np.arange(side) + 0.5) * length / side - 0.5, 0, length - 1)
    return np.asarray(np.clip(1 - np.abs(places[:, None] - np.arange(length)), 0, None))
