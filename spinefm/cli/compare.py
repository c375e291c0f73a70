"""`spinefm compare`: two evaluations of one data set side by side."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from spinefm.cli.exits import DONE, WrongCall
from spinefm.cli.options import GivenPath
from spinefm.evaluation.comparison import check_same_truth, compare_runs, comparison_text, unshared_text
from spinefm.evaluation.facts import differences_text, titled
from spinefm.evaluation.frames import read_tables
from spinefm.evaluation.runs import RunError, RunFolder


@click.command(name="compare")
@click.argument("run_a", type=GivenPath())
@click.argument("run_b", type=GivenPath())
def command(run_a: Path, run_b: Path) -> int:
    """Compare two evaluations of one data set.

    RUN_A and RUN_B are the folders of finished evaluations. What they differ in comes first, then the figures.
    """
    try:
        (films_a, bodies_a), (films_b, bodies_b) = read_tables(run_a), read_tables(run_b)
        check_same_truth(films_a, films_b)
        rows = compare_runs(bodies_a, bodies_b)
        plan_a, plan_b = RunFolder(run_a).plan(), RunFolder(run_b).plan()
    except RunError as error:
        raise WrongCall(str(error)) from error
    titles = f"{run_a.name}: {titled(plan_a)}", f"{run_b.name}: {titled(plan_b)}", differences_text(plan_a, plan_b)
    sys.stdout.write(comparison_text(rows, *titles) + unshared_text(films_a, films_b))
    return DONE
