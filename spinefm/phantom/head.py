"""The head above the cervical spine: vault, base and lower jaw, in a frame of its own; the face is in `face`.

Head frame: origin at the basion, mm, x to posterior, y to inferior with the Frankfort horizontal level. Landmarks
follow cephalometric means (sella-nasion about 70 mm, basion-nasion about 100 mm, mandibular body about 75 mm).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spinefm.core.levels import Level
from spinefm.phantom.canvas import ribbon
from spinefm.phantom.mass import paint_gas
from spinefm.phantom.outlines import closed_curve, curve, ellipse
from spinefm.phantom.scene import Scene

Points = NDArray[np.float64]

VAULT = [
    (-101, -50), (-102, -64), (-97, -88), (-74, -115), (-30, -132), (20, -129), (60, -108), (86, -70), (91, -38),
    (80, -8), (62, 8), (40, 8), (20, -8), (-4, -14), (-26, -26), (-44, -20), (-58, -25), (-68, -38), (-86, -44),
]  # fmt: skip
SKIN = [
    (-108, -66), (-103, -92), (-80, -122), (-30, -140), (22, -137), (66, -114), (95, -72), (99, -36), (90, 0),
    (74, 30), (30, 90), (-30, 104), (-66, 92), (-88, 92), (-98, 82), (-95, 68), (-101, 60), (-104, 52), (-99, 44),
    (-107, 36), (-105, 26), (-112, 16), (-124, 4), (-112, -26), (-105, -44),
]  # fmt: skip
MANDIBLE = [
    (-15, -14), (-10, -7), (-16, 14), (-24, 38), (-30, 52), (-40, 65), (-63, 78), (-80, 84), (-89, 78), (-88, 64),
    (-90, 50), (-74, 48), (-54, 44), (-48, 34), (-47, 16), (-45, 4), (-39, -1), (-30, 3), (-22, -4),
]  # fmt: skip


@dataclass(frozen=True, eq=False)
class HeadFrame:
    """Where the head sits: head mm -> patient mm; `scale` is the head's size relative to the mean."""

    origin: Points
    angle: float
    scale: Points

    def __call__(self, points: Points | Sequence[tuple[float, float]]) -> Points:
        """Points (N, 2) of the head frame -> patient frame."""
        cos, sin = np.cos(self.angle), np.sin(self.angle)
        local = np.asarray(points, float) * self.scale
        return np.asarray(local @ np.array([[cos, sin], [-sin, cos]]) + self.origin, float)


def head_frame(scene: Scene, dens_tip: Points) -> HeadFrame:
    """The head balances on the spine: basion a little above the dens, tilted on its own."""
    size = scene.settings.column.size
    axis = scene.vertebra(Level.C2)
    up = axis.place(np.array([[0.0, -1.0]]))[0] - axis.centre
    origin = dens_tip + up * scene.uniform(2, 8) + (scene.rng.normal(-4, 2.5), 0)
    scale = (0.5 + 0.5 * size) * np.exp(scene.rng.normal(0, 0.04, 2))
    tilt = scene.settings.surround.head_tilt * (0.45 if scene.settings.layout == "cephalogram" else 1.0)
    return HeadFrame(origin, float(np.deg2rad(tilt)), scale)


def skin_of_head(scene: Scene, frame: HeadFrame) -> Points:
    """The outline of face and scalp (N, 2) in patient mm."""
    return frame(closed_curve(scene.jitter(SKIN, 1.5), 150))


def paint_head(scene: Scene, frame: HeadFrame) -> None:
    """Paint vault, base and lower jaw; the soft tissue of the head is part of the neck's mass."""
    _paint_vault(scene, frame)
    _paint_vault_marks(scene, frame)
    _paint_base(scene, frame)
    _paint_fossae(scene, frame)
    _paint_mastoids(scene, frame)
    _paint_mandible(scene, frame)


def _paint_vault(scene: Scene, frame: HeadFrame) -> None:
    """Both halves of the vault, displaced, their inner and outer table, and the thick occiput."""
    k = scene.settings.bone.shells * scene.uniform(0.7, 1.2)
    base = scene.jitter(VAULT, 2.0)
    vault = frame(closed_curve(base, 170))
    scene.canvas.shell(vault, scene.uniform(2.0, 6.0), scene.uniform(0.2, 1.0) * k, scene.uniform(0.1, 0.65) * k)
    other = closed_curve(base + scene.rng.normal(0, (1.5, 2.2), 2), 170)
    scene.canvas.line(frame(other[20:]), scene.uniform(0.8, 2.5), scene.uniform(0.05, 0.5) * k, 0.05)
    table = closed_curve(base[:12] * (0.955, 0.95), 90)[:75]
    scene.canvas.line(frame(table), scene.uniform(0.8, 2.0), scene.uniform(0.05, 0.4) * k, 0.05)
    for _ in range(2):
        floor = curve(scene.jitter([(26, 6), (46, 2), (66, -6), (80, -24)], 2.5), 30)
        scene.canvas.line(frame(floor), scene.uniform(1.5, 4.5), scene.uniform(0.1, 0.5) * k, scene.uniform(0.5, 1.5))
    scene.note("skull_base", frame([(50, 2), (70, -4), (30, 0)]))


def _paint_vault_marks(scene: Scene, frame: HeadFrame) -> None:
    """Slow differences of thickness, vessel grooves that branch, sutures as wavering lines."""
    k = scene.settings.bone.shells
    for _ in range(3):
        radii = (scene.uniform(12, 40), scene.uniform(12, 30))
        area = ellipse((scene.uniform(-80, 80), scene.uniform(-120, -30)), radii)
        scene.canvas.tissue(frame(area), scene.rng.normal(0, 0.14) * k, scene.uniform(4, 10))
    for _ in range(5):
        start = np.array([scene.uniform(-70, 60), scene.uniform(-110, -40)])
        groove = curve(start + np.cumsum(scene.rng.normal((0, -6), 9, (5, 2)), 0), 24)
        scene.canvas.line(frame(groove), scene.uniform(0.6, 1.6), scene.rng.normal(-0.03, 0.06) * k, 0.4)
    for x in (-34.0, 62.0):
        seam = curve(np.array([x, -118]) + np.cumsum(scene.rng.normal((0.5, 5), (1.2, 2), (16, 2)), 0), 64)
        seam = seam + scene.rng.normal(0, 0.6, seam.shape)
        scene.canvas.line(frame(seam), 1.0, scene.uniform(-0.15, 0.08) * k, 0.3)
    scene.note("vault", frame([(-60, -70), (-20, -95), (20, -80), (55, -70), (-5, -60), (40, -40), (-30, -65)]))


def _paint_base(scene: Scene, frame: HeadFrame) -> None:
    """Petrous bone (dense, both sides), clivus and the condyles on C1."""
    k = scene.settings.bone.shells
    for shift in scene.rng.normal(0, 3, (2, 2)):
        corners = [(-12, -20), (2, -30), (22, -26), (28, -12), (18, 0), (2, -2), (-8, -8)]
        petrous = frame(closed_curve(scene.jitter(corners, 3.0) + shift, 60))
        scene.canvas.bone(petrous, scene.look(scene.uniform(0.3, 0.9) * k, 0.2, texture=0.14, soft_mm=1.5))
        corners = [(-8, -2), (4, -4), (16, 0), (14, 8), (2, 10), (-6, 6)]
        condyle = frame(closed_curve(scene.jitter(corners, 1.5) + shift, 40))
        scene.canvas.bone(condyle, scene.look(0.25 * k, 0.15, soft_mm=0.8))
    path = curve(scene.jitter([(0, 0), (-10, -14), (-20, -32), (-24, -40)], 1.0), 24)
    clivus = frame(ribbon(path, np.linspace(4, 12, 24)))
    scene.canvas.bone(clivus, scene.look(scene.uniform(0.15, 0.4) * k, 0.3, soft_mm=0.4))
    haze = frame(ellipse((2, 2), (scene.uniform(12, 30), scene.uniform(8, 18)), scene.uniform(-0.5, 0.5)))
    scene.canvas.tissue(haze, scene.uniform(0.0, 0.6), scene.uniform(3, 8))
    scene.note("skull_base", frame([(0, -10), (14, -8), (16, 8), (-20, -32), (2, 4)]))


def _paint_fossae(scene: Scene, frame: HeadFrame) -> None:
    """Sella, planum, orbital roofs and wings: bright lines that fan out from the petrous bone to the forehead."""
    k = scene.settings.bone.shells
    dorsum = [(-22, -42), (-20, -36), (-27, -31), (-35, -35), (-37, -42)]
    sella = curve(scene.jitter([*dorsum, (-50, -44), (-75, -49), (-97, -47)], 0.8), 60)
    scene.canvas.line(frame(sella), scene.uniform(0.8, 1.8), scene.uniform(0.2, 0.7) * k, 0.3)
    for _ in range(2):
        wing = curve(scene.jitter([(-50, -22), (-56, -34), (-64, -48), (-86, -58), (-99, -60)], 2.0), 40)
        scene.canvas.line(frame(wing), scene.uniform(0.8, 2.2), scene.uniform(0.1, 0.5) * k, 0.4)
    for _ in range(int(scene.rng.integers(2, 7))):
        start, end = scene.jitter([(0, -16), (-54, -24)], 5.0)
        middle = (start + end) / 2 + (0, scene.uniform(0, 6))
        strut = curve(np.stack([start, middle, end]), 20)
        scene.canvas.line(frame(strut), scene.uniform(0.6, 2.5), scene.uniform(0.05, 0.35) * k, scene.uniform(0.3, 0.8))
    brow = closed_curve(scene.jitter([(-99, -46), (-103, -58), (-99, -72), (-94, -60), (-93, -48)], 1.0), 40)
    scene.canvas.bone(frame(brow), scene.look(scene.uniform(0.1, 0.6) * k, 0.3, soft_mm=0.5))


def _paint_mastoids(scene: Scene, frame: HeadFrame) -> None:
    """The mastoid processes behind the ear: a honeycomb of air cells."""
    k = scene.settings.bone.shells
    for shift in scene.rng.normal(0, 3, (2, 2)):
        mastoid = frame(closed_curve(scene.jitter([(6, -16), (34, -18), (32, 0), (14, 18), (7, 8)], 2.0) + shift, 40))
        scene.canvas.bone(mastoid, scene.look(scene.uniform(0.05, 0.3) * k, 0.15, texture=0.3, soft_mm=0.8))
    for _ in range(int(scene.rng.integers(0, 26))):
        middle = frame((np.array([20.0, -6.0]) + scene.rng.normal(0, (8, 7), 2))[None])[0]
        size = scene.uniform(0.8, 2.8)
        paint_gas(scene, middle, size, scene.uniform(0.03, 0.25))
        if scene.chance(0.5):
            ring = ellipse(middle, (size + 0.5, size + 0.3), 0.0, 12)
            scene.canvas.line(np.concatenate([ring, ring[:2]]), 0.6, scene.uniform(0.02, 0.2) * k, 0.3)


def _paint_mandible(scene: Scene, frame: HeadFrame) -> None:
    """Both halves of the lower jaw, displaced against each other, with the canal, its lower rim and the symphysis."""
    k = scene.settings.surround.clutter * scene.uniform(0.7, 1.2)
    bone = scene.jitter(MANDIBLE, 1.2)
    for shift in scene.rng.normal(0, 2.6, (2, 2)):
        half = frame(closed_curve(bone + shift, 120))
        look = scene.look(0.36 * k, 0.3 * k, cortex_mm=scene.uniform(1.0, 2.2), roundness=0.3, texture=0.13)
        scene.canvas.bone(half, look)
        rim = curve(bone[[2, 3, 4, 5, 6, 7]] + shift + (1.0, -1.5), 40)
        scene.canvas.line(frame(rim), scene.uniform(1.5, 3.5), scene.uniform(0.0, 0.4) * k, 0.5)
    alveolar = frame(closed_curve(scene.jitter([(-48, 42), (-92, 46), (-88, 62), (-52, 58)], 2.0), 40))
    scene.canvas.tissue(alveolar, scene.uniform(0.0, 0.35) * k, scene.uniform(1.0, 3.0))
    canal = frame(curve(scene.jitter([(-36, 14), (-40, 44), (-58, 62), (-76, 66)], 1.5), 30))
    scene.canvas.line(canal, 2.5, -0.08, 0.4)
    corners = [(-84, 52), (-90, 60), (-91, 76), (-84, 85), (-78, 80), (-82, 66)]
    chin = frame(closed_curve(scene.jitter(corners, 1.0), 40))
    scene.canvas.bone(chin, scene.look(scene.uniform(0.05, 0.3) * k, 0.4 * k, cortex_mm=1.5, soft_mm=0.3))
    scene.note("mandible", frame([(-28, 20), (-34, 50), (-52, 66), (-72, 74), (-14, -8)]))
