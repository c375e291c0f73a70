"""Cases of nnU-Net's raw folder."""

from __future__ import annotations

import json
from pathlib import Path

from spinefm.core.levels import Level
from tests.data.pictures import column, film, read_set, save_map, why_skipped


def raw_folder(root: Path, *parts: str, at: tuple[int, ...] = (20, 60)) -> None:
    """A case `f` in each part."""
    names = {"background": 0, "C3": 1, "C4": 2}
    (root / "dataset.json").write_text(json.dumps({"labels": names, "file_ending": ".png"}))
    for part, left in zip(parts, at, strict=False):
        film(root / f"images{part}" / "f_0000.png")
        save_map(column(1, 2, at=left), root / f"labels{part}" / "f.png")


def test_a_case_in_both_parts_is_two_cases(tmp_path: Path) -> None:
    raw_folder(tmp_path, "Tr", "Ts")
    found, skipped = read_set(tmp_path)
    assert not skipped
    boxes = {name: case.truth.bodies[Level.C3].box.x0 for name, case in found.items()}
    assert boxes == {"imagesTr/f": 20, "imagesTs/f": 60}


def test_a_second_map_of_a_case_is_listed(tmp_path: Path) -> None:
    raw_folder(tmp_path, "Tr")
    save_map(column(1, 2), tmp_path / "labelsTr" / "f.tif")
    found, skipped = read_set(tmp_path)
    assert set(found) == {"f"}
    assert [(one.name, one.why) for one in skipped] == [("f.tif", "f.png is read in its place; keep one of them.")]


def test_regions_of_one_label_name_it_and_larger_ones_do_not(tmp_path: Path) -> None:
    raw_folder(tmp_path, "Tr")
    names = {"background": 0, "neck": [1, 2], "C3": [1], "C4": [2]}
    (tmp_path / "dataset.json").write_text(json.dumps({"labels": names, "file_ending": ".png"}))
    (case,) = read_set(tmp_path)[0].values()
    assert set(case.truth.bodies) == {Level.C3, Level.C4} and not case.left_out


def test_ids_one_higher_than_their_names_are_refused(tmp_path: Path) -> None:
    raw_folder(tmp_path, "Tr")
    save_map(column(2, 3), tmp_path / "labelsTr" / "f.png")
    assert "listed from 0 to 2 and used up to 3" in why_skipped(tmp_path)


def test_a_film_without_the_first_body_is_read(tmp_path: Path) -> None:
    raw_folder(tmp_path, "Tr")
    names = {"background": 0, "C3": 1, "C4": 2, "C5": 3, "disc": 4}
    (tmp_path / "dataset.json").write_text(json.dumps({"labels": names, "file_ending": ".png"}))
    save_map(column(2, 3, 4), tmp_path / "labelsTr" / "f.png")
    (case,) = read_set(tmp_path)[0].values()
    assert set(case.truth.bodies) == {Level.C4, Level.C5}
