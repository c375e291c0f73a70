"""The measures of a film from its run beside those of its truth: one row each, kept per film.

Angles over several levels, slopes and offsets are compared under the names that the method gave, as a reader takes
them; what belongs to a body or a disc follows the body itself, whatever its name.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass, fields
from typing import get_args

from spinefm.core.foreign import json_of
from spinefm.data import Case
from spinefm.evaluation.assignment import one_to_one
from spinefm.evaluation.truth_landmarks import truth_landmarks
from spinefm.imaging.radiograph import Radiograph
from spinefm.measure import Facing, FacingGuess, Landmarks, Measure, MeasureConfig, Measures, measure, measure_landmarks
from spinefm.measure.assemble import not_upright
from spinefm.measure.facing import guess
from spinefm.methods.base.events import Viewed
from spinefm.trace.model import Trace

BY_NAME = ("alignment", "offset", "pelvis")
"""Groups compared under the names that the method gave, but for segmental angles."""
NOT_FOUND = "not found"
"""Why a measure is missing where one of its bodies was not found."""
DIGITS = 4
EXACT = MeasureConfig(resamples=20, facing_probability=0.5)
"""True landmarks are known exactly, so few draws of them suffice, and the likelier side is the truth's."""
Known = dict[tuple[str, tuple[str, ...]], Measure]
"""Measures by key and levels."""


@dataclass(frozen=True)
class ComparedMeasure:
    """One measure of one film, of the true levels `levels` ("L4-L5").

    true: from the truth, None where that does not give it. value: from the run, None where it was not measurable;
    `reason` says why, or why a value is doubtful. uncertainty: half the width of the value's 95 % interval.
    """

    key: str
    levels: str
    unit: str
    true: float | None
    value: float | None
    uncertainty: float | None
    confidence: float | None
    doubtful: bool
    reason: str


def measured(case: Case, trace: Trace, film: Radiograph | None, spacing: float | None) -> tuple[ComparedMeasure, ...]:
    """Every measure that the truth or the run of a film gives.

    film: recognises bodies that the collimator cuts, where it is at hand. spacing: mm per pixel, for both.
    """
    found = measure(trace, spacing=spacing, film=film)
    true = true_measures(case, trace, found, spacing)
    places = one_to_one(case.truth.bodies, [vertebra.mask for vertebra in trace.vertebrae])
    names = {found.landmarks[at].name: level.name for level, at in places.items()}
    return tuple(rows_of(true, by_truth(found, names)))


def true_measures(case: Case, trace: Trace, found: Measures, spacing: float | None) -> Known:
    """The measures of a film's truth that have a value.

    The facing is the label's; where that says nothing the run's, so that a wrong one turns the sign of both; where the
    run has none, the likelier one by the slopes of the true endplates. An angle that the run gives without a sign is
    compared without.
    """
    side = _side(case, trace, found)
    marks = truth_landmarks(case.truth.bodies, case.corners, side, trace.film.size)
    centroids = [mask.centroid for _, mask in sorted(case.truth.bodies.items()) if mask.area]
    tilted = not_upright(next(trace.of(Viewed), None), centroids, EXACT)
    true = _values(marks, FacingGuess(side, 1.0, "truth"), spacing, tilted)
    if found.facing.side is not None:
        return true
    return {**true, **_values(marks, FacingGuess(None, 0.0, "truth"), spacing, tilted)}


def _side(case: Case, trace: Trace, found: Measures) -> Facing:
    """The side to which the patient of the truth looks."""
    for side in get_args(Facing):
        if side in (case.faces, "" if case.faces else found.facing.side):
            return side
    marks = truth_landmarks(case.truth.bodies, {}, "left", trace.film.size)
    tops = [(mark.level, mark.points[0], mark.points[1]) for mark in marks if mark.points and not mark.superior]
    return guess(None, tops, EXACT).side or "left"


def _values(marks: Sequence[Landmarks], facing: FacingGuess, spacing: float | None, tilted: str) -> Known:
    """The measures of true landmarks that have a value."""
    values = measure_landmarks(marks, facing, spacing, tilted, EXACT)
    return {(one.key, one.levels): one for one in values if one.value is not None}


def by_truth(measures: Measures, names: Mapping[str, str]) -> Known:
    """The measures by key and true levels; those of a body that is none are left out.

    names: the true level of each body by the name that the method gave it.
    """
    known: Known = {}
    for one in measures:
        levels = one.levels if is_by_name(one) else tuple(names.get(name, "") for name in one.levels)
        if all(levels):
            known[one.key, levels] = one
    return known


def is_by_name(one: Measure) -> bool:
    """Whether a measure is compared under the names that the method gave."""
    return one.group in BY_NAME and one.key != "segmental_angle"


def rows_of(true: Known, found: Known) -> Iterator[ComparedMeasure]:
    """A row for each measure that has a true or a found value."""
    for key, levels in dict.fromkeys([*true, *found]):
        wanted, seen = true.get((key, levels)), found.get((key, levels))
        one = wanted or seen
        if one is None or (wanted is None and (seen is None or seen.value is None)):
            continue
        yield ComparedMeasure(
            key=key,
            levels="-".join(levels),
            unit=one.unit,
            true=_rounded(wanted.value if wanted else None),
            value=_rounded(seen.value if seen else None),
            uncertainty=_rounded(seen.uncertainty if seen else None),
            confidence=_rounded(seen.confidence if seen else None),
            doubtful=bool(seen and seen.value is not None and seen.doubt),
            reason=(seen.reason or seen.doubt) if seen else NOT_FOUND,
        )


def packed(rows: Sequence[ComparedMeasure]) -> bytes:
    """The rows of a film as a small file; the same rows give the same bytes."""
    content = {"columns": [part.name for part in fields(ComparedMeasure)], "rows": [astuple(row) for row in rows]}
    return gzip.compress(json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode(), mtime=0)


def unpacked(content: str | bytes) -> tuple[ComparedMeasure, ...]:
    """The rows of the text that `packed` compresses. Raises KeyError, TypeError or ValueError for anything else."""
    raw = json_of(content)
    names = [str(name) for name in raw["columns"]]
    if sorted(names) != sorted(part.name for part in fields(ComparedMeasure)):
        raise ValueError("it has other columns")
    return tuple(ComparedMeasure(**dict(zip(names, row, strict=True))) for row in raw["rows"])


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(float(value), DIGITS)
