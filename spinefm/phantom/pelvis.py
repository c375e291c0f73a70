"""The pelvis over L5 and the sacrum: hips' bulk, iliac wings, hip joints, thighs, gas in the pelvic cavity.

Everything is placed in a frame that hangs from the middle of S1's upper endplate and points to the hip joints; its
unit is the distance between the two, so that pelvic tilt turns the pelvis about the sacrum as in the patient.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from spinefm.core.levels import Level
from spinefm.phantom.canvas import ribbon
from spinefm.phantom.mass import paint_gas
from spinefm.phantom.outlines import closed_curve, curve, ellipse
from spinefm.phantom.scene import Scene

Points = NDArray[np.float64]
Places = Sequence[tuple[float, float]]

CREST: Places = ((-0.5, 0.56), (-0.5, 0.4), (-0.38, 0.16), (-0.2, -0.08), (0.05, -0.26), (0.3, -0.27), (0.5, -0.12))
"""The iliac crest from the anterior superior spine backwards."""

NOTCH: Places = ((0.44, 0.16), (0.36, 0.33), (0.27, 0.43), (0.2, 0.55), (0.19, 0.72), (0.24, 0.9))
"""The greater sciatic notch from the posterior inferior spine down to the ischial spine."""

FRONT: Places = ((0.02, 0.8), (-0.2, 0.8), (-0.35, 0.82), (-0.4, 0.7))
"""The lower border of the wing, over the acetabulum, to the anterior spines."""

HEAD_RADIUS = 0.21
"""Radius of the femoral head."""


@dataclass(frozen=True, eq=False)
class PelvicFrame:
    """Origin (2,) mm, angle in radians by which the hips lie in front of it, length of the unit in mm."""

    origin: Points
    tilt: float
    size: float

    def __call__(self, places: Points | Places) -> Points:
        """Places (N, 2), posterior and down in units of the frame -> patient frame in mm."""
        cos, sin = np.cos(self.tilt), np.sin(self.tilt)
        return np.asarray(np.asarray(places, float) * self.size @ np.array([[cos, sin], [-sin, cos]]) + self.origin)

    def moved(self, shift: Points) -> PelvicFrame:
        """The same frame, its origin moved by (2,) mm."""
        return replace(self, origin=self.origin + shift)


def pelvic_frame(scene: Scene) -> PelvicFrame:
    """The frame of this patient: a steeper sacrum goes with less tilt, as incidence is the sum of both."""
    top = scene.vertebra(Level.S1)
    tilt = np.deg2rad(14 + scene.rng.normal(0, 8)) + 0.35 * (top.angle + 0.7)
    origin = top.units(np.array([[0.0, -0.5]]))[0]
    return PelvicFrame(origin, float(tilt), 3.15 * top.depth * scene.uniform(0.9, 1.12))


def paint_hips(scene: Scene, frame: PelvicFrame) -> None:
    """The bulk of hips, buttocks and thighs: the brightest part of the film, its upper border sharp or soft."""
    around = scene.settings.surround
    burn = around.burn * around.tissue
    wide = frame(scene.jitter([(-0.75, 0.75), (-0.35, 0.2), (0.1, -0.25), (0.55, -0.2), (1.0, 0.2), (1.2, 1.0),
                               (0.9, 2.6), (-0.8, 2.6)], 0.06))  # fmt: skip
    scene.canvas.tissue(closed_curve(wide, 60), scene.uniform(0.0, 0.35) * burn, soft_mm=scene.uniform(1.0, 18))
    core = ellipse(frame([(scene.uniform(-0.2, 0.2), scene.uniform(0.6, 1.1))])[0],
                   (scene.uniform(65, 100), scene.uniform(60, 115)), scene.uniform(-0.4, 0.4), 48)  # fmt: skip
    scene.canvas.tissue(core, scene.uniform(0.0, 0.5) * burn, soft_mm=scene.uniform(14, 30))
    _paint_thighs(scene, frame, burn)


def _paint_thighs(scene: Scene, frame: PelvicFrame, burn: float) -> None:
    """Both thighs with the skin of the buttocks, extended in the standing patient, flexed in the lying one."""
    flexed = scene.uniform(-0.1, 0.35) if scene.chance(0.6) else scene.uniform(0.35, 1.2)
    for _ in range(2):
        start = frame(scene.jitter([(0.15, 0.62)], 0.08))[0]
        heading = flexed + scene.rng.normal(0, 0.08)
        along = np.array([-np.sin(heading), np.cos(heading)])
        path = curve(np.array([start, start + 70 * along, start + 260 * along]), 30)
        width = np.interp(np.linspace(0, 1, 30), [0, 0.06, 0.3, 1], [60, 110, 165, 130]) * scene.uniform(0.8, 1.15)
        scene.canvas.tissue(ribbon(path, width), scene.uniform(0.05, 0.35) * burn, soft_mm=scene.uniform(4, 13))
        _paint_femur(scene, frame, along)


def _paint_femur(scene: Scene, frame: PelvicFrame, along: Points) -> None:
    """One femur: head, neck and trochanter, shaft with a thick cortex."""
    dense = scene.settings.surround.clutter * scene.uniform(0.3, 1.2)
    head = frame(scene.jitter([(0.0, 1.0)], 0.03))[0]
    radius = HEAD_RADIUS * frame.size * scene.uniform(0.92, 1.1)
    rim = ellipse(head, (radius, radius * scene.uniform(0.92, 1.0)), 0.0, 48)
    scene.canvas.tissue(rim, 0.25 * dense, soft_mm=1.5)
    scene.canvas.line(np.roll(rim, 14, axis=0)[:38], scene.uniform(0.7, 1.8), 0.5 * dense, soft_mm=0.5)
    behind = np.array([along[1], -along[0]]) * scene.uniform(-4, 20)
    shaft = curve(np.array([head + 0.4 * behind, head + 30 * along + behind, head + 75 * along + behind * 0.8,
                            head + 260 * along]), 40)  # fmt: skip
    width = np.interp(np.linspace(0, 1, 40), [0, 0.1, 0.25, 1], [30, 46, 30, 27]) * frame.size / 108
    look = scene.look(0.3 * dense, 0.45 * dense, cortex_mm=scene.uniform(1.5, 4.0), soft_mm=0.6)
    scene.canvas.bone(ribbon(shaft, width), look)
    scene.note("pelvis", np.array([head, head + 60 * along]))


def paint_pelvis(scene: Scene, frame: PelvicFrame) -> None:
    """Both hip bones, their copies parted by the beam's divergence and the patient's rotation."""
    parting = scene.rng.normal(0, (7.0, 5.0), 2)
    strength = scene.settings.surround.clutter * float(np.exp(scene.rng.normal(0.35, 0.45)))
    for side in (0.5, -0.5):
        own = frame.moved(side * parting + scene.rng.normal(0, 1.0, 2))
        _paint_wing(scene, own, strength)
        _paint_brim(scene, own, strength)
        _paint_socket(scene, own, strength)


def _paint_wing(scene: Scene, frame: PelvicFrame, strength: float) -> None:
    """Iliac wing: a soft plate over L5 and S1, denser behind at the sacroiliac joint; crest and notch are its lines."""
    crest = frame(scene.jitter(CREST, 0.025))
    notch = frame(scene.jitter(NOTCH, 0.02))
    plate = closed_curve(np.concatenate([crest, notch, frame(scene.jitter(FRONT, 0.02))]), 110)
    scene.canvas.tissue(plate, scene.uniform(0.02, 0.16) * strength, soft_mm=scene.uniform(0.6, 5.0))
    joint = frame(scene.jitter([(-0.12, 0.1), (0.1, -0.12), (0.42, -0.14), (0.48, 0.1), (0.3, 0.36), (0.1, 0.62),
                                (-0.05, 0.75), (-0.14, 0.6)], 0.04))  # fmt: skip
    scene.canvas.tissue(closed_curve(joint, 60), scene.uniform(0.0, 0.16) * strength, soft_mm=scene.uniform(2, 8))
    edge, arch = curve(crest, 50), curve(notch, 40)
    scene.canvas.line(edge, scene.uniform(0.8, 4), scene.uniform(0.03, 0.22) * strength, scene.uniform(0.4, 2.0))
    scene.canvas.line(arch, scene.uniform(0.8, 3), scene.uniform(0.1, 0.35) * strength, scene.uniform(0.4, 1.5))
    scene.note("pelvis", np.concatenate([edge[5::12], arch[4::12]]))


def _paint_brim(scene: Scene, frame: PelvicFrame, strength: float) -> None:
    """The arcuate line: from the sacroiliac joint behind S1 and S2 straight down and forward to the acetabulum."""
    places = [(0.26, -0.02), (0.2, 0.12), (0.1, 0.34), (-0.02, 0.6), (-0.18, 0.84), (-0.4, 1.08)]
    brim = curve(frame(scene.jitter(places, 0.02)), 50)[: int(scene.rng.integers(26, 51))]
    scene.canvas.line(brim, scene.uniform(0.8, 2.4), scene.uniform(0.08, 0.4) * strength, scene.uniform(0.3, 1.2))
    scene.canvas.line(brim[:24] + (1.5, 0), scene.uniform(4, 12), scene.uniform(0.0, 0.1) * strength, 3.0)
    scene.note("pelvis", brim[6::9])


def _paint_socket(scene: Scene, frame: PelvicFrame, strength: float) -> None:
    """Acetabular roof, ischium and pubis."""
    hip = frame([(0.0, 1.0)])[0]
    radius = HEAD_RADIUS * frame.size * scene.uniform(1.08, 1.3)
    turn = np.linspace(-np.pi, 0.15 * np.pi, 40) + scene.rng.normal(0, 0.2)
    roof = hip + radius * np.stack([np.cos(turn), np.sin(turn)], 1)
    scene.canvas.line(roof, scene.uniform(0.8, 2.6), scene.uniform(0.1, 0.45) * strength, scene.uniform(0.3, 1.0))
    soft = {"cortex_mm": 1.2, "soft_mm": scene.uniform(0.6, 2.5)}
    ischium = [(0.04, 0.8), (0.2, 0.74), (0.26, 0.95), (0.36, 1.2), (0.3, 1.42), (0.14, 1.4), (0.12, 1.15)]
    outline = closed_curve(frame(scene.jitter(ischium, 0.025)), 60)
    scene.canvas.bone(outline, scene.look(0.1 * strength, 0.14 * strength, **soft))
    pubis = [(-0.14, 0.98), (-0.4, 1.1), (-0.58, 1.2), (-0.55, 1.34), (-0.36, 1.32), (0.0, 1.24)]
    outline = closed_curve(frame(scene.jitter(pubis, 0.025)), 60)
    scene.canvas.bone(outline, scene.look(0.05 * strength, 0.14 * strength, **soft))
    scene.note("pelvis", roof[8::12])


def paint_pelvic_gas(scene: Scene, frame: PelvicFrame) -> None:
    """Gas of rectum and sigmoid in front of the lower sacrum: the brightest contrast beside S3 to S5."""
    if scene.chance(0.35):
        return
    for _ in range(int(scene.rng.integers(1, 4))):
        centre = frame([(scene.uniform(0.22, 0.6), scene.uniform(0.45, 1.05))])[0]
        paint_gas(scene, centre, scene.uniform(6, 18), scene.uniform(0.1, 0.9))
