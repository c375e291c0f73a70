"""The state of the induction, as a fold over its events.

`state(events)` is all that is known after those events: the run itself, "continue past", undo and replay read it, and
nothing else keeps a copy.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import reduce
from typing import Any

from spinefm.core.geometry import Point
from spinefm.core.levels import Level
from spinefm.core.masks import Mask
from spinefm.methods.base.protocol import Direction
from spinefm.methods.spinefm.events import SPINE_ENDS, Decided, Proposed, Seeded, Segmented
from spinefm.trace.model import Corrected, Finished, Vertebra
from spinefm.trace.registry import Event

Step = tuple[Direction, int]


@dataclass(frozen=True, eq=False)
class Found:
    """A vertebra that was accepted: its mask, and the end of the spine that it is, if any."""

    mask: Mask
    centroid: Point
    end: Level | None = None


@dataclass(frozen=True)
class DirectionState:
    """The induction in one direction: its last three centroids, the last vertebra's number, the step to take."""

    direction: Direction
    known: tuple[Point, Point, Point]
    last: int
    step: int

    @property
    def spacing(self) -> float:
        """Distance in pixels between the last two centroids."""
        return self.known[1].distance(self.known[2])


@dataclass(frozen=True, eq=False)
class InductionState:
    """What a sequence of events has led to.

    found: every vertebra accepted since the last starting points, by number. order: numbers of those that are in the
    spine, from the top. starts: how many starting points there are. steps: the last step decided in each direction.
    stops: the decision that ended each direction. proposed, segmented: the last of each step.
    """

    found: Mapping[int, Found] = field(default_factory=dict)
    order: tuple[int, ...] = ()
    starts: int = 0
    steps: Mapping[Direction, int] = field(default_factory=dict)
    stops: Mapping[Direction, Decided] = field(default_factory=dict)
    proposed: Mapping[Step, Proposed] = field(default_factory=dict)
    segmented: Mapping[Step, Segmented] = field(default_factory=dict)

    @property
    def spine(self) -> dict[int, Found]:
        """The vertebrae in the spine by number, from the top."""
        return {number: self.found[number] for number in self.order}

    @property
    def next_number(self) -> int:
        """The number of the next vertebra."""
        return max(self.found, default=-1) + 1

    @property
    def complete(self) -> bool:
        """Whether all starting points hold."""
        return 0 < self.starts <= len(self.order)

    @property
    def open(self) -> tuple[Direction, ...]:
        """The directions that have not ended: none before all starting points hold."""
        both: tuple[Direction, ...] = ("up", "down")
        return tuple(direction for direction in both if self.complete and direction not in self.stops)

    def towards(self, direction: Direction) -> DirectionState:
        """Where the induction in `direction` is. Raises ValueError for a spine of fewer than three vertebrae."""
        if len(self.order) < 3:
            raise ValueError("The induction needs three vertebrae to continue from.")
        last = self.order[-3:] if direction == "down" else self.order[2::-1]
        a, b, c = (self.found[number].centroid for number in last)
        return DirectionState(direction, (a, b, c), last[-1], self.steps.get(direction, 0) + 1)


def state(events: Iterable[Event]) -> InductionState:
    """The state after `events`."""
    return reduce(advance, events, InductionState())


def stops(events: Iterable[Event]) -> Mapping[Direction, Decided]:
    """For each direction the decision that ended it; an end of the spine among the starting points ends one too."""
    return state(events).stops


def advance(before: InductionState, event: Event) -> InductionState:
    """The state after one more event; events of other methods change nothing."""
    match event:
        case Seeded():
            return InductionState(starts=len(event.points))
        case Proposed():
            key = (event.direction, event.step)
            return replace(before, proposed={**before.proposed, key: event}, segmented=_without(before.segmented, key))
        case Segmented():
            return replace(before, segmented={**before.segmented, (event.direction, event.step): event})
        case Decided():
            return _decided(before, event)
        case Finished():
            return _with_result(before, event.vertebrae, tuple(vertebra.number for vertebra in event.vertebrae))
        case Corrected():
            drawn = event.added if event.action == "reshape" else ()
            return _with_result(_reshaped(before, drawn), event.added, event.vertebrae)
    return before


def _decided(before: InductionState, event: Decided) -> InductionState:
    if event.direction == "seed" and event.verdict == "stopped":  # one that fails takes all others with it
        return replace(before, found={}, order=())
    after = before if event.vertebra is None else _accepted(before, event, event.vertebra)
    steps, ended = dict(after.steps), dict(after.stops)
    if event.direction in ("up", "down"):
        steps[event.direction] = event.step
    direction = _ended_by(event)
    if direction is not None and event.verdict == "accepted":
        ended.pop(direction, None)
    elif direction is not None:
        ended[direction] = event
    return replace(after, steps=steps, stops=ended)


def _ended_by(event: Decided) -> Direction | None:
    """The direction that a decision is about: that of its step, or of the spine end that a starting point is."""
    if event.direction == "added":
        return None
    reason = event.overruled if event.reason == "by hand" else event.reason
    return SPINE_ENDS.get(reason or "") if event.direction == "seed" else event.direction


def _accepted(before: InductionState, event: Decided, number: int) -> InductionState:
    """With one vertebra more, or one that is no end of the spine any longer."""
    shape = before.segmented.get((event.direction, event.step))
    if shape is None or shape.centroid is None:
        return before
    end = Level[event.reason] if event.verdict == "spine end" else None
    found = {**before.found, number: Found(shape.mask, shape.centroid, end)}
    if number in before.order:
        return replace(before, found=found)
    order = (number, *before.order) if event.direction == "up" else (*before.order, number)
    return replace(before, found=found, order=order)


def _with_result(before: InductionState, new: Iterable[Vertebra], order: tuple[int, ...]) -> InductionState:
    """With the spine of a result; a vertebra that no step accepted has its final mask."""
    added = {vertebra.number: Found(vertebra.mask, vertebra.centroid) for vertebra in new}
    found = {**added, **before.found}
    return replace(before, found=found, order=order, starts=min(before.starts, len(order)))


def _reshaped(before: InductionState, drawn: Iterable[Vertebra]) -> InductionState:
    """With the outlines that a reader drew in the place of those found; an end of the spine stays one."""
    ends = {number: found.end for number, found in before.found.items()}
    new = {one.number: Found(one.mask, one.centroid, ends.get(one.number)) for one in drawn}
    return replace(before, found={**before.found, **new})


def _without(mapping: Mapping[Step, Any], key: Step) -> dict[Step, Any]:
    return {other: value for other, value in mapping.items() if other != key}
