"""A film that no label means is listed, whatever the names of films and labels beside it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from spinefm.core.levels import Level
from spinefm.phantom import Phantom, simulate
from tests.data import layouts
from tests.data.pictures import SIZE, film, read_set, rows

Write = Callable[[Path], None]


def labelme(place: str, stated: str = "") -> Write:
    """A labelme file of one body on the film that it states."""

    def write(root: Path) -> None:
        shape = {"label": "C4", "points": rows(Level.C4), "shape_type": "polygon"}
        (root / place).write_text(json.dumps({"shapes": [shape], "imagePath": stated or f"{Path(place).stem}.png"}))

    return write


def damaged(place: str) -> Write:
    """A labelme file that cannot be read."""

    def write(root: Path) -> None:
        (root / place).write_text("{")

    return write


def coco(place: str, stated: str) -> Write:
    """A COCO file of one body on one film."""

    def write(root: Path) -> None:
        drawn = {"image_id": 1, "category_id": 4, "segmentation": [np.ravel(rows(Level.C4)).tolist()]}
        image = {"id": 1, "file_name": stated, "width": SIZE[0], "height": SIZE[1]}
        raw = {"images": [image], "categories": [{"id": 4, "name": "C4"}], "annotations": [drawn]}
        (root / place).write_text(json.dumps(raw))

    return write


def cvat(place: str, stated: str) -> Write:
    """A CVAT file of one body on one film."""
    shape = '<polygon label="C4" points="40,70;70,70;70,90"/>'
    image = f'<image id="0" name="{stated}" width="{SIZE[0]}" height="{SIZE[1]}">{shape}</image>'
    text = f"<annotations>{image}</annotations>"

    def write(root: Path) -> None:
        (root / place).write_text(text)

    return write


CASES: dict[str, tuple[Sequence[str], Sequence[Write], int, set[str]]] = {
    "labelme by patient": (
        ("P1/lat.png", "P2/lat.png", "P3/lat.png"),
        (labelme("P1/lat.json"), labelme("P2/lat.json")),
        2,
        {"lat.png (P3/lat.png)"},
    ),
    "damaged labelme by patient": (
        ("P1/lat.png", "P2/lat.png", "P3/lat.png"),
        (labelme("P1/lat.json"), damaged("P2/lat.json")),
        1,
        {"lat.png (P3/lat.png)"},
    ),
    "labelme called otherwise": (
        ("film.png", "other.png", "third.png"),
        (labelme("label1.json", "film.png"),),
        1,
        {"other.png", "third.png"},
    ),
    "labelme called as another film": (("a.png", "b.png"), (labelme("a.json", "b.png"),), 1, {"a.png"}),
    "COCO": (("a/lat.png", "b/lat.png"), (coco("all.json", "a/lat.png"),), 1, {"lat.png (b/lat.png)"}),
    "COCO by part": (
        ("train/lat.png", "valid/lat.png", "test/lat.png"),
        (coco("train/all.json", "lat.png"), coco("valid/all.json", "lat.png")),
        2,
        {"lat.png (test/lat.png)"},
    ),
    "COCO undecided": (("a/lat.png", "b/lat.png"), (coco("all.json", "lat.png"),), 0, set()),
    "CVAT": (("a/lat.png", "b/lat.png"), (cvat("annotations.xml", "a/lat.png"),), 1, {"lat.png (b/lat.png)"}),
    "another ending": (("lat.png", "lat.jpg"), (coco("all.json", "lat.png"),), 1, set()),
}


@pytest.mark.parametrize("case", CASES)
def test_a_film_that_no_label_means_is_listed_and_no_other(tmp_path: Path, case: str) -> None:
    films, labels, count, bare = CASES[case]
    for name in films:
        film(tmp_path / name)
    for write in labels:
        write(tmp_path)
    found, skipped = read_set(tmp_path)
    assert len(found) == count
    listed = [one for one in skipped if one.label == "no label"]
    assert {one.name + one.why.partition("this film")[2].partition(";")[0] for one in listed} == bare


def test_a_picture_without_an_ending_is_the_film_of_its_label(tmp_path: Path) -> None:
    film(tmp_path / "IMG0001.png").rename(tmp_path / "IMG0001")
    film(tmp_path / "IMG0002.png").rename(tmp_path / "IMG0002")
    labelme("IMG0001.json", "IMG0001")(tmp_path)
    found, skipped = read_set(tmp_path)
    assert [case.film.name for case in found.values()] == ["IMG0001"]
    assert [(one.name, one.label) for one in skipped] == [("IMG0002", "no label")]


def _by_patient(root: Path) -> None:
    """Film and label of CSXA in the folder of a patient."""
    (root / "P1").mkdir()
    (root / "images" / "one.png").rename(root / "P1" / "one.png")
    (root / "json" / "one.json").rename(root / "P1" / "one.json")


@pytest.mark.parametrize(("kind", "own"), [("csxa", "P1/one.png"), ("buu", "LA/one.jpg")])
def test_films_of_one_name_of_which_one_has_no_label_are_counted(
    phantom: Phantom, tmp_path: Path, kind: str, own: str
) -> None:
    if kind == "csxa":
        layouts.write_csxa(phantom, tmp_path, ["one"])
        _by_patient(tmp_path)
    else:
        layouts.write_buu(simulate(9_000_001, "lumbar", size=(240, 320)), tmp_path, ["one"])
    other = (tmp_path / own).parent / "P2" if kind == "buu" else tmp_path / "P2"
    other.mkdir()
    shutil.copy(tmp_path / own, other)
    found, skipped = read_set(tmp_path, kind)
    assert len(found) == 1
    assert [one.why.partition(";")[0] for one in skipped if one.label == "no label"] == [
        {"csxa": "1 film has no labelme file of the same name", "buu": "1 film has no CSV file"}[kind]
    ]
