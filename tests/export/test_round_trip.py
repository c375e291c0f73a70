"""What is exported is read back by this project's own readers, as a data set that `evaluate` and `train` open."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from spinefm.core.levels import Level
from spinefm.core.masks import Mask
from spinefm.data import Case, cases, open_dataset
from spinefm.export.formats import FORMATS
from spinefm.export.target import write_files
from spinefm.imaging.radiograph import read
from tests.export.curved import LEVELS, body, bright, six_lumbar, subject

KINDS = {"coco": "coco", "coco-rle": "coco", "labelme": "labelme", "cvat": "cvat", "yolo": "yolo", "nifti": "maps"}
"""Each format and the layout as which it is read."""


@pytest.mark.parametrize("name", KINDS)
def test_every_body_comes_back_on_its_film(name: str, tmp_path: Path) -> None:
    write_files(tmp_path, FORMATS[name].files(subject()))
    dataset = open_dataset("auto", tmp_path)
    [case] = cases(dataset)
    assert isinstance(case, Case) and dataset.kind == KINDS[name] and dataset.skipped == ()
    assert list(case.truth.bodies) == list(LEVELS) and case.left_out == ()
    assert min(case.truth.bodies[level].iou(body(index)) for index, level in enumerate(LEVELS)) >= 0.98
    shown = Mask.from_array(bright(read(case.source).pixels))
    assert all(shown.intersection_area(mask) >= 0.98 * mask.area for mask in case.truth.bodies.values())


@pytest.mark.parametrize("name", KINDS)
def test_a_sixth_lumbar_vertebra_comes_back_as_one(name: str, tmp_path: Path) -> None:
    write_files(tmp_path, FORMATS[name].files(subject(six_lumbar())))
    [case] = cases(open_dataset("auto", tmp_path))
    assert isinstance(case, Case)
    assert [level.name for level in case.truth.bodies] == ["L2", "L3", "L4", "L5", "L6", "S1"]
    assert case.truth.bodies[Level.L6].iou(body(4)) >= 0.98


@pytest.mark.parametrize("name", sorted(set(KINDS) - {"yolo"}))
def test_films_in_one_export_stay_apart(name: str, tmp_path: Path) -> None:
    parts = [FORMATS[name].part(subject(name=one)) for one in ("neck", "back")]
    for part in parts:
        write_files(tmp_path, part.files)
    write_files(tmp_path, FORMATS[name].joined([part.entry for part in parts]))
    found = list(cases(open_dataset("auto", tmp_path)))
    assert sorted(Path(case.name).name for case in found if isinstance(case, Case)) == ["back", "neck"]


def test_run_lengths_are_exact(tmp_path: Path) -> None:
    write_files(tmp_path, FORMATS["coco-rle"].files(subject()))
    [case] = cases(open_dataset("coco", tmp_path))
    assert isinstance(case, Case)
    for index, level in enumerate(LEVELS):
        assert np.array_equal(case.truth.bodies[level].crop, body(index).crop)
