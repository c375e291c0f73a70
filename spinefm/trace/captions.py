"""One line of plain text for every event of a run: those of every method here, a method's own in its package."""

from __future__ import annotations

from spinefm.core.numbers import percent
from spinefm.core.words import counted
from spinefm.trace.model import Corrected, Finished, Named
from spinefm.trace.registry import EVENTS, Captions, Event


def _named(event: Named) -> str:
    if event.anchor is None:
        return event.note or "No anchor: the names are relative, V1 is the topmost vertebra"
    names = [level.name for level in event.levels if level is not None]
    text = f"Named {names[0]} to {names[-1]}, counted from {event.anchor.level.name}: {event.anchor.source}"
    if event.anchor.probability is not None:
        text += f" with {percent(event.anchor.probability)}"
    return f"{text}. {event.note}" if event.note else text


def _finished(event: Finished) -> str:
    found = counted(len(event.vertebrae), "vertebra", "vertebrae")
    return f"{found} in {event.seconds.get('total', 0.0):.1f} s on {event.device}"


def _corrected(event: Corrected) -> str:
    return f"Corrected by the reader: {event.text}"


CAPTIONS: Captions = {
    Named: _named,
    Finished: _finished,
    Corrected: _corrected,
}


def register_events() -> None:
    """Enter the events of this package in the registry."""
    EVENTS.register(CAPTIONS)


def caption(event: Event) -> str:
    """The event in one line. Raises TypeError for what is no event."""
    return EVENTS.caption(event)
