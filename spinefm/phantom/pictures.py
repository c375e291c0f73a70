"""Pictures that are no radiographs: scenes of the world, textures, drawings, charts and screenshots, all made up.

Scenes are dead leaves, occluding shapes whose sizes follow a power law: their statistics are those of photographs
(Lee, Mumford & Huang, IJCV 2001), which is enough to learn from (Baradad et al., NeurIPS 2021).
"""

from __future__ import annotations

import string

import cv2
import numpy as np
from numpy.typing import NDArray

from spinefm.phantom.canvas import noise
from spinefm.phantom.easel import Image, Points, size_of
from spinefm.phantom.outlines import closed_curve

FONTS = (cv2.FONT_HERSHEY_SIMPLEX, cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_COMPLEX, cv2.FONT_HERSHEY_PLAIN)


def photograph(rng: np.random.Generator) -> Image:
    """A scene of leaves, of blobs over all scales, of one object before a ground, or a bare texture."""
    width, height = size_of(rng)
    kinds = (_leaves, _blobs, _object, _texture)
    image = kinds[int(rng.choice(len(kinds), p=(0.4, 0.15, 0.25, 0.2)))](rng, (height, width))
    return _taken(image, rng)


def drawing(rng: np.random.Generator) -> Image:
    """Lines and words, a chart, or a screenshot; now and then a diagram of a spine, since a drawing is no film."""
    width, height = size_of(rng)
    ground = float(rng.choice([0.0, 1.0, rng.random()], p=[0.25, 0.5, 0.25]))
    ink = 255 * (1 - ground if rng.random() < 0.8 else float(rng.random()))
    image = np.full((height, width), round(255 * ground), np.uint8)
    kinds = (_lines, _diagram, _chart, _screen, _text)
    kinds[int(rng.choice(len(kinds), p=(0.2, 0.15, 0.25, 0.25, 0.15)))](image, rng, ink)
    return np.asarray(image / np.float32(255), np.float32)


def _pink(rng: np.random.Generator, shape: tuple[int, int], slope: float) -> Image:
    """Noise over all scales, mean 0 and deviation about 1; the steeper, the smoother."""
    cells = (256.0, 128.0, 64.0, 32.0, 16.0, 8.0, 4.0)
    layers = [np.float32((cell / 64) ** slope) * noise(rng, shape, cell) for cell in cells]
    total = np.sum(layers, axis=0)
    return np.asarray(total / max(float(total.std()), 1e-6), np.float32)


def _leaves(rng: np.random.Generator, shape: tuple[int, int]) -> Image:
    """Shapes of all sizes that occlude each other, each with its own grey, slope of light and texture."""
    image = 0.5 + 0.15 * _pink(rng, shape, rng.uniform(0.3, 1.2))
    smallest, steep = rng.uniform(0.01, 0.06), rng.uniform(1.0, 2.2)
    for _ in range(int(rng.integers(15, 120))):
        radius = max(shape) * smallest / max(rng.random(), 0.01) ** (1 / steep)
        _leaf(image, rng, rng.random(2) * (shape[1], shape[0]), min(radius, 0.6 * max(shape)))
    return np.asarray(image, np.float32)


def _leaf(image: Image, rng: np.random.Generator, middle: Points, radius: float) -> None:
    """One shape: round, smooth or with corners."""
    corners = int(rng.integers(3, 9))
    angles = np.sort(rng.uniform(0, 2 * np.pi, corners))
    reach, smaller = radius * rng.uniform(0.4, 1.2, corners), rng.uniform(0.3, 1)
    reach *= smaller if rng.random() < 0.4 else 1
    points = middle + np.stack([reach * np.cos(angles), reach * np.sin(angles) * rng.uniform(0.3, 1)], axis=1)
    outline = closed_curve(points, 40) if rng.random() < 0.6 else points
    left, top = np.clip(np.floor(outline.min(axis=0)).astype(int), 0, (image.shape[1], image.shape[0]))
    right, bottom = np.clip(np.ceil(outline.max(axis=0)).astype(int) + 1, 0, (image.shape[1], image.shape[0]))
    if right - left < 2 or bottom - top < 2:
        return
    cover = np.zeros((bottom - top, right - left), np.float32)
    cv2.fillPoly(cover, [np.round(outline - (left, top)).astype(np.int32)], 1.0, cv2.LINE_AA)
    image[top:bottom, left:right] += cover * (_surface(rng, cover.shape) - image[top:bottom, left:right])


def _surface(rng: np.random.Generator, shape: tuple[int, ...]) -> Image:
    """A grey with a slope of light, a texture, or stripes."""
    rows, columns = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    light = rng.normal(0, 0.25, 2)
    grey = rng.random() + light[0] * (rows / shape[0] - 0.5) + light[1] * (columns / shape[1] - 0.5)
    if rng.random() < 0.5:
        grey = grey + rng.uniform(0, 0.2) * noise(rng, (shape[0], shape[1]), float(rng.uniform(2, 14)))
    if rng.random() < 0.15:
        grey = grey + rng.uniform(0.05, 0.4) * np.sign(np.sin((rows * light[0] + columns * light[1]) * 4))
    return np.asarray(grey, np.float32)


def _blobs(rng: np.random.Generator, shape: tuple[int, int]) -> Image:
    """Clouds, water, fur: noise over all scales and little else."""
    image = 0.5 + 0.25 * _pink(rng, shape, rng.uniform(-0.2, 1.5))
    for _ in range(int(rng.integers(0, 6))):
        _leaf(image, rng, rng.random(2) * (shape[1], shape[0]), rng.uniform(0.05, 0.3) * max(shape))
    return np.asarray(image, np.float32)


def _object(rng: np.random.Generator, shape: tuple[int, int]) -> Image:
    """One thing made of a few large parts before a smooth or busy ground: a face, an animal, a cup."""
    ground = _surface(rng, shape) if rng.random() < 0.5 else 0.5 + 0.2 * _pink(rng, shape, rng.uniform(0.3, 1.5))
    image = np.asarray(cv2.GaussianBlur(np.asarray(ground, np.float32), (0, 0), float(rng.uniform(0.5, 8))), np.float32)
    middle = np.array([shape[1], shape[0]]) * rng.uniform(0.35, 0.65, 2)
    for part in range(int(rng.integers(3, 25))):
        radius = max(shape) * rng.uniform(0.15, 0.4) / (1 + 0.3 * part)
        _leaf(image, rng, middle + rng.normal(0, 0.12, 2) * max(shape), radius)
    return image


def _texture(rng: np.random.Generator, shape: tuple[int, int]) -> Image:
    """Tiles, stripes or a grid, straight or wavy."""
    rows, columns = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    angle, period = rng.uniform(0, np.pi), float(rng.uniform(6, 120))
    warp = rng.uniform(0, 0.6) * _pink(rng, shape, 1.0)
    along = (columns * np.cos(angle) + rows * np.sin(angle)) / period + warp
    across = (rows * np.cos(angle) - columns * np.sin(angle)) / (period * rng.uniform(0.5, 2)) + warp
    waves = np.sin(2 * np.pi * along) * (np.sin(2 * np.pi * across) if rng.random() < 0.6 else 1)
    sharp = np.sign(waves) if rng.random() < 0.5 else waves
    return np.asarray(0.5 + rng.uniform(0.1, 0.5) * sharp + rng.uniform(0, 0.15) * _pink(rng, shape, 0.5), np.float32)


def _taken(image: Image, rng: np.random.Generator) -> Image:
    """Exposure, blur and noise of a camera."""
    low, high = np.quantile(image, (0.01, 0.99))
    exposed = np.clip((image - low) / max(high - low, 1e-3), 0, 1) ** np.exp(rng.normal(0, 0.4))
    blurred = cv2.GaussianBlur(exposed, (0, 0), float(rng.uniform(0.3, 2)))
    return np.asarray(blurred + rng.normal(0, rng.uniform(0, 0.03), image.shape), np.float32)


def _word(rng: np.random.Generator, longest: int = 12) -> str:
    letters = list(string.ascii_letters + string.digits + "    .,:;()=")
    return "".join(rng.choice(letters, int(rng.integers(2, longest))))


def _write(image: NDArray[np.uint8], rng: np.random.Generator, at: tuple[float, float], words: str, size: float,
           ink: float) -> None:  # fmt: skip
    font = FONTS[int(rng.integers(len(FONTS)))]
    where = (int(at[0]), int(at[1]))
    cv2.putText(image, words, where, font, size, ink, 1 + int(size > 1), cv2.LINE_AA)


def _lines(image: NDArray[np.uint8], rng: np.random.Generator, ink: float) -> None:
    """Lines, boxes and words without order."""
    height, width = image.shape
    for _ in range(int(rng.integers(2, 30))):
        points = np.round(rng.random((int(rng.integers(2, 6)), 2)) * (width, height)).astype(np.int32)
        cv2.polylines(image, [points], bool(rng.random() < 0.3), ink, int(rng.integers(1, 5)), cv2.LINE_AA)
    for _ in range(int(rng.integers(0, 12))):
        x, y = rng.random(2) * (width, height)
        _write(image, rng, (x, y), "Spine L1 Fig. 2" if rng.random() < 0.3 else _word(rng), rng.uniform(0.4, 1.5), ink)


def _text(image: NDArray[np.uint8], rng: np.random.Generator, ink: float) -> None:
    """Lines of a page, in one or two columns."""
    height, width = image.shape
    size, columns = rng.uniform(0.3, 0.9), int(rng.integers(1, 3))
    step = size * rng.uniform(26, 45)
    for column in range(columns):
        for row in range(int(height / step)):
            at = (width * (0.05 + column / columns), (row + 1) * step)
            if rng.random() < 0.85:
                _write(image, rng, at, _word(rng, int(width / columns / size / 11)), size, ink)


def _screen(image: NDArray[np.uint8], rng: np.random.Generator, ink: float) -> None:
    """Windows with bars, buttons, lists and a picture."""
    height, width = image.shape
    for _ in range(int(rng.integers(2, 9))):
        left, top = rng.uniform(-0.1, 0.7, 2) * (width, height)
        right, bottom = np.array([left, top]) + rng.uniform(0.15, 0.8, 2) * (width, height)
        box, grey = ((int(left), int(top)), (int(right), int(bottom))), float(rng.uniform(0, 255))
        cv2.rectangle(image, *box, grey, -1)
        cv2.rectangle(image, *box, ink, 1)
        cv2.rectangle(image, box[0], (box[1][0], box[0][1] + 14), float(rng.uniform(0, 255)), -1)
        text, step = float(255 if grey < 128 else 0), float(rng.uniform(14, 30))
        for row in range(int(rng.integers(0, 14))):
            _write(image, rng, (left + 6, top + 30 + row * step), _word(rng, 24), rng.uniform(0.3, 0.55), text)
    if rng.random() < 0.4:
        shape = (height // 3, width // 3)
        image[height // 4 :, width // 4 :][: shape[0], : shape[1]] = 255 * _taken(_leaves(rng, shape), rng).clip(0, 1)


def _chart(image: NDArray[np.uint8], rng: np.random.Generator, ink: float) -> None:
    """Axes with curves, bars, points or a map of heat."""
    height, width = image.shape
    left, top, right, bottom = int(0.12 * width), int(0.1 * height), int(0.95 * width), int(0.88 * height)
    if rng.random() < 0.25:
        cells = rng.random(rng.integers(3, 16, 2)).astype(np.float32)
        heat = cv2.resize(cells, (right - left, bottom - top), interpolation=int(rng.choice([0, 2])))
        image[top:bottom, left:right] = 255 * np.clip(heat, 0, 1)
    x = np.linspace(left, right, 120)
    for _ in range(int(rng.integers(1, 5))):
        y = bottom - (bottom - top) * np.clip(0.5 + 0.2 * np.cumsum(rng.normal(0, 0.2, 120)), 0, 1)
        _curve(image, rng, np.stack([x, y], axis=1), bottom, float(rng.uniform(0, 255)))
    cv2.rectangle(image, (left, top), (right, bottom), ink, 1)
    for tick in range(6):
        at = (left - 35, bottom - tick * (bottom - top) / 5)
        _write(image, rng, at, f"{tick / 5:.1f}", 0.4, ink)
        _write(image, rng, (left + tick * (right - left) / 5, bottom + 18), str(tick), 0.4, ink)


def _curve(image: NDArray[np.uint8], rng: np.random.Generator, points: Points, bottom: int, grey: float) -> None:
    """One series of a chart."""
    kind, whole = int(rng.integers(3)), np.round(points).astype(np.int32)
    if kind == 0:
        cv2.polylines(image, [whole], False, grey, int(rng.integers(1, 4)), cv2.LINE_AA)
    elif kind == 1:
        for x, y in whole[::6].tolist():
            cv2.rectangle(image, (x, y), (x + 4, bottom), grey, -1)
    else:
        for x, y in whole[::2].tolist():
            cv2.circle(image, (x, y), 3, grey, -1, cv2.LINE_AA)


def _diagram(image: NDArray[np.uint8], rng: np.random.Generator, ink: float) -> None:
    """A column of boxes, as a textbook draws a spine."""
    height, width = image.shape
    side, x = height / rng.uniform(8, 16), width * rng.uniform(0.3, 0.7)
    for number in range(int(height / side / 1.25)):
        middle = (x + side * np.sin(number / 3), (number + 0.7) * side * 1.25)
        box = np.round(cv2.boxPoints((middle, (side * 1.3, side), float(rng.normal(0, 8))))).astype(np.int32)
        if rng.random() < 0.5:
            cv2.fillPoly(image, [box], 0.5 * ink + 64, cv2.LINE_AA)
        cv2.polylines(image, [box], True, ink, 2, cv2.LINE_AA)
        if rng.random() < 0.3:
            _write(image, rng, (middle[0] + side, middle[1]), _word(rng, 6), 0.5, ink)
