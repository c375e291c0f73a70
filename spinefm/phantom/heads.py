"""Heads from the front, jaws unrolled, and breasts: films that a radiology archive holds beside spines."""

from __future__ import annotations

import numpy as np

from spinefm.phantom.canvas import noise, ribbon
from spinefm.phantom.easel import Easel
from spinefm.phantom.outlines import closed_curve, curve, ellipse


def skull(easel: Easel) -> None:
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


def jaw(easel: Easel) -> None:
    """A panoramic film of the teeth, or a part of it: two rows of teeth along an arch, jaw, palate."""
    easel.mass(closed_curve(easel.jitter([(-260, -120), (260, -120), (250, 130), (0, 200), (-250, 130)], 12), 80),
               easel.soft, 90)  # fmt: skip
    sag, step = easel.uniform(10, 45), easel.uniform(17, 25)
    places = np.arange(-8, 9) * step
    arch = np.stack([places, sag * (1 - (places / (9 * step)) ** 2)], axis=1)
    easel.plate(ribbon(curve(arch + (0, 70), 60), easel.uniform(40, 70)), 0.5, 0.9)
    easel.plate(ribbon(curve(arch * (1, 0.5) - (0, 65), 60), easel.uniform(25, 50)), 0.3, 0.5)
    for x, y in arch:
        if easel.rng.random() < 0.08:
            continue
        for side in (-1.0, 1.0):
            tip = np.array([x + easel.rng.normal(0, 3), y + side * easel.uniform(45, 60)])
            root = np.stack([np.array([x, y + side * 4]), (np.array([x, y]) + tip) / 2, tip])
            width = step * np.interp(np.linspace(0, 1, 20), [0, 0.35, 1], [0.8, 0.75, 0.3])
            easel.plate(ribbon(curve(root, 20), width), 1.0, 0.5)
    for end in easel.both([(9.5 * step, 70), (10.5 * step, -20), (10 * step, -90)], 5):
        easel.plate(ribbon(curve(end, 30), easel.uniform(22, 40)), 0.4, 0.7)


def breast(easel: Easel) -> None:
    """A mammogram: half an ellipse of glands and fat at one side of a black film, without any bone."""
    outline = ellipse((-200, easel.uniform(-30, 30)), (easel.uniform(170, 330), easel.uniform(150, 210)), 0, 80)
    easel.mass(outline, easel.soft, easel.uniform(40, 90))
    height, width = easel.canvas.shape
    glands = sum(noise(easel.rng, (height, width), cell) for cell in (60.0, 20.0, 7.0))
    easel.canvas.depth *= 1 + np.float32(easel.uniform(0.03, 0.15)) * np.asarray(glands, np.float32)
