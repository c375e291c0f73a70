"""Small tables as people save them: cells apart by commas, semicolons or tabs, numbers with a point or a comma."""

from __future__ import annotations

import codecs
import csv
import io
import math
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path

from spinefm.data.films import KnownNames, film_stem

SCALES = (0.01, 2.0)
"""Numbers outside are no mm per pixel of a radiograph."""
MOST_UNEQUAL = 0.03
"""Share by which two scales of one film may differ, such as those of rows and columns."""
MOST_TITLES = 5
"""Rows among which that of the columns' titles is looked for; other titles may come before it."""
QUOTED = re.compile(r'"(?:[^"]|"")*(?:"|$)')
"""A cell in quotes, the last of which may be cut off."""
DECIMAL = re.compile(r"(?<=\d),(?=\d)")
"""A comma that may belong to a number."""


def table_rows(data: bytes) -> Iterator[list[str]]:
    """The rows of a CSV file that hold anything, without blanks round their cells.

    Raises UnicodeError for what is neither UTF-8 nor marked as UTF-16.

    >>> list(table_rows(b"film;spacing\\na;0,2\\n")), list(table_rows(b"\\n1.5, 2,\\n"))
    ([['film', 'spacing'], ['a', '0,2']], [['1.5', '2', '']])
    """
    text = io.StringIO(text_of(data).lstrip("\r\n "), newline="")
    start = text.tell() if text.readline().lower().startswith("sep=") else 0  # a remark for Excel
    text.seek(start)
    head = "".join(islice(text, MOST_TITLES))
    text.seek(start)
    for row in csv.reader(text, delimiter=_delimiter(head)):
        if any(cells := [cell.strip() for cell in row]):
            yield cells


def text_of(data: bytes, errors: str = "strict") -> str:
    """The text of a table, or of its start, in UTF-8 or in UTF-16 that is marked so."""
    is_wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) and b"\0" in data
    return data.decode("utf-16" if is_wide else "utf-8-sig", errors)


def _delimiter(head: str) -> str:
    """What separates the cells of a table's first lines; where a semicolon or tab does, numbers may have commas.

    What is in quotes separates nothing.
    """
    head = QUOTED.sub("", head)
    commas = DECIMAL.sub("", head).count(",")
    return next((one for one in "\t;" if head.count(one) > commas), ",")


def number_of(cell: str) -> float | None:
    """The number in a cell, with a point or a comma, and perhaps mm behind it; None for none.

    >>> number_of("0,143"), number_of("0.143 mm"), number_of("neck")
    (0.143, 0.143, None)
    """
    plain = cell.strip().lower().removesuffix("mm").strip()
    try:
        value = float(plain.replace(",", ".") if plain.count(",") == 1 and "." not in plain else plain)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def scales_in(
    rows: Iterable[Sequence[str]], films: KnownNames, titles: Sequence[str], untitled: bool = False
) -> list[tuple[str, float]]:
    """Films that a table names in whatever column, each with every scale in mm per pixel that its row states.

    Scales are in the columns with the first of the `titles`, which are patterns, that any column has; without such a
    column there are none, or where `untitled` they are all numbers of a row that can be a scale.
    """
    rest = iter(rows)
    head = list(islice(rest, MOST_TITLES))
    place, columns = _titled(head, titles, films)
    if not columns and not untitled:
        return []
    found: list[tuple[str, float]] = []
    for row in chain(head[place:], rest):
        film = next((name for cell in row if (name := _film(cell, films)) is not None), None)
        cells = [cell for index, cell in enumerate(row) if not columns or index in columns]
        if film is not None:
            found += [(film, value) for cell in cells if (value := _scale(cell, films)) is not None]
    return found


def agreed(stated: Iterable[tuple[str, float]]) -> tuple[dict[str, float], set[str]]:
    """The scale of each film, and the films whose scales differ, which have none.

    >>> agreed([("a", 0.2), ("a", 0.2), ("b", 0.1), ("b", 0.2)])
    ({'a': 0.2}, {'b'})
    """
    values: dict[str, list[float]] = defaultdict(list)
    for film, scale in stated:
        values[film].append(scale)
    differ = {film for film, scales in values.items() if max(scales) > (1 + MOST_UNEQUAL) * min(scales)}
    return {film: scales[0] for film, scales in values.items() if film not in differ}, differ


def _titled(rows: Sequence[Sequence[str]], titles: Sequence[str], films: KnownNames) -> tuple[int, set[int]]:
    """The first row below the titles, and the columns of scales; 0 and none where no title names one."""
    for place, row in enumerate(rows):
        plain = [" ".join(cell.lower().replace("_", " ").split()) for cell in row]
        found = ({index for index, cell in enumerate(plain) if re.search(title, cell)} for title in titles)
        columns = next(filter(None, found), None)
        if columns and not any(_film(cell, films) for cell in row):
            return place + 1, columns
    return 0, set()


def _scale(cell: str, films: KnownNames) -> float | None:
    value = number_of(cell)
    return value if value is not None and SCALES[0] <= value <= SCALES[1] and _film(cell, films) is None else None


def _film(cell: str, films: KnownNames) -> str | None:
    """The film that a cell names, by its path, with or without an ending; None for none."""
    path = Path(cell.strip().replace("\\", "/"))
    names = (path.name,) if number_of(cell) is not None else (path.name, film_stem(path), path.stem)
    return next((film for name in names if (film := films.find(name)) is not None), None)
