"""Labels on the stored pixels of a film lie where the bodies are, as those drawn on the upright one, or are refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from spinefm.data.labels import rotated_by
from tests.data.pictures import column, read_set, save_map, why_skipped

SQUARE, TALL = (200, 200), (120, 200)
STORED = {1: 1, 2: 2, 3: 3, 4: 4, 5: 5, 6: 8, 7: 7, 8: 6}
"""The orientation that undoes each."""


def save_film(root: Path, code: int, size: tuple[int, int]) -> None:
    """A film of upright `size` (width, height) that is stored with the orientation `code`."""
    upright = np.random.default_rng(0).integers(0, 255, size[::-1], np.uint8)
    exif = Image.Exif()
    exif[0x0112] = code
    (root / "images").mkdir()
    Image.fromarray(rotated_by(upright, STORED[code])).save(root / "images" / "film.jpg", exif=exif)


def save_labels(labels: np.ndarray, root: Path) -> None:
    """A map of VerSe's ids."""
    save_map(labels, root / "labels" / "film.png")


def save_coco(labels: np.ndarray, root: Path) -> None:
    """Boxes in COCO of the ids of a map."""
    drawn = []
    for value in np.unique(labels[labels > 0]).tolist():
        ys, xs = np.nonzero(labels == value)
        box = [int(xs.min()), int(ys.min()), int(np.ptp(xs)) + 1, int(np.ptp(ys)) + 1]
        outline = [box[0], box[1], box[0] + box[2], box[1], box[0] + box[2], box[1] + box[3], box[0], box[1] + box[3]]
        shape = {"bbox": box} if value == 5 else {"segmentation": [outline], "bbox": box}
        drawn.append({"image_id": 1, "category_id": value, **shape})
    names = [{"id": value, "name": f"C{value}"} for value in (3, 4, 5)]
    image = {"id": 1, "file_name": "images/film.jpg", "width": labels.shape[1], "height": labels.shape[0]}
    (root / "coco.json").write_text(json.dumps({"images": [image], "categories": names, "annotations": drawn}))


@pytest.mark.parametrize("save", [save_labels, save_coco])
@pytest.mark.parametrize("is_stored", [False, True])
@pytest.mark.parametrize(("code", "size"), [*((code, SQUARE) for code in (1, 3, 4, 6, 8)), (3, TALL), (4, TALL)])
def test_a_label_lies_upright_however_its_film_was_shown(
    tmp_path: Path, code: int, size: tuple[int, int], is_stored: bool, save: Callable[[np.ndarray, Path], None]
) -> None:
    labels = column(3, 4, 5, size=size)
    save_film(tmp_path, code, size)
    save(rotated_by(labels, STORED[code]) if is_stored else labels, tmp_path)
    (case,) = read_set(tmp_path)[0].values()
    boxes = {level: mask.box for level, mask in case.truth.bodies.items()} | dict(case.truth.boxes)
    for level, box in boxes.items():
        ys, xs = np.nonzero(labels == level)
        assert box == (xs.min(), ys.min(), xs.max() + 1, ys.max() + 1)
    assert len(boxes) == 3


@pytest.mark.parametrize(
    ("code", "labels"),
    [
        (2, column(3, 4, 5, size=SQUARE)),
        (3, column(3, size=SQUARE)),
        (3, np.ascontiguousarray(column(3, 4, 5, size=SQUARE).T)),
    ],
)
def test_a_label_that_could_have_been_drawn_either_way_is_refused(
    tmp_path: Path, code: int, labels: np.ndarray
) -> None:
    save_film(tmp_path, code, SQUARE)
    save_labels(labels, tmp_path)
    assert f"stored with the orientation {code}, and its levels do not tell" in why_skipped(tmp_path)
