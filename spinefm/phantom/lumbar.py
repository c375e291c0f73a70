"""The surroundings of the lumbar spine: trunk, lungs, ribs, bowel gas, aorta; the pelvis is in `sacrum`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spinefm.anatomy import Level
from spinefm.phantom.canvas import ribbon
from spinefm.phantom.column import Vertebra
from spinefm.phantom.mass import paint_gas, paint_mass, paint_mottle, paint_unevenness
from spinefm.phantom.outlines import closed_curve, curve, ellipse
from spinefm.phantom.sacrum import paint_pelvis, paint_sacrum
from spinefm.phantom.scene import Scene

Points = NDArray[np.float64]


def paint_trunk(scene: Scene) -> None:
    """Everything around the lumbar spine, from the bulk inwards."""
    around = scene.settings.surround
    paint_mass(scene, [_trunk_outline(scene)], scene.uniform(60, 170) * around.girth, 3.2 * around.tissue)
    _paint_thick_pelvis(scene)
    paint_unevenness(scene, scene.uniform(25, 60), scene.uniform(0.01, 0.06))
    paint_unevenness(scene, scene.uniform(5, 14), scene.uniform(0.0, 0.025))
    _paint_folds(scene)
    _paint_lungs(scene)
    _paint_bowel(scene)
    np.maximum(scene.canvas.depth, 0.0, out=scene.canvas.depth)
    _paint_ribs(scene)
    paint_pelvis(scene)
    paint_sacrum(scene)
    _paint_aorta(scene)
    _paint_objects(scene)


def _front_and_back(scene: Scene, level: Level, front: float, back: float) -> tuple[Points, Points]:
    """Points on the skin in front of and behind a level, distances in mm from the body's middle."""
    vertebra, girth = scene.vertebra(level), scene.settings.surround.girth
    wander = scene.rng.normal(0, 3, 2)
    centre = vertebra.centre
    return centre - (front * girth + wander[0], 0), centre + (0.5 * back + 0.5 * back * girth + wander[1], 0)


def _trunk_outline(scene: Scene) -> Points:
    rows = [
        (Level.T6, 185, 75),
        (Level.T9, 200, 72),
        (Level.T12, 195, 70),
        (Level.L2, 185, 76),
        (Level.L4, 175, 82),
        (Level.S1, 160, 92),
    ]
    pairs = [_front_and_back(scene, *row) for row in rows]
    fronts, backs = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    above, sacrum = np.array([0, -400.0]), scene.vertebra(Level.S1).centre
    seat, thigh, girth = scene.uniform(95, 125), scene.uniform(-90, 10), scene.settings.surround.girth
    back = [(45 + thigh, 450), (60 + thigh / 3, 215), (0.93 * seat * girth, 130), (seat * girth, 66)]
    front = [(-150 * girth, 60), (-130 * girth, 130), (-120 + thigh, 450)]
    path = [fronts[0] + above, *fronts, *(sacrum + front), *(sacrum + back), *backs[::-1], backs[0] + above]
    return closed_curve(np.array(path), 160)


def _paint_thick_pelvis(scene: Scene) -> None:
    """Hips are wider than the waist: rays through the pelvis are weakened much more, with a soft upper border."""
    centre = scene.vertebra(Level.S1).centre + (scene.uniform(-40, 10), scene.uniform(60, 120))
    hips = ellipse(centre, (scene.uniform(90, 140), scene.uniform(70, 125)), scene.uniform(-0.4, 0.4), 48)
    scene.canvas.tissue(hips, scene.uniform(0.2, 1.5) * scene.settings.surround.burn, soft_mm=scene.uniform(12, 28))


def _paint_folds(scene: Scene) -> None:
    """Skin folds and clothes behind the waist, fat planes in the belly: faint lines, brighter or darker."""
    for _ in range(int(scene.rng.integers(0, 9))):
        level = scene.column[int(scene.rng.integers(4, len(scene.column)))]
        start = level.centre + (scene.uniform(-120, 90), scene.rng.normal(0, 20))
        heading = np.array([scene.uniform(-14, 14), scene.uniform(-6, 12)])
        path = curve(start + np.cumsum(heading + scene.rng.normal(0, 4, (6, 2)), 0), 40)
        scene.canvas.line(path, scene.uniform(0.8, 4), scene.uniform(-0.2, 0.2), scene.uniform(0.4, 2))


def _paint_lungs(scene: Scene) -> None:
    """Two lungs end at two domes; behind, the gutters reach down to T12 or L1."""
    if scene.chance(0.12):
        return
    shown = scene.vertebra(Level.T11)
    lift = scene.rng.normal(0, 16)
    for _ in range(2):
        low = shown.centre + (scene.uniform(24, 42), scene.uniform(15, 40) + lift)
        apex = shown.centre + (scene.uniform(-75, -35), scene.uniform(-45, -15) + lift)
        front = shown.centre + (scene.uniform(-160, -130), scene.uniform(-20, 30) + lift)
        dome = curve(np.array([front, (front + apex) / 2 + (0, -14), apex, (apex + low) / 2 + (10, -6), low]), 40)
        backs = [scene.vertebra(level).centre + (scene.uniform(32, 46), 0) for level in (Level.T10, Level.T8, Level.T6)]
        outline = np.concatenate([dome, curve(np.array([low, *backs, backs[-1] + (0, -250)]), 20), [front + (0, -450)]])
        scene.canvas.tissue(outline, -scene.uniform(0.4, 1.2) * scene.settings.surround.tissue, scene.uniform(0.3, 1.5))
        scene.note("soft_tissue", dome[8:36:9])


def _paint_ribs(scene: Scene) -> None:
    for vertebra in scene.column:
        if vertebra.level > Level.T12:
            return
        for side in (0.5, -0.5):
            _paint_rib(scene, vertebra, side)


def _paint_rib(scene: Scene, vertebra: Vertebra, side: float) -> None:
    """One rib: from its head behind the body backwards, around, then forwards and down across the film."""
    spread = 2 * side * np.array([90 * np.sin(vertebra.rotation), 60 * np.sin(vertebra.obliquity)])
    reach = {Level.T12: 0.45, Level.T11: 0.7}.get(vertebra.level, 1.0) * scene.uniform(0.85, 1.1)
    fall = scene.uniform(0.8, 1.25)
    steps = np.array(
        [(14, -8), (34, 4), (40, 22), (22, 48 * fall), (-30, 84 * fall), (-95, 118 * fall), (-150, 135 * fall)]
    )
    turned = scene.jitter(steps, 2.5) + np.linspace(0, 1, 7)[:, None] * spread
    path = curve(vertebra.centre + turned, 60)[: max(8, int(60 * reach))]
    k = scene.settings.surround.clutter * scene.uniform(0.6, 1.2)
    width = scene.uniform(8, 12) * np.interp(
        np.linspace(0, 1, len(path)), [0, 0.15, 0.9, 0.97, 1], [0.7, 1.0, 0.9, 0.7, 0.2]
    )
    scene.canvas.bone(ribbon(path, width), scene.look(0.2 * k, 0.5 * k, roundness=0.3))
    scene.note("rib", path[[len(path) // 3, 2 * len(path) // 3]])


def _paint_bowel(scene: Scene) -> None:
    """Gas and stool in front of and over the spine; gas of the rectum in front of the sacrum."""
    around = scene.settings.surround
    for _ in range(scene.rng.poisson(4 + 22 * around.gas)):
        level = scene.column[int(scene.rng.integers(5, len(scene.column)))]
        centre = level.centre + (-scene.rng.gamma(3.0, 24.0) + 15, scene.rng.normal(0, 15))
        paint_gas(scene, centre, scene.rng.gamma(3, 2.6) + 2, scene.uniform(0.1, 0.8) * (0.5 + around.gas))
    for _ in range(int(scene.rng.integers(0, 5))):
        level = scene.column[int(scene.rng.integers(6, len(scene.column)))]
        centre = level.centre + (-scene.uniform(10, 110), scene.rng.normal(0, 20))
        paint_mottle(scene, centre, scene.uniform(15, 50), scene.uniform(0.05, 0.3))
    if scene.chance(0.6):
        rectum = scene.vertebra(Level.S1).centre + (scene.uniform(0, 35), scene.uniform(45, 85))
        for _ in range(int(scene.rng.integers(1, 4))):
            paint_gas(scene, rectum + scene.rng.normal(0, 14, 2), scene.uniform(9, 24), scene.uniform(0.3, 1.2))


def _paint_aorta(scene: Scene) -> None:
    """Calcified plaques in front of L1 to L4 in one patient in six."""
    if not scene.chance(0.16):
        return
    levels = [scene.vertebra(level) for level in (Level.L1, Level.L2, Level.L3, Level.L4)]
    for gap in (scene.uniform(4, 9), scene.uniform(18, 26)):
        wall = curve(np.array([v.place(np.array([[-0.5 * v.depth - gap, 0.0]]))[0] for v in levels]), 60)
        for _ in range(int(scene.rng.integers(1, 6))):
            start, length = int(scene.rng.integers(0, 50)), int(scene.rng.integers(4, 12))
            scene.canvas.line(wall[start : start + length], scene.uniform(0.8, 2.0), scene.uniform(0.15, 0.6))


def _paint_objects(scene: Scene) -> None:
    """Buttons, clips, wires of clothes: small and metal-bright, on one film in five."""
    if scene.settings.surround.metal > 0.2:
        return
    for _ in range(int(scene.rng.integers(1, 4))):
        level = scene.column[int(scene.rng.integers(4, len(scene.column)))]
        centre = level.centre + (scene.uniform(-120, 80), scene.rng.normal(0, 15))
        size = (scene.uniform(1, 5), scene.uniform(0.8, 3))
        scene.canvas.tissue(ellipse(centre, size, scene.uniform(0, 3)), scene.uniform(0.6, 3), 0.1)
