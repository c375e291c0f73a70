"""What `import spinefm` shows, called as people call it: wrong arguments are one sentence that says what to give."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from spinefm import Radiograph, SpineFM
from spinefm.methods import CannotStart


@pytest.fixture(scope="module")
def model() -> SpineFM:
    """The shipped weights."""
    return SpineFM("compact", "cpu")


@pytest.mark.parametrize(("film", "kind"), [("film.png", "str"), (np.zeros((90, 90)), "ndarray")])
def test_what_is_no_film_is_a_sentence_with_the_way_to_one(model: SpineFM, film: Any, kind: str) -> None:
    sentence = f"A film is a Radiograph, not {kind}: read the file with spinefm.read"
    for call in (model.segment, model.upright):
        with pytest.raises(TypeError, match=sentence):
            call(film)
    (outcome,) = model.segment_many([film])
    assert str(outcome.error).startswith(sentence)


@pytest.mark.parametrize("place", [(1, 2, 3), ("a", 2), 5, (float("nan"), 2)])
def test_a_starting_point_that_is_none_is_a_sentence(model: SpineFM, place: Any) -> None:
    film = Radiograph.from_array(np.linspace(0, 1, 90 * 90).reshape(90, 90))
    with pytest.raises(CannotStart, match="give two numbers, x and y, for each"):
        model.segment(film, starting_points=[place, (1, 2), (3, 4)])
