"""From optical depth to film: invariants of every stage, on a small synthetic neck."""

from __future__ import annotations

import dataclasses
import json

import cv2
import numpy as np
import pytest

from spinefm.phantom.film import (
    Beam,
    Carrier,
    Detector,
    Developed,
    Enhancement,
    FilmSettings,
    Response,
    carry,
    detect,
    develop,
    enhance,
    expose,
    respond,
    wide_blur,
)
from spinefm.phantom.film_marks import Collimation, Marks, Text, collimate, mark

CLEAN_BEAM = Beam(1.0, 0.0, 0.1, (0.0, 0.0), 0.0, (0.5, 0.5), 0.5)
CLEAN_DETECTOR = Detector(0.0, 0.0, 0.0, 1e12, 0.0, 0.0, 4.0, True, (), 0.0)
CLEAN_RESPONSE = Response("log", 1.0, 0.0, 99.0, 1.0, 1.0, 0.0, 1.0)
CLEAN_ENHANCEMENT = Enhancement(0.0, 2.0, 0.0, 2.0, 4, ())
NO_SIDES = (0.0, 0.0, 0.0, 0.0)
OPEN = Collimation(NO_SIDES, 0.0, 0.0, 2.0, 0.0, NO_SIDES, 0.0)
UNMARKED = Marks((), (), 0, 0, 0)
CLEAN = FilmSettings(
    CLEAN_BEAM, CLEAN_DETECTOR, CLEAN_RESPONSE, CLEAN_ENHANCEMENT, OPEN, UNMARKED, Carrier(1.0, 0, 0), False
)


@pytest.fixture(scope="module")
def neck() -> np.ndarray:
    """(160, 120): air, a column of soft tissue of depth 1.5, and a bone that adds 0.8."""
    attenuation = np.zeros((160, 120), np.float32)
    attenuation[:, 30:100] = 1.5
    attenuation[60:90, 50:80] += 0.8
    return attenuation


def developed(neck: np.ndarray, seed: int = 1, **changes: object) -> Developed:
    return develop(neck, dataclasses.replace(CLEAN, **changes), np.random.default_rng(seed))


def test_clean_film_orders_air_tissue_and_bone(neck: np.ndarray) -> None:
    film = developed(neck).film
    assert film[20, 10] == pytest.approx(0.0, abs=0.01)
    assert film[75, 65] == pytest.approx(1.0, abs=0.01)
    assert film[20, 65] == pytest.approx(1.5 / 2.3, abs=0.01)


@pytest.mark.parametrize("region", ["cervical", "lumbar"])
@pytest.mark.parametrize("seed", range(12))
def test_any_drawn_film_is_finite_in_range_and_of_the_same_size(neck: np.ndarray, region: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    result = develop(neck, FilmSettings.draw(rng, region), rng)
    assert result.film.shape == result.visible.shape == neck.shape
    assert result.film.dtype == np.float32 and result.visible.dtype == bool
    assert np.isfinite(result.film).all() and result.film.min() >= 0 and result.film.max() <= 1
    assert result.visible.mean() > 0.4


@pytest.mark.parametrize("value", [0.0, 8.0])
def test_a_film_without_any_contrast_is_still_developed(value: float) -> None:
    rng = np.random.default_rng(3)
    result = develop(np.full((64, 64), value, np.float32), FilmSettings.draw(rng, "lumbar"), rng)
    assert np.isfinite(result.film).all()


def test_the_same_generator_state_gives_the_same_film(neck: np.ndarray) -> None:
    settings = FilmSettings.draw(np.random.default_rng(5), "cervical")
    first, again, other = (develop(neck, settings, np.random.default_rng(s)).film for s in (7, 7, 8))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)


def test_settings_are_drawn_alike_from_one_seed_and_written_as_json() -> None:
    first, again = (FilmSettings.draw(np.random.default_rng(11), "lumbar") for _ in range(2))
    assert first == again
    text = json.dumps(dataclasses.asdict(first))
    assert json.loads(text)["response"]["curve"] == first.response.curve


def test_about_four_films_in_a_hundred_are_inverted() -> None:
    rng = np.random.default_rng(2)
    inverted = sum(FilmSettings.draw(rng, "cervical").inverted for _ in range(1000))
    assert 20 <= inverted <= 65


def test_inversion_mirrors_brightness(neck: np.ndarray) -> None:
    upright, inverted = developed(neck), developed(neck, inverted=True)
    assert inverted.inverted and not upright.inverted
    np.testing.assert_allclose(inverted.film, 1 - upright.film, atol=1e-6)


def test_more_quanta_less_grain_and_thick_parts_grainier() -> None:
    halves = np.ones((64, 128), np.float32)
    halves[:, :64] = np.exp(-3.0)
    spread = {}
    for quanta in (1e3, 1e5):
        detector = dataclasses.replace(CLEAN_DETECTOR, quanta=quanta)
        depth = detect(halves, detector, np.random.default_rng(0))
        spread[quanta] = depth[:, :60].std(), depth[:, 68:].std()
    assert spread[1e3][0] > 5 * spread[1e5][0]
    assert spread[1e5][1] == pytest.approx(1e5**-0.5, rel=0.1)  # Poisson: 1 / sqrt(N)
    assert spread[1e5][0] == pytest.approx(np.exp(1.5) * 1e5**-0.5, rel=0.1)


def test_scatter_lowers_contrast(neck: np.ndarray) -> None:
    def contrast(beam: Beam) -> float:
        depth = -np.log(expose(neck, beam))
        return float(depth[75, 65] - depth[20, 65])

    assert contrast(dataclasses.replace(CLEAN_BEAM, scatter=0.5)) < 0.9 * contrast(CLEAN_BEAM)


def test_tilt_and_falloff_shade_the_film() -> None:
    empty = np.zeros((100, 100), np.float32)
    tilted = expose(empty, dataclasses.replace(CLEAN_BEAM, tilt=(1.0, 0.0)))
    assert np.log(tilted[50, 0] / tilted[50, -1]) == pytest.approx(1.0, abs=0.01)
    fallen = expose(empty, dataclasses.replace(CLEAN_BEAM, falloff=2.0))
    assert fallen[50, 50] == pytest.approx(1.0) and fallen[0, 0] < 0.9


@pytest.mark.parametrize("curve", ["film", "log", "linear"])
def test_every_response_rises_with_depth_from_floor_to_ceiling(curve: str) -> None:
    depth = np.tile(np.linspace(0, 4, 200, dtype=np.float32), (40, 1))
    response = Response(curve, 4.0, 0.0, 90.0, 1.0, 1.3, 0.1, 0.9)
    film = respond(depth, depth[::4, ::4] > 0.25, response)
    assert (np.diff(film[0]) >= -1e-6).all()
    assert film.min() == pytest.approx(0.1, abs=0.01) and film.max() == pytest.approx(0.9, abs=0.01)
    assert (film[0] == film.max()).mean() > 0.05  # the thickest parts are saturated


def test_black_point_burns_the_air_out(neck: np.ndarray) -> None:
    patient = neck[::4, ::4] > 0.25
    kept = respond(neck, patient, CLEAN_RESPONSE)
    burnt = respond(neck, patient, dataclasses.replace(CLEAN_RESPONSE, black_point=0.8))
    assert burnt[20, 65] < 0.5 < kept[20, 65]


@pytest.mark.parametrize(
    "enhancement",
    [
        dataclasses.replace(CLEAN_ENHANCEMENT, sharpen=1.0, sharpen_pixels=10.0),
        dataclasses.replace(CLEAN_ENHANCEMENT, equalise=1.0),
        dataclasses.replace(CLEAN_ENHANCEMENT, scale_gains=(1.5, 2.0, 1.5)),
    ],
    ids=["sharpen", "equalise", "scales"],
)
def test_enhancement_raises_local_contrast(enhancement: Enhancement) -> None:
    ramp = np.tile(np.linspace(0.3, 0.6, 128, dtype=np.float32), (128, 1))
    ramp[:, 60:68] += 0.05
    detail = [float(np.ptp(f[64, 50:78])) for f in (ramp, enhance(ramp, enhancement))]
    assert detail[1] > 1.05 * detail[0]


def test_no_enhancement_changes_nothing(neck: np.ndarray) -> None:
    film = neck / 3
    np.testing.assert_array_equal(enhance(film, CLEAN_ENHANCEMENT), film)


def test_shutters_hide_what_they_say() -> None:
    film = np.full((100, 200), 0.5, np.float32)
    shut = dataclasses.replace(OPEN, sides=(0.1, 0.0, 0.0, 0.2), shade=1.0, soft_pixels=1.0)
    hidden, visible = collimate(film, shut)
    assert visible.mean() == pytest.approx(0.9 * 0.8, abs=0.01)
    assert (hidden[:, :18] == 1).all() and (hidden[82:] == 1).all()
    np.testing.assert_allclose(hidden[:78, 22:], 0.5)


def test_a_border_replaces_the_film_and_hides_it() -> None:
    film = np.full((100, 100), 0.5, np.float32)
    framed, visible = collimate(film, dataclasses.replace(OPEN, border=(0.03, 0.0, 0.0, 0.05), border_shade=0.0))
    assert (framed[:, :3] == 0).all() and (framed[95:] == 0).all()
    assert np.array_equal(visible, framed > 0)


def test_marks_lie_where_they_are_put_and_leave_the_input_alone() -> None:
    film = np.full((200, 200), 0.4, np.float32)
    text = Text("R", 0.5, 0.5, 0.1, cv2.FONT_HERSHEY_SIMPLEX, 2, 1.0, None, False)
    marked = mark(film, dataclasses.replace(UNMARKED, texts=(text,)), np.random.default_rng(0))
    rows, columns = np.nonzero(marked != film)
    assert 0 < len(rows) < 2000 and rows.min() >= 99 and columns.min() >= 99
    assert marked.max() > 0.95 and (film == np.float32(0.4)).all()


def test_a_text_beyond_the_edge_is_cut() -> None:
    film = np.zeros((50, 50), np.float32)
    text = Text("STANDING", 0.98, 0.98, 0.2, cv2.FONT_HERSHEY_SIMPLEX, 1, 1.0, 1.0, True)
    assert mark(film, dataclasses.replace(UNMARKED, texts=(text,)), np.random.default_rng(0)).shape == (50, 50)


def test_scratches_dust_and_creases_touch_a_small_part() -> None:
    film = np.full((200, 200), 0.5, np.float32)
    marked = mark(film, Marks((), (), 3, 20, 1), np.random.default_rng(4))
    assert 0 < (np.abs(marked - film) > 0.02).mean() < 0.2


def test_few_grey_levels_softness_and_jpeg_keep_the_picture() -> None:
    ramp = np.tile(np.linspace(0, 1, 96, dtype=np.float32), (96, 1))
    assert len(np.unique(carry(ramp, Carrier(1.0, 16, 0)))) == 16
    for carrier in (Carrier(0.5, 0, 0), Carrier(1.0, 0, 60), Carrier(0.6, 64, 80)):
        np.testing.assert_allclose(carry(ramp, carrier), ramp, atol=0.05)


@pytest.mark.parametrize("sigma", [2.0, 10.0, 30.0])
def test_wide_blur_matches_the_exact_one(sigma: float) -> None:
    image = np.zeros((240, 200), np.float32)
    image[100:140, 80:120] = 1.0
    np.testing.assert_allclose(wide_blur(image, sigma), cv2.GaussianBlur(image, (0, 0), sigma), atol=0.03)
