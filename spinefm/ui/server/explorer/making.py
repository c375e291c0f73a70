"""Evaluations made on the page: of a visitor's zip, and of the phantom set where it is not there yet."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from pathlib import Path

from spinefm.data import Dataset, DatasetError, Skipped, open_dataset
from spinefm.data.archive import ZipLimits, unpack
from spinefm.evaluation import Plan, Progress, RunFolder, evaluate
from spinefm.evaluation.frames import read_tables
from spinefm.evaluation.report import finish
from spinefm.evaluation.runs import PLAN
from spinefm.methods import Method

MOST_FILMS = 100
"""Films of a visitor's set that are evaluated; more belong on one's own machine."""
LIMITS = ZipLimits(files=20_000, bytes=1 << 30, ratio=200)
PHANTOM_SEED = 9_400_000
PHANTOMS = 60
Turn = Callable[[], AbstractContextManager[None]]


def opened_zip(path: Path, folder: Path) -> bool:
    """Unpack a visitor's zip; a finished evaluation becomes `folder`, anything else lies in `<folder>-set`.

    Returns whether it was one. Raises DatasetError, RunError.
    """
    unpacked = unpack(path, folder.with_name(f"{folder.name}-set"), LIMITS)
    plans = sorted(unpacked.rglob(PLAN), key=lambda found: len(found.parts))
    if not plans:
        return False
    RunFolder(plans[0].parent).plan()
    read_tables(plans[0].parent)
    shutil.move(plans[0].parent, folder)
    shutil.rmtree(unpacked, ignore_errors=True)
    return True


def evaluated_zip(folder: Path, method: Method, bundle: str, checksums: Mapping[str, str], turn: Turn) -> Iterator[str]:
    """Evaluate the films that `opened_zip` unpacked, and delete them; yields one line per film.

    Raises DatasetError, RunError.
    """
    films = folder.with_name(f"{folder.name}-set")
    try:
        yield from _evaluated(_visitors_set(films), method, bundle, checksums, RunFolder(folder), turn)
    finally:
        shutil.rmtree(films, ignore_errors=True)


def _visitors_set(films: Path) -> Dataset:
    dataset = open_dataset("auto", films)
    if len(dataset.names) > MOST_FILMS:
        raise DatasetError(
            f"The zip holds {len(dataset.names)} films and the page evaluates {MOST_FILMS} at most: "
            "run `python -m spinefm evaluate` on your own machine and bring its folder as a zip."
        )
    return dataset


def phantom_run(
    folder: Path, method: Method, bundle: str, checksums: Mapping[str, str], turn: Turn, count: int = PHANTOMS
) -> Iterator[str]:
    """Simulate `count` phantoms, half of them lumbar, and evaluate them into `folder`; yields a line per film."""
    from spinefm.phantom import write_set

    with tempfile.TemporaryDirectory(prefix="spinefm-phantoms-") as name:
        for done in range(count):
            write_set(Path(name), [PHANTOM_SEED + done], "lumbar" if done % 2 else "cervical")
            yield f"Simulating film {done + 1} of {count} …"
        yield from _evaluated(open_dataset("phantom", name), method, bundle, checksums, RunFolder(folder), turn)


def _evaluated(
    dataset: Dataset, method: Method, bundle: str, checksums: Mapping[str, str], folder: RunFolder, turn: Turn
) -> Iterator[str]:
    """Evaluate and write the tables; between two films others have their turn."""
    plan = Plan(
        dataset=dataset.kind,
        root="",
        split="",
        method=method.name,
        bundle=bundle,
        checksums=checksums,
        settings=dict(method.settings),
        polarity="auto",
        complete=False,
    )
    skipped = list(dataset.skipped)
    steps = evaluate(dataset, method, folder, plan)
    while (progress := _next(steps, turn)) is not None:
        if isinstance(progress.outcome, Skipped):
            skipped.append(progress.outcome)
        yield _line(progress)
    finish(folder, dataset, skipped)


def _next(steps: Iterator[Progress], turn: Turn) -> Progress | None:
    with turn():
        return next(steps, None)


def _line(progress: Progress) -> str:
    left = progress.seconds_left
    more = (
        "" if left is None else f", about {max(1, round(left / 60))} min left" if left > 45 else f", {left:.0f} s left"
    )
    return f"Film {progress.done} of {progress.total} done{more}"
