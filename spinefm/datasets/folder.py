"""Folders of films with truth: `films/<name>.png` and `labels/<name>.json`, as `spinefm phantom` writes them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from spinefm.anatomy import Level
from spinefm.datasets.case import Case, Truth
from spinefm.masks import Mask


class DamagedCase(ValueError):
    """A film's label cannot be used; the text says why."""


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
    try:
        raw = json.loads(path.read_text())
        if not isinstance(raw, dict):
            raise ValueError("it is no JSON object")
        truth = _truth(raw, folder / "labels" / f"{name}.png")
        return Case(name, film_path(folder, name), str(raw["region"]), str(raw.get("layout", "")), truth)
    except (OSError, ValueError, LookupError, TypeError, AttributeError, OverflowError) as error:
        raise DamagedCase(f"The label {path.name} cannot be read ({_cause(error)}); mend or remove it.") from error


def _cause(error: Exception) -> str:
    """An error in words; a missing entry carries only its name."""
    return f"{error} is missing or no level" if isinstance(error, KeyError) else str(error)


def film_path(folder: Path, name: str) -> Path:
    """The film of a case: a picture, or a DICOM file."""
    films = folder / "films"
    found = sorted(path for path in films.iterdir() if path.stem == name) if films.is_dir() else []
    return found[0] if found else films / f"{name}.png"


def _truth(raw: Mapping[str, Any], exact: Path) -> Truth:
    """Exact masks where there is a label map, else the polygons filled; an unlabelled film has neither."""
    size = (int(raw["size"][0]), int(raw["size"][1]))
    polygons = {Level[name]: _polygon(name, points) for name, points in raw.get("polygons", {}).items()}
    complete = bool(raw["complete"])
    if not exact.exists():
        return Truth({level: Mask.from_polygon(points, size) for level, points in polygons.items()}, {}, complete)
    masks = _from_map(exact, size)
    missing = [level.name for level in polygons if level not in masks]
    if missing:
        raise ValueError(f"{', '.join(missing)} is in polygons but not in the label map {exact.name}")
    partial = {level: mask for level, mask in masks.items() if level not in polygons}
    return Truth({level: masks[level] for level in polygons}, partial, complete)


def _polygon(name: str, points: Any) -> NDArray[np.float64]:
    """A polygon (N, 2) of (x, y) film pixels. Raises ValueError for what is none."""
    polygon = np.asarray(points, float)
    if polygon.ndim != 2 or polygon.shape[1] != 2 or len(polygon) < 3 or not np.isfinite(polygon).all():
        raise ValueError(f"the polygon of {name} is no list of at least three points (x, y)")
    return polygon


def _from_map(path: Path, size: tuple[int, int]) -> dict[Level, Mask]:
    """The masks of a label map of VerSe ids, grey or with a palette, on a film of `size` (width, height)."""
    with Image.open(path) as picture:
        if picture.mode not in ("L", "P", "I;16", "I"):
            raise ValueError(f"the label map {path.name} is no picture of one channel of ids")
        if picture.size != size:
            raise ValueError(f"the label map {path.name} has {picture.size} pixels, the film {size}")
        labels = np.asarray(picture)
    return {Level(int(value)): Mask.from_array(labels == value) for value in np.unique(labels) if value}
