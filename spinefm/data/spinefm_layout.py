"""The layout of the SpineFM authors, for NHANES II, CSXA and any other films.

`imgs/<id>.jpg`, one mask per level as `gts/<id>_<LEVEL>.npy` or `.npz` (`arr_0`), and `data_split/{train,val,test}.txt`
with an id a line. In NHANES II an id is a region letter and a subject's number, and 178 subjects have a film of both
regions, of which 40 pairs lie across train and test: so there is a subject-disjoint split beside the published one.
"""

from __future__ import annotations

import re
import zipfile
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinefm.core.foreign import foreign_input, read_bytes
from spinefm.core.levels import Level
from spinefm.core.masks import MOST_PIXELS, Mask
from spinefm.core.words import counted
from spinefm.data.case import Case, DatasetError, Skipped
from spinefm.data.cases_apart import folders_of, may_share
from spinefm.data.dataset import Dataset
from spinefm.data.films import Films, by_stem, folder_in, picture_size, place_of, stem_of_place, visible_files
from spinefm.data.labels import Conventions, agreed_size, label_of, size_of
from spinefm.data.sheet import Sheet
from spinefm.data.splits import PARTS, subject_disjoint

NHANES_ID = re.compile(r"[CL]\d+")
"""An id of NHANES II: the region and the subject's number."""
CSXA_ID = re.compile(r"\d{4}[FM\d]\d{2}", re.IGNORECASE)
"""An id of CSXA, seven characters: a number, the patient's sex and age."""
FILM_ENDING = re.compile(r"\.(png|jpe?g|tiff?|dcm|npy|npz)$", re.IGNORECASE)
"""What an id in a split file may end with."""
Masks = dict[Level, list[Path]]
"""The files with the mask of each level: one, unless two folders have a file of the same name."""
GREYS = 255
"""The largest value of a mask with soft edges in whole numbers."""
FIRST = "arr_0.npy"
"""What the first array of a `.npz` file without names is called in it."""
BYTES_A_PIXEL = 8
"""The widest numbers that a mask may be stored in."""


MOST_SPLIT_BYTES = 8 << 20


def open_spinefm_layout(root: Path, conventions: Conventions | None = None) -> Dataset:
    """The films of `root`. Raises DatasetError where `imgs` or `gts` is missing."""
    conventions = conventions or Conventions()
    films_at, masks_at = folder_in(root, "imgs"), folder_in(root, "gts")
    if films_at is None or masks_at is None:
        raise DatasetError(f"{root} has no folders imgs and gts; choose the folder that has both.")
    named = Films.among(films_at, visible_files(films_at)).named()
    films = {film: paths[0] for film, paths in named.items()}
    found, strays = _masks_by_place(masks_at)
    masks, orphans = _masks_by_film(found, {place_of(path, films_at): film for film, path in films.items()})
    names = dict(sorted(_shown_names(films).items()))
    ids = {name: film for film, name in names.items()}
    splits, unknown = _published(folder_in(root, "data_split") or root / "data_split", names)
    subjects = {name: _subject(ids[name]) for name in ids}

    def read(name: str) -> Case:
        return _read(name, films[ids[name]], masks.get(ids[name], {}), subjects[name], conventions)

    skipped = (*strays, *orphans, *unknown)
    return Dataset(_kind(films), tuple(ids), read, skipped, {**splits, **subject_disjoint(splits, subjects)})


def _kind(films: Iterable[str]) -> str:
    """The published data set whose ids all films have; "spinefm" for films of any other."""
    kinds = {"nhanes2": NHANES_ID, "csxa": CSXA_ID}
    stems = [stem_of_place(film) for film in films]
    return next((kind for kind, known in kinds.items() if all(map(known.fullmatch, stems))), "spinefm")


def _shown_names(films: Mapping[str, Path]) -> dict[str, str]:
    """The name of each film: its id, or a running number where that is an id of CSXA, which tells about the patient."""
    numbered = enumerate(sorted(films), start=1)
    return {film: f"csxa-{number:04d}" if CSXA_ID.fullmatch(stem_of_place(film)) else film for number, film in numbered}


def _subject(film: str) -> str:
    stem = stem_of_place(film)
    return stem[1:] if NHANES_ID.fullmatch(stem) else stem


def _masks_by_place(folder: Path) -> tuple[dict[str, Masks], tuple[Skipped, ...]]:
    """The masks below `gts` by the place of their film, and how many files name no level."""
    found: dict[str, Masks] = defaultdict(lambda: defaultdict(list))
    strays = 0
    for path in visible_files(folder):
        place, _, level = place_of(path.with_suffix(""), folder).rpartition("_")
        if path.suffix.lower() in (".npy", ".npz") and level.upper() in Level.__members__:
            found[place][Level[level.upper()]].append(path)
        else:
            strays += 1
    which = counted(strays, "file in gts is", "files in gts are")
    why = f"{which} not called <id>_<LEVEL>.npy or .npz; rename or remove {'it' if strays == 1 else 'them'}."
    return found, (Skipped("gts", why),) if strays else ()


def _masks_by_film(
    found: Mapping[str, Masks], films: Mapping[str, str]
) -> tuple[dict[str, Masks], tuple[Skipped, ...]]:
    """The masks of each film, given the name of the film at each place; and how many belong to none."""
    masks: dict[str, Masks] = {}
    stems = by_stem(films)
    left = 0
    for place, levels in found.items():
        film_at = place if place in films else _film_elsewhere(place, stems[stem_of_place(place)], found)
        if film_at is None:
            left += sum(map(len, levels.values()))
            continue
        own = masks.setdefault(films[film_at], defaultdict(list))
        for level, paths in levels.items():
            own[level] += paths
    why = (
        f"{counted(left, 'mask belongs', 'masks belong')} to no film in imgs, or to one of several of the same id; add "
        "the film, or put the mask into a folder called as its film's."
    )
    return masks, (Skipped("gts", why),) if left else ()


def _film_elsewhere(place: str, places: Sequence[str], found: Collection[str]) -> str | None:
    """The place of the only film of an id, unless its own folder holds masks of it, or it is that of another case."""
    is_only = len(places) == 1 and places[0] not in found
    return places[0] if is_only and may_share(folders_of(place), (), folders_of(places[0])) else None


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
            which = f"{missing} of its {counted(len(ids), 'id')} {'has' if missing == 1 else 'have'}"
            why = f"{which} no film in imgs; add the films or correct the ids."
            unknown.append(Skipped(path.name, why))
    return splits, tuple(unknown)


def _ids_in(path: Path) -> list[str]:
    """The ids of a split file, one a line. Raises DatasetError for what is no text."""
    with foreign_input(lambda reason: DatasetError(f"The split {path.name} cannot be read ({reason}); fix it.")):
        lines = read_bytes(path, MOST_SPLIT_BYTES).decode("utf-8-sig").splitlines()
        return [re.sub(FILM_ENDING, "", line.strip()) for line in lines if line.strip()]


def _read(name: str, film: Path, files: Masks, subject: str, conventions: Conventions) -> Case:
    with label_of(f"of {name}"):
        if not files:
            raise ValueError("no mask in gts belongs to it")
        size = picture_size(film)
        if size is None:
            height, width = _array(next(iter(files.values()))[0]).shape
            size = size_of("a mask", width, height)
        sheet = Sheet(name, size, conventions)
        for level, paths in sorted(files.items()):
            if len(paths) > 1:
                sheet.leave_out(level.name, f"{len(paths)} files in gts hold its mask; keep one")
            else:
                sheet.whole(level.name, partial(_mask, paths[0], size))
        return replace(sheet.case(film), subject=subject)


def _mask(path: Path, size: tuple[int, int]) -> Mask:
    """The non-zero pixels of a stored array. Raises ValueError where it does not fit the film or is no mask."""
    array = _array(path)
    if array.ndim != 2 or array.dtype.kind not in "biuf":
        raise ValueError(f"its mask has the shape {array.shape} and the type {array.dtype}, which is not a mask")
    agreed_size((array.shape[1], array.shape[0]), size)
    if array.dtype.kind == "f" and np.isnan(array).any():
        raise ValueError("its mask contains NaN")
    return Mask.from_array(_inside(array))


def _inside(array: NDArray[np.generic]) -> NDArray[np.bool_]:
    """The pixels inside a mask: all that is not zero, or at least half of what probabilities and greys can be.

    Raises ValueError for other values than those of a mask.
    """
    values: NDArray[Any] = np.asarray(array)
    filled = values != 0
    some = values[filled]
    if not some.size or (some == some[0]).all():
        return filled
    low, high = float(values.min()), float(values.max())
    if low >= 0 and (high <= 1 or (values.dtype.kind in "iu" and high == GREYS)):
        return np.asarray(values >= (0.5 if high <= 1 else (GREYS + 1) / 2))
    raise ValueError(f"its mask contains several values from {low:g} to {high:g}, and a mask has two")


def _array(path: Path) -> NDArray[np.generic]:
    """A stored array without axes of one value beside its two; nothing in the file is executed."""
    array = np.load(path, allow_pickle=False, mmap_mode="r") if path.suffix.lower() == ".npy" else _packed(path)
    return array.squeeze() if array.ndim > 2 else array


def _packed(path: Path) -> NDArray[np.generic]:
    """The array called `arr_0`, or the only one, of a `.npz` file; none larger than a film is unpacked."""
    with zipfile.ZipFile(path) as archive:
        names = [name for name in archive.namelist() if name.endswith(".npy")]
        name = FIRST if FIRST in names or len(names) != 1 else names[0]
        if name not in names:
            raise ValueError(
                f"it contains {counted(len(names), 'array')}, and none is called {FIRST.removesuffix('.npy')}"
            )
        if archive.getinfo(name).file_size > MOST_PIXELS * BYTES_A_PIXEL:
            raise ValueError("a mask in it is larger than any film")
    with np.load(path, allow_pickle=False) as arrays:
        return np.asarray(arrays[name.removesuffix(".npy")])
