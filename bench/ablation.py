"""What each departure from the paper is worth: `python -m bench.ablation [--real FOLDER] [--cache DIR] [--only …]`.

Every departure of the preset `tuned` is switched off alone, and all of them together (the preset `published`), on the
same films: phantoms from seed 9 400 000 on, frozen on 2026-11-26, and a folder of real films with truth. Prints a
table per set of films. A difference is that to `tuned`, paired by film, with a 95 % bootstrap interval over films.

The networks answer each question once: answers are kept per film with the seconds they took, so the seconds of a row
are those that its own questions cost.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from bench.phantoms import read_all
from spinefm.core.geometry import Box, Point
from spinefm.core.machine import prepare
from spinefm.data import Case
from spinefm.evaluation import score_film
from spinefm.evaluation.boxes import in_boxes
from spinefm.evaluation.statistics import Paired, paired
from spinefm.imaging.radiograph import Radiograph, read
from spinefm.methods import CannotStart, run_to_trace
from spinefm.methods.base.stages import Candidate, NetworkStages, Probabilities, Stages, Stopwatch, ViewAnswer
from spinefm.methods.spinefm import SpineFMConfig
from spinefm.methods.spinefm.method import SpineFMMethod
from spinefm.phantom import write_set
from spinefm.trace.model import Vertebra
from spinefm.weights.bundle import Bundle
from spinefm.weights.load import load_bundle

FIRST = 9_400_000
"""First seed of the frozen phantoms; each group has its own hundred."""

GROUPS: Mapping[str, int] = {
    "usual": 16,
    "chest": 4,
    "thoracic": 4,
    "whole": 4,
    "child": 4,
    "fracture": 4,
    "slip": 4,
    "turned": 4,
    "implant": 4,
    "veiled": 4,
    "spot": 4,
    "third": 4,
    "tilted": 4,
    "count": 4,
}
"""How many phantoms of each group."""

TUNED = "tuned"
PUBLISHED = "all (published)"
SWITCHES: Mapping[str, tuple[str, ...]] = {
    "kind of film": ("view_check", "rotate_film"),
    "lower score limit": ("score_floor",),
    "duplicates": ("duplicate_iou", "duplicate_distance"),
    "plausible starts": ("plausible_starts",),
    "checked starts": ("check_starts",),
    "clicks apart": ("start_spacing_film",),
    "several attempts": ("attempts",),
    "closer look": ("closer_look",),
    "doubtful spine set aside": ("doubted_spine",),
    "second pass": ("recentre",),
    "place outside the film": ("outside_limit",),
    "least area": ("least_area",),
    "minimum contrast": ("minimum_contrast", "clear_contrast"),
    "overlap with any": ("overlap_any",),
    "revisits": ("revisit_limit",),
    "limits per class": ("decision",),
    "plain starts": ("start_background_limit",),
    "sharp outlines": ("sharp_limit", "faint_sharp"),
    "off-axis retry": ("retry_limit",),
    "evidence for names": ("naming",),
    "no names over doubt": ("doubted_body",),
    "outlines beyond the spine": ("strays",),
    "no names across the film": ("lean_limit",),
    "final limit": ("final_limit",),
    "sure outlines": ("body_probability",),
}
"""The departures by name: the settings that the preset `published` sets otherwise."""

T = TypeVar("T")


def main() -> None:
    """Run and print."""
    args = _arguments()
    prepare()
    folder = args.cache or Path(tempfile.mkdtemp())
    sets = {"phantoms": phantoms(folder)}
    if args.real:
        sets["real films"] = [case for case in read_all(args.real) if case.truth.bodies or case.truth.boxes]
    bundle = load_bundle("compact")
    variants = {name: config for name, config in configs(bundle).items() if not args.only or name in args.only}
    for title, cases in sets.items():
        print(f"\n{title}: {len(cases)} films\n")
        print(table(scores(cases, bundle, variants)), flush=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--real", type=Path, metavar="FOLDER", help="a folder of real films with truth")
    parser.add_argument("--cache", type=Path, metavar="DIR", help="where the phantoms are kept (default: nowhere)")
    parser.add_argument("--only", nargs="*", default=[], choices=[*SWITCHES, PUBLISHED], help="these departures alone")
    args = parser.parse_args()
    args.only = [TUNED, *args.only] if args.only else []
    return args


def phantoms(folder: Path) -> list[Case]:
    """The frozen phantoms, written where they are not there yet."""
    for index, (group, count) in enumerate(GROUPS.items()):
        place, first = folder / group, FIRST + 100 * index
        if not (place / "done").exists():
            write_set(place, range(first, first + count), group=None if group == "usual" else group)
            (place / "done").touch()
    return [case for group in GROUPS for case in read_all(folder / group)]


def configs(bundle: Bundle) -> dict[str, SpineFMConfig]:
    """The preset `tuned`, each departure off, and all of them off."""
    tuned, published = (SpineFMConfig.of(bundle, preset) for preset in ("tuned", "published"))
    paper = published.as_settings()
    off = {name: tuned.changed({setting: paper[setting] for setting in own}) for name, own in SWITCHES.items()}
    return {TUNED: tuned, **off, PUBLISHED: published}


@dataclass(frozen=True)
class Row:
    """One film under one configuration: found, right and wrong count bodies; dice holds those identified."""

    bodies: int
    found: int
    dice: tuple[float, ...]
    outlined: int
    false: int
    right: int
    wrong: int
    seconds: float

    @property
    def overall(self) -> float:
        """Mean Dice over the outlined bodies, of the missed ones 0; NaN where no outline is known."""
        return sum(self.dice) / self.outlined if self.outlined else float("nan")


def scores(cases: Sequence[Case], bundle: Bundle, variants: Mapping[str, SpineFMConfig]) -> dict[str, list[Row]]:
    """A row per film for every configuration; a film's answers are kept while its configurations run."""
    rows: dict[str, list[Row]] = {name: [] for name in variants}
    for case in tqdm(cases, unit="film"):
        film, kept = read(case.film), Answers(bundle)
        for name, config in variants.items():
            rows[name].append(_row(case, *_run(film, bundle, config, kept)))
    return rows


def _run(film: Radiograph, bundle: Bundle, config: SpineFMConfig, kept: Answers) -> tuple[tuple[Vertebra, ...], float]:
    """What is found on a film, and the seconds that it would have taken without kept answers."""
    asked = kept.asked_by(config)
    method = SpineFMMethod(bundle, config, stages=lambda _: asked)
    start = time.perf_counter()
    try:
        found = run_to_trace(method, film).vertebrae
    except CannotStart:
        found = ()
    return found, time.perf_counter() - start - asked.spent + asked.cost


def _row(case: Case, found: Sequence[Vertebra], seconds: float) -> Row:
    score = score_film(case.name, case.region, case.group, case.truth, found)
    boxed = in_boxes(case.truth.boxes, [vertebra.mask for vertebra in found], [])
    names = {level: found[place].level for level, place in boxed.items()}
    levels = [one for one in score.levels if one.identified]
    right = sum(one.name is one.level for one in levels) + sum(name is level for level, name in names.items())
    given = sum(one.name is not None for one in levels) + sum(name is not None for name in names.values())
    return Row(
        bodies=len(score.levels) + len(case.truth.boxes),
        found=len(levels) + len(boxed),
        dice=tuple(one.dice for one in levels),
        outlined=len(score.levels),
        false=score.false_masks,
        right=right,
        wrong=given - right,
        seconds=seconds,
    )


class Answers:
    """What the networks say of one film, each answer with the seconds it took."""

    def __init__(self, bundle: Bundle) -> None:
        self._bundle = bundle
        self._kept: dict[Any, tuple[Any, float]] = {}

    def asked_by(self, config: SpineFMConfig) -> Asked:
        """The stages of one run."""
        networks = NetworkStages(self._bundle, Stopwatch(), config.detector_outline_limit)
        return Asked(networks, self._kept, config.detector_outline_limit)


class Asked(Stages):
    """Stages that ask the networks only what is not kept yet; `cost` is the seconds that all answers took, `spent`
    those spent on them now."""

    def __init__(self, networks: Stages, kept: dict[Any, tuple[Any, float]], outline_limit: float) -> None:
        self._networks, self._kept, self._outline_limit = networks, kept, outline_limit
        self.cost = self.spent = 0.0

    def view(self, film: Radiograph) -> ViewAnswer | None:
        """As in `Stages`."""
        return self._each([("view",)], lambda _: [self._networks.view(film)])[0]

    def detect(self, film: Radiograph, sure: float) -> list[Candidate]:
        """As in `Stages`."""
        return self._each(
            [("detect", self._outline_limit, sure, film.pixels.shape, float(film.pixels.sum()))],
            lambda _: [self._networks.detect(film, sure)],
        )[0]

    def next_point(self, film: Radiograph, known: Sequence[Point]) -> Point:
        """As in `Stages`."""
        return self._each([("next", *known)], lambda _: [self._networks.next_point(film, known)])[0]

    def segment(self, film: Radiograph, boxes: Sequence[Box], clicks: Sequence[Point]) -> list[NDArray[np.float32]]:
        """As in `Stages`."""
        keys = [("segment", box, click) for box, click in zip(boxes, clicks, strict=True)]
        return self._each(
            keys, lambda new: self._networks.segment(film, [boxes[i] for i in new], [clicks[i] for i in new])
        )

    def classify(self, film: Radiograph, boxes: Sequence[Box]) -> list[Probabilities]:
        """As in `Stages`."""
        keys = [("classify", box) for box in boxes]
        return self._each(keys, lambda new: self._networks.classify(film, [boxes[i] for i in new]))

    def _each(self, keys: Sequence[Any], ask: Callable[[list[int]], Sequence[T]]) -> list[T]:
        """The answers to all keys; `ask` gets the places of those that are not kept."""
        new = [place for place, key in enumerate(keys) if key not in self._kept]
        if new:
            start = time.perf_counter()
            answers = ask(new)
            seconds = time.perf_counter() - start
            self.spent += seconds
            for place, answer in zip(new, answers, strict=True):
                self._kept[keys[place]] = (answer, seconds / len(new))
        self.cost += sum(self._kept[key][1] for key in keys)
        return [self._kept[key][0] for key in keys]


HEAD = (
    "| without | identified % | located DSC | overall DSC | false a film | right % | wrong % | withheld % | s a film | "
    "overall DSC, difference | right %, difference |\n|---|---|---|---|---|---|---|---|---|---|---|"
)


def table(rows: Mapping[str, Sequence[Row]]) -> str:
    """A line per configuration, in Markdown."""
    return "\n".join([HEAD, *(_line(name, own, rows[TUNED]) for name, own in rows.items())])


def _line(name: str, rows: Sequence[Row], tuned: Sequence[Row]) -> str:
    """One configuration's figures over all bodies, and its differences to `tuned`."""
    bodies, outlined = sum(row.bodies for row in rows), sum(row.outlined for row in rows)
    dice = [value for row in rows for value in row.dice]
    shares = [100 * sum(getattr(row, what) for row in rows) / bodies for what in ("found", "right", "wrong")]
    found = sum(row.found for row in rows)
    withheld = 100 * (found - sum(row.right + row.wrong for row in rows)) / bodies
    figures = [
        f"{shares[0]:.1f}",
        f"{np.mean(dice) if dice else 0:.3f}",
        f"{sum(dice) / max(outlined, 1):.3f}",
        f"{np.mean([row.false for row in rows]):.2f}",
        f"{shares[1]:.1f}",
        f"{shares[2]:.2f}",
        f"{withheld:.1f}",
        f"{np.mean([row.seconds for row in rows]):.2f}",
    ]
    if rows is tuned:
        return f"| {name} | {' | '.join(figures)} | | |"
    return f"| {name} | {' | '.join(figures)} | {' | '.join(_differences(rows, tuned))} |"


def _differences(rows: Sequence[Row], tuned: Sequence[Row]) -> Iterator[str]:
    """Overall DSC and share of right names less those of `tuned`, film by film."""
    known = [place for place, row in enumerate(tuned) if row.outlined]
    overall = [np.array([own[place].overall for place in known]) for own in (tuned, rows)]
    right = [np.array([100 * row.right / row.bodies for row in own if row.bodies]) for own in (tuned, rows)]
    yield _difference(paired(overall[0], overall[1]), 3)
    yield _difference(paired(right[0], right[1]), 1)


def _difference(found: Paired, digits: int) -> str:
    """A difference with its interval; bold where the interval leaves out 0."""
    low, high = found.interval
    text = f"{found.difference:+.{digits}f} ({low:+.{digits}f} to {high:+.{digits}f})"
    return f"**{text}**" if low > 0 or high < 0 else text


if __name__ == "__main__":
    main()
