"""What lies round the lumbar spine: pelvis, sacrum and ribs stand where anatomy puts them."""

from __future__ import annotations

import numpy as np
import pytest

from spinefm.core.levels import Level
from spinefm.phantom.canvas import Canvas, CanvasView
from spinefm.phantom.column import build_column
from spinefm.phantom.pelvis import PelvicFrame, paint_hips, paint_pelvic_gas, paint_pelvis, pelvic_frame
from spinefm.phantom.sacrum import paint_sacrum
from spinefm.phantom.scene import Scene
from spinefm.phantom.settings import Settings
from spinefm.phantom.thorax import paint_lungs, paint_ribs


def lumbar_scene(seed: int) -> Scene:
    """An empty lumbar film, one pixel per mm, with L3 at (150, 150)."""
    rng = np.random.default_rng(seed)
    settings = Settings.draw(seed, rng, "lumbar")
    view = CanvasView(1.0, 0.0, False, np.zeros(2), np.array([150.0, 150.0]))
    column = build_column("lumbar", settings.column, rng)
    return Scene(Canvas(view, (500, 320), rng), column, settings, rng)


def test_the_frame_keeps_lengths_and_leads_from_the_sacrum_to_the_hips() -> None:
    frame = PelvicFrame(np.array([3.0, 5.0]), 0.3, 110.0)
    assert np.allclose(frame([(0, 0)]), [[3, 5]])
    hip = frame([(0, 1)])[0]
    assert np.linalg.norm(hip - [3, 5]) == pytest.approx(110)
    assert hip[0] < 3 and hip[1] > 5  # a positive tilt puts the hips in front of the sacrum
    assert np.allclose(frame.moved(np.array([1.0, -2.0]))([(0.4, 0.2)]), frame([(0.4, 0.2)]) + (1, -2))


def test_hips_lie_below_the_sacral_endplate() -> None:
    for seed in range(20):
        scene = lumbar_scene(seed)
        frame = pelvic_frame(scene)
        endplate = scene.vertebra(Level.S1).units(np.array([[0.0, -0.5]]))[0]
        hip = frame([(0.0, 1.0)])[0]
        assert np.allclose(frame.origin, endplate)
        assert 60 < hip[1] - endplate[1] < 170


def test_bone_adds_and_gas_takes_away() -> None:
    for seed in range(4):
        scene = lumbar_scene(seed)
        frame = pelvic_frame(scene)
        paint_hips(scene, frame)
        paint_pelvis(scene, frame)
        paint_sacrum(scene)
        paint_ribs(scene)
        assert scene.canvas.depth.min() >= -1e-6 and scene.canvas.depth.max() > 0.05
    gas = lumbar_scene(1)
    for _ in range(6):
        paint_pelvic_gas(gas, pelvic_frame(gas))
    paint_lungs(gas)
    assert gas.canvas.depth.max() <= 0.31 and gas.canvas.depth.min() < -0.05  # vessels are the lungs' only gain


def test_sacral_points_follow_each_other_down_behind_the_hips() -> None:
    for seed in range(10):
        scene = lumbar_scene(seed)
        paint_sacrum(scene)
        remnants = np.concatenate(scene.noted["sacrum"][:5])
        assert np.all(np.linalg.norm(np.diff(remnants, axis=0), axis=1) > 5)
        assert remnants[-1, 1] > scene.vertebra(Level.S1).centre[1]
        assert remnants[-1, 0] > pelvic_frame(scene)([(0.0, 1.0)])[0, 0]


def test_ribs_do_not_reach_the_lower_lumbar_spine() -> None:
    for seed in range(20):
        scene = lumbar_scene(seed)
        paint_ribs(scene)
        noted = scene.noted.get("rib", [])
        behind = [point for points in noted for point in points if point[0] > scene.vertebra(Level.L4).centre[0]]
        assert all(point[1] < scene.vertebra(Level.L4).centre[1] for point in behind)
