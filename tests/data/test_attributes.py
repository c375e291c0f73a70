"""Which attribute of regions is the level."""

from __future__ import annotations

import pytest

from spinefm.data import Names
from spinefm.data.attributes import level_attribute


@pytest.mark.parametrize(
    ("attributes", "attribute"),
    [
        ([{"class": "vertebra", "name": "C5"}, {"class": "disc", "name": "C5/C6"}], "name"),
        ([{"a": "C5", "b": "C5"}, {"a": "C6", "b": ""}], "a"),
        ([{"b": ""}, {"a": "C6", "b": "C6"}, {"b": "C5"}], "b"),
        ([{"a": "C5", "note": "fracture"}, {"a": "", "note": "blurred"}], "a"),
        ([{"a": "C5", "note": "blurred by C6"}], "a"),
        ([{"a": "C5 blurred", "note": "vertebra"}], "a"),
    ],
)
def test_the_level_is_the_attribute_that_names_levels(attributes: list[dict[str, str]], attribute: str) -> None:
    assert level_attribute(attributes, Names()) == attribute


@pytest.mark.parametrize(
    ("attributes", "why"),
    [
        ([{"a": "C5", "b": "C6"}], "'a' and 'b' could both be the level, and they differ"),
        ([{"a": "C5"}, {"b": "C6"}], "'a' and 'b' could both be the level, and they differ"),
        ([{"a": "vertebra"}, {}], r"names a level such as C5 \('vertebra': it names no level\)"),
        ([{}], "no attribute of its regions names a level such as C5$"),
        ([], "it contains no regions"),
    ],
)
def test_what_leaves_the_level_open_is_refused(attributes: list[dict[str, str]], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        level_attribute(attributes, Names())
