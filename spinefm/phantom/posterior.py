"""Painting what lies behind the bodies: pedicles, pillars, facets, laminae, spinous and transverse processes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spinefm.core.levels import Level
from spinefm.phantom.column import ColumnVertebra
from spinefm.phantom.lumbar_edges import paint_lumbar_edges
from spinefm.phantom.outlines import curve, ellipse, smooth
from spinefm.phantom.scene import Scene

Points = NDArray[np.float64]

SPINOUS_LENGTH = {Level.C2: 1.15, Level.C3: 0.8, Level.C4: 0.85, Level.C5: 1.0, Level.C6: 1.4, Level.C7: 2.0}
"""Length of the spinous process behind the lamina, in body depths; longer below."""

LUMBAR_STRENGTH = 1.4
"""Lumbar and thoracic arches are this much thicker along the ray than cervical ones."""


def paint_arch(scene: Scene, vertebra: ColumnVertebra) -> None:
    """Paint everything behind one body, both sides of the patient."""
    if vertebra.level <= Level.T2:
        _cervical_arch(scene, vertebra)
    elif vertebra.level is not Level.S1:
        _lumbar_arch(scene, vertebra)


def sides(scene: Scene, vertebra: ColumnVertebra, lateral_mm: float) -> tuple[Points, Points]:
    """Shifts (2,) in mm of the left and right copy of a structure that lies `lateral_mm` off the midline."""
    shift = lateral_mm * np.array([np.sin(vertebra.rotation), np.sin(vertebra.obliquity)])
    wander = scene.rng.normal(0, 0.02 * vertebra.depth, (2, 2))
    return shift + wander[0], -shift + wander[1]


def _paint(
    scene: Scene,
    vertebra: ColumnVertebra,
    units: list[tuple[float, float]],
    marrow: float,
    cortex: float,
    shift: Points,
) -> None:
    """One piece of the arch from corners in body units, jittered, rounded, and moved by a shift in mm."""
    points = scene.jitter(vertebra.units(np.array(units)), 0.03 * vertebra.depth) + shift
    k = scene.settings.bone.posterior * (1.0 if vertebra.level <= Level.T2 else LUMBAR_STRENGTH)
    scene.canvas.bone(smooth(points, 2), scene.look(marrow * k, cortex * k, roundness=0.5))


def _cervical_arch(scene: Scene, vertebra: ColumnVertebra) -> None:
    upper = vertebra.level is Level.C2
    tall, solid = scene.uniform(0.9, 1.12), scene.uniform(0.3, 1.3)
    for shift in sides(scene, vertebra, 21.0):
        if upper:
            pillar = [(-0.15, -0.75), (0.55, -0.75), (1.0, 0.1), (1.2, 1.0), (0.7, 0.75), (0.1, 0.05)]
        else:
            back = [(1.15, -0.1), (1.28, 1.05 * tall), (1.1, 1.15 * tall)]
            pillar = [(0.28, -0.5), (0.52, -0.8 * tall), *back, (0.62, 0.62), (0.38, 0.3)]
        k = scene.settings.bone.posterior
        _paint_soft(scene, vertebra, pillar, 0.3 * k * solid, scene.uniform(0.02, 0.15) * k, shift)
        _paint(scene, vertebra, [(0.3, -0.4), (0.8, -0.4), (0.85, 0.15), (0.3, 0.1)], 0.14 * solid, 0.08, shift)
        _transverse(scene, vertebra, shift)
        if not upper:
            _facet_lines(scene, vertebra, shift, tall)
            hook = [(0.05, -0.44), (0.2, -scene.uniform(0.58, 0.78)), (0.42, -0.62), (0.46, -0.42)]
            _paint(scene, vertebra, hook, 0.12, 0.12, 0.45 * shift)
        _lamina_cervical(scene, vertebra, 0.35 * shift)
    if upper:
        _paint_axis_ring(scene, vertebra)
    _spinous_cervical(scene, vertebra)


def _paint_axis_ring(scene: Scene, vertebra: ColumnVertebra) -> None:
    """C2 only: Harris' ring, the cortex of the lateral masses seen through the body, and the thick root of the arch."""
    k = scene.settings.bone.posterior * scene.uniform(0.2, 1.2)
    centre = vertebra.units(np.array([[scene.uniform(-0.1, 0.15), scene.uniform(-0.4, -0.1)]]))[0]
    radii = (scene.uniform(0.26, 0.4) * vertebra.depth, scene.uniform(0.3, 0.5) * vertebra.depth)
    ring = ellipse(centre, radii, vertebra.angle + scene.uniform(-0.3, 0.3))
    scene.canvas.bone(ring, scene.look(0.08 * k, 0.4 * k))
    root = [(0.25, -0.45), (0.9, -0.4), (1.7, -0.15), (1.7, 0.75), (0.95, 0.55), (0.35, 0.35)]
    _paint(scene, vertebra, root, 0.26, 0.2, np.zeros(2))


def _lamina_cervical(scene: Scene, vertebra: ColumnVertebra, shift: Points) -> None:
    """One lamina: from behind the pillar, narrowing towards the spinolaminar line and the spinous process."""
    top, low = scene.uniform(-0.2, 0.2), scene.uniform(0.75, 1.05)
    lamina = [(0.92, top), (1.45, top + 0.15), (1.95, 0.25), (1.95, 0.75), (1.5, low), (1.0, low)]
    _paint(scene, vertebra, lamina, 0.15, 0.1, shift)


def _transverse(scene: Scene, vertebra: ColumnVertebra, shift: Points) -> None:
    """The transverse process seen end-on: a faint ring over the posterior half of the body."""
    centre = vertebra.units(np.array([[scene.uniform(0.05, 0.45), scene.uniform(-0.25, 0.2)]]))[0] + shift
    radii = (scene.uniform(0.16, 0.28) * vertebra.depth, scene.uniform(0.14, 0.26) * vertebra.depth)
    k = scene.settings.bone.posterior * scene.uniform(0.1, 1.3)
    look = scene.look(0.1 * k, 0.2 * k, soft_mm=scene.uniform(0.2, 0.7))
    scene.canvas.bone(ellipse(centre, radii, scene.uniform(-0.8, 0.8)), look)


def _facet_lines(scene: Scene, vertebra: ColumnVertebra, shift: Points, tall: float) -> None:
    """Subchondral bone of the upper and lower facet: bright oblique lines beside the joint space."""
    for ends in ([(0.55, -0.76 * tall), (1.15, -0.12)], [(0.6, 0.6), (1.1, 1.12 * tall)]):
        depth = scene.settings.bone.cortex * scene.uniform(0.02, 0.2)
        scene.canvas.line(vertebra.units(np.array(ends)) + shift, scene.uniform(0.6, 1.3), depth)


def _spinous_cervical(scene: Scene, vertebra: ColumnVertebra) -> None:
    long = SPINOUS_LENGTH.get(vertebra.level, 2.0) * scene.uniform(0.75, 1.25)
    steep = {Level.C2: (-0.1, 0.25), Level.C7: (0.3, 0.8)}.get(vertebra.level, (0.1, 0.6))
    fall = long * scene.uniform(*steep)
    thick = scene.uniform(0.5, 0.75) if vertebra.level is Level.C2 else scene.uniform(0.3, 0.55)
    base, tip = 1.35, 1.6 + long
    upper = [(base, 0.1), (base + 0.45 * long, 0.25 + 0.4 * fall), (tip - 0.15, 0.3 + fall)]
    end = [(tip, 0.36 + fall), (tip + 0.02, 0.4 + fall + 0.7 * thick), (tip - 0.15, 0.4 + fall + thick)]
    lower = [(base + 0.5 * long, 0.35 + 0.5 * fall + scene.uniform(0.7, 1.0) * thick), (base, 0.85)]
    _paint(scene, vertebra, upper + end + lower, 0.34, scene.uniform(0.1, 0.34), np.zeros(2))
    arch = vertebra.units(np.array([(1.62, 0.1), (1.58, 0.4), (1.64, 0.72)]))
    scene.canvas.line(curve(arch, 10), 0.9, 0.2 * scene.settings.bone.cortex * scene.uniform(0.1, 1.2))
    scene.note("posterior", vertebra.units(np.array([(0.95, 0.2), (base + 0.5 * long, 0.4 + 0.4 * fall)])))


def _lumbar_arch(scene: Scene, vertebra: ColumnVertebra) -> None:
    """A soft, continuous column of pedicles and articular processes; the foramina are the darker gaps before it."""
    k = LUMBAR_STRENGTH * scene.settings.bone.posterior
    _paint_foramen(scene, vertebra)
    for shift in sides(scene, vertebra, 17.0):
        own = k * scene.uniform(0.4, 1.2)
        pedicle = [(0.3, -0.42), (0.85, -0.46), (0.9, -0.04), (0.55, -0.02), (0.3, -0.08)]
        _paint_soft(scene, vertebra, pedicle, 0.12 * own, scene.uniform(0.0, 0.14) * own, shift)
        lean = scene.uniform(-0.05, 0.08)
        front = [(0.72, -0.3), (0.68 + lean, -0.72), (0.8 + lean, -0.9)]
        rear = [(1.0, -0.6), (1.08, -0.1), (1.12, 0.5), (1.06, 0.95), (0.92, 1.0), (0.84, 0.6), (0.86, 0.1)]
        _paint_soft(scene, vertebra, front + rear, 0.16 * own, scene.uniform(0.05, 0.3) * own, shift)
        _paint_facet(scene, vertebra, shift, own)
    lamina = [(0.85, -0.2), (1.2, -0.05), (1.35, 0.1), (1.35, 0.6), (1.15, 0.75), (0.95, 0.6)]
    _paint_soft(scene, vertebra, lamina, 0.08 * k, scene.uniform(0.0, 0.12) * k, np.zeros(2))
    _spinous_lumbar(scene, vertebra, k)
    if vertebra.level >= Level.T10:
        paint_lumbar_edges(scene, vertebra, k)
    scene.note("posterior", vertebra.units(np.array([(0.9, 0.1), (1.3, 0.35)])))


def _paint_soft(
    scene: Scene,
    vertebra: ColumnVertebra,
    units: list[tuple[float, float]],
    marrow: float,
    cortex: float,
    shift: Points,
) -> None:
    """One piece of a lumbar arch: its edges lie oblique to the rays, so they are soft."""
    points = scene.jitter(vertebra.units(np.array(units)), 0.05 * vertebra.depth) + shift
    look = scene.look(marrow, cortex, roundness=0.7, soft_mm=scene.uniform(0.3, 1.2))
    scene.canvas.bone(smooth(points, 3), look)


def _paint_foramen(scene: Scene, vertebra: ColumnVertebra) -> None:
    """The intervertebral foramen behind the body's lower half and the disc: fat, darker than muscle."""
    reach = 0.5 + 0.4 * vertebra.disc / vertebra.height
    centre = vertebra.units(np.array([[scene.uniform(0.62, 0.72), scene.uniform(0.85, 1.1) * reach * 0.6]]))[0]
    radii = (scene.uniform(0.1, 0.17) * vertebra.depth, scene.uniform(0.4, 0.6) * reach * vertebra.height)
    depth = scene.uniform(0.02, 0.28) * scene.settings.surround.tissue
    outline = smooth(scene.jitter(ellipse(centre, radii, vertebra.angle, 10), 0.03 * vertebra.depth), 2)
    scene.canvas.tissue(outline, -depth, soft_mm=scene.uniform(0.4, 1.5))


def _paint_facet(scene: Scene, vertebra: ColumnVertebra, shift: Points, strength: float) -> None:
    """Subchondral bone of the facet joint below: a short bright oblique line, on part of the joints."""
    if scene.chance(0.3):
        return
    ends = np.array([(0.8, 0.55), (0.88, 0.75), (0.9, 1.05)]) + scene.rng.normal(0, 0.04, (3, 2))
    path = curve(vertebra.units(ends), 10) + shift
    scene.canvas.line(path, scene.uniform(0.8, 2.5), scene.uniform(0.05, 0.4) * strength, scene.uniform(0.3, 1.0))


def _spinous_lumbar(scene: Scene, vertebra: ColumnVertebra, strength: float) -> None:
    """The spinous process: thin and faint, hatchet-shaped in the lumbar spine, steep in the thoracic one."""
    thoracic = vertebra.level < Level.L1
    long, fall = scene.uniform(0.5, 0.85), scene.uniform(0.0, 0.2) + (0.6 if thoracic else 0.0)
    tall = 0.3 if thoracic else scene.uniform(0.4, 0.62)
    if vertebra.level in (Level.L5, Level.L6):
        long, tall = 0.6 * long, 0.7 * tall
    top, bottom = 0.05, 0.1 + tall
    end = 1.0 + long
    upper = [(0.98, top), (1.0 + 0.5 * long, top + 0.5 * fall + scene.uniform(0.0, 0.08)), (end, top + fall)]
    lower = [(end + 0.05, bottom + fall), (0.95 + 0.6 * long, bottom + 0.07 + 0.6 * fall), (1.0, bottom - 0.05)]
    faint = strength * scene.uniform(0.1, 1.0)
    _paint_soft(scene, vertebra, upper + lower, 0.08 * faint, 0.12 * faint, np.zeros(2))
