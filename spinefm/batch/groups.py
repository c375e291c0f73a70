"""The films of a group: read, segmented together, and turned into rows; an error of a film is its row."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from spinefm.batch.errors import DeviceLost
from spinefm.batch.manifest import FilmEntry
from spinefm.batch.plan import RunRules
from spinefm.batch.rows import FilmRows, failed_rows, rows_of, sentence_of
from spinefm.batch.segmenter import Segmenter
from spinefm.batch.sources import read_entry
from spinefm.core.machine import is_device_fault
from spinefm.imaging.radiograph import Radiograph
from spinefm.methods import FilmOutcome

MOST_GROUP_PIXELS = 320_000_000
"""Pixels of the films that are in memory at once: larger films advance in smaller groups."""


@dataclass(frozen=True)
class FilmTiming:
    """Seconds that a film took: to be read, in its run (0 where it did not finish), and to become rows."""

    id: str
    status: str
    read: float
    run: float
    rows: float


@dataclass(frozen=True, eq=False)
class ReadFilm:
    """A film of a group as it was read, or the rows of one that could not be; `seconds` that this took."""

    entry: FilmEntry
    film: Radiograph | None
    failed: FilmRows | None
    seconds: float


def group_rows(
    entries: Sequence[FilmEntry], segmenter: Segmenter, rules: RunRules, left_out: Mapping[str, str]
) -> Iterator[tuple[FilmRows, FilmTiming]]:
    """The rows of each film of a group, in order, and the seconds it took. Raises DeviceLost.

    left_out: id -> the sentence of a film that is not run.
    """
    for part in _in_memory(_read(entry, rules, left_out) for entry in entries):
        outcomes = iter(outcomes_of(segmenter, [one.film for one in part if one.film is not None]))
        for one in part:
            yield _finished(one, None if one.film is None else next(outcomes), rules)


def outcomes_of(segmenter: Segmenter, films: Sequence[Radiograph]) -> list[FilmOutcome]:
    """What becomes of each film; where they cannot be run together, each is run alone, and has its own error.

    Raises DeviceLost where the error of one is the device's.
    """
    try:
        return [_own(outcome) for outcome in segmenter.segment_many(films)]
    except DeviceLost:
        raise
    except Exception:  # noqa: BLE001 (the film whose error it is gets it as its row)
        return [_own(_alone(segmenter, film)) for film in films]


def _alone(segmenter: Segmenter, film: Radiograph) -> FilmOutcome:
    try:
        return next(iter(segmenter.segment_many([film])))
    except Exception as error:  # noqa: BLE001 (it becomes the film's row)
        return FilmOutcome(film, None, error)


def _own(outcome: FilmOutcome) -> FilmOutcome:
    """The outcome, where its error is its film's own. Raises DeviceLost: the row of a film is never written again."""
    if outcome.error is not None and is_device_fault(outcome.error):
        raise DeviceLost(f"The device failed ({' '.join(str(outcome.error).split())[:200]}).") from outcome.error
    return outcome


def _read(entry: FilmEntry, rules: RunRules, left_out: Mapping[str, str]) -> ReadFilm:
    film, failed = None, None
    start = time.perf_counter()
    if entry.id in left_out:
        failed = failed_rows(entry, left_out[entry.id])
    else:
        try:
            film = read_entry(entry, rules.polarity)
        except Exception as error:  # noqa: BLE001 (it becomes the film's row)
            failed = failed_rows(entry, sentence_of(error))
    return ReadFilm(entry, film, failed, time.perf_counter() - start)


def _in_memory(films: Iterator[ReadFilm]) -> Iterator[list[ReadFilm]]:
    """The films in parts that fit into memory together."""
    part: list[ReadFilm] = []
    pixels = 0
    for one in films:
        size = one.film.pixels.size if one.film else 0
        if part and pixels + size > MOST_GROUP_PIXELS:
            yield part
            part, pixels = [], 0
        part.append(one)
        pixels += size
    yield part


def _finished(one: ReadFilm, outcome: FilmOutcome | None, rules: RunRules) -> tuple[FilmRows, FilmTiming]:
    start = time.perf_counter()
    rows = one.failed or _rows(one.entry, outcome, rules)
    run = outcome.trace.finished if outcome and outcome.trace else None
    seconds = run.seconds.get("total", 0.0) if run else 0.0
    timing = FilmTiming(one.entry.id, str(rows.film["status"]), one.seconds, seconds, time.perf_counter() - start)
    return rows, timing


def _rows(entry: FilmEntry, outcome: FilmOutcome | None, rules: RunRules) -> FilmRows:
    assert outcome is not None
    try:
        return rows_of(entry, outcome, rules.facing, rules.spacing_mm)
    except Exception as error:  # noqa: BLE001 (it becomes the film's row)
        return failed_rows(entry, sentence_of(error), outcome.film)
