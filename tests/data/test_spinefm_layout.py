"""Which masks belong to which film in the authors' layout, and what a mask may hold."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from spinefm.core.levels import Level
from spinefm.data import open_dataset
from tests.data.pictures import column, film, read_set

LEVELS = (Level.C3, Level.C4, Level.C5)


def masks(folder: Path, name: str = "film", at: int = 40) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    labels = column(*LEVELS, at=at)
    for level in LEVELS:
        np.save(folder / f"{name}_{level.name}.npy", labels == level)


def test_films_of_one_id_in_two_folders_have_the_masks_of_their_folder(tmp_path: Path) -> None:
    for folder, at in (("a", 20), ("b", 60)):
        film(tmp_path / "imgs" / folder / "film.jpg")
        masks(tmp_path / "gts" / folder, at=at)
    found, skipped = read_set(tmp_path)
    assert not skipped
    assert {name: case.truth.bodies[Level.C4].box.x0 for name, case in found.items()} == {"a/film": 20, "b/film": 60}


def test_masks_that_two_films_could_have_belong_to_none(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        film(tmp_path / "imgs" / folder / "film.jpg")
    masks(tmp_path / "gts")
    found, skipped = read_set(tmp_path)
    assert not found
    assert [one.name for one in skipped] == ["gts", "a/film", "b/film"] and "3 masks belong to no film" in skipped[
        0
    ].why


def test_two_masks_of_one_level_are_left_out(tmp_path: Path) -> None:
    film(tmp_path / "imgs" / "film.jpg")
    masks(tmp_path / "gts" / "train")
    masks(tmp_path / "gts" / "val", at=60)
    (tmp_path / "gts" / "val" / "film_C5.npy").unlink()
    (case,) = read_set(tmp_path)[0].values()
    assert set(case.truth.bodies) == {Level.C5}
    assert {(one.label, one.why) for one in case.left_out} == {
        (name, "2 files in gts hold its mask; keep one") for name in ("C3", "C4")
    }


def test_masks_beside_a_film_win_over_those_elsewhere(tmp_path: Path) -> None:
    film(tmp_path / "imgs" / "film.jpg")
    masks(tmp_path / "gts", at=20)
    masks(tmp_path / "gts" / "old", at=60)
    found, skipped = read_set(tmp_path)
    assert found["film"].truth.bodies[Level.C4].box.x0 == 20
    assert "3 masks belong to no film" in skipped[0].why


def test_ids_of_csxa_are_hidden_in_folders_too(tmp_path: Path) -> None:
    for folder in ("a", "b"):
        film(tmp_path / "imgs" / folder / "0012F61.jpg")
        masks(tmp_path / "gts" / folder, "0012F61")
    assert open_dataset("auto", tmp_path).kind == "csxa"
    assert set(read_set(tmp_path)[0]) == {"csxa-0001", "csxa-0002"}


INSIDE = column(Level.C3) > 0


@pytest.mark.parametrize(
    ("mask", "why"),
    [
        (INSIDE * 0.98 + 0.01, ""),
        ((INSIDE * 0.6).astype(np.float32), ""),
        (INSIDE * 255.0, ""),
        ((INSIDE * -1).astype(np.int8), ""),
        (np.where(INSIDE, 255, 90).astype(np.uint8), ""),
        (np.where(INSIDE, 3.5, -2.0), "several values from -2 to 3.5"),
        (np.where(INSIDE, 5, 4), "several values from 4 to 5"),
        (~INSIDE, "reaches the film's edge"),
        (INSIDE & False, "its mask is empty"),
    ],
)
def test_what_a_mask_may_hold(tmp_path: Path, mask: np.ndarray, why: str) -> None:
    film(tmp_path / "imgs" / "film.jpg")
    (tmp_path / "gts").mkdir()
    np.save(tmp_path / "gts" / "film_C3.npy", mask)
    found, skipped = read_set(tmp_path)
    if why:
        assert not found and why in skipped[0].why
    else:
        assert np.array_equal(found["film"].truth.bodies[Level.C3].on_film(INSIDE.shape), INSIDE)


AXES = {
    "before": lambda mask: mask[None],
    "behind": lambda mask: mask[..., None],
    "on both sides": lambda mask: mask[None, ..., None],
}


@pytest.mark.parametrize("case", AXES)
def test_axes_of_one_value_do_not_count(tmp_path: Path, case: str) -> None:
    film(tmp_path / "imgs" / "film.jpg")
    masks(tmp_path / "gts")
    for path in (tmp_path / "gts").iterdir():
        np.save(path, AXES[case](np.load(path)))
    (case_read,) = read_set(tmp_path)[0].values()
    assert set(case_read.truth.bodies) == set(LEVELS) and not case_read.left_out


def test_the_only_array_of_a_packed_mask_may_have_any_name(tmp_path: Path) -> None:
    film(tmp_path / "imgs" / "film.jpg")
    (tmp_path / "gts").mkdir()
    labels = column(*LEVELS)
    np.savez_compressed(tmp_path / "gts" / "film_C3.npz", mask=labels == Level.C3)
    np.savez_compressed(tmp_path / "gts" / "film_C4.npz", labels == Level.C4)
    np.savez_compressed(tmp_path / "gts" / "film_C5.npz", a=labels == Level.C5, b=labels == Level.C5)
    (case,) = read_set(tmp_path)[0].values()
    assert set(case.truth.bodies) == {Level.C3, Level.C4}
    assert [(one.label, one.why) for one in case.left_out] == [("C5", "it contains 2 arrays, and none is called arr_0")]
