"""All methods on the same films: `python -m bench.methods [FOLDER] [--n 100] [--first 9000000]`.

FOLDER holds `films/` and `labels/*.json`; without one, test phantoms are written, half of them per region (seeds from
9 000 000, never trained on). Prints identified, located and overall DSC, names, extra masks, panoptic quality and the
seconds of a film for SpineFM, VertXNet, each of its two parts, SPINEPS, and SpineFM's segmentation given true centroids
moved by 10 % of the body's width; then each method's overall DSC per film against SpineFM's, and the ensemble's against
its parts', with Wilcoxon's signed-rank test. `--networks RUN…` takes networks from training runs, not the bundle.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from tqdm import tqdm

from bench.phantoms import read_all, write
from bench.real_films import upper_bound
from spinefm.core.machine import quiet_allocator
from spinefm.data import Case
from spinefm.evaluation import FilmResult, evaluate_film
from spinefm.evaluation.comparison import compare_runs
from spinefm.evaluation.frames import film_table, vertebra_table
from spinefm.evaluation.summary import figures_of, run_figures
from spinefm.imaging.radiograph import Radiograph, read
from spinefm.methods import Method, build_method
from spinefm.trace.model import Event, Finished, Setting
from spinefm.training.export import load_run
from spinefm.weights.load import Bundle, load_bundle

if TYPE_CHECKING:
    from pandas import DataFrame

METHODS: Mapping[str, tuple[str, Mapping[str, Setting]]] = {
    "SpineFM": ("spinefm", {}),
    "VertXNet": ("vertxnet", {}),
    "U-Net alone": ("vertxnet", {"result": "unet"}),
    "Mask R-CNN alone": ("vertxnet", {"result": "mask_rcnn"}),
    "SPINEPS": ("spineps", {}),
}
UPPER_BOUND = "true centroids"
COMPARED = (
    *(("SpineFM", name) for name in METHODS if name != "SpineFM"),
    ("U-Net alone", "VertXNet"),
    ("Mask R-CNN alone", "VertXNet"),
    ("SpineFM", UPPER_BOUND),
)
"""Pairs of methods that are tested against each other."""


@dataclass(frozen=True)
class Scored:
    """A method's results on all films, and its mean seconds per film."""

    results: tuple[FilmResult, ...]
    seconds: float


@dataclass(frozen=True)
class GivenCentroids:
    """SpineFM's segmentation at the true centroids of one case, as a method: an upper bound of any induction."""

    case: Case
    bundle: Bundle
    name: str = UPPER_BOUND

    @property
    def settings(self) -> Mapping[str, Setting]:
        """There are none."""
        return {}

    def run(self, film: Radiograph) -> Iterator[Event]:
        """The result at once."""
        found = upper_bound(self.case, self.bundle)
        yield Finished(found, 0.5, 0.0, {}, str(self.bundle.device), self.bundle.name, {}, {})


def main() -> None:
    """Run and print."""
    args = _arguments()
    quiet_allocator()
    bundle = with_networks(load_bundle(args.bundle), args.networks)
    with tempfile.TemporaryDirectory() as made:
        folder = args.folder or Path(made)
        if args.folder is None:
            write(folder, args.n, args.first)
        cases = [case for case in read_all(folder) if case.truth.bodies]
        scored = {name: score(cases, bundle, name) for name in (*METHODS, UPPER_BOUND)}
    print(f"{len(cases)} films\n\n{table(scored)}\n\n{comparisons(scored)}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", help="films with truth (default: test phantoms)")
    parser.add_argument("--n", type=int, default=100, help="phantoms, half of them per region")
    parser.add_argument("--first", type=int, default=9_000_000, help="first seed")
    parser.add_argument("--bundle", default="compact", help="set of weights")
    parser.add_argument("--networks", type=Path, nargs="*", default=[], metavar="RUN", help="training runs to try")
    return parser.parse_args()


def with_networks(bundle: Bundle, runs: Sequence[Path]) -> Bundle:
    """The bundle with the networks of training `runs` in the place of its own."""
    networks = {name: model.requires_grad_(False).to(bundle.device) for name, model, _ in map(load_run, runs)}
    return replace(bundle, **networks)


def score(cases: Sequence[Case], bundle: Bundle, name: str) -> Scored:
    """Run a method on every case; a film on which no run can start has no vertebrae."""
    results, seconds = [], 0.0
    for case in tqdm(cases, unit="film", desc=name):
        film = read(case.film)
        start = time.perf_counter()
        result, _ = evaluate_film(case, film, _method(name, case, bundle))
        seconds += time.perf_counter() - start
        results.append(result)
    return Scored(tuple(results), seconds / max(len(cases), 1))


def _method(name: str, case: Case, bundle: Bundle) -> Method:
    if name == UPPER_BOUND:
        return GivenCentroids(case, bundle)
    method, settings = METHODS[name]
    return build_method(method, bundle, settings)


def table(scored: Mapping[str, Scored]) -> str:
    """A line per method; seconds hold scoring too."""
    head = "identified %", "located", "overall", "named %", "wrong", "false", "doubled", "merged", "PQ", "SQ", "RQ"
    lines = [f"{'':18s} " + " ".join(f"{name:>{max(len(name), 6)}s}" for name in (*head, "failed", "s/film"))]
    return "\n".join([*lines, *(_line(name, one) for name, one in scored.items())])


def _line(name: str, one: Scored) -> str:
    films, vertebrae = film_table(one.results), vertebra_table(one.results)
    known = figures_of("all", vertebrae[vertebrae["kind"] != "extra"])
    run = run_figures(films)
    return (
        f"{name:18s} {known.identified:12.1f} {known.located_dsc:7.3f} {known.overall_dsc:7.3f} {known.named:7.1f} "
        f"{run.wrong_names:6d} {run.false_masks:6d} {run.doubled_masks:7d} {run.merged_masks:6d} "
        f"{run.panoptic.pq:6.3f} {run.panoptic.sq:6.3f} {run.panoptic.rq:6.3f} {run.failed:6d} {one.seconds:6.2f}"
    )


def comparisons(scored: Mapping[str, Scored]) -> str:
    """A line per compared pair: the difference of the films' overall DSC, its 95 % interval and Wilcoxon's p."""
    tables = {name: vertebra_table(one.results) for name, one in scored.items()}
    return "\n".join(_compared(a, b, tables) for a, b in COMPARED)


def _compared(a: str, b: str, tables: Mapping[str, DataFrame]) -> str:
    films = compare_runs(tables[a], tables[b])[-1].films
    p = "no change" if films.p is None else f"p = {films.p:.2g}"
    low, high = films.interval
    return f"{b} less {a}: {films.difference:+.4f} ({low:+.4f} to {high:+.4f}), {p}"


if __name__ == "__main__":
    main()
