"""Recognising films with inverted polarity (bone dark), by what bone and air look like.

Cortical bone seen edge on draws thin bright lines, the patient is brighter and rougher than the air beside him, and
the body's ends are thicker than the neck. Each cue is a number that changes its sign when the film is inverted, so a
logistic rule without intercept treats both polarities alike. It inverts a film only when it is sure: inverting a right
film is worse than missing an inverted one. The weights are fitted on training phantoms alone
(`bench/fit_polarity.py`), never on patients' films.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from spinefm.core.quantiles import median, percentile, percentiles
from spinefm.core.visibility import GREY_STEP

Image = NDArray[np.float32]

WORKING_SIDE = 384
"""Cues are computed on a copy whose shorter side has at most this many pixels."""
SIGMAS = (1, 2, 4, 8)
"""Scales of the local cues, in pixels of that copy."""
NEIGHBOURHOOD = 12
"""Sigma of the neighbourhood whose contrast is made even before fine ridges are sought."""
SATURATION = 0.02
"""Brightness within this of black or white counts as saturated: no ridge is sought there or beside it."""
MARGIN = 9
"""Pixels around saturated areas and at the film's edge in which no ridge is sought."""
FEWEST = 400
"""With fewer usable pixels than this, all pixels are used."""

STRETCHED = 1.0
"""Greys between this percentile of the unsaturated pixels and its opposite fill the range before cues are taken."""

LOCAL_CUES = ("ridges", "fine_ridges", "skewness", "roughness")
LAYOUT_CUES = ("beside", "beside_most", "column", "ends")
BRIGHTNESS_CUES = ("mean", "median", "saturated", "bulk")
TEXTURE_CUES = ("rough_against_smooth",)
CUES = (
    *(f"{cue}_{sigma}" for sigma in SIGMAS for cue in LOCAL_CUES),
    *LAYOUT_CUES,
    *BRIGHTNESS_CUES,
    *TEXTURE_CUES,
)
WEIGHTS = (
    20.15,
    9.96,
    5.56,
    5.13,  # local, sigma 1
    11.65,
    7.04,
    -2.22,
    0.38,  # local, sigma 2
    -0.85,
    2.44,
    -2.21,
    -4.09,  # local, sigma 4
    -1.87,
    0.58,
    -3.15,
    0.22,  # local, sigma 8
    4.79,
    2.98,
    -1.42,
    1.14,  # layout
    -1.38,
    -0.27,
    -4.28,
    -2.08,  # brightness
    0.37,  # texture
)
"""Weights of `CUES` in the logarithm of the odds that bone is bright."""
SURE = -3.0
"""Log odds of upright polarity below which a film is inverted: one film in twenty is taken to be inverted.

By cross-validation on 1342 training phantoms, many of hard groups, 99.9 % of right films are kept and 95 % of inverted
ones inverted back (usual ones: 100 and 97 %, veiled ones: 99 and 79 %).
"""
CLEAR = 2.5
"""How far from `SURE` a quick estimate of the log odds decides; it errs by 0.2 as a rule, by 1.2 at most."""
WIDE = 3.0
"""Sigma from which a quick blur is made on a reduced copy."""
EVERY = 3
"""Quick cues, but for the finest ridges, look at one of so many pixels."""
QUICK_SIGMAS = (1, 2)
"""Scales whose cues are estimated; the coarser ones are computed on reduced copies in any case."""


def is_inverted(film: Image) -> bool:
    """Whether bone is dark in a film (H, W) in [0, 1]."""
    small = _prepared(film)
    estimate = _log_odds(small, quick=True)
    return (estimate if abs(estimate - SURE) > CLEAR else _log_odds(small)) < SURE


def cues(film: Image) -> NDArray[np.float64]:
    """The cues (len(CUES),) of a film (H, W), each about within [-1, 1]."""
    return _cues(_prepared(film))


def _log_odds(small: Image, quick: bool = False) -> float:
    return float(_cues(small, quick) @ np.array(WEIGHTS))


def _cues(small: Image, quick: bool = False) -> NDArray[np.float64]:
    """The cues of a reduced film; quick ones blur widely on a reduced copy and look at fewer pixels."""
    usable, even = _usable(small), _evened(small, quick)
    local = [
        cue
        for sigma in SIGMAS
        for cue in _local_cues(*_coarser(small, even, usable, sigma), quick and sigma in QUICK_SIGMAS)
    ]
    return np.array([*local, *_layout_cues(small), *_brightness_cues(small), _texture_cue(small, quick)])


def _prepared(film: Image) -> Image:
    """The film (H, W) reduced, and its greys stretched: a veiled one has cues too, whatever shutters surround it."""
    small = _reduced(film)
    shown = small[(small > SATURATION) & (small < 1 - SATURATION)]  # (N,)
    if shown.size < FEWEST:
        return small
    low, high = percentiles(shown, (STRETCHED, 100 - STRETCHED))
    stretched = (small - np.float32(low)) / np.float32(max(high - low, GREY_STEP))
    return np.asarray(np.clip(stretched, 0, 1), np.float32)


def _reduced(film: Image) -> Image:
    height, width = film.shape
    factor = min(1.0, WORKING_SIDE / min(height, width))
    size = (round(width * factor), round(height * factor))
    return np.asarray(cv2.resize(film, size, interpolation=cv2.INTER_AREA), np.float32)


def _usable(film: Image) -> NDArray[np.bool_]:
    """(H, W): pixels away from saturated areas and from the film's edge."""
    saturated = ((film < SATURATION) | (film > 1 - SATURATION)).astype(np.uint8)
    barred = cv2.morphologyEx(saturated, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
    barred = cv2.copyMakeBorder(barred[1:-1, 1:-1], 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=1)
    usable = cv2.dilate(barred, np.ones((2 * MARGIN + 1, 2 * MARGIN + 1), np.uint8)) == 0
    return np.asarray(usable if usable.sum() >= FEWEST else np.ones_like(usable))


def _evened(film: Image, quick: bool) -> Image:
    """The film (H, W) with mean 0 and about the same contrast in every neighbourhood."""
    mean = _blur(film, NEIGHBOURHOOD, quick)
    variance = np.maximum(_blur(film * film, NEIGHBOURHOOD, quick) - mean**2, 0)
    return (film - mean) / (np.sqrt(variance) + np.float32(0.02))


def _blur(image: Image, sigma: float, quick: bool = False) -> Image:
    """The image (H, W) blurred; a quick wide blur is made on a copy of half or a quarter of its size."""
    if not quick or sigma < WIDE:
        return np.asarray(cv2.GaussianBlur(image, (0, 0), sigma), np.float32)
    step, (height, width) = (2 if sigma < 2 * WIDE else 4), image.shape
    small = cv2.resize(image, (-(-width // step), -(-height // step)), interpolation=cv2.INTER_AREA)
    smooth = cv2.GaussianBlur(small, (0, 0), math.sqrt((sigma / step) ** 2 - 0.25))  # resizing both ways blurs too
    return np.asarray(cv2.resize(smooth, (width, height)), np.float32)


def _coarser(
    film: Image, even: Image, usable: NDArray[np.bool_], sigma: float
) -> tuple[Image, Image, NDArray[np.bool_], float]:
    """The film, its evened copy and the usable pixels, reduced while `sigma` stays at 2 or more: blurs stay narrow."""
    step = max(1, int(sigma // 2))
    if step == 1:
        return film, even, usable, sigma
    height, width = film.shape
    size = (width // step, height // step)
    film, even = (np.asarray(cv2.resize(f, size, interpolation=cv2.INTER_AREA), np.float32) for f in (film, even))
    reduced = cv2.resize(usable.astype(np.uint8), size, interpolation=cv2.INTER_NEAREST) > 0
    return film, even, np.asarray(reduced if reduced.any() else ~reduced), sigma / step


def _local_cues(film: Image, even: Image, usable: NDArray[np.bool_], sigma: float, quick: bool) -> tuple[float, ...]:
    """`LOCAL_CUES` at one scale: ridges against valleys, skewness, and whether bright parts are the rough ones."""
    smooth, even_smooth = _blur(film, sigma), _blur(even, sigma)
    mean = _blur(film, 3 * sigma, quick)
    places = np.flatnonzero(usable)
    some = places[::EVERY] if quick else places
    roughness = np.log(_blur(np.abs(smooth - mean), 3 * sigma, quick).ravel().take(some) + np.float32(1e-3))
    return (
        _ridges(smooth, places if sigma == SIGMAS[0] else some, 85),
        _ridges(even_smooth, some, 97),
        _skewness((even_smooth - _blur(even, 3 * sigma, quick)).ravel().take(some)),
        _correlation(roughness, mean.ravel().take(some)),
    )


def _ridges(smooth: Image, places: NDArray[np.intp], share: float) -> float:
    """Curvature of bright ridges against that of dark valleys, among the most curved of the pixels at `places` (N,)."""
    xx = cv2.Sobel(smooth, cv2.CV_32F, 2, 0)
    yy = cv2.Sobel(smooth, cv2.CV_32F, 0, 2)
    xy = cv2.Sobel(smooth, cv2.CV_32F, 1, 1)
    xx, yy, xy = (each.ravel().take(places) for each in (xx, yy, xy))
    root, half = np.sqrt((xx - yy) ** 2 / 4 + xy**2), (xx + yy) / 2
    curvature = np.where(half < 0, root, -root) - half  # the larger principal one, > 0 on ridges
    size = np.abs(curvature)
    limit = percentile(size, share)
    most = np.clip(curvature[size >= limit], -2 * limit, 2 * limit)
    return float(most.sum() / (np.abs(most).sum() + 1e-9))


def _skewness(values: Image) -> float:
    """Skewness about the median, clipped at 4 deviations and squeezed into [-1, 1]."""
    centred = values - median(values)
    centred = np.clip(centred / (float(centred.std()) + 1e-9), -4, 4)
    return float(np.tanh((centred * centred * centred).mean()))  # `**` takes eight times as long


def _correlation(first: Image, second: Image) -> float:
    """Pearson's correlation; 0 when one of the two hardly varies."""
    if min(first.std(), second.std()) < 1e-4:
        return 0.0
    return float(np.corrcoef(first, second)[0, 1])


def _layout_cues(film: Image) -> tuple[float, ...]:
    """`LAYOUT_CUES`: the middle against the margins, of the middle rows, and the film's ends against these rows."""
    height, width = film.shape
    rows, margin = film[height // 4 : -(height // 4)], max(2, width // 8)
    middle = rows[:, 3 * margin : -3 * margin].mean()
    beside = np.array([middle - rows[:, :margin].mean(), middle - rows[:, -margin:].mean()])
    profile = _blur(np.median(rows, axis=0)[None].astype(np.float32), width / 40)[0]  # (W,)
    edges = profile[: margin // 2].mean(), profile[-(margin // 2) :].mean()
    inner = profile[margin:-margin]
    column = (inner.max() - max(edges)) - (min(edges) - inner.min())
    ends = film[-(height // 6) :].mean() + film[: height // 8].mean() - 2 * rows.mean()
    most = beside[np.argmax(np.abs(beside))]
    return float(beside.mean()), float(most), float(column), float(np.tanh(4 * ends))


def _brightness_cues(film: Image) -> tuple[float, ...]:
    """`BRIGHTNESS_CUES`: mean, median, saturated white against black, and skewness of the large masses."""
    saturated = (film > 0.97).mean() - (film < 0.03).mean()
    coarse = np.asarray(cv2.resize(film, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA), np.float32)
    bulk = _skewness((_blur(coarse, 2) - _blur(coarse, 8)).ravel())
    return float(2 * film.mean() - 1), float(2 * median(film) - 1), float(saturated), bulk


def _texture_cue(film: Image, quick: bool) -> float:
    """`TEXTURE_CUES`: brightness of the film's rough parts (two fifths) against its smoothest quarter."""
    rough = _blur(np.abs(film - _blur(film, 3, quick)), 8, quick)
    if quick:
        film, rough = film[::2, ::2], rough[::2, ::2]
    low, high = percentiles(rough, (25, 60))
    return float(np.clip(film[rough >= high].mean() - film[rough <= low].mean(), -1, 1))
