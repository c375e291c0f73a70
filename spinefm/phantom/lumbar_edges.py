"""Cortical edges of a lumbar arch: on film the arch is a web of bright curves, far more than a filled shape."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from spinefm.phantom.column import ColumnVertebra
from spinefm.phantom.outlines import curve
from spinefm.phantom.scene import Scene

Places = Sequence[tuple[float, float]]

EDGES: tuple[tuple[Places, float], ...] = (
    (((0.42, -0.5), (0.6, -0.46), (0.78, -0.52), (0.8, -0.8), (0.88, -1.0)), 1.0),  # pedicle and superior process
    (((0.42, -0.02), (0.62, -0.06), (0.8, 0.02), (0.86, 0.4), (0.84, 0.8), (0.9, 1.02)), 1.0),  # pars, lower process
    (((0.9, -1.0), (1.04, -0.75), (1.08, -0.3), (1.12, 0.2), (1.1, 0.7), (0.98, 1.05)), 0.6),  # back of the pillar
    (((0.46, -0.44), (0.62, -0.46), (0.72, -0.26), (0.62, -0.08), (0.46, -0.06)), 0.5),  # pedicle seen end-on
    (((1.12, -0.1), (1.3, 0.15), (1.32, 0.45), (1.18, 0.7)), 0.5),  # lamina
    (((0.3, -0.3), (0.52, -0.42), (0.68, -0.26), (0.5, -0.12), (0.3, -0.2)), 0.25),  # transverse process end-on
)
"""Curves in body units from the middle of the body (x to posterior, y down), and how often each is seen."""

LATERAL_MM = 17.0
"""Distance of pedicles and articular processes from the midline."""


def paint_lumbar_edges(scene: Scene, vertebra: ColumnVertebra, strength: float) -> None:
    """The edges of both sides of one arch; `strength` is the optical depth of the patient's arches."""
    parting = LATERAL_MM * np.array([np.sin(vertebra.rotation), np.sin(vertebra.obliquity)])
    for side in (1.0, -1.0):
        shift = side * parting + scene.rng.normal(0, 0.03 * vertebra.depth, 2)
        seen = scene.uniform(0.3, 1.3)
        for places, share in EDGES:
            if scene.chance(share * seen):
                points = scene.jitter(vertebra.units(np.array(places)), 0.035 * vertebra.depth) + shift
                depth = scene.settings.bone.cortex * strength * scene.uniform(0.03, 0.28)
                scene.canvas.line(curve(points, 24), scene.uniform(0.5, 1.5), depth, scene.uniform(0.1, 0.6))
