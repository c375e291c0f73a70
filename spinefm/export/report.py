"""The report: film, versions, weights, settings and times of a run, the anchor of its names and why it stopped."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from spinefm import __version__
from spinefm.export.subject import notes_of
from spinefm.measure import Measures, attempt
from spinefm.methods.base.decisions import Decision
from spinefm.methods.decisions import decisions_of
from spinefm.trace.model import Anchor, Named, Reading, Trace

REPORT_SCHEMA = 1
"""Version of the report's layout."""


def report(trace: Trace, measures: Measures | None = None, sha256: str | None = None) -> dict[str, Any]:
    """The report of a finished `trace`, ready for JSON. Raises ValueError for an unfinished one.

    `measures` are those of the trace; without them they are computed. `sha256` is that of the film's file.
    """
    finished = trace.finished
    if finished is None:
        raise ValueError("The run did not finish, so there is nothing to report; run the film again.")
    return {
        "schema": REPORT_SCHEMA,
        "notice": "Research only, not a medical device.",
        "spinefm": __version__,
        "method": trace.method,
        "film": asdict(trace.film) | {"sha256": sha256},
        "vertebrae": [vertebra.name for vertebra in trace.vertebrae],
        "anchor": _anchor(trace.anchor),
        "readings": _readings(trace),
        "measures": _measures(measures or attempt(trace)),
        "stops": {direction: _stop(end) for direction, end in decisions_of(trace.events).ends.items()},
        "notes": notes_of(trace),
        "corrections": [{"action": event.action, "text": event.text} for event in trace.corrections],
        "settings": dict(trace.settings),
        "seconds": {stage: round(seconds, 4) for stage, seconds in finished.seconds.items()},
        "device": finished.device,
        "bundle": finished.bundle,
        "checksums_sha256": dict(finished.checksums),
        "versions": dict(finished.versions),
    }


def _anchor(anchor: Anchor | None) -> dict[str, Any] | None:
    if anchor is None:
        return None
    return {"level": anchor.level.name, "source": anchor.source, "probability": anchor.probability}


def _readings(trace: Trace) -> list[dict[str, Any]]:
    """The likeliest namings of a run, where it weighed them."""
    named = next(trace.of(Named), None)
    return [_reading(one) for one in (named.best, named.second) if one] if named else []


def _reading(reading: Reading) -> dict[str, Any]:
    """One of the likeliest namings, from the top; null for a thirteenth thoracic vertebra."""
    names = [level.name if level else None for level in reading.levels]
    return {"vertebrae": names, "probability": reading.probability, "variant": reading.variant}


def _measures(measures: Measures) -> dict[str, Any]:
    """What the measures in measures.csv rest on."""
    facing = measures.facing
    return {
        "facing": facing.side,
        "facing_probability": round(facing.probability, 4),
        "facing_source": facing.source,
        "spacing_mm": measures.spacing_mm,
        "spacing_source": measures.spacing_source,
        "not_upright": measures.not_upright or None,
        "failure": measures.failure or None,
        "moved_by_hand": {one.name: list(one.by_hand) for one in measures.landmarks if one.by_hand},
        "measured": len(measures.measured),
        "not_measurable": len(measures.values) - len(measures.measured),
    }


def _stop(end: Decision) -> dict[str, Any]:
    return {
        "verdict": end.verdict,
        "reason": end.reason,
        "step": end.step,
        "value": end.value,
        "limit": end.limit,
    }
