"""The table of the phantom test: `python -m bench.phantoms [--n 200] [--first 9000000] [--set name=value …]`.

Writes test phantoms (seeds from 9 000 000, never trained on) as files, half of them per region, runs the compact
bundle on each as a user would, and prints identified, located and overall DSC, names and false masks; then the same
for the truncated films alone, and the seconds of a film. To tune, take seeds from 900 000, which nothing trains on.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from tqdm import tqdm

from spinefm.core.machine import prepare
from spinefm.data import Case, DamagedCase, case_names, read_case
from spinefm.evaluation import FilmScore, per_level, score_film, summarise, table
from spinefm.imaging.radiograph import read
from spinefm.methods import CannotStart, build_method, run_to_trace
from spinefm.phantom import TEST_SEEDS, write_set
from spinefm.trace.model import Setting, Vertebra
from spinefm.weights.load import Bundle, load_bundle

TRUNCATED = ("no_anchor", "three")
TUNING_SEEDS = range(900_000, 1_000_000)
"""Seeds of phantoms that are neither trained on nor kept for the test."""


def main() -> None:
    """Run and print."""
    args = _arguments()
    prepare()
    bundle = load_bundle("compact")
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), args.n, args.first)
        settings: dict[str, Setting] = dict(pair.split("=", 1) for pair in args.set)
        start = time.perf_counter()
        films = list(run(list(read_all(Path(folder))), bundle, settings))
        seconds = time.perf_counter() - start
    print(report(films))
    print(f"\ntruncated films alone\n{report([film for film in films if film.group in TRUNCATED])}")
    print(f"\n{seconds / max(len(films), 1):.2f} s per film, with reading it and scoring")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=200, help="films, half of them per region")
    parser.add_argument("--first", type=int, default=9_000_000, help="first seed")
    parser.add_argument("--set", nargs="*", default=[], metavar="NAME=VALUE", help="settings of the method")
    args = parser.parse_args()
    if not any(args.first in seeds and args.first + args.n - 1 in seeds for seeds in (TEST_SEEDS, TUNING_SEEDS)):
        parser.error("the seeds must all be for the test (9000000 to 9999999) or for tuning (900000 to 999999)")
    return args


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


def run(cases: Sequence[Case], bundle: Bundle, settings: dict[str, Setting]) -> Iterator[FilmScore]:
    """Run the method on every case; a film on which no run can start has no vertebrae."""
    for case in tqdm(cases, unit="film"):
        yield score_film(case.name, case.region, case.group, case.truth, vertebrae(case, bundle, settings))


def vertebrae(case: Case, bundle: Bundle, settings: dict[str, Setting]) -> tuple[Vertebra, ...]:
    """What the method finds on a case."""
    try:
        return run_to_trace(build_method("spinefm", bundle, settings), read(case.film)).vertebrae
    except CannotStart as error:
        tqdm.write(f"{case.name} ({case.group}): {error}")
        return ()


def report(films: Sequence[FilmScore]) -> str:
    """All tables as text."""
    if not films:
        return "no films"
    rows = {level.name: summary for level, summary in per_level(films).items()}
    for group in sorted({film.group for film in films}):
        rows[f"layout {group}"] = summarise(s for film in films if film.group == group for s in film.levels)
    for region in sorted({film.region for film in films}):
        rows[region] = summarise(s for film in films if film.region == region for s in film.levels)
    rows["all"] = summarise(score for film in films for score in film.levels)
    return f"{table(rows)}\n\n{_names(films)}\n{_extras(films)}"


def _names(films: Sequence[FilmScore]) -> str:
    """Names by what the film shows of C2 or S1: whole, only partly, or neither, where every name is invented."""
    lines = []
    for anchor, title in (("whole", "show C2 or S1"), ("partial", "show C2 or S1 only in part")):
        group = [film for film in films if film.anchor == anchor]
        summary = summarise(score for film in group for score in film.levels)
        wrong = sum(film.wrong_names for film in group)
        lines.append(
            f"{len(group)} films that {title}: named right {summary.named_right:.1f} % of {summary.count}, "
            f"{wrong} wrong names"
        )
    bare = [film for film in films if film.anchor == "absent"]
    invented = [film.film for film in bare if film.names_given]
    lines.append(f"{len(bare)} films that show neither: with an invented name {len(invented)} {' '.join(invented)}")
    return "\n".join(lines)


def _extras(films: Sequence[FilmScore]) -> str:
    false, doubled = sum(film.false_masks for film in films), sum(film.doubled_masks for film in films)
    merged = sum(film.merged_masks for film in films)
    worst = sorted(films, key=lambda film: (-film.false_masks, -sum(not score.identified for score in film.levels)))
    names = ", ".join(
        f"{film.film} ({film.group}: {film.false_masks} false, {sum(not s.identified for s in film.levels)} missed)"
        for film in worst[:8]
        if film.false_masks or any(not score.identified for score in film.levels)
    )
    extras = f"false masks per film: {false / len(films):.3f}, doubled: {doubled}, over two bodies: {merged}"
    return f"{extras}\nworst: {names or 'none'}"


if __name__ == "__main__":
    main()
