"""Outlines of the vertebral bodies in their own frame: corners first, then curved edges, lips and rounded corners."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from spinefm.core.levels import Level
from spinefm.phantom.column import ColumnVertebra

Points = NDArray[np.float64]

SAMPLES = 14
"""Points per edge of a body."""

AXIS_HEIGHT = 1.32
"""Height of C2 as annotated over the depth of its inferior endplate, as cervical collections outline it."""

LIP_DEPTH = 0.06
"""Share of that depth at its anterior end that they leave out: the lip over the disc."""


@dataclass(frozen=True, eq=False)
class Outline:
    """A body in the patient's frame (mm).

    `polygon` (N, 2); `corners` (4, 2) superior-anterior, superior-posterior, inferior-posterior, inferior-anterior;
    `superior` and `inferior` (M, 2), the endplate edges from anterior to posterior.
    """

    polygon: Points
    corners: Points
    superior: Points
    inferior: Points


def smooth(points: Points, rounds: int = 2) -> Points:
    """Chaikin's corner cutting of a closed polygon (N, 2)."""
    points = np.asarray(points, float)
    for _ in range(rounds):
        following = np.roll(points, -1, 0)
        points = np.stack([0.75 * points + 0.25 * following, 0.25 * points + 0.75 * following], 1).reshape(-1, 2)
    return points


def curve(points: Points, count: int = 40) -> Points:
    """A smooth open path (count, 2) through control points (N, 2): a Catmull-Rom spline."""
    points = np.asarray(points, float)
    padded = np.concatenate([2 * points[:1] - points[1:2], points, 2 * points[-1:] - points[-2:-1]])
    at = np.linspace(0, len(points) - 1, count)
    index = np.minimum(at.astype(int), len(points) - 2)
    t = (at - index)[:, None]
    p0, p1, p2, p3 = (padded[index + k] for k in range(4))
    return 0.5 * (2 * p1 + (p2 - p0) * t + (2 * p0 - 5 * p1 + 4 * p2 - p3) * t**2 + (3 * p1 - p0 - 3 * p2 + p3) * t**3)


def closed_curve(points: Points, count: int = 80) -> Points:
    """A smooth closed path (count, 2) through control points (N, 2)."""
    points = np.asarray(points, float)
    wrapped = np.concatenate([points[-2:], points, points[:3]])
    path = curve(wrapped, (len(wrapped) - 1) * max(4, count // len(points)) + 1)
    step = max(4, count // len(points))
    return path[2 * step : (len(points) + 2) * step]


def ellipse(
    centre: Points | tuple[float, float], radii: tuple[float, float], angle: float = 0.0, n: int = 32
) -> Points:
    """An ellipse's outline (n, 2); angle in radians."""
    t = np.linspace(0, 2 * np.pi, n, endpoint=False)
    x, y = radii[0] * np.cos(t), radii[1] * np.sin(t)
    cos, sin = np.cos(angle), np.sin(angle)
    return np.stack([x * cos - y * sin, x * sin + y * cos], 1) + np.asarray(centre, float)


def body_outline(vertebra: ColumnVertebra, rng: np.random.Generator) -> Outline:
    """The outline of a vertebral body with its individual shape."""
    if vertebra.level is Level.C2:
        return _axis(vertebra, rng)
    return _quadrangle(vertebra, _corners(vertebra, rng), rng)


def _corners(vertebra: ColumnVertebra, rng: np.random.Generator) -> Points:
    """The four corners (4, 2) in body units, before lips; shapes per region, then a small individual jitter."""
    level = vertebra.level
    if level is Level.S1:
        taper = rng.uniform(0.54, 0.8)
        shape = [(-0.5, -0.5), (0.5, -0.5), (0.5 * taper + 0.02, 0.5), (-0.5 * taper + 0.04, 0.5)]
    elif level < Level.T3:
        drop = rng.uniform(0.02, 0.1)  # the upper endplate slopes down to anterior, the lower one ends in a lip
        drop += vertebra.youth * rng.uniform(0.1, 0.35)
        shape = [(-0.46, -0.5 + drop), (0.46, -0.52), (0.5, 0.46), (-0.51, 0.5 + 0.4 * drop)]
    elif level in (Level.L5, Level.L6):
        wedge = rng.uniform(0.02, 0.09)
        shape = [(-0.49, -0.5 - wedge / 2), (0.48, -0.49 + wedge / 2), (0.47, 0.48 - wedge), (-0.5, 0.5 + wedge / 2)]
    else:
        wedge = rng.uniform(-0.01, 0.06) if level <= Level.L2 else rng.uniform(-0.04, 0.03)
        shape = [(-0.48, -0.5 + wedge), (0.48, -0.5), (0.5, 0.5), (-0.5, 0.5 - wedge * 0.4)]
    front, _, back = vertebra.crush
    lowered = np.array(shape) + [(0, front), (0, back), (0, 0), (0, 0)]
    return np.asarray(lowered + rng.normal(0, (0.018, 0.022), (4, 2)), float)


def _quadrangle(vertebra: ColumnVertebra, corners: Points, rng: np.random.Generator) -> Outline:
    """Corners in body units -> outline: concave walls and endplates, lips of the worn spine, rounded corners."""
    lip = vertebra.degeneration**1.5 * rng.uniform(0, 0.09)
    middle = vertebra.crush[1] - 0.5 * (vertebra.crush[0] + vertebra.crush[2])
    hollow = (0.015, 0.07) if vertebra.level < Level.T3 else (0.0, 0.07)
    size = (vertebra.depth, vertebra.height)
    sa, sp, ip, ia = corners * size
    deep = vertebra.depth
    convex = 0.07 * vertebra.youth if vertebra.level >= Level.T3 else 0.0  # a child's bodies are biconvex
    sunk = 0.6 * max(middle, 0) - convex
    superior = _edge(sa, sp, -(rng.uniform(*hollow) * vertebra.height / deep + sunk), 0.0, rng)
    posterior = _edge(sp, ip, -rng.uniform(0.0, 0.065), 0.3 * lip, rng)
    sunk = 0.3 * max(middle, 0) - convex
    inferior = _edge(ip, ia, -(rng.uniform(*hollow) * vertebra.height / deep + sunk), 0.0, rng)
    anterior = _edge(ia, sa, -rng.uniform(0.0, 0.08), lip, rng)
    if vertebra.level is Level.S1:
        posterior, anterior = _edge(sp, ip, 0.02, 0, rng), _edge(ia, sa, -rng.uniform(0.0, 0.06), 0.5 * lip, rng)
    polygon = smooth(np.concatenate([superior, posterior, inferior, anterior]), 1 + int(rng.random() < 0.6))
    nearest = np.argmin(np.linalg.norm(polygon[None] - (corners * size)[:, None], axis=2), axis=1)
    ends = (superior, np.concatenate([[ia], inferior[::-1][: SAMPLES - 1]]))
    return Outline(vertebra.place(polygon), vertebra.place(polygon[nearest]), *(vertebra.place(end) for end in ends))


def _edge(start: Points, end: Points, bulge: float, flare: float, rng: np.random.Generator) -> Points:
    """An edge (SAMPLES, 2) without its last point; bulge and flare at both ends go outward, as shares of its length."""
    t = np.linspace(0, 1, SAMPLES, endpoint=False)
    along = end - start
    outward = np.array([along[1], -along[0]])
    skew = t + rng.uniform(-0.25, 0.25) * t * (1 - t)
    lift = bulge * (4 * skew * (1 - skew)) ** rng.uniform(0.7, 1.2)
    lift = lift + flare * (np.exp(-t / 0.1) + np.exp((t - 1) / 0.1)) + rng.normal(0, 0.004, SAMPLES)
    return np.asarray(start + t[:, None] * along + lift[:, None] * outward, float)


def _axis(vertebra: ColumnVertebra, rng: np.random.Generator) -> Outline:
    """C2: the body with its dens; the two upper corners are where the dens' base meets the body."""
    d, h = vertebra.depth, vertebra.height
    dens = rng.uniform(0.72, 1.0) * 15.5 * h / 18.5
    wide, neck = rng.uniform(0.29, 0.38), rng.uniform(0.84, 0.97)
    shift = rng.uniform(0.0, 0.12)  # the dens goes on where the posterior wall ends
    lean = shift + rng.uniform(-0.05, 0.3) * dens / d
    belly = 0.4 * shift + 0.6 * lean
    top, tip = -0.5 * h, -0.5 * h - dens
    lip = rng.uniform(0.03, 0.16)
    front = [
        (-0.52, 0.5 * h + lip * h),
        (-0.42, 0.1 * h),
        (-0.40, -0.25 * h),
        (-0.36, top),
        (shift - wide * neck, top - 0.25 * dens),
    ]
    round_tip = [(belly - wide, top - 0.65 * dens), (-0.6 * wide + lean, tip + 0.12 * dens), (lean, tip)]
    back_tip = [
        (0.7 * wide + lean, tip + 0.14 * dens),
        (belly + wide, top - 0.55 * dens),
        (shift + wide * neck, top - 0.15 * dens),
    ]
    back = [(0.41, top + 0.12 * h), (0.43, 0.15 * h), (0.5, 0.47 * h)]
    under = [(0.25, 0.43 * h), (0.0, 0.42 * h - 0.02 * h), (-0.3, 0.46 * h)]
    control = np.array(front + round_tip + back_tip + back + under) * (d, 1.0) + rng.normal(0, 0.012 * d, (17, 2))
    polygon = smooth(closed_curve(control, 120), 1)
    marks = control[[3, 11, 13, 0]]
    nearest = np.argmin(np.linalg.norm(polygon[None] - marks[:, None], axis=2), axis=1)
    inferior = curve(control[[0, 16, 15, 14, 13]], SAMPLES)
    superior = curve(control[[3, 11]], SAMPLES)
    return Outline(
        vertebra.place(polygon), vertebra.place(polygon[nearest]), vertebra.place(superior), vertebra.place(inferior)
    )


def annotated(level: Level, outline: Outline) -> Outline:
    """The outline as film collections annotate a body, mm.

    Of C2 that is a straight-sided quadrangle on its inferior endplate: over the body and the foot of its dens, as high
    as the ring of its pedicles and lateral masses, not the dens itself.
    """
    if level is not Level.C2:
        return outline
    posterior, tip = outline.corners[2:]
    anterior = tip + LIP_DEPTH * (posterior - tip)
    upward = outline.corners[:2].mean(axis=0) - outline.corners[2:].mean(axis=0)
    rise = AXIS_HEIGHT * np.linalg.norm(posterior - tip) * upward / np.linalg.norm(upward)
    corners = np.array([anterior + rise, posterior + rise, posterior, anterior])
    within = (outline.inferior - anterior) @ (posterior - tip) > 0
    polygon = np.concatenate([corners[:3], outline.inferior[within][::-1], corners[3:]])
    return replace(outline, polygon=polygon, corners=corners, superior=corners[:2])
