"""The report as PDF: one page of A4, whatever its length; film, outlines and text are drawn, not photographed.

What is long makes the type smaller, and the film takes the room that is left.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from reportlab.lib.colors import white
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase.pdfdoc import PDFDictionary, PDFInfo, PDFString
from reportlab.pdfgen.canvas import Canvas
from reportlab.platypus import Flowable

from spinefm import __version__
from spinefm.export.one_page.content import Content
from spinefm.export.one_page.fields import FIELDS
from spinefm.export.one_page.pdf_film import draw_film
from spinefm.export.one_page.pdf_parts import INK, QUIET, REGULAR, RULE, Type, below, beside, footer, header, plain
from spinefm.export.one_page.picture import DrawnFilm

MARGIN = 34.0
"""Points between the paper's edge and the text."""
GAP = 12.0
"""Points between film and text, and between blocks."""
FILM_SHARES = (0.54, 0.5, 0.46, 0.42)
"""Shares of the width that the film may take, the widest that leaves room first."""
LEAST_FILM = 190.0
"""Points that a film is high at least, before the type becomes smaller."""
SIZES = tuple(size / 100 for size in range(100, 42, -3))
"""Sizes of the type that are tried, as shares of the usual one."""
HEAD_SHARE = 0.42
"""Share of the width for the title; the rest is for the fields."""
FIELD = 15.0
"""Height of a field in points."""
LINE = 0.8
"""Width of the lines below the header and above the footer."""
WIDTH = A4[0] - 2 * MARGIN
HEIGHT = A4[1] - 2 * MARGIN


@dataclass(frozen=True)
class PagePlan:
    """A size of type, and heights in points: of header, footer, the film with the text beside it, and what is below.

    film: (width, height) of the picture.
    """

    type: Type
    head: float
    film: tuple[float, float]
    top: float
    below: float
    foot: float

    @property
    def beside(self) -> float:
        """Width of the text beside the film."""
        return WIDTH - self.film[0] - GAP

    @property
    def fits(self) -> bool:
        """Whether all of it is on the page."""
        return self.head + self.top + self.below + self.foot + 2 * GAP <= HEIGHT


class FileFacts(PDFInfo):
    """What the file says of itself: no date, so that a report can be made again, and no author, whom nothing names."""

    def format(self, document: Any) -> bytes:
        """The entries as PDF."""
        known = {"Title": self.title, "Subject": self.subject, "Creator": self.creator, "Producer": self.producer}
        entries: bytes = PDFDictionary({name: PDFString(text) for name, text in known.items()}).format(document)
        return entries


def pdf_page(content: Content, picture: DrawnFilm) -> bytes:
    """The whole file; the same report gives the same bytes."""
    stream = io.BytesIO()
    canvas = Canvas(stream, pagesize=A4, invariant=1)
    canvas._doc.info = FileFacts()
    canvas.setTitle(plain(f"{content.film} - spine measures"))
    canvas.setSubject("Measures of a lateral spine radiograph")
    canvas.setCreator(f"SpineFM {__version__}")
    plan = plan_of(content, picture)
    top = _draw_header(canvas, content, plan)
    _draw_top(canvas, content, picture, plan, top)
    _stack(canvas, below(content, plan.type, WIDTH), MARGIN, top - plan.top - GAP, WIDTH)
    _draw_footer(canvas, content, plan)
    canvas.showPage()
    canvas.save()
    return stream.getvalue()


def plan_of(content: Content, picture: DrawnFilm) -> PagePlan:
    """The largest type, and then the widest film, with which all of it fits one page; else the last one tried."""
    for size in SIZES:
        kind = Type(size)
        rows = _rows(content, kind)
        for share in FILM_SHARES:
            plan = _tried(content, picture, kind, rows, share)
            if plan.fits:
                return plan
    return plan


def _rows(content: Content, kind: Type) -> tuple[float, float, float]:
    """Heights of header, of what is below the film, and of the footer."""
    head, foot = _height(header(content, kind), HEAD_SHARE * WIDTH), _height(footer(content, kind), WIDTH)
    return head + GAP / 2, _height(below(content, kind, WIDTH), WIDTH), foot + GAP / 2


def _tried(
    content: Content, picture: DrawnFilm, kind: Type, rows: tuple[float, float, float], share: float
) -> PagePlan:
    """The plan for one size of type and one share of the width for the film, which is smaller where it is high."""
    head, under, foot = rows
    room = max(HEIGHT - head - foot - under - 2 * GAP, LEAST_FILM)
    columns, lines = picture.size
    scale = min(share * WIDTH / columns, room / lines)
    film = (scale * columns, scale * lines)
    text = _height(beside(content, kind, WIDTH - film[0] - GAP), WIDTH - film[0] - GAP)
    return PagePlan(kind, head, film, max(film[1], text), under, foot)


def _draw_header(canvas: Canvas, content: Content, plan: PagePlan) -> float:
    """Title and fields; returns the height on the page at which they end."""
    top = A4[1] - MARGIN
    _stack(canvas, header(content, plan.type), MARGIN, top, HEAD_SHARE * WIDTH)
    _draw_fields(canvas, top, plan.type)
    canvas.setLineWidth(LINE)
    canvas.line(MARGIN, top - plan.head, MARGIN + WIDTH, top - plan.head)
    return top - plan.head - GAP


def _draw_fields(canvas: Canvas, top: float, kind: Type) -> None:
    """Empty fields to be typed into, in the right part of the header."""
    left, room = MARGIN + (HEAD_SHARE + 0.02) * WIDTH, (0.98 - HEAD_SHARE) * WIDTH
    each = room / len(FIELDS)
    canvas.setLineWidth(LINE / 2)
    canvas.setStrokeColor(RULE)
    for place, name in enumerate(FIELDS):
        x, y = left + place * each, top - kind.small
        canvas.setFont(REGULAR, kind.small)
        canvas.setFillColor(QUIET)
        canvas.drawString(x, y, name)
        canvas.acroForm.textfield(
            **{"name": name, "tooltip": name, "x": x, "y": y - FIELD - 3, "width": each - 8, "height": FIELD},
            **{"fontName": REGULAR, "fontSize": 9, "textColor": INK, "fillColor": white},
            **{"borderWidth": 0, "borderColor": white, "fieldFlags": ""},
        )
        canvas.line(x, y - FIELD - 4, x + each - 8, y - FIELD - 4)
    canvas.setStrokeColor(INK)


def _draw_top(canvas: Canvas, content: Content, picture: DrawnFilm, plan: PagePlan, top: float) -> None:
    """The film, and the text to its right."""
    width, height = plan.film
    draw_film(canvas, picture, MARGIN, top - height, width)
    _stack(canvas, beside(content, plan.type, plan.beside), MARGIN + width + GAP, top, plan.beside)


def _draw_footer(canvas: Canvas, content: Content, plan: PagePlan) -> None:
    canvas.setLineWidth(LINE)
    canvas.line(MARGIN, MARGIN + plan.foot - GAP / 2, MARGIN + WIDTH, MARGIN + plan.foot - GAP / 2)
    _stack(canvas, footer(content, plan.type), MARGIN, MARGIN + plan.foot - GAP / 2 - 2, WIDTH)


def _stack(canvas: Canvas, parts: Iterator[Flowable], x: float, top: float, width: float) -> None:
    """Draw blocks below each other, from `top` down."""
    for part, height in _measured(parts, width):
        top -= height
        part.drawOn(canvas, x, top)


def _height(parts: Iterator[Flowable], width: float) -> float:
    return sum(height for _, height in _measured(parts, width))


def _measured(parts: Iterator[Any], width: float) -> Iterator[tuple[Any, float]]:
    """Each block with its height at this width."""
    for part in parts:
        yield part, part.wrap(width, HEIGHT)[1]
