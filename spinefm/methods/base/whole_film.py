"""What the methods that see the whole film at once share: a run, its end, and what a reader may add to it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import ClassVar, Generic, TypeVar

import numpy as np

from spinefm.core.geometry import Axis, Point, directions_along, principal_axis
from spinefm.core.levels import Level, counted_from
from spinefm.core.masks import Mask
from spinefm.core.numbers import percent
from spinefm.core.words import listed
from spinefm.imaging.radiograph import Radiograph
from spinefm.methods.base.config import WholeFilmConfig
from spinefm.methods.base.protocol import CLICK_INSTEAD, Addition, CannotAdd, CannotStart, Direction
from spinefm.methods.base.result import finished, vertebra
from spinefm.methods.base.stages import NetworkStages, Stages, Stopwatch
from spinefm.methods.base.view import lying, quarters_of, refuse, viewed, warnings
from spinefm.trace.model import Anchor, Finished, Named, Setting, Trace, Vertebra
from spinefm.trace.registry import Event
from spinefm.weights.bundle import Bundle
from spinefm.weights.manifest import BundleError


@dataclass(frozen=True, eq=False)
class Body:
    """A vertebra that a method kept: its number, mask, probability, and how probably it is an end of the spine."""

    number: int
    mask: Mask
    probability: float | None
    c2: float = 0.0
    s1: float = 0.0


ConfigT = TypeVar("ConfigT", bound=WholeFilmConfig)


class WholeFilmMethod(ABC, Generic[ConfigT]):
    """A method without an induction: `_found` says how it comes to its vertebrae on a film that is lateral."""

    name: str
    title: ClassVar[str]
    needs: ClassVar[tuple[str, ...]]
    """Networks of the bundle without which there is no run."""

    def __init__(self, bundle: Bundle, config: ConfigT) -> None:
        """Raises BundleError for a bundle that lacks a network."""
        missing = [network for network in self.needs if getattr(bundle, network) is None]
        if missing:
            raise BundleError(
                f'{self.title} needs {listed(missing)}, which the bundle "{bundle.name}" does not have: train it '
                f"with `python -m spinefm train {missing[0]}`, or choose the method spinefm."
            )
        self._bundle = bundle
        self._config = config

    @property
    def settings(self) -> Mapping[str, Setting]:
        """The run's settings by name."""
        return self._config.as_settings()

    @abstractmethod
    def _found(self, film: Radiograph, watch: Stopwatch) -> Iterator[Event]:
        """The events from the first look for vertebrae to the end. Raises CannotStart where none is found."""

    def quarters(self, film: Radiograph) -> int:
        """Quarter turns clockwise that set `film` upright."""
        return quarters_of(film, self._stages(Stopwatch()), self._config)

    def run(self, film: Radiograph) -> Iterator[Event]:
        """The events of one run, each as soon as it is known.

        Raises CannotStart for a film that is no lateral spine film, and where no vertebra is found. What the caller
        does between two events does not count as run time.
        """
        watch = Stopwatch()
        yield from watch.paused_between(self._events(film, watch))

    def _events(self, film: Radiograph, watch: Stopwatch) -> Iterator[Event]:
        """The kind of film, then what is found on it; the result carries what is to be known of the film."""
        seen = viewed(film, self._stages(watch), self._config)
        if seen is not None:
            yield seen
            refuse(seen, takes_starts=False)
        try:
            for event in self._found(film, watch):
                yield replace(event, notes=(*warnings(seen), *event.notes)) if isinstance(event, Finished) else event
        except CannotStart as error:
            raise CannotStart(" ".join([str(error), *lying(seen)])) from error

    def _stages(self, watch: Stopwatch) -> Stages:
        return NetworkStages(self._bundle, watch)

    def go_on(self, film: Radiograph, trace: Trace, direction: Direction) -> Addition:
        """Nothing: there is no induction to continue. Raises CannotAdd."""
        raise CannotAdd(f"{self.title} sees the whole film at once, so no direction ended here: {CLICK_INSTEAD}")

    @abstractmethod
    def add(self, film: Radiograph, trace: Trace, point: Point) -> Addition:
        """The vertebra at `point` (film pixels). Raises CannotAdd."""

    def _finished(
        self, spine: Sequence[Body], names: Named, limit: float, watch: Stopwatch, notes: Sequence[str] = ()
    ) -> Finished:
        """The end of a run."""
        return finished(self._bundle, watch, vertebrae(spine, names), limit, 0.0, notes)


def axis_of(points: Sequence[Point]) -> Axis:
    """The principal axis of `points`; of a single one the film's vertical through it."""
    if len(set(points)) < 2:
        return Axis(points[0], Point(0.0, 1.0))
    return principal_axis(points)


def along_spine(bodies: Sequence[Body]) -> list[Body]:
    """The bodies from the top along their principal axis."""
    if not bodies:
        return []
    axis = axis_of([body.mask.centroid for body in bodies])
    return sorted(bodies, key=lambda body: axis.position(body.mask.centroid))


def median_spacing(points: Sequence[Point], size: float) -> float:
    """Median distance between successive `points`; `size` where there is only one."""
    steps = [a.distance(b) for a, b in zip(points, points[1:], strict=False)]
    return float(np.median(steps)) if steps else size


def named_from_reference(spine: Sequence[Body], limit: float, source: str, outermost: bool = True) -> Named:
    """Names counted from the surest reference vertebra (C2 or S1 above `limit`); relative ones without any.

    outermost: C2 counts only as the topmost body and S1 only as the lowest. What lies above C2 has no name: C1 has no
    body.
    """
    numbers = tuple(body.number for body in spine)
    seen = _references(spine, limit, source)
    places = {Level.C2: 0, Level.S1: len(spine) - 1}
    anchors = {anchor: index for anchor, index in seen.items() if not outermost or places[anchor.level] == index}
    if not anchors:
        return Named(numbers, (None,) * len(spine), None, _why_relative(seen, limit))
    best = max(anchors, key=lambda anchor: anchor.probability or 0.0)
    counted = counted_from(best.level, anchors[best], len(spine))
    levels = tuple(None if level is Level.C1 else level for level in counted)
    if all(levels[index] is anchor.level for anchor, index in seen.items()):
        return Named(numbers, levels, best)
    surest = "the surest at its end of the spine" if outermost else "the surest of them"
    return Named(numbers, levels, best, f"Reference vertebrae disagree; the names rest on {best.level.name}, {surest}.")


def _references(spine: Sequence[Body], limit: float, source: str) -> dict[Anchor, int]:
    """Each body that is C2 or S1 above `limit`, with its place from the top."""
    return {
        Anchor(body.number, level, f"{level.name} {source}", value): index
        for index, body in enumerate(spine)
        for level, value in ((Level.C2, body.c2), (Level.S1, body.s1))
        if value > limit
    }


def _why_relative(seen: Mapping[Anchor, int], limit: float) -> str:
    """Why there are no names; `seen` are references where they cannot be."""
    surest = max(seen, key=lambda anchor: anchor.probability or 0.0, default=None)
    if surest is None:
        seen_none = f"Neither C2 nor S1 was seen above {percent(limit)}"
        return f"{seen_none}, so the names are relative: V1 is the topmost vertebra."
    side = "above" if surest.level is Level.C2 else "below"
    return (
        f"{surest.level.name} was seen with a body {side} it, where none can be, so the names are relative: V1 is the "
        "topmost vertebra. The film may be upside down, or an outline lie beyond the spine."
    )


def vertebrae(spine: Sequence[Body], names: Named) -> tuple[Vertebra, ...]:
    """The result's vertebrae from the top."""
    directions = directions_along([body.mask.centroid for body in spine])
    return tuple(
        vertebra(body.number, index, level, body.mask, directions[index], body.probability)
        for index, (body, level) in enumerate(zip(spine, names.levels, strict=True))
    )
