"""CSXA as distributed (Ran et al., Sci Data 2024, 11:625): PNG films, labelme files of 23 points, and a table.

Of C3 to C7 the four corners of the body are given, as image sides; C2 has no upper corners and hence no mask. The
table's column "pixel equivalent" is the scale in mm per pixel. File names look like case, sex and age, so films are
called csxa-0001, csxa-0002 … in the order of their files.
"""

from __future__ import annotations

import io
import zipfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from spinefm.core.foreign import foreign_input, read_bytes
from spinefm.core.levels import Level
from spinefm.core.words import counted
from spinefm.data.case import Case, DatasetError, Skipped
from spinefm.data.dataset import Dataset
from spinefm.data.films import NO_LABEL, Films, KnownNames, visible_files
from spinefm.data.labelme import HALF, load_labelled
from spinefm.data.labels import Conventions, label_of
from spinefm.data.sheet import Sheet
from spinefm.data.splits import by_subject
from spinefm.data.tables import agreed, scales_in, table_rows

LEVELS = (Level.C3, Level.C4, Level.C5, Level.C6, Level.C7)
CORNERS = ("top left", "top right", "bottom right", "bottom left")
"""In the order of the polygon."""
SCALE_TITLES = ("pixel equivalent", "pixel spacing", "pixel size")
"""Patterns in the title of the column of scales, the surest first."""
MOST_TABLE_BYTES = 64 << 20
"""Bytes of a table, also of all that is packed in a workbook."""
MOST_ROWS, MOST_COLUMNS = 100_000, 200
Place = tuple[float, float]
"""(x, y) of a point, in film pixels."""


def open_csxa(root: Path, conventions: Conventions | None = None) -> Dataset:
    """The films below `root`, numbered. Raises DatasetError where there are no labels."""
    files, conventions = visible_files(root), conventions or Conventions()
    labels = [path for path in files if path.suffix.lower() == ".json"]
    if not labels:
        raise DatasetError(f"{root} contains no labelme files (.json); choose the folder that CSXA was unpacked to.")
    tables = [path for path in files if path.suffix.lower() in (".csv", ".xlsx")]
    by_name = {f"csxa-{number:04d}": path for number, path in enumerate(labels, start=1)}
    films, (stated, skipped) = Films.among(root, files), _stated(tables, KnownNames(path.stem for path in labels))
    scales, without = agreed_scales(by_name, stated, bool(tables))
    skipped += without
    bare = without_label(labels, films)
    if bare:
        which = counted(bare, "film has", "films have")
        skipped += (Skipped("films", f"{which} no labelme file of the same name; add it.", NO_LABEL),)

    def read(name: str) -> Case:
        return read_csxa(name, by_name[name], films, scales.get(name), conventions)

    return Dataset("csxa", tuple(by_name), read, skipped, by_subject({name: name for name in by_name}))


def agreed_scales(
    paths: Mapping[str, Path], stated: Sequence[tuple[str, float]], is_given: bool
) -> tuple[dict[str, float], tuple[Skipped, ...]]:
    """The scale of each case from those stated by the name of its file, and how many cases have none.

    is_given: whether there is a table of scales at all.
    """
    by_file, differ = agreed(stated)
    scales = {name: by_file[path.stem] for name, path in paths.items() if path.stem in by_file}
    doubted = [name for name, path in paths.items() if path.stem in differ]
    lacking = len(paths) - len(scales) - len(doubted)
    why = []
    if doubted:
        which = f"{counted(len(doubted), 'film has', 'films have')} several scales that differ, first {doubted[0]}"
        hint = "if one is right, leave only that one, in a column with the title pixel spacing"
        why.append(f"{which}, so distances there count in pixels alone; {hint}.")
    if is_given and lacking:
        which = counted(lacking, "film has", "films have")
        why.append(f"{which} no plausible scale in mm; distances there count in pixels alone.")
    return scales, tuple(Skipped("scales", one, "scale") for one in why)


def without_label(labels: Iterable[Path], films: Films) -> int:
    """How many films no label is called after; of those of a name that one of several has, none."""
    known: list[Path | None] = []
    undecided: list[str] = []
    for label in labels:
        try:
            known.append(films.find(label))
        except ValueError:
            undecided.append(label.stem)
    return len(films.bare(known, undecided))


def read_csxa(name: str, label: Path, films: Films, spacing_mm: float | None, conventions: Conventions) -> Case:
    """The case of one labelme file of 23 points. Raises DamagedCase, which never tells the file's name."""
    with label_of(f"of {name}"):
        labelled = load_labelled(label, films, told=False)
        sheet = Sheet(name, labelled.size, conventions)
        places = _places(labelled.shapes)
        for level in LEVELS:
            _take(sheet, level, [places.get(f"{level.name} {corner}".casefold(), ()) for corner in CORNERS])
        return replace(sheet.case(labelled.film, content=labelled.content), region="cervical", spacing_mm=spacing_mm)


def _take(sheet: Sheet, level: Level, places: Sequence[Sequence[Place]]) -> None:
    """Put the body of a level on the sheet, or list it where one of its corners has no place or several."""
    flawed = [(corner, found) for corner, found in zip(CORNERS, places, strict=True) if len(found) != 1]
    for corner, found in flawed[:1]:
        why = "lies in more than one place; keep one" if found else "is missing; add it"
        sheet.leave_out(level.name, f"its {corner} corner {why}")
    if not flawed:
        sheet.polygon(level.name, [found[0] for found in places], HALF)


def _places(shapes: Sequence[Mapping[str, Any]]) -> Mapping[str, Sequence[Place]]:
    """The places of each label in small letters, each place once. Raises ValueError for a shape that is no point."""
    found: dict[str, list[Place]] = defaultdict(list)
    for shape in shapes:
        points = np.asarray(shape["points"], float)
        if points.shape != (1, 2):
            raise ValueError(f"{shape['label']} is not a single point")
        place, label = (float(points[0, 0]), float(points[0, 1])), " ".join(str(shape["label"]).split()).casefold()
        if place not in found[label]:
            found[label].append(place)
    return found


def _stated(tables: Sequence[Path], films: KnownNames) -> tuple[list[tuple[str, float]], tuple[Skipped, ...]]:
    """Films and their scales in mm per pixel from every table, and the tables that cannot be read."""
    stated: list[tuple[str, float]] = []
    skipped = []
    for path in tables:
        try:
            with foreign_input(_no_table):
                stated += scales_in(_rows(path), films, SCALE_TITLES)
        except DatasetError as error:
            skipped.append(Skipped(path.name, str(error)))
    return stated, tuple(skipped)


def _no_table(reason: str) -> DatasetError:
    return DatasetError(f"The table cannot be read ({reason}); films have no scale from it.")


def _rows(path: Path) -> Iterator[Sequence[str]]:
    """The rows of a table as text, the header first. Raises ValueError for one that is too large."""
    data = read_bytes(path, MOST_TABLE_BYTES)
    if path.suffix.lower() == ".csv":
        yield from table_rows(data)
        return
    from openpyxl import load_workbook

    _check_workbook(data)
    sheet = load_workbook(io.BytesIO(data), read_only=True, data_only=True).worksheets[0]
    sheet.reset_dimensions()  # what a sheet says about its size need not be true
    for row in sheet.iter_rows(max_row=MOST_ROWS, max_col=MOST_COLUMNS, values_only=True):
        yield tuple("" if value is None else str(value) for value in row)


def _check_workbook(data: bytes) -> None:
    """Refuse a workbook that unpacks to more than a table holds. Raises ValueError, BadZipFile."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        if sum(member.file_size for member in archive.infolist()) > MOST_TABLE_BYTES:
            raise ValueError(f"it unpacks to more than {MOST_TABLE_BYTES >> 20} MB")
