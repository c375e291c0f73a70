"""The manifest: every film of a batch with an id of its own, in the order of the ids.

An id follows from where the film lies and from nothing else, so that it is the same in every plan. Their order spreads
large and small films evenly over the shards.
"""

from __future__ import annotations

import hashlib
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import unquote, urlsplit

import pyarrow as pa
import pyarrow.parquet as pq

from spinefm.batch.errors import BatchError
from spinefm.core.files import write_whole
from spinefm.imaging.radiograph import printable

ID_DIGITS = 16
"""Hexadecimal digits of an id: two of ten million films get the same one with a probability of 3 in a million."""
ROWS = 4096
"""Films in a row group: what a process reads at once."""
CHECKSUM = b"spinefm_films_sha256"
"""Where a manifest keeps its checksum."""
SCHEMA = pa.schema([pa.field(name, pa.string(), nullable=False) for name in ("id", "uri", "name")])


@dataclass(frozen=True, slots=True)
class FilmEntry:
    """A film of a batch: its id, where it lies, and the name under which it is shown."""

    id: str
    uri: str
    name: str

    @classmethod
    def of(cls, uri: str, name: str | None = None) -> FilmEntry:
        """The film at `uri`, named `name` or as the last part of the URI.

        >>> FilmEntry.of("file:///films/neck%20a.png")
        FilmEntry(id='fbf77e3f2dbf890b', uri='file:///films/neck%20a.png', name='neck a.png')
        """
        last = name or unquote(PurePosixPath(urlsplit(uri).path).name, errors="surrogateescape") or uri
        return cls(hashlib.sha256(uri.encode(errors="surrogateescape")).hexdigest()[:ID_DIGITS], uri, printable(last))


def sorted_entries(entries: Iterable[FilmEntry]) -> list[FilmEntry]:
    """The films in the order of their ids; one that is given twice counts once.

    Raises BatchError for two films with one id.
    """
    by_id: dict[str, FilmEntry] = {}
    for entry in entries:
        known = by_id.setdefault(entry.id, entry)
        if known.uri != entry.uri:
            raise BatchError(f"The films {known.uri} and {entry.uri} have the same id; rename one of them.")
    return [by_id[key] for key in sorted(by_id)]


def digest_of(entries: Iterable[FilmEntry]) -> str:
    """A checksum of a manifest's content: it is the same wherever the manifest was written."""
    digest = hashlib.sha256()
    for entry in entries:
        digest.update(f"{entry.id}\t{entry.uri}\t{entry.name}\n".encode())
    return digest.hexdigest()


def write_manifest(path: Path, entries: Sequence[FilmEntry]) -> None:
    """Write a manifest with its checksum, whole or not at all. Raises OSError."""
    columns = {name: [getattr(entry, name) for entry in entries] for name in SCHEMA.names}
    stream = io.BytesIO()
    schema = SCHEMA.with_metadata({CHECKSUM: digest_of(entries)})
    pq.write_table(pa.table(columns, schema), stream, row_group_size=ROWS)
    write_whole(path, stream.getvalue())


def checksum_of(path: Path) -> str | None:
    """The checksum that a manifest says it has, without reading its films; None where there is no manifest."""
    try:
        return ((pq.read_schema(path).metadata or {}).get(CHECKSUM) or b"").decode()
    except (OSError, pa.ArrowException):
        return None


def read_manifest(path: Path, start: int, stop: int) -> list[FilmEntry]:
    """The films from place `start` up to `stop` of a manifest; only the row groups that hold them are read.

    Raises BatchError where it cannot be read or is shorter.
    """
    try:
        with pq.ParquetFile(path) as file:
            groups = range(start // ROWS, min(-(-stop // ROWS), file.num_row_groups))
            entries = [entry for group in groups for entry in _entries(file, group)]
    except (OSError, pa.ArrowException) as error:
        raise BatchError(f"The manifest {path} cannot be read; plan the batch again with its films.") from error
    skipped = start % ROWS
    found = entries[skipped : skipped + stop - start]
    if len(found) != stop - start:
        raise BatchError(f"The manifest {path} ends before film {stop}; plan the batch again with its films.")
    return found


def _entries(file: pq.ParquetFile, group: int) -> list[FilmEntry]:
    columns = file.read_row_group(group, use_threads=False).to_pydict()
    return [FilmEntry(*row) for row in zip(*(columns[name] for name in SCHEMA.names), strict=True)]
