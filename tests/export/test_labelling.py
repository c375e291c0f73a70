"""labelme, CVAT and YOLO: the facts of their layouts, doubt and notes where a person sees them."""

from __future__ import annotations

import io
import json
from xml.etree import ElementTree

import numpy as np
import yaml
from PIL import Image

from spinefm.core.masks import Mask
from spinefm.export.formats import FORMATS
from tests.export.curved import DOUBTFUL, LEVELS, NOTE, SIZE, UNSURE, bright, pixels, subject, trace, vertebrae
from tests.export.handmade import unnamed_vertebrae

LABELME = {"version", "flags", "shapes", "imagePath", "imageData", "imageHeight", "imageWidth"}
SHAPE = {"label", "points", "group_id", "description", "shape_type", "flags", "mask"}


def test_labelme_files_have_the_keys_that_labelme_reads() -> None:
    files = FORMATS["labelme"].files(subject())
    content = json.loads(files["neck.json"])
    assert content.keys() >= LABELME and (content["imageWidth"], content["imageHeight"]) == SIZE
    assert Image.open(io.BytesIO(files[content["imagePath"]])).size == SIZE
    assert [shape["label"] for shape in content["shapes"]] == [level.name for level in LEVELS]
    for shape in content["shapes"]:
        assert shape.keys() == SHAPE and shape["shape_type"] == "polygon"
        assert all(len(point) == 2 for point in shape["points"])
        unsure = shape["label"] == DOUBTFUL.name
        assert shape["flags"] == {"doubtful": unsure} and shape["description"].startswith("doubtful") == unsure
    assert NOTE in content["notes"]


def test_cvat_declares_every_label_and_attribute_that_it_uses() -> None:
    top = ElementTree.fromstring(FORMATS["cvat"].files(subject())["annotations.xml"])
    assert top.tag == "annotations" and top.findtext("version") == "1.1"
    declared = {
        label.findtext("name"): {one.findtext("name") for one in label.iter("attribute")} for label in top.iter("label")
    }
    [image] = top.findall("image")
    assert (image.get("id"), image.get("width"), image.get("height")) == ("0", *map(str, SIZE))
    for shape in image:
        assert {one.get("name") for one in shape} == declared[shape.get("label")]
    doubts = {one.get("label"): one.findtext("attribute[@name='doubtful']") for one in image.findall("polygon")}
    assert doubts == {level.name: str(level is DOUBTFUL).lower() for level in LEVELS}
    assert NOTE in [one.findtext("attribute") for one in image.findall("tag")]


def test_yolo_lines_are_a_class_and_shares_of_the_film() -> None:
    files = FORMATS["yolo"].files(subject())
    names = yaml.safe_load(files["data.yaml"])["names"]
    lines = [line.split() for line in files["labels/neck.txt"].decode().splitlines()]
    assert [names[int(line[0])] for line in lines] == [level.name for level in LEVELS]
    for line, vertebra in zip(lines, vertebrae(), strict=True):
        shares = np.array(line[1:], float).reshape(-1, 2)
        assert len(shares) >= 3 and shares.min() >= 0 and shares.max() <= 1
        assert Mask.from_polygon(shares * SIZE - 0.5, SIZE).iou(vertebra.mask) >= 0.98
    comments = [line for line in files["data.yaml"].decode().splitlines() if line.startswith("#")]
    assert any(NOTE in line for line in comments)
    assert any(f"{DOUBTFUL.name} is doubtful: probability {UNSURE:.2f}" in line for line in comments)


def test_yolo_leaves_out_what_has_no_class_and_says_so() -> None:
    files = FORMATS["yolo"].files(subject(trace(unnamed_vertebrae())))
    assert files["labels/neck.txt"] == b"" and b"V2 has no level and is left out." in files["data.yaml"]


def test_the_film_beside_the_labels_is_the_one_that_was_run() -> None:
    for name, path in (("coco", "images/neck.png"), ("labelme", "neck.png"), ("yolo", "images/neck.png")):
        picture = np.asarray(Image.open(io.BytesIO(FORMATS[name].files(subject())[path])))
        assert np.array_equal(bright(picture), bright(pixels()))
