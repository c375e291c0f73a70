"""The report in HTML: whole without any other file, its film and shapes where they belong."""

from __future__ import annotations

import base64
import io
import re
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import sync_playwright

from spinefm.export.formats import FORMATS
from spinefm.export.one_page import REPORT_FILES, report_files
from spinefm.export.one_page.content import content_of
from spinefm.export.one_page.fields import FIELDS
from spinefm.export.result import ADDED_FILES
from spinefm.export.subject import Subject
from tests.export import curved
from tests.export.long_spine import long_subject, long_trace
from tests.ui.server.conftest import CHROMIUM, FLAGS


class Page(HTMLParser):
    """The text and the tags of a page."""

    def __init__(self, content: bytes) -> None:
        super().__init__()
        self.text = ""
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(content.decode())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str]]:
        return [{key: value or "" for key, value in found.items()} for name, found in self.tags if name == tag]


def html_of(subject: Subject) -> bytes:
    return report_files(subject.trace, subject.film, subject.measures, subject.overlay)["report.html"]


@pytest.mark.parametrize("subject", [curved.subject(), long_subject(long_trace(13)), curved.subject(curved.trace(()))])
def test_it_says_all_of_the_content(subject: Subject) -> None:
    page, content = Page(html_of(subject)), content_of(subject.trace, subject.measures)
    said = [
        *content.warnings,
        *content.missing,
        *content.notes,
        *content.sources,
        *content.versions,
        content.notice,
        *content.legend,
    ]
    said += [text for row in content.spine for text in (row.name, row.value, row.sure, row.reference, row.method)]
    said += [cell for row in content.levels.rows for cell in (row.name, *row.cells)]
    assert all(text in page.text for text in said)
    assert [label["aria-label"] for label in page.all("span") if "contenteditable" in label] == list(FIELDS)


def test_it_needs_no_other_file_and_no_host() -> None:
    text = html_of(curved.subject()).decode()
    assert "://" not in text and "<script" not in text and "default-src &#x27;none&#x27;" in text
    assert all(source.startswith("data:") for source in re.findall(r'(?:href|src)="([^"]+)"', text))


def test_shapes_lie_on_the_bodies_of_the_film() -> None:
    page = Page(html_of(curved.subject()))
    [image] = page.all("image")
    film = np.asarray(Image.open(io.BytesIO(base64.b64decode(image["href"].partition(",")[2]))).convert("L"))
    assert film.shape == curved.SIZE[::-1]
    outlines = [line for line in page.all("polyline") if line["class"] != "line"]
    assert [line["class"] for line in outlines].count("doubtful") == 1 and len(outlines) == len(curved.LEVELS)
    for line in outlines:
        points = np.array([[float(value) for value in pair.split(",")] for pair in line["points"].split()])
        x, y = points.mean(axis=0)
        assert film[int(y), int(x)] > 200 and np.allclose(points[0], points[-1])


def test_what_a_file_is_called_cannot_become_a_tag() -> None:
    text = html_of(curved.subject(curved.trace(name='<img src=x onerror="alert(1)">.png'))).decode()
    assert "<img" not in text and "&lt;img src=x" in text


def test_the_format_gives_both_files_and_a_result_may_hold_them() -> None:
    files = FORMATS["report"].files(curved.subject())
    assert list(files) == [f"neck-{name}" for name in REPORT_FILES]
    assert set(REPORT_FILES) < set(ADDED_FILES)


@pytest.mark.thorough
@pytest.mark.parametrize("count", [2, 13, 25])
def test_in_a_browser_nothing_is_cut_off_and_it_prints_on_one_page(count: int, tmp_path) -> None:
    from pypdf import PdfReader

    from spinefm.core.levels import Level

    path = tmp_path / "report.html"
    path.write_bytes(html_of(long_subject(long_trace(count, Level.C1))))
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        page = browser.new_page(viewport={"width": 390, "height": 800})
        page.goto(path.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        page.pdf(path=str(tmp_path / "printed.pdf"), prefer_css_page_size=True)
        browser.close()
    assert len(PdfReader(tmp_path / "printed.pdf").pages) == 1
