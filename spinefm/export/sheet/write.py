"""From a folder of results to its `index.html`: cards in HTML, a style and a few lines of script inside it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cache
from html import escape
from importlib.resources import files
from pathlib import Path
from urllib.parse import quote

from spinefm.core.files import write_whole
from spinefm.core.words import counted, listed
from spinefm.export.errors import ExportError
from spinefm.export.one_page.words import DOUBT_MARK, VALUE_IN_DOUBT
from spinefm.export.sheet.films import PAGE, SheetFilm, films_in
from spinefm.imaging.radiograph import printable

SHEET = "index.html"
MARK = b'<meta name="generator" content="SpineFM sheet">'
"""By which a sheet is known, so that no other file is replaced."""
HEAD = 2048
"""Bytes of a file in which the mark is looked for."""
POLICY = "default-src 'none'; img-src 'self' file:; style-src 'unsafe-inline'; script-src 'unsafe-inline'"
"""What the sheet may load: pictures beside it, nothing from another host."""
TITLES = {PAGE: "report", "report.pdf": "PDF", "vertebrae.csv": "vertebrae", "measures.csv": "measures",
          "report.json": "run"}  # fmt: skip
"""What the links of a card are called."""
NOTICE = "Research software, not a medical device. Names and measures are estimates of a program."
OPEN_FAILURES = 12
"""So many failures are shown at once; more are behind a click, or they would hide the wall."""


def write_sheet(root: Path) -> Path | None:
    """Write `index.html` into `root` of all results directly below it, in place of an earlier sheet; returns its path.

    The file appears whole or not at all. None where no result is there.

    Raises:
        ExportError: `index.html` is another program's, or the folder cannot be read or written.
    """
    path = root / SHEET
    try:
        films = films_in(root)
        if not films:
            return None
        _refuse_foreign(path)
        write_whole(path, sheet_page(films, root.resolve().name))
    except OSError as error:
        reason = os.strerror(error.errno) if error.errno else str(error)
        raise ExportError(f'"{path}" cannot be written ({reason}): the results themselves are complete.') from error
    return path


def _refuse_foreign(path: Path) -> None:
    """Refuse to replace what is not a sheet."""
    if path.is_symlink() or (path.exists() and not path.is_file()):
        raise ExportError(f'"{path}" is not a file, so the sheet of the results was not written: choose another --out.')
    if path.exists():
        with path.open("rb") as stream:
            if MARK not in stream.read(HEAD):
                raise ExportError(f'"{path}" is not a results sheet and was not replaced: choose another --out.')


def sheet_page(films: Sequence[SheetFilm], title: str) -> bytes:
    """The whole page of these films, UTF-8."""
    done, failed = [film for film in films if not film.error], [film for film in films if film.error]
    unsure = sum(bool(film.doubt) for film in done)
    parts = (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8">{MARK.decode()}',
        f'<meta http-equiv="Content-Security-Policy" content="{escape(POLICY)}">',
        '<meta name="viewport" content="width=device-width, initial-scale=1">',
        f"<title>{escape(title)} - results</title><style>{_inside('sheet.css')}</style></head><body>",
        _header(title, f"{counted(len(done), 'film')}, {unsure} in doubt, {len(failed)} failed"),
        _failures(failed),
        f"<main>{''.join(map(_card, done))}</main>",
        f"<footer>{' '.join((NOTICE, *_legend(done)))}</footer>",
        f'<script type="module">{_inside("sheet.js")}start(document);</script></body></html>\n',
    )
    return printable("\n".join(part for part in parts if part)).encode()


@cache
def _inside(name: str) -> str:
    return files("spinefm.export.sheet").joinpath(name).read_text(encoding="utf-8")


def _header(title: str, counts: str) -> str:
    return (
        f"<header><h1>{escape(title)}</h1><p>{counts}</p>"
        '<label>Filter <input type="search" id="filter" placeholder="name, level, measure, doubt" '
        'autocomplete="off"></label><p id="shown" role="status"></p></header>'
    )


def _legend(films: Sequence[SheetFilm]) -> list[str]:
    """What the mark of a value in doubt means, where there is one."""
    marked = any(f" {DOUBT_MARK}" in value for film in films for _, value in film.measures)
    return [VALUE_IN_DOUBT] if marked else []


def _failures(failed: Sequence[SheetFilm]) -> str:
    if not failed:
        return ""
    rows = "".join(
        f'<li data-text="{_text(film)}"><b>{escape(film.film)}</b> {escape(film.error)}</li>' for film in failed
    )
    state = " open" if len(failed) <= OPEN_FAILURES else ""
    return f'<details class="failures"{state}><summary>{len(failed)} failed</summary><ul>{rows}</ul></details>'


def _card(film: SheetFilm) -> str:
    found = f"{film.names[0]} to {film.names[-1]} ({len(film.names)})" if len(film.names) > 1 else listed(film.names)
    doubt = "".join(f'<p class="doubt">{escape(line)}</p>' for line in film.doubt)
    rows = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in film.measures)
    links = " ".join(f'<a href="{_url(film, name)}">{TITLES[name]}</a>' for name in film.links)
    return (
        f'<article{" class=unsure" if film.doubt else ""} data-text="{_text(film)}">{_picture(film)}'
        f"<h2>{escape(film.film)}</h2><p>{escape(found)}</p>{doubt}"
        f"{f'<dl>{rows}</dl>' if rows else ''}<p class=links>{links}</p></article>\n"
    )


def _picture(film: SheetFilm) -> str:
    """The small picture, which leads to the report, or to the overlay."""
    if not film.picture:
        return ""
    target = PAGE if PAGE in film.links else "overlay.png"
    return (
        f'<a class="film" href="{_url(film, target)}"><img loading="lazy" decoding="async" '
        f'src="{_url(film, film.picture)}" alt="{escape(film.film)} with outlines and names"></a>'
    )


def _url(film: SheetFilm, name: str) -> str:
    """The address of a file of a result, from the sheet."""
    return f"./{quote(printable(film.folder))}/{quote(name)}"


def _text(film: SheetFilm) -> str:
    """What the filter looks through, in small letters."""
    kind = "failed" if film.error else "doubt doubtful" if film.doubt else "sure"
    words = (film.film, film.folder, *film.names, *film.doubt, *(f"{a} {b}" for a, b in film.measures), film.error)
    return escape(" ".join((*words, kind)).lower())
