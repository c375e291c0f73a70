"""SpineFM's decisions as page, tables and evaluation read them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from spinefm.methods.base.decisions import Decision, Decisions
from spinefm.methods.spinefm.captions import overruled_reason
from spinefm.methods.spinefm.events import OVERRULABLE, Decided, Seeded
from spinefm.methods.spinefm.reasons import at_film_end, reason_words
from spinefm.methods.spinefm.state import stops
from spinefm.trace.registry import Event

STOP_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "C2": "C2, the top",
        "S1": "S1, the bottom",
        "point outside": "the edge of the film",
        "outside the film": "a vertebra cut off by the edge",
        "overlap": "an overlap with another vertebra",
        "background": "a place that looks like background",
        "empty mask": "a place with nothing to outline",
        "too faint": "a vertebra too faint to outline",
        "misplaced end": "C2 or S1 in the wrong place",
        "revisited": "a vertebra found before",
        "step limit": "the largest number of steps",
    }
)
"""Why an induction ended, after "until"."""


def decisions(events: Sequence[Event]) -> Decisions:
    """The decisions of a run; events of other methods change nothing."""
    steps: list[Decision] = []
    attempt = 0
    for index, event in enumerate(events):
        if isinstance(event, Seeded):
            attempt += 1
        elif isinstance(event, Decided):
            steps.append(_decision(index, attempt, event))
    ended = stops(events)
    ends = {way: step for way, stop in ended.items() for step in steps if events[step.event] is stop}
    return Decisions(tuple(steps), ends)


def _decision(index: int, attempt: int, event: Decided) -> Decision:
    by_hand = event.reason == "by hand"
    return Decision(
        event=index,
        attempt=attempt,
        direction=event.direction,
        step=event.step,
        verdict=event.verdict,
        reason=event.reason,
        words=overruled_reason(event) if by_hand else reason_words(event),
        value=event.value,
        limit=event.limit,
        vertebra=event.vertebra,
        by_hand=by_hand,
        at_film_end=at_film_end(event),
        resumable=event.verdict == "spine end" or event.reason in OVERRULABLE,
        in_view=event.reason != "point outside",
    )
