"""Bias, limits of agreement and shares, counted by hand; and the golden file that the explorer meets too."""

from __future__ import annotations

import csv
import io
import json
import math
from dataclasses import replace

import numpy as np
import pytest

from spinefm.evaluation.frames import measure_table
from spinefm.evaluation.measure_errors import (
    TITLES,
    level_order,
    measure_errors,
    measure_errors_csv,
    measure_errors_text,
)
from spinefm.evaluation.measured import NOT_FOUND, ComparedMeasure
from tests.evaluation.agreement import GOLDEN, golden
from tests.measure.spines import lumbar, measured, neck

SLIP = ComparedMeasure("slip", "L4-L5", "%", 0.0, 0.0, 1.0, 0.9, False, "")


def slips(*values: tuple[float | None, float | None], **more: object) -> list[ComparedMeasure]:
    return [replace(SLIP, true=true, value=value, **more) for true, value in values]


def test_bias_limits_and_coverage_are_those_counted_by_hand() -> None:
    (one,) = measure_errors(measure_table({"a": slips((10, 12), (10, 9.5)), "b": slips((0, 0.5))}))
    errors = np.array([2.0, -0.5, 0.5])
    assert (one.asked, one.count, one.films) == (3, 3, 2)
    assert one.bias == pytest.approx(errors.mean()) and one.mae == pytest.approx(1.0) and one.median == 0.5
    assert one.upper_limit - one.lower_limit == pytest.approx(2 * 1.96 * errors.std(ddof=1))
    assert one.within == pytest.approx(200 / 3)


def test_what_is_missing_or_doubtful_is_counted_apart() -> None:
    rows = [
        *slips((1, 1), (2, 2)),
        *slips((4, 9), doubtful=True, reason="its uncertainty …"),
        *slips((4, None), reason=NOT_FOUND),
        *slips((4, None), reason="its outline is too uncertain"),
        *slips((None, 50)),
    ]
    (one,) = measure_errors(measure_table({"a": rows}))
    assert (one.asked, one.count, one.mae) == (5, 2, 0.0)
    assert (one.not_found, one.not_measurable, one.doubtful, one.doubtful_mae) == (20.0, 20.0, 20.0, 5.0)


def test_a_single_value_has_a_bias_and_no_limits() -> None:
    (one,) = measure_errors(measure_table({"a": slips((1, 3))}))
    assert one.bias == 2.0 and math.isnan(one.lower_limit) and math.isnan(one.doubtful_mae)


def test_levels_follow_the_spine_below_the_row_of_all() -> None:
    rows = [replace(SLIP, levels=place) for place in ("L5-S1", "C2-C3", "T12-L1")]
    table = measure_errors(measure_table({"a": [*rows, replace(SLIP, key="own_measure", levels="S1")]}))
    assert [(one.measure, one.levels) for one in table] == [
        ("slip", "all"), ("slip", "C2-C3"), ("slip", "T12-L1"), ("slip", "L5-S1"), ("own_measure", "all"),
    ]  # fmt: skip
    assert sorted(["V2", "S1", "C7"], key=level_order) == ["V2", "C7", "S1"]


def test_the_csv_holds_every_figure_and_nothing_where_there_is_none() -> None:
    rows = measure_errors(measure_table({"a": slips((1, 3))}))
    (row,) = csv.DictReader(io.StringIO(measure_errors_csv(rows)))
    assert (row["measure"], row["levels"], row["bias"], row["lower_limit"]) == ("slip", "all", "2.0", "")


def test_the_text_has_a_line_per_measure() -> None:
    rows = measure_errors(measure_table({"a": slips((1, 3), (2, 2)), "b": [replace(SLIP, levels="L3-L4")]}))
    text = measure_errors_text(rows)
    assert len(text.splitlines()) == 2 and "slip, %" in text and "+0.67" in text
    assert measure_errors_text([]) == ""


def test_every_measure_of_the_program_has_a_title() -> None:
    keys = {one.key for bodies in (lumbar(), neck()) for one in measured(bodies).values() if one.value is not None}
    assert len(keys) > 15 and keys <= set(TITLES)


def test_the_tables_meet_the_golden_figures() -> None:
    assert json.loads(json.dumps(golden())) == json.loads(GOLDEN.read_text(encoding="utf-8"))


def test_the_golden_measure_tests_what_it_should() -> None:
    content = json.loads(GOLDEN.read_text(encoding="utf-8"))
    everything = content["figures"][0]
    assert everything["levels"] == "all" and None in content["columns"]["true"]
    assert min(everything[name] for name in ("notFound", "notMeasurable", "doubtful")) > 0
