"""The canvas: geometry of the view, coverage, distances, known attenuations."""

from __future__ import annotations

import numpy as np
import pytest

from spinefm.phantom.canvas import Canvas, CanvasView, Look, blurred, chord, cover, noise, ribbon
from spinefm.phantom.outlines import closed_curve, curve, ellipse, smooth

SQUARE = np.array([[10.0, 10.0], [30.0, 10.0], [30.0, 30.0], [10.0, 30.0]])


def _canvas(scale: float = 1.0, mirrored: bool = False) -> Canvas:
    view = CanvasView(scale, 0.0, mirrored, np.zeros(2), np.zeros(2))
    return Canvas(view, (60, 80), np.random.default_rng(0))


@pytest.mark.parametrize("mirrored", [False, True])
def test_a_view_is_a_similarity_with_an_inverse(mirrored: bool) -> None:
    view = CanvasView(2.5, 0.4, mirrored, np.array([1.0, 2.0]), np.array([100.0, 50.0]))
    points = np.random.default_rng(0).normal(0, 20, (6, 2))
    placed = view(points)
    assert np.allclose(view.inverse(placed), points)
    assert np.linalg.norm(placed[0] - placed[1]) == pytest.approx(2.5 * np.linalg.norm(points[0] - points[1]))
    turned = np.linalg.det(np.stack([placed[1] - placed[0], placed[2] - placed[0]]))
    plain = np.linalg.det(np.stack([points[1] - points[0], points[2] - points[0]]))
    assert (turned * plain > 0) != mirrored


def test_coverage_has_the_area_of_the_polygon() -> None:
    patch = cover(SQUARE + 0.3, (60, 80))
    assert patch is not None
    assert patch.cover.sum() == pytest.approx(400, rel=0.03)
    assert patch.cover[20 - patch.rows.start, 20 - patch.columns.start] == pytest.approx(1.0)


def test_a_polygon_off_the_film_has_no_patch() -> None:
    assert cover(SQUARE + 500, (60, 80)) is None
    assert _canvas().patch(SQUARE - 500) is None


def test_tissue_adds_its_depth_inside_only() -> None:
    canvas = _canvas()
    canvas.tissue(SQUARE, 0.7, soft_mm=0.0)
    assert canvas.depth[20, 20] == pytest.approx(0.7)
    assert canvas.depth[45, 60] == 0


def test_bone_is_brightest_at_its_cortex() -> None:
    canvas = _canvas()
    canvas.bone(SQUARE, Look(marrow=0.3, cortex=0.9, cortex_mm=1.0, texture=0.0, roundness=0.0))
    assert canvas.depth[20, 11] > canvas.depth[20, 14] > canvas.depth[20, 20]
    assert canvas.depth[20, 20] == pytest.approx(0.3, abs=0.01)


def test_a_bone_cut_by_the_film_has_no_cortex_at_the_cut() -> None:
    canvas = _canvas()
    canvas.bone(SQUARE - (20, 0), Look(marrow=0.3, cortex=0.9, cortex_mm=1.0, texture=0.0, roundness=0.0))
    assert canvas.depth[20, 0] < canvas.depth[20, 9]


def test_a_shell_is_brighter_at_its_wall() -> None:
    canvas = _canvas()
    canvas.shell(ellipse((40.0, 30.0), (25.0, 20.0)), 3.0, 1.0, 0.4)
    assert canvas.depth[30, 17] > 1.5 * canvas.depth[30, 40] > 0


def test_chord_of_a_rod_and_of_a_slab() -> None:
    inside = np.linspace(0, 10, 11, dtype=np.float32)[None]
    assert np.allclose(chord(inside, 0.0), 1.0)
    rod = chord(inside, 1.0)[0]
    assert rod[0] == pytest.approx(0.0, abs=1e-3) and rod[-1] == pytest.approx(1.0)
    assert (np.diff(rod) >= 0).all()


@pytest.mark.parametrize("sigma", [2.0, 25.0])
def test_blur_keeps_the_mean_and_lowers_the_contrast(sigma: float) -> None:
    image = np.random.default_rng(0).random((160, 160)).astype(np.float32)
    soft = blurred(image, sigma)
    assert soft.mean() == pytest.approx(image.mean(), abs=0.02)
    assert soft.std() < 0.5 * image.std()


def test_noise_is_smooth_at_its_cell() -> None:
    field = noise(np.random.default_rng(0), (200, 200), 25.0)
    assert 0.4 < field.std() < 1.5
    assert np.abs(np.diff(field, axis=1)).mean() < 0.15 * field.std()


def test_a_ribbon_is_as_wide_as_asked() -> None:
    path = np.stack([np.linspace(0, 40, 9), np.zeros(9)], 1)
    outline = ribbon(path, 6.0)
    assert np.ptp(outline[:, 1]) == pytest.approx(6.0) and len(outline) == 18


def test_curves_pass_through_their_control_points() -> None:
    control = np.array([[0.0, 0.0], [10.0, 5.0], [20.0, 0.0], [30.0, 8.0]])
    path = curve(control, 61)
    assert all(np.linalg.norm(path - point, axis=1).min() < 1e-9 for point in control)
    ring = closed_curve(ellipse((0.0, 0.0), (10.0, 10.0), n=12), 96)
    assert np.allclose(np.linalg.norm(ring, axis=1), 10.0, atol=0.2)
    assert np.linalg.norm(ring[0] - ring[-1]) < 1.5


def test_smoothing_stays_inside_a_convex_polygon() -> None:
    rounded = smooth(SQUARE, 3)
    assert rounded.min() > 10 - 1e-9 and rounded.max() < 30 + 1e-9 and len(rounded) == 32
