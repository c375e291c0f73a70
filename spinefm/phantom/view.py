"""Where the film lies over the patient: which stretch of the spine it must show, how large, and how much else."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spinefm.core.levels import Level
from spinefm.phantom.canvas import CanvasView
from spinefm.phantom.outlines import Outline
from spinefm.phantom.settings import Settings

Points = NDArray[np.float64]

CEPHALOGRAM_HEIGHT_MM = 235.0
"""Height of the anatomy that a head film shows."""

OWN_STRETCHES: dict[tuple[str, str], tuple[tuple[Level, ...], ...]] = {
    ("spot", "cervical"): ((Level.C2, Level.C4), (Level.C6, Level.T2), (Level.C4, Level.C7)),
    ("spot", "lumbar"): ((Level.L4, Level.S1), (Level.L4, Level.S1), (Level.L3, Level.S1), (Level.T11, Level.L2)),
    ("chest", "thoracic"): ((Level.T1, Level.T12), (Level.T2, Level.T12), (Level.T1, Level.L1), (Level.T2, Level.T11)),
    ("strip", "thoracic"): ((Level.T2, Level.T12), (Level.T3, Level.L1), (Level.T5, Level.L2), (Level.T1, Level.T11)),
    ("whole", "whole"): ((Level.C2, Level.S1), (Level.C3, Level.S1), (Level.C7, Level.S1)),
}
"""The ends of the stretches that a group's layout may have to show."""


def view_of(settings: Settings, outlines: dict[Level, Outline], rng: np.random.Generator) -> CanvasView:
    """The view of a layout: the stretch of spine fills 1 / `field` of the film's height, at random in the rest."""
    tilt = np.deg2rad(settings.tilt * (0.4 if settings.layout in ("chest", "whole") else 1.0))
    if settings.layout == "cephalogram":
        return _cephalogram(settings, outlines, tilt, rng)
    shown = np.concatenate([outlines[level].polygon for level in _stretch(settings, rng)])
    flat = CanvasView(1.0, tilt, settings.faces == "right", np.zeros(2), np.zeros(2))
    low, high = flat(shown).min(0), flat(shown).max(0)
    size = np.array([settings.width, settings.height], float)
    scale = _scale(settings, high - low, size)
    slack = size / scale - (high - low)  # mm of film beside the stretch
    start = low - (slack[0] * rng.uniform(0.25, 0.75), _above(settings, float(slack[1]), rng))
    if settings.layout == "no_anchor":
        start[1] = _without_anchor(settings, outlines, flat, float(start[1]), size[1] / scale)
    return CanvasView(scale, tilt, settings.faces == "right", flat.inverse(start[None])[0], np.zeros(2))


def _without_anchor(
    settings: Settings, outlines: dict[Level, Outline], flat: CanvasView, top: float, tall: float
) -> float:
    """The film's upper edge (mm), moved so far that at least half of C2 above or of S1 below is off the film."""
    if settings.region == "cervical":
        return max(top, float(np.median(flat(outlines[Level.C2].polygon)[:, 1])))
    return min(top, float(np.quantile(flat(outlines[Level.S1].polygon)[:, 1], 0.4)) - tall)


def _scale(settings: Settings, extent: Points, size: Points) -> float:
    """Pixels per mm so that the stretch fits: its height 1 / `field` of the film, its width at most 60 %.

    Bodies stay at least about 28 px of 640 deep, unless the stretch then would not fit.
    """
    room = 0.55 if settings.region == "cervical" else 0.6
    fitting = min(size[1] / (extent[1] * 1.03), room * size[0] / extent[0])
    least = max(size) / 640 * (1.8 if settings.region == "cervical" else 0.85)
    if settings.layout in ("third", "whole"):
        least = 0.3
    return float(min(fitting, max(least, size[1] / (extent[1] * settings.field))))


def _above(settings: Settings, slack: float, rng: np.random.Generator) -> float:
    """How many mm of the spare height lie above the stretch: heads above the neck, the pelvis below the back.

    Without the anchor (C2 above, S1 below) the film ends close to the stretch on that side.
    """
    if settings.layout == "no_anchor":
        near = min(slack, float(rng.uniform(-1, 9)) * (1.0 if settings.region == "cervical" else 1.6))
        return near if settings.region == "cervical" else slack - near
    if settings.layout in ("three", "narrow", "spot", "third", "strip"):
        return slack * float(rng.uniform(0.3, 0.7))
    return slack * float(rng.uniform(0.3, 0.75) if settings.region == "cervical" else rng.uniform(0.05, 0.5))


def _stretch(settings: Settings, rng: np.random.Generator) -> list[Level]:
    """The levels that the film must show."""
    if (settings.layout, settings.region) in OWN_STRETCHES:
        choices = OWN_STRETCHES[settings.layout, settings.region]
        return list(choices[int(rng.integers(len(choices)))])
    if settings.layout == "three":
        limits = (Level.C2, Level.C5) if settings.region == "cervical" else (Level.T11, Level.L3)
        first = int(rng.integers(limits[0], limits[1] + 1))
        return [Level(first + k) for k in range(3)]
    if settings.region == "cervical":
        first, last = Level.C2, Level.T1 if rng.random() < 0.4 else Level.C7
        if settings.layout == "no_anchor":
            first = Level.C3 if rng.random() < 0.7 else Level.C4
        return [first, last]
    first, last = (Level.T11, Level.T12, Level.L1)[rng.choice(3, p=[0.3, 0.45, 0.25])], Level.S1
    if settings.layout == "no_anchor":
        last = Level.L5 if rng.random() < 0.5 else Level.L4
        first = Level(first - int(rng.integers(0, 3)))
    return [first, last]


def _cephalogram(
    settings: Settings, outlines: dict[Level, Outline], tilt: float, rng: np.random.Generator
) -> CanvasView:
    """A whole head and face; the spine is in the lower corner behind, C2 to C4 or C6 on the film."""
    scale = settings.height / (CEPHALOGRAM_HEIGHT_MM * settings.field * (0.6 + 0.4 * settings.column.size))
    axis = outlines[Level.C2].polygon.mean(0)
    across = rng.uniform(0.16, 0.40)
    spot = np.array([1 - across if settings.faces == "left" else across, rng.uniform(0.57, 0.74)])
    return CanvasView(scale, tilt * 0.6, settings.faces == "right", axis, spot * (settings.width, settings.height))
