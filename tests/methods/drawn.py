"""A drawn spine as the whole-film methods see it: rectangles, a map of them, and answers that know the truth."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from spinefm.core.geometry import Box, Point
from spinefm.core.masks import Mask
from spinefm.imaging.radiograph import Radiograph
from spinefm.methods.base.semantic_map import SemanticMap
from spinefm.methods.base.stages import Candidate, Probabilities
from tests.columns import empty_bundle

SHAPE = (400, 240)
WIDTH, HEIGHT, STEP = 40, 28, 40


def film() -> Radiograph:
    """A film of SHAPE; nobody looks at it."""
    return Radiograph.from_array(np.tile(np.linspace(0, 1, SHAPE[1], dtype=np.float32), (SHAPE[0], 1)))


def body(index: float, *, left: int = 100, width: int = WIDTH, height: int = HEIGHT) -> Mask:
    """The body at place `index` from the top, a rectangle; the gap between two is 12 px."""
    top = 30 + round(STEP * index)
    return Mask(np.ones((height, width), bool), (left, top))


def blob(first: int, last: int) -> Mask:
    """One piece over the bodies from `first` to `last`."""
    return body(first, height=STEP * (last - first) + HEIGHT)


def map_of(masks: Sequence[Mask], c2: Sequence[int] = (), s1: Sequence[int] = ()) -> SemanticMap:
    """A sure map of the masks; `c2` and `s1` index those that are an end."""
    probability, classes = np.full(SHAPE, 0.02, np.float32), np.ones(SHAPE, np.uint8)
    for index, mask in enumerate(masks):
        inside = mask.on_film(SHAPE)
        probability[inside] = 0.96
        classes[inside] = 2 if index in c2 else 3 if index in s1 else 1
    return SemanticMap(probability, classes)


@dataclass
class DrawnAnswers:
    """What the networks would say of a drawn spine.

    truth: the bodies. seen: the map. detected: masks of Mask R-CNN. kinds: what the classifier sees at each body.
    """

    truth: Sequence[Mask]
    seen: SemanticMap
    detected: Sequence[Mask] = ()
    kinds: dict[int, str] = field(default_factory=dict)
    score: float = 0.9

    def map(self, film: Radiograph) -> SemanticMap:
        """The map."""
        return self.seen

    def detect(self, film: Radiograph, sure: float) -> list[Candidate]:
        """The detections."""
        return [Candidate(self.score, mask.box, mask, mask.centroid) for mask in self.detected]

    def classify(self, film: Radiograph, boxes: Sequence[Box]) -> list[Probabilities]:
        """The kind of the body nearest to each patch's centre."""
        kinds = [self.kinds.get(self._nearest(box), "vertebra") for box in boxes]
        return [
            Probabilities(0.0, *(0.97 if kind == name else 0.01 for name in ("vertebra", "S1", "C2"))) for kind in kinds
        ]

    def box(self, centre: Point, spacing: float) -> Box:
        """The cutout of 4.5 by 6 spacings."""
        width, height = round(4.5 * spacing), round(6 * spacing)
        x0, y0 = round(centre.x) - width // 2, round(centre.y) - height // 2
        return Box(x0, y0, x0 + width, y0 + height)

    def instances(self, classes: NDArray[np.uint8], boxes: Sequence[Box]) -> Iterator[NDArray[np.float32]]:
        """The true body nearest to each cutout's middle, and those above and below it."""
        for box in boxes:
            middle = self._nearest(box)
            layers = np.zeros((4, box.height, box.width), np.float32)
            layers[0] = 0.5
            for place, index in ((1, middle - 1), (2, middle), (3, middle + 1)):
                if 0 <= index < len(self.truth):
                    layers[place][self.truth[index].within(box)] = 1.0
            yield layers

    def _nearest(self, box: Box) -> int:
        centre = Point((box.x0 + box.x1 - 1) / 2, (box.y0 + box.y1 - 1) / 2)
        return int(np.argmin([centre.distance(mask.centroid) for mask in self.truth]))


def whole_bundle():
    """A bundle that has all networks by name, and none to ask."""
    from dataclasses import replace
    from types import SimpleNamespace
    from typing import Any

    network: Any = SimpleNamespace(config=SimpleNamespace(side_in_spacings=4.0, side_px=0))
    return replace(empty_bundle(), classifier=network, unet=network, instance_net=network)
