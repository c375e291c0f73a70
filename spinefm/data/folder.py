"""Folders of films with truth: `films/<name>.png` and `labels/<name>.json`, as `spinefm phantom` writes them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from spinefm.core.foreign import read_json
from spinefm.core.geometry import Point
from spinefm.core.levels import Level
from spinefm.data.case import Case, DatasetError, Skipped, Truth
from spinefm.data.corners import wrong_corners
from spinefm.data.dataset import Dataset
from spinefm.data.films import FILM_SUFFIXES, film_stem, is_hidden, picture_size, unlabelled
from spinefm.data.ids import levels_of_map
from spinefm.data.labels import Conventions, agreed_size, label_of, read_map, size_of
from spinefm.data.order import check_order, places_of
from spinefm.data.outlines import Outlines
from spinefm.data.tables import number_of
from spinefm.imaging.decoded import scale_fault

FACES = ("left", "right")
"""The sides to which a patient can look."""


def open_folder(folder: Path, _: Conventions | None = None) -> Dataset:
    """The folder as a data set; its labels have one convention. Raises DatasetError without `labels/`."""
    try:
        names = case_names(folder)
    except FileNotFoundError as error:
        raise DatasetError(str(error)) from error
    known = {f"{name}{ending}" for name in names for ending in (".json", ".png")}
    strays = [path.name for path in sorted((folder / "labels").iterdir()) if path.name not in known]
    why = "it is not the label of a film (<name>.json, with <name>.png for exact masks); rename or remove it."
    skipped = tuple(Skipped(name, why) for name in strays if not is_hidden(name))
    films = sorted((folder / "films").iterdir()) if (folder / "films").is_dir() else []
    bare = unlabelled([path for path in films if not is_hidden(path.name)], names)
    return Dataset("phantom", tuple(names), lambda name: read_case(folder, name), (*skipped, *bare))


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
    return sorted(label.stem for label in (folder / "labels").glob("*.json") if not label.name.startswith("."))


def read_case(folder: Path, name: str) -> Case:
    """The case `name` of `folder`. Raises DamagedCase."""
    path = folder / "labels" / f"{name}.json"
    with label_of(path.name):
        raw = read_json(path)
        if not isinstance(raw, dict):
            raise ValueError("it is not a JSON object")
        film, group, spacing = film_path(folder, name), str(raw.get("layout", "")), raw.get("spacing_mm")
        size = agreed_size(size_of("it", *raw["size"]), picture_size(film) if film.is_file() else None)
        truth = _truth(raw, size, folder / "labels" / f"{name}.png")
        check_order(places_of({**truth.bodies, **truth.partial}, truth.boxes))
        faces, region = str(raw.get("faces") or ""), str(raw["region"])
        if faces not in ("", *FACES):
            raise ValueError(f"its faces is {faces!r} and can be {' or '.join(FACES)}")
        corners = {level: points for level, points in _corners(raw).items() if level in truth.bodies}
        wrong = wrong_corners(corners, truth.bodies, faces, size)
        left = tuple(
            Skipped(name, f"{why}, so they are not used", f"corners of {one.name}") for one, why in wrong.items()
        )
        corners = {level: points for level, points in corners.items() if level not in wrong}
        case = Case(name, film, region, group, truth, name, _scale(spacing), size, left_out=left)
        return replace(case, corners=corners, faces=faces)


def _scale(stated: Any) -> float | None:
    """Millimetres per pixel as a label states them. Raises ValueError for what is no number, or no film's."""
    if stated is None:
        return None
    mm = float(stated) if isinstance(stated, (int, float)) and not isinstance(stated, bool) else number_of(str(stated))
    if mm is None:
        raise ValueError(f"its spacing_mm is {stated!r}, and should be a number of mm per pixel such as 0.143")
    if fault := scale_fault(mm):
        raise ValueError(f"{fault[0].lower()}{fault[1:].rstrip('.')}")
    return mm


def film_path(folder: Path, name: str) -> Path:
    """The film of a case: a picture, or a DICOM file."""
    films = folder / "films"
    for suffix in FILM_SUFFIXES:
        if (films / f"{name}{suffix}").is_file():
            return films / f"{name}{suffix}"
    found = sorted(path for path in films.iterdir() if film_stem(path) == name) if films.is_dir() else []
    return found[0] if found else films / f"{name}.png"


def _truth(raw: Mapping[str, Any], size: tuple[int, int], exact: Path) -> Truth:
    """Exact masks where there is a label map, else the polygons filled; an unlabelled film has neither."""
    outlines = Outlines(size)
    polygons = {_level(name): points for name, points in raw.get("polygons", {}).items()}
    boxes = {_level(name): outlines.box(name, box) for name, box in raw.get("boxes", {}).items()}
    boxes = {level: box for level, box in boxes.items() if level not in polygons}
    filled = {level: outlines.fill(level.name, points) for level, points in polygons.items()}
    empty = [level.name for level, mask in filled.items() if not mask.area]
    if empty:
        raise ValueError(f"{', '.join(empty)} contains no pixel of the film")
    truth = Truth(filled, {}, bool(raw["complete"]), boxes)
    return _exact(truth, exact, size) if exact.exists() else truth


def _exact(truth: Truth, exact: Path, size: tuple[int, int]) -> Truth:
    """The truth with the masks of a label map; bodies that are in the map alone are partial."""
    labels = read_map(exact, size)
    masks, left = levels_of_map(labels, "verse") if labels.any() else ({}, ())  # a film without a vertebra is one too
    if left:
        raise ValueError(f"the label map {exact.name} contains {left[0][0]}, which is not a level")
    missing = [level.name for level in truth.bodies if level not in masks]
    if missing:
        raise ValueError(f"{', '.join(missing)} is in polygons but not in the label map {exact.name}")
    partial = {level: mask for level, mask in masks.items() if level not in truth.bodies}
    return replace(truth, bodies={level: masks[level] for level in truth.bodies}, partial=partial)


def _corners(raw: Mapping[str, Any]) -> dict[Level, tuple[Point, ...]]:
    """The corners of bodies, where a label states them. Raises ValueError for others than four finite points."""
    found = {_level(name): np.array(points, float) for name, points in raw.get("corners", {}).items()}
    wrong = [level.name for level, points in found.items() if points.shape != (4, 2) or not np.isfinite(points).all()]
    if wrong:
        raise ValueError(f"the corners of {', '.join(wrong)} are not four points")
    return {level: tuple(Point(x, y) for x, y in points.tolist()) for level, points in found.items()}


def _level(name: str) -> Level:
    if name not in Level.__members__:
        raise ValueError(f"there is no level {name!r}")
    return Level[name]
