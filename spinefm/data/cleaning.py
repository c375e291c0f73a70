"""What is no truth in a label map: specks, and ids that resizing or lossy compression mixed at the edges of bodies."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from spinefm.core.words import counted
from spinefm.data.pieces import SCRAP

Left = tuple[tuple[str, str], ...]
"""What was left out: label and reason of each."""
MIXED = 0.25
"""Share of the pixels at edges above which a map is taken for mixed; touching regions make some single ones."""


def without_specks(labels: NDArray[np.int32]) -> tuple[NDArray[np.int32], Left]:
    """A map (H, W) without ids of a few pixels, which are slips of a brush, and those ids.

    What reaches the film's edge stays: there a few pixels may be all that is in view of a body.
    """
    values, counts = np.unique(labels[labels != 0], return_counts=True)
    if len(values) < 2:
        return labels, ()
    edge = np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]])
    is_speck = (counts < SCRAP * np.median(counts)) & ~np.isin(values, edge)
    specks = values[is_speck]
    left = tuple(
        (f"id {value}", f"a speck of {counted(count, 'pixel')} is not a body")
        for value, count in zip(specks, counts[is_speck], strict=True)
    )
    return (np.where(np.isin(labels, specks), 0, labels), left) if left else (labels, ())


def check_edges(labels: NDArray[np.int32]) -> None:
    """Refuse a map (H, W) in which ids between a body's and the background's run round bodies.

    Raises:
        ValueError: many pixels at the edges of regions have a smaller id than the region has.
    """
    values = labels.astype(np.float32)  # exact to 2 ** 24, beyond every id of a scheme
    square = np.ones((3, 3), np.uint8)
    is_edge = (labels != 0) & (cv2.erode(values, square) == 0)
    is_mixed = is_edge & (cv2.dilate(values, square) > values)
    edge = int(np.count_nonzero(is_edge))
    if np.count_nonzero(is_mixed) > MIXED * edge:
        raise ValueError(
            "its ids are mixed at the edges of bodies, as lossy compression or resizing between pixels leaves them; "
            "save it as PNG, and resize it to the nearest pixel"
        )
