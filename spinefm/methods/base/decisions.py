"""How a run decided, step by step, in terms that every method shares: what page, tables and evaluation read of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from spinefm.methods.base.protocol import Direction
from spinefm.trace.registry import Event

Verdict = Literal["accepted", "spine end", "stopped"]


@dataclass(frozen=True)
class Decision:
    """How one step of a run ended.

    Attributes:
        event: the index of its event in the run.
        attempt: how many sets of starting points the run had tried by then.
        direction: where the step belongs, `step` its number there.
        verdict: "spine end" keeps a vertebra and ends a direction.
        reason: as tables and reports have it, e.g. "background".
        words: the reason with what decided, e.g. "background 91 % (limit 50 %)"; by hand, what the reader overruled.
        value: what was compared with `limit`, where there is one.
        vertebra: the number of the vertebra that was kept, if any.
        by_hand: whether the reader went on past `words`.
        at_film_end: whether the film ends there, which is no failure.
        resumable: whether the reader can go on past it.
        in_view: whether there was a place on the film to look at.
    """

    event: int
    attempt: int
    direction: Direction
    step: int
    verdict: Verdict
    reason: str
    words: str
    value: float | None
    limit: float | None
    vertebra: int | None
    by_hand: bool = False
    at_film_end: bool = False
    resumable: bool = False
    in_view: bool = True


@dataclass(frozen=True)
class Decisions:
    """All decisions of a run in order, and for each direction that ended the one that ended it."""

    steps: tuple[Decision, ...] = ()
    ends: Mapping[Direction, Decision] = field(default_factory=dict)


def no_decisions(_: Sequence[Event]) -> Decisions:
    """Of a method that goes no steps."""
    return Decisions()
