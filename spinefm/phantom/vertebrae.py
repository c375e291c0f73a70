"""Painting the vertebral bodies: an elliptic cylinder in cortex, its endplates seen almost on edge."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from spinefm.core.levels import Level
from spinefm.phantom.canvas import Grid, Patch
from spinefm.phantom.column import ColumnVertebra
from spinefm.phantom.outlines import Outline, ellipse, smooth
from spinefm.phantom.scene import Scene

Points = NDArray[np.float64]

TRUNK_MARROW = 0.6
"""Marrow of thoracic and lumbar bodies, of which half the depth is lost against the trunk's own thickness."""


def paint_body(scene: Scene, vertebra: ColumnVertebra, outline: Outline, strength: float) -> None:
    """Paint one body; `strength` is the optical depth of its marrow."""
    patch = scene.canvas.patch(outline.polygon, soft_mm=scene.uniform(0.0, 0.25))
    if patch is None:
        return
    bone, rng = scene.settings.bone, scene.rng
    across, along = _own_axes(scene, vertebra, patch)
    inside = scene.canvas.inside(patch)
    marrow = (TRUNK_MARROW if scene.settings.region != "cervical" else 1.0) * strength * bone.marrow
    values = marrow * _thickness(across, bone.roundness)
    values *= 1 + bone.trabeculae * scene.canvas.grain(
        patch, _film_angle(scene, vertebra), stretch=rng.uniform(1.2, 3.0)
    )
    ends = np.asarray(np.clip(np.abs(along) * 2.6 - 0.6, 0, 1), np.float32)  # 1 at the endplates, 0 at the waist
    wall = _wall(scene, ends)
    if vertebra.level is Level.S1:
        wall = _sacral_wall(scene, across, along)
        values *= rng.uniform(0.2, 0.8)
    values += (0.2 + 0.5 * strength) * bone.cortex * wall * np.exp(-inside / np.float32(bone.cortex_mm))
    sclerosis = 0.12 + 0.5 * vertebra.degeneration * rng.random()
    values += strength * sclerosis * ends * np.exp(-inside / np.float32(0.09 * vertebra.depth))
    scene.canvas.add(patch, (values * patch.cover).astype(np.float32))
    _paint_far_rims(scene, vertebra, outline, strength)
    _paint_details(scene, vertebra, strength)


def _wall(scene: Scene, ends: Grid) -> Grid:
    """Cortex seen on edge, relative (h, w): weaker at the waist than at the endplates, above all in the trunk."""
    waist, more = (0.7, 0.9) if scene.settings.region != "cervical" else (0.8, 0.7)
    low = 0.2 if scene.settings.region != "cervical" else 0.35
    return np.asarray(scene.uniform(low, waist) + scene.uniform(0.2, more) * ends, np.float32)


def _sacral_wall(scene: Scene, across: Grid, along: Grid) -> Grid:
    """Cortex of S1 seen on edge, relative (h, w): endplate and promontory are bright, behind and below it is fused."""
    above = np.clip(-2.6 * along - 0.7, 0, 1) * scene.uniform(0.6, 1.6)
    before = np.clip(-2.6 * across - 0.4, 0, 1) * scene.uniform(0.2, 1.0)
    return np.asarray(np.maximum(np.maximum(above, before), scene.uniform(0.0, 0.25)), np.float32)


def _own_axes(scene: Scene, vertebra: ColumnVertebra, patch: Patch) -> tuple[Grid, Grid]:
    """Body units of each crop pixel: across (anterior -0.5, posterior 0.5), along (superior -0.5, inferior 0.5)."""
    view = scene.canvas.view
    steps = np.array([(0.0, 0.0), (1.0, 0.0), (0.0, 1.0)])
    origin, right, down = view.inverse(steps + patch.origin)
    cos, sin = np.cos(vertebra.angle), np.sin(vertebra.angle)
    to_own = np.array([[cos, sin], [-sin, cos]]) / np.array([[vertebra.depth], [vertebra.height]])
    start, per_x, per_y = to_own @ (origin - vertebra.centre), to_own @ (right - origin), to_own @ (down - origin)
    height, width = patch.cover.shape
    x, y = np.arange(width, dtype=np.float32)[None, :], np.arange(height, dtype=np.float32)[:, None]
    across, along = (np.float32(start[k]) + np.float32(per_x[k]) * x + np.float32(per_y[k]) * y for k in (0, 1))
    return across, along


def _film_angle(scene: Scene, vertebra: ColumnVertebra) -> float:
    """Angle on the film of the body's axis across."""
    ends = scene.canvas.view(vertebra.place(np.array([[0.0, 0.0], [1.0, 0.0]])))
    return float(np.arctan2(*(ends[1] - ends[0])[::-1]))


def _thickness(across: Grid, roundness: float) -> Grid:
    """Chord of the kidney-shaped cross-section: rounder in front than behind."""
    front = np.square(2 * across) * np.where(across < 0, 0.92, 0.62)
    return np.asarray((1 - roundness) + roundness * np.sqrt(np.clip(1 - front, 0.02, 1)), np.float32)


def _paint_far_rims(scene: Scene, vertebra: ColumnVertebra, outline: Outline, strength: float) -> None:
    """The other half of each endplate's rim and the floor of its hollow: arcs inside the outline (double contours)."""
    opening = abs(1.2 * vertebra.depth * np.sin(vertebra.obliquity)) + 0.01 * vertebra.depth
    for edge, side in ((outline.superior, 1.0), (outline.inferior, -1.0)):
        if vertebra.level is Level.C2 and side > 0:
            continue
        inward = side * np.array([-np.sin(vertebra.angle), np.cos(vertebra.angle)])
        t = np.linspace(-1, 1, len(edge))
        for shift in (opening, opening * 0.4 + scene.uniform(0.0, 0.07) * vertebra.height):
            arc = edge + np.sqrt(1 - np.square(t * 0.98))[:, None] * inward * min(shift, 0.3 * vertebra.height)
            depth = strength * scene.settings.bone.cortex * scene.uniform(0.1, 0.6)
            scene.canvas.line(arc, scene.uniform(0.5, 1.1), depth, soft_mm=scene.uniform(0.1, 0.4))


def _paint_details(scene: Scene, vertebra: ColumnVertebra, strength: float) -> None:
    """Osteophytes, Schmorl nodes, the notch of the basivertebral vein: none is part of the mask."""
    worn = vertebra.degeneration
    look = scene.look(0.4 * strength, 0.5 * strength)
    for u, v in ((-0.5, -0.48), (-0.5, 0.5), (0.5, 0.48)):
        if scene.chance(0.45 * worn):
            out, up = scene.uniform(0.05, 0.2) * np.sign(u), scene.uniform(-0.05, 0.22) * np.sign(v)
            tip = [(u, v - 0.2 * np.sign(v)), (u + out, v + up), (u - 0.25 * np.sign(u), v)]
            scene.canvas.bone(smooth(vertebra.units(np.array(tip)), 2), look)
    if scene.chance(0.06 + 0.1 * worn) and vertebra.level not in (Level.C2, Level.S1):
        middle = vertebra.units(np.array([[scene.uniform(-0.25, 0.3), scene.rng.choice([-0.42, 0.42])]]))[0]
        size = (scene.uniform(0.06, 0.14) * vertebra.depth, scene.uniform(0.05, 0.12) * vertebra.height)
        scene.canvas.tissue(ellipse(middle, size, vertebra.angle), -0.25 * strength, 0.3)
    if vertebra.level >= Level.T8 and scene.chance(0.5):
        notch = vertebra.units(np.array([[0.47, scene.uniform(-0.05, 0.1)]]))[0]
        scene.canvas.tissue(ellipse(notch, (0.07 * vertebra.depth, 0.06 * vertebra.height)), -0.3 * strength, 0.5)


def paint_discs(scene: Scene, outlines: Mapping[Level, Outline]) -> None:
    """Discs are soft tissue; the worn ones may hold gas or calcium. Their middles are noted as distractors."""
    _paint_annuli(scene, outlines)
    for above, below in zip(scene.column[:-1], scene.column[1:], strict=True):
        middle = (above.units(np.array([[0.0, 0.5]]))[0] + below.units(np.array([[0.0, -0.5]]))[0]) / 2
        scene.note("disc", middle[None])
        angle = (above.angle + below.angle) / 2
        lens = ellipse(
            middle + scene.rng.normal(0, 0.05 * above.depth, 2), (0.3 * above.depth, 0.22 * above.disc + 0.2), angle
        )
        if scene.chance(0.12 * above.degeneration):
            scene.canvas.tissue(lens, -scene.uniform(0.15, 0.5), 0.3)
        elif scene.chance(0.04):
            scene.canvas.tissue(lens, scene.uniform(0.1, 0.4), 0.4)


def _paint_annuli(scene: Scene, outlines: Mapping[Level, Outline]) -> None:
    """Lumbar discs as deep as the bodies are wide: hardly darker than marrow, so that only endplates part the two."""
    if scene.settings.region == "cervical":
        return
    bone = scene.settings.bone
    filled = TRUNK_MARROW * bone.body * bone.marrow * scene.uniform(0.0, 0.95)
    for above, below in zip(scene.column[:-1], scene.column[1:], strict=True):
        outline = np.concatenate([outlines[above.level].inferior, outlines[below.level].superior[::-1]])
        scene.canvas.tissue(outline, filled * scene.uniform(0.7, 1.1), soft_mm=scene.uniform(0.2, 0.8))
