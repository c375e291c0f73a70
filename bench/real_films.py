"""Scores the compact bundle on a folder of films with truth: `python -m bench.real_films FOLDER [--set name=value …]`.

FOLDER holds `films/` and `labels/*.json` with polygons or boxes per level. Prints, per group of films (the name up to
the first dash), the paper's figures with names and corner DSC (the Dice of the prediction's four corners as a
quadrilateral, for truth that is straight-edged), for all bodies and for those a reader could outline, and as an upper
bound the segmentation alone from true centroids moved by 10 % of the body's width. A body known by a loose box only
counts as found where the box holds a mask's centroid and their boxes' IoU is above 0.3; it has no DSC.

Films that were looked at while rules were chosen are validation, whatever they come from: figures on them say how well
the rules fit them.
"""

from __future__ import annotations

import argparse
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from bench.phantoms import read_all
from spinefm.core.geometry import Point
from spinefm.core.levels import Level
from spinefm.core.machine import prepare
from spinefm.core.masks import Mask, four_corners
from spinefm.data import Case
from spinefm.evaluation import score_film
from spinefm.evaluation.assignment import one_to_one
from spinefm.evaluation.boxes import in_boxes
from spinefm.evaluation.edges import OUTLINABLE, edge_share, windowed
from spinefm.evaluation.statistics import share_interval
from spinefm.imaging.radiograph import read
from spinefm.methods import CannotStart, build_method, run_to_trace
from spinefm.methods.base.stages import NetworkStages, Stopwatch
from spinefm.methods.spinefm import SpineFMConfig
from spinefm.methods.spinefm.propose import Prompt
from spinefm.methods.spinefm.segment import segment_all
from spinefm.trace.model import Setting, Vertebra
from spinefm.weights.bundle import Bundle
from spinefm.weights.load import load_bundle

DOWN = Point(0, 1)
Predict = Callable[[Case], Sequence[Vertebra]]


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--set", nargs="*", default=[], metavar="NAME=VALUE", help="settings of the method")
    args = parser.parse_args()
    prepare()
    bundle = load_bundle("compact")
    cases = [case for case in read_all(args.folder) if case.truth.bodies or case.truth.boxes]
    settings: dict[str, Setting] = dict(pair.split("=", 1) for pair in args.set)
    print("whole pipeline")
    print(report(groups(cases, lambda case: found(case, bundle, settings))))
    print("\nfrom true centroids moved by 10 % of the width")
    outlined = [case for case in cases if case.truth.bodies]
    print(report(groups(outlined, lambda case: upper_bound(case, bundle))))


@dataclass(frozen=True)
class Row:
    """An annotated body: whether it was found, under which name, and how well (None: known by a box only).

    film: its film's name, since bodies of one film are not independent. name: the level it was found under, if any.
    """

    film: str
    level: Level
    identified: bool
    name: Level | None
    dice: float | None
    corner: float | None
    edge_share: float | None


def groups(cases: Sequence[Case], predict: Predict) -> Mapping[str, list[Row]]:
    """The rows per group of films."""
    scored: dict[str, list[Row]] = defaultdict(list)
    for case in tqdm(cases, unit="film", leave=False):
        scored[case.name.split("-")[0]] += rows_of(case, predict(case))
    return scored


def rows_of(case: Case, vertebrae: Sequence[Vertebra]) -> list[Row]:
    """A row per body with an outline, and per body with a box only; a mask that fits an outline serves no box."""
    score = score_film(case.name, case.region, case.group, case.truth, vertebrae)
    masks = [vertebra.mask for vertebra in vertebrae]
    film = windowed(read(case.film).pixels)
    rows = [
        Row(
            case.name,
            one.level,
            one.identified,
            one.name if one.identified else None,
            one.dice,
            _corner_dice(case.truth.bodies[one.level], vertebrae),
            edge_share(film, case.truth.bodies[one.level]),
        )
        for one in score.levels
    ]
    taken = list(one_to_one(case.truth.bodies, masks).values())
    boxed = in_boxes(case.truth.boxes, masks, taken)
    for level in sorted(case.truth.boxes):
        name = vertebrae[boxed[level]].level if level in boxed else None
        rows.append(Row(case.name, level, level in boxed, name, None, None, None))
    return rows


def report(scored: Mapping[str, Sequence[Row]]) -> str:
    """A line per group and per level."""
    names = f"{'right %':>8s} {'wrong %':>8s} {'unnamed %':>10s}"
    lines = [f"{'':16s} {'n':>4s} {'identified %':>19s} {'located DSC':>12s} {'corner DSC':>11s} {names}"]
    for group, rows in scored.items():
        lines.append(_line(group, rows))
        if seen := [row for row in rows if row.edge_share is not None and row.edge_share >= OUTLINABLE]:
            lines.append(_line("  outlinable", seen))
        for level in sorted({row.level for row in rows}):
            lines.append(_line(f"  {level.name}", [row for row in rows if row.level is level]))
    return "\n".join(lines)


def _line(name: str, rows: Sequence[Row]) -> str:
    """The figures over `rows`, names of all of them; a dash where no outline is known."""
    located = _mean([row.dice for row in rows if row.identified and row.dice is not None])
    corner = _mean([row.corner for row in rows if row.identified and row.corner is not None])
    found = np.array([row.identified for row in rows])
    low, high = share_interval(np.array([row.film for row in rows]), found)
    identified = f"{100 * found.mean():.1f} ({100 * low:.1f}-{100 * high:.1f})"
    right = float(np.mean([row.name is row.level for row in rows]))
    unnamed = float(np.mean([row.name is None for row in rows]))
    names = f"{100 * right:8.1f} {100 * (1 - right - unnamed):8.1f} {100 * unnamed:10.1f}"
    return f"{name:16s} {len(rows):4d} {identified:>19s} {located:>12s} {corner:>11s} {names}"


def _mean(values: Sequence[float]) -> str:
    return f"{np.mean(values):.3f}" if values else "–"


def found(case: Case, bundle: Bundle, settings: Mapping[str, Setting]) -> tuple[Vertebra, ...]:
    """What the whole pipeline finds on a film; nothing where no run can start."""
    try:
        return run_to_trace(build_method("spinefm", bundle, settings), read(case.film)).vertebrae
    except CannotStart as error:
        tqdm.write(f"{case.name}: {error}")
        return ()


def upper_bound(case: Case, bundle: Bundle) -> tuple[Vertebra, ...]:
    """The segmentation network's masks at the true centroids, each moved by 10 % of the body's width."""
    film, rng = read(case.film), np.random.default_rng(0)
    prompts = list(_true_prompts(case, rng))
    settings = SpineFMConfig.of(bundle)
    stages = NetworkStages(bundle, Stopwatch())
    shapes = segment_all(film, stages, settings, prompts)
    return tuple(
        _as_vertebra(level, shape.mask)
        for level, shape in zip(sorted(case.truth.bodies), shapes, strict=True)
        if shape.mask.area
    )


def _as_vertebra(level: Level, mask: Mask) -> Vertebra:
    return Vertebra(int(level), level.name, level, int(level), mask, mask.centroid, four_corners(mask, DOWN), None)


def _true_prompts(case: Case, rng: np.random.Generator) -> Iterator[Prompt]:
    """A prompt per annotated body at the spacing of its annotated neighbours, or by its own width where it has none."""
    for level, body in sorted(case.truth.bodies.items()):
        width = _width(body)
        x, y = body.centroid
        angle = rng.uniform(0, 2 * np.pi)
        point = Point(x + 0.1 * width * np.cos(angle), y + 0.1 * width * np.sin(angle))
        beside = [other for at, other in case.truth.bodies.items() if abs(at - level) == 1]
        steps = [body.centroid.distance(other.centroid) for other in beside]
        yield Prompt("seed", int(level), (), point, float(np.mean(steps)) if steps else 1.05 * width, None)


def _width(body: Mask) -> float:
    """Mean length of the upper and lower edge of a body in pixels."""
    corners = four_corners(body, DOWN)
    if len(corners) < 4:
        return float(np.sqrt(body.area))
    return (corners[0].distance(corners[1]) + corners[2].distance(corners[3])) / 2


def _corner_dice(body: Mask, vertebrae: Sequence[Vertebra]) -> float:
    """The Dice of the best mask's four corners, as a straight quadrilateral, with the true body."""
    best = max(vertebrae, key=lambda vertebra: vertebra.mask.dice(body), default=None)
    if best is None or len(best.corners) < 4:
        return 0.0
    size = (max(best.mask.box.x1, body.box.x1) + 1, max(best.mask.box.y1, body.box.y1) + 1)
    return Mask.from_polygon(np.array(best.corners), size).dice(body)


if __name__ == "__main__":
    main()
