"""Folders of films with truth."""

import json

import numpy as np
import pytest
from PIL import Image

from spinefm.core.geometry import Box
from spinefm.core.levels import Level
from spinefm.data import DamagedCase, read_folder
from spinefm.data.folder import film_path


@pytest.fixture
def folder(tmp_path):
    for part in ("films", "labels"):
        (tmp_path / part).mkdir()
    Image.fromarray(np.zeros((60, 80), np.uint8)).save(tmp_path / "films" / "one.png")
    label = {
        "size": [80, 60],
        "region": "cervical",
        "complete": False,
        "polygons": {"C3": [[9.5, 9.5], [29.5, 9.5], [29.5, 24.5], [9.5, 24.5]]},
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


def test_a_label_map_with_a_palette_is_read_as_ids(folder):
    labels = np.zeros((60, 80), np.uint8)
    labels[5:20, 5:20] = Level.C3
    picture = Image.fromarray(labels, "P")
    picture.putpalette([(7 * i) % 256 for i in range(768)])
    picture.save(folder / "labels" / "one.png")
    (case,) = read_folder(folder)
    assert case.truth.bodies[Level.C3].box == Box(5, 5, 20, 20)


@pytest.mark.parametrize(
    ("labels", "sentence"),
    [
        (np.zeros((60, 80), np.uint8), "C3 is in polygons but not in the label map one.png"),
        (np.full((30, 40), Level.C3, np.uint8), "40 x 30 pixels, but the film has 80 x 60"),
        (np.full((60, 80), 77, np.uint8), "77"),
        (np.eye(60, 240, dtype=np.uint8).reshape(60, 80, 3), "one channel"),
    ],
)
def test_a_label_map_that_does_not_fit_is_refused(folder, labels, sentence):
    Image.fromarray(labels).save(folder / "labels" / "one.png")
    with pytest.raises(DamagedCase, match=sentence):
        list(read_folder(folder))


def test_a_film_is_found_by_its_whole_name(folder):
    (folder / "films" / "one.png").rename(folder / "films" / "one.b.png")
    (folder / "films" / "one.dcm").write_bytes(b"")
    assert film_path(folder, "one") == folder / "films" / "one.dcm"
    assert film_path(folder, "one.b") == folder / "films" / "one.b.png"
    assert film_path(folder, "on?") == folder / "films" / "on?.png"


def test_boxes_are_read_where_there_is_no_outline(folder):
    square = [[9.5, 9.5], [29.5, 9.5], [29.5, 24.5]]
    text = _label(polygons={"C3": square}, boxes={"C3": [1, 2, 3, 4], "C4": [10, 20, 30, 40]})
    (folder / "labels" / "one.json").write_text(text)
    (case,) = read_folder(folder)
    assert case.truth.boxes == {Level.C4: Box(10, 20, 30, 40)}


@pytest.mark.parametrize("box", [[1, 2, 3], [5, 5, 5, 9], [1, 2, 3, float("nan")], "abcd"])
def test_a_box_that_is_none_is_refused(folder, box):
    (folder / "labels" / "one.json").write_text(_label(boxes={"C4": box}))
    with pytest.raises(DamagedCase):
        list(read_folder(folder))


def _label(**changes) -> str:
    whole = {"size": [80, 60], "region": "cervical", "complete": False, "polygons": {}}
    return json.dumps({key: value for key, value in {**whole, **changes}.items() if value is not None})


DAMAGED = [
    _label(region=None),
    _label(complete=None),
    _label(polygons=[]),
    _label(size=[]),
    _label(size=3),
    _label(faces="Left"),
    _label(polygons={"C3": [[1, 2], [3, 4]]}),
    _label(polygons={"C3": [[1, 2, 3], [3, 4, 3], [3, 9, 3]]}),
    _label(polygons={"C3": [[1, 2], [3], [3, 9]]}),
    _label(polygons={"Q9": [[1, 2], [3, 4], [3, 9]]}),
]


@pytest.mark.parametrize("text", DAMAGED)
def test_each_damage_of_a_label_is_named(folder, text):
    (folder / "labels" / "one.json").write_text(text)
    with pytest.raises(DamagedCase, match=r"one\.json cannot be read"):
        list(read_folder(folder))


def test_an_undamaged_label_is_read(folder):
    (folder / "labels" / "one.json").write_text(_label())
    assert [case.truth.bodies for case in read_folder(folder)] == [{}]


@pytest.mark.parametrize("text", ["", "[]", '{"region": "cervical"}', '{"size": [8, 8], "polygons": {"Q9": []}}'])
def test_a_damaged_label_is_named(folder, text):
    (folder / "labels" / "one.json").write_text(text)
    with pytest.raises(DamagedCase, match=r"one\.json cannot be read"):
        list(read_folder(folder))


def test_hidden_files_are_no_labels(folder):
    (folder / "labels" / "._one.json").write_bytes(b"\0\5\x16\7")
    assert [case.name for case in read_folder(folder)] == ["one"]


def test_a_folder_without_labels_is_refused(tmp_path):
    with pytest.raises(FileNotFoundError, match="no folder named labels"):
        list(read_folder(tmp_path))


def test_an_unlabelled_film_is_a_case_without_truth(folder):
    label = {"size": [80, 60], "region": "cervical", "complete": False}
    (folder / "labels" / "one.json").write_text(json.dumps(label))
    (case,) = read_folder(folder)
    assert not case.truth.bodies
    assert not case.truth.partial


SUPERIOR, INFERIOR = [[9.5, 9.5], [29.5, 9.5]], [[29.5, 24.5], [9.5, 24.5]]
QUAD = np.array([*SUPERIOR, *INFERIOR])
"""The corners of the one body, whose patient looks to the left."""


@pytest.mark.parametrize(
    ("corners", "faces", "why"),
    [
        (QUAD, "left", None),
        (QUAD, "", None),
        (QUAD[[1, 0, 3, 2]], "right", None),
        (QUAD[[1, 0, 3, 2]], "", None),
        (QUAD[[1, 0, 3, 2]], "left", "the anterior ones do not lie on the side that the patient faces (left)"),
        (QUAD, "right", "the anterior ones do not lie on the side that the patient faces (right)"),
        (QUAD[[3, 2, 1, 0]], "left", "the superior ones do not lie above the inferior ones"),
        (QUAD[[1, 2, 3, 0]], "", "the superior ones do not lie above the inferior ones"),
        (QUAD / 2, "left", "they are not the corners of its outline"),
        (QUAD * 2, "left", "they are not the corners of its outline"),
        (QUAD + [0, 20], "left", "they are not the corners of its outline"),
        (QUAD.mean(axis=0) + (QUAD - QUAD.mean(axis=0)) / 2, "left", "they are not the corners of its outline"),
        (QUAD + 1e9, "left", "they lie far outside the film"),
    ],
)
def test_corners_that_are_not_those_of_their_body_are_left_out(folder, corners, faces, why):
    path = folder / "labels" / "one.json"
    label = json.loads(path.read_text())
    path.write_text(json.dumps({**label, "corners": {"C3": corners.tolist()}, "faces": faces}))
    (case,) = read_folder(folder)
    assert set(case.corners) == (set() if why else {Level.C3})
    expected = [("corners of C3", f"{why}, so they are not used")] if why else []
    assert [(one.label, one.why) for one in case.left_out] == expected


@pytest.mark.parametrize(("stated", "spacing"), [(0.4, 0.4), ("0,4", 0.4), ("0.4 mm", 0.4), (None, None)])
def test_a_scale_is_a_number_of_mm_per_pixel(folder, stated, spacing):
    path = folder / "labels" / "one.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "spacing_mm": stated}))
    (case,) = read_folder(folder)
    assert case.spacing_mm == spacing


@pytest.mark.parametrize(
    ("stated", "why"),
    [
        (140, "a film has 0.01 to 5 mm per pixel, not 140: check the scale"),
        (-0.4, "not -0.4: check the scale"),
        (0, "not 0: check the scale"),
        ("wide", "its spacing_mm is 'wide', and should be a number of mm per pixel"),
        ([0.4, 0.4], "its spacing_mm is .*, and should be a number"),
        (True, "its spacing_mm is True, and should be a number"),
    ],
)
def test_a_scale_of_no_film_is_refused(folder, stated, why):
    path = folder / "labels" / "one.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "spacing_mm": stated}))
    with pytest.raises(DamagedCase, match=why):
        list(read_folder(folder))
