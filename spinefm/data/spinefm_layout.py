"""The layout of the SpineFM authors, for NHANES II and CSXA.

`imgs/<id>.jpg`, one mask per level as `gts/<id>_<LEVEL>.npy` or `.npz` (`arr_0`), and `data_split/{train,val,test}.txt`
with an id a line. In NHANES II an id is a region letter and a subject's number, and 178 subjects have a film of both
regions, of which 40 pairs lie across train and test: so the published split stands beside a subject-disjoint one.
"""

from __future__ import annotations

import re
import zipfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spinefm.core.levels import Level
from spinefm.core.masks import MOST_PIXELS, Mask
from spinefm.data.case import Case, Truth, region_of
from spinefm.data.dataset import Dataset, DatasetError, Skipped
from spinefm.data.films import films_by_stem, picture_size
from spinefm.data.labels import cut_by_edge, label_of
from spinefm.data.splits import PARTS, subject_disjoint

NHANES_ID = re.compile(r"[CL]\d+")
"""An id of NHANES II: the region and the subject's number."""
BYTES_A_PIXEL = 8
"""The widest numbers that a mask may be stored in."""


def open_spinefm_layout(root: Path) -> Dataset:
    """The films of `root`. Raises DatasetError where `imgs` or `gts` is missing."""
    if not ((root / "imgs").is_dir() and (root / "gts").is_dir()):
        raise DatasetError(f"{root} has no folders imgs and gts; choose the folder that has both.")
    films = films_by_stem(sorted((root / "imgs").iterdir()))
    masks, strays = _masks_by_film(root / "gts")
    names = _shown_names(films)
    ids = {name: film for film, name in names.items()}
    splits = _published(root / "data_split", names)
    subjects = {name: _subject(ids[name]) for name in ids}

    def read(name: str) -> Case:
        return _read(name, films[ids[name]], masks.get(ids[name], {}), subjects[name])

    kind = "nhanes2" if all(map(NHANES_ID.fullmatch, films)) else "csxa"
    return Dataset(kind, tuple(ids), read, strays, {**splits, **subject_disjoint(splits, subjects)})


def _shown_names(films: Mapping[str, Path]) -> dict[str, str]:
    """The name of each film: the id of NHANES II, a running number for CSXA, whose ids tell about patients."""
    if all(NHANES_ID.fullmatch(film) for film in films):
        return {film: film for film in films}
    return {film: f"csxa-{number:04d}" for number, film in enumerate(sorted(films), start=1)}


def _subject(film: str) -> str:
    return film[1:] if NHANES_ID.fullmatch(film) else film


def _masks_by_film(folder: Path) -> tuple[dict[str, dict[Level, Path]], tuple[Skipped, ...]]:
    """The mask file of every level of every film, and the files that name no level."""
    found: dict[str, dict[Level, Path]] = defaultdict(dict)
    strays = 0
    for path in sorted(folder.iterdir()):
        film, _, level = path.stem.rpartition("_")
        if path.suffix in (".npy", ".npz") and level in Level.__members__:
            found[film][Level[level]] = path
        else:
            strays += 1
    why = f"{strays} files in gts are not called <id>_<LEVEL>.npy or .npz; rename or remove them."
    return found, (Skipped("gts", why),) if strays else ()


def _published(folder: Path, names: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """The films of each published part that are here."""
    splits = {}
    for part in PARTS:
        if (folder / f"{part}.txt").is_file():
            lines = (folder / f"{part}.txt").read_text(encoding="utf-8").splitlines()
            ids = [Path(line.strip()).stem for line in lines if line.strip()]
            splits[part] = tuple(names[film] for film in ids if film in names)
    return splits


def _read(name: str, film: Path, files: Mapping[Level, Path], subject: str) -> Case:
    with label_of(f"of {name}"):
        if not files:
            raise ValueError("no mask in gts belongs to it")
        size = picture_size(film)
        masks = {level: _mask(level, path, size) for level, path in sorted(files.items())}
        partial = {level: mask for level, mask in masks.items() if size and cut_by_edge(mask, size)}
        bodies = {level: mask for level, mask in masks.items() if level not in partial}
        return Case(name, film, region_of(masks), "", Truth(bodies, partial, complete=False), subject)


def _mask(level: Level, path: Path, size: Sequence[int] | None) -> Mask:
    """The non-zero pixels of a stored array. Raises ValueError where it does not fit the film or is empty."""
    array = _array(path)
    if array.ndim != 2 or (size is not None and array.shape != (size[1], size[0])):
        raise ValueError(f"the mask of {level.name} has shape {array.shape}, the film {size}")
    mask = Mask.from_array(array)
    if not mask.area:
        raise ValueError(f"the mask of {level.name} is empty")
    return mask


def _array(path: Path) -> NDArray[np.generic]:
    """A stored array; nothing in the file is executed, and none larger than a film is unpacked."""
    if path.suffix == ".npy":
        return np.load(path, allow_pickle=False, mmap_mode="r")
    with zipfile.ZipFile(path) as archive:
        if archive.getinfo("arr_0.npy").file_size > MOST_PIXELS * BYTES_A_PIXEL:
            raise ValueError("a mask in it is larger than any film")
    with np.load(path, allow_pickle=False) as arrays:
        return np.asarray(arrays["arr_0"])
