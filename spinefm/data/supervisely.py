"""Supervisely's projects: `<set>/img/<film>` and `<set>/ann/<film>.json`, objects of classes named after levels.

Polygons with their holes, bitmaps and oriented boxes become bodies, rectangles boxes. The level is an object's class or
one of its tags.
"""

from __future__ import annotations

import base64
import io
import math
import zlib
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from spinefm.core.foreign import read_json
from spinefm.core.masks import MOST_PIXELS, Mask
from spinefm.data.attributes import level_attribute
from spinefm.data.case import Case, DatasetError, Skipped
from spinefm.data.dataset import Dataset
from spinefm.data.films import Films, by_film_name, film_stem, unlabelled, visible_files
from spinefm.data.labels import Conventions, label_of, size_on_film, stated_size
from spinefm.data.outlines import Outlines
from spinefm.data.sheet import Sheet
from spinefm.data.splits import by_subject

FILMS, LABELS = "img", "ann"
"""Folders of films and of labels."""
ABOUT = ("meta.json", "key_id_map.json", "obj_class_to_machine_color.json", "meta", "img_info")
"""Files and folders in which a project says something of its classes and films."""
CLASS, TAGS = "class", "tags"
"""The names under which an object's class, and those of its tags that have no value, are known."""
HALF = -0.5
"""Files as the server keeps them count from pixel corners, in fractions; downloaded ones hold whole pixels."""
MOST_PICTURE = 1 << 26
"""Bytes of an unpacked bitmap, which is a PNG."""


def is_supervisely(raw: Any) -> bool:
    """Whether a JSON value is the label of a film."""
    return isinstance(raw, dict) and isinstance(raw.get("objects"), list) and isinstance(raw.get("size"), dict)


def open_supervisely(root: Path, conventions: Conventions | None = None) -> Dataset:
    """The labels in all folders `ann` below `root`. Raises DatasetError where there is none."""
    files, conventions = visible_files(root), conventions or Conventions()
    films = Films.among(root, [path for path in files if path.parent.name == FILMS])
    labels = [path for path in files if path.parent.name == LABELS and path.suffix.lower() == ".json"]
    if not labels:
        raise DatasetError(f"{root} contains no labels (.json) in a folder {LABELS}; choose Supervisely's project.")
    places = films.places()
    found = by_film_name([(path.relative_to(root).parents[1] / path.stem, path) for path in labels])

    def read(name: str) -> Case:
        return _read(name, found[name], _film(found[name], places, films), conventions)

    skipped = (*_strays(files, labels), *_bare(labels, films))
    return Dataset("supervisely", tuple(found), read, skipped, by_subject({name: name for name in found}))


def _strays(files: Sequence[Path], labels: Sequence[Path]) -> Iterator[Skipped]:
    """The JSON files that are neither labels nor what a project says of its classes and films."""
    known = set(labels)
    for path in files:
        is_about = path.name in ABOUT or path.parent.name in ABOUT
        if path.suffix.lower() == ".json" and path not in known and not is_about:
            yield Skipped(path.name, f"it lies in no folder {LABELS}, so it is not read as a label.")


def _film_place(label: Path, root: Path) -> str:
    """Where the film of a label lies, without its ending; labels are called after it with or without the ending."""
    return (label.relative_to(root).parents[1] / FILMS / film_stem(Path(label.stem))).as_posix()


def _film(label: Path, places: Mapping[str, Sequence[Path]], films: Films) -> Path | None:
    """The film of a label, None where there is none."""
    same = places.get(_film_place(label, films.root), ())
    return next((path for path in same if path.name == label.stem), same[0] if same else None)


def _bare(labels: Sequence[Path], films: Films) -> tuple[Skipped, ...]:
    """The films that no label is of."""
    labelled = {_film_place(label, films.root) for label in labels}
    return unlabelled([paths[0] for place, paths in films.places().items() if place not in labelled], ())


def _read(name: str, label: Path, film: Path | None, conventions: Conventions) -> Case:
    with label_of(label.name):
        raw = read_json(label)
        if not is_supervisely(raw):
            raise ValueError("it has no size and objects")
        if film is None:
            raise ValueError(f"its film {label.stem} is missing")
        given = stated_size(raw["size"].get("width"), raw["size"].get("height"))
        sheet = Sheet(name, size_on_film(given, film), conventions)
        for tag in raw.get("tags") or ():
            sheet.leave_out(str(tag.get("name")), "it has no place on the film")
        texts = [_texts(one) for one in raw["objects"]]
        attribute = level_attribute(texts, conventions.names) if texts else CLASS
        for one, words in zip(raw["objects"], texts, strict=True):
            _take(sheet, one, words.get(attribute), words[CLASS])
        return sheet.case(film)


def _texts(one: Mapping[str, Any]) -> dict[str, str]:
    """What an object is called: its class, the value of each tag, and the names of tags without one."""
    tags = [(str(tag.get("name")), tag.get("value")) for tag in one.get("tags") or ()]
    bare = " ".join(name for name, value in tags if value is None)
    named = {name: str(value) for name, value in tags if value is not None}
    return {**named, **({TAGS: bare} if bare else {}), CLASS: str(one.get("classTitle"))}


def _take(sheet: Sheet, one: Mapping[str, Any], label: str | None, title: str) -> None:
    """Put one object on the sheet."""
    kind, fill = str(one.get("geometryType") or one.get("shape")), sheet.outlines
    if label is None:
        sheet.leave_out(title, "no attribute of it names its level")
    elif kind == "polygon":
        sheet.mask(label, lambda: _with_holes(label, one["points"], fill))
    elif kind == "multipolygon":
        parts: Sequence[Mapping[str, Any]] = one.get("parts") or [{}]
        for part in parts:
            sheet.mask(label, partial(_with_holes, label, part, fill), id(one))
    elif kind == "bitmap":
        sheet.mask(label, lambda: _bitmap(one["bitmap"], fill.size))
    elif kind == "rectangle":
        sheet.box(label, _corners(one)[0])
    elif kind == "oriented_bbox":
        corners, offset = _corners(one)
        sheet.rotated_box(label, corners if len(corners) else [math.nan] * 4, _degrees(one), offset)
    else:
        sheet.leave_out(label, f"the shape {kind} does not outline a body")


def _with_holes(label: str, part: Mapping[str, Any], outlines: Outlines) -> Mask:
    """The mask of an outline without its holes."""
    body = outlines.fill(label, part["exterior"], _offset(part["exterior"]))
    holes = [outlines.fill(label, hole, _offset(hole)) for hole in part.get("interior") or ()]
    crop = body.crop.copy()
    for hole in holes:
        crop &= ~hole.within(body.box)
    return Mask.from_array(crop, body.origin)


def _offset(points: Any) -> float:
    """What moves points so that pixel centres lie at integers: whole numbers do so already."""
    try:
        return HALF if (np.asarray(points, float) % 1).any() else 0.0
    except (TypeError, ValueError):  # filling says so
        return 0.0


def _corners(one: Mapping[str, Any]) -> tuple[NDArray[np.float64], float]:
    """x0, y0, x1, y1 of a rectangle, opposite corners in any order, and their offset; nothing for what is none.

    Whole numbers are the first and the last pixel.
    """
    points = one.get("points")
    try:
        corners = np.array(points["exterior"] if isinstance(points, dict) else points, float).reshape(2, 2)
    except (TypeError, ValueError, LookupError):
        return np.zeros(0), 0.0
    offset = _offset(corners)
    return np.concatenate([corners.min(axis=0), corners.max(axis=0) + (0 if offset else 1)]), HALF


def _degrees(one: Mapping[str, Any]) -> float:
    """By how many degrees an oriented box is rotated clockwise, which its file states in radians; NaN for no number."""
    try:
        return math.degrees(float(one.get("angle") or 0))
    except (TypeError, ValueError):
        return math.nan


def _bitmap(bitmap: Mapping[str, Any], size: tuple[int, int]) -> Mask:
    """The mask of a PNG, packed or not, whose first pixel lies at the origin."""
    crop = _opaque(_unpacked(base64.b64decode(str(bitmap["data"]), validate=True)))
    x, y = (math.floor(float(value)) for value in bitmap["origin"])
    if x < 0 or y < 0 or x + crop.shape[1] > size[0] or y + crop.shape[0] > size[1]:
        raise ValueError("its mask lies outside the film")
    return Mask.from_array(crop, (x, y))


def _unpacked(data: bytes) -> bytes:
    """A PNG that may be packed by zlib. Raises ValueError for a damaged one, and for more than `MOST_PICTURE`."""
    if data.startswith(b"\x89PNG"):
        return data
    unpacker = zlib.decompressobj()
    try:
        content = unpacker.decompress(data, MOST_PICTURE)
    except zlib.error as error:
        raise ValueError("its mask is damaged") from error
    if unpacker.unconsumed_tail:
        raise ValueError(f"its mask unpacks to more than {MOST_PICTURE >> 20} MB")
    return content


def _opaque(data: bytes) -> NDArray[np.bool_]:
    """The pixels of a PNG (h, w) that are drawn: those that are not transparent, or without transparency not black."""
    with Image.open(io.BytesIO(data), formats=("PNG",)) as picture:
        if picture.size[0] * picture.size[1] > MOST_PIXELS:
            raise ValueError("its mask has more pixels than any film")
        is_clear = "transparency" in picture.info or "A" in picture.getbands()
        drawn = picture.convert("RGBA").getchannel("A") if is_clear else picture.convert("L")
    return np.asarray(drawn) > 0
