"""A film of seven bodies, drawn by hand, and a method whose every event on it is known: for a page without weights."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

from spinefm.core.geometry import Box, Point, principal_axis
from spinefm.core.levels import Level
from spinefm.core.masks import Mask
from spinefm.imaging.radiograph import Radiograph
from spinefm.methods import Addition, CannotAdd, CannotStart
from spinefm.methods.base.events import Detection, Located
from spinefm.methods.base.protocol import Direction
from spinefm.methods.spinefm.events import Checked, Classified, Decided, Proposed, Seeded, Segmented
from spinefm.methods.spinefm.state import stops
from spinefm.trace.model import Anchor, Finished, Named, Setting, Trace, Vertebra
from spinefm.trace.registry import Event
from spinefm.ui.server.model_service import Facts
from spinefm.weights.manifest import BundleError

SETTINGS: Mapping[str, Setting] = {"overlap_limit": 0.1, "body_probability": "outline"}
SIZE = (300, 420)
LEVELS = (Level.C2, Level.C3, Level.C4, Level.C5, Level.C6, Level.C7)
CENTRES = [Point(150 + 18 * np.sin(i / 2), 60 + 48 * i) for i in range(7)]
SEEDS = (2, 3, 4)
"""Bodies the run starts from; the induction then goes up to C2 (body 0) and down until body 6, which is background."""


def body(index: int, shift: float = 0.0) -> Mask:
    """The mask of one body, `shift` pixels lower."""
    x, y = CENTRES[index]
    corners = np.array([[x - 28, y - 17], [x + 26, y - 15], [x + 28, y + 17], [x - 26, y + 16]]) + [0, shift]
    return Mask.from_polygon(corners, SIZE)


def film_pixels(bright: float = 0.75) -> np.ndarray:
    """Bright bodies on a grey ramp, (H, W) uint8."""
    canvas = np.tile(np.linspace(0.15, 0.4, SIZE[0], dtype=np.float32), (SIZE[1], 1))
    for index in range(7):
        canvas[body(index).on_film((SIZE[1], SIZE[0]))] = bright - 0.04 * index
    return np.round(cv2.GaussianBlur(canvas, (0, 0), 1.2) * 255).astype(np.uint8)


def write_film(path: Path, bright: float = 0.75) -> Path:
    """The film as a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    assert cv2.imwrite(str(path), film_pixels(bright))
    return path


def located() -> Located:
    """Four detections: three kept, one dropped."""
    scores = {2: 0.97, 3: 0.98, 4: 0.95, 6: 0.41}
    found = [
        Detection(score, body(i).box, body(i), CENTRES[i], score >= 0.6, "score 0.41 < 0.60" if score < 0.6 else "kept")
        for i, score in scores.items()
    ]
    return Located(tuple(found), 0.6, 0.6)


def seeded(clicks: tuple[Point, ...] = ()) -> Seeded:
    """Three successive centroids, or the reader's clicks."""
    points = tuple(CENTRES[i] for i in SEEDS)
    if clicks:
        return Seeded("clicked", principal_axis(clicks), (), (), clicks, 48.6, None)
    return Seeded("detected", principal_axis(points), (0, 1, 2), (0, 1, 2), points, 48.6, 0.967)


def step(
    direction: Direction, number: int, index: int, vertebra: int | None, against: int | None, limit: float = 0.1
) -> Iterator[Event]:
    """The events of one step at body `index`, whose overlap is 0.03."""
    known = () if direction == "seed" else tuple(CENTRES[i] for i in SEEDS)
    point = Point(CENTRES[index].x + 3, CENTRES[index].y - 2)
    patch = Box.square(point, 120)
    yield Proposed(direction, number, known, point, patch)
    yield Segmented(direction, number, body(index), CENTRES[index], 3.6, patch, 0.0, 0.5)
    if against is not None:
        yield Checked(direction, number, "previous", 0.03, limit, against)
        if limit < 0.03:
            yield Decided(direction, number, "stopped", "overlap", 0.03, limit, None)
            return
    background, c2 = (0.91, 0.0) if vertebra is None else (0.01, 0.98 if index == 0 else 0.01)
    yield Classified(direction, number, background, 1 - background - c2, 0.0, c2, patch, 0.5, 0.5)
    if vertebra is None:
        yield Decided(direction, number, "stopped", "background", 0.91, 0.5, None)
    elif index == 0:
        yield Decided(direction, number, "spine end", "C2", 0.98, 0.5, vertebra)
    else:
        yield Decided(direction, number, "accepted", "vertebra", 0.01, 0.5, vertebra)


def steps(limit: float) -> Iterator[Event]:
    """Three starting points, then both directions in turn; with a low overlap limit both stop at once."""
    for number, index in enumerate(SEEDS):
        yield from step("seed", number, index, number, None)
    yield from step("up", 1, 1, 3, 0, limit)
    yield from step("down", 1, 5, 4, 2, limit)
    if limit < 0.03:
        return
    yield from step("up", 2, 0, 5, 3)
    yield from step("down", 2, 6, None, 4)


def vertebra(number: int, index: int) -> Vertebra:
    """Body `index` as vertebra `number`, not yet named."""
    return Vertebra(number, "V1", None, 101, body(index), CENTRES[index], (), 0.09)


def ending(limit: float) -> Iterator[Event]:
    """The names from C2 downwards, and the result; where the induction stopped at once, three bodies without names."""
    if limit < 0.03:
        yield Named((0, 1, 2), (None, None, None), None)
        vertebrae = tuple(
            Vertebra(i, f"V{i + 1}", None, 101 + i, body(i + 2), CENTRES[i + 2], (), 0.97) for i in range(3)
        )
    else:
        numbers = (5, 3, 0, 1, 2, 4)
        yield Named(numbers, LEVELS, Anchor(5, Level.C2, "the classifier", 0.98))
        vertebrae = tuple(
            Vertebra(number, level.name, level, level.value, body(i), CENTRES[i], (), 0.97)
            for i, (number, level) in enumerate(zip(numbers, LEVELS, strict=True))
        )
    seconds = {"detect_network": 0.2, "segment_network": 0.5, "total": 0.9}
    yield Finished(vertebrae, 0.9, 0.03, seconds, "cpu", "compact", {}, {}, ())


def all_events(limit: float = 0.1, clicks: tuple[Point, ...] = ()) -> tuple[Event, ...]:
    """The whole run."""
    return located(), seeded(clicks), *steps(limit), *ending(limit)


class UnderWay:
    """How many runs are under way."""

    def __init__(self) -> None:
        self._count = 0
        self._changed = threading.Condition()

    @contextmanager
    def one(self) -> Iterator[None]:
        """One more, until its generator ends or is closed."""
        self._add(1)
        try:
            yield
        finally:
            self._add(-1)

    def _add(self, count: int) -> None:
        with self._changed:
            self._count += count
            self._changed.notify_all()

    def wait_for_none(self) -> None:
        """Wait until no run is under way."""
        with self._changed:
            assert self._changed.wait_for(lambda: self._count == 0, timeout=60)


@dataclass(frozen=True)
class StandIn:
    """A method that knows its run by heart; no run can start on a film named "dark"."""

    gate: threading.Semaphore | None = None
    settings: Mapping[str, Setting] = field(default_factory=lambda: {**SETTINGS})
    starting_points: tuple[Point, ...] = ()
    name: str = "spinefm"
    under_way: UnderWay = field(default_factory=UnderWay)

    def run(self, film: Radiograph) -> Iterator[Event]:
        """The events, each as soon as the gate lets it through."""
        with self.under_way.one():
            yield from self._events(film)

    def _events(self, film: Radiograph) -> Iterator[Event]:
        limit = self.settings["overlap_limit"]
        assert isinstance(limit, float)
        if not self.starting_points:
            self.wait()
            yield located()
        if film.provenance.name.startswith("dark"):
            raise CannotStart("Fewer than three vertebrae were found: click three neighbouring ones.")
        for event in all_events(limit, self.starting_points)[1:]:
            self.wait()
            yield event

    def go_on(self, film: Radiograph, trace: Trace, direction: Direction) -> Addition:
        """The seventh body, which the classifier calls background, and nothing beyond it."""
        stop = stops(trace.events)[direction]
        if stop.reason != "background":
            raise CannotAdd("There is nothing to take at that stop: click the vertebra itself to add it.")
        seen = [event for event in step("down", 2, 6, None, 4) if not isinstance(event, (Proposed, Decided))]
        taken = Decided("down", 2, "accepted", "by hand", 0.91, 0.5, 6, overruled="background")
        beyond = Point(CENTRES[6].x, SIZE[1] + 8.0)
        last = Proposed("down", 3, tuple(CENTRES[4:7]), beyond, Box.square(beyond, 120))
        out = Decided("down", 3, "stopped", "point outside", 8.0, 0.0, None)
        words = "the induction downwards continued past background 91 % (limit 50 %)"
        return Addition((*seen, taken, last, out), (vertebra(6, 6),), passed=words)

    def add(self, film: Radiograph, trace: Trace, point: Point) -> Addition:
        """The body whose centre lies near the click."""
        index = min(range(len(CENTRES)), key=lambda i: point.distance(CENTRES[i]))
        if point.distance(CENTRES[index]) > 20:
            raise CannotAdd("No new vertebra was found at that click, the mask is empty: click the middle of one.")
        patch = Box.square(point, 120)
        taken = Decided("added", 1, "accepted", "by hand", 0.91, 0.5, 6, overruled="background")
        shape = Segmented("added", 1, body(index), CENTRES[index], point.distance(CENTRES[index]), patch, 0.0, 0.5)
        return Addition((Proposed("added", 1, (), point, patch), shape, taken), (vertebra(6, index),))

    def wait(self) -> None:
        """Wait at the gate, where there is one."""
        if self.gate is not None:
            assert self.gate.acquire(timeout=120)


@dataclass
class StandInService:
    """A model service that hands out the stand-in; with a gate, a test lets its events through one by one."""

    gate: threading.Semaphore | None = None
    under_way: UnderWay = field(default_factory=UnderWay)

    def facts(self) -> Facts:
        """As on a machine without a GPU."""
        return Facts("SpineFM", "compact", "CPU")

    def method(
        self,
        settings: Mapping[str, Setting],
        starting_points: Sequence[Point] | None,
        name: str = "spinefm",
        bundle: str | None = None,
    ) -> StandIn:
        """The stand-in, whatever the name; of the settings only the overlap limit has an effect."""
        if bundle not in (None, "compact"):
            raise BundleError(f'This page has no bundle "{bundle}": choose compact.')
        return StandIn(self.gate, {**SETTINGS, **settings}, tuple(starting_points or ()), under_way=self.under_way)
