"""SpineFM as a method: detections, starting points, the induction, names and final masks, as a stream of events."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import islice

from spinefm.core.geometry import Point
from spinefm.core.numbers import percent
from spinefm.imaging.radiograph import Radiograph
from spinefm.methods.base.events import Located, Viewed
from spinefm.methods.base.protocol import Addition, CannotStart, Direction
from spinefm.methods.base.result import finished
from spinefm.methods.base.stages import NetworkStages, Stages, Stopwatch
from spinefm.methods.base.view import lying, quarters_of, refuse, viewed, warnings
from spinefm.methods.spinefm import extend
from spinefm.methods.spinefm.captions import stop_reason
from spinefm.methods.spinefm.closer import closer_candidates, tilted_candidates
from spinefm.methods.spinefm.config import SpineFMConfig
from spinefm.methods.spinefm.elsewhere import second_spine
from spinefm.methods.spinefm.events import Decided
from spinefm.methods.spinefm.finish import finished_vertebrae, outlined_by_the_induction
from spinefm.methods.spinefm.induction import Induction
from spinefm.methods.spinefm.locate import StartingPoints, clicked_points, filtered, refuse_crowded, starting_triples
from spinefm.methods.spinefm.names import named
from spinefm.methods.spinefm.restart import Doubtful, doubtful, remarks, surest
from spinefm.trace.model import Setting, Trace
from spinefm.trace.registry import Event
from spinefm.weights.bundle import Bundle


class SpineFMMethod:
    """SpineFM (Simons and Papiez, 2025): three vertebrae are found, the others follow one by one.

    Args:
        bundle: the networks.
        config: limits and factors; `SpineFMConfig.of(bundle)` fits the bundle's networks.
        starts: three or more clicked centroids (x, y) in film pixels of neighbouring vertebrae, in any order, in place
            of detections.
        stages: what answers the pipeline's questions; by default the networks of `bundle`.
    """

    name = "spinefm"

    def __init__(
        self,
        bundle: Bundle,
        config: SpineFMConfig,
        starts: Sequence[Point] | None = None,
        stages: Callable[[Stopwatch], Stages] | None = None,
    ) -> None:
        self._bundle = bundle
        self._config = config
        self._clicks = clicked_points([Point(*start) for start in starts]) if starts is not None else None
        self._stages = stages or self._networks

    def _networks(self, watch: Stopwatch) -> NetworkStages:
        return NetworkStages(self._bundle, watch, self._config.detector_outline_limit)

    @property
    def settings(self) -> Mapping[str, Setting]:
        """The run's settings by name."""
        return self._config.as_settings()

    def quarters(self, film: Radiograph) -> int:
        """Quarter turns clockwise that set `film` upright; 0 for clicked points, which lie on it as it is."""
        return quarters_of(film, self._stages(Stopwatch()), self._config) if self._clicks is None else 0

    def run(self, film: Radiograph) -> Iterator[Event]:
        """The events of one run, each as soon as it is known.

        Raises CannotStart for a film that is no lateral spine film, when fewer than three vertebrae were detected or no
        three of them hold, after the events that show so; BundleError for networks that this version cannot ask. What
        the caller does between two events does not count as run time.
        """
        watch = Stopwatch()
        yield from watch.paused_between(self._events(film, watch))

    def go_on(self, film: Radiograph, trace: Trace, direction: Direction) -> Addition:
        """Take the step at which `direction` of a finished run ended, and continue from there. Raises CannotAdd."""
        return extend.go_on(film, self._stages(Stopwatch()), self._config, trace, direction)

    def add(self, film: Radiograph, trace: Trace, point: Point) -> Addition:
        """The vertebra at `point` (film pixels), for a finished run that lacks it. Raises CannotAdd."""
        return extend.add(film, self._stages(Stopwatch()), self._config, trace, point)

    def _events(self, film: Radiograph, watch: Stopwatch) -> Iterator[Event]:
        config, stages = self._config, self._stages(watch)
        seen = viewed(film, stages, config)
        if seen is not None:
            yield seen
            if self._clicks is None:
                refuse(seen, takes_starts=True)
        induction = Induction(film, stages, config)
        located = yield from self._induced(film, stages, induction, seen)
        names = named(induction.accepted, config, seen)
        yield names
        vertebrae = finished_vertebrae(induction.accepted, names, film, config)
        notes = [
            *warnings(seen),
            *remarks(induction.accepted, config),
            *second_spine(located, induction.accepted, config),
            *outlined_by_the_induction(induction.accepted, vertebrae, config),
        ]
        yield finished(self._bundle, watch, vertebrae, config.final_limit, config.smoothing, notes)

    def _induced(
        self, film: Radiograph, stages: Stages, induction: Induction, seen: Viewed | None
    ) -> Generator[Event, None, Located | None]:
        """Locate unless points were clicked, then the induction from the first starting points that hold.

        Returns what was located where it began.
        """
        if self._clicks is not None:
            refuse_crowded(self._clicks, film, self._config)
            yield from _from_clicks(self._clicks, film, induction)
            return None
        tried, doubted = list[tuple[int, str]](), list[Doubtful]()
        for located in self._looks(film, stages):
            yield located
            triples = tuple(islice(starting_triples(located, self._config), self._config.attempts))
            for starts in triples:
                if (yield from self._holds(located, starts, induction, doubted)):
                    return located
            if len(doubted) >= self._config.attempts:
                break
            kept = sum(found.kept for found in located.detections)
            tried.append((min(kept, 3), _why_not(located, len(triples))))  # the first look that saw three, or the most
        if not doubted:
            _, why = max(tried, key=lambda look: look[0])
            raise CannotStart(" ".join([why, *lying(seen)]))
        return (yield from surest(doubted, induction))

    def _holds(
        self, located: Located, starts: StartingPoints, induction: Induction, doubted: list[Doubtful]
    ) -> Generator[Event, None, bool]:
        """The induction from `starts`; whether its spine may stay. One of doubtful outlines is added to `doubted`."""
        yield from induction.run(starts)
        if not induction.accepted:
            return False
        found = doubtful(induction.accepted, located, starts, self._config)
        if found is None:
            return True
        doubted.append(found)
        yield found.event(self._config)
        return False

    def _looks(self, film: Radiograph, stages: Stages) -> Iterator[Located]:
        """What the detector sees on the whole film; where that starts no run, on its parts and tilted.

        Of those looks the one with the most triples that can start comes first, and no score limit is lowered.
        """
        config = self._config
        yield filtered(stages.detect(film, config.detector_mask_limit), config)
        if not config.closer_look:
            return
        tilts = (config.closer_tilt, -config.closer_tilt) if config.closer_tilt else ()
        looks = [tilted_candidates(film, stages, config, degrees) for degrees in tilts]
        sure = config.changed({"score_floor": config.score_limit})
        located = [filtered(look, sure) for look in (closer_candidates(film, stages, config), *looks)]
        yield from sorted(located, key=lambda look: -sum(1 for _ in starting_triples(look, config)))


def clicked(bundle: Bundle, film: Radiograph, trace: Trace, point: Point) -> Addition:
    """The vertebra at `point` (film pixels) in a run of another method, with SpineFM's settings. Raises CannotAdd."""
    method = SpineFMMethod(bundle, SpineFMConfig.of(bundle))
    return replace(method.add(film, trace, point), settings=method.settings)


def _from_clicks(clicks: StartingPoints, film: Radiograph, induction: Induction) -> Iterator[Event]:
    """The induction from clicked points. Raises CannotStart with the point that did not hold, and why."""
    _refuse_outside(clicks.points, film)
    stop: Decided | None = None
    for event in induction.run(clicks):
        yield event
        if isinstance(event, Decided) and event.verdict == "stopped":
            stop = event
    if not induction.accepted and stop is not None:
        x, y = clicks.points[stop.step]
        raise CannotStart(
            f"Starting point {stop.step + 1} at ({x:.0f}, {y:.0f}) does not hold, {stop_reason(stop)}; give points "
            "closer to the centres of three neighbouring vertebrae."
        )


def _refuse_outside(points: Sequence[Point], film: Radiograph) -> None:
    for point in points:
        if not point.inside(film.pixels.shape[:2]):
            raise CannotStart(
                f"The starting point ({point.x:.0f}, {point.y:.0f}) lies outside the film; give one on a vertebra."
            )


def _why_not(located: Located, triples: int) -> str:
    """One sentence on why no run can start, and what to do."""
    kept = sum(detection.kept for detection in located.detections)
    remedy = "give the centres of three neighbouring vertebrae as starting points."
    upright = f"rotate the film if it lies on its side, or {remedy}"
    if kept < 3:
        found = {0: "No vertebra was", 1: "Only 1 vertebra was"}.get(kept, f"Only {kept} vertebrae were")
        return f"{found} detected with a score of at least {percent(located.limit_used)}; {upright}"
    if triples == 0:
        return f"{kept} vertebrae were detected, but no three of them are neighbours along a spine; {upright}"
    tried = "the one triple tried did not hold" if triples == 1 else f"none of the {triples} triples tried held"
    return f"{kept} vertebrae were detected, but {tried} the checks; {remedy}"
