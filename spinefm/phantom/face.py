"""The face in front of the skull base: cavities, their walls, palate, orbits and teeth, in the head's frame.

On head films this is where quadrangles bounded by bright lines lie that are no vertebral bodies; they are noted as
distractors. Landmarks (mm, origin at the basion) follow cephalometric means: sella (-27, -38), nasion (-97, -47),
palate from (-46, 10) to (-98, 12).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from spinefm.phantom.head import HeadFrame
from spinefm.phantom.mass import paint_gas
from spinefm.phantom.outlines import closed_curve, curve, ellipse, smooth
from spinefm.phantom.scene import Scene

Points = NDArray[np.float64]

CAVITIES: tuple[tuple[tuple[tuple[float, float], ...], float], ...] = (
    (((-28, -32), (-40, -40), (-48, -36), (-48, -22), (-36, -18)), 0.3),  # sphenoid sinus
    (((-54, -26), (-66, -30), (-86, -22), (-92, -8), (-84, 6), (-58, 6), (-53, -6)), 0.55),  # maxillary sinus
    (((-50, -6), (-80, -14), (-99, -8), (-97, 8), (-52, 7)), 0.3),  # nasal cavity
    (((-72, -22), (-94, -26), (-98, -40), (-84, -48), (-70, -40)), 0.25),  # orbit
    (((-50, -30), (-52, -44), (-70, -46), (-72, -32)), 0.35),  # ethmoid cells
    (((-95, -50), (-99, -66), (-94, -74), (-89, -56)), 0.4),  # frontal sinus
    (((-49, -18), (-53, -14), (-50, -2), (-47, 6), (-46, -8)), 0.45),  # pterygomaxillary fissure
)
"""Outlines of the air-filled and fat-filled cavities and the share of soft tissue that each lacks."""

WALLS: tuple[tuple[tuple[tuple[float, float], ...], float], ...] = (
    (((-44, 10), (-60, 8), (-80, 10), (-100, 12)), 2.4),  # hard palate
    (((-50, 6), (-54, -8), (-53, -22), (-58, -28)), 1.4),  # posterior wall of the maxillary sinus
    (((-47, 8), (-45, -6), (-44, -20)), 1.2),  # pterygoid plate
    (((-58, -28), (-70, -24), (-86, -20), (-97, -24)), 1.6),  # floor of the orbit
    (((-97, -24), (-98, -34), (-93, -44), (-97, -48)), 1.8),  # lateral rim of the orbit
    (((-97, -47), (-104, -36), (-110, -24)), 1.8),  # nasal bone
    (((-97, -22), (-98, -6), (-97, 8), (-100, 14)), 1.5),  # anterior wall of the maxilla
    (((-66, -20), (-68, 0), (-74, 6), (-82, 2), (-88, -16)), 2.0),  # zygomatic process
    (((-52, -24), (-50, -36), (-54, -46)), 1.4),  # greater wing
    (((-56, -20), (-57, -34), (-64, -48)), 1.2),  # the same of the other side
    (((-48, -22), (-38, -14), (-26, -14), (-22, -22)), 1.0),  # floor of the sphenoid sinus
    (((-50, -46), (-66, -52), (-84, -58), (-96, -62)), 1.6),  # roofs of the orbits
    (((-50, -44), (-68, -46), (-84, -48), (-97, -50)), 1.2),  # cribriform plate
    (((-76, -28), (-74, -40), (-80, -50)), 1.2),  # medial wall of the orbit
    (((-54, 2), (-70, 3), (-92, 4)), 1.0),  # floor of the sinus
)
"""Paths of the thin walls seen on edge and their widths in mm."""

TOOTH_WIDTHS = (8.5, 9.5, 10.0, 7.0, 6.8, 6.0, 4.0, 3.2)
"""Width in mm on a lateral film, from the last molar to the incisors, which lie across the beam."""


def hollow(scene: Scene, points: Points, share: float, soft_mm: float) -> None:
    """Take away a share of what the rays have met so far inside an outline (N, 2), patient mm: air never burns out."""
    patch = scene.canvas.patch(points, soft_mm)
    if patch is not None:
        scene.canvas.depth[patch.rows, patch.columns] *= 1 - np.float32(share) * patch.cover


def paint_cavities(scene: Scene, frame: HeadFrame) -> None:
    """The air of sinuses, nose and mouth; belongs right after the soft tissue, whose share it takes away."""
    _thin_profile(scene, frame)
    for points, share in CAVITIES:
        for shift in scene.rng.normal(0, 1.2, (2, 2)):
            taken = min(0.7, share * scene.uniform(0.15, 0.9))
            outline = closed_curve(scene.jitter(points, 1.8) + shift, 40)
            hollow(scene, frame(outline), taken, scene.uniform(0.3, 1.6))
    if scene.chance(0.4):
        mouth = closed_curve(scene.jitter([(-40, 20), (-80, 22), (-92, 34), (-60, 34)], 3.0), 40)
        hollow(scene, frame(mouth), scene.uniform(0.1, 0.4), 1.5)


def _thin_profile(scene: Scene, frame: HeadFrame) -> None:
    """Nose, lips and throat lie in the midline only: far less is in the way of the rays than behind the cheeks."""
    front = [(-84, -60), (-100, -30), (-98, -4), (-96, 24), (-94, 60), (-84, 92), (-150, 120), (-150, -60)]
    hollow(scene, frame(scene.jitter(front, 3.0)), scene.uniform(0.15, 0.75), scene.uniform(3, 9))
    jaws = [(-40, -30), (-90, -40), (-140, 0), (-140, 100), (-60, 110), (-34, 60)]
    hollow(scene, frame(scene.jitter(jaws, 5.0)), scene.uniform(0.0, 0.3), scene.uniform(6, 14))
    throat = [(-36, 66), (-70, 84), (-90, 90), (-110, 200), (-30, 200), (-24, 90)]
    hollow(scene, frame(scene.jitter(throat, 4.0)), scene.uniform(0.0, 0.4), scene.uniform(3, 10))


def paint_face(scene: Scene, frame: HeadFrame) -> None:
    """Walls, small cells, turbinates, overlapping planes, palate and teeth."""
    _paint_walls(scene, frame)
    _paint_cells(scene, frame)
    _paint_turbinates(scene, frame)
    _paint_palate(scene, frame)
    _paint_teeth(scene, frame)
    paint_planes(scene, frame, np.array([-96.0, -44.0]), np.array([-50.0, 8.0]), int(scene.rng.integers(0, 8)))
    scene.note("midface", frame([(-62, -12), (-76, -8), (-70, 2), (-88, -2), (-80, -34), (-60, -38), (-38, -28)]))


def _paint_walls(scene: Scene, frame: HeadFrame) -> None:
    """Every wall once or twice, since left and right hardly ever cover each other."""
    k = scene.settings.surround.clutter * scene.uniform(0.4, 1.5)
    for points, width in WALLS:
        depth = scene.uniform(0.03, 0.45) * k
        for shift in scene.rng.normal(0, 1.6, (1 + scene.chance(0.6), 2)):
            path = frame(curve(scene.jitter(points, 1.6) + shift, 24))
            thick = width * scene.uniform(0.4, 1.2)
            start = int(scene.rng.integers(0, 8))
            path = path[start : start + int(scene.rng.integers(10, 25))]
            scene.canvas.line(path, thick, depth * scene.uniform(0.4, 1.2), scene.uniform(0.15, 0.6))


def _paint_cells(scene: Scene, frame: HeadFrame) -> None:
    """Ethmoid cells: a honeycomb of thin septa and small pockets of air."""
    k = scene.settings.surround.clutter
    for _ in range(int(scene.rng.integers(0, 9))):
        middle = np.array([scene.uniform(-76, -50), scene.uniform(-46, -24)])
        radii = (scene.uniform(1.5, 5.0), scene.uniform(1.5, 5.0))
        cell = ellipse(middle, radii, scene.uniform(0, 3), 14)
        scene.canvas.line(frame(np.concatenate([cell, cell[:2]])), 0.7, scene.uniform(0.03, 0.2) * k, 0.3)
        if scene.chance(0.4):
            paint_gas(scene, frame(middle[None])[0], radii[0], scene.uniform(0.05, 0.25))


def _paint_turbinates(scene: Scene, frame: HeadFrame) -> None:
    """The conchae are grey bars in the dark nose."""
    for y in (-10.0, 1.0):
        if scene.chance(0.6):
            middle = [(-56, y), (-72, y - 3), (-90, y - 1), (-88, y + 4), (-62, y + 5)]
            bar = closed_curve(scene.jitter(middle, 2.0), 36)
            scene.canvas.tissue(frame(bar), scene.uniform(0.05, 0.4), scene.uniform(0.3, 1.2))


def _paint_palate(scene: Scene, frame: HeadFrame) -> None:
    """The alveolar bone of the maxilla and the soft palate hanging into the pharynx."""
    k = scene.settings.surround.clutter
    maxilla = frame(closed_curve(scene.jitter([(-50, 11), (-98, 13), (-98, 26), (-76, 29), (-50, 26)], 1.5), 50))
    scene.canvas.bone(maxilla, scene.look(scene.uniform(0.15, 0.5) * k, 0.1, texture=0.2, soft_mm=0.8))
    if scene.chance(0.8):
        velum = closed_curve(scene.jitter([(-48, 8), (-36, 14), (-27, 30), (-31, 34), (-38, 22), (-48, 13)], 1.2), 40)
        scene.canvas.tissue(frame(velum), scene.uniform(0.1, 0.5), scene.uniform(0.3, 1.0))


def paint_planes(scene: Scene, frame: HeadFrame, low: Points, high: Points, count: int) -> None:
    """Quadrangles the size of a body where planes of bone cross, between two corners (2,) of the head's frame."""
    k = scene.settings.surround.clutter
    for middle in scene.rng.uniform(low, high, (count, 2)):
        half = scene.rng.uniform(4, 13, 2)
        corners = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * half
        turn = scene.rng.normal(0, 0.35)
        cos, sin = np.cos(turn), np.sin(turn)
        quad = frame(scene.jitter(corners, 0.18 * half.min()) @ np.array([[cos, sin], [-sin, cos]]) + middle)
        scene.canvas.tissue(smooth(quad, 1), scene.rng.normal(0, 0.13) * k, scene.uniform(0.3, 1.5))
        for start, end in zip(quad, np.roll(quad, -1, 0), strict=True):
            if scene.chance(0.55):
                bowed = np.stack([start, (start + end) / 2 + scene.rng.normal(0, 0.8, 2), end])
                scene.canvas.line(curve(bowed, 10), scene.uniform(0.5, 1.8), scene.uniform(0.03, 0.3) * k, 0.3)
        scene.note("plane", frame(middle[None]))


def _paint_teeth(scene: Scene, frame: HeadFrame) -> None:
    """Two rows, both sides, on a curved bite; crowns are denser than any bone, metal denser still."""
    lost = scene.uniform(0, 0.6) if scene.chance(0.35) else 0.04
    metal = scene.uniform(0, 0.5) if scene.chance(0.55) else 0.0
    haze = closed_curve(scene.jitter([(-44, 26), (-70, 22), (-97, 24), (-97, 46), (-70, 52), (-44, 48)], 2.0), 40)
    scene.canvas.tissue(frame(haze), scene.uniform(0.0, 0.5), scene.uniform(1.5, 4.0))
    gape, k = scene.uniform(-1.0, 1.5), scene.settings.surround.clutter * scene.uniform(0.6, 1.5)
    for root in (-1.0, 1.0):
        for shift in scene.rng.normal(0, (1.6, 0.8), (2, 2)):
            x = -44.0 + 2.5 * root
            for index, width in enumerate(TOOTH_WIDTHS):
                x -= 0.94 * width
                if scene.chance(lost):
                    continue
                spee = 36.5 - 0.0025 * (x + 68) ** 2 + gape * root + scene.rng.normal(0, 0.5)
                middle = np.array([x + width / 2, spee]) + shift
                _paint_tooth(scene, frame, middle, index, root, k)
                if scene.chance(metal if index < 5 else 0.15 * metal):
                    _paint_filling(scene, frame, middle, width, root)
    scene.note("teeth", frame([(-55, 30), (-70, 42), (-84, 30), (-64, 46), (-76, 26), (-52, 42)]))


def _paint_tooth(scene: Scene, frame: HeadFrame, middle: Points, index: int, root: float, k: float) -> None:
    """One tooth from its bite towards `root` (-1 up, 1 down): enamel crown, one or two tapering roots, its pulp."""
    half, molar = TOOTH_WIDTHS[index] / 2, index < 3
    lean = scene.rng.normal(0.04 if molar else 0.12, 0.06) + (0.3 if index > 5 else 0.0)
    turn = np.array([[np.cos(lean), -root * np.sin(lean)], [root * np.sin(lean), np.cos(lean)]])
    long = scene.uniform(12, 16) if molar else scene.uniform(14, 20)

    def place(points: Sequence[tuple[float, float]]) -> Points:
        return frame((np.array(points) * (1, root)) @ turn + middle)

    crown = [
        (-0.9 * half, 0.0),
        (0, 0.5),
        (0.9 * half, 0.0),
        (half, 4),
        (0.7 * half, 8.5),
        (-0.7 * half, 8.5),
        (-half, 4),
    ]
    scene.canvas.tissue(smooth(place(crown), 2), scene.uniform(0.3, 0.8) * k, scene.uniform(0.1, 0.3))
    tips = ((-0.5 * half, 0.42 * half), (0.5 * half, 0.42 * half)) if molar else ((0.0, 0.6 * half),)
    for x, wide in tips:
        body = [(x - wide, 6), (x + wide, 6), (x + 0.7 * wide, 0.7 * long), (x, long), (x - 0.7 * wide, 0.7 * long)]
        scene.canvas.tissue(smooth(place(body), 1), scene.uniform(0.1, 0.4) * k, 0.25)
    if scene.chance(0.3):
        scene.canvas.line(place([(0, 4), (tips[0][0], 0.85 * long)]), 0.9, -0.1 * k, 0.25)


def _paint_filling(scene: Scene, frame: HeadFrame, middle: Points, width: float, root: float) -> None:
    size = (scene.uniform(0.2, 0.55) * width, scene.uniform(1.2, 4.0))
    spot = scene.jitter(ellipse(middle + (0, root * scene.uniform(1, 5)), size, scene.uniform(-0.5, 0.5), 9), 0.35)
    scene.canvas.tissue(frame(spot), scene.uniform(1.0, 5.0), 0.1)
