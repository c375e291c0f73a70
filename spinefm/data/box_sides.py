"""Whether the boxes of a film are written as their format asks: sides taken for corners make others of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np

from spinefm.core.geometry import Box
from spinefm.core.levels import Level
from spinefm.core.masks import Mask

BODIES_COVER = 1 / 3
"""Share of a neighbour that the boxes of bodies cover at most, however the column is tilted."""
MOST_COVERED = 0.7
"""Share that no boxes cover, not even loose ones of whole vertebrae in a tilted column."""
MOST_OUTSIDE = 0.4
"""Share of a box beyond the film's edge that is more than a loose drawing."""
SMALLER = 0.3
"""Share of their area to which boxes shrink that were taken for others."""
LEAST_COUNT = 3
"""Boxes that fit another form by more than chance."""
MEANT: Mapping[str, Callable[[Box], Box]] = MappingProxyType(
    {
        "corners for sides": lambda box: Box(box.x0, box.y0, box.width, box.height),
        "corners for centre and sides": lambda box: Box(
            (box.x0 + box.x1) // 2, (box.y0 + box.y1) // 2, box.width, box.height
        ),
        "sides for corners": lambda box: Box(box.x1, box.y1, box.x1 + box.x0, box.y1 + box.y0),
    }
)
"""What a box was meant to be where one form was taken for another; of corners the smaller ones come first."""


def check_sides(boxes: Mapping[Level, Box], masks: Mapping[Level, Mask], size: tuple[int, int]) -> None:
    """Refuse a film of `size` (width, height) whose boxes are written in another form than their format's.

    They cover each other or lie over the film's edge. One box alone proves nothing. Raises ValueError.
    """
    if len(boxes) < 2:
        return
    asked = "are they x, y, width and height, or corners? Write them as their format asks"
    share = _usual_cover(boxes, masks)
    if share > MOST_COVERED or (share > BODIES_COVER and any(_fits(boxes, form, size) for form in MEANT.values())):
        raise ValueError(f"its boxes cover each other: {asked}")
    if _usual_outside(boxes, size) > MOST_OUTSIDE:
        raise ValueError(f"its boxes lie over the edge of the film: {asked}")


def _fits(boxes: Mapping[Level, Box], form: Callable[[Box], Box], size: tuple[int, int]) -> bool:
    """Whether boxes in another form are those of bodies: smaller, all on the film and apart."""
    meant = {level: form(box) for level, box in boxes.items()}
    if len(meant) < LEAST_COUNT or any(box.is_empty or box.outside_share((size[1], size[0])) for box in meant.values()):
        return False
    is_smaller = sum(map(_area, meant.values())) < SMALLER * sum(map(_area, boxes.values()))
    return is_smaller and _usual_cover(meant, {}) <= BODIES_COVER


def _usual_cover(boxes: Mapping[Level, Box], masks: Mapping[Level, Mask]) -> float:
    """The share that more than half of the boxes cover of a neighbour."""
    regions = {**boxes, **{level: mask.box for level, mask in masks.items()}}
    levels = sorted(regions)
    most = dict.fromkeys(levels, 0.0)
    for pair in zip(levels, levels[1:], strict=False):
        common = regions[pair[0]].intersection(regions[pair[1]])
        for one, other in (pair, pair[::-1]):
            most[one] = max(most[one], 0.0 if common.is_empty else _area(common) / _area(regions[other]))
    return float(np.quantile([most[level] for level in boxes], 0.5, method="lower"))


def _usual_outside(boxes: Mapping[Level, Box], size: tuple[int, int]) -> float:
    """The share of it that more than half of the boxes have outside the film."""
    return float(np.quantile([box.outside_share((size[1], size[0])) for box in boxes.values()], 0.5, method="lower"))


def _area(box: Box) -> int:
    return box.width * box.height
