"""Folders of films with truth: `films/<name>.png` and `labels/<name>.json`, as `spinefm phantom` writes them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from spinefm.anatomy import Level
from spinefm.datasets.case import Case, Truth
from spinefm.masks import Mask


class DamagedCase(ValueError):
    """A film's label cannot be used; the text says why."""


def read_folder(folder: Path) -> Iterator[Case]:
    """The cases of `folder` in the order of their names.

    Raises DamagedCase for a label that cannot be read, naming it; FileNotFoundError when there is no `labels/`.
    """
    if not (folder / "labels").is_dir():
        raise FileNotFoundError(
            f"{folder} has no folder named labels; a folder of films with truth has films/ and labels/."
        )
    for label in sorted((folder / "labels").glob("*.json")):
        yield read_case(folder, label.stem)


def read_case(folder: Path, name: str) -> Case:
    """The case `name` of `folder`. Raises DamagedCase."""
    path = folder / "labels" / f"{name}.json"
    try:
        raw = json.loads(path.read_text())
        if not isinstance(raw, dict):
            raise ValueError("it is no JSON object")
        truth = _truth(raw, folder / "labels" / f"{name}.png")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DamagedCase(f"The label {path.name} cannot be read ({error}); mend or remove it.") from error
    return Case(name, film_path(folder, name), raw["region"], raw.get("layout", ""), truth)


def film_path(folder: Path, name: str) -> Path:
    """The film of a case: a picture, or a DICOM file."""
    found = sorted((folder / "films").glob(f"{name}.*"))
    return found[0] if found else folder / "films" / f"{name}.png"


def _truth(raw: Mapping[str, Any], exact: Path) -> Truth:
    """Exact masks where there is a label map, else the polygons filled."""
    whole = {Level[name] for name in raw.get("polygons", {})}
    if exact.exists():
        masks = _from_map(exact)
        partial = {level: mask for level, mask in masks.items() if level not in whole}
        return Truth({level: masks[level] for level in whole if level in masks}, partial, bool(raw["complete"]))
    size = (int(raw["size"][0]), int(raw["size"][1]))
    polygons = {Level[name]: np.asarray(points, float) for name, points in raw.get("polygons", {}).items()}
    bodies = {level: Mask.from_polygon(points, size) for level, points in polygons.items()}
    return Truth(bodies, {}, bool(raw["complete"]))


def _from_map(path: Path) -> dict[Level, Mask]:
    """The masks of a label map of VerSe ids."""
    labels = cv2.imread(str(path), cv2.IMREAD_UNCHANGED)
    if labels is None or labels.ndim != 2:
        raise ValueError("the label map is no picture of one channel")
    return {Level(int(value)): Mask.from_array(labels == value) for value in np.unique(labels) if value}
