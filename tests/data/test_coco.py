"""COCO files as programs write them: ids, addresses, sizes and coordinates."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spinefm.core.levels import Level
from spinefm.data import DatasetError, open_dataset
from spinefm.data.names import Names
from spinefm.data.numbering import check_counted
from tests.data.pictures import SIZE, film, read_set, rows, why_skipped

LEVELS = (Level.C3, Level.C4, Level.C5)
Json = dict[str, Any]


def coco(root: Path, name: str = "film.png", image: Json | None = None, shift: float = 0, scale: float = 1) -> None:
    """A COCO file of three bodies, whose annotations refer to ids from `shift` on."""
    film(root / "film.png")
    raw = {
        "images": [{"id": 1, "file_name": name, "width": SIZE[0], "height": SIZE[1], **(image or {})}],
        "categories": [{"id": number, "name": level.name} for number, level in enumerate(LEVELS, 1)],
        "annotations": [
            {
                "image_id": 1 + 0 * shift,  # a float where the shift is one
                "category_id": number + shift,
                "segmentation": [(np.ravel(rows(level)) * scale).tolist()],
            }
            for number, level in enumerate(LEVELS, 1)
        ],
    }
    (root / "coco.json").write_text(json.dumps(raw))


def bodies(root: Path) -> set[Level]:
    """The bodies of the one case, of which nothing else is skipped."""
    found, skipped = read_set(root)
    assert not skipped, skipped
    (case,) = found.values()
    assert case.name == "film"
    return set(case.truth.bodies)


@pytest.mark.parametrize("name", [" film.png", "0a1b2c3d-film.png", "data/upload/1/0a1b2c3d-film.png"])
def test_a_film_that_is_found_is_not_listed_as_without_label(tmp_path: Path, name: str) -> None:
    coco(tmp_path, name)
    found, skipped = read_set(tmp_path)
    assert len(found) == 1 and not skipped


def test_ids_that_a_table_turned_into_floats_are_the_same_ids(tmp_path: Path) -> None:
    coco(tmp_path, shift=0.0)
    assert '"image_id": 1.0' in (tmp_path / "coco.json").read_text()
    assert bodies(tmp_path) == set(LEVELS)


@pytest.mark.parametrize(
    "name",
    [
        "https://films.org/a/film.png?X-Date=2024&token=1",
        "https://films.org/a/film.png",
        "C:\\Films\\film.png",
        "s3://bucket/film.png",
    ],
)
def test_a_film_that_is_called_by_its_address_has_its_name(tmp_path: Path, name: str) -> None:
    coco(tmp_path, name)
    assert bodies(tmp_path) == set(LEVELS)


@pytest.mark.parametrize("side", [0, None, "0", "same.0"])
def test_a_size_of_zero_is_none_and_one_with_a_point_is_one(tmp_path: Path, side: Any) -> None:
    sides = [f"{length}.0" if side == "same.0" else side for length in SIZE]
    coco(tmp_path, image={"width": sides[0], "height": sides[1]})
    assert bodies(tmp_path) == set(LEVELS)


@pytest.mark.parametrize(("shift", "used"), [(-1, "from 0"), (1, "up to 4")])
def test_categories_that_count_from_another_number_are_refused(tmp_path: Path, shift: int, used: str) -> None:
    coco(tmp_path, shift=shift)
    with pytest.raises(DatasetError, match=f"listed from 1 to 3 and used {used}, so one of the two counts"):
        open_dataset("auto", tmp_path)


@pytest.mark.parametrize(
    ("names", "used"),
    [
        (["background", "C3", "C4"], [1, 2, 3]),
        (["C3", "C4", "C5"], [1] * 50 + [2] * 50 + [3]),
        (["left", "right"], [1, 2]),
        (["background", "C3", "C4", "C5"], [1, 2] * 20 + [0]),
        (["skull", "C3", "C4", "C5"], [0, 1, 2, 3]),
        (["skull", "C3", "C4", "C5", "C6"], [0, 1, 2]),
        (["C3", "C4", "C5", "disc"], [1, 2]),
    ],
)
def test_a_slip_or_an_unused_background_is_no_other_count(names: list[str], used: list[int]) -> None:
    check_counted(dict(enumerate(names)), used, Names())


def test_a_background_does_not_hide_that_categories_count_from_another_number() -> None:
    with pytest.raises(ValueError, match="listed from 0 to 3 and used up to 4"):
        check_counted(dict(enumerate(["background", "C3", "C4", "C5"])), [2, 3, 4], Names())


@pytest.mark.parametrize(
    ("names", "used", "why"),
    [
        (["background", "C3", "C4", "C5"], [0, 1, 2], "the class 0, 'background', is used as often .* 'C5' never"),
        (["background", "C3", "C4", "C5"], [0, 1, 2] * 9 + [2], "'background', is used as often"),
        (["C3", "C4", "C5", "disc"], [1, 2, 3], "the class 3, 'disc', is used as often .* 'C3' never"),
    ],
)
def test_a_name_beside_the_bodies_that_is_used_in_place_of_one_is_refused(
    names: list[str], used: list[int], why: str
) -> None:
    with pytest.raises(ValueError, match=why):
        check_counted(dict(enumerate(names)), used, Names())


def test_coordinates_that_are_all_zero_are_no_shares(tmp_path: Path) -> None:
    coco(tmp_path)
    raw = json.loads((tmp_path / "coco.json").read_text())
    raw["annotations"].append(raw["annotations"][0] | {"segmentation": [[0] * 8], "bbox": [0] * 4})
    (tmp_path / "coco.json").write_text(json.dumps(raw))
    (case,) = read_set(tmp_path)[0].values()
    assert [one.why for one in case.left_out] == ["it contains no pixel of the film"]


def test_films_that_two_files_list_with_the_same_labels_count_once(tmp_path: Path) -> None:
    coco(tmp_path)
    raw = json.loads((tmp_path / "coco.json").read_text())
    raw["images"][0]["id"] = 9
    raw["annotations"] = [one | {"image_id": 9} for one in reversed(raw["annotations"])]
    (tmp_path / "train.json").write_text(json.dumps(raw))
    found, skipped = read_set(tmp_path)
    assert set(found) == {"film"}
    assert [(one.name, one.label) for one in skipped] == [("train.json", "films")]
    assert "Films that are in coco.json with the same labels: 1;" in skipped[0].why
    raw["annotations"].pop()
    (tmp_path / "second_reader.json").write_text(json.dumps(raw))
    found, skipped = read_set(tmp_path)
    assert not found and "coco.json and second_reader.json label it differently" in skipped[-1].why


def test_far_numbers_of_categories_cost_nothing(tmp_path: Path) -> None:
    coco(tmp_path)
    raw = json.loads((tmp_path / "coco.json").read_text())
    raw["categories"].append({"id": 10**15, "name": "hyoid"})
    (tmp_path / "coco.json").write_text(json.dumps(raw))
    assert bodies(tmp_path) == set(LEVELS)


def test_shares_of_the_film_are_said_to_be_some(tmp_path: Path) -> None:
    coco(tmp_path, scale=1 / max(SIZE))
    assert "its coordinates lie between 0 and 1, so they are shares of the film" in why_skipped(tmp_path)
