"""The U-Net's map of a whole film, and the pieces that it falls into."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components
from torch import Tensor

from spinefm.core.geometry import Box
from spinefm.core.masks import Mask
from spinefm.imaging.radiograph import Radiograph
from spinefm.methods.base.config import WholeFilmConfig
from spinefm.methods.base.events import FAR_FROM_SPINE, Mapped, Piece
from spinefm.methods.base.stages import Stopwatch, asked
from spinefm.networks.request import Request
from spinefm.weights.bundle import Bundle

C2, S1 = 2, 3
"""Classes of the two ends of the spine; every other body is 1."""


@dataclass(frozen=True, eq=False)
class SemanticMap:
    """body: (H, W) float32 probability of any vertebral body; classes: (H, W) uint8, what body it would be, 1 to 3.

    close_view: the part of the film that was mapped a second time, enlarged, if any was.
    """

    body: NDArray[np.float32]
    classes: NDArray[np.uint8]
    close_view: Box | None = None

    def above(self, limit: float) -> NDArray[np.uint8]:
        """The class of every pixel whose probability of a body is above `limit`, else 0; (H, W)."""
        return np.where(self.body > limit, self.classes, 0).astype(np.uint8)

    def probability_in(self, mask: Mask) -> float:
        """The mean probability of a body over a mask's pixels."""
        return float(np.mean(self.body[mask.box.rows, mask.box.columns][mask.crop]))


def map_film(film: Radiograph, bundle: Bundle, watch: Stopwatch, config: WholeFilmConfig) -> SemanticMap:
    """Ask the bundle's U-Net, at the size it was trained at; its answer is brought back to the film's pixels."""
    assert bundle.unet is not None, "the method refuses a bundle without a U-Net"
    names = bundle.unet.config.classes
    pixels = torch.from_numpy(np.ascontiguousarray(film.pixels)).to(bundle.device)  # (H, W)

    def probabilities(part: Tensor) -> NDArray[np.float32]:
        return enlarged(_averaged(part, bundle, watch, config.test_time_flip), (part.shape[0], part.shape[1]))

    found = probabilities(pixels)  # (H, W, classes)
    close = close_view(found[..., 0] < 1.0 - config.map_limit, config)
    if close is not None:
        part = found[close.rows, close.columns]  # (h, w, classes)
        part += probabilities(pixels[close.rows, close.columns])
        part /= 2.0
    nothing = np.zeros_like(found[..., 0])
    ends = [found[..., names.index(name)] if name in names else nothing for name in ("body", "C2", "S1")]
    return SemanticMap(1.0 - found[..., 0], (np.argmax(ends, axis=0) + 1).astype(np.uint8), close)


def _averaged(pixels: Tensor, bundle: Bundle, watch: Stopwatch, flip: bool) -> NDArray[np.float32]:
    """The U-Net's probabilities (classes, h, w) of `pixels` (H, W); `flip` averages them with the mirror image's."""
    films = [pixels[None], pixels[None].flip(-1)] if flip else [pixels[None]]
    answers = asked(bundle, watch, Request("unet", (films,)))
    if not flip:
        return np.asarray(answers[0])
    return np.asarray((answers[0] + answers[1][:, :, ::-1]) / np.float32(2))


def enlarged(small: NDArray[np.float32], shape: tuple[int, int]) -> NDArray[np.float32]:
    """Maps (classes, h, w) brought to `shape` (H, W), classes last."""
    channels_last = np.ascontiguousarray(small.transpose(1, 2, 0))
    return np.asarray(cv2.resize(channels_last, shape[::-1], interpolation=cv2.INTER_LINEAR))


def close_view(body: NDArray[np.bool_], config: WholeFilmConfig) -> Box | None:
    """The box round the pieces of a map (H, W) of bodies; None where it fills too much of the film's longer side."""
    masks = list(components(body))
    typical = typical_area(masks)
    masks = [mask for mask in masks if mask.area >= config.close_view_piece * typical]
    boxes = np.array([masks[index].box for index in sorted(of_one_spine(masks, config.far_limit))])
    if not len(boxes):
        return None
    margin = round(config.close_view_margin * math.sqrt(typical))
    (x0, y0), (x1, y1) = boxes[:, :2].min(axis=0).tolist(), boxes[:, 2:].max(axis=0).tolist()
    box = Box(x0 - margin, y0 - margin, x1 + margin, y1 + margin).clipped(body.shape[:2])
    return box if max(box.width, box.height) < config.close_view * max(body.shape) else None


def mapped(found: SemanticMap, config: WholeFilmConfig) -> Mapped:
    """The pieces of the map above its limit, without specks and those far from the spine."""
    masks = list(components(found.body > config.map_limit))
    least = config.least_piece * typical_area(masks)
    large = [index for index, mask in enumerate(masks) if mask.area >= least]
    spine = {large[index] for index in of_one_spine([masks[index] for index in large], config.far_limit)}
    pieces = tuple(_piece(mask, found, least, index in spine) for index, mask in enumerate(masks))
    return Mapped(pieces, config.map_limit, config.least_piece, found.close_view)


def of_one_spine(masks: Sequence[Mask], far_limit: float) -> set[int]:
    """Indices of the masks in one row: of all groups within `far_limit` typical sizes that of most pixels."""
    if not masks:
        return set()
    points = np.array([mask.centroid for mask in masks])
    reach = far_limit * math.sqrt(typical_area(masks))
    near = np.linalg.norm(points[:, None] - points[None], axis=-1) <= reach  # (N, N)
    _, groups = connected_components(near, directed=False)  # (N,)
    areas = np.bincount(groups, weights=[mask.area for mask in masks])
    return set(np.flatnonzero(groups == areas.argmax()).tolist())


def typical_area(masks: Sequence[Mask]) -> float:
    """The median area, each mask counted once per pixel: specks do not lower it, however many. 0 without any."""
    areas = np.sort([mask.area for mask in masks])
    if not areas.any():
        return 0.0
    return float(areas[np.searchsorted(np.cumsum(areas), areas.sum() / 2)])


def _piece(mask: Mask, found: SemanticMap, least: float, in_row: bool) -> Piece:
    c2, s1 = end_shares(mask, found.classes)
    lost = FAR_FROM_SPINE if mask.area >= least else f"area {mask.area} px < {least:.0f} px"
    reason = "kept" if in_row else lost
    return Piece(mask, mask.centroid, c2, s1, in_row, reason)


def end_shares(mask: Mask, classes: NDArray[np.uint8]) -> tuple[float, float]:
    """The shares of a mask's pixels that are C2 and S1 in a map of classes (H, W)."""
    inside = classes[mask.box.rows, mask.box.columns][mask.crop]
    return float(np.mean(inside == C2)), float(np.mean(inside == S1))


def components(array: NDArray[np.bool_]) -> Iterator[Mask]:
    """The 8-connected components of (H, W) as masks, from the top of the film."""
    if array.size == 0:  # OpenCV crashes the process on a picture without pixels
        return
    count, labels, stats, _ = cv2.connectedComponentsWithStats(array.astype(np.uint8), connectivity=8)
    for index in range(1, count):
        x, y, width, height, _ = stats[index].tolist()
        yield Mask.from_array(labels[y : y + height, x : x + width] == index, (x, y))
