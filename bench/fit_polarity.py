"""Fit the polarity rule on training phantoms and measure it: `python -m bench.fit_polarity [--films FOLDER]`.

Prints the weights for `spinefm/polarity.py` and, for the constants that stand there now, how often right films are
kept and inverted ones turned, on test phantoms and on a folder of films whose bone is bright.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spinefm.phantom import simulate
from spinefm.polarity import CUES, SURE, WEIGHTS, cues
from spinefm.radiograph import read

FIRST_TRAIN_SEED = 500_000
FIRST_TEST_SEED = 9_100_000
PENALTY = 0.3
"""Ridge penalty of the logistic regression on cues of unit size, in units of one film."""


def upright_phantoms(first_seed: int, count: int) -> Iterator[NDArray[np.float32]]:
    """Phantom films (H, W) with bright bone, whatever polarity they were drawn with."""
    for seed in range(first_seed, first_seed + count):
        phantom = simulate(seed)
        yield 1 - phantom.film if phantom.inverted else phantom.film


def fit(evidence: NDArray[np.float64]) -> NDArray[np.float64]:
    """Logistic weights (K,) without intercept for cues (N, K) of upright films; inverted films are their mirror."""
    size = np.sqrt((evidence**2).mean(axis=0))
    evidence = evidence / size
    weights = np.zeros(evidence.shape[1])
    for _ in range(50):  # Newton's method
        wrong = 1 / (1 + np.exp(np.clip(evidence @ weights, -30, 30)))  # (N,)
        gradient = PENALTY * weights - evidence.T @ wrong
        curvature = (evidence * (wrong * (1 - wrong))[:, None]).T @ evidence + PENALTY * np.eye(len(weights))
        weights = weights - np.linalg.solve(curvature, gradient)
    return weights / size


def report(name: str, films: Iterable[NDArray[np.float32]]) -> None:
    """Print how often upright films are kept and their inverted copies turned."""
    odds = np.array([cues(film) @ np.array(WEIGHTS) for film in films])
    kept, turned = (odds >= SURE).mean(), (-odds < SURE).mean()
    print(f"{name}: {len(odds)} films, right ones kept {kept:.1%}, inverted ones turned {turned:.1%}")


def main() -> None:
    """Fit, print the weights, and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--train", type=int, default=500, help="number of training phantoms")
    parser.add_argument("--test", type=int, default=300, help="number of test phantoms")
    parser.add_argument(
        "--films", type=Path, help="a folder of films with bright bone, measured as they are and inverted"
    )
    args = parser.parse_args()
    if args.train > 0:
        weights = fit(np.array([cues(film) for film in upright_phantoms(FIRST_TRAIN_SEED, args.train)]))
        for cue, weight in zip(CUES, weights, strict=True):
            print(f"{cue}: {weight:.2f}")
    report("test phantoms", upright_phantoms(FIRST_TEST_SEED, args.test))
    if args.films:
        report(str(args.films), (read(path, polarity="keep").pixels for path in sorted(args.films.glob("*.png"))))


if __name__ == "__main__":
    main()
