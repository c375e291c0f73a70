"""Folders of labelme files: one JSON per film, whose shapes are named after levels.

Polygons become bodies, rectangles become boxes, and shapes that name no level are left out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from spinefm.core.geometry import Box
from spinefm.core.levels import Level
from spinefm.core.masks import Mask
from spinefm.data.case import Case, Truth, region_of
from spinefm.data.dataset import Dataset, DatasetError
from spinefm.data.films import films_by_stem, picture_size, visible_files
from spinefm.data.labels import box_of, cut_by_edge, label_of, level_in, polygon_of, size_of
from spinefm.data.splits import by_subject


def open_labelme(root: Path) -> Dataset:
    """The labelme files below `root`; a film's name is its file's. Raises DatasetError where there is none."""
    files = visible_files(root)
    films = films_by_stem(files)
    labels = {path.relative_to(root).with_suffix("").as_posix(): path for path in files if path.suffix == ".json"}
    if not labels:
        raise DatasetError(f"{root} holds no labelme files (.json); choose the folder they are in.")

    def read(name: str) -> Case:
        return read_labelme(name, labels[name], films)

    return Dataset("labelme", tuple(labels), read, splits=by_subject({name: name for name in labels}))


def read_labelme(name: str, path: Path, films: Mapping[str, Path]) -> Case:
    """The case of one file. Raises DamagedCase."""
    with label_of(path.name):
        shapes, size, film = load_shapes(path, films)
        polygons = _named(shapes, "polygon")
        masks = {level: filled(level, points, size) for level, points in polygons.items()}
        boxes = {level: _rectangle(level, points) for level, points in _named(shapes, "rectangle").items()}
        if not masks and not boxes:
            raise ValueError("no polygon or rectangle in it is named after a level, such as C5")
        partial = {level: mask for level, mask in masks.items() if cut_by_edge(mask, size)}
        bodies = {level: mask for level, mask in masks.items() if level not in partial}
        truth = Truth(bodies, partial, False, {level: box for level, box in boxes.items() if level not in masks})
        return Case(name, film, region_of([*masks, *boxes]), "", truth, name)


def filled(level: Level, points: Any, size: tuple[int, int]) -> Mask:
    """The mask of a labelme polygon. labelme counts from pixel corners, half a pixel from pixel centres."""
    return Mask.from_polygon(polygon_of(level.name, points) - 0.5, size)


def load_shapes(path: Path, films: Mapping[str, Path]) -> tuple[Sequence[Mapping[str, Any]], tuple[int, int], Path]:
    """The shapes of a labelme file, the film's (width, height) and its path. Raises ValueError and its like."""
    raw = json.loads(path.read_text(encoding="utf-8"))
    if not isinstance(raw, dict) or not isinstance(raw["shapes"], list):
        raise ValueError("it has no list of shapes")
    film = film_of(path, raw.get("imagePath"), films)
    stated = raw.get("imageWidth"), raw.get("imageHeight")
    size = picture_size(film) if None in stated else size_of("it", *stated)
    if size is None:
        raise ValueError("it states no imageWidth and imageHeight")
    return raw["shapes"], size, film


def film_of(label: Path, stated: object, films: Mapping[str, Path]) -> Path:
    """The film of a label: by the label's own name or by the name it states; never outside the data set.

    Raises ValueError where there is none.
    """
    stems = [label.stem, Path(str(stated).replace("\\", "/")).stem] if stated else [label.stem]
    for stem in stems:
        if stem in films:
            return films[stem]
    raise ValueError("its film is missing")


def _named(shapes: Sequence[Mapping[str, Any]], kind: str) -> dict[Level, Any]:
    """The points of the shapes of one kind by level. Raises ValueError where a level occurs twice."""
    found: dict[Level, Any] = {}
    for shape in shapes:
        level = level_in(str(shape["label"]))
        if level is None or shape.get("shape_type", "polygon") != kind:
            continue
        if level in found:
            raise ValueError(f"{level.name} occurs twice")
        found[level] = shape["points"]
    return found


def _rectangle(level: Level, points: Any) -> Box:
    """The box of a labelme rectangle, two opposite corners in any order."""
    corners = np.asarray(points, float).reshape(-1, 2)
    return box_of(level.name, [*corners.min(axis=0), *corners.max(axis=0)])
