"""What is usual, with its source, beside each measure for which published figures suffice.

Means are of adults, or adolescents where it says so, without symptoms. They describe groups: a value outside a range is
unusual, not ill. Where a paper gives no percentiles, a range is the mean and two standard deviations either way.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise

from spinefm.measure.model import Reference

ZHU = "Zhu et al., BMC Musculoskelet Disord 2022; 23: 840"
TANG = "Tang et al., Eur Spine J 2021; 30: 2427-2433; limit: Tang et al., Neurosurgery 2012; 71: 662-669"
VIALLE = "Vialle et al., J Bone Joint Surg Am 2005; 87: 260-267"
ZHANG = "Zhang et al., J Orthop Surg Res 2018; 13: 34"
GENANT = "Genant et al., J Bone Miner Res 1993; 8: 1137-1148"
SUZUKI = "Suzuki et al., Spine 2013; 38: E1115-E1120"
DENARD = "Meyerding, Surg Gynecol Obstet 1932; 54: 371-377; least slip: Denard et al., Spine 2010; 35: 1072-1078"


def reference_of(key: str, levels: tuple[str, ...]) -> Reference | None:
    """The published range of a measure at these levels, None where there is none."""
    return BY_LEVELS.get((key, levels)) or GENERAL.get(key)


def around(mean: float, spread: float, unit: str, who: str, source: str) -> Reference:
    """A mean and two standard deviations either way.

    >>> around(41, 8.4, "°", "300 adults", "a paper").low
    24.2
    """
    text = f"mean {mean:g} (SD {spread:g}) {unit}, {who}"
    return Reference(round(mean - 2 * spread, 1), round(mean + 2 * spread, 1), text, source)


GENERAL: Mapping[str, Reference] = {
    "lordosis_c2_c7": around(7.7, 12.1, "°", "111 adolescents", ZHU),
    "c7_slope": around(20.5, 8.9, "°", "111 adolescents", ZHU),
    "sva_c2_c7": Reference(
        2.8, 34.4, "mean 18.6 (SD 7.9) mm, 126 young adults; above 40 mm more disability after fusion", TANG
    ),
    "lordosis_l1_s1": around(60, 10, "°", "300 adults, largest lordosis", VIALLE),
    "sacral_slope": around(41, 8.4, "°", "300 adults", VIALLE),
    "height_loss": Reference(
        None, 20.0, "below 20 % grade 0, to 25 % grade 1, to 40 % grade 2, above grade 3; readers judge by eye", GENANT
    ),
    "slip": Reference(
        -5.0, 5.0, "below 5 % none, to 25 % grade I, to 50 % II, to 75 % III, to 100 % IV, above V", DENARD
    ),
}
"""References of measures at any level."""

DISC_RANGES = {
    ("L1", "L2"): (6.25, 10.99),
    ("L2", "L3"): (6.97, 12.08),
    ("L3", "L4"): (7.42, 13.3),
    ("L4", "L5"): (7.76, 14.57),
    ("L5", "S1"): (7.11, 13.12),
}
"""Height of a disc in mm, on MR slices of 169 adults (`ZHANG`), which magnify nothing as films do."""

NECK = ("C2", "C3", "C4", "C5", "C6", "C7", "T1")
"""The bodies beside the discs of the neck."""

AtLevels = Mapping[tuple[str, tuple[str, ...]], Reference]
"""References by measure and levels."""

LUMBAR_DISCS: AtLevels = {
    ("disc_height_middle", levels): Reference(low, high, "range of 169 adults on MR (no magnification)", ZHANG)
    for levels, (low, high) in DISC_RANGES.items()
}
NECK_SLIPS: AtLevels = {
    ("slip", levels): Reference(-12.0, 12.0, "a slip is one of 2 mm, about 12 % of a neck's endplate", SUZUKI)
    for levels in pairwise(NECK)
}
BY_LEVELS: AtLevels = {**LUMBAR_DISCS, **NECK_SLIPS}
"""References that hold at some levels only."""
