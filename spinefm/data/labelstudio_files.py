"""Label Studio's JSON: tasks, the one annotation of each that counts, and its regions."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from spinefm.core.foreign import read_json
from spinefm.data.attributes import level_attribute
from spinefm.data.films import FILM_SUFFIXES, UPLOADED, Films, stated_place
from spinefm.data.names import Names

ANNOTATIONS = ("annotations", "completions")
"""Where a task keeps what people drew; the second name is that of versions before 1.0."""
IMAGE = "image"
"""The usual name of the film in a task's data."""
LABEL = "label"
"""The name under which the labels of a region's shape are known, whatever the control is called."""
MINIMAL = frozenset(("annotation_id", "annotator", "lead_time"))
"""Keys of JSON-MIN, of which two are in every entry."""
LOCAL = "local-files/"
"""Where a film of the server's own disk is said to lie; its path is the parameter `d`."""
PLACES = frozenset(("x", "points", "rle", "vertices", "imageDataURL"))
"""Keys of the values that lie somewhere on a film."""
Result = Mapping[str, Any]


@dataclass(frozen=True)
class LabelStudioTask:
    """A task of a file: the film as its data names it, its annotations as the file has them.

    attribute: what names the levels of the regions in the file, `LABEL` or a control.
    """

    file: Path
    stated: str
    annotations: Sequence[Mapping[str, Any]]
    attribute: str

    @property
    def place(self) -> Path:
        """Where the film lies, as far as the file knows: of an upload the name that it had before."""
        place = stated_place(self.stated)
        return place.with_name(UPLOADED.sub("", place.name) or place.name)


@dataclass(frozen=True)
class LabelStudioRegion:
    """A region: its type, the value that holds its shape, its texts by name, and its film's width and height.

    rotation: by how many degrees the film was rotated when it was drawn.
    """

    kind: str
    value: Mapping[str, Any]
    texts: Mapping[str, str]
    size: tuple[Any, Any]
    rotation: float

    @property
    def has_place(self) -> bool:
        """Whether it lies somewhere on the film, and is not said of all of it."""
        return bool(self.value.keys() & PLACES)


def is_label_studio(raw: Any) -> bool:
    """Whether a JSON value is an export of Label Studio."""
    entries = raw if isinstance(raw, list) else [raw]
    return (
        bool(entries)
        and all(isinstance(one, dict) for one in entries)
        and (any(_is_task(one) for one in entries) or all(_is_minimal(one) or _is_stored(one) for one in entries))
    )


def _is_task(one: Mapping[str, Any]) -> bool:
    return isinstance(one.get("data"), dict) and any(isinstance(one.get(key), list) for key in ANNOTATIONS)


def _is_minimal(one: Mapping[str, Any]) -> bool:
    return len(MINIMAL & one.keys()) > 1


def _is_stored(one: Mapping[str, Any]) -> bool:
    """Whether an object is the one annotation that a storage keeps in a file."""
    return isinstance(one.get("task"), dict) and isinstance(one.get("result"), list)


def tasks_of(path: Path, names: Names) -> list[LabelStudioTask]:
    """The tasks of one file.

    Raises ValueError, LookupError or TypeError for what is none, and for regions of which nothing, or more than one
    thing, could be the level.
    """
    raw = read_json(path)
    if not is_label_studio(raw):
        raise ValueError("it has no tasks with data and annotations")
    entries = raw if isinstance(raw, list) else [raw]
    other = next((one for one in entries if not _is_task(one)), None)
    if other is not None:
        kind = "JSON-MIN" if _is_minimal(other) else "an annotation without its task's others"
        raise ValueError(f"it contains {kind}; export the project as JSON")
    regions = [region for one in entries for drawn in _annotations_of(one) for region in regions_of(drawn["result"])]
    attribute = level_attribute([region.texts for region in regions if region.has_place], names)
    return [LabelStudioTask(path, _film_of(one), _annotations_of(one), attribute) for one in entries]


def _annotations_of(task: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [one for key in ANNOTATIONS for one in task.get(key) or ()]


def _film_of(task: Mapping[str, Any]) -> str:
    """What a task calls its film. Raises ValueError where its data names none or several."""
    data = {key: value for key, value in task["data"].items() if isinstance(value, str)}
    named = [key for key, value in data.items() if _local(value).lower().endswith(FILM_SUFFIXES)]
    if len({data[key] for key in named}) > 1:
        raise ValueError(
            f"the data of a task name several films ({', '.join(named[:3])}); keep the one that was drawn on"
        )
    key = named[0] if named else IMAGE
    if key not in data:
        raise ValueError("the data of a task name no film")
    return _local(data[key])


def _local(address: str) -> str:
    """An address without its query, or the path in it that a film of the server's own disk has."""
    query = parse_qs(urlsplit(address).query)
    if LOCAL in address and query.get("d"):
        return query["d"][0].replace("\\", "/")
    return unquote(address.partition("?")[0])


def film_of(task: LabelStudioTask, films: Films) -> Path | None:
    """The film of a task: as it is named, else as the name was before it was uploaded.

    An upload puts eight digits before a name, and takes out of it what may not be in an address. None where there is no
    film. Raises ValueError for several of which nothing decides.
    """
    found = films.entry(task.file, task.stated)
    name = stated_place(task.stated).name
    if found is not None or not UPLOADED.match(name):
        return found
    same = films.uploaded(UPLOADED.sub("", name))
    if len(same) > 1:
        raise ValueError(f"{len(same)} films could be the upload {name}; rename all but one")
    return same[0] if same else None


def counted(annotations: Sequence[Mapping[str, Any]]) -> tuple[Mapping[str, Any], list[tuple[str, str]]]:
    """The annotation of a task that counts, and the others as label and reason.

    Raises:
        ValueError: there is none, or there are several that differ, of which none or more than one is the ground truth.
    """
    left = [(_title(one), _reason(one)) for one in annotations if _reason(one)]
    valid = [one for one in annotations if not _reason(one)]
    if not valid:
        reasons = ", ".join(f"{title}: {why}" for title, why in left[:3]) or "it has none"
        raise ValueError(f"no annotation of it counts; {reasons}")
    true = [one for one in valid if one.get("ground_truth")] or valid
    if len({content_of(one["result"]) for one in true}) > 1:
        titles = ", ".join(map(_title, true[:3]))
        raise ValueError(
            f"it has {len(true)} annotations that differ ({titles}), so it is not clear which is true; mark one of "
            "them as ground truth"
        )
    chosen = true[0]
    why = "it is drawn like another one" if len(true) == len(valid) else "another annotation is the ground truth"
    return chosen, [*left, *((_title(one), why) for one in valid if one is not chosen)]


def _reason(annotation: Mapping[str, Any]) -> str:
    """Why an annotation cannot count; "" where it can."""
    if annotation.get("was_cancelled") or annotation.get("skipped"):
        return "it was cancelled"
    return "" if annotation.get("result") else "it is empty"


def _title(annotation: Mapping[str, Any]) -> str:
    """What an annotation is called; never by the address of the person who drew it."""
    return f"annotation {annotation.get('id', '')}".strip()


def content_of(results: Sequence[Result]) -> str:
    """What results say, whatever their ids are."""
    parts = [{key: value for key, value in one.items() if key in ("type", "value", "from_name")} for one in results]
    return json.dumps(sorted(json.dumps(part, sort_keys=True) for part in parts))


def regions_of(results: Sequence[Result]) -> list[LabelStudioRegion]:
    """The regions of an annotation, in which results of one id belong to one region."""
    grouped: dict[object, list[Result]] = defaultdict(list)
    for number, one in enumerate(results):
        grouped[one.get("id") or number].append(one)
    return [_region(group) for group in grouped.values()]


def _region(results: Sequence[Result]) -> LabelStudioRegion:
    """One region; its labels, choices and texts are those of all its results."""
    values = [one.get("value") or {} for one in results]
    shape = next((index for index, value in enumerate(values) if value.keys() & PLACES), 0)
    first = results[shape]
    texts: dict[str, str] = {}
    for one, value in zip(results, values, strict=True):
        texts |= _texts(str(one.get("type")), str(one.get("from_name")), value)
    size = first.get("original_width"), first.get("original_height")
    return LabelStudioRegion(
        str(first.get("type")), values[shape], texts, size, float(first.get("image_rotation") or 0)
    )


def _texts(kind: str, control: str, value: Mapping[str, Any]) -> dict[str, str]:
    """What a result says in words: its labels, or what was chosen or typed with a control."""
    found = {}
    for key, said in value.items():
        words = said if isinstance(said, list) else [said]
        if key.endswith("labels") and key in (kind, "labels"):
            found[LABEL] = " ".join(map(str, words))
        elif key in ("choices", "text"):
            found[control] = " ".join(map(str, words))
    return {key: text for key, text in found.items() if text.strip()}
