"""The tables of a whole run, computed from the stored rows at any limit of identification.

The paper's figures (SpineFM, section 3): identified, the mean Dice of the identified ("located"), and the mean Dice
with the missed as 0 ("overall"), per level and weighted by how often a level occurs; beside them what they hide. Each
group has two rows: all its bodies, and those of them that a reader could outline (see `edges`).
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from spinefm.core.levels import Level
from spinefm.evaluation.edges import OUTLINABLE
from spinefm.evaluation.matching import IDENTIFIED_ABOVE
from spinefm.evaluation.panoptic import PanopticCounts
from spinefm.evaluation.statistics import interval_over_films, rate_interval, share_interval

if TYPE_CHECKING:
    from pandas import DataFrame

Floats = NDArray[np.float64]
WORST_SHARE = 0.1
ALL = "all"
OUTLINABLE_ROW = ", outlinable"
"""What the name of a group's second row ends with."""


@dataclass(frozen=True)
class LevelFigures:
    """Figures over `count` annotated vertebrae; shares in per cent, NaN where nothing was counted.

    located_dsc, overall_dsc: over those with an outline, `outlined` of them. named: identified under their own name;
    misnamed: under another; unnamed: all others, the missed among them. matched: identified one to one. worst: the
    mean overall Dice of the worst tenth. assd_undefined: outlined ones without a mask of their own, which have no
    distance. …_interval: 95 %, of shares as in `statistics.share_interval`, else by bootstrap over `films`.
    """

    name: str
    count: int
    outlined: int
    identified: float
    located_dsc: float
    overall_dsc: float
    named: float
    misnamed: float
    unnamed: float
    matched: float
    worst: float
    assd_px: float
    assd_mm: float
    nsd_px: float
    nsd_mm: float
    assd_undefined: int
    identified_interval: tuple[float, float]
    overall_interval: tuple[float, float]
    named_interval: tuple[float, float]
    films: int


@dataclass(frozen=True)
class RunFigures:
    """Figures of a run beyond its levels: extra masks, names, and panoptic quality where it is defined."""

    films: int
    failed: int
    false_masks: int
    doubled_masks: int
    merged_masks: int
    judged_films: int
    shifted_films: int
    named_films: int
    wrong_names: int
    panoptic: PanopticCounts
    false_per_film: float
    false_interval: tuple[float, float]


def level_figures(vertebrae: DataFrame, films: DataFrame, limit: float = IDENTIFIED_ABOVE) -> list[LevelFigures]:
    """Two rows per level from the head down, then per region, then of all: all bodies, and the outlinable ones."""
    known = vertebrae[vertebrae["kind"] != "extra"]
    regions = known["film"].map(films.set_index("film")["region"])
    return [one for name, rows in _groups(known, regions) for one in _both(name, rows, limit)]


def _both(name: str, rows: DataFrame, limit: float) -> tuple[LevelFigures, LevelFigures]:
    return figures_of(name, rows, limit), figures_of(name + OUTLINABLE_ROW, outlinable(rows), limit)


def outlinable(rows: DataFrame) -> DataFrame:
    """Those of the annotated vertebrae that a reader could outline; loose boxes are none, since nobody can tell."""
    return rows[rows["edge_share"].fillna(0.0) >= OUTLINABLE]


def _groups(known: DataFrame, regions: Any) -> Iterator[tuple[str, DataFrame]]:
    present = set(known["level"])
    for level in Level:
        if level.name in present:
            yield level.name, known[known["level"] == level.name]
    for region in sorted(set(regions.dropna())):
        yield region, known[regions == region]
    yield ALL, known


def figures_of(name: str, rows: DataFrame, limit: float = IDENTIFIED_ABOVE) -> LevelFigures:
    """The figures over the annotated vertebrae `rows`."""
    body = (rows["kind"] == "body").to_numpy()
    dice = rows["dice"].to_numpy(float, na_value=0.0)
    found = rows["found"].to_numpy(bool, na_value=False)
    identified = np.where(body, dice > limit, found)
    overall = np.where(identified, dice, 0.0)
    name_shares = name_shares_of(rows, identified)
    at = rows["film"].to_numpy()
    sums = np.stack([body, np.where(body, overall, 0.0)], axis=1)  # (rows, 2)
    (overall_interval,) = interval_over_films(at, sums, ((1, 0),))
    missing = rows["assd_px"].isna().to_numpy() & body
    return LevelFigures(
        name=name,
        count=len(rows),
        outlined=int(body.sum()),
        identified=100 * mean(identified),
        located_dsc=mean(dice[body & identified]),
        overall_dsc=mean(overall[body]),
        named=name_shares.right,
        misnamed=name_shares.wrong,
        unnamed=name_shares.unnamed,
        matched=100 * mean(rows["matched_dice"].to_numpy(float, na_value=0.0)[body] > limit),
        worst=_worst(overall[body]),
        assd_px=_defined_mean(rows, "assd_px"),
        assd_mm=_defined_mean(rows, "assd_mm"),
        nsd_px=_defined_mean(rows, "nsd_px"),
        nsd_mm=_defined_mean(rows, "nsd_mm"),
        assd_undefined=int(missing.sum()),
        identified_interval=_per_cent(share_interval(at, identified)),
        overall_interval=overall_interval,
        named_interval=name_shares.right_interval,
        films=rows["film"].nunique(),
    )


@dataclass(frozen=True)
class NameShares:
    """What became of the names of vertebrae, in per cent of all of them, with 95 % of the right ones."""

    right: float
    wrong: float
    unnamed: float
    right_interval: tuple[float, float]


def name_shares_of(rows: DataFrame, identified: NDArray[np.bool_]) -> NameShares:
    """The shares over annotated vertebrae `rows`; one that was missed has no name."""
    right = identified & (rows["name"] == rows["level"]).to_numpy(bool)
    wrong = identified & ~right & rows["name"].isin(Level.__members__).to_numpy(bool)
    interval = share_interval(rows["film"].to_numpy(), right)
    return NameShares(100 * mean(right), 100 * mean(wrong), 100 * mean(~(right | wrong)), _per_cent(interval))


def _per_cent(interval: tuple[float, float]) -> tuple[float, float]:
    return 100 * interval[0], 100 * interval[1]


def mean(values: NDArray[Any]) -> float:
    """The mean, NaN of nothing."""
    return float(np.mean(values)) if len(values) else float("nan")


def _defined_mean(rows: DataFrame, column: str) -> float:
    values = rows[column].to_numpy(float, na_value=np.nan)
    return mean(values[~np.isnan(values)])


def _worst(overall: Floats) -> float:
    """The mean of the lowest tenth, at least one value; halves are rounded up, as in the explorer."""
    count = max(1, math.floor(WORST_SHARE * len(overall) + 0.5))
    return mean(np.sort(overall)[:count])


def run_figures(films: DataFrame) -> RunFigures:
    """The figures of a run beyond its levels."""
    judged = films[films["pq_matched"].notna()]
    panoptic = PanopticCounts(
        float(judged["pq_iou_sum"].sum()),
        *(int(judged[name].sum()) for name in ("pq_matched", "pq_false", "pq_missed")),
    )
    shifts = films["level_shift"].dropna()
    false = films.loc[films["complete"], "false_masks"].to_numpy(float)
    return RunFigures(
        films=len(films),
        failed=int((films["failure"] != "").sum()),
        false_masks=int(films["false_masks"].sum()),
        doubled_masks=int(films["doubled_masks"].sum()),
        merged_masks=int(films["merged_masks"].sum()),
        judged_films=int(films["complete"].sum()),
        shifted_films=int((shifts != 0).sum()),
        named_films=len(shifts),
        wrong_names=int(films["wrong_names"].sum()),
        panoptic=panoptic,
        false_per_film=mean(false),
        false_interval=rate_interval(false),
    )
