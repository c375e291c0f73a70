"""One line of text for the events that several methods share."""

from __future__ import annotations

from spinefm.core.numbers import below, told_apart
from spinefm.methods.base.events import FAR_FROM_SPINE, Located, Mapped, Viewed
from spinefm.trace.registry import Captions


def _viewed(event: Viewed) -> str:
    verdict = "" if event.lateral >= event.lateral_limit else ": not a lateral spine film"
    distance, distance_limit = told_apart(event.distance, event.distance_limit)
    upright = "upright" if event.turn == 0 else f"to be rotated clockwise by {90 * event.turn}°"
    return (
        f"Looks {event.view} ({event.views[event.view]:.2f}); lateral {below(event.lateral, event.lateral_limit)}"
        f"{verdict}; {upright} ({event.turn_probability:.2f}), facing {event.facing} "
        f"({event.facing_probability:.2f}); distance from lateral films {distance} (limit {distance_limit})"
    )


def _located(event: Located) -> str:
    kept = sum(detection.kept for detection in event.detections)
    text = f"{len(event.detections)} detections, {kept} kept at a score of at least {event.limit_used:.2f}"
    if event.limit_used < event.score_limit:
        text += f", lowered from {event.score_limit:.2f} because no three of them could start"
    return text


def _mapped(event: Mapped) -> str:
    kept = sum(piece.kept for piece in event.pieces)
    far = sum(piece.reason == FAR_FROM_SPINE for piece in event.pieces)
    specks = len(event.pieces) - kept - far
    text = f"Semantic map above {event.limit:.2f}: {kept} pieces"
    if far:
        text += f", {far} far from the spine left out"
    if specks:
        text += f", {specks} specks below {event.least_area:.2f} of the typical area left out"
    box = event.close_view
    return f"{text}; {box.width} x {box.height} px of the film were mapped again, enlarged" if box else text


CAPTIONS: Captions = {
    Viewed: _viewed,
    Located: _located,
    Mapped: _mapped,
}
