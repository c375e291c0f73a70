"""One line of text for the events that several methods share."""

from __future__ import annotations

from spinefm.core.numbers import percent, percent_with_limit, told_apart
from spinefm.core.words import counted
from spinefm.methods.base.events import FAR_FROM_SPINE, Located, Mapped, Viewed
from spinefm.trace.registry import Captions


def _viewed(event: Viewed) -> str:
    verdict = "" if event.lateral >= event.lateral_limit else ": not a lateral spine film"
    distance, distance_limit = told_apart(event.distance, event.distance_limit)
    upright = "upright" if event.turn == 0 else f"to be rotated clockwise by {90 * event.turn}°"
    lateral = percent_with_limit(event.lateral, event.lateral_limit)
    return (
        f"Looks {event.view} ({percent(event.views[event.view])}); lateral {lateral}"
        f"{verdict}; {upright} ({percent(event.turn_probability)}), facing {event.facing} "
        f"({percent(event.facing_probability)}); distance from lateral films {distance} (limit {distance_limit})"
    )


def _located(event: Located) -> str:
    kept = sum(detection.kept for detection in event.detections)
    text = (
        f"{counted(len(event.detections), 'detection')}, {kept} kept at a score of at least {percent(event.limit_used)}"
    )
    if event.limit_used < event.score_limit:
        text += f", lowered from {percent(event.score_limit)} because no three of them could start"
    return text


def _mapped(event: Mapped) -> str:
    kept = sum(piece.kept for piece in event.pieces)
    far = sum(piece.reason == FAR_FROM_SPINE for piece in event.pieces)
    specks = len(event.pieces) - kept - far
    text = f"Semantic map above {event.limit:.2f}: {counted(kept, 'piece')}"
    if far:
        text += f", {far} far from the spine left out"
    if specks:
        text += f", {counted(specks, 'speck')} below {event.least_area:.2f} of the typical area left out"
    box = event.close_view
    return f"{text}; {box.width} x {box.height} px of the film were mapped again, enlarged" if box else text


CAPTIONS: Captions = {
    Viewed: _viewed,
    Located: _located,
    Mapped: _mapped,
}
