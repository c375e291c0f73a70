"""Bodies of which only a loose box is known: a mask finds one when it lies in it and fills enough of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from spinefm.core.geometry import Box
from spinefm.core.levels import Level
from spinefm.core.masks import Mask

BOX_IOU_ABOVE = 0.3
"""IoU of a mask's box with the known box above which the mask finds the body; loose boxes leave room round it."""


def box_iou(first: Box, second: Box) -> float:
    """Intersection over union of two boxes."""
    shared = first.intersection(second)
    common = 0 if shared.is_empty else shared.width * shared.height
    union = first.width * first.height + second.width * second.height - common
    return common / union if union else 0.0


def found_in(box: Box, mask: Mask) -> bool:
    """Whether the box holds the mask's centroid and their boxes' IoU is above the limit."""
    if not mask.area:
        return False
    x, y = mask.centroid
    return box.x0 <= x <= box.x1 and box.y0 <= y <= box.y1 and box_iou(box, mask.box) > BOX_IOU_ABOVE


def box_of(boxes: Mapping[Level, Box], mask: Mask) -> Level | None:
    """The level of the box that a mask lies in, of several that which it fills best; None where it lies in none."""
    held = [level for level, box in boxes.items() if found_in(box, mask)]
    return max(held, key=lambda level: box_iou(boxes[level], mask.box), default=None)


def in_boxes(boxes: Mapping[Level, Box], masks: Sequence[Mask], taken: Sequence[int] = ()) -> dict[Level, int]:
    """For each box with a mask in it, the mask's index; a mask serves one box, and none when `taken`.

    Of several masks in a box the one that fills it best counts; the best pairs of all boxes come first.
    """
    free = [index for index in range(len(masks)) if index not in taken]
    fills = {
        (level, index): box_iou(box, masks[index].box)
        for level, box in sorted(boxes.items())
        for index in free
        if found_in(box, masks[index])
    }
    found: dict[Level, int] = {}
    for level, index in sorted(fills, key=lambda pair: -fills[pair]):
        if level not in found and index not in found.values():
            found[level] = index
    return dict(sorted(found.items()))
