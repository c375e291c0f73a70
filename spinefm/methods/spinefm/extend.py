"""What the reader asks of a finished run: to go on past the step at which it ended, and to take what was clicked."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median_low

import numpy as np

from spinefm.core.geometry import Box, Point, principal_axis
from spinefm.core.levels import Level
from spinefm.imaging.radiograph import Radiograph
from spinefm.methods.protocol import Addition, CannotAdd
from spinefm.methods.spinefm import check
from spinefm.methods.spinefm.finish import added_vertebrae, anchor_of
from spinefm.methods.spinefm.propose import Front, Prompt
from spinefm.methods.spinefm.settings import SpineFMSettings
from spinefm.methods.spinefm.stages import Stages
from spinefm.methods.spinefm.walk import Present, Walk
from spinefm.trace.captions import stop_reason
from spinefm.trace.model import OVERRULABLE, Anchor, Decided, Direction, Event, Proposed, Segmented, Trace, Vertebra

CLICK_INSTEAD = "click the vertebra itself to add it."
OFF_LIMIT = 2.0
"""Spacings beside the spine from which a click shows no vertebra of it; a sharply bent sacrum lies nearer."""
CARRIED_ON = 6.0
"""Spacings by which the spine is carried on straight beyond its ends."""


def go_on(film: Radiograph, stages: Stages, settings: SpineFMSettings, trace: Trace, direction: Direction) -> Addition:
    """Take the step at which `direction` ended, and walk on from there; a spine end is passed. Raises CannotAdd."""
    stop = trace.stops.get(direction)
    if stop is None:
        raise CannotAdd(f"The walk {direction}wards did not end in a stop, so there is none to go on past.")
    walk = Walk(film, stages, settings, _present(trace))
    if stop.verdict == "spine end":
        passed = check.by_hand(stop, stop.vertebra)
        return _addition(walk, [passed, *walk.go_on(_front(trace, direction, stop))], trace, film, settings)
    if stop.reason not in OVERRULABLE:
        raise CannotAdd(f"There is nothing to take at that stop ({stop_reason(stop)}): {CLICK_INSTEAD}")
    prompt = _prompt(trace, stop)
    events = list(walk.take(prompt))
    if not walk.accepted:
        raise CannotAdd(f"There is nothing to take at that stop ({_last_reason(events)}): {CLICK_INSTEAD}")
    taken = walk.accepted[0]
    front = Front(direction, (prompt.known[1], prompt.known[2], taken.centroid), taken.number, stop.step)
    return _addition(walk, [*events, *walk.go_on(front)], trace, film, settings)


def add(film: Radiograph, stages: Stages, settings: SpineFMSettings, trace: Trace, point: Point) -> Addition:
    """The vertebra at `point`, segmented at the spacing of its neighbours. Raises CannotAdd."""
    _refuse_place(film, trace, point)
    step = 1 + sum(isinstance(event, Proposed) and event.direction == "added" for event in trace.events)
    walk = Walk(film, stages, settings, _present(trace))
    prompt = Prompt("added", step, (), point, spacing_at(point, [v.centroid for v in trace.vertebrae]), None)
    events = [prompt.event(settings), *walk.take(prompt)]
    last = events[-1]
    assert isinstance(last, Decided), "every prompt ends in a decision"
    if last.vertebra is None or last.overruled == "overlap":
        why = stop_reason(check.stopped(prompt, last.overruled or last.reason, last.value, last.limit))
        raise CannotAdd(f"No new vertebra was found at that click ({why}): click the middle of one without an outline.")
    return _addition(walk, events, trace, film, settings)


def spacing_at(point: Point, centroids: Sequence[Point]) -> float:
    """Spacing of the spine at `point` in pixels, from two or more `centroids`.

    The median of the two nearest intervals and of the distance to the nearest centroid: a gap does not double it.
    """
    axis = principal_axis(centroids)
    spine = sorted(centroids, key=axis.position)
    middles = [Point((a.x + b.x) / 2, (a.y + b.y) / 2) for a, b in zip(spine, spine[1:], strict=False)]
    nearest = sorted(range(len(middles)), key=lambda index: point.distance(middles[index]))[:2]
    intervals = [spine[index].distance(spine[index + 1]) for index in nearest]
    return median_low([*intervals, min(point.distance(centroid) for centroid in spine)])


def off_the_spine(point: Point, centroids: Sequence[Point]) -> float:
    """Distance of `point`, in spacings, from the line through two or more `centroids`, carried on beyond both ends."""
    axis = principal_axis(centroids)
    line = np.array(sorted(centroids, key=axis.position), float)  # (N, 2)
    spacing = float(np.median(np.linalg.norm(np.diff(line, axis=0), axis=1)))
    first, last = line[0] - line[1], line[-1] - line[-2]
    starts = np.concatenate([[line[0] + CARRIED_ON * first], line])  # (N + 1, 2)
    steps = np.concatenate([line, [line[-1] + CARRIED_ON * last]]) - starts  # (N + 1, 2)
    along = np.einsum("ij,ij->i", np.array(point) - starts, steps) / np.einsum("ij,ij->i", steps, steps)
    nearest = starts + np.clip(along, 0.0, 1.0)[:, None] * steps  # (N + 1, 2)
    return float(np.linalg.norm(np.array(point) - nearest, axis=1).min() / spacing)


def _refuse_place(film: Radiograph, trace: Trace, point: Point) -> None:
    if not point.inside(film.pixels.shape[:2]):
        raise CannotAdd("That click lies outside the film: click on a vertebra.")
    if len(trace.vertebrae) < 2:
        raise CannotAdd("The patch's size comes from two neighbours, and there are none: run the film again.")
    distance = off_the_spine(point, [vertebra.centroid for vertebra in trace.vertebrae])
    if distance > OFF_LIMIT:
        raise CannotAdd(
            f"That click lies {distance:.1f} > {OFF_LIMIT:.1f} spacings beside the spine: click on a vertebra of it."
        )
    for vertebra in trace.vertebrae:
        if vertebra.mask.within(Box.square(point, 1)).any():
            raise CannotAdd(f"That click lies on {vertebra.name}: click on a vertebra without an outline.")


def _addition(
    walk: Walk, events: Sequence[Event], trace: Trace, film: Radiograph, settings: SpineFMSettings
) -> Addition:
    present = [vertebra.centroid for vertebra in trace.vertebrae]
    new = added_vertebrae(walk.accepted, present, film, settings)
    return Addition(tuple(events), new, _anchor(walk, new, trace.vertebrae))


def _anchor(walk: Walk, new: Sequence[Vertebra], present: Sequence[Vertebra]) -> Anchor | None:
    """An end of the spine among the new vertebrae, where it can be: C2 above all others, S1 below."""
    axis = principal_axis([vertebra.centroid for vertebra in (*present, *new)])
    spine = sorted((*present, *new), key=lambda vertebra: axis.position(vertebra.centroid))
    places = {Level.C2: spine[0].number, Level.S1: spine[-1].number}
    ends = [body for body in walk.accepted if body.end is not None and places[body.end] == body.number]
    return anchor_of(ends[0]) if ends else None


def _present(trace: Trace) -> dict[int, Present]:
    """The vertebrae of the result with the masks of their steps; one that has no step keeps its final mask."""
    steps = _accepted_steps(trace)
    return {
        vertebra.number: steps.get(vertebra.number, Present(vertebra.mask, vertebra.centroid))
        for vertebra in trace.vertebrae
    }


def _accepted_steps(trace: Trace) -> dict[int, Present]:
    found: dict[int, Present] = {}
    segmented: dict[tuple[Direction, int], Segmented] = {}
    for event in trace.events:
        if isinstance(event, Segmented):
            segmented[event.direction, event.step] = event
        elif isinstance(event, Decided) and event.vertebra is not None:
            shape = segmented.get((event.direction, event.step))
            if shape is not None and shape.centroid is not None:
                found[event.vertebra] = Present(shape.mask, shape.centroid)
    return found


def _prompt(trace: Trace, stop: Decided) -> Prompt:
    """The prompt of the step that ended in `stop`, as the walk made it."""
    same = [e for e in trace.of(Proposed) if (e.direction, e.step) == (stop.direction, stop.step)]
    known = same[-1].known
    present = {body.centroid: number for number, body in _present(trace).items()}
    return Prompt(stop.direction, stop.step, known, same[-1].point, known[1].distance(known[2]), present.get(known[2]))


def _front(trace: Trace, direction: Direction, stop: Decided) -> Front:
    """Where the walk stands at the spine end that it is to pass: at the outermost three of the result."""
    spine = trace.vertebrae if direction == "down" else trace.vertebrae[::-1]
    if len(spine) < 3:
        raise CannotAdd(f"The walk needs three vertebrae to go on from: {CLICK_INSTEAD}")
    a, b, c = (_present(trace)[vertebra.number].centroid for vertebra in spine[-3:])
    return Front(direction, (a, b, c), spine[-1].number, 0 if stop.direction == "seed" else stop.step)


def _last_reason(events: Sequence[Event]) -> str:
    return next(stop_reason(event) for event in reversed(events) if isinstance(event, Decided))
