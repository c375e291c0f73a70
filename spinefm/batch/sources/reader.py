"""From an entry's address to its film."""

from __future__ import annotations

import os
from functools import cache
from types import TracebackType

from spinefm.batch.manifest import FilmEntry
from spinefm.batch.sources.address import ZIP, name_of, path_of, protocol_of
from spinefm.batch.sources.stores import StoreError, content_at
from spinefm.batch.sources.zips import OpenZips
from spinefm.imaging.radiograph import MAX_BYTES, Polarity, Radiograph, UnreadableFilm, read

NOWHERE = "The row of the table names no film: fill in its path or URL."


class FilmReader:
    """Reads films by their addresses; zips and connections stay open for the next film. Close it at the end."""

    def __init__(self) -> None:
        self._zips = OpenZips()

    def __enter__(self) -> FilmReader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def read(self, uri: str, name: str | None = None, polarity: Polarity = "auto") -> Radiograph:
        """The film at an address that `list_films` gave; `name` goes into its provenance (default: the file's).

        Raises UnreadableFilm, and nothing else, with one sentence: no such file, no access, no image, beyond a limit.
        """
        if not uri:
            raise UnreadableFilm(NOWHERE)
        if protocol_of(uri) in ("", "file"):
            return read(path_of(uri), name, polarity)
        try:
            content = self._content(uri)
        except StoreError as error:
            raise UnreadableFilm(str(error)) from error
        return read(content, name or name_of(uri), polarity)

    def close(self) -> None:
        """Close what is open."""
        self._zips.close()

    def _content(self, uri: str) -> bytes:
        if uri.startswith(ZIP):
            return self._zips.content(uri, MAX_BYTES)
        return content_at(uri, MAX_BYTES)


@cache
def _reader() -> FilmReader:
    """The reader of this process, made when it is first asked for."""
    return FilmReader()


if hasattr(os, "register_at_fork"):  # two processes must not share the place at which they read a zip
    os.register_at_fork(after_in_child=_reader.cache_clear)


def read_entry(entry: FilmEntry, polarity: Polarity) -> Radiograph:
    """The film of an entry, by the reader of this process. Raises UnreadableFilm."""
    return _reader().read(entry.uri, entry.name, polarity)
