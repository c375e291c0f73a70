"""`spinefm phantom`: simulated films with exact masks."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from spinefm.cli.exits import DONE, WrongCall, make_folder
from spinefm.cli.options import out_option
from spinefm.cli.progress import progress_bar
from spinefm.core.words import counted

if TYPE_CHECKING:
    from spinefm.phantom.settings import RegionName


@click.command(name="phantom")
@click.option("--n", "count", type=int, required=True, metavar="N", help="Number of films.")
@out_option("Folder for films/ and labels/.")
@click.option(
    "--seed", type=int, required=True, metavar="S", help="First seed; below 1000000 train, from 9000000 test."
)
@click.option("--region", type=click.Choice(["cervical", "lumbar"]), help="Draw one region only.")
@click.option("--group", metavar="GROUP", help="Draw one kind of patient or film only: child, chest, implant …")
def command(count: int, out: Path, seed: int, region: RegionName | None, group: str | None) -> int:
    """Simulate films with exact masks, one per random seed from S on."""
    from spinefm.phantom import GROUP_NAMES, write_set

    if group is not None and group not in GROUP_NAMES:
        raise WrongCall(f"There is no group {group}; choose one of {', '.join(GROUP_NAMES)}.")
    seeds = _checked_seeds(seed, count)
    make_folder(out)
    try:
        with progress_bar(count, "phantom") as bar:
            write_set(out, seeds, region, progress=lambda done, total: bar.update(), group=group)
    except OSError as error:
        raise WrongCall(f"{error.strerror}; the phantoms before it are complete.") from error
    sys.stdout.write(f"{counted(count, 'phantom')} in {out}\n")
    return DONE


def _checked_seeds(first: int, count: int) -> range:
    """The random seeds. Raises WrongCall unless all are training seeds or all are test seeds."""
    from spinefm.phantom import TEST_SEEDS, TRAIN_SEEDS

    if count < 1:
        raise WrongCall(f"--n is the number of films, at least 1, not {count}.")
    seeds = range(first, first + count)
    if not any(seeds[0] in allowed and seeds[-1] in allowed for allowed in (TRAIN_SEEDS, TEST_SEEDS)):
        raise WrongCall(
            f"The seeds {seeds[0]} to {seeds[-1]} are neither all for training (0 to {TRAIN_SEEDS[-1]}) nor all for "
            f"tests ({TEST_SEEDS[0]} to {TEST_SEEDS[-1]}); choose another --seed."
        )
    return seeds
