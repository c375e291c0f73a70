"""VertXNet as a method: a U-Net's map and Mask R-CNN's masks, made one by Algorithm 1, named from C2 or S1.

The published Mask R-CNN tells vertebra, C2 and S1 apart itself. Here the detector is SpineFM's, which knows one class,
and the level classifier says at each detection whether it is C2 or S1: the detector's masks are as good, no weights are
shipped twice, and the classifier was trained to tell just these apart. The trace says so with the probabilities.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

from spinefm.core.geometry import Box
from spinefm.core.masks import Mask
from spinefm.imaging.radiograph import Radiograph
from spinefm.methods.protocol import CannotStart
from spinefm.methods.semantic_map import MapRule, SemanticMap, map_film, mapped
from spinefm.methods.settings import with_changes
from spinefm.methods.spinefm.stages import Candidate, NetworkStages, Probabilities, Stopwatch
from spinefm.methods.vertxnet.ensemble import Ensemble, Kept, Rule
from spinefm.methods.whole_film import Body, WholeFilmMethod, along_spine, median_spacing, named_from_reference
from spinefm.trace.model import Detection, Event, Located, Setting
from spinefm.trace.semantic_events import Mapped, Recognised
from spinefm.weights.load import Bundle

RESULTS = ("ensemble", "unet", "mask_rcnn")
CLASSES_NOTE = "C2 and S1 were told by the level classifier at each detection, in place of Mask R-CNN's own classes."


@dataclass(frozen=True)
class VertXNetSettings:
    """Limits of a run.

    result: "ensemble", or one of its parts alone: "unet" or "mask_rcnn".
    eta: ratio above which a piece of the map and a detection are one vertebra (paper: 0.6).
    deviations: lambda of the area rule, which the paper does not give: chosen on tuning phantoms.
    overlap_limit: IoU with a kept mask above which a leftover is dropped.
    score_limit: detections below are dropped. detector_mask_limit: probability that counts for a detection's centroid.
    map_limit: probability of the map's bodies. mirrored_view, close_view: see `MapRule`.
    least_piece: pieces of the map below this share of the typical area are specks.
    end_limit: probability above which the classifier's C2 or S1 is a reference vertebra.
    classifier_factor, classifier_side_px: side of its patch in median spacings, or fixed in pixels when not 0.
    """

    result: str = "ensemble"
    eta: float = 0.6
    deviations: float = 4.0
    overlap_limit: float = 0.1
    score_limit: float = 0.6
    detector_mask_limit: float = 0.9
    map_limit: float = 0.5
    mirrored_view: bool = True
    close_view: float = 0.8
    least_piece: float = 0.2
    end_limit: float = 0.5
    classifier_factor: float = 4.0
    classifier_side_px: int = 0

    def __post_init__(self) -> None:
        if self.result not in RESULTS:
            raise ValueError(f"The setting result is one of {', '.join(RESULTS)}, not {self.result!r}.")

    @property
    def map_rule(self) -> MapRule:
        """What mapping the film needs of them."""
        return MapRule(self.map_limit, self.mirrored_view, self.close_view)

    @property
    def rule(self) -> Rule:
        """What Algorithm 1 needs of them."""
        return Rule(self.eta, self.deviations, self.overlap_limit)

    @classmethod
    def of(cls, bundle: Bundle) -> VertXNetSettings:
        """The defaults, with the patch side that the bundle's classifier was trained at."""
        config = bundle.classifier.config
        return cls(classifier_factor=config.side_in_spacings, classifier_side_px=config.side_px)

    def changed(self, changes: Mapping[str, Setting]) -> VertXNetSettings:
        """These settings with `changes` by name. Raises ValueError."""
        return with_changes(self, changes, "VertXNet")


class NetworkAnswers:
    """What VertXNet asks of a bundle's networks."""

    def __init__(self, bundle: Bundle, watch: Stopwatch, rule: MapRule) -> None:
        self._bundle, self._watch, self._rule = bundle, watch, rule
        self._stages = NetworkStages(bundle, watch)

    def map(self, film: Radiograph) -> SemanticMap:
        """The U-Net's map of the film."""
        return map_film(film, self._bundle, self._watch, self._rule)

    def detect(self, film: Radiograph, sure: float) -> list[Candidate]:
        """Mask R-CNN's candidates; `sure` is the mask probability that counts for a centroid."""
        return self._stages.detect(film, sure)

    def classify(self, film: Radiograph, boxes: list[Box]) -> list[Probabilities]:
        """What lies at the centre of each patch."""
        return self._stages.classify(film, boxes)


class VertXNet(WholeFilmMethod):
    """VertXNet (Chen et al., 2022/2024): what U-Net and Mask R-CNN agree on, and what is as large as that."""

    name = "vertxnet"
    title = "VertXNet"
    needs = ("unet",)

    def __init__(self, bundle: Bundle, settings: VertXNetSettings | None = None) -> None:
        super().__init__(bundle)
        self._settings = settings or VertXNetSettings.of(bundle)

    @property
    def settings(self) -> Mapping[str, Setting]:
        """The run's settings by name."""
        return asdict(self._settings)

    def _answers(self, watch: Stopwatch) -> NetworkAnswers:
        return NetworkAnswers(self._bundle, watch, self._settings.map_rule)

    def _events(self, film: Radiograph, watch: Stopwatch) -> Iterator[Event]:
        settings, answers = self._settings, self._answers(watch)
        pieces: dict[int, Body] = {}
        detections: dict[int, Body] = {}
        if settings.result != "mask_rcnn":
            found = answers.map(film)
            event = mapped(found, settings.map_limit, settings.least_piece)
            pieces = _pieces(event, found)
            yield event
        if settings.result != "unet":
            located = judged(answers.detect(film, settings.detector_mask_limit), settings)
            yield located
            seen = recognised(film, located, answers, settings)
            detections = _detections(located, seen)
            yield seen
        bodies = list((pieces or detections).values())
        if settings.result == "ensemble":
            ensemble = Ensemble(_masks(pieces), _masks(detections), settings.rule)
            yield from ensemble.run()
            bodies = [_kept(number, kept, pieces, detections) for number, kept in enumerate(ensemble.kept)]
        yield from self._end(bodies, len(pieces), len(detections), watch)

    def _end(self, bodies: Sequence[Body], pieces: int, detections: int, watch: Stopwatch) -> Iterator[Event]:
        """Names and result. Raises CannotStart where nothing was kept."""
        settings = self._settings
        if not bodies:
            raise CannotStart(
                f"No vertebra was kept of {pieces} pieces of the map and {detections} detections: check that the film "
                "shows a spine from the side, or choose the method spinefm and click three vertebrae."
            )
        spine = along_spine(bodies)
        names = named_from_reference(spine, settings.end_limit, "seen by the classifier")
        yield names
        yield self._finished(spine, names, settings.map_limit, watch, [CLASSES_NOTE] if detections else [])


def judged(candidates: list[Candidate], settings: VertXNetSettings) -> Located:
    """Every candidate, best score first, kept at the score limit or dropped."""
    limit = settings.score_limit
    found = tuple(
        Detection(c.score, c.box, c.mask, c.centroid, c.score >= limit, _score_reason(c.score, limit))
        for c in sorted(candidates, key=lambda c: -c.score)
    )
    return Located(found, limit, limit)


def _score_reason(score: float, limit: float) -> str:
    return "kept" if score >= limit else f"score {score:.2f} < {limit:.2f}"


def recognised(film: Radiograph, located: Located, answers: NetworkAnswers, settings: VertXNetSettings) -> Recognised:
    """What the classifier sees at each kept detection, on patches of so many median spacings."""
    kept = {index: detection for index, detection in enumerate(located.detections) if detection.kept}
    if not kept:
        return Recognised((), (), (), settings.end_limit)
    spine = along_spine([Body(index, detection.mask, None) for index, detection in kept.items()])
    size = 1.2 * math.sqrt(spine[0].mask.area)
    spacing = median_spacing([body.mask.centroid for body in spine], size)
    side = settings.classifier_side_px or max(8, round(settings.classifier_factor * spacing))
    seen = answers.classify(film, [Box.square(detection.centroid, side) for detection in kept.values()])
    return Recognised(tuple(kept), tuple(one.c2 for one in seen), tuple(one.s1 for one in seen), settings.end_limit)


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


def _kept(number: int, kept: Kept, pieces: Mapping[int, Body], detections: Mapping[int, Body]) -> Body:
    """A kept mask as vertebra `number`, with what is known of the contour it comes from."""
    origin = detections[kept.index] if kept.source == "detector" else pieces[kept.index]
    return replace(origin, number=number, mask=kept.mask)
