"""Result folders on disk, opened for an export: each with its film where that lies near."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from spinefm.core.foreign import foreign_input, read_bytes, read_json
from spinefm.core.result_names import ERROR, OVERLAY, REPORT, TRACE
from spinefm.data.case import DatasetError
from spinefm.data.films import Films, visible_files
from spinefm.data.results import film_of
from spinefm.export.errors import ExportError
from spinefm.export.subject import Subject
from spinefm.imaging.decoded import MAX_BYTES
from spinefm.measure import Facing
from spinefm.trace.model import MOST_TRACE_BYTES, Trace

GIVEN = "given"
"""What a report says of a facing or a scale that the user gave."""


@dataclass(frozen=True)
class ResultFolder:
    """A result on disk: its folder, the name of what it becomes, and its film or those among which it is looked for."""

    folder: Path
    name: str
    films: Path | Films

    def open(self) -> Subject:
        """The result with its film. Raises ExportError."""
        with foreign_input(lambda reason: ExportError(f"The result cannot be read ({reason}); run the film again.")):
            trace = self._trace()
            overlay, source = self.folder / OVERLAY, self._source(trace.film.name)
            drawn = read_bytes(overlay, MAX_BYTES) if overlay.is_file() else None
            film = read_bytes(source, MAX_BYTES) if source else None
            return Subject(self.name, trace, film, drawn, *self._given())

    def _trace(self) -> Trace:
        """The finished run. Raises ExportError."""
        if not (self.folder / TRACE).is_file():
            raise ExportError(f"The run on this film failed, so there is nothing to export; see its {ERROR}.")
        trace = Trace.from_json(read_bytes(self.folder / TRACE, MOST_TRACE_BYTES))
        if trace.finished is None:
            raise ExportError("The run did not finish, so there is nothing to export; run the film again.")
        return trace

    def _given(self) -> tuple[Facing | None, float | None]:
        """Facing and millimetres per pixel, where the result's measures rest on what the user gave."""
        path = self.folder / REPORT
        known = read_json(path).get("measures", {}) if path.is_file() else {}
        facing = known.get("facing") if known.get("facing_source") == GIVEN else None
        spacing = known.get("spacing_mm") if known.get("spacing_source") == GIVEN else None
        return facing, spacing

    def _source(self, name: str) -> Path | None:
        """The film's file: the one that was given, else the one called so; None where there is none."""
        if isinstance(self.films, Path):
            return self.films
        try:
            return film_of(self.folder, name, self.films)
        except ValueError as error:
            raise ExportError(f"The film of the result is not found ({error}): give it with --source.") from error


def result_folders(root: Path, source: Path | None = None) -> list[ResultFolder]:
    """The results in and below `root`, by name.

    source: the film of the one result, or a folder with the films of all; without it films are looked for beside the
    results and in the folder around them.

    Raises:
        ExportError: no result is there, or `source` is no film, or one film of several results.
    """
    try:
        folders = _folders(root)
        films = _films_near(root, folders) if source is None else _films_given(source, len(folders))
    except DatasetError as error:
        raise ExportError(str(error)) from error
    names = _names(folders)
    return [ResultFolder(folder, name, films) for folder, name in zip(folders, names, strict=True)]


def _folders(root: Path) -> list[Path]:
    if not root.is_dir():
        raise ExportError(f"There is no folder {root}: give the folder of a result, or the --out of segment.")
    found = sorted({path.parent for path in visible_files(root) if path.name in (TRACE, ERROR)})
    if not found:
        raise ExportError(f"{root} holds no result ({TRACE}): give the folder of a result, or the --out of segment.")
    return found


def _names(folders: Sequence[Path]) -> Iterator[str]:
    """Each folder's own name; where that is taken, with a number."""
    taken: set[str] = set()
    for folder in folders:
        stem = folder.resolve().name
        names = (stem if count == 1 else f"{stem}-{count}" for count in range(1, len(folders) + 1))
        name = next(name for name in names if name not in taken)
        taken.add(name)
        yield name


def _films_near(root: Path, folders: Sequence[Path]) -> Films:
    """Films among the results, beside their folder and around it."""
    root = root.resolve()
    alone = (root / TRACE).is_file() or (root / ERROR).is_file()
    results = {folder.resolve() for folder in folders}
    places = [root.parent, root.parent.parent] if alone else [root.parent]
    around = [path for place in places for path in sorted(place.iterdir()) if path.is_file()]
    inside = [] if alone else [path for path in visible_files(root) if path.parent not in results]
    return Films.among(places[-1], [*inside, *around])


def _films_given(source: Path, results: int) -> Path | Films:
    if source.is_dir():
        return Films.among(source, visible_files(source))
    if not source.is_file():
        raise ExportError(f"There is no file {source}: give the film, or a folder of films, with --source.")
    if results > 1:
        raise ExportError(f"--source is one film and there are {results} results: give the folder of their films.")
    return source
