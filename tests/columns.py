"""Drawn spines with a known answer, and an oracle that answers the pipeline's questions from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from spinefm.core.geometry import Box, Point
from spinefm.core.masks import Mask
from spinefm.imaging.radiograph import Radiograph
from spinefm.methods.base.stages import Candidate, Probabilities, ViewAnswer
from spinefm.weights.bundle import Bundle


@dataclass(frozen=True, eq=False)
class Column:
    """Square bodies on a film: (x, y) centroids from the top, and what the classifier would say of each."""

    centroids: tuple[Point, ...]
    kinds: tuple[str, ...]
    side: int = 24
    size: tuple[int, int] = (240, 400)

    @property
    def film(self) -> Radiograph:
        """The drawn film: bodies bright on grey."""
        pixels = np.full((self.size[1], self.size[0]), 0.2, np.float32)
        for mask in self.masks:
            pixels[mask.on_film(pixels.shape)] = 0.8
        return Radiograph.from_array(pixels, name="drawn")

    @property
    def masks(self) -> tuple[Mask, ...]:
        """The bodies, from the top, cut at the film's edge."""
        shape = (self.size[1], self.size[0])
        squares = (Box.square(centroid, self.side) for centroid in self.centroids)
        whole = (Mask(np.ones((box.height, box.width), bool), (box.x0, box.y0)) for box in squares)
        return tuple(Mask.from_array(mask.on_film(shape)) for mask in whole)


def straight(
    count: int = 7, top: str = "C2", bottom: str = "vertebra", spacing: float = 32, first: float = 60
) -> Column:
    """A vertical column of `count` bodies; the outermost ones look like `top` and `bottom` to the classifier."""
    kinds = [top, *["vertebra"] * (count - 2), bottom]
    return Column(tuple(Point(120, first + spacing * i) for i in range(count)), tuple(kinds))


@dataclass
class Oracle:
    """Stages that know the truth of a column; `scores` are the detector's, one per body (0: not detected)."""

    column: Column
    scores: Sequence[float] = ()
    extra: Sequence[Candidate] = ()
    blind: Sequence[int] = ()
    sharp: Sequence[int] = ()
    vague: Sequence[int] = ()
    copies: dict[int, int] = field(default_factory=dict)
    batches: list[int] = field(default_factory=list)
    kind: ViewAnswer | None = None

    def view(self, film: Radiograph) -> ViewAnswer | None:
        """The kind of film, as the test made it up; once it is turned it lies upright."""
        turned = any("rotated" in note for note in film.provenance.notes)
        return replace(self.kind, turn=0) if turned and self.kind is not None else self.kind

    def detect(self, film: Radiograph, sure: float) -> list[Candidate]:
        """The bodies with a score."""
        scores = self.scores or [0.9] * len(self.column.centroids)
        found = zip(scores, self.column.masks, self.column.centroids, strict=True)
        return [Candidate(score, mask.box, mask, centre) for score, mask, centre in found if score] + list(self.extra)

    def next_point(self, film: Radiograph, known: Sequence[Point]) -> Point:
        """Straight on."""
        _, before, last = known
        return Point(2 * last.x - before.x, 2 * last.y - before.y)

    def segment(self, film: Radiograph, boxes: Sequence[Box], clicks: Sequence[Point]) -> list[NDArray[np.float32]]:
        """The body at the click, or nothing; a copy answers with another body's mask, a blind spot with none.

        The bodies of `vague` have no sharp outline, nor has what the classifier takes for background, unless it is one
        of `sharp`.
        """
        self.batches.append(len(boxes))
        return [self._answer(box, click) for box, click in zip(boxes, clicks, strict=True)]

    def _answer(self, box: Box, click: Point) -> NDArray[np.float32]:
        index = self._nearest(click)
        if index is None or index in self.blind:
            return np.zeros((box.height, box.width), np.float32)
        is_background = self.column.kinds[index] == "background" and index not in self.sharp
        is_vague = is_background or index in self.vague
        inside = np.float32(0.6 if is_vague else 1.0)
        return self.column.masks[self.copies.get(index, index)].within(box).astype(np.float32) * inside

    def _nearest(self, point: Point) -> int | None:
        distances = [point.distance(centroid) for centroid in self.column.centroids]
        nearest = int(np.argmin(distances))
        return nearest if distances[nearest] < self.column.side else None

    def classify(self, film: Radiograph, boxes: Sequence[Box]) -> list[Probabilities]:
        """The kind of the body at the patch's centre."""
        centres = [Point((box.x0 + box.x1 - 1) / 2, (box.y0 + box.y1 - 1) / 2) for box in boxes]
        return [self._kind(self._nearest(centre)) for centre in centres]

    def _kind(self, index: int | None) -> Probabilities:
        kind = "background" if index is None else self.column.kinds[index]
        share = {name: 0.97 if name == kind else 0.01 for name in ("background", "vertebra", "S1", "C2")}
        return Probabilities(share["background"], share["vertebra"], share["S1"], share["C2"])


def empty_bundle() -> Bundle:
    """A bundle without networks, for methods that ask an oracle."""
    nothing: Any = None
    return Bundle("oracle", torch.device("cpu"), "float32", nothing, nothing, nothing, nothing, {})
