"""A run of a method on a data set as a folder: what was run, and per film a result, a trace and a preview.

    run.json                what was run on what; never written twice
    results/<film>.json     figures and outlines; its existence means that the film is done
    traces/<film>.json.gz   the whole trace, for the player
    previews/<film>.jpg     the film, small
    measures/<film>.json.gz measures of the truth and of the run; not in evaluations made before they were kept
    left_out/<film>.json    labels that are not in the truth, and why; only where there are any
    *.csv *.parquet …       the tables, made of the results when all films are done

Every file appears complete or not at all, so a run that was killed continues where it stopped.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from urllib.parse import quote

from spinefm import __version__
from spinefm.core import files
from spinefm.core.foreign import InputError, foreign_input, gunzip, json_of, read_bytes, read_json
from spinefm.data import Skipped
from spinefm.evaluation.measured import ComparedMeasure, packed, unpacked
from spinefm.evaluation.results import FilmResult
from spinefm.evaluation.stored import check_masks
from spinefm.evaluation.titles import method_title
from spinefm.imaging.radiograph import current_polarity
from spinefm.trace.model import MOST_TRACE_BYTES, Setting, Trace
from spinefm.trace.registry import EVENTS

PLAN = "run.json"
PARTS = ("results", "traces", "previews", "measures", "left_out")
"""The folders of a run."""
MOST_RESULT_BYTES, MOST_PREVIEW_BYTES = 16 << 20, 8 << 20
MOST_MEASURE_BYTES = 8 << 20


class RunError(InputError):
    """A run's folder cannot be used; the text says why and what to do."""


@dataclass(frozen=True)
class Plan:
    """The method, weights and films of a run; two runs with the same plan give the same tables.

    labels: what the user said about names and ids of labels.
    """

    dataset: str
    root: str
    split: str
    method: str
    bundle: str
    checksums: Mapping[str, str]
    settings: Mapping[str, Setting]
    polarity: str
    complete: bool
    labels: str = ""
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

        Raises RunError where the folder holds another run, results without the plan that made them, or other files.
        """
        self._make()
        stored = self.path / PLAN
        if stored.exists():
            different = _differences(self.plan(), plan)
            if different:
                raise RunError(
                    f"{self.path} holds a run with another {', '.join(different)}; remove it or choose another --out."
                )
            return
        if any(path.name not in PARTS for path in self.path.iterdir()):
            raise RunError(f"{self.path} contains files that are not an evaluation; choose another --out.")
        if any(next((self.path / part).iterdir(), None) for part in PARTS):
            raise RunError(
                f"{self.path} contains results without {PLAN}, so what made them is not known; choose another --out."
            )
        write_whole(stored, plan.to_json().encode())

    def _make(self) -> None:
        try:
            for part in PARTS:
                (self.path / part).mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise RunError(f"{self.path} cannot be created ({error.strerror}); choose another --out.") from error

    def plan(self) -> Plan:
        """The plan of the run. Raises RunError for a folder that holds no run."""
        stored = self.path / PLAN
        if not stored.is_file():
            raise RunError(f"{self.path} contains no evaluation (no {PLAN}); choose the folder given as --out.")
        with foreign_input(
            lambda reason: RunError(f"{stored} is damaged ({reason}); evaluate again into another folder.")
        ):
            return _plan_of(read_json(stored))

    def done(self, film: str) -> FilmResult | None:
        """A film's result, or None where it has none that is whole."""
        try:
            return FilmResult.from_json(read_bytes(self._file("results", film, "json"), MOST_RESULT_BYTES))
        except (OSError, ValueError):
            return None

    def keep(
        self,
        result: FilmResult,
        trace: Trace,
        preview: bytes,
        left_out: Sequence[Skipped] = (),
        measures: Sequence[ComparedMeasure] = (),
    ) -> None:
        """Write what is kept of a film, the result last. Raises RunError where it cannot be written."""
        film = result.row.film
        self.keep_measures(film, measures)
        write_whole(self._file("traces", film, "json.gz"), gzip.compress(trace.to_json().encode(), mtime=0))
        write_whole(self._file("previews", film, "jpg"), preview)
        labels = self._file("left_out", film, "json")
        labels.unlink(missing_ok=True)  # of an earlier truth
        if left_out:
            write_whole(labels, json.dumps([asdict(one) for one in left_out]).encode())
        write_whole(self._file("results", film, "json"), result.to_json().encode())

    def keep_measures(self, film: str, rows: Sequence[ComparedMeasure]) -> None:
        """Write a film's measures. Raises RunError where they cannot be written."""
        path = self._file("measures", film, "json.gz")
        path.parent.mkdir(exist_ok=True)
        write_whole(path, packed(rows))

    def measures(self, film: str) -> tuple[ComparedMeasure, ...] | None:
        """A film's measures; None where none were kept. Raises RunError where they are damaged."""
        path = self._file("measures", film, "json.gz")
        with foreign_input(lambda reason: RunError(f"The measures of {film} are damaged ({reason}); evaluate again.")):
            if not path.is_file():
                return None
            return unpacked(gunzip(read_bytes(path, MOST_MEASURE_BYTES), MOST_MEASURE_BYTES))

    def left_out(self, films: Iterable[str]) -> list[Skipped]:
        """The labels of `films` that are not in the truth. Raises RunError where a list is damaged."""
        found: list[Skipped] = []
        for path in (self._file("left_out", film, "json") for film in films):
            if path.is_file():
                with foreign_input(lambda reason: RunError(f"The list of labels left out is damaged ({reason}).")):
                    found += [Skipped(**one) for one in read_json(path)]
        return found

    def trace(self, film: str) -> Trace:
        """A film's trace. Raises RunError where it is not there, damaged, or larger than any trace."""
        sentence = f"The trace of {film} cannot be shown"
        with foreign_input(lambda reason: RunError(f"{sentence} ({reason}); evaluate the film again.")):
            packed = read_bytes(self._file("traces", film, "json.gz"), MOST_TRACE_BYTES)
            content = gunzip(packed, MOST_TRACE_BYTES)
            check_masks(json_of(content))
            return Trace.from_json(content)

    def preview(self, film: str) -> bytes | None:
        """A film's small picture as JPEG, or None."""
        path = self._file("previews", film, "jpg")
        with foreign_input(lambda reason: RunError(f"The picture of {film} cannot be shown ({reason}).")):
            return read_bytes(path, MOST_PREVIEW_BYTES) if path.is_file() else None

    def _file(self, part: str, film: str, suffix: str) -> Path:
        """A film's file, in the part's folder whatever the film's name."""
        return self.path / part / f"{quote(film, safe='', errors='surrogateescape')}.{suffix}"


def _plan_of(raw: Mapping[str, object]) -> Plan:
    """A plan from JSON, by the names of today. Raises TypeError or ValueError for what is none."""
    plan = Plan(**raw)  # type: ignore[arg-type]
    words = (plan.dataset, plan.root, plan.split, plan.method, plan.bundle, plan.polarity, plan.labels, plan.version)
    if not all(isinstance(word, str) for word in words) or not isinstance(plan.settings, dict):
        raise ValueError("an entry has the wrong type")
    settings = EVENTS.current_names(plan.method, plan.settings)
    return replace(plan, polarity=current_polarity(plan.polarity), settings=settings)


def _differences(stored: Plan, plan: Plan) -> list[str]:
    """The names of the fields in which two plans differ; the path of the data set does not count."""
    old, new = asdict(stored), json.loads(plan.to_json())
    return [name for name in new if name != "root" and old[name] != new[name]]


def write_whole(path: Path, content: bytes) -> None:
    """Write a file of a run, whole or not at all. Raises RunError where it cannot be written, as on a full disk."""
    try:
        files.write_whole(path, content)
    except OSError as error:
        raise RunError(
            f"{path.name} cannot be written ({error.strerror}): free space and evaluate again; finished films are kept."
        ) from error
