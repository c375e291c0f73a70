"""The landmarks and measures of a finished run as plain data: the browser recomputes from them what the reader changes.

The measures of both facings are sent, so that turning the facing needs no question to the server. Lengths are in
pixels: the browser multiplies by the millimetres per pixel, the film's or those calibrated by hand.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np

from spinefm.export.measures import DIGITS
from spinefm.imaging.decoded import SPACING_RANGE
from spinefm.imaging.radiograph import Radiograph
from spinefm.measure import Landmarks, Measure, MeasureConfig, Measures, attempt
from spinefm.measure.assemble import rotated
from spinefm.measure.bodies import DENS, FUSED, NO_BODY
from spinefm.measure.model import Facing
from spinefm.measure.shape import shapes
from spinefm.methods.base.events import Viewed
from spinefm.trace.model import Trace, Vertebra

Payload = dict[str, Any]

ROOT_DIGITS = 5
"""Decimals of how errors of landmarks go together, where an error has size 1."""
FACINGS: tuple[Facing, ...] = ("left", "right")


def measures_payload(trace: Trace, film: Radiograph | None = None) -> Payload | None:
    """What the tab Measures shows of a finished run; None for a run that found nothing.

    film: the film of the run; with it, bodies that the collimator cuts are recognised.
    """
    if not trace.vertebrae:
        return None
    guessed = attempt(trace, spacing=1.0, film=film)
    side = guessed.facing.side
    known: dict[str, Measures] = {one: guessed if one == side else attempt(trace, one, 1.0, film) for one in FACINGS}
    if side is None:
        known["unknown"] = guessed
    return {
        "facing": {"side": side, "probability": round(guessed.facing.probability, 6), "source": guessed.facing.source},
        "spacing": None if trace.film.spacing_mm is None else _scale(trace),
        "notUpright": guessed.not_upright,
        "rotated": rotated(next(trace.of(Viewed), None)),
        "limits": limits_payload(MeasureConfig()),
        "scales": list(SPACING_RANGE),
        "fixed": [NO_BODY, DENS, FUSED],
        "references": references(known.values()),
        "sides": {name: side_payload(one, trace.vertebrae) for name, one in known.items()},
    }


def limits_payload(config: MeasureConfig) -> Payload:
    """What the formulas and the ± of moved landmarks need: limits, how many draws, and per kind of body its errors."""
    return {
        "genant_limits": list(config.genant_limits),
        "slip_limit": config.slip_limit,
        "neck_slip_limit": config.neck_slip_limit,
        "grade_probability": config.grade_probability,
        "most_uncertainty": config.most_uncertainty,
        "doubt_factor": config.doubt_factor,
        "resamples": config.resamples,
        "roots": {kind: np.round(one.root, ROOT_DIGITS).tolist() for kind, one in shapes().items()},
    }


def _scale(trace: Trace) -> Payload:
    return {"mm": trace.film.spacing_mm, "source": trace.film.spacing_source or "the file"}


def side_payload(measures: Measures, vertebrae: Sequence[Vertebra]) -> Payload:
    """The bodies with their landmarks, and all measures by key and levels, of one facing."""
    bodies = zip(measures.landmarks, vertebrae, strict=True)
    return {
        "bodies": [body_payload(one, vertebra.number) for one, vertebra in bodies],
        "values": {name_of(one): value_payload(one) for one in measures},
    }


def body_payload(one: Landmarks, number: int) -> Payload:
    """A body: number in the run, names, six landmarks [x, y] or none, why an endplate is out, expected error in px.

    in_trunk: whether a body without a level is thoracic or lumbar. redrawn: whether a reader edited its outline.
    """
    return {
        "number": number,
        "name": one.name,
        "level": one.level.name if one.level else None,
        "points": [[round(x, 4), round(y, 4)] for x, y in one.points],
        "superior": one.superior,
        "inferior": one.inferior,
        "spread": round(one.spread, 6),
        "in_trunk": one.in_trunk,
        "redrawn": one.redrawn,
    }


def value_payload(one: Measure) -> Payload:
    """A measure's value, ±, grade, doubt and confidence, or the reason why there is none."""
    if one.value is None:
        return {"reason": one.reason}
    digits = DIGITS[one.unit]
    return {
        "value": round(one.value, digits),
        "plus": None if one.uncertainty is None else round(one.uncertainty, digits),
        "grade": one.grade,
        "doubt": one.doubt,
        "sure": None if one.confidence is None else round(one.confidence, 4),
    }


def references(known: Iterable[Measures]) -> Payload:
    """What is usual, by key and levels, of those measures that have a reference."""
    return {
        name_of(one): {"low": ref.low, "high": ref.high, "text": ref.text, "source": ref.source}
        for measures in known
        for one in measures
        if (ref := one.reference) is not None
    }


def name_of(one: Measure) -> str:
    """The key and the levels of a measure, as the browser looks it up."""
    return " ".join((one.key, *one.levels))
