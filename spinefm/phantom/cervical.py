"""The surroundings of the cervical spine: neck, airway, C1, hyoid, larynx, shoulders; the head is in `head`."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spinefm.core.levels import Level
from spinefm.phantom.canvas import ribbon
from spinefm.phantom.cervical_pillars import paint_pillars
from spinefm.phantom.face import hollow, paint_cavities, paint_face, paint_planes
from spinefm.phantom.head import HeadFrame, head_frame, paint_head, skin_of_head
from spinefm.phantom.head_holder import paint_head_holder
from spinefm.phantom.mass import paint_mass, paint_unevenness
from spinefm.phantom.outlines import closed_curve, curve, ellipse, smooth
from spinefm.phantom.posterior import sides
from spinefm.phantom.scene import Scene

Points = NDArray[np.float64]


def paint_neck(scene: Scene, dens_tip: Points) -> None:
    """Everything around the cervical spine, from the bulk inwards; `dens_tip` (2,) in patient mm."""
    frame = head_frame(scene, dens_tip)
    around = scene.settings.surround
    outlines = [skin_of_head(scene, frame), _neck_outline(scene, frame)]
    paint_mass(scene, outlines, scene.uniform(38, 62) * around.girth, 1.75 * around.tissue)
    paint_unevenness(scene, scene.uniform(12, 40), scene.uniform(0.01, 0.06))
    paint_within_neck(scene, frame, dens_tip)


def paint_within_neck(scene: Scene, frame: HeadFrame, dens_tip: Points) -> None:
    """Airway, shoulders, head, C1, hyoid and larynx: all of head and neck but their bulk."""
    _paint_airway(scene, frame)
    paint_cavities(scene, frame)
    _paint_nape(scene)
    _paint_shoulders(scene)
    paint_head(scene, frame)
    paint_face(scene, frame)
    paint_planes(scene, frame, np.array([-70.0, -110.0]), np.array([70.0, -10.0]), int(scene.rng.integers(0, 6)))
    _paint_atlas(scene, dens_tip)
    paint_pillars(scene)
    _paint_hyoid(scene)
    _paint_larynx(scene)
    _paint_objects(scene, frame)
    scene.note("dens_tip", dens_tip[None])


def _front(scene: Scene, level: Level, gap: float) -> Points:
    """A point (2,) `gap` mm in front of a body's anterior wall."""
    vertebra = scene.vertebra(level)
    return vertebra.place(np.array([[-0.5 * vertebra.depth - gap, 0.0]]))[0]


def _neck_outline(scene: Scene, frame: HeadFrame) -> Points:
    """Neck and chest: under the chin, along the larynx to the chest; behind, the nape to the back."""
    girth = scene.settings.surround.girth
    wander = scene.rng.normal(0, 3, 12)
    centre = {
        level: scene.vertebra(level).centre for level in (Level.C3, Level.C5, Level.C7, Level.T1, Level.T3, Level.T6)
    }
    chin = frame([(-60, 88), (-20, 40)])
    front = [
        chin[0] if scene.chance(0.7) else chin[1],
        centre[Level.C5] - (44 * girth + wander[0], -6), centre[Level.C7] - (48 * girth + wander[1], -6),
        centre[Level.T1] - (64 * girth + wander[2], -10), centre[Level.T3] - (100 * girth + wander[3], -10),
        centre[Level.T6] - (130 * girth, -60),
    ]  # fmt: skip
    back = [
        centre[Level.T6] + (120 * girth, 60), centre[Level.T3] + (105 * girth + wander[4], 0),
        centre[Level.T1] + (88 * girth + wander[5], -6), centre[Level.C5] + (68 * girth + wander[6], 0),
        centre[Level.C3] + (62 * girth + wander[7], 0),
    ]  # fmt: skip
    return closed_curve(np.array([*front, *back, frame([(66, -10)])[0], frame([(0, -20)])[0]]), 120)


def _paint_airway(scene: Scene, frame: HeadFrame) -> None:
    """Pharynx, larynx and trachea as one column of air, with the epiglottis in it; prevertebral tissue lies behind."""
    narrow, wide = scene.uniform(3, 6), scene.uniform(10, 18)
    walls = [
        frame([(-30, -8)])[0],
        frame([(-26, 8)])[0],
        _front(scene, Level.C2, narrow),
        _front(scene, Level.C3, narrow),
    ]
    walls += [
        _front(scene, Level.C4, narrow + 1),
        _front(scene, Level.C6, wide - 3),
        _front(scene, Level.C7, wide),
        _front(scene, Level.T3, wide + 8),
    ]
    widths = np.interp(
        np.linspace(0, 1, 60),
        [0, 0.2, 0.35, 0.5, 0.62, 0.72, 1],
        scene.rng.uniform(0.6, 1.35, 7) * [12, 9, 10, 14, 8, 14, 16],
    )
    middle = curve(np.array(walls), 60) - np.stack([widths / 2, np.zeros(60)], 1)
    hollow(scene, ribbon(middle, widths), scene.uniform(0.08, 0.5), scene.uniform(0.8, 3.0))
    _paint_epiglottis(scene)
    scene.note("soft_tissue", np.array([middle[20], middle[34], walls[3] + (1, 4)]))


def _paint_epiglottis(scene: Scene) -> None:
    """The epiglottis as a soft flap in the column of air, and the ventricle as a flat dark lens below it."""
    lower, upper = _front(scene, Level.C4, 14), _front(scene, Level.C3, 15)
    flap = curve(np.array([lower, upper, _front(scene, Level.C3, 12) + (2, -8)]), 16)
    scene.canvas.line(flap, scene.uniform(1.5, 3), scene.uniform(0.05, 0.5), 0.6)
    if scene.chance(0.5):
        middle = _front(scene, Level.C5, scene.uniform(14, 24))
        lens = ellipse(middle, (scene.uniform(4, 8), scene.uniform(0.8, 1.8)), scene.uniform(-0.2, 0.2))
        hollow(scene, lens, scene.uniform(0.1, 0.35), 0.8)


def _paint_nape(scene: Scene) -> None:
    """Sheets of fat between the muscles of the nape: faint dark and bright lines that run down behind the spine."""
    for _ in range(int(scene.rng.integers(0, 4))):
        back = scene.uniform(34, 62)
        points = [
            scene.vertebra(level).centre + (back + scene.rng.normal(0, 2), 0)
            for level in (Level.C2, Level.C4, Level.C6, Level.T1)
        ]
        depth = scene.rng.normal(-0.03, 0.06)
        scene.canvas.line(curve(np.array(points), 40), scene.uniform(1.5, 6), depth, scene.uniform(0.6, 2))


def _paint_shoulders(scene: Scene) -> None:
    """Both shoulders across C7 to T3, the strongest attenuation of the film, with their bones and the upper ribs."""
    burn = scene.settings.surround.burn
    level = scene.vertebra(Level.C7).centre + (0, scene.rng.normal(14, 13))
    for _ in range(2):
        offset = scene.rng.normal(0, (14, 8), 2)
        points = np.array(
            [(-150, 90), (-70, 34), (-30, 14), (10, 2), (60, -8), (110, 20), (190, 120), (190, 500), (-200, 500)]
        )
        dome = closed_curve(level + offset + scene.jitter(points, 4.0), 90)
        scene.canvas.tissue(dome, scene.uniform(0.3, 1.1) * burn, scene.uniform(0.6, 5))
        deeper = closed_curve(level + offset + (0, 22) + scene.jitter(points, 4.0), 90)
        scene.canvas.tissue(deeper, scene.uniform(0.4, 1.7) * burn, scene.uniform(8, 16))
        _paint_shoulder_bones(scene, level + offset)
    scene.note("shoulder", level + np.array([(-40, 34), (0, 40), (40, 25), (-15, 60)]))


def _paint_shoulder_bones(scene: Scene, level: Points) -> None:
    k = scene.settings.surround.clutter * scene.uniform(0.1, 1.0)
    head = level + (scene.uniform(-50, 25), scene.uniform(30, 70))
    radius = scene.uniform(20, 26)
    scene.canvas.bone(ellipse(head, (radius, radius)), scene.look(0.4 * k, 0.3 * k, roundness=0.9))
    shaft = curve(np.array([head, head + (scene.rng.normal(-5, 12), 60), head + (scene.rng.normal(-10, 25), 200)]), 20)
    scene.canvas.bone(ribbon(shaft, 24), scene.look(0.3 * k, 0.4 * k, cortex_mm=2.5))
    clavicle = curve(
        np.array([head + (-35, 5), level + (-25, 20), level + (-5, 14), level + (25, 12)])
        + scene.rng.normal(0, 6, (4, 2)),
        30,
    )
    scene.canvas.bone(ribbon(clavicle, 11), scene.look(0.25 * k, 0.4 * k, cortex_mm=1.2))
    scapula = head + scene.jitter([(-10, -14), (35, -24), (60, -8), (70, 70), (50, 90), (30, 30), (5, 6)], 5.0)
    scene.canvas.bone(closed_curve(scapula, 50), scene.look(0.18 * k, 0.35 * k, cortex_mm=1.4, roundness=0.1))
    for top in (Level.T1, Level.T2, Level.T3):
        start = scene.vertebra(top).centre
        rib = curve(start + scene.jitter([(10, -4), (32, 6), (28, 26), (-10, 44), (-55, 62), (-85, 84)], 4.0), 40)
        scene.canvas.bone(ribbon(rib, 8.5), scene.look(0.1 * k, 0.25 * k, roundness=0.3))
        scene.note("rib", rib[[14, 28]])


def _paint_atlas(scene: Scene, dens_tip: Points) -> None:
    """C1: anterior tubercle before the dens, lateral masses over it, posterior arch below the occiput."""
    axis = scene.vertebra(Level.C2)
    tilt = axis.angle + scene.rng.normal(-0.06, 0.12)
    size = axis.depth / 15.8
    cos, sin = np.cos(tilt), np.sin(tilt)
    bone = scene.settings.bone.posterior

    def place(points: list[tuple[float, float]]) -> Points:
        local = scene.jitter(points, 0.5) * size
        return np.asarray(local @ np.array([[cos, sin], [-sin, cos]]) + dens_tip + (0, 5.5 * size), float)

    radii = (scene.uniform(2.6, 4.2) * size, scene.uniform(4.2, 6.2) * size)
    tubercle = ellipse(place([(-6.5 - radii[0] / size, 0)])[0], radii, tilt + scene.uniform(-0.3, 0.3))
    strength = scene.uniform(0.4, 1.2) * bone
    scene.canvas.bone(tubercle, scene.look(0.35 * strength, 0.8 * strength))
    for shift in sides(scene, axis, 20.0):
        mass = place([(-8, -6), (4, -8), (12, -6), (11, 5), (3, 9), (-8, 6)]) + shift
        scene.canvas.bone(smooth(mass, 2), scene.look(0.34 * bone, 0.32 * bone, soft_mm=0.3))
        bend = scene.uniform(-5, 2)
        arch = curve(
            place([(8, 0), (18, -2 + bend / 2), (28, -1 + bend), (34, 1 + bend), (38, 4 + bend)]) + 0.5 * shift, 24
        )
        width = size * np.interp(np.linspace(0, 1, 24), [0, 0.3, 0.7, 0.88, 1], [7, 5, 6.5, 10, 6])
        scene.canvas.bone(ribbon(arch, width), scene.look(0.36 * bone, 0.45 * bone, roundness=0.7))
        radii = (scene.uniform(3.5, 5) * size, scene.uniform(4.5, 6.5) * size)
        knob = ellipse(arch[21], radii, tilt + scene.uniform(-0.3, 0.4))
        scene.canvas.bone(knob, scene.look(0.12 * bone, 0.3 * bone))
    scene.note("c1", place([(-10, 0), (2, 0), (26, -2), (36, 2)]))


def _paint_hyoid(scene: Scene) -> None:
    """The hyoid: a body and a greater horn pointing back, in front of C3 or C4."""
    k = scene.settings.surround.clutter
    body = _front(scene, Level.C3, scene.uniform(26, 40)) + (0, scene.uniform(-4, 22))
    scene.canvas.bone(
        ellipse(body, (scene.uniform(3, 5.5), scene.uniform(5, 7)), scene.uniform(0.2, 1.0)),
        scene.look(0.3 * k, 0.4 * k),
    )
    for _ in range(2):
        horn = curve(body + scene.jitter([(0, 2), (10, -1), (20, -5), (29, -10)], 1.5), 16)
        scene.canvas.bone(ribbon(horn, np.linspace(5, 2.5, 16)), scene.look(0.15 * k, 0.3 * k))
    scene.note("hyoid", np.stack([body, body + (14, -3)]))


def _paint_larynx(scene: Scene) -> None:
    """Thyroid and cricoid cartilage, calcified in part of the adults."""
    if not scene.chance(0.6):
        return
    k = scene.uniform(0.05, 0.4)
    for level, gap in ((Level.C5, 24), (Level.C5, 12), (Level.C6, 16)):
        start = _front(scene, level, gap)
        path = curve(start + np.cumsum(scene.rng.normal((0, 5), (1.8, 2), (5, 2)), 0), 20)
        scene.canvas.line(path, scene.uniform(1.5, 4), k * scene.uniform(0.4, 1.2), 0.5)


def _paint_objects(scene: Scene, frame: HeadFrame) -> None:
    """Ear rings, necklaces and hair pins; on cephalograms the head holder, its ruler and a shield."""
    if scene.settings.layout == "cephalogram":
        paint_head_holder(scene, frame)
    if scene.settings.surround.metal > 0.25:
        return
    for ear in (frame([(4, 14)])[0], scene.vertebra(Level.C6).centre + (scene.uniform(-50, 60), 8)):
        for shift in scene.rng.normal(0, 4, (2, 2)):
            size = scene.uniform(1.0, 6.0)
            ring = ellipse(ear + shift, (size, size * scene.uniform(0.7, 1)), 0.0, 24)
            scene.canvas.line(ring, scene.uniform(0.6, 1.6), scene.uniform(0.6, 3.0), 0.1)
