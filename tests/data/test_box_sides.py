"""Boxes whose numbers are in another form than their format's."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import pytest

from spinefm.core.geometry import Box
from spinefm.core.levels import Level
from spinefm.core.masks import Mask
from spinefm.data.box_sides import check_sides
from tests.data.pictures import SIZE, film, rows, why_skipped

LEVELS = (Level.C3, Level.C4, Level.C5, Level.C6)
Sides = tuple[int, int, int, int]
"""x, y, width and height."""


def meant(level: Level) -> Sides:
    """The box of a body of the column."""
    (x0, y0), _, (x1, y1), _ = rows(level)
    return int(x0), int(y0), int(x1 - x0), int(y1 - y0)


def as_box(x: float, y: float, width: float, height: float) -> Box:
    return Box(round(x), round(y), round(x + width), round(y + height))


WRONG: dict[str, Callable[[int, int, int, int], Box]] = {
    "corners read as sides": lambda x, y, w, h: as_box(x, y, x + w, y + h),
    "corners read as centre and sides": lambda x, y, w, h: as_box(x - (x + w) / 2, y - (y + h) / 2, x + w, y + h),
    "sides read as corners": lambda x, y, w, h: Box(min(x, w), min(y, h), max(x, w), max(y, h)),
}


@pytest.mark.parametrize("form", WRONG)
def test_boxes_in_another_form_are_refused(form: str) -> None:
    boxes = {level: WRONG[form](*meant(level)) for level in LEVELS}
    with pytest.raises(ValueError, match="its boxes cover each other: are they x, y, width and height, or corners"):
        check_sides(boxes, {}, SIZE)


def test_boxes_over_the_edge_are_refused() -> None:
    boxes = {level: as_box(300, 100 * place, 300, 60) for place, level in enumerate(LEVELS)}
    with pytest.raises(ValueError, match="its boxes lie over the edge of the film"):
        check_sides(boxes, {}, (400, 600))


def test_outlines_are_neighbours_of_boxes_too() -> None:
    boxes = {Level.C3: as_box(0, 0, 120, 150), Level.C4: as_box(0, 5, 120, 150)}
    with pytest.raises(ValueError, match="cover each other"):
        check_sides(boxes, {Level.C5: Mask.from_polygon(rows(Level.C5), SIZE)}, SIZE)


@pytest.mark.parametrize("degrees", [0, 20, 45, 70, 90])
@pytest.mark.parametrize(("wide", "high"), [(40, 30), (50, 40), (90, 35)], ids=["bodies", "loose", "whole vertebrae"])
def test_boxes_of_a_tilted_column_are_taken(degrees: int, wide: float, high: float) -> None:
    sin, cos = math.sin(math.radians(degrees)), math.cos(math.radians(degrees))
    width, height = wide * cos + high * sin, wide * sin + high * cos
    middles = [(100 + 40 * place * sin, 100 + 40 * place * cos) for place in range(len(LEVELS))]
    boxes = {
        level: as_box(x - width / 2, y - height / 2, width, height)
        for level, (x, y) in zip(LEVELS, middles, strict=True)
    }
    check_sides(boxes, {}, (400, 400))


def test_one_box_proves_nothing() -> None:
    check_sides({Level.C5: as_box(-50, 0, 60, 200)}, {}, SIZE)


def test_a_coco_set_of_corners_is_refused(tmp_path: Path) -> None:
    film(tmp_path / "film.png")
    boxes = [(number, *meant(level)) for number, level in enumerate(LEVELS)]
    notes = [{"image_id": 1, "category_id": n, "bbox": [x, y, x + w, y + h]} for n, x, y, w, h in boxes]
    raw = {
        "images": [{"id": 1, "file_name": "film.png", "width": SIZE[0], "height": SIZE[1]}],
        "annotations": notes,
        "categories": [{"id": number, "name": level.name} for number, level in enumerate(LEVELS)],
    }
    (tmp_path / "coco.json").write_text(json.dumps(raw))
    assert "its boxes cover each other" in why_skipped(tmp_path)
