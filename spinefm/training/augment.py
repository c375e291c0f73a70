"""How films look different from one another: changes of grey values and sharpness, in place of real variety.

All functions take and give float32 in [0, 1], (H, W); the random generator decides everything.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.float32]


def vary_film(image: Image, rng: np.random.Generator) -> Image:
    """Change contrast, sharpness and grain as films and digitisers do.

    Tone and grain differ from film to film, so nearly every draw changes them; blur, local contrast and shading belong
    to some machines only; a covered part is rare. Ranges go beyond what is common: the simulator is not the world.
    """
    if rng.random() < 0.3:
        image = soften(image, rng)
    if rng.random() < 0.2:
        image = enhance_locally(image, rng)
    if rng.random() < 0.8:
        image = change_tone(image, rng)
    if rng.random() < 0.15:
        image = shade(image, rng)
    if rng.random() < 0.15:
        image = overlap(image, rng)
    if rng.random() < 0.06:
        image = cover(image, rng)
    if rng.random() < 0.5:
        image = add_grain(image, rng)
    if rng.random() < 0.25:
        image = retouch(image, rng)
    if rng.random() < 0.08:
        image = veil(image, rng)
    return np.clip(image, 0.0, 1.0)


def change_tone(image: Image, rng: np.random.Generator) -> Image:
    """Gamma, contrast and brightness; as a rule within the range, since what is clipped is lost to any network."""
    gamma = float(np.exp(rng.normal(0.0, 0.35)))
    toned = cv2.pow(np.clip(image, 0.0, 1.0), gamma)
    gain = rng.uniform(0.5, 1.1)
    return np.asarray(toned * gain + rng.uniform(0.0, max(1.0 - gain, 0.05)), np.float32)


def soften(image: Image, rng: np.random.Generator) -> Image:
    """A blur, or a loss of resolution by shrinking and growing again."""
    if rng.random() < 0.5:
        return np.asarray(cv2.GaussianBlur(image, (0, 0), rng.uniform(0.4, 1.6)), np.float32)
    height, width = image.shape
    share = rng.uniform(0.4, 0.9)
    small = cv2.resize(image, (max(int(width * share), 2), max(int(height * share), 2)), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR), np.float32)


def enhance_locally(image: Image, rng: np.random.Generator) -> Image:
    """Local contrast: subtract part of a wide blur, as digital systems do, or sharpen edges with a narrow one."""
    width = rng.uniform(0.04, 0.25) * max(image.shape) if rng.random() < 0.6 else rng.uniform(0.8, 2.5)
    amount = rng.uniform(0.3, 1.0)
    small = min(1.0, 6.0 / width)
    coarse = cv2.resize(image, None, fx=small, fy=small, interpolation=cv2.INTER_AREA) if small < 1 else image
    blurred = cv2.GaussianBlur(coarse, (0, 0), max(width * small, 0.5))
    blurred = cv2.resize(blurred, (image.shape[1], image.shape[0]), interpolation=cv2.INTER_LINEAR)
    return np.asarray(image + amount * (image - blurred), np.float32)


def shade(image: Image, rng: np.random.Generator) -> Image:
    """A slow change of brightness across the picture, as a burnt-out shoulder or the heel effect makes."""
    field = rng.normal(0.0, 0.15, (3, 3)).astype(np.float32)
    return np.asarray(image + cv2.resize(field, (image.shape[1], image.shape[0]), interpolation=cv2.INTER_CUBIC))


def overlap(image: Image, rng: np.random.Generator) -> Image:
    """A step of brightness along an arc, sharp or soft: a jaw, an ear or an arm ends over bone that does not."""
    height, width = image.shape
    side = max(height, width)
    radius, angle = side * rng.uniform(0.2, 2.0), rng.uniform(0.0, 2 * np.pi)
    edge = rng.uniform(0.1, 0.9, 2) * (width, height)  # a point on the arc
    middle = edge + radius * np.array([np.cos(angle), np.sin(angle)])
    x, y = np.arange(width, dtype=np.float32)[None], np.arange(height, dtype=np.float32)[:, None]
    beyond = np.hypot(x - np.float32(middle[0]), y - np.float32(middle[1])) - np.float32(radius)
    step = np.tanh(beyond / np.float32(side * rng.uniform(0.005, 0.06)))
    return np.asarray(image + np.float32(rng.normal(0.0, 0.08)) * step, np.float32)


def retouch(image: Image, rng: np.random.Generator) -> Image:
    """Discs without grain or detail, as marks leave that were drawn on a film and taken off again.

    Real ones often lie on corners of bodies. These lie anywhere: a network must not learn that a disc marks a corner.
    """
    retouched = image.copy()
    radius = float(np.exp(rng.uniform(np.log(0.012), np.log(0.07)))) * max(image.shape)
    for _ in range(int(rng.integers(1, 16))):
        middle = rng.uniform(0, 1, 2) * image.shape
        _smear(retouched, middle, max(radius * rng.uniform(0.7, 1.3), 1.5), rng)
    return retouched


def _smear(image: Image, middle: NDArray[np.float64], radius: float, rng: np.random.Generator) -> None:
    """Replace a disc (`middle` as row and column, pixels) by its median or by medians of its parts, in place."""
    first, last = np.maximum(middle - radius, 0).astype(int), np.ceil(middle + radius).astype(int) + 1
    part = image[first[0] : last[0], first[1] : last[1]]
    greys = np.asarray(np.clip(part, 0, 1) * 255, np.uint8)
    window = 2 * int(max(radius * rng.uniform(0.4, 1.0), 1)) + 1
    smooth = cv2.medianBlur(greys, window) if rng.random() < 0.7 else np.full_like(greys, np.median(greys))
    rows, columns = np.ogrid[: part.shape[0], : part.shape[1]]
    disc = np.hypot(rows + first[0] - middle[0], columns + first[1] - middle[1]) < radius
    part[disc] = smooth[disc] / np.float32(255)


def cover(image: Image, rng: np.random.Generator) -> Image:
    """Hide a small rectangle under a constant grey: a marker, a staple, a censored name."""
    height, width = image.shape
    tall, wide = (max(int(side * rng.uniform(0.05, 0.25)), 1) for side in (height, width))
    row, column = int(rng.integers(height - tall + 1)), int(rng.integers(width - wide + 1))
    covered = image.copy()
    covered[row : row + tall, column : column + wide] = rng.choice([0.0, rng.random(), 1.0])
    return covered


def veil(image: Image, rng: np.random.Generator) -> Image:
    """Scatter or fog: little is left of the contrast, none of the noise is lost, and greys are steps of 8 bit."""
    gain = float(np.exp(rng.uniform(np.log(0.08), np.log(0.5))))
    faint = image * gain + rng.uniform(0.0, 1.0 - gain)
    noise = rng.uniform(0.0, 0.015) * rng.standard_normal(image.shape, dtype=np.float32)
    return np.asarray(np.round(255.0 * (faint + noise)) / 255.0, np.float32)


def add_grain(image: Image, rng: np.random.Generator) -> Image:
    """Quantum noise and film grain, white or slightly correlated, as a share of the picture's own contrast."""
    noise = rng.standard_normal(image.shape, dtype=np.float32)
    if rng.random() < 0.4:
        noise = 2.0 * cv2.GaussianBlur(noise, (0, 0), 0.8)
    return np.asarray(image + rng.uniform(0.01, 0.25) * image.std() * noise, np.float32)
