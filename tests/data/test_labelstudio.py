"""Label Studio's export: shapes in per cent, masks of the brush, whose annotation counts, and which film is meant."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spinefm.core.levels import Level
from spinefm.data import DatasetError, open_dataset
from spinefm.data.brush import brush_mask, unpacked_bytes
from tests.data.layouts import brush, labelstudio_result
from tests.data.pictures import SIZE, column, film, read_set, rows, why_skipped

LEVELS = (Level.C3, Level.C4, Level.C5)
Json = dict[str, Any]


def polygon(level: Level, label: str = "", **more: object) -> Json:
    """A polygon of a body of the column in `pictures`."""
    points = (np.array(rows(level)) * 100 / SIZE).tolist()
    return labelstudio_result("polygon", label or level.name, {"points": points, **more}, SIZE)


def annotation(*results: Json, number: int = 1, **more: object) -> Json:
    drawn = [*results] or [polygon(level) for level in LEVELS]
    return {"id": number, "completed_by": {"email": "a@b.org"}, "was_cancelled": False, "result": drawn, **more}


def task(*annotations: Json, image: str = "/data/upload/1/0a1b2c3d-film.png", **data: object) -> Json:
    return {"id": 7, "data": {"image": image, **data}, "annotations": [*annotations], "predictions": []}


def save(root: Path, *tasks: Json, name: str = "project.json", place: str = "film.png") -> None:
    film(root / place)
    (root / name).write_text(json.dumps([*tasks]))


def only(root: Path) -> Any:
    """The one case of a set of which nothing else is skipped."""
    found, skipped = read_set(root)
    assert not skipped, skipped
    (case,) = found.values()
    return case


@pytest.mark.parametrize(
    ("image", "place"),
    [
        ("/data/upload/1/0a1b2c3d-film.png", "film.png"),
        ("/data/upload/1/0a1b2c3d-film.png", "films/0a1b2c3d-film.png"),
        ("/data/local-files/?d=films/film.png", "films/film.png"),
        ("/data/local-files/?d=film.png", "film.png"),
        ("/data/local-files/?d=films%5Cfilm%201.png", "films/film 1.png"),
        ("http://localhost:8080/data/local-files/?d=x/film.png", "film.png"),
        ("https://films.org/a/film.png?token=1.jpg", "film.png"),
        ("s3://films/a/film.png", "film.png"),
        ("/data/upload/1/0a1b2c3d-film_1_L.png", "film 1 (L).png"),
    ],
)
def test_the_film_is_found_wherever_it_lay(tmp_path: Path, image: str, place: str) -> None:
    save(tmp_path, task(annotation(), image=image), place=place)
    assert open_dataset("auto", tmp_path).kind == "labelstudio"
    case = only(tmp_path)
    assert case.film == tmp_path / place and case.name == Path(place).stem
    assert set(case.truth.bodies) == set(LEVELS)
    assert all(mask.area == pytest.approx(600, abs=5) for mask in case.truth.bodies.values())


@pytest.mark.parametrize("before", ["", "sets/"])
def test_local_files_of_one_name_in_two_folders_are_two_cases(tmp_path: Path, before: str) -> None:
    for folder in ("a", "b"):
        film(tmp_path / folder / "film.png")
    tasks = [task(annotation(), image=f"/data/local-files/?d={before}{folder}/film.png") for folder in ("a", "b")]
    (tmp_path / "project.json").write_text(json.dumps(tasks))
    found, skipped = read_set(tmp_path)
    assert {name: case.film.parent.name for name, case in found.items()} == {"a/film": "a", "b/film": "b"}
    assert not skipped


def test_two_films_that_an_upload_would_call_the_same_are_refused(tmp_path: Path) -> None:
    film(tmp_path / "film 1.png")
    save(tmp_path, task(annotation(), image="/data/upload/1/0a1b2c3d-film_1.png"), place="film (1.png")
    assert any("2 films could be the upload 0a1b2c3d-film_1.png" in one.why for one in read_set(tmp_path)[1])


def test_the_names_of_versions_before_1_are_read(tmp_path: Path) -> None:
    old = task()
    old["completions"] = [annotation()]
    del old["annotations"]
    save(tmp_path, old)
    assert set(only(tmp_path).truth.bodies) == set(LEVELS)


@pytest.mark.parametrize("degrees", [0, 90, -30])
def test_a_rectangle_turns_about_its_upper_left_corner(tmp_path: Path, degrees: float) -> None:
    value = {"x": 50, "y": 40, "width": 25, "height": 8, "rotation": degrees}
    save(tmp_path, task(annotation(polygon(Level.C3), labelstudio_result("rectangle", "C5", value, SIZE))))
    truth = only(tmp_path).truth
    if not degrees:
        assert truth.boxes == {Level.C5: (60, 80, 90, 96)}
        return
    middle = {90: (60 - 8 - 0.5, 80 + 15 - 0.5), -30: (60 + 15 * 0.866 + 8 * 0.5 - 0.5, 80 - 7.5 + 8 * 0.866 - 0.5)}
    assert truth.bodies[Level.C5].centroid == pytest.approx(middle[int(degrees)], abs=0.5)
    assert truth.bodies[Level.C5].area == pytest.approx(480, abs=20)


FOREIGN = [0, 0, 0, 80, 57, 27, 254, 19, 0, 183, 255, 24, 5, 191, 252, 62, 0]
"""Rows 1 and 2, columns 1 to 3 of a film of 4 x 5 pixels, as label-studio-converter 0.0.59 writes them."""


def test_a_mask_of_the_brush_is_exact(tmp_path: Path) -> None:
    drawn = np.zeros((5, 4), bool)
    drawn[1:3, 1:4] = True
    assert np.array_equal(brush_mask(FOREIGN, (4, 5)).on_film((5, 4)), drawn)
    labels = column(3, 4, 5)
    results = [labelstudio_result("brush", f"C{n}", {"format": "rle", "rle": brush(labels == n)}, SIZE) for n in (3, 4)]
    save(tmp_path, task(annotation(*results)))
    for level, mask in only(tmp_path).truth.bodies.items():
        assert np.array_equal(mask.on_film(labels.shape), labels == level)


def test_values_that_are_not_repeated_and_pale_pixels_are_read() -> None:
    opacity = [10, 90, 110, 200]
    bits = f"{16:032b}{7:05b}" + "0011" * 4 + "1" + "01" + f"{2:04b}" + f"{0:08b}"
    bits += (
        "0" + "00" + f"{12:04b}" + "".join(f"{value:08b}" for value in [opacity[0], *(0, 0, 0, 90), *(0, 0, 0, 110)])
    )
    bits += "".join(f"{value:08b}" for value in (0, 0, 0, 200))
    data = bytes(int(bits[place : place + 8].ljust(8, "0"), 2) for place in range(0, len(bits), 8))
    assert unpacked_bytes(data, 16)[3::4].tolist() == opacity
    assert brush_mask(list(data), (2, 2)).on_film((2, 2)).tolist() == [[False, False], [True, True]]


@pytest.mark.parametrize(
    ("change", "why"),
    [
        (lambda rle: rle[:20], "its mask is cut off"),
        (lambda rle: [300, *rle[1:]], "bytes must be in range"),
        (lambda rle: [1, *rle[1:]], "and those of the film are"),
        (lambda rle: brush(np.ones((9, 9))), "and those of the film are"),
        (lambda rle: "rle", "a value in it has the wrong type"),
        (lambda rle: brush(np.zeros((SIZE[1], SIZE[0]))), "it contains no pixel of the film"),
    ],
)
def test_a_damaged_mask_is_left_out_alone(tmp_path: Path, change: Any, why: str) -> None:
    value = {"format": "rle", "rle": change(brush(column(3, 4, 5) == 5))}
    save(tmp_path, task(annotation(*map(polygon, LEVELS[:2]), labelstudio_result("brush", "C5", value, SIZE))))
    case = only(tmp_path)
    assert set(case.truth.bodies) == {Level.C3, Level.C4}
    assert [one.label for one in case.left_out] == ["C5"] and why in case.left_out[0].why


def kind(name: str, value: Json, **more: object) -> Json:
    return labelstudio_result(name, "C5", value, SIZE) | more


@pytest.mark.parametrize(
    ("one", "label", "why"),
    [
        (kind("keypoint", {"x": 1, "y": 1, "width": 1}), "C5", "the shape keypointlabels does not outline a body"),
        (
            kind("ellipse", {"x": 1, "y": 1, "radiusX": 1, "radiusY": 2}),
            "C5",
            "the shape ellipselabels does not outline",
        ),
        (kind("bitmask", {"imageDataURL": "data:"}), "C5", "the shape bitmasklabels is not read"),
        (kind("polygon", {"points": [[1, 1], [9, 1], [9, 9]], "closed": False}), "C5", "its line is open"),
        (kind("polygon", {"points": [[1, 1], [9]]}), "C5", "not a list of at least three points"),
        (kind("rectangle", {"x": 1, "y": 1, "width": None, "height": 1}), "C5", "is not x0, y0, x1, y1"),
        (
            kind("rectangle", {"x": 1, "y": 1, "width": 2, "height": 1, "rotation": "a"}),
            "C5",
            "its rotation is not a number of degrees",
        ),
        (polygon(Level.C5) | {"image_rotation": 90}, "C5", "it was drawn on the film rotated by 90 degrees"),
        (labelstudio_result("polygon", "", {"points": [[1, 1], [9, 1], [9, 9]]}, SIZE), "polygonlabels", "is empty"),
        ({"type": "choices", "from_name": "quality", "value": {"choices": ["good"]}}, "good", "no place on the film"),
        ({"type": "relation", "from_id": "a", "to_id": "b"}, "relation", "no place on the film"),
    ],
)
def test_what_outlines_no_body_is_left_out_alone(tmp_path: Path, one: Json, label: str, why: str) -> None:
    save(tmp_path, task(annotation(*map(polygon, LEVELS[:2]), one)))
    case = only(tmp_path)
    assert set(case.truth.bodies) == {Level.C3, Level.C4}
    assert [part.label for part in case.left_out] == [label] and why in case.left_out[0].why


def test_a_shape_and_its_labels_are_one_region(tmp_path: Path) -> None:
    """As `<Polygon>` with `<Labels>`, and a choice of each region, are written."""
    results = []
    for level in LEVELS:
        shape = polygon(level, id=level.name)
        points = {"points": shape["value"]["points"], "closed": True}
        common = {"id": level.name, "original_width": SIZE[0], "original_height": SIZE[1]}
        results += [
            {"type": "polygon", "from_name": "poly", "value": points, **common},
            {"type": "labels", "from_name": "kind", "value": points | {"labels": ["vertebra"]}, **common},
            {"type": "choices", "from_name": "level", "value": points | {"choices": [level.name]}, **common},
        ]
    save(tmp_path, task(annotation(*results)))
    case = only(tmp_path)
    assert set(case.truth.bodies) == set(LEVELS) and not case.left_out


def test_labels_of_two_controls_are_one_attribute(tmp_path: Path) -> None:
    box = kind("rectangle", {"x": 40, "y": 55, "width": 20, "height": 9}) | {"from_name": "boxes"}
    save(tmp_path, task(annotation(*map(polygon, LEVELS[:2]), box)))
    truth = only(tmp_path).truth
    assert set(truth.bodies) == {Level.C3, Level.C4} and set(truth.boxes) == {Level.C5}


def test_a_choice_that_contradicts_the_label_is_refused(tmp_path: Path) -> None:
    one = polygon(Level.C5) | {"id": "a"}
    choice = {"id": "a", "type": "choices", "from_name": "level", "value": {"choices": ["C6"]}}
    save(tmp_path, task(annotation(one, choice)))
    with pytest.raises(DatasetError, match="its attributes 'label' and 'level' could both be the level"):
        open_dataset("auto", tmp_path)


OTHER = annotation(*map(polygon, LEVELS[:2]), number=2)


@pytest.mark.parametrize(
    ("second", "bodies", "left"),
    [
        (annotation(number=2), 3, [("annotation 2", "it is drawn like another one")]),
        (OTHER | {"was_cancelled": True}, 3, [("annotation 2", "it was cancelled")]),
        (OTHER | {"result": []}, 3, [("annotation 2", "it is empty")]),
        (OTHER | {"ground_truth": True}, 2, [("annotation 1", "another annotation is the ground truth")]),
    ],
    ids=["agree", "cancelled", "empty", "ground truth"],
)
def test_which_of_two_annotations_counts_is_said(tmp_path: Path, second: Json, bodies: int, left: list[Any]) -> None:
    save(tmp_path, task(annotation(), second))
    case = only(tmp_path)
    assert len(case.truth.bodies) == bodies
    assert [(one.label, one.why) for one in case.left_out] == left


@pytest.mark.parametrize(
    ("annotations", "why"),
    [
        ([annotation(), OTHER], "it has 2 annotations that differ (annotation 1, annotation 2)"),
        ([annotation(ground_truth=True), OTHER | {"ground_truth": True}], "it has 2 annotations that differ"),
        ([annotation(was_cancelled=True)], "no annotation of it counts; annotation 1: it was cancelled"),
    ],
)
def test_annotations_of_which_none_counts_are_refused(tmp_path: Path, annotations: list[Json], why: str) -> None:
    save(tmp_path, task(*annotations))
    assert why in why_skipped(tmp_path) and "a@b.org" not in why_skipped(tmp_path)


def test_a_task_that_nobody_drew_is_said_to_be_one(tmp_path: Path) -> None:
    film(tmp_path / "bare.png")
    save(tmp_path, task(annotation()), task(image="/data/upload/1/0a1b2c3e-bare.png"))
    found, skipped = read_set(tmp_path)
    assert set(found) == {"film"} and [one.name for one in skipped] == ["bare"]
    assert "no annotation of it counts; it has none" in skipped[0].why


def test_two_exports_of_one_project_count_once(tmp_path: Path) -> None:
    save(tmp_path, task(annotation()), name="project-1.json")
    save(tmp_path, task(annotation()), name="project-2.json")
    found, skipped = read_set(tmp_path)
    assert set(found) == {"film"} and [(one.name, one.label) for one in skipped] == [("project-2.json", "films")]
    save(tmp_path, task(annotation(ground_truth=True)), name="project-2.json")
    assert set(read_set(tmp_path)[0]) == {"film"}
    save(tmp_path, task(annotation(polygon(LEVELS[0]))), name="project-2.json")
    assert "project-1.json and project-2.json label it differently" in why_skipped(tmp_path)


def test_the_size_of_another_film_is_refused_with_both(tmp_path: Path) -> None:
    small = [polygon(level) | {"original_width": 60, "original_height": 100} for level in LEVELS]
    save(tmp_path, task(annotation(*small)))
    why = why_skipped(tmp_path)
    assert "60 x 100" in why and "120 x 200" in why
    save(tmp_path, task(annotation(small[0], *map(polygon, LEVELS[1:]))))
    assert "its regions are drawn on films of several sizes" in why_skipped(tmp_path)


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ([{"image": "a.png", "annotation_id": 1, "annotator": 1, "label": []}], "JSON-MIN; export the project as JSON"),
        ({"id": 1, "result": [], "task": {"data": {"image": "a.png"}}}, "an annotation without its task's others"),
        ([task(annotation(), second="b.png")], r"name several films \(image, second\)"),
        ([task(annotation(polygon(Level.C3, "spine")))], "names a level such as C5"),
        ([task(annotation()) | {"data": {"text": "abc"}}], "the data of a task name no film"),
    ],
)
def test_another_export_is_named_for_what_it_is(tmp_path: Path, content: Any, why: str) -> None:
    film(tmp_path / "film.png")
    (tmp_path / "project.json").write_text(json.dumps(content))
    with pytest.raises(DatasetError, match=why):
        open_dataset("auto", tmp_path)
