"""The U-Net's map of a whole film, and the pieces that it falls into."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from spinefm.bundles import Bundle
from spinefm.masks import Mask
from spinefm.methods.spinefm.stages import Stopwatch
from spinefm.radiograph import Radiograph
from spinefm.semantic_events import Mapped, Piece

C2, S1 = 2, 3
"""Classes of the two ends of the spine; every other body is 1."""


@dataclass(frozen=True, eq=False)
class SemanticMap:
    """body: (H, W) float32 probability of any vertebral body; classes: (H, W) uint8, what body it would be, 1 to 3."""

    body: NDArray[np.float32]
    classes: NDArray[np.uint8]

    def above(self, limit: float) -> NDArray[np.uint8]:
        """The class of every pixel whose probability of a body is above `limit`, else 0; (H, W)."""
        return np.where(self.body > limit, self.classes, 0).astype(np.uint8)

    def probability_in(self, mask: Mask) -> float:
        """The mean probability of a body over a mask's pixels."""
        return float(np.mean(self.body[mask.box.rows, mask.box.columns][mask.crop]))


def map_film(film: Radiograph, bundle: Bundle, watch: Stopwatch) -> SemanticMap:
    """Ask the bundle's U-Net, at the size it was trained at; its answer is brought back to the film's pixels."""
    assert bundle.unet is not None, "the method refuses a bundle without a U-Net"
    names = bundle.unet.config.classes
    with torch.inference_mode(), bundle.autocast(), watch.measure("unet_network"):
        pixels = torch.from_numpy(np.ascontiguousarray(film.pixels)).to(bundle.device)
        small = bundle.unet.segment(pixels[None]).float().cpu().numpy()  # (classes, h, w)
    ends = [small[names.index(name)] if name in names else np.zeros_like(small[0]) for name in ("body", "C2", "S1")]
    classes = (np.argmax(ends, axis=0) + 1).astype(np.uint8)  # (h, w)
    body = cv2.resize(1.0 - small[0], film.size, interpolation=cv2.INTER_LINEAR)
    return SemanticMap(
        np.asarray(body, np.float32),
        np.asarray(cv2.resize(classes, film.size, interpolation=cv2.INTER_NEAREST), np.uint8),
    )


def mapped(found: SemanticMap, limit: float, least_area: float) -> Mapped:
    """The pieces of the map above `limit`; those below `least_area` of the typical piece's area are specks."""
    masks = list(components(found.body > limit))
    least = least_area * typical_area(masks)
    return Mapped(tuple(_piece(mask, found, least) for mask in masks), limit, least_area)


def typical_area(masks: Sequence[Mask]) -> float:
    """The median area, each mask counted once per pixel: specks do not lower it, however many. 0 without any."""
    areas = np.sort([mask.area for mask in masks])
    if not areas.any():
        return 0.0
    return float(areas[np.searchsorted(np.cumsum(areas), areas.sum() / 2)])


def _piece(mask: Mask, found: SemanticMap, least: float) -> Piece:
    c2, s1 = end_shares(mask, found.classes)
    kept = mask.area >= least
    return Piece(mask, mask.centroid, c2, s1, kept, "kept" if kept else f"area {mask.area} px < {least:.0f} px")


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
