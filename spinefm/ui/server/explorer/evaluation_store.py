"""The evaluations that the page can open: those it offers to everyone, and visitors' own, known to them alone."""

from __future__ import annotations

import atexit
import os
import re
import shutil
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path
from typing import Any

from spinefm.core.foreign import without_folders
from spinefm.evaluation.facts import titled
from spinefm.evaluation.frames import FILMS
from spinefm.evaluation.runs import PLAN, RunError, RunFolder
from spinefm.ui.server.explorer.batch import BatchStore, is_batch
from spinefm.ui.server.explorer.batch.store import owned_runs
from spinefm.ui.server.explorer.columns import run_columns
from spinefm.ui.server.explorer.owner import OwnerFolders
from spinefm.ui.server.explorer.words import on_the_page

KEEP_OWN = 3 * 3600
"""Seconds after which a visitor's own evaluation is deleted."""
SWEEP_EVERY = 600
"""Seconds between two rounds of deleting."""
PHANTOMS = "phantoms"
"""The phantom set with its finished evaluation: made once, for everyone."""
MOST_OWN, MOST_OF_ALL = 5, 60
"""Evaluations of their own that one visitor, and all visitors together, may have here."""
MOST_BYTES, MOST_BYTES_OF_ALL = 1 << 30, 6 << 30
"""Bytes of the films and evaluations of one visitor, and of all."""
OWN = "own-"
"""What the ids of visitors' evaluations begin with; the rest nobody can guess."""
THE_ZIP = "the zip"
"""What a visitor's own folder here is called in messages."""
FULL = "The page contains as many evaluations as it has room for: try again in an hour, or use the command line."
GONE = "This evaluation is no longer available: open it again from its zip."


class EvaluationStore:
    """Evaluations by id."""

    def __init__(self, offered: Path, owner: OwnerFolders | None = None) -> None:
        """`offered` is a folder of finished evaluations, which need not be there; `owner` adds others, and batches."""
        self._offered = offered
        self._owner = owner or OwnerFolders()
        self.batches = BatchStore(self._owner)
        self._own = Path(tempfile.mkdtemp(prefix="spinefm-evaluations-"))
        self._owners: dict[str, str] = {}
        self._making = threading.Lock()
        self._booking = threading.RLock()  # for `_owners`, which visitors change and count at the same time
        self._columns = lru_cache(maxsize=8)(_columns_of)
        atexit.register(shutil.rmtree, self._own, ignore_errors=True)

    @property
    def own(self) -> Path:
        """The folder of all visitors' own evaluations."""
        return self._own

    def entries(self, own: list[str]) -> list[dict[str, str]]:
        """Id and title of what is offered and of the visitor's `own`, which come first; damaged ones are left out."""
        self._sweep()
        found = [run for run in own if run.startswith(OWN) and self._is_finished(self._own / run)]
        runs = [*reversed(found), *sorted(self._everyones())]
        own_first = [{"id": run, "title": title} for run in runs if (title := self._title(run))]
        return [*own_first, *self.batches.entries()]

    def _everyones(self) -> dict[str, Path]:
        """The evaluations that everyone is offered; one of the owner's comes before another of its name."""
        places = [*self._offered.glob("*"), *owned_runs(self._owner)]
        return {path.name: path for path in places if self._is_finished(path)}

    def folder(self, run: str) -> RunFolder:
        """The run of that id. Raises RunError for one that is not here."""
        own = {path.name: path for path in self._own.glob("*") if self._is_finished(path)}
        known = own if run.startswith(OWN) else self._everyones()
        if run not in known:
            raise RunError(GONE)
        return RunFolder(known[run])

    def new(self, owner: str = "") -> tuple[str, Path]:
        """An id and a folder, not made yet, for an evaluation of the visitor `owner`, whose oldest go to make room.

        Raises RunError where all visitors together have as much here as there is room for.
        """
        self._sweep()
        with self._booking:
            run = f"{OWN}{uuid.uuid4().hex}"
            self._make_room(owner)
            others = [path for path in self._own.iterdir() if path.is_dir()]
            if len(self._owners) >= MOST_OF_ALL or sum(map(_bytes_in, others)) >= MOST_BYTES_OF_ALL:
                raise RunError(FULL)
            self._owners[run] = owner
        return run, self._own / run

    def drop(self, run: str) -> None:
        """Delete an evaluation of a visitor's own, with the films it was made of."""
        with self._booking:
            self._owners.pop(run, None)
        for path in (self._own / run, set_of(self._own / run)):
            shutil.rmtree(path, ignore_errors=True)

    def room(self, run: str) -> int:
        """Bytes that may still be unpacked for an evaluation of a visitor's own."""
        with self._booking:
            owner = self._owners.get(run, "")
            mine = [self._own / other for other in self._runs_of(owner)]
        used = sum(_bytes_in(path) + _bytes_in(set_of(path)) for path in mine)
        return max(MOST_BYTES - used, 0)

    def _runs_of(self, owner: str) -> list[str]:
        """The evaluations of a visitor, the oldest first."""
        return [run for run, whose in self._owners.items() if whose == owner]

    def _make_room(self, owner: str) -> None:
        """Delete the visitor's oldest evaluations until one more, and its films, have room."""
        mine = self._runs_of(owner)
        sizes = {run: _bytes_in(self._own / run) + _bytes_in(set_of(self._own / run)) for run in mine}
        while mine and (len(mine) >= MOST_OWN or sum(sizes[run] for run in mine) > MOST_BYTES // 2):
            self.drop(mine.pop(0))

    def words(self, text: str) -> str:
        """A message as a visitor may read it: without a folder of this machine; a file keeps its name as it is."""
        own = re.sub(rf"{re.escape(str(self._own))}/{OWN}[0-9a-f]+(-set)?(/[^\s:;,()]*)?", THE_ZIP, text)
        plain = on_the_page(without_folders(own))
        return re.sub(rf"^{THE_ZIP}\b", THE_ZIP.capitalize(), plain)

    def has_phantoms(self) -> bool:
        """Whether the phantom set is there."""
        return self._is_finished(self._offered / PHANTOMS)

    @contextmanager
    def making_phantoms(self) -> Iterator[Path]:
        """The folder of the phantom set, for one maker at a time; what an earlier one left is gone on with.

        Raises RunError while another makes it.
        """
        if not self._making.acquire(blocking=False):
            raise RunError("The phantom set is being made for another visitor: try again in a few minutes.")
        try:
            yield self._offered / PHANTOMS
        finally:
            self._making.release()

    def columns(self, run: str) -> dict[str, Any]:
        """What the explorer needs of a run, or `error` with a sentence."""
        if run in self.batches.folders():
            return self.batches.opened(run)
        try:
            folder = self.folder(run)
            return self._columns(run, folder, _written_at(folder))
        except RunError as error:
            return {"error": self.words(str(error))}

    def keep_sweeping(self) -> None:
        """Delete by age from now on also while nobody visits; ends with the process."""
        threading.Thread(target=self._keep_sweeping, daemon=True).start()

    def _keep_sweeping(self) -> None:
        while self._own.exists():
            self._sweep()
            time.sleep(SWEEP_EVERY)

    def _sweep(self) -> None:
        """Delete what visitors brought long ago and nobody has written to since."""
        for path in self._own.glob("*"):
            if time.time() - _last_written(path) > KEEP_OWN:
                shutil.rmtree(path, ignore_errors=True)
                with self._booking:
                    self._owners.pop(path.name, None)

    def _title(self, run: str) -> str | None:
        """What a run is called; None for one whose plan cannot be read."""
        prefix = "your own: " if run.startswith(OWN) else f"{run}: "
        try:
            title = titled(self.folder(run).plan())
            return prefix + (title.replace("phantom", "simulated films", 1) if run == PHANTOMS else title)
        except RunError:
            return None

    @staticmethod
    def _is_finished(path: Path) -> bool:
        there = (path / PLAN).is_file() and (path / f"{FILMS}.parquet").is_file()
        return there and not is_batch(path)


def set_of(folder: Path) -> Path:
    """Where the films lie of which the evaluation `folder` is made."""
    return folder.with_name(f"{folder.name}-set")


def _bytes_in(folder: Path) -> int:
    """Bytes of all files below a folder; 0 where it is not there."""
    total = 0
    for place, _, names in os.walk(folder):
        for name in names:
            with suppress(OSError):  # deleted meanwhile
                total += os.lstat(os.path.join(place, name)).st_size
    return total


def _last_written(path: Path) -> float:
    """When something was written to a folder or to those in it, in seconds; a run under way writes all the time."""
    times = []
    with suppress(OSError):  # deleted meanwhile
        times.append(path.stat().st_mtime)
        times += [place.stat().st_mtime for place in path.iterdir()]
    return max(times, default=time.time())


def _written_at(folder: RunFolder) -> int:
    """When the table of films of a finished run was written, in nanoseconds. Raises RunError for one deleted since."""
    try:
        return (folder.path / f"{FILMS}.parquet").stat().st_mtime_ns
    except OSError as error:
        raise RunError(GONE) from error


def _columns_of(run: str, folder: RunFolder, _: int) -> dict[str, Any]:
    """The columns of a finished run, whose table of films was written at that time."""
    return run_columns(run, folder)
