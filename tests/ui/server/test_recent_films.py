"""The films read last: each once, no more than the memory allows, and none whose file is gone."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from spinefm.imaging.radiograph import Radiograph, UnreadableFilm
from spinefm.ui.server.examples import GONE, Choice
from spinefm.ui.server.recent_films import RecentFilms
from tests.ui.server.stand_in import SIZE, write_film

PIXELS = SIZE[0] * SIZE[1]


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the films that were read from their files."""
    names: list[str] = []
    original = Choice.read

    def read(choice: Choice) -> Radiograph:
        names.append(choice.name)
        return original(choice)

    monkeypatch.setattr(Choice, "read", read)
    return names


def choices(folder: Path, count: int) -> list[Choice]:
    return [Choice(write_film(folder / f"{i}.png", bright=0.6 + 0.02 * i), f"{i}.png") for i in range(count)]


def test_a_film_is_read_once(tmp_path: Path, reads: list[str]) -> None:
    films, (choice,) = RecentFilms(), choices(tmp_path, 1)
    assert films.read(choice) is films.read(replace(choice))
    assert films.read(replace(choice, anyway=True)) is films.read(choice)
    assert reads == ["0.png"]


def test_a_turned_film_a_renamed_one_and_a_file_that_changed_are_others(tmp_path: Path, reads: list[str]) -> None:
    films, (choice,) = RecentFilms(), choices(tmp_path, 1)
    assert films.read(choice.turned()).size == films.read(choice).size[::-1]
    assert films.read(replace(choice, name="other.png")).provenance.name == "other.png"
    write_film(choice.path, bright=0.9)
    os.utime(choice.path, ns=(1, 1))
    assert films.read(choice).pixels.max() > 0
    assert reads == ["0.png", "0.png", "other.png", "0.png"]


def test_the_film_asked_for_longest_ago_goes_first(tmp_path: Path, reads: list[str]) -> None:
    films, (first, second, third) = RecentFilms(most=2), choices(tmp_path, 3)
    for choice in (first, second, first, third, first, second):
        films.read(choice)
    assert reads == ["0.png", "1.png", "2.png", "1.png"]


def test_no_more_pixels_are_held_than_allowed_but_always_the_film_in_hand(tmp_path: Path, reads: list[str]) -> None:
    two, (first, second, third) = RecentFilms(pixels=2 * PIXELS), choices(tmp_path, 3)
    for choice in (first, second, third, second, first):
        two.read(choice)
    assert reads == ["0.png", "1.png", "2.png", "0.png"]
    one = RecentFilms(pixels=1)
    assert one.read(first) is one.read(first)


def test_a_film_whose_file_is_gone_is_neither_shown_nor_held(tmp_path: Path) -> None:
    films, (first, second) = RecentFilms(), choices(tmp_path, 2)
    films.read(first)
    first.path.unlink()
    with pytest.raises(UnreadableFilm, match=GONE.split(":")[0]):
        films.read(first)
    films.read(second)
    assert films._size() == PIXELS
