"""Evaluations made on the page: of a visitor's zip, and of the phantom set where it is not there yet."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

from spinefm.data import Conventions, Dataset, DatasetError, Skipped, open_dataset
from spinefm.data.archive import ZipLimits, unpack
from spinefm.evaluation import Pace, Plan, Progress, RunError, RunFolder, evaluate
from spinefm.evaluation.frames import read_tables
from spinefm.evaluation.report import finish
from spinefm.evaluation.runs import PLAN
from spinefm.methods import Method
from spinefm.ui.server.explorer.batch import is_batch
from spinefm.ui.server.explorer.evaluation_store import set_of

MOST_FILMS = 100
"""Films of a visitor's set that are evaluated; more belong on one's own machine."""
LIMITS = ZipLimits(files=20_000, bytes=1 << 30, ratio=200)
PHANTOM_SEED = 9_400_000
PHANTOMS = 60


def opened_zip(path: Path, folder: Path, room: int = LIMITS.bytes) -> bool:
    """Unpack a visitor's zip; a finished evaluation becomes `folder`, anything else lies in `<folder>-set`.

    room: bytes that it may unpack to.

    Returns whether it was one. Raises DatasetError, RunError.
    """
    unpacked = unpack(path, set_of(folder), replace(LIMITS, bytes=min(LIMITS.bytes, room)))
    plans = sorted(unpacked.rglob(PLAN), key=lambda found: len(found.parts))
    if not plans:
        return False
    if is_batch(plans[0].parent):
        raise RunError("The zip contains a batch, which only the page's owner can add (SPINEFM_EVALUATIONS).")
    RunFolder(plans[0].parent).plan()
    read_tables(plans[0].parent)
    shutil.move(plans[0].parent, folder)
    shutil.rmtree(unpacked, ignore_errors=True)
    return True


def evaluated_zip(
    folder: Path, method: Method, bundle: str, checksums: Mapping[str, str], pace: Pace, ids: str = ""
) -> Iterator[str]:
    """Evaluate the films that `opened_zip` unpacked, and delete them; yields one line per film.

    ids: the numbering of label maps, one of `SCHEMES`; "" for VerSe's where that is certain.

    Raises DatasetError, RunError.
    """
    films, conventions = set_of(folder), Conventions(ids=ids)
    try:
        dataset = _visitors_set(films, conventions)
        yield from _evaluated(dataset, method, bundle, checksums, RunFolder(folder), pace, conventions.title)
    finally:
        shutil.rmtree(films, ignore_errors=True)


def _visitors_set(films: Path, conventions: Conventions) -> Dataset:
    dataset = open_dataset("auto", films, conventions=conventions)
    if len(dataset.names) > MOST_FILMS:
        raise DatasetError(
            f"The zip contains {len(dataset.names)} films and the page evaluates {MOST_FILMS} at most: "
            "run `python -m spinefm evaluate` on your own machine and bring its folder as a zip."
        )
    return dataset


def phantom_run(
    folder: Path, method: Method, bundle: str, checksums: Mapping[str, str], pace: Pace, count: int = PHANTOMS
) -> Iterator[str]:
    """Simulate `count` phantoms, half of them lumbar, and evaluate them into `folder`; yields a line per film."""
    from spinefm.phantom import write_set

    with tempfile.TemporaryDirectory(prefix="spinefm-phantoms-") as name:
        for done in range(count):
            pace.check()
            write_set(Path(name), [PHANTOM_SEED + done], "lumbar" if done % 2 else "cervical")
            yield f"Simulating film {done + 1} of {count} …"
        yield from _evaluated(open_dataset("phantom", name), method, bundle, checksums, RunFolder(folder), pace)


def _evaluated(
    dataset: Dataset,
    method: Method,
    bundle: str,
    checksums: Mapping[str, str],
    folder: RunFolder,
    pace: Pace,
    labels: str = "",
) -> Iterator[str]:
    """Evaluate and write the tables; others have their turn while labels are read and between two films."""
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
        labels=labels,
    )
    skipped = list(dataset.skipped)
    for progress in evaluate(dataset, method, folder, plan, pace):
        if isinstance(progress.outcome, Skipped):
            skipped.append(progress.outcome)
        yield _line(progress)
    finish(folder, dataset, skipped)


def _line(progress: Progress) -> str:
    left = progress.seconds_left
    more = (
        "" if left is None else f", about {max(1, round(left / 60))} min left" if left > 45 else f", {left:.0f} s left"
    )
    return f"Film {progress.done} of {progress.total} done{more}"
