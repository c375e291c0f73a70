"""Which layout a folder is taken for."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from spinefm.core.levels import Level
from spinefm.data import DatasetError, open_dataset
from spinefm.phantom import Phantom, simulate
from tests.data.pictures import SIZE, column, film, read_set, rows, save_map, why_skipped
from tests.data.test_no_silent_skip import ALL_WRITERS

PLACES = ("top left", "top right", "bottom right", "bottom left")
CORNERS = [f"C{number} {place}" for number in (3, 4) for place in PLACES]
BODIES = ["C3", "C4", "C5"]


def labelme(root: Path, name: str, labels: list[str]) -> None:
    film(root / f"{name}.png")
    shapes = [
        {"label": label, "points": rows(Level[label]) if label in Level.__members__ else [[50, 50]]} for label in labels
    ]
    raw = {"shapes": shapes, "imagePath": f"{name}.png", "imageWidth": SIZE[0], "imageHeight": SIZE[1]}
    (root / f"{name}.json").write_text(json.dumps(raw))


@pytest.mark.parametrize(
    ("labels", "kind"),
    [
        (BODIES, "labelme"),
        ([*BODIES, "C5 centroid"], "labelme"),
        ([*BODIES, "C5 bottom left", "C5 bottom right"], "labelme"),
        ([], "labelme"),
        ([*CORNERS, "C2 centroid"], "csxa"),
        ([label.replace(" ", "  ") for label in CORNERS], "csxa"),
    ],
)
def test_points_named_after_corners_are_csxa_where_most_shapes_are(
    tmp_path: Path, labels: list[str], kind: str
) -> None:
    labelme(tmp_path, "film", labels)
    assert open_dataset("auto", tmp_path).kind == kind


def test_a_centroid_beside_bodies_is_listed_and_they_are_read(tmp_path: Path) -> None:
    labelme(tmp_path, "a", [*BODIES, "C5 centroid"])
    labelme(tmp_path, "b", BODIES)
    found, skipped = read_set(tmp_path)
    assert set(found) == {"a", "b"} and not skipped
    assert set(found["a"].truth.bodies) == {Level.C3, Level.C4, Level.C5}
    assert [one.label for one in found["a"].left_out] == ["C5 centroid"]


@pytest.mark.parametrize("key", ["complete", "region"])
def test_a_label_of_the_phantoms_layout_that_lacks_a_key_is_told_so(tmp_path: Path, key: str) -> None:
    film(tmp_path / "films" / "a.png")
    raw = {"size": SIZE, "region": "cervical", "complete": True, "polygons": {"C3": rows(Level.C3)}}
    (tmp_path / "labels").mkdir()
    (tmp_path / "labels" / "a.json").write_text(json.dumps({name: raw[name] for name in raw if name != key}))
    assert f"a.json cannot be read ('{key}' is missing)" in why_skipped(tmp_path)


def maps(root: Path, films: str = "images", labels: str = "labels") -> None:
    """A film and its map."""
    film(root / films / "film.png")
    save_map(column(3, 4, 5), root / labels / "film.png")


BESIDE = ["README.txt", "readme.md", "LICENSE", "Thumbs.db", "desktop.ini", "paper.pdf", "@eaDir/x", "__MACOSX/._x"]


@pytest.mark.parametrize("beside", BESIDE)
def test_what_lies_beside_the_folder_of_a_set_does_not_hide_it(tmp_path: Path, beside: str) -> None:
    maps(tmp_path / "set")
    (tmp_path / beside).parent.mkdir(exist_ok=True)
    (tmp_path / beside).write_bytes(b"?")
    found, skipped = read_set(tmp_path)
    assert set(found) == {"film"} and not skipped


def test_names_of_classes_beside_a_folder_are_part_of_the_set(tmp_path: Path) -> None:
    film(tmp_path / "set" / "images" / "film.png")
    (tmp_path / "set" / "labels").mkdir()
    (tmp_path / "set" / "labels" / "film.txt").write_text("0 0.5 0.3 0.2 0.1\n")
    (tmp_path / "classes.txt").write_text("C3\n")
    assert set(read_set(tmp_path)[0]["film"].truth.boxes) == {Level.C3}


@pytest.mark.parametrize("left", ["Thumbs.db", "desktop.ini", ".DS_Store"])
@pytest.mark.parametrize("folder", ["images", "labels"])
def test_what_file_managers_leave_is_not_listed(tmp_path: Path, left: str, folder: str) -> None:
    maps(tmp_path)
    (tmp_path / folder / left).write_bytes(b"?")
    found, skipped = read_set(tmp_path)
    assert set(found) == {"film"} and not skipped


@pytest.mark.parametrize(("films", "labels"), [("Images", "Labels"), ("FILMS", "Masks"), ("imgs", "Segmentations")])
def test_folders_of_films_and_maps_may_have_capitals(tmp_path: Path, films: str, labels: str) -> None:
    maps(tmp_path, films, labels)
    assert set(read_set(tmp_path)[0]) == {"film"}


def test_a_folder_without_labels_is_named_so(tmp_path: Path) -> None:
    film(tmp_path / "films" / "film.png")
    with pytest.raises(DatasetError, match=r"has no folder named labels; a folder of films with truth has films/"):
        open_dataset("phantom", tmp_path)


def test_texts_beside_films_with_maps_are_no_labels(tmp_path: Path) -> None:
    maps(tmp_path)
    (tmp_path / "images" / "film.txt").write_text("No fracture.")
    (tmp_path / "config.yaml").write_text("seed: 1\n")
    assert open_dataset("auto", tmp_path).kind == "maps"


def test_texts_beside_maps_in_their_folder_are_no_labels(tmp_path: Path) -> None:
    maps(tmp_path)
    (tmp_path / "labels" / "film.txt").write_text("No fracture.")
    assert open_dataset("auto", tmp_path).kind == "maps"


@pytest.mark.parametrize(
    ("kind", "folders"),
    [
        ("yolo", {"labels": "Labels", "images": "Images"}),
        ("yolo", {"labels": "LABELS"}),
        ("spinefm", {"imgs": "Imgs", "gts": "Gts", "data_split": "Data_Split"}),
        ("nnunet", {"imagesTr": "ImagesTr", "labelsTr": "LabelsTr"}),
        ("nnunet", {"labelsTr": "labelstr"}),
        ("buu", {"LA": "la"}),
    ],
)
def test_folders_of_a_layout_are_found_whatever_their_case(
    phantom: Phantom, tmp_path: Path, kind: str, folders: dict[str, str]
) -> None:
    source = simulate(9_000_001, "lumbar", size=(240, 320)) if kind == "buu" else phantom
    ALL_WRITERS[kind](source, tmp_path, ["one", "two"])
    before = _read_of(tmp_path)
    for old, new in folders.items():
        (tmp_path / old).rename(tmp_path / new)
    assert _read_of(tmp_path) == before and before[0] == kind and len(before[1]) == 2


def _read_of(root: Path) -> tuple[str, dict[str, list[Level]], dict[str, tuple[str, ...]], int]:
    """The layout of a set, the levels of its films, its parts, and how much is left out."""
    dataset, (found, skipped) = open_dataset("auto", root), read_set(root)
    levels = {name: sorted(case.truth.bodies) for name, case in found.items()}
    return dataset.kind, levels, {name: tuple(films) for name, films in dataset.splits.items()}, len(skipped)


def test_of_two_folders_that_differ_in_case_the_one_of_the_layout_is_read(phantom: Phantom, tmp_path: Path) -> None:
    ALL_WRITERS["spinefm"](phantom, tmp_path, ["one"])
    (tmp_path / "Imgs").mkdir()
    assert set(read_set(tmp_path)[0]) == {"one"}
