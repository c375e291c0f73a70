"""Where an export goes: files appear whole, and none is replaced by another, because it may hold corrections."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from spinefm.core.files import write_whole
from spinefm.export.errors import ExportError


def write_files(folder: Path, files: Mapping[str, bytes]) -> None:
    """Write `files`, by path below `folder`.

    Raises:
        ExportError: a file is there already with another content, and then none is written; or it cannot be written.
    """
    try:
        for path, content in files.items():
            refuse_another(folder / path, content)
        for path, content in files.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            write_whole(folder / path, content)
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise ExportError(f'The export cannot be written to "{folder}" ({reason}): choose another --out.') from error


def refuse_another(path: Path, content: bytes | None = None) -> None:
    """Raise ExportError where the file is there already with other content than this."""
    if path.exists() and (content is None or not path.is_file() or path.read_bytes() != content):
        raise ExportError(f'"{path}" is there already and may hold corrections: choose another --out.')
