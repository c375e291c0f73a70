"""Corners of CSXA's bodies that are missing, given twice or written in another case."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from spinefm.core.levels import Level
from spinefm.data import Case
from spinefm.phantom import Phantom
from tests.data import layouts
from tests.data.pictures import read_set

Shapes = list[dict[str, Any]]
Change = Callable[[Shapes], Shapes]


@pytest.fixture
def changed(phantom: Phantom, tmp_path: Path) -> Callable[[Change], Case]:
    """The case of a CSXA film whose shapes a test changes."""

    def read(change: Change) -> Case:
        layouts.write_csxa(phantom, tmp_path, ["one"])
        path = tmp_path / "json" / "one.json"
        raw = json.loads(path.read_text())
        path.write_text(json.dumps(raw | {"shapes": change(raw["shapes"])}))
        return read_set(tmp_path, "csxa")[0]["csxa-0001"]

    return read


def again(shapes: Shapes, shift: float) -> Shapes:
    """The shapes, and C3's first corner a second time."""
    first = next(one for one in shapes if one["label"] == "C3 top left")
    return [*shapes, first | {"points": [[value + shift for value in first["points"][0]]]}]


FLAWS: dict[str, tuple[Change, str]] = {
    "two places": (lambda shapes: again(shapes, -3), "its top left corner lies in more than one place; keep one"),
    "missing": (
        lambda shapes: [one for one in shapes if one["label"] != "C3 bottom right"],
        "its bottom right corner is missing; add it",
    ),
}


@pytest.mark.parametrize("flaw", FLAWS)
def test_a_body_without_four_certain_corners_alone_is_left_out_and_listed(
    changed: Callable[[Change], Case], flaw: str
) -> None:
    change, why = FLAWS[flaw]
    case = changed(change)
    assert set(case.truth.bodies) == {Level.C4, Level.C5, Level.C6, Level.C7}
    assert [(one.label, one.why) for one in case.left_out] == [("C3", why)]


HARMLESS: dict[str, Change] = {
    "the same place twice": lambda shapes: again(shapes, 0),
    "small letters": lambda shapes: [one | {"label": one["label"].lower()} for one in shapes],
}


@pytest.mark.parametrize("change", HARMLESS)
def test_a_copy_of_a_corner_and_small_letters_change_nothing(changed: Callable[[Change], Case], change: str) -> None:
    case = changed(HARMLESS[change])
    assert set(case.truth.bodies) == set(layouts.CERVICAL) and not case.left_out
