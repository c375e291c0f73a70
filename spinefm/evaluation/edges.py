"""Which true bodies a reader could outline: how much of a body's outline shows as an edge on the film.

This splits tables, it decides no truth: a body that lies in view counts wherever it is, and the figures over those that
can be outlined are shown beside those over all. It shares neither code nor statistic with `spinefm.core.visibility`, by
which a method stops: there it is the spread of grey values in and round a mask, here the grey values are followed
across the true outline, sector by sector, and each sector is either an edge or none.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from spinefm.core.masks import Mask

Floats = NDArray[np.float64]

SECTORS, POINTS, STEPS = 24, 6, 13
"""Sectors of an outline, places per sector, and samples across the outline at each place."""
REACH = 0.12
"""How far the samples reach to either side, in body sizes (root of the area): over the cortex, not to the next body."""
LEAST_EDGE = 3 / 255
"""Least rise or fall across an outline that is seen on a screen: three of 256 grey levels, the film's window set."""
WINDOW = (0.5, 99.5)
"""Percentiles of a film between which a reader sets the window; what the film holds beyond them does not count."""
BLANK = 1e-4
"""A film of a smaller range of grey values is blank: it has nothing to stretch."""
ROSE = 5.0
"""How many times its own noise an edge must rise to be seen (Rose, 1948: a signal-to-noise ratio of 5)."""
OUTLINABLE = 0.5
"""Share of the outline that must show for a reader to outline the body: the other half can be drawn between."""


def windowed(film: NDArray[np.float32]) -> NDArray[np.float32]:
    """The film (H, W) as a reader opens it, its own range of grey values over [0, 1]; a blank one as it is."""
    low, high = np.percentile(film, WINDOW)
    return film if high - low < BLANK else np.asarray(np.clip((film - low) / (high - low), 0, 1), np.float32)


def edge_share(film: NDArray[np.float32], body: Mask) -> float:
    """The share of a body's outline that shows as an edge, 0 to 1; 0 for an empty body.

    film: (H, W) in [0, 1], see `windowed`. body: a mask in film pixels. Outline along the film's border is left out,
    since there is nothing on its other side.
    """
    outline = _outline(body)
    if len(outline) < SECTORS:
        return 0.0
    profiles, on_film = _profiles(film, outline, REACH * float(np.sqrt(body.area)))  # (sectors, points, steps)
    judged = on_film.all(axis=(1, 2))
    if not judged.any():
        return 0.0
    return float(_shows(profiles[judged]).mean())


def _shows(profiles: Floats) -> NDArray[np.bool_]:
    """Whether each sector of `profiles` (sectors, points, steps) is an edge: above a grey step, and above its noise.

    A line or a step both count; a slope that goes on through the outline is shading, and is taken out first.
    """
    mean = profiles.mean(axis=1)  # (sectors, steps)
    across = np.linspace(-1.0, 1.0, profiles.shape[2])
    slope = mean @ across / (across @ across)
    rise = np.ptp(mean - slope[:, None] * across, axis=1)  # (sectors,)
    noise = (profiles - mean[:, None]).std(axis=(1, 2), ddof=1) / np.sqrt(profiles.shape[1])
    return np.asarray((rise >= LEAST_EDGE) & (rise >= ROSE * noise), bool)


def _outline(body: Mask) -> Floats:
    """Places at even distances along the outline, (SECTORS * POINTS, 2) of (x, y), smoothed over the pixels' steps."""
    corners = body.contour()
    if len(corners) < 3:
        return np.zeros((0, 2))
    closed = np.concatenate([corners, corners[:1]])
    along = np.concatenate([[0.0], np.hypot(*np.diff(closed, axis=0).T).cumsum()])
    wanted = np.linspace(0, along[-1], SECTORS * POINTS, endpoint=False)
    even = np.column_stack([np.interp(wanted, along, closed[:, axis]) for axis in (0, 1)])
    return np.asarray(sum(np.roll(even, shift, axis=0) for shift in (-1, 0, 1)) / 3, np.float64)


def _profiles(film: NDArray[np.float32], outline: Floats, reach: float) -> tuple[Floats, NDArray[np.bool_]]:
    """Grey values across the outline, (SECTORS, POINTS, STEPS), and which of them lie on the film."""
    tangent = np.roll(outline, -2, axis=0) - np.roll(outline, 2, axis=0)
    normal = np.column_stack([tangent[:, 1], -tangent[:, 0]]) / np.maximum(np.hypot(*tangent.T), 1e-9)[:, None]
    steps = np.linspace(-max(reach, 2.0), max(reach, 2.0), STEPS)
    places = outline[:, None] + normal[:, None] * steps[None, :, None]  # (places, STEPS, 2)
    x, y = places[..., 0].astype(np.float32), places[..., 1].astype(np.float32)
    height, width = film.shape
    on_film = (x >= 0) & (y >= 0) & (x <= width - 1) & (y <= height - 1)
    values = cv2.remap(np.asarray(film, np.float32), x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    shape = (SECTORS, POINTS, STEPS)
    return values.astype(np.float64).reshape(shape), on_film.reshape(shape)
