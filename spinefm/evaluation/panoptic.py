"""Panoptic quality (Kirillov et al., CVPR 2019) of vertebral bodies, counted by torchmetrics.

A mask and a body match when their IoU is above 0.5, so that each matches at most once. Bodies cut off by the film's
edge are void: masks that lie mostly on them are neither right nor wrong.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spinefm.core.geometry import Box, Point
from spinefm.core.levels import Level
from spinefm.core.masks import Mask
from spinefm.data import Truth

BACKGROUND, BODY, VOID = 0, 1, 2
"""Categories of a pixel."""


@dataclass(frozen=True)
class PanopticCounts:
    """Matches, masks without a body, bodies without a mask, and the sum of the matches' IoU."""

    iou_sum: float = 0.0
    matched: int = 0
    false: int = 0
    missed: int = 0

    def __add__(self, other: PanopticCounts) -> PanopticCounts:
        return PanopticCounts(
            self.iou_sum + other.iou_sum,
            self.matched + other.matched,
            self.false + other.false,
            self.missed + other.missed,
        )

    @property
    def sq(self) -> float:
        """Segmentation quality: the mean IoU of the matches; NaN without one."""
        return self.iou_sum / self.matched if self.matched else float("nan")

    @property
    def rq(self) -> float:
        """Recognition quality: the F1 score of the matching; NaN where nothing is and nothing was found."""
        total = self.matched + (self.false + self.missed) / 2
        return self.matched / total if total else float("nan")

    @property
    def pq(self) -> float:
        """Panoptic quality, SQ x RQ: 0 where nothing matches, NaN where nothing is and nothing was found."""
        total = self.matched + (self.false + self.missed) / 2
        return self.iou_sum / total if total else float("nan")


def count_panoptic(truth: Truth, masks: Sequence[Mask], centroids: Sequence[Point]) -> PanopticCounts:
    """The counts of one film; a pixel of several masks belongs to that with the nearest centroid."""
    import torch
    from torchmetrics.detection import PanopticQuality

    everything = [*truth.bodies.values(), *truth.partial.values(), *masks]
    if not any(mask.area for mask in everything):
        return PanopticCounts()
    frame = _frame([mask for mask in everything if mask.area])
    metric = PanopticQuality(things={BODY}, stuffs={BACKGROUND})
    found = torch.from_numpy(_found_map(masks, centroids, frame))  # (h, w, 2): category, instance
    wanted = torch.from_numpy(_truth_map(truth, frame))  # (h, w, 2)
    metric.update(found[None], wanted[None])
    counts = (metric.true_positives[0], metric.false_positives[0], metric.false_negatives[0])
    return PanopticCounts(float(metric.iou_sum[0]), *(int(count) for count in counts))


def _frame(masks: Sequence[Mask]) -> Box:
    """The smallest box around all masks with a margin of one background pixel."""
    boxes = np.array([mask.box for mask in masks])
    (x0, y0), (x1, y1) = boxes[:, :2].min(axis=0).tolist(), boxes[:, 2:].max(axis=0).tolist()
    return Box(x0 - 1, y0 - 1, x1 + 1, y1 + 1)


def _truth_map(truth: Truth, frame: Box) -> NDArray[np.int64]:
    pixels = np.zeros((frame.height, frame.width, 2), np.int64)
    for category, bodies in ((VOID, truth.partial), (BODY, truth.bodies)):
        _paint(pixels, bodies, category, frame)
    return pixels


def _paint(pixels: NDArray[np.int64], bodies: Mapping[Level, Mask], category: int, frame: Box) -> None:
    for level, body in bodies.items():
        pixels[body.within(frame)] = (category, int(level))


def _found_map(masks: Sequence[Mask], centroids: Sequence[Point], frame: Box) -> NDArray[np.int64]:
    """Each pixel's mask, that of the nearest centroid where several claim it."""
    rows, columns = np.mgrid[frame.y0 : frame.y1, frame.x0 : frame.x1]
    pixels = np.zeros((frame.height, frame.width, 2), np.int64)
    nearest = np.full((frame.height, frame.width), np.inf)
    for number, (mask, centroid) in enumerate(zip(masks, centroids, strict=True), start=1):
        inside = mask.within(frame)
        distance = (columns - centroid.x) ** 2 + (rows - centroid.y) ** 2
        wins = inside & (distance < nearest)
        pixels[wins] = (BODY, number)
        nearest[wins] = distance[wins]
    return pixels
