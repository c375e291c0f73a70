"""The film with each vertebra's fill, contour and name in its level's colour."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from spinefm.export.labels import colour_of
from spinefm.imaging.radiograph import Radiograph
from spinefm.measure.doubt import doubtful
from spinefm.trace.model import Trace, Vertebra

FILL = 0.28
"""Share of the level's colour in the fill: the bone's structure stays readable below it."""
SMALLEST_TEXT = 11
"""Height of the smallest name, in pixels: the least that the built-in font keeps readable."""
TEXT_SHARE = 0.4
"""Height of all names as a share of the median body's height: names of neighbours stay apart."""
SIDE_PER_LINE = 700
"""Pixels of the film's longer side per pixel of a contour's width, so that it looks the same on every film."""
AMBER = (245, 184, 61)
"""Colour of a vertebra that is doubtful."""
BETWEEN = (40, 28, 4)
"""Colour between its dashes."""

Picture = NDArray[np.uint8]


def draw_overlay(trace: Trace, film: Radiograph) -> Picture:
    """The film in grey with the final masks of `trace` on it, (H, W, 3) uint8, red green blue.

    Names are beside the bodies so that they hide no bone; doubtful ones are dashed, amber and have a question mark.
    Raises ValueError when the trace is of another film's size.
    """
    if film.size != trace.film.size:
        raise ValueError(f"The trace is of a film of size {trace.film.size}, not {film.size}; give the film it is of.")
    grey = np.round(np.clip(film.pixels, 0, 1) * 255).astype(np.uint8)
    picture = np.repeat(grey[..., None], 3, axis=2)  # (H, W, 3)
    unsure = doubtful(trace)
    for vertebra in trace.vertebrae:
        _fill(picture, vertebra)
        _outline(picture, vertebra, vertebra.number in unsure)
    return _write_names(picture, trace.vertebrae, unsure)


def _fill(picture: Picture, vertebra: Vertebra) -> None:
    box = vertebra.mask.box.clipped((picture.shape[0], picture.shape[1]))
    inside = vertebra.mask.within(box)
    crop = picture[box.rows, box.columns]  # a view, (h, w, 3)
    mixed = (1 - FILL) * crop[inside] + FILL * np.array(colour_of(vertebra))
    crop[inside] = np.round(mixed).astype(np.uint8)


def _outline(picture: Picture, vertebra: Vertebra, is_doubtful: bool) -> None:
    contour = np.round(vertebra.mask.contour()).astype(np.int32)
    thickness = max(1, round(max(picture.shape) / SIDE_PER_LINE))
    if not is_doubtful:
        cv2.polylines(picture, [contour], True, colour_of(vertebra), thickness, cv2.LINE_AA)
        return
    cv2.polylines(picture, [contour], True, BETWEEN, thickness, cv2.LINE_AA)  # amber alone is lost on bright bone
    cv2.polylines(picture, _dashes(contour, 5 * thickness), False, AMBER, thickness, cv2.LINE_AA)


def _dashes(contour: NDArray[np.int32], length: int) -> list[NDArray[np.int32]]:
    """Every other piece of a closed contour (N, 2), each about `length` pixels long."""
    closed = np.concatenate([contour, contour[:1]]).astype(float)
    way = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(closed, axis=0).T))])
    steps = np.arange(0.0, way[-1], 2 * length)
    pieces = [np.linspace(start, min(start + length, way[-1]), 4) for start in steps]
    points = [np.stack([np.interp(piece, way, closed[:, axis]) for axis in (0, 1)], axis=1) for piece in pieces]
    return [np.round(part).astype(np.int32) for part in points]


def _text_height(vertebrae: Sequence[Vertebra]) -> int:
    """The height of all names in pixels: C1, C2 and S1 have other boxes than bodies, but no larger names."""
    heights = [vertebra.mask.box.height for vertebra in vertebrae]
    return max(SMALLEST_TEXT, round(TEXT_SHARE * float(np.median(heights)))) if heights else SMALLEST_TEXT


def _write_names(picture: Picture, vertebrae: Sequence[Vertebra], unsure: Collection[int]) -> Picture:
    """The picture with a name beside each body; that of a doubtful one is amber and has a question mark."""
    canvas = Image.fromarray(picture)
    draw = ImageDraw.Draw(canvas)
    height = _text_height(vertebrae)
    font, gap, rim = ImageFont.load_default(height), height / 3, max(1, height // 10)
    for vertebra in vertebrae:
        box = vertebra.mask.box
        name = f"{vertebra.name} ?" if vertebra.number in unsure else vertebra.name
        fits = box.x1 + gap + draw.textlength(name, font) < picture.shape[1]
        x, anchor = (box.x1 + gap, "lm") if fits else (box.x0 - gap, "rm")
        colour = AMBER if vertebra.number in unsure else colour_of(vertebra)
        draw.text((x, vertebra.centroid.y), name, colour, font, anchor, stroke_width=rim, stroke_fill="black")
    return np.asarray(canvas)
