"""The files of the VGG Image Annotator (VIA): projects and annotations as JSON, of its versions 1 and 2, and as CSV."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spinefm.core.foreign import json_of, read_bytes, read_head, read_json
from spinefm.data.attributes import level_attribute
from spinefm.data.names import Names
from spinefm.data.tables import table_rows, text_of

MOST_BYTES = 64 << 20
HEAD = 4096
"""Bytes of a table that hold the titles of its columns."""
METADATA = "_via_img_metadata"
"""Where a project keeps its films; an export of annotations contains nothing else."""
VERSION_3 = frozenset(("metadata", "view", "attribute"))
"""Parts of a project of VIA 3, which is made for video."""
SHAPE, ATTRIBUTES = "region_shape_attributes", "region_attributes"
"""Columns of the table."""
Region = tuple[Mapping[str, Any], Mapping[str, Any]]
"""The shape and the attributes of a region as a file has them."""


@dataclass(frozen=True)
class ViaRegion:
    """A region: its shape as the file has it, and the text of each attribute that is not empty."""

    shape: Mapping[str, Any]
    attributes: Mapping[str, str]


@dataclass(frozen=True)
class ViaFilm:
    """A film of a file of VIA: where it lay, how many bytes it had (-1: unknown), and its regions.

    attribute: the one that names levels.
    """

    file: Path
    stated: str
    size: int
    regions: Sequence[ViaRegion]
    attribute: str


def is_via(raw: Any) -> bool:
    """Whether a JSON value is a project or the annotations of VIA."""
    if not isinstance(raw, dict) or not raw:
        return False
    films = raw.values()
    is_export = all(isinstance(film, dict) and "filename" in film and "regions" in film for film in films)
    return METADATA in raw or is_export or raw.keys() >= VERSION_3


def is_via_table(path: Path) -> bool:
    """Whether a file is a table of VIA, by the titles of its columns."""
    if path.suffix.lower() != ".csv":
        return False
    lines = text_of(read_head(path, HEAD), "ignore").lower().splitlines()[:2]  # the first may be a remark for Excel
    return any("filename" in line and SHAPE in line for line in lines)


def films_of(path: Path, names: Names) -> list[ViaFilm]:
    """The films of one file. Raises ValueError, LookupError or TypeError for what is none, and for regions of which no
    attribute, or more than one, could be the level.
    """
    if path.suffix.lower() == ".csv":
        films, options = _films_of_table(read_bytes(path, MOST_BYTES)), {}
    else:
        raw = read_json(path)
        films, options = _films_of_json(raw), _options(raw)
    found = [
        (film, [ViaRegion(shape, _texts(attributes, options, names)) for shape, attributes in regions])
        for film, regions in films
    ]
    attribute = level_attribute([region.attributes for _, regions in found for region in regions], names)
    return [ViaFilm(path, _stated(film), _bytes(film), regions, attribute) for film, regions in found]


def _films_of_json(raw: Any) -> list[tuple[Mapping[str, Any], list[Region]]]:
    """Each film of a project or an export of annotations, and its regions, which VIA 1 numbers in place of a list."""
    if not is_via(raw):
        raise ValueError("it has no films with regions")
    if METADATA not in raw and raw.keys() >= VERSION_3:
        raise ValueError("it is a project of VIA 3, which is not read; draw with VIA 2")
    films = raw.get(METADATA, raw)
    prefix = str(raw.get("_via_settings", {}).get("core", {}).get("default_filepath") or "") if films is not raw else ""
    return [({**film, "folder": prefix}, _regions(film["regions"])) for film in films.values()]


def _regions(stated: Any) -> list[Region]:
    regions = stated.values() if isinstance(stated, dict) else stated
    return [(region["shape_attributes"], region.get("region_attributes") or {}) for region in regions]


def _films_of_table(data: bytes) -> list[tuple[Mapping[str, Any], list[Region]]]:
    """Each film of a table, whose rows are regions; a film without a region has a row without a shape."""
    titles, *rows = table_rows(data)
    columns = [title.lstrip("#").lower() for title in titles]
    regions: dict[tuple[str, str], list[Region]] = defaultdict(list)
    for row in rows:
        cells = dict(zip(columns, row, strict=False))
        found = regions[cells["filename"], cells.get("file_size", "")]
        if shape := json_of(cells[SHAPE] or "{}"):
            found.append((shape, json_of(cells.get(ATTRIBUTES) or "{}")))
    return [({"filename": name, "size": size}, found) for (name, size), found in regions.items()]


def _options(raw: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    """What the choices of each attribute mean, by their ids; an export of annotations contains the ids alone."""
    attributes = raw.get("_via_attributes", {}).get("region", {}) if METADATA in raw else {}
    return {key: choice for key, one in attributes.items() if isinstance(choice := one.get("options"), dict)}


def _texts(attributes: Mapping[str, Any], options: Mapping[str, Mapping[str, Any]], names: Names) -> dict[str, str]:
    """The text of each attribute that is not empty: typed, chosen, or all that are ticked."""
    found: dict[str, str] = {}
    for key, value in attributes.items():
        ids = [str(one) for one, is_on in value.items() if is_on] if isinstance(value, dict) else [str(value).strip()]
        texts = [_meaning(one, str(options.get(key, {}).get(one) or ""), names) for one in ids if one]
        if texts:
            found[key] = " ".join(texts)
    return found


def _meaning(chosen: str, description: str, names: Names) -> str:
    """What a choice means: its id, or its description where that alone names a level; both where they differ."""
    own, described = names.read(chosen).level, names.read(description).level
    if described is None or own is described:
        return chosen
    return description if own is None else f"{chosen} {description}"


def _stated(film: Mapping[str, Any]) -> str:
    """Where a film lay; a project may state the folder of all its films."""
    name, folder = str(film["filename"]), str(film.get("folder") or "").replace("\\", "/").rstrip("/")
    return f"{folder}/{name}" if folder and "://" not in name and not name.startswith("/") else name


def _bytes(film: Mapping[str, Any]) -> int:
    """How many bytes a film had; -1 where the file does not say."""
    try:
        return int(film.get("size", -1))
    except (TypeError, ValueError):
        return -1
