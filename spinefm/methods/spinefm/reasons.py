"""Why a direction ended, in the words and percentages of the page."""

from __future__ import annotations

from spinefm.core.numbers import percent_with_limit
from spinefm.methods.spinefm.captions import stop_reason
from spinefm.methods.spinefm.events import FILM_ENDS, SPINE_ENDS, Decided


def at_film_end(event: Decided) -> bool:
    """Whether the induction came to the edge of the film, which is no failure; at a starting point it is one."""
    return event.verdict == "stopped" and event.direction in ("up", "down") and event.reason in FILM_ENDS


def reason_words(event: Decided) -> str:
    """Why a direction ended, e.g. "background 91 % (limit 50 %)" or "spine end C2, 98 % (limit 50 %)"."""
    if event.reason in SPINE_ENDS and event.value is not None and event.limit is not None:
        return f"spine end {event.reason}, {percent_with_limit(event.value, event.limit)}"
    return stop_reason(event)
