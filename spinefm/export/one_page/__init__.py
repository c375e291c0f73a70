"""The report on one page: film, measures, what was not measurable, doubt and warnings, as PDF and as HTML."""

from spinefm.export.one_page.files import REPORT_FILES, part, report_files

__all__ = ["REPORT_FILES", "part", "report_files"]
