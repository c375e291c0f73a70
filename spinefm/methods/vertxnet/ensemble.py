"""VertXNet's ensemble of two sets of contours (Chen et al. 2022, Algorithm 1), with its open points settled.

The best match counts, not the first; a leftover that overlaps a kept mask is dropped; with fewer than two kept masks
there are no areas to compare a leftover with, so none is kept. Few masks of one size say little about how sizes spread,
so the spread is at least a share of their mean. A detection that lies on a kept mask is no second
vertebra, though a piece covers it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from spinefm.core.masks import Mask
from spinefm.core.numbers import held
from spinefm.methods.vertxnet.config import VertXNetConfig
from spinefm.methods.vertxnet.events import Leftover, PairedContours, Source


@dataclass(frozen=True, eq=False)
class KeptContour:
    """A mask that the ensemble keeps, and the contour that it comes from: a detection unless it is a piece alone."""

    mask: Mask
    source: Source
    index: int


@dataclass(frozen=True)
class Ratios:
    """Shared area / larger area, and shared area / the detection's area."""

    agreement: float
    cover: float


@dataclass(eq=False)
class Ensemble:
    """One run of Algorithm 1 over `pieces` (U-Net) and `detections` (Mask R-CNN), masks by index.

    `kept` grows as the events are drawn; a vertebra's number is its place in it.
    """

    pieces: Mapping[int, Mask]
    detections: Mapping[int, Mask]
    config: VertXNetConfig
    kept: list[KeptContour] = field(default_factory=list)

    def run(self) -> Iterator[PairedContours | Leftover]:
        """A `PairedContours` for every detection, then a `Leftover` for every contour that is not used up."""
        ratios = {(m, u): ratios_of(self.detections[m], self.pieces[u]) for m in self.detections for u in self.pieces}
        partners = merged_pairs(ratios, self.config.eta)
        free = [u for u in self.pieces if u not in partners.values()]
        left = []
        for m in self.detections:
            event = self._paired(m, partners.get(m), free, ratios)
            left += [m] if event.verdict == "left" else []
            yield event
        yield from self._leftovers(left, free)

    def _paired(
        self, m: int, partner: int | None, free: list[int], ratios: Mapping[tuple[int, int], Ratios]
    ) -> PairedContours:
        """Detection `m` with its partner, or against the piece that covers most of it."""
        eta = self.config.eta
        if partner is not None:
            found = ratios[m, partner]
            number = self._keep(united(self.detections[m], self.pieces[partner]), "detector", m)
            union = self.kept[number].mask
            return PairedContours(m, partner, found.agreement, found.cover, eta, "merged", number, union)
        best = max((u for u in free if ratios[m, u].cover), key=lambda u: ratios[m, u].cover, default=None)
        if best is None:
            return PairedContours(m, None, 0.0, 0.0, eta, "left", None)
        found = ratios[m, best]
        if found.cover > eta and self._overlap(self.detections[m]) <= self.config.overlap_limit:
            number = self._keep(self.detections[m], "detector", m)
            return PairedContours(m, best, found.agreement, found.cover, eta, "taken", number, self.detections[m])
        return PairedContours(m, best, found.agreement, found.cover, eta, "left", None)

    def _leftovers(self, detections: list[int], pieces: list[int]) -> Iterator[Leftover]:
        """The area rule: detections first, since they are whole vertebrae more often."""
        areas = [kept.mask.area for kept in self.kept]
        limits = area_limits(areas, self.config)
        for m in detections:
            yield self._leftover("detector", m, self.detections[m], limits)
        for u in pieces:
            yield self._leftover("unet", u, self.pieces[u], limits)

    def _overlap(self, mask: Mask) -> float:
        """The largest IoU with a mask that is kept."""
        return max((mask.iou(kept.mask) for kept in self.kept), default=0.0)

    def _leftover(self, source: Source, index: int, mask: Mask, limits: tuple[float | None, float | None]) -> Leftover:
        overlap = self._overlap(mask)
        reason, holds = leftover_reason(mask.area, limits, overlap, self.config.overlap_limit)
        number = self._keep(mask, source, index) if holds else None
        return Leftover(
            source=source,
            index=index,
            area=mask.area,
            lowest=limits[0],
            highest=limits[1],
            overlap=overlap,
            overlap_limit=self.config.overlap_limit,
            verdict="kept by area" if holds else "dropped",
            reason=reason,
            vertebra=number,
        )

    def _keep(self, mask: Mask, source: Source, index: int) -> int:
        self.kept.append(KeptContour(mask, source, index))
        return len(self.kept) - 1


def area_limits(areas: Sequence[int], config: VertXNetConfig) -> tuple[float | None, float | None]:
    """The smallest and the largest area that a leftover may have; None for fewer than two kept `areas`."""
    if len(areas) < 2:
        return None, None
    mean = float(np.mean(areas))
    spread = config.deviations * max(float(np.std(areas)), config.least_spread * mean)
    return mean - spread, mean + spread


def ratios_of(detection: Mask, piece: Mask) -> Ratios:
    """The two ratios of Algorithm 1; 0 for an empty detection."""
    shared = detection.intersection_area(piece)
    if not shared:
        return Ratios(0.0, 0.0)
    return Ratios(shared / max(detection.area, piece.area), shared / detection.area)


def merged_pairs(ratios: Mapping[tuple[int, int], Ratios], eta: float) -> dict[int, int]:
    """Detection -> piece for all that agree above `eta`, the best agreement first, each used once."""
    pairs: dict[int, int] = {}
    for (m, u), found in sorted(ratios.items(), key=lambda item: -item[1].agreement):
        if found.agreement > eta and m not in pairs and u not in pairs.values():
            pairs[m] = u
    return pairs


def leftover_reason(
    area: int, limits: tuple[float | None, float | None], overlap: float, overlap_limit: float
) -> tuple[str, bool]:
    """Why a leftover is kept or dropped, and whether it is kept."""
    lowest, highest = limits
    if overlap > overlap_limit:
        return f"it overlaps a kept mask: IoU {held(overlap, overlap_limit)}", False
    if lowest is None or highest is None:
        return "fewer than two masks are kept, so there are no areas to compare it with", False
    if not lowest <= area <= highest:
        return f"area {area} px is not within {max(lowest, 0):.0f} to {highest:.0f} px", False
    return f"area {area} px is within {max(lowest, 0):.0f} to {highest:.0f} px", True


def united(first: Mask, second: Mask) -> Mask:
    """The pixels of either mask."""
    a, b = first.box, second.box
    frame = type(a)(min(a.x0, b.x0), min(a.y0, b.y0), max(a.x1, b.x1), max(a.y1, b.y1))
    return Mask.from_array(first.within(frame) | second.within(frame), (frame.x0, frame.y0))
