"""Painting the sacrum below S1 and the pelvis: iliac wings, hip joints, thighs."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from spinefm.anatomy import Level
from spinefm.phantom.canvas import ribbon
from spinefm.phantom.column import Vertebra
from spinefm.phantom.outlines import closed_curve, curve, ellipse
from spinefm.phantom.scene import Scene

Points = NDArray[np.float64]
Place = Callable[[list[tuple[float, float]]], Points]


def paint_sacrum(scene: Scene) -> None:
    """S2 to S5 and the coccyx behind and below S1, the median crest, the wings beside it."""
    top = scene.vertebra(Level.S1)
    k = 1.7 * scene.settings.bone.posterior
    front, back, crest = _sacral_edges(scene, top)
    scene.canvas.bone(np.concatenate([curve(front, 40), curve(back, 40)[::-1]]), scene.look(0.3 * k, 0.3 * k))
    for fore, rear in zip(front[1:-1], back[1:-1], strict=True):
        scene.canvas.line(
            curve(np.stack([fore, (fore + rear) / 2 + scene.rng.normal(0, 0.6, 2), rear]), 9), 1.0, 0.15 * k
        )
        scene.note("sacrum", (fore + rear)[None] / 2)
    path = curve(crest, 30)
    scene.canvas.bone(ribbon(path, np.linspace(13, 4, 30)), scene.look(0.2 * k, 0.3 * k, roundness=0.8))
    _paint_ala(scene, top)


def _sacral_edges(scene: Scene, top: Vertebra) -> tuple[Points, Points, Points]:
    """Front and back of the sacral bodies and their median crest, at the borders of S1 to S5 and the coccyx (mm)."""
    angle, centre = top.angle, top.units(np.array([[0.02, 0.52]]))[0]
    depth, height = top.depth * scene.uniform(0.58, 0.7), top.height * scene.uniform(0.8, 0.95)
    bend = scene.uniform(3, 22)  # degrees per segment towards the coccyx
    front, back = [], []
    crest = [top.units(np.array([[0.62, -0.25]]))[0], top.units(np.array([[0.72, 0.3]]))[0]]
    for index in range(6):
        down, behind = np.array([-np.sin(angle), np.cos(angle)]), np.array([np.cos(angle), np.sin(angle)])
        front.append(centre - behind * depth / 2 + scene.rng.normal(0, 0.5, 2))
        back.append(centre + behind * depth / 2 + scene.rng.normal(0, 0.5, 2))
        crest.append(centre + behind * (0.5 * depth + 9 * depth / top.depth * scene.uniform(0.9, 1.4)))
        centre = centre + down * height
        depth, height = depth * scene.uniform(0.74, 0.86), height * scene.uniform(0.82, 0.94)
        angle += np.deg2rad(scene.uniform(0.3, 1.7) * bend * (0.2 if index < 1 else 1.0))
    return np.array(front), np.array(back), np.array(crest)


def _paint_ala(scene: Scene, top: Vertebra) -> None:
    """The sacral wings: a wide faint bone over S1 and S2 whose anterior edge runs near the promontory."""
    for shift in (scene.rng.normal(0, 2.5, 2), scene.rng.normal(0, 2.5, 2)):
        corners = [(-0.45, -0.35), (0.15, -0.62), (0.7, -0.45), (0.85, 0.5), (0.6, 1.3), (0.05, 1.1), (-0.3, 0.4)]
        points = top.units(scene.jitter(corners, 0.05)) + shift
        scene.canvas.bone(closed_curve(points, 60), scene.look(0.25, 0.2, soft_mm=0.8))


def paint_pelvis(scene: Scene) -> None:
    """Both iliac wings over L5 and S1, the brim, hip joints and thighs, in a frame that tilts with S1."""
    top = scene.vertebra(Level.S1)
    tilt = top.angle + np.deg2rad(scene.uniform(35, 45))
    cos, sin = np.cos(tilt), np.sin(tilt)
    size = top.depth / 34.0
    parting = scene.rng.normal(0, 5.0, 2) * size
    dense = 1.6 * scene.settings.surround.clutter
    for side in (0.5, -0.5):
        shift = top.centre + side * parting + scene.rng.normal(0, 1.5, 2)

        def place(points: list[tuple[float, float]], shift: Points = shift) -> Points:
            local = scene.jitter(points, 2.5) * size
            return np.asarray(local @ np.array([[cos, sin], [-sin, cos]]) + shift, float)

        _paint_wing(scene, place, dense)
        _paint_hip(scene, place, dense, size)


def _paint_wing(scene: Scene, place: Place, dense: float) -> None:
    """Iliac wing: crest, spines, notch; the wing is thin, the crest and the brim are thick lines."""
    back = [(52, 8), (38, 22), (24, 40), (10, 62), (-22, 66), (-44, 46)]
    wing = place([(-62, 18), (-58, -4), (-38, -32), (-4, -44), (28, -36), (50, -12), *back])
    thin = scene.look(0.2 * dense, 0.05 * dense, cortex_mm=1.4, roundness=0.4, soft_mm=3.0)
    scene.canvas.bone(closed_curve(wing, 100), thin)
    crest = curve(place([(-62, 18), (-58, -4), (-38, -32), (-4, -44), (28, -36), (50, -12)]), 50)
    scene.canvas.line(crest, scene.uniform(3, 8), scene.uniform(0.05, 0.25) * dense, scene.uniform(0.8, 2.0))
    brim = curve(place([(18, 0), (2, 22), (-16, 44), (-40, 70), (-62, 92)]), 40)
    scene.canvas.line(brim, scene.uniform(1.5, 4), scene.uniform(0.1, 0.35) * dense, scene.uniform(0.5, 1.5))
    scene.note("pelvis", np.concatenate([crest[5::12], brim[5::12]]))


def _paint_hip(scene: Scene, place: Place, dense: float, size: float) -> None:
    """Acetabulum, femoral head and shaft, ischium and pubis."""
    hip = place([(-26, 92)])[0]
    radius = 24 * size * scene.uniform(0.9, 1.1)
    scene.canvas.bone(ellipse(hip, (radius, radius)), scene.look(0.45 * dense, 0.35 * dense, roundness=0.9))
    scene.canvas.line(ellipse(hip, (radius * 1.15, radius * 1.15))[10:], 2.2, 0.3 * dense, 0.5)
    thigh = place([(-26, 92), (-34, 125), (-40, 180), (-46, 260)])
    scene.canvas.bone(ribbon(curve(thigh, 24), 30 * size), scene.look(0.4 * dense, 0.5 * dense, cortex_mm=3.0))
    ischium = place([(-10, 78), (10, 60), (16, 84), (6, 120), (-6, 150), (-24, 150), (-14, 116)])
    scene.canvas.bone(closed_curve(ischium, 60), scene.look(0.3 * dense, 0.3 * dense, cortex_mm=1.5))
    pubis = place([(-30, 100), (-60, 104), (-84, 118), (-82, 138), (-62, 130), (-36, 118)])
    scene.canvas.bone(closed_curve(pubis, 60), scene.look(0.25 * dense, 0.3 * dense))
    scene.note("pelvis", np.array([hip, thigh[1]]))
