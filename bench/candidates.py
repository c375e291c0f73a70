"""Candidate weights beside the shipped ones: `python -m bench.candidates FOLDER [--n 30] [--groups …] [--films DIR]`.

FOLDER holds `<network>.safetensors` of some of the compact bundle's networks. Each is put in the place of the shipped
one alone (or `--together a,b`, which may be given again), and all of them at once, and every set is run on the same
phantoms, `--n` per group from seed 9 850 000 on (written once into `--cache`), and on the real films of `--films`. With
`--halfway` the mean of candidate and shipped weights is tried as well. Negatives count the films that get masks.
"""

from __future__ import annotations

import argparse
import copy
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

from safetensors.torch import load_file
from torch import Tensor

from bench.phantoms import read_all
from bench.real_films import Row, found, groups, report
from spinefm.core.machine import quiet_allocator
from spinefm.data import Case
from spinefm.evaluation import FilmScore, score_film
from spinefm.phantom import GROUPS, NEGATIVE, write_set
from spinefm.trace.model import Setting, Vertebra
from spinefm.weights.bundle import Bundle
from spinefm.weights.load import load_bundle

FIRST = 9_850_000
"""First seed; each group has its own thousand."""

USUAL = "usual"
"""Phantoms without a group."""

NETWORKS = ("mask_rcnn", "med_sa", "classifier", "point_predictor")
"""The networks that this compares: those of the SpineFM method."""


def main() -> None:
    """Run and print."""
    args = _arguments()
    quiet_allocator()
    settings: dict[str, Setting] = dict(pair.split("=", 1) for pair in args.set)
    cache = args.cache or Path(tempfile.mkdtemp())
    folders = {group: _phantoms(cache, group, args.n) for group in args.groups}
    for name, bundle in variants(args.folder, args.together, args.halfway):
        print(f"\n== {name}\n{HEAD}")
        everything: list[FilmScore] = []
        for group, folder in folders.items():
            films = [
                score_film(case.name, case.region, group, case.truth, found(case, bundle, settings))
                for case in read_all(folder)
            ]
            print(line(group, films), flush=True)
            everything += films if group != NEGATIVE else []
        if everything:
            print(line("all lateral", everything), flush=True)
        if args.films:
            cases = [case for case in read_all(args.films) if case.truth.bodies or case.truth.boxes]
            print(_real(groups(cases, partial(_found, bundle=bundle, settings=settings))), flush=True)


def _found(case: Case, bundle: Bundle, settings: dict[str, Setting]) -> Sequence[Vertebra]:
    """What the method finds on a real film."""
    return found(case, bundle, settings)


def _real(rows: Mapping[str, Sequence[Row]]) -> str:
    """The table of real films, a line per group."""
    return "\n".join(text for text in report(rows).splitlines() if not text.startswith("  "))


HEAD = f"{'group':14s} films bodies  ident %    DSC  named %  wrong  false"


def line(group: str, films: Sequence[FilmScore]) -> str:
    """One row: identified, located DSC, right names, wrong names, false masks a film (of negatives: films with any)."""
    if group == NEGATIVE:
        hit = sum(film.false_masks > 0 for film in films)
        return f"{group:14s} {len(films):5d} with masks {hit} ({100 * hit / max(len(films), 1):.0f} %)"
    levels = [score for film in films for score in film.levels]
    located = [score.dice for score in levels if score.identified]
    named = 100 * _share([score.identified and score.name is score.level for score in levels])
    wrong, false = sum(film.wrong_names for film in films), sum(film.false_masks for film in films)
    return (
        f"{group:14s} {len(films):5d} {len(levels):6d} {100 * _share([score.identified for score in levels]):8.1f} "
        f"{_share(located):6.3f} {named:8.1f} {wrong:6d} {false / max(len(films), 1):6.2f}"
    )


def _share(values: Sequence[float]) -> float:
    """The mean; 0 of nothing."""
    return sum(values) / max(len(values), 1)


def variants(folder: Path, together: Sequence[str], halfway: bool) -> Iterator[tuple[str, Bundle]]:
    """The shipped bundle, and one for each set of candidates."""
    shipped = load_bundle("compact")
    given = [network for network in NETWORKS if (folder / f"{network}.safetensors").exists()]
    sets = [[network] for network in given] + [names.split(",") for names in together]
    sets += [given] if len(given) > 1 and not together else []
    yield "shipped", shipped
    for names in sets:
        states = {name: load_file(folder / f"{name}.safetensors") for name in names}
        yield "+".join(names), with_states(shipped, states, 1.0)
        if halfway:
            yield f"{'+'.join(names)}, halfway", with_states(shipped, states, 0.5)


def with_states(bundle: Bundle, states: Mapping[str, Mapping[str, Tensor]], share: float) -> Bundle:
    """The bundle with the networks of `states`, as much as `share` of the way from the shipped weights to them."""
    networks = {}
    for name, state in states.items():
        network = copy.deepcopy(getattr(bundle, name))
        before = network.state_dict()
        mixed = {
            key: value + share * (state[key].to(value.dtype) - value) if value.is_floating_point() else state[key]
            for key, value in before.items()
        }
        network.load_state_dict(mixed)
        networks[name] = network.eval()
    return replace(bundle, **networks)


def _phantoms(cache: Path, group: str, count: int) -> Path:
    """The folder of a group's phantoms, written where it is not there yet."""
    folder, first = cache / f"{group}-{count}", FIRST + 1000 * GROUP_ORDER.index(group)
    if not (folder / "done").exists():
        kind = None if group == USUAL else group
        write_set(folder, range(first, first + count), group=kind)
        (folder / "done").touch()
    return folder


GROUP_ORDER = (USUAL, *GROUPS, NEGATIVE)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--n", type=int, default=30, help="phantoms per group")
    parser.add_argument("--groups", nargs="*", default=list(GROUP_ORDER), choices=GROUP_ORDER)
    parser.add_argument("--cache", type=Path, help="where the phantoms are kept (default: written again)")
    parser.add_argument("--films", type=Path, help="a folder of real films with truth")
    parser.add_argument("--together", action="append", default=[], metavar="A,B", help="networks to swap together")
    parser.add_argument("--halfway", action="store_true", help="also try the mean with the shipped weights")
    parser.add_argument("--set", nargs="*", default=[], metavar="NAME=VALUE", help="settings of the method")
    return parser.parse_args()


if __name__ == "__main__":
    main()
