"""Painting the sacrum below S1: long tapering lines more than a filled bone, the crest behind, the wings beside it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spinefm.core.levels import Level
from spinefm.phantom.canvas import ribbon
from spinefm.phantom.column import ColumnVertebra
from spinefm.phantom.outlines import closed_curve, curve
from spinefm.phantom.scene import Scene

Points = NDArray[np.float64]


def paint_sacrum(scene: Scene) -> None:
    """S2 to S5 and the coccyx behind and below S1, the median crest, the wings beside it."""
    top = scene.vertebra(Level.S1)
    k = scene.settings.bone.posterior * scene.uniform(0.6, 1.8)
    front, back, crest = _sacral_edges(scene, top)
    fill = scene.look(scene.uniform(0.02, 0.14) * k, 0.06 * k, soft_mm=scene.uniform(0.3, 1.2))
    scene.canvas.bone(np.concatenate([curve(front, 40), curve(back, 40)[::-1]]), fill)
    _paint_cortex(scene, curve(front, 60), 0.35 * k)
    _paint_cortex(scene, curve(scene.jitter(back, 0.8), 60), 0.2 * k)
    _paint_remnants(scene, front, back, k)
    _paint_crest(scene, crest, k)
    _paint_ala(scene, top, k)


def _sacral_edges(scene: Scene, top: ColumnVertebra) -> tuple[Points, Points, Points]:
    """Front and back of the sacral bodies and their median crest, at the borders of S1 to S5 and the coccyx (mm)."""
    angle, centre = top.angle, top.units(np.array([[0.02, 0.5]]))[0]
    depth, height = top.depth * scene.uniform(0.58, 0.7), top.height * scene.uniform(0.8, 0.95)
    bend = scene.uniform(2, 20)  # degrees per segment towards the coccyx
    front, back = [], []
    crest = [top.units(np.array([[0.66, -0.3]]))[0], top.units(np.array([[0.78, 0.25]]))[0]]
    for index in range(7):
        down, behind = np.array([-np.sin(angle), np.cos(angle)]), np.array([np.cos(angle), np.sin(angle)])
        front.append(centre - behind * depth / 2 + scene.rng.normal(0, 0.5, 2))
        back.append(centre + behind * depth / 2 + scene.rng.normal(0, 0.5, 2))
        crest.append(centre + behind * (0.5 * depth + 11 * depth / top.depth * scene.uniform(0.7, 1.5)))
        centre = centre + down * height
        depth, height = depth * scene.uniform(0.7, 0.84), height * scene.uniform(0.8, 0.92)
        angle += np.deg2rad(scene.uniform(0.3, 1.7) * bend * (0.2 if index < 1 else 1.0))
    return np.array(front), np.array(back), np.array(crest)


def _paint_cortex(scene: Scene, path: Points, depth: float) -> None:
    """A cortical line (60, 2) that gains strength downwards, where no ilium lies over it."""
    soft, width = scene.uniform(0.2, 0.7), scene.uniform(0.7, 2.0)
    scene.canvas.line(path, width, scene.uniform(0.1, 0.6) * depth, soft)
    start = int(scene.rng.integers(8, 30))
    scene.canvas.line(path[start:], width, scene.uniform(0.3, 1.0) * depth, soft)


def _paint_remnants(scene: Scene, front: Points, back: Points, k: float) -> None:
    """Remnant discs between the sacral bodies: short faint lines, often incomplete."""
    for fore, rear in zip(front[:-2], back[:-2], strict=True):
        middle = (fore + rear) / 2 + scene.rng.normal(0, 0.6, 2)
        path = curve(np.stack([fore, middle, rear]), 12)[: int(scene.rng.integers(4, 13))]
        scene.canvas.line(path, scene.uniform(0.6, 1.6), scene.uniform(0.0, 0.2) * k, 0.4)
        scene.note("sacrum", (0.6 * fore + 0.4 * rear)[None])
    scene.note("sacrum", (front[1:4] + front[0:3] + back[1:4] + back[0:3]) / 4)


def _paint_crest(scene: Scene, crest: Points, k: float) -> None:
    """Median crest: an irregular bumpy band behind the canal that fades into the coccyx."""
    count = 48
    path = curve(crest, count) + scene.rng.normal(0, 0.3, (count, 2))
    bumps = np.repeat(scene.rng.uniform(0.5, 1.5, count // 6), 6)
    width = np.linspace(9, 2.5, count) * np.convolve(np.pad(bumps, 2, mode="edge"), np.full(5, 0.2), mode="valid")
    look = scene.look(scene.uniform(0.04, 0.2) * k, scene.uniform(0.1, 0.3) * k, roundness=0.8, soft_mm=0.5)
    scene.canvas.bone(ribbon(path, width), look)
    scene.note("sacrum", path[4::12])


def _paint_ala(scene: Scene, top: ColumnVertebra, k: float) -> None:
    """The sacral wings: a soft denser triangle over S1 and S2 whose anterior edge runs near the promontory."""
    for shift in (scene.rng.normal(0, 2.5, 2), scene.rng.normal(0, 2.5, 2)):
        corners = [(-0.4, -0.3), (0.1, -0.55), (0.62, -0.5), (0.85, 0.2), (0.6, 1.2), (0.15, 1.1), (-0.2, 0.4)]
        points = top.units(scene.jitter(corners, 0.06)) + shift
        outline = closed_curve(points, 60)
        scene.canvas.tissue(outline, scene.uniform(0.0, 0.16) * k, soft_mm=scene.uniform(0.8, 4.0))
        if scene.chance(0.6):
            scene.canvas.line(outline[:14], scene.uniform(0.6, 2.0), scene.uniform(0.03, 0.2) * k, 0.5)
