"""Tables of films: a parquet or CSV file with a column of paths or URLs, and ids and names where the user has them."""

from __future__ import annotations

import csv
import io
import os
import posixpath
import re
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing
from functools import lru_cache
from typing import IO, Any

from spinefm.batch.sources.address import ZIP, local_path, of_member, of_path, path_of, protocol_of, shown, split_member
from spinefm.batch.sources.rows import FoundFilm, SourceError
from spinefm.batch.sources.stores import opened_at
from spinefm.core.foreign import foreign_input

SUFFIXES = (".parquet", ".csv", ".tsv")
ADDRESSES = ("uri", "url", "path")
"""Columns that may hold the films' addresses; the first that is there counts."""
DELIMITERS = ",;\t"
"""What may separate the cells of a CSV file: Excel writes semicolons in many countries."""
SEPARATOR = re.compile(r'"?sep=([^\w"])"?', re.IGNORECASE)
"""A first line that states the delimiter to Excel; the columns' names are in the next one."""
MOST_CELL = 1 << 20
"""Characters of a cell."""


def is_table(source: str) -> bool:
    """Whether a source ends as tables do."""
    return source.lower().endswith(SUFFIXES)


def films_of_table(table: str) -> Iterator[FoundFilm]:
    """The films that the table at an address names, in its order; relative paths begin at the table's folder.

    Raises SourceError for a table that cannot be read, has no column of addresses, or names no films.
    """
    number = 0
    rows = _parquet_rows(table) if table.lower().endswith(".parquet") else _csv_rows(table)
    with (
        closing(rows),
        foreign_input(lambda reason: SourceError(f"The table {shown(table)} cannot be read: {reason}.")),
    ):
        for number, row in enumerate(rows, 1):
            yield _film(row, number, table)
    if not number:
        raise SourceError(f"The table {shown(table)} names no films; give one that does.")


def _film(row: Mapping[str, str], number: int, table: str) -> FoundFilm:
    """A row's film; one without an address stays a film of its own, and reading it says what is missing."""
    text = row["address"]
    if not text:
        return FoundFilm("", row.get("name") or f"row {number}", row.get("id") or f"row-{number}", f"{table} {number}")
    uri = absolute(text, table)
    return FoundFilm(uri, row.get("name", ""), row.get("id", ""), identity_of(uri))


def absolute(text: str, table: str) -> str:
    """The address that a table's cell means."""
    if text.startswith(ZIP):
        try:
            member, archive = split_member(text)
        except ValueError:
            return text  # reading it says what is wrong
        return of_member(member, absolute(archive, table))
    if path := local_path(text):
        return of_path(path)
    if protocol_of(text):
        return text
    if protocol_of(table) not in ("", "file"):
        return posixpath.join(posixpath.dirname(table), text)
    return of_path(_existing(_folder_of(table), text))


def _existing(folder: str, name: str) -> str:
    """A file's path below a folder; the back slashes of Windows divide folders where the file is there by that."""
    stated, slashed = os.path.join(folder, name), os.path.join(folder, name.replace("\\", "/"))
    return slashed if "\\" in name and not os.path.exists(stated) and os.path.exists(slashed) else stated


@lru_cache(16)
def _folder_of(table: str) -> str:
    return str(path_of(table).parent)


def identity_of(uri: str) -> str:
    """What two addresses of one file have in common: links of this machine followed."""
    if not uri or protocol_of(uri) not in ("", "file"):
        return uri
    path = str(path_of(uri))
    if "\0" in path:
        return path
    if os.path.islink(path):
        return os.path.realpath(path)
    folder, name = os.path.split(path)
    return os.path.join(_real_folder(folder), name)


@lru_cache(1024)
def _real_folder(folder: str) -> str:
    return os.path.realpath(folder)  # once for all films in it


def _opened(table: str) -> IO[bytes]:
    if protocol_of(table) in ("", "file"):
        return path_of(table).open("rb")
    return opened_at(table)


def _parquet_rows(table: str) -> Generator[dict[str, str]]:
    import pyarrow.parquet as pq

    with _opened(table) as stream, pq.ParquetFile(stream) as opened:
        columns = _columns(opened.schema_arrow.names, table)
        for batch in opened.iter_batches(columns=list(columns.values())):
            cells = [[_text(value) for value in batch.column(name).to_pylist()] for name in columns.values()]
            yield from (dict(zip(columns, row, strict=True)) for row in zip(*cells, strict=True))


def _text(value: Any) -> str:
    return "" if value is None else str(value).strip()


def _csv_rows(table: str) -> Generator[dict[str, str]]:
    with _opened(table) as stream, io.TextIOWrapper(stream, "utf-8-sig", newline="") as text:
        head, delimiter = _head(text)
        names = next(csv.reader([head], delimiter=delimiter), [])
        columns = _columns(names, table)
        places = {key: names.index(name) for key, name in columns.items()}
        for row in csv.reader(text, delimiter=delimiter):
            if any(cell.strip() for cell in row):
                yield {key: row[place].strip() if place < len(row) else "" for key, place in places.items()}


def _head(text: IO[str]) -> tuple[str, str]:
    """The line of the columns' names, and what separates cells."""
    line = text.readline(MOST_CELL)
    if stated := SEPARATOR.fullmatch(line.rstrip("\r\n")):
        return text.readline(MOST_CELL), stated[1]
    return line, max(DELIMITERS, key=line.count)


def _columns(names: Sequence[str], table: str) -> dict[str, str]:
    """The table's own names of the columns "address", "id" and "name", as far as they are there."""
    plain = {str(name).strip().lower(): name for name in reversed(names)}
    address = next((plain[name] for name in ADDRESSES if name in plain), None)
    if address is None:
        raise SourceError(
            f"The table {shown(table)} has no column uri or path, only {_few(names)}; name the films' column so."
        )
    return {"address": address} | {name: plain[name] for name in ("id", "name") if name in plain}


def _few(names: Sequence[str]) -> str:
    return ", ".join(str(name)[:30] for name in names[:8]) or "none"
