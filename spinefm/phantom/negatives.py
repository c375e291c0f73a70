"""Rough pictures that are no lateral spine film: what a view network has to tell from one.

Frontal and oblique spines, chests, pelves, heads, limbs, slices, photographs and drawings. They need not deceive a
reader, only lie on the other side: a network sees what they share, two rows of pedicles, ribs to both sides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from spinefm.phantom.canvas import CanvasView, ribbon
from spinefm.phantom.easel import Easel, Image, Points, radiograph
from spinefm.phantom.heads import breast, jaw, skull
from spinefm.phantom.limbs import limb
from spinefm.phantom.outlines import closed_curve, curve, ellipse, smooth
from spinefm.phantom.pictures import drawing, photograph
from spinefm.phantom.slices import slice_of


@dataclass(frozen=True, eq=False)
class Negative:
    """A picture (H, W) float32 in [0, 1] and its kind: "frontal", "radiograph", "slice" or "picture"."""

    film: Image
    kind: str
    subject: str
    seed: int


def simulate_negative(seed: int, subject: str | None = None) -> Negative:
    """Draw one negative; the same arguments give the same picture. Raises ValueError for an unknown subject."""
    rng = np.random.default_rng(np.random.SeedSequence((seed, 77)))
    names = list(SUBJECTS)
    shares = np.array([SUBJECTS[name][1] for name in names])
    chosen = subject or names[int(rng.choice(len(names), p=shares / shares.sum()))]
    if chosen not in SUBJECTS:
        raise ValueError(f"There is no negative of {chosen!r}; choose one of {', '.join(names)}.")
    kind, _, draw = SUBJECTS[chosen]
    return Negative(np.clip(draw(rng), 0, 1).astype(np.float32), kind, chosen, int(seed))


def _paint_trunk(easel: Easel, waist: float) -> None:
    """Skin of a trunk seen from the front: shoulders, waist, hips."""
    half = [(60, -330), (190, -250), (170, -120), (150 * waist, 40), (175, 180), (165, 420)]
    outline = closed_curve(np.array(half + [(-x, y) for x, y in half[::-1]]) * easel.uniform(0.85, 1.15), 140)
    easel.mass(outline, easel.soft, easel.uniform(70, 150))


def _paint_column(easel: Easel, oblique: float) -> None:
    """Vertebrae from the front: bodies, two pedicles, a spinous process, transverse processes; turned if oblique."""
    bend, phase = easel.rng.normal(0, 14), easel.uniform(0, 6)
    y = -330.0
    while y < 260:
        wide = float(np.interp(y, [-330, -200, 50, 230], [20, 26, 40, 50])) * easel.uniform(0.95, 1.05)
        tall = wide * float(np.interp(y, [-330, 0, 230], [0.75, 0.78, 0.6]))
        x = bend * float(np.sin(y / 140 + phase))
        _paint_vertebra(easel, np.array([x, y]), wide, tall, oblique)
        if -250 < y < 60:
            _paint_ribs(easel, np.array([x, y]), wide)
        y += tall * easel.uniform(1.15, 1.3)
    sacrum = [(-48, 262), (48, 262), (30, 320), (10, 372), (-10, 372), (-30, 320)]
    easel.plate(closed_curve(easel.jitter(sacrum, 3), 60), 0.5, 0.5)


def _paint_vertebra(easel: Easel, centre: Points, wide: float, tall: float, oblique: float) -> None:
    corners = [(-0.5, -0.5), (0, -0.44), (0.5, -0.5), (0.43, 0), (0.5, 0.5), (0, 0.44), (-0.5, 0.5), (-0.43, 0)]
    body = np.array(corners) * (wide, tall) + centre
    easel.plate(smooth(easel.jitter([(x, y) for x, y in body], 0.6), 2), 0.7, 0.5, 0.3)
    for side in (-1.0, 1.0):
        pedicle = centre + ((side * 0.34 + 0.5 * oblique) * wide, -0.12 * tall)
        easel.plate(ellipse(pedicle, (0.11 * wide * (1 - abs(oblique)), 0.2 * tall)), 0.2, 0.7)
        tip = centre + (side * wide * easel.uniform(0.8, 1.0), easel.rng.normal(0, 3))
        easel.plate(ribbon(curve(np.stack([centre, (centre + tip) / 2, tip]), 12), 0.2 * tall), 0.2, 0.2)
        joint = centre + ((side * 0.3 + 0.7 * oblique) * wide, 0.55 * tall)
        easel.plate(ellipse(joint, (0.12 * wide, 0.28 * tall)), 0.3, 0.3, 0.6)
    spinous = centre + (0.9 * oblique * wide, 0.3 * tall)
    easel.plate(ellipse(spinous, (0.09 * wide, 0.3 * tall)), 0.4, 0.5)


def _paint_ribs(easel: Easel, centre: Points, wide: float) -> None:
    reach = float(np.interp(centre[1], [-250, -100, 60], [70, 135, 90]))
    for side in (-1.0, 1.0):
        places = [(0.5 * wide, 0), (0.5 * reach, -14), (0.9 * reach, 6), (reach, 40), (0.8 * reach, 75), (45, 92)]
        path = curve(easel.jitter([(side * x, y) for x, y in places], 3) + centre, 50)
        easel.plate(ribbon(path[: int(easel.uniform(28, 50))], easel.uniform(6, 10)), 0.2, 0.4)


def _paint_lungs(easel: Easel) -> None:
    """Two lungs, heart and diaphragm from the front."""
    half = [(22, -270), (60, -292), (105, -250), (140, -120), (138, -30), (90, -62), (40, -50), (25, -140)]
    for shape in easel.both(half, 5):
        easel.canvas.thin(closed_curve(shape, 90), easel.uniform(0.15, 0.6), easel.uniform(1, 5))
    heart = closed_curve(easel.jitter([(20, -190), (60, -140), (75, -90), (40, -55), (-25, -60), (-30, -140)], 6), 60)
    easel.canvas.tissue(heart, easel.uniform(0.4, 1.2), 3)


def _frontal_spine(easel: Easel) -> None:
    _paint_trunk(easel, easel.uniform(0.75, 1.1))
    if easel.rng.random() < 0.7:
        _paint_lungs(easel)
    _paint_column(easel, 0.0)
    _paint_pelvis(easel)


def _oblique_spine(easel: Easel) -> None:
    _paint_trunk(easel, easel.uniform(0.75, 1.1))
    if easel.rng.random() < 0.5:
        _paint_lungs(easel)
    _paint_column(easel, float(easel.rng.choice([-1, 1]) * easel.uniform(0.15, 0.6)))
    if easel.rng.random() < 0.5:
        _paint_pelvis(easel)


def _chest(easel: Easel) -> None:
    _paint_trunk(easel, 1.0)
    _paint_lungs(easel)
    easel = Easel(easel.canvas, easel.rng, 0.6 * easel.bone, easel.soft)
    _paint_column(easel, 0.0)
    for clavicle in easel.both([(12, -262), (60, -275), (110, -290), (165, -285)], 4):
        easel.plate(ribbon(curve(clavicle, 30), 11), 0.4, 0.5)
    for head in easel.both([(178, -262)], 5):
        easel.plate(ellipse(head[0], (24, 26)), 0.6, 0.5)


def _paint_pelvis(easel: Easel) -> None:
    """Both iliac wings, hip joints and thighs from the front."""
    wing = [(50, 262), (95, 220), (138, 240), (140, 290), (105, 340), (60, 350), (45, 310)]
    for outline in easel.both(wing, 4):
        easel.plate(closed_curve(outline, 70), 0.3, 0.7)
    for outline in easel.both([(20, 385), (60, 365), (80, 395), (55, 430), (30, 450), (12, 420)], 3):
        easel.plate(closed_curve(outline, 60), 0.3, 0.6)
    for middle in easel.both([(92, 372)], 4):
        easel.plate(ellipse(middle[0], (24, 24)), 0.6, 0.5)
        side = np.sign(middle[0][0])
        shaft = curve(np.array([middle[0], middle[0] + (side * 45, 35), middle[0] + (side * 45, 260)]), 40)
        easel.plate(ribbon(shaft, 32), 0.5, 0.9)


def _pelvis(easel: Easel) -> None:
    shifted = CanvasView(easel.canvas.view.scale, easel.canvas.view.tilt, easel.canvas.view.mirrored,
                   np.array([0.0, 330.0]), easel.canvas.view.centre_px)  # fmt: skip
    easel.canvas.view = shifted
    _paint_trunk(easel, 1.0)
    _paint_column(easel, 0.0)
    _paint_pelvis(easel)


SUBJECTS: Mapping[str, tuple[str, float, Callable[[np.random.Generator], Image]]] = {
    "frontal spine": ("frontal", 0.18, radiograph(_frontal_spine, (0.6, 2.2))),
    "oblique spine": ("frontal", 0.14, radiograph(_oblique_spine, (0.7, 2.2))),
    "chest": ("radiograph", 0.1, radiograph(_chest, (0.7, 1.3))),
    "pelvis": ("radiograph", 0.08, radiograph(_pelvis, (0.9, 1.8))),
    "skull": ("radiograph", 0.05, radiograph(skull, (1.2, 2.2))),
    "jaw": ("radiograph", 0.04, radiograph(jaw, (0.8, 2.2))),
    "breast": ("radiograph", 0.03, radiograph(breast, (0.9, 1.3))),
    "limb": ("radiograph", 0.14, radiograph(limb, (0.8, 2.5))),
    "slice": ("slice", 0.11, slice_of),
    "photograph": ("picture", 0.08, photograph),
    "drawing": ("picture", 0.05, drawing),
}
"""Subjects with their kind, how often they are drawn, and their drawing function."""
