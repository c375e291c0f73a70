"""Calibration: of the masks that a method was, say, 95 % sure of, how many are what it promised?

A mask is right when it has a Dice with a body above the one that the method's probability promises: SpineFM's 0.8, of a
good outline; where only a vertebra is promised, the 0.4 that identifies one. Only masks that can be judged count: those
on films whose truth is complete, and not on bodies that the film cuts off.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from spinefm.core.words import counted
from spinefm.evaluation.matching import IDENTIFIED_ABOVE
from spinefm.evaluation.statistics import share_interval
from spinefm.evaluation.summary import mean
from spinefm.methods.registry import specs
from spinefm.trace.doubt import DOUBT
from spinefm.trace.model import Setting

if TYPE_CHECKING:
    from pandas import DataFrame

EDGES = (0.0, 0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99, 1.0)
"""Ends of the bins of probability: finer where most masks lie. A bin holds its upper end."""


@dataclass(frozen=True)
class CalibrationBin:
    """The masks whose probability lies above `low` and up to `high` (the first bin holds 0 too).

    right: per cent that keep the promise, with 95 %; named, misnamed: per cent under the right and under a wrong name.
    NaN where there is no mask.
    """

    low: float
    high: float
    count: int
    probability: float
    right: float
    right_interval: tuple[float, float]
    named: float
    misnamed: float


@dataclass(frozen=True)
class SureMasks:
    """The masks that are not doubtful (`spinefm.trace.doubt`): per cent that keep the promise, with 95 %."""

    count: int
    right: float
    right_interval: tuple[float, float]


@dataclass(frozen=True)
class Calibration:
    """The bins, and the expected calibration error (Naeini et al., AAAI 2015) over them, in per cent.

    dice: a mask is right above it. ece: the mean over all masks of how far a bin's share of right masks lies from its
    mean probability. unsure_count: masks of methods, or of readers, that come without a probability.
    """

    bins: tuple[CalibrationBin, ...]
    dice: float
    ece: float
    sure: SureMasks
    count: int
    unsure_count: int


def promised_dice(method: str, settings: Mapping[str, Setting]) -> float:
    """The Dice that a run's probabilities promise, the identifying one where its method promises no outline."""
    spec = specs().get(method)
    promised = spec.promised_dice(settings) if spec else None
    return IDENTIFIED_ABOVE if promised is None else promised


def calibration(films: DataFrame, limit: float = IDENTIFIED_ABOVE) -> Calibration:
    """The calibration over the masks of a run that can be judged; a mask with a Dice above `limit` is right."""
    film, probability, dice, named = _masks(films)
    known = ~np.isnan(probability)
    right = dice[known] > limit
    index = np.clip(np.searchsorted(EDGES, probability[known], side="left") - 1, 0, len(EDGES) - 2)
    columns = (film[known], probability[known], right, named[known])
    bins = tuple(_bin(number, *(column[index == number] for column in columns)) for number in range(len(EDGES) - 1))
    count = int(known.sum())
    off = [one.count * abs(one.right - 100 * one.probability) for one in bins if one.count]
    ece = sum(off) / count if count else float("nan")
    return Calibration(bins, limit, ece, _sure(film[known], probability[known], right), count, int((~known).sum()))


def _sure(film: NDArray[np.str_], probability: NDArray[np.float64], right: NDArray[np.bool_]) -> SureMasks:
    """The masks from the limit of doubt on."""
    own = probability >= DOUBT
    low, high = share_interval(film[own], right[own])
    return SureMasks(int(own.sum()), 100 * mean(right[own]), (100 * low, 100 * high))


def _masks(films: DataFrame) -> tuple[NDArray[np.str_], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Film, probability, Dice and name (1 right, 0 wrong, NaN none) of every mask that can be judged, (masks,) each."""
    lists = [[json.loads(text) for text in films[name]] for name in ("mask_probability", "mask_dice", "mask_named")]
    film = np.repeat(films["film"].to_numpy(str), [len(one) for one in lists[0]])
    probability, dice, named = (np.array([value for one in part for value in one], float) for part in lists)
    return film, probability, dice, named


def _bin(
    number: int,
    film: NDArray[np.str_],
    probability: NDArray[np.float64],
    right: NDArray[np.bool_],
    named: NDArray[np.float64],
) -> CalibrationBin:
    low, high = share_interval(film, right)
    return CalibrationBin(
        low=EDGES[number],
        high=EDGES[number + 1],
        count=len(film),
        probability=mean(probability),
        right=100 * mean(right),
        right_interval=(100 * low, 100 * high),
        named=100 * mean(named == 1),
        misnamed=100 * mean(named == 0),
    )


def calibration_text(figures: Calibration) -> str:
    """A line per bin that holds masks, the expected calibration error, and how good the sure masks are."""
    if not figures.count:
        return "calibration: no mask can be scored (the truth is not complete, or the method gives no probability)"
    right = f"Dice > {figures.dice:g} %"
    head = f"{'probability':12s} {'masks':>6s} {'mean':>6s} {right:>21s} {'named right %':>14s} {'wrong %':>8s}"
    lines = [head, *(_line(one) for one in figures.bins if one.count)]
    without = f"; {counted(figures.unsure_count, 'mask')} without a probability" if figures.unsure_count else ""
    lines.append(f"expected calibration error {figures.ece:.1f} points over {counted(figures.count, 'mask')}{without}")
    lines.append(_sure_line(figures))
    return "\n".join(lines)


def _sure_line(figures: Calibration) -> str:
    sure = figures.sure
    if not sure.count:
        return f"no mask is called sure (probability from {DOUBT:g})"
    low, high = sure.right_interval
    return (
        f"among {counted(sure.count, 'mask')} called sure (probability from {DOUBT:g}), Dice above {figures.dice:g} in "
        f"{sure.right:.1f} % ({low:.1f}-{high:.1f})"
    )


def _line(one: CalibrationBin) -> str:
    low, high = one.right_interval
    right = f"{one.right:5.1f} ({low:.1f}-{high:.1f})"
    return (
        f"{f'{one.low:g}-{one.high:g}':12s} {one.count:6d} {one.probability:6.3f} {right:>21s} {one.named:14.1f} "
        f"{one.misnamed:8.1f}"
    )


def calibration_csv(figures: Calibration) -> str:
    """A row per bin; empty cells where there is no mask. dice_above: what makes a mask right."""
    from pandas import DataFrame

    ends = ((one, *one.right_interval) for one in figures.bins)
    rows = [{**vars(one), "right_low": low, "right_high": high, "dice_above": figures.dice} for one, low, high in ends]
    table = DataFrame(rows).drop(columns="right_interval")
    return str(table.round(6).to_csv(index=False, lineterminator="\n"))
