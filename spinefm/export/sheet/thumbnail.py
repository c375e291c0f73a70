"""The small picture of a result for the sheet: a wall of whole overlays would take gigabytes to show."""

from __future__ import annotations

import cv2

from spinefm.export.one_page.picture import fitted
from spinefm.export.overlay import draw_overlay
from spinefm.imaging.radiograph import Radiograph
from spinefm.trace.model import Trace

THUMBNAIL = "thumbnail.jpg"
LONGEST = 480
"""Pixels of its longer side: twice the height at which it is shown, for screens of fine pixels."""
QUALITY = 80


def thumbnail(trace: Trace, film: Radiograph) -> bytes:
    """The film with outlines and names as a small JPEG. Raises ValueError for a film of another size."""
    small = fitted(draw_overlay(trace, film), LONGEST)
    return cv2.imencode(".jpg", small[..., ::-1], (cv2.IMWRITE_JPEG_QUALITY, QUALITY))[1].tobytes()
