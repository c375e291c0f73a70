"""Fit the polarity rule on training phantoms and measure it on other films.

    python -m spinefm phantom --n 400 --seed 520000 --out data/usual
    python -m spinefm phantom --n 400 --seed 500000 --group mixed --out data/mixed
    python -m spinefm phantom --n 80 --seed 510000 --group veiled --out data/veiled
    python -m bench.fit_polarity --train data/usual data/mixed data/veiled --test FOLDER [--bright FOLDER]

The weights in the tree are fitted on 1342 lateral films: 400 usual ones (seeds 520000 to 520399), a mixture (500000 to
500199 and 500500 to 500699), and 80 each of veiled, chest, child, implant and fracture (510000, 511000, 512000, 513000
and 516000 on), 70 of tilted (517000 on) and 60 each of whole and thoracic (514000 and 518000 on).

Prints the weights for `spinefm/imaging/polarity.py`, how the limit trades films kept against inverted films corrected
(by cross-validation on the training phantoms), and the same two shares for its present constants, on
test phantoms and on a folder of films whose bone is bright.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spinefm.imaging.polarity import CUES, SURE, WEIGHTS, cues
from spinefm.imaging.radiograph import read

PENALTY = 0.3
"""Ridge penalty of the logistic regression on cues of unit size, in units of one film."""
FOLDS = 5
LIMITS = (0.0, -1.0, -2.0, -2.5, -3.0, -4.0)


def upright_phantoms(folder: Path) -> Iterator[NDArray[np.float32]]:
    """The lateral phantom films (H, W) of a folder with bright bone, whatever polarity they were drawn with."""
    for label in sorted((folder / "labels").glob("*.json")):
        truth = json.loads(label.read_text(encoding="utf-8"))
        if not truth.get("view"):  # the kind of picture, where it is no lateral spine film
            yield read(
                folder / "films" / f"{label.stem}.png", polarity="invert" if truth["inverted"] else "keep"
            ).pixels


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
    return np.asarray(weights / size)


def cross_validated(evidence: NDArray[np.float64]) -> NDArray[np.float64]:
    """Log odds (N,) of each film by the weights fitted without its fold."""
    fold = np.random.default_rng(0).permutation(len(evidence)) % FOLDS
    odds = np.zeros(len(evidence))
    for index in range(FOLDS):
        odds[fold == index] = evidence[fold == index] @ fit(evidence[fold != index])
    return odds


def report(name: str, odds: NDArray[np.float64], limit: float) -> None:
    """Print how often upright films of these log odds are kept and their inverted copies turned."""
    kept, turned = (odds >= limit).mean(), (-odds < limit).mean()
    print(f"{name}, limit {limit:g}: {len(odds)} films, right ones kept {kept:.1%}, inverted ones turned {turned:.1%}")


def train(folders: Sequence[Path]) -> None:
    """Fit on folders of phantoms; print the weights and the cross-validated trade."""
    evidence = np.array([cues(film) for folder in folders for film in upright_phantoms(folder)])
    for cue, weight in zip(CUES, fit(evidence), strict=True):
        print(f"{cue}: {weight:.2f}")
    odds = cross_validated(evidence)
    for limit in LIMITS:
        report("cross-validation", odds, limit)


def main() -> None:
    """Fit and measure what is asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--train", type=Path, nargs="+", help="folders of training phantoms to fit on")
    parser.add_argument("--test", type=Path, help="folder of test phantoms")
    parser.add_argument("--bright", type=Path, help="folder of PNG films whose bone is bright")
    args = parser.parse_args()
    if args.train:
        train(args.train)
    if args.test:
        report("test phantoms", np.array([cues(f) @ np.array(WEIGHTS) for f in upright_phantoms(args.test)]), SURE)
    if args.bright:
        films = (read(path, polarity="keep").pixels for path in sorted(args.bright.glob("*.png")))
        report(str(args.bright), np.array([cues(film) @ np.array(WEIGHTS) for film in films]), SURE)


if __name__ == "__main__":
    main()
