"""Hard groups of films: `python -m bench.groups [--n 24] [--first 9700000] [--groups chest child …]`.

Writes `--n` phantoms of each group as files, runs the compact bundle on each as a user would, and prints a row per
group: all bodies and those that a reader could outline, names, false masks a film, films that were refused or found no
start, and of the masks called sure those that keep their promise. Of "negative", pictures that are no lateral spine
film, it prints how many were refused.

Each group has a thousand seeds of its own from `--first` on; those from 9700000 on (`GROUP_SEEDS`) are the test, on
which nothing is tuned.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.phantoms import frames, read_all
from spinefm.core.machine import prepare
from spinefm.evaluation import FilmResult, evaluate_film
from spinefm.evaluation.calibration import calibration, promised_dice
from spinefm.evaluation.summary import LevelFigures, level_figures
from spinefm.imaging.radiograph import read
from spinefm.methods import Method, build_method
from spinefm.phantom import GROUPS, NEGATIVE, write_set
from spinefm.phantom.seeds import GROUP_SEEDS
from spinefm.trace.model import Setting
from spinefm.weights.load import load_bundle

HARD = ("chest", "whole", "child", "fracture", "implant", "veiled", "tilted", "shut", "turned", "slip")
"""The groups that are run where none are named."""
SEEDS = 1000
"""Seeds that each group has to itself."""
NEGATIVE_PLACE = 15
"""Place of the negatives among the groups' thousands; a group that is added later comes after them."""
COLUMNS = (
    *("group", "films", "bodies", "identified %", "located DSC", "right %", "wrong %"),
    *("outlinable", "identified %", "located DSC", "false a film", "without a run", "sure masks", "kept %"),
)


def main() -> None:
    """Run and print."""
    args = _arguments()
    prepare()
    settings: dict[str, Setting] = dict(pair.split("=", 1) for pair in args.set)
    method = build_method("spinefm", load_bundle("compact"), settings)
    print(f"| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}")
    everything: list[FilmResult] = []
    for group in args.groups:
        results = list(results_of(group, first_seed(group, args.first), args.n, method))
        print(negatives(results) if group == NEGATIVE else row(group, results, method), flush=True)
        everything += results if group != NEGATIVE else []
    if everything:
        print(row("all lateral", everything, method))


def first_seed(group: str, first: int) -> int:
    """The first seed of a group or of the negatives, where those of the first group begin at `first`."""
    places = list(GROUPS)
    places.insert(NEGATIVE_PLACE, NEGATIVE)
    return first + SEEDS * places.index(group)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=24, help="films of each group")
    parser.add_argument("--first", type=int, default=GROUP_SEEDS.start, help="first seed of the first group")
    parser.add_argument("--groups", nargs="+", choices=[*GROUPS, NEGATIVE], default=[*HARD, NEGATIVE])
    parser.add_argument("--set", nargs="*", default=[], metavar="NAME=VALUE", help="settings of the method")
    return parser.parse_args()


def results_of(group: str, first: int, count: int, method: Method) -> Iterator[FilmResult]:
    """The result of each of `count` phantoms of a group."""
    with tempfile.TemporaryDirectory() as folder:
        write_set(Path(folder), range(first, first + count), group=group)
        for case in read_all(Path(folder)):
            yield evaluate_film(case, read(case.film), method)[0]


def row(name: str, results: Sequence[FilmResult], method: Method) -> str:
    """The figures of a group's films as a row of the table."""
    films, vertebrae = frames(results)
    whole, outlinable = level_figures(vertebrae, films)[-2:]
    sure = calibration(films, promised_dice(method.name, method.settings)).sure
    false = sum(result.row.false_masks for result in results) / len(results)
    stopped = sum(bool(result.row.failure) for result in results)
    cells = [name, len(results), *_bodies(whole), f"{whole.named:.1f}", f"{whole.misnamed:.1f}", *_bodies(outlinable)]
    return f"| {' | '.join(map(str, [*cells, f'{false:.3f}', stopped, sure.count, f'{sure.right:.1f}']))} |"


def _bodies(figures: LevelFigures) -> tuple[int, str, str]:
    return figures.count, f"{figures.identified:.1f}", f"{figures.located_dsc:.3f}"


def negatives(results: Sequence[FilmResult]) -> str:
    """How many of the pictures that are no lateral spine film gave no run."""
    refused = sum(bool(result.row.failure) for result in results)
    return f"pictures that are no lateral spine film: {refused} of {len(results)} without a run"


if __name__ == "__main__":
    main()
