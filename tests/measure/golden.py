"""The golden measures: corners of made-up spines, and what the formulas say of them, for Python and JavaScript alike.

`python -m tests.measure.golden` writes `tests/golden/measures.json` again; look at the difference first.

Each case has `facing` ("left", "right" or null), `spacing_mm`, `not_upright` and `rotated` (reasons, or ""), `bodies`
from the top (`name`, `level`, six `points` in the order of `places`; `superior`, `inferior`: why that endplate is
out, or ""), and `measures` with `value` in `unit`, `grade`, `reason` and `lines`. Nothing is uncertain in them. Those
under `by_hand` have landmarks that a reader set (`by_hand`, of bodies with a `spread`), and measures with `plus`
and `doubt`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from spinefm.core.geometry import Point
from spinefm.core.levels import Level
from spinefm.measure import FacingGuess, Landmarks, Measure, MeasureConfig, measure_landmarks
from spinefm.measure.assemble import GROUPS, held_by_hand
from spinefm.measure.model import PLACES, Facing
from spinefm.measure.spine import Spine
from spinefm.ui.server.player.measures import limits_payload
from tests.measure.spines import body, lumbar, moved, neck

GOLDEN = Path(__file__).parents[1] / "golden" / "measures.json"
DIGITS = 6
ON_ITS_SIDE = "the film is rotated by 90°"
TURNED = "the film is rotated by 180°"
DRAWN = 3
"""Decimals of what is drawn."""


def cases() -> list[dict[str, Any]]:
    """All cases with their measures."""
    blind = [replace(one, superior="it reaches the film's border") if one.name == "L1" else one for one in lumbar()]
    unnamed = [replace(one, name=f"V{at + 1}", level=None, superior="", inferior="") for at, one in enumerate(neck())]
    trunk = [replace(one, name=f"V{at + 1}", level=None, in_trunk=at > 0) for at, one in enumerate(fractured())]
    nothing = [
        replace(one, points=(), superior="a speck", inferior="a speck") if one.name == "C4" else one for one in neck()
    ]
    six = [body(Level.L5), body(Level.L6, (2, 40), tilt=-8), body(Level.S1, (6, 82), tilt=-30)]
    return [
        case("neck", neck(), "left", 0.35),
        case("neck, faces right", mirrored(neck()), "right", 0.35),
        case("neck, facing unknown", neck(), None, 0.35),
        case("neck, no scale", neck(), "left", None),
        case("neck, unnamed", unnamed, "left", None),
        case("neck, one body without corners", nothing, "left", 0.35),
        case("lumbar, slipped", lumbar(slip=9.0), "left", 0.5),
        case("lumbar, slipped back, faces right", mirrored(lumbar(slip=-9.0)), "right", 0.5),
        case("lumbar, lying", lumbar(), "left", 0.5, ON_ITS_SIDE),
        case("lumbar, upside down", upside_down(lumbar(slip=9.0)), "right", 0.5, TURNED, TURNED),
        case("neck, on its side, unnamed", unnamed, None, 0.35, ON_ITS_SIDE, ON_ITS_SIDE),
        case("lumbar, L1 cut", blind, "left", 0.5),
        case("fractures", fractured(), "left", 0.5),
        case("fractures, unnamed", trunk, "left", 0.5),
        case("six lumbar bodies", six, "left", None),
        case("uneven corners", uneven(), "left", 0.2),
        case("nothing found", [], "left", 0.5),
    ]


def by_hand_cases() -> list[dict[str, Any]]:
    """Spines of which a reader set some landmarks, with every measure that has a formula."""
    corner, endplate, whole = PLACES[:1], (*PLACES[:2], PLACES[4]), PLACES
    return [
        by_hand_case("one corner", lumbar(slip=2.0), "left", 0.8, {"L4": corner}),
        by_hand_case("one corner, unsure", lumbar(slip=2.0), "left", 3.0, {"L4": corner}),
        by_hand_case("an endplate, faces right", mirrored(neck()), "right", 0.9, {"C5": endplate}),
        by_hand_case("a body and a corner", fractured(), "left", 1.0, {"L1": whole, "T11": corner}),
        by_hand_case("all of them", fractured(), "left", 1.0, {one.name: whole for one in fractured()}),
        by_hand_case("a corner, facing unknown", neck(), None, 0.5, {"C4": corner}),
    ]


def by_hand_case(
    name: str, bodies: Sequence[Landmarks], facing: Facing | None, spread: float, placed: Mapping[str, tuple[str, ...]]
) -> dict[str, Any]:
    """A case in which a reader set these landmarks of these bodies, all of which may err by `spread`."""
    known = [replace(one, points=rounded(one), spread=spread, by_hand=placed.get(one.name, ())) for one in bodies]
    spine = Spine(tuple(known), facing, 0.5, "", MeasureConfig())
    drafts = [draft for group in GROUPS for draft in group(spine)]
    return {
        "name": name,
        "facing": facing,
        "spacing_mm": 0.5,
        "not_upright": "",
        "rotated": "",
        "bodies": [{**body_json(one), "spread": one.spread, "by_hand": list(one.by_hand)} for one in known],
        "measures": [held_json(held_by_hand(draft, spine)) for draft in drafts if draft.formula and not draft.reason],
    }


def held_json(one: Measure) -> dict[str, Any]:
    """How sure a measure by hand is, as JSON data."""
    value, plus = (None if number is None else round(number, DIGITS) for number in (one.value, one.uncertainty))
    known = {"key": one.key, "levels": list(one.levels), "value": value, "plus": plus}
    return {**known, "grade": one.grade, "doubt": one.doubt, "reason": one.reason}


def rounded(one: Landmarks) -> tuple[Point, ...]:
    """A body's landmarks as the file writes them."""
    return tuple(Point(*np.round(point, DIGITS).tolist()) for point in one.points)


def fractured() -> list[Landmarks]:
    """T8 to L3, each with another deformity."""
    shapes = [(30, 30, 30), (23, 27, 30), (30, 20, 30), (16, 16, 16), (30, 30, 30), (33, 29, 25)]
    levels = [Level.T10, Level.T11, Level.T12, Level.L1, Level.L2, Level.L3]
    return [
        body(level, (4.0 * at, 41.0 * at), heights, 38, 3.0 * at)
        for at, (level, heights) in enumerate(zip(levels, shapes, strict=True))
    ]


def uneven() -> list[Landmarks]:
    """A lumbar spine whose every landmark lies a little elsewhere."""
    rng = np.random.default_rng(20)
    return moved(lumbar(slip=4.0), lambda points: points + rng.normal(0, 1.5, points.shape))


def upside_down(bodies: Sequence[Landmarks]) -> list[Landmarks]:
    """The bodies on the film rotated by 180°, as they are found there: from its top, without names."""
    turned = moved(bodies[::-1], lambda points: (-points + [300, 400])[[3, 2, 1, 0, 5, 4]])
    return [replace(one, name=f"V{at + 1}", level=None, superior="", inferior="") for at, one in enumerate(turned)]


def mirrored(bodies: Sequence[Landmarks]) -> list[Landmarks]:
    """The bodies of a patient who faces right."""
    return moved(bodies, lambda points: points * [-1, 1] + [300, 0])


def case(
    name: str,
    bodies: Sequence[Landmarks],
    facing: Any,
    spacing: float | None,
    not_upright: str = "",
    rotated: str = "",
) -> dict[str, Any]:
    """A case with its measures."""
    bodies = [replace(one, points=rounded(one)) for one in bodies]
    values = measure_landmarks(bodies, FacingGuess(facing, 1.0, "given"), spacing, not_upright, rotated=rotated)
    return {
        "name": name,
        "facing": facing,
        "spacing_mm": spacing,
        "not_upright": not_upright,
        "rotated": rotated,
        "bodies": [body_json(one) for one in bodies],
        "measures": [measure_json(one) for one in values],
    }


def body_json(one: Landmarks) -> dict[str, Any]:
    """A body as JSON data."""
    return {
        "name": one.name,
        "level": one.level.name if one.level else None,
        "points": [list(point) for point in one.points],
        "superior": one.superior,
        "inferior": one.inferior,
        "in_trunk": one.in_trunk,
    }


def bodies_of(content: Sequence[dict[str, Any]]) -> list[Landmarks]:
    """The bodies that `body_json` wrote."""
    return [
        Landmarks(
            one["name"],
            Level[one["level"]] if one["level"] else None,
            tuple(Point(*point) for point in one["points"]),
            one["superior"],
            one["inferior"],
            in_trunk=one["in_trunk"],
        )
        for one in content
    ]


def measure_json(one: Measure) -> dict[str, Any]:
    """A measure as JSON data."""
    return {
        "key": one.key,
        "group": one.group,
        "levels": list(one.levels),
        "name": one.name,
        "value": None if one.value is None else round(one.value, DIGITS),
        "unit": one.unit,
        "grade": one.grade,
        "reason": one.reason,
        "method": one.method,
        "lines": [[[round(x, DRAWN), round(y, DRAWN)] for x, y in path] for path in one.lines],
    }


def content() -> dict[str, Any]:
    """The whole file."""
    return {
        "places": list(PLACES),
        "limits": limits_payload(MeasureConfig()),
        "cases": cases(),
        "by_hand": by_hand_cases(),
    }


def text_of(data: dict[str, Any]) -> str:
    """The file's text, a case per line."""
    lists = ("cases", "by_hand")
    head = json.dumps({key: value for key, value in data.items() if key not in lists}, ensure_ascii=False)
    parts = [f'"{name}": [\n{lines_of(data[name])}\n]' for name in lists]
    return f"{', '.join([head[:-1], *parts])}}}\n"


def lines_of(cases: Sequence[dict[str, Any]]) -> str:
    """A case per line."""
    return ",\n".join(json.dumps(one, ensure_ascii=False, separators=(",", ":")) for one in cases)


if __name__ == "__main__":
    GOLDEN.write_text(text_of(content()), encoding="utf-8")
