"""The table of vertebrae: one row each, from the top, with the unit in each column's name."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence

from spinefm.core.geometry import Point
from spinefm.methods.spinefm.events import Decided
from spinefm.methods.spinefm.state import stops
from spinefm.trace.doubt import doubtful
from spinefm.trace.model import Trace, Vertebra

Cell = str | int | float | None

CORNERS = ("upper_left", "upper_right", "lower_right", "lower_left")
"""The corners of a body in the order in which a vertebra keeps them: clockwise in the picture."""


def vertebra_rows(trace: Trace) -> list[dict[str, Cell]]:
    """One row per vertebra of `trace`, from the top; unknown values (millimetres, corners) are None.

    Width is the mean of the upper and lower edge between the corners, height that of the left and right edge. The
    decision that ended the induction upwards is in the row of the topmost vertebra, downwards in that of the lowest.
    """
    vertebrae, ended = trace.vertebrae, stops(trace.events)
    ends = {len(vertebrae) - 1: ended.get("down")} | ({0: ended["up"]} if "up" in ended else {})
    return [
        {**_row(vertebra, trace.film.spacing_mm, ends.get(index)), "correction": _correction(vertebra, trace)}
        for index, vertebra in enumerate(vertebrae)
    ]


def vertebrae_csv(trace: Trace) -> str:
    """The rows as comma-separated values with a header line, also for a trace without a vertebra."""
    text = io.StringIO()
    writer = csv.DictWriter(text, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(vertebra_rows(trace))
    return text.getvalue()


def _row(vertebra: Vertebra, spacing: float | None, stop: Decided | None) -> dict[str, Cell]:
    width, height = body_size(vertebra.corners)
    area = vertebra.mask.area
    return {
        "number": vertebra.number,
        "name": vertebra.name,
        "level": vertebra.level.name if vertebra.level else None,
        "label_id": vertebra.level_id,
        "centroid_x_px": _rounded(vertebra.centroid.x),
        "centroid_y_px": _rounded(vertebra.centroid.y),
        "area_px": area,
        "width_px": _rounded(width),
        "height_px": _rounded(height),
        "area_mm2": _rounded(area * spacing**2) if spacing else None,
        "width_mm": _scaled(width, spacing),
        "height_mm": _scaled(height, spacing),
        **_corner_cells(vertebra.corners),
        "probability": _rounded(vertebra.probability, 4),
        "doubtful": "yes" if doubtful(vertebra) else None,
        "stop_reason": stop.reason if stop else None,
        "stop_value": _rounded(stop.value, 4) if stop else None,
        "stop_limit": _rounded(stop.limit, 4) if stop else None,
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
    by_hand = {event.vertebra for event in trace.of(Decided) if event.reason == "by hand"}
    words = {
        "added": vertebra.number not in first,
        "by hand": vertebra.number in by_hand,
        "renamed": first.get(vertebra.number, vertebra.name) != vertebra.name,
        "locked": vertebra.number in trace.locked,
    }
    return " + ".join(word for word, holds in words.items() if holds) or None


def _corner_cells(corners: Sequence[Point]) -> Mapping[str, Cell]:
    places: Sequence[Point | None] = corners if len(corners) == 4 else (None,) * 4
    return {
        f"{corner}_{axis}_px": _rounded(getattr(place, axis)) if place else None
        for corner, place in zip(CORNERS, places, strict=True)
        for axis in "xy"
    }


def _scaled(pixels: float | None, spacing: float | None) -> float | None:
    return _rounded(pixels * spacing) if pixels is not None and spacing else None


def _rounded(value: float | None, digits: int = 2) -> float | None:
    return None if value is None else round(value, digits)


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
)
"""The table's columns, in order."""
