"""Whether a body is visible on a film at all: some behind shoulder or pelvis are burnt out."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

GREY_STEP = 1 / 255
"""A film, or a part of one, in a single grey has no range; one grey level of 8 bits keeps shares of it finite."""
VISIBLE = 0.008
"""Contrast from which a reader can outline a body: two grey levels of an 8 bit film."""
MARGIN, REACH, SMOOTHING = 0.3, 0.15, 0.04
"""Window round a body, ring round it that counts, and blur against grain, all in body sizes (root of the area)."""


def contrast(film: NDArray[np.float32], body: NDArray[np.bool_]) -> float:
    """The contrast of a body on a film, as the standard deviation of the grey values in and just round it.

    film (H, W) in [0, 1]; body (H, W). Slow shading is removed first, and grain is blurred. The upper and the lower
    half are measured separately and the lower value is returned, since a body half burnt out cannot be outlined either.
    0 for an empty body.
    """
    rows, columns = np.nonzero(body)
    if rows.size == 0:
        return 0.0
    size = float(np.sqrt(rows.size))
    middle = (int(rows[(rows.size - 1) // 2]) + int(rows[rows.size // 2])) // 2  # the median: they are in order
    margin = round(MARGIN * size) + 2
    left, right = max(0, columns.min() - margin), columns.max() + margin + 1
    halves = ((max(0, rows[0] - margin), middle + 1), (middle, rows[-1] + margin + 1))
    return min(_spread(film[a:b, left:right], body[a:b, left:right], size) for a, b in halves)


def _spread(film: NDArray[np.float32], body: NDArray[np.bool_], size: float) -> float:
    """The standard deviation in and round `body` of a window (h, w) without its linear shading and its grain."""
    smooth = cv2.GaussianBlur(np.asarray(film, np.float32), (0, 0), max(1.0, SMOOTHING * size))
    near = cv2.dilate(body.astype(np.uint8), np.ones((3, 3), np.uint8), iterations=max(1, round(REACH * size))) > 0
    rows, columns = np.nonzero(near)
    plane = np.column_stack([columns, rows, np.ones(rows.size)]).astype(np.float32)  # (N, 3)
    values = smooth[near]
    return float((values - plane @ np.linalg.lstsq(plane, values, rcond=None)[0]).std())
