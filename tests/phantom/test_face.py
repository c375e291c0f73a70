"""Head and face of the cervical phantom: air takes a share, walls and planes are noted, structures stand in front."""

from __future__ import annotations

import numpy as np
import pytest

from spinefm.core.levels import Level
from spinefm.phantom import head_holder
from spinefm.phantom.canvas import Canvas, CanvasView
from spinefm.phantom.cervical_pillars import paint_pillars
from spinefm.phantom.column import build_column
from spinefm.phantom.face import hollow, paint_cavities, paint_face, paint_planes
from spinefm.phantom.head import HeadFrame, head_frame, paint_head
from spinefm.phantom.head_holder import paint_head_holder
from spinefm.phantom.scene import Scene
from spinefm.phantom.settings import Settings

HEIGHT, WIDTH = 260, 300
SQUARE = np.array([[-20.0, -20.0], [20.0, -20.0], [20.0, 20.0], [-20.0, 20.0]])


def _scene(seed: int = 0, depth: float = 1.5) -> tuple[Scene, HeadFrame]:
    """A scene whose film (1 px per mm) holds a whole head looking left, with its frame."""
    rng = np.random.default_rng(seed)
    settings = Settings.draw(seed, rng, "cervical", (WIDTH, HEIGHT), "cephalogram")
    column = build_column("cervical", settings.column, rng)
    axis = next(vertebra for vertebra in column if vertebra.level is Level.C2)
    view = CanvasView(1.0, 0.0, False, axis.centre, np.array([190.0, 190.0]))
    scene = Scene(Canvas(view, (HEIGHT, WIDTH), rng), column, settings, rng)
    scene.canvas.depth += np.float32(depth)
    return scene, head_frame(scene, axis.centre - (0, 25))


def _at(scene: Scene, frame: HeadFrame, point: tuple[float, float]) -> tuple[int, int]:
    """Row and column on the film of a point in the head's frame."""
    x, y = np.round(scene.canvas.view(frame([point]))[0]).astype(int)
    return int(y), int(x)


def test_a_hollow_takes_its_share_inside_and_nothing_outside() -> None:
    scene, _ = _scene()
    centre = scene.vertebra(Level.C2).centre
    hollow(scene, SQUARE + centre, 0.4, 0.0)
    assert scene.canvas.depth[190, 190] == pytest.approx(0.9)
    assert scene.canvas.depth[20, 20] == pytest.approx(1.5)


def test_a_hollow_off_the_film_changes_nothing() -> None:
    scene, _ = _scene()
    hollow(scene, SQUARE + 5000, 0.5, 1.0)
    assert (scene.canvas.depth == np.float32(1.5)).all()


@pytest.mark.parametrize("seed", range(3))
def test_cavities_darken_the_sinus_and_never_burn_out(seed: int) -> None:
    scene, frame = _scene(seed)
    paint_cavities(scene, frame)
    assert scene.canvas.depth[_at(scene, frame, (-72, -10))] < 1.5
    assert scene.canvas.depth.min() > 0
    assert scene.canvas.depth[_at(scene, frame, (60, -40))] == pytest.approx(1.5, abs=1e-3)


def test_planes_stand_between_their_corners_and_are_noted() -> None:
    scene, frame = _scene()
    paint_planes(scene, frame, np.array([-60.0, -40.0]), np.array([-50.0, -30.0]), 5)
    noted = np.concatenate(scene.noted["plane"])
    low, high = frame([(-60, -40)])[0], frame([(-50, -30)])[0]
    assert len(noted) == 5
    assert (np.abs(noted - (low + high) / 2) < 10).all()
    assert np.ptp(scene.canvas.depth) > 0


def test_no_planes_leave_no_trace() -> None:
    scene, frame = _scene()
    paint_planes(scene, frame, np.zeros(2), np.ones(2), 0)
    assert "plane" not in scene.noted and (scene.canvas.depth == np.float32(1.5)).all()


def test_teeth_are_denser_than_the_cheek_above_the_palate() -> None:
    scene, frame = _scene(4)
    paint_face(scene, frame)
    top, left = _at(scene, frame, (-90, 28))
    bottom, right = _at(scene, frame, (-50, 46))
    teeth = scene.canvas.depth[top:bottom, left:right]
    assert teeth.mean() > 1.6


def test_head_notes_what_fools_a_reader() -> None:
    scene, frame = _scene(2)
    paint_head(scene, frame)
    paint_face(scene, frame)
    assert {"vault", "skull_base", "mandible", "midface", "teeth"} <= scene.noted.keys()
    assert np.isfinite(scene.canvas.depth).all()


@pytest.mark.parametrize("seed", range(4))
def test_the_holder_reaches_beyond_the_neck_and_its_metal_is_opaque(seed: int) -> None:
    scene, frame = _scene(seed)
    paint_head_holder(scene, frame)
    rows, columns = np.mgrid[:HEIGHT, :WIDTH]
    centres = [scene.canvas.view(vertebra.centre[None])[0] for vertebra in scene.column]
    distance = np.min([np.hypot(columns - x, rows - y) for x, y in centres], axis=0)  # mm, as 1 px is 1 mm
    changed = np.abs(scene.canvas.depth - 1.5) > 1e-3
    assert changed[distance > 40].mean() > 0.01
    assert np.isfinite(scene.canvas.depth).all() and scene.canvas.depth.max() > 1.5 + 0.3


def test_every_part_of_the_holder_changes_the_film(monkeypatch: pytest.MonkeyPatch) -> None:
    parts = ("_paint_ear_rods", "_paint_nasion_rod", "_paint_stripe", "_paint_clips", "_paint_wedge", "_paint_shield")
    for chosen in parts[:-1]:  # the shield lies below this film
        scene, frame = _scene(3)
        monkeypatch.setattr(Scene, "chance", lambda scene, share: True)
        with monkeypatch.context() as patch:
            for other in set(parts) - {chosen}:
                patch.setattr(head_holder, other, lambda *_: None)
            paint_head_holder(scene, frame)
        assert np.ptp(scene.canvas.depth) > 0.01, chosen


def test_pillars_leave_the_front_half_of_the_bodies_alone() -> None:
    scene, _ = _scene(1)
    paint_pillars(scene)
    changed = np.abs(scene.canvas.depth - 1.5) > 1e-4
    for level in (Level.C3, Level.C4):
        vertebra = scene.vertebra(level)
        front = scene.canvas.view(vertebra.units(np.array([(-0.35, 0.0), (1.4, 0.4)])))
        (x, y), (back_x, back_y) = np.round(front).astype(int)
        assert not changed[y, x] and changed[back_y, back_x], level.name
