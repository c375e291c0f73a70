"""Training patches are those of inference, turned and mirrored with their masks."""

from __future__ import annotations

import numpy as np
import pytest

from spinefm.core.geometry import Box, Point, crop_patch
from spinefm.core.levels import Level
from spinefm.training.augment import overlap, retouch, vary_film, veil
from spinefm.training.films import FilmSet
from spinefm.training.patches import (
    TILT,
    TILTED,
    Square,
    body_mask,
    cut_film,
    cut_mask,
    draw_angle,
    label_at,
    random_pixel,
    varied_patch,
)


@pytest.mark.parametrize("side", [40, 64, 101])
@pytest.mark.parametrize("centre", [(60, 80), (3, 5), (118, 150)])
def test_a_straight_patch_is_that_of_inference(films: FilmSet, centre: tuple[int, int], side: int) -> None:
    film = films.films[0]
    even = 0.5 if side % 2 == 0 else 0.0  # a square of an even side has its middle between pixels
    square = Square((centre[0] + even, centre[1] + even), side)
    expected = crop_patch(film.film.astype(np.float32) / 255, Box.square(Point(*square.centre), side), 64)
    assert np.abs(cut_film(film, square, 64) - expected).max() < 0.01


def test_mask_and_film_are_cut_alike(films: FilmSet) -> None:
    film = films.films[0]
    level = next(iter(film.centroids))
    for angle, mirrored in ((0.0, False), (0.6, True), (-1.2, False)):
        square = Square(tuple(film.centroids[level]), 70, angle, mirrored)
        mask, patch = cut_mask(film, level, square, 64) > 0, cut_film(film, square, 64)
        assert mask[32, 32] and patch[mask].mean() > 0.55
        rows, columns = np.nonzero(mask)
        assert abs(rows.mean() - 31.5) < 1 and abs(columns.mean() - 31.5) < 1


def test_mirroring_swaps_the_columns(films: FilmSet) -> None:
    film = films.films[0]
    plain, mirrored = (cut_film(film, Square((60, 80), 65, mirrored=flag), 65) for flag in (False, True))
    assert np.allclose(plain[:, ::-1], mirrored, atol=0.01)


def test_what_lies_outside_the_film_stays_black(films: FilmSet) -> None:
    patch = varied_patch(films.films[0], Square((0, 80), 60), 60, np.random.default_rng(0))
    assert (patch[:, :28] == 0).all() and (patch[:, 32:] > 0).any()


def test_label_at_is_background_outside(films: FilmSet) -> None:
    film = films.films[0]
    level = next(iter(film.centroids))
    assert label_at(film, film.centroids[level]) == level
    assert label_at(film, np.array([-5.0, 10.0])) == 0


def test_variations_stay_in_range_and_differ() -> None:
    image = np.tile(np.linspace(0.2, 0.8, 48, dtype=np.float32), (48, 1))
    rng = np.random.default_rng(0)
    varied = [vary_film(image, rng) for _ in range(40)]
    assert all(v.shape == image.shape and v.dtype == np.float32 and 0 <= v.min() <= v.max() <= 1 for v in varied)
    assert len({float(v.mean()) for v in varied}) > 30
    kept = [np.corrcoef(image.ravel(), v.ravel())[0, 1] for v in varied]
    assert np.median(kept) > 0.9


@pytest.mark.parametrize("seed", range(6))
def test_retouched_discs_lose_their_grain_and_leave_the_rest(seed: int) -> None:
    rng = np.random.default_rng(seed)
    image = (0.5 + 0.1 * rng.standard_normal((96, 128))).clip(0, 1).astype(np.float32)
    before = image.copy()
    retouched = retouch(image, rng)
    changed = retouched != before
    assert np.array_equal(image, before), "the film itself is another draw's"
    assert 0 < changed.mean() < 0.6
    assert retouched[changed].std() < 0.8 * before[changed].std()


def test_retouched_discs_lie_anywhere() -> None:
    noise = np.random.default_rng(0).random((64, 64)).astype(np.float32)
    touched = sum((retouch(noise, np.random.default_rng(seed)) != noise).astype(int) for seed in range(300))
    quarters = [
        touched[rows, columns].sum() for rows in (slice(32), slice(32, 64)) for columns in (slice(32), slice(32, 64))
    ]
    assert max(quarters) < 1.3 * min(quarters)


def test_an_overlap_is_one_step_between_two_even_sides() -> None:
    flat = np.full((80, 60), 0.5, np.float32)
    for seed in range(12):
        image = overlap(flat, np.random.default_rng(seed))
        low, high = image.min(), image.max()
        assert image.dtype == np.float32 and image.shape == flat.shape
        assert abs((low + high) / 2 - 0.5) < 0.2 and high - low < 1
    steps = [np.ptp(overlap(flat, np.random.default_rng(seed))) for seed in range(40)]
    assert 0.02 < np.median(steps) < 0.4


def test_c2_is_found_on_cervical_stand_ins(films: FilmSet) -> None:
    assert len(films.bodies[Level.C2]) == 4


def test_a_body_is_masked_whole_and_alone(films: FilmSet) -> None:
    for film in films.films:
        for level in film.centroids:
            mask = body_mask(film, level)
            assert mask.dtype == np.uint8 and set(np.unique(mask)) == {0, 255}
            assert np.array_equal(mask > 0, film.labels == level)
        assert not body_mask(film, 99).any()


def test_random_pixels_lie_in_the_body_and_everywhere_in_it(films: FilmSet) -> None:
    film = films.films[0]
    level = next(iter(film.centroids))
    rng = np.random.default_rng(0)
    points = np.array([random_pixel(film, level, rng) for _ in range(600)])
    assert all(label_at(film, point) == level for point in points)
    assert points.mean(axis=0) == pytest.approx(film.centroids[level], abs=0.8)
    rows, columns = np.nonzero(film.labels == level)
    assert np.ptp(points, axis=0) == pytest.approx([np.ptp(columns), np.ptp(rows)], abs=2)


@pytest.mark.parametrize(("tilted", "far"), [(TILTED, 0.5 * TILTED), (0.0, 0.0)])
def test_now_and_then_a_picture_is_turned_far(tilted: float, far: float) -> None:
    rng = np.random.default_rng(0)
    angles = np.abs([draw_angle(rng, 0.05, tilted) for _ in range(4000)])
    assert angles.max() <= TILT and np.median(angles) < 0.1
    assert float((angles > TILT / 2).mean()) == pytest.approx(far, abs=0.02)


def test_a_veil_leaves_little_contrast_in_steps_of_8_bit() -> None:
    film = np.tile(np.linspace(0, 1, 64, dtype=np.float32), (64, 1))
    for seed in range(8):
        veiled = veil(film, np.random.default_rng(seed))
        assert 0.05 < np.ptp(veiled.mean(axis=0)) < 0.55
        assert np.allclose(veiled * 255, np.round(veiled * 255), atol=1e-3)
