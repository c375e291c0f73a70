"""Files that appear whole or not at all, also where the machine stops at once."""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path
from uuid import uuid4

NOT_OFFERED = (errno.EINVAL, errno.ENOTSUP)
"""Errors of file systems, most of them on a network, that do not sync."""


def write_whole(path: Path, content: bytes) -> None:
    """Write a file in place of an earlier one; its folder exists already.

    Whatever interrupts it, `path` holds the earlier content or all of the new one; once this returns, the new one is on
    the disk. Of several writers at once the last one's file stays.

    Raises OSError, as on a full disk; nothing of the file is left then.
    """
    part = part_beside(path)
    try:
        write_synced(part, content)
        os.replace(part, path)
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)
    sync(path.parent)


def part_beside(path: Path) -> Path:
    """A hidden path in the same folder for what is to become `path`; no other writer has it."""
    return path.with_name(f".{uuid4().hex}.part")  # without the name, which may be as long as a name can be


def write_synced(path: Path, content: bytes) -> None:
    """Write a new file that is on the disk when this returns. Raises OSError."""
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def sync(path: Path) -> None:
    """Have the disk hold what was written to a file, or the entries of a folder. Raises OSError.

    Does nothing where the file system does not offer it.
    """
    if os.name == "nt" and path.is_dir():
        return  # Windows opens no folder
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in NOT_OFFERED:
            raise
    finally:
        os.close(descriptor)
