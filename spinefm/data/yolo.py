"""YOLO's segmentation sets: `data.yaml` with names, and per film a text file of classes and outlines in shares.

Films lie in `images/` or in `images` folders of parts, their labels in the `labels` folder in the same place.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from spinefm.core.foreign import foreign_input, read_bytes
from spinefm.data.case import Case, DatasetError
from spinefm.data.dataset import Dataset
from spinefm.data.films import Films, picture_size, unlabelled, visible_files
from spinefm.data.labels import Conventions, agreed_size, label_of
from spinefm.data.sheet import Sheet
from spinefm.data.splits import by_subject

MOST_TEXT = 16 << 20
NAMES_AT = re.compile(r"^names\s*:(.*)$", re.MULTILINE)
ITEM = re.compile(r"^\s*(?:-\s*(?P<listed>.+)|(?P<number>\d+)\s*:\s*(?P<named>.+))$")
HALF = -0.5
"""Shares of the width count from the film's edge, half a pixel from the first pixel's centre."""


def open_yolo(root: Path, conventions: Conventions | None = None) -> Dataset:
    """The labelled films below `root`. Raises DatasetError where there is no list of names or no label."""
    files, conventions = visible_files(root), conventions or Conventions()
    names = _names_of(root, files)
    films = Films.among(root, files)
    paths = [path for path in files if path.suffix.lower() == ".txt" and "labels" in path.relative_to(root).parts[:-1]]
    if not paths:
        raise DatasetError(f"{root} has no folder labels with text files; choose the folder with data.yaml.")
    stems = [path.stem for path in paths]
    labels = {_name(path, root, stems): path for path in paths}

    def read(name: str) -> Case:
        return _read(name, labels[name], films, names, conventions)

    labelled = {_film_place(path, root) for path in paths}
    bare = [path for path in films.paths if path.relative_to(root).with_suffix("").as_posix() not in labelled]
    skipped = unlabelled(bare, ())
    return Dataset("yolo", tuple(labels), read, skipped, by_subject({name: name for name in labels}))


def _name(path: Path, root: Path, stems: list[str]) -> str:
    return path.stem if stems.count(path.stem) == 1 else path.relative_to(root).with_suffix("").as_posix()


def _film_place(path: Path, root: Path) -> str:
    """Where the film of a label lies, without its ending."""
    parts = list(path.relative_to(root).with_suffix("").parts)
    parts[len(parts) - 1 - parts[::-1].index("labels")] = "images"
    return "/".join(parts)


def _names_of(root: Path, files: list[Path]) -> dict[int, str]:
    """The classes by number, from data.yaml or classes.txt."""
    hint = "it needs a list of names"
    path = next((one for one in files if one.suffix.lower() in (".yaml", ".yml") or one.name == "classes.txt"), None)
    if path is None:
        raise DatasetError(f"{root} has no data.yaml or classes.txt with the names of the classes; add it.")
    with foreign_input(lambda reason: DatasetError(f"{path.name} cannot be read ({reason}); {hint}.")):
        text = read_bytes(path, MOST_TEXT).decode("utf-8-sig")
        names = _listed(text.splitlines()) if path.suffix.lower() == ".txt" else _names_in(text)
    if not names:
        raise DatasetError(f"{path.name} gives no names of classes; {hint}.")
    return names


def _names_in(text: str) -> dict[int, str]:
    """The entry `names` of a YAML file, as a list in brackets, a list of lines, or lines with numbers."""
    start = NAMES_AT.search(text)
    if start is None:
        return {}
    inline = start[1].split(" #")[0].strip()
    if inline:
        pairs = [one.strip() for one in inline.strip("[]{}").split(",")]
        keyed = [re.fullmatch(r"(\d+)\s*:\s*(.+)", one) for one in pairs]
        if all(keyed):
            return {int(one[1]): _bare(one[2]) for one in keyed if one}
        return _listed(pairs)
    items: list[str] = []
    numbered: dict[int, str] = {}
    for line in text[start.end() :].splitlines():
        item = ITEM.match(line.split(" #")[0].rstrip())
        if item is None and line.strip():
            break
        if item and item["listed"]:
            items.append(item["listed"])
        elif item:
            numbered[int(item["number"])] = _bare(item["named"])
    return numbered or _listed(items)


def _listed(items: list[str]) -> dict[int, str]:
    return {index: _bare(item) for index, item in enumerate(items) if item.strip()}


def _bare(text: str) -> str:
    return text.strip().strip("'\"")


def _read(name: str, path: Path, films: Films, names: Mapping[int, str], conventions: Conventions) -> Case:
    with label_of(path.name):
        film = _film(path, films)
        size = agreed_size(None, picture_size(film))
        sheet = Sheet(name, size, conventions)
        for line in read_bytes(path, MOST_TEXT).decode("utf-8-sig").splitlines():
            if line.strip():
                _take(sheet, line.split(), names)
        return sheet.case(film)


def _film(path: Path, films: Films) -> Path:
    """The film in the `images` folder beside the label's `labels` folder."""
    place = _film_place(path, films.root)
    found = [film for film in films.paths if film.relative_to(films.root).with_suffix("").as_posix() == place]
    return found[0] if found else films.of_label(path)


def _take(sheet: Sheet, words: list[str], names: Mapping[int, str]) -> None:
    """Put one line on the sheet: a class and an outline, or a class and a box (centre and sides)."""
    label = names.get(int(words[0]), f"class {words[0]}") if words[0].isdigit() else words[0]
    try:
        values = np.array(words[1:], float)
    except ValueError:
        sheet.leave_out(label, "its line contains something that is not a number")
        return
    if len(values) == 4:
        centre, half = values[:2], values[2:] / 2
        sheet.box(label, np.concatenate([centre - half, centre + half]) * np.tile(sheet.outlines.size, 2))
    elif len(values) % 2:
        sheet.leave_out(label, "its line contains an odd number of coordinates")
    else:
        sheet.polygon(label, values.reshape(-1, 2) * sheet.outlines.size, HALF)
