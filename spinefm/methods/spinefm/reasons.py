"""Why a direction ended, and what the bodies may be called, in the words and percentages of the page."""

from __future__ import annotations

from spinefm.core.numbers import percent, percents
from spinefm.methods.spinefm.captions import stop_reason
from spinefm.methods.spinefm.events import FILM_ENDS, SPINE_ENDS, Decided
from spinefm.trace.model import Reading

SHARES = ("overlap", "background")
"""Reasons whose value is a share or a probability, written in percent after their name."""


def in_words(reading: Reading) -> str:
    """A reading in a few words, as "T12 to S1 (83 %)"."""
    variant = f"{reading.variant}, " if reading.variant else ""
    return f"{reading.span} ({variant}{percent(reading.probability)})"


def at_film_end(event: Decided) -> bool:
    """Whether the induction came to the edge of the film, which is no failure; at a starting point it is one."""
    return event.verdict == "stopped" and event.direction in ("up", "down") and event.reason in FILM_ENDS


def reason_words(event: Decided) -> str:
    """Why a direction ended, e.g. "background 91 % (limit 50 %)" or "spine end C2, 98 % (limit 50 %)"."""
    if event.value is None or event.limit is None:
        return stop_reason(event)
    value, limit = percents(event.value, event.limit)
    held = f"{value} (limit {limit})"
    if event.reason in SPINE_ENDS:
        return f"spine end {event.reason}, {held}"
    if event.reason in SHARES:
        return f"{event.reason} {held}"
    if event.reason == "outside the film":
        return f"{held} of its place lies outside the film"
    if event.reason == "misplaced end":
        return f"C2 or S1 seen where the spine cannot end: {held}"
    return stop_reason(event)
