"""Recognising films with inverted polarity (bone dark), by what bone and air look like.

Cortical bone seen edge on draws thin bright lines, and the air beside the patient is dark and smooth. Each cue is
a number that changes its sign when the film is inverted, so a logistic rule without intercept treats both
polarities alike; it turns a film only when it is sure, since turning a right film is worse than missing an inverted
one. The weights are fitted on training phantoms (`bench/fit_polarity.py`), never on patients' films.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

WORKING_SIDE = 384
"""Cues are computed on a copy whose shorter side has at most this many pixels."""
RIDGE_SIGMAS = (1.0, 2.0, 4.0)
"""Scales of the ridge cues, in pixels of that copy."""
SATURATION = 0.02
"""Brightness within this of black or white counts as saturated: no ridge is sought there or beside it."""
MARGIN = 9
"""Pixels around saturated areas and at the film's edge in which no ridge is sought."""
STRONGEST = 97.0
"""Percentile of curvature above which a pixel lies on a ridge or valley."""
FEWEST = 400
"""With fewer usable pixels than this the film gives no ridge cue."""

CUES = ("ridges_1", "ridges_2", "ridges_4", "skew_1", "skew_2", "skew_4", "rim", "smooth", "mean")
WEIGHTS = (3.0, 3.0, 3.0, 1.0, 1.0, 1.0, 2.0, 1.0, 0.5)
"""Weights of the cues in the logarithm of the odds that bone is bright."""
SURE = -2.0
"""Log odds of upright polarity below which a film is turned."""


def is_inverted(film: NDArray[np.float32]) -> bool:
    """Whether bone is dark in a film (H, W) in [0, 1]."""
    return bool(upright_log_odds(film) < SURE)


def upright_log_odds(film: NDArray[np.float32]) -> float:
    """Log odds that bone is bright in a film (H, W) in [0, 1]; the inverted film has the opposite sign."""
    return float(cues(film) @ np.array(WEIGHTS))


def cues(film: NDArray[np.float32]) -> NDArray[np.float64]:
    """The cues of `CUES`, (len(CUES),), each in [-1, 1], positive when bone is bright."""
    small = _reduced(film)
    inner = _usable(small)
    ridges, skews = zip(*(_curvature_cues(small, inner, sigma) for sigma in RIDGE_SIGMAS), strict=True)
    return np.array([*ridges, *skews, _rim(small), _smooth(small), np.clip(2 * small.mean() - 1, -1, 1)])


def _reduced(film: NDArray[np.float32]) -> NDArray[np.float32]:
    height, width = film.shape
    factor = min(1.0, WORKING_SIDE / min(height, width))
    size = (round(width * factor), round(height * factor))
    return np.asarray(cv2.resize(film, size, interpolation=cv2.INTER_AREA), np.float32)


def _usable(film: NDArray[np.float32]) -> NDArray[np.bool_]:
    """(H, W): pixels away from saturated areas and from the film's edge."""
    saturated = ((film < SATURATION) | (film > 1 - SATURATION)).astype(np.uint8)
    barred = cv2.morphologyEx(saturated, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    barred = cv2.copyMakeBorder(barred[1:-1, 1:-1], 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=1)
    return np.asarray(cv2.dilate(barred, np.ones((2 * MARGIN + 1, 2 * MARGIN + 1), np.uint8)) == 0)


def _curvature_cues(film: NDArray[np.float32], usable: NDArray[np.bool_], sigma: float) -> tuple[float, float]:
    """Bright ridges against dark valleys, and the skewness of the band-passed film, at one scale."""
    if usable.sum() < FEWEST:
        return 0.0, 0.0
    smooth = cv2.GaussianBlur(film, (0, 0), sigma)
    xx = cv2.Sobel(smooth, cv2.CV_32F, 2, 0)
    yy = cv2.Sobel(smooth, cv2.CV_32F, 0, 2)
    xy = cv2.Sobel(smooth, cv2.CV_32F, 1, 1)
    root = np.sqrt((xx - yy) ** 2 / 4 + xy**2)
    strongest = np.where(xx + yy < 0, -(xx + yy) / 2 + root, -(xx + yy) / 2 - root)[usable]  # > 0 on bright ridges
    limit = np.percentile(np.abs(strongest), STRONGEST)
    ridge = np.clip(strongest, -2 * limit, 2 * limit)[np.abs(strongest) >= limit]
    band = (smooth - cv2.GaussianBlur(film, (0, 0), 3 * sigma))[usable]
    return float(ridge.sum() / (np.abs(ridge).sum() + 1e-9)), _skewness(band)


def _skewness(values: NDArray[np.float32]) -> float:
    """Skewness after clipping at 4 deviations around the median, squeezed into [-1, 1]."""
    centred = values - np.median(values)
    spread = float(centred.std()) + 1e-9
    centred = np.clip(centred / spread, -4, 4)
    return float(np.tanh((centred**3).mean()))


def _rim(film: NDArray[np.float32]) -> float:
    """The film's middle against its left and right margins in the middle rows, where air lies beside the patient."""
    height, width = film.shape
    rows = film[height // 4 : -height // 4]
    margin = max(2, width // 8)
    beside = np.concatenate([rows[:, :margin].ravel(), rows[:, -margin:].ravel()])
    return float(np.clip(rows[:, 3 * margin : -3 * margin].mean() - beside.mean(), -1, 1))


def _smooth(film: NDArray[np.float32]) -> float:
    """Rough parts against smooth parts: the patient is textured, the air is not."""
    detail = np.abs(film - cv2.GaussianBlur(film, (0, 0), 3))
    rough = cv2.GaussianBlur(detail, (0, 0), 8)
    low, high = np.percentile(rough, [25, 60])
    return float(np.clip(film[rough >= high].mean() - film[rough <= low].mean(), -1, 1))
