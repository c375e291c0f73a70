"""Metal and cement: screws with rods, anterior plates, cages, cement in bodies, clips, wires and hooks.

Implants lie over or in bodies and change no mask: a body stays where it is.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from spinefm.core.levels import Level
from spinefm.phantom.canvas import ribbon
from spinefm.phantom.column import ColumnVertebra
from spinefm.phantom.outlines import curve, ellipse, smooth
from spinefm.phantom.scene import Scene

Points = NDArray[np.float64]


def paint_implants(scene: Scene) -> None:
    """One kind of operation, sometimes two, on a run of bodies; clips or wires beside them."""
    cervical = scene.settings.region == "cervical"
    kinds = [_plate, _screws, _cages] if cervical else [_screws, _screws, _cages, _cement]
    for kind in scene.rng.choice(len(kinds), size=1 + int(scene.chance(0.4)), replace=False):
        kinds[int(kind)](scene, _operated(scene))
    if scene.chance(0.4):
        _clips(scene)


def _operated(scene: Scene) -> tuple[ColumnVertebra, ...]:
    """Two to six neighbouring bodies of those on the film."""
    height, width = scene.canvas.shape
    places = scene.canvas.view(np.array([vertebra.centre for vertebra in scene.column]))
    inside = [
        vertebra
        for vertebra, (x, y) in zip(scene.column, places, strict=True)
        if 0 < x < width and 0 < y < height and vertebra.level is not Level.C2
    ]
    if not inside:
        return scene.column[1:3]
    count = min(len(inside), int(scene.rng.choice([2, 3, 4, 6], p=[0.4, 0.3, 0.2, 0.1])))
    first = int(scene.rng.integers(len(inside) - count + 1))
    return tuple(inside[first : first + count])


def _metal(scene: Scene) -> float:
    """Optical depth of an implant: titanium to steel."""
    return scene.uniform(0.8, 3.0)


def _screws(scene: Scene, operated: tuple[ColumnVertebra, ...]) -> None:
    """Pedicle screws on both sides, their heads behind on a rod."""
    metal, into, drop = _metal(scene), scene.uniform(-0.42, 0.1), scene.uniform(-0.3, -0.05)
    for _ in range(2):
        heads = []
        for vertebra in operated:
            shift = scene.rng.normal(0, 0.05 * vertebra.depth, 2)
            ends = vertebra.units(np.array([(into, drop + scene.uniform(-0.1, 0.2)), (1.15, drop)])) + shift
            shaft = curve(np.stack([ends[0], ends.mean(0), ends[1]]), 40)
            width = 0.16 * vertebra.depth * (1 + 0.18 * np.sign(np.sin(np.arange(40) * 1.6)))
            scene.canvas.tissue(ribbon(shaft, width * np.linspace(0.7, 1, 40)), metal, 0.1)
            scene.canvas.tissue(ellipse(ends[1], (0.2 * vertebra.depth, 0.17 * vertebra.depth)), metal, 0.1)
            heads.append(ends[1])
            scene.note("implant", ends[1][None])
        if len(heads) > 1:
            beyond = [2 * heads[0] - heads[1], *heads, 2 * heads[-1] - heads[-2]]
            rod = curve(np.array(beyond), 60)[8:-8]
            scene.canvas.tissue(ribbon(rod, scene.uniform(3.5, 6.0) * operated[0].depth / 32), metal, 0.1)


def _plate(scene: Scene, operated: tuple[ColumnVertebra, ...]) -> None:
    """An anterior plate along the bodies with two screws into each end."""
    metal = _metal(scene)
    front = np.array([(-0.5 - scene.uniform(0.06, 0.2), -0.25), (-0.56, 0.25)])
    path = curve(np.concatenate([vertebra.units(front) for vertebra in operated]), 40)
    scene.canvas.tissue(ribbon(path, scene.uniform(1.8, 3.2)), metal, 0.1)
    for vertebra in operated:
        for height in (-0.15, 0.15):
            ends = vertebra.units(np.array([(-0.56, height), (scene.uniform(-0.1, 0.3), height * 1.6)]))
            screw = curve(np.stack([ends[0], ends.mean(0), ends[1]]), 16)
            scene.canvas.tissue(ribbon(screw, scene.uniform(2.2, 3.5)), metal * 0.8, 0.1)
    scene.note("implant", path[::12])


def _cages(scene: Scene, operated: tuple[ColumnVertebra, ...]) -> None:
    """Cages in the discs: a metal box, or two markers in one that is not seen."""
    metal, solid = _metal(scene), scene.chance(0.5)
    for above, below in zip(operated[:-1], operated[1:], strict=True):
        left, right = scene.uniform(-0.42, -0.25), scene.uniform(0.15, 0.4)
        corners = np.concatenate(
            [
                above.units(np.array([(left, 0.47), (right, 0.47)])),
                below.units(np.array([(right, -0.47), (left, -0.47)])),
            ]
        )
        if solid:
            scene.canvas.tissue(smooth(corners, 1), 0.5 * metal, 0.2)
            scene.canvas.line(np.concatenate([corners, corners[:1]]), 1.2, metal, 0.1)
        else:
            for edge in ((corners[0] + corners[3]) / 2, (corners[1] + corners[2]) / 2):
                scene.canvas.tissue(ellipse(edge, (0.9, 2.2), above.angle), metal, 0.1)
        scene.note("implant", corners.mean(0)[None])


def _cement(scene: Scene, operated: tuple[ColumnVertebra, ...]) -> None:
    """Cement in one to three bodies: an uneven bright cloud, now and then a leak into the disc."""
    for vertebra in operated[: int(scene.rng.integers(1, 4))]:
        for _ in range(int(scene.rng.integers(1, 4))):
            middle = vertebra.units(scene.rng.normal(0, (0.14, 0.12), (1, 2)))[0]
            radii = (scene.uniform(0.12, 0.32) * vertebra.depth, scene.uniform(0.12, 0.3) * vertebra.height)
            blob = scene.jitter(ellipse(middle, radii, vertebra.angle, 14), 0.05 * vertebra.depth)
            scene.canvas.tissue(smooth(blob, 2), scene.uniform(0.4, 1.8), 0.3)
        if scene.chance(0.2):
            leak = vertebra.units(np.array([[scene.uniform(-0.3, 0.3), 0.6]]))[0]
            scene.canvas.tissue(ellipse(leak, (3.5, 2.0)), scene.uniform(0.5, 1.5), 0.3)


def _clips(scene: Scene) -> None:
    """Surgical clips, wires, hooks and electrodes about the spine."""
    metal = _metal(scene)
    for _ in range(int(scene.rng.integers(2, 12))):
        level = scene.column[int(scene.rng.integers(len(scene.column)))]
        start = level.centre + scene.rng.normal((-25, 0), (35, 12))
        turn, long = scene.uniform(0, np.pi), scene.rng.gamma(2, 4)
        path = curve(np.array([start, start + (long * np.cos(turn), long * np.sin(turn)), start + (2, 3)]), 14)
        scene.canvas.line(path, scene.uniform(0.7, 1.6), metal, 0.1)
