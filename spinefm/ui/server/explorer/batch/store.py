"""The merged batches that the page's owner offers, opened when they are first asked for; and what the browser asks."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Lock
from typing import Any

from pyarrow import ArrowException
from pydantic import ValidationError

from spinefm.batch.tables import TableError, merged_folder
from spinefm.core.foreign import without_folders
from spinefm.ui.server.explorer.batch.film import BatchFilms
from spinefm.ui.server.explorer.batch.index import BatchIndex, is_batch, merged_at, title_of
from spinefm.ui.server.explorer.batch.query import BatchQuestion, answer, catalog, opening
from spinefm.ui.server.explorer.owner import OwnerFolders

MOST_OPEN = 2
"""Batches that are in memory at a time."""
GONE = "This batch is no longer offered; reload the page."
Answer = dict[str, Any]


class BatchStore:
    """Batches by id: the name of their folder."""

    def __init__(self, owner: OwnerFolders) -> None:
        self._owner = owner
        self._films = BatchFilms(owner)
        self._open: OrderedDict[tuple[Path, int], BatchIndex] = OrderedDict()
        self._lock = Lock()

    def folders(self) -> dict[str, Path]:
        """The batches that are offered, each once: each folder of runs itself, or those in it."""
        tables: dict[Path, Path] = {}
        for path in filter(is_batch, owned_runs(self._owner)):
            tables.setdefault(merged_folder(path).resolve(), path)
        return {path.name: path for path in tables.values()}

    def entries(self) -> list[dict[str, str]]:
        """Id and title of each batch; damaged ones are left out."""
        return [{"id": name, "title": title} for name, path in self.folders().items() if (title := _title(name, path))]

    def index(self, run: str) -> BatchIndex:
        """A batch, opened. Raises TableError for one that is not offered or cannot be read."""
        folder = self.folders().get(run)
        if folder is None:
            raise TableError(GONE)
        key = (folder, merged_at(folder))
        with self._lock:
            if key not in self._open:
                self._open[key] = BatchIndex(folder)
            self._open.move_to_end(key)
            while len(self._open) > MOST_OPEN:
                self._open.popitem(last=False)
            return self._open[key]

    def opened(self, run: str) -> Answer:
        """What the browser needs of a batch first, or `error` with a sentence."""
        return _answered(lambda: opening(run, self.index(run)))

    def view(self, run: str, asked: Any) -> Answer:
        """A page of films and counts, or `error` with a sentence."""
        return _answered(lambda: answer(self.index(run), BatchQuestion.model_validate(asked)))

    def kinds(self, run: str) -> Answer:
        """The measures of a batch, or `error` with a sentence."""
        return _answered(lambda: {"measures": catalog(self.index(run))})

    def look(self, run: str, film: str) -> Answer:
        """A film with its outlines, or `error` with a sentence."""
        return _answered(lambda: self._films.look(self.index(run), film))

    def values(self, run: str, film: str) -> Answer:
        """The measures of a film, or `error` with a sentence."""
        return _answered(lambda: {"measures": self._films.measures(self.index(run), film)})


def owned_runs(owner: OwnerFolders) -> Iterator[Path]:
    """The folders that may be runs: those that the owner names, and those in them."""
    for folder in owner.runs:
        yield folder
        yield from sorted(path for path in folder.glob("*") if path.is_dir())


def _title(name: str, path: Path) -> str | None:
    try:
        return f"{name}: {title_of(path)}"
    except TableError:
        return None


def _answered(ask: Callable[[], Answer]) -> Answer:
    """An answer, or one sentence that names no folder of this machine."""
    try:
        return ask()
    except TableError as error:
        return {"error": without_folders(str(error))}
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        where = ": ".join([*map(str, fault["loc"][:1]), fault["msg"]])
        return {"error": f"The page sent an invalid request ({where}); reload the page."}
    except (OSError, ArrowException) as error:
        return {"error": f"The tables of this batch cannot be read ({type(error).__name__}); merge the batch again."}


def batch_answers(batches: BatchStore) -> list[Callable[[Any], Any]]:
    """What the browser may ask about batches: plain functions, as the page's component wants them."""

    def batch_view(wanted: Any) -> Any:
        return batches.view(str(wanted["run"]), wanted["asked"])

    def batch_kinds(run: Any) -> Any:
        return batches.kinds(str(run))

    def batch_look(wanted: Any) -> Any:
        return batches.look(str(wanted["run"]), str(wanted["film"]))

    def batch_values(wanted: Any) -> Any:
        return batches.values(str(wanted["run"]), str(wanted["film"]))

    return [batch_view, batch_kinds, batch_look, batch_values]
