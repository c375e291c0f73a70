"""Run a method over a data set, film by film; finished films are not run again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, replace

from spinefm.core.foreign import reason_of
from spinefm.data import Case, Dataset, Skipped, read_or_skip
from spinefm.data.names import Names
from spinefm.evaluation.checksums import film_checksum, truth_checksum
from spinefm.evaluation.drawing import preview
from spinefm.evaluation.edges import edge_share, windowed
from spinefm.evaluation.judge import Judged, judge
from spinefm.evaluation.measured import measured
from spinefm.evaluation.results import FilmResult
from spinefm.evaluation.runs import Plan, RunError, RunFolder
from spinefm.imaging.decoded import scale_fault
from spinefm.imaging.radiograph import Polarity, Radiograph, UnreadableFilm, read
from spinefm.methods import CannotStart, Method, film_record, quarters
from spinefm.trace.model import Trace
from spinefm.trace.registry import Event


@dataclass(frozen=True)
class Progress:
    """One more film: how many are done, and the estimated seconds for the rest (None: unknown)."""

    done: int
    total: int
    film: str
    outcome: FilmResult | Skipped
    fresh: bool
    seconds_left: float | None


def _go_on() -> None:
    """Never ends an evaluation."""


@dataclass(frozen=True)
class Pace:
    """How an evaluation shares the networks with others.

    turn: held while they work, and only then. check: called before each film and at each event; raises to end it.
    """

    turn: Callable[[], AbstractContextManager[None]] = nullcontext
    check: Callable[[], None] = _go_on


def evaluate(
    dataset: Dataset, method: Method, folder: RunFolder, plan: Plan, pace: Pace | None = None
) -> Iterator[Progress]:
    """Evaluate every film that is not done, or whose file or truth is another one since, in order.

    Raises RunError if the folder holds another run or cannot be written, and what `pace.check` raises.
    """
    folder.begin(plan)
    pace = pace or Pace()
    start, fresh = time.monotonic(), 0
    for index, name in enumerate(dataset.names, start=1):
        pace.check()
        case = _case(dataset, name, plan)
        result = _done(case, folder) if isinstance(case, Case) else None
        outcome = result or _evaluate_one(case, method, folder, plan, pace)
        fresh += result is None
        left = (time.monotonic() - start) / fresh * (len(dataset.names) - index) if fresh else None
        yield Progress(index, len(dataset.names), name, outcome, result is None, left)


def _case(dataset: Dataset, name: str, plan: Plan) -> Case | Skipped:
    """The case of a name as it is scored, or why it has none."""
    case = read_or_skip(dataset, name)
    return _as_complete(case) if plan.complete and isinstance(case, Case) else case


def _done(case: Case, folder: RunFolder) -> FilmResult | None:
    """The stored result of a case; None where there is none, or it is of another film or truth of that name."""
    result = folder.done(case.name)
    if result is None or result.row.truth_sha256 != truth_checksum(case):
        return None
    try:
        return result if result.row.film_sha256 == film_checksum(case) else None
    except OSError:  # reading it says what is wrong
        return None


def _evaluate_one(
    case: Case | Skipped, method: Method, folder: RunFolder, plan: Plan, pace: Pace
) -> FilmResult | Skipped:
    """One film's stored result, or why it was left out. A program error on one film does not stop the others."""
    if isinstance(case, Skipped):
        return case
    check = _NotedCheck(pace.check)
    try:
        film = read(case.source, f"{case.name}{case.film.suffix}", _polarity(plan.polarity))
        _check_size(case, film)
        _check_scale(case)
        return _scored(case, film, method, folder, replace(pace, check=check))
    except Exception as error:
        if isinstance(error, RunError) or error is check.raised:
            raise
        return Skipped(case.name, _why_skipped(error))


class _NotedCheck:
    """A pace's check, and what it raised: that ends the evaluation and is no fault of the film."""

    def __init__(self, check: Callable[[], None]) -> None:
        self._check = check
        self.raised: Exception | None = None

    def __call__(self) -> None:
        try:
            self._check()
        except Exception as error:
            self.raised = error
            raise


def _why_skipped(error: Exception) -> str:
    if isinstance(error, UnreadableFilm):
        return f"The film cannot be read: {error}"
    return f"The program failed on this film ({type(error).__name__}: {reason_of(error)}); report it."


def _scored(case: Case, film: Radiograph, method: Method, folder: RunFolder, pace: Pace) -> FilmResult:
    """The result of one film, kept; film and truth are both rotated upright where the method is sure how they lie."""
    with pace.turn():
        turns = quarters(method, film)
    upright, film = case.rotated(turns, film.size), film.rotated(turns)
    result, trace = evaluate_film(upright, film, method, pace)
    result = replace(result, row=replace(result.row, truth_sha256=truth_checksum(case)))  # as it was drawn
    measures = measured(upright, trace, film, spacing_of(case, film))
    folder.keep(result, trace, preview(film), case.left_out, measures)
    return result


def _check_size(case: Case, film: Radiograph) -> None:
    """Raises UnreadableFilm where the truth was drawn on a film of another size."""
    if case.size is not None and case.size != film.size:
        drawn, read_as = (f"{width} x {height}" for width, height in (case.size, film.size))
        raise UnreadableFilm(f"its label is drawn on {drawn} pixels, but the film has {read_as}; fix the label.")


def _check_scale(case: Case) -> None:
    """Raises UnreadableFilm where the data set states a scale that no film has: measures would be in another unit."""
    fault = "" if case.spacing_mm is None else scale_fault(case.spacing_mm)
    if fault:
        raise UnreadableFilm(f"its data set states a wrong scale. {fault}")


def evaluate_film(case: Case, film: Radiograph, method: Method, pace: Pace | None = None) -> tuple[FilmResult, Trace]:
    """Run the method on one film as it lies and compare it with the truth; if no run can start, nothing is found."""
    events: list[Event] = []
    failure = ""
    pace = pace or Pace()
    try:
        with pace.turn():
            for event in method.run(film):
                events.append(event)
                pace.check()
    except CannotStart as error:
        failure = str(error)
    trace = Trace.from_events(film_record(film), method.name, method.settings, events)
    seen = windowed(film.pixels)
    edges = {level: edge_share(seen, body) for level, body in case.truth.bodies.items()}
    return judge(Judged(case, trace, spacing_of(case, film), failure, edges)), trace


def spacing_of(case: Case, film: Radiograph) -> float | None:
    """The mm per pixel that the data set states, or else the film."""
    return case.spacing_mm or (film.spacing.mm if film.spacing else None)


def _as_complete(case: Case) -> Case:
    """The case with a truth that the user says is complete; one whose label of a level cannot be used is not."""
    if any(_may_be_body(one) for one in case.left_out):
        return case
    return replace(case, truth=replace(case.truth, complete=True))


def _may_be_body(left: Skipped) -> bool:
    """Whether a label that was left out names a body, or was left out for a word that may mean one."""
    named = Names().read(left.label)
    return named.level is not None or (named.doubted is not None and named.why == left.why)


def _polarity(name: str) -> Polarity:
    match name:
        case "keep" | "invert":
            return name
    return "auto"
