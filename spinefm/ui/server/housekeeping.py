"""What the server writes for visitors lies in one folder, and goes: by age, at its end, and at the next start.

Uploads may be patients' films. gradio deletes those it knows by age; parts of uploads that broke off, and everything
a killed process left, it does not know.
"""

from __future__ import annotations

import atexit
import fcntl
import os
import shutil
import signal
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import IO

PREFIX = "spinefm-page-"
KEEP_VISITOR = 1800
"""Seconds after their last use for which a visitor's film and run are kept, and a copy of a result once it is made."""
KEPT_FOR = f"{KEEP_VISITOR // 60} minutes"
EVERY = 300
"""Seconds between two rounds."""
TERMINATED = 128 + signal.SIGTERM
"""The exit code that a shell gives a process ended by SIGTERM."""


@dataclass(frozen=True)
class Premises:
    """The folder of one server process: `uploads` is gradio's, `work` that of all temporary files."""

    path: Path
    lock: IO[bytes]

    @property
    def uploads(self) -> Path:
        """Where gradio keeps uploads and results."""
        return self.path / "uploads"

    @property
    def work(self) -> Path:
        """Where temporary files go."""
        return self.path / "work"

    def sweep(self, now: float) -> int:
        """Delete uploads that nobody wrote to or used for long, also unfinished ones; returns how many files went."""
        gone = 0
        for path in _below(self.uploads):
            try:
                if path.is_dir() and not path.is_symlink():
                    if now - path.stat().st_mtime > KEEP_VISITOR:
                        path.rmdir()
                elif now - _last_used(path) > KEEP_VISITOR:
                    path.unlink()
                    gone += 1
            except OSError:  # taken away meanwhile, or a folder that still holds something
                continue
        return gone

    def remove(self) -> None:
        """Delete everything."""
        shutil.rmtree(self.path, ignore_errors=True)


def _last_used(path: Path) -> float:
    """When a file was last written to, or said to be in use (`Choice.used`), in seconds."""
    stat = path.lstat()
    return max(stat.st_mtime, stat.st_atime)


def _below(folder: Path) -> list[Path]:
    """Everything below a folder, files before the folders that hold them; what is deleted meanwhile is passed over."""
    found = os.walk(folder, topdown=False)
    return [Path(place) / name for place, folders, files in found for name in (*files, *folders)]


def move_in(base: Path | None = None) -> Premises:
    """Make this process's folder below `base` (default: the system's temporary one); delete those left by others.

    gradio and `tempfile` write into it from then on. It is deleted when the process ends, also by SIGTERM.
    """
    base = base or Path(tempfile.gettempdir())
    remove_abandoned(base)
    path = Path(tempfile.mkdtemp(prefix=PREFIX, dir=base))
    premises = Premises(path, _locked(path))
    for part in (premises.uploads, premises.work):
        part.mkdir()
    os.environ["GRADIO_TEMP_DIR"] = str(premises.uploads)
    tempfile.tempdir = str(premises.work)
    atexit.register(premises.remove)
    _on_terminate(premises)
    threading.Thread(target=_keep_sweeping, args=(premises,), daemon=True).start()
    return premises


def remove_abandoned(base: Path) -> None:
    """Delete the folders of server processes that no longer run: theirs can be locked."""
    for path in base.glob(f"{PREFIX}*"):
        try:
            with (path / "lock").open("rb") as lock:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(path, ignore_errors=True)
        except OSError:  # in use, another user's, or without a lock because it is being made
            continue


def _locked(path: Path) -> IO[bytes]:
    """A file that stays locked as long as this process runs."""
    lock = (path / "lock").open("wb")
    fcntl.flock(lock, fcntl.LOCK_EX)
    return lock


def _on_terminate(premises: Premises) -> None:
    """Delete everything at SIGTERM, before threads are waited for. Signals reach only a main thread."""
    if threading.current_thread() is not threading.main_thread():
        return

    def end(*_: object) -> None:
        premises.remove()
        raise SystemExit(TERMINATED)

    signal.signal(signal.SIGTERM, end)


def _keep_sweeping(premises: Premises) -> None:
    while premises.path.exists():
        premises.sweep(time.time())
        time.sleep(EVERY)
