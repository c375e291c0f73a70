"""Painting what lies behind the bodies: pedicles, articular pillars, facets, laminae, spinous and transverse processes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spinefm.anatomy import Level
from spinefm.phantom.canvas import ribbon
from spinefm.phantom.column import Vertebra
from spinefm.phantom.outlines import curve, ellipse, smooth
from spinefm.phantom.scene import Scene

Points = NDArray[np.float64]

SPINOUS_LENGTH = {Level.C2: 1.15, Level.C3: 0.8, Level.C4: 0.85, Level.C5: 1.0, Level.C6: 1.4, Level.C7: 2.0}
"""Length of the spinous process behind the lamina, in body depths; longer below."""


def paint_arch(scene: Scene, vertebra: Vertebra) -> None:
    """Paint everything behind one body, both sides of the patient."""
    if vertebra.level <= Level.T2:
        _cervical_arch(scene, vertebra)
    elif vertebra.level is not Level.S1:
        _lumbar_arch(scene, vertebra)


def sides(scene: Scene, vertebra: Vertebra, lateral_mm: float) -> tuple[Points, Points]:
    """Shifts (2,) in mm of the left and right copy of a structure that lies `lateral_mm` off the midline."""
    shift = lateral_mm * np.array([np.sin(vertebra.rotation), np.sin(vertebra.obliquity)])
    wander = scene.rng.normal(0, 0.02 * vertebra.depth, (2, 2))
    return shift + wander[0], -shift + wander[1]


def _paint(scene: Scene, vertebra: Vertebra, units: list[tuple[float, float]], marrow: float, cortex: float, shift: Points) -> None:
    """One piece of the arch from corners in body units, jittered, rounded, and moved by a shift in mm."""
    points = scene.jitter(vertebra.units(np.array(units)), 0.03 * vertebra.depth) + shift
    k = scene.settings.bone.posterior
    scene.canvas.bone(smooth(points, 2), scene.look(marrow * k, cortex * k, roundness=0.5))


def _cervical_arch(scene: Scene, vertebra: Vertebra) -> None:
    upper = vertebra.level is Level.C2
    none = np.zeros(2)
    tall = scene.uniform(0.9, 1.12)
    for shift in sides(scene, vertebra, 21.0):
        if upper:
            pillar = [(-0.15, -0.75), (0.55, -0.75), (1.0, 0.1), (1.2, 1.0), (0.7, 0.75), (0.1, 0.05)]
        else:
            pillar = [(0.42, -0.72 * tall), (0.62, -0.78 * tall), (1.15, -0.1), (1.25, 1.12 * tall), (1.05, 1.15 * tall), (0.6, 0.6)]
        _paint(scene, vertebra, pillar, 0.24, 0.2, shift)
        _paint(scene, vertebra, [(0.35, -0.35), (0.8, -0.4), (0.85, 0.1), (0.35, 0.05)], 0.12, 0.15, shift)
        _transverse(scene, vertebra, shift)
        if not upper:
            _facet_lines(scene, vertebra, shift, tall)
    _paint(scene, vertebra, [(1.0, -0.1), (1.5, 0.05), (1.78, 0.25), (1.75, 0.75), (1.4, 0.85), (1.05, 0.75)], 0.12, 0.14, none)
    _spinous_cervical(scene, vertebra)


def _transverse(scene: Scene, vertebra: Vertebra, shift: Points) -> None:
    """The transverse process seen end-on: a faint ring over the posterior half of the body."""
    centre = vertebra.units(np.array([[scene.uniform(0.05, 0.45), scene.uniform(-0.25, 0.2)]]))[0] + shift
    radii = (scene.uniform(0.16, 0.28) * vertebra.depth, scene.uniform(0.14, 0.26) * vertebra.depth)
    k = scene.settings.bone.posterior * scene.uniform(0.2, 1.0)
    scene.canvas.bone(ellipse(centre, radii, scene.uniform(-0.8, 0.8)), scene.look(0.08 * k, 0.22 * k, soft_mm=0.3))


def _facet_lines(scene: Scene, vertebra: Vertebra, shift: Points, tall: float) -> None:
    """Subchondral bone of the upper and lower facet: bright oblique lines beside the joint space."""
    for ends in ([(0.55, -0.76 * tall), (1.15, -0.12)], [(0.6, 0.6), (1.1, 1.12 * tall)]):
        depth = scene.settings.bone.cortex * scene.uniform(0.05, 0.35)
        scene.canvas.line(vertebra.units(np.array(ends)) + shift, scene.uniform(0.6, 1.3), depth)


def _spinous_cervical(scene: Scene, vertebra: Vertebra) -> None:
    long = SPINOUS_LENGTH.get(vertebra.level, 2.0) * scene.uniform(0.75, 1.25)
    slope = scene.uniform(0.1, 0.55) + (0.35 if vertebra.level >= Level.C7 else 0.0)
    thick = (0.62 if vertebra.level is Level.C2 else 0.42) * vertebra.height * scene.uniform(0.85, 1.2)
    base = 1.55
    path = np.array([(base, 0.4), (base + 0.5 * long, 0.42 + 0.4 * slope * long), (base + long, 0.45 + slope * long)])
    points = curve(vertebra.units(scene.jitter(path, 0.03)), 14)
    width = thick * np.interp(np.linspace(0, 1, 14), [0, 0.55, 0.85, 1.0], [1.15, scene.uniform(0.55, 0.9), 1.0, 0.6])
    k = scene.settings.bone.posterior
    scene.canvas.bone(smooth(ribbon(points, width), 1), scene.look(0.26 * k, 0.24 * k, roundness=0.6))
    arch = vertebra.units(np.array([(1.72, -0.12), (1.66, 0.3), (1.72, 0.7)]))
    scene.canvas.line(curve(arch, 10), 0.9, 0.3 * scene.settings.bone.cortex * scene.uniform(0.3, 1.2))
    scene.note("posterior", vertebra.units(np.array([(0.95, 0.2), (base + 0.4 * long, 0.5)])))


def _lumbar_arch(scene: Scene, vertebra: Vertebra) -> None:
    none = np.zeros(2)
    thoracic = vertebra.level < Level.L1
    for shift in sides(scene, vertebra, 17.0):
        _paint(scene, vertebra, [(0.4, -0.44), (0.8, -0.42), (0.85, -0.04), (0.4, -0.02)], 0.22, 0.3, shift)
        superior = [(0.66, -0.3), (0.7, -0.8), (0.84, -0.88), (0.95, -0.5), (0.98, 0.0), (0.78, 0.05)]
        inferior = [(0.74, -0.15), (0.98, -0.1), (1.05, 0.5), (0.98, 0.98), (0.84, 0.92), (0.8, 0.4)]
        _paint(scene, vertebra, superior, 0.22, 0.26, shift)
        _paint(scene, vertebra, inferior, 0.22, 0.26, shift)
        ring = vertebra.units(np.array([[0.58, -0.22]]))[0] + shift
        k = scene.settings.bone.posterior * scene.uniform(0.2, 1.0)
        scene.canvas.bone(ellipse(ring, (0.1 * vertebra.depth, 0.12 * vertebra.depth)), scene.look(0.08 * k, 0.4 * k))
    _paint(scene, vertebra, [(0.85, -0.15), (1.12, 0.0), (1.15, 0.55), (0.95, 0.6)], 0.14, 0.14, none)
    _spinous_lumbar(scene, vertebra, thoracic)
    scene.note("posterior", vertebra.units(np.array([(0.9, 0.1), (1.3, 0.35)])))


def _spinous_lumbar(scene: Scene, vertebra: Vertebra, thoracic: bool) -> None:
    long, fall = scene.uniform(0.5, 0.85), scene.uniform(0.0, 0.2) + (0.6 if thoracic else 0.0)
    tall = 0.3 if thoracic else scene.uniform(0.4, 0.62)
    if vertebra.level is Level.L5:
        long, tall = 0.6 * long, 0.7 * tall
    top, bottom = 0.05, 0.1 + tall
    corners = [(1.0, top), (1.0 + long, top + fall), (1.05 + long, bottom + fall), (1.0 + 0.6 * long, bottom + 0.05 + 0.6 * fall), (1.0, bottom)]
    _paint(scene, vertebra, corners, 0.16, 0.18, np.zeros(2))
