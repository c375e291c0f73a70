"""Which names of a zip or a store are films: the rules of `spinefm.imaging.listing` for what is no folder here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from pathlib import PurePosixPath

from spinefm.core.result_names import TRACE
from spinefm.imaging.listing import DICOM_INDEX, ENDINGS

SHADOWS = "__MACOSX"
"""Folder that a Mac adds to a zip, with a shadow of each file."""

Marked = Callable[[Collection[str]], Collection[str]]
"""Which of the names, whose content must be looked at, begin as films do."""


def films_among(names: Collection[str], marked: Marked, on_disc: Marked | None = None) -> list[str]:
    """The films among files by their names, such as "disc/IM1"; in order, without hidden files and earlier results.

    Below a DICOMDIR these are the DICOM files alone, which `on_disc` tells; elsewhere, what ends or begins as films do.
    """
    results = _folders_with(names, (TRACE,))
    discs = _folders_with(names, (DICOM_INDEX, DICOM_INDEX.lower()))
    seen = [name for name in names if not _is_hidden(name) and not _below(name, results)]
    ending = {name for name in seen if _ends_as_film(name) and not _below(name, discs)}
    asked = [name for name in seen if name not in ending and _path(name).name.upper() != DICOM_INDEX]
    below = {name for name in asked if _below(name, discs)}
    found = marked([name for name in asked if name not in below])
    return sorted({*ending, *found, *(on_disc or marked)(sorted(below))})


def _path(name: str) -> PurePosixPath:
    """A name as a path; some programs write zips on Windows with "\\" between folders."""
    return PurePosixPath(name.replace("\\", "/"))


def _folders_with(names: Iterable[str], files: Collection[str]) -> frozenset[str]:
    return frozenset(str(path.parent) for name in names if (path := _path(name)).name in files)


def _below(name: str, folders: frozenset[str]) -> bool:
    return bool(folders) and any(str(parent) in folders for parent in _path(name).parents)


def _is_hidden(name: str) -> bool:
    return any(part.startswith(".") or part == SHADOWS for part in _path(name).parts)


def _ends_as_film(name: str) -> bool:
    return name.lower().endswith(ENDINGS)
