"""Final masks and the result (SpineFM, section 2.2, post-processing)."""

from __future__ import annotations

import math
from collections.abc import Sequence

import cv2
import numpy as np

from spinefm.core.geometry import Point, directions_along, principal_axis
from spinefm.core.levels import Level
from spinefm.core.masks import Mask
from spinefm.imaging.radiograph import Radiograph
from spinefm.methods.base.result import vertebra
from spinefm.methods.spinefm.config import SpineFMConfig
from spinefm.methods.spinefm.doubt import body_probability
from spinefm.methods.spinefm.induction import Accepted
from spinefm.methods.spinefm.segment import component
from spinefm.trace.model import Named, Vertebra


def finished_vertebrae(
    spine: Sequence[Accepted], names: Named, film: Radiograph, config: SpineFMConfig
) -> tuple[Vertebra, ...]:
    """The result's vertebrae from the top, with smoothed masks."""
    spacing = _spacing(spine)
    masks = [final_mask(accepted, film, config, spacing) for accepted in spine]
    directions = directions_along([mask.centroid for mask in masks])
    return tuple(
        _vertebra(accepted, level, mask, directions[index], index, config)
        for index, (accepted, level, mask) in enumerate(zip(spine, names.levels, masks, strict=True))
    )


def outlined_by_the_induction(
    spine: Sequence[Accepted], vertebrae: Sequence[Vertebra], config: SpineFMConfig
) -> list[str]:
    """A sentence for each vertebra without a pixel above the final limit, which keeps the induction's own mask."""
    own = {id(accepted.shape.mask) for accepted in spine}
    return [
        f"Nothing of {vertebra.name} is above the final limit of {config.final_limit:.2f}: its outline is that of "
        f"the induction, at {config.mask_limit:.2f}."
        for vertebra in vertebrae
        if id(vertebra.mask) in own
    ]


def added_vertebrae(
    new: Sequence[Accepted], present: Sequence[Point], film: Radiograph, config: SpineFMConfig
) -> tuple[Vertebra, ...]:
    """The `new` vertebrae, without levels, in their places among those `present` (centroids); from the top."""
    axis = principal_axis([*present, *(accepted.centroid for accepted in new)])
    spine = sorted([*present, *(accepted.centroid for accepted in new)], key=axis.position)
    spacing = float(np.median([a.distance(b) for a, b in zip(spine, spine[1:], strict=False)]))
    directions = dict(zip(spine, directions_along(spine), strict=True))
    ordered = sorted(new, key=lambda accepted: axis.position(accepted.centroid))
    return tuple(
        _vertebra(
            accepted, None, final_mask(accepted, film, config, spacing), directions[accepted.centroid], index, config
        )
        for index, accepted in enumerate(ordered)
    )


def _vertebra(
    accepted: Accepted, level: Level | None, mask: Mask, direction: Point, index: int, config: SpineFMConfig
) -> Vertebra:
    return vertebra(accepted.number, index, level, mask, direction, body_probability(accepted, config))


def final_mask(accepted: Accepted, film: Radiograph, config: SpineFMConfig, spacing: float) -> Mask:
    """The probability above the final limit, smoothed as a 0/1 picture; the induction's mask where there is none."""
    shape = accepted.shape
    mask = component(shape.probability, shape.patch, film, config.final_limit, accepted.centroid)
    smooth = smoothed(mask, config.smoothing * spacing, config.smoothing_limit)
    return smooth if smooth.area else shape.mask


def smoothed(mask: Mask, sigma: float, limit: float = 0.5) -> Mask:
    """`mask` blurred by a Gaussian of `sigma` pixels and cut at `limit`; its piece at its centroid."""
    if sigma <= 0 or mask.area == 0:
        return mask
    margin = math.ceil(3 * sigma)
    crop = mask.crop.astype(np.float32)
    padded = cv2.copyMakeBorder(crop, margin, margin, margin, margin, cv2.BORDER_CONSTANT)
    blurred = cv2.GaussianBlur(padded, (0, 0), sigma)
    inner = (blurred > limit)[margin:-margin, margin:-margin]  # never grows past the film
    smooth = Mask.from_array(inner, mask.origin)
    return smooth.component_at(mask.centroid)


def _spacing(spine: Sequence[Accepted]) -> float:
    """Median distance in pixels between neighbouring centroids."""
    steps = [a.centroid.distance(b.centroid) for a, b in zip(spine, spine[1:], strict=False)]
    return float(np.median(steps))
