"""Words for sentences."""

from __future__ import annotations

import pytest

from spinefm.core.words import listed


@pytest.mark.parametrize(
    ("names", "words"),
    [([], ""), (["L1"], "L1"), (["L1", "L2"], "L1 and L2"), (["L1", "L2", "S1"], "L1, L2 and S1")],
)
def test_names_are_listed_as_in_a_sentence(names: list[str], words: str) -> None:
    assert listed(names) == words
