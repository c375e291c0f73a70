"""The films of a folder of results as the sheet shows them, read from the small files of each result."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spinefm.core.foreign import foreign_input, read_bytes, read_json
from spinefm.core.result_names import ERROR, OVERLAY, REPORT, VERTEBRAE
from spinefm.export.errors import ExportError
from spinefm.export.one_page.levels import short_grade
from spinefm.export.one_page.words import UNITS, marks, number, outline_share, shortened
from spinefm.export.sheet.thumbnail import THUMBNAIL

PAGE = "report.html"
LINKED = (PAGE, "report.pdf", VERTEBRAE, "measures.csv", "report.json")
"""Files of a result that its card leads to, where they are there."""
WHOLE_SPINE = ("alignment", "offset")
"""Groups of measures of which a card shows all that are no single segment's."""
SEGMENT = "segmental_angle"
UNCERTAIN = "uncertain"
"""What a grade says that is not sure: too many for a card."""
MOST_TABLE = 4 << 20
"""Bytes of a table that are read."""
Row = Mapping[str, str]


@dataclass(frozen=True)
class SheetFilm:
    """A card of the sheet.

    folder: the result's, below the sheet. film: the film's name. picture: file of the thumbnail in the folder, "" for
    none. names: of the vertebrae from the top. doubt: why the result is in doubt, in words. least: the least
    probability of a vertebra. measures: name and value of the main ones. links: files of the result. error: the
    sentence of a film that failed, "" for one that did not.
    """

    folder: str
    film: str
    picture: str = ""
    names: tuple[str, ...] = ()
    doubt: tuple[str, ...] = ()
    least: float = 1.0
    measures: tuple[tuple[str, str], ...] = ()
    links: tuple[str, ...] = ()
    error: str = ""


def films_in(root: Path) -> list[SheetFilm]:
    """The results directly below `root`: those in doubt first, the least sure one at the top, then by name.

    Raises OSError for a folder that may not be listed.
    """
    folders = sorted(path for path in root.iterdir() if path.is_dir() and not path.name.startswith("."))
    films = [film for folder in folders if (film := _film(folder)) is not None]
    return sorted(films, key=lambda film: (not film.doubt, film.least, film.folder))


def _film(folder: Path) -> SheetFilm | None:
    """The film of a result's folder, None where it is no result; a damaged result is one that failed."""
    try:
        with foreign_input(lambda reason: ExportError(f"The result cannot be read ({reason}); run the film again.")):
            if (folder / ERROR).is_file():
                failed = read_json(folder / ERROR)
                return SheetFilm(folder.name, str(failed["film"]), error=str(failed["error"]))
            return _finished(folder) if (folder / REPORT).is_file() else None
    except ExportError as error:
        return SheetFilm(folder.name, folder.name, error=str(error))


def _finished(folder: Path) -> SheetFilm:
    report, vertebrae = read_json(folder / REPORT), _rows(folder / VERTEBRAE)
    there = {path.name for path in folder.iterdir()}
    sure = [float(row["probability"]) for row in vertebrae if row.get("probability")]
    return SheetFilm(
        folder=folder.name,
        film=str(report["film"]["name"]),
        picture=next((name for name in (THUMBNAIL, OVERLAY) if name in there), ""),
        names=tuple(row["name"] for row in vertebrae),
        doubt=tuple(_doubt(report, vertebrae)),
        least=min(sure, default=0.0),
        measures=tuple(_measures(_rows(folder / "measures.csv"))),
        links=tuple(name for name in LINKED if name in there),
    )


def _rows(path: Path) -> Sequence[Row]:
    """The rows of a table; none where there is no such file."""
    if not path.is_file():
        return []
    text = read_bytes(path, MOST_TABLE).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def _doubt(report: Mapping[str, Any], vertebrae: Sequence[Row]) -> Iterator[str]:
    """Bodies in doubt, names that rest on nothing, and what the run warns of beside what it says of the file."""
    unsure = [f"{row['name']} ({outline_share(float(row['probability']))})" for row in vertebrae if row.get("doubtful")]
    if not vertebrae:
        yield "No vertebra was found."
    if unsure:
        yield f"In doubt: {', '.join(unsure)}."
    of_the_file = report["film"].get("notes", ())
    yield from (shortened(str(note)) for note in report["notes"] if note not in of_the_file)
    if report.get("anchor") is None and vertebrae and len(report["notes"]) == len(of_the_file):
        yield "No vertebra is named."


def _measures(rows: Sequence[Row]) -> Iterator[tuple[str, str]]:
    """Measures of the whole spine, and those that are surely graded above the least."""
    for row in rows:
        grade = "" if UNCERTAIN in (row["grade"] or "") else short_grade(row["grade"] or "")
        whole = row["group"] in WHOLE_SPINE and row["measure"] != SEGMENT
        if row["value"] and (whole or grade):
            yield row["name"][:1].upper() + row["name"][1:], f"{_value(row)}{f' · {grade}' if grade else ''}"


def _value(row: Row) -> str:
    unit, half = row["unit"], row["uncertainty_95"]
    around = f" ± {number(float(half), unit)}" if half else ""
    marked = marks(bool(row.get("edited")), row["doubt"] or "")
    return f"{number(float(row['value']), unit)}{around}{UNITS[unit]}{marked}"
