"""Folders of films and label maps: VerSe's ids unless the user says whose, as pictures or NIfTI files of one slice.

The map of a film is called as the film is, or begins with its name, as SPINEPS calls its maps. Several maps of one
film (SPINEPS writes one of vertebrae and one of tissues) are never mixed: the one of vertebrae is read. Where each
level has a map of its own, it is called `film_C3.png`, or lies in a folder `C3`.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray

from spinefm.core.checksum import sha256_of
from spinefm.core.levels import Level
from spinefm.core.masks import Mask
from spinefm.data.case import Case, DatasetError, Skipped
from spinefm.data.cases_apart import folded, folders_of, may_share
from spinefm.data.cleaning import check_edges, without_specks
from spinefm.data.dataset import Dataset
from spinefm.data.films import (
    Films,
    KnownNames,
    by_stem,
    film_stem,
    folder_in,
    open_picture,
    picture_size,
    place_of,
    stem_of_place,
    unlabelled,
    visible_files,
)
from spinefm.data.ids import SCHEMES, levels_of_map
from spinefm.data.labels import Conventions, label_of, read_map
from spinefm.data.names import Names
from spinefm.data.sheet import Sheet
from spinefm.data.splits import by_subject

FILM_FOLDERS = ("images", "films", "imgs", "rawdata")
MAP_FOLDERS = ("labels", "masks", "segmentations", "derivatives")
MAP_SUFFIXES = (".png", ".tif", ".tiff", ".bmp", ".nii", ".nii.gz")
NO_MAP = "it is not a label map that is read: these are PNG, TIFF, BMP or NIfTI files. Save it as one, or remove it."
OF_MAP = re.compile(r"[_-]+(?!(?:ses|run|acq|rec)-)[^\W\d_].*")
"""What may follow a film's name in that of its map: a number makes the name of another, as a session or run of BIDS."""
SPINEPS_NAME = re.compile(r"(.+)_mod-([^_]+)_seg-.+")
SPINEPS_MAP = re.compile(r"seg-[^\W\d_]+_msk", re.IGNORECASE)
"""In the name of a map of SPINEPS, which holds all levels; T1 in it is a contrast."""
MAP_WORDS = frozenset(("map", "maps", "labelmap", "labels", "masks", "segm", "binary", "bin"))
"""Words for a map in its name, in small letters, beside those that mean the body."""
DRAWN = (1, 255)
"""Ids of the one region of a map that say nothing of its level."""
VIEWS = frozenset(("vis", "viz", "overlay", "preview", "color", "colour", "colored", "coloured", "rgb", "view"))
"""Words in the names of pictures that show a map: a map without such words is meant."""
COLOURED = ("RGB", "RGBA", "CMYK", "YCbCr")
"""Pillow's modes of pictures in colours."""
VERTEBRAE = ("vert",)
"""Part of the name of the one map of vertebrae among several of a film."""


@dataclass(frozen=True)
class FilmMaps:
    """The maps of one film at `place`.

    whole: those that could be the one of all its levels: one, or several that nothing tells apart.
    levels: where there is none, the files that could hold one level each.
    """

    place: str
    whole: tuple[Path, ...]
    levels: Mapping[Level, tuple[Path, ...]] = field(default_factory=dict)

    @property
    def used(self) -> tuple[Path, ...]:
        """The files that are read for the film."""
        return self.whole or tuple(path for same in self.levels.values() for path in same)


def open_maps(root: Path, conventions: Conventions | None = None) -> Dataset:
    """The films that have a label map. Raises DatasetError where a folder of films or of maps is missing."""
    conventions = conventions or Conventions()
    films_at, maps_at = folder_in(root, *FILM_FOLDERS), folder_in(root, *MAP_FOLDERS)
    if films_at is None or maps_at is None:
        raise DatasetError(f"{root} has no folder of films (images) beside one of label maps (labels).")
    films = Films.among(films_at, visible_files(films_at)).named()
    maps, skipped = _maps_by_film(maps_at, {place_of(paths[0], films_at): name for name, paths in films.items()})
    if not maps:
        reasons = " ".join(f"{one.name}: {one.why}" for one in skipped[:1])
        raise DatasetError(f"No label map in {maps_at} is named after a film in {films_at}. {reasons}".strip())

    def read(name: str) -> Case:
        return read_case(name, films[name][0], maps[name], conventions)

    left = unlabelled([path for name, paths in films.items() if name not in maps for path in paths], ())
    names = tuple(sorted(maps))
    return Dataset("maps", names, read, (*skipped, *left), by_subject({name: name for name in names}))


def _maps_by_film(folder: Path, films: Mapping[str, str]) -> tuple[dict[str, FilmMaps], list[Skipped]]:
    """The maps of each film, given the films' names by place, and the files that are no map of one."""
    found: dict[str, list[Path]] = defaultdict(list)
    stems = by_stem(films)
    known, skipped = KnownNames(stems), []
    for path in visible_files(folder):
        stem = film_of(path, known)
        named = stems[stem] if stem is not None else []
        places = _beside(path, folder, named)
        if len(places) == 1:
            found[places[0]].append(path)
        else:
            why = NO_MAP if _map_stem(path) is None else _no_film(named)
            skipped.append(Skipped(path.relative_to(folder).as_posix(), why))
    maps = {films[place]: _chosen(place, paths, folder) for place, paths in found.items()}
    for place, paths in found.items():
        others = [path for path in paths if path not in maps[films[place]].used]
        skipped += [Skipped(path.name, _passed_over(maps[films[place]], films[place])) for path in others]
    return maps, skipped


def _passed_over(maps: FilmMaps, film: str) -> str:
    """Why another map of a film is not read."""
    if len(maps.whole) > 1:
        names = " and ".join(path.name for path in maps.whole[:2])
        return f"{names} come before it as maps of {film}; keep one of them."
    return f"{maps.used[0].name} is read for {film} in its place."


def _beside(path: Path, folder: Path, places: Sequence[str]) -> list[str]:
    """Of films of one name those that a map can belong to: in the folder of the same path, else of the same name.

    One that is alone may lie elsewhere, but in no folder of another case. Folders of levels are part of no path.
    """
    own = path.parent.relative_to(folder)
    bare = PurePosixPath(*(part for part in own.parts if part.upper() not in Level.__members__))
    for wanted in (PurePosixPath(own.as_posix()), bare):
        if same := [place for place in places if PurePosixPath(place).parent == wanted]:
            return same
    if len(places) == 1:
        return [place for place in places if may_share(folders_of(f"{bare}/"), (), folders_of(place))]
    return [place for place in places if PurePosixPath(place).parent.name == bare.name] or [*places]


def _no_film(places: Sequence[str]) -> str:
    """Why a map belongs to no film, or to none of several."""
    if not places:
        return "it is not the label map of a film: no film has its name. Rename or remove it."
    shown = ", ".join(places[:3])
    have = "the film of its name lies elsewhere" if len(places) == 1 else f"{len(places)} films have its name"
    return f"{have} ({shown}); put it into a folder of the same name as its film's."


def _chosen(place: str, paths: Sequence[Path], folder: Path) -> FilmMaps:
    """The map of vertebrae among those of a film; files of one level each count where there is no other map."""
    by_level: dict[Level | None, list[Path]] = defaultdict(list)
    for path in paths:
        by_level[_level_of(path, place, folder)].append(path)
    best = {level: _best(same, place, folder) for level, same in by_level.items()}
    if whole := best.pop(None, ()):
        return FilmMaps(place, whole)
    return FilmMaps(place, (), {level: same for level, same in best.items() if level is not None})


def _best(paths: Sequence[Path], place: str, folder: Path) -> tuple[Path, ...]:
    """Of several maps the one that is called one of vertebrae, lies beside the film, or is called as it alone.

    Several where nothing decides between them; copies count once, and pictures that show a map only where all do.
    """
    if len(paths) < 2:
        return tuple(paths)
    maps = [path for path in paths if not _is_view(path, stem_of_place(place))] or paths
    ranks = {path: _rank(path, place, folder) for path in maps}
    first: dict[str, Path] = {}
    for path in [path for path in maps if ranks[path] == min(ranks.values())]:
        first.setdefault(sha256_of(path), path)
    return tuple(first.values())


def _rank(path: Path, place: str, folder: Path) -> tuple[bool, bool, bool]:
    elsewhere = path.parent.relative_to(folder).as_posix() != PurePosixPath(place).parent.as_posix()
    is_bare = folded(_map_stem(path) or "") == folded(stem_of_place(place))
    return not any(word in path.name.lower() for word in VERTEBRAE), elsewhere, not is_bare


def _is_view(path: Path, film: str) -> bool:
    """Whether a picture has colours, or is called as one that shows a map rather than holds its ids."""
    if VIEWS & set(re.split(r"[\W\d_]+", _after(path, film).lower())):
        return True
    try:
        with open_picture(path) as picture:
            return picture.mode in COLOURED
    except (OSError, ValueError):  # what Pillow cannot open is read otherwise, or said to be damaged
        return False


def _level_of(path: Path, place: str, folder: Path) -> Level | None:
    """The level that a map of one level, or a folder that it lies in, is called after; None for one of all levels."""
    own = path.parent.relative_to(folder).parts
    named = [part.upper() for part in own if part not in PurePosixPath(place).parent.parts]
    inside = [Level[part] for part in named if part in Level.__members__]
    return level_of_file(path, stem_of_place(place)) or (inside[-1] if inside else None)


def level_of_file(path: Path, film: str) -> Level | None:
    """The level that a map of one level is called after; None for a map of all levels.

    >>> level_of_file(Path("film_C3.png"), "film"), level_of_file(Path("film_vertebra_Th12_mask.png"), "film")
    (<Level.C3: 3>, <Level.T12: 19>)
    """
    rest = _after(path, film)
    if SPINEPS_MAP.search(rest):
        return None
    words = [word for word in re.split(r"[_\-. ]+", rest) if word.lower() not in MAP_WORDS]
    return Level.__members__.get(rest.upper()) or Names().read(" ".join(words)).level


def _after(path: Path, film: str) -> str:
    """What follows a film's name in that of its map."""
    stem = _map_stem(path) or ""
    return stem[len(film) :].lstrip("_-") if folded(stem).startswith(folded(film)) else ""


def is_map(path: Path) -> bool:
    """Whether a file ends as maps do."""
    return _map_stem(path) is not None


def _map_stem(path: Path) -> str | None:
    """A map's name without its ending; None for what does not end as maps do."""
    lowered = path.name.lower()
    ending = max((one for one in MAP_SUFFIXES if lowered.endswith(one)), key=len, default=None)
    return None if ending is None else path.name[: -len(ending)]


def film_of(path: Path, films: KnownNames) -> str | None:
    """The film of a map: the longest name that the map's name is or begins with, as in `film_seg-vert_msk.nii.gz`.

    What follows must begin with a word: `IMG_1_2` is no map of `IMG_1`.

    SPINEPS 2 moves the last part of a film's name: the map of `sub-1_xr` is `sub-1_mod-xr_seg-vert_msk`.
    """
    stem = _map_stem(path)
    if stem is None:
        return None
    contrast = SPINEPS_NAME.fullmatch(stem)
    cuts = [index for index, character in enumerate(stem) if character in "_-"]
    tried = [f"{contrast[1]}_{contrast[2]}"] if contrast else []
    tried += [stem, *(stem[:cut] for cut in reversed(cuts) if OF_MAP.fullmatch(stem[cut:]))]
    return next((name for one in tried if (name := films.find(one)) is not None), None)


def read_case(name: str, film: Path, maps: FilmMaps, conventions: Conventions) -> Case:
    """The case of one film and its maps. Raises DamagedCase."""
    if not maps.whole and len(maps.used) > 1:
        return _read_levels(name, film, maps.levels, conventions)
    path = maps.used[0]
    with label_of(path.name):
        if len(maps.whole) > 1:
            places = ", ".join(f"{one.parent.name}/{one.name}" for one in maps.whole[:3])
            raise ValueError(f"{len(maps.whole)} label maps could be the film's: {places}; keep one")
        labels = read_map(path, picture_size(film), film)
        if maps.levels and len(np.unique(labels)) <= 2:
            return _read_levels(name, film, maps.levels, conventions)
        return _read_whole(name, film, labels, conventions)


def _read_whole(name: str, film: Path, labels: NDArray[np.int32], conventions: Conventions) -> Case:
    """The case of a film and its map of all levels. Raises ValueError."""
    check_edges(labels)
    labels, specks = without_specks(labels)
    masks, others = levels_of_map(labels, conventions.ids)
    sheet = Sheet(name, (labels.shape[1], labels.shape[0]), conventions)
    for level, mask in masks.items():
        sheet.level(level, mask)
    for label, why in (*specks, *others):
        sheet.leave_out(label, why)
    return sheet.case(film)


def _read_levels(name: str, film: Path, levels: Mapping[Level, tuple[Path, ...]], conventions: Conventions) -> Case:
    """The case of a film of which each level has a map of its own. Raises DamagedCase."""
    with label_of(f"of {name}"):
        size = picture_size(film)
        if size is None:
            height, width = read_map(next(iter(levels.values()))[0], None, film).shape
            size = (width, height)
        sheet = Sheet(name, size, conventions)
        for level, paths in sorted(levels.items()):
            sheet.whole(level.name, partial(_mask_of_files, paths, level, size, film, conventions.ids))
        return sheet.case(film)


def _mask_of_files(paths: Sequence[Path], level: Level, size: tuple[int, int], film: Path, scheme: str) -> Mask:
    """The one region of a map of one level.

    Raises ValueError for several maps, for several ids, and for one that means another level.
    """
    if len(paths) > 1:
        shown = " and ".join(f"{path.parent.name}/{path.name}" for path in paths[:3])
        raise ValueError(f"{len(paths)} maps could be that of {level.name}: {shown}; keep one")
    path = paths[0]
    labels = read_map(path, size, film)
    ids = [int(value) for value in np.unique(labels[labels != 0])]
    if len(ids) > 1:
        raise ValueError(f"{path.name} contains {len(ids)} ids, and a map of one level has one")
    if ids and _after(path, film_stem(film)).upper() != level.name and level_of_file(path, film_stem(film)) is level:
        _check_id(path, level, ids[0], scheme)
    return Mask.from_array(labels)


def _check_id(path: Path, level: Level, value: int, scheme: str) -> None:
    """Refuse the one id of a map that means another level than words in the map's name: they may mean something else.

    Raises ValueError.
    """
    tables = [SCHEMES[scheme]] if scheme else SCHEMES.values()
    meant = [table[value] for table in tables if value in table and value not in DRAWN]
    if meant and level not in meant:
        why = f"{path.name} is called after {level.name}, but its id {value} means {meant[0].name}"
        raise ValueError(f"{why}; rename it, or paint the body with 255")
