"""The sheet of a folder of results, `index.html`: a wall of films that opens from the folder, without a server."""

from spinefm.export.sheet.thumbnail import THUMBNAIL, thumbnail
from spinefm.export.sheet.write import SHEET, write_sheet

__all__ = ["SHEET", "THUMBNAIL", "thumbnail", "write_sheet"]
