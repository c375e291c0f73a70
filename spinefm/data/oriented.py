"""Labels of films that are stored rotated: a label may have been drawn before or after the film was rotated upright."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from spinefm.core.geometry import Box
from spinefm.core.levels import Level
from spinefm.core.masks import Mask
from spinefm.data.labels import orientation_of, rotated_by
from spinefm.data.order import check_order, is_upright, places_of
from spinefm.imaging.deep import SIDEWAYS

Drawn = tuple[Mapping[Level, Mask], Mapping[Level, Box]]
"""The masks and boxes of a label."""


def as_upright(drawn: Drawn, film: Path | bytes, size: tuple[int, int]) -> Drawn:
    """A label as it lies on the upright film of `size` (width, height).

    The size tells how a label was drawn, unless the film is square or its orientation keeps its sides; then the column
    does, where it is upright and runs down in one of the two ways alone.

    Raises:
        ValueError: the column does not tell.
    """
    code = orientation_of(film)
    if code == 1 or (code in SIDEWAYS and size[0] != size[1]):
        return drawn
    other = _rotated(drawn, code, size)
    as_drawn, as_rotated = (is_upright(places_of(*one)) for one in (drawn, other))
    if as_drawn != as_rotated:
        return drawn if as_drawn else other
    check_order(places_of(*drawn))
    raise ValueError(
        f"its film is stored with the orientation {code}, and its levels do not tell whether the label was drawn "
        "before or after the film was rotated; save both upright, without an orientation"
    )


def _rotated(drawn: Drawn, code: int, size: tuple[int, int]) -> Drawn:
    masks, boxes = drawn
    return (
        {level: Mask.from_array(rotated_by(mask.on_film(size[::-1]), code)) for level, mask in masks.items()},
        {level: _rotated_box(box, code, size) for level, box in boxes.items()},
    )


def _rotated_box(box: Box, code: int, size: tuple[int, int]) -> Box:
    canvas: NDArray[np.bool_] = np.zeros(size[::-1], bool)
    clipped = box.clipped(canvas.shape)
    canvas[clipped.y0 : clipped.y1, clipped.x0 : clipped.x1] = True
    return Mask.from_array(rotated_by(canvas, code)).box
