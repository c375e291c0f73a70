"""Label Studio's JSON export: polygons, brushes and rotated rectangles become bodies, rectangles boxes.

Places are per cent of the film. A region's level is in its labels or in a choice or text of its own. Of several
annotations of a film the ground truth counts; without one they must agree.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinefm.core.foreign import foreign_input
from spinefm.data.brush import brush_mask
from spinefm.data.case import Case, DatasetError, Skipped
from spinefm.data.dataset import Dataset
from spinefm.data.films import Films, visible_files
from spinefm.data.labels import Conventions, label_of, size_on_film, stated_size
from spinefm.data.labelstudio_files import (
    LabelStudioRegion,
    LabelStudioTask,
    content_of,
    counted,
    film_of,
    regions_of,
    tasks_of,
)
from spinefm.data.names import Names
from spinefm.data.outlines import rotation_of
from spinefm.data.repeated import Claim, bare, settled
from spinefm.data.sheet import Sheet
from spinefm.data.splits import by_subject

HALF = -0.5
"""Per cent of the width count from the film's edge, half a pixel from the first pixel's centre."""
PER_CENT = 100


def open_label_studio(root: Path, conventions: Conventions | None = None) -> Dataset:
    """The films of every export below `root`. Raises DatasetError where there is none."""
    files, conventions = visible_files(root), conventions or Conventions()
    films = Films.among(root, files)
    tasks, skipped = _tasks([path for path in files if path.suffix.lower() == ".json"], conventions.names)
    if not tasks:
        reasons = " ".join(f"{one.name}: {one.why}" for one in skipped[:3])
        none = "that can be read." if reasons else "(JSON) with tasks; choose its folder."
        raise DatasetError(f"{root} contains no export of Label Studio {none} {reasons}".strip())
    claims = [Claim(task, task.file, _meant(task, films), task.place, _drawn(task)) for task in tasks]
    found, repeated = settled(claims, root)

    def read(name: str) -> Case:
        return _read(name, found[name], films, conventions)

    skipped += [*repeated, *bare(claims, films)]
    return Dataset("labelstudio", tuple(found), read, tuple(skipped), by_subject({name: name for name in found}))


def _tasks(files: Sequence[Path], names: Names) -> tuple[list[LabelStudioTask], list[Skipped]]:
    """The tasks of every export, and the files that are none."""
    found: list[LabelStudioTask] = []
    skipped: list[Skipped] = []
    for path in files:
        try:
            with foreign_input(
                lambda reason: DatasetError(f"It cannot be read as Label Studio's export ({reason}); fix or remove it.")
            ):
                found += tasks_of(path, names)
        except DatasetError as error:
            skipped.append(Skipped(path.name, str(error)))
    return found, skipped


def _meant(task: LabelStudioTask, films: Films) -> Path | None:
    """The film of a task; None where there is none, or where nothing decides between several."""
    with contextlib.suppress(ValueError):
        return film_of(task, films)
    return None


def _drawn(task: LabelStudioTask) -> str:
    """What the annotation of a task that counts says, or all of them where none does; "" for nothing."""
    try:
        return content_of(counted(task.annotations)[0]["result"])
    except ValueError:
        drawn = [content_of(one["result"]) for one in task.annotations if one.get("result")]
        return json.dumps(sorted(drawn)) if drawn else ""


def _read(name: str, claim: Claim[LabelStudioTask], films: Films, conventions: Conventions) -> Case:
    with label_of(f"of {name}"):
        task = claim.counted()
        film = film_of(task, films)
        if film is None:
            raise ValueError(f"its film {task.place.name} is missing")
        chosen, others = counted(task.annotations)
        regions = regions_of(chosen["result"])
        sheet = Sheet(name, size_on_film(_stated(regions), film), conventions)
        for label, why in others:
            sheet.leave_out(label, why)
        for region in regions:
            _take(sheet, region, task.attribute)
        return sheet.case(film)


def _stated(regions: Sequence[LabelStudioRegion]) -> tuple[int, int] | None:
    """The size of the film that regions state. Raises ValueError where they state several."""
    sizes = {size for region in regions if (size := stated_size(*region.size)) is not None}
    if len(sizes) > 1:
        raise ValueError("its regions are drawn on films of several sizes")
    return next(iter(sizes), None)


def _take(sheet: Sheet, region: LabelStudioRegion, attribute: str) -> None:
    """Put one region on the sheet."""
    label, value, size = region.texts.get(attribute), region.value, sheet.outlines.size
    words = " ".join(region.texts.values()) or region.kind
    if not region.has_place:
        sheet.leave_out(words, "it has no place on the film")
    elif label is None:
        sheet.leave_out(words, f"its {attribute} is empty")
    elif region.rotation:
        sheet.leave_out(label, f"it was drawn on the film rotated by {region.rotation:g} degrees, which is not read")
    elif "rle" in value:
        sheet.mask(label, lambda: brush_mask(value["rle"], size))
    elif value.get("points") is not None and value.get("closed", True):
        sheet.polygon(label, _pixels(value["points"], size), HALF)
    elif value.keys() >= {"x", "y", "width", "height"}:
        _take_rectangle(sheet, label, value)
    else:
        sheet.leave_out(label, _why_not(region))


def _take_rectangle(sheet: Sheet, label: str, value: Mapping[str, Any]) -> None:
    """Put a rectangle on the sheet; one that was rotated to fit a body outlines it."""
    corners = _rectangle(value, sheet.outlines.size)
    degrees = rotation_of(value.get("rotation"))
    if degrees and len(corners):
        sheet.rotated_box(label, _about_centre(corners, degrees), degrees, HALF)
    else:
        sheet.box(label, corners)


def _why_not(region: LabelStudioRegion) -> str:
    if "points" in region.value:
        return "its line is open, so it is not an outline"
    is_drawn = region.value.keys() & {"x", "points"}
    return f"the shape {region.kind} {'does not outline a body' if is_drawn else 'is not read'}"


def _pixels(points: Any, size: tuple[int, int]) -> Any:
    """Points (N, 2) in pixels; what is none as it is, for filling says so."""
    try:
        return np.asarray(points, float) * size / PER_CENT
    except (TypeError, ValueError):
        return points


def _rectangle(value: Mapping[str, Any], size: tuple[int, int]) -> NDArray[np.float64]:
    """x0, y0, x1, y1 in pixels of a rectangle before it is rotated; nothing for what is none."""
    try:
        x, y, width, height = (float(value[key]) for key in ("x", "y", "width", "height"))
    except (TypeError, ValueError):
        return np.zeros(0)
    return np.array([x, y, x + width, y + height]) * np.tile(size, 2) / PER_CENT


def _about_centre(corners: NDArray[np.float64], degrees: float) -> NDArray[np.float64]:
    """Where a rectangle lies that is rotated clockwise about its centre, and not about its upper left corner."""
    half = (corners[2:] - corners[:2]) / 2
    cos, sin = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    centre = corners[:2] + np.array([[cos, -sin], [sin, cos]]) @ half
    return np.concatenate([centre - half, centre + half])
