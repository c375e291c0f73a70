"""What a head film shows besides the head: ear rods, nasion rod and ruler, clips at the rim, stripe, wedge, shield."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spinefm.core.levels import Level
from spinefm.phantom.canvas import ribbon
from spinefm.phantom.head import HeadFrame
from spinefm.phantom.outlines import closed_curve, ellipse
from spinefm.phantom.scene import Scene

Points = NDArray[np.float64]


def paint_head_holder(scene: Scene, frame: HeadFrame) -> None:
    """Paint the head holder of a cephalogram and the marks that its cassette leaves on the film."""
    _paint_ear_rods(scene, frame)
    if scene.chance(0.75):
        _paint_nasion_rod(scene, frame)
    if scene.chance(0.5):
        _paint_stripe(scene)
    if scene.chance(0.5):
        _paint_clips(scene)
    if scene.chance(0.6):
        _paint_wedge(scene, frame)
    if scene.chance(0.7):
        _paint_shield(scene)


def _paint_ear_rods(scene: Scene, frame: HeadFrame) -> None:
    """Rings of both rods, nearly concentric, with a dot or a bore in the middle."""
    ear = frame([(2, -10)])[0] + scene.rng.normal(0, 2, 2)
    if scene.chance(0.4):
        scene.canvas.tissue(ellipse(ear, (7.0, 7.0)), scene.uniform(0.1, 0.6), 0.3)
    for radius in (scene.uniform(5, 9), scene.uniform(5, 9), scene.uniform(1.5, 4)):
        if scene.chance(0.7):
            ring = ellipse(ear + scene.rng.normal(0, 0.8, 2), (radius, radius), 0.0, 40)
            scene.canvas.line(np.concatenate([ring, ring[:2]]), scene.uniform(0.6, 1.8), scene.uniform(0.2, 1.2), 0.2)
    if scene.chance(0.5):
        dot = ellipse(ear + scene.rng.normal(0, 1, 2), (1.2, 1.2), 0.0, 12)
        scene.canvas.tissue(dot, scene.rng.normal(0, 0.8), 0.2)
    scene.note("skull_base", ear[None])


def _paint_nasion_rod(scene: Scene, frame: HeadFrame) -> None:
    """A rod with a hook at the nasion and a ruler on it."""
    nose = frame([(-114, -46)])[0] + scene.rng.normal(0, 3, 2)
    plastic = scene.uniform(0.2, 0.8)
    scene.canvas.tissue(ribbon(nose + np.array([(0, 0), (-9, 0), (-18, 0), (-20, -26)]), 6.0), plastic, 0.3)
    rod = nose + np.array([(-17, 0), (-17, -30), (-17, -110), (-17, -260)])
    scene.canvas.tissue(ribbon(rod, scene.uniform(3, 6)), plastic * scene.uniform(0.7, 2), 0.2)
    if scene.chance(0.7):
        for tick in range(12):
            mark = nose + np.array([(-19, 0 - 3 * tick), (-15, 0 - 3 * tick)])
            scene.canvas.line(mark, 1.2, scene.uniform(0.8, 1.5), 0.1)


def _film_box(scene: Scene, x0: float, y0: float, x1: float, y1: float) -> Points:
    """A rectangle (4, 2) in patient mm from shares of the film's width and height."""
    height, width = scene.canvas.shape
    corners = np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)]) * (width, height) - 0.5
    return scene.canvas.view.inverse(corners)


def _paint_stripe(scene: Scene) -> None:
    """The chamber of the automatic exposure: one wide upright stripe with straight edges, from the top a long way."""
    left = scene.uniform(0.1, 0.7)
    low = 1.05 if scene.chance(0.6) else scene.uniform(0.4, 0.8)
    stripe = _film_box(scene, left, -0.05, left + scene.uniform(0.1, 0.3), low)
    scene.canvas.tissue(stripe, scene.uniform(-0.12, 0.25), 0.05)


def _paint_clips(scene: Scene) -> None:
    """Opaque rectangles at the upper and the lower rim, where clips hold the film."""
    count, wide, tall = int(scene.rng.integers(2, 4)), scene.uniform(0.04, 0.08), scene.uniform(0.015, 0.03)
    start, step = scene.uniform(0.1, 0.35), scene.uniform(0.2, 0.3)
    for rim in (-0.01, 1.01 - tall):
        for index in range(count):
            left = start + index * step
            scene.canvas.tissue(_film_box(scene, left, rim, left + wide, rim + tall), 9.0, 0.0)


def _paint_wedge(scene: Scene, frame: HeadFrame) -> None:
    """The compensating filter before the face: the air grows lighter towards the film's edge."""
    start = frame([(-130 + scene.uniform(-25, 12), 0)])[0]
    for far in (0.0, 40.0):
        edge = start - (far, 0)
        area = edge + scene.jitter([(0, -260), (0, 0), (0, 260), (-300, 260), (-300, -260)], 6.0)
        scene.canvas.tissue(area, scene.uniform(0.05, 0.6), scene.uniform(16, 40))


def _paint_shield(scene: Scene) -> None:
    """The thyroid shield, opaque, over the lowest part of the neck."""
    corner = scene.vertebra(Level.C6 if scene.chance(0.5) else Level.C5).centre + (0, scene.uniform(0, 45))
    shield = scene.jitter([(-50, 70), (-25, 26), (0, 8), (40, -8), (90, -14), (250, -10), (250, 300), (-50, 300)], 5.0)
    scene.canvas.tissue(closed_curve(corner + shield, 80), scene.uniform(3, 8), 0.2)
