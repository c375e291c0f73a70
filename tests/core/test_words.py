"""Words for sentences."""

from __future__ import annotations

import pytest

from spinefm.core.words import counted, listed


@pytest.mark.parametrize(
    ("names", "words"),
    [([], ""), (["L1"], "L1"), (["L1", "L2"], "L1 and L2"), (["L1", "L2", "S1"], "L1, L2 and S1")],
)
def test_names_are_listed_as_in_a_sentence(names: list[str], words: str) -> None:
    assert listed(names) == words


@pytest.mark.parametrize(
    ("count", "words"), [(0, "0 films have"), (1, "1 film has"), (2, "2 films have"), (1200, "1200 films have")]
)
def test_a_count_and_its_noun_agree(count: int, words: str) -> None:
    assert counted(count, "film has", "films have") == words
    assert counted(count, "film") == words.rsplit(" ", 1)[0]
