"""The table of measures: one row each, also for those that are not measurable, with why."""

from __future__ import annotations

import csv
import io

from spinefm.export.cells import Cell, rounded
from spinefm.measure.model import Measure, Measures

DIGITS = {"°": 4, "%": 4, "mm": 4, "ratio": 6}
"""Decimals of a value, by its unit: so many that page, report and sheet, which round them again, show the same."""

MEASURE_COLUMNS = (
    "group",
    "measure",
    "levels",
    "name",
    "value",
    "unit",
    "uncertainty_95",
    "confidence",
    "grade",
    "doubt",
    "edited",
    "not_measurable",
    "reference_low",
    "reference_high",
    "reference",
    "source",
    "method",
)
"""The table's columns, in order."""


def measure_rows(measures: Measures) -> list[dict[str, Cell]]:
    """One row per measure; a value and its uncertainty are None where it is not measurable."""
    return [_row(one) for one in measures]


def measures_csv(measures: Measures) -> str:
    """The rows as comma-separated values with a header line, also for a film without a measure."""
    text = io.StringIO()
    writer = csv.DictWriter(text, MEASURE_COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(measure_rows(measures))
    return text.getvalue()


def _row(one: Measure) -> dict[str, Cell]:
    reference, digits = one.reference, DIGITS[one.unit]
    return {
        "group": one.group,
        "measure": one.key,
        "levels": "-".join(one.levels),
        "name": one.name,
        "value": rounded(one.value, digits),
        "unit": one.unit,
        "uncertainty_95": rounded(one.uncertainty, digits),
        "confidence": rounded(one.confidence, 4),
        "grade": one.grade or None,
        "doubt": one.doubt or None,
        "edited": "yes" if one.by_hand or one.redrawn else None,
        "not_measurable": one.reason or None,
        "reference_low": reference.low if reference else None,
        "reference_high": reference.high if reference else None,
        "reference": reference.text if reference else None,
        "source": reference.source if reference else None,
        "method": one.method,
    }
