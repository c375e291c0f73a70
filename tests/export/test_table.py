"""The table: known sizes in pixels and millimetres, and cells left empty for what is not known."""

from __future__ import annotations

import csv
import io
from dataclasses import replace

import pytest

from spinefm.core.levels import Level
from spinefm.export.measures import measure_rows
from spinefm.export.report import report
from spinefm.export.table import COLUMNS, vertebra_rows, vertebrae_csv
from spinefm.measure import attempt
from spinefm.trace.model import Corrected, Trace
from tests.export.curved import trace
from tests.export.handmade import handmade_trace, named_vertebrae, unnamed_vertebrae


def test_sizes_in_pixels_and_millimetres() -> None:
    row = vertebra_rows(handmade_trace(spacing=0.5))[0]
    assert (row["width_px"], row["height_px"], row["area_px"]) == (40, 30, 1200)
    assert (row["width_mm"], row["height_mm"], row["area_mm2"]) == (20, 15, 300)
    assert (row["centroid_x_px"], row["centroid_y_px"]) == (59.5, 24.5)
    assert (row["lower_right_x_px"], row["lower_right_y_px"]) == (79, 39)


def test_no_millimetres_without_a_known_scale() -> None:
    for row in vertebra_rows(handmade_trace(spacing=None)):
        values = [value for name, value in row.items() if name.endswith(("mm", "mm2"))]
        assert len(values) == 9 and set(values) == {None}


def test_stop_reasons_stand_in_the_outer_rows_with_value_and_limit() -> None:
    rows = vertebra_rows(handmade_trace())
    assert [row["stop_reason"] for row in rows] == ["C2", None, "background"]
    assert (rows[2]["stop_value"], rows[2]["stop_limit"]) == (0.91, 0.5)


def test_a_vertebra_found_alone_has_the_upward_stop_and_the_report_has_both() -> None:
    trace = handmade_trace(named_vertebrae()[:1])
    (row,) = vertebra_rows(trace)
    assert (row["stop_reason"], row["stop_value"]) == ("C2", 0.98)
    assert {at: stop["reason"] for at, stop in report(trace)["stops"].items()} == {"up": "C2", "down": "background"}


def test_unnamed_vertebrae_have_a_name_and_an_id_but_no_level() -> None:
    rows = vertebra_rows(handmade_trace(unnamed_vertebrae()))
    assert [(row["name"], row["level"], row["label_id"]) for row in rows] == [("V1", None, 101), ("V2", None, 102)]


def test_a_body_without_corners_leaves_its_size_empty() -> None:
    bare = replace(named_vertebrae()[0], corners=())
    row = vertebra_rows(handmade_trace((bare,)))[0]
    assert (row["width_px"], row["height_mm"], row["upper_left_x_px"]) == (None, None, None)


@pytest.mark.parametrize("count", [0, 3])
def test_csv_has_a_header_and_one_line_per_vertebra(count: int) -> None:
    lines = list(csv.reader(io.StringIO(vertebrae_csv(handmade_trace(named_vertebrae()[:count])))))
    assert tuple(lines[0]) == COLUMNS and len(lines) == 1 + count
    assert all(len(line) == len(COLUMNS) for line in lines)


def edited_by_hand(name: Level) -> Trace:
    """The run whose body of that name a reader outlined again."""
    made = trace()
    numbers, levels = tuple(v.number for v in made.vertebrae), tuple(v.level for v in made.vertebrae)
    changed = next(v for v in made.vertebrae if v.level is name)
    edit = Corrected("reshape", "", numbers, levels, made.anchor, (), (replace(changed, probability=None),))
    return replace(made, events=(*made.events, edit))


def test_an_outline_that_a_reader_edited_is_marked_with_the_measures_that_rest_on_it() -> None:
    made = edited_by_hand(Level.C5)
    assert {row["name"]: row["correction"] for row in vertebra_rows(made) if row["correction"]} == {
        "C5": "outline edited"
    }
    rows = [row for row in measure_rows(attempt(made)) if row["value"] is not None]
    edited = {(row["measure"], row["levels"]) for row in rows if row["edited"] == "yes"}
    own = {(row["measure"], row["levels"]) for row in rows if "C5" in str(row["levels"]).split("-")}
    beside = {("neighbour_ratio", "C4"), ("neighbour_ratio", "C6")} & {(row["measure"], row["levels"]) for row in rows}
    assert own and edited == own | beside
    assert not [row for row in measure_rows(attempt(trace())) if row["edited"]]
