"""CSXA as distributed (Ran et al., Sci Data 2024, 11:625): PNG films, labelme files of 23 points, and a table.

Of C3 to C7 the four corners of the body are given, as image sides; C2 has no upper corners and hence no mask. The
table's column "pixel equivalent" is the scale in mm per pixel. File names look like case, sex and age, so films are
called csxa-0001, csxa-0002 … in the order of their files.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from spinefm.core.levels import Level
from spinefm.data.case import Case, Truth
from spinefm.data.dataset import Dataset, DatasetError, Skipped
from spinefm.data.films import films_by_stem, visible_files
from spinefm.data.labelme import filled, load_shapes
from spinefm.data.labels import FAULTS, label_of
from spinefm.data.splits import by_subject

LEVELS = (Level.C3, Level.C4, Level.C5, Level.C6, Level.C7)
CORNERS = ("top left", "top right", "bottom right", "bottom left")
"""In the order of the polygon."""
SCALE_COLUMN = "pixel equivalent"
PLAUSIBLE_MM = (0.01, 2.0)
"""Scales outside are no mm per pixel of a radiograph."""


def open_csxa(root: Path) -> Dataset:
    """The films below `root`, numbered. Raises DatasetError where there are no labels."""
    files = visible_files(root)
    labels = [path for path in files if path.suffix == ".json"]
    if not labels:
        raise DatasetError(f"{root} holds no labelme files (.json); choose the folder that CSXA was unpacked to.")
    films, (scales, skipped) = films_by_stem(files), _scales(files, {path.stem for path in labels})
    by_name = {f"csxa-{number:04d}": path for number, path in enumerate(labels, start=1)}

    def read(name: str) -> Case:
        return read_csxa(name, by_name[name], films, scales.get(by_name[name].stem))

    return Dataset("csxa", tuple(by_name), read, skipped, by_subject({name: name for name in by_name}))


def read_csxa(name: str, label: Path, films: Mapping[str, Path], spacing_mm: float | None) -> Case:
    """The case of one labelme file of 23 points. Raises DamagedCase, which never tells the file's name."""
    with label_of(f"of {name}"):
        shapes, size, film = load_shapes(label, films)
        points = _points(shapes)
        whole = {level: [points[f"{level.name} {corner}"] for corner in CORNERS] for level in LEVELS}
        bodies = {level: filled(level, corners, size) for level, corners in whole.items()}
        return Case(name, film, "cervical", "", Truth(bodies, {}, complete=False), name, spacing_mm)


def _points(shapes: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The single point of each shape by its label. Raises ValueError for a shape that is no point."""
    found = {}
    for shape in shapes:
        points = np.asarray(shape["points"], float)
        if points.shape != (1, 2):
            raise ValueError(f"{shape['label']} is no single point")
        found[" ".join(str(shape["label"]).split())] = points[0]
    return found


def _scales(files: Sequence[Path], stems: set[str]) -> tuple[dict[str, float], tuple[Skipped, ...]]:
    """Millimetres per pixel by film, from every table among `files`, and the tables that cannot be read."""
    scales: dict[str, float] = {}
    skipped = []
    for path in files:
        if path.suffix.lower() not in (".csv", ".xlsx"):
            continue
        try:
            scales |= _scales_in(_rows(path), stems)
        except FAULTS as error:
            skipped.append(Skipped(path.name, f"The table cannot be read ({error}); films have no scale from it."))
    return scales, tuple(skipped)


def _rows(path: Path) -> Iterator[tuple[str, ...]]:
    """The rows of a table as text, the header first."""
    if path.suffix.lower() == ".csv":
        with path.open(newline="", encoding="utf-8-sig") as stream:
            yield from (tuple(row) for row in csv.reader(stream))
        return
    from openpyxl import load_workbook

    book = load_workbook(path, read_only=True, data_only=True)
    for row in book.worksheets[0].iter_rows(values_only=True):
        yield tuple("" if value is None else str(value) for value in row)


def _scales_in(rows: Iterator[tuple[str, ...]], stems: set[str]) -> dict[str, float]:
    """The scale of each film that a table names, in whatever column it does."""
    header = [title.strip().lower() for title in next(rows, ())]
    column = next((index for index, title in enumerate(header) if SCALE_COLUMN in title), None)
    found: dict[str, float] = {}
    for row in rows if column is not None else ():
        film = next((Path(cell).stem for cell in row if Path(cell).stem in stems), None)
        if film is None or column is None or column >= len(row):
            continue
        scale = _number(row[column])
        if scale is not None and PLAUSIBLE_MM[0] <= scale <= PLAUSIBLE_MM[1]:
            found[film] = scale
    return found


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
