"""What a run found, in words and numbers: one row a vertebra, and why each end stopped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from spinefm.anatomy import COUNTED, Level
from spinefm.captions import stop_reason
from spinefm.trace import Decided, Direction, Event, Finished, Named, Seeded, Vertebra

Row = dict[str, Any]

SPINE_ENDS: dict[str, Direction] = {"C2": "up", "S1": "down"}
"""The direction that each end of the spine stops."""


def stops(events: Sequence[Event]) -> dict[Direction, Decided]:
    """For each direction, the decision that ended it; a starting point at a spine end stops the walk beyond it."""
    starts = [index for index, event in enumerate(events) if isinstance(event, Seeded)]
    found: dict[Direction, Decided] = {}
    for event in events[starts[-1] if starts else 0 :]:
        if isinstance(event, Decided) and event.verdict != "accepted":
            direction = SPINE_ENDS.get(event.reason) if event.direction == "seed" else event.direction
            if direction is not None:
                found[direction] = event
    return found


def reason_text(event: Decided) -> str:
    """Why a direction ended, with value and limit, e.g. "background 0.91 > 0.50"."""
    text = stop_reason(event)
    return f"spine end {text}" if event.verdict == "spine end" else text


def ends(events: Sequence[Event]) -> list[Row]:
    """Why each direction stopped: direction, verdict, text and the step."""
    return [
        {"direction": direction, "verdict": event.verdict, "step": event.step, "text": reason_text(event)}
        for direction, event in sorted(stops(events).items(), key=lambda item: item[0], reverse=True)
    ]


def vertebra_rows(events: Sequence[Event]) -> list[Row]:
    """The table of a finished run, from the top: its vertebrae, and the rejected candidates above and below them."""
    finished = next((event for event in events if isinstance(event, Finished)), None)
    if finished is None:
        return []
    anchors = {event.anchor.vertebra for event in events if isinstance(event, Named) and event.anchor}
    ended = stops(events)
    at_end = {event.vertebra: event for event in ended.values() if event.vertebra is not None}
    rows = [_row(vertebra, anchors, at_end.get(vertebra.number)) for vertebra in finished.vertebrae]
    above = [_missing(ended["up"], finished.vertebrae, -1)] if _is_missing(ended.get("up")) else []
    below = [_missing(ended["down"], finished.vertebrae, 1)] if _is_missing(ended.get("down")) else []
    return above + rows + below


def _row(vertebra: Vertebra, anchors: set[int], end: Decided | None) -> Row:
    return {
        "number": vertebra.number,
        "name": vertebra.name,
        "found": True,
        "anchor": vertebra.number in anchors,
        "probability": vertebra.probability,
        "area": vertebra.mask.area,
        "stop": reason_text(end) if end else "",
    }


def _is_missing(event: Decided | None) -> bool:
    return event is not None and event.vertebra is None


def _missing(event: Decided, vertebrae: Sequence[Vertebra], offset: int) -> Row:
    """The row of the candidate that `event` rejected beyond the last vertebra of its direction."""
    last = vertebrae[0 if offset < 0 else -1].level if vertebrae else None
    return {
        "number": None,
        "name": _neighbour(last, offset) or ("above" if offset < 0 else "below"),
        "found": False,
        "anchor": False,
        "probability": None,
        "direction": event.direction,
        "step": event.step,
        "stop": reason_text(event),
    }


def _neighbour(level: Level | None, offset: int) -> str | None:
    """The name next to `level`, or None where there is none."""
    if level is None or level not in COUNTED:
        return None
    index = COUNTED.index(level) + offset
    return COUNTED[index].name if 0 <= index < len(COUNTED) else None
