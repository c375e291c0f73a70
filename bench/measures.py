"""The accuracy of measures: `python -m bench.measures [--fractures] [--real FOLDER] [--n 100] [--first 9300000]`.

Simulates phantoms with exact landmarks (a tenth each of ten kinds: necks, lumbar spines, fractures, slips, kyphotic
thoracic and whole spines, see `KINDS`), runs the compact bundle on each, and compares every measure with the same
formula on the true landmarks: mean absolute error, bias, 95 % limits of agreement, the share that was not measurable
although the bodies are in view, and how often the truth lies within ±. The published figures are beside them.
`--fractures` draws spines with fractures alone, for the agreement of grades. `--real` does the same on a folder of
films with outlines (`films/`, `labels/`), whose truth has errors of its own: the corners of an outline are its largest
quadrilateral, inside the true ones where it is rounded.

Seeds 9300000 to 9300099 (`spinefm.phantom.seeds.MEASURE_SEEDS`) are the test, with `--fractures` 9500000 to 9500199
(`FRACTURE_SEEDS`); tune on 9301000 and on 9510000 and up.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
from tqdm import tqdm

from bench.measure_table import NOT_FOUND, table
from bench.measure_truth import (
    WHOLE,
    outlined_bodies,
    outlined_landmarks,
    phantom_landmarks,
    phantom_masks,
)
from spinefm.core.levels import Level
from spinefm.core.machine import prepare
from spinefm.core.masks import Mask
from spinefm.evaluation.assignment import one_to_one
from spinefm.evaluation.measured import by_truth
from spinefm.imaging.radiograph import Radiograph, Spacing, read
from spinefm.measure import FacingGuess, Landmarks, Measure, Measures, measure, measure_landmarks
from spinefm.methods import CannotStart, build_method, run_to_trace
from spinefm.phantom import Phantom, simulate
from spinefm.phantom.seeds import FRACTURE_SEEDS, MEASURE_SEEDS
from spinefm.phantom.settings import RegionName
from spinefm.trace.model import Trace
from spinefm.weights.bundle import Bundle
from spinefm.weights.load import load_bundle

KINDS: tuple[tuple[RegionName | None, str | None], ...] = (
    ("cervical", None),
    ("lumbar", None),
    (None, "fracture"),
    (None, "slip"),
    (None, "thoracic"),
    ("cervical", None),
    ("lumbar", None),
    (None, "fracture"),
    (None, "slip"),
    (None, "whole"),
)
"""Region and group of a phantom, by the last digit of its seed."""


@dataclass(frozen=True)
class Pair:
    """One measure: its true value, what was surely measured (None: was not), ±, and the true and measured grade.

    doubtful: the value that was given with a doubt.
    """

    film: str
    key: str
    levels: tuple[str, ...]
    true: float | None
    value: float | None
    uncertainty: float | None = None
    true_grade: str = ""
    grade: str = ""
    reason: str = ""
    doubtful: float | None = None


@dataclass(frozen=True)
class FilmPairs:
    """What one film gives: pairs, errors of corners in % of the body's width (mean of four), and the facing.

    group: the kind of film whose figures are together.
    """

    group: str = "phantoms"
    pairs: list[Pair] = field(default_factory=list)
    corners: list[float] = field(default_factory=list)
    facing_right: bool | None = None


@dataclass(frozen=True, eq=False)
class Truth:
    """What is known of a film: masks and landmarks from the top, the levels wholly in view, and its measures."""

    film: str
    masks: dict[Level, Mask]
    landmarks: tuple[Landmarks, ...]
    whole: frozenset[str]
    values: tuple[Measure, ...]


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, help="phantoms (default: the test's)")
    parser.add_argument("--first", type=int, help="first seed (default: the test's)")
    parser.add_argument("--fractures", action="store_true", help="phantoms with fractures alone")
    parser.add_argument("--real", type=Path, metavar="FOLDER", help="films with outlines, in place of phantoms")
    args = parser.parse_args()
    prepare()
    bundle = load_bundle("compact")
    test, group = (FRACTURE_SEEDS, "fracture") if args.fractures else (MEASURE_SEEDS, None)
    first = test.start if args.first is None else args.first
    seeds = range(first, first + (args.n or len(test)))
    films = real_films(args.real, bundle) if args.real else phantoms(seeds, bundle, group)
    print(tables(list(films)))


def tables(films: Sequence[FilmPairs]) -> str:
    """A table per group of films."""
    groups = {film.group: [one for one in films if one.group == film.group] for film in films}
    return "\n\n".join(f"{group}\n{table(own)}" for group, own in groups.items())


def phantoms(seeds: range, bundle: Bundle, group: str | None = None) -> Iterator[FilmPairs]:
    """The pairs of each phantom, of all kinds or of one group."""
    for seed in tqdm(seeds, unit="film"):
        phantom = drawn(seed, group)
        yield phantom_pairs(phantom, run(film_of(phantom), bundle))


def drawn(seed: int, group: str | None = None) -> Phantom:
    """The phantom of a seed: of the group, or of the kind that its last digit says."""
    region, kind = (None, group) if group else KINDS[seed % len(KINDS)]
    return simulate(seed, region, group=kind)


def film_of(phantom: Phantom) -> Radiograph:
    """The phantom's film with 256 grey levels and its scale, turned to bone bright as a file would be."""
    pixels = np.round(255 * phantom.film).astype(np.uint8)
    spacing = Spacing(phantom.spacing_mm, "simulated")
    return Radiograph.from_array(pixels, spacing=spacing, polarity="auto", name=f"phantom-{phantom.seed}")


def run(film: Radiograph, bundle: Bundle) -> Trace | None:
    """The run on a film; None where none can start."""
    try:
        return run_to_trace(build_method("spinefm", bundle), film)
    except CannotStart as error:
        tqdm.write(f"{film.provenance.name}: {error}")
        return None


def phantom_pairs(phantom: Phantom, trace: Trace | None) -> FilmPairs:
    """A phantom's measures beside those of its exact landmarks."""
    true = phantom_landmarks(phantom)
    facing = FacingGuess(phantom.faces, 1.0, "simulated")
    truth = Truth(
        film=f"phantom-{phantom.seed}",
        masks=phantom_masks(phantom),
        landmarks=true,
        whole=frozenset(level.name for level, body in phantom.truth.items() if body.visible >= WHOLE),
        values=measure_landmarks(true, facing, phantom.spacing_mm),
    )
    if trace is None:
        return FilmPairs(pairs=list(missed(truth, {})))
    measures = measure(trace, spacing=phantom.spacing_mm, film=film_of(phantom))
    found = compared(truth, trace, measures)
    right = None if measures.facing.side is None else measures.facing.side == phantom.faces
    return replace(found, facing_right=right)


def real_films(folder: Path, bundle: Bundle) -> Iterator[FilmPairs]:
    """The pairs of each outlined film of a folder; the facing and what is upright are the method's own."""
    for label in tqdm(sorted((folder / "labels").glob("*.json")), unit="film"):
        polygons = outlined_bodies(label)
        if not polygons:
            continue
        film = read(folder / "films" / f"{label.stem}.png")
        trace = run(film, bundle)
        if trace is not None:
            yield real_pairs(label.stem, polygons, film, trace)


def real_pairs(name: str, polygons: dict[Level, np.ndarray], film: Radiograph, trace: Trace) -> FilmPairs:
    """An outlined film's measures beside those of its outlines."""
    measures = measure(trace, film=film)
    side = measures.facing.side or "left"
    true = tuple(outlined_landmarks(level, polygon, side) for level, polygon in sorted(polygons.items()))
    truth = Truth(
        film=name,
        masks={level: Mask.from_polygon(polygon, film.size) for level, polygon in polygons.items()},
        landmarks=true,
        whole=frozenset(level.name for level in polygons),
        values=measure_landmarks(true, measures.facing, None, measures.not_upright),
    )
    return replace(compared(truth, trace, measures), group=name.split("-")[0])


def compared(truth: Truth, trace: Trace, measures: Measures) -> FilmPairs:
    """The pairs of one film, and the errors of the corners of the bodies that were found."""
    places = one_to_one(truth.masks, [vertebra.mask for vertebra in trace.vertebrae])
    names = {measures.landmarks[at].name: level.name for level, at in places.items()}
    true = {one.name: one for one in truth.landmarks}
    corners = [
        error
        for level, at in places.items()
        if level.name in truth.whole and (error := corner_error(true[level.name], measures.landmarks[at])) is not None
    ]
    return FilmPairs(pairs=list(missed(truth, by_truth(measures, names))), corners=corners)


def missed(truth: Truth, known: dict[tuple[str, tuple[str, ...]], Measure]) -> Iterator[Pair]:
    """A pair per true measure that was measured, or whose bodies are all in view."""
    for one in truth.values:
        found = known.get((one.key, one.levels))
        value = found.value if found and not found.doubt else None
        if one.value is None or (value is None and not truth.whole.issuperset(one.levels)):
            continue
        yield Pair(
            truth.film,
            one.key,
            one.levels,
            one.value,
            value,
            found.uncertainty if found else None,
            one.grade,
            found.grade if found and not found.doubt else "",
            found.reason or found.doubt if found else NOT_FOUND,
            found.value if found and found.doubt else None,
        )


def corner_error(true: Landmarks, found: Landmarks) -> float | None:
    """The mean distance of four corners in % of the body's width, None without landmarks; anterior stays anterior."""
    if not found.points or found.superior and found.inferior:
        return None
    real, seen = np.array(true.points), np.array(found.points)
    width = (np.linalg.norm(real[1] - real[0]) + np.linalg.norm(real[2] - real[3])) / 2
    if (real[1] - real[0]) @ (seen[1] - seen[0]) < 0:  # a wrong facing is counted on its own
        seen = seen[[1, 0, 3, 2, 4, 5]]
    used = {"C2": [2, 3], "S1": [0, 1]}.get(true.name, [0, 1, 2, 3])
    return float(100 * np.linalg.norm(seen[used] - real[used], axis=1).mean() / width)


if __name__ == "__main__":
    main()
