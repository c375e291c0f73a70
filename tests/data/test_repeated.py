"""Films that several CVAT files list; COCO's are in `test_coco.py`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from spinefm.core.levels import Level
from tests.data.pictures import SIZE, film, read_set, rows


def cvat(path: Path, *levels: Level | str) -> None:
    """A CVAT file of bodies on `film.png`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    outlines = [(one, rows(one)) if isinstance(one, Level) else (one, rows(Level.C7)) for one in levels]
    texts = {getattr(one, "name", one): ";".join(f"{x},{y}" for x, y in points) for one, points in outlines}
    shapes = [f'<polygon label="{label}" points="{text}"/>' for label, text in texts.items()]
    image = f'<image id="0" name="film.png" width="{SIZE[0]}" height="{SIZE[1]}">{"".join(shapes)}</image>'
    path.write_text(f"<annotations>{image}</annotations>")


def test_films_of_a_task_and_its_job_count_once(tmp_path: Path) -> None:
    film(tmp_path / "film.png")
    cvat(tmp_path / "job.xml", Level.C4, Level.C3)
    cvat(tmp_path / "task.xml", Level.C3, Level.C4)
    found, skipped = read_set(tmp_path)
    assert set(found) == {"film"}
    assert [(one.name, one.label) for one in skipped] == [("task.xml", "films")]


def test_two_folders_are_two_cases_called_after_them(tmp_path: Path) -> None:
    for folder in ("train", "val"):
        film(tmp_path / folder / "film.png")
        cvat(tmp_path / folder / "annotations.xml", Level.C3, Level.C4)
    found, skipped = read_set(tmp_path)
    assert set(found) == {"train/film", "val/film"} and not skipped


def test_of_labels_of_one_film_that_differ_none_counts(tmp_path: Path) -> None:
    film(tmp_path / "film.png")
    film(tmp_path / "other.png")
    cvat(tmp_path / "rater1.xml", Level.C3, Level.C4)
    cvat(tmp_path / "rater2.xml", Level.C4)
    found, skipped = read_set(tmp_path)
    assert not found and [one.name for one in skipped] == ["other.png", "film"]
    assert "(rater1.xml and rater2.xml label it differently, so it is not clear which is true" in skipped[1].why


@pytest.mark.parametrize("other", [(), ("hyoid",)])
def test_a_file_that_says_nothing_of_a_films_bodies_takes_none_from_it(tmp_path: Path, other: tuple[str, ...]) -> None:
    film(tmp_path / "film.png")
    cvat(tmp_path / "bodies.xml", Level.C3)
    cvat(tmp_path / "all.xml", *other)
    found, skipped = read_set(tmp_path)
    assert set(found) == {"film"}
    assert [(one.name, one.label) for one in skipped] == [("all.xml", "films")]
    assert "are in bodies.xml and have labels there alone: 1" in skipped[0].why


def test_two_paths_are_not_the_same_film(tmp_path: Path) -> None:
    film(tmp_path / "film.png")
    cvat(tmp_path / "own.xml", Level.C3, Level.C4)
    cvat(tmp_path / "other.xml", Level.C4)
    text = (tmp_path / "other.xml").read_text()
    (tmp_path / "other.xml").write_text(text.replace("film.png", "patient/film.png"))
    found, skipped = read_set(tmp_path)
    assert {name: set(case.truth.bodies) for name, case in found.items()} == {"film": {Level.C3, Level.C4}}
    assert "its film patient/film.png is missing; a film of its name is that of another label" in skipped[0].why


def labelme(path: Path, level: Level) -> None:
    """A labelme file of one body on `film.png`."""
    shape = {"label": level.name, "points": rows(level), "shape_type": "polygon"}
    path.write_text(json.dumps({"shapes": [shape], "imagePath": "film.png", "imageData": None}))


def yolo(path: Path, level: Level) -> None:
    """A label of YOLO of one body, in a folder of its own."""
    folder = path.parent / "labels" / path.stem.replace("film_", "")
    folder.mkdir(parents=True, exist_ok=True)
    (path.parent / "data.yaml").write_text("names: [C3, C4]")
    (folder / "film.txt").write_text(f"{int(level) - 3} 0.5 0.5 0.2 0.1\n")


def voc(path: Path, level: Level) -> None:
    """A label of Pascal VOC of one body on `film.png`."""
    box = "<bndbox><xmin>40</xmin><ymin>40</ymin><xmax>70</xmax><ymax>60</ymax></bndbox>"
    body = f"<filename>film.png</filename><object><name>{level.name}</name>{box}</object>"
    path.with_suffix(".xml").write_text(f"<annotation>{body}</annotation>")


@pytest.mark.parametrize("write", [labelme, yolo, voc])
def test_label_files_of_one_film_count_once_where_they_agree(
    tmp_path: Path, write: Callable[[Path, Level], None]
) -> None:
    film(tmp_path / "film.png")
    for reader in ("reader1", "reader2"):
        write(tmp_path / f"film_{reader}.json", Level.C3)
    found, (skipped,) = read_set(tmp_path)
    assert len(found) == 1 and "says the same of its film, which counts once" in skipped.why
    write(tmp_path / "film_reader2.json", Level.C4)
    found, refused = read_set(tmp_path)
    assert not found and ["label one film differently" in one.why for one in refused] == [True, True]
