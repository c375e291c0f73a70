"""The report's two files, `report.pdf` and `report.html`: of a run in memory, or of a result that is exported."""

from __future__ import annotations

from spinefm.export.errors import ExportError
from spinefm.export.one_page.content import content_of
from spinefm.export.one_page.html import html_page
from spinefm.export.one_page.picture import picture_of
from spinefm.export.subject import Part, Subject
from spinefm.imaging.radiograph import Radiograph
from spinefm.measure import Measures
from spinefm.trace.model import Trace

REPORT_FILES = ("report.pdf", "report.html")
"""The files that a result has where a report was asked for."""


def report_files(
    trace: Trace, film: Radiograph | None, measures: Measures, overlay: bytes | None = None
) -> dict[str, bytes]:
    """Name and content of each of `REPORT_FILES`; the same run gives the same bytes.

    `overlay` (content of a PNG) is shown where the film is not at hand. Raises ValueError for an unfinished run.
    """
    from spinefm.export.one_page.pdf import pdf_page  # reportlab takes time to load

    content, picture = content_of(trace, measures), picture_of(trace, measures, film, overlay)
    return {"report.pdf": pdf_page(content, picture), "report.html": html_page(content, picture)}


def part(subject: Subject) -> Part:
    """`<name>-report.pdf` and `<name>-report.html`. Raises ExportError."""
    try:
        made = report_files(subject.trace, subject.film, subject.measures, subject.overlay)
    except ValueError as error:
        raise ExportError(str(error)) from error
    return Part({f"{subject.name}-{name}": content for name, content in made.items()})
