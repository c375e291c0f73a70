"""CVAT's XML, "CVAT for images 1.1": polygons, masks and rotated boxes become bodies, boxes boxes; others are named."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import numpy as np

from spinefm.core.foreign import foreign_input
from spinefm.core.masks import Mask
from spinefm.data.case import Case, DatasetError, Skipped
from spinefm.data.dataset import Dataset
from spinefm.data.films import Films, stated_place, visible_files
from spinefm.data.labels import Conventions, label_of, size_on_film, stated_size
from spinefm.data.names import Names
from spinefm.data.outlines import rotation_of
from spinefm.data.repeated import Claim, bare, settled
from spinefm.data.sheet import Sheet
from spinefm.data.splits import by_subject
from spinefm.data.xml_files import read_xml

TOP = "annotations"
"""The top element of a file."""
HALF = -0.5
"""CVAT counts from pixel corners, half a pixel from pixel centres."""
MOST_RUNS = 2_000_000
NOTE = "note"
"""Label of the tags in which an export keeps the notes of a film; they say nothing of a body."""
Image = tuple[Path, ElementTree.Element]


def open_cvat(root: Path, conventions: Conventions | None = None) -> Dataset:
    """The films of every CVAT file below `root`. Raises DatasetError where there is none."""
    files, conventions = visible_files(root), conventions or Conventions()
    films = Films.among(root, files)
    images: list[Image] = []
    skipped: list[Skipped] = []
    for path in files:
        if path.suffix.lower() == ".xml":
            try:
                images += [(path, image) for image in _images_of(path)]
            except DatasetError as error:
                skipped.append(Skipped(path.name, str(error)))
    if not images:
        reasons = " ".join(one.why for one in skipped[:3])
        raise DatasetError(f"{root} contains no CVAT file (annotations.xml) with images. {reasons}".strip())
    claims = [
        Claim(image, path, films.meant_by(path, image.get("name")), _place(image), _drawn(image, conventions.names))
        for path, image in images
    ]
    found, repeated = settled(claims, root)
    skipped += repeated

    def read(name: str) -> Case:
        return _read(name, found[name], films, conventions)

    skipped += bare(claims, films)
    return Dataset("cvat", tuple(found), read, tuple(skipped), by_subject({name: name for name in found}))


def _images_of(path: Path) -> list[ElementTree.Element]:
    """The images of one file. Raises DatasetError for what is none."""
    with foreign_input(lambda reason: DatasetError(f"{path.name} is not a CVAT file ({reason}); export it again.")):
        top = read_xml(path)
        if top.tag != TOP:
            raise ValueError(f"it begins with {top.tag[:40]!r}")
        if top.find("track") is not None:
            raise ValueError("it contains tracks of a video; export it as CVAT for images")
        return [image for image in top.findall("image") if image.get("name")]


def _drawn(image: ElementTree.Element, names: Names) -> str:
    """What an image's element says of bodies; "" for nothing."""
    bodies = [shape for shape in image if names.read(shape.get("label", "")).level is not None]
    return "\n".join(sorted(ElementTree.tostring(shape, "unicode").strip() for shape in bodies))


def _place(image: ElementTree.Element) -> Path:
    """Where an image's film lies, as the file states it."""
    return stated_place(image.get("name"))


def _read(name: str, claim: Claim[ElementTree.Element], films: Films, conventions: Conventions) -> Case:
    with label_of(f"of {name}"):
        image = claim.counted()
        film = films.of_entry(claim.file, image.get("name"))
        given = stated_size(image.get("width"), image.get("height"))
        sheet = Sheet(name, size_on_film(given, film), conventions)
        for shape in image:
            _take(sheet, shape)
        return sheet.case(film)


def _take(sheet: Sheet, shape: ElementTree.Element) -> None:
    """Put one shape on the sheet."""
    label, group = shape.get("label", ""), shape.get("group_id")
    if shape.tag == "polygon":
        sheet.polygon(label, _points(shape.get("points", "")), HALF, group)
    elif shape.tag == "mask":
        sheet.mask(label, lambda: _mask(shape, sheet.outlines.size), group)
    elif shape.tag == "box":
        _take_box(sheet, shape, label, group)
    elif (shape.tag, label) != ("tag", NOTE):
        sheet.leave_out(label or shape.tag, f"the shape {shape.tag} does not outline a body")


def _take_box(sheet: Sheet, shape: ElementTree.Element, label: str, group: str | None) -> None:
    """Put a box on the sheet; one that was rotated to fit a body outlines it."""
    corners, degrees = [shape.get(side) for side in ("xtl", "ytl", "xbr", "ybr")], rotation_of(shape.get("rotation"))
    if degrees:
        sheet.rotated_box(label, corners, degrees, HALF, group)
    else:
        sheet.box(label, corners)


def _points(text: str) -> list[list[str]]:
    """The points x,y;x,y … as text; filling checks them."""
    return [point.split(",") for point in text.split(";") if point.strip()]


def _mask(shape: ElementTree.Element, size: tuple[int, int]) -> Mask:
    """The mask of run lengths in row order, beginning with background, placed at left and top."""
    left, top, width, height = (int(float(shape.get(name, "nan"))) for name in ("left", "top", "width", "height"))
    text = shape.get("rle", "")
    if not (left >= 0 and top >= 0 and left + width <= size[0] and top + height <= size[1]):
        raise ValueError("its mask lies outside the film")
    if text.count(",") > MOST_RUNS:
        raise ValueError(f"it has more than {MOST_RUNS} run lengths")
    return Mask.from_array(Mask.from_runs(_runs(text), (height, width), (left, top)).on_film((size[1], size[0])))


def _runs(text: str) -> list[int]:
    runs = np.array(text.split(","), np.int64)
    if (runs < 0).any():
        raise ValueError("a run length in it is negative")
    return [int(run) for run in runs]
