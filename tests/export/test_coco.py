"""COCO: pycocotools reads masks, boxes, keypoints and scores; doubt and notes are where they belong."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from pycocotools.coco import COCO

from spinefm.export.formats import FORMATS
from spinefm.export.target import write_files
from spinefm.measure import measure
from tests.export.curved import DOUBTFUL, LEVELS, NOTE, SIZE, SURE, UNSURE, body, subject, trace
from tests.export.handmade import unnamed_vertebrae

LEAST = {"coco": 0.98, "coco-rle": 1.0}


def opened(name: str, folder: Path) -> COCO:
    """The export of two films, as pycocotools reads it."""
    parts = [FORMATS[name].part(one) for one in (subject(), subject(name="other"))]
    write_files(folder, FORMATS[name].joined([part.entry for part in parts]))
    return COCO(folder / "instances.json")


@pytest.mark.parametrize("name", LEAST)
def test_pycocotools_reads_the_masks_of_every_film(name: str, tmp_path: Path) -> None:
    coco = opened(name, tmp_path)
    assert [image["file_name"] for image in coco.loadImgs(coco.getImgIds())] == ["images/neck.png", "images/other.png"]
    for image in coco.getImgIds():
        found = coco.loadAnns(coco.getAnnIds(imgIds=[image]))
        assert [coco.cats[one["category_id"]]["name"] for one in found] == [level.name for level in LEVELS]
        for index, one in enumerate(found):
            mask, true = coco.annToMask(one).astype(bool), body(index).on_film(SIZE[::-1])
            assert (mask & true).sum() / (mask | true).sum() >= LEAST[name]
            assert one["area"] == true.sum()


def test_keypoints_are_the_corners_clockwise_from_the_upper_left(tmp_path: Path) -> None:
    coco = opened("coco", tmp_path)
    one = coco.loadAnns(coco.getAnnIds(catIds=[int(LEVELS[2])]))[0]
    points = np.reshape(one["keypoints"], (4, 3))
    (upper_left, upper_right, lower_right, lower_left), (x, y, width, height) = points[:, :2], one["bbox"]
    middle = (x + width / 2, y + height / 2)
    assert (upper_left < middle).all() and (lower_right > middle).all()
    assert upper_right[0] > middle[0] > lower_left[0] and upper_right[1] < middle[1] < lower_left[1]
    assert one["num_keypoints"] == 4 and points[:, 2].tolist() == [2, 2, 2, 2]
    assert coco.cats[int(LEVELS[2])]["keypoints"] == ["upper_left", "upper_right", "lower_right", "lower_left"]


def test_keypoints_lie_in_the_same_order_whichever_way_the_patient_faces() -> None:
    found = {}
    for side in ("left", "right"):
        made = subject()
        vars(made)["measures"] = measure(made.trace, facing=side)
        content = json.loads(FORMATS["coco"].files(made)["instances.json"])
        assert content["images"][0]["facing"] == side
        found[side] = np.array([one["keypoints"] for one in content["annotations"]])
    assert np.abs(found["left"] - found["right"]).max() < 5


def test_doubt_probability_and_notes_are_fields(tmp_path: Path) -> None:
    coco = opened("coco", tmp_path)
    for one in coco.loadAnns(coco.getAnnIds()):
        unsure = one["category_id"] == DOUBTFUL
        assert (one["doubtful"], one["probability"]) == (unsure, UNSURE if unsure else SURE)
    assert all(NOTE in image["notes"] for image in coco.loadImgs(coco.getImgIds()))


def test_vertebrae_without_a_level_share_a_category_of_their_own() -> None:
    files = FORMATS["coco"].files(subject(trace(unnamed_vertebrae())))
    content = json.loads(files["instances.json"])
    names = {one["id"]: one["name"] for one in content["categories"]}
    assert [names[one["category_id"]] for one in content["annotations"]] == ["vertebra", "vertebra"]
    assert [one["name"] for one in content["annotations"]] == ["V1", "V2"]
