"""Outlines of truth and prediction, so that a finished evaluation can be viewed without its data set."""

from __future__ import annotations

import cv2
import numpy as np

from spinefm.core.masks import Mask
from spinefm.data import Truth
from spinefm.evaluation.results import CaseOutlines
from spinefm.imaging.radiograph import Radiograph
from spinefm.trace.model import Vertebra

TOLERANCE = 0.006
"""How far a simplified outline may leave the mask's, as a share of the mask's longer side."""
PREVIEW_SIDE = 720
"""Longer side of a film's preview in pixels."""
PREVIEW_QUALITY = 72


def draw(truth: Truth, vertebrae: tuple[Vertebra, ...]) -> CaseOutlines:
    """The outlines of everything known and everything found."""
    return CaseOutlines(
        truth={level.name: outline(mask) for level, mask in truth.bodies.items()},
        partial={level.name: outline(mask) for level, mask in truth.partial.items()},
        boxes={level.name: list(box) for level, box in truth.boxes.items()},
        masks=[{"number": one.number, "name": one.name, "outline": outline(one.mask)} for one in vertebrae],
    )


def outline(mask: Mask) -> list[float]:
    """The outline of a mask's largest part as x, y, x, y … simplified (Douglas and Peucker); empty for an empty one."""
    contour = mask.contour()
    if not len(contour):
        return []
    tolerance = max(0.4, TOLERANCE * max(mask.crop.shape))
    simple = cv2.approxPolyDP(contour.astype(np.float32).reshape(-1, 1, 2), tolerance, closed=True)
    return [round(float(value), 1) for value in simple.ravel()]


def preview(film: Radiograph) -> bytes:
    """A small JPEG of the film."""
    shrink = min(1.0, PREVIEW_SIDE / max(film.size))
    pixels = cv2.resize(film.pixels, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    grey = np.round(pixels * 255).astype(np.uint8)
    return cv2.imencode(".jpg", grey, [cv2.IMWRITE_JPEG_QUALITY, PREVIEW_QUALITY])[1].tobytes()
