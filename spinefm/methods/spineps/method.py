"""SPINEPS's two phases on a radiograph: what is bone, then which vertebra (Möller et al. 2024).

The published system is for three-dimensional T2-weighted MR. Its instance phase takes the semantic mask alone, wherever
that comes from, and so carries over to two dimensions; the networks here are this project's own, trained on simulated
radiographs. For MR volumes use the authors' package.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from spinefm.core.geometry import Box, Point, crop_labels, paste_patch
from spinefm.core.masks import Mask
from spinefm.imaging.radiograph import Radiograph
from spinefm.methods.base.events import Mapped
from spinefm.methods.base.protocol import Addition, CannotStart
from spinefm.methods.base.semantic_map import SemanticMap, end_shares, map_film, mapped, typical_area
from spinefm.methods.base.stages import Stopwatch, asked, on_film
from spinefm.methods.base.whole_film import Body, WholeFilmMethod, along_spine
from spinefm.methods.spinefm.method import clicked
from spinefm.methods.spineps.centres import find_centres
from spinefm.methods.spineps.config import SpinepsConfig
from spinefm.methods.spineps.events import CentreCrop, Centred
from spinefm.methods.spineps.fusion import Fusion, settled
from spinefm.methods.spineps.names import named_by_path
from spinefm.networks.instance_net import InstanceNet
from spinefm.networks.request import Request
from spinefm.trace.model import Trace
from spinefm.trace.registry import Event
from spinefm.weights.bundle import Bundle

ORIGIN_NOTE = (
    "SPINEPS was made for MR volumes; this is its two-phase design on a radiograph, with networks of this project."
)
BATCH = 8
"""Cutouts that the instance network sees at once."""


class SpinepsAnswers:
    """What SPINEPS asks of a bundle's networks."""

    def __init__(self, bundle: Bundle, watch: Stopwatch, config: SpinepsConfig) -> None:
        self._bundle, self._watch, self._config = bundle, watch, config

    def map(self, film: Radiograph) -> SemanticMap:
        """The U-Net's map of the film."""
        return map_film(film, self._bundle, self._watch, self._config)

    def box(self, centre: Point, spacing: float) -> Box:
        """The cutout round a centre, of the size that the network was trained at."""
        config = self._network.config
        width, height = (max(8, round(share * spacing)) for share in (config.wide, config.high))
        x0, y0 = round(centre.x - (width - 1) / 2), round(centre.y - (height - 1) / 2)
        return Box(x0, y0, x0 + width, y0 + height)

    def instances(self, classes: NDArray[np.uint8], boxes: Sequence[Box]) -> Iterator[NDArray[np.float32]]:
        """For each box of the map (H, W) the probabilities none, above, centre, below on its pixels, (4, h, w)."""
        config = self._network.config
        maps = np.stack([crop_labels(classes, box, (config.height, config.width)) for box in boxes])  # (B, h, w)
        for start in range(0, len(boxes), BATCH):
            part = torch.from_numpy(maps[start : start + BATCH].astype(np.int64)).to(self._bundle.device)
            found = asked(self._bundle, self._watch, Request("instance_net", (part,)))  # B of (4, h, w)
            for probabilities, box in zip(found, boxes[start : start + BATCH], strict=True):
                yield np.stack([paste_patch(values, box) for values in probabilities])

    @property
    def _network(self) -> InstanceNet:
        assert self._bundle.instance_net is not None, "the method refuses a bundle without an instance network"
        return self._bundle.instance_net


class Spineps(WholeFilmMethod[SpinepsConfig]):
    """SPINEPS (Möller et al. 2024) in two dimensions: a semantic map, and its instances by majority of cutouts."""

    name = "spineps"
    title = "SPINEPS"
    needs = ("unet", "instance_net")

    def __init__(self, bundle: Bundle, config: SpinepsConfig | None = None) -> None:
        super().__init__(bundle, config or SpinepsConfig.of(bundle))

    def add(self, film: Radiograph, trace: Trace, point: Point) -> Addition:
        """The vertebra at `point` (film pixels), segmented by SpineFM's click network. Raises CannotAdd."""
        return clicked(self._bundle, film, trace, point)

    def _answers(self, watch: Stopwatch) -> SpinepsAnswers:
        return SpinepsAnswers(self._bundle, watch, self._config)

    def _found(self, film: Radiograph, watch: Stopwatch) -> Iterator[Event]:
        config, answers = self._config, self._answers(watch)
        found = answers.map(film)
        pieces = mapped(found, config)
        yield pieces
        classes = _classes(pieces, found)
        centred = find_centres(parted(classes), config)
        if centred is None:
            raise CannotStart(
                f"No pixel is a vertebral body with a probability above {config.map_limit:.2f}: check that the film "
                "shows a spine from the side, or give the method spinefm three vertebrae to start from."
            )
        yield centred
        cutouts = []
        for cutout in cut_out(classes, centred, answers):
            cutouts.append(cutout)
            yield cutout
        fusion = Fusion(cutouts, classes.shape[:2], config)
        yield from fusion.run()
        spine = along_spine(instances(fusion, classes, found, config))
        if not spine:
            raise CannotStart(
                "No crop shows a vertebra in its centre: give the method spinefm three vertebrae to start from."
            )
        names = named_by_path(spine, config)
        yield names
        yield self._finished(spine, names, config.map_limit, watch, [ORIGIN_NOTE])


def _classes(pieces: Mapped, found: SemanticMap) -> NDArray[np.uint8]:
    """The class of every pixel of the kept pieces, else 0; (H, W)."""
    kept = np.zeros(found.classes.shape, np.uint8)
    for piece in pieces.pieces:
        if piece.kept:
            box = piece.mask.box
            kept[box.rows, box.columns][piece.mask.crop] = found.classes[box.rows, box.columns][piece.mask.crop]
    return kept


def parted(classes: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """Which pixels of a map (H, W) are a body, without those at which two classes meet: C2 and S1 are no neighbours."""
    largest = cv2.dilate(classes, np.ones((3, 3), np.uint8))
    smallest = cv2.erode(np.where(classes > 0, classes, 255).astype(np.uint8), np.ones((3, 3), np.uint8))
    return np.asarray((classes > 0) & (largest == smallest))


def cut_out(classes: NDArray[np.uint8], centred: Centred, answers: SpinepsAnswers) -> Iterator[CentreCrop]:
    """The cutout round every centre with its three predictions, from the top."""
    boxes = [answers.box(centre.point, centred.spacing) for centre in centred.centres]
    for index, (box, found) in enumerate(zip(boxes, answers.instances(classes, boxes), strict=True)):
        best = found.argmax(axis=0)  # (h, w)
        above, centre, below = (on_film(best == place, box, classes.shape[:2]) for place in (1, 2, 3))
        yield CentreCrop(index, box, above, centre, below)


def instances(fusion: Fusion, classes: NDArray[np.uint8], found: SemanticMap, config: SpinepsConfig) -> list[Body]:
    """The fused vertebrae within the map, with the shares of C2 and S1 in each; specks are left out."""
    numbers = settled(fusion.instances, classes > 0, config.largest_fringe)
    masks = [Mask.from_array(numbers == number + 1) for number in range(fusion.count)]
    smallest = max(1.0, config.least_piece * typical_area(masks))
    return [
        Body(number, mask, found.probability_in(mask), *end_shares(mask, classes))
        for number, mask in enumerate(masks)
        if mask.area >= smallest
    ]
