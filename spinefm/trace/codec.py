"""How masks and levels are written in a trace's JSON: run lengths and names, checked when they are read."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import PlainSerializer, PlainValidator

from spinefm.core.levels import Level
from spinefm.core.masks import Mask


def _mask_to_json(mask: Mask) -> dict[str, Any]:
    return {"origin": list(mask.origin), "size": list(mask.crop.shape), "runs": mask.runs()}


def _mask_from_json(value: Any) -> Mask:
    if isinstance(value, Mask):
        return value
    try:
        (height, width), (x, y), runs = value["size"], value["origin"], [int(run) for run in value["runs"]]
        size, origin = (int(height), int(width)), (int(x), int(y))
    except (LookupError, TypeError, ValueError, OverflowError) as error:
        raise ValueError("a mask has an origin (x, y), a size (height, width) and run lengths") from error
    return Mask.from_runs(runs, size, origin)


def _level_to_json(level: Level) -> str:
    return level.name


def _level_from_json(value: Any) -> Level:
    if isinstance(value, Level):
        return value
    if value not in Level.__members__:
        raise ValueError(f"there is no level named {value!r}")
    return Level[value]


StoredMask = Annotated[Mask, PlainValidator(_mask_from_json), PlainSerializer(_mask_to_json)]
StoredLevel = Annotated[Level, PlainValidator(_level_from_json), PlainSerializer(_level_to_json)]
