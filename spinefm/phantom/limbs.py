"""Arms and legs: hands, feet from the side, hinges such as knee and elbow, ball joints, and bones of no plan at all."""

from __future__ import annotations

import numpy as np

from spinefm.phantom.canvas import ribbon
from spinefm.phantom.easel import Easel, Points
from spinefm.phantom.outlines import closed_curve, curve, ellipse

SHAFT = ((0.0, 0.06, 0.22, 0.75, 0.94, 1.0), (2.0, 2.1, 1.05, 1.0, 1.7, 1.6))
"""Where along a long bone, from 0 to 1, it has which width in units of its thinnest."""


def limb(easel: Easel) -> None:
    """One of the kinds of limb, by how often a radiologist meets them."""
    kinds = (_hand, _hinge, _foot, _ball, _bones)
    kinds[int(easel.rng.choice(len(kinds), p=(0.25, 0.35, 0.15, 0.15, 0.1)))](easel)


def _direction(degrees: float) -> Points:
    """The unit vector that points `degrees` clockwise from downwards."""
    angle = np.deg2rad(degrees)
    return np.array([-np.sin(angle), np.cos(angle)])


def _across(along: Points) -> Points:
    return np.array([along[1], -along[0]])


def _long_bone(easel: Easel, start: Points, end: Points, thick: float) -> None:
    """A shaft between flared ends, now and then bowed."""
    bow = _across(end - start) * easel.rng.normal(0, 0.02)
    path = curve(np.stack([start, (start + end) / 2 + bow, end]), 60)
    width = thick * np.interp(np.linspace(0, 1, 60), *SHAFT)
    easel.plate(ribbon(path, width), easel.uniform(0.5, 0.9), easel.uniform(0.9, 2.0))


def _flesh(easel: Easel, joints: list[Points], width: float) -> None:
    """Soft tissue along a limb."""
    path = curve(np.stack([*joints]), 40) if len(joints) > 2 else np.stack(joints)
    easel.mass(ribbon(path, width), easel.soft * easel.uniform(0.4, 0.9), width / 2)


def _hinge(easel: Easel) -> None:
    """Knee, elbow, ankle, wrist: two long bones or one and a pair, bent by up to a right angle, with loose bones."""
    first = easel.uniform(-25, 25)
    bend = 0.0 if easel.rng.random() < 0.5 else easel.uniform(-100, 100)
    up, down = -_direction(first), _direction(first + bend)
    thick, gap = easel.uniform(18, 34), easel.uniform(2, 5)
    _flesh(easel, [420 * up, np.zeros(2), 420 * down], thick * easel.uniform(3.2, 5))
    _long_bone(easel, gap * up, 420 * up, thick)
    offsets = (-0.6, 0.7) if easel.rng.random() < 0.6 else (0.0,)
    for offset in offsets:
        start = gap * down + offset * thick * _across(down)
        share = 0.55 if len(offsets) > 1 and offset > 0 else 0.9
        _long_bone(easel, start, start + 420 * down, thick * share)
    for _ in range(int(easel.rng.integers(0, 3))):  # kneecap, olecranon, carpal bones
        middle = easel.rng.normal(0, 0.9 * thick, 2)
        easel.plate(ellipse(middle, (thick * easel.uniform(0.3, 0.8), thick * easel.uniform(0.3, 0.8))), 0.5, 0.5)


def _hand(easel: Easel) -> None:
    """Five rays, carpal bones and the ends of the forearm."""
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
    if easel.rng.random() < 0.7:
        easel.mass(ribbon(np.array([(0.0, 80.0), (0.0, 300.0)]), 62), easel.soft * 0.5, 28)
        for x, thick in ((-14.0, 14.0), (15.0, 11.0)):
            _long_bone(easel, np.array([x, 92.0]), np.array([x, 420.0]), thick)


def _foot(easel: Easel) -> None:
    """A foot from the side: leg, heel, ankle, tarsal bones in an arch, metatarsals and toes over each other."""
    _flesh(easel, [np.array([0.0, -330.0]), np.zeros(2)], easel.uniform(75, 110))
    _flesh(easel, [np.array([-45.0, 45.0]), np.array([60.0, 40.0]), np.array([190.0, 75.0])], easel.uniform(55, 80))
    _long_bone(easel, np.array([0.0, -14.0]), np.array([0.0, -420.0]), easel.uniform(20, 28))
    _long_bone(easel, np.array([-9.0, 2.0]), np.array([-14.0, -420.0]), easel.uniform(9, 14))
    heel = [(-62, 30), (-20, 22), (22, 40), (20, 62), (-30, 72), (-64, 62)]
    for shape in (heel, [(-30, -2), (10, -10), (38, 12), (30, 28), (0, 30), (-28, 24)]):
        easel.plate(closed_curve(easel.jitter([(float(x), float(y)) for x, y in shape], 2), 60), 0.6, 0.5)
    for x, y in ((46, 22), (64, 32), (60, 48), (40, 50)):
        easel.plate(ellipse(easel.rng.normal((x, y), 2), (easel.uniform(9, 14), easel.uniform(9, 14))), 0.4, 0.5)
    for ray in range(5):
        start = np.array([74.0, 38.0 + 4 * ray])
        knuckle = start + np.array([62.0, 22.0 + 2 * ray])
        _long_bone(easel, start, knuckle, easel.uniform(7, 10))
        _long_bone(easel, knuckle + (4, 1), knuckle + (34, 6), easel.uniform(5, 8))


def _ball(easel: Easel) -> None:
    """Shoulder or hip: a round head on a long bone in a socket of flat bones."""
    side = easel.uniform(20, 30)
    easel.mass(closed_curve(easel.jitter([(-200, -150), (120, -160), (110, 60), (60, 420), (-200, 420)], 15), 80),
               easel.soft, 90)  # fmt: skip
    blade = [(-22, -25), (-14, 25), (-70, 150), (-100, 110), (-120, 0), (-70, -40)]
    easel.plate(closed_curve(easel.jitter(blade, 10), 70), easel.uniform(0.2, 0.5), 0.7)
    easel.plate(ribbon(curve(easel.jitter([(-170, -70), (-80, -62), (10, -42)], 8), 30), 14), 0.4, 0.6)
    easel.plate(ellipse((12, 0), (side, side)), 0.7, 0.5)
    _long_bone(easel, np.array([20.0, 12.0]), np.array([easel.uniform(10, 70), 420.0]), side)
    for rib in range(int(easel.rng.integers(0, 6))):
        path = easel.jitter([(-220, -60 + 45 * rib), (-130, -40 + 45 * rib), (-95, 30 + 45 * rib)], 5)
        easel.plate(ribbon(curve(path, 30), 9), 0.2, 0.4)


def _bones(easel: Easel) -> None:
    """Bones that follow no plan: what a view network has not seen is no lateral spine film either."""
    easel.mass(
        ellipse((0, 0), (easel.uniform(90, 260), easel.uniform(90, 260)), 0, 60), easel.soft, easel.uniform(50, 120)
    )
    for _ in range(int(easel.rng.integers(2, 9))):
        start = easel.rng.normal(0, 90, 2)
        if easel.rng.random() < 0.5:
            end = start + _direction(easel.uniform(0, 360)) * easel.uniform(60, 320)
            _long_bone(easel, start, end, easel.uniform(8, 40))
        else:
            easel.plate(closed_curve(start + easel.rng.normal(0, easel.uniform(15, 60), (6, 2)), 50), 0.5, 0.7)
