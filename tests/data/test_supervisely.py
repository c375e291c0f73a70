"""Supervisely's projects: geometries, attributes that may be the level, and folders."""

from __future__ import annotations

import base64
import io
import json
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from spinefm.core.levels import Level
from spinefm.data import DatasetError, open_dataset
from tests.data.layouts import supervisely_bitmap, supervisely_object
from tests.data.pictures import SIZE, column, film, read_set, why_skipped

Json = dict[str, Any]
LABELS = column(3, 4, 5)


def bitmap(number: int, title: str = "", **more: object) -> Json:
    """A bitmap of a body of the column in `pictures`."""
    return supervisely_object(title or f"C{number}", "bitmap", bitmap=supervisely_bitmap(number == LABELS), **more)


def label(root: Path, *objects: Json, place: str = "set/ann/film.png.json", **more: object) -> None:
    """A film of a set and its label, with bitmaps of C3 and C4 and the `objects`."""
    path = root / place
    film(path.parents[1] / "img" / "film.png")
    path.parent.mkdir(parents=True, exist_ok=True)
    size = {"width": SIZE[0], "height": SIZE[1]}
    path.write_text(json.dumps({"size": size, "tags": [], "objects": [bitmap(3), bitmap(4), *objects], **more}))


def only(root: Path) -> Any:
    """The one case of a set of which nothing else is skipped."""
    found, skipped = read_set(root)
    assert not skipped, skipped
    (case,) = found.values()
    return case


@pytest.mark.parametrize("place", ["set/ann/film.png.json", "set/ann/film.json", "ann/film.png.json"])
def test_bitmaps_are_exact(tmp_path: Path, place: str) -> None:
    (tmp_path / "meta.json").write_text('{"classes": [], "tags": []}')
    label(tmp_path, bitmap(5), place=place)
    assert open_dataset("auto", tmp_path).kind == "supervisely"
    case = only(tmp_path)
    assert case.name == "film" and not case.left_out
    for level, mask in case.truth.bodies.items():
        assert np.array_equal(mask.on_film(LABELS.shape), level == LABELS)
    assert len(case.truth.bodies) == 3


def png(picture: Image.Image, is_packed: bool) -> str:
    stream = io.BytesIO()
    picture.save(stream, "PNG")
    return base64.b64encode(zlib.compress(stream.getvalue()) if is_packed else stream.getvalue()).decode()


@pytest.mark.parametrize("mode", ["1", "L", "RGBA", "LA"])
@pytest.mark.parametrize("is_packed", [True, False])
def test_every_kind_of_png_holds_a_bitmap(tmp_path: Path, mode: str, is_packed: bool) -> None:
    drawn = np.ones((20, 30), bool)
    drawn[5:10, 5:10] = False
    grey = Image.fromarray(np.where(drawn, 255, 0).astype(np.uint8))
    picture = grey.convert(mode)
    if "A" in mode:
        picture = Image.new(mode, (30, 20))
        picture.putalpha(grey)
    shape = {"data": png(picture, is_packed), "origin": [40, 100]}
    label(tmp_path, supervisely_object("C5", "bitmap", bitmap=shape))
    mask = only(tmp_path).truth.bodies[Level.C5]
    assert mask.origin == (40, 100) and np.array_equal(mask.crop, drawn)


SQUARE = [[40, 100], [69, 100], [69, 119], [40, 119]]
HOLE = [[50, 105], [60, 105], [60, 115], [50, 115]]


@pytest.mark.parametrize(
    ("one", "area", "middle"),
    [
        ({"geometryType": "polygon", "points": {"exterior": SQUARE, "interior": []}}, 551, (54.5, 109.5)),
        ({"geometryType": "polygon", "points": {"exterior": SQUARE, "interior": [HOLE]}}, 451, (54.5, 109.5)),
        (
            {"geometryType": "polygon", "points": {"exterior": (np.array(SQUARE) + 0.5).tolist()}},
            551,
            (54.5, 109.5),
        ),
        (
            {
                "geometryType": "multipolygon",
                "parts": [{"exterior": SQUARE}, {"exterior": [[80, 100], [90, 100], [85, 119]]}],
            },
            646,
            (59, 109),
        ),
        ({"geometryType": "oriented_bbox", "points": [[45, 100], [64, 129]], "angle": np.pi / 2}, 600, (54.5, 114.5)),
    ],
    ids=["polygon", "hole", "fractions", "parts", "oriented"],
)
def test_outlines_become_bodies(tmp_path: Path, one: Json, area: int, middle: tuple[float, float]) -> None:
    label(tmp_path, {"classTitle": "C5", **one})
    mask = only(tmp_path).truth.bodies[Level.C5]
    assert mask.area == pytest.approx(area, abs=55)
    assert mask.centroid == pytest.approx(middle, abs=0.6)


def test_an_oriented_box_turns_clockwise(tmp_path: Path) -> None:
    box = {"exterior": [[40, 100], [69, 113]], "interior": []}
    label(tmp_path, supervisely_object("C5", "oriented_bbox", points=box, angle=0.4))
    crop = only(tmp_path).truth.bodies[Level.C5].crop
    assert np.cov(*crop.nonzero())[0, 1] > 0  # farther right is farther down


@pytest.mark.parametrize("corners", [[[40, 100], [69, 119]], [[69, 119], [40, 100]], [[40.2, 99.8], [69.9, 120.1]]])
def test_a_rectangle_of_whole_pixels_ends_with_its_last_one(tmp_path: Path, corners: list[list[float]]) -> None:
    label(tmp_path, supervisely_object("C5", "rectangle", points={"exterior": corners, "interior": []}))
    assert only(tmp_path).truth.boxes == {Level.C5: (40, 100, 70, 120)}


@pytest.mark.parametrize(
    "tags", [[{"name": "level", "value": "C5"}], [{"name": "C5", "value": None}, {"name": "quality", "value": "good"}]]
)
def test_a_tag_may_be_the_level(tmp_path: Path, tags: list[Json]) -> None:
    path = tmp_path / "set/ann/film.png.json"
    label(tmp_path)
    raw = json.loads(path.read_text())
    raw["objects"] = [bitmap(5, "vertebra", **{"tags": tags}), bitmap(4, "disc")]
    path.write_text(json.dumps(raw))
    case = only(tmp_path)
    assert set(case.truth.bodies) == {Level.C5}
    assert [(one.label, one.why) for one in case.left_out] == [("disc", "no attribute of it names its level")]


def test_a_tag_that_contradicts_the_class_is_refused(tmp_path: Path) -> None:
    label(tmp_path, bitmap(5, "C5", **{"tags": [{"name": "level", "value": "C6"}]}))
    assert "its attributes 'class' and 'level' could both be the level" in why_skipped(tmp_path)


def edited(**more: object) -> Json:
    return supervisely_object("C5", "bitmap", bitmap=supervisely_bitmap(LABELS == 5) | more)


@pytest.mark.parametrize(
    ("one", "why"),
    [
        (edited(origin=[100, 190]), "its mask lies outside the film"),
        (edited(origin=[-1, 9]), "its mask lies outside the film"),
        (edited(data="?"), "Only base64 data is allowed"),
        (edited(data=base64.b64encode(b"no picture").decode()), "its mask is damaged"),
        (edited(data=base64.b64encode(zlib.compress(b"no picture")).decode()), "damaged or in another format"),
        (supervisely_object("C5", "polygon"), "'points' is missing"),
        (supervisely_object("C5", "polygon", points={"exterior": [[1, 1]]}), "not a list of at least three points"),
        (supervisely_object("C5", "rectangle", points={"exterior": [[1, 1]]}), "is not x0, y0, x1, y1"),
        (supervisely_object("C5", "oriented_bbox", points=[[1, 1]], angle=1), "not a list of at least three points"),
        (supervisely_object("C5", "oriented_bbox", points=[[1, 1], [9, 9]], angle="a"), "its rotation is not a number"),
        (supervisely_object("C5", "multipolygon"), "'exterior' is missing"),
        (supervisely_object("C5", "point", points={"exterior": [[1, 1]]}), "the shape point does not outline a body"),
        (supervisely_object("C5", "line", points={"exterior": SQUARE}), "the shape line does not outline a body"),
    ],
)
def test_a_damaged_object_is_left_out_alone(tmp_path: Path, one: Json, why: str) -> None:
    label(tmp_path, one)
    case = only(tmp_path)
    assert set(case.truth.bodies) == {Level.C3, Level.C4} and not case.truth.boxes
    assert [part.label for part in case.left_out] == ["C5"] and why in case.left_out[0].why


def test_a_bitmap_that_unpacks_without_end_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("spinefm.data.supervisely.MOST_PICTURE", 1 << 20)
    label(tmp_path, edited(data=base64.b64encode(zlib.compress(bytes(1 << 22))).decode()))
    assert "unpacks to more than 1 MB" in only(tmp_path).left_out[0].why


def test_films_of_one_name_in_two_sets_are_two_cases(tmp_path: Path) -> None:
    label(tmp_path, place="a/ann/film.png.json")
    label(tmp_path, bitmap(5), place="b/datasets/c/ann/film.png.json")
    found, skipped = read_set(tmp_path)
    assert not skipped
    assert {name: len(case.truth.bodies) for name, case in found.items()} == {"a/film": 2, "b/datasets/c/film": 3}
    assert found["a/film"].film == tmp_path / "a/img/film.png"


def test_drawn_masks_and_information_about_films_are_no_films_or_labels(tmp_path: Path) -> None:
    label(tmp_path)
    for folder in ("masks_machine", "masks_human"):
        film(tmp_path / "set" / folder / "film.png")
    (tmp_path / "set" / "img_info").mkdir()
    (tmp_path / "set" / "img_info" / "film.png.json").write_text('{"name": "film.png"}')
    assert only(tmp_path).film == tmp_path / "set/img/film.png"


def test_the_size_of_another_film_is_refused_with_both(tmp_path: Path) -> None:
    label(tmp_path, size={"width": 60, "height": 100})
    why = why_skipped(tmp_path)
    assert "60 x 100" in why and "120 x 200" in why


def test_a_folder_without_labels_is_refused(tmp_path: Path) -> None:
    film(tmp_path / "img" / "film.png")
    with pytest.raises(DatasetError, match="contains no labels"):
        open_dataset("supervisely", tmp_path)
