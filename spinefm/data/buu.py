"""BUU-LSPINE (Klinwichit et al.): `LA/<id>.jpg` with `<id>.csv`, endplates of L1 to S1 on lateral lumbar films.

A row is x1, y1, x2, y2, class in film pixels: the two corners of an endplate, from L1's upper one down, and the class
of the slip below it. A lateral film has eleven rows: upper and lower endplate of L1 to L5, and S1's upper one. The
corners of a body's two endplates are its outline; of S1 one endplate alone is known, and hence no outline. A file
`spacing.csv` gives mm per pixel by film. Ids tell about patients (number, sex, age), so films are numbered.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spinefm.core.foreign import foreign_input, read_bytes
from spinefm.core.levels import Level
from spinefm.core.words import counted
from spinefm.data.case import Case, DatasetError, Skipped
from spinefm.data.csxa import agreed_scales, without_label
from spinefm.data.dataset import Dataset
from spinefm.data.films import NO_LABEL, Films, KnownNames, visible_files
from spinefm.data.labels import Conventions, label_of, size_on_film
from spinefm.data.sheet import Sheet
from spinefm.data.splits import by_subject
from spinefm.data.tables import number_of, scales_in, table_rows

LATERAL, FRONTAL = "LA", "AP"
ANY_CASE = "[Ll][Aa]"
"""The name of the folder of lateral films as a pattern."""
LEVELS = (Level.L1, Level.L2, Level.L3, Level.L4, Level.L5)
ROWS = 2 * len(LEVELS) + 1
TITLES = ("x1", "y1", "x2", "y2", "class")
SPACING_WORDS = ("spacing", "pixel")
"""Part of the name of the file of scales."""
SCALE_TITLES = ("spacing", r"\bmm\b", "pixel")
"""Patterns in the title of the column of scales, the surest first."""
MOST_TEXT = 8 << 20
NO_SLIP = {"", "0", "0.0", "n", "no", "none", "normal"}
"""The fifth column where no vertebra has slipped."""


def open_buu(root: Path, conventions: Conventions | None = None) -> Dataset:
    """The lateral films below `root`, numbered. Raises DatasetError where there are none."""
    files, conventions = visible_files(root), conventions or Conventions()
    folder = _lateral(root)
    labels = [path for path in files if path.suffix.lower() == ".csv" and path.parent == folder and not _is_scale(path)]
    if not labels:
        raise DatasetError(f"{root} has no folder LA with a CSV file per film; choose the folder of BUU-LSPINE.")
    films = Films.among(folder, [path for path in files if folder in path.parents])
    by_name = {f"buu-{number:04d}": path for number, path in enumerate(labels, start=1)}
    tables = [path for path in files if _is_scale(path)]
    stated, skipped = _stated(tables, KnownNames(path.stem for path in labels))
    scales, without = agreed_scales(by_name, stated, bool(tables))
    skipped += without
    places = [path.relative_to(root).as_posix().upper() for path in files]
    frontal = sum(FRONTAL in place.split("/") and place.endswith(".CSV") for place in places)
    if frontal:
        skipped += (Skipped(FRONTAL, f"{frontal} frontal films are left out: only lateral ones are read."),)

    def read(name: str) -> Case:
        return _read(name, by_name[name], films, scales.get(name), conventions)

    bare = without_label(labels, films)
    if bare:
        which = counted(bare, "film has", "films have")
        skipped += (Skipped(LATERAL, f"{which} no CSV file; add it, or remove the film.", NO_LABEL),)
    subjects = {name: path.stem for name, path in by_name.items()}
    return Dataset("buu", tuple(by_name), read, skipped, by_subject(subjects))


def _lateral(root: Path) -> Path:
    """The folder LA, written so or in another case, here or below; the root where there is none."""
    found = (root / LATERAL, *root.rglob(LATERAL), *root.rglob(ANY_CASE))
    return next((path for path in found if path.is_dir()), root)


def _is_scale(path: Path) -> bool:
    return path.suffix.lower() == ".csv" and any(word in path.stem.lower() for word in SPACING_WORDS)


def _stated(paths: Sequence[Path], films: KnownNames) -> tuple[list[tuple[str, float]], tuple[Skipped, ...]]:
    """Films and their scales in mm per pixel, and the files that cannot be read."""
    stated: list[tuple[str, float]] = []
    skipped = []
    for path in paths:
        try:
            with foreign_input(
                lambda reason: DatasetError(f"It cannot be read ({reason}); films have no scale from it.")
            ):
                stated += scales_in(_rows(path), films, SCALE_TITLES, untitled=True)
        except DatasetError as error:
            skipped.append(Skipped(path.name, str(error)))
    return stated, tuple(skipped)


def _rows(path: Path) -> list[list[str]]:
    return list(table_rows(read_bytes(path, MOST_TEXT)))


def _endplates(rows: Sequence[Sequence[str]]) -> NDArray[np.float64]:
    """The two corners (11, 2, 2) of each endplate. Raises ValueError for other rows than those of a lateral film."""
    if len(rows) != ROWS:
        raise ValueError(f"it has {counted(len(rows), 'row')}, and a lateral film has {ROWS}")
    if any(any(row[len(TITLES) :]) for row in rows):
        raise ValueError(f"it has {max(map(len, rows))} columns, and those of a film are {', '.join(TITLES)}")
    values = [[number_of(cell) for cell in row[:4]] for row in rows]
    if any(len(row) < 4 or None in row for row in values):
        raise ValueError("a row in it does not begin with four numbers")
    return np.array(values, float).reshape(ROWS, 2, 2)


def _read(name: str, label: Path, films: Films, spacing_mm: float | None, conventions: Conventions) -> Case:
    """The case of one film. Raises DamagedCase, which never tells the file's name."""
    with label_of(f"of {name}"):
        rows = _rows(label)
        rows = rows[1:] if rows and number_of(rows[0][0]) is None else rows  # titles
        ends = _endplates(rows)
        film = _film(label, films)
        sheet = Sheet(name, size_on_film(None, film), conventions)
        for index, level in enumerate(LEVELS):
            sheet.polygon(level.name, _outline(ends[2 * index], ends[2 * index + 1]))
        sheet.leave_out(Level.S1.name, "only one of its endplates is given")
        return replace(sheet.case(film), region="lumbar", group=_group(rows), spacing_mm=spacing_mm)


def _group(rows: Sequence[Sequence[str]]) -> str:
    """The group of a film in tables: "slip" where a class of slip is given, "no slip" where all are none."""
    classes = {row[4].strip().lower() for row in rows if len(row) > 4}
    if classes - NO_SLIP:
        return "slip"
    return "no slip" if classes - {""} else ""


def _film(label: Path, films: Films) -> Path:
    try:
        return films.of_label(label)
    except ValueError as error:
        raise ValueError("its film is missing, or several films have its name") from error


def _outline(upper: NDArray[np.float64], lower: NDArray[np.float64]) -> NDArray[np.float64]:
    """The corners (4, 2) of a body round its edge, whichever way its two endplates (2, 2) were drawn."""
    upper, lower = upper[np.argsort(upper[:, 0])], lower[np.argsort(lower[:, 0])]
    return np.concatenate([upper, lower[::-1]])
