"""Centres of the vertebrae in a semantic map: erode, take the pieces, split those that are two (SPINEPS)."""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from spinefm.core.geometry import Axis
from spinefm.core.masks import Mask
from spinefm.methods.base.semantic_map import components, typical_area
from spinefm.methods.base.whole_film import axis_of, median_spacing
from spinefm.methods.spineps.config import SpinepsConfig
from spinefm.methods.spineps.events import Centre, Centred


def find_centres(body: NDArray[np.bool_], config: SpinepsConfig) -> Centred | None:
    """The centres in a map (H, W) of bodies, from the top; None where the map is empty."""
    whole = _without_specks(list(components(body)), config.least_piece)
    if not whole:
        return None
    radius = max(1, round(config.erosion * math.sqrt(typical_area(whole))))
    pieces = [part for mask in whole for part in eroded(mask, radius) or [mask] * config.eroded_away]
    pieces = _without_specks(pieces, config.least_piece)
    if not pieces:
        return None
    axis = axis_of([piece.centroid for piece in pieces])
    pieces.sort(key=lambda piece: axis.position(piece.centroid))
    single = config.flattest * width_across(pieces, axis, config.width_quantile) ** 2 or math.inf
    centres = [centre for index in range(len(pieces)) for centre in _centres_of(pieces, index, axis, single, config)]
    axis = axis_of([centre.point for centre in centres])
    centres.sort(key=lambda centre: axis.position(centre.point))
    size = config.lone_spacing * math.sqrt(whole[0].area)
    spacing = median_spacing([centre.point for centre in centres], size)
    widest = config.widest_spacing * width_across(whole, axis, config.width_quantile) or math.inf
    spacing = min(spacing, widest)
    return Centred(tuple(centres), axis, spacing, radius, config.split_limit)


def width_across(pieces: Sequence[Mask], axis: Axis, quantile: float) -> float:
    """How wide the bodies are across the spine, px: a quantile of their chords, which no merging changes."""
    chords = []
    for piece in pieces:
        y, x = np.nonzero(piece.crop)
        along = x * axis.direction.x + y * axis.direction.y
        chords.append(np.bincount(np.round(along - along.min()).astype(np.int64)))
    return float(np.quantile(np.concatenate(chords), quantile))


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


def _centres_of(pieces: Sequence[Mask], index: int, axis: Axis, single: float, config: SpinepsConfig) -> list[Centre]:
    """The centres in the piece at `index`: one, or those of its parts where it is too large for one body.

    A body has its neighbours' median area, and not more than `single`: they may be merged themselves.
    """
    piece, reach = pieces[index], config.neighbours
    around = [*pieces[max(0, index - reach) : index], *pieces[index + 1 : index + 1 + reach]]
    area = min(single, float(np.median([other.area for other in around])) if around else single)
    parts = split(piece, area, config.least_part) if piece.area > config.split_limit * area else [piece]
    if len(parts) == 1 and config.body_and_disc:
        bodies = 1 + round((piece.area / area - 1) / config.body_and_disc)
        parts = cut(piece, bodies, axis, config.along_limit) if bodies > 1 else parts
    return [Centre(part.centroid, part.area, len(parts)) for part in parts]


def split(piece: Mask, area: float, least_part: float) -> list[Mask]:
    """The parts into which erosion breaks a piece of several bodies of about `area` each; the piece where none does.

    The mildest erosion that gives as many parts as the area asks for, or else the most that any gives.
    """
    best, wanted = [piece], max(2, round(piece.area / area))
    for radius in range(1, math.ceil(math.sqrt(area) / 2) + 1):
        parts = [part for part in eroded(piece, radius) if part.area >= least_part * area]
        if len(parts) > len(best):
            best = parts
        if not parts or len(best) >= wanted:
            break
    return best


def cut(piece: Mask, count: int, axis: Axis, least_cosine: float) -> list[Mask]:
    """`count` parts of equal length along a piece's own direction; the piece where that is not the spine's `axis`."""
    y, x = np.nonzero(piece.crop)
    points = np.column_stack([x - x.mean(), y - y.mean()])  # (N, 2)
    direction = np.linalg.eigh(points.T @ points)[1][:, -1]  # (2,)
    if abs(float(direction @ axis.direction)) < least_cosine:
        return [piece]
    along = points @ direction  # (N,)
    borders = np.linspace(along.min(), along.max(), count + 1)[1:-1]
    numbers = np.zeros(piece.crop.shape, np.uint8)
    numbers[y, x] = 1 + np.searchsorted(borders, along)
    return [Mask.from_array(numbers == number, piece.origin) for number in range(1, count + 1)]
