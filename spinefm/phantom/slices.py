"""Slices of CT and MR and fans of ultrasound: rough, only so that they are not taken for radiographs."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import ArrayLike

from spinefm.phantom.canvas import noise
from spinefm.phantom.easel import Image, Points, size_of


def slice_of(rng: np.random.Generator) -> Image:
    """A slice of a trunk, a head, a joint or a spine, or a fan of ultrasound."""
    width, height = size_of(rng)
    image = np.zeros((height, width), np.float32)
    kinds = (_sagittal, _axial, _head, _joint, _fan)
    return kinds[int(rng.choice(len(kinds), p=(0.35, 0.2, 0.25, 0.1, 0.1)))](image, rng)


def _sagittal(image: Image, rng: np.random.Generator) -> Image:
    """A column of bodies and discs beside a canal with a cord."""
    height, width = image.shape
    image += np.float32(rng.uniform(0.1, 0.4)) + 0.1 * noise(rng, image.shape, float(rng.uniform(8, 60)))
    x, y = width * rng.uniform(0.35, 0.6), -10.0
    side = height * rng.uniform(0.05, 0.12)
    bright, disc = rng.uniform(0.2, 0.8), rng.uniform(0.0, 0.9)
    swing, phase = rng.uniform(0.02, 0.1) * width, rng.uniform(0, 6)
    while y < height:
        middle = (x + swing * np.sin(y / height * 4 + phase), y)
        for size, grey in (((side * 1.25, side * 1.2), disc), ((side * 1.2, side * 0.9), bright)):
            box = (middle, size, float(rng.normal(0, 5)))
            cv2.fillPoly(image, [np.round(cv2.boxPoints(box)).astype(np.int32)], float(grey), cv2.LINE_AA)
        spinous = (int(middle[0] + side * rng.uniform(2.4, 3)), int(y + side * 0.4))
        axes = (int(side * 0.7), int(side * 0.25))
        cv2.ellipse(image, spinous, axes, 25, 0, 360, float(bright * rng.uniform(0.6, 1.1)), -1, cv2.LINE_AA)
        y += side * 1.2
    rows = np.arange(0, height, 4)
    cord = np.stack([x + side * 1.1 + swing * np.sin(rows / height * 4 + phase), rows], 1)
    for wide, grey in ((0.5, rng.uniform(0, 1)), (0.25, rng.uniform(0.2, 0.8))):
        cv2.polylines(image, [np.round(cord).astype(np.int32)], False, float(grey), int(side * wide), cv2.LINE_AA)
    border = int(rng.uniform(0, 0.25) * width)
    image[:, :border], image[:, width - border :] = 0, 0
    return _scanned(image, rng)


def _axial(image: Image, rng: np.random.Generator) -> Image:
    """An oval body on black with organs in it, often with a vertebra at its back."""
    height, width = image.shape
    middle, radii = (width // 2, height // 2), np.array([width, height]) * rng.uniform(0.3, 0.48, 2)
    for share, grey in ((1.0, rng.uniform(0.4, 0.9)), (0.93, rng.uniform(0.1, 0.5))):
        _oval(image, middle, radii * share, 0.0, grey)
    for _ in range(int(rng.integers(5, 16))):
        at = middle + rng.normal(0, 0.35, 2) * radii
        _oval(image, at, radii * rng.uniform(0.08, 0.35, 2), rng.uniform(0, 180), rng.uniform(0, 0.9))
    if rng.random() < 0.6:
        spine = np.array([width / 2, height / 2 + radii[1] * 0.55])
        _oval(image, spine, radii[1] * np.array([0.17, 0.14]), 0.0, rng.uniform(0.6, 1))
        _oval(image, spine + (0, radii[1] * 0.2), radii[1] * np.array([0.07, 0.06]), 0.0, rng.uniform(0.1, 0.5))
    return _scanned(image, rng)


def _head(image: Image, rng: np.random.Generator) -> Image:
    """A head: skin, skull, folded brain and ventricles, from above or, with a face below, from the side."""
    height, width = image.shape
    middle = np.array([width, height]) * rng.uniform(0.42, 0.58, 2)
    radii = min(width, height) * rng.uniform((0.28, 0.34), (0.4, 0.47))
    angle = float(rng.uniform(0, 180))
    for share, grey in ((1.08, rng.uniform(0.3, 0.9)), (1.0, rng.uniform(0, 1)), (0.9, rng.uniform(0, 0.4))):
        _oval(image, middle, radii * share, angle, grey)
    brain = np.zeros_like(image)
    _oval(brain, middle, radii * 0.87, angle, 1.0)
    folds = noise(rng, image.shape, float(radii[0] * rng.uniform(0.06, 0.15)))
    tissue = np.asarray(rng.uniform(0.3, 0.8) + rng.uniform(-0.25, 0.25) * np.tanh(2 * folds), np.float32)
    image[:] = image * (1 - brain) + brain * tissue
    for side in (-1, 1):
        _oval(image, middle + (side * radii[0] * 0.16, 0), radii * (0.09, 0.3), side * 12.0, rng.uniform(0, 1))
    if rng.random() < 0.5:
        _face(image, rng, middle, radii)
    return _scanned(image, rng)


def _face(image: Image, rng: np.random.Generator, middle: Points, radii: Points) -> None:
    """Nose, jaw and neck as blobs before and below the brain."""
    side = float(rng.choice([-1, 1]))
    for _ in range(int(rng.integers(5, 12))):
        at = middle + radii * (side * rng.uniform(-0.2, 1.0), rng.uniform(0.8, 1.8))
        _oval(image, at, radii * rng.uniform(0.06, 0.35, 2), rng.uniform(0, 180), rng.uniform(0, 0.9))


def _joint(image: Image, rng: np.random.Generator) -> Image:
    """Two or three bones of even grey in darker muscle, as in MR of a knee or a shoulder."""
    height, width = image.shape
    image += np.float32(rng.uniform(0.05, 0.3)) + 0.08 * noise(rng, image.shape, 25)
    for _ in range(int(rng.integers(2, 4))):
        at, radii = rng.uniform(0.15, 0.85, 2) * (width, height), rng.uniform(0.12, 0.35, 2) * width
        for share, grey in ((1.06, rng.uniform(0, 0.2)), (1.0, rng.uniform(0.3, 0.9))):
            _oval(image, at, radii * share, rng.uniform(0, 180), grey)
    return _scanned(image, rng)


def _fan(image: Image, rng: np.random.Generator) -> Image:
    """A fan of ultrasound: speckle whose grain grows with depth, and dark or bright layers."""
    height, width = image.shape
    rows, columns = np.mgrid[:height, :width].astype(np.float32)
    apex = np.array([width * rng.uniform(0.4, 0.6), -height * rng.uniform(0.0, 0.4)])
    depth, angle = np.hypot(columns - apex[0], rows - apex[1]), np.arctan2(columns - apex[0], rows - apex[1])
    layers = 0.4 + 0.3 * np.sin(depth / rng.uniform(10, 50) + noise(rng, image.shape, 40))
    speckle = np.abs(noise(rng, image.shape, 3.0)) * layers * rng.uniform(0.6, 1.2)
    inside = (np.abs(angle) < rng.uniform(0.4, 0.8)) & (depth > -apex[1] + 0.1 * height) & (depth < -apex[1] + height)
    return np.asarray(np.where(inside, speckle, 0), np.float32)


def _oval(image: Image, middle: ArrayLike, radii: ArrayLike, angle: float, grey: float) -> None:
    """A filled ellipse."""
    at, axes = np.round(np.asarray(middle)).astype(int).tolist(), np.round(np.asarray(radii)).astype(int).tolist()
    cv2.ellipse(image, at, axes, float(angle), 0, 360, float(grey), -1, cv2.LINE_AA)


def _scanned(image: Image, rng: np.random.Generator) -> Image:
    """The blur, texture and noise of a scanner, sometimes inverted."""
    soft = cv2.GaussianBlur(image, (0, 0), float(rng.uniform(0.6, 2.5)))
    soft = soft * (1 + rng.uniform(0, 0.25) * noise(rng, image.shape, float(rng.uniform(4, 30))))
    soft = soft + rng.normal(0, rng.uniform(0.005, 0.05), image.shape)
    return np.asarray(1 - soft if rng.random() < 0.05 else soft, np.float32)
