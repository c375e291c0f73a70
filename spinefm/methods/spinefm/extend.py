"""What a reader asks of a finished run: to continue past the step at which it ended, and to take what was clicked."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median_low

import numpy as np

from spinefm.core.geometry import Box, Point, principal_axis
from spinefm.core.levels import Level
from spinefm.core.numbers import told_apart
from spinefm.imaging.radiograph import Radiograph
from spinefm.methods.base.protocol import CLICK_INSTEAD, Addition, CannotAdd, Direction
from spinefm.methods.base.stages import Stages
from spinefm.methods.spinefm import check
from spinefm.methods.spinefm.captions import overruled_reason, stop_reason
from spinefm.methods.spinefm.config import SpineFMConfig
from spinefm.methods.spinefm.events import OVERRULABLE, SPINE_ENDS, Decided
from spinefm.methods.spinefm.finish import added_vertebrae
from spinefm.methods.spinefm.induction import Accepted, Induction
from spinefm.methods.spinefm.names import anchor_of
from spinefm.methods.spinefm.propose import Prompt, propose
from spinefm.methods.spinefm.state import InductionState, state
from spinefm.trace.model import Anchor, Trace, Vertebra
from spinefm.trace.registry import Event


def go_on(film: Radiograph, stages: Stages, config: SpineFMConfig, trace: Trace, direction: Direction) -> Addition:
    """Take the step at which `direction` ended, and continue from there; a spine end is passed. Raises CannotAdd.

    Where the reader has changed that end of the spine since, the step is proposed again from the spine as it is.
    """
    before = state(trace.events)
    stop = before.stops.get(direction)
    if stop is None:
        raise CannotAdd(f"The induction {direction}wards did not end in a stop, so there is nothing to continue past.")
    induction = Induction(film, stages, config, before)
    if stop.verdict == "spine end" and stop.vertebra in before.order:
        _refuse_short(before)
        events = list(induction.overrule(stop))
    elif _is_at_the_end(before, stop):
        events = _taken_at(induction, stop)
    else:
        _refuse_short(before)
        prompt = propose(film, before.towards(direction), stages)
        events = [prompt.event(config), *_taken(induction, prompt)]
    return _addition(induction, [*events, *induction.go_on()], trace, film, config, direction)


def _refuse_short(before: InductionState) -> None:
    if len(before.order) < 3:
        raise CannotAdd(f"The induction needs three vertebrae to continue from: {CLICK_INSTEAD}")


def _is_at_the_end(before: InductionState, stop: Decided) -> bool:
    """Whether the step that ended in `stop` was proposed from the vertebra that is still the outermost one there."""
    proposed = before.proposed.get((stop.direction, stop.step))
    if proposed is None or not proposed.known or not before.order or stop.verdict == "spine end":
        return False
    outermost = before.order[0 if stop.direction == "up" else -1]
    return before.found[outermost].centroid == proposed.known[-1]


def _taken_at(induction: Induction, stop: Decided) -> list[Event]:
    """The events that take what lies at `stop`. Raises CannotAdd where there is nothing to take."""
    if stop.reason not in OVERRULABLE:
        raise CannotAdd(f"There is nothing to take at that stop, {stop_reason(stop)}: {CLICK_INSTEAD}")
    return _taken(induction, _prompt(induction.state, stop))


def _taken(induction: Induction, prompt: Prompt) -> list[Event]:
    """The events that take what lies at a prompt. Raises CannotAdd where there is nothing to take."""
    events = list(induction.take(prompt))
    if not induction.accepted:
        raise CannotAdd(f"There is nothing to take at that stop, {_last_reason(events)}: {CLICK_INSTEAD}")
    return events


def add(film: Radiograph, stages: Stages, config: SpineFMConfig, trace: Trace, point: Point) -> Addition:
    """The vertebra at `point`, segmented at the spacing of its neighbours. Raises CannotAdd."""
    _refuse_place(film, trace, point, config)
    before = state(trace.events)
    step = 1 + sum(direction == "added" for direction, _ in before.proposed)
    induction = Induction(film, stages, config, before)
    prompt = Prompt("added", step, (), point, spacing_at(point, [v.centroid for v in trace.vertebrae]), None)
    events = [prompt.event(config), *induction.take(prompt)]
    last = events[-1]
    assert isinstance(last, Decided), "every prompt ends in a decision"
    if last.vertebra is None or last.overruled == "overlap":
        why = stop_reason(check.stopped(prompt, last.overruled or last.reason, last.value, last.limit))
        raise CannotAdd(f"No new vertebra was found at that click, {why}: click the middle of one without an outline.")
    return _addition(induction, events, trace, film, config)


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


def off_the_spine(point: Point, centroids: Sequence[Point], reach: float) -> float:
    """Distance of `point`, in spacings, from the line through two or more `centroids`, `reach` longer at both ends."""
    axis = principal_axis(centroids)
    line = np.array(sorted(centroids, key=axis.position), float)  # (N, 2)
    spacing = float(np.median(np.linalg.norm(np.diff(line, axis=0), axis=1)))
    first, last = line[0] - line[1], line[-1] - line[-2]
    starts = np.concatenate([[line[0] + reach * first], line])  # (N + 1, 2)
    steps = np.concatenate([line, [line[-1] + reach * last]]) - starts  # (N + 1, 2)
    along = np.einsum("ij,ij->i", np.array(point) - starts, steps) / np.einsum("ij,ij->i", steps, steps)
    nearest = starts + np.clip(along, 0.0, 1.0)[:, None] * steps  # (N + 1, 2)
    return float(np.linalg.norm(np.array(point) - nearest, axis=1).min() / spacing)


def _refuse_place(film: Radiograph, trace: Trace, point: Point, config: SpineFMConfig) -> None:
    if not point.inside(film.pixels.shape[:2]):
        raise CannotAdd("That click lies outside the film: click on a vertebra.")
    if len(trace.vertebrae) < 2:
        raise CannotAdd("The patch's size comes from two neighbours, and there are none: run the film again.")
    distance = off_the_spine(point, [vertebra.centroid for vertebra in trace.vertebrae], config.click_reach)
    if distance > config.click_limit:
        far, most = told_apart(distance, config.click_limit, 1)
        raise CannotAdd(
            f"That click lies {far} spacings from the spine, more than {most}: click on one of its vertebrae."
        )
    for vertebra in trace.vertebrae:
        if vertebra.mask.within(Box.square(point, 1)).any():
            raise CannotAdd(f"That click lies on {vertebra.name}: click on a vertebra without an outline.")


def _addition(
    induction: Induction,
    events: Sequence[Event],
    trace: Trace,
    film: Radiograph,
    config: SpineFMConfig,
    direction: Direction = "added",
) -> Addition:
    present = [vertebra.centroid for vertebra in trace.vertebrae]
    new = added_vertebrae(induction.accepted, present, film, config)
    anchor = _anchor(induction.accepted, new, trace.vertebrae)
    if direction == "added":
        return Addition(tuple(events), new, anchor)
    first = next(event for event in events if isinstance(event, Decided))
    past = f" past {overruled_reason(first)}" if first.overruled is not None else ""
    words = f"the induction {direction}wards continued{past}"
    return Addition(tuple(events), new, anchor, words, first.vertebra if first.overruled in SPINE_ENDS else None)


def _anchor(accepted: Sequence[Accepted], new: Sequence[Vertebra], present: Sequence[Vertebra]) -> Anchor | None:
    """An end of the spine among the new vertebrae, where it can be: C2 above all others, S1 below."""
    axis = principal_axis([vertebra.centroid for vertebra in (*present, *new)])
    spine = sorted((*present, *new), key=lambda vertebra: axis.position(vertebra.centroid))
    places = {Level.C2: spine[0].number, Level.S1: spine[-1].number}
    ends = [body for body in accepted if body.end is not None and places[body.end] == body.number]
    return anchor_of(ends[0]) if ends else None


def _prompt(before: InductionState, stop: Decided) -> Prompt:
    """The prompt of the step that ended in `stop`, as the induction made it."""
    proposed = before.proposed[stop.direction, stop.step]
    known = proposed.known
    numbers = {found.centroid: number for number, found in before.spine.items()}
    spacing = known[1].distance(known[2])
    return Prompt(stop.direction, stop.step, known, proposed.point, spacing, numbers.get(known[2]))


def _last_reason(events: Sequence[Event]) -> str:
    return next(stop_reason(event) for event in reversed(events) if isinstance(event, Decided))
