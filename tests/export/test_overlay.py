"""The overlay: the film stays where no vertebra is, colours stand where one is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from PIL import ImageFont

from spinefm.core.masks import Mask
from spinefm.export.overlay import AMBER, SMALLEST_TEXT, TEXT_SHARE, draw_overlay
from spinefm.imaging.radiograph import Radiograph
from tests.export import curved
from tests.export.handmade import SIZE, handmade_film, handmade_trace


def test_overlay_is_the_films_size_and_grey_away_from_the_spine() -> None:
    film = handmade_film()
    picture = draw_overlay(handmade_trace(), film)
    assert picture.shape == (SIZE[1], SIZE[0], 3) and picture.dtype == np.uint8
    far = picture[120:]  # below the last vertebra
    assert np.array_equal(far, np.repeat(np.round(film.pixels[120:, :, None] * 255).astype(np.uint8), 3, axis=2))


def test_every_vertebra_is_tinted_and_named_beside_its_body() -> None:
    plain, drawn = draw_overlay(handmade_trace(()), handmade_film()), draw_overlay(handmade_trace(), handmade_film())
    changed = (plain != drawn).any(axis=2)
    for row in (20, 45, 85):
        assert changed[row, 42:78].all()
    assert changed[72:98, 84:].any(), "C4's name is to the right of its body"


def test_names_move_to_the_left_at_the_films_right_edge() -> None:
    trace = handmade_trace()
    narrow = Radiograph.from_array(handmade_film().pixels[:, :82])
    film_record = trace.film.__class__(trace.film.name, narrow.size)
    drawn = draw_overlay(trace.__class__(film_record, trace.method, trace.settings, trace.events), narrow)
    plain = draw_overlay(trace.__class__(film_record, trace.method, trace.settings, ()), narrow)
    assert (plain != drawn).any(axis=2)[72:98, :39].any()


def test_another_films_trace_is_refused() -> None:
    with pytest.raises(ValueError, match="give the film it is of"):
        draw_overlay(handmade_trace(), Radiograph.from_array(handmade_film().pixels[:, :100]))


def test_a_doubtful_vertebra_is_dashed_and_amber() -> None:
    trace, film = handmade_trace(), handmade_film()
    finished = trace.finished
    assert finished is not None
    unsure = replace(finished, vertebrae=tuple(replace(v, probability=0.21) for v in finished.vertebrae))
    events = tuple(unsure if event is finished else event for event in trace.events)
    pictures = [draw_overlay(replace(trace, events=known), film).astype(int) for known in (trace.events, events)]
    amber = [np.count_nonzero(np.abs(picture - AMBER).max(axis=2) < 40) for picture in pictures]
    assert amber[0] == 0 and amber[1] > 50


def test_all_names_of_a_film_have_one_size(monkeypatch: pytest.MonkeyPatch) -> None:
    subject = curved.subject()
    assert subject.film is not None
    high = Mask.from_polygon(np.array([[20, 20], [60, 20], [60, 120], [20, 120]], float), curved.SIZE[::-1])
    bodies = subject.trace.vertebrae
    trace = curved.trace((replace(bodies[0], mask=high), *bodies[1:]))
    asked: list[float] = []
    load = ImageFont.load_default

    def noted(size: float) -> Any:
        asked.append(size)
        return load(size)

    monkeypatch.setattr(ImageFont, "load_default", noted)
    draw_overlay(trace, subject.film)
    middle = float(np.median([vertebra.mask.box.height for vertebra in trace.vertebrae]))
    assert set(asked) == {max(SMALLEST_TEXT, round(TEXT_SHARE * middle))}
