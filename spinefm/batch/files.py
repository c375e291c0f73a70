"""Files and folders that appear whole or not at all, also where the machine stops at once."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from uuid import uuid4

STALE = 600.0
"""Seconds without a change after which a part belongs to no process that still writes it."""


def write_whole(path: Path, content: bytes) -> None:
    """Write a file in place of an earlier one; it appears complete or not at all. Raises OSError."""
    part = _beside(path)
    try:
        _write_synced(part, content)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
    _sync(path.parent)


def write_first(path: Path, content: bytes) -> bool:
    """Write a file, complete, unless there is one; returns whether it was this call that wrote it. Raises OSError.

    Of several processes that call it at once, one writes.
    """
    part = _beside(path)
    try:
        _write_synced(part, content)
        first = _link(part, path)
    finally:
        part.unlink(missing_ok=True)
    _sync(path.parent)
    return first


def _link(part: Path, path: Path) -> bool:
    """Name a complete file `path` unless there is one; returns whether there was none."""
    try:
        os.link(part, path)
    except FileExistsError:
        return False
    except OSError:  # a file system without links
        if path.exists():
            return False
        os.replace(part, path)
    return True


@contextmanager
def folder_in_place(folder: Path) -> Iterator[Path]:
    """A new folder beside `folder` to write into, which becomes `folder` when the block ends without an error.

    Where another process was first, its folder stays and this one is dropped. Raises OSError.
    """
    part = _beside(folder)
    try:
        part.mkdir(parents=True)
        yield part
        for file in part.iterdir():
            _sync(file)
        _sync(part)
        _rename_unless_there(part, folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    _sync(folder.parent)


def remove_stale(folder: Path) -> None:
    """Remove what killed processes left half written in `folder`: parts that nobody wrote to for a while."""
    for part in folder.glob(".*.part"):
        with suppress(FileNotFoundError):  # another process finished or removed it meanwhile
            files = [part, *(part.iterdir() if part.is_dir() else ())]
            if time.time() - max(file.stat().st_mtime for file in files) > STALE:
                shutil.rmtree(part) if part.is_dir() else part.unlink()


def _beside(path: Path) -> Path:
    return path.with_name(f".{path.name}-{uuid4().hex}.part")


def _rename_unless_there(part: Path, folder: Path) -> None:
    try:
        part.rename(folder)
    except OSError:
        if not folder.is_dir():
            raise


def _write_synced(path: Path, content: bytes) -> None:
    with path.open("xb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync(path: Path) -> None:
    """Have the disk hold what was written to a file, or the entries of a folder."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
