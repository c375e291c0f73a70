"""Folders of films with truth."""

import json

import numpy as np
import pytest
from PIL import Image

from spinefm.anatomy import Level
from spinefm.datasets import DamagedCase, read_folder
from spinefm.geometry import Box


@pytest.fixture
def folder(tmp_path):
    for part in ("films", "labels"):
        (tmp_path / part).mkdir()
    Image.fromarray(np.zeros((60, 80), np.uint8)).save(tmp_path / "films" / "one.png")
    label = {
        "size": [80, 60],
        "region": "cervical",
        "complete": False,
        "polygons": {"C3": [[10, 10], [29, 10], [29, 24], [10, 24]]},
    }
    (tmp_path / "labels" / "one.json").write_text(json.dumps(label))
    return tmp_path


def test_polygons_become_masks(folder):
    (case,) = read_folder(folder)
    assert (case.name, case.region, case.truth.complete) == ("one", "cervical", False)
    assert case.film == folder / "films" / "one.png"
    assert case.truth.bodies[Level.C3].box == Box(10, 10, 30, 25)


def test_an_exact_label_map_wins_and_tells_the_partial_ones(folder):
    labels = np.zeros((60, 80), np.uint8)
    labels[5:20, 5:20] = Level.C3
    labels[30:60, 5:20] = Level.C4
    Image.fromarray(labels).save(folder / "labels" / "one.png")
    (case,) = read_folder(folder)
    assert case.truth.bodies[Level.C3].box == Box(5, 5, 20, 20)
    assert set(case.truth.partial) == {Level.C4}


@pytest.mark.parametrize("text", ["", "[]", '{"region": "cervical"}', '{"size": [8, 8], "polygons": {"Q9": []}}'])
def test_a_damaged_label_is_named(folder, text):
    (folder / "labels" / "one.json").write_text(text)
    with pytest.raises(DamagedCase, match=r"one\.json cannot be read"):
        list(read_folder(folder))


def test_a_folder_without_labels_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="no folder named labels"):
        list(read_folder(tmp_path))
