"""Estimate how bodies grow along a spine, for the posterior over namings: `python -m bench.fit_anatomy`.

Draws the spines of training phantoms (no film is painted; seeds 600000 on, the mixture that networks are trained on)
and writes `spinefm/methods/spinefm/anatomy.json`: per level the mean logarithm of a body's size (root of its area,
relative to the other bodies of its spine), per pair of neighbours that of the distance of their centroids in mean
sizes, and per view how often a film's chain of bodies begins and ends at each level.
"""

from __future__ import annotations

import argparse
import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from spinefm.core.levels import Level
from spinefm.phantom.column import build_column
from spinefm.phantom.groups import group_of
from spinefm.phantom.mix import drawn_group
from spinefm.phantom.outlines import annotated, body_outline
from spinefm.phantom.settings import Settings
from spinefm.phantom.view import view_of

FIRST, COUNT = 600_000, 2000
IN_VIEW = 0.6
"""Share of an outline's points on the film from which its body counts."""
OUT = Path("spinefm/methods/spinefm/anatomy.json")


@dataclass(frozen=True)
class Chain:
    """The bodies of one phantom that are in view, from the top: level, size in mm and centroid (x, y) in mm."""

    view: str
    levels: tuple[Level, ...]
    sizes: tuple[float, ...]
    centroids: tuple[tuple[float, float], ...]


def main() -> None:
    """Draw, estimate, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--first", type=int, default=FIRST)
    parser.add_argument("--n", type=int, default=COUNT)
    parser.add_argument("--out", type=Path, default=OUT)
    args = parser.parse_args()
    chains = [chain_of(seed) for seed in tqdm(range(args.first, args.first + args.n), unit="spine")]
    table = {
        "made_by": f"bench.fit_anatomy, seeds {args.first} to {args.first + args.n - 1}",
        "size": sizes(chains),
        "gap": gaps(chains),
        "top": ends(chains, 0),
        "bottom": ends(chains, -1),
    }
    args.out.write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")


def chain_of(seed: int) -> Chain:
    """The bodies in view of one training phantom, drawn as `simulate` draws them."""
    streams = [np.random.default_rng(child) for child in np.random.SeedSequence(seed).spawn(5)]
    group = drawn_group(seed, negatives=0.0)
    kind, region, layout = group_of(group), None, None
    if group:
        region, layout = kind.region_and_layout(streams[4], region, layout)
    settings = kind.patient(Settings.draw(seed, streams[0], region, None, layout), streams[4])
    settings = replace(settings, group=group or "")
    column = build_column(settings.region, settings.column, streams[1])
    outlines = {vertebra.level: body_outline(vertebra, streams[1]) for vertebra in column}
    view = view_of(settings, outlines, streams[1])
    known = {level: annotated(level, outline).polygon for level, outline in outlines.items()}
    seen = [level for level in known if _is_in_view(view(known[level]), settings)]
    return Chain(
        settings.region,
        tuple(seen),
        tuple(_area(known[level]) ** 0.5 for level in seen),
        tuple((float(x), float(y)) for x, y in (_centroid(known[level]) for level in seen)),
    )


def _is_in_view(polygon: NDArray[np.float64], settings: Settings) -> bool:
    inside = (polygon >= 0) & (polygon < (settings.width, settings.height))
    return bool(inside.all(axis=1).mean() >= IN_VIEW)


def _area(polygon: NDArray[np.float64]) -> float:
    x, y = polygon.T
    return float(abs(np.dot(x, np.roll(y, -1)) - np.dot(y, np.roll(x, -1))) / 2)


def _centroid(polygon: NDArray[np.float64]) -> NDArray[np.float64]:
    """The centre of a polygon's area, (2,)."""
    following = np.roll(polygon, -1, axis=0)
    cross = polygon[:, 0] * following[:, 1] - following[:, 0] * polygon[:, 1]
    return np.asarray(((polygon + following) * cross[:, None]).sum(axis=0) / (3 * cross.sum()))


def sizes(chains: Sequence[Chain]) -> dict[str, float]:
    """Mean log size per level, relative to the other levels: each spine has an unknown scale of its own.

    Alternating least squares over level means and spine offsets.
    """
    means: dict[Level, float] = defaultdict(float)
    for _ in range(200):
        residuals = defaultdict(list)
        for chain in chains:
            logs = np.log(chain.sizes)
            offset = float(np.mean(logs - [means[level] for level in chain.levels])) if len(logs) else 0.0
            for level, value in zip(chain.levels, logs, strict=True):
                residuals[level].append(value - offset)
        means = defaultdict(float, {level: float(np.mean(values)) for level, values in residuals.items()})
    middle = means[Level.T12]
    return {level.name: round(means[level] - middle, 4) for level in sorted(means)}


def gaps(chains: Sequence[Chain]) -> dict[str, float]:
    """Mean log distance between neighbours' centroids in their mean size, per pair, such as "L5-S1"."""
    found = defaultdict(list)
    for chain in chains:
        places = np.array(chain.centroids).reshape(-1, 2)
        for index, (above, below) in enumerate(_neighbours(chain.levels)):
            distance = float(np.linalg.norm(places[index + 1] - places[index]))
            size = (chain.sizes[index] + chain.sizes[index + 1]) / 2
            found[above, below].append(np.log(distance / size))
    return {f"{a.name}-{b.name}": round(float(np.mean(found[a, b])), 4) for a, b in sorted(found)}


def _neighbours(levels: Sequence[Level]) -> Iterator[tuple[Level, Level]]:
    return zip(levels, levels[1:], strict=False)


def ends(chains: Sequence[Chain], place: int) -> Mapping[str, Mapping[str, float]]:
    """Per view the share of chains whose body at `place` (0: the topmost, -1: the lowest) has each level."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for chain in chains:
        if chain.levels:
            counts[chain.view][chain.levels[place].name] += 1
    return {
        view: {level: round(number / sum(own.values()), 4) for level, number in sorted(own.items())}
        for view, own in sorted(counts.items())
    }


if __name__ == "__main__":
    main()
