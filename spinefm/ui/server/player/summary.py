"""What a run found, in words and numbers: one row a vertebra, and why each end stopped."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from spinefm.core.levels import Level
from spinefm.methods.base.protocol import Direction
from spinefm.methods.spinefm.events import OVERRULABLE, Decided
from spinefm.methods.spinefm.reasons import at_film_end, reason_words
from spinefm.methods.spinefm.state import stops
from spinefm.trace.doubt import doubtful
from spinefm.trace.model import Corrected, Named, Vertebra, counting_order, result
from spinefm.trace.registry import Event

Row = dict[str, Any]


def ends(events: Sequence[Event]) -> list[Row]:
    """Why each direction stopped: direction, verdict, text and the step, and whether the reader can go on from it.

    The verdict is "film end" where the induction came to the edge of the film, which is no failure.
    """
    return [
        {
            "direction": direction,
            "verdict": "film end" if at_film_end(event) else event.verdict,
            "step": event.step,
            "text": reason_words(event),
            "open": is_open(event),
        }
        for direction, event in sorted(stops(events).items(), key=lambda item: item[0], reverse=True)
    ]


def is_open(event: Decided) -> bool:
    """Whether the reader can go on past this end."""
    return event.verdict == "spine end" or event.reason in OVERRULABLE


def vertebra_rows(events: Sequence[Event]) -> list[Row]:
    """The table of a finished run, from the top: its vertebrae, and the rejected candidates above and below them."""
    found = result(events)
    ended = stops(events)
    at_end = {event.vertebra: (side, event) for side, event in ended.items() if event.vertebra is not None}
    named = [event for event in events if isinstance(event, (Named, Corrected))][-1:]
    anchor = named[0].anchor.vertebra if named and named[0].anchor else None
    locked = named[0].locked if named and isinstance(named[0], Corrected) else ()
    edited = {v.number for e in events if isinstance(e, Corrected) and e.action == "reshape" for v in e.added}
    marks: dict[str, set[int | None]] = {"anchor": {anchor}, "locked": {*locked}, "edited": {*edited}}
    rows = [_row(v, at_end.get(v.number)) | {name: v.number in whose for name, whose in marks.items()} for v in found]
    order = counting_order(events)
    above = [_missing(ended["up"], found, -1, order)] if found and _is_missing(ended.get("up")) else []
    below = [_missing(ended["down"], found, 1, order)] if found and _is_missing(ended.get("down")) else []
    return above + rows + below


def _row(vertebra: Vertebra, end: tuple[Direction, Decided] | None) -> Row:
    direction, event = end or (None, None)
    return {
        "number": vertebra.number,
        "name": vertebra.name,
        "found": True,
        "direction": direction,
        "open": event is not None and is_open(event),
        "probability": vertebra.probability,
        "doubtful": doubtful(vertebra),
        "area": vertebra.mask.area,
        "stop": reason_words(event) if event else "",
    }


def _is_missing(event: Decided | None) -> bool:
    return event is not None and event.vertebra is None


def _missing(event: Decided, vertebrae: Sequence[Vertebra], offset: int, order: Sequence[Level]) -> Row:
    """The row of the candidate that `event` rejected beyond the last vertebra of its direction."""
    last = vertebrae[0 if offset < 0 else -1].level if vertebrae else None
    return {
        "number": None,
        "name": _neighbour(last, offset, order) or ("above" if offset < 0 else "below"),
        "found": False,
        "in_view": event.reason != "point outside",
        "anchor": False,
        "locked": False,
        "probability": None,
        "doubtful": False,
        "direction": event.direction,
        "open": is_open(event),
        "step": event.step,
        "stop": reason_words(event),
    }


def _neighbour(level: Level | None, offset: int, order: Sequence[Level]) -> str | None:
    """The name next to `level` in the order of names, or None where there is none."""
    if level is None:
        return None
    index = order.index(level) + offset
    return order[index].name if 0 <= index < len(order) else None
