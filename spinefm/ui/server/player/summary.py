"""What a run found, in words and numbers: one row a vertebra, and why each end stopped."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from spinefm.core.levels import Level
from spinefm.core.numbers import percent
from spinefm.methods.base.decisions import Decision
from spinefm.methods.base.protocol import Direction
from spinefm.methods.decisions import decisions_of
from spinefm.trace.model import Corrected, Finished, Named, Vertebra, counting_order, redrawn, result
from spinefm.trace.registry import Event
from spinefm.ui.server.corrections import BEFORE

Row = dict[str, Any]
MOST_SURE = 0.999
"""A probability of names that was rounded up to 1 is none: no reading of a film is certain."""


def ends(events: Sequence[Event]) -> list[Row]:
    """Why each direction stopped: direction, verdict, text and the step, and whether the reader can go on from it.

    The verdict is "film end" where the induction came to the edge of the film, which is no failure. An end at a
    vertebra that the reader deleted is none.
    """
    gone = _deleted(events)
    return [
        {
            "direction": direction,
            "verdict": "film end" if end.at_film_end else end.verdict,
            "step": end.step,
            "text": end.words,
            "open": end.resumable,
        }
        for direction, end in sorted(decisions_of(events).ends.items(), key=lambda item: item[0], reverse=True)
        if end.vertebra not in gone
    ]


def _deleted(events: Sequence[Event]) -> set[int | None]:
    """Numbers of the vertebrae that the run ended with and the reader deleted."""
    found: set[int | None] = {one.number for event in events if isinstance(event, Finished) for one in event.vertebrae}
    return found - {vertebra.number for vertebra in result(events)}


def names_sure(events: Sequence[Event]) -> str:
    """How sure a finished run is of its names, given or withheld; empty where it says nothing of them.

    It does not hold for names, or of vertebrae, that the reader changed.
    """
    named = next((event for event in events if isinstance(event, Named)), None)
    if named is None or named.best is None or not result(events):
        return ""
    corrected = [event for event in events if isinstance(event, Corrected)][-1:]
    if any(_naming(event) != _naming(named) for event in corrected):
        return ""
    sure = percent(min(named.best.probability, MOST_SURE))
    if named.anchor is None:
        return f"names withheld: {named.best.span} would be {sure} sure"
    return f"names {replace(named.best, levels=named.levels).span}, {sure} sure"


def _naming(event: Named | Corrected) -> tuple[object, ...]:
    return event.vertebrae, event.levels, event.anchor


def vertebra_rows(events: Sequence[Event], unsure: Collection[int] = ()) -> list[Row]:
    """The table of a finished run, from the top: its vertebrae, and the rejected candidates above and below them.

    unsure: the numbers of those that are doubtful.
    """
    found = result(events)
    ended = decisions_of(events).ends
    at_end = {end.vertebra: (side, end) for side, end in ended.items() if end.vertebra is not None}
    named = [event for event in events if isinstance(event, (Named, Corrected))][-1:]
    locked = named[0].locked if named and isinstance(named[0], Corrected) else ()
    marks: dict[str, set[int | None]] = {"anchor": _anchors(named), "locked": {*locked}, "edited": {*redrawn(events)}}
    rows = [
        _row(v, at_end.get(v.number), v.number in unsure) | {name: v.number in whose for name, whose in marks.items()}
        for v in found
    ]
    order = counting_order(events)
    above = [_missing(ended["up"], found, -1, order)] if found and _is_missing(ended.get("up")) else []
    below = [_missing(ended["down"], found, 1, order)] if found and _is_missing(ended.get("down")) else []
    return above + rows + below


def _anchors(named: Sequence[Named | Corrected]) -> set[int | None]:
    """The vertebra from which the names last given were counted; none where the reader deleted it."""
    return {event.anchor.vertebra for event in named if event.anchor and event.anchor.source != BEFORE}


def _row(vertebra: Vertebra, ended: tuple[Direction, Decision] | None, is_doubtful: bool) -> Row:
    direction, end = ended or (None, None)
    return {
        "number": vertebra.number,
        "name": vertebra.name,
        "found": True,
        "direction": direction,
        "open": end is not None and end.resumable,
        "probability": vertebra.probability,
        "doubtful": is_doubtful,
        "area": vertebra.mask.area,
        "stop": end.words if end else "",
    }


def _is_missing(end: Decision | None) -> bool:
    return end is not None and end.vertebra is None


def _missing(end: Decision, vertebrae: Sequence[Vertebra], offset: int, order: Sequence[Level]) -> Row:
    """The row of the candidate that `end` rejected beyond the last vertebra of its direction."""
    last = vertebrae[0 if offset < 0 else -1].level if vertebrae else None
    return {
        "number": None,
        "name": _neighbour(last, offset, order) or ("above" if offset < 0 else "below"),
        "found": False,
        "in_view": end.in_view,
        "anchor": False,
        "locked": False,
        "probability": None,
        "doubtful": False,
        "direction": end.direction,
        "open": end.resumable,
        "step": end.step,
        "stop": end.words,
    }


def _neighbour(level: Level | None, offset: int, order: Sequence[Level]) -> str | None:
    """The name next to `level` in the order of names, or None where there is none."""
    if level is None:
        return None
    index = order.index(level) + offset
    return order[index].name if 0 <= index < len(order) else None
