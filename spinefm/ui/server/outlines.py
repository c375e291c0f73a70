"""Outlines corrected by the reader: dragged by hand, or found again by the network from another click."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from spinefm.core.geometry import Point, principal_axis
from spinefm.core.masks import Mask, four_corners
from spinefm.imaging.radiograph import Radiograph
from spinefm.methods import Extensible
from spinefm.trace.model import Corrected, Setting, Trace, Vertebra
from spinefm.trace.primitives import outline as outline_of
from spinefm.ui.server.corrections import CorrectedRun, Correction, Refused, apply
from spinefm.ui.server.questions import Asked, Asks, about_overlap

LEAST_AREA = 20
"""Pixels that an outline must hold at least."""
MOST_CORNERS = 200
"""Corners that an outline may have."""
SEAM = 2
"""Pixels round a dragged stretch that are drawn with it: a mask leaves its simplified outline by less."""


def reshaped(
    run: CorrectedRun, film: Radiograph, number: int, outline: Sequence[float], asked: Asked | None = None
) -> CorrectedRun:
    """The run with the vertebra's outline dragged to x, y, x, y … film pixels, as the page `asked` for it.

    Raises Refused, and Asks where it would cover a neighbour.
    """
    points = _corners(outline, film.size)
    vertebra = vertebra_of(run.trace, number)
    mask = _dragged(vertebra.mask, points, film.size)
    drawn = replace(vertebra, mask=mask, probability=None)  # the method was sure of its own outline, not of this one
    question = None if (asked or {}).get("sure") else about_overlap(run.trace, drawn, asked or {})
    if question is not None:
        raise Asks(question)
    return run.followed_by(with_outline(run.trace, drawn, f"the outline of {vertebra.name} was edited by hand."))


def _corners(outline: Sequence[float], size: tuple[int, int]) -> NDArray[np.float64]:
    """The outline's corners (N, 2), none far off the film of `size`. Raises Refused."""
    points = np.asarray(outline, float)
    if points.size < 6 or points.size % 2 or points.size > 2 * MOST_CORNERS or not np.isfinite(points).all():
        raise Refused("That is not an outline: it needs at least three corners.")
    corners = np.clip(points.reshape(-1, 2), -1, max(size) + 1)
    if _filled(corners, size).sum() < LEAST_AREA:
        raise Refused("Almost nothing is left inside that outline: drag its corners apart, or delete the vertebra.")
    return corners


def _dragged(mask: Mask, corners: NDArray[np.float64], size: tuple[int, int]) -> Mask:
    """The mask as dragged from the outline that the page shows of it to these corners; elsewhere it stays as it is.

    The page's outline is simpler than the mask, so that all of it drawn again would change every side of the body.
    Raises Refused for more pieces than it had.
    """
    shown = np.array(outline_of(mask)).reshape(-1, 2)
    before, after = _filled(shown, size), _filled(corners, size)
    if _crosses(corners) and _parts(after) > _parts(before):  # a crossing that leaves one piece is a slip of the hand
        raise Refused("That outline crosses itself and falls apart: drag its corners back, so that it goes round once.")
    changed = cv2.dilate((before ^ after).astype(np.uint8), np.ones((2 * SEAM + 1, 2 * SEAM + 1), np.uint8))
    return Mask.from_array(np.where(changed, after, mask.on_film((size[1], size[0]))))


def _filled(corners: NDArray[np.float64], size: tuple[int, int]) -> NDArray[np.bool_]:
    """The pixels (H, W) on and inside an outline, which runs through the centres of its border pixels."""
    canvas = np.zeros((size[1], size[0]), np.uint8)
    cv2.fillPoly(canvas, [np.round(corners * 16).astype(np.int32)], 1, shift=4)
    return canvas.astype(bool)


def _crosses(corners: NDArray[np.float64]) -> bool:
    """Whether two edges of a closed outline (N, 2) cross each other."""
    edges = np.roll(corners, -1, axis=0) - corners
    to = corners[None] - corners[:, None]  # (N, N, 2), from the start of each edge to each corner
    side = edges[:, None, 0] * to[..., 1] - edges[:, None, 1] * to[..., 0]
    parted = side * np.roll(side, -1, axis=1) < 0  # the line of edge i has the ends of edge j on either side
    return bool((parted & parted.T).any())


def _parts(inside: NDArray[np.bool_]) -> int:
    """In how many pieces the inside of an outline (H, W) lies; two that only meet where it crosses itself are two."""
    return int(cv2.connectedComponents(cv2.erode(inside.astype(np.uint8), np.ones((3, 3), np.uint8)))[0]) - 1


def again(run: CorrectedRun, film: Radiograph, method: Extensible, number: int, point: Point) -> CorrectedRun:
    """The run with the vertebra outlined again by the network, from a click inside it. Raises Refused, CannotAdd."""
    vertebra = vertebra_of(run.trace, number)
    without = apply(run.trace, Correction("delete", number))
    addition = method.add(film, without, point)
    if not addition.vertebrae:
        raise Refused(f"The network found nothing to outline at that point of {vertebra.name}: click its middle.")
    text = f"{vertebra.name} was outlined again from a click."
    found = addition.vertebrae[0]
    outlined = replace(vertebra, mask=found.mask, probability=found.probability)
    return run.followed_by(with_outline(run.trace, outlined, text, addition.settings))


def vertebra_of(trace: Trace, number: int) -> Vertebra:
    """The vertebra of that number, which may be changed. Raises Refused."""
    vertebra = next((v for v in trace.vertebrae if v.number == number), None)
    if vertebra is None:
        raise Refused("There is no such vertebra: choose one of the table.")
    if number in trace.locked:
        raise Refused(f"{vertebra.name} is locked: unlock it before you change its outline.")
    return vertebra


def with_outline(trace: Trace, vertebra: Vertebra, text: str, settings: Mapping[str, Setting] | None = None) -> Trace:
    """The trace in which the vertebra has another mask and probability; names stay as they are.

    settings: those that the mask was made with, where they are not the trace's.
    """
    along = principal_axis([v.centroid for v in trace.vertebrae]).direction if len(trace.vertebrae) > 1 else Point(0, 1)
    changed = replace(vertebra, centroid=vertebra.mask.centroid, corners=four_corners(vertebra.mask, along))
    numbers, levels = tuple(v.number for v in trace.vertebrae), tuple(v.level for v in trace.vertebrae)
    correction = Corrected("reshape", text, numbers, levels, trace.anchor, trace.locked, (changed,), settings or {})
    return replace(trace, events=(*trace.events, correction))
