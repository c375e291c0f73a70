"""No label takes another patient's film of the same file name for its own."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from spinefm.core.levels import Level
from spinefm.data import DatasetError
from spinefm.data.cases_apart import may_share
from tests.data.pictures import SIZE, column, film, read_set, rows, save_map

LEVELS = (Level.C3, Level.C4, Level.C5)


@pytest.mark.parametrize(
    ("label", "stated", "film_at", "expected"),
    [
        ("", "", "", True),
        ("labels", "", "images", True),
        ("labels/train", "", "images/train", True),
        ("labels/train", "", "images/val", False),
        ("annotations", "", "images/val", True),
        ("labels_train", "", "train-images", True),
        ("labels_train", "", "images_val", False),
        ("set1", "", "set2", False),
        ("a", "", "b", False),
        ("labels/a", "", "images/a", True),
        ("labels/a", "", "images", True),
        ("labels", "", "images/b", True),
        ("polygons", "", "scans", True),
        ("case_017", "", "case_3", False),
        ("", "c:/data/orig", "cervical_pngs", True),
        ("smith", "", "jones", True),
        ("labels/reader2", "", "images", True),
        ("", "a", "b", False),
        ("", "a", "x/a", True),
        ("x", "a", "y/a", False),
        ("", "c:/users/me/films", "", True),
        ("", "c:/users/me/a", "images/b", False),
        ("", "home/me/study/a", "study/a", True),
        ("", "data/upload/1", "images", True),
    ],
)
def test_a_label_may_mean_a_film_elsewhere_in_the_folder_of_its_own_case_alone(
    label: str, stated: str, film_at: str, expected: bool
) -> None:
    folders = [[part for part in text.split("/") if part] for text in (label, stated, film_at)]
    assert may_share(*folders) is expected


def labelme(path: Path, stated: str = "lat.png") -> None:
    """A labelme file."""
    shapes = [{"label": level.name, "points": rows(level), "shape_type": "polygon"} for level in LEVELS]
    save(path, json.dumps({"shapes": shapes, "imagePath": stated, "imageData": None}))


def save(path: Path, text: str) -> None:
    """A text file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def coco(root: Path) -> None:
    """One image of patient a."""
    drawn = [{"image_id": 1, "category_id": int(one), "segmentation": [np.ravel(rows(one)).tolist()]} for one in LEVELS]
    names = [{"id": int(one), "name": one.name} for one in LEVELS]
    image = {"id": 1, "file_name": "a/lat.png", "width": SIZE[0], "height": SIZE[1]}
    save(root / "coco.json", json.dumps({"images": [image], "categories": names, "annotations": drawn}))


def cvat(root: Path) -> None:
    """One image of patient a."""
    shape = '<polygon label="C4" points="40,70;70,70;70,90"/>'
    image = f'<image id="0" name="a/lat.png" width="{SIZE[0]}" height="{SIZE[1]}">{shape}</image>'
    save(root / "annotations.xml", f"<annotations>{image}</annotations>")


def yolo(root: Path) -> None:
    """A label of patient a."""
    save(root / "data.yaml", "names: [C3, C4]")
    save(root / "labels" / "a" / "lat.txt", "0 .5 .3 .2 .1\n1 .5 .5 .2 .1")


def voc(root: Path) -> None:
    """A label that states the folder of patient a."""
    box = "<bndbox><xmin>40</xmin><ymin>40</ymin><xmax>70</xmax><ymax>60</ymax></bndbox>"
    body = f"<folder>a</folder><filename>lat.png</filename><object><name>C3</name>{box}</object>"
    save(root / "Annotations" / "lat.xml", f"<annotation>{body}</annotation>")


def label_studio(root: Path) -> None:
    """A task of patient a."""
    value = {"points": [[30, 20], [60, 20], [60, 30]], "polygonlabels": ["C3"]}
    drawn = {"type": "polygonlabels", "from_name": "label", "to_name": "image", "value": value}
    task = {"data": {"image": "/data/local-files/?d=a/lat.png"}, "annotations": [{"id": 1, "result": [drawn]}]}
    save(root / "tasks.json", json.dumps([task]))


def via(root: Path) -> None:
    """A film of another number of bytes than that here."""
    shape = {"name": "rect", "x": 40, "y": 40, "width": 30, "height": 20}
    regions = [{"shape_attributes": shape, "region_attributes": {"level": "C3"}}]
    save(root / "via.json", json.dumps({"lat": {"filename": "lat.png", "size": 12345, "regions": regions}}))


@pytest.mark.parametrize(
    ("write", "why"),
    [
        (coco, "its film lat.png is missing, and images/b/lat.png may be another case's; put a label beside its film"),
        (cvat, "its film lat.png is missing"),
        (yolo, "its film is missing"),
        (voc, "its film lat.png is missing"),
        (label_studio, "its film lat.png is missing"),
        (via, "on a film lat.png of 12345 bytes, but that here has"),
        (lambda root: labelme(root / "a" / "lat.json"), "its film lat.png is missing"),
        (lambda root: labelme(root / "json" / "lat.json", "..\\a\\lat.png"), "its film lat.png is missing"),
    ],
)
def test_where_a_patients_film_is_missing_that_of_another_is_not_read(
    tmp_path: Path, write: Callable[[Path], None], why: str
) -> None:
    film(tmp_path / "images" / "b" / "lat.png")
    write(tmp_path)
    _, skipped = read_set(tmp_path)
    assert why in skipped[0].why


@pytest.mark.parametrize(
    ("films", "maps", "why"),
    [
        (["b/lat.png"], "a/lat.png", "the film of its name lies elsewhere (b/lat)"),
        (["IMG_1.png"], "IMG_1_2.png", "no film has its name"),
        (["sub-1.png"], "sub-1_run-2_msk.png", "no film has its name"),
    ],
)
def test_a_map_of_a_missing_film_is_that_of_no_other(tmp_path: Path, films: Sequence[str], maps: str, why: str) -> None:
    for name in films:
        film(tmp_path / "images" / name)
    save_map(column(3, 4), tmp_path / "labels" / maps)
    with pytest.raises(DatasetError) as caught:
        read_set(tmp_path, "maps")
    assert why in str(caught.value)


@pytest.mark.parametrize("name", ["film_seg.png", "film_mask_reader1.png", "film-labels-v2.png", "film_C3.png"])
def test_what_says_something_of_a_map_may_follow_the_name_of_its_film(tmp_path: Path, name: str) -> None:
    film(tmp_path / "images" / "film.png")
    save_map(column(3, 4), tmp_path / "labels" / name)
    assert set(read_set(tmp_path)[0]) == {"film"}


def test_masks_in_the_folder_of_a_missing_film_belong_to_no_other(tmp_path: Path) -> None:
    film(tmp_path / "imgs" / "b" / "lat.png")
    (tmp_path / "gts" / "a").mkdir(parents=True)
    np.save(tmp_path / "gts" / "a" / "lat_C3.npy", column(3) > 0)
    found, skipped = read_set(tmp_path)
    assert not found and "1 mask belongs to no film in imgs" in skipped[0].why


def test_folders_of_films_are_those_of_cases() -> None:
    assert not may_share(["smith"], [], ["jones"], {"smith", "jones"})
    assert may_share(["smith"], [], ["jones", "smith"], {"smith", "jones"})


@pytest.mark.parametrize(
    ("films", "labels", "stated"),
    [
        ("scans", "polygons", "{}.png"),
        ("scans", ".", "{}.png"),
        (".", "polygons", "{}.png"),
        ("cervical_pngs", "polygons", "C:\\data\\orig\\{}.png"),
        ("scans", "polygons", "../scans/{}.png"),
    ],
)
def test_folders_of_any_name_may_hold_films_and_labels(tmp_path: Path, films: str, labels: str, stated: str) -> None:
    for name in ("one", "two"):
        film(tmp_path / films / f"{name}.png")
        labelme(tmp_path / labels / f"{name}.json", stated.format(name))
    found, skipped = read_set(tmp_path)
    assert len(found) == 2 and not skipped
