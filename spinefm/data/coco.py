"""COCO instance files: categories named after levels; polygons and run lengths become bodies, bare boxes boxes.

Of an annotation without an outline four key points are the corners of its body, as YOLO's are.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from spinefm.core.foreign import foreign_input, read_json
from spinefm.core.masks import Mask
from spinefm.core.rle import from_column_runs, unpacked
from spinefm.core.words import counted
from spinefm.data.case import Case, DatasetError, Skipped
from spinefm.data.dataset import Dataset
from spinefm.data.films import Films, stated_place, visible_files
from spinefm.data.labels import Conventions, label_of, size_on_film, stated_size
from spinefm.data.names import Names
from spinefm.data.numbering import check_counted
from spinefm.data.outlines import are_corners, rotation_of
from spinefm.data.repeated import Claim, bare, settled
from spinefm.data.sheet import Sheet
from spinefm.data.splits import by_subject

Annotation = Mapping[str, Any]
HALF = -0.5
"""COCO's corners lie at pixel corners, half a pixel from pixel centres."""
MOST_RUNS = 2_000_000
"""Run lengths of one mask."""


@dataclass(frozen=True)
class Entry:
    """One image of a COCO file, the names of its categories, and its annotations."""

    file: Path
    image: Mapping[str, Any]
    categories: Mapping[str, str]
    annotations: Sequence[Annotation]

    @property
    def stated(self) -> str:
        """What the file calls the film."""
        return str(self.image["file_name"])

    @property
    def film(self) -> Path:
        """Where the film lies, as the file states it."""
        return stated_place(self.stated)

    def drawn(self, names: Names) -> str:
        """What it says of bodies, whatever numbers the file gives to categories; "" for nothing."""
        drawn = [(self.categories.get(_id(one.get("category_id")), ""), one) for one in self.annotations]
        bodies = [
            json.dumps([label, *map(one.get, ("segmentation", "bbox", "keypoints"))])
            for label, one in drawn
            if names.read(label).level is not None
        ]
        return json.dumps(sorted(bodies)) if bodies else ""


def open_coco(root: Path, conventions: Conventions | None = None) -> Dataset:
    """The films of every COCO file below `root`. Raises DatasetError where there is none."""
    files, conventions = visible_files(root), conventions or Conventions()
    films = Films.among(root, files)
    entries, skipped = _entries(files, conventions.names)
    if not entries:
        reasons = " ".join(f"{one.name}: {one.why}" for one in skipped[:3])
        none = "that can be read." if reasons else "with images and annotations; choose its folder."
        raise DatasetError(f"{root} contains no COCO file {none} {reasons}".strip())
    claims = [
        Claim(entry, entry.file, films.meant_by(entry.file, entry.stated), entry.film, entry.drawn(conventions.names))
        for entry in entries
    ]
    found, repeated = settled(claims, root)

    def read(name: str) -> Case:
        return _read(name, found[name], films, conventions)

    skipped += [*repeated, *bare(claims, films)]
    return Dataset("coco", tuple(found), read, tuple(skipped), by_subject({name: name for name in found}))


def _entries(files: Sequence[Path], names: Names) -> tuple[list[Entry], list[Skipped]]:
    """The images of every COCO file, and the JSON files that are none."""
    entries: list[Entry] = []
    skipped: list[Skipped] = []
    for path in files:
        if path.suffix.lower() != ".json":
            continue
        try:
            with foreign_input(
                lambda reason: DatasetError(f"It cannot be read as a COCO file ({reason}); fix or remove it.")
            ):
                found, strays = _images_of(path, read_json(path), names)
        except DatasetError as error:
            skipped.append(Skipped(path.name, str(error)))
            continue
        entries += found
        skipped += strays
    return entries, skipped


def _images_of(path: Path, raw: Any, names: Names) -> tuple[list[Entry], list[Skipped]]:
    """The images of one file; ids are compared as text, because some programs write them so.

    Raises ValueError for an id that means two images or two categories, and for categories counted from another number
    than annotations count from: which annotation means what is not known.
    """
    categories = _by_id("category", [(one["id"], str(one["name"])) for one in raw["categories"]])
    _by_id("image", [(one["id"], str(one["file_name"])) for one in raw["images"]])
    numbered = {number: name for text, name in categories.items() if (number := _number(text)) is not None}
    check_counted(numbered, (_number(_id(one.get("category_id"))) for one in raw["annotations"]), names)
    per_image: dict[str, list[Annotation]] = defaultdict(list)
    for annotation in raw["annotations"]:
        per_image[_id(annotation["image_id"])].append(annotation)
    entries = [Entry(path, image, categories, per_image.pop(_id(image["id"]), [])) for image in raw["images"]]
    strays = [
        Skipped(path.name, f"{_refer(len(rest))} to the image {number}, which the file does not list.")
        for number, rest in per_image.items()
    ]
    return entries, strays


def _by_id(kind: str, named: Sequence[tuple[Any, str]]) -> dict[str, str]:
    """Names by their id as text. Raises ValueError for an id that two names have."""
    found: dict[str, str] = {}
    for number, name in named:
        if found.setdefault(_id(number), name) != name:
            raise ValueError(f"its {kind} id {number} means {found[_id(number)]} and {name}; number them again")
    return found


def _id(stated: Any) -> str:
    """An id as text; tables turn 7 into 7.0."""
    return str(int(stated)) if isinstance(stated, float) and stated.is_integer() else str(stated).strip()


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() else None


def _read(name: str, claim: Claim[Entry], films: Films, conventions: Conventions) -> Case:
    with label_of(f"of {name}"):
        entry = claim.counted()
        film = films.of_entry(entry.file, entry.stated)
        given = stated_size(entry.image.get("width"), entry.image.get("height"))
        sheet = Sheet(name, size_on_film(given, film), conventions)
        for annotation in entry.annotations:
            category = _id(annotation.get("category_id"))
            _take(sheet, entry.categories.get(category, f"category {category}"), annotation)
        return sheet.case(film)


def _take(sheet: Sheet, label: str, annotation: Annotation) -> None:
    """Put one annotation on the sheet."""
    segmentation = annotation.get("segmentation")
    if isinstance(segmentation, Mapping):
        sheet.mask(label, lambda: _from_runs(segmentation, sheet.outlines.size))
    elif segmentation:
        _take_polygons(sheet, label, segmentation)
    elif (corners := _four_points(annotation)) is not None:
        sheet.polygon(label, corners, HALF)
    elif degrees := _rotation(annotation):
        sheet.rotated_box(label, _corners(annotation.get("bbox")), degrees, HALF)
    else:
        sheet.box(label, _corners(annotation.get("bbox")))


def _refer(count: int) -> str:
    return counted(count, "annotation refers", "annotations refer")


def _take_polygons(sheet: Sheet, label: str, segmentation: Sequence[Any]) -> None:
    """Put the polygons of one annotation on the sheet, as parts of one body; scraps beside a polygon are listed."""
    parts = [segmentation] if isinstance(segmentation[0], (int, float)) else segmentation
    scraps = [part for part in parts if np.size(part) < 6]
    for part in parts:
        if len(scraps) < len(parts) and np.size(part) < 6:
            sheet.leave_out(label, f"a fragment of {counted(np.size(part) // 2, 'point')} is not an outline")
        else:
            flat = np.asarray(part, float).ravel() if np.size(part) % 2 == 0 else part
            sheet.polygon(label, np.reshape(flat, (-1, 2)) if np.size(part) % 2 == 0 else flat, HALF, id(segmentation))


def _four_points(annotation: Annotation) -> NDArray[np.float64] | None:
    """The key points (4, 2) of a body without an outline, where they are its four corners."""
    sides = _corners(annotation.get("bbox"))
    try:
        marked = np.array(annotation.get("keypoints"), float).reshape(4, 3)  # x, y, visibility
    except (TypeError, ValueError):
        return None
    if not sides:
        return None
    area = (sides[2] - sides[0]) * (sides[3] - sides[1])
    return marked[:, :2] if are_corners(marked, area) else None


def _rotation(annotation: Annotation) -> float:
    """By how many degrees a box was rotated clockwise, as CVAT keeps it among the attributes; 0 where it was not."""
    attributes = annotation.get("attributes")
    return rotation_of(attributes.get("rotation")) if isinstance(attributes, Mapping) else 0.0


def _corners(box: Any) -> list[float]:
    """x0, y0, x1, y1 of COCO's x, y, width, height; nothing for what is none."""
    if np.size(box) != 4:
        return []
    x, y, width, height = (float(value) for value in box)
    return [x, y, x + width, y + height]


def _from_runs(segmentation: Mapping[str, Any], size: tuple[int, int]) -> Mask:
    """A mask from run lengths down the columns, as a list or in COCO's packed text."""
    height, width = (int(side) for side in segmentation["size"])
    if (width, height) != size:
        raise ValueError(f"run lengths for a film of {width} x {height} pixels, but it has {size[0]} x {size[1]}")
    counts = segmentation["counts"]
    if len(counts) > MOST_RUNS:
        raise ValueError(f"it has more than {MOST_RUNS} run lengths")
    runs = unpacked(counts) if isinstance(counts, str) else [int(count) for count in counts]
    return from_column_runs(runs, (height, width))
