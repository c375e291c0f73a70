"""Files of VIA as its versions write them: which attribute is the level, which film is meant, which shapes count."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spinefm.core.levels import Level
from spinefm.data import DatasetError, open_dataset
from tests.data.pictures import film, read_set, rows, why_skipped

LEVELS = (Level.C3, Level.C4, Level.C5)
TITLES = [
    *("filename", "file_size", "file_attributes", "region_count", "region_id"),
    *("region_shape_attributes", "region_attributes"),
]
Json = dict[str, Any]


def region(body: Level, **attributes: object) -> Json:
    """A polygon of a body of the column in `pictures`."""
    x, y = np.transpose(rows(body)).tolist()
    shape = {"name": "polygon", "all_points_x": x, "all_points_y": y}
    return {"shape_attributes": shape, "region_attributes": attributes or {"level": body.name}}


def regions() -> list[Json]:
    return [region(level) for level in LEVELS]


def entry(found: Any, name: str = "film.png", size: int = -1) -> Json:
    return {f"{name}{size}": {"filename": name, "size": size, "regions": found, "file_attributes": {}}}


def via(root: Path, content: Json, name: str = "via.json") -> None:
    """A film and a JSON file beside it."""
    film(root / "film.png")
    (root / name).write_text(json.dumps(content))


def table(
    path: Path, found: list[Json], mark: str = "", delimiter: str = ",", gap: str = "", encoding: str = "utf-8"
) -> None:
    """The same regions as a table, with a `gap` behind each comma and colon in its cells."""
    with path.open("w", newline="", encoding=encoding) as stream:
        writer = csv.writer(stream, delimiter=delimiter)
        writer.writerow([mark + TITLES[0], *TITLES[1:]])
        for number, one in enumerate(found or [{"shape_attributes": {}, "region_attributes": {}}]):
            parts = one["shape_attributes"], one["region_attributes"]
            cells = [json.dumps(part, separators=(f",{gap}", f":{gap}")) for part in parts]
            writer.writerow(["film.png", -1, "{}", len(found), number, *cells])


def levels(root: Path) -> set[Level]:
    """The bodies of the one case, of which nothing else is skipped."""
    found, skipped = read_set(root)
    assert not skipped, skipped
    (case,) = found.values()
    assert case.name == "film" and not case.left_out
    assert all(mask.area == pytest.approx(600, abs=60) for mask in case.truth.bodies.values())
    return set(case.truth.bodies)


@pytest.mark.parametrize(
    "content",
    [
        entry(regions()),
        entry({str(number): one for number, one in enumerate(regions())}),
        {"_via_img_metadata": entry(regions()), "_via_settings": {}, "_via_attributes": {"region": {}, "file": {}}},
        entry([region(level, vertebra={level.name: True, "C9": False}) for level in LEVELS]),
        entry(regions(), name="C:\\films\\film.png"),
    ],
    ids=["export", "version 1", "project", "ticked", "path of Windows"],
)
def test_json_of_every_version_is_read(tmp_path: Path, content: Json) -> None:
    via(tmp_path, content)
    assert open_dataset("auto", tmp_path).kind == "via"
    assert levels(tmp_path) == set(LEVELS)


@pytest.mark.parametrize(
    ("mark", "delimiter"),
    [("", ","), ("#", ","), ("\ufeff", ","), ("", ";"), ("", "\t"), ("sep=;\n", ";"), ("\ufeffsep=;\n", ";")],
)
@pytest.mark.parametrize("gap", ["", " "])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_a_table_is_read(tmp_path: Path, mark: str, delimiter: str, gap: str, encoding: str) -> None:
    film(tmp_path / "film.png")
    table(tmp_path / "via.csv", regions(), "", delimiter, gap, encoding)
    text = (tmp_path / "via.csv").read_text(encoding)
    (tmp_path / "via.csv").write_text((mark if encoding == "utf-8" else mark.lstrip("\ufeff")) + text, encoding)
    assert open_dataset("auto", tmp_path).kind == "via"
    assert levels(tmp_path) == set(LEVELS)


def test_a_film_without_regions_in_a_table_is_said_to_have_no_label(tmp_path: Path) -> None:
    film(tmp_path / "film.png")
    size = film(tmp_path / "bare.png").stat().st_size
    table(tmp_path / "via.csv", regions())
    with (tmp_path / "via.csv").open("a") as stream:
        stream.write(f'bare.png,{size},"{{}}",0,0,"{{}}","{{}}"\n')
    found, skipped = read_set(tmp_path)
    assert set(found) == {"film"} and [one.name for one in skipped] == ["bare"]
    assert "no label of a vertebral body" in skipped[0].why


def test_a_project_its_export_and_its_table_count_once(tmp_path: Path) -> None:
    via(tmp_path, entry(regions()), "export.json")
    settings = {"core": {"default_filepath": "./"}}
    via(tmp_path, {"_via_img_metadata": entry(regions()), "_via_settings": settings}, "project.json")
    table(tmp_path / "table.csv", regions()[::-1])
    found, skipped = read_set(tmp_path)
    assert set(found) == {"film"}
    assert {(one.name, one.label) for one in skipped} == {("project.json", "films"), ("table.csv", "films")}


OPTIONS = {"1": "C3", "2": "C4", "3": "C5"}


def test_a_choice_means_what_the_project_says_of_its_id(tmp_path: Path) -> None:
    chosen = entry([region(level, level=number) for number, level in zip(OPTIONS, LEVELS, strict=True)])
    attributes = {"region": {"level": {"type": "dropdown", "options": OPTIONS}}}
    via(tmp_path, {"_via_img_metadata": chosen, "_via_attributes": attributes})
    assert levels(tmp_path) == set(LEVELS)
    via(tmp_path, chosen)
    with pytest.raises(DatasetError, match="no attribute of its regions names a level such as C5"):
        open_dataset("auto", tmp_path)


def test_a_choice_whose_description_is_another_level_is_left_out(tmp_path: Path) -> None:
    attributes = {"region": {"level": {"type": "radio", "options": {"C3": "C3", "C4": "", "C5": "C6"}}}}
    via(tmp_path, {"_via_img_metadata": entry(regions()), "_via_attributes": attributes})
    (case,) = read_set(tmp_path)[0].values()
    assert set(case.truth.bodies) == {Level.C3, Level.C4}
    assert [(one.label, one.why) for one in case.left_out] == [("C5 C6", "it names more than one level")]


@pytest.mark.parametrize("attributes", [[{"a": "C5", "b": "C6"}], [{"a": "C5"}, {"b": "C6"}]])
def test_two_attributes_that_could_be_the_level_are_refused(tmp_path: Path, attributes: list[Json]) -> None:
    via(tmp_path, entry([region(Level.C5, **one) for one in attributes]))
    with pytest.raises(DatasetError, match="its attributes 'a' and 'b' could both be the level, and they differ"):
        open_dataset("auto", tmp_path)


def drawn(shape: Json, level: str = "C5") -> Json:
    return {"shape_attributes": shape, "region_attributes": {"level": level} if level else {}}


LINE = {"name": "polyline", "all_points_x": [40, 70, 70, 40], "all_points_y": [70, 70, 90, 90]}


@pytest.mark.parametrize(
    ("one", "label", "why"),
    [
        (drawn({"name": "circle", "cx": 50, "cy": 80, "r": 9}), "C5", "the shape circle does not outline a body"),
        (drawn({"name": "ellipse", "cx": 50, "cy": 80, "rx": 9, "ry": 5, "theta": 0.1}), "C5", "the shape ellipse"),
        (drawn({"name": "point", "cx": 50, "cy": 80}), "C5", "the shape point"),
        (drawn(LINE), "C5", "its line is open"),
        (drawn(LINE | {"all_points_x": [1, 2]}), "C5", "not a list of at least three points"),
        (drawn(LINE | {"all_points_x": ["a", 1, 2, 3]}), "C5", "not a list of at least three points"),
        (drawn({"name": "rect", "x": 1, "y": 2, "width": None, "height": 3}), "C5", "is not x0, y0, x1, y1"),
        (drawn({"name": "polygon"}, ""), "polygon", "its attribute 'level' is empty"),
        (drawn({}, "skull"), "skull", "the shape None"),
    ],
)
def test_what_outlines_no_body_is_left_out_alone(tmp_path: Path, one: Json, label: str, why: str) -> None:
    via(tmp_path, entry([*regions()[:2], one]))
    (case,) = read_set(tmp_path)[0].values()
    assert set(case.truth.bodies) == {Level.C3, Level.C4}
    assert [part.label for part in case.left_out] == [label] and why in case.left_out[0].why


@pytest.mark.parametrize("gap", [0, 4])
def test_a_line_whose_ends_about_meet_outlines_a_body(tmp_path: Path, gap: int) -> None:
    line = LINE | {"all_points_x": [40, 70, 70, 40, 40], "all_points_y": [100, 100, 120, 120, 100 + gap]}
    via(tmp_path, entry([*regions()[:2], drawn(line)]))
    assert levels(tmp_path) == set(LEVELS)


def test_a_rectangle_is_a_box(tmp_path: Path) -> None:
    via(tmp_path, entry([*regions()[:2], drawn({"name": "rect", "x": 40, "y": 100, "width": 30, "height": 20})]))
    (case,) = read_set(tmp_path)[0].values()
    assert case.truth.boxes == {Level.C5: (40, 100, 70, 120)}


def test_of_films_of_one_name_the_size_in_bytes_says_which(tmp_path: Path) -> None:
    content: Json = {}
    for folder, size in (("a", (120, 200)), ("b", (121, 201))):
        path = film(tmp_path / folder / "film.png", size)
        content |= entry(regions()[: 2 if folder == "a" else 3], size=path.stat().st_size)
    (tmp_path / "via.json").write_text(json.dumps(content))
    found, skipped = read_set(tmp_path)
    assert not skipped
    assert {name: (case.size, len(case.truth.bodies)) for name, case in found.items()} == {
        "a/film": ((120, 200), 2),
        "b/film": ((121, 201), 3),
    }


def test_films_of_one_name_that_nothing_tells_apart_are_refused(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        film(tmp_path / folder / "film.png")
    (tmp_path / "via.json").write_text(json.dumps(entry(regions())))
    assert "2 films could belong to it" in [one.why for one in read_set(tmp_path)[1]][0]


def test_the_folder_that_a_project_states_says_which_film(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        film(tmp_path / folder / "film.png")
    settings = {"core": {"default_filepath": "b\\"}}
    (tmp_path / "via.json").write_text(json.dumps({"_via_img_metadata": entry(regions()), "_via_settings": settings}))
    found, skipped = read_set(tmp_path)
    assert found["film"].film == tmp_path / "b" / "film.png"
    assert [(one.name, one.label) for one in skipped] == [("film.png", "no label")]


def test_regions_of_a_larger_film_are_refused(tmp_path: Path) -> None:
    found = regions()
    for one in found:
        one["shape_attributes"]["all_points_x"] = [x * 9 for x in one["shape_attributes"]["all_points_x"]]
    via(tmp_path, entry(found))
    assert "outside" in why_skipped(tmp_path)


def test_a_project_of_version_3_is_said_to_be_one(tmp_path: Path) -> None:
    via(tmp_path, {"project": {}, "attribute": {}, "file": {}, "metadata": {}, "view": {}})
    with pytest.raises(DatasetError, match="it is a project of VIA 3, which is not read"):
        open_dataset("auto", tmp_path)


def test_a_set_of_another_layout_with_a_project_beside_it_stays_that_layout(tmp_path: Path) -> None:
    via(tmp_path / "images", entry(regions()))
    film(tmp_path / "labels" / "film.png")
    assert open_dataset("auto", tmp_path).kind == "maps"
    (tmp_path / "labels" / "film.png").unlink()
    assert open_dataset("auto", tmp_path).kind == "via"
