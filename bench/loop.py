"""What correcting and training again gains: `python -m bench.loop --out DIR [--minutes 5]`.

The way of docs/how-to/close-the-loop.md, with its commands, on phantoms of another style than the weights know:
segment, export to labelme, correct, evaluate, train from the bundle's weights, evaluate on unseen films of that style
and on films of the usual one. A reader's correction is the phantom's own outline. Parts done already are kept.
"""

from __future__ import annotations

import argparse
import csv
import json
import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from spinefm.cli.app import main as spinefm
from spinefm.cli.exits import WRONG_CALL
from spinefm.evaluation.summary import ALL
from spinefm.phantom import simulate
from spinefm.phantom.folder import label_of
from spinefm.training.export import export_runs
from spinefm.weights.manifest import WEIGHTS_FOLDER

Image = NDArray[np.float32]
Style = Callable[[Image, np.random.Generator], Image]

CORRECTED, WATCHED, UNSEEN = range(840_000, 840_030), range(841_000, 841_008), range(9_220_000, 9_220_020)
"""Seeds of the films that are corrected, that watch the training, and on which the gain is stated."""
REHEARSED = 842_000
"""First seed of usual phantoms that are trained on beside the corrections."""
RATE = "0.001"
EDGE = 0.5
"""labelme counts from pixel corners."""
SHOWN = ("count", "identified", "named", "located_dsc", "overall_dsc", "worst")
"""Columns of levels.csv that are printed."""


def sketched(film: Image, rng: np.random.Generator) -> Image:
    """A film (H, W) as an edge filter leaves it: the strength of its slopes, in and round bone, and grain."""
    smooth = cv2.GaussianBlur(film, (0, 0), 1.5)
    slope = np.hypot(cv2.Sobel(smooth, cv2.CV_32F, 1, 0), cv2.Sobel(smooth, cv2.CV_32F, 0, 1))
    usual = cv2.GaussianBlur(slope, (0, 0), 20.0) + 0.004
    flat = 0.1 + 0.25 * np.clip(slope / usual - 0.6, 0, 3) + rng.normal(0, 0.03, film.shape)
    return np.clip(flat, 0, 1).astype(np.float32)


def write_films(
    folder: Path, seeds: Sequence[int], style: Style | None = None, size: tuple[int, int] | None = None
) -> None:
    """Films of these phantoms as `<folder>/films/<seed>.png`, their outlines as labelme files in `<folder>/truth`.

    size: (width, height) in pixels; drawn where it is not given.
    """
    for seed in seeds:
        picture = folder / "films" / f"{seed}.png"
        if picture.exists():
            continue
        phantom = simulate(seed, size=size)
        film = style(phantom.film, np.random.default_rng(seed)) if style else phantom.film
        polygons = label_of(phantom)["polygons"]
        shapes = [_shape(level, points) for level, points in polygons.items()]
        height, width = film.shape
        label = {"shapes": shapes, "imagePath": picture.name, "imageWidth": width, "imageHeight": height}
        for path in (folder / "truth", picture.parent):
            path.mkdir(parents=True, exist_ok=True)
        (folder / "truth" / f"{seed}.json").write_text(json.dumps(label))
        for path in (folder / "truth" / picture.name, picture):
            cv2.imwrite(str(path), np.round(255 * film).astype(np.uint8))


def _shape(level: str, points: Sequence[Sequence[float]]) -> dict[str, Any]:
    return {"label": level, "points": (np.array(points) + EDGE).tolist(), "shape_type": "polygon", "group_id": None}


def correct(labels: Path, truth: Path) -> int:
    """Put the true outlines into exported labelme files, as a reader would; returns how many files changed."""
    changed = 0
    for path in sorted(labels.glob("*.json")):
        exported, true = json.loads(path.read_text()), json.loads((truth / path.name).read_text())
        if exported["shapes"] != true["shapes"]:
            path.write_text(json.dumps({**exported, "shapes": true["shapes"]}))
            changed += 1
    return changed


def evaluated(root: Path, out: Path, *more: str) -> dict[str, str]:
    """The row `all` of an evaluation of labelme files."""
    if spinefm(["evaluate", "labelme", "--root", str(root), "--out", str(out), *more]) == WRONG_CALL:
        raise SystemExit(f"{out} is of another version: remove the folders of evaluations and start again.")
    with (out / "levels.csv").open(newline="") as stream:
        return next(row for row in csv.DictReader(stream) if row["name"] == ALL)


def prepared(out: Path) -> None:
    """Films, results, labels and their corrections."""
    for name, seeds in (("corrected", CORRECTED), ("watched", WATCHED), ("unseen", UNSEEN)):
        write_films(out / name, seeds, sketched)
    write_films(out / "usual", UNSEEN)
    films, labels = out / "corrected", out / "labels"
    spinefm(["segment", str(films / "films"), "--out", str(out / "results"), "--resume"])
    if not labels.exists():
        source = ("--source", str(films / "films"))
        spinefm(["export", str(out / "results"), "--to", "labelme", "--out", str(labels), *source])
        print(f"{correct(labels, films / 'truth')} label files corrected")


def trained(out: Path, networks: Sequence[str], minutes: float, usual: int, is_kept: bool) -> Path:
    """A folder of weights in which each of `networks` was trained on the corrections and so many usual phantoms.

    is_kept: the phantoms are there to keep the masks of before, not to learn from.
    """
    name = "-".join([*networks, str(usual), *(["kept"] if is_kept else [])])
    weights, phantoms = out / f"weights-{name}", out / f"rehearsed-{usual}"
    if weights.exists():
        return weights
    more = [*(["--keep"] if is_kept else []), str(phantoms)] if usual else []
    data = ["--data", str(out / "labels"), *more]
    if usual and not phantoms.exists():
        spinefm(["phantom", "--n", str(usual), "--seed", str(REHEARSED), "--out", str(phantoms)])
    runs = [out / f"runs-{name}" / network for network in networks]
    for network, run in zip(networks, runs, strict=True):
        spinefm(["train", network, *data, "--validation", str(out / "watched" / "truth"), "--start", "compact",
                 "--learning-rate", RATE, "--minutes", str(minutes), "--out", str(run)])  # fmt: skip
    shutil.copytree(WEIGHTS_FOLDER, weights)
    export_runs(runs, weights)
    return weights


def main() -> None:
    """Print before and after, on unseen films of the style and of the usual kind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--minutes", type=float, default=5.0, help="of training, for each network")
    parser.add_argument("--networks", nargs="+", default=["med_sa"])
    parser.add_argument("--usual", type=int, default=0, help="usual phantoms to train on beside the corrections")
    parser.add_argument("--keep", action="store_true", help="to keep the masks of before on them, in place of that")
    args = parser.parse_args()
    prepared(args.out)
    kinds = ("unseen", "usual")
    before = {kind: evaluated(args.out / kind / "truth", args.out / f"before-{kind}") for kind in kinds}
    weights = trained(args.out, args.networks, args.minutes, args.usual, args.keep)
    after = {
        kind: evaluated(args.out / kind / "truth", args.out / f"{weights.name}-{kind}", "--weights", str(weights))
        for kind in kinds
    }
    for kind in kinds:
        for when, row in (("before", before[kind]), ("after", after[kind])):
            print(f"{kind:8s}{when:8s}", *(f"{name} {row[name]}" for name in SHOWN))


if __name__ == "__main__":
    main()
