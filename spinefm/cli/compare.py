"""`spinefm compare`: two evaluations of one data set side by side."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from spinefm.cli.exits import DONE, WrongCall
from spinefm.evaluation.comparison import check_same_truth, compare_runs, comparison_text, unshared_text
from spinefm.evaluation.frames import read_tables
from spinefm.evaluation.runs import RunError, RunFolder


@click.command(name="compare")
@click.argument("run_a", type=Path)
@click.argument("run_b", type=Path)
def command(run_a: Path, run_b: Path) -> int:
    """Compare two evaluations of one data set.

    RUN_A and RUN_B are the folders of finished evaluations.
    """
    try:
        (films_a, bodies_a), (films_b, bodies_b) = read_tables(run_a), read_tables(run_b)
        check_same_truth(films_a, films_b)
        rows = compare_runs(bodies_a, bodies_b)
        titles = [f"{folder.name}: {RunFolder(folder).plan().title}" for folder in (run_a, run_b)]
    except RunError as error:
        raise WrongCall(str(error)) from error
    sys.stdout.write(comparison_text(rows, *titles) + unshared_text(films_a, films_b))
    return DONE
