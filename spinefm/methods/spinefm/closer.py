"""Further looks, where the detector finds no start on the whole film: on parts of it, and on the film tilted.

Bodies that are small on their film, as on a whole spine or with wide margins, are larger on a part of it; faint ones,
as on a veiled film, fill its grey range. A spine that lies aslant is upright on the film tilted one way or the other.
The paper has no such looks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from spinefm.core.geometry import Box, Point
from spinefm.core.masks import Mask
from spinefm.core.visibility import GREY_STEP
from spinefm.imaging.radiograph import Radiograph
from spinefm.methods.base.stages import Candidate, Stages
from spinefm.methods.spinefm.config import SpineFMConfig


def closer_candidates(film: Radiograph, stages: Stages, config: SpineFMConfig) -> list[Candidate]:
    """Every candidate on the parts of a film, in film pixels; what a part's inner edge cuts off is left out."""
    return [
        moved(candidate, part)
        for part in parts(film, config.closer_share)
        for candidate in stages.detect(stretched(film, part, config.closer_percentile), config.detector_mask_limit)
        if not _is_cut(candidate, part, film)
    ]


def tilted_candidates(film: Radiograph, stages: Stages, config: SpineFMConfig, degrees: float) -> list[Candidate]:
    """Every candidate on the film tilted by `degrees` anticlockwise, in film pixels."""
    there, size = _tilt(film, degrees)
    tilted = replace(film, pixels=np.asarray(cv2.warpAffine(film.pixels, there, size), np.float32))
    found = stages.detect(tilted, config.detector_mask_limit)
    back = [_tilted_back(candidate, there, film) for candidate in found if candidate.mask.area]
    return [candidate for candidate in back if candidate.mask.area]


def _tilt(film: Radiograph, degrees: float) -> tuple[NDArray[np.float64], tuple[int, int]]:
    """The affine map (2, 3) from the film to the tilted one, which shows all of it, and that one's (width, height)."""
    width, height = film.size
    there = np.asarray(cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), degrees, 1.0), float)
    cosine, sine = abs(there[0, 0]), abs(there[0, 1])
    size = round(height * sine + width * cosine), round(height * cosine + width * sine)
    there[:, 2] += (size[0] - width) / 2, (size[1] - height) / 2
    return there, size


def _tilted_back(candidate: Candidate, there: NDArray[np.float64], film: Radiograph) -> Candidate:
    """A candidate of the tilted film in pixels of the film; `there` (2, 3) maps the film to the tilted one."""
    mask, back = candidate.mask, np.asarray(cv2.invertAffineTransform(there), float)
    near = _box_round(mask.box, back).clipped(film.pixels.shape[:2])
    if near.is_empty:
        return replace(candidate, mask=Mask.empty())
    to_crop = there.copy()
    to_crop[:, 2] += there[:, :2] @ (near.x0, near.y0) - mask.origin
    flags = cv2.INTER_NEAREST | cv2.WARP_INVERSE_MAP
    found = cv2.warpAffine(mask.crop.astype(np.uint8), to_crop, (near.width, near.height), flags=flags) > 0
    on_film = Mask.from_array(found, (near.x0, near.y0))
    x, y = back @ (*candidate.centroid, 1.0)
    return Candidate(candidate.score, on_film.box, on_film, Point(float(x), float(y)))


def _box_round(box: Box, back: NDArray[np.float64]) -> Box:
    """The box round another one after the affine map `back` (2, 3), with a pixel of room for rounding."""
    corners = np.array([(x, y, 1) for x in (box.x0, box.x1) for y in (box.y0, box.y1)], float) @ back.T  # (4, 2)
    (x0, y0), (x1, y1) = np.floor(corners.min(axis=0)) - 1, np.ceil(corners.max(axis=0)) + 2
    return Box(int(x0), int(y0), int(x1), int(y1))


def parts(film: Radiograph, share: float) -> Iterator[Box]:
    """Overlapping parts of a film with `share` of its longer side each: three along that side, up to two across."""
    side = max(1, round(share * max(film.size)))
    for y in _starts(film.height, side, film.height >= film.width):
        for x in _starts(film.width, side, film.width > film.height):
            yield Box(x, y, min(x + side, film.width), min(y + side, film.height))


def _starts(length: int, side: int, is_longer: bool) -> list[int]:
    """Where the parts begin along a side: at both of its ends, and on the longer one in the middle."""
    last = max(0, length - side)
    return sorted({0, last, *([last // 2] if is_longer else [])})


def stretched(film: Radiograph, part: Box, percentile: float) -> Radiograph:
    """A part of a film, its greys stretched between two percentiles."""
    pixels = film.pixels[part.rows, part.columns]
    low, high = np.percentile(pixels, (percentile, 100 - percentile))
    grown = (pixels - low) / max(GREY_STEP, float(high - low))
    return replace(film, pixels=np.clip(grown, 0, 1).astype(np.float32))


def moved(candidate: Candidate, part: Box) -> Candidate:
    """A candidate of a part in film pixels."""
    box, mask, (x, y) = candidate.box, candidate.mask, candidate.centroid
    return Candidate(
        candidate.score,
        Box(box.x0 + part.x0, box.y0 + part.y0, box.x1 + part.x0, box.y1 + part.y0),
        Mask(mask.crop, (mask.origin[0] + part.x0, mask.origin[1] + part.y0)),
        Point(x + part.x0, y + part.y0),
    )


def _is_cut(candidate: Candidate, part: Box, film: Radiograph) -> bool:
    """Whether a body, in the part's pixels, touches an edge of the part that is none of the film's."""
    box = candidate.mask.box
    left, top = box.x0 <= 1 and part.x0 > 0, box.y0 <= 1 and part.y0 > 0
    right = box.x1 >= part.width - 1 and part.x1 < film.width
    return left or top or right or (box.y1 >= part.height - 1 and part.y1 < film.height)
