"""Pascal VOC's files as programs write them: shapes, films, and what is no label."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from spinefm.core.levels import Level
from spinefm.data import DatasetError, open_dataset
from tests.data.pictures import SIZE, film, read_set, rows, why_skipped

BOX = "<bndbox><xmin>40</xmin><ymin>70</ymin><xmax>70</xmax><ymax>90</ymax></bndbox>"
NUMBERED = "<polygon>" + "".join(f"<x{n}>{x}</x{n}><y{n}>{y}</y{n}>" for n, (x, y) in enumerate(rows(Level.C4), 1))
POINTS = "".join(f"<{{0}}><x>{x}</x><y>{y}</y></{{0}}>" for x, y in rows(Level.C4))


def voc(path: Path, *objects: str, name: str = "film.png", head: str = "", size: tuple[int, int] = SIZE) -> None:
    """A label with a box of C3 and the `objects`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    first = (
        "<object><name>C3</name><bndbox><xmin>40</xmin><ymin>40</ymin><xmax>70</xmax><ymax>60</ymax></bndbox></object>"
    )
    sides = f"<size><width>{size[0]}</width><height>{size[1]}</height><depth>1</depth></size>"
    text = f"{head}<filename>{name}</filename>{sides}{first}{''.join(objects)}"
    path.write_text(f"<annotation>{text}</annotation>")


def thing(inside: str, name: str = "C4") -> str:
    return f"<object><name>{name}</name>{inside}</object>"


@pytest.mark.parametrize("stated", ["film.png", "film", "film.jpg", "", "C:\\films\\film.png"])
def test_a_label_beside_its_film_is_told_from_other_xml_and_read(tmp_path: Path, stated: str) -> None:
    film(tmp_path / "film.png")
    voc(tmp_path / "film.xml", thing(BOX), name=stated)
    assert open_dataset("auto", tmp_path).kind == "voc"
    found, skipped = read_set(tmp_path)
    assert not skipped
    assert found["film"].truth.boxes == {Level.C3: (40, 40, 70, 60), Level.C4: (40, 70, 70, 90)}


@pytest.mark.parametrize(
    "polygon",
    [
        f"{NUMBERED}</polygon>{BOX}",
        f"<polygon>{POINTS.format('pt')}<username>a</username></polygon>",
        f"<polygon>{POINTS.format('point')}</polygon>",
        "<robndbox><cx>55</cx><cy>80</cy><w>20</w><h>30</h><angle>1.5707963</angle></robndbox>",
    ],
    ids=["Roboflow", "LabelMe", "points", "roLabelImg"],
)
def test_an_outline_that_a_program_adds_is_the_body(tmp_path: Path, polygon: str) -> None:
    film(tmp_path / "film.png")
    voc(tmp_path / "film.xml", thing(polygon))
    (case,) = read_set(tmp_path)[0].values()
    assert set(case.truth.boxes) == {Level.C3} and set(case.truth.bodies) == {Level.C4}
    assert case.truth.bodies[Level.C4].area == pytest.approx(600, abs=10)
    assert abs(case.truth.bodies[Level.C4].centroid.y - 79.5) < 0.6


def test_an_angle_turns_a_box_clockwise(tmp_path: Path) -> None:
    film(tmp_path / "film.png")
    voc(tmp_path / "film.xml", thing("<robndbox><cx>55</cx><cy>90</cy><w>40</w><h>16</h><angle>0.5</angle></robndbox>"))
    (case,) = read_set(tmp_path)[0].values()
    crop = case.truth.bodies[Level.C4].crop
    assert np.cov(*crop.nonzero())[0, 1] > 0  # farther right is farther down


def test_parts_count_as_objects_do(tmp_path: Path) -> None:
    film(tmp_path / "film.png")
    parts = f"<part><name>C4</name>{BOX}</part><part><name>disc C4/C5</name>{BOX}</part>"
    voc(tmp_path / "film.xml", thing(BOX + parts, "spine"))
    (case,) = read_set(tmp_path)[0].values()
    assert set(case.truth.boxes) == {Level.C3, Level.C4}
    assert [one.label for one in case.left_out] == ["spine", "disc C4/C5"]


@pytest.mark.parametrize(
    ("inside", "why"),
    [
        ("<deleted>1</deleted>" + BOX, "it was deleted"),
        ("", "it has neither a box nor a polygon"),
        ("<bndbox><xmin>1</xmin></bndbox>", "could not convert"),
        ("<polygon><x1>1</x1><y1>2</y1></polygon>", "not a list of at least three points"),
        (
            "<robndbox><cx>55</cx><cy>90</cy><w>40</w><h>16</h><angle>a</angle></robndbox>",
            "its rotation is not a number",
        ),
        (
            "<robndbox><cx>b</cx><cy>90</cy><w>40</w><h>16</h><angle>1</angle></robndbox>",
            "not a list of at least three",
        ),
    ],
)
def test_a_damaged_object_is_left_out_alone(tmp_path: Path, inside: str, why: str) -> None:
    film(tmp_path / "film.png")
    voc(tmp_path / "film.xml", thing(inside))
    (case,) = read_set(tmp_path)[0].values()
    assert set(case.truth.boxes) == {Level.C3} and not case.truth.bodies
    assert [one.label for one in case.left_out] == ["C4"] and why in case.left_out[0].why


def test_of_films_of_one_name_the_folder_says_which(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        film(tmp_path / folder / "film.png")
    voc(tmp_path / "xml" / "film.xml", thing(BOX), head="<folder>b</folder>")
    found, skipped = read_set(tmp_path)
    assert found["film"].film == tmp_path / "b" / "film.png"
    assert [(one.name, one.label) for one in skipped] == [("film.png", "no label")]
    voc(tmp_path / "xml" / "film.xml", thing(BOX))
    assert "2 films could belong to it" in why_skipped(tmp_path)


def test_labels_of_one_name_in_two_folders_are_two_cases(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        film(tmp_path / folder / "film.png")
        voc(tmp_path / folder / "film.xml", thing(BOX))
    found, skipped = read_set(tmp_path)
    assert not skipped
    assert {name: case.film.parent.name for name, case in found.items()} == {"a/film": "a", "b/film": "b"}


def test_the_size_of_another_film_is_refused_with_both(tmp_path: Path) -> None:
    film(tmp_path / "film.png")
    voc(tmp_path / "film.xml", thing(BOX), size=(60, 100))
    why = why_skipped(tmp_path)
    assert "60 x 100" in why and "120 x 200" in why


def test_masks_in_colours_are_no_films(tmp_path: Path) -> None:
    film(tmp_path / "JPEGImages" / "film.png")
    film(tmp_path / "SegmentationClass" / "film.png")
    voc(tmp_path / "Annotations" / "film.xml", thing(BOX), name="film")
    found, skipped = read_set(tmp_path)
    assert found["film"].film.parent.name == "JPEGImages"
    assert [(one.name, one.why) for one in skipped] == [("SegmentationClass", "1 masks in colours are not read.")]


def test_files_of_cvat_and_others_are_told_apart(tmp_path: Path) -> None:
    film(tmp_path / "film.png")
    (tmp_path / "about.xml").write_text("<about/>")
    voc(tmp_path / "film.xml", thing(BOX))
    found, skipped = read_set(tmp_path)
    assert set(found) == {"film"} and [one.name for one in skipped] == ["about.xml"]
    (tmp_path / "task.xml").write_text('<annotations><image id="0" name="film.png"/></annotations>')
    assert open_dataset("auto", tmp_path).kind == "cvat"


@pytest.mark.parametrize("text", ["<!DOCTYPE a [<!ENTITY b 'c'>]><annotation/>", "<a", "<annotations/>"])
def test_what_is_no_label_is_refused_with_a_sentence(tmp_path: Path, text: str) -> None:
    film(tmp_path / "film.png")
    (tmp_path / "film.xml").write_text(text)
    with pytest.raises(DatasetError, match="document type|not valid XML|begins with"):
        open_dataset("voc", tmp_path)
