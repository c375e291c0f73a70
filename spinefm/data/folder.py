"""Folders of films with truth: `films/<name>.png` and `labels/<name>.json`, as `spinefm phantom` writes them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from spinefm.core.levels import Level
from spinefm.core.masks import Mask
from spinefm.data.case import Case, Truth
from spinefm.data.dataset import Dataset
from spinefm.data.labels import box_of, label_of, masks_of_map, polygon_of, read_map

FILM_SUFFIXES = (".dcm", ".dicom", ".jpeg", ".jpg", ".png", ".tif", ".tiff")
"""Looked for first, because listing a folder for each of its films takes long."""


def open_folder(folder: Path) -> Dataset:
    """The folder as a data set. Raises FileNotFoundError when there is no `labels/`."""
    return Dataset("phantom", tuple(case_names(folder)), lambda name: read_case(folder, name))


def read_folder(folder: Path) -> Iterator[Case]:
    """The cases of `folder` in the order of their names.

    Raises DamagedCase for a label that cannot be read, naming it; FileNotFoundError when there is no `labels/`.
    """
    yield from (read_case(folder, name) for name in case_names(folder))


def case_names(folder: Path) -> list[str]:
    """The names of the cases of `folder`, sorted. Raises FileNotFoundError when there is no `labels/`."""
    if not (folder / "labels").is_dir():
        raise FileNotFoundError(
            f"{folder} has no folder named labels; a folder of films with truth has films/ and labels/."
        )
    return sorted(label.stem for label in (folder / "labels").glob("*.json"))


def read_case(folder: Path, name: str) -> Case:
    """The case `name` of `folder`. Raises DamagedCase."""
    path = folder / "labels" / f"{name}.json"
    with label_of(path.name):
        raw = json.loads(path.read_text())
        if not isinstance(raw, dict):
            raise ValueError("it is no JSON object")
        truth = _truth(raw, folder / "labels" / f"{name}.png")
        film, group, spacing = film_path(folder, name), str(raw.get("layout", "")), raw.get("spacing_mm")
        return Case(name, film, str(raw["region"]), group, truth, name, None if spacing is None else float(spacing))


def film_path(folder: Path, name: str) -> Path:
    """The film of a case: a picture, or a DICOM file."""
    films = folder / "films"
    for suffix in FILM_SUFFIXES:
        if (films / f"{name}{suffix}").is_file():
            return films / f"{name}{suffix}"
    found = sorted(path for path in films.iterdir() if path.stem == name) if films.is_dir() else []
    return found[0] if found else films / f"{name}.png"


def _truth(raw: Mapping[str, Any], exact: Path) -> Truth:
    """Exact masks where there is a label map, else the polygons filled; an unlabelled film has neither."""
    size = (int(raw["size"][0]), int(raw["size"][1]))
    polygons = {Level[name]: polygon_of(name, points) for name, points in raw.get("polygons", {}).items()}
    boxes = {Level[name]: box_of(name, box) for name, box in raw.get("boxes", {}).items()}
    boxes = {level: box for level, box in boxes.items() if level not in polygons}
    complete = bool(raw["complete"])
    if not exact.exists():
        bodies = {level: Mask.from_polygon(points, size) for level, points in polygons.items()}
        return Truth(bodies, {}, complete, boxes)
    masks = masks_of_map(read_map(exact, size))
    missing = [level.name for level in polygons if level not in masks]
    if missing:
        raise ValueError(f"{', '.join(missing)} is in polygons but not in the label map {exact.name}")
    partial = {level: mask for level, mask in masks.items() if level not in polygons}
    return Truth({level: masks[level] for level in polygons}, partial, complete, boxes)
