"""Centres of the vertebrae in a semantic map: erode, take the pieces, split those that are two (SPINEPS)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from spinefm.core.geometry import Axis
from spinefm.core.masks import Mask
from spinefm.methods.semantic_map import components, typical_area
from spinefm.methods.whole_film import axis_of, median_spacing
from spinefm.trace.semantic_events import Centre, Centred

NEIGHBOURS = 2
"""So many pieces on each side are a piece's neighbours."""
LEAST_PART = 0.12
"""What falls off a piece as it is eroded counts from this share of a body's area."""
FLATTEST = 0.7
"""Area of a body in squares of the spine's width, where all neighbours are merged and none shows how large one is."""
BODY_AND_DISC = 1.6
"""Area of a body and the disc below it, in eroded bodies: a piece without a waist holds one body more for each."""
ALONG = 0.7
"""Cosine between such a piece's own direction and the spine's; what lies across it is no row of bodies."""
WIDEST_SPACING = 1.5
"""No spacing is so many widths of the spine: beyond it a body between two centres was missed."""


@dataclass(frozen=True)
class CentreRule:
    """erosion: radius in sizes of a typical piece; split_limit: area in those of a body; least_piece: of specks."""

    erosion: float = 0.1
    split_limit: float = 1.5
    least_piece: float = 0.2


def find_centres(body: NDArray[np.bool_], rule: CentreRule) -> Centred | None:
    """The centres in a map (H, W) of bodies, from the top; None where the map is empty."""
    whole = _without_specks(list(components(body)), rule.least_piece)
    if not whole:
        return None
    radius = max(1, round(rule.erosion * math.sqrt(typical_area(whole))))
    pieces = [part for mask in whole for part in eroded(mask, radius) or [mask]]
    pieces = _without_specks(pieces, rule.least_piece)
    axis = axis_of([piece.centroid for piece in pieces])
    pieces.sort(key=lambda piece: axis.position(piece.centroid))
    single = FLATTEST * width_across(pieces, axis) ** 2
    limit = rule.split_limit
    centres = [centre for index in range(len(pieces)) for centre in _centres_of(pieces, index, axis, single, limit)]
    axis = axis_of([centre.point for centre in centres])
    centres.sort(key=lambda centre: axis.position(centre.point))
    size = 1.2 * math.sqrt(whole[0].area)
    spacing = median_spacing([centre.point for centre in centres], size)
    spacing = min(spacing, WIDEST_SPACING * width_across(whole, axis))
    return Centred(tuple(centres), axis, spacing, radius, rule.split_limit)


def width_across(pieces: Sequence[Mask], axis: Axis) -> float:
    """How wide the bodies are across the spine, px: the upper quartile of their chords, which no merging changes."""
    chords = []
    for piece in pieces:
        y, x = np.nonzero(piece.crop)
        along = x * axis.direction.x + y * axis.direction.y
        chords.append(np.bincount(np.round(along - along.min()).astype(np.int64)))
    return float(np.quantile(np.concatenate(chords), 0.75))


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


def _centres_of(pieces: Sequence[Mask], index: int, axis: Axis, single: float, split_limit: float) -> list[Centre]:
    """The centres in the piece at `index`: one, or those of its parts where it is too large for one body.

    A body has its neighbours' median area, and not more than `single`: they may be merged themselves.
    """
    piece = pieces[index]
    around = [*pieces[max(0, index - NEIGHBOURS) : index], *pieces[index + 1 : index + 1 + NEIGHBOURS]]
    area = min(single, float(np.median([other.area for other in around])) if around else single)
    parts = split(piece, area) if piece.area > split_limit * area else [piece]
    bodies = 1 + round((piece.area / area - 1) / BODY_AND_DISC)
    if len(parts) == 1 and bodies > 1:
        parts = cut(piece, bodies, axis)
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


def cut(piece: Mask, count: int, axis: Axis) -> list[Mask]:
    """`count` parts of equal length along a piece's own direction; the piece where that is not the spine's `axis`."""
    y, x = np.nonzero(piece.crop)
    points = np.column_stack([x - x.mean(), y - y.mean()])  # (N, 2)
    direction = np.linalg.eigh(points.T @ points)[1][:, -1]  # (2,)
    if abs(float(direction @ axis.direction)) < ALONG:
        return [piece]
    along = points @ direction  # (N,)
    borders = np.linspace(along.min(), along.max(), count + 1)[1:-1]
    numbers = np.zeros(piece.crop.shape, np.uint8)
    numbers[y, x] = 1 + np.searchsorted(borders, along)
    return [Mask.from_array(numbers == number, piece.origin) for number in range(1, count + 1)]
