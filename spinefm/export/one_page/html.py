"""The report as one HTML file that needs no other, and prints on A4."""

from __future__ import annotations

import base64
from collections.abc import Iterable
from functools import cache
from html import escape
from importlib.resources import files

from spinefm.export.one_page.content import Content, MeasureRow
from spinefm.export.one_page.fields import FIELDS
from spinefm.export.one_page.levels import LevelTable
from spinefm.export.one_page.picture import Colour, DrawnFilm, DrawnPath, Name
from spinefm.imaging.radiograph import printable

POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
"""What the file may load: nothing but what it holds."""
LONG, VERY_LONG = 7, 14
"""Rows of the table of levels above which the page is printed smaller."""


def html_page(content: Content, picture: DrawnFilm) -> bytes:
    """The whole file, UTF-8."""
    parts = (
        _head(content),
        _header(content),
        f'<div class="top"><figure>{_film(picture, content)}</figure><div>{_beside(content)}</div></div>',
        _levels(content.levels),
        _lines("How it is measured, and what is usual", (*content.notes, *content.sources), "small"),
        _footer(content),
        "</body></html>\n",
    )
    return printable("\n".join(part for part in parts if part)).encode()


@cache
def _style() -> str:
    return files("spinefm.export.one_page").joinpath("report.css").read_text(encoding="utf-8")


def _head(content: Content) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1"><meta name="generator" content="SpineFM">'
        f"<title>{escape(content.film)} - spine measures</title><style>{_style()}</style></head>"
        f'<body class="{_length(content)}">'
    )


def _length(content: Content) -> str:
    """How long the table is: paper has one height, so a long one is printed smaller."""
    rows = len(content.levels.rows)
    return "longest" if rows > VERY_LONG else "long" if rows > LONG else ""


def _header(content: Content) -> str:
    """The title, and fields that the reader may type into; nothing of a patient is known here."""
    fields = "".join(
        f'<label>{escape(name)}<span contenteditable="true" role="textbox" aria-label="{escape(name)}"></span></label>'
        for name in FIELDS
    )
    title = f'<div><h1>Lateral spine radiograph: measures</h1><div class="film-name">{escape(content.film)}</div></div>'
    return f'<header>{title}<div class="typed">{fields}</div></header>'


def _film(picture: DrawnFilm, content: Content) -> str:
    width, height = picture.size
    film = base64.b64encode(picture.jpeg).decode()
    image = f'<image href="data:image/jpeg;base64,{film}" width="{width}" height="{height}"/>' if film else ""
    shapes = "".join(map(_shape, picture.shapes))
    names = "".join(_name(one, picture.letters) for one in picture.names)
    return (
        f'<svg viewBox="0 0 {width} {height}" preserveAspectRatio="xMinYMin" role="img" '
        f'aria-label="Film {escape(content.film)} with outlines and names">'
        f"{image}{shapes}{names}</svg><figcaption>{escape(' '.join(content.legend))}</figcaption>"
    )


def _shape(shape: DrawnPath) -> str:
    points = " ".join(f"{x:.1f},{y:.1f}" for x, y in shape.points)
    return f'<polyline class="{shape.role}" points="{points}" stroke="{_hex(shape.colour)}"/>'


def _name(name: Name, letters: float) -> str:
    anchor = "end" if name.ends else "start"
    return (
        f'<text x="{name.x:.1f}" y="{name.y:.1f}" font-size="{letters:.1f}" text-anchor="{anchor}" '
        f'fill="{_hex(name.colour)}">{escape(name.text)}</text>'
    )


def _hex(colour: Colour) -> str:
    return "#{:02x}{:02x}{:02x}".format(*colour)


def _beside(content: Content) -> str:
    """What lies to the right of the film."""
    facts = "".join(f"<dt>{escape(label)}</dt><dd>{escape(value)}</dd>" for label, value in content.facts)
    warnings = _lines("Warnings", content.warnings, "warnings")
    missing = _lines("Not measurable", content.missing, "missing")
    return f"<h2>What the measures rest on</h2><dl>{facts}</dl>{warnings}{_spine(content.spine)}{missing}"


def _spine(rows: Iterable[MeasureRow]) -> str:
    body = "".join(map(_spine_row, rows))
    if not body:
        return ""
    head = "<tr><th>Measure</th><th>Value ± 95 %</th><th>Confidence</th></tr>"
    return f"<h2>Whole spine</h2><table><thead>{head}</thead><tbody>{body}</tbody></table>"


def _spine_row(row: MeasureRow) -> str:
    usual = f'<span class="how">Usual: {escape(row.reference)}</span>' if row.reference else ""
    return (
        f'<tr><td>{escape(row.name)}<span class="how">{escape(row.method)}</span>{usual}</td>'
        f'<td class="value">{escape(row.value)}</td><td>{escape(row.sure)}</td></tr>'
    )


def _levels(table: LevelTable) -> str:
    if not table.rows:
        return ""
    groups = f'<th class="group"></th><th class="group" colspan="{len(table.body)}">Body</th>'
    if table.disc:
        groups += f'<th class="group" colspan="{len(table.disc)}">With the body below</th>'
    heads = "".join(f"<th>{escape(head)}</th>" for head in ("Level", *table.body, *table.disc))
    rows = "".join(
        f"<tr{' class=doubt' if row.doubtful else ''}><th>{escape(row.name)}</th>"
        f"{''.join(f'<td>{escape(cell)}</td>' for cell in row.cells)}</tr>"
        for row in table.rows
    )
    return (
        '<h2>Levels</h2><div class="levels" role="region" tabindex="0" aria-label="Levels"><table>'
        f"<thead><tr>{groups}</tr><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _lines(title: str, lines: Iterable[str], kind: str) -> str:
    text = "".join(f"<p>{escape(line)}</p>" for line in lines)
    return f'<h2>{escape(title)}</h2><div class="{kind}">{text}</div>' if text else ""


def _footer(content: Content) -> str:
    versions = "".join(f"<p>{escape(line)}</p>" for line in content.versions)
    return f"<footer><p><strong>{escape(content.notice)}</strong></p>{versions}</footer>"
