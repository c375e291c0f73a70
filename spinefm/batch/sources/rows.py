"""A row of a plan: one film by its address, with an id that no other film of the plan has."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from spinefm.batch.sources.address import name_of
from spinefm.core.foreign import InputError
from spinefm.export import result_name
from spinefm.imaging.radiograph import printable

MOST_STEM = 60
"""Characters of a film's name that its id begins with."""
DIGITS = 16
"""Hexadecimal digits of an id: among ten million films two share 64 bits once in 370 000 plans."""


class SourceError(InputError):
    """A source cannot be listed; the text is one sentence that says what is wrong and what to do."""


@dataclass(frozen=True)
class SourceRow:
    """A film of a plan: `id` is unique, `uri` says where its file is, `name` is shown to people."""

    id: str
    uri: str
    name: str


@dataclass(frozen=True)
class FoundFilm:
    """A film as a source names it; `id` and `name` are the user's own, or "" where the address gives them.

    same_as: what two addresses of one file have in common; "" where that is the address itself.
    """

    uri: str
    name: str = ""
    id: str = ""
    same_as: str = ""


def rows_of(found: Iterable[FoundFilm]) -> Iterator[SourceRow]:
    """One row for each film, in the order given; a film that is named twice has one row, the first.

    Raises SourceError where one id is given to two films.
    """
    files: set[int] = set()
    ids: set[int] = set()
    for film in found:
        file = _number(film.same_as or film.uri)
        if file in files:
            continue
        files.add(file)
        row = _row(film)
        if _number(row.id) in ids:
            raise SourceError(f"The id {row.id!r} is given to two films; give each film an id of its own.")
        ids.add(_number(row.id))
        yield row


def film_id(uri: str, name: str) -> str:
    """The id of the film at `uri`: its name without suffix, and a digest of the address, so that it never changes.

    Example:
        >>> film_id("/a/film.png", "film.png") == film_id("/b/film.png", "film.png")
        False
    """
    return f"{result_name(name)[:MOST_STEM]}-{_digest(uri)[:DIGITS]}"


def _row(film: FoundFilm) -> SourceRow:
    name = printable(film.name or name_of(film.uri))
    return SourceRow(film.id or film_id(film.uri, name), film.uri, name)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def _number(text: str) -> int:
    """64 bits of a text's digest: sets of them stay small where there are millions of films."""
    return int(_digest(text)[:DIGITS], 16)
