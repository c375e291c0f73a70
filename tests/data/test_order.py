"""Whether levels lie in their order."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from spinefm.core.geometry import Point
from spinefm.core.levels import Level
from spinefm.data.order import check_order
from tests.data.pictures import SIZE, column, film, rows, save_map, why_skipped

COLUMN = [(60, 20), (55, 50), (52, 80), (54, 110), (60, 140)]
"""A curved column, from the top."""


def places(points: list[tuple[float, float]], first: Level = Level.C3) -> dict[Level, Point]:
    return {Level(first + index): Point(*point) for index, point in enumerate(points)}


def turned(points: list[tuple[float, float]], degrees: float) -> list[tuple[float, float]]:
    angle = np.deg2rad(degrees)
    matrix = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    return [(float(x), float(y)) for x, y in np.array(points) @ matrix.T]


HORIZONTAL_SACRUM = [(50, 20), (48, 60), (52, 100), (70, 132), (104, 138)]
HUNCHED = [(120, 20), (100, 30), (82, 48), (70, 70), (62, 95), (60, 125), (66, 155)]


@pytest.mark.parametrize(
    "points",
    [
        [],
        [(5, 5)],
        COLUMN[:2],
        COLUMN,
        HORIZONTAL_SACRUM,
        HUNCHED,
        *(turned(COLUMN, degrees) for degrees in (30, -30, 90, -90, 100)),
    ],
)
def test_a_column_in_order_is_taken_however_it_bends_or_lies(points: list[tuple[float, float]]) -> None:
    check_order(places(points))


@pytest.mark.parametrize(
    ("points", "words"),
    [
        (COLUMN[::-1], "C3 lies below C7"),
        (turned(COLUMN, 180), "C3 lies below C7"),
        (COLUMN[1::-1], "C3 lies below C4"),
        ([COLUMN[index] for index in (0, 2, 1, 3, 4)], "C5 does not lie beyond C4"),
        ([COLUMN[index] for index in (4, 0, 1, 2, 3)], "C4 does not lie beyond C3"),
        (turned([COLUMN[index] for index in (0, 2, 1, 3, 4)], 90), "C5 does not lie beyond C4"),
    ],
)
def test_a_column_out_of_order_is_refused(points: list[tuple[float, float]], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        check_order(places(points))


def _labelme(root: Path) -> None:
    film(root / "film.png")
    levels = [Level.C3, Level.C4, Level.C5]
    shapes = [{"label": name.name, "points": rows(at)} for name, at in zip(levels, levels[::-1], strict=True)]
    raw = {"shapes": shapes, "imagePath": "film.png", "imageWidth": SIZE[0], "imageHeight": SIZE[1]}
    (root / "film.json").write_text(json.dumps(raw))


def _maps(root: Path) -> None:
    film(root / "images" / "film.png")
    save_map(column(5, 4, 3), root / "labels" / "film.png")


def _phantom(root: Path) -> None:
    film(root / "films" / "film.png")
    (root / "labels").mkdir()
    raw = {"region": "cervical", "size": SIZE, "complete": True}
    polygons = {"C3": rows(Level.C4), "C4": rows(Level.C3)}
    (root / "labels" / "film.json").write_text(json.dumps({**raw, "polygons": polygons}))


def _buu(root: Path) -> None:
    film(root / "LA" / "film.jpg")
    lines = [f"40,{180 - 15 * row},70,{180 - 15 * row},0" for row in range(11)]
    (root / "LA" / "film.csv").write_text("\n".join(lines))


def _results(root: Path) -> None:
    (root / "film").mkdir(parents=True)
    film(root / "film.png")
    (root / "film" / "trace.json").write_text('{"film": {"name": "film.png"}}')
    Image.fromarray(column(5, 4, 3).astype(np.uint8)).save(root / "film" / "labels.png")


@pytest.mark.parametrize("write", [_labelme, _maps, _phantom, _buu, _results])
def test_every_reader_refuses_levels_from_the_bottom(tmp_path: Path, write) -> None:
    write(tmp_path)
    assert "lies below" in why_skipped(tmp_path)
