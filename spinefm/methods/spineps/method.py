"""SPINEPS's two phases on a radiograph: what is bone, then which vertebra (Möller et al. 2024).

The published system is for three-dimensional T2-weighted MR. Its instance phase takes the semantic mask alone, wherever
that comes from, and so carries over to two dimensions; the networks here are this project's own, trained on simulated
radiographs. For MR volumes use the authors' package.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from spinefm.core.geometry import Box, Point, crop_labels, paste_patch
from spinefm.core.masks import Mask
from spinefm.imaging.radiograph import Radiograph
from spinefm.methods.protocol import CannotStart
from spinefm.methods.semantic_map import MapRule, SemanticMap, end_shares, map_film, mapped, typical_area
from spinefm.methods.settings import with_changes
from spinefm.methods.spinefm.stages import Stopwatch
from spinefm.methods.spineps.centres import CentreRule, find_centres
from spinefm.methods.spineps.fusion import Fusion, FusionRule, settled
from spinefm.methods.spineps.names import named_by_path
from spinefm.methods.whole_film import Body, WholeFilmMethod, along_spine
from spinefm.networks.instance_net import InstanceNet
from spinefm.trace.model import Event, Setting
from spinefm.trace.semantic_events import Centred, Cutout, Mapped
from spinefm.weights.load import Bundle

ORIGIN_NOTE = (
    "SPINEPS was made for MR volumes; this is its two-phase design on a radiograph, with networks of this project."
)
BATCH = 8
"""Cutouts that the instance network sees at once."""


@dataclass(frozen=True)
class SpinepsSettings:
    """Limits of a run.

    map_limit: probability of a body in the map; below a half, since what is wrongly joined is parted again, and what is
    missing stays so. mirrored_view, close_view: see `MapRule`.
    least_piece: share of the typical area below which pieces of the map are specks and instances are dropped.
    least_area: the same for parts of an instance (paper: 0.05).
    erosion: before the centres are taken, in sizes of a typical piece. split_limit: a larger piece, in neighbours'
    median areas, is split.
    partner_limit, strict_agreement, claimed_limit: see `FusionRule` (paper: 0.3, 0.45 and 0.6).
    """

    map_limit: float = 0.35
    mirrored_view: bool = True
    close_view: float = 0.8
    least_piece: float = 0.2
    least_area: float = 0.05
    erosion: float = 0.1
    split_limit: float = 1.5
    partner_limit: float = 0.3
    strict_agreement: float = 0.45
    claimed_limit: float = 0.6

    @property
    def map_rule(self) -> MapRule:
        """What mapping the film needs of them."""
        return MapRule(self.map_limit, self.mirrored_view, self.close_view)

    @property
    def centre_rule(self) -> CentreRule:
        """What finding the centres needs of them."""
        return CentreRule(self.erosion, self.split_limit, self.least_piece)

    @property
    def fusion_rule(self) -> FusionRule:
        """What the fusion needs of them."""
        return FusionRule(self.partner_limit, self.strict_agreement, self.claimed_limit, self.least_area)

    def changed(self, changes: Mapping[str, Setting]) -> SpinepsSettings:
        """These settings with `changes` by name. Raises ValueError."""
        return with_changes(self, changes, "SPINEPS")


class NetworkAnswers:
    """What SPINEPS asks of a bundle's networks."""

    def __init__(self, bundle: Bundle, watch: Stopwatch, rule: MapRule) -> None:
        self._bundle, self._watch, self._rule = bundle, watch, rule

    def map(self, film: Radiograph) -> SemanticMap:
        """The U-Net's map of the film."""
        return map_film(film, self._bundle, self._watch, self._rule)

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
            with torch.inference_mode(), self._bundle.autocast(), self._watch.measure("instance_network"):
                one_hot = functional.one_hot(part, len(config.semantic)).movedim(-1, 1).float()  # (B, classes, h, w)
                found = self._network(one_hot).float().softmax(dim=1).cpu().numpy()  # (B, 4, h, w)
            for probabilities, box in zip(found, boxes[start : start + BATCH], strict=True):
                yield np.stack([paste_patch(values, box) for values in probabilities])

    @property
    def _network(self) -> InstanceNet:
        assert self._bundle.instance_net is not None, "the method refuses a bundle without an instance network"
        return self._bundle.instance_net


class Spineps(WholeFilmMethod):
    """SPINEPS (Möller et al. 2024) in two dimensions: a semantic map, and its instances by majority of cutouts."""

    name = "spineps"
    title = "SPINEPS"
    needs = ("unet", "instance_net")

    def __init__(self, bundle: Bundle, settings: SpinepsSettings | None = None) -> None:
        super().__init__(bundle)
        self._settings = settings or SpinepsSettings()

    @property
    def settings(self) -> Mapping[str, Setting]:
        """The run's settings by name."""
        return asdict(self._settings)

    def _answers(self, watch: Stopwatch) -> NetworkAnswers:
        return NetworkAnswers(self._bundle, watch, self._settings.map_rule)

    def _events(self, film: Radiograph, watch: Stopwatch) -> Iterator[Event]:
        settings, answers = self._settings, self._answers(watch)
        found = answers.map(film)
        pieces = mapped(found, settings.map_limit, settings.least_piece)
        yield pieces
        classes = _classes(pieces, found)
        centred = find_centres(parted(classes), settings.centre_rule)
        if centred is None:
            raise CannotStart(
                f"No pixel is a vertebral body with a probability above {settings.map_limit:.2f}: check that the film "
                "shows a spine from the side, or choose the method spinefm and click three vertebrae."
            )
        yield centred
        cutouts = []
        for cutout in cut_out(classes, centred, answers):
            cutouts.append(cutout)
            yield cutout
        fusion = Fusion(cutouts, classes.shape[:2], settings.fusion_rule)
        yield from fusion.run()
        spine = along_spine(instances(fusion, classes, found, settings.least_piece))
        if not spine:
            raise CannotStart(
                "No cutout holds a vertebra in its middle: choose the method spinefm and click three vertebrae."
            )
        names = named_by_path(spine)
        yield names
        yield self._finished(spine, names, settings.map_limit, watch, [ORIGIN_NOTE])


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


def cut_out(classes: NDArray[np.uint8], centred: Centred, answers: NetworkAnswers) -> Iterator[Cutout]:
    """The cutout round every centre with its three predictions, from the top."""
    boxes = [answers.box(centre.point, centred.spacing) for centre in centred.centres]
    for index, (box, found) in enumerate(zip(boxes, answers.instances(classes, boxes), strict=True)):
        best = found.argmax(axis=0)  # (h, w)
        above, centre, below = (_on_film(best == place, box, classes.shape[:2]) for place in (1, 2, 3))
        yield Cutout(index, box, above, centre, below)


def _on_film(inside: NDArray[np.bool_], box: Box, shape: tuple[int, int]) -> Mask:
    """The pixels `inside` (h, w) of `box` that lie on a film of `shape` (H, W)."""
    kept = box.clipped(shape)
    rows = slice(kept.y0 - box.y0, kept.y1 - box.y0)
    return Mask.from_array(inside[rows, kept.x0 - box.x0 : kept.x1 - box.x0], (kept.x0, kept.y0))


def instances(fusion: Fusion, classes: NDArray[np.uint8], found: SemanticMap, least: float) -> list[Body]:
    """The fused vertebrae within the map, with the shares of C2 and S1 in each; scraps below `least` are left out."""
    numbers = settled(fusion.instances, classes > 0)
    masks = [Mask.from_array(numbers == number + 1) for number in range(fusion.count)]
    smallest = max(1.0, least * typical_area(masks))
    return [
        Body(number, mask, found.probability_in(mask), *end_shares(mask, classes))
        for number, mask in enumerate(masks)
        if mask.area >= smallest
    ]
