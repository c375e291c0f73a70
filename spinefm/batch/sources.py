"""Where films lie: from paths to URIs, and from a URI to the film."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from urllib.parse import unquote_to_bytes, urlsplit

from spinefm.batch.errors import BatchError
from spinefm.batch.manifest import FilmEntry
from spinefm.imaging.listing import ListingError, films_of
from spinefm.imaging.radiograph import Polarity, Radiograph, UnreadableFilm, read


def entries_of(paths: Iterable[Path]) -> Iterator[FilmEntry]:
    """The films that `paths` stand for: a folder gives the films in and below it, a DICOMDIR those it names.

    What holds no film gives itself, so that reading it says so. Raises BatchError for a folder that may not be listed.
    """
    for path in paths:
        yield from (FilmEntry.of(film.absolute().as_uri()) for film in _films_of(path))


def read_entry(entry: FilmEntry, polarity: Polarity) -> Radiograph:
    """The film of an entry. Raises UnreadableFilm."""
    place = urlsplit(entry.uri)
    if place.scheme != "file":
        raise UnreadableFilm(f'Films of "{place.scheme}:" addresses are not read: copy the film to a folder.')
    return read(Path(os.fsdecode(unquote_to_bytes(place.path))), entry.name, polarity)


def _films_of(path: Path) -> list[Path]:
    try:
        return films_of(path) or [path]
    except ListingError as error:
        raise BatchError(str(error)) from error
    except ValueError:  # a NUL in the name: reading it says what is wrong
        return [path]
