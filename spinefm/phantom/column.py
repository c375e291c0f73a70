"""The spine in the patient's frame: sizes, curvature and placement of the levels.

Patient frame: millimetres in the sagittal plane, x grows to posterior, y to inferior. A vertebra's own frame has its
origin in the middle of the body, x along the body to posterior, y to inferior. Mean sizes follow published morphometry
of cervical (Panjabi 1991), thoracic and lumbar bodies (Panjabi 1992, Zhou 2000); one factor per patient couples the
levels, a small one separates them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from spinefm.core.levels import Level
from spinefm.phantom.settings import ColumnSettings

Points = NDArray[np.float64]

MEAN_SIZES: dict[Level, tuple[float, float, float]] = {
    Level.C2: (15.8, 18.5, 4.6),
    Level.C3: (15.4, 13.6, 4.8),
    Level.C4: (15.6, 13.2, 4.9),
    Level.C5: (15.8, 12.9, 5.0),
    Level.C6: (16.3, 13.1, 5.2),
    Level.C7: (16.6, 14.6, 4.6),
    Level.T1: (17.2, 16.0, 4.0),
    Level.T2: (18.0, 17.2, 3.8),
    Level.T3: (19.2, 17.6, 3.8),
    Level.T4: (20.6, 18.0, 3.8),
    Level.T5: (22.4, 18.6, 3.9),
    Level.T6: (24.2, 19.2, 4.2),
    Level.T7: (26.0, 19.8, 4.4),
    Level.T8: (27.4, 20.4, 4.6),
    Level.T9: (28.4, 21.0, 4.9),
    Level.T10: (29.4, 22.0, 5.3),
    Level.T11: (30.2, 23.2, 6.0),
    Level.T12: (31.2, 24.8, 7.0),
    Level.L1: (32.4, 26.2, 8.2),
    Level.L2: (33.6, 27.0, 9.6),
    Level.L3: (34.4, 27.4, 10.6),
    Level.L4: (35.0, 27.2, 11.2),
    Level.L5: (35.0, 26.6, 10.2),
    Level.L6: (34.8, 26.4, 9.8),
    Level.S1: (34.0, 29.5, 0.0),
}
"""Depth (anterior to posterior) of the body, its height, and the height of the disc below, in mm."""

CERVICAL_LEVELS = tuple(Level(i) for i in range(Level.C2, Level.T6 + 1))
LUMBAR_LEVELS = tuple(level for level in Level if Level.T6 <= level <= Level.S1 and level is not Level.L6)
ALL_LEVELS = tuple(level for level in Level if level >= Level.C2 and level is not Level.L6)
MIDDLES = {"cervical": Level.C5, "lumbar": Level.L3, "thoracic": Level.T7, "whole": Level.T10}
"""The level in the middle of each region's films, the origin of the patient's frame."""

MOST_LEAN = 0.5
"""Radians by which fractures may bend a spine forward in all."""

LORDOSIS_SHARES = {
    Level.L5: 0.34, Level.L4: 0.24, Level.L3: 0.17, Level.L2: 0.13, Level.L1: 0.08, Level.T12: 0.04,
}  # fmt: skip
"""Share of the lumbar lordosis between a level and the one below, on average."""

SHARE_SPREAD = {Level.L5: 0.7}
"""Standard deviation of the logarithm of such a share between patients; 0.25 where nothing is given."""


@dataclass(frozen=True, eq=False)
class ColumnVertebra:
    """One body's place and size: centre (2,) and sizes in mm, angle in radians (positive: posterior side down).

    `obliquity` (radians) is how far the endplates are seen from above or below, `rotation` (radians) the axial
    rotation that parts left from right, `degeneration` from 0 to 1, `crush` the lost share of height as (anterior,
    middle, posterior), `youth` how far the patient is from grown up.
    """

    level: Level
    centre: Points
    angle: float
    depth: float
    height: float
    disc: float
    obliquity: float
    rotation: float
    degeneration: float
    crush: tuple[float, float, float] = (0.0, 0.0, 0.0)
    youth: float = 0.0

    def place(self, local: Points) -> Points:
        """Points (N, 2) in mm of the vertebra's own frame -> patient frame."""
        return np.asarray(local, float) @ _rotation(self.angle).T + self.centre

    def units(self, points: Points) -> Points:
        """Points (N, 2) in body units (depth, height) -> patient frame in mm."""
        return self.place(np.asarray(points, float) * (self.depth, self.height))


def _rotation(angle: float) -> Points:
    cos, sin = np.cos(angle), np.sin(angle)
    return np.array([[cos, -sin], [sin, cos]])


def build_column(region: str, settings: ColumnSettings, rng: np.random.Generator) -> tuple[ColumnVertebra, ...]:
    """The vertebrae from the top: C2 to T6, T6 to S1, or all; the origin is the middle of the region's middle level."""
    levels = _levels(region, settings.lumbar_count)
    angles = _angles(region, levels, settings, rng)
    angles = angles + np.deg2rad(rng.normal(0, settings.wobble, len(levels)))
    sized = [_sized(level, angle, settings, rng) for level, angle in zip(levels, angles, strict=True)]
    stacked = _stack(_settled(_with_fusion(sized, rng), settings.settle), settings, rng)
    return tuple(_seen_obliquely(stacked, levels.index(MIDDLES[region]), settings, rng))


def _levels(region: str, lumbar_count: int) -> tuple[Level, ...]:
    """The levels of a region's films; S1 follows L4, L5 or L6."""
    levels = {"cervical": CERVICAL_LEVELS, "lumbar": LUMBAR_LEVELS}.get(region, ALL_LEVELS)
    if region == "cervical" or lumbar_count == 5:
        return levels
    last = Level(Level.L1 + lumbar_count - 1)
    return (*(level for level in levels if level < min(last, Level.L6)), last, Level.S1)


def _angles(region: str, levels: tuple[Level, ...], settings: ColumnSettings, rng: np.random.Generator) -> Points:
    """Endplate angles in radians, per region."""
    if region == "cervical":
        return _cervical_angles(levels, settings)
    lower = _lumbar_angles(levels, settings, rng)
    return lower if region == "lumbar" else _whole_angles(levels, lower, settings)


def _whole_angles(levels: tuple[Level, ...], lower: Points, settings: ColumnSettings) -> Points:
    """The angles (N,) of a whole spine: lumbar below T12, then kyphosis up to T1 and lordosis of the neck above it."""
    angles = lower.copy()
    top, base = levels.index(Level.T1), levels.index(Level.T12)
    share = np.clip((base - np.arange(len(levels))) / (base - top), 0, None)
    chest = angles[base] - np.deg2rad(settings.kyphosis) * (0.5 - 0.5 * np.cos(np.pi * np.clip(share, 0, 1)))
    neck = (
        np.deg2rad(np.clip(-0.6 * np.rad2deg(chest[top]), 0, 40)) * np.clip(top - np.arange(len(levels)), 0, None) / 6
    )
    return np.where(np.arange(len(levels)) < base, chest + neck, angles)


def _cervical_angles(levels: tuple[Level, ...], settings: ColumnSettings) -> Points:
    """Endplate angles in radians: C7 has the slope, lordosis spreads upwards with an S-shaped bend, kyphosis below."""
    above = np.array([(Level.C7 - level) / 5 for level in levels], float)
    rise = np.clip(above, 0, 1) * settings.lordosis + settings.bend * np.sin(np.pi * np.clip(above, 0, 1))
    fall = np.clip(-above, 0, None) * 5 * 4.0
    return np.deg2rad(settings.slope + rise + fall)


def _lumbar_angles(levels: tuple[Level, ...], settings: ColumnSettings, rng: np.random.Generator) -> Points:
    """Endplate angles in radians: S1 has the sacral slope, shares of the lordosis add upwards, kyphosis above T12."""
    shares = _lordosis(settings.lordosis, rng).values()  # from the lowest lumbar level up
    angles, lordosis = {Level.S1: settings.slope}, dict(zip(reversed(levels[:-1]), shares, strict=False))
    below = Level.S1
    for level in reversed(levels[:-1]):
        angles[level] = angles[below] + (lordosis[level] if level in lordosis else -3.0 + 0.3 * settings.bend)
        below = level
    return np.deg2rad([angles[level] for level in levels])


def _lordosis(whole: float, rng: np.random.Generator) -> dict[Level, float]:
    """The lumbar lordosis `whole` in degrees, shared out between the levels as one patient has it."""
    spread = {level: SHARE_SPREAD.get(level, 0.25) for level in LORDOSIS_SHARES}
    shares = {level: share * np.exp(rng.normal(0, spread[level])) for level, share in LORDOSIS_SHARES.items()}
    return {level: float(whole * share / sum(shares.values())) for level, share in shares.items()}


def _sized(level: Level, angle: float, settings: ColumnSettings, rng: np.random.Generator) -> ColumnVertebra:
    depth, height, disc = MEAN_SIZES[level]
    wear = float(np.clip(settings.degeneration * rng.uniform(0.2, 1.8) * (1 - settings.youth), 0, 1))
    flat, gap = 1 - 0.25 * settings.youth, disc * (1 + 0.5 * settings.youth)
    return ColumnVertebra(
        level=level,
        centre=np.zeros(2),
        angle=float(angle),
        depth=depth * settings.size * settings.depth * float(np.exp(rng.normal(0, 0.025))),
        height=height * settings.size * settings.height * flat * float(np.exp(rng.normal(0, 0.03))),
        disc=max(0.9, gap * settings.size * settings.disc * (1 - 0.75 * wear**2) * float(np.exp(rng.normal(0, 0.1)))),
        obliquity=0.0,
        rotation=0.0,
        degeneration=wear,
        crush=_crush(level, settings.crush, rng) if rng.random() < settings.fracture_rate else (0.0, 0.0, 0.0),
        youth=settings.youth,
    )


def _crush(level: Level, factor: float, rng: np.random.Generator) -> tuple[float, float, float]:
    """Lost shares of height (anterior, middle, posterior) of a wedge, biconcave or crush deformity (Genant's types)."""
    if level in (Level.C2, Level.S1):
        return 0.0, 0.0, 0.0
    loss = float(rng.uniform(0.08, 0.2) if level < Level.T3 else rng.uniform(0.1, 0.36))
    loss *= factor
    kinds = ((loss, loss * 0.6, 0.0), (0.05, loss, 0.0), (loss, loss, loss * 0.7))
    return kinds[rng.choice(3, p=[0.55, 0.3, 0.15])]


def _with_fusion(sized: list[ColumnVertebra], rng: np.random.Generator) -> list[ColumnVertebra]:
    """A block vertebra on one film in fifty: two bodies almost without a disc."""
    if rng.random() < 0.02:
        index = int(rng.integers(1, len(sized) - 2))
        sized[index] = replace(sized[index], disc=0.5)
    return sized


def _settled(sized: list[ColumnVertebra], share: float) -> list[ColumnVertebra]:
    """Let the spine above each wedge lean forward by a share of it: fractures make a kyphosis, not a wider disc."""
    if share == 0:
        return sized
    lean, turned = 0.0, []
    for vertebra in reversed(sized):
        turned.append(replace(vertebra, angle=vertebra.angle - lean))
        front, _, back = vertebra.crush
        lean += share * float(np.arctan2((front - back) * vertebra.height, vertebra.depth))
        lean = min(lean, MOST_LEAN)
    return turned[::-1]


def _stack(sized: list[ColumnVertebra], settings: ColumnSettings, rng: np.random.Generator) -> list[ColumnVertebra]:
    """Put each body below the one above: half a disc along each of the two axes, moved by a slip along the endplate."""
    placed = [sized[0]]
    for vertebra in sized[1:]:
        above = placed[-1]
        gap = above.disc / 2
        joint = above.centre + (above.height / 2 + gap) * _down(above.angle)
        slip = _slip(above, settings, rng) * np.array([np.cos(vertebra.angle), np.sin(vertebra.angle)])
        placed.append(replace(vertebra, centre=joint + (vertebra.height / 2 + gap) * _down(vertebra.angle) + slip))
    return placed


def _slip(above: ColumnVertebra, settings: ColumnSettings, rng: np.random.Generator) -> float:
    """Millimetres by which the lower body lies behind the upper one; beyond noise in the worn spine only."""
    slipped = rng.random() < 0.12 * settings.degeneration + settings.slip_rate
    share = rng.choice([-0.6, 1.0]) * rng.uniform(0.06, 0.25) if slipped else rng.normal(0, 0.018)
    return float(share * above.depth)


def _down(angle: float) -> Points:
    return np.array([-np.sin(angle), np.cos(angle)])


def _seen_obliquely(
    column: list[ColumnVertebra], middle: int, settings: ColumnSettings, rng: np.random.Generator
) -> list[ColumnVertebra]:
    """Move the origin to the middle vertebra; obliquity grows with the distance from the central ray."""
    origin = column[middle].centre
    return [
        replace(
            vertebra,
            centre=vertebra.centre - origin,
            obliquity=float(
                np.deg2rad(settings.obliquity + settings.divergence * (index - middle) + rng.normal(0, 1.5))
            ),
            rotation=float(np.deg2rad(settings.rotation + rng.normal(0, 2.0))),
        )
        for index, vertebra in enumerate(column)
    ]
