"""Zips of films: members are listed and read in place, nothing is unpacked to disk."""

from __future__ import annotations

import os
import threading
import zipfile
import zlib
from collections import OrderedDict
from collections.abc import Callable, Collection, Iterator
from functools import partial
from typing import IO

from spinefm.batch.sources.address import of_member, path_of, protocol_of, shown, split_member
from spinefm.batch.sources.among import films_among
from spinefm.batch.sources.rows import SourceError
from spinefm.batch.sources.stores import StoreError, opened_at, read_up_to
from spinefm.core.foreign import foreign_input
from spinefm.data.archive import ZipLimits, checked_members, restore_names
from spinefm.data.case import DatasetError
from spinefm.imaging.kinds import HEAD
from spinefm.imaging.listing import begins_as_dicom, begins_as_film

LIMITS = ZipLimits(files=5_000_000, bytes=16 << 40)
"""What a zip of films may hold: nothing of it is unpacked as a whole, so only its list has to fit into memory."""
MOST_OPEN = 8
"""Zips that are kept open: a shard has rarely films of more."""
DAMAGED = "The film is damaged in its zip: pack it again."
PLAIN_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
"""How members may be packed: the other methods unpack without a limit, so that kilobytes become gigabytes."""
BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, IndexError, MemoryError)
"""What reading a damaged zip raises, besides RuntimeError for an encrypted member."""


def films_in_zip(archive: str) -> Iterator[str]:
    """The addresses of the films in the zip at an address, by name.

    Raises SourceError for what is no zip, holds no films, a path that leads out of it or a link, or unpacks to more
    than its size allows.
    """
    try:
        with foreign_input(lambda reason: SourceError(f"{shown(archive)} cannot be listed as a zip ({reason}).")):
            names = _film_names(archive)
    except DatasetError as error:
        raise SourceError(f"{shown(archive)}: {error}") from error
    if not names:
        raise SourceError(f"{shown(archive)} contains no films; give a zip that does.")
    yield from (of_member(name, archive) for name in names)


def _film_names(archive: str) -> list[str]:
    with _opened(archive) as stream, zipfile.ZipFile(stream) as opened:
        size = stream.seek(0, os.SEEK_END)
        members = [member.filename for member in checked_members(opened, size, LIMITS)]
        return films_among(members, partial(_marked, opened, begins_as_film), partial(_marked, opened, begins_as_dicom))


def _marked(archive: zipfile.ZipFile, test: Callable[[str, bytes], bool], names: Collection[str]) -> list[str]:
    return [name for name in names if test(name, _head(archive, name))]


def _head(archive: zipfile.ZipFile, name: str) -> bytes:
    """The first bytes of a member; none of one that cannot be read, which is then no film by its mark."""
    if archive.getinfo(name).compress_type not in PLAIN_METHODS:
        return b""
    try:
        with archive.open(name) as member:
            return member.read(HEAD)
    except (*BROKEN, RuntimeError):
        return b""


def _opened(archive: str) -> IO[bytes]:
    """The stream of a zip. Raises StoreError and OSError."""
    if protocol_of(archive) in ("", "file"):
        return path_of(archive).open("rb")
    return opened_at(archive)


class OpenZips:
    """The zips that films were read from last, kept open: the list of a large one takes long to read."""

    def __init__(self) -> None:
        self._zips: OrderedDict[str, zipfile.ZipFile] = OrderedDict()
        self._lock = threading.Lock()

    def content(self, uri: str, most: int) -> bytes:
        """What a member holds, but no more than `most` bytes and one. Raises StoreError."""
        try:
            member, archive = split_member(uri)
        except ValueError as error:
            raise StoreError("The address names no member of a zip: write zip://member::zip.") from error
        with self._lock:  # members share the stream of their zip
            return _member(self._zip(archive), member, most + 1)

    def close(self) -> None:
        """Close all zips."""
        while self._zips:
            _close(self._zips.popitem()[1])

    def _zip(self, archive: str) -> zipfile.ZipFile:
        if archive not in self._zips:
            self._zips[archive] = _zip_at(archive)
        self._zips.move_to_end(archive)
        while len(self._zips) > MOST_OPEN:
            _close(self._zips.popitem(last=False)[1])
        return self._zips[archive]


def _zip_at(archive: str) -> zipfile.ZipFile:
    try:
        opened = zipfile.ZipFile(_opened(archive))
        restore_names(opened)
        return opened
    except StoreError:
        raise
    except FileNotFoundError as error:
        raise StoreError(f"The zip {shown(archive)} is not there: check its name and folder.") from error
    except (*BROKEN, NotImplementedError) as error:
        raise StoreError(f"The zip {shown(archive)} cannot be opened: copy or pack it again.") from error


def _close(archive: zipfile.ZipFile) -> None:
    stream = archive.fp
    archive.close()
    if stream is not None:
        stream.close()  # a zip leaves a stream open that it did not open itself


def _member(archive: zipfile.ZipFile, name: str, most: int) -> bytes:
    try:
        if archive.getinfo(name).compress_type not in PLAIN_METHODS:
            raise StoreError("The film is packed by a method that is not read: pack its zip with deflate.")
        with archive.open(name) as member:
            return read_up_to(member, most)
    except StoreError:
        raise
    except KeyError as error:
        raise StoreError("The zip does not contain this film: check its name, or plan the batch again.") from error
    except RuntimeError as error:
        raise StoreError("The film is encrypted in its zip: pack it without a password.") from error
    except BROKEN as error:
        raise StoreError(DAMAGED) from error
