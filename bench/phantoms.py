"""The phantom test: `python -m bench.phantoms [--n 200] [--first 9000000] [--set name=value …]`.

Writes phantoms as files, half of them per region, runs the compact bundle on each as a user would, and prints the
tables of `spinefm evaluate` (all bodies, and those a reader could outline), the same for the truncated films alone, and
the seconds of a film. `--preset tuned published` prints both presets. `--figures DIR` keeps the figures.
`--before-after` prints what the rule of truth changes: before 2026-11-26 a body whose contrast was below 0.008 was no
truth, by the statistic by which the method itself stops.

Seeds from 9000000 to 9009999 have judged rules, so they are for tuning, as 900000 to 999999 are. The test range
(`spinefm.phantom.seeds.RELEASE_SEEDS`) is run for releases only, with `--release`; note each run in the weights' card.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from tqdm import tqdm

from spinefm.core.levels import Level
from spinefm.core.machine import prepare
from spinefm.core.visibility import VISIBLE, contrast
from spinefm.data import Case, DamagedCase, Truth, case_names, read_case
from spinefm.evaluation import FilmResult, evaluate_film
from spinefm.evaluation.calibration import calibration, promised_dice
from spinefm.evaluation.figure import calibration_picture, levels_picture
from spinefm.evaluation.frames import film_table, vertebra_table
from spinefm.evaluation.judge import Judged, judge
from spinefm.evaluation.matching import IDENTIFIED_ABOVE
from spinefm.evaluation.names import name_figures
from spinefm.evaluation.report import report_text
from spinefm.evaluation.summary import level_figures, run_figures
from spinefm.imaging.radiograph import Radiograph, read
from spinefm.methods import Method, build_method
from spinefm.methods.base.config import PRESETS
from spinefm.phantom import write_set
from spinefm.phantom.seeds import RELEASE_SEEDS, TEST_SEEDS, TUNING_SEEDS, share_a_seed
from spinefm.trace.model import Setting
from spinefm.weights.load import load_bundle

if TYPE_CHECKING:
    from pandas import DataFrame

TRUNCATED = ("no_anchor", "three")


@dataclass(frozen=True)
class Scored:
    """One film's result against its truth, and against the truth by the rule of before."""

    now: FilmResult
    before: FilmResult


def main() -> None:
    """Run and print."""
    args = _arguments()
    prepare()
    bundle = load_bundle("compact")
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), args.n, args.first)
        settings: dict[str, Setting] = dict(pair.split("=", 1) for pair in args.set)
        cases = list(read_all(Path(folder)))
        print(f"{args.n} phantoms, seeds {args.first} to {args.first + args.n - 1}: {purpose(args.first)}")
        for preset in args.preset:
            start = time.perf_counter()
            method = build_method("spinefm", bundle, settings, preset=preset)
            promised = promised_dice(method.name, method.settings)
            scored = list(score_all(cases, method))
            seconds = (time.perf_counter() - start) / max(len(scored), 1)
            print(f"\nSpineFM, {preset}; {seconds:.2f} s per film, with reading it and scoring\n")
            print(before_after(scored) if args.before_after else tables([one.now for one in scored], promised))
            if args.figures:
                write_figures(args.figures / preset, [one.now for one in scored], promised)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=200, help="films, half of them per region")
    parser.add_argument("--first", type=int, default=TUNING_SEEDS[1].start, help="first seed")
    parser.add_argument("--set", nargs="*", default=[], metavar="NAME=VALUE", help="settings of the method")
    parser.add_argument("--preset", nargs="+", choices=PRESETS, default=["tuned"], help="rules of the method")
    parser.add_argument("--figures", type=Path, metavar="DIR", help="folder for levels.png and calibration.png")
    parser.add_argument("--before-after", action="store_true", help="only the table of both rules of truth")
    parser.add_argument("--release", action="store_true", help="this is a run of the test range for a release")
    args = parser.parse_args()
    fault = fault_of(range(args.first, args.first + args.n), args.release)
    if fault:
        parser.error(fault)
    return args


def fault_of(seeds: range, is_release: bool) -> str:
    """Why phantoms of these seeds may not be scored here, or "" where they may."""
    if not any(allowed.start <= seeds.start and seeds.stop <= allowed.stop for allowed in (TEST_SEEDS, *TUNING_SEEDS)):
        return "the seeds must all be for tests (9000000 to 9999999) or all for tuning (900000 to 999999)"
    if share_a_seed(seeds, RELEASE_SEEDS) and not is_release:
        return f"seeds {RELEASE_SEEDS[0]} to {RELEASE_SEEDS[-1]} are for releases: take others, or add --release"
    if is_release and seeds != RELEASE_SEEDS:
        return f"a release is scored on the whole test range: --first {RELEASE_SEEDS[0]} --n {len(RELEASE_SEEDS)}"
    return ""


def purpose(first: int) -> str:
    """What figures on phantoms from a seed on are worth."""
    if first in RELEASE_SEEDS:
        return "the test range; note this run in the weights' card"
    return "for tuning, no test" if any(first in seeds for seeds in TUNING_SEEDS) else "no seeds of the test range"


def write(folder: Path, count: int, first: int) -> None:
    """Write `count` phantoms into `folder`, half of them per region."""
    half = count // 2
    write_set(folder, range(first, first + half), "cervical")
    write_set(folder, range(first + half, first + count), "lumbar")


def read_all(folder: Path) -> Iterator[Case]:
    """The cases of a folder; a damaged one is named and left out."""
    for name in case_names(folder):
        try:
            yield read_case(folder, name)
        except DamagedCase as error:
            tqdm.write(str(error))


def score_all(cases: Sequence[Case], method: Method) -> Iterator[Scored]:
    """Run the method on every case, as `spinefm evaluate` does, and judge each run by both rules."""
    for case in tqdm(cases, unit="film"):
        film = read(case.film)
        now, trace = evaluate_film(case, film, method)
        old = replace(case, truth=truth_before(case.truth, film))
        edges = {Level[row.level]: row.edge_share for row in now.vertebrae if row.edge_share is not None}
        yield Scored(now, judge(Judged(old, trace, now.row.spacing_mm, now.row.failure, edges)))


def truth_before(truth: Truth, film: Radiograph) -> Truth:
    """The truth by the rule of before 2026-11-26: a body of little contrast counted as one that the film cuts off."""
    faint = [
        level
        for level, body in truth.bodies.items()
        if contrast(film.pixels, body.on_film(film.pixels.shape)) < VISIBLE
    ]
    bodies = {level: body for level, body in truth.bodies.items() if level not in faint}
    return replace(truth, bodies=bodies, partial={**truth.partial, **{level: truth.bodies[level] for level in faint}})


def tables(results: Sequence[FilmResult], promised: float) -> str:
    """All tables as text, of all films and of the truncated ones. promised: Dice that a mask's probability promises."""
    cut = [result for result in results if result.row.group in TRUNCATED]
    parts = [_tables(results, promised)]
    if cut:
        parts.append(f"truncated films alone\n{_tables(cut, promised)}")
    return "\n\n".join([*parts, worst(results)])


def _tables(results: Iterable[FilmResult], promised: float) -> str:
    films, vertebrae = frames(results)
    return report_text(films, vertebrae, calibration(films, promised))


def frames(results: Iterable[FilmResult]) -> tuple[DataFrame, DataFrame]:
    """The results as tables of films and of vertebrae."""
    kept = list(results)
    return film_table(kept), vertebra_table(kept)


def worst(results: Sequence[FilmResult], count: int = 8) -> str:
    """The films with the most false masks, then the most missed bodies."""

    def faults(result: FilmResult) -> tuple[int, int]:
        missed = sum(row.kind == "body" and (row.dice or 0.0) <= IDENTIFIED_ABOVE for row in result.vertebrae)
        return result.row.false_masks, missed

    order = sorted(results, key=faults, reverse=True)[:count]
    named = [f"{one.row.film} ({one.row.group}: {'{} false, {} missed'.format(*faults(one))})" for one in order]
    return f"worst: {', '.join(named)}"


def before_after(scored: Sequence[Scored]) -> str:
    """What the rule of truth changes: the same runs by both rules, and those bodies that a reader could outline."""
    head = (
        f"{'truth':34s} {'bodies':>6s} {'identified %':>20s} {'located':>8s} {'overall':>8s} "
        f"{'right':>6s} {'wrong':>6s} {'unnamed':>8s} {'right if anchored':>18s} {'false per film':>21s}"
    )
    before, now = frames(one.before for one in scored), frames(one.now for one in scored)
    lines = [
        head,
        _rule_line("before: contrast from 0.008", before, False),
        _rule_line("after: share in view alone", now, False),
        _rule_line("  of these outlinable", now, True),
    ]
    return "\n".join([*lines, "right, wrong, unnamed: % of all bodies; if anchored: on films that show C2 or S1."])


def _rule_line(title: str, tables: tuple[DataFrame, DataFrame], is_outlinable: bool) -> str:
    """A rule's figures, of all bodies or of the outlinable ones."""
    films, vertebrae = tables
    figures = level_figures(vertebrae, films)[-1 if is_outlinable else -2]
    names = {(one.anchor, one.is_outlinable): one.shares for one in name_figures(vertebrae, films)}
    run = run_figures(films)
    low, high = figures.identified_interval
    false = f"{run.false_per_film:.3f} ({run.false_interval[0]:.3f}-{run.false_interval[1]:.3f})"
    return (
        f"{title:34s} {figures.count:6d} {f'{figures.identified:.1f} ({low:.1f}-{high:.1f})':>20s} "
        f"{figures.located_dsc:8.3f} {figures.overall_dsc:8.3f} {figures.named:6.1f} {figures.misnamed:6.1f} "
        f"{figures.unnamed:8.1f} {names['whole', is_outlinable].right:18.1f} {false:>21s}"
    )


def write_figures(folder: Path, results: Sequence[FilmResult], promised: float) -> None:
    """Write the figures of levels and of calibration."""
    films, vertebrae = frames(results)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "levels.png").write_bytes(levels_picture(level_figures(vertebrae, films), None))
    (folder / "calibration.png").write_bytes(calibration_picture(calibration(films, promised)))


if __name__ == "__main__":
    main()
