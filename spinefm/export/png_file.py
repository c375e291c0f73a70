"""One picture: the film with outlines and names."""

from __future__ import annotations

import cv2

from spinefm.export.errors import ExportError
from spinefm.export.overlay import draw_overlay
from spinefm.export.subject import Part, Subject


def part(subject: Subject) -> Part:
    """`<name>.png`: drawn on the film where it is at hand, else the overlay that was written with the result."""
    if subject.film is not None:
        picture = draw_overlay(subject.trace, subject.film)
        return Part({f"{subject.name}.png": cv2.imencode(".png", picture[..., ::-1])[1].tobytes()})
    if subject.overlay is None:
        raise ExportError("The result has no overlay.png and its film was not found: give the film with --source.")
    return Part({f"{subject.name}.png": subject.overlay})
