"""SpineFM as a method: detections, seeds, the induction, names and final masks, as a stream of events."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from spinefm.core.geometry import Point
from spinefm.imaging.radiograph import Radiograph
from spinefm.methods.protocol import Addition, CannotStart
from spinefm.methods.result import finished
from spinefm.methods.spinefm import extend
from spinefm.methods.spinefm.finish import finished_vertebrae, named, outlined_by_the_walk
from spinefm.methods.spinefm.locate import Seeds, clicked_seeds, judged, seed_triples
from spinefm.methods.spinefm.settings import SpineFMSettings
from spinefm.methods.spinefm.stages import NetworkStages, Stages, Stopwatch
from spinefm.methods.spinefm.walk import Walk
from spinefm.trace.captions import stop_reason
from spinefm.trace.model import Decided, Direction, Event, Located, Setting, Trace
from spinefm.weights.load import Bundle

ATTEMPTS = 5
"""So many triples of detections are tried before the reader is asked to click."""


class SpineFM:
    """SpineFM (Simons and Papiez, 2025): three vertebrae are found, the others follow one by one.

    settings: `SpineFMSettings.of(bundle)` knows the patch sides that the bundle's networks were trained at.
    seeds: three or more clicked centroids (film pixels) of neighbours, in any order, that replace the detector's.
    stages: what answers the pipeline's questions; by default the networks of `bundle`.
    """

    name = "spinefm"

    def __init__(
        self,
        bundle: Bundle,
        settings: SpineFMSettings,
        seeds: Sequence[Point] | None = None,
        stages: Callable[[Stopwatch], Stages] | None = None,
    ) -> None:
        self._bundle = bundle
        self._settings = settings
        self._clicks = clicked_seeds([Point(*seed) for seed in seeds]) if seeds is not None else None
        self._stages = stages or (lambda watch: NetworkStages(bundle, watch, settings.mirrored_view))

    @property
    def settings(self) -> Mapping[str, Setting]:
        """The run's settings by name."""
        return self._settings.as_dict()

    def run(self, film: Radiograph) -> Iterator[Event]:
        """The events of one run, each as soon as it is known.

        Raises CannotStart when fewer than three vertebrae were detected or no three of them hold, after the events
        that show so; BundleError for networks that this version cannot ask. What the caller does between two events
        does not count as run time.
        """
        watch = Stopwatch()
        yield from watch.paused_between(self._events(film, watch))

    def go_on(self, film: Radiograph, trace: Trace, direction: Direction) -> Addition:
        """Take the step at which `direction` of a finished run ended, and walk on from there. Raises CannotAdd."""
        return extend.go_on(film, self._stages(Stopwatch()), self._settings, trace, direction)

    def add(self, film: Radiograph, trace: Trace, point: Point) -> Addition:
        """The vertebra at `point` (film pixels), for a finished run that lacks it. Raises CannotAdd."""
        return extend.add(film, self._stages(Stopwatch()), self._settings, trace, point)

    def _events(self, film: Radiograph, watch: Stopwatch) -> Iterator[Event]:
        stages = self._stages(watch)
        walk = Walk(film, stages, self._settings)
        yield from self._walked(film, stages, walk)
        names = named(walk.accepted)
        yield names
        vertebrae = finished_vertebrae(walk.accepted, names, film, self._settings)
        notes = outlined_by_the_walk(walk.accepted, vertebrae, self._settings)
        yield finished(self._bundle, watch, vertebrae, self._settings.final_limit, self._settings.smoothing, notes)

    def _walked(self, film: Radiograph, stages: Stages, walk: Walk) -> Iterator[Event]:
        """Locate unless seeds were clicked, then walk from the first seeds that hold."""
        if self._clicks is not None:
            yield from self._walked_from(self._clicks, film, walk)
            return
        located = judged(stages.detect(film, self._settings.detector_mask_limit), self._settings)
        yield located
        triples = 0
        for triples, seeds in enumerate(seed_triples(located, self._settings), start=1):
            yield from walk.run(seeds)
            if walk.accepted or triples == ATTEMPTS:
                break
        if not walk.accepted:
            raise CannotStart(_why_not(located, triples))

    def _walked_from(self, clicks: Seeds, film: Radiograph, walk: Walk) -> Iterator[Event]:
        """Walk from clicked seeds. Raises CannotStart with the seed that did not hold, and why."""
        _refuse_outside(clicks.points, film)
        stop: Decided | None = None
        for event in walk.run(clicks):
            yield event
            if isinstance(event, Decided) and event.verdict == "stopped":
                stop = event
        if not walk.accepted and stop is not None:
            x, y = clicks.points[stop.step]
            raise CannotStart(
                f"Seed {stop.step + 1} at ({x:.0f}, {y:.0f}) does not hold ({stop_reason(stop)}); click nearer to the "
                "centres of three neighbouring vertebrae."
            )


def _refuse_outside(points: Sequence[Point], film: Radiograph) -> None:
    for point in points:
        if not point.inside(film.pixels.shape[:2]):
            raise CannotStart(
                f"The seed ({point.x:.0f}, {point.y:.0f}) lies outside the film; click on a vertebra of the film."
            )


def _why_not(located: Located, triples: int) -> str:
    """One sentence on why no run can start, and what to do."""
    kept = sum(detection.kept for detection in located.detections)
    remedy = "click the centres of three neighbouring vertebrae to start from them."
    upright = f"turn the film if it lies on its side, or {remedy}"
    if kept < 3:
        found = {0: "No vertebra was", 1: "Only 1 vertebra was"}.get(kept, f"Only {kept} vertebrae were")
        return f"{found} detected with a score of at least {located.limit_used:.2f}; {upright}"
    if triples == 0:
        return f"{kept} vertebrae were detected, but no three of them are neighbours along a spine; {upright}"
    tried = "the one triple tried did not hold" if triples == 1 else f"none of the {triples} triples tried held"
    return f"{kept} vertebrae were detected, but {tried} the checks; {remedy}"
