"""What joins body and spinous process on a lateral neck film: joint spaces, pillar fronts over the body, laminae."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spinefm.core.levels import Level
from spinefm.phantom.column import ColumnVertebra
from spinefm.phantom.outlines import curve, smooth
from spinefm.phantom.posterior import sides
from spinefm.phantom.scene import Scene

Points = NDArray[np.float64]

PLATES = {
    Level.C2: [(0.6, -0.3), (1.5, -0.25), (1.85, 0.0), (1.95, 0.5), (1.85, 0.85), (1.6, 0.85), (0.8, 0.4)],
    Level.C7: [(0.9, -0.1), (1.6, 0.15), (1.85, 0.25), (1.85, 0.9), (1.6, 0.95), (1.0, 0.75)],
}
"""Lamina and root of the spinous process as one plate, in body units, where it differs from the other levels."""

USUAL_PLATE = [(0.85, -0.1), (1.5, 0.1), (1.75, 0.25), (1.75, 0.85), (1.5, 0.92), (1.0, 0.75)]


SHARP = 0.05
"""Edge softness in mm of cortex seen on edge."""


def paint_pillars(scene: Scene) -> None:
    """Paint the joints, pillar fronts and laminae of C2 to T1, over the arches that every spine has."""
    strength = scene.settings.bone.posterior * scene.uniform(0.3, 1.3)
    gap = scene.uniform(0.0, 0.3)
    for vertebra in scene.column:
        if vertebra.level > Level.T1:
            continue
        _paint_plate(scene, vertebra, strength)
        for shift in sides(scene, vertebra, 20.0):
            _paint_joint(scene, vertebra, shift, gap * strength)
            _paint_front(scene, vertebra, shift, strength)


def _paint_plate(scene: Scene, vertebra: ColumnVertebra, strength: float) -> None:
    """The laminae flow into the spinous process: a grey plate whose upper and lower border is a thin line."""
    units = np.array(PLATES.get(vertebra.level, USUAL_PLATE))
    plate = smooth(scene.jitter(vertebra.units(units), 0.05 * vertebra.depth), 2)
    look = scene.look(
        scene.uniform(0.12, 0.42) * strength,
        scene.uniform(0.0, 0.15) * strength,
        roundness=0.2,
        soft_mm=scene.uniform(0.1, 0.8),
    )
    scene.canvas.bone(plate, look)
    for ends in ([(0.95, -0.15), (1.4, 0.0), (1.8, 0.2)], [(1.0, 0.8), (1.4, 0.9), (1.8, 0.8)]):
        border = curve(scene.jitter(vertebra.units(np.array(ends)), 0.4), 12)
        scene.canvas.line(border, scene.uniform(0.5, 1.0), scene.uniform(0.02, 0.25) * strength, SHARP)


def _paint_joint(scene: Scene, vertebra: ColumnVertebra, shift: Points, gap: float) -> None:
    """The joint to the vertebra below: an oblique dark line beside a bright one, the facet's subchondral bone."""
    low = scene.uniform(1.0, 1.3)
    ends = np.array([(0.5, 0.6), (0.8, 0.78 * low), (1.14, 1.14 * low)])
    joint = curve(scene.jitter(vertebra.units(ends), 0.3) + shift, 12)
    width = scene.uniform(0.8, 1.7)
    scene.canvas.line(joint, width, -gap * scene.uniform(0.4, 1.0), SHARP)
    beside = joint + width * np.array([0.6, -0.6]) * scene.rng.choice([-1.0, 1.0])
    scene.canvas.line(beside, 0.8, gap * scene.uniform(0.1, 0.8), SHARP)


def _paint_front(scene: Scene, vertebra: ColumnVertebra, shift: Points, strength: float) -> None:
    """The pillar's front and the root of its transverse process lie over the posterior quarter of the body."""
    front = scene.uniform(0.15, 0.42)
    ends = np.array([(front + 0.12, -0.5), (front, -0.15), (front + 0.05, 0.3), (front + 0.2, 0.6)])
    edge = curve(scene.jitter(vertebra.units(ends), 0.4) + 0.6 * shift, 14)
    scene.canvas.line(edge, scene.uniform(0.6, 1.3), scene.uniform(0.0, 0.2) * strength, SHARP)
    over = np.array([(front, -0.35), (0.6, -0.45), (0.75, 0.35), (front + 0.1, 0.4)])
    area = smooth(scene.jitter(vertebra.units(over), 0.6) + 0.6 * shift, 2)
    scene.canvas.tissue(area, scene.uniform(0.0, 0.14) * strength, scene.uniform(0.2, 0.6))
