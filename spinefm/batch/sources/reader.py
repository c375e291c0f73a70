"""From an entry's address to its film."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from itertools import takewhile
from types import TracebackType

from spinefm.batch.manifest import FilmEntry
from spinefm.batch.sources.address import CHAIN, ZIP, name_of, path_of, protocol_of
from spinefm.batch.sources.stores import StoreError, content_at
from spinefm.batch.sources.zips import OpenZips
from spinefm.imaging.radiograph import MAX_BYTES, Polarity, Radiograph, UnreadableFilm, read

NOWHERE = "The row of the table names no film: fill in its path or URL."


AHEAD = 8
"""Films of other machines that are fetched at once, ahead of their turn: a store answers eight as fast as one."""


class FilmReader:
    """Reads films by their addresses; zips and connections stay open for the next film. Close it at the end."""

    def __init__(self) -> None:
        self._zips = OpenZips()
        self._coming: deque[str] = deque()
        self._ahead: dict[str, Future[bytes]] = {}
        self._threads: ThreadPoolExecutor | None = None

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

    def expect(self, uris: Iterable[str]) -> None:
        """Fetch films that will be read in this order ahead of their turn, where they lie on other machines.

        What was expected before is dropped. At most `AHEAD` films are held.
        """
        self._drop()
        self._coming.extend(uri for uri in uris if _is_far(uri))
        self._fetch_more()

    def close(self) -> None:
        """Close what is open."""
        self._drop()
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)
        self._zips.close()

    def _drop(self) -> None:
        self._coming.clear()
        for future in self._ahead.values():
            future.cancel()
        self._ahead.clear()

    def _fetch_more(self) -> None:
        if self._coming and self._threads is None:
            self._threads = ThreadPoolExecutor(AHEAD)
        while self._threads and self._coming and len(self._ahead) < AHEAD:
            uri = self._coming.popleft()
            self._ahead[uri] = self._threads.submit(self._fetched, uri)

    def _content(self, uri: str) -> bytes:
        """What an address holds, as soon as it is there. Raises StoreError."""
        if uri not in self._ahead:
            return self._fetched(uri)
        for skipped in list(takewhile(lambda other: other != uri, self._ahead)):
            self._ahead.pop(skipped).cancel()  # a film that was left out
        future = self._ahead.pop(uri)
        self._fetch_more()
        return future.result()

    def _fetched(self, uri: str) -> bytes:
        if uri.startswith(ZIP):
            return self._zips.content(uri, MAX_BYTES)
        return content_at(uri, MAX_BYTES)


def _is_far(uri: str) -> bool:
    """Whether a film lies on another machine, so that fetching it is waiting more than work."""
    place = uri.rpartition(CHAIN)[2] if uri.startswith(ZIP) else uri
    return protocol_of(place) not in ("", "file")


@cache
def _reader() -> FilmReader:
    """The reader of this process, made when it is first asked for."""
    return FilmReader()


if hasattr(os, "register_at_fork"):  # two processes must not share the place at which they read a zip
    os.register_at_fork(after_in_child=_reader.cache_clear)


def expect(entries: Iterable[FilmEntry]) -> None:
    """Have the reader of this process fetch films ahead of their turn; see `FilmReader.expect`."""
    _reader().expect(entry.uri for entry in entries)


def read_entry(entry: FilmEntry, polarity: Polarity) -> Radiograph:
    """The film of an entry, by the reader of this process. Raises UnreadableFilm."""
    return _reader().read(entry.uri, entry.name, polarity)
