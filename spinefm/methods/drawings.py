"""A run's events as beats, drawn by its method."""

from __future__ import annotations

from collections.abc import Iterable

from spinefm.methods.base.drawing import Drawing, Verb
from spinefm.methods.registry import specs
from spinefm.trace.primitives import Beat
from spinefm.trace.registry import Event


def verbs_of(method: str) -> tuple[Verb, ...]:
    """What the method called `method` does, in order; nothing for one that does not say."""
    return drawing_of(method).VERBS


def drawing_of(method: str) -> Drawing:
    """The drawing of the method called `method`, at the start of a run; of an unknown one names and result alone."""
    spec = specs().get(method)
    return Drawing() if spec is None else spec.drawing()


def beats_of(method: str, events: Iterable[Event]) -> list[tuple[Beat, ...]]:
    """The beats of each event of a run."""
    drawing = drawing_of(method)
    return [drawing.beats(event) for event in events]
