"""The layout of the SpineFM authors, for NHANES II, CSXA and any other films.

`imgs/<id>.jpg`, one mask per level as `gts/<id>_<LEVEL>.npy` or `.npz` (`arr_0`), and `data_split/{train,val,test}.txt`
with an id a line. In NHANES II an id is a region letter and a subject's number, and 178 subjects have a film of both
regions, of which 40 pairs lie across train and test: so there is a subject-disjoint split beside the published one.
"""

from __future__ import annotations

import re
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spinefm.core.foreign import foreign_input, read_bytes
from spinefm.core.levels import Level
from spinefm.core.masks import MOST_PIXELS, Mask
from spinefm.data.case import Case, DatasetError, Skipped
from spinefm.data.dataset import Dataset
from spinefm.data.films import Films, picture_size, visible_files
from spinefm.data.labels import Conventions, agreed_size, label_of, size_of
from spinefm.data.sheet import Sheet
from spinefm.data.splits import PARTS, subject_disjoint

NHANES_ID = re.compile(r"[CL]\d+")
"""An id of NHANES II: the region and the subject's number."""
CSXA_ID = re.compile(r"\d{4}[FM\d]\d{2}", re.IGNORECASE)
"""An id of CSXA, seven characters: a number, the patient's sex and age."""
FILM_ENDING = re.compile(r"\.(png|jpe?g|tiff?|dcm|npy|npz)$", re.IGNORECASE)
"""What an id in a split file may end with."""
BYTES_A_PIXEL = 8
"""The widest numbers that a mask may be stored in."""


MOST_SPLIT_BYTES = 8 << 20


def open_spinefm_layout(root: Path, conventions: Conventions | None = None) -> Dataset:
    """The films of `root`. Raises DatasetError where `imgs` or `gts` is missing."""
    conventions = conventions or Conventions()
    if not ((root / "imgs").is_dir() and (root / "gts").is_dir()):
        raise DatasetError(f"{root} has no folders imgs and gts; choose the folder that has both.")
    films = {stem: paths[0] for stem, paths in Films.among(root, visible_files(root / "imgs")).stems().items()}
    masks, strays = _masks_by_film(root / "gts")
    names = dict(sorted(_shown_names(films).items()))
    ids = {name: film for film, name in names.items()}
    splits, unknown = _published(root / "data_split", names)
    subjects = {name: _subject(ids[name]) for name in ids}
    orphans = _orphans(masks, names)

    def read(name: str) -> Case:
        return _read(name, films[ids[name]], masks.get(ids[name], {}), subjects[name], conventions)

    skipped = (*strays, *orphans, *unknown)
    return Dataset(_kind(films), tuple(ids), read, skipped, {**splits, **subject_disjoint(splits, subjects)})


def _kind(films: Iterable[str]) -> str:
    """The published data set whose ids all films have; "spinefm" for films of any other."""
    kinds = {"nhanes2": NHANES_ID, "csxa": CSXA_ID}
    return next((kind for kind, known in kinds.items() if all(map(known.fullmatch, films))), "spinefm")


def _orphans(masks: Mapping[str, Mapping[Level, Path]], names: Mapping[str, str]) -> tuple[Skipped, ...]:
    """The masks that belong to no film."""
    count = sum(len(levels) for film, levels in masks.items() if film not in names)
    return (Skipped("gts", f"{count} masks belong to no film in imgs; add the films or remove them."),) if count else ()


def _shown_names(films: Mapping[str, Path]) -> dict[str, str]:
    """The name of each film: its id, or a running number where that is an id of CSXA, which tells about the patient."""
    numbered = enumerate(sorted(films), start=1)
    return {film: f"csxa-{number:04d}" if CSXA_ID.fullmatch(film) else film for number, film in numbered}


def _subject(film: str) -> str:
    return film[1:] if NHANES_ID.fullmatch(film) else film


def _masks_by_film(folder: Path) -> tuple[dict[str, dict[Level, Path]], tuple[Skipped, ...]]:
    """The mask file of every level of every film, and the files that name no level."""
    found: dict[str, dict[Level, Path]] = defaultdict(dict)
    strays = 0
    for path in visible_files(folder):
        film, _, level = path.stem.rpartition("_")
        if path.suffix.lower() in (".npy", ".npz") and level.upper() in Level.__members__:
            found[film][Level[level.upper()]] = path
        else:
            strays += 1
    why = f"{strays} files in gts are not called <id>_<LEVEL>.npy or .npz; rename or remove them."
    return found, (Skipped("gts", why),) if strays else ()


def _published(folder: Path, names: Mapping[str, str]) -> tuple[dict[str, tuple[str, ...]], tuple[Skipped, ...]]:
    """The films of each published part that are here, and how many of its ids are not."""
    splits: dict[str, tuple[str, ...]] = {}
    unknown = []
    for part in PARTS:
        path = folder / f"{part}.txt"
        if not path.is_file():
            continue
        ids = _ids_in(path)
        splits[part] = tuple(dict.fromkeys(names[film] for film in ids if film in names))
        missing = sum(film not in names for film in ids)
        if missing:
            why = f"{missing} of its {len(ids)} ids have no film in imgs; add the films or correct the ids."
            unknown.append(Skipped(path.name, why))
    return splits, tuple(unknown)


def _ids_in(path: Path) -> list[str]:
    """The ids of a split file, one a line. Raises DatasetError for what is no text."""
    with foreign_input(lambda reason: DatasetError(f"The split {path.name} cannot be read ({reason}); fix it.")):
        lines = read_bytes(path, MOST_SPLIT_BYTES).decode("utf-8-sig").splitlines()
        return [re.sub(FILM_ENDING, "", line.strip()) for line in lines if line.strip()]


def _read(name: str, film: Path, files: Mapping[Level, Path], subject: str, conventions: Conventions) -> Case:
    with label_of(f"of {name}"):
        if not files:
            raise ValueError("no mask in gts belongs to it")
        size = picture_size(film)
        if size is None:
            height, width = _array(next(iter(files.values()))).shape
            size = size_of("a mask", width, height)
        sheet = Sheet(name, size, conventions)
        for level, path in sorted(files.items()):
            sheet.mask(level.name, partial(_mask, path, size))
        return replace(sheet.case(film), subject=subject)


def _mask(path: Path, size: tuple[int, int]) -> Mask:
    """The non-zero pixels of a stored array. Raises ValueError where it does not fit the film or is no mask."""
    array = _array(path)
    if array.ndim != 2 or array.dtype.kind not in "biuf":
        raise ValueError(f"its mask has the shape {array.shape} and the type {array.dtype}, which is not a mask")
    agreed_size((array.shape[1], array.shape[0]), size)
    if array.dtype.kind == "f" and np.isnan(array).any():
        raise ValueError("its mask contains NaN")
    return Mask.from_array(array)


def _array(path: Path) -> NDArray[np.generic]:
    """A stored array; nothing in the file is executed, and none larger than a film is unpacked."""
    if path.suffix.lower() == ".npy":
        return np.load(path, allow_pickle=False, mmap_mode="r")
    with zipfile.ZipFile(path) as archive:
        if archive.getinfo("arr_0.npy").file_size > MOST_PIXELS * BYTES_A_PIXEL:
            raise ValueError("a mask in it is larger than any film")
    with np.load(path, allow_pickle=False) as arrays:
        return np.asarray(arrays["arr_0"])
