"""`spinefm evaluate`: a method's scores on films with truth."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from spinefm.cli.exits import DONE, SOME_FAILED, WrongCall
from spinefm.cli.options import GivenPath, GivenText, RunOptions, load_method, out_option, run_options
from spinefm.cli.progress import progress_bar
from spinefm.core.words import counted
from spinefm.data import KINDS, SCHEMES, Conventions, Dataset, DatasetError, Names, Skipped, open_dataset, read_names
from spinefm.evaluation.evaluate import Progress, evaluate
from spinefm.evaluation.report import NothingEvaluated, finish
from spinefm.evaluation.runs import Plan, RunError, RunFolder

if TYPE_CHECKING:
    from spinefm.methods import Method
    from spinefm.weights.bundle import Bundle


@click.command(name="evaluate")
@click.argument("kind", type=click.Choice(["auto", *KINDS]))
@click.option(
    "--root",
    type=GivenText(),
    required=True,
    metavar="DIR",
    help="Its folder, a zip of it, or hf:owner/name on the Hub.",
)
@out_option("The run's folder; called again, the run continues.")
@click.option("--split", default="", help="Only this part, such as test or disjoint-test (default: all films).")
@click.option("--complete", is_flag=True, help="Every visible vertebra is labelled, so any other mask is false.")
@click.option("--ids", default="", type=click.Choice(["", *SCHEMES]), help="Numbering of the ids in label maps.")
@click.option("--names", type=GivenPath(), help="CSV file of your own names: label, level.")
@run_options
def command(
    kind: str, root: str, out: Path, split: str, complete: bool, ids: str, names: Path | None, run: RunOptions
) -> int:
    """Score a method on films with truth: the paper's tables and what they hide.

    The first argument is the layout of the data set; auto recognises it.
    """
    try:
        conventions = Conventions(read_names(names) if names else Names(), ids)
        dataset = _open(kind, root, split, out, conventions)
        method, bundle = load_method(run)
        folder, plan = RunFolder(out), _plan(dataset, root, split, complete, run, method, bundle)
        plan = replace(plan, labels=conventions.title)
        folder.begin(plan)
    except (DatasetError, RunError) as error:
        raise WrongCall(str(error)) from error
    try:
        return _evaluated(dataset, method, folder, plan)
    except NothingEvaluated as error:
        raise WrongCall(str(error)) from error
    except RunError as error:
        sys.stderr.write(f"{error}\n")
        return SOME_FAILED


def _evaluated(dataset: Dataset, method: Method, folder: RunFolder, plan: Plan) -> int:
    """Evaluate and write tables and report; returns the exit code. Raises RunError, as for a full disk."""
    skipped = [*dataset.skipped, *_evaluate_all(dataset, method, folder, plan)]
    sys.stdout.write(finish(folder, dataset, skipped))
    for one in skipped:
        sys.stderr.write(f"skipped {one.name}: {one.why}\n")
    labels = folder.left_out(dataset.names)
    if labels:
        sys.stderr.write(
            f"{counted(len(labels), 'label')} left out; {folder.path / 'skipped.json'} gives the reason of each\n"
        )
    return SOME_FAILED if any(not one.label for one in skipped) else DONE


def _open(kind: str, root: str, split: str, out: Path, conventions: Conventions) -> Dataset:
    """The data set or the part of it. Raises DatasetError where it holds no films."""
    place = out.resolve()
    dataset = open_dataset(kind, root, unpack_to=place.parent / f"{place.name}-unpacked", conventions=conventions)
    dataset = dataset.part(split) if split else dataset
    if not dataset.names:
        raise DatasetError(f"{root} contains no films to evaluate; choose another folder or split.")
    return dataset


def _plan(
    dataset: Dataset, root: str, split: str, complete: bool, run: RunOptions, method: Method, bundle: Bundle
) -> Plan:
    return Plan(
        dataset=dataset.kind,
        root=root,
        split=split,
        method=run.method,
        bundle=run.bundle,
        checksums=dict(bundle.checksums),
        settings=dict(method.settings),
        polarity=run.polarity,
        complete=complete,
    )


def _evaluate_all(dataset: Dataset, method: Method, folder: RunFolder, plan: Plan) -> list[Skipped]:
    """Evaluate with a progress bar; returns the films that were left out."""
    skipped = []
    with progress_bar(len(dataset.names), "film") as bar:
        for progress in evaluate(dataset, method, folder, plan):
            bar.set_postfix_str(_time_left(progress))
            bar.update()
            if isinstance(progress.outcome, Skipped):
                skipped.append(progress.outcome)
    return skipped


def _time_left(progress: Progress) -> str:
    if progress.seconds_left is None:
        return f"{progress.film}, done before"
    return f"{progress.film}, about {progress.seconds_left / 60:.0f} min left"
