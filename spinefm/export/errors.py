"""Why a result cannot be written or exported."""

from __future__ import annotations

from spinefm.core.foreign import InputError


class ExportError(InputError):
    """A result cannot be written or exported; the message is one sentence that says why and what to do."""


class NotWritten(ExportError, OSError):
    """A file cannot be written; `errno` is the system's, which tells a full disk from the rest."""

    def __init__(self, sentence: str, errno: int | None) -> None:
        super().__init__(sentence)
        self.errno = errno
