"""Folders of films and label maps of VerSe ids: pictures, or the 2D NIfTI files that SPINEPS writes.

Ids from 27 on (coccyx, discs, endplates) are no vertebral bodies and left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spinefm.core.levels import Level
from spinefm.data.case import Case, Truth, region_of
from spinefm.data.dataset import Dataset, DatasetError
from spinefm.data.films import films_by_stem, picture_size, visible_files
from spinefm.data.labels import cut_by_edge, label_of, masks_of_map, read_map
from spinefm.data.nifti import read_nifti
from spinefm.data.splits import by_subject

FILM_FOLDERS = ("images", "films", "imgs", "rawdata")
MAP_FOLDERS = ("labels", "masks", "segmentations", "derivatives")
MAP_SUFFIXES = (".png", ".tif", ".tiff", ".nii", ".nii.gz")


def open_maps(root: Path) -> Dataset:
    """The films that have a label map. Raises DatasetError where a folder of films or of maps is missing."""
    films_at = next((root / name for name in FILM_FOLDERS if (root / name).is_dir()), None)
    maps_at = next((root / name for name in MAP_FOLDERS if (root / name).is_dir()), None)
    if films_at is None or maps_at is None:
        raise DatasetError(f"{root} has no folder of films (images) beside one of label maps (labels).")
    films = films_by_stem(visible_files(films_at))
    maps = {name: path for path in visible_files(maps_at) if (name := _film_of(path, films)) is not None}
    if not maps:
        raise DatasetError(f"No label map in {maps_at} is named after a film in {films_at}.")

    def read(name: str) -> Case:
        return _read(name, films[name], maps[name])

    return Dataset("maps", tuple(sorted(maps)), read, splits=by_subject({name: name for name in sorted(maps)}))


def _film_of(path: Path, films: Mapping[str, Path]) -> str | None:
    """The film of a map: the longest name that the map's name is or begins with, as in `film_seg-vert_msk.nii.gz`."""
    if not path.name.lower().endswith(MAP_SUFFIXES):
        return None
    stem = path.name.removesuffix(".gz").rpartition(".")[0]
    if stem in films:
        return stem
    cuts = [index for index, character in enumerate(stem) if character in "_-"]
    return next((stem[:cut] for cut in reversed(cuts) if stem[:cut] in films), None)


def _read(name: str, film: Path, path: Path) -> Case:
    with label_of(path.name):
        size = picture_size(film)
        labels = _labels(path, size)
        labels = np.where(labels <= Level.S1, labels, 0)
        masks = masks_of_map(labels)
        size = (labels.shape[1], labels.shape[0])
        partial = {level: mask for level, mask in masks.items() if cut_by_edge(mask, size)}
        bodies = {level: mask for level, mask in masks.items() if level not in partial}
        return Case(name, film, region_of(masks), "", Truth(bodies, partial, complete=False), name)


def _labels(path: Path, size: tuple[int, int] | None) -> NDArray[np.int32]:
    if not path.name.lower().endswith((".nii", ".nii.gz")):
        return read_map(path, size)
    labels = read_nifti(path)
    if size is not None and labels.shape != (size[1], size[0]):
        raise ValueError(f"the label map has shape {labels.shape}, the film {(size[1], size[0])}")
    return labels
