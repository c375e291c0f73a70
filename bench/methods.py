"""All methods on the same films: `python -m bench.methods [FOLDER] [--n 100] [--first 9000000]`.

FOLDER holds `films/` and `labels/*.json`; without one, phantoms are written, half of them per region (see
`bench.phantoms` for which seeds are for what). Prints identified, located and overall DSC, names, extra masks, panoptic
quality and the seconds of a film for SpineFM with either preset, VertXNet, each of its two parts, SPINEPS (the last
four are our re-implementations on compact networks), and SpineFM's masks given true centroids moved by a tenth of the
body's width; then each one's overall DSC per film against the first's, and the ensemble's against its parts', with
Wilcoxon's signed-rank test, corrected for the number of comparisons. `--networks RUN…` takes those of training runs.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from tqdm import tqdm

from bench.phantoms import fault_of, read_all, write
from bench.real_films import upper_bound
from spinefm.core.machine import prepare
from spinefm.data import Case
from spinefm.evaluation import FilmResult, evaluate_film
from spinefm.evaluation.comparison import compare_runs, difference_text, p_text, verdict_of
from spinefm.evaluation.frames import film_table, vertebra_table
from spinefm.evaluation.statistics import holm
from spinefm.evaluation.summary import LevelFigures, RunFigures, level_figures, run_figures
from spinefm.evaluation.titles import neighbour_title
from spinefm.imaging.radiograph import Radiograph, read
from spinefm.methods import Method, build_method
from spinefm.methods.base.config import Preset
from spinefm.phantom.seeds import TUNING_SEEDS
from spinefm.trace.model import Finished, Setting
from spinefm.trace.registry import Event
from spinefm.training.export import load_run
from spinefm.weights.bundle import Bundle
from spinefm.weights.load import load_bundle

VERTXNET, U_NET, MASK_RCNN = "VertXNet", "VertXNet's U-Net alone", "VertXNet's Mask R-CNN alone"
PRESETS: tuple[Preset, ...] = ("tuned", "published")
"""SpineFM's presets in the table; the others are compared with the first."""


@dataclass(frozen=True)
class Contestant:
    """A line of the table: what it is called there, a method, changes of its settings, and its preset."""

    label: str
    method: str
    settings: Mapping[str, Setting]
    preset: Preset | None = None


UPPER_BOUND = "true centroids"


def contestants(bundle: str, presets: Sequence[Preset] = PRESETS) -> tuple[Contestant, ...]:
    """What is compared: SpineFM with each preset, and others' systems, named for what they are here."""
    return (
        *(Contestant(f"SpineFM, {preset}", "spinefm", {}, preset) for preset in presets),
        Contestant(neighbour_title(VERTXNET, bundle), "vertxnet", {}),
        Contestant(neighbour_title(U_NET, bundle), "vertxnet", {"result": "unet"}),
        Contestant(neighbour_title(MASK_RCNN, bundle), "vertxnet", {"result": "mask_rcnn"}),
        Contestant(neighbour_title("SPINEPS", bundle), "spineps", {}),
    )


def compared(bundle: str, presets: Sequence[Preset] = PRESETS) -> tuple[tuple[str, str], ...]:
    """Pairs of lines that are tested against each other, one family: the first preset with all others."""
    first, *others = [one.label for one in contestants(bundle, presets)]
    vertxnet, *parts = [neighbour_title(name, bundle) for name in (VERTXNET, U_NET, MASK_RCNN)]
    return (*((first, other) for other in others), *((part, vertxnet) for part in parts), (first, UPPER_BOUND))


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
    prepare()
    bundle = with_networks(load_bundle(args.bundle), args.networks)
    with tempfile.TemporaryDirectory() as made:
        folder = args.folder or Path(made)
        if args.folder is None:
            write(folder, args.n, args.first)
        cases = [case for case in read_all(folder) if case.truth.bodies]
        lines = (*contestants(args.bundle), Contestant(UPPER_BOUND, "", {}))
        scored = {one.label: score(cases, bundle, one) for one in lines}
    print(f"{len(cases)} films\n\n{table(scored)}\n\n{comparisons(scored, compared(args.bundle))}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, nargs="?", help="films with truth (default: test phantoms)")
    parser.add_argument("--n", type=int, default=100, help="phantoms, half of them per region")
    parser.add_argument("--first", type=int, default=TUNING_SEEDS[1].start, help="first seed")
    parser.add_argument("--release", action="store_true", help="this is a run of the test range for a release")
    parser.add_argument("--bundle", default="compact", help="set of weights")
    parser.add_argument("--networks", type=Path, nargs="*", default=[], metavar="RUN", help="training runs to try")
    args = parser.parse_args()
    fault = "" if args.folder else fault_of(range(args.first, args.first + args.n), args.release)
    if fault:
        parser.error(fault)
    return args


def with_networks(bundle: Bundle, runs: Sequence[Path]) -> Bundle:
    """The bundle with the networks of training `runs` in the place of its own."""
    networks = {name: model.requires_grad_(False).to(bundle.device) for name, model, _ in map(load_run, runs)}
    return replace(bundle, **networks)


def score(cases: Sequence[Case], bundle: Bundle, contestant: Contestant) -> Scored:
    """Run a method on every case; a film on which no run can start has no vertebrae."""
    results, seconds = [], 0.0
    for case in tqdm(cases, unit="film", desc=contestant.label):
        film = read(case.film)
        start = time.perf_counter()
        result, _ = evaluate_film(case, film, _method(contestant, case, bundle))
        seconds += time.perf_counter() - start
        results.append(result)
    return Scored(tuple(results), seconds / max(len(cases), 1))


def _method(contestant: Contestant, case: Case, bundle: Bundle) -> Method:
    if contestant.label == UPPER_BOUND:
        return GivenCentroids(case, bundle)
    return build_method(contestant.method, bundle, contestant.settings, preset=contestant.preset)


def table(scored: Mapping[str, Scored]) -> str:
    """Two lines per method, of all bodies and of those a reader could outline; seconds hold scoring too."""
    head = f"{'':62s} {'n':>5s} {'identified %':>19s} {'located':>8s} {'overall':>20s} {'right':>6s} {'wrong':>6s}"
    more = f" {'unnamed':>8s} {'false per film':>21s} {'2x':>4s} {'over 2':>6s} {'PQ':>6s} {'SQ':>6s} {'RQ':>6s}"
    lines = [f"{head}{more} {'failed':>6s} {'s/film':>6s}"]
    for name, one in scored.items():
        films, vertebrae = film_table(one.results), vertebra_table(one.results)
        everything, seen = level_figures(vertebrae, films)[-2:]
        lines.append(f"{name:62s} {_shares(everything)}{_run(run_figures(films))} {one.seconds:6.2f}")
        lines.append(f"{'  outlinable bodies':62s} {_shares(seen)}")
    return "\n".join([*lines, "right, wrong, unnamed: % of all bodies. Brackets: 95 %."])


def _shares(row: LevelFigures) -> str:
    (low, high), (least, most) = row.identified_interval, row.overall_interval
    return (
        f"{row.count:5d} {f'{row.identified:.1f} ({low:.1f}-{high:.1f})':>19s} {row.located_dsc:8.3f} "
        f"{f'{row.overall_dsc:.3f} ({least:.3f}-{most:.3f})':>20s} {row.named:6.1f} {row.misnamed:6.1f} "
        f"{row.unnamed:8.1f}"
    )


def _run(run: RunFigures) -> str:
    low, high = run.false_interval
    return (
        f" {f'{run.false_per_film:.3f} ({low:.3f}-{high:.3f})':>21s} {run.doubled_masks:4d} {run.merged_masks:6d} "
        f"{run.panoptic.pq:6.3f} {run.panoptic.sq:6.3f} {run.panoptic.rq:6.3f} {run.failed:6d}"
    )


def comparisons(scored: Mapping[str, Scored], pairs: Sequence[tuple[str, str]]) -> str:
    """A line per pair: the difference of the films' overall DSC, its 95 % interval, the corrected p, and what follows.

    The p-values are Wilcoxon's, corrected for the number of pairs (Holm).
    """
    tables = {name: vertebra_table(one.results) for name, one in scored.items()}
    films = [compare_runs(tables[a], tables[b])[-1].films for a, b in pairs]
    lines = []
    for (a, b), one, p in zip(pairs, films, holm([one.p for one in films]), strict=True):
        said = {"A better": f"{a} better", "B better": f"{b} better"}.get(verdict_of(one, p), verdict_of(one, p))
        lines.append(f"{b} less {a}: {difference_text(one)}, p = {p_text(p)} (Holm): {said}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
