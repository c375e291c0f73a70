"""What the chest lends to a lumbar film: lungs behind two domes, and ribs that are faint lines on most films."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spinefm.core.levels import Level
from spinefm.phantom.canvas import ribbon
from spinefm.phantom.column import ColumnVertebra
from spinefm.phantom.outlines import curve
from spinefm.phantom.scene import Scene

Points = NDArray[np.float64]

RIB_PATH = ((14, -8), (32, 2), (42, 24), (36, 58), (10, 92), (-40, 122), (-105, 140))
"""A rib from its head behind the body: backwards, steeply down along the back, then around the flank (mm)."""


def paint_lungs(scene: Scene) -> None:
    """Two lungs end at two domes; behind, the gutters reach down to T12 or L1."""
    if scene.chance(0.12):
        return
    shown = scene.vertebra(Level.T11)
    lift, chest = scene.rng.normal(0, 16), 20 - 195 * scene.settings.surround.girth
    for _ in range(2):
        low = shown.centre + (scene.uniform(24, 42), scene.uniform(15, 48) + lift)
        apex = shown.centre + (scene.uniform(-75, -35), scene.uniform(-45, -15) + lift)
        front = shown.centre + (chest, scene.uniform(-20, 30) + lift)
        dome = curve(np.array([front, (front + apex) / 2 + (0, -14), apex, (apex + low) / 2 + (10, -6), low]), 40)
        backs = [scene.vertebra(level).centre + (scene.uniform(32, 46), 0) for level in (Level.T10, Level.T8, Level.T6)]
        outline = np.concatenate([dome, curve(np.array([low, *backs, backs[-1] + (0, -250)]), 20), [front + (0, -450)]])
        scene.canvas.tissue(outline, -scene.uniform(0.5, 1.4) * scene.settings.surround.tissue, scene.uniform(0.3, 1.5))
        scene.note("soft_tissue", dome[8:36:9])
    _paint_vessels(scene, shown)


def _paint_vessels(scene: Scene, shown: ColumnVertebra) -> None:
    """Vessels and airways of the lower lobes: fine strands in the dark behind the domes."""
    faint = scene.uniform(0.02, 0.4)
    for _ in range(int(scene.rng.integers(4, 40))):
        start = shown.centre + (scene.uniform(-90, 35), scene.uniform(-70, 5))
        path = curve(start + np.cumsum(scene.rng.normal((2, 4), 4, (5, 2)), 0), 16)
        scene.canvas.line(path, scene.uniform(0.8, 3.0), faint * scene.uniform(0.3, 1.0), 0.4)


def paint_ribs(scene: Scene) -> None:
    """The lower ribs; few and faint on most films, a whole cage on one in four."""
    strong = scene.chance(0.25)
    share = 0.9 if strong else scene.uniform(0.2, 0.9)
    strength = scene.settings.surround.clutter * (scene.uniform(0.5, 1.0) if strong else scene.uniform(0.1, 0.6))
    for vertebra in scene.column:
        if vertebra.level > Level.T12:
            return
        for side in (0.5, -0.5):
            if scene.chance(share):
                _paint_rib(scene, vertebra, side, strength)


def _paint_rib(scene: Scene, vertebra: ColumnVertebra, side: float, strength: float) -> None:
    """One rib; only its posterior part unless it is seen around the flank as well, fainter there."""
    spread = 2 * side * np.array([90 * np.sin(vertebra.rotation), 60 * np.sin(vertebra.obliquity)])
    fall = np.array([1.0, scene.uniform(0.7, 1.1)])
    turned = scene.jitter(RIB_PATH, 3.5) * fall + np.linspace(0, 1, 7)[:, None] * spread
    path = curve(vertebra.centre + turned, 60)
    longest = {Level.T12: 24, Level.T11: 38}.get(vertebra.level, 60)
    end = min(longest, int(scene.uniform(22, 40)) if scene.chance(0.85) else 60)
    width = scene.uniform(6, 11) * np.interp(np.linspace(0, 1, end), [0, 0.15, 0.85, 1], [0.7, 1.0, 0.8, 0.25])
    k = strength * scene.uniform(0.5, 1.2)
    soft = scene.uniform(0.2, 0.8)
    scene.canvas.bone(ribbon(path[:end], width), scene.look(0.08 * k, 0.35 * k, roundness=0.3, soft_mm=soft))
    scene.note("rib", path[[end // 3, 2 * end // 3]])
