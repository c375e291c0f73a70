"""Cutouts of label maps for the instance network: three neighbours, with the errors that a semantic network makes."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from spinefm.core.levels import COUNTED, Level
from spinefm.networks.instance_net import InstanceNetConfig
from spinefm.training.films import TrainingFilm

Labels = NDArray[np.uint8]
SEMANTIC = {Level.C2: 2, Level.S1: 3}
"""Class of each level in a semantic map; every other body is 1."""
DROP, CROP, BRIDGE, BLOB, BLEED = 0.1, 0.25, 0.4, 0.15, 0.1
"""How often a neighbour is missing, the cutout is cut off, two bodies are one piece, something else counts as bone, and
C2 or S1 reaches into its neighbour."""


@dataclass(frozen=True, eq=False)
class Cutout:
    """semantic (height, width) class of each pixel; target (height, width) 0 none, 1 above, 2 centre, 3 below."""

    semantic: Labels
    target: Labels


def draw_cutout(film: TrainingFilm, level: Level, config: InstanceNetConfig, rng: np.random.Generator) -> Cutout:
    """The cutout round a body with the errors of a semantic network, scaled by up to 20 %, turned and mirrored."""
    labels = cut_labels(film, level, config, rng)
    labels = _without_some(labels, level, rng)
    semantic = _rough(_bridged(labels, rng), rng)
    grown = _grown(labels, 9)
    classes = _bled(_classes(grown), rng) if rng.random() < BLEED else _classes(grown)
    semantic[(semantic > 0) & (grown > 0)] = classes[(semantic > 0) & (grown > 0)]
    target = np.where(semantic > 0, _target(grown, level, film.order), 0).astype(np.uint8)
    if rng.random() < BLOB:
        semantic = _with_blob(semantic, rng)
        target[(semantic > 0) & (grown == 0)] = 0
    if rng.random() < CROP:
        _cut_off(semantic, target, rng)
    if rng.random() < DROP:
        semantic[semantic > 1] = 1  # the ends are not always told
    return Cutout(semantic, target)


def plain_cutout(film: TrainingFilm, level: Level, config: InstanceNetConfig) -> Cutout:
    """The cutout round a body as inference would make it from a perfect semantic map."""
    labels = _warped(film, film.centroids[level], median_spacing(film, level), 0.0, False, config)
    return Cutout(_classes(labels), _target(labels, level, film.order))


def cut_labels(film: TrainingFilm, level: Level, config: InstanceNetConfig, rng: np.random.Generator) -> Labels:
    """The label map (height, width) round a body, its place, scale and angle varied."""
    spacing = median_spacing(film, level)
    centre = film.centroids[level] + rng.normal(0.0, 0.1, 2) * spacing
    scale = spacing * rng.uniform(0.8, 1.2)
    return _warped(film, centre, scale, rng.normal(0.0, 0.15), bool(rng.random() < 0.5), config)


def median_spacing(film: TrainingFilm, level: Level) -> float:
    """Median distance in pixels between the film's neighbouring bodies; of a lone body its local spacing."""
    present = [other for other in film.order if other in film.centroids]
    steps = [np.linalg.norm(film.centroids[a] - film.centroids[b]) for a, b in zip(present, present[1:], strict=False)]
    return float(np.median(steps)) if steps else film.spacing(level)


def _warped(
    film: TrainingFilm,
    centre: NDArray[np.float64],
    spacing: float,
    angle: float,
    mirrored: bool,
    config: InstanceNetConfig,
) -> Labels:
    """The label map (height, width) of `high` by `wide` spacings round `centre`, nearest neighbours."""
    scale = config.height / (config.high * spacing)
    cosine, sine = scale * np.cos(angle), scale * np.sin(angle)
    linear = np.array([[cosine, sine], [-sine, cosine]])
    if mirrored:
        linear = np.array([[-1.0, 0.0], [0.0, 1.0]]) @ linear
    middle = np.array([(config.width - 1) / 2, (config.height - 1) / 2])
    into = np.column_stack([linear, middle - linear @ centre])
    size = (config.width, config.height)
    return np.asarray(cv2.warpAffine(film.labels, into, size, flags=cv2.INTER_NEAREST), np.uint8)


def _without_some(labels: Labels, level: Level, rng: np.random.Generator) -> Labels:
    """The labels without neighbours, as where a semantic network missed one."""
    kept = labels.copy()
    for other in np.unique(labels):
        if other not in (0, level) and rng.random() < DROP:
            kept[labels == other] = 0
    return kept


def _bridged(labels: Labels, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Which pixels are bone, two neighbours now and then joined by a bar between their centroids, up to their width."""
    bone = (labels > 0).astype(np.uint8)
    present = [level for level in COUNTED if (labels == level).any()]
    for a, b in zip(present, present[1:], strict=False):
        if rng.random() < BRIDGE:
            ends = [np.argwhere(labels == level).mean(axis=0)[::-1] for level in (a, b)]
            offset = rng.normal(0.0, 6.0, 2)
            start, stop = ((int(x), int(y)) for x, y in (end + offset for end in ends))
            width = 1.1 * np.sqrt(float((labels == a).sum()))
            cv2.line(bone, start, stop, 1, round(rng.uniform(2.0, max(width, 4.0))))
    return bone > 0


def _rough(bone: NDArray[np.bool_], rng: np.random.Generator) -> Labels:
    """Bone with a wavering outline, eroded or grown as a whole, perhaps at a lower resolution; 0 or 1."""
    height, width = bone.shape
    soft = cv2.GaussianBlur(bone.astype(np.float32), (0, 0), rng.uniform(0.8, 3.0))
    waves = cv2.GaussianBlur(rng.standard_normal(bone.shape, dtype=np.float32), (0, 0), rng.uniform(2.0, 6.0))
    strength = rng.uniform(0.0, 0.2) / max(float(waves.std()), 1e-6)
    rough = (soft + strength * waves > np.clip(rng.normal(0.5, 0.12), 0.25, 0.8)).astype(np.uint8)
    if rng.random() < 0.3:
        share = rng.uniform(0.25, 0.7)
        size = (round(width * share), round(height * share))
        small = cv2.resize(rough, size, interpolation=cv2.INTER_NEAREST)
        rough = cv2.resize(small, (width, height), interpolation=cv2.INTER_NEAREST)
    return np.asarray(rough, np.uint8)


def _grown(labels: Labels, width: int) -> Labels:
    """The labels, and on background up to half of `width` px from them the nearest label."""
    if not labels.any():
        return labels
    background = (labels == 0).astype(np.uint8)
    distance, index = cv2.distanceTransformWithLabels(background, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
    table = np.zeros(int(index.max()) + 1, np.uint8)
    table[index[labels > 0]] = labels[labels > 0]  # each labelled pixel is its own nearest one
    return np.where(distance <= width / 2, table[index], 0).astype(np.uint8)


def _bled(classes: Labels, rng: np.random.Generator) -> Labels:
    """The classes with C2 and S1 reaching into the bone beside them, as where a semantic network is not sure."""
    reach = 2 * int(rng.integers(2, 12)) + 1
    found = classes.copy()
    for index in SEMANTIC.values():
        grown = cv2.dilate((classes == index).astype(np.uint8), np.ones((reach, reach), np.uint8))
        found[(grown > 0) & (classes == 1)] = index
    return found


def _classes(labels: Labels) -> Labels:
    """The semantic class of each pixel of a label map."""
    table = (np.arange(256) > 0).astype(np.uint8)
    for level, index in SEMANTIC.items():
        table[level] = index
    return np.asarray(table[labels], np.uint8)


def _target(labels: Labels, level: Level, order: tuple[Level, ...]) -> Labels:
    """1 where the body above `level` lies, 2 for `level` itself, 3 for the one below."""
    index, table = order.index(level), np.zeros(256, np.uint8)
    for place, other in ((1, index - 1), (2, index), (3, index + 1)):
        if 0 <= other < len(order):
            table[order[other]] = place
    return np.asarray(table[labels], np.uint8)


def _with_blob(semantic: Labels, rng: np.random.Generator) -> Labels:
    """The map with an ellipse of bone on it that is no body."""
    height, width = semantic.shape
    middle = (int(rng.integers(width)), int(rng.integers(height)))
    axes = (int(rng.integers(3, 20)), int(rng.integers(3, 20)))
    blob = cv2.ellipse(np.zeros_like(semantic), middle, axes, float(rng.uniform(0, 180)), 0, 360, 1, cv2.FILLED)
    return np.where((semantic == 0) & (blob > 0), 1, semantic).astype(np.uint8)


def _cut_off(semantic: Labels, target: Labels, rng: np.random.Generator) -> None:
    """Empty the rows beyond a height above or below the middle, as at the film's edge."""
    height = semantic.shape[0]
    reach = int(rng.uniform(0.1, 0.5) * height)
    rows = slice(0, height // 2 - reach) if rng.random() < 0.5 else slice(height // 2 + reach, height)
    semantic[rows], target[rows] = 0, 0
