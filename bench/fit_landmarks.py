"""Fits the model of outlines: `python -m bench.fit_landmarks [--n 400] [--fractured 200]`, then writes `shape.json`.

Runs the compact bundle on simulated films with exact landmarks, of ten kinds (`bench.measures`) and of fractured spines
alone, and learns, per kind of body, the landmarks from the outline that was drawn (ridge regression, in which badly
outlined bodies count less), how the errors that remain go together, and how their size follows from how unlike an
outline is, how deformed, and how doubtful the body. The errors are those of a five-fold cross-validation over films.
Fit on tuning seeds only: see `spinefm.phantom.seeds`.
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
from bench.measures import KINDS, drawn, film_of, run
from spinefm.core.machine import prepare
from spinefm.evaluation.assignment import one_to_one
from spinefm.measure import MeasureConfig
from spinefm.measure.bodies import DENS, FUSED, Seen, mirrored, seen_bodies
from spinefm.measure.planar import Values, facing_left
from spinefm.measure.shape import LEAST_DISTANCE, OWN, BodyFrame, bends, deformation, kind_of, log_doubt, ring
from spinefm.phantom import Phantom
from spinefm.phantom.seeds import FRACTURE_SEEDS, MEASURE_SEEDS, share_a_seed
from spinefm.trace.model import Trace
from spinefm.weights.load import load_bundle

MODEL = Path(spinefm.measure.__file__).with_name("shape.json")
PENALTY = {"body": 0.03, "C2": 1.0, "L5": 10.0, "S1": 30.0}
"""Of the ridge, per kind, times the number of bodies: the best of 0.01 to 30 in cross-validation."""
DEFORMED = "body"
"""The kind of which there are enough fractured ones to learn their shape without a penalty."""
COMPONENTS = {"body": 30, "C2": 8, "L5": 8, "S1": 8}
"""Coordinates in which outlines are compared."""
TINY = 1e-6
"""A penalty that only keeps the equations solvable."""
MOST_ERROR = 6.0
"""A body whose error is more times the expected one counts as this far off: a mask that is no body tells nothing."""
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


@dataclass(frozen=True, eq=False)
class Fit:
    """What `OutlineModel.landmarks` needs, for many outlines (N, P) at once."""

    offset: Values
    weights: Values
    bent: Values

    def __call__(self, outlines: Values) -> Values:
        """The landmarks (N, 12)."""
        return np.asarray(self.offset + outlines @ self.weights + bends_of(outlines) @ self.bent)


def main() -> None:
    """Run, fit and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--n", type=int, default=400, help="phantoms")
    parser.add_argument("--first", type=int, default=9_301_000, help="first seed")
    parser.add_argument("--fractured", type=int, default=200, help="phantoms with fractures")
    parser.add_argument("--first-fractured", type=int, default=9_511_000, help="their first seed")
    args = parser.parse_args()
    seeds = range(args.first, args.first + args.n)
    fractured = range(args.first_fractured, args.first_fractured + args.fractured)
    for test in (MEASURE_SEEDS, FRACTURE_SEEDS):
        if share_a_seed(seeds, test) or share_a_seed(fractured, test):
            parser.error(f"seeds {test[0]} to {test[-1]} are the test of the measures: take others")
    prepare()
    write([*examples(seeds), *examples(fractured, "fracture")])


def examples(seeds: range, group: str | None = None) -> Iterator[Example]:
    """The bodies of each phantom, of all kinds or of one group."""
    bundle = load_bundle("compact")
    for seed in tqdm(seeds, unit="film"):
        phantom = drawn(seed, group)
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
        frame = BodyFrame.of(quad)
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
    fit = ridge(outlines, marks, kind)
    mean, whitening = whitened(outlines, COMPONENTS[kind])
    errors = cross_validated(outlines, marks, np.array([one.seed for one in found]), kind)
    distance = np.sqrt((((outlines - mean) @ whitening) ** 2).mean(axis=1))
    doubt = np.array([log_doubt(one.probability) for one in found])
    deformed = np.array([deformation(outline.reshape(-1, 2)) for outline in outlines])
    known = np.stack([np.ones(len(found)), np.log(np.maximum(distance, LEAST_DISTANCE)), doubt, deformed], axis=1)
    size, root = error_model(errors, known)
    corner = 100 * np.hypot(*np.moveaxis(errors.reshape(-1, 6, 2), -1, 0))[:, :4].mean(axis=1)
    print(f"{kind}: {len(found)} bodies, corners median {np.median(corner):.2f}, mean {corner.mean():.2f} % of width")
    parts = (fit.offset, fit.weights, fit.bent, mean, whitening, root, size)
    names = ("offset", "weights", "bent", "mean", "whitening", "root", "size")
    return {name: np.round(part, DIGITS).tolist() for name, part in zip(names, parts, strict=True)}


def ridge(outlines: Values, marks: Values, kind: str, rounds: int = 5) -> Fit:
    """From outlines (N, P) to landmarks (N, 12); bodies far off count less with each round.

    What is learned is the correction of the outline's own corners and middles: of `DEFORMED`, first, without a penalty,
    from its wedge, concavity, height and bends, which fractures change; then, with a penalty, from all of it.
    """
    own = np.zeros((outlines.shape[1], marks.shape[1]))
    own[[2 * place + axis for place in OWN for axis in (0, 1)], range(marks.shape[1])] = 1
    shown = deformity(own)[:, : 3 if kind == DEFORMED else 0]
    bent = bends_of(outlines) * (kind == DEFORMED)
    trust = np.ones(len(outlines))
    for _ in range(rounds):
        inputs = np.concatenate([outlines @ shown, bent], axis=1)
        offset, weights = linear(inputs, marks - outlines @ own, trust, TINY)
        first, bend = own + shown @ weights[: shown.shape[1]], weights[shown.shape[1] :]
        more, rest = linear(outlines, marks - outlines @ first - bent @ bend - offset, trust, PENALTY[kind])
        fit = Fit(offset + more, first + rest, bend)
        size = np.sqrt(((marks - fit(outlines)) ** 2).mean(axis=1))
        trust = 1 / np.maximum(1, size / max(2 * np.median(size), TINY)) ** 2
    return fit


def bends_of(outlines: Values) -> Values:
    """The bends (N, B) of outlines (N, P)."""
    return np.array([bends(outline.reshape(-1, 2)) for outline in outlines])


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


def cross_validated(outlines: Values, marks: Values, seeds: Values, kind: str) -> Values:
    """The errors (N, 12) of landmarks on films that were left out of the fit."""
    errors = np.zeros_like(marks)
    for fold in range(FOLDS):
        out = seeds // len(KINDS) % FOLDS == fold
        errors[out] = ridge(outlines[~out], marks[~out], kind)(outlines[out]) - marks[out]
    return errors


def error_model(errors: Values, known: Values) -> tuple[Values, Values]:
    """Coefficients (4,) of the errors' log size over what is known (N, 4), and how they go together: root (12, 12)."""
    size = np.log(np.sqrt((errors**2).mean(axis=1)))
    coefficients = np.linalg.lstsq(known, size, rcond=None)[0]
    scaled = errors / np.exp(known @ coefficients)[:, None]
    scaled /= np.maximum(np.sqrt((scaled**2).mean(axis=1)) / MOST_ERROR, 1.0)[:, None]
    covariance = scaled.T @ scaled / len(scaled)
    return coefficients, np.linalg.cholesky(covariance + 1e-6 * np.eye(len(covariance)))


if __name__ == "__main__":
    main()
