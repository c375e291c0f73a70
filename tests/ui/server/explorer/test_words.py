"""The explorers' words: there are some for everything that the tables may hold, and no two things share them."""

from __future__ import annotations

from pathlib import Path

import pytest

from spinefm.methods import CannotStart
from spinefm.methods.base.events import Viewed
from spinefm.methods.base.view import refuse
from spinefm.methods.spinefm.decisions import STOP_WORDS
from spinefm.phantom.settings import LAYOUTS
from spinefm.ui.server.explorer.evaluation_store import EvaluationStore
from spinefm.ui.server.explorer.words import GROUPS, measure_at, on_the_page


@pytest.mark.parametrize("region", LAYOUTS)
def test_every_kind_of_simulated_film_has_words(region: str) -> None:
    assert set(LAYOUTS[region]) <= set(GROUPS)


@pytest.mark.parametrize("takes_starts", [True, False])
def test_a_refused_film_is_sent_to_where_a_visitor_can_run_it(takes_starts: bool) -> None:
    seen = Viewed("picture", {"picture": 1.0}, 0.0, 0.4, 0, 1.0, 0.5, "left", 0.9, 9.0, 3.0, refused=True)
    with pytest.raises(CannotStart) as refused:
        refuse(seen, takes_starts)
    assert on_the_page(str(refused.value)).endswith(
        "Choose a lateral film, or run this one anyway: bring it to Segment."
    )


@pytest.mark.parametrize(
    ("key", "place", "words"),
    [
        ("thoracolumbar_t11_l2", "T11-L2", "thoracolumbar angle T11-L2"),
        ("lordosis_l1_s1", "L1-S1", "lordosis L1-S1"),
        ("pelvic_tilt", "S1", "pelvic tilt, S1"),
        ("height_loss", "L1", "height loss, L1"),
        ("a_new_one", "L1", "a new one, L1"),
    ],
)
def test_a_measure_has_the_name_of_the_tables_and_its_level_once(key: str, place: str, words: str) -> None:
    assert measure_at(key, place) == words


def test_an_evaluation_sends_its_words(offered: Path) -> None:
    columns = EvaluationStore(offered).columns("first")
    assert (columns["stop_words"], columns["group_words"]) == (dict(STOP_WORDS), dict(GROUPS))
