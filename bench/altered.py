"""How a result holds when its film is altered: `python -m bench.altered FOLDER [--set name=value …]`.

Each film of FOLDER (pictures, or the folder of a data set with `films/`) is run as it is, and in states in which films
come: tilted, noisy, overexposed, faint, veiled, blurred, compressed, small, mirrored, with lines drawn on it, on a
page, on the screen of a viewer. The result of the film as it is counts as the truth: what was found there and is in
view in the altered state should be found again, under the same name. So the films need no truth, and a state that loses
a false outline or mends a wrong name is blamed for it.

Prints per state: bodies, those found as an evaluation finds them, their Dice, names that stayed, changed and were
withheld, other outlines called sure, and films without a run.
"""

from __future__ import annotations

import argparse
import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from tqdm import tqdm

from spinefm.core.levels import Level
from spinefm.core.machine import prepare
from spinefm.core.masks import Mask
from spinefm.evaluation.assignment import one_to_one
from spinefm.imaging.radiograph import Radiograph, read
from spinefm.measure.doubt import with_outline_probability
from spinefm.methods import CannotStart, Method, build_method, run_to_trace
from spinefm.trace.doubt import DOUBT
from spinefm.trace.model import Setting, Vertebra
from spinefm.weights.load import load_bundle

Pixels = NDArray[np.float32]
Affine = NDArray[np.float64]
Alter = Callable[[Pixels, np.random.Generator], tuple[Pixels, Affine]]
"""A change of a film (H, W) in [0, 1]: the altered film, and the affine map (2, 3) of its points (x, y) in px."""

IN_VIEW = 0.9
"""Share of a body that must be in view in an altered film to be looked for there."""
SEED = 5
"""Of the noise and the lines, which are the same on every film of one size."""
STAYS = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, 0.0]])
"""The affine map of what is not moved."""


def greys(change: Callable[[Pixels, np.random.Generator], NDArray[np.floating]]) -> Alter:
    """A state that moves nothing."""
    return lambda film, rng: (np.clip(change(film, rng), 0, 1).astype(np.float32), STAYS)


def tilted(degrees: float) -> Alter:
    """The film turned about its middle; what leaves the frame is lost."""

    def alter(film: Pixels, _rng: np.random.Generator) -> tuple[Pixels, Affine]:
        height, width = film.shape
        into = np.asarray(cv2.getRotationMatrix2D((width / 2, height / 2), degrees, 1.0), np.float64)
        return np.asarray(cv2.warpAffine(film, into, (width, height)), np.float32), into

    return alter


def shrunk(longest: int) -> Alter:
    """The film with a longer side of so many pixels."""

    def alter(film: Pixels, _rng: np.random.Generator) -> tuple[Pixels, Affine]:
        scale = longest / max(film.shape)
        size = round(film.shape[1] * scale), round(film.shape[0] * scale)
        return np.asarray(cv2.resize(film, size, interpolation=cv2.INTER_AREA), np.float32), STAYS * scale

    return alter


def mirrored(film: Pixels, _rng: np.random.Generator) -> tuple[Pixels, Affine]:
    """The film from the other side."""
    return np.ascontiguousarray(film[:, ::-1]), np.array([[-1.0, 0.0, film.shape[1] - 1.0], [0.0, 1.0, 0.0]])


def placed(high: float, wide: float, top: float, left: float, grey: float, ink: float) -> Alter:
    """The film on a page or a screen so many times its size, with lines of text; `top` and `left` are shares of it."""

    def alter(film: Pixels, rng: np.random.Generator) -> tuple[Pixels, Affine]:
        height, width = film.shape
        page = np.full((int(height * high), int(width * wide)), grey, np.float32)
        line = max(2, height // 120)
        for row in range(line, page.shape[0] - line, 3 * line):
            page[row : row + line, line : line + int(rng.uniform(0.05, 0.3) * width)] = ink
        y, x = int(height * top), int(width * left)
        page[y : y + height, x : x + width] = film
        return page, np.array([[1.0, 0.0, x], [0.0, 1.0, y]])

    return alter


def lined(film: Pixels, rng: np.random.Generator) -> NDArray[np.floating]:
    """White lines across the film, as a reader draws."""
    drawn = film.copy()
    for x0, y0, x1, y1 in rng.uniform(0, 1, (5, 4)) * np.tile(film.shape[::-1], 2):
        cv2.line(drawn, (int(x0), int(y0)), (int(x1), int(y1)), 1.0, max(1, film.shape[1] // 300))
    return drawn


def compressed(film: Pixels, _rng: np.random.Generator) -> NDArray[np.floating]:
    """A JPEG of the lowest quality that is still in use."""
    stream = io.BytesIO()
    Image.fromarray((film * 255).astype(np.uint8)).save(stream, "JPEG", quality=8)
    return np.asarray(Image.open(stream), np.float32) / 255


def blurred(film: Pixels, _rng: np.random.Generator) -> NDArray[np.floating]:
    """As by a moved or enlarged film: a two hundredth of the longer side."""
    return np.asarray(cv2.GaussianBlur(film, (0, 0), max(film.shape) / 200), np.float32)


def veiled(film: Pixels, _rng: np.random.Generator) -> NDArray[np.floating]:
    """A veil that grows from one side to the other and leaves a quarter of the contrast."""
    return 0.25 * film + 0.7 * np.linspace(0, 1, film.shape[1], dtype=np.float32)


def noise(spread: float) -> Alter:
    """Noise with this standard deviation, as a share of the grey range."""
    return greys(lambda film, rng: film + spread * rng.standard_normal(film.shape))


STATES: Mapping[str, Alter] = {
    **{f"tilt {degrees:+d}°": tilted(degrees) for degrees in (-35, -25, -15, 15, 25, 35)},
    "noise 0.1": noise(0.1),
    "noise 0.2": noise(0.2),
    "overexposed 1.7 times": greys(lambda film, _: 1.7 * film),
    "overexposed 2.2 times": greys(lambda film, _: 2.2 * film),
    "gamma 3": greys(lambda film, _: film**3),
    "contrast 8 %": greys(lambda film, _: 0.5 + 0.08 * (film - 0.5)),
    "veil": greys(veiled),
    "blur": greys(blurred),
    "JPEG, quality 8": greys(compressed),
    "300 px": shrunk(300),
    "mirrored": mirrored,
    "lines": greys(lined),
    "page": placed(1.6, 1.4, 0.1, 0.2, grey=1.0, ink=0.1),
    "viewer": placed(1.15, 1.9, 0.08, 0.6, grey=0.12, ink=0.8),
}
"""The states, each a change of a film (H, W) in [0, 1] with the affine map (2, 3) of its points."""
COLUMNS = ("state", "bodies", "found %", "DSC", "names stayed", "changed", "withheld", "other sure outlines", "no run")


@dataclass(frozen=True)
class Count:
    """What became of the bodies of one film, or of several; `dice` is a sum over those found."""

    bodies: int = 0
    found: int = 0
    dice: float = 0.0
    stayed: int = 0
    changed: int = 0
    withheld: int = 0
    other: int = 0
    without_run: int = 0

    def __add__(self, other: Count) -> Count:
        """The counts of both."""
        return Count(*(a + b for a, b in zip(self._values(), other._values(), strict=True)))

    def _values(self) -> tuple[float, ...]:
        return tuple(self.__dict__.values())

    def cells(self) -> Sequence[object]:
        """The cells of a row."""
        share = f"{100 * self.found / max(1, self.bodies):.1f}"
        names = self.stayed, self.changed, self.withheld
        return self.bodies, share, f"{self.dice / max(1, self.found):.3f}", *names, self.other, self.without_run


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--set", nargs="*", default=[], metavar="NAME=VALUE", help="settings of the method")
    args = parser.parse_args()
    prepare()
    settings: dict[str, Setting] = dict(pair.split("=", 1) for pair in args.set)
    method = build_method("spinefm", load_bundle("compact"), settings)
    folder = args.folder / "films" if (args.folder / "films").is_dir() else args.folder
    totals = dict.fromkeys(STATES, Count())
    for path in tqdm(sorted(path for path in folder.iterdir() if path.is_file()), unit="film"):
        for name, count in counts(read(path), method):
            totals[name] += count
    print(f"| {' | '.join(COLUMNS)} |\n|{'---|' * len(COLUMNS)}")
    for name, count in (*totals.items(), ("all", sum(totals.values(), Count()))):
        print(f"| {name} | {' | '.join(map(str, count.cells()))} |")


def counts(film: Radiograph, method: Method) -> Iterator[tuple[str, Count]]:
    """What becomes of a film's bodies in each state; nothing for a film that has no run as it is."""
    try:
        expected = run_to_trace(method, film).vertebrae
    except CannotStart:
        return
    for name, alter in STATES.items():
        pixels, into = alter(film.pixels, np.random.default_rng(SEED))
        there = moved(expected, into, film.pixels.shape[:2], pixels.shape[:2])
        try:
            yield name, compared(there, with_outline_probability(run_to_trace(method, replace(film, pixels=pixels))))
        except CannotStart:
            yield name, Count(bodies=len(there), without_run=1)


def moved(
    bodies: Sequence[Vertebra], into: Affine, shape: tuple[int, int], size: tuple[int, int]
) -> list[tuple[Mask, Level | None]]:
    """The masks and levels of a film of `shape` (H, W) under an affine map, on one of `size`, if they are in view."""
    scale = abs(float(np.linalg.det(into[:, :2])))
    there = []
    for body in bodies:
        whole = body.mask.on_film(shape).astype(np.uint8)
        mask = Mask.from_array(cv2.warpAffine(whole, into, size[::-1], flags=cv2.INTER_NEAREST) > 0)
        if mask.area >= IN_VIEW * scale * body.mask.area:
            there.append((mask, body.level))
    return there


def compared(expected: Sequence[tuple[Mask, Level | None]], found: Sequence[Vertebra]) -> Count:
    """What became of the bodies expected."""
    pairs = one_to_one(dict(enumerate(mask for mask, _ in expected)), [vertebra.mask for vertebra in found])
    names = [(expected[place][1], found[number].level) for place, number in pairs.items()]
    named = [(before, now) for before, now in names if before is not None]
    others = [vertebra for number, vertebra in enumerate(found) if number not in pairs.values()]
    return Count(
        bodies=len(expected),
        found=len(pairs),
        dice=sum(expected[place][0].dice(found[number].mask) for place, number in pairs.items()),
        stayed=sum(now is before for before, now in named),
        changed=sum(now is not None and now is not before for before, now in named),
        withheld=sum(now is None for _, now in named),
        other=sum(one.probability is None or one.probability >= DOUBT for one in others),
    )


if __name__ == "__main__":
    main()
