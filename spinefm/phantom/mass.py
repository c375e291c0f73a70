"""The patient's bulk: soft tissue as one rounded mass, gas inside it, and the faint unevenness of organs and muscle."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from spinefm.phantom.canvas import Grid, blurred, cover, noise
from spinefm.phantom.outlines import ellipse, smooth
from spinefm.phantom.scene import Scene

Points = NDArray[np.float64]

COARSE = 4
"""The rounding of the mass is computed on a picture this many times smaller."""


def paint_mass(scene: Scene, outlines: list[Points], radius_mm: float, depth: float) -> None:
    """Soft tissue inside the union of outlines (mm): `depth` in the middle, towards the skin a chord of `radius_mm`."""
    canvas = scene.canvas
    union: Grid = np.zeros(canvas.shape, np.float32)
    for outline in outlines:
        patch = cover(canvas.view(outline), canvas.shape)
        if patch is not None:
            part = union[patch.rows, patch.columns]
            np.maximum(part, patch.cover, out=part)
    canvas.depth += union * chord_field(union, radius_mm * canvas.view.scale) * np.float32(depth)


def chord_field(union: Grid, radius: float) -> Grid:
    """Relative thickness (H, W) at the distance from the edge of a mass, 1 from `radius` pixels inwards."""
    small = cv2.resize(union, None, fx=1 / COARSE, fy=1 / COARSE, interpolation=cv2.INTER_AREA)
    solid = cv2.copyMakeBorder((small > 0.5).astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_REPLICATE)
    inside = cv2.distanceTransform(solid, cv2.DIST_L2, 5)[1:-1, 1:-1] * np.float32(COARSE / radius)
    chord = np.sqrt(np.clip(1 - np.square(1 - np.minimum(inside, 1)), 0, 1)) * np.float32(0.92) + np.float32(0.08)
    chord = cv2.GaussianBlur(chord.astype(np.float32), (0, 0), 1.2)
    return np.asarray(cv2.resize(chord, (union.shape[1], union.shape[0]), interpolation=cv2.INTER_LINEAR), np.float32)


def paint_unevenness(scene: Scene, cell_mm: float, amplitude: float) -> None:
    """Multiply the mass by slow noise: muscle bellies, fat, organs."""
    canvas = scene.canvas
    cell = max(8.0, cell_mm * canvas.view.scale)
    field = noise(scene.rng, canvas.shape, cell) + np.float32(0.5) * noise(scene.rng, canvas.shape, cell / 2.7)
    canvas.depth *= np.maximum(1 + np.float32(amplitude) * field, np.float32(0.3))


def paint_gas(scene: Scene, centre: Points, radius_mm: float, depth: float) -> None:
    """A bubble of gas: an uneven blob that takes away soft tissue, with a thin wall."""
    angles = np.linspace(0, 2 * np.pi, 10, endpoint=False)
    radii = radius_mm * np.exp(scene.rng.normal(0, 0.2, 10))
    turn, flat = scene.uniform(0, np.pi), scene.uniform(0.5, 1.0)
    points = np.stack([radii * np.cos(angles), flat * radii * np.sin(angles)], 1)
    points = points @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]]) + centre
    scene.canvas.tissue(smooth(points, 3), -depth, soft_mm=scene.uniform(0.3, 0.06 * radius_mm + 0.6))


def paint_mottle(scene: Scene, centre: Points, radius_mm: float, amplitude: float) -> None:
    """Bowel content: grainy mixture of gas and matter inside an ellipse."""
    patch = scene.canvas.patch(
        ellipse(centre, (radius_mm, radius_mm * scene.uniform(0.5, 1.0)), scene.uniform(0, 3)), 3.0
    )
    if patch is None:
        return
    cell = max(2.0, scene.uniform(1.5, 4.0) * scene.canvas.view.scale)
    field = noise(scene.rng, (patch.cover.shape[0], patch.cover.shape[1]), cell)
    scene.canvas.add(
        patch, (patch.cover * np.float32(amplitude) * blurred(np.minimum(field, 0.4), 0.8)).astype(np.float32)
    )
