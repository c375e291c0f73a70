"""One table of the vertebrae of all films."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence

from spinefm.export.cells import Cell
from spinefm.export.subject import Part, Subject, notes_of
from spinefm.export.table import COLUMNS, vertebra_rows
from spinefm.imaging.radiograph import printable

FILE = "vertebrae.csv"

Rows = list[dict[str, Cell]]


def part(subject: Subject) -> Part:
    """The rows of one film: those of its own table, after the film's name, with the notes of the run behind."""
    notes = " ".join(notes_of(subject.trace)) or None
    rows = vertebra_rows(subject.trace, subject.measures)
    return Part(entry=[{"film": subject.name, **row, "notes": notes} for row in rows])


def whole(entries: Sequence[Rows]) -> Mapping[str, bytes]:
    """The one table."""
    text = io.StringIO()
    writer = csv.DictWriter(text, ("film", *COLUMNS, "notes"), lineterminator="\n")
    writer.writeheader()
    writer.writerows(row for rows in entries for row in rows)
    return {FILE: printable(text.getvalue()).encode()}
