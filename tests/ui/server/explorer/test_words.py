"""The explorers' words: there are some for everything that the tables may hold, and no two things share them."""

from __future__ import annotations

from pathlib import Path

import pytest

from spinefm.methods.spinefm.decisions import STOP_WORDS
from spinefm.phantom.settings import LAYOUTS
from spinefm.ui.server.explorer.evaluation_store import EvaluationStore
from spinefm.ui.server.explorer.words import GROUPS


@pytest.mark.parametrize("region", LAYOUTS)
def test_every_kind_of_simulated_film_has_words(region: str) -> None:
    assert set(LAYOUTS[region]) <= set(GROUPS)


def test_an_evaluation_sends_its_words(offered: Path) -> None:
    columns = EvaluationStore(offered).columns("first")
    assert (columns["stop_words"], columns["group_words"]) == (dict(STOP_WORDS), dict(GROUPS))
