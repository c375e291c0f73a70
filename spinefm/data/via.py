"""VGG Image Annotator (VIA): polygons and closed lines become bodies, rectangles boxes; other shapes are named.

VIA calls a film by its name without a folder; where it states a size in bytes, the film of that size alone is meant.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from spinefm.core.foreign import foreign_input
from spinefm.data.case import Case, DatasetError, Skipped
from spinefm.data.dataset import Dataset
from spinefm.data.films import Films, stated_place, visible_files
from spinefm.data.labels import Conventions, label_of, size_on_film
from spinefm.data.names import Names
from spinefm.data.repeated import Claim, bare, settled
from spinefm.data.sheet import Sheet
from spinefm.data.splits import by_subject
from spinefm.data.via_files import ViaFilm, ViaRegion, films_of, is_via_table

HALF = -0.5
"""VIA counts from pixel corners, half a pixel from pixel centres."""
MOST_OPEN = 0.1
"""The ends of a line that outlines a body lie closer than this share of its length."""


def open_via(root: Path, conventions: Conventions | None = None) -> Dataset:
    """The films of every file of VIA below `root`. Raises DatasetError where there is none."""
    files, conventions = visible_files(root), conventions or Conventions()
    films = Films.among(root, files)
    listed, skipped = _listed(files, conventions.names)
    if not listed:
        reasons = " ".join(f"{one.name}: {one.why}" for one in skipped[:3])
        none = "that can be read." if reasons else "(JSON or CSV) with films and regions; choose its folder."
        raise DatasetError(f"{root} contains no file of VIA {none} {reasons}".strip())
    claims = [
        Claim(one, one.file, _meant(one, films), stated_place(one.stated), _drawn(one, conventions.names))
        for one in listed
    ]
    found, repeated = settled(claims, root)

    def read(name: str) -> Case:
        return _read(name, found[name], films, conventions)

    skipped += [*repeated, *bare(claims, films)]
    return Dataset("via", tuple(found), read, tuple(skipped), by_subject({name: name for name in found}))


def _listed(files: Sequence[Path], names: Names) -> tuple[list[ViaFilm], list[Skipped]]:
    """The films of every file of VIA, and the JSON files that are none."""
    found: list[ViaFilm] = []
    skipped: list[Skipped] = []
    for path in files:
        if path.suffix.lower() != ".json" and not is_via_table(path):
            continue
        try:
            with foreign_input(
                lambda reason: DatasetError(f"It cannot be read as a file of VIA ({reason}); fix or remove it.")
            ):
                found += films_of(path, names)
        except DatasetError as error:
            skipped.append(Skipped(path.name, str(error)))
    return found, skipped


def _meant(film: ViaFilm, films: Films) -> Path | None:
    """Where a film lies; None where there is none, or nothing decides between several, which reading it says."""
    with contextlib.suppress(ValueError):
        return films.meant(film.file, film.stated, film.size)
    return None


def _drawn(film: ViaFilm, names: Names) -> str:
    """What is known of its bodies, whether JSON or a table says it; "" for nothing."""
    labelled = [(region.attributes.get(film.attribute, ""), region.shape) for region in film.regions]
    bodies = [json.dumps(one, sort_keys=True) for one in labelled if names.read(one[0]).level is not None]
    return json.dumps(sorted(bodies)) if bodies else ""


def _read(name: str, claim: Claim[ViaFilm], films: Films, conventions: Conventions) -> Case:
    with label_of(f"of {name}"):
        film = claim.counted()
        path = films.meant(film.file, film.stated, film.size)
        if path is None:
            raise ValueError(films.missing(film.stated, film.file))
        sheet = Sheet(name, size_on_film(None, path), conventions)
        for region in film.regions:
            _take(sheet, region, film.attribute)
        return sheet.case(path)


def _take(sheet: Sheet, region: ViaRegion, attribute: str) -> None:
    """Put one region on the sheet."""
    shape, label = region.shape, region.attributes.get(attribute)
    kind = str(shape.get("name"))
    if label is None:
        sheet.leave_out(" ".join(region.attributes.values()) or kind, f"its attribute {attribute!r} is empty")
    elif kind == "polygon" or (kind == "polyline" and _is_closed(shape)):
        sheet.polygon(label, _points(shape), HALF)
    elif kind == "polyline":
        sheet.leave_out(label, "its line is open, so it is not an outline; close it or draw a polygon")
    elif kind == "rect":
        sheet.box(label, _corners(shape))
    else:
        sheet.leave_out(label, f"the shape {kind} does not outline a body")


def _points(shape: Mapping[str, Any]) -> list[tuple[Any, Any]]:
    """The points (x, y) of a region, which filling checks; none where the file has no pairs."""
    x, y = shape.get("all_points_x"), shape.get("all_points_y")
    return list(zip(x, y, strict=True)) if isinstance(x, list) and isinstance(y, list) and len(x) == len(y) else []


def _is_closed(shape: Mapping[str, Any]) -> bool:
    """Whether a line ends about where it begins; one that is damaged is left out as an outline, with its fault."""
    try:
        points = np.array(_points(shape), float).reshape(-1, 2)
    except (ValueError, TypeError):
        return True
    length = float(np.hypot(*np.diff(points, axis=0).T).sum())
    return len(points) == 0 or float(np.hypot(*(points[-1] - points[0]))) <= MOST_OPEN * length


def _corners(shape: Mapping[str, Any]) -> list[float]:
    """x0, y0, x1, y1 of a rectangle; nothing for what is none."""
    try:
        x, y, width, height = (float(shape[key]) for key in ("x", "y", "width", "height"))
    except (LookupError, TypeError, ValueError):
        return []
    return [x, y, x + width, y + height]
