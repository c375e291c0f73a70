"""The verbs `evaluate` and `compare`: their arguments and what they do."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from spinefm.data import KINDS, Dataset, DatasetError, Skipped, open_dataset
from spinefm.evaluation.comparison import check_same_truth, compare_runs, comparison_text
from spinefm.evaluation.evaluate import Progress, evaluate
from spinefm.evaluation.frames import film_table, read_tables, vertebra_table, write_tables
from spinefm.evaluation.report import write_report
from spinefm.evaluation.results import FilmResult
from spinefm.evaluation.runs import Plan, RunError, RunFolder

if TYPE_CHECKING:
    from spinefm.methods import Method
    from spinefm.weights.load import Bundle

DONE, SOME_SKIPPED, WRONG_CALL = 0, 1, 2


def add_evaluate_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `python -m spinefm evaluate` to `parser`."""
    add = parser.add_argument
    add(
        "dataset", metavar="DATASET", choices=("auto", *KINDS), help=f"layout of the data set: auto, {', '.join(KINDS)}"
    )
    add("--root", required=True, metavar="DIR", help="its folder, a zip of it, or hf:owner/name on the Hub")
    add(
        "--out", type=Path, required=True, metavar="DIR", help="the run's folder; called again, it goes on where it was"
    )
    add("--method", default="spinefm", help="how to segment (default: spinefm)")
    add("--bundle", default="compact", help="set of weights (default: compact)")
    add("--device", default="auto", help="auto, cpu, cuda or cuda:N (default: auto)")
    add("--set", action="append", default=[], type=_assignment, metavar="NAME=VALUE", help="change one of the settings")
    add("--split", default="", help="only this part, such as test or disjoint-test (default: all films)")
    add("--polarity", choices=("auto", "keep", "turn"), default="auto", help="what to do about inverted films")
    add("--complete", action="store_true", help="every visible vertebra is labelled: masks beside them are false")


def add_compare_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `python -m spinefm compare` to `parser`."""
    parser.add_argument("run_a", type=Path, metavar="RUN_A", help="folder of a finished evaluation")
    parser.add_argument("run_b", type=Path, metavar="RUN_B", help="folder of another on the same data set")


def _assignment(text: str) -> tuple[str, str]:
    name, sign, value = text.partition("=")
    if not (name and sign):
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=VALUE")
    return name, value


def run_evaluate(args: argparse.Namespace) -> int:
    """Evaluate as asked and print the table; returns the exit code: 0 all films, 1 some skipped, 2 refused."""
    from spinefm.core.machine import DeviceError
    from spinefm.weights.load import BundleError

    try:
        dataset = _dataset(args)
        method, bundle = _method(args)
        folder, plan = RunFolder(args.out), _plan(args, dataset, method, bundle)
        skipped = [*dataset.skipped, *_run(dataset, method, folder, plan)]
        sys.stdout.write(finish(folder, dataset, skipped))
    except (DatasetError, BundleError, DeviceError, RunError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return WRONG_CALL
    for one in skipped:
        sys.stderr.write(f"skipped {one.name}: {one.why}\n")
    return SOME_SKIPPED if skipped else DONE


def _dataset(args: argparse.Namespace) -> Dataset:
    out = args.out.resolve()
    dataset = open_dataset(args.dataset, args.root, unpack_to=out.parent / f"{out.name}-unpacked")
    dataset = dataset.part(args.split) if args.split else dataset
    if not dataset.names:
        raise DatasetError(f"{args.root} holds no films to evaluate; choose another folder or split.")
    return dataset


def _method(args: argparse.Namespace) -> tuple[Method, Bundle]:
    from spinefm.core.machine import quiet_allocator

    quiet_allocator()
    from spinefm.methods import build_method
    from spinefm.weights.load import load_bundle

    bundle = load_bundle(args.bundle, args.device)
    return build_method(args.method, bundle, dict(args.set)), bundle


def _plan(args: argparse.Namespace, dataset: Dataset, method: Method, bundle: Bundle) -> Plan:
    return Plan(
        dataset=dataset.kind,
        root=str(args.root),
        split=args.split,
        method=args.method,
        bundle=args.bundle,
        checksums=dict(bundle.checksums),
        settings=dict(method.settings),
        polarity=args.polarity,
        complete=args.complete,
    )


def _run(dataset: Dataset, method: Method, folder: RunFolder, plan: Plan) -> list[Skipped]:
    """Evaluate with a progress bar on standard error; returns the films that were left out."""
    from tqdm import tqdm

    skipped = []
    with tqdm(total=len(dataset.names), unit="film", file=sys.stderr) as bar:
        for progress in evaluate(dataset, method, folder, plan):
            bar.set_postfix_str(_left(progress))
            bar.update()
            if isinstance(progress.outcome, Skipped):
                skipped.append(progress.outcome)
    return skipped


def _left(progress: Progress) -> str:
    if progress.seconds_left is None:
        return f"{progress.film}, done before"
    return f"{progress.film}, about {progress.seconds_left / 60:.0f} min left"


def finish(folder: RunFolder, dataset: Dataset, skipped: list[Skipped]) -> str:
    """Write the tables of all films of `dataset` that are done; returns the table as text."""
    results: list[FilmResult] = [result for name in dataset.names if (result := folder.done(name)) is not None]
    if not results:
        reasons = "; ".join(f"{one.name}: {one.why}" for one in skipped[:3])
        raise RunError(f"No film could be evaluated ({reasons}).")
    write_tables(folder.path, results, skipped)
    return write_report(folder.path, folder.plan(), film_table(results), vertebra_table(results), skipped)


def run_compare(args: argparse.Namespace) -> int:
    """Print two runs beside each other; returns the exit code: 0 done, 2 refused."""
    try:
        (films_a, bodies_a), (films_b, bodies_b) = read_tables(args.run_a), read_tables(args.run_b)
        check_same_truth(films_a, films_b)
        rows = compare_runs(bodies_a, bodies_b)
        titles = [f"{folder.name}: {RunFolder(folder).plan().title}" for folder in (args.run_a, args.run_b)]
    except RunError as error:
        sys.stderr.write(f"{error}\n")
        return WRONG_CALL
    sys.stdout.write(comparison_text(rows, *titles))
    return DONE
