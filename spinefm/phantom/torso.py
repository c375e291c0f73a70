"""The surroundings of a whole spine: chest with lungs, heart, ribs, scapulae and arms between neck and belly."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spinefm.core.levels import Level
from spinefm.phantom.canvas import ribbon
from spinefm.phantom.cervical import paint_within_neck
from spinefm.phantom.head import head_frame, skin_of_head
from spinefm.phantom.lumbar import paint_belly, paint_belly_gas
from spinefm.phantom.mass import paint_mass, paint_unevenness
from spinefm.phantom.outlines import closed_curve, curve, ellipse
from spinefm.phantom.pelvis import paint_hips, pelvic_frame
from spinefm.phantom.scene import Scene

Points = NDArray[np.float64]

SKIN_ROWS = (
    (Level.C4, 42, 62), (Level.C6, 46, 68), (Level.T1, 74, 84), (Level.T3, 118, 92), (Level.T6, 165, 84),
    (Level.T9, 185, 74), (Level.T12, 188, 70), (Level.L2, 182, 76), (Level.L4, 175, 76), (Level.S1, 160, 82),
)  # fmt: skip
"""Distance in mm from the middle of a body to the skin in front of and behind it."""

SCAPULA = ((-18, -52), (8, -58), (26, -48), (20, -10), (8, 45), (-4, 62), (-12, 40), (-8, 0))
"""A scapula seen on edge and a little from behind, mm from its middle."""


def paint_torso(scene: Scene, dens_tip: Points) -> None:
    """Everything around a whole spine, from the bulk inwards; `dens_tip` (2,) in patient mm."""
    around = scene.settings.surround
    head, hips = head_frame(scene, dens_tip), pelvic_frame(scene)
    outlines = [skin_of_head(scene, head), _skin(scene)]
    paint_mass(scene, outlines, scene.uniform(70, 150) * around.girth, 2.8 * around.tissue)
    paint_hips(scene, hips)
    paint_unevenness(scene, scene.uniform(20, 60), scene.uniform(0.01, 0.06))
    _paint_lungs(scene)
    _paint_heart(scene)
    paint_belly_gas(scene, hips)
    _paint_ribs(scene)
    _paint_arms(scene)
    _paint_scapulae(scene)
    _paint_sternum(scene)
    paint_belly(scene, hips)
    if scene.settings.layout == "whole":
        paint_within_neck(scene, head, dens_tip)


def _skin(scene: Scene) -> Points:
    """The outline (N, 2) of neck, chest, belly, seat and thighs."""
    girth, wander = scene.settings.surround.girth, scene.rng.normal(0, 4, (len(SKIN_ROWS), 2))
    fronts, backs = [], []
    for (level, front, back), (w0, w1) in zip(SKIN_ROWS, wander, strict=True):
        centre = scene.vertebra(level).centre
        fronts.append(centre - (front * girth + w0, 0))
        backs.append(centre + (back * (0.5 + 0.5 * girth) + w1, 0))
    sacrum, seat = scene.vertebra(Level.S1).centre, scene.uniform(78, 112) * girth
    below = [(-150 * girth, 60), (-130 * girth, 130), (-120, 450), (60, 450), (0.97 * seat, 135), (seat, 80)]
    above = [backs[0] + (0, -90), fronts[0] + (0, -90)]
    return closed_curve(np.array([*fronts, *(sacrum + np.array(below)), *backs[::-1], *above]), 200)


def _paint_lungs(scene: Scene) -> None:
    """Two lungs from the apex behind the first rib to the domes; dark, so that the lower bodies hardly show."""
    kept = scene.uniform(0.45, 0.82)
    girth, lift = scene.settings.surround.girth, scene.rng.normal(0, 16)
    apex, base = scene.vertebra(Level.T2).centre, scene.vertebra(Level.T11).centre
    for _ in range(2):
        low = base + (scene.uniform(12, 34), scene.uniform(5, 34) + lift)
        dome = base + (scene.uniform(-85, -45), scene.uniform(-60, -20) + lift)
        front = base + (-145 * girth, scene.uniform(-30, 20) + lift)
        chest = [scene.vertebra(Level.T6).centre - (135 * girth, 0), scene.vertebra(Level.T3).centre - (80 * girth, 0)]
        top = [apex + (scene.uniform(-45, -25), -10), apex + (scene.uniform(-5, 10), scene.uniform(-18, 4))]
        backs = [
            scene.vertebra(level).centre + (scene.uniform(26, 44), 0)
            for level in (Level.T3, Level.T5, Level.T7, Level.T9)
        ]
        outline = closed_curve(np.array([front, *chest, *top, *backs, low, dome]), 140)
        scene.canvas.thin(outline, min(1.0, kept * scene.uniform(0.85, 1.15)), scene.uniform(0.4, 2.0))
        scene.note("soft_tissue", np.stack([front, dome, low]))
    _paint_vessels(scene)


def _paint_vessels(scene: Scene) -> None:
    """Branches of vessels from the hilum, finer outwards."""
    hilum = scene.vertebra(Level.T6).centre - (scene.uniform(35, 60), -10)
    faint = scene.uniform(0.03, 0.3)
    for _ in range(int(scene.rng.integers(15, 60))):
        turn = scene.uniform(0, 2 * np.pi)
        steps = scene.rng.normal(0, 6, (5, 2)) + 16 * np.array([np.cos(turn), np.sin(turn)])
        path = curve(hilum + scene.rng.normal(0, 20, 2) + np.cumsum(steps, 0), 20)
        scene.canvas.line(path, scene.uniform(1.0, 4.0), faint * scene.uniform(0.2, 1.0), 0.6)
    scene.canvas.tissue(ellipse(hilum, (scene.uniform(14, 26), scene.uniform(18, 30))), scene.uniform(0.1, 0.5), 5.0)


def _paint_heart(scene: Scene) -> None:
    """Heart, aorta and trachea: a bright oval in front, a band before the spine, a dark tube above."""
    girth = scene.settings.surround.girth
    centre = scene.vertebra(Level.T8).centre - (scene.uniform(70, 95) * girth, scene.uniform(-15, 15))
    heart = ellipse(centre, (scene.uniform(38, 58), scene.uniform(48, 66)), scene.uniform(-0.6, 0.1), 48)
    scene.canvas.tissue(heart, scene.uniform(0.2, 0.8), scene.uniform(3, 10))
    levels = (Level.T4, Level.T6, Level.T8, Level.T10, Level.T12)
    gap = scene.uniform(-6, 24)
    aorta = curve(np.array([scene.vertebra(level).centre - (26 + gap, 0) for level in levels]), 40)
    scene.canvas.tissue(ribbon(aorta, scene.uniform(20, 30)), scene.uniform(0.05, 0.4), scene.uniform(1, 4))
    airway = [scene.vertebra(level).centre - (gap_mm, 0) for level, gap_mm in ((Level.C7, 30), (Level.T2, 42),
                                                                                (Level.T5, 55))]  # fmt: skip
    scene.canvas.tissue(ribbon(curve(np.array(airway), 24), 15), -scene.uniform(0.2, 0.6), 1.0)


def _paint_ribs(scene: Scene) -> None:
    """Twelve pairs of ribs from behind the bodies down and forward; both sides show, one larger than the other."""
    strength = scene.settings.surround.clutter * scene.uniform(0.2, 1.0)
    for vertebra in scene.column:
        if Level.T1 <= vertebra.level <= Level.T12:
            for side in (0.5, -0.5):
                _paint_rib(scene, vertebra.centre, int(vertebra.level - Level.T1), side, strength)


def _paint_rib(scene: Scene, centre: Points, number: int, side: float, strength: float) -> None:
    """One rib; the upper ones are short, the middle ones reach the sternum, the last two end in the flank."""
    reach = float(np.interp(number, [0, 3, 6, 9, 10, 11], [50, 95, 130, 130, 70, 40]))
    fall = float(np.interp(number, [0, 6, 11], [30, 95, 120]))
    behind = scene.uniform(20, 34)
    places = [(10, -6), (behind, 0), (behind + 8, 0.18 * fall), (behind - 4, 0.4 * fall), (-0.2 * reach, 0.7 * fall),
              (-0.6 * reach, 0.92 * fall), (-reach, fall)]  # fmt: skip
    spread = 2 * side * np.array([scene.rng.normal(0, 6), scene.rng.normal(0, 8)])
    path = curve(centre + scene.jitter(places, 3.0) + np.linspace(0, 1, 7)[:, None] * spread, 60)
    k = strength * scene.uniform(0.4, 1.2)
    look = scene.look(0.12 * k, 0.4 * k, roundness=0.3, soft_mm=scene.uniform(0.2, 0.8))
    scene.canvas.bone(ribbon(path, scene.uniform(6, 11)), look)
    scene.note("rib", path[[18, 36]])


def _paint_arms(scene: Scene) -> None:
    """Raised or hanging arms: shoulders burn out C7 to T4 on most films; humerus heads lie over the upper bodies."""
    burn = scene.settings.surround.burn * scene.uniform(0.2, 1.0)
    middle = scene.vertebra(Level.T2).centre
    raised = scene.chance(0.6)
    for _ in range(2):
        start = middle + (scene.rng.normal(-25, 22), scene.rng.normal(6, 12))
        heading = scene.rng.normal(-2.2 if raised else 1.75, 0.3)  # up and forward, or down in front of the spine
        along = np.array([np.cos(heading), np.sin(heading)])
        path = curve(np.array([start, start + 70 * along, start + 260 * along]), 30)
        width = np.interp(np.linspace(0, 1, 30), [0, 0.1, 0.4, 1], [80, 105, 90, 75])
        scene.canvas.tissue(ribbon(path, width), 0.4 * burn, scene.uniform(4, 12))
        k = scene.settings.surround.clutter * scene.uniform(0.2, 0.9)
        scene.canvas.bone(ellipse(start, (23, 23)), scene.look(0.4 * k, 0.3 * k, roundness=0.9))
        scene.canvas.bone(ribbon(path, 23), scene.look(0.3 * k, 0.4 * k, cortex_mm=2.5))
        scene.note("shoulder", start[None])
    girdle = ellipse(middle + (0, 10), (scene.uniform(60, 95), scene.uniform(35, 60)), scene.uniform(-0.3, 0.3), 40)
    scene.canvas.tissue(girdle, scene.uniform(0.2, 1.2) * burn, scene.uniform(10, 25))


def _paint_scapulae(scene: Scene) -> None:
    """Two scapulae over T3 to T8, their borders bright lines that cross bodies where the arms hang."""
    for _ in range(2):
        middle = scene.vertebra(Level.T5).centre + (scene.rng.normal(22, 22), scene.rng.normal(0, 12))
        angle = scene.rng.normal(0.1, 0.25)
        turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        points = middle + scene.jitter(SCAPULA, 4.0) * (scene.uniform(0.5, 1.6), scene.uniform(0.85, 1.15)) @ turn
        outline = closed_curve(points, 80)
        k = scene.settings.surround.clutter * scene.uniform(0.2, 1.2)
        look = scene.look(0.08 * k, 0.35 * k, cortex_mm=1.2, roundness=0.1, soft_mm=scene.uniform(0.2, 1.0))
        scene.canvas.bone(outline, look)
        scene.canvas.line(outline[20:55], scene.uniform(1.5, 4.0), 0.3 * k, 0.6)
        scene.note("scapula", outline[::16])


def _paint_sternum(scene: Scene) -> None:
    """The sternum under the skin in front."""
    girth = scene.settings.surround.girth
    places = ((Level.T3, 96), (Level.T5, 132), (Level.T8, 158))
    path = curve(np.array([scene.vertebra(level).centre - (gap * girth, 0) for level, gap in places]), 30)
    k = scene.settings.surround.clutter
    scene.canvas.bone(ribbon(path, scene.uniform(9, 14)), scene.look(0.2 * k, 0.25 * k, soft_mm=0.5))
    scene.note("sternum", path[[6, 15, 24]])
