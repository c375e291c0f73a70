"""The film with each vertebra's fill, contour and name in its level's colour."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from spinefm.export.labels import colour_of
from spinefm.imaging.radiograph import Radiograph
from spinefm.trace.model import Trace, Vertebra

FILL = 0.28
"""Share of the level's colour in the fill: the bone's structure stays readable below it."""
SMALLEST_TEXT = 11
"""Height of the smallest name, in pixels: the least that the built-in font keeps readable."""
TEXT_SHARE = 0.4
"""Height of a name as a share of its body's height: names of neighbours stay apart."""
SIDE_PER_LINE = 700
"""Pixels of the film's longer side per pixel of a contour's width, so that it looks the same on every film."""

Picture = NDArray[np.uint8]


def draw_overlay(trace: Trace, film: Radiograph) -> Picture:
    """The film in grey with the final masks of `trace` on it, (H, W, 3) uint8, red green blue.

    Names are beside the bodies so that they hide no bone. Raises ValueError if the trace's film has another size.
    """
    if film.size != trace.film.size:
        raise ValueError(f"The trace is of a film of size {trace.film.size}, not {film.size}; give the film it is of.")
    grey = np.round(np.clip(film.pixels, 0, 1) * 255).astype(np.uint8)
    picture = np.repeat(grey[..., None], 3, axis=2)  # (H, W, 3)
    for vertebra in trace.vertebrae:
        _fill(picture, vertebra)
        _outline(picture, vertebra)
    return _write_names(picture, trace.vertebrae)


def _fill(picture: Picture, vertebra: Vertebra) -> None:
    box = vertebra.mask.box.clipped((picture.shape[0], picture.shape[1]))
    inside = vertebra.mask.within(box)
    crop = picture[box.rows, box.columns]  # a view, (h, w, 3)
    mixed = (1 - FILL) * crop[inside] + FILL * np.array(colour_of(vertebra))
    crop[inside] = np.round(mixed).astype(np.uint8)


def _outline(picture: Picture, vertebra: Vertebra) -> None:
    contour = np.round(vertebra.mask.contour()).astype(np.int32)
    thickness = max(1, round(max(picture.shape) / SIDE_PER_LINE))
    cv2.polylines(picture, [contour], True, colour_of(vertebra), thickness, cv2.LINE_AA)


def _write_names(picture: Picture, vertebrae: tuple[Vertebra, ...]) -> Picture:
    canvas = Image.fromarray(picture)
    draw = ImageDraw.Draw(canvas)
    for vertebra in vertebrae:
        box = vertebra.mask.box
        height = max(SMALLEST_TEXT, round(TEXT_SHARE * box.height))
        font = ImageFont.load_default(height)
        gap = height / 3
        fits = box.x1 + gap + draw.textlength(vertebra.name, font) < picture.shape[1]
        x, anchor = (box.x1 + gap, "lm") if fits else (box.x0 - gap, "rm")
        rim = max(1, height // 10)
        colour = colour_of(vertebra)
        draw.text((x, vertebra.centroid.y), vertebra.name, colour, font, anchor, stroke_width=rim, stroke_fill="black")
    return np.asarray(canvas)
