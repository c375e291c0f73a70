"""Folders of labelme files: one JSON per film, whose shapes are named after levels.

Polygons, rotated rectangles and masks become bodies, rectangles become boxes; every other shape is listed as left out.
"""

from __future__ import annotations

import base64
import contextlib
import io
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from spinefm.core.foreign import read_json
from spinefm.core.masks import MOST_PIXELS, Mask
from spinefm.data.case import Case, DatasetError, Skipped
from spinefm.data.dataset import Dataset
from spinefm.data.films import Films, film_stem, stated_place, upright_size, visible_files
from spinefm.data.labels import Conventions, agreed_size, label_of, size_on_film, stated_size
from spinefm.data.repeated import Claim, rivals
from spinefm.data.sheet import Sheet
from spinefm.data.splits import by_subject

OUTLINES = ("polygon", "oriented_rectangle", "rotated_rectangle", "rotation")
"""Kinds of shapes whose points are an outline; a shape without a kind is a polygon."""
MAX_FILM_TEXT = 48 << 20
"""Characters of a film inside its label."""
HALF = -0.5
"""labelme counts from pixel corners, half a pixel from pixel centres."""


@dataclass(frozen=True)
class Labelled:
    """A labelme file: its shapes, the film's (width, height), and the film as a file or as bytes."""

    shapes: Sequence[Mapping[str, Any]]
    size: tuple[int, int]
    film: Path
    content: bytes | None = None


def open_labelme(root: Path, conventions: Conventions | None = None) -> Dataset:
    """The labelme files below `root`; a film's name is its file's. Raises DatasetError where there is none."""
    files, conventions = visible_files(root), conventions or Conventions()
    films = Films.among(root, files)
    paths = [path for path in files if path.suffix.lower() == ".json"]
    labels = {path.relative_to(root).with_suffix("").as_posix(): path for path in paths}
    if not labels:
        raise DatasetError(f"{root} contains no labelme files (.json); choose the folder they are in.")

    claims = {name: _claim(path, films) for name, path in labels.items()}
    why = rivals((name, claim.file, claim.film, claim.drawn) for name, claim in claims.items())

    def read(name: str) -> Case:
        with label_of(labels[name].name):
            if name in why:
                raise ValueError(why[name])
        return read_labelme(name, labels[name], films, conventions)

    skipped = _bare(claims.values(), films)
    return Dataset("labelme", tuple(labels), read, skipped, by_subject({name: name for name in labels}))


def _claim(path: Path, films: Films) -> Claim[Path]:
    """A labelme file's film and what it says; no film where one of them cannot be read, which reading it says."""
    film, stated, drawn = None, None, ""
    with contextlib.suppress(ValueError, LookupError, TypeError, AttributeError, OSError, RecursionError):
        raw = read_json(path)
        stated = raw.get("imagePath")
        drawn = sha256(json.dumps(raw["shapes"], sort_keys=True).encode()).hexdigest()
        film = films.find(path, stated)
    return Claim(path, path, film, stated_place(stated or path.stem), drawn)


def _bare(claims: Iterable[Claim[Path]], films: Films) -> tuple[Skipped, ...]:
    """The films that no label means; the film of a damaged label's name is none of them."""
    known: list[Path | None] = []
    undecided: list[str] = []
    for claim in claims:
        film = claim.film
        with contextlib.suppress(ValueError):
            film = film or films.find(claim.file)
        known.append(film)
        undecided += [] if film else [film_stem(claim.stated)]
    return films.bare(known, undecided)


def read_labelme(name: str, path: Path, films: Films, conventions: Conventions) -> Case:
    """The case of one file. Raises DamagedCase."""
    with label_of(path.name):
        labelled = load_labelled(path, films)
        sheet = Sheet(name, labelled.size, conventions)
        for shape in labelled.shapes:
            _take(sheet, shape)
        return sheet.case(labelled.film, content=labelled.content)


def _take(sheet: Sheet, shape: Mapping[str, Any]) -> None:
    """Put one shape on the sheet."""
    label, kind = str(shape.get("label")), shape.get("shape_type") or "polygon"
    points, group = shape.get("points"), shape.get("group_id")
    if kind in OUTLINES:
        sheet.polygon(label, points, HALF, group)
    elif kind == "mask":
        sheet.mask(label, lambda: _mask(shape, sheet.outlines.size), group)
    elif kind == "rectangle":
        sheet.box(label, _corners(points))
    else:
        sheet.leave_out(label, f"the shape {kind} does not outline a body")


def _corners(points: Any) -> list[float]:
    """x0, y0, x1, y1 of a labelme rectangle, opposite corners in any order; nothing for what is none."""
    corners = np.asarray(points, float).reshape(-1, 2) if np.size(points) in (4, 8) else np.zeros((0, 2))
    return [*corners.min(axis=0), *corners.max(axis=0)] if len(corners) else []


def _mask(shape: Mapping[str, Any], size: tuple[int, int]) -> Mask:
    """The mask of a shape whose crop is a PNG, placed at its first point."""
    with Image.open(io.BytesIO(base64.b64decode(str(shape["mask"]), validate=True)), formats=("PNG",)) as picture:
        if picture.size[0] > size[0] + 1 or picture.size[1] > size[1] + 1:
            raise ValueError("its mask is larger than the film")
        crop = np.asarray(picture.convert("L")) > 0
    x, y = (int(round(float(value))) for value in shape["points"][0])
    canvas = np.zeros((size[1], size[0]), bool)
    if not (0 <= x < size[0] and 0 <= y < size[1]):
        raise ValueError("its mask lies outside the film")
    part = crop[: size[1] - y, : size[0] - x]
    canvas[y : y + part.shape[0], x : x + part.shape[1]] = part
    return Mask.from_array(canvas)


def load_labelled(path: Path, films: Films, told: bool = True) -> Labelled:
    """A labelme file and its film. told: whether errors may name the film. Raises ValueError and its like."""
    raw = read_json(path)
    if not isinstance(raw, dict) or not isinstance(raw["shapes"], list):
        raise ValueError("it has no list of shapes")
    film, content = _film(path, raw, films, told)
    given = stated_size(raw.get("imageWidth"), raw.get("imageHeight"))
    size = agreed_size(given, _content_size(content)) if content else size_on_film(given, film)
    return Labelled(raw["shapes"], size, film, content)


def _film(path: Path, raw: Mapping[str, Any], films: Films, told: bool) -> tuple[Path, bytes | None]:
    """The film as a file of the data set, else as the bytes that the label holds."""
    try:
        return films.of_label(path, raw.get("imagePath")), None
    except ValueError as error:
        text = raw.get("imageData")
        if not isinstance(text, str) or len(text) > MAX_FILM_TEXT:
            raise error if told else ValueError("its film is missing, or several films have its name") from error
        stated = Path(str(raw.get("imagePath") or path.stem).replace("\\", "/")).name
        return path.with_name(stated), base64.b64decode(_base64(text), validate=True)


def _base64(text: str) -> str:
    """The base64 text of a film inside a label, which may be an address of data or have several lines."""
    return "".join((text.partition(";base64,")[2] or text).split())


def _content_size(content: bytes) -> tuple[int, int] | None:
    """(width, height) of a film that its label holds; None where reading it must tell."""
    try:
        with Image.open(io.BytesIO(content)) as picture:
            size = upright_size(picture)
    except (OSError, Image.DecompressionBombError):
        return None
    if size[0] * size[1] > MOST_PIXELS:
        raise ValueError("the film in it has more pixels than any film")
    return size
