"""Several regions of one level: parts of a body are united, a copy counts once, two bodies of one name are neither.

What tells parts from two bodies is the film itself: the size of the bodies of other levels, and the direction in which
they follow each other. Two vertebrae of one name lie behind each other along the column, and together they are larger
than a body; the parts of a body that a screw or a fracture divides are together as large as one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from types import MappingProxyType
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from spinefm.core.geometry import Box
from spinefm.core.levels import Level
from spinefm.core.masks import Mask

SAME = 0.8
"""Two outlines of one level that overlap by more (IoU) are one that was saved twice."""
SHARED = 0.3
"""Two outlines of one level that share more of the smaller one are two drawings of the same body."""
CLOSE = 0.5
"""Two pieces of one level belong together when the gap between their boxes is at most this share of the larger side."""
MAP_CLOSE = 1.5
"""The same for regions of a label map, in which the arch of a vertebra may lie apart from its body."""
SCRAP = 0.02
"""A piece far from the body is a slip of the hand where it has less than this share of the body's area."""
COMPARABLE = 0.45
"""The smaller of two bodies has at least this share of the larger one's area."""
TWO_BODIES = 1.5
"""Two pieces with more than this many times the usual area of a body are two bodies."""
LARGER: Mapping[Level, float] = MappingProxyType({Level.C2: 1.6, Level.S1: 1.2})
"""How many times larger than their neighbours these are: C2 has the dens, S1 may have more of the sacrum."""
SACRAL_BEND = 3.0
"""L5 may lie this many times farther across the lumbar column than along it, seen from S1: the sacrum turns away."""
FLAT, DISC = 0.55, 0.1
"""Where no other body is: height by width below which a piece is half of a body that is divided across, and the gap
between two bodies, as a share of the larger side."""
NEIGHBOURS = 4
"""Bodies of the nearest levels whose median is the usual area."""


@dataclass(frozen=True)
class LabelPiece:
    """One region of a level: its mask, the group that its label belongs to (None: none), and how far parts may lie."""

    mask: Mask
    group: object = None
    close: float = CLOSE


@dataclass(frozen=True)
class Column:
    """The column at a level as the film's other bodies show it.

    area: the usual one, 0 where no other body is. along: unit direction (x, y).
    bend: how many times farther across the column than along it the next body may lie.
    """

    area: float
    along: NDArray[np.float64]
    bend: float = 1.0


@dataclass(frozen=True)
class Settled:
    """The one mask of a level, None where there is none, and what was left out of it and why."""

    mask: Mask | None
    left: tuple[str, ...] = ()


Pieces = Mapping[Level, Sequence[LabelPiece]]


def settled(pieces: Pieces, size: tuple[int, int]) -> dict[Level, Settled]:
    """What each level's pieces come to on a film of `size` (width, height)."""
    return {level: _one_body(pieces[level], _column(pieces, level), size) for level in sorted(pieces)}


def parts_of(mask: Mask) -> tuple[list[LabelPiece], int]:
    """The separate regions of a mask without scraps far from the largest one, and how many pixels those have.

    Scraps close to the largest region stay with it.
    """
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.crop.astype(np.uint8), connectivity=8)
    if count <= 2:
        return [LabelPiece(mask, close=MAP_CLOSE)], 0
    areas = stats[1:, cv2.CC_STAT_AREA]
    main = int(areas.argmax())
    is_scrap = areas < SCRAP * areas[main]
    is_near = is_scrap & (_gaps(stats[1:], main) <= CLOSE * max(stats[1 + main, 2:4]))
    owner = np.where(is_near, main, np.arange(len(areas)))  # of each region the one that it stays with
    owners = np.concatenate([[-1], np.where(is_scrap & ~is_near, -1, owner)])[labels]  # (h, w)
    kept = [int(one) for one in np.unique(owners) if one >= 0]
    found = [LabelPiece(Mask.from_array(owners == one, mask.origin), close=MAP_CLOSE) for one in kept]
    return found, int(areas[is_scrap & ~is_near].sum())


def _gaps(stats: NDArray[Any], main: int) -> NDArray[np.float64]:
    """The distance of each box (x, y, width, height) from the one of `main`."""
    low, high = stats[:, :2], stats[:, :2] + stats[:, 2:4]
    apart = np.maximum(0, np.maximum(low - high[main], low[main] - high))
    return np.asarray(np.hypot(apart[:, 0], apart[:, 1]))


def _one_body(pieces: Sequence[LabelPiece], column: Column, size: tuple[int, int]) -> Settled:
    """Pieces of a body joined, a copy counted once; no mask where they are two bodies or two drawings of one."""
    first, *others = sorted(pieces, key=lambda piece: -piece.mask.area)
    parts, left = [first.mask], []
    for piece in others:
        is_group = piece.group is not None and piece.group == first.group
        if first.mask.iou(piece.mask) > SAME:
            left.append("the same outline appears twice; it counts once")
        elif not is_group and _are_two_drawings(first.mask, piece.mask):
            return Settled(None, (*left, "two outlines of it overlap but differ, so neither is used; keep one"))
        elif not is_group and _are_two_bodies(first.mask, piece.mask, column):
            return Settled(None, (*left, "it appears in two places, so neither is used"))
        elif _is_close(piece, first, parts):
            parts.append(piece.mask)
        elif piece.mask.area < SCRAP * first.mask.area:
            left.append(f"a fragment of {piece.mask.area} pixels far from the body is not used")
        elif is_group:
            parts.append(piece.mask)
        else:
            return Settled(None, (*left, "it appears in two places, so neither is used"))
    return Settled(parts[0] if len(parts) == 1 else _union(parts, size), tuple(left))


def _are_two_drawings(first: Mask, piece: Mask) -> bool:
    """Whether two outlines of comparable area lie on each other."""
    return piece.area >= COMPARABLE * first.area and first.intersection_area(piece) > SHARED * piece.area


def _are_two_bodies(first: Mask, piece: Mask, column: Column) -> bool:
    """Whether two pieces lie behind each other along the column and are each as large as a body."""
    x, y = np.subtract(piece.centroid, first.centroid)
    along, across = abs(x * column.along[0] + y * column.along[1]), abs(x * column.along[1] - y * column.along[0])
    if piece.area < COMPARABLE * first.area or column.bend * along <= across:
        return False
    if column.area:
        return first.area + piece.area > TWO_BODIES * column.area
    side = max(first.box.width, first.box.height)
    is_tall = all(mask.box.height > FLAT * mask.box.width for mask in (first, piece))
    return is_tall and _gap(first.box, piece.box) > DISC * side


def _column(pieces: Pieces, level: Level) -> Column:
    """The column at a level as the largest pieces of the other levels show it."""
    largest = {other: max((piece.mask for piece in pieces[other]), key=lambda mask: mask.area) for other in pieces}
    others = sorted(set(pieces) - {level})
    outer = others if len(others) > 1 else sorted([*others, level])
    along = _direction(largest[outer[0]], largest[outer[-1]])
    return Column(_usual_area(largest, others, level), along, SACRAL_BEND if level is Level.S1 else 1.0)


def _usual_area(largest: Mapping[Level, Mask], others: Sequence[Level], level: Level) -> float:
    """The area of a body at a level as the `others` next to it have it, 0 where there is none."""
    near = sorted(others, key=lambda other: abs(other - level))[:NEIGHBOURS]
    areas = [largest[other].area / LARGER.get(other, 1) for other in near]
    return float(np.median(areas)) * LARGER.get(level, 1) if areas else 0.0


def _direction(first: Mask, last: Mask) -> NDArray[np.float64]:
    """Unit direction (x, y) from one body to another, downwards where they are one."""
    apart = np.subtract(last.centroid, first.centroid)
    length = float(np.hypot(*apart))
    return apart / length if length else np.array([0.0, 1.0])


def _is_close(piece: LabelPiece, first: LabelPiece, parts: Sequence[Mask]) -> bool:
    """Whether a piece lies close to one of the `parts` of a body."""
    side = max(first.mask.box.width, first.mask.box.height)
    return any(_gap(piece.mask.box, part.box) <= piece.close * side for part in parts)


def _gap(one: Box, other: Box) -> float:
    """The distance between two boxes, 0 where they touch or overlap."""
    x = max(one.x0 - other.x1, other.x0 - one.x1, 0)
    y = max(one.y0 - other.y1, other.y0 - one.y1, 0)
    return float(np.hypot(x, y))


def _union(parts: Sequence[Mask], size: tuple[int, int]) -> Mask:
    shape = (size[1], size[0])
    return Mask.from_array(reduce(np.logical_or, (part.on_film(shape) for part in parts)))


def covering(masks: Mapping[Level, Mask]) -> dict[Level, Level]:
    """The levels whose mask covers most of another level's, and that level: one of the two outlines is wrong."""
    pairs = [(one, other) for one in masks for other in masks if one != other]
    return {one: other for one, other in pairs if masks[one].intersection_area(masks[other]) > masks[other].area / 2}
