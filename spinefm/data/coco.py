"""COCO instance files: categories named after levels; polygons and run lengths become bodies, bare boxes boxes."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from spinefm.core.geometry import Box
from spinefm.core.levels import Level
from spinefm.core.masks import Mask
from spinefm.data.case import Case, Truth, region_of
from spinefm.data.dataset import Dataset, DatasetError, Skipped
from spinefm.data.films import films_by_stem, visible_files
from spinefm.data.labels import FAULTS, box_of, cut_by_edge, label_of, level_in, polygon_of, size_of
from spinefm.data.splits import by_subject

Annotation = Mapping[str, Any]


def open_coco(root: Path) -> Dataset:
    """The films of every COCO file below `root`. Raises DatasetError where there is none."""
    files = visible_files(root)
    films = films_by_stem(files)
    found: dict[str, tuple[Any, dict[Any, Level], list[Annotation]]] = {}
    skipped = []
    for path in files:
        if path.suffix == ".json":
            try:
                found |= _images_of(json.loads(path.read_text(encoding="utf-8")))
            except FAULTS as error:
                skipped.append(Skipped(path.name, f"The file is no COCO file ({error}); mend or remove it."))
    if not found:
        raise DatasetError(f"{root} holds no COCO file with images and annotations; choose the folder it is in.")

    def read(name: str) -> Case:
        return _read(name, *found[name], films)

    return Dataset("coco", tuple(found), read, tuple(skipped), by_subject({name: name for name in found}))


def _images_of(raw: Any) -> dict[str, tuple[Any, dict[Any, Level], list[Annotation]]]:
    """For each image its entry, the levels by category, and its annotations."""
    named = {category["id"]: level_in(str(category["name"])) for category in raw["categories"]}
    levels = {number: level for number, level in named.items() if level is not None}
    per_image: dict[Any, list[Annotation]] = defaultdict(list)
    for annotation in raw["annotations"]:
        per_image[annotation["image_id"]].append(annotation)
    return {Path(str(image["file_name"])).stem: (image, levels, per_image[image["id"]]) for image in raw["images"]}


def _read(
    name: str, image: Any, levels: Mapping[Any, Level], annotations: Sequence[Annotation], films: Mapping[str, Path]
) -> Case:
    with label_of(f"of {name}"):
        if name not in films:
            raise ValueError("its film is missing")
        size = size_of("it", image["width"], image["height"])
        masks: dict[Level, Mask] = {}
        boxes: dict[Level, Box] = {}
        for annotation in annotations:
            level = levels.get(annotation["category_id"])
            if level is None:
                continue
            if level in masks or level in boxes:
                raise ValueError(f"{level.name} occurs twice")
            if annotation.get("segmentation"):
                masks[level] = _mask(level, annotation["segmentation"], size)
            else:
                x, y, width, height = annotation["bbox"]
                boxes[level] = box_of(level.name, [x, y, x + width, y + height])
        return _case(name, films[name], size, masks, boxes)


def _case(
    name: str, film: Path, size: tuple[int, int], masks: Mapping[Level, Mask], boxes: Mapping[Level, Box]
) -> Case:
    if not masks and not boxes:
        raise ValueError("none of its annotations is of a category named after a level, such as C5")
    partial = {level: mask for level, mask in masks.items() if cut_by_edge(mask, size)}
    bodies = {level: mask for level, mask in masks.items() if level not in partial}
    return Case(name, film, region_of([*masks, *boxes]), "", Truth(bodies, partial, False, boxes), name)


def _mask(level: Level, segmentation: Any, size: tuple[int, int]) -> Mask:
    """A mask from polygons or run lengths. COCO's corners lie at pixel corners, half a pixel from pixel centres."""
    if isinstance(segmentation, dict):
        return _from_runs(segmentation, size)
    canvas = np.zeros((size[1], size[0]), bool)
    for flat in segmentation:
        points = polygon_of(level.name, np.asarray(flat, float).reshape(-1, 2)) - 0.5
        canvas |= Mask.from_polygon(points, size).on_film(canvas.shape)
    return Mask.from_array(canvas)


def _from_runs(segmentation: Mapping[str, Any], size: tuple[int, int]) -> Mask:
    """A mask from run lengths down the columns, as a list or in COCO's packed text."""
    height, width = (int(side) for side in segmentation["size"])
    if (width, height) != size:
        raise ValueError(f"run lengths of a film of {width} x {height} pixels, and it has {size[0]} x {size[1]}")
    counts = segmentation["counts"]
    runs = _unpacked(counts) if isinstance(counts, str) else [int(count) for count in counts]
    if min(runs, default=0) < 0 or sum(runs) != width * height:
        raise ValueError("run lengths do not fill the film")
    values = np.repeat(np.arange(len(runs)) % 2 == 1, runs)
    return Mask.from_array(values.reshape(width, height).T)


def _unpacked(text: str) -> list[int]:
    """Run lengths from COCO's text: five bits a character, low ones first; from the fourth on as differences."""
    runs: list[int] = []
    value = shift = 0
    for character in text:
        bits = ord(character) - 48
        value |= (bits & 31) << shift
        shift += 5
        if bits & 32:
            continue
        if bits & 16:
            value -= 1 << shift
        runs.append(value + (runs[-2] if len(runs) > 2 else 0))
        value = shift = 0
    return runs
