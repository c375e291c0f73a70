"""The film on the PDF: a picture, and over it outlines, lines and names as shapes."""

from __future__ import annotations

import io

from reportlab.lib.colors import Color
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

from spinefm.export.one_page.pdf_parts import BOLD, plain
from spinefm.export.one_page.picture import Colour, DrawnFilm, DrawnPath, Name

OUTLINE, LINE = 0.9, 0.7
"""Widths in points."""
DASHES = (3, 2)
"""Points of a dash and of the gap behind it, round bodies in doubt."""
RIM = 0.14
"""Width of the dark rim of a letter as a share of its height."""
LEAST_LETTERS, MOST_LETTERS = 5.5, 11.0
"""Height of names in points."""
STROKED, FILLED = 1, 0
"""How PDF draws letters."""
BASELINE = 0.35
"""How far below the middle of a letter its baseline lies, as a share of its height."""


def draw_film(canvas: Canvas, picture: DrawnFilm, x: float, y: float, width: float) -> None:
    """Draw the film with its lower left corner at (x, y), `width` points wide; nothing leaves its frame."""
    columns, rows = picture.size
    scale = width / columns
    canvas.saveState()
    frame = canvas.beginPath()
    frame.rect(x, y, width, scale * rows)
    canvas.clipPath(frame, stroke=0, fill=0)
    canvas.setFillGray(0)
    canvas.rect(x, y, width, scale * rows, stroke=0, fill=1)
    if picture.jpeg:
        canvas.drawImage(ImageReader(io.BytesIO(picture.jpeg)), x, y, width, scale * rows)
    canvas.translate(x, y + scale * rows)
    for shape in picture.shapes:
        _draw_shape(canvas, shape, scale)
    letters = min(max(scale * picture.letters, LEAST_LETTERS), MOST_LETTERS)
    for name in picture.names:
        _draw_name(canvas, name, scale, letters)
    canvas.restoreState()


def _draw_shape(canvas: Canvas, shape: DrawnPath, scale: float) -> None:
    canvas.setStrokeColor(_colour(shape.colour))
    canvas.setLineWidth(LINE if shape.role == "line" else OUTLINE)
    canvas.setDash(*(DASHES if shape.role == "doubtful" else ()))
    path = canvas.beginPath()
    (x, y), *others = shape.points * (scale, -scale)
    path.moveTo(x, y)
    for x, y in others:
        path.lineTo(x, y)
    canvas.drawPath(path)


def _draw_name(canvas: Canvas, name: Name, scale: float, letters: float) -> None:
    """A name with a dark rim, so that it can be read on bone."""
    text = plain(name.text)
    x, y = scale * name.x, -scale * name.y - BASELINE * letters
    start = x - canvas.stringWidth(text, BOLD, letters) if name.ends else x
    canvas.setDash()
    canvas.setLineJoin(1)
    canvas.setLineWidth(2 * RIM * letters)
    canvas.setStrokeGray(0)
    canvas.setFillColor(_colour(name.colour))
    for mode in (STROKED, FILLED):
        canvas.saveState()
        line = canvas.beginText(start, y)
        line.setFont(BOLD, letters)
        line.setTextRenderMode(mode)
        line.textOut(text)
        canvas.drawText(line)
        canvas.restoreState()


def _colour(colour: Colour) -> Color:
    return Color(*(channel / 255 for channel in colour))
