"""One line of text for every event of SpineFM, with each number beside its limit."""

from __future__ import annotations

from dataclasses import replace

from spinefm.core.numbers import below, percent, percent_with_limit, percents, told_apart
from spinefm.core.words import counted
from spinefm.methods.spinefm.events import (
    SPINE_ENDS,
    Checked,
    Classified,
    Decided,
    Proposed,
    Seeded,
    Segmented,
    SetAside,
    StepEvent,
)
from spinefm.trace.registry import Captions


def _seeded(event: Seeded) -> str:
    if event.source == "clicked" or event.mean_score is None:
        return f"The induction starts from {counted(len(event.points), 'clicked point')}"
    return f"The induction starts from three neighbours with a mean score of {percent(event.mean_score)}"


def _proposed(event: Proposed) -> str:
    x, y = event.point
    origin = "predicted from three known centroids" if event.known else "detected here"
    if event.direction == "added":
        origin = "clicked by the reader"
    if event.unsure is not None:
        origin = f"an off-axis retry rotated by {event.turned:.0f}°, because no class was sure: "
        origin += percent_with_limit(event.unsure, event.unsure_limit or 0)
    return f"{place(event)}: next point ({x:.0f}, {y:.0f}), {origin}; patch of {event.patch.width} px"


def _segmented(event: Segmented) -> str:
    if event.shift is None:
        return f"{place(event)}: the mask is empty"
    text = f"{place(event)}: mask of {event.mask.area} px, centroid moved by {event.shift:.1f} px"
    if event.recentred:
        text += ", patch centred on it"
    if event.outside_share > 0:
        text += f"; {percent_with_limit(event.outside_share, event.outside_limit)} of its place lies outside the film"
    return text


def _checked(event: Checked) -> str:
    against = f"{'the previous' if event.rule == 'previous' else 'another'} vertebra (no. {event.against + 1})"
    verdict = "kept" if event.value <= event.limit else "rejected"
    return f"{place(event)}: overlap with {against} {percent_with_limit(event.value, event.limit)}: {verdict}"


def _classified(event: Classified) -> str:
    ends = [percents(value, event.end_limit) for value in (event.c2, event.s1)]
    end_limit = max((words for _, words in ends), key=len)
    return (
        f"{place(event)}: background {percent_with_limit(event.background, event.background_limit)}, "
        f"vertebra {percent(event.vertebra)}, C2 {ends[0][0]} and S1 {ends[1][0]} (limit {end_limit})"
    )


def _decided(event: Decided) -> str:
    if event.verdict == "accepted":
        if event.reason == "by hand":
            return f"{place(event)}: kept by hand, against {overruled_reason(event)}"
        if event.reason == "clicked":
            above = event.value is not None and event.limit is not None and event.value > event.limit
            against = ", against the classifier" if above else ""
            return f"{place(event)}: kept because the reader clicked it{against}: {_held(event)}"
        if event.reason == "outlined":
            return f"{place(event)}: kept for its sharp outline, against the class background: {_held(event)}"
        if event.reason == "detected":
            return f"{place(event)}: kept as detected, without a check"
        return f"{place(event)}: kept, background {_held(event)}"
    if event.verdict == "spine end":
        return f"{place(event)}: kept as {event.reason}, the spine's end: {_held(event)}"
    return f"{place(event)}: stopped, {stop_reason(event)}"


def _set_aside(event: SetAside) -> str:
    return (
        f"Set aside: the outlines of {event.bodies} vertebrae are mostly doubtful, median probability "
        f"{percent_with_limit(event.probability, event.limit)}; other starting points are tried"
    )


def place(event: StepEvent) -> str:
    """Which step an event belongs to: "Starting point 2" or "Step 3, upwards"."""
    if event.direction == "seed":
        return f"Starting point {event.step + 1}"
    if event.direction == "added":
        return f"Click {event.step}"
    return f"Step {event.step}, {event.direction}wards"


def stop_reason(event: Decided) -> str:
    """Why a direction stopped, with value and limit."""
    match event.reason:
        case "overlap":
            return f"overlap {_held(event)}"
        case "background":
            return f"background {_held(event)}"
        case "empty mask":
            area, least = told_apart(event.value or 0, event.limit or 0, 0)
            return f"mask of {area} px < {least} px" if event.value else "the mask is empty"
        case "point outside":
            return f"the next point lies {event.value or 0:.0f} px outside the film"
        case "outside the film":
            return f"{_held(event)} of its place lies outside the film"
        case "misplaced end":
            return f"C2 or S1 seen where the spine cannot end: {_held(event)}"
        case "too faint":
            return f"too faint to be outlined: contrast {below(event.value or 0, event.limit or 0, 3)}"
        case "step limit":
            return f"step limit: {event.value or 0:.0f} > {event.limit or 0:.0f}"
        case "revisited":
            return f"revisited: {below(event.value or 0, event.limit or 0, 0)} px from a vertebra already found"
        case _:
            return f"{event.reason} {_held(event)}"


def overruled_reason(event: Decided) -> str:
    """What would have ended the direction where the reader went on, with value and limit."""
    if event.overruled in SPINE_ENDS:
        return f"the spine end {event.overruled} {_held(event)}"
    return stop_reason(replace(event, reason=event.overruled or event.reason))


def _held(event: Decided) -> str:
    """A decision's share or probability beside its limit, as the page writes it."""
    if event.value is None or event.limit is None:
        return ""
    return percent_with_limit(event.value, event.limit)


CAPTIONS: Captions = {
    Seeded: _seeded,
    Proposed: _proposed,
    Segmented: _segmented,
    Checked: _checked,
    Classified: _classified,
    Decided: _decided,
    SetAside: _set_aside,
}
