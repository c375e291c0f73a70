"""Distances between the outlines of two masks, by the package `surface-distance` (DeepMind), which weights each
piece of outline by its length.

ASSD is the mean of the two average distances, each way; NSD the share of both outlines that lies within a tolerance
of the other (Nikolov et al., 2018). Both are undefined where there is no mask.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spinefm.core.geometry import Box
from spinefm.core.masks import Mask

NSD_TOLERANCE_PX = 2.0
NSD_TOLERANCE_MM = 1.0


@dataclass(frozen=True)
class SurfaceScore:
    """ASSD and NSD in pixels, and in mm where the film's scale is known."""

    assd_px: float
    nsd_px: float
    assd_mm: float | None
    nsd_mm: float | None


def surface_score(body: Mask, mask: Mask, spacing_mm: float | None) -> SurfaceScore | None:
    """The distances between a body and its mask; None where either is empty."""
    if not body.area or not mask.area:
        return None
    from surface_distance import metrics

    truth, found = _beside_each_other(body, mask)
    distances = metrics.compute_surface_distances(truth, found, (1.0, 1.0))
    assd = float(np.mean(metrics.compute_average_surface_distance(distances)))

    def near(tolerance: float) -> float:
        return float(metrics.compute_surface_dice_at_tolerance(distances, tolerance))

    if spacing_mm is None:
        return SurfaceScore(assd, near(NSD_TOLERANCE_PX), None, None)
    return SurfaceScore(assd, near(NSD_TOLERANCE_PX), assd * spacing_mm, near(NSD_TOLERANCE_MM / spacing_mm))


def _beside_each_other(body: Mask, mask: Mask) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Both masks on the smallest box (h, w) that holds them and an empty pixel round them."""
    a, b = body.box, mask.box
    frame = Box(min(a.x0, b.x0) - 1, min(a.y0, b.y0) - 1, max(a.x1, b.x1) + 1, max(a.y1, b.y1) + 1)
    return body.within(frame), mask.within(frame)
