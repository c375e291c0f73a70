"""The table of vertebrae: one row each, from the top, with the unit in each column's name."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence

from spinefm.core.geometry import Point
from spinefm.export.cells import Cell, rounded
from spinefm.measure import Measures, attempt
from spinefm.measure.doubt import doubtful
from spinefm.methods.base.decisions import Decision
from spinefm.methods.decisions import decisions_of
from spinefm.trace.model import Trace, Vertebra, redrawn

CORNERS = ("upper_left", "upper_right", "lower_right", "lower_left")
"""The corners of a body in the order in which a vertebra keeps them: clockwise in the picture."""


MEASURED = {
    "anterior_height": "anterior_height_mm",
    "middle_height": "middle_height_mm",
    "posterior_height": "posterior_height_mm",
    "anterior_ratio": "anterior_ratio",
    "middle_ratio": "middle_ratio",
    "neighbour_ratio": "neighbour_ratio",
    "height_loss": "height_loss_percent",
    "disc_height_anterior": "disc_below_anterior_mm",
    "disc_height_middle": "disc_below_middle_mm",
    "disc_height_posterior": "disc_below_posterior_mm",
    "disc_height_index": "disc_below_index",
    "slip": "slip_below_percent",
    "segmental_angle": "segmental_angle_below_degrees",
}
"""Measures of a body, or of it and the body below it, and their columns."""
GRADES = {"height_loss": "genant", "slip": "meyerding_below"}
"""Measures whose grade has a column of its own."""


def vertebra_rows(trace: Trace, measures: Measures | None = None) -> list[dict[str, Cell]]:
    """One row per vertebra of `trace`, from the top; unknown values (millimetres, corners) are None.

    Width is the mean of the upper and lower edge between the corners, height that of the left and right edge. The
    decision that ended the induction upwards is in the row of the topmost vertebra, downwards in that of the lowest.
    The row of a vertebra found alone has the upward one; `report.json` has both.
    `measures` are those of the trace; without them they are computed.
    """
    known = measures or attempt(trace)
    vertebrae, ended = trace.vertebrae, decisions_of(trace.events).ends
    ends = {len(vertebrae) - 1: ended.get("down")} | ({0: ended["up"]} if "up" in ended else {})
    unsure = doubtful(trace)
    return [
        {
            **_row(vertebra, known.spacing_mm, ends.get(index), vertebra.number in unsure),
            "correction": _correction(vertebra, trace),
            **_measure_cells(vertebra.name, known),
        }
        for index, vertebra in enumerate(vertebrae)
    ]


def vertebrae_csv(trace: Trace, measures: Measures | None = None) -> str:
    """The rows as comma-separated values with a header line, also for a trace without a vertebra."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(vertebra_rows(trace, measures))
    return text.getvalue()


def _row(vertebra: Vertebra, spacing: float | None, stop: Decision | None, is_doubtful: bool) -> dict[str, Cell]:
    width, height = body_size(vertebra.corners)
    area = vertebra.mask.area
    return {
        "number": vertebra.number,
        "name": vertebra.name,
        "level": vertebra.level.name if vertebra.level else None,
        "label_id": vertebra.level_id,
        "centroid_x_px": rounded(vertebra.centroid.x),
        "centroid_y_px": rounded(vertebra.centroid.y),
        "area_px": area,
        "width_px": rounded(width),
        "height_px": rounded(height),
        "area_mm2": rounded(area * spacing**2) if spacing else None,
        "width_mm": _scaled(width, spacing),
        "height_mm": _scaled(height, spacing),
        **_corner_cells(vertebra.corners),
        "probability": rounded(vertebra.probability, 4),
        "doubtful": "yes" if is_doubtful else None,
        "stop_reason": stop.reason if stop else None,
        "stop_value": rounded(stop.value, 4) if stop else None,
        "stop_limit": rounded(stop.limit, 4) if stop else None,
    }


def body_size(corners: Sequence[Point]) -> tuple[float | None, float | None]:
    """Width and height in pixels of the body with these four `corners`, clockwise from the upper left; None without.

    Corners are centres of border pixels, and the body reaches half a pixel beyond them on each side.
    """
    if len(corners) != 4:
        return None, None
    upper_left, upper_right, lower_right, lower_left = corners
    width = (upper_left.distance(upper_right) + lower_left.distance(lower_right)) / 2
    height = (upper_left.distance(lower_left) + upper_right.distance(lower_right)) / 2
    return width + 1.0, height + 1.0


def _correction(vertebra: Vertebra, trace: Trace) -> str | None:
    """The reader's corrections of this vertebra."""
    first = {found.number: found.name for found in (trace.finished.vertebrae if trace.finished else ())}
    by_hand = {step.vertebra for step in decisions_of(trace.events).steps if step.by_hand}
    words = {
        "added": vertebra.number not in first,
        "by hand": vertebra.number in by_hand,
        "renamed": first.get(vertebra.number, vertebra.name) != vertebra.name,
        "outline edited": vertebra.number in redrawn(trace.events),
        "locked": vertebra.number in trace.locked,
    }
    return " + ".join(word for word, holds in words.items() if holds) or None


def _corner_cells(corners: Sequence[Point]) -> Mapping[str, Cell]:
    places: Sequence[Point | None] = corners if len(corners) == 4 else (None,) * 4
    return {
        f"{corner}_{axis}_px": rounded(getattr(place, axis)) if place else None
        for corner, place in zip(CORNERS, places, strict=True)
        for axis in "xy"
    }


def _measure_cells(name: str, measures: Measures) -> dict[str, Cell]:
    """The measures of the vertebra of that name and of the disc below it; None where they are not measurable."""
    own = {one.key: one for one in measures if one.levels[0] == name and one.key in MEASURED}
    cells: dict[str, Cell] = {
        column: rounded(own[key].value, 3) if key in own else None for key, column in MEASURED.items()
    }
    grades = {column: own[key].grade or None if key in own else None for key, column in GRADES.items()}
    return {**cells, **grades}


def _scaled(pixels: float | None, spacing: float | None) -> float | None:
    return rounded(pixels * spacing) if pixels is not None and spacing else None


COLUMNS = (
    "number",
    "name",
    "level",
    "label_id",
    "centroid_x_px",
    "centroid_y_px",
    "area_px",
    "width_px",
    "height_px",
    "area_mm2",
    "width_mm",
    "height_mm",
    *(f"{corner}_{axis}_px" for corner in CORNERS for axis in "xy"),
    "probability",
    "doubtful",
    "stop_reason",
    "stop_value",
    "stop_limit",
    "correction",
    *MEASURED.values(),
    *GRADES.values(),
)
"""The table's columns, in order."""
