"""How sure a run is of its outlines, where its method says so, and which of them are doubtful.

SpineFM's probability is that of a good outline. A detector's score, a map's mean value and the classifier's share of no
background say that there is a vertebra; how its outline lies they do not say, so no doubt about it follows from them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from spinefm.methods.registry import specs
from spinefm.trace.doubt import DOUBT
from spinefm.trace.model import Setting, Trace, Vertebra


def promised_outline(method: str, settings: Mapping[str, Setting]) -> float | None:
    """The Dice above which an outline is what a body's probability promises; None where it promises no outline."""
    spec = specs().get(method)
    return spec.promised_dice(settings) if spec else None


def promises_outlines(trace: Trace) -> bool:
    """Whether the probabilities of a run are those of good outlines."""
    return promised_outline(trace.method, trace.settings) is not None


def with_outline_probability(trace: Trace) -> tuple[Vertebra, ...]:
    """The vertebrae of a run with the probability of a good outline; with none where its method promises no outline."""
    if promises_outlines(trace):
        return trace.vertebrae
    return tuple(replace(vertebra, probability=None) for vertebra in trace.vertebrae)


def doubtful(trace: Trace) -> frozenset[int]:
    """The numbers of the vertebrae of whose outline the method is less sure than it should be."""
    sure = ((vertebra.number, vertebra.probability) for vertebra in with_outline_probability(trace))
    return frozenset(number for number, share in sure if share is not None and share < DOUBT)
