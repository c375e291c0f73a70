"""YOLO's sets: `data.yaml` with names, and per film a text file of classes and outlines or boxes in shares.

With `kpt_shape` a line is a box with key points: four points are the corners of a body, of others the box is read.
Films lie in `images/` or in `images` folders of parts, their labels in the `labels` folder in the same place; or each
label lies beside its film, as some programs write them.
"""

from __future__ import annotations

import contextlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spinefm.core.foreign import foreign_input, read_bytes
from spinefm.core.words import counted
from spinefm.data.case import Case, DatasetError
from spinefm.data.dataset import Dataset
from spinefm.data.films import Films, KnownNames, film_stem, stem_of_place, unlabelled, visible_files
from spinefm.data.labels import Conventions, label_of, size_on_film
from spinefm.data.numbering import check_counted
from spinefm.data.outlines import are_corners
from spinefm.data.repeated import rivals
from spinefm.data.sheet import Sheet
from spinefm.data.splits import by_subject
from spinefm.data.yolo_classes import LISTS, Classes, classes_of

LABELS = "labels"
"""The folder of labels."""
MOST_TEXT = 16 << 20
POINTS_REACH = 0.55
"""Sides of its box by which a key point may lie from the middle: a little more than half."""
POINTS_SPREAD = 1.2
"""Times the spread of an outline's points that its second one can lie from the first, with some to spare."""
HALF = -0.5
"""Shares of the width count from the film's edge, half a pixel from the first pixel's centre."""


def open_yolo(root: Path, conventions: Conventions | None = None) -> Dataset:
    """The labelled films below `root`. Raises DatasetError where there is no list of names or no label."""
    files, conventions = visible_files(root), conventions or Conventions()
    classes, damaged = classes_of(root, files)
    films = Films.among(root, files)
    paths = label_files(root, files)
    if not paths:
        raise DatasetError(f"{root} has no text files in a folder labels or beside films; choose the set's own folder.")
    with foreign_input(lambda reason: DatasetError(f"Labels and names do not fit: {reason}; correct it.")):
        check_counted(classes.names, _used(paths), conventions.names)
    stems, places = Counter(path.stem for path in paths), films.places()
    labels = {_name(path, root, stems): path for path in paths}

    known = KnownNames(places)
    wanted = {path: _film_place(path, root, known) for path in paths}
    meant = {name: _film_of(path, places.get(wanted[path], ()), films) for name, path in labels.items()}
    why = rivals((name, path, meant[name], _text(path)) for name, path in labels.items())

    def read(name: str) -> Case:
        return _read(name, labels[name], films, classes, conventions, why.get(name, ""), meant[name])

    skipped = (*damaged, *unlabelled(_bare(wanted, places), ()))
    return Dataset("yolo", tuple(labels), read, skipped, by_subject({name: name for name in labels}))


def label_files(root: Path, files: Sequence[Path]) -> list[Path]:
    """The text files in folders `labels`, or where there are none those beside a film of their name; no lists."""
    texts = [path for path in files if path.suffix.lower() == ".txt" and path.name.lower() not in LISTS]
    beside = {(path.parent, film_stem(path)) for path in Films.among(root, files).paths}
    in_labels = [path for path in texts if is_in_labels(path, root)]
    return in_labels or [path for path in texts if (path.parent, path.stem) in beside]


def is_in_labels(path: Path, root: Path) -> bool:
    """Whether a file lies in a folder of labels."""
    return LABELS in map(str.lower, path.relative_to(root).parts[:-1])


def _bare(wanted: Mapping[Path, str], places: Mapping[str, Sequence[Path]]) -> list[Path]:
    """The films that no label belongs to, by its place or, where no film is there, by its name."""
    found = set(wanted.values())
    named = {path.stem for path, place in wanted.items() if place not in places}
    return [paths[0] for place, paths in places.items() if place not in found and stem_of_place(place) not in named]


def _used(paths: Iterable[Path]) -> Iterator[int | None]:
    """The class of each line of all labels; what cannot be read is said when its film is."""
    for path in paths:
        with contextlib.suppress(OSError, ValueError):
            lines = read_bytes(path, MOST_TEXT).decode("utf-8-sig").splitlines()
            yield from [_number(line.split(maxsplit=1)[0]) for line in lines if line.strip()]


def _name(path: Path, root: Path, stems: Mapping[str, int]) -> str:
    return path.stem if stems[path.stem] == 1 else path.relative_to(root).with_suffix("").as_posix()


def _film_place(path: Path, root: Path, places: KnownNames) -> str:
    """Where the film of a label lies, without its ending: in the `images` beside its `labels`, or beside it.

    The folder may be written in another case; `places` are those of all films.
    """
    parts = list(path.relative_to(root).with_suffix("").parts)
    small = [part.lower() for part in parts]
    if LABELS in small[:-1]:
        parts[len(parts) - 2 - small[-2::-1].index(LABELS)] = "images"
    place = "/".join(parts)
    return places.find(place) or place


def _film_of(path: Path, here: Sequence[Path], films: Films) -> Path | None:
    """The film of a label at its place, else by its name; None where there is none, or nothing decides."""
    if here:
        return here[0]
    with contextlib.suppress(ValueError):
        return films.find(path)
    return None


def _text(path: Path) -> str:
    """The lines of a label in order; what cannot be read is said when its film is."""
    with contextlib.suppress(OSError, ValueError):
        return "\n".join(sorted(read_bytes(path, MOST_TEXT).decode("utf-8-sig").split("\n")))
    return path.as_posix()


def _read(
    name: str, path: Path, films: Films, classes: Classes, conventions: Conventions, why: str, meant: Path | None
) -> Case:
    with label_of(path.name):
        if why:
            raise ValueError(why)
        film = meant or films.of_label(path)
        size = size_on_film(None, film)
        sheet = Sheet(name, size, conventions)
        lines = [line.split() for line in read_bytes(path, MOST_TEXT).decode("utf-8-sig").splitlines() if line.strip()]
        if classes.points is None:
            _check_no_points(lines)
        for words in lines:
            _take(sheet, words, classes)
        return sheet.case(film)


def _check_no_points(lines: Sequence[Sequence[str]]) -> None:
    """Refuse lines that are boxes with key points, which without `kpt_shape` would be taken for outlines.

    One line alone proves nothing.
    """
    try:
        values = np.array([line[1:] for line in lines], float)
    except ValueError:  # lines of several lengths, or words
        return
    for numbers in (2, 3):
        count, rest = divmod(values.shape[1] - 4, numbers) if values.ndim == 2 and len(values) > 1 else (0, 0)
        if count > 0 and not rest and _are_points(values[:, :4], values[:, 4:].reshape(-1, count, numbers)):
            shape = f"kpt_shape: [{count}, {numbers}]"
            raise ValueError(f"its lines look like boxes with key points, so data.yaml needs their shape; add {shape}")


def _are_points(boxes: NDArray[np.float64], points: NDArray[np.float64]) -> bool:
    """Whether points (N, K, 2 or 3) lie in their boxes (N, 4) of centre and sides, all that are seen.

    An outline's first two points are no box: the second, taken for sides, lies as near to the first as the others do.
    """
    middle, sides = boxes[:, None, :2], boxes[:, None, 2:]
    is_seen = points[..., 2:].all(axis=-1, keepdims=True)
    places = np.where(is_seen, points[..., :2], middle)
    is_inside = np.abs(places - middle) <= POINTS_REACH * sides
    spread = places.max(axis=1, keepdims=True) - places.min(axis=1, keepdims=True)
    is_apart = (np.abs(sides - middle) > np.maximum(POINTS_REACH * sides, POINTS_SPREAD * spread)).any(axis=-1)
    is_shown = bool(np.isin(points[..., 2:], (0, 1, 2)).all() and is_seen.any())
    return is_shown and bool(is_inside.all()) and 2 * int(is_apart.sum()) > len(boxes)


def _take(sheet: Sheet, words: list[str], classes: Classes) -> None:
    """Put one line on the sheet: a class and an outline, a box (centre and sides), or a box and key points."""
    number = _number(words[0])
    label = words[0] if number is None else classes.names.get(number, f"class {number}")
    try:
        values = np.array(words[1:], float)
    except ValueError:
        sheet.leave_out(label, "its line contains something that is not a number")
        return
    if len(values) in (4, 5):  # a fifth number says how sure a network was
        sheet.box(label, _corners(values[:4]) * np.tile(sheet.outlines.size, 2))
    elif classes.points is not None:
        _take_points(sheet, label, values, classes.points)
    elif len(values) % 2:
        sheet.leave_out(label, "its line contains an odd number of coordinates")
    else:
        sheet.polygon(label, values.reshape(-1, 2) * sheet.outlines.size, HALF)


def _number(word: str) -> int | None:
    """The number of a class, which some programs write as 1.0; None for a name."""
    try:
        value = float(word)
    except ValueError:
        return None
    return int(value) if value >= 0 and value.is_integer() else None


def _take_points(sheet: Sheet, label: str, values: NDArray[np.float64], shape: tuple[int, int]) -> None:
    """Put a box with key points on the sheet, as the outline of its four corners where it has them."""
    expected = 4 + shape[0] * shape[1]
    if len(values) != expected:
        held = counted(len(values), "number")
        why = f"its line contains {held}, and with kpt_shape {list(shape)} it should have {expected}"
        sheet.leave_out(label, why)
        return
    points = values[4:].reshape(shape)
    if are_corners(points, float(values[2] * values[3])):
        sheet.polygon(label, points[:, :2] * sheet.outlines.size, HALF)
    else:
        sheet.box(label, _corners(values[:4]) * np.tile(sheet.outlines.size, 2))


def _corners(box: NDArray[np.float64]) -> NDArray[np.float64]:
    """x0, y0, x1, y1 of centre and sides."""
    centre, half = box[:2], box[2:] / 2
    return np.concatenate([centre - half, centre + half])
