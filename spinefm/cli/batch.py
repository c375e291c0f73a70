"""`spinefm batch FILM… --out DIR`, and `batch status | resume | merge DIR`: many films, three tables.

Exit codes: 0 all films done, 1 some failed or the batch stopped, 2 a wrong call.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import wraps
from pathlib import Path
from typing import Any

import click

from spinefm.batch.errors import BatchError
from spinefm.batch.folder import BatchFolder
from spinefm.batch.local import default_workers
from spinefm.batch.manifest import sorted_entries
from spinefm.batch.merge import merge
from spinefm.batch.plan import RunRules
from spinefm.batch.run import ArrayPart, plan_of, refuse_other_rules, run_rest
from spinefm.batch.runners import RUNNERS, runner_of
from spinefm.batch.segmenter import Segmenter, WeightsLoader
from spinefm.batch.sources import entries_of
from spinefm.batch.status import failed_of, lines_of, status_of
from spinefm.batch.worker import BatchJob
from spinefm.cli.exits import DONE, SOME_FAILED, WrongCall, make_folder
from spinefm.cli.options import GivenPath, GivenText, Millimetres, RunOptions, Verb, films_only, out_option, run_options
from spinefm.cli.progress import progress_bar
from spinefm.cli.segment import say_passed_over
from spinefm.core.machine import DeviceError, use_one_thread
from spinefm.core.words import counted
from spinefm.imaging.radiograph import Polarity
from spinefm.measure import Facing
from spinefm.weights.manifest import BundleError

RUN = "run"
"""What `spinefm batch` does where no other word says otherwise."""


class FilmsOrWord(click.Group):
    """A group whose first word may be left out: `spinefm batch FILM… --out DIR` runs films."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put the word for running films before an option that is not the group's own."""
        if args and args[0].startswith("-") and args[0] not in ctx.help_option_names:
            args = [RUN, *args]
        return super().parse_args(ctx, args)

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """The command of the first word, that for running films where it is no command."""
        return super().resolve_command(ctx, args if args[0] in self.commands else [RUN, *args])


class PartOfArray(click.ParamType[ArrayPart]):
    """`I/N`, as part I of N."""

    name = "part"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> ArrayPart:
        """Read the two numbers."""
        if isinstance(value, ArrayPart):
            return value
        number, _, count = value.partition("/")
        if not (number.isdecimal() and count.isdecimal() and 1 <= int(number) <= int(count)):
            self.fail(f"{value!r} is not I/N: give 1/8 to 8/8 for the eight jobs of an array", param, ctx)
        return ArrayPart(int(number), int(count))


@click.group(name="batch", cls=FilmsOrWord, subcommand_metavar="FILM… --out DIR | status | resume | merge")
def command() -> None:
    """Segment many films into tables: films, vertebrae with masks, measures.

    `spinefm batch FILM… --out DIR` plans, runs and merges; `spinefm batch run --help` lists its options. It may be
    stopped or killed at any time: `spinefm batch resume DIR` continues it, and the tables are the same.
    """


_runner_options = (
    click.option(
        "--runner", type=click.Choice(list(RUNNERS)), default="local", show_default=True, help="What runs shards."
    ),
    click.option(
        "--workers",
        type=click.IntRange(min=1),
        metavar="N",
        help="Processes (default: one per core; on GPUs fewer if memory is short).",
    ),
    click.option(
        "--shard", "part", type=PartOfArray(), metavar="I/N", help="Compute part I of N only, and do not merge."
    ),
)


def _refusing(verb: Verb) -> Verb:
    """A verb whose `BatchError`, before anything is run, is a wrong call."""

    @wraps(verb)
    def refusing(**options: Any) -> int:
        try:
            return verb(**options)
        except BatchError as error:
            raise WrongCall(str(error)) from error

    return refusing


def _with(options: Sequence[Callable[[Verb], Verb]]) -> Callable[[Verb], Verb]:
    def added(verb: Verb) -> Verb:
        for option in reversed(options):
            verb = option(verb)
        return verb

    return added


@command.command(name=RUN)
@click.argument("films", type=GivenText(), nargs=-1, required=True, metavar="FILM…", callback=films_only)
@out_option("The batch, with its tables in DIR/merged/.")
@_with(_runner_options)
@click.option("--shard-size", type=click.IntRange(min=1), metavar="N", help="Most films in one shard (default: 256).")
@click.option("--together", type=click.IntRange(min=1), metavar="N", help="Films that advance at once in a process.")
@click.option(
    "--facing", type=click.Choice(["left", "right"]), help="Side the patient faces (default: estimated per film)."
)
@click.option("--spacing", type=Millimetres(), metavar="MM", help="Millimetres per pixel (default: each film's own).")
@run_options
@_refusing
def run_films(
    films: Sequence[str],
    out: Path,
    runner: str,
    workers: int | None,
    part: ArrayPart | None,
    shard_size: int | None,
    together: int | None,
    facing: Facing | None,
    spacing: float | None,
    run: RunOptions,
) -> int:
    """Segment films into tables.

    FILM is a PNG, JPEG, TIFF, BMP, DICOM or NIfTI file, a folder or a zip of them, a parquet or CSV table with a column
    of paths or URLs, hf:owner/data-set, or a URL such as s3://bucket/folder or https://host/film.dcm. A film that fails
    is a row with one sentence. The same command on the same DIR continues where it stopped.
    """

    entries = sorted_entries(entries_of(films))
    say_passed_over(Path(film) for film in films)
    weights = str(run.weights.absolute()) if run.weights else None
    loader = WeightsLoader(run.method, run.bundle, run.device, run.preset, run.settings, weights)
    segmenter, rules = _load(loader, run.polarity, facing, spacing)
    spread = part.count if part else workers or default_workers(rules.device)
    make_folder(out)
    folder = BatchFolder(out)
    plan = folder.begin(plan_of(entries, rules, spread, together, shard_size, weights), entries)
    return _run(BatchJob(folder, plan, loader), segmenter, runner, workers, part)


@command.command(name="resume")
@click.argument("folder", type=GivenPath(), metavar="DIR")
@_with(_runner_options)
@click.option("--device", help="Another device of the same kind, such as cuda:1.")
@_refusing
def resume(folder: Path, runner: str, workers: int | None, part: ArrayPart | None, device: str | None) -> int:
    """Continue a batch that was stopped or killed, with its original settings."""

    batch = BatchFolder(folder)
    plan = batch.begun()
    loader = WeightsLoader.of_plan(plan, device)
    if not any(batch.remaining(plan.shards())):
        return _end(batch)
    segmenter, rules = _load(loader, plan.rules.polarity, plan.rules.facing, plan.rules.spacing_mm)
    refuse_other_rules(plan, rules)
    return _run(BatchJob(batch, plan, loader), segmenter, runner, workers, part)


@command.command(name="merge")
@click.argument("folder", type=GivenPath(), metavar="DIR")
@_refusing
def merge_shards(folder: Path) -> int:
    """Join the shards of a batch into its tables, when all of them are done."""

    return _end(BatchFolder(folder))


@command.command(name="status")
@click.argument("folder", type=GivenPath(), metavar="DIR")
@_refusing
def status(folder: Path) -> int:
    """Show films done and failed, shards, films per second and the estimated time left."""

    sys.stdout.write("".join(f"{line}\n" for line in lines_of(status_of(BatchFolder(folder)))))
    return DONE


def _load(
    loader: WeightsLoader, polarity: Polarity, facing: Facing | None, spacing: float | None
) -> tuple[Segmenter, RunRules]:
    """Load the weights, in one thread: the processes are made from this one. Raises WrongCall."""
    use_one_thread()
    try:
        return loader.load_with_rules(None, polarity, facing, spacing, computes=False)
    except (BundleError, DeviceError, ValueError) as error:
        raise WrongCall(str(error)) from error


def _run(job: BatchJob, segmenter: Segmenter, runner: str, workers: int | None, part: ArrayPart | None) -> int:
    """Compute what is left with a bar, then merge unless it is a part; the exit code."""
    before = status_of(job.folder)
    done = before.done + before.failed
    try:
        with progress_bar(job.plan.films, "film", done) as bar:
            run_rest(job, runner_of(runner), segmenter, _count_on(bar, before.failed), part or ArrayPart(), workers)
        return _end_part(job.folder, part) if part else _end(job.folder)
    except BatchError as error:
        sys.stderr.write(f"{error}\n")
        return SOME_FAILED


def _count_on(bar: Any, failed: int) -> Callable[[int, int], None]:
    """A listener that moves the bar, and shows on it how many films failed."""

    def count(films: int, more_failed: int) -> None:
        nonlocal failed
        if more_failed:
            failed += more_failed
            bar.set_postfix_str(f"{failed} failed", refresh=False)
        bar.update(films)

    return count


def _end(folder: BatchFolder) -> int:
    """Merge the shards and say what became of the films. Raises BatchError."""
    tables, status = merge(folder), status_of(folder)
    sys.stdout.write(
        f"{status.done} of {counted(status.films, 'film')} done, {status.failed} failed; tables in {tables}\n"
    )
    return SOME_FAILED if status.failed else DONE


def _end_part(folder: BatchFolder, part: ArrayPart) -> int:
    status = status_of(folder)
    shards = counted(status.shards, "shard")
    sys.stdout.write(
        f"Part {part.number} of {part.count} is done; the batch has {status.complete} of {shards}. "
        f"When all parts are done, run `spinefm batch merge {folder.path}`.\n"
    )
    return SOME_FAILED if failed_of(folder, part) else DONE
