"""The film files of a folder, found once by their names."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from PIL import Image

FILM_SUFFIXES = frozenset((".dcm", ".dicom", ".jpeg", ".jpg", ".png", ".tif", ".tiff"))


def visible_files(root: Path) -> list[Path]:
    """All files below `root` in the order of their paths; hidden ones and what lies in hidden folders left out."""
    found = (path for path in root.rglob("*") if path.is_file())
    return sorted(path for path in found if not any(part.startswith(".") for part in path.relative_to(root).parts))


def films_by_stem(files: Iterable[Path]) -> dict[str, Path]:
    """The first film of each stem."""
    films: dict[str, Path] = {}
    for path in files:
        if path.suffix.lower() in FILM_SUFFIXES:
            films.setdefault(path.stem, path)
    return films


def picture_size(path: Path) -> tuple[int, int] | None:
    """(width, height) of a picture from its header; None for a DICOM file. Raises OSError for no picture."""
    if path.suffix.lower() in (".dcm", ".dicom"):
        return None
    with Image.open(path, formats=("PNG", "JPEG", "TIFF")) as picture:
        return picture.size
