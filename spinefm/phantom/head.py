"""The head above the cervical spine: vault, base, face, jaws and teeth, in a frame of its own.

Head frame: origin at the basion, mm, x to posterior, y to inferior with the Frankfort horizontal level. Landmarks
follow cephalometric means (sella-nasion about 70 mm, basion-nasion about 100 mm, mandibular body about 75 mm).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spinefm.anatomy import Level
from spinefm.phantom.canvas import ribbon
from spinefm.phantom.mass import paint_gas
from spinefm.phantom.outlines import closed_curve, curve, ellipse, smooth
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
    """Paint the bones and cavities of the head; its soft tissue is part of the neck's mass."""
    _paint_vault(scene, frame)
    _paint_base(scene, frame)
    _paint_cavities(scene, frame)
    _paint_midface(scene, frame)
    _paint_mandible(scene, frame)
    _paint_teeth(scene, frame)


def _paint_vault(scene: Scene, frame: HeadFrame) -> None:
    k = scene.settings.bone.shells * scene.uniform(0.7, 1.2)
    vault = frame(closed_curve(scene.jitter(VAULT, 2.5), 170))
    scene.canvas.shell(vault, scene.uniform(2.2, 6.0), scene.uniform(0.5, 1.2) * k, scene.uniform(0.6, 1.4) * k)
    inner = curve(scene.jitter([(60, 0), (80, -16), (82, -44), (68, -78), (40, -106), (0, -122)], 2.0), 50)
    scene.canvas.line(frame(inner), scene.uniform(1.0, 2.0), 0.3 * k, 0.5)
    floor = curve(scene.jitter([(34, 6), (46, -2), (62, -6), (76, -20)], 2.0), 30)
    scene.canvas.line(frame(floor), scene.uniform(2.0, 4.0), 0.4 * k, 0.8)
    for _ in range(4):
        start = np.array([scene.uniform(-70, 60), scene.uniform(-110, -40)])
        groove = curve(start + np.cumsum(scene.rng.normal(0, 12, (5, 2)), 0), 24)
        scene.canvas.line(frame(groove), scene.uniform(0.6, 1.4), -scene.uniform(0.02, 0.1), 0.5)
    scene.note("skull_base", frame([(50, 2), (70, -4), (30, 0)]))


def _paint_base(scene: Scene, frame: HeadFrame) -> None:
    """Petrous bone and mastoid (dense, both sides), clivus, sella, anterior fossa, condyles on C1."""
    k = scene.settings.bone.shells
    for shift in scene.rng.normal(0, 3, (2, 2)):
        petrous = frame(
            closed_curve(
                scene.jitter([(-12, -22), (4, -30), (24, -24), (30, -8), (20, 4), (4, 0), (-8, -8)], 3.0) + shift, 60
            )
        )
        scene.canvas.bone(petrous, scene.look(0.6 * k, 0.25, texture=0.14, soft_mm=1.2))
        mastoid = frame(closed_curve(scene.jitter([(6, -6), (26, -8), (26, 6), (14, 20), (7, 10)], 2.0) + shift, 40))
        scene.canvas.bone(mastoid, scene.look(0.22 * k, 0.2, texture=0.25, soft_mm=0.5))
        _paint_air_cells(scene, frame, np.array([16.0, 0.0]) + shift)
        condyle = frame(
            closed_curve(scene.jitter([(-8, -2), (4, -4), (16, 0), (14, 8), (2, 10), (-6, 6)], 1.5) + shift, 40)
        )
        scene.canvas.bone(condyle, scene.look(0.3 * k, 0.25, soft_mm=0.4))
    clivus = ribbon(curve(scene.jitter([(0, 0), (-10, -14), (-20, -32), (-24, -40)], 1.0), 24), np.linspace(4, 12, 24))
    scene.canvas.bone(frame(clivus), scene.look(0.35 * k, 0.35))
    sella = curve(
        scene.jitter(
            [(-22, -42), (-20, -36), (-27, -31), (-35, -35), (-37, -42), (-50, -44), (-75, -49), (-97, -47)], 0.8
        ),
        60,
    )
    scene.canvas.line(frame(sella), scene.uniform(1.0, 2.2), 0.6 * k, 0.3)
    wing = curve(scene.jitter([(-52, -24), (-57, -36), (-66, -46), (-88, -52), (-99, -60)], 2.0), 40)
    scene.canvas.line(frame(wing), scene.uniform(1.0, 2.5), 0.5 * k, 0.4)
    scene.note("skull_base", frame([(0, -10), (14, -8), (16, 8), (-20, -32), (2, 4)]))


def _paint_air_cells(scene: Scene, frame: HeadFrame, middle: Points) -> None:
    for _ in range(int(scene.rng.integers(4, 12))):
        paint_gas(
            scene,
            frame((middle + scene.rng.normal(0, 6, 2))[None])[0],
            scene.uniform(0.8, 2.6),
            scene.uniform(0.1, 0.4),
        )


def _paint_cavities(scene: Scene, frame: HeadFrame) -> None:
    """Air of the sinuses and the nose, the ear canal, the orbits."""
    cavities = [
        ([(-40, -32), (-54, -36), (-58, -24), (-44, -18)], 0.5),
        ([(-60, -8), (-84, -14), (-88, 4), (-78, 14), (-58, 12)], 0.6),
        ([(-48, -2), (-80, -6), (-98, 0), (-92, 8), (-50, 8)], 0.5),
        ([(-68, -18), (-92, -24), (-96, -40), (-74, -40)], 0.35),
        ([(-97, -52), (-100, -66), (-94, -72), (-92, -56)], 0.4),
    ]
    for points, depth in cavities:
        air = frame(closed_curve(scene.jitter(points, 2.0), 40))
        scene.canvas.tissue(air, -depth * scene.uniform(0.4, 1.3), scene.uniform(0.8, 2.5))
    np.maximum(scene.canvas.depth, 0.0, out=scene.canvas.depth)


def _paint_midface(scene: Scene, frame: HeadFrame) -> None:
    """Palate, pterygoid plates, walls of the sinuses and orbits, zygoma, nasal bone."""
    k = scene.settings.surround.clutter
    lines = [
        ([(-42, 10), (-70, 10), (-95, 13)], 2.5), ([(-46, -20), (-46, -2), (-43, 12)], 1.2),
        ([(-58, -12), (-58, 14), (-70, 18)], 1.0), ([(-66, -16), (-84, -14), (-92, -22), (-94, -40)], 1.6),
        ([(-97, -47), (-103, -38), (-109, -24)], 2.0), ([(-64, -8), (-68, 4), (-76, 2), (-78, -14)], 1.8),
        ([(-95, 13), (-92, 22), (-97, 34)], 2.0), ([(-60, -34), (-78, -30), (-94, -36)], 0.8),
    ]  # fmt: skip
    for points, width in lines:
        path = frame(curve(scene.jitter(points, 2.0), 30))
        scene.canvas.line(path, width * scene.uniform(0.5, 1.4), scene.uniform(0.1, 0.45) * k, scene.uniform(0.3, 1.0))
    maxilla = frame(closed_curve(scene.jitter([(-50, 12), (-94, 14), (-96, 28), (-76, 30), (-52, 28)], 1.5), 50))
    scene.canvas.bone(maxilla, scene.look(0.4 * k, 0.2, texture=0.25, soft_mm=0.5))


def _paint_mandible(scene: Scene, frame: HeadFrame) -> None:
    """Both halves of the lower jaw, displaced against each other, with the canal and a thick symphysis."""
    k = scene.settings.surround.clutter * scene.uniform(0.7, 1.2)
    bone = scene.jitter(MANDIBLE, 1.2)
    for shift in scene.rng.normal(0, 2.2, (2, 2)):
        half = frame(closed_curve(bone + shift, 120))
        scene.canvas.bone(half, scene.look(0.45 * k, 0.45 * k, cortex_mm=1.6, roundness=0.3, texture=0.15))
    canal = frame(curve(scene.jitter([(-36, 14), (-40, 44), (-58, 62), (-76, 66)], 1.5), 30))
    scene.canvas.line(canal, 2.5, -0.08, 0.4)
    chin = frame(closed_curve(scene.jitter([(-78, 62), (-88, 60), (-91, 76), (-84, 85), (-76, 80)], 1.0), 40))
    scene.canvas.bone(chin, scene.look(0.5 * k, 0.5 * k, cortex_mm=1.5))
    scene.note("mandible", frame([(-28, 20), (-34, 50), (-52, 66), (-72, 74), (-14, -8)]))


def _paint_teeth(scene: Scene, frame: HeadFrame) -> None:
    """Two rows, both sides; crowns are denser than any bone, fillings and crowns of metal denser still."""
    lost = scene.uniform(0, 0.5) if scene.chance(0.35) else 0.05
    fillings = scene.uniform(0, 0.5) if scene.chance(0.6) else 0.0
    k = scene.settings.surround.clutter
    for root, bite in ((-1.0, 36.0), (1.0, 37.0)):
        for side in range(2):
            x = -52.0 + scene.rng.normal(0, 1.5)
            for index in range(8):
                width = 9.5 if index < 3 else 6.8
                x -= width * (0.92 if side else 0.96)
                if scene.chance(lost):
                    continue
                middle = np.array([x + width / 2, bite + scene.rng.normal(0, 0.6) - 0.02 * (x + 75) * root])
                _paint_tooth(
                    scene, frame, middle, width, root, k, scene.chance(fillings if index < 5 else 0.1 * fillings)
                )
    scene.note("teeth", frame([(-60, 32), (-75, 42), (-88, 36), (-66, 48)]))


def _paint_tooth(
    scene: Scene, frame: HeadFrame, middle: Points, width: float, root: float, k: float, filled: bool
) -> None:
    half = width / 2
    outline = [
        (-half, 0.5),
        (half, 0.5),
        (half * 0.95, 6),
        (half * 0.55, 13),
        (0.1, 19),
        (-half * 0.55, 13),
        (-half * 0.95, 6),
    ]
    lean = scene.rng.normal(0, 0.08)
    turn = np.array([[np.cos(lean), np.sin(lean)], [-np.sin(lean), np.cos(lean)]])
    tooth = (np.array(outline) * (1, root)) @ turn + middle
    scene.canvas.bone(frame(smooth(tooth, 1)), scene.look(0.36 * k, 0.2, texture=0.0))
    crown = (np.array([(-half, 0.3), (half, 0.3), (half, 6), (-half, 6)]) * (1, root)) @ turn + middle
    scene.canvas.tissue(frame(smooth(crown, 1)), scene.uniform(0.3, 0.9) * k, 0.3)
    if filled:
        size = (scene.uniform(0.25, 0.55) * width, scene.uniform(1.2, 3.5))
        spot = ellipse(middle + (0, root * scene.uniform(1, 4)), size, 0.0, 12)
        scene.canvas.tissue(frame(spot), scene.uniform(1.5, 5.0), 0.1)
