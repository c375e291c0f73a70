"""Folders of films and label maps: VerSe's ids unless the user says whose, as pictures or NIfTI files of one slice.

The map of a film is called as the film is, or begins with its name, as SPINEPS calls its maps. Several maps of one
film (SPINEPS writes one of vertebrae and one of tissues) are never mixed: the one of vertebrae is read.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from spinefm.data.case import Case, DatasetError, Skipped
from spinefm.data.dataset import Dataset
from spinefm.data.films import Films, picture_size, unlabelled, visible_files
from spinefm.data.ids import levels_of_map
from spinefm.data.labels import Conventions, label_of, read_map
from spinefm.data.sheet import case_of
from spinefm.data.splits import by_subject

FILM_FOLDERS = ("images", "films", "imgs", "rawdata")
MAP_FOLDERS = ("labels", "masks", "segmentations", "derivatives")
MAP_SUFFIXES = (".png", ".tif", ".tiff", ".bmp", ".nii", ".nii.gz")
SPINEPS_NAME = re.compile(r"(.+)_mod-([^_]+)_seg-.+")
VERTEBRAE = ("vert",)
"""Part of the name of the one map of vertebrae among several of a film."""


def open_maps(root: Path, conventions: Conventions | None = None) -> Dataset:
    """The films that have a label map. Raises DatasetError where a folder of films or of maps is missing."""
    conventions = conventions or Conventions()
    films_at = next((root / name for name in FILM_FOLDERS if (root / name).is_dir()), None)
    maps_at = next((root / name for name in MAP_FOLDERS if (root / name).is_dir()), None)
    if films_at is None or maps_at is None:
        raise DatasetError(f"{root} has no folder of films (images) beside one of label maps (labels).")
    stems = Films.among(films_at, visible_files(films_at)).stems()
    maps, skipped = _maps_by_film(maps_at, stems)
    if not maps:
        raise DatasetError(f"No label map in {maps_at} is named after a film in {films_at}.")

    def read(name: str) -> Case:
        return read_case(name, film_beside(stems[name], maps[name], films_at), maps[name], conventions)

    left = unlabelled([path for paths in stems.values() for path in paths], maps)
    names = tuple(sorted(maps))
    return Dataset("maps", names, read, (*skipped, *left), by_subject({name: name for name in names}))


def film_beside(films: Sequence[Path], path: Path, root: Path) -> Path:
    """The film of a map among those of its name: the one in the folder of the same name as the map's."""
    folders = {film.parent for film in films}
    if len(folders) == 1:
        return films[0]
    same = [film for film in films if film.parent.name == path.parent.name]
    if len({film.parent for film in same}) != 1:
        places = ", ".join(film.relative_to(root).as_posix() for film in films[:3])
        raise_with = f"{len(films)} films have its name ({places}); give each its own name"
        with label_of(path.name):
            raise ValueError(raise_with)
    return same[0]


def _maps_by_film(folder: Path, films: Mapping[str, Sequence[Path]]) -> tuple[dict[str, Path], list[Skipped]]:
    """The map of each film, and the files that are no map of one."""
    found: dict[str, list[Path]] = defaultdict(list)
    skipped = []
    for path in visible_files(folder):
        name = film_of(path, films)
        if name is None:
            why = "it is not the label map of a film: no film has its name. Rename or remove it."
            skipped.append(Skipped(path.relative_to(folder).as_posix(), why))
        else:
            found[name].append(path)
    chosen = {name: _chosen(paths) for name, paths in found.items()}
    for name, paths in found.items():
        others = [path for path in paths if path != chosen[name]]
        skipped += [Skipped(path.name, f"{chosen[name].name} is read for {name} in its place.") for path in others]
    return chosen, skipped


def _chosen(paths: Sequence[Path]) -> Path:
    """The one map of vertebrae among those of a film: the one called so, else the shortest name."""
    return min(paths, key=lambda path: (not any(word in path.name.lower() for word in VERTEBRAE), len(path.name)))


def film_of(path: Path, films: Mapping[str, object]) -> str | None:
    """The film of a map: the longest name that the map's name is or begins with, as in `film_seg-vert_msk.nii.gz`.

    SPINEPS 2 moves the last part of a film's name: the map of `sub-1_xr` is `sub-1_mod-xr_seg-vert_msk`.
    """
    lowered = path.name.lower()
    ending = max((one for one in MAP_SUFFIXES if lowered.endswith(one)), key=len, default=None)
    if ending is None:
        return None
    stem = path.name[: -len(ending)]
    contrast = SPINEPS_NAME.fullmatch(stem)
    if contrast and f"{contrast[1]}_{contrast[2]}" in films:
        return f"{contrast[1]}_{contrast[2]}"
    if stem in films:
        return stem
    cuts = [index for index, character in enumerate(stem) if character in "_-"]
    return next((stem[:cut] for cut in reversed(cuts) if stem[:cut] in films), None)


def read_case(name: str, film: Path, path: Path, conventions: Conventions) -> Case:
    """The case of one film and its label map. Raises DamagedCase."""
    with label_of(path.name):
        labels = read_map(path, picture_size(film), film)
        masks, left = levels_of_map(labels, conventions.ids)
        case = case_of(name, film, (labels.shape[1], labels.shape[0]), masks, {})
        return replace(case, left_out=tuple(Skipped(name, why, label) for label, why in left))
