"""What makes lumbar bodies hard to tell: discs as deep as marrow, the web of edges behind, strands across."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from spinefm.core.levels import Level
from spinefm.phantom.lumbar import _paint_strands
from spinefm.phantom.lumbar_edges import paint_lumbar_edges
from spinefm.phantom.outlines import body_outline
from spinefm.phantom.scene import Scene
from spinefm.phantom.vertebrae import paint_discs
from tests.phantom.test_pelvis import lumbar_scene


def depth_at(scene: Scene, places: np.ndarray) -> np.ndarray:
    at = np.round(scene.canvas.view(places)).astype(int)
    return scene.canvas.depth[at[:, 1], at[:, 0]]


@pytest.mark.parametrize("seed", range(4))
def test_a_lumbar_disc_fills_the_gap_and_no_body(seed: int) -> None:
    scene = lumbar_scene(seed)
    whole = tuple(replace(vertebra, degeneration=0.0) for vertebra in scene.column)  # no gas, no calcium
    scene = Scene(scene.canvas, whole, scene.settings, scene.rng)
    paint_discs(scene, {v.level: body_outline(v, np.random.default_rng(v.level)) for v in whole})
    above, below = scene.vertebra(Level.L2), scene.vertebra(Level.L3)
    gap = (above.units(np.array([[0.0, 0.5]])) + below.units(np.array([[0.0, -0.5]]))) / 2
    assert depth_at(scene, gap)[0] > 0
    assert np.abs(depth_at(scene, above.units(np.array([[0.0, 0.0], [0.2, 0.1]])))).max() < 1e-6


@pytest.mark.parametrize("seed", range(4))
def test_the_edges_of_an_arch_lie_behind_the_middle_of_its_body(seed: int) -> None:
    scene = lumbar_scene(seed)
    vertebra = scene.vertebra(Level.L3)
    paint_lumbar_edges(scene, vertebra, 1.0)
    rows, columns = np.nonzero(scene.canvas.depth > 1e-3)
    assert len(rows)
    places = scene.canvas.view.inverse(np.stack([columns, rows], 1).astype(float))
    across = (places - vertebra.centre) @ np.array([np.cos(vertebra.angle), np.sin(vertebra.angle)])
    assert across.min() > 0.1 * vertebra.depth


def test_strands_cross_the_spine_but_stay_faint() -> None:
    painted = []
    for seed in range(6):
        scene = lumbar_scene(seed)
        _paint_strands(scene)
        painted.append(np.abs(scene.canvas.depth).max())
    assert 0 < max(painted) < 0.4
