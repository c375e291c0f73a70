"""Why a result cannot be written or exported."""

from __future__ import annotations

from spinefm.core.foreign import InputError


class ExportError(InputError):
    """A result cannot be written or exported; the message is one sentence that says why and what to do."""
