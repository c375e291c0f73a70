"""COCO instances with keypoints: one file of all films, masks as polygons or run lengths, four corners a body."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from functools import partial
from itertools import count
from typing import Any

import numpy as np

from spinefm.core.levels import UNNAMED_ID, Level
from spinefm.core.masks import Mask
from spinefm.core.rle import counts_of
from spinefm.export.outlines import EDGE, outlines
from spinefm.export.subject import Part, Subject, doubt_words, notes_of
from spinefm.export.table import CORNERS
from spinefm.imaging.radiograph import printable
from spinefm.measure import Facing, Landmarks
from spinefm.measure.doubt import doubtful
from spinefm.trace.model import Vertebra

FILE = "instances.json"
UNSURE, IN_VIEW = 1, 2
"""COCO's flags of labelled keypoints: those that cannot be trusted, as of a body cut off by the edge; the others."""
UNNAMED = "vertebra"
"""Category of the vertebrae without a level."""

Json = dict[str, Any]


def part(subject: Subject, runs: bool = False) -> Part:
    """The film, and its entry in the file: image and annotations, without numbers yet.

    runs: masks become run lengths, which are exact, in place of polygons, which programs can edit.
    """
    (width, height), side = subject.trace.film.size, subject.measures.facing.side
    unsure = doubtful(subject.trace)
    image = {
        "file_name": subject.film_path(),
        "width": width,
        "height": height,
        "facing": side,
        "notes": notes_of(subject.trace),
    }
    annotations = [
        _annotation(vertebra, (height, width), runs, unsure) | _keypoints(body, side)
        for vertebra, body in zip(subject.trace.vertebrae, subject.measures.landmarks, strict=True)
    ]
    return Part(subject.film_files(), (image, annotations))


part_in_runs = partial(part, runs=True)


def whole(entries: Sequence[tuple[Json, Sequence[Json]]]) -> Mapping[str, bytes]:
    """The one file of all films."""
    number = count(1)
    annotations = [
        {"id": next(number), "image_id": image_id, **annotation}
        for image_id, (_, found) in enumerate(entries, 1)
        for annotation in found
    ]
    images = [{"id": image_id, **image} for image_id, (image, _) in enumerate(entries, 1)]
    content = {
        "info": {"description": "Vertebral bodies outlined by SpineFM. Research only, not a medical device."},
        "images": images,
        "annotations": annotations,
        "categories": _categories(),
    }
    return {FILE: printable(json.dumps(content, ensure_ascii=False)).encode()}


def _categories() -> list[Json]:
    names = {**{int(level): level.name for level in Level}, UNNAMED_ID: UNNAMED}
    corners = {"keypoints": list(CORNERS), "skeleton": [[1, 2], [2, 3], [3, 4], [4, 1]]}
    return [{"id": number, "name": name, "supercategory": UNNAMED, **corners} for number, name in names.items()]


def _annotation(vertebra: Vertebra, shape: tuple[int, int], runs: bool, unsure: Collection[int]) -> Json:
    mask, box = vertebra.mask, vertebra.mask.box
    return {
        "category_id": UNNAMED_ID if vertebra.level is None else int(vertebra.level),
        "segmentation": _runs(mask, shape) if runs else _polygons(mask),
        "area": mask.area,
        "bbox": [box.x0, box.y0, box.width, box.height],
        "iscrowd": 0,
        "name": vertebra.name,
        "score": 1.0 if vertebra.probability is None else round(vertebra.probability, 4),
        "probability": None if vertebra.probability is None else round(vertebra.probability, 4),
        "doubtful": vertebra.number in unsure,
        "description": doubt_words(vertebra, unsure),
    }


def _keypoints(body: Landmarks, facing: Facing | None) -> Json:
    """The four corners as they lie in the picture, upper left first, clockwise; zeros where the body has none."""
    if not body.points:
        return {"keypoints": [0] * 3 * len(CORNERS), "num_keypoints": 0}
    flags = [UNSURE if fault else IN_VIEW for fault in (body.superior, body.superior, body.inferior, body.inferior)]
    corners = [
        (round(at.x + EDGE, 2), round(at.y + EDGE, 2), flag) for at, flag in zip(body.points, flags, strict=False)
    ]
    places = (1, 0, 3, 2) if facing == "right" else (0, 1, 2, 3)  # landmarks begin in front
    return {"keypoints": [value for place in places for value in corners[place]], "num_keypoints": len(CORNERS)}


def _polygons(mask: Mask) -> list[list[float]]:
    return [np.round(outline + EDGE, 2).ravel().tolist() for outline in outlines(mask)]


def _runs(mask: Mask, shape: tuple[int, int]) -> Json:
    """The mask on a film of `shape` (H, W), in COCO's packed text."""
    return {"size": list(shape), "counts": counts_of(mask, shape)}
