"""Rough pictures that are no lateral spine film: what a view network has to tell from one.

Frontal and oblique spines, chests, pelves, skulls, limbs, slices of CT and MR, photographs and drawings. They need not
deceive a reader, only lie on the other side: a network sees what they share, two rows of pedicles, ribs to both sides.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from spinefm.phantom.canvas import Canvas, CanvasView, Look, noise, ribbon
from spinefm.phantom.film import FilmSettings, develop
from spinefm.phantom.mass import chord_field
from spinefm.phantom.outlines import closed_curve, curve, ellipse, smooth

Image = NDArray[np.float32]
Points = NDArray[np.float64]

SIZES = ((480, 640), (512, 512), (640, 640), (640, 480), (400, 640), (560, 640))
"""Sizes (width, height) in pixels that are drawn from."""

HEIGHT_MM = 440.0
"""Millimetres of patient that a negative's height shows, before zoom."""


@dataclass(frozen=True, eq=False)
class Negative:
    """A picture (H, W) float32 in [0, 1] and its kind: "frontal", "radiograph", "slice" or "picture"."""

    film: Image
    kind: str
    subject: str
    seed: int


@dataclass(frozen=True, eq=False)
class Easel:
    """A canvas whose origin (mm) is the middle of the film, with its random generator."""

    canvas: Canvas
    rng: np.random.Generator
    bone: float
    soft: float

    def uniform(self, low: float, high: float) -> float:
        """One uniform number."""
        return float(self.rng.uniform(low, high))

    def mass(self, outline: Points, depth: float, radius_mm: float) -> None:
        """Soft tissue inside an outline (N, 2), thinner towards the skin."""
        patch = self.canvas.patch(outline)
        if patch is None:
            return
        union = np.zeros(self.canvas.shape, np.float32)
        union[patch.rows, patch.columns] = patch.cover
        self.canvas.depth += union * chord_field(union, radius_mm * self.canvas.view.scale) * np.float32(depth)

    def plate(self, outline: Points, marrow: float, cortex: float, soft_mm: float = 0.5) -> None:
        """A bone of the patient's density."""
        look = Look(marrow * self.bone, cortex * self.bone, cortex_mm=self.uniform(0.6, 1.6), soft_mm=soft_mm)
        self.canvas.bone(outline, look)

    def jitter(self, points: Sequence[tuple[float, float]], mm: float) -> Points:
        """Points (N, 2) moved at random."""
        return np.asarray(np.asarray(points, float) + self.rng.normal(0, mm, (len(points), 2)), float)

    def both(self, points: Sequence[tuple[float, float]], mm: float = 2.0) -> list[Points]:
        """A shape and its mirror image about the midline, each with its own jitter."""
        mirrored = [(-x, y) for x, y in points]
        return [self.jitter(points, mm), self.jitter(mirrored, mm)]


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


def _radiograph(paint: Callable[[Easel], None], zoom: tuple[float, float]) -> Callable[[np.random.Generator], Image]:
    """A drawing function that develops what `paint` paints, at a zoom from a range."""

    def draw(rng: np.random.Generator) -> Image:
        width, height = SIZES[int(rng.integers(len(SIZES)))]
        scale = height / HEIGHT_MM * float(np.exp(rng.uniform(*np.log(zoom))))
        middle = np.array([width / 2, height / 2]) + rng.normal(0, (0.06, 0.15)) * (width, height)
        view = CanvasView(scale, float(np.deg2rad(rng.normal(0, 5))), bool(rng.random() < 0.5), np.zeros(2), middle)
        easel = Easel(Canvas(view, (height, width), rng), rng, float(rng.uniform(0.15, 0.7)), float(rng.uniform(1, 3)))
        paint(easel)
        np.maximum(easel.canvas.depth, 0, out=easel.canvas.depth)
        settings = FilmSettings.draw(rng, str(rng.choice(["cervical", "lumbar"])))
        return develop(easel.canvas.depth, settings, rng).film

    return draw


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


def _skull(easel: Easel) -> None:
    """A skull from the front: vault, orbits, nose, teeth, jaw."""
    k = easel.uniform(0.8, 1.5)
    head = ellipse((0, -20), (easel.uniform(72, 85), easel.uniform(98, 115)), 0, 60)
    easel.mass(head * 1.08, 1.2, 60)
    easel.canvas.shell(head, 6, easel.uniform(0.4, 1.2), easel.uniform(0.2, 0.6))
    for orbit in easel.both([(34, 0)], 3):
        easel.canvas.tissue(ellipse(orbit[0], (21, 18)), -0.25, 1)
        easel.canvas.line(ellipse(orbit[0], (22, 19), 0, 40), 2, 0.4 * k, 0.4)
    easel.canvas.tissue(ellipse((0, 35), (13, 22)), -0.3, 1)
    jaw = curve(np.array([(-60, 40), (-52, 88), (0, 118), (52, 88), (60, 40)]), 50)
    easel.plate(ribbon(jaw, 18), 0.9, 0.8)
    for tooth in range(-5, 6):
        for y in (72, 86):
            easel.plate(ellipse((tooth * 7.5, y), (3.2, 6.5)), 1.2, 0.3)


def _limb(easel: Easel) -> None:
    """One or two long bones with a joint, or the rays of a hand."""
    if easel.rng.random() < 0.35:
        _hand(easel)
        return
    angle = easel.uniform(-0.3, 0.3)
    along, across = np.array([np.sin(angle), np.cos(angle)]), np.array([np.cos(angle), -np.sin(angle)])
    easel.mass(ribbon(np.array([-400 * along, 0 * along, 400 * along]), easel.uniform(90, 150)), easel.soft * 0.7, 60)
    thick, pair = easel.uniform(22, 36), easel.rng.random() < 0.5
    for end in (-1.0, 1.0):
        for offset in (-0.6, 0.6) if pair and end > 0 else (0.0,):
            start = end * 8 * along + offset * thick * 1.1 * across
            path = np.stack([start, start + end * 60 * along, start + end * 420 * along])
            width = np.interp(np.linspace(0, 1, 60), [0, 0.05, 0.2, 1], [2.2, 2.3, 1.0, 0.9])
            shaft = ribbon(curve(path, 60), width * thick * (0.55 if pair and end > 0 else 1.0))
            easel.plate(shaft, 0.7, 1.6)
    easel.plate(ellipse(across * thick, (thick * 0.5, thick * 0.6)), 0.5, 0.4)


def _hand(easel: Easel) -> None:
    easel.mass(ellipse((0, 40), (70, 90)), easel.soft * 0.4, 40)
    for finger in range(5):
        angle = (finger - 2) * 0.2 + easel.rng.normal(0, 0.04)
        along, at = np.array([np.sin(angle), -np.cos(angle)]), np.array([(finger - 2) * 17.0, 50.0])
        for length in (58, 38, 24, 18):
            end = at + along * length
            path = curve(np.stack([at, (at + end) / 2, end]), 20)
            easel.mass(ribbon(path, 24), easel.soft * 0.3, 10)
            easel.plate(ribbon(path, 9 * np.interp(np.linspace(0, 1, 20), [0, 0.5, 1], [1.4, 0.8, 1.3])), 0.7, 0.8)
            at = end + along * 4
    for _ in range(8):
        easel.plate(ellipse(easel.rng.normal((0, 75), (20, 10)), (9, 8)), 0.6, 0.5)


def _slice(rng: np.random.Generator) -> Image:
    """A slice of CT or MR: an oval body on black, or a sagittal slice with a column of bodies and a cord."""
    width, height = SIZES[int(rng.integers(len(SIZES)))]
    image = np.zeros((height, width), np.float32)
    return _sagittal(image, rng) if rng.random() < 0.5 else _axial(image, rng)


def _sagittal(image: Image, rng: np.random.Generator) -> Image:
    height, width = image.shape
    image += np.float32(rng.uniform(0.1, 0.4)) + 0.1 * noise(rng, image.shape, 40)
    x, y = width * rng.uniform(0.4, 0.6), -10.0
    side = height * rng.uniform(0.06, 0.12)
    bright, disc = rng.uniform(0.3, 0.8), rng.uniform(0.1, 0.9)
    swing, phase = rng.uniform(0.02, 0.1) * width, rng.uniform(0, 6)
    while y < height:
        middle = (x + swing * np.sin(y / height * 4 + phase), y)
        for size, grey in (((side * 1.25, side * 1.2), disc), ((side * 1.2, side * 0.9), bright)):
            box = (middle, size, float(rng.normal(0, 5)))
            cv2.fillPoly(image, [np.round(cv2.boxPoints(box)).astype(np.int32)], float(grey), cv2.LINE_AA)
        y += side * 1.2
    rows = np.arange(0, height, 4)
    cord = np.stack([x + side * 1.1 + swing * np.sin(rows / height * 4 + phase), rows], 1)
    for wide, grey in ((0.5, rng.uniform(0, 1)), (0.25, rng.uniform(0.2, 0.8))):
        cv2.polylines(image, [np.round(cord).astype(np.int32)], False, float(grey), int(side * wide), cv2.LINE_AA)
    border = int(rng.uniform(0, 0.25) * width)
    image[:, :border], image[:, width - border :] = 0, 0
    return image + rng.normal(0, 0.03, image.shape).astype(np.float32)


def _axial(image: Image, rng: np.random.Generator) -> Image:
    height, width = image.shape
    middle, radii = (width // 2, height // 2), np.array([width, height]) * rng.uniform(0.3, 0.48, 2)
    for share, grey in ((1.0, rng.uniform(0.4, 0.9)), (0.93, rng.uniform(0.1, 0.5))):
        cv2.ellipse(
            image, middle, np.round(radii * share).astype(int).tolist(), 0, 0, 360, float(grey), -1, cv2.LINE_AA
        )
    for _ in range(int(rng.integers(5, 16))):
        at = np.round(middle + rng.normal(0, 0.35, 2) * radii).astype(int).tolist()
        size = np.round(radii * rng.uniform(0.08, 0.35, 2)).astype(int).tolist()
        cv2.ellipse(image, at, size, float(rng.uniform(0, 180)), 0, 360, float(rng.uniform(0, 0.9)), -1, cv2.LINE_AA)
    soft = cv2.GaussianBlur(image, (0, 0), 1.5)
    return np.asarray(soft + rng.normal(0, 0.03, image.shape), np.float32)


def _photograph(rng: np.random.Generator) -> Image:
    """Smooth blobs, edges and gradients over all scales, as in any picture of the world."""
    width, height = SIZES[int(rng.integers(len(SIZES)))]
    image = sum(
        (np.float32(cell / 200) * noise(rng, (height, width), cell) for cell in (200.0, 80.0, 30.0, 10.0, 4.0)),
        np.full((height, width), 0.5, np.float32),
    )
    for _ in range(int(rng.integers(3, 25))):
        points = rng.random((int(rng.integers(3, 7)), 2)) * (width, height)
        if rng.random() < 0.6:
            points = rng.random(2) * (width, height) + rng.normal(0, 0.15, points.shape) * width
        layer = np.zeros((height, width), np.float32)
        shape = closed_curve(points, 40) if rng.random() < 0.5 else points
        cv2.fillPoly(layer, [np.round(shape).astype(np.int32)], 1.0, cv2.LINE_AA)
        texture = np.float32(rng.uniform(0, 1)) + np.float32(rng.uniform(0, 0.2)) * noise(rng, layer.shape, 8.0)
        image = image * (1 - layer) + layer * texture
    return np.asarray(cv2.GaussianBlur(image, (0, 0), rng.uniform(0.5, 2)), np.float32)


def _drawing(rng: np.random.Generator) -> Image:
    """Lines, boxes and words on a plain ground; now and then a diagram of a spine, since a drawing is no film."""
    width, height = SIZES[int(rng.integers(len(SIZES)))]
    ground = float(rng.choice([0.0, 1.0, rng.random()], p=[0.2, 0.6, 0.2]))
    ink = 255 * (1 - ground if rng.random() < 0.8 else float(rng.random()))
    image = np.full((height, width), round(255 * ground), np.uint8)
    if rng.random() < 0.4:
        _diagram(image, rng, ink)
    for _ in range(int(rng.integers(2, 30))):
        points = np.round(rng.random((int(rng.integers(2, 6)), 2)) * (width, height)).astype(np.int32)
        cv2.polylines(image, [points], bool(rng.random() < 0.3), ink, int(rng.integers(1, 5)), cv2.LINE_AA)
    for _ in range(int(rng.integers(0, 12))):
        at = (rng.random(2) * (width, height)).astype(int).tolist()
        cv2.putText(image, "Spine L1 Fig. 2", at, int(rng.integers(0, 5)), rng.uniform(0.4, 1.5), ink, 1, cv2.LINE_AA)
    return np.asarray(image / np.float32(255), np.float32)


def _diagram(image: NDArray[np.uint8], rng: np.random.Generator, ink: float) -> None:
    height, width = image.shape
    side, x = height / rng.uniform(8, 16), width * rng.uniform(0.3, 0.7)
    for number in range(int(height / side / 1.25)):
        middle = (x + side * np.sin(number / 3), (number + 0.7) * side * 1.25)
        box = np.round(cv2.boxPoints((middle, (side * 1.3, side), float(rng.normal(0, 8))))).astype(np.int32)
        if rng.random() < 0.5:
            cv2.fillPoly(image, [box], 0.5 * ink + 64, cv2.LINE_AA)
        cv2.polylines(image, [box], True, ink, 2, cv2.LINE_AA)


SUBJECTS: Mapping[str, tuple[str, float, Callable[[np.random.Generator], Image]]] = {
    "frontal spine": ("frontal", 0.2, _radiograph(_frontal_spine, (0.6, 2.2))),
    "oblique spine": ("frontal", 0.16, _radiograph(_oblique_spine, (0.7, 2.2))),
    "chest": ("radiograph", 0.12, _radiograph(_chest, (0.7, 1.3))),
    "pelvis": ("radiograph", 0.1, _radiograph(_pelvis, (0.9, 1.8))),
    "skull": ("radiograph", 0.08, _radiograph(_skull, (1.2, 2.2))),
    "limb": ("radiograph", 0.12, _radiograph(_limb, (0.9, 2.5))),
    "slice": ("slice", 0.1, _slice),
    "photograph": ("picture", 0.07, _photograph),
    "drawing": ("picture", 0.05, _drawing),
}
"""Subjects with their kind, how often they are drawn, and their drawing function."""
