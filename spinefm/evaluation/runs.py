"""A run of a method on a data set as a folder: what was run, and per film a result, a trace and a preview.

    run.json                what was run on what; never written twice
    results/<film>.json     figures and outlines; its existence means that the film is done
    traces/<film>.json.gz   the whole trace, for the player
    previews/<film>.jpg     the film, small
    *.csv *.parquet …       the tables, made of the results when all films are done

Every file appears complete or not at all, so a run that was killed continues where it stopped.
"""

from __future__ import annotations

import gzip
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from urllib.parse import quote
from uuid import uuid4

from spinefm import __version__
from spinefm.evaluation.results import FilmResult
from spinefm.evaluation.titles import method_title
from spinefm.trace.model import Setting, Trace

PLAN = "run.json"


class RunError(ValueError):
    """A run's folder cannot be used; the text says why and what to do."""


@dataclass(frozen=True)
class Plan:
    """The method, weights and films of a run; two runs with the same plan give the same tables."""

    dataset: str
    root: str
    split: str
    method: str
    bundle: str
    checksums: Mapping[str, str]
    settings: Mapping[str, Setting]
    polarity: str
    complete: bool
    version: str = __version__

    def to_json(self) -> str:
        """The plan as JSON."""
        return json.dumps(asdict(self), indent=2, ensure_ascii=False, sort_keys=True) + "\n"

    @property
    def title(self) -> str:
        """One line: data set, split, method and bundle."""
        split = f" ({self.split})" if self.split else ""
        return f"{self.dataset}{split} · {method_title(self.method, self.bundle)} · {self.bundle}"


@dataclass(frozen=True)
class RunFolder:
    """The files of a run."""

    path: Path

    def begin(self, plan: Plan) -> None:
        """Write the plan, or check that it is the one of the films that are done.

        Raises RunError where the folder holds another run, or files that are none.
        """
        self._make()
        stored = self.path / PLAN
        if stored.exists():
            different = _differences(self.plan(), plan)
            if different:
                raise RunError(
                    f"{self.path} holds a run with another {', '.join(different)}; choose another --out, or remove it."
                )
            return
        if any(path.name not in ("results", "traces", "previews") for path in self.path.iterdir()):
            raise RunError(f"{self.path} holds files that are no evaluation; choose another --out.")
        write_whole(stored, plan.to_json().encode())

    def _make(self) -> None:
        try:
            for part in ("results", "traces", "previews"):
                (self.path / part).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise RunError(f"{self.path} cannot be made ({error.strerror}); choose another --out.") from error

    def plan(self) -> Plan:
        """The plan of the run. Raises RunError for a folder that holds no run."""
        try:
            return Plan(**json.loads((self.path / PLAN).read_text(encoding="utf-8")))
        except FileNotFoundError as error:
            raise RunError(f"{self.path} holds no evaluation (no {PLAN}); choose the folder given as --out.") from error
        except (OSError, ValueError, TypeError) as error:
            raise RunError(f"{self.path / PLAN} is damaged ({error}); evaluate into another folder.") from error

    def done(self, film: str) -> FilmResult | None:
        """A film's result, or None where it has none that is whole."""
        try:
            return FilmResult.from_json(self._file("results", film, "json").read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return None

    def keep(self, result: FilmResult, trace: Trace, preview: bytes) -> None:
        """Write what is kept of a film, the result last."""
        film = result.row.film
        write_whole(self._file("traces", film, "json.gz"), gzip.compress(trace.to_json().encode(), mtime=0))
        write_whole(self._file("previews", film, "jpg"), preview)
        write_whole(self._file("results", film, "json"), result.to_json().encode())

    def trace(self, film: str) -> Trace:
        """A film's trace. Raises RunError where it is not there or damaged."""
        try:
            return Trace.from_json(gzip.decompress(self._file("traces", film, "json.gz").read_bytes()))
        except (OSError, EOFError, ValueError) as error:
            raise RunError(f"The trace of {film} is missing or damaged; evaluate the film again.") from error

    def preview(self, film: str) -> bytes | None:
        """A film's small picture as JPEG, or None."""
        path = self._file("previews", film, "jpg")
        return path.read_bytes() if path.is_file() else None

    def _file(self, part: str, film: str, suffix: str) -> Path:
        """A film's file, in the part's folder whatever the film's name."""
        return self.path / part / f"{quote(film, safe='')}.{suffix}"


def _differences(stored: Plan, plan: Plan) -> list[str]:
    """The names of the fields in which two plans differ; the path of the data set does not count."""
    old, new = asdict(stored), json.loads(plan.to_json())
    return [name for name in new if name != "root" and old[name] != new[name]]


def write_whole(path: Path, content: bytes) -> None:
    """Write a file that is complete whenever it is there, also after a crash of the machine."""
    partial = path.with_name(f".{uuid4().hex}.partial")
    try:
        with partial.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
