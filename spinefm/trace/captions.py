"""One line of plain text for every event of a run, with each number beside its limit."""

from __future__ import annotations

from dataclasses import replace
from functools import singledispatch

from spinefm.trace.model import (
    SPINE_ENDS,
    Checked,
    Classified,
    Corrected,
    Decided,
    Event,
    Finished,
    Located,
    Named,
    Proposed,
    Seeded,
    Segmented,
    StepEvent,
)
from spinefm.trace.semantic_events import FAR_FROM_SPINE, Centred, Cutout, Fused, Leftover, Mapped, Paired, Recognised


@singledispatch
def caption(event: Event) -> str:
    """The event in one line. Raises TypeError for what is no event."""
    raise TypeError(f"{type(event).__name__} is no event of a run.")


def place(event: StepEvent) -> str:
    """Which step an event belongs to: "Seed 2" or "Step 3, upwards"."""
    if event.direction == "seed":
        return f"Seed {event.step + 1}"
    if event.direction == "added":
        return f"Click {event.step}"
    return f"Step {event.step}, {event.direction}wards"


@caption.register
def _(event: Located) -> str:
    kept = sum(detection.kept for detection in event.detections)
    text = f"{len(event.detections)} detections, {kept} kept at a score of at least {event.limit_used:.2f}"
    if event.limit_used < event.score_limit:
        text += f", lowered from {event.score_limit:.2f} because no three of them could start"
    return text


@caption.register
def _(event: Seeded) -> str:
    if event.source == "clicked" or event.mean_score is None:
        return f"The induction starts from {len(event.points)} clicked points"
    return f"The induction starts from three neighbours with a mean score of {event.mean_score:.2f}"


@caption.register
def _(event: Proposed) -> str:
    x, y = event.point
    origin = "predicted from three known centroids" if event.known else "detected here"
    if event.direction == "added":
        origin = "clicked by the reader"
    if event.unsure is not None:
        origin = f"a second look turned by {event.turned:.0f}°, since nothing was sure ({event.unsure:.2f} < "
        origin += f"{event.unsure_limit or 0:.2f})"
    return f"{place(event)}: next point ({x:.0f}, {y:.0f}), {origin}; patch of {event.patch.width} px"


@caption.register
def _(event: Segmented) -> str:
    if event.shift is None:
        return f"{place(event)}: the mask is empty"
    text = f"{place(event)}: mask of {event.mask.area} px, centroid moved by {event.shift:.1f} px"
    if event.recentred:
        text += ", patch centred anew"
    if event.outside_share > 0:
        sign = "≤" if event.outside_share <= event.outside_limit else ">"
        text += f"; {event.outside_share:.2f} {sign} {event.outside_limit:.2f} of its place lies outside the film"
    return text


@caption.register
def _(event: Checked) -> str:
    against = f"{'the previous' if event.rule == 'previous' else 'another'} vertebra (no. {event.against + 1})"
    passed = event.value <= event.limit
    sign, verdict = ("≤", "kept") if passed else (">", "rejected")
    return f"{place(event)}: overlap with {against} {event.value:.2f} {sign} {event.limit:.2f}: {verdict}"


@caption.register
def _(event: Classified) -> str:
    return (
        f"{place(event)}: background {event.background:.2f} (limit {event.background_limit:.2f}), "
        f"vertebra {event.vertebra:.2f}, C2 {event.c2:.2f} and S1 {event.s1:.2f} (limit {event.end_limit:.2f})"
    )


@caption.register
def _(event: Decided) -> str:
    if event.verdict == "accepted":
        if event.reason == "by hand":
            return f"{place(event)}: kept by hand, against {overruled_reason(event)}"
        if event.reason == "clicked":
            above = event.value is not None and event.limit is not None and event.value > event.limit
            against = ", against the classifier" if above else ""
            return f"{place(event)}: kept because the reader clicked it{against}: {_held(event)}"
        return f"{place(event)}: kept, background {_held(event)}"
    if event.verdict == "spine end":
        return f"{place(event)}: kept as {event.reason}, the spine's end: {_held(event)}"
    return f"{place(event)}: stopped, {stop_reason(event)}"


def stop_reason(event: Decided) -> str:
    """Why a walk stopped, with value and limit."""
    match event.reason:
        case "overlap":
            return f"overlap {_held(event)}"
        case "background":
            return f"background {_held(event)}"
        case "empty mask":
            return f"mask of {event.value:.0f} px < {event.limit or 0:.0f} px" if event.value else "the mask is empty"
        case "point outside":
            return f"the next point lies {event.value or 0:.0f} px outside the film"
        case "outside the film":
            return f"{_held(event)} of its place lies outside the film"
        case "misplaced end":
            return f"C2 or S1 seen where the spine cannot end: {_held(event)}"
        case "too faint":
            return f"too faint to be outlined: contrast {event.value or 0:.3f} < {event.limit or 0:.3f}"
        case "step limit":
            return f"step limit: {event.value or 0:.0f} > {event.limit or 0:.0f}"
        case "revisited":
            return f"revisited: {event.value or 0:.0f} < {event.limit or 0:.0f} px from a vertebra already found"
        case _:
            return f"{event.reason} {_held(event)}"


def overruled_reason(event: Decided) -> str:
    """What would have ended the walk where the reader went on, with value and limit."""
    if event.overruled in SPINE_ENDS:
        return f"the spine end {event.overruled} {_held(event)}"
    return stop_reason(replace(event, reason=event.overruled or event.reason))


def _held(event: Decided) -> str:
    """A decision's value against its limit."""
    if event.value is None or event.limit is None:
        return ""
    return f"{event.value:.2f} {'>' if event.value > event.limit else '≤'} {event.limit:.2f}"


@caption.register
def _(event: Named) -> str:
    if event.anchor is None:
        return event.note or "No anchor: the names are relative, V1 is the topmost vertebra"
    names = [level.name if level else "beyond" for level in event.levels]
    text = f"Named {names[0]} to {names[-1]}, counted from {event.anchor.level.name}: {event.anchor.source}"
    if event.anchor.probability is not None:
        text += f" with {event.anchor.probability:.2f}"
    return f"{text}. {event.note}" if event.note else text


@caption.register
def _(event: Finished) -> str:
    return f"{len(event.vertebrae)} vertebrae in {event.seconds.get('total', 0.0):.1f} s on {event.device}"


@caption.register
def _(event: Corrected) -> str:
    return f"Corrected by the reader: {event.text}"


@caption.register
def _(event: Mapped) -> str:
    kept = sum(piece.kept for piece in event.pieces)
    far = sum(piece.reason == FAR_FROM_SPINE for piece in event.pieces)
    specks = len(event.pieces) - kept - far
    text = f"Semantic map above {event.limit:.2f}: {kept} pieces"
    if far:
        text += f", {far} far from the spine left out"
    if specks:
        text += f", {specks} specks below {event.least_area:.2f} of the typical area left out"
    box = event.close_view
    return f"{text}; {box.width} x {box.height} px of the film were mapped from nearer too" if box else text


@caption.register
def _(event: Recognised) -> str:
    seen = [
        f"{name} {max(values):.2f} at detection {event.detections[values.index(max(values))] + 1}"
        for name, values in (("C2", event.c2), ("S1", event.s1))
        if values
    ]
    return f"Reference vertebra: most probable are {', '.join(seen) or 'none'} (limit {event.limit:.2f})"


@caption.register
def _(event: Paired) -> str:
    name = f"Detection {event.detection + 1}"
    if event.piece is None:
        return f"{name}: no piece of the map that is still free lies on it; left for the area rule"
    agreement, cover = (
        f"{x:.2f} {'>' if x > event.eta else '≤'} {event.eta:.2f}" for x in (event.agreement, event.cover)
    )
    pair = f"{name} and piece {event.piece + 1}: agreement {agreement}"
    if event.verdict == "merged":
        return f"{pair}: merged"
    end = "detection taken, piece stays" if event.verdict == "taken" else "left for the area rule"
    if event.verdict == "left" and event.cover > event.eta:
        end = f"it lies on a kept mask, {end}"
    return f"{pair}, cover {cover}: {end}"


@caption.register
def _(event: Leftover) -> str:
    name = f"{'Piece' if event.source == 'unet' else 'Detection'} {event.index + 1}"
    return f"{name}, left over: {event.verdict}, {event.reason}"


@caption.register
def _(event: Centred) -> str:
    split = sum(1 / centre.parts for centre in event.centres if centre.parts > 1)
    text = f"{len(event.centres)} centres, {event.spacing:.0f} px apart, after erosion by {event.erosion} px"
    limit = f"larger than {event.split_limit:.1f} times a body there"
    return f"{text}; {split:.0f} split for being {limit}" if split else f"{text}; no piece {limit}"


@caption.register
def _(event: Cutout) -> str:
    parts = ((name, getattr(event, name).area) for name in ("above", "centre", "below"))
    areas = ", ".join(f"{name} {f'{area} px' if area else 'nothing'}" for name, area in parts)
    return f"Cutout {event.index + 1} of {event.box.width} x {event.box.height} px: {areas}"


@caption.register
def _(event: Fused) -> str:
    members = ", ".join(f"{item.cutout + 1} {item.place}" for item in event.couple)
    return (
        f"Fusion {event.order + 1}: {len(event.couple)} of 3 predictions ({members}) agree by {event.agreement:.2f}, "
        f"{event.claimed:.2f} {'≤' if event.claimed <= event.claimed_limit else '>'} {event.claimed_limit:.2f} claimed "
        f"before, votes needed {event.votes}: {event.verdict}{f', {event.reason}' if event.reason else ''}"
    )
