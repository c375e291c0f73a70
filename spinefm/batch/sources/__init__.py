"""Where the films of a batch come from: what a user names becomes entries, and an entry's address becomes a film."""

from spinefm.batch.sources.listing import entries_of, list_films
from spinefm.batch.sources.reader import FilmReader, expect, read_entry
from spinefm.batch.sources.rows import SourceError

__all__ = ["FilmReader", "SourceError", "entries_of", "expect", "list_films", "read_entry"]
