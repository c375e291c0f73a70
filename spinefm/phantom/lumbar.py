"""The surroundings of the lumbar spine: trunk, bowel gas, aorta; chest and pelvis have their own files."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spinefm.core.levels import Level
from spinefm.phantom.mass import paint_gas, paint_mass, paint_mottle, paint_unevenness
from spinefm.phantom.outlines import closed_curve, curve, ellipse
from spinefm.phantom.pelvis import PelvicFrame, paint_hips, paint_pelvic_gas, paint_pelvis, pelvic_frame
from spinefm.phantom.sacrum import paint_sacrum
from spinefm.phantom.scene import Scene
from spinefm.phantom.thorax import paint_lungs, paint_ribs

Points = NDArray[np.float64]


def paint_trunk(scene: Scene) -> None:
    """Everything around the lumbar spine, from the bulk inwards."""
    around = scene.settings.surround
    paint_mass(scene, [_trunk_outline(scene)], scene.uniform(60, 170) * around.girth, 3.2 * around.tissue)
    frame = pelvic_frame(scene)
    paint_hips(scene, frame)
    paint_unevenness(scene, scene.uniform(25, 60), scene.uniform(0.01, 0.06))
    paint_unevenness(scene, scene.uniform(5, 14), scene.uniform(0.0, 0.015))
    _paint_folds(scene)
    paint_lungs(scene)
    paint_belly_gas(scene, frame)
    paint_ribs(scene)
    paint_belly(scene, frame)


def paint_belly_gas(scene: Scene, frame: PelvicFrame) -> None:
    """Gas of bowel and rectum; nothing attenuates less than air."""
    _paint_bowel(scene)
    paint_pelvic_gas(scene, frame)
    np.maximum(scene.canvas.depth, 0.0, out=scene.canvas.depth)


def paint_belly(scene: Scene, frame: PelvicFrame) -> None:
    """Pelvis, sacrum, aorta, fat planes and objects on clothes."""
    paint_pelvis(scene, frame)
    paint_sacrum(scene)
    _paint_aorta(scene)
    _paint_strands(scene)
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
        (Level.L4, 175, 76),
        (Level.S1, 160, 82),
    ]
    pairs = [_front_and_back(scene, *row) for row in rows]
    fronts, backs = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    above, sacrum = np.array([0, -400.0]), scene.vertebra(Level.S1).centre
    seat, thigh, girth = scene.uniform(78, 112), scene.uniform(-90, 10), scene.settings.surround.girth
    back = [(45 + thigh, 450), (60 + thigh / 3, 215), (0.97 * seat * girth, 135), (seat * girth, 80)]
    front = [(-150 * girth, 60), (-130 * girth, 130), (-120 + thigh, 450)]
    path = [fronts[0] + above, *fronts, *(sacrum + front), *(sacrum + back), *backs[::-1], backs[0] + above]
    return closed_curve(np.array(path), 160)


def _paint_folds(scene: Scene) -> None:
    """Skin folds and clothes behind the waist, fat planes in the belly: faint lines, brighter or darker."""
    for _ in range(int(scene.rng.integers(0, 9))):
        level = scene.column[int(scene.rng.integers(4, len(scene.column)))]
        start = level.centre + (scene.uniform(-120, 90), scene.rng.normal(0, 20))
        heading = np.array([scene.uniform(-14, 14), scene.uniform(-6, 12)])
        path = curve(start + np.cumsum(heading + scene.rng.normal(0, 4, (6, 2)), 0), 40)
        scene.canvas.line(path, scene.uniform(0.8, 4), scene.uniform(-0.2, 0.2), scene.uniform(0.4, 2))


def _paint_strands(scene: Scene) -> None:
    """Fat planes, vessels, flanks of ribs, clothes: a film is full of fine curves that cross the spine as well."""
    faint = scene.uniform(0.01, 0.08)
    for _ in range(int(scene.rng.gamma(1.2, 14.0))):
        level = scene.column[int(scene.rng.integers(4, len(scene.column)))]
        start = level.centre + (scene.rng.normal(-25, 45), scene.rng.normal(0, 15))
        turn, bend = scene.uniform(0, 2 * np.pi), scene.rng.normal(0, 0.3)
        turns = turn + bend * np.arange(5)
        heading = scene.rng.gamma(3, 2.5) * np.stack([np.cos(turns), np.sin(turns)], 1)
        path = curve(start + np.cumsum(heading, 0), 24)
        depth = faint * scene.uniform(-0.7, 1.2)
        scene.canvas.line(path, scene.uniform(0.6, 2.5), depth, scene.uniform(0.2, 1.0))


def _paint_bowel(scene: Scene) -> None:
    """Gas and stool in front of and over the spine."""
    around = scene.settings.surround
    for _ in range(int(scene.rng.integers(1, 6))):
        level = scene.column[int(scene.rng.integers(6, len(scene.column)))]
        loop = level.centre + (-scene.rng.gamma(4.0, 18.0) + 10, scene.rng.normal(0, 15))
        depth = scene.uniform(0.02, 0.5) * (0.4 + around.gas)
        for _ in range(scene.rng.poisson(1 + 5 * around.gas)):
            centre = loop + scene.rng.normal(0, (18, 10))
            paint_gas(scene, centre, scene.rng.gamma(3, 1.9) + 2, depth * scene.uniform(0.4, 1.2))
    for _ in range(int(scene.rng.integers(0, 9))):
        level = scene.column[int(scene.rng.integers(6, len(scene.column)))]
        centre = level.centre + (-scene.uniform(-10, 110), scene.rng.normal(0, 20))
        paint_mottle(scene, centre, scene.uniform(15, 50), scene.uniform(0.0, 0.15))


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
