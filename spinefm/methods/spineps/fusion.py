"""Fusion by agreement: three predictions of every vertebra become one instance (SPINEPS, instance phase).

`n` of the paper is the couple's size: the prediction and its up to two partners.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from spinefm.core.geometry import Box
from spinefm.core.masks import Mask
from spinefm.methods.base.semantic_map import components, typical_area
from spinefm.methods.spineps.config import SpinepsConfig
from spinefm.methods.spineps.events import CentreCrop, Fused, Place, Prediction

PLACES: tuple[Place, ...] = ("above", "centre", "below")
Key = tuple[int, Place]


@dataclass(frozen=True)
class Couple:
    """A prediction with its partners, best first, their Dice with it, and the mean of those (0 without a partner)."""

    members: tuple[Key, ...]
    dices: tuple[float, ...]
    agreement: float

    @property
    def priority(self) -> float:
        """(n + 1) x agreement."""
        return (len(self.members) + 1) * self.agreement


def couples(predictions: Mapping[Key, Mask], config: SpinepsConfig) -> list[Couple]:
    """Every prediction with its partners, each group once, the highest priority first."""
    found: dict[frozenset[Key], Couple] = {}
    for key in predictions:
        couple = _couple(key, predictions, config)
        group = frozenset(couple.members)
        if group not in found or couple.agreement > found[group].agreement:
            found[group] = couple
    return sorted(found.values(), key=lambda couple: -couple.priority)


def _couple(key: Key, predictions: Mapping[Key, Mask], config: SpinepsConfig) -> Couple:
    """A prediction with the two that agree best with it, at most one of each other cutout."""
    best: dict[int, tuple[float, Key]] = {}
    for other, mask in predictions.items():
        if 0 < abs(other[0] - key[0]) <= config.partner_reach:
            dice = predictions[key].dice(mask)
            if dice > config.partner_limit and dice > best.get(other[0], (0.0, other))[0]:
                best[other[0]] = (dice, other)
    partners = sorted(best.values(), key=lambda partner: -partner[0])[:2]
    dices = tuple(dice for dice, _ in partners)
    agreement = float(np.mean(dices)) if dices else 0.0
    return Couple((key, *(other for _, other in partners)), (1.0, *dices), agreement)


class Fusion:
    """One fusion on a film of `shape` (H, W). `instances` numbers every pixel's vertebra from 1 on, 0 for none."""

    def __init__(self, cutouts: Sequence[CentreCrop], shape: tuple[int, int], config: SpinepsConfig) -> None:
        self._config = config
        masks = {(cutout.index, place): getattr(cutout, place) for cutout in cutouts for place in PLACES}
        self._predictions: dict[Key, Mask] = {key: mask for key, mask in masks.items() if mask.area}
        self._typical = typical_area(list(self._predictions.values()))
        self.instances = np.zeros(shape, np.uint16)
        self.count = 0

    def run(self) -> Iterator[Fused]:
        """A `Fused` for every couple, in the order in which they are written."""
        for order, couple in enumerate(couples(self._predictions, self._config)):
            yield self._fuse(order, couple)

    def _fuse(self, order: int, couple: Couple) -> Fused:
        """Write the unclaimed pixels of a couple, unless most of it is claimed."""
        votes = self._votes(couple)
        mask = voted([self._predictions[key] for key in couple.members], votes)
        free = Mask.from_array(mask.crop & ~self._claimed(mask), mask.origin)
        claimed = 1.0 - free.area / mask.area if mask.area else 0.0
        whole = self._without_small_parts(free)
        reason = ""
        if self._is_stray(couple, mask):
            reason = "no other cutout agrees"
        elif claimed > self._config.claimed_limit:
            reason = "a vertebra is there already"
        elif not whole.area:
            reason = "no part is large enough"
        return Fused(
            order=order,
            couple=tuple(Prediction(*key, dice) for key, dice in zip(couple.members, couple.dices, strict=True)),
            agreement=couple.agreement,
            partner_limit=self._config.partner_limit,
            priority=couple.priority,
            votes=votes,
            claimed=claimed,
            claimed_limit=self._config.claimed_limit,
            verdict="skipped" if reason else "written",
            reason=reason,
            mask=Mask.empty() if reason else whole,
            vertebra=None if reason else self._write(whole),
        )

    def _is_stray(self, couple: Couple, mask: Mask) -> bool:
        """Whether one cutout alone sees this, and not as a large enough body in its middle."""
        if len(couple.members) > 1:
            return False
        off_centre = couple.members[0][1] != "centre" and not self._config.alone_elsewhere
        return off_centre or mask.area < self._config.alone_limit * self._typical

    def _votes(self, couple: Couple) -> int:
        """How many members must hold a pixel."""
        return 2 if len(couple.members) == 3 and couple.agreement >= self._config.strict_agreement else 1

    def _claimed(self, mask: Mask) -> NDArray[np.bool_]:
        """Which pixels of a mask's crop are written already, (h, w)."""
        return self.instances[mask.box.rows, mask.box.columns] > 0

    def _without_small_parts(self, mask: Mask) -> Mask:
        kept = np.zeros(mask.crop.shape, bool)
        for part in components(mask.crop):
            if part.area >= self._config.least_area * self._typical:
                kept |= part.within(Box(0, 0, mask.crop.shape[1], mask.crop.shape[0]))
        return Mask.from_array(kept, mask.origin)

    def _write(self, mask: Mask) -> int:
        """Number the mask's pixels, and the holes in it that nothing claims; returns its number, from 0 on."""
        self.count += 1
        filled = mask.filled()
        patch = self.instances[filled.box.rows, filled.box.columns]
        patch[filled.crop & (patch == 0)] = self.count
        return self.count - 1


def voted(masks: Sequence[Mask], votes: int) -> Mask:
    """The pixels that at least `votes` of the masks hold."""
    boxes = np.array([mask.box for mask in masks])
    (x0, y0), (x1, y1) = boxes[:, :2].min(axis=0).tolist(), boxes[:, 2:].max(axis=0).tolist()
    frame = Box(x0, y0, x1, y1)
    total = np.sum([mask.within(frame) for mask in masks], axis=0)
    return Mask.from_array(total >= votes, (x0, y0))


def settled(instances: NDArray[np.uint16], semantic: NDArray[np.bool_], fringe: float) -> NDArray[np.uint16]:
    """The instances (H, W) within the semantic map alone, each unclaimed piece given to the one that it touches most.

    fringe: pieces up to this share of the median instance are given away.
    """
    kept = np.where(semantic, instances, 0).astype(np.uint16)
    result = kept.copy()
    areas = np.bincount(kept.ravel())[1:]
    largest = fringe * float(np.median(areas[areas > 0])) if areas.any() else 0.0
    for piece in components(semantic & (kept == 0)):
        if piece.area > largest:
            continue
        frame = Box(piece.box.x0 - 1, piece.box.y0 - 1, piece.box.x1 + 1, piece.box.y1 + 1).clipped(kept.shape[:2])
        inside = piece.within(frame)
        ring = (cv2.dilate(inside.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0) & ~inside
        touched = np.bincount(kept[frame.rows, frame.columns][ring], minlength=1)[1:]
        if touched.any():
            result[frame.rows, frame.columns][inside] = int(touched.argmax()) + 1
    return result
