"""The table of the phantom test: `python -m bench.phantoms [--n 200] [--first 9000000] [--set name=value …]`.

Writes test phantoms (seeds from 9 000 000, never trained on) as files, half of them per region, runs the compact
bundle on each as a user would, and prints identified, located and overall DSC, names and false masks.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from tqdm import tqdm

from spinefm.bundles import Bundle, load_bundle
from spinefm.datasets import Case, read_folder
from spinefm.evaluation import FilmScore, per_level, score_film, summarise, table
from spinefm.methods import CannotStart, build_method, run_to_trace
from spinefm.phantom import write_set
from spinefm.radiograph import read
from spinefm.runtime import quiet_allocator
from spinefm.trace import Setting, Vertebra

TRUNCATED = ("no_anchor", "three")


def main() -> None:
    """Run and print."""
    args = _arguments()
    quiet_allocator()
    bundle = load_bundle("compact")
    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), args.n, args.first)
        settings: dict[str, Setting] = dict(pair.split("=", 1) for pair in args.set)
        films = list(run(list(read_folder(Path(folder))), bundle, settings))
    print(report(films))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=200, help="films, half of them per region")
    parser.add_argument("--first", type=int, default=9_000_000, help="first seed")
    parser.add_argument("--set", nargs="*", default=[], metavar="NAME=VALUE", help="settings of the method")
    return parser.parse_args()


def write(folder: Path, count: int, first: int) -> None:
    """Write `count` phantoms into `folder`, half of them per region."""
    half = count // 2
    write_set(folder, range(first, first + half), "cervical")
    write_set(folder, range(first + half, first + count), "lumbar")


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
    rows = {level.name: summary for level, summary in per_level(films).items()}
    for group in sorted({film.group for film in films}):
        rows[f"layout {group}"] = summarise(s for film in films if film.group == group for s in film.levels)
    rows["truncated films"] = summarise(s for film in films if film.group in TRUNCATED for s in film.levels)
    for region in sorted({film.region for film in films}):
        rows[region] = summarise(s for film in films if film.region == region for s in film.levels)
    rows["all"] = summarise(score for film in films for score in film.levels)
    return f"{table(rows)}\n\n{_names(films)}\n{_extras(films)}"


def _names(films: Sequence[FilmScore]) -> str:
    anchored = summarise(score for film in films if film.shows_anchor for score in film.levels)
    bare = [film for film in films if not film.shows_anchor]
    invented = [film.film for film in bare if film.names_given]
    return (
        f"named right on films that show C2 or S1: {anchored.named_right:.1f} % of {anchored.count}; "
        f"films that show neither: {len(bare)}, with an invented name: {len(invented)} {' '.join(invented)}"
    )


def _extras(films: Sequence[FilmScore]) -> str:
    false, doubled = sum(film.false_masks for film in films), sum(film.doubled_masks for film in films)
    worst = sorted(films, key=lambda film: (-film.false_masks, -sum(not score.identified for score in film.levels)))
    names = ", ".join(
        f"{film.film} ({film.group}: {film.false_masks} false, {sum(not s.identified for s in film.levels)} missed)"
        for film in worst[:8]
        if film.false_masks or any(not score.identified for score in film.levels)
    )
    return f"false masks per film: {false / len(films):.3f}, doubled: {doubled}\nworst: {names or 'none'}"


if __name__ == "__main__":
    main()
