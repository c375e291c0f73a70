"""A run's decisions, told by the method that took them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache

from spinefm.methods.base.decisions import Decisions
from spinefm.methods.registry import specs
from spinefm.trace.registry import Event


def decisions_of(events: Sequence[Event]) -> Decisions:
    """The decisions of a run in order: a vertebra may come to the run of one method by a step of another."""
    told = [spec.decisions(events) for spec in specs().values()]
    steps = sorted((step for one in told for step in one.steps), key=lambda step: step.event)
    return Decisions(tuple(steps), {direction: end for one in told for direction, end in one.ends.items()})


@cache
def stop_words() -> Mapping[str, str]:
    """Why a direction ended, after "until", by the reason that tables have, of every method."""
    return {reason: words for spec in specs().values() for reason, words in spec.stop_words.items()}
