"""nnU-Net's folders: `imagesTr/<case>_0000.png`, `labelsTr/<case>.png` and `dataset.json`, whose labels have names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinefm.core.foreign import foreign_input, read_json
from spinefm.core.masks import Mask
from spinefm.data.case import Case, DatasetError, Skipped
from spinefm.data.cleaning import check_edges
from spinefm.data.dataset import Dataset
from spinefm.data.films import Films, folder_in, picture_size, place_of, unlabelled, visible_files
from spinefm.data.ids import HINT, SCHEMES
from spinefm.data.labels import Conventions, label_of, read_map
from spinefm.data.numbering import check_ends
from spinefm.data.sheet import Sheet
from spinefm.data.splits import by_subject

PARTS = {"imagesTr": "labelsTr", "imagesTs": "labelsTs"}
"""Folders of films and the folders of their maps; the films of a test part may have none."""
Pair = tuple[Path, Path]
"""A film and its map."""
CHANNEL = "_0000"
"""What the name of a film's one channel ends with."""


def open_nnunet(root: Path, conventions: Conventions | None = None) -> Dataset:
    """The films of `root` that have a map. Raises DatasetError where `dataset.json` or the folders are missing."""
    conventions = conventions or Conventions()
    with foreign_input(lambda reason: DatasetError(f"dataset.json cannot be read ({reason}); fix it.")):
        names = _names(read_json(root / "dataset.json"))
    found, skipped = _cases(root)
    if not found:
        raise DatasetError(f"{root} contains no film in imagesTr with a map in labelsTr; choose nnU-Net's raw folder.")

    def read(name: str) -> Case:
        return _read(name, *found[name], names, conventions)

    return Dataset("nnunet", tuple(found), read, tuple(skipped), by_subject({name: name for name in found}))


def _names(raw: Any) -> dict[int, str]:
    """The name of each id; older files map ids to names, newer ones names to ids or to lists of them."""
    names: dict[int, str] = {}
    for key, value in raw["labels"].items():
        if isinstance(value, list) and len(value) != 1:
            continue  # a region of several labels, which have entries of their own
        number = value[0] if isinstance(value, list) else value
        names |= {int(key): str(value)} if str(key).isdigit() else {int(number): str(key)}
    return names


def _cases(root: Path) -> tuple[dict[str, Pair], list[Skipped]]:
    """Film and map by case, with its part where both parts have a case of that name; and what was left out."""
    parts = {
        part: _pairs(films_at, folder_in(root, maps) or root / maps)
        for part, maps in PARTS.items()
        if (films_at := folder_in(root, part))
    }
    counted = Counter(case for pairs, _ in parts.values() for case in pairs)
    found = {
        case if counted[case] == 1 else f"{part}/{case}": pair
        for part, (pairs, _) in parts.items()
        for case, pair in pairs.items()
    }
    return found, [one for _, left in parts.values() for one in left]


def _pairs(films_at: Path, maps_at: Path) -> tuple[dict[str, Pair], list[Skipped]]:
    """Film and map by case, and the films that have more channels than one, or no map."""
    maps, skipped = _maps(maps_at)
    found: dict[str, Pair] = {}
    for place, paths in Films.among(films_at, visible_files(films_at)).places().items():
        case = place.removesuffix(CHANNEL)
        if case == place:
            skipped.append(
                Skipped(place, f"its name does not end with {CHANNEL}: only a film's first channel is read.")
            )
        elif case not in maps:
            skipped += unlabelled(paths, ())
        else:
            found[case] = (paths[0], maps.pop(case))
    skipped += [Skipped(path.name, f"no film of this name lies in {films_at.name}.") for path in maps.values()]
    return found, skipped


def _maps(folder: Path) -> tuple[dict[str, Path], list[Skipped]]:
    """The map of each case, and further files of the same name."""
    maps: dict[str, Path] = {}
    skipped = []
    for path in visible_files(folder) if folder.is_dir() else ():
        first = maps.setdefault(place_of(path, folder), path)
        if first != path:
            skipped.append(Skipped(path.name, f"{first.name} is read in its place; keep one of them."))
    return maps, skipped


def _read(name: str, film: Path, path: Path, names: Mapping[int, str], conventions: Conventions) -> Case:
    with label_of(path.name):
        labels = read_map(path, picture_size(film), film)
        check_edges(labels)
        sheet = Sheet(name, (labels.shape[1], labels.shape[0]), conventions)
        values = [int(value) for value in np.unique(labels) if value]
        if not conventions.ids:  # which says what ids without a name mean
            check_ends(names, Counter(values), conventions.names)
        for value in values:
            if value in names:
                sheet.whole(names[value], partial(_mask, labels, value))
            else:
                _take_unnamed(sheet, labels, value, conventions.ids)
        return sheet.case(film)


def _take_unnamed(sheet: Sheet, labels: NDArray[np.int32], value: int, scheme: str) -> None:
    """Take an id without a name as the user's scheme has it; without a scheme it is left out."""
    level = SCHEMES[scheme].get(value) if scheme else None
    if level is None:
        sheet.leave_out(f"id {value}", f"dataset.json gives this id no name; add it, or {HINT}")
    else:
        sheet.whole(level.name, partial(_mask, labels, value))


def _mask(labels: NDArray[np.int32], value: int) -> Mask:
    return Mask.from_array(labels == value)
