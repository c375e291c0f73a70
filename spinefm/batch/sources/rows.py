"""From what sources name to the films of a plan: one entry for each film, whatever it is called."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from spinefm.batch.manifest import FilmEntry
from spinefm.batch.sources.address import name_of
from spinefm.core.foreign import InputError
from spinefm.imaging.radiograph import printable


class SourceError(InputError):
    """A source cannot be listed; the text is one sentence that says what is wrong and what to do."""


@dataclass(frozen=True)
class FoundFilm:
    """A film as a source names it; `id` and `name` are the user's own, or "" where the address gives them.

    same_as: what two addresses of one file have in common; "" where that is the address itself.
    """

    uri: str
    name: str = ""
    id: str = ""
    same_as: str = ""


def rows_of(found: Iterable[FoundFilm]) -> Iterator[FilmEntry]:
    """One entry for each film, in the order given; a film that is named twice has one, the first.

    Raises SourceError where one id is given to two films.
    """
    files: set[int] = set()  # hashes of 64 bits: texts of millions of films would take gigabytes
    ids: set[int] = set()
    for film in found:
        file = hash(film.same_as or film.uri)
        if file in files:
            continue
        files.add(file)
        entry = _entry(film)
        if hash(entry.id) in ids:
            raise SourceError(f"The id {entry.id!r} is given to two films; give each film an id of its own.")
        ids.add(hash(entry.id))
        yield entry


def _entry(film: FoundFilm) -> FilmEntry:
    name = film.name or name_of(film.uri)
    return FilmEntry(film.id, film.uri, printable(name)) if film.id else FilmEntry.of(film.uri, name)
