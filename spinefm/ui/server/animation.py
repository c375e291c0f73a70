"""A run as a short moving picture: the film, each decision as it falls, the named result, and its corrections."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageColor, ImageDraw, ImageFont

from spinefm.core.masks import Mask
from spinefm.export.overlay import draw_overlay
from spinefm.imaging.radiograph import Radiograph
from spinefm.methods.base.events import Located
from spinefm.methods.spinefm.events import Decided, Seeded, Segmented
from spinefm.trace.captions import caption
from spinefm.trace.model import Corrected, Finished, Trace

Picture = NDArray[np.uint8]

HEIGHT = 560
"""Height of the moving picture, in pixels; a lower film is not enlarged."""
STRIP = 22
"""Height of the strip with the caption."""
PACE, PAUSE = 450, 2500
"""Milliseconds of a step, and of the last picture."""
ACCEPTED, REJECTED, DETECTED = "#cfe3ff", "#ff8078", "#ffffff"


def animation(trace: Trace, film: Radiograph) -> bytes:
    """The run as an animated WebP.

    Raises ValueError for a trace without an end.
    """
    if trace.finished is None:
        raise ValueError("Only a finished run can be animated.")
    frames = [Image.fromarray(frame) for frame in _frames(trace, film)]
    content = io.BytesIO()
    pauses = [PACE] * (len(frames) - 1) + [PAUSE]
    frames[0].save(
        content, "WEBP", save_all=True, append_images=frames[1:], duration=pauses, loop=0, quality=70, method=0
    )
    return content.getvalue()


def _frames(trace: Trace, film: Radiograph) -> Iterator[Picture]:
    """One picture for the detections, one for each decision, and one for the result."""
    scale = min(1.0, HEIGHT / film.height)
    grey = cv2.resize(film.pixels, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    bare = np.repeat(np.round(grey * 255).astype(np.uint8)[..., None], 3, axis=2)  # (H, W, 3)
    canvas, mask = bare.copy(), Mask.empty()
    for index, event in enumerate(trace.events):
        match event:
            case Located():
                yield _captioned(_detected(canvas, event, scale), caption(event))
            case Seeded():
                canvas = bare.copy()
            case Segmented():
                mask = event.mask
            case Decided():
                canvas = _outlined(canvas, mask, scale, REJECTED if event.vertebra is None else ACCEPTED)
                yield _captioned(canvas, caption(event))
                mask = Mask.empty()
            case Finished() | Corrected():
                so_far = replace(trace, events=trace.events[: index + 1])
                canvas = _result(so_far, film, bare)
                yield _captioned(canvas, caption(event))


def _result(trace: Trace, film: Radiograph, bare: Picture) -> Picture:
    """The overlay of what `trace` found, as large as `bare` (H, W, 3)."""
    size = (bare.shape[1], bare.shape[0])
    return np.asarray(cv2.resize(draw_overlay(trace, film), size, interpolation=cv2.INTER_AREA), np.uint8)


def _detected(canvas: Picture, event: Located, scale: float) -> Picture:
    for detection in event.detections:
        canvas = _outlined(canvas, detection.mask, scale, DETECTED if detection.kept else REJECTED)
    return canvas


def _outlined(canvas: Picture, mask: Mask, scale: float, colour: str) -> Picture:
    """A copy of the canvas (H, W, 3) with the mask's contour."""
    drawn = canvas.copy()
    points = np.round((mask.contour() + 0.5) * scale - 0.5).astype(np.int32)
    if len(points):
        cv2.polylines(drawn, [points], True, ImageColor.getrgb(colour)[:3], 2, cv2.LINE_AA)
    return drawn


def _captioned(canvas: Picture, words: str) -> Picture:
    """The canvas above a black strip with the caption."""
    words = words.replace("≤", "<=").replace("≥", ">=")  # the built-in font lacks these signs
    strip = Image.new("RGB", (canvas.shape[1], STRIP), "black")
    ImageDraw.Draw(strip).text((6, 4), words, fill="#e6eaf0", font=ImageFont.load_default(11))
    return np.concatenate([canvas, np.asarray(strip, np.uint8)])
