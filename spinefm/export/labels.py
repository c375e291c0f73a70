"""The label map: a picture whose pixel values are VerSe ids, with a palette, so that image viewers show colours."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor

from spinefm.core.levels import PALETTE, UNNAMED_ID, Level
from spinefm.trace.model import Trace, Vertebra


def label_map(trace: Trace) -> NDArray[np.uint8]:
    """The final masks of `trace` as one map (H, W) of VerSe ids (S1 = 26; 101, 102 … unnamed), 0 elsewhere.

    A pixel that belongs to two masks goes to the vertebra with the closer centroid.
    """
    width, height = trace.film.size
    labels = np.zeros((height, width), np.uint8)
    nearest = np.full((height, width), np.inf, np.float32)
    for vertebra in trace.vertebrae:
        box = vertebra.mask.box.clipped((height, width))
        inside = vertebra.mask.within(box)
        rows = np.arange(box.y0, box.y1, dtype=np.float32)[:, None] - vertebra.centroid.y
        columns = np.arange(box.x0, box.x1, dtype=np.float32)[None] - vertebra.centroid.x
        distance = rows**2 + columns**2  # (h, w)
        wins = inside & (distance < nearest[box.rows, box.columns])
        labels[box.rows, box.columns][wins] = vertebra.level_id
        nearest[box.rows, box.columns][wins] = distance[wins]
    return labels


def colour_of(vertebra: Vertebra) -> tuple[int, int, int]:
    """The vertebra's colour (red, green, blue), 0 to 255; unnamed ones take the level palette in turn."""
    return _colour_of_id(vertebra.level_id)


def label_picture(labels: NDArray[np.uint8]) -> Image.Image:
    """The map (H, W) as a palette picture: an array of it holds the ids, a viewer shows colours."""
    picture = Image.fromarray(labels)
    picture.putpalette([channel for level_id in range(256) for channel in _colour_of_id(level_id)])
    return picture


def _colour_of_id(level_id: int) -> tuple[int, int, int]:
    if level_id == 0:
        return 0, 0, 0
    known = 1 <= level_id <= Level.S1
    colour = Level(level_id).colour if known else PALETTE[(level_id - UNNAMED_ID) % len(PALETTE)]
    red, green, blue = ImageColor.getrgb(colour)[:3]
    return red, green, blue
