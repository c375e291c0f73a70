"""The event of a trace that explains a row of the evaluation."""

from __future__ import annotations

from spinefm.core.geometry import Point
from spinefm.methods.base.events import Located
from spinefm.methods.decisions import decisions_of
from spinefm.trace.model import Named, Trace


def event_of_vertebra(trace: Trace, number: int) -> int | None:
    """The last event that accepted a vertebra; a run that restarts accepts it again."""
    indices = [step.event for step in decisions_of(trace.events).steps if step.vertebra == number]
    return indices[-1] if indices else None


def event_of_names(trace: Trace) -> int | None:
    """The event in which names were given."""
    return next((index for index, event in enumerate(trace.events) if isinstance(event, Named)), None)


def event_of_miss(trace: Trace, point: Point) -> int | None:
    """The event that explains why no mask lies at `point`.

    Beyond the last vertebra of a direction it is the decision that ended it; between vertebrae, or where nothing was
    found, it is the detector's.
    """
    located = next((index for index, event in enumerate(trace.events) if isinstance(event, Located)), None)
    centroids = [vertebra.centroid for vertebra in trace.vertebrae]
    if not centroids:
        return located
    ends = decisions_of(trace.events).ends
    if point.y < min(centroid.y for centroid in centroids):
        stop = ends.get("up")
    elif point.y > max(centroid.y for centroid in centroids):
        stop = ends.get("down")
    else:
        stop = None
    return located if stop is None else stop.event
