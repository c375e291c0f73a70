"""Masks at the proposed points, both directions in one batch (SpineFM, section 2.2, steps 2 and 3)."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from spinefm.core.geometry import Box, Point
from spinefm.core.masks import Mask
from spinefm.core.quantiles import percentiles
from spinefm.core.visibility import GREY_STEP, contrast
from spinefm.imaging.radiograph import Radiograph
from spinefm.methods.base.stages import Stages
from spinefm.methods.spinefm.config import SpineFMConfig
from spinefm.methods.spinefm.events import Segmented
from spinefm.methods.spinefm.propose import Prompt


@dataclass(frozen=True, eq=False)
class BodyShape:
    """A segmented body. `probability` (h, w) covers `patch`; `mask` is its component at the click."""

    mask: Mask
    probability: NDArray[np.float32]
    patch: Box
    recentred: bool = False

    @property
    def centroid(self) -> Point | None:
        """The refined centroid; None for an empty mask."""
        return self.mask.centroid if self.mask.area else None

    def event(
        self, prompt: Prompt, film: Radiograph, config: SpineFMConfig, greys: float | None = None, limit: float = 0.0
    ) -> Segmented:
        """The shape as the trace keeps it; its contrast is a share of the range `greys` and has to reach `limit`.

        Without a range no contrast is measured.
        """
        centroid = self.centroid
        place = Box.square(centroid or prompt.point, max(1, round(prompt.spacing)))
        return Segmented(
            direction=prompt.direction,
            step=prompt.step,
            mask=self.mask,
            centroid=centroid,
            shift=None if centroid is None else prompt.point.distance(centroid),
            patch=self.patch,
            outside_share=place.outside_share(film.pixels.shape[:2]),
            outside_limit=config.outside_limit,
            recentred=self.recentred,
            contrast=None if greys is None else round(_contrast(film, self.mask, config) / greys, 4),
            contrast_limit=None if greys is None else limit,
            grey_range=1.0 if greys is None else greys,
        )


def segment_all(film: Radiograph, stages: Stages, config: SpineFMConfig, prompts: Sequence[Prompt]) -> list[BodyShape]:
    """A shape for every prompt; those far from their patch's centre are segmented once more."""
    points = [prompt.point for prompt in prompts]
    shapes = _segment(film, stages, config, [prompt.patch(config) for prompt in prompts], points)
    again = [i for i, shape in enumerate(shapes) if config.recentre and _off_centre(shape, prompts[i], config)]
    if again:
        boxes = [_recentred_patch(shapes[i], config) for i in again]
        clicks = [shapes[i].centroid or points[i] for i in again]
        second = _segment(film, stages, config, boxes, clicks)
        for i, shape in zip(again, second, strict=True):
            if shape.mask.area:
                shapes[i] = replace(shape, recentred=True)
    return shapes


def _segment(
    film: Radiograph, stages: Stages, config: SpineFMConfig, boxes: Sequence[Box], clicks: Sequence[Point]
) -> list[BodyShape]:
    answers = stages.segment(film, boxes, clicks)
    return [
        BodyShape(component(values, box, film, config.mask_limit, click), values, box)
        for values, box, click in zip(answers, boxes, clicks, strict=True)
    ]


def component(values: NDArray[np.float32], box: Box, film: Radiograph, limit: float, at: Point) -> Mask:
    """The part of the film where `values` (h, w) on `box` exceed `limit`: the component at `at`, or nearest to it."""
    inside = box.clipped(film.pixels.shape[:2])
    if inside.is_empty:
        return Mask.empty()
    rows = slice(inside.y0 - box.y0, inside.y1 - box.y0)
    above = values[rows, inside.x0 - box.x0 : inside.x1 - box.x0] > limit
    return Mask.from_array(above, (inside.x0, inside.y0)).component_at(at).filled()


def sharpness(shape: BodyShape, config: SpineFMConfig) -> float:
    """The area that is surely the body as a share of that which may be it; 1 for an edge without doubt."""
    box, patch = shape.mask.box, shape.patch
    room = config.sharp_room_px
    near = Box(box.x0 - room, box.y0 - room, box.x1 + room, box.y1 + room).intersection(patch)
    rows = slice(near.y0 - patch.y0, near.y1 - patch.y0)
    values = shape.probability[rows, near.x0 - patch.x0 : near.x1 - patch.x0]
    return float((values > config.sharp_high).sum() / max(1, (values > config.sharp_low).sum()))


def _contrast(film: Radiograph, mask: Mask, config: SpineFMConfig) -> float:
    """The contrast of a body, on a window round it that is shrunk where the body is large: shading needs no detail."""
    margin = round(config.contrast_margin * math.sqrt(mask.area)) + config.contrast_margin_px
    box = mask.box
    grown = Box(box.x0 - margin, box.y0 - margin, box.x1 + margin, box.y1 + margin).clipped(film.pixels.shape[:2])
    window, body = film.pixels[grown.rows, grown.columns], mask.within(grown)
    shrink = config.contrast_side_px / max(config.contrast_side_px, math.sqrt(mask.area))
    if shrink == 1 or grown.is_empty:
        return contrast(window, body)
    size = (max(1, round(shrink * grown.width)), max(1, round(shrink * grown.height)))
    small = cv2.resize(body.astype(np.float32), size, interpolation=cv2.INTER_AREA) >= 0.5
    shrunk = np.asarray(cv2.resize(window, size, interpolation=cv2.INTER_AREA), np.float32)
    return contrast(shrunk, small)


def grey_range(film: Radiograph, bodies: Iterable[Mask], config: SpineFMConfig) -> float:
    """The range of greys in and round `bodies`, in which a further one has to be visible; the film's is 1.

    Black collimation, letters and bare background are not in it. Each body's window is thinned to a fixed size.
    """
    if config.contrast_range == "film" or config.minimum_contrast == config.clear_contrast == 0:
        return 1.0
    windows = []
    for body in bodies:
        size = math.sqrt(body.area)
        margin, step = round(config.contrast_surround * size), max(1, round(size / config.contrast_side_px))
        box = body.box
        grown = Box(box.x0 - margin, box.y0 - margin, box.x1 + margin, box.y1 + margin).clipped(film.pixels.shape[:2])
        windows.append(film.pixels[grown.rows, grown.columns][::step, ::step].ravel())
    if not windows:
        return 1.0
    share = config.contrast_percentile
    low, high = percentiles(np.concatenate(windows), (share, 100 - share))
    return max(GREY_STEP, round(min(config.contrast_range_most, high - low), 4))


def _off_centre(shape: BodyShape, prompt: Prompt, config: SpineFMConfig) -> bool:
    """Whether the body lies so far from the patch's centre, or so close to its edge, that a second pass pays."""
    centroid = shape.centroid
    if centroid is None:
        return False
    margin = config.recentre_edge * shape.patch.width
    box, patch = shape.mask.box, shape.patch
    at_edge = min(box.x0 - patch.x0, box.y0 - patch.y0, patch.x1 - box.x1, patch.y1 - box.y1) <= margin
    return at_edge or prompt.point.distance(centroid) > config.recentre_limit * prompt.spacing


def _recentred_patch(shape: BodyShape, config: SpineFMConfig) -> Box:
    """A patch of the same side round the refined centroid, wider where the body would not fit."""
    box = shape.mask.box
    side = max(shape.patch.width, round(config.recentre_room * max(box.width, box.height)))
    centre = Point((box.x0 + box.x1 - 1) / 2, (box.y0 + box.y1 - 1) / 2)
    return Box.square(centre, side)
