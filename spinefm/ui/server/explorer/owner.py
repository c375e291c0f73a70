"""What the page's owner adds: folders of evaluations and batches, and folders of films that may be shown."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

RUNS_VARIABLE = "SPINEFM_EVALUATIONS"
"""Folders of evaluations and merged batches that the page offers, separated as in PATH."""
FILMS_VARIABLE = "SPINEFM_FILMS"
"""Folders in and below which films of a batch may be read for the page, separated as in PATH."""


@dataclass(frozen=True)
class OwnerFolders:
    """Folders of runs, and the only folders from which films are read; links in both are resolved."""

    runs: tuple[Path, ...] = ()
    films: tuple[Path, ...] = ()

    @classmethod
    def of(cls, environment: Mapping[str, str]) -> OwnerFolders:
        """The folders that the variables of an environment name."""
        return cls(*(_folders(environment.get(name, "")) for name in (RUNS_VARIABLE, FILMS_VARIABLE)))

    def film(self, path: Path) -> Path | None:
        """The file at `path` with links resolved, where it lies below a folder of films; None for any other."""
        try:
            real = path.resolve(strict=True)
        except (OSError, RuntimeError, ValueError):
            return None
        inside = any(real.is_relative_to(folder) for folder in self.films)
        return real if inside and real.is_file() else None


def _folders(text: str) -> tuple[Path, ...]:
    return tuple(Path(part).expanduser().resolve() for part in text.split(os.pathsep) if part.strip())
