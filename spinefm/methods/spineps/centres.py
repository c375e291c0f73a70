"""Centres of the vertebrae in a semantic map: erode, take the pieces, split those that are two (SPINEPS)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from spinefm.masks import Mask
from spinefm.methods.semantic_map import components, typical_area
from spinefm.methods.whole_film import axis_of, median_spacing
from spinefm.semantic_events import Centre, Centred

NEIGHBOURS = 2
"""So many pieces on each side are a piece's neighbours."""
LEAST_PART = 0.12
"""What falls off a piece as it is eroded counts from this share of its neighbours' median area."""


@dataclass(frozen=True)
class CentreRule:
    """erosion: radius in sizes of a typical piece; split_limit: area in neighbours' medians; least_area: of specks."""

    erosion: float = 0.1
    split_limit: float = 1.5
    least_area: float = 0.05


def find_centres(body: NDArray[np.bool_], rule: CentreRule) -> Centred | None:
    """The centres in a map (H, W) of bodies, from the top; None where the map is empty."""
    whole = _without_specks(list(components(body)), rule.least_area)
    if not whole:
        return None
    radius = max(1, round(rule.erosion * math.sqrt(typical_area(whole))))
    pieces = [part for mask in whole for part in eroded(mask, radius) or [mask]]
    pieces = _without_specks(pieces, rule.least_area)
    axis = axis_of([piece.centroid for piece in pieces])
    pieces.sort(key=lambda piece: axis.position(piece.centroid))
    centres = [centre for index in range(len(pieces)) for centre in _centres_of(pieces, index, rule.split_limit)]
    axis = axis_of([centre.point for centre in centres])
    centres.sort(key=lambda centre: axis.position(centre.point))
    size = 1.2 * math.sqrt(whole[0].area)
    spacing = median_spacing([centre.point for centre in centres], size)
    return Centred(tuple(centres), axis, spacing, radius, rule.split_limit)


def _without_specks(masks: Sequence[Mask], share: float) -> list[Mask]:
    """The masks of at least `share` of their typical area."""
    least = share * typical_area(masks)
    return [mask for mask in masks if mask.area >= least]


def eroded(mask: Mask, radius: int) -> list[Mask]:
    """What is left of a mask after erosion by a disc of `radius` pixels, in components."""
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * radius + 1, 2 * radius + 1))
    crop = np.pad(mask.crop, 1).astype(np.uint8)  # the film's edge is no bone
    left = cv2.erode(crop, disc, borderType=cv2.BORDER_CONSTANT, borderValue=0)[1:-1, 1:-1] > 0
    x, y = mask.origin
    return [Mask(part.crop, (part.origin[0] + x, part.origin[1] + y)) for part in components(left)]


def _centres_of(pieces: Sequence[Mask], index: int, split_limit: float) -> list[Centre]:
    """The centres in the piece at `index`: one, or those of its parts where it is too large."""
    piece = pieces[index]
    around = [*pieces[max(0, index - NEIGHBOURS) : index], *pieces[index + 1 : index + 1 + NEIGHBOURS]]
    median = float(np.median([other.area for other in around])) if around else math.inf
    parts = split(piece, median) if piece.area > split_limit * median else [piece]
    return [Centre(part.centroid, part.area, len(parts)) for part in parts]


def split(piece: Mask, area: float) -> list[Mask]:
    """The parts into which erosion breaks a piece of several bodies of about `area` each; the piece where none does.

    The mildest erosion that gives as many parts as the area asks for, or else the most that any gives.
    """
    best, wanted = [piece], max(2, round(piece.area / area))
    for radius in range(1, math.ceil(math.sqrt(area) / 2) + 1):
        parts = [part for part in eroded(piece, radius) if part.area >= LEAST_PART * area]
        if len(parts) > len(best):
            best = parts
        if not parts or len(best) >= wanted:
            break
    return best
