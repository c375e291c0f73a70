"""Limbs and heads: every kind paints bone into its soft tissue."""

from __future__ import annotations

import numpy as np
import pytest

from spinefm.phantom import heads, limbs
from spinefm.phantom.canvas import Canvas, CanvasView
from spinefm.phantom.easel import Easel

KINDS = {
    **{name: getattr(limbs, name) for name in ("_hand", "_hinge", "_foot", "_ball", "_bones")},
    **{"skull": heads.skull, "jaw": heads.jaw},
}


def _painted(paint: object, bone: float, seed: int = 4) -> np.ndarray:
    rng = np.random.default_rng(seed)
    view = CanvasView(0.6, 0.0, False, np.zeros(2), np.array([150.0, 150.0]))
    easel = Easel(Canvas(view, (300, 300), rng), rng, bone=bone, soft=2.0)
    paint(easel)  # type: ignore[operator]
    return np.asarray(easel.canvas.depth)


@pytest.mark.parametrize("kind", KINDS)
def test_bone_adds_to_soft_tissue(kind: str) -> None:
    flesh, both = (_painted(KINDS[kind], bone) for bone in (0.0, 0.8))
    assert flesh.max() > 0 and np.isfinite(both).all()
    assert 0.01 < (both > flesh + 0.02).mean() < 0.9


def test_a_breast_has_no_bone() -> None:
    assert np.array_equal(_painted(heads.breast, 0.0), _painted(heads.breast, 0.8))


def test_the_directions_of_bones_are_clockwise_from_downwards() -> None:
    assert np.allclose(limbs._direction(0), (0, 1)) and np.allclose(limbs._direction(90), (-1, 0), atol=1e-9)
