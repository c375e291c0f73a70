"""Fits the model of outlines: `python -m bench.fit_landmarks [--n 400] [--first 9301000]`, then writes `shape.json`.

Runs the compact bundle on simulated films with exact landmarks and learns, per kind of body, the landmarks from the
outline that was drawn (ridge regression, in which badly outlined bodies count less), how the errors that remain go
together, and how their size follows from how unlike an outline is and how sure the classifier is. The errors are those
of a five-fold cross-validation over films. Fit on tuning seeds only: see `spinefm.phantom.seeds`.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

import spinefm.measure
from bench.measure_truth import WHOLE, phantom_landmarks, phantom_masks
from bench.measures import KINDS, film_of, run
from spinefm.core.machine import prepare
from spinefm.evaluation.assignment import one_to_one
from spinefm.measure import MeasureConfig
from spinefm.measure.bodies import DENS, FUSED, Seen, mirrored, seen_bodies
from spinefm.measure.planar import Values, facing_left
from spinefm.measure.shape import LEAST_DISTANCE, SIDE_POINTS, Frame, kind_of, ring
from spinefm.phantom import Phantom, simulate
from spinefm.phantom.seeds import MEASURE_SEEDS, share_a_seed
from spinefm.trace.model import Trace
from spinefm.weights.load import load_bundle

MODEL = Path(spinefm.measure.__file__).with_name("shape.json")
PENALTY = {"body": 0.1, "C2": 0.3, "L5": 0.5, "S1": 3.0}
"""Of the ridge, per kind, times the number of bodies: the best of 0.03 to 3 in cross-validation."""
COMPONENTS = {"body": 30, "C2": 8, "L5": 8, "S1": 8}
"""Coordinates in which outlines are compared."""
OWN = (0, SIDE_POINTS, 2 * SIDE_POINTS, 3 * SIDE_POINTS, SIDE_POINTS // 2, 5 * SIDE_POINTS // 2)
"""Which points of an outline are its own landmarks: the corners, and halfway along both endplates."""
FOLDS = 5
DIGITS = 5


@dataclass(frozen=True, eq=False)
class Example:
    """One body: its film's seed, kind, outline (P,) and true landmarks (12,) in its frame, and the probability."""

    seed: int
    kind: str
    outline: Values
    landmarks: Values
    probability: float


def main() -> None:
    """Run, fit and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=400, help="phantoms")
    parser.add_argument("--first", type=int, default=9_301_000, help="first seed")
    args = parser.parse_args()
    seeds = range(args.first, args.first + args.n)
    if share_a_seed(seeds, MEASURE_SEEDS):
        parser.error(f"seeds {MEASURE_SEEDS[0]} to {MEASURE_SEEDS[-1]} are the test of the measures: take others")
    prepare()
    write(list(examples(seeds)))


def examples(seeds: range) -> Iterator[Example]:
    """The bodies of each phantom."""
    bundle = load_bundle("compact")
    for seed in tqdm(seeds, unit="film"):
        region, group = KINDS[seed % len(KINDS)]
        phantom = simulate(seed, region, group=group)
        trace = run(film_of(phantom), bundle)
        if trace is not None:
            yield from film_examples(phantom, trace)


def film_examples(phantom: Phantom, trace: Trace) -> Iterator[Example]:
    """The bodies of one film that are in view and were found, with the facing known."""
    true = {one.level: np.array(one.points) for one in phantom_landmarks(phantom)}
    bodies = seen_bodies(trace.vertebrae, trace.film.size, MeasureConfig(), phantom.film)
    for level, at in one_to_one(phantom_masks(phantom), [vertebra.mask for vertebra in trace.vertebrae]).items():
        rough, points = bodies[at].rough, true[level]
        if rough is None or is_cut(bodies[at]) or phantom.truth[level].visible < WHOLE:
            continue
        right = phantom.faces == "right"
        path, quad = mirrored(rough) if right else (rough.path, rough.quad)
        frame = Frame.of(quad)
        yield Example(
            phantom.seed,
            kind_of(level),
            frame.into(ring(path, quad)).ravel(),
            frame.into(facing_left(points) if right else points).ravel(),
            trace.vertebrae[at].probability or 1.0,
        )


def is_cut(body: Seen) -> bool:
    """Whether something other than its level speaks against a body's corners."""
    return bool({body.superior, body.inferior} - {"", DENS, FUSED})


def write(found: Sequence[Example]) -> None:
    """Fit a model per kind, print how well it does, and write all."""
    models = {}
    for kind in PENALTY:
        own = [one for one in found if one.kind == kind]
        models[kind] = fitted(own, kind)
    MODEL.write_text(json.dumps(models), encoding="utf-8")


def fitted(found: Sequence[Example], kind: str) -> dict[str, list[object]]:
    """The model of one kind as JSON data."""
    outlines, marks = np.array([one.outline for one in found]), np.array([one.landmarks for one in found])
    offset, weights = ridge(outlines, marks, PENALTY[kind])
    mean, whitening = whitened(outlines, COMPONENTS[kind])
    errors = cross_validated(outlines, marks, np.array([one.seed for one in found]), PENALTY[kind])
    distance = np.sqrt((((outlines - mean) @ whitening) ** 2).mean(axis=1))
    sure = np.array([one.probability for one in found])
    size, root = error_model(errors, distance, sure)
    corner = 100 * np.hypot(*np.moveaxis(errors.reshape(-1, 6, 2), -1, 0))[:, :4].mean(axis=1)
    print(f"{kind}: {len(found)} bodies, corners median {np.median(corner):.2f}, mean {corner.mean():.2f} % of width")
    parts = (offset, weights, mean, whitening, root, size)
    names = ("offset", "weights", "mean", "whitening", "root", "size")
    return {name: np.round(part, DIGITS).tolist() for name, part in zip(names, parts, strict=True)}


def ridge(outlines: Values, marks: Values, penalty: float, rounds: int = 5) -> tuple[Values, Values]:
    """Offset (12,) and weights (P, 12) from outlines to landmarks; bodies far off count less with each round.

    What is learned is the correction of the outline's own corners and middles: first, without a penalty, from its
    wedge, concavity and height, which fractures change; then the rest, with a penalty, from the whole outline.
    """
    own = np.zeros((outlines.shape[1], marks.shape[1]))
    own[[2 * place + axis for place in OWN for axis in (0, 1)], range(marks.shape[1])] = 1
    shown = deformity(own)
    trust = np.ones(len(outlines))
    for _ in range(rounds):
        offset, weights = linear(outlines @ shown, marks - outlines @ own, trust, 0.0)
        first = own + shown @ weights
        more, rest = linear(outlines, marks - outlines @ first - offset, trust, penalty)
        offset, weights = offset + more, first + rest
        size = np.sqrt(((marks - offset - outlines @ weights) ** 2).mean(axis=1))
        trust = 1 / np.maximum(1, size / (2 * np.median(size))) ** 2
    return offset, weights


def deformity(own: Values) -> Values:
    """The map (P, 3) from an outline to its wedge, concavity and mean height, from that to its own landmarks."""
    down = own[:, 1::2]  # (P, 6): SA, SP, IP, IA, SM, IM
    front, middle, back = (down[:, low] - down[:, high] for high, low in ((0, 3), (4, 5), (1, 2)))
    return np.stack([front - back, middle - (front + back) / 2, (front + back) / 2], axis=1)


def linear(inputs: Values, goals: Values, trust: Values, penalty: float) -> tuple[Values, Values]:
    """Offset and weights of a weighted ridge regression on standardised inputs (N, P), for inputs as they are."""
    share = trust / trust.sum()
    centre, goal = share @ inputs, share @ goals
    scale = np.sqrt(share @ (inputs - centre) ** 2) + 1e-3
    scaled = (inputs - centre) / scale
    normal = (scaled * share[:, None]).T @ scaled + penalty * np.eye(scaled.shape[1])
    weights = np.linalg.solve(normal, (scaled * share[:, None]).T @ (goals - goal)) / scale[:, None]
    return goal - centre @ weights, weights


def whitened(outlines: Values, count: int) -> tuple[Values, Values]:
    """The mean outline (P,) and a map (P, K) to `count` coordinates that spread evenly."""
    mean = np.median(outlines, axis=0)
    _, spread, axes = np.linalg.svd(outlines - mean, full_matrices=False)
    return mean, axes[:count].T / (spread[:count] / np.sqrt(len(outlines)))


def cross_validated(outlines: Values, marks: Values, seeds: Values, penalty: float) -> Values:
    """The errors (N, 12) of landmarks on films that were left out of the fit."""
    errors = np.zeros_like(marks)
    for fold in range(FOLDS):
        out = seeds // len(KINDS) % FOLDS == fold
        offset, weights = ridge(outlines[~out], marks[~out], penalty)
        errors[out] = offset + outlines[out] @ weights - marks[out]
    return errors


def error_model(errors: Values, distance: Values, sure: Values) -> tuple[Values, Values]:
    """Coefficients (3,) of the errors' log size, and the root (12, 12) of how they go together at size 1."""
    size = np.sqrt((errors**2).mean(axis=1))
    inputs = np.stack([np.ones(len(size)), np.log(np.maximum(distance, LEAST_DISTANCE)), sure], axis=1)
    coefficients = np.linalg.lstsq(inputs, np.log(size), rcond=None)[0]
    scaled = errors / np.exp(inputs @ coefficients)[:, None]
    covariance = scaled.T @ scaled / len(scaled)
    return coefficients, np.linalg.cholesky(covariance + 1e-6 * np.eye(len(covariance)))


if __name__ == "__main__":
    main()
