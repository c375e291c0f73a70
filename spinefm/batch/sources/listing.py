"""From what a user names to the films of a plan: folders, files, discs, zips, tables, data sets of the Hub, URLs."""

from __future__ import annotations

import glob
from collections.abc import Iterable, Iterator
from pathlib import Path

from spinefm.batch.errors import BatchError
from spinefm.batch.manifest import FilmEntry
from spinefm.batch.sources.address import ZIP, local_path, of_path, protocol_of
from spinefm.batch.sources.rows import FoundFilm, SourceError, rows_of
from spinefm.batch.sources.stores import MAGIC, films_at, plain
from spinefm.batch.sources.tables import absolute, films_of_table, identity_of, is_table
from spinefm.batch.sources.zips import films_in_zip
from spinefm.data.case import DatasetError
from spinefm.data.hub import PREFIX, pinned
from spinefm.imaging.listing import DICOM_INDEX, ListingError, films_of
from spinefm.imaging.radiograph import printable


def list_films(sources: Iterable[str]) -> Iterator[FilmEntry]:
    """The films that `sources` name, one entry each, in the order of the sources and by name within each.

    A source is a film, a folder with all below it, a DICOMDIR, a zip, a parquet or CSV table, `hf:owner/data-set`, a
    URL that fsspec opens, or a pattern such as `s3://bucket/2024/*.dcm`. No film is opened but to look for DICOM's
    mark, so a film that cannot be read, or is not there, has an entry too.

    Raises SourceError for a source that cannot be listed or holds no films, and for an id given twice.
    """
    return rows_of(film for source in sources for film in films_named(source))


def entries_of(sources: Iterable[str | Path]) -> Iterator[FilmEntry]:
    """As `list_films`, for a plan. Raises BatchError in place of SourceError."""
    try:
        yield from list_films(map(str, sources))
    except SourceError as error:
        raise BatchError(str(error)) from error


def films_named(source: str) -> Iterator[FoundFilm]:
    """The films that one source names. Raises SourceError."""
    protocol = protocol_of(source)
    if source.startswith(PREFIX) and protocol != "hf":
        yield from map(FoundFilm, films_at(_pinned(source)))
    elif source.startswith(ZIP):
        yield FoundFilm(absolute(source, ""))
    elif protocol == "file":
        yield from _of_path(_here(source))
    elif protocol:
        yield from _of_url(source)
    else:
        yield from _of_path(Path(source))


def _here(url: str) -> Path:
    path = local_path(url)
    if path is None:
        raise SourceError(f"{printable(url)} is no file of this machine: give its path, or file:///folder/film.png.")
    return path


def _pinned(source: str) -> str:
    try:
        return pinned(source)
    except DatasetError as error:
        raise SourceError(str(error)) from error


def _of_url(url: str) -> Iterator[FoundFilm]:
    if is_table(url):
        yield from films_of_table(url)
        return
    for uri in [plain(url)] if _is_zip(url) and MAGIC.search(url) is None else films_at(url):
        yield from map(FoundFilm, films_in_zip(uri) if _is_zip(uri) else (uri,))


def _of_path(path: Path) -> Iterator[FoundFilm]:
    if path.is_dir() or (path.is_file() and path.name.upper() == DICOM_INDEX):
        yield from map(_of_file, _below(path))
    elif path.exists() and _is_zip(path.name):
        yield from map(FoundFilm, films_in_zip(of_path(path)))
    elif path.exists() and is_table(path.name):
        yield from films_of_table(of_path(path))
    elif path.exists() or MAGIC.search(str(path)) is None:
        yield _of_file(path)  # one that is not there too: reading it says so
    else:
        for match in _matches(path):
            yield from _of_path(match)


def _below(folder: Path) -> list[Path]:
    try:
        films = films_of(folder)
    except ListingError as error:
        raise SourceError(str(error)) from error
    if not films:
        raise SourceError(f"{printable(str(folder))} contains no films; check the folder.")
    return films


def _matches(pattern: Path) -> list[Path]:
    """The paths that a pattern such as "films/*.dcm" matches, where no shell has expanded it; all exist."""
    text = str(pattern)
    found = [] if "\0" in text else sorted(glob.glob(text, recursive=True))
    if not found:
        raise SourceError(f"There is nothing that fits {printable(text)}; check the name and the folder.")
    return [Path(match) for match in found]


def _of_file(path: Path) -> FoundFilm:
    uri = of_path(path)
    return FoundFilm(uri, same_as=identity_of(uri))


def _is_zip(name: str) -> bool:
    return name.lower().endswith(".zip")
