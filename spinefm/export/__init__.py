"""The result of a run on disk: label map, overlay, trace, table and report, as a folder or as one zip."""

from spinefm.export.errors import ExportError
from spinefm.export.labels import label_map
from spinefm.export.overlay import draw_overlay
from spinefm.export.result import (
    RESULT_FILES,
    result_files,
    result_name,
    write_error,
    write_result,
    write_zip,
)

__all__ = [
    "RESULT_FILES",
    "ExportError",
    "draw_overlay",
    "label_map",
    "result_files",
    "result_name",
    "write_error",
    "write_result",
    "write_zip",
]
