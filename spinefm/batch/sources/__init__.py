"""Where the films of a batch come from: what a user names becomes rows, and a row's address becomes a film."""

from spinefm.batch.sources.listing import list_films
from spinefm.batch.sources.reader import FilmReader
from spinefm.batch.sources.rows import SourceError, SourceRow

__all__ = ["FilmReader", "SourceRow", "SourceError", "list_films"]
