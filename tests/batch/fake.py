"""A segmenter without networks: what it finds follows from the film's name and size, and some names end badly."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from spinefm.batch.folder import BatchFolder
from spinefm.batch.manifest import FilmEntry, sorted_entries
from spinefm.batch.plan import BatchPlan, RunRules
from spinefm.batch.run import plan_of
from spinefm.batch.sources import entries_of
from spinefm.batch.worker import BatchJob
from spinefm.imaging.radiograph import Radiograph
from spinefm.methods import CannotStart, FilmOutcome
from spinefm.trace.model import Trace
from tests.export.handmade import handmade_trace, named_vertebrae, square_vertebra, unnamed_vertebrae

CUT_OFF = b"\x89PNG\r\n\x1a\n"
"""A picture that ends after its mark."""
RULES = RunRules(
    method="spinefm",
    bundle="compact",
    checksums={"med_sa": "ab" * 32},
    preset="tuned",
    settings={"overlap_limit": 0.1},
    device="cpu",
    precision="float32",
)


@dataclass(frozen=True)
class FakeSegmenter:
    """Segments films by name; `pause` seconds each. A film named `killer…` kills its process, `killer-once…` one.

    A film named `endless…` never ends.
    """

    pause: float = 0.0
    scratch: Path | None = None

    def segment_many(self, films: Iterable[Radiograph]) -> Iterator[FilmOutcome]:
        """What becomes of each film, in order."""
        for film in films:
            time.sleep(self.pause)
            yield self._segment(film)

    def _segment(self, film: Radiograph) -> FilmOutcome:
        name = film.provenance.name
        if name.startswith("hopeless"):
            return FilmOutcome(film, None, CannotStart("No vertebra was found: click three neighbouring ones."))
        if name.startswith("bug"):
            return FilmOutcome(film, None, ZeroDivisionError(f"division by zero in /srv/{name}"))
        if name.startswith("endless"):
            time.sleep(3600)
        if name.startswith("killer") and self._first_of(name):
            os.kill(os.getpid(), signal.SIGKILL)
        return FilmOutcome(film, trace_of(film))

    def _first_of(self, name: str) -> bool:
        """Whether a killer strikes: always, or only the first time in this scratch folder."""
        if not name.startswith("killer-once") or self.scratch is None:
            return True
        try:
            (self.scratch / name).touch(exist_ok=False)
        except FileExistsError:
            return False
        return True


class FaultySegmenter(FakeSegmenter):
    """Its device has no room for films named `vast…`, and answers nothing more after the first one named `fault…`.

    That one strikes in one process only: it leaves a mark in the scratch folder.
    """

    lost = False

    def _segment(self, film: Radiograph) -> FilmOutcome:
        name = film.provenance.name
        if name.startswith("fault") and self.scratch and not (self.scratch / name).exists():
            (self.scratch / name).touch()
            type(self).lost = True
        if self.lost:
            return FilmOutcome(film, None, torch.AcceleratorError("CUDA error: an illegal memory access"))
        if name.startswith("vast"):
            return FilmOutcome(film, None, torch.OutOfMemoryError("CUDA out of memory."))
        return super()._segment(film)


@dataclass(frozen=True)
class FakeLoader:
    """A loader of fakes."""

    pause: float = 0.0
    scratch: Path | None = None
    device: str = "cpu"

    def load(self, device: str | None = None) -> FakeSegmenter:
        """A new fake."""
        return FakeSegmenter(self.pause, self.scratch)


def trace_of(film: Radiograph) -> Trace:
    """A trace whose bodies depend on the film's size and name."""
    name = film.provenance.name
    vertebrae = unnamed_vertebrae() if "unnamed" in name else named_vertebrae()
    moved = [
        square_vertebra(one.number, one.name, one.level_id, 5 + 31 * index, one.level)
        for index, one in enumerate(vertebrae)
    ]
    count = 1 + sum(name.encode()) % len(moved)
    made = handmade_trace(tuple(moved[:count]), name=name)
    return Trace(
        film=type(made.film)(name, film.size, made.film.spacing_mm, made.film.spacing_source),
        method=made.method,
        settings=made.settings,
        events=made.events,
    )


def write_films(folder: Path, names: Iterable[str]) -> list[Path]:
    """A small grey film for each name, of 120 x 160 pixels; those named `broken…` are no pictures."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / name for name in names]
    for path in paths:
        shade = 100 + sum(path.name.encode()) % 100
        wedge = np.add.outer(np.linspace(0, 50, 160), np.linspace(0, shade, 120)).astype(np.uint8)
        path.write_bytes(CUT_OFF) if path.name.startswith("broken") else Image.fromarray(wedge).save(path)
    return paths


def many_names(count: int) -> list[str]:
    """Names of films of every kind: most are well, some cannot be read, started on or run, some have no levels."""
    kinds = ["film", "film", "unnamed", "film", "broken", "film", "hopeless", "film", "bug", "film"]
    return [f"{kinds[index % len(kinds)]}-{index:03d}.png" for index in range(count)]


def entries(folder: Path) -> list[FilmEntry]:
    """The manifest of a folder of films."""
    return sorted_entries(entries_of([folder]))


def job_of(films: Path, out: Path, loader: FakeLoader = FakeLoader(), **plan: int) -> BatchJob:
    """A batch of a folder of films, begun in `out`; `plan` as in `plan_of`."""
    found = entries(films)
    folder = BatchFolder(out)
    known: BatchPlan = folder.begin(plan_of(found, RULES, **{"spread": 1, "together": 2, **plan}), found)
    return BatchJob(folder, known, loader)


def tables(folder: Path) -> dict[str, bytes]:
    """The files of the merged tables."""
    return {path.name: path.read_bytes() for path in sorted((folder / "merged").iterdir())}
