"""Folders of films with truth in memory."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from spinefm.anatomy import Level
from spinefm.training.errors import TrainingError
from spinefm.training.films import FilmSet
from tests.training.stand_in import HEIGHT, SIZE, WIDTH, write_stand_ins


def test_films_and_bodies_are_read(films: FilmSet) -> None:
    assert len(films) == 8 and films.seeds == frozenset(range(8))
    film = films.films[0]
    assert film.shape == (SIZE[1], SIZE[0])
    assert set(film.centroids) in ({Level.C2, Level.C3, Level.C4, Level.C5, Level.C6}, set(films.films[-1].centroids))
    assert film.sizes[Level.C4] == pytest.approx(((WIDTH + 1) * (HEIGHT + 1)) ** 0.5)


def test_spacing_is_the_distance_to_the_neighbours(films: FilmSet) -> None:
    for film in films.films:
        assert all(25.5 < film.spacing(level) < 28 for level in film.centroids)


def test_lumbar_neighbours_skip_a_sixth_vertebra(films: FilmSet) -> None:
    lumbar = next(film for film in films.films if Level.S1 in film.centroids)
    assert lumbar.neighbours(Level.S1) == [Level.L5]


def test_levels_are_drawn_by_weight(films: FilmSet) -> None:
    rng = np.random.default_rng(0)
    drawn = [films.draw_level(rng, {Level.C2: 0.0, Level.S1: 30.0})[1] for _ in range(300)]
    assert Level.C2 not in drawn and drawn.count(Level.S1) > 100


def test_test_phantoms_are_refused(tmp_path: Path) -> None:
    folder = write_stand_ins(tmp_path, [3], seed=9_000_000)
    with pytest.raises(TrainingError, match="seeds from 9000000 are for tests"):
        FilmSet.read([folder])


@pytest.mark.parametrize("part", ["films", "labels"])
def test_a_missing_picture_is_named(tmp_path: Path, part: str) -> None:
    folder = write_stand_ins(tmp_path, [3])
    (folder / part / "phantom-lumbar-3.png").unlink()
    with pytest.raises(TrainingError, match="phantom-lumbar-3.png is missing"):
        FilmSet.read([folder])


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match="no labelled films"):
        FilmSet.read([tmp_path])


def test_an_inverted_film_is_turned_as_reading_would(tmp_path: Path) -> None:
    plain = FilmSet.read([write_stand_ins(tmp_path / "plain", [3])]).films[0]
    turned = FilmSet.read([write_stand_ins(tmp_path / "inverted", [3], inverted=True)]).films[0]
    assert np.array_equal(turned.film, 255 - plain.film)


def test_held_out_films_are_no_training_films(films: FilmSet) -> None:
    kept, unseen = films.held_out(4)
    assert len(kept) == 6 and len(unseen) == 2 and not kept.seeds & unseen.seeds
    with pytest.raises(TrainingError, match="too few"):
        films.held_out(20)
