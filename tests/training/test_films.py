"""Folders of films with truth in memory."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
import pytest

from spinefm.core.levels import Level
from spinefm.training.errors import TrainingError
from spinefm.training.films import FilmSet, seed_runs
from tests.training.stand_in import HEIGHT, SIZE, WIDTH, draw_stand_in, write_stand_ins


def test_films_and_bodies_are_read(films: FilmSet) -> None:
    assert len(films) == 8 and films.seeds == frozenset(range(8))
    film = films.films[0]
    assert film.shape == (SIZE[1], SIZE[0])
    _, labels, truth = draw_stand_in(film.seed)
    assert film.name == f"phantom-{truth['region']}-{film.seed}" and np.array_equal(film.labels, labels)
    assert {level.value for level in film.centroids} == set(np.unique(labels)) - {0}
    for level, centroid in film.centroids.items():
        rows, columns = np.nonzero(labels == level)
        assert centroid == pytest.approx([columns.mean(), rows.mean()])
        assert film.sizes[level] == pytest.approx(((WIDTH + 1) * (HEIGHT + 1)) ** 0.5)


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


@pytest.mark.parametrize("seed", [-1, 1_000_000, 5_000_000, 9_000_000, None, "3"])
def test_what_is_no_training_phantom_is_refused(tmp_path: Path, seed: object) -> None:
    folder = write_stand_ins(tmp_path, [3], seed=seed)
    with pytest.raises(TrainingError, match=f"its seed is {seed}.*the seeds 0 to 999999"):
        FilmSet.read([folder])


@pytest.mark.parametrize("text", ["", "[]", '{"seed": 3', '{"seed": 3, "distractors": [4]}', '{"seed": [3]}'])
def test_a_damaged_label_is_named(tmp_path: Path, text: str) -> None:
    folder = write_stand_ins(tmp_path, [3])
    (folder / "labels" / "phantom-lumbar-3.json").write_text(text)
    with pytest.raises(TrainingError, match=r"phantom-lumbar-3"):
        FilmSet.read([folder])


def test_a_label_map_of_another_size_is_damaged(tmp_path: Path) -> None:
    folder = write_stand_ins(tmp_path, [3])
    cv2.imwrite(str(folder / "labels" / "phantom-lumbar-3.png"), np.zeros((20, 30), np.uint8))
    with pytest.raises(TrainingError, match="is damaged .*the label map is"):
        FilmSet.read([folder])


@pytest.mark.parametrize(
    ("seeds", "text"),
    [
        ([7], "7"),
        ([*range(10000, 11300), *range(20000, 21200)], "10000-11299, 20000-21199"),
        ([5, 1, 2, 9], "1-2, 5, 9"),
        (range(0, 400, 20), "between 0 and 380"),
    ],
)
def test_seeds_are_listed_as_runs(seeds: Sequence[int], text: str) -> None:
    assert seed_runs(seeds) == text


def test_facts_name_films_bodies_and_seeds(films: FilmSet) -> None:
    bodies = sum(len(film.centroids) for film in films.films)
    assert films.facts() == {"films": 8, "bodies": bodies, "seeds": "0-7"}


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
