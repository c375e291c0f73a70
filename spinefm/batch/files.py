"""What several processes of a batch write: the first one's file or folder stays, and it appears whole or not at all."""

from __future__ import annotations

import errno
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from spinefm.core.files import part_beside, sync, write_synced

STALE = 600.0
"""Seconds without a change after which a part belongs to no process that still writes it."""

PATIENCE, PAUSE = 20.0, 0.02
"""Seconds to wait for another writer of the same file, and between two looks."""


def write_first(path: Path, content: bytes) -> bool:
    """Write a file, complete, unless there is one; returns whether it was this call that wrote it. Raises OSError.

    Of several processes that call it at once, one writes.
    """
    part = part_beside(path)
    try:
        write_synced(part, content)
        first = _link(part, path)
    finally:
        part.unlink(missing_ok=True)
    sync(path.parent)
    return first


def _link(part: Path, path: Path) -> bool:
    """Name a complete file `path` unless there is one; returns whether there was none."""
    try:
        os.link(part, path)
    except FileExistsError:
        return False
    except OSError:  # a file system without links
        with _claimed(path):
            if path.exists():
                return False
            os.replace(part, path)
    return True


@contextmanager
def _claimed(path: Path) -> Iterator[None]:
    """Keep other writers of `path` out, for as long as the block takes. Raises TimeoutError where one does not end."""
    claim = path.with_name(f".{path.name}.part")  # so that `remove_stale` removes that of a killed process
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            claim.open("xb").close()
            break
        except FileExistsError:
            if time.monotonic() > deadline:
                raise TimeoutError(
                    errno.ETIMEDOUT, f"another process holds {claim.name}; remove it if none runs"
                ) from None
            time.sleep(PAUSE)
    try:
        yield
    finally:
        claim.unlink(missing_ok=True)


@contextmanager
def folder_in_place(folder: Path) -> Iterator[Path]:
    """A new folder beside `folder` to write into, which becomes `folder` when the block ends without an error.

    Where another process was first, its folder stays and this one is dropped. Raises OSError.
    """
    part = part_beside(folder)
    try:
        part.mkdir(parents=True)
        yield part
        for file in part.iterdir():
            sync(file)
        sync(part)
        _rename_unless_there(part, folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    sync(folder.parent)


def remove_stale(folder: Path) -> None:
    """Remove what killed processes left half written in `folder`: parts that nobody wrote to for a while."""
    for part in folder.glob(".*.part"):
        with suppress(FileNotFoundError):  # another process finished or removed it meanwhile
            files = [part, *(part.iterdir() if part.is_dir() else ())]
            if time.time() - max(file.stat().st_mtime for file in files) > STALE:
                shutil.rmtree(part) if part.is_dir() else part.unlink()


def _rename_unless_there(part: Path, folder: Path) -> None:
    try:
        part.rename(folder)
    except OSError:
        if not folder.is_dir():
            raise
