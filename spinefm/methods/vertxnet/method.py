"""VertXNet as a method: a U-Net's map and Mask R-CNN's masks, made one by Algorithm 1, named from C2 or S1.

The published Mask R-CNN separates vertebra, C2 and S1 itself. Here the detector is SpineFM's, which knows one class,
and the level classifier says at each detection whether it is C2 or S1: the detector's masks are as good, no weights are
shipped twice, and the classifier was trained to tell just these apart. The trace says so with the probabilities.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from spinefm.core.geometry import Box, Point
from spinefm.core.masks import Mask
from spinefm.core.numbers import below
from spinefm.core.words import counted
from spinefm.imaging.radiograph import Radiograph
from spinefm.methods.base.events import Detection, Located, Mapped
from spinefm.methods.base.protocol import Addition, CannotStart
from spinefm.methods.base.semantic_map import SemanticMap, map_film, mapped
from spinefm.methods.base.stages import Candidate, NetworkStages, Probabilities, Stopwatch
from spinefm.methods.base.whole_film import Body, WholeFilmMethod, along_spine, median_spacing, named_from_reference
from spinefm.methods.spinefm.method import clicked
from spinefm.methods.vertxnet.config import VertXNetConfig
from spinefm.methods.vertxnet.ensemble import Ensemble, KeptContour
from spinefm.methods.vertxnet.events import Recognised
from spinefm.trace.model import Trace
from spinefm.trace.registry import Event
from spinefm.weights.bundle import Bundle

CLASSES_NOTE = (
    "C2 and S1 were recognised by the level classifier at each detection, in place of Mask R-CNN's own classes."
)


class VertXNetAnswers:
    """What VertXNet asks of a bundle's networks."""

    def __init__(self, bundle: Bundle, watch: Stopwatch, config: VertXNetConfig) -> None:
        self._bundle, self._watch, self._config = bundle, watch, config
        self._stages = NetworkStages(bundle, watch, outline_limit=config.detector_outline_limit)

    def map(self, film: Radiograph) -> SemanticMap:
        """The U-Net's map of the film."""
        return map_film(film, self._bundle, self._watch, self._config)

    def detect(self, film: Radiograph, sure: float) -> list[Candidate]:
        """Mask R-CNN's candidates; `sure` is the mask probability that counts for a centroid."""
        return self._stages.detect(film, sure)

    def classify(self, film: Radiograph, boxes: list[Box]) -> list[Probabilities]:
        """What lies at the centre of each patch."""
        return self._stages.classify(film, boxes)


class VertXNet(WholeFilmMethod[VertXNetConfig]):
    """VertXNet (Chen et al., 2022/2024): what U-Net and Mask R-CNN agree on, and what is as large as that."""

    name = "vertxnet"
    title = "VertXNet"
    needs = ("unet",)

    def __init__(self, bundle: Bundle, config: VertXNetConfig | None = None) -> None:
        super().__init__(bundle, config or VertXNetConfig.of(bundle))

    def add(self, film: Radiograph, trace: Trace, point: Point) -> Addition:
        """The vertebra at `point` (film pixels), segmented by SpineFM's click network. Raises CannotAdd."""
        return clicked(self._bundle, film, trace, point)

    def _answers(self, watch: Stopwatch) -> VertXNetAnswers:
        return VertXNetAnswers(self._bundle, watch, self._config)

    def _found(self, film: Radiograph, watch: Stopwatch) -> Iterator[Event]:
        config, answers = self._config, self._answers(watch)
        pieces: dict[int, Body] = {}
        detections: dict[int, Body] = {}
        if config.result != "mask_rcnn":
            found = answers.map(film)
            event = mapped(found, config)
            pieces = _pieces(event, found)
            yield event
        if config.result != "unet":
            located = filtered(answers.detect(film, config.detector_mask_limit), config)
            yield located
            seen = recognised(film, located, answers, config)
            detections = _detections(located, seen)
            yield seen
        bodies = list((pieces or detections).values())
        if config.result == "ensemble":
            ensemble = Ensemble(_masks(pieces), _masks(detections), config)
            yield from ensemble.run()
            bodies = [_kept(number, kept, pieces, detections) for number, kept in enumerate(ensemble.kept)]
        yield from self._end(bodies, len(pieces), len(detections), watch)

    def _end(self, bodies: Sequence[Body], pieces: int, detections: int, watch: Stopwatch) -> Iterator[Event]:
        """Names and result. Raises CannotStart where nothing was kept."""
        config = self._config
        if not bodies:
            raise CannotStart(
                f"No vertebra was kept of {counted(pieces, 'piece')} of the map and "
                f"{counted(detections, 'detection')}: check that the film "
                "shows a spine from the side, or give the method spinefm three vertebrae to start from."
            )
        spine = along_spine(bodies)
        names = named_from_reference(spine, config.end_limit, "seen by the classifier", config.outermost_ends)
        yield names
        yield self._finished(spine, names, config.map_limit, watch, [CLASSES_NOTE] if detections else [])


def filtered(candidates: list[Candidate], config: VertXNetConfig) -> Located:
    """Every candidate, best score first, kept at the score limit or dropped."""
    limit = config.score_limit
    found = tuple(
        Detection(c.score, c.box, c.mask, c.centroid, c.score >= limit, _score_reason(c.score, limit))
        for c in sorted(candidates, key=lambda c: -c.score)
    )
    return Located(found, limit, limit)


def _score_reason(score: float, limit: float) -> str:
    return "kept" if score >= limit else f"score {below(score, limit)}"


def recognised(film: Radiograph, located: Located, answers: VertXNetAnswers, config: VertXNetConfig) -> Recognised:
    """What the classifier sees at each kept detection, on patches of so many median spacings."""
    kept = {index: detection for index, detection in enumerate(located.detections) if detection.kept}
    if not kept:
        return Recognised((), (), (), config.end_limit)
    spine = along_spine([Body(index, detection.mask, None) for index, detection in kept.items()])
    size = config.lone_spacing * math.sqrt(spine[0].mask.area)
    spacing = median_spacing([body.mask.centroid for body in spine], size)
    side = config.classifier_side_px or max(config.least_patch_px, round(config.classifier_factor * spacing))
    seen = answers.classify(film, [Box.square(detection.centroid, side) for detection in kept.values()])
    return Recognised(tuple(kept), tuple(one.c2 for one in seen), tuple(one.s1 for one in seen), config.end_limit)


def _pieces(event: Mapped, found: SemanticMap) -> dict[int, Body]:
    """The kept pieces by index; the map is binary here, so none of them is known to be C2 or S1."""
    kept = {index: piece.mask for index, piece in enumerate(event.pieces) if piece.kept}
    return {index: Body(index, mask, found.probability_in(mask)) for index, mask in kept.items()}


def _detections(located: Located, seen: Recognised) -> dict[int, Body]:
    """The kept detections by index."""
    ends = {index: (c2, s1) for index, c2, s1 in zip(seen.detections, seen.c2, seen.s1, strict=True)}
    return {
        index: Body(index, located.detections[index].mask, located.detections[index].score, *ends[index])
        for index in ends
    }


def _masks(bodies: Mapping[int, Body]) -> dict[int, Mask]:
    return {index: body.mask for index, body in bodies.items()}


def _kept(number: int, kept: KeptContour, pieces: Mapping[int, Body], detections: Mapping[int, Body]) -> Body:
    """A kept mask as vertebra `number`, with what is known of the contour it comes from."""
    origin = detections[kept.index] if kept.source == "detector" else pieces[kept.index]
    return replace(origin, number=number, mask=kept.mask)
