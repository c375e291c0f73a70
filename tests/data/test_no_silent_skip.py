"""Every reader lists what it leaves out: a flaw planted anywhere is in the truth, or in the list with its reason."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from spinefm.data import KINDS, Case, cases, open_dataset
from spinefm.phantom import Phantom, simulate
from tests.data import layouts
from tests.data.test_readers import WRITERS

Flaw = Callable[[Path], None]
NAMES = ["one", "two", "three"]
LUMBAR_SEED = 9_000_001
"""A phantom with L1 to L5 in view."""


def edited(path: str, change: Callable[[dict], None]) -> Flaw:
    """A flaw in a JSON file."""

    def plant(root: Path) -> None:
        raw = json.loads((root / path).read_text())
        change(raw)
        (root / path).write_text(json.dumps(raw))

    return plant


def replaced(path: str, old: str, new: str) -> Flaw:
    """A flaw in a text file: one passage replaced."""

    def plant(root: Path) -> None:
        text = (root / path).read_text()
        assert old in text
        (root / path).write_text(text.replace(old, new, 1))

    return plant


def added(path: str, content: bytes = b"?") -> Flaw:
    """A file that does not belong there."""

    def plant(root: Path) -> None:
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_bytes(content)

    return plant


def painted(path: str, value: int) -> Flaw:
    """An id in a label map that is no level."""

    def plant(root: Path) -> None:
        labels = np.asarray(Image.open(root / path)).copy()
        labels[0:3, 0:3] = value
        Image.fromarray(labels).save(root / path)

    return plant


def bare_film(folder: str, name: str = "extra.png") -> Flaw:
    """A film without a label."""

    def plant(root: Path) -> None:
        shutil.copy(next((root / folder).glob("*.[pj][np]g")), root / folder / name)

    return plant


def _shape(label: str, **more: object) -> dict[str, object]:
    return {"label": label, "points": [[9, 9], [20, 9], [20, 20]], **more}


def _shapes(*shapes: dict[str, object]) -> Flaw:
    return edited("one.json", lambda raw: raw["shapes"].extend(shapes))


def _annotation(**more: object) -> Flaw:
    entry = {"image_id": 0, "category_id": 1, **more}
    return edited("instances.json", lambda raw: raw["annotations"].append(entry))


FLAWS: dict[tuple[str, str], tuple[Flaw, str]] = {
    ("phantom", "stray label"): (added("labels/notes.txt"), "notes.txt"),
    ("phantom", "film without label"): (bare_film("films"), "extra.png"),
    ("phantom", "damaged label"): (added("labels/one.json"), "one"),
    ("csxa", "damaged label"): (added("json/one.json"), "csxa-0001"),
    ("csxa", "film without label"): (bare_film("images"), "1 film has no labelme file"),
    ("csxa", "scale that cannot be"): (replaced("table.csv", "0.143", "143"), "1 film has no plausible scale"),
    ("csxa", "damaged table"): (added("more.xlsx"), "more.xlsx"),
    ("spinefm", "stray mask"): (added("gts/one_C99.npy"), "gts"),
    ("spinefm", "mask without film"): (lambda root: (root / "imgs" / "one.jpg").unlink(), "5 masks belong to no film"),
    ("spinefm", "damaged mask"): (added("gts/one_C3.npy"), "C3"),
    ("spinefm", "film without mask"): (bare_film("imgs", "extra.jpg"), "extra"),
    ("spinefm", "unknown id in a split"): (replaced("data_split/train.txt", "one", "nobody\none"), "train.txt"),
    ("labelme", "no level"): (_shapes(_shape("spleen")), "spleen"),
    ("labelme", "disc"): (_shapes(_shape("disc C5/C6")), "disc C5/C6"),
    ("labelme", "circle"): (_shapes(_shape("T1", shape_type="circle")), "T1"),
    ("labelme", "no points"): (_shapes({"label": "T2", "shape_type": "polygon"}), "T2"),
    ("labelme", "far away"): (_shapes({"label": "T3", "points": [[1e9, 0], [0, 1e9], [0, 0]]}), "T3"),
    ("labelme", "two places"): (
        _shapes({"label": "C4", "points": [[9, 9], [20, 9], [20, 20]]}),
        "C4",
    ),
    ("labelme", "film without label"): (bare_film("."), "extra.png"),
    ("labelme", "damaged label"): (added("one.json"), "one"),
    ("coco", "no level"): (replaced("instances.json", '"C4"', '"spleen"'), "spleen"),
    ("coco", "unknown category"): (_annotation(category_id=77, bbox=[1, 1, 9, 9]), "category 77"),
    ("coco", "unknown image"): (_annotation(image_id=77), "instances.json"),
    ("coco", "empty"): (_annotation(category_id=4, bbox=[]), "C6"),
    ("coco", "scrap"): (_annotation(segmentation=[[1, 1], [9, 9, 20, 9, 20, 20]]), "C3"),
    ("coco", "film without entry"): (bare_film("images"), "extra.png"),
    ("coco", "damaged file"): (added("more.json"), "more.json"),
    ("maps", "unknown id"): (painted("labels/one.png", 77), "one"),
    ("maps", "other part"): (painted("labels/one.png", 100), "id 100"),
    ("maps", "map without film"): (added("labels/nobody.png"), "nobody.png"),
    ("maps", "film without map"): (bare_film("images"), "extra.png"),
    ("maps", "second map"): (added("labels/one_seg-spine.png"), "one_seg-spine.png"),
    ("nnunet", "unnamed id"): (painted("labelsTr/one.png", 77), "id 77"),
    ("nnunet", "map without film"): (added("labelsTr/nobody.png"), "nobody.png"),
    ("nnunet", "film without map"): (bare_film("imagesTr", "extra_0000.png"), "extra_0000.png"),
    ("nnunet", "second channel"): (bare_film("imagesTr", "one_0001.png"), "one_0001"),
    ("yolo", "unknown class"): (replaced("labels/one.txt", "5 0.1", "9 0.1"), "class 9"),
    ("yolo", "no number"): (replaced("labels/one.txt", "0.1 0.1", "0.1 x"), "skull"),
    ("yolo", "odd count"): (replaced("labels/one.txt", "5 0.1 0.1", "3 0.1"), "C6"),
    ("yolo", "film without label"): (bare_film("images"), "extra.png"),
    ("cvat", "no level"): (replaced("annotations.xml", '"C3"', '"spleen"'), "spleen"),
    ("cvat", "points"): (replaced("annotations.xml", "</image>", '<points label="C2" points="1,1"/></image>'), "C2"),
    ("cvat", "no number"): (replaced("annotations.xml", 'points="', 'points="x,y;'), "C3"),
    ("cvat", "film without entry"): (bare_film("images"), "extra.png"),
    ("cvat", "damaged file"): (added("more.xml"), "more.xml"),
    ("via", "no level"): (replaced("via_project.json", '"level": "C3"', '"level": "spleen"'), "spleen"),
    ("via", "no attribute"): (replaced("via_project.json", '{"level": "C4"}', "{}"), "polygon"),
    ("via", "circle"): (replaced("via_project.json", '"name": "polygon"', '"name": "circle"'), "C3"),
    ("via", "film without entry"): (bare_film("images"), "extra.png"),
    ("via", "damaged file"): (added("more.json"), "more.json"),
    ("via", "damaged table"): (added("more.csv", b"filename,region_shape_attributes\n1,{\n"), "more.csv"),
    ("voc", "no level"): (replaced("Annotations/one.xml", ">C3<", ">spleen<"), "spleen"),
    ("voc", "no number"): (replaced("Annotations/one.xml", "<x1>", "<x1>x"), "C3"),
    ("voc", "no shape"): (
        replaced("Annotations/one.xml", "<object>", "<object><name>T1</name></object><object>"),
        "T1",
    ),
    ("voc", "film without label"): (bare_film("JPEGImages"), "extra.png"),
    ("voc", "damaged label"): (added("Annotations/one.xml"), "one.xml"),
    ("voc", "masks"): (added("SegmentationClass/one.png"), "1 masks in colours"),
    ("labelstudio", "no level"): (replaced("project-1.json", '"C3"', '"spleen"'), "spleen"),
    ("labelstudio", "no label"): (replaced("project-1.json", '["C4"]', "[]"), "its label is empty"),
    ("labelstudio", "cancelled"): (
        replaced("project-1.json", '"was_cancelled": false', '"was_cancelled": true'),
        "one",
    ),
    ("labelstudio", "brush"): (replaced("project-1.json", '"rle": [', '"rle": [9, '), "C5"),
    ("labelstudio", "film without task"): (bare_film("images"), "extra.png"),
    ("labelstudio", "damaged file"): (added("more.json"), "more.json"),
    ("supervisely", "no level"): (replaced("set 1/ann/one.png.json", '"C3"', '"spleen"'), "spleen"),
    ("supervisely", "line"): (replaced("set 1/ann/one.png.json", '"polygon"', '"line"'), "C3"),
    ("supervisely", "bitmap"): (replaced("set 1/ann/one.png.json", '"data": "', '"data": "?'), "C5"),
    ("supervisely", "tag of the film"): (
        replaced("set 1/ann/one.png.json", '"tags": []', '"tags": [{"name": "x"}]'),
        "x",
    ),
    ("supervisely", "film without label"): (bare_film("set 1/img"), "extra.png"),
    ("supervisely", "label without film"): (lambda root: (root / "set 1/img/one.png").unlink(), "one.png is missing"),
    ("supervisely", "label in no folder"): (added("set 1/img/one.png.json", b"{}"), "it lies in no folder ann"),
    ("supervisely", "damaged label"): (added("set 1/ann/one.png.json"), "one"),
    ("buu", "ten rows"): (replaced("LA/one.csv", "\n", "\n1,2\n"), "buu-0001"),
    ("buu", "no scale"): (replaced("pixel_spacing.csv", "0.2", "0"), "1 film has no plausible scale"),
    ("buu", "film without label"): (bare_film("LA", "extra.jpg"), "1 film has no CSV"),
    ("results", "unnamed vertebra"): (painted("one/labels.png", 102), "id 102"),
    ("results", "no labels"): (lambda root: (root / "one" / "labels.png").unlink(), "one"),
    ("results", "failed run"): (added("bad/error.json", b"{}"), "bad"),
    ("results", "film missing"): (lambda root: (root / "one.png").unlink(), "one"),
}
ALL_WRITERS = {**WRITERS, "buu": layouts.write_buu}


@pytest.fixture(scope="module")
def lumbar() -> Phantom:
    """A whole lumbar spine."""
    return simulate(LUMBAR_SEED, "lumbar", size=(240, 320))


@pytest.mark.parametrize(("kind", "flaw"), FLAWS, ids=lambda value: value.replace(" ", "-"))
def test_a_planted_flaw_is_listed(phantom: Phantom, lumbar: Phantom, tmp_path: Path, kind: str, flaw: str) -> None:
    ALL_WRITERS[kind](lumbar if kind == "buu" else phantom, tmp_path, NAMES)
    before = _listed(tmp_path, kind)
    plant, token = FLAWS[kind, flaw]
    plant(tmp_path)
    news = [line for line in _listed(tmp_path, kind) if line not in before]
    assert any(token in line for line in news), news


def _listed(root: Path, kind: str) -> list[str]:
    """Everything that is left out, as lines of film, label and reason."""
    found: list[str] = []
    for one in cases(open_dataset(kind, root)):
        left = one.left_out if isinstance(one, Case) else (one,)
        assert all(entry.why for entry in left)
        found += [f"{entry.name} | {entry.label} | {entry.why}" for entry in left]
    return found


def test_every_reader_has_planted_flaws() -> None:
    assert {kind for kind, _ in FLAWS} == set(KINDS) - {"nhanes2"}
    assert set(ALL_WRITERS) == set(KINDS) - {"nhanes2"}
