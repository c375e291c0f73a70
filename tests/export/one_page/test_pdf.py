"""The PDF as a foreign reader sees it: one page, all text on it, nothing beyond the paper."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from pypdf import PdfReader

from spinefm import __version__
from spinefm.core.levels import Level
from spinefm.export.one_page import report_files
from spinefm.export.one_page.content import content_of
from spinefm.export.one_page.fields import FIELDS
from spinefm.export.one_page.pdf import HEIGHT, MARGIN, plan_of
from spinefm.export.one_page.picture import picture_of
from spinefm.export.subject import Subject
from tests.export import curved
from tests.export.handmade import unnamed_vertebrae
from tests.export.long_spine import long_subject, long_trace

SENTENCE = "This is a long sentence which says what is wrong with the film and what to do, longer than one line holds."
LONG_NAME = "very-long-name-of-a-film_" * 12 + ".dcm"
CASES = {
    "short": curved.subject(),
    "nothing": curved.subject(curved.trace(())),
    "unnamed": curved.subject(curved.trace(unnamed_vertebrae())),
    "no scale": curved.subject(curved.trace(spacing=None)),
    "thirteen": long_subject(long_trace(13)),
    "whole spine": long_subject(long_trace(25, Level.C1, notes=(SENTENCE,) * 12, film=LONG_NAME)),
    "no film": replace(curved.subject(), source=None),
    "overlay only": replace(curved.subject(), source=None, overlay=curved.png(curved.pixels())),
}


def pdf_of(subject: Subject) -> PdfReader:
    files = report_files(subject.trace, subject.film, subject.measures, subject.overlay)
    return PdfReader(io.BytesIO(files["report.pdf"]))


def words(text: str) -> str:
    """Text without its breaks into lines."""
    return "".join(text.split())


@pytest.mark.parametrize("name", CASES)
def test_it_is_one_page_of_a4_and_says_it_all(name: str) -> None:
    subject = CASES[name]
    content = content_of(subject.trace, subject.measures)
    reader = pdf_of(subject)
    [page] = reader.pages
    assert (round(page.mediabox.width), round(page.mediabox.height)) == (595, 842)
    text = words(page.extract_text())
    said = [
        *content.warnings,
        *content.missing,
        *content.notes,
        *content.sources,
        *content.versions,
        content.notice,
        *content.legend,
    ]
    said += [row.value for row in content.spine] + [row.name for row in content.levels.rows]
    for line in said:
        assert words(line.replace("\N{MINUS SIGN}", "\N{EN DASH}")) in text, line


@pytest.mark.parametrize("name", CASES)
def test_nothing_leaves_the_paper(name: str) -> None:
    subject = CASES[name]
    content = content_of(subject.trace, subject.measures)
    plan = plan_of(content, picture_of(subject.trace, subject.measures, subject.film, subject.overlay))
    assert plan.head + plan.top + plan.below + plan.foot <= HEIGHT
    places: list[tuple[float, float]] = []

    def visit(text: str, matrix: list[float], place: list[float], *_: object) -> None:
        if text.strip():
            places.append((matrix[4] + place[4] * matrix[0], matrix[5] + place[5] * matrix[3]))

    pdf_of(subject).pages[0].extract_text(visitor_text=visit)
    assert len(places) > 20
    assert all(MARGIN - 2 <= x <= 595 - MARGIN and MARGIN - 2 <= y <= 842 - MARGIN for x, y in places)


def test_long_content_makes_the_type_smaller_and_short_does_not() -> None:
    sizes = {}
    for name in ("short", "whole spine"):
        subject = CASES[name]
        picture = picture_of(subject.trace, subject.measures, subject.film)
        sizes[name] = plan_of(content_of(subject.trace, subject.measures), picture).type.size
    assert sizes["short"] == 1.0 and 0.5 < sizes["whole spine"] < 1.0


def test_the_film_is_a_picture_of_its_own_and_the_reader_may_type() -> None:
    reader = pdf_of(CASES["short"])
    [image] = reader.pages[0].images
    assert image.image is not None and image.image.size == curved.SIZE
    assert set(reader.get_fields() or {}) == set(FIELDS)
    assert all(not field.value for field in (reader.get_fields() or {}).values())
    assert not pdf_of(CASES["no film"]).pages[0].images


def test_a_name_in_letters_that_the_font_lacks_does_not_break_it() -> None:
    made = curved.trace(name="\u819d Ł \udcf6.png")
    text = pdf_of(curved.subject(made)).pages[0].extract_text()
    assert "? ? ?.png" in text


def test_the_file_says_what_it_is_and_neither_a_false_date_nor_a_false_author() -> None:
    facts = {name: str(value) for name, value in (pdf_of(CASES["short"]).metadata or {}).items()}
    assert facts.pop("/Creator") == f"SpineFM {__version__}" and "ReportLab" in facts.pop("/Producer")
    assert facts == {"/Title": "neck.png - spine measures", "/Subject": "Measures of a lateral spine radiograph"}


def test_the_same_report_gives_the_same_bytes() -> None:
    subject = CASES["short"]
    first, second = (report_files(subject.trace, subject.film, subject.measures) for _ in range(2))
    assert first == second
