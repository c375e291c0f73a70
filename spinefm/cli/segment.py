"""`spinefm segment`: films in, a folder of results per film out."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from spinefm.cli.exits import DONE, SOME_FAILED, WrongCall, make_folder
from spinefm.cli.jobs import FilmJob, is_done, numbered_text, plan_jobs, refuse_taken_since
from spinefm.cli.options import (
    GivenPath,
    Millimetres,
    Pixel,
    RunOptions,
    films_only,
    load_method,
    out_option,
    run_options,
)
from spinefm.cli.progress import progress_bar
from spinefm.core.result_names import REPORT
from spinefm.core.words import counted

if TYPE_CHECKING:
    from spinefm.core.geometry import Point
    from spinefm.imaging.radiograph import Polarity, Radiograph
    from spinefm.measure import Facing
    from spinefm.methods import Method
    from spinefm.trace.model import Trace
    from spinefm.trace.registry import Event


@dataclass(frozen=True)
class Known:
    """What the caller knows of all films: facing and millimetres per pixel; None where each film's own count.

    report: whether each result gets its report on one page.
    """

    facing: Facing | None = None
    spacing: float | None = None
    report: bool = False


@click.command(name="segment")
@click.argument("films", type=GivenPath(), nargs=-1, required=True, metavar="FILM…", callback=films_only)
@out_option("Results go to DIR/<film's name>/.")
@click.option(
    "--seeds",
    "starting_points",
    type=Pixel(),
    nargs=3,
    metavar="X,Y X,Y X,Y",
    help="Three neighbouring vertebrae of one film.",
)
@click.option(
    "--facing", type=click.Choice(["left", "right"]), help="Side the patient faces (default: estimated per film)."
)
@click.option("--spacing", type=Millimetres(), metavar="MM", help="Millimetres per pixel (default: the film's own).")
@click.option("--report", is_flag=True, help="Add each result's report on one page, report.pdf and report.html.")
@click.option("--resume", is_flag=True, help="Leave out films whose result is there already.")
@run_options
def command(
    films: Sequence[Path],
    out: Path,
    starting_points: tuple[tuple[float, float], ...] | None,
    facing: Facing | None,
    spacing: float | None,
    report: bool,
    resume: bool,
    run: RunOptions,
) -> int:
    """Segment and name the vertebrae on films.

    FILM is a PNG, JPEG, TIFF, BMP, DICOM or NIfTI file, or a folder of them. A film that fails leaves an error.json
    with one sentence, and the others go on. Several films leave index.html, a sheet of all results in DIR.
    """
    say_passed_over(films)
    planned = plan_jobs(list_films(films), out)
    done = {job for job in planned if is_done(job)} if resume else set()
    jobs = [job for job in planned if job not in done]
    if starting_points and len(jobs) != 1:
        raise WrongCall(f"--seeds are places on one film, and there are {len(jobs)}; give one film at a time.")
    method, bundle = load_method(run, _points(starting_points))
    if done:
        say_made_otherwise(done, method, bundle.checksums)
    sys.stderr.write(numbered_text(jobs))
    make_folder(out)
    try:
        failed = segment_films(jobs, method, run.polarity, Known(facing, spacing, report))
    finally:  # an interrupted run too leaves the sheet of what it finished
        if len(planned) > 1 or any(path.is_dir() for path in films if "\0" not in str(path)):
            _write_sheet(out)
    before = f", {len(planned) - len(jobs)} done before" if resume else ""
    place = f"result in {planned[0].folder}" if len(planned) == 1 else f"results in {out}"
    sys.stdout.write(f"{len(jobs) - failed} of {counted(len(jobs), 'film')} done, {failed} failed{before}; {place}\n")
    return SOME_FAILED if failed else DONE


def say_made_otherwise(done: Collection[FilmJob], method: Method, checksums: Mapping[str, str]) -> None:
    """Say how many results that are kept are of another method, other settings or other weights than this run's."""
    from spinefm.core.foreign import read_json

    wanted = method.name, dict(method.settings), dict(checksums)
    reports = [read_json(job.folder / REPORT) for job in done]
    others = sum(tuple(map(one.get, ("method", "settings", "checksums_sha256"))) != wanted for one in reports)
    if others:
        sys.stderr.write(
            f"{others} of {counted(len(done), 'result')} done before {'is' if others == 1 else 'are'} of another "
            "method, other settings or other weights; none is replaced unless --resume is left out.\n"
        )


def _write_sheet(out: Path) -> None:
    """The sheet of all results in `out`; why there is none is said, the results count."""
    from spinefm.export.errors import ExportError
    from spinefm.export.sheet import write_sheet

    try:
        write_sheet(out)
    except ExportError as error:
        sys.stderr.write(f"{error}\n")


def segment_films(jobs: Sequence[FilmJob], method: Method, polarity: Polarity, known: Known = Known()) -> int:
    """Segment film after film with a progress bar; returns how many failed."""
    failed = 0
    with progress_bar(len(jobs), "film") as bar:
        for job in jobs:
            sentence = segment_film(job, method, polarity, _show(bar, job.film.name), known)
            if sentence:
                failed += 1
                bar.write(f"{job.film}: {sentence}", file=sys.stderr)
            bar.update()
    return failed


def list_films(paths: Iterable[Path]) -> list[Path]:
    """The films named by `paths`: a folder gives the films in and below it, a DICOMDIR those it names.

    What is no folder gives itself, so that reading it says what is wrong with it.

    Raises:
        WrongCall: a folder may not be listed or contains no films.
    """
    from spinefm.imaging.listing import ListingError, films_of

    films: list[Path] = []
    for path in paths:
        try:
            found = films_of(path)
            if not found and os.path.isdir(path):  # not Path.is_dir: impossible names are no folders
                raise WrongCall(f"{path} contains no films; check the folder.")
            films += found or [path]
        except ListingError as error:
            raise WrongCall(str(error)) from error
        except ValueError:  # a NUL in the name: reading it says what is wrong
            films.append(path)
    return films


def say_passed_over(paths: Iterable[Path]) -> None:
    """Say which files of folders give no films though they might hold some."""
    from spinefm.imaging.listing import passed_over

    for path in paths:
        if os.path.isdir(path) and (sentence := passed_over(path)):  # not Path.is_dir: impossible names are no folders
            sys.stderr.write(f"{sentence}\n")


def segment_film(
    job: FilmJob, method: Method, polarity: Polarity, on_event: Callable[[Event], None], known: Known = Known()
) -> str | None:
    """Read, segment and write one film; returns None, or the sentence that its `error.json` holds too.

    An error of the program on one film does not stop the others: its traceback goes into `error.json`.
    """
    from spinefm.export.errors import ExportError
    from spinefm.imaging.radiograph import UnreadableFilm, read
    from spinefm.methods import CannotStart, run_to_trace, upright

    try:
        film = upright(method, read(job.film, polarity=polarity))
        _write_result(job, run_to_trace(method, film, on_event), film, known)
    except (UnreadableFilm, CannotStart) as error:
        return _record_failure(job, str(error), None)
    except ExportError as error:
        return str(error)
    except Exception as error:  # noqa: BLE001 (recorded in full, and reported)
        sentence = f"The program failed on this film ({type(error).__name__}: {error}); report it with error.json."
        return _record_failure(job, sentence, traceback.format_exc())
    return None


def _write_result(job: FilmJob, trace: Trace, film: Radiograph, known: Known) -> None:
    """Write a result with its thumbnail, and its report where one is wanted. Raises ExportError.

    A result whose measures the program failed at is written too, and says so.
    """
    from spinefm.export import write_result
    from spinefm.export.one_page import report_files
    from spinefm.export.sheet import THUMBNAIL, thumbnail
    from spinefm.measure import attempt

    measures = attempt(trace, known.facing, known.spacing, film)
    added = {THUMBNAIL: thumbnail(trace, film)} | (report_files(trace, film, measures) if known.report else {})
    refuse_taken_since(job, film.provenance.sha256)
    write_result(job.folder, trace, film, measures, added)
    for sentence in measures.warnings:
        sys.stderr.write(f"{job.film}: {sentence}\n")


def _record_failure(job: FilmJob, sentence: str, detail: str | None) -> str:
    from spinefm.export import ExportError, write_error

    try:
        write_error(job.folder, job.film.name, sentence, detail)
    except ExportError as error:
        return f"{sentence} Its error.json is missing: {error}"
    return sentence


def _points(pairs: Sequence[tuple[float, float]] | None) -> list[Point] | None:
    from spinefm.core.geometry import Point

    return [Point(x, y) for x, y in pairs] if pairs else None


def _show(bar: Any, name: str) -> Callable[[Event], None]:
    """A listener that shows on the bar which film is running and how many vertebrae it has so far."""
    found: frozenset[int] = frozenset()
    bar.set_postfix_str(name)

    def listen(event: Event) -> None:
        nonlocal found
        before, found = found, _found_after(found, event)
        if found != before:
            bar.set_postfix_str(f"{name}: {counted(len(found), 'vertebra', 'vertebrae')}")

    return listen


def _found_after(found: frozenset[int], event: Event) -> frozenset[int]:
    """The numbers of the vertebrae found after an event; the last events have the result's, without any given up."""
    from spinefm.trace.model import Finished, Named

    if isinstance(event, Finished):
        return frozenset(vertebra.number for vertebra in event.vertebrae)
    if isinstance(event, Named):
        return frozenset(event.vertebrae)
    number = getattr(event, "vertebra", None)  # a class's probability may be called so, too
    return found | {number} if isinstance(number, int) else found
