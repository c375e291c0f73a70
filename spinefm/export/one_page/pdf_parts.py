"""The blocks of the PDF's text: paragraphs and tables in one family of type."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape

from reportlab.lib.colors import Color, HexColor
from reportlab.lib.styles import ParagraphStyle
from reportlab.platypus import Flowable, Paragraph, Spacer, Table

from spinefm.export.one_page.content import Content, MeasureRow
from spinefm.export.one_page.levels import LevelTable
from spinefm.export.one_page.words import MINUS

REGULAR, BOLD = "Helvetica", "Helvetica-Bold"
"""Fonts that every reader of PDF has; they hold the letters of western Europe."""
WRITTEN = {MINUS: "\N{EN DASH}", "\N{NO-BREAK SPACE}": " "}
"""Signs that the font lacks, and those in their place."""
INK, QUIET, RULE, DOUBT = HexColor(0x1B1F24), HexColor(0x5C656E), HexColor(0xC9CED4), HexColor(0x8A5A00)
LEADING = 1.22


@dataclass(frozen=True)
class Type:
    """Sizes of the type in points, for a share of the usual size."""

    size: float

    @property
    def title(self) -> float:
        """Of the page's title."""
        return 12.5 * self.size

    @property
    def body(self) -> float:
        """Of values and facts."""
        return 8.2 * self.size

    @property
    def small(self) -> float:
        """Of methods, references and versions."""
        return 6.7 * self.size

    def style(self, points: float, colour: Color = INK, font: str = REGULAR, space: float = 0.0) -> ParagraphStyle:
        """A style of paragraphs; long words break anywhere."""
        return ParagraphStyle(
            font, fontName=font, fontSize=points, leading=LEADING * points, textColor=colour, spaceAfter=space,
            splitLongWords=1,
        )  # fmt: skip


def plain(text: str) -> str:
    """The text with signs that the font has; a question mark in the place of each other letter.

    >>> plain("−3°"), plain("膝.png")
    ('–3°', '?.png')
    """
    for sign, written in WRITTEN.items():
        text = text.replace(sign, written)
    return text.encode("cp1252", "replace").decode("cp1252")


def header(content: Content, kind: Type) -> Iterator[Flowable]:
    """The title and the film's name."""
    yield _text("Lateral spine radiograph: measures", kind.style(kind.title, font=BOLD))
    yield Spacer(0, 2)
    yield _text(content.film, kind.style(kind.body, QUIET))
    yield Spacer(0, 2)


def beside(content: Content, kind: Type, width: float) -> Iterator[Flowable]:
    """What lies right of the film: what measures rest on, warnings, measures of the whole spine, what is missing."""
    yield from _title("What the measures rest on", kind, first=True)
    yield _facts(content.facts, kind, width)
    yield from _listed("Warnings", content.warnings, kind, kind.style(kind.body, DOUBT))
    if content.spine:
        yield from _title("Whole spine", kind)
        yield _spine(content.spine, kind, width)
    yield from _listed("Not measurable", content.missing, kind, kind.style(kind.small, QUIET))


def below(content: Content, kind: Type, width: float) -> Iterator[Flowable]:
    """What lies below the film: the legend, the table of levels, methods and sources."""
    small = kind.style(kind.small, QUIET)
    if content.legend:
        yield _text(" ".join(content.legend), small)
        yield Spacer(0, 7 * kind.size)
    if content.levels.rows:
        yield from _title("Levels", kind, first=True)
        yield _levels(content.levels, kind, width)
    notes = (" ".join(content.notes), " ".join(content.sources))
    yield from _listed("How it is measured, and what is usual", tuple(filter(None, notes)), kind, small)


def footer(content: Content, kind: Type) -> Iterator[Flowable]:
    """The notice, versions and checksums."""
    yield _text(content.notice, kind.style(kind.body, font=BOLD))
    for line in content.versions:
        yield _text(line, kind.style(kind.small, QUIET))


def _title(text: str, kind: Type, first: bool = False) -> Iterator[Flowable]:
    if not first:
        yield Spacer(0, 7 * kind.size)
    yield _text(text, kind.style(kind.body, QUIET, BOLD))
    yield Spacer(0, 2 * kind.size)


def _listed(title: str, lines: Sequence[str], kind: Type, style: ParagraphStyle) -> Iterator[Flowable]:
    if lines:
        yield from _title(title, kind)
        yield from (_text(line, style) for line in lines)


def _text(text: str, style: ParagraphStyle) -> Paragraph:
    return Paragraph(escape(plain(text)), style)


def _facts(facts: Iterable[tuple[str, str]], kind: Type, width: float) -> Table:
    label, value = kind.style(kind.body, QUIET), kind.style(kind.body)
    rows = [[_text(name, label), _text(text, value)] for name, text in facts]
    return _table(rows, [0.3 * width, 0.7 * width], kind, ruled=False)


def _spine(rows: Iterable[MeasureRow], kind: Type, width: float) -> Table:
    """A row per measure: name, method and what is usual in one cell, then the value and how sure."""
    quiet, bold = kind.style(kind.small, QUIET), kind.style(kind.body, font=BOLD)
    head = [_text(text, quiet) for text in ("Measure", "Value ± 95 %", "Confidence")]
    cells = [[_named(row, kind), _text(row.value, bold), _text(row.sure, kind.style(kind.body))] for row in rows]
    return _table([head, *cells], [0.55 * width, 0.26 * width, 0.19 * width], kind)


def _named(row: MeasureRow, kind: Type) -> list[Paragraph]:
    quiet = kind.style(kind.small, QUIET)
    usual = [_text(f"Usual: {row.reference}", quiet)] if row.reference else []
    return [_text(row.name, kind.style(kind.body)), _text(row.method, quiet), *usual]


def _levels(table: LevelTable, kind: Type, width: float) -> Table:
    """A row per body; bodies in doubt in amber."""
    quiet, plain_style = kind.style(kind.small, QUIET), kind.style(kind.body)
    heads = ("Level", *table.body, *table.disc)
    groups = ["", "Body", *[""] * (len(table.body) - 1), *(["With the body below"] if table.disc else [])]
    groups += [""] * (len(heads) - len(groups))
    rows: list[list[object]] = [[_text(head, kind.style(kind.small, QUIET, BOLD)) if head else "" for head in groups]]
    rows.append([_text(head, quiet) for head in heads])
    for row in table.rows:
        style = kind.style(kind.body, DOUBT) if row.doubtful else plain_style
        name = kind.style(kind.body, DOUBT if row.doubtful else INK, BOLD)
        rows.append([_text(row.name, name), *(_text(cell, style) for cell in row.cells)])
    return _table(rows, _widths(table, width), kind, spans=_spans(table))


def _spans(table: LevelTable) -> list[tuple[object, ...]]:
    """The heads over several columns."""
    last = len(table.body)
    spans: list[tuple[object, ...]] = [("SPAN", (1, 0), (last, 0))]
    return [*spans, ("SPAN", (last + 1, 0), (last + len(table.disc), 0))] if table.disc else spans


def _widths(table: LevelTable, width: float) -> list[float]:
    """Columns in proportion to the longest text in them."""
    heads = ("Level", *table.body, *table.disc)
    rows = [(row.name, *row.cells) for row in table.rows]
    longest = [max(0.82 * len(head), *(len(row[at]) for row in rows), 4) + 2 for at, head in enumerate(heads)]
    return [width * share / sum(longest) for share in longest]


def _table(
    rows: list[list[object]],
    widths: Sequence[float],
    kind: Type,
    ruled: bool = True,
    spans: Sequence[tuple[object, ...]] = (),
) -> Table:
    pad = 1.3 * kind.size
    style: list[tuple[object, ...]] = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LEFTPADDING", (0, 0), (-1, -1), 0),
        ("RIGHTPADDING", (0, 0), (-1, -1), 4 * kind.size),
        ("TOPPADDING", (0, 0), (-1, -1), pad),
        ("BOTTOMPADDING", (0, 0), (-1, -1), pad),
        ("FONTSIZE", (0, 0), (-1, -1), kind.small),
        ("LEADING", (0, 0), (-1, -1), LEADING * kind.small),
        *spans,
    ]
    if ruled:
        style.append(("LINEBELOW", (0, 1 if spans else 0), (-1, -1), 0.3, RULE))
    return Table(rows, colWidths=list(widths), style=style, hAlign="LEFT")
