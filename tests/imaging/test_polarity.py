"""Polarity: cues that change their sign with the film's, and phantoms of both polarities."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from spinefm.imaging import polarity
from spinefm.imaging.polarity import (
    CLEAR,
    CUES,
    SURE,
    WEIGHTS,
    cues,
    is_inverted,
)
from spinefm.imaging.radiograph import Radiograph, read
from spinefm.phantom import simulate

SEEDS = range(9_200_000, 9_200_006)


@pytest.fixture(scope="module")
def upright() -> list[np.ndarray]:
    """Test phantoms (H, W), three of each region, all with bright bone."""
    phantoms = [simulate(seed, "cervical" if seed % 2 else "lumbar", layout="full") for seed in SEEDS]
    return [1 - phantom.film if phantom.inverted else phantom.film for phantom in phantoms]


def upright_log_odds(film: np.ndarray) -> float:
    """Log odds that bone is bright in a film (H, W) in [0, 1], from all its cues."""
    return float(cues(film) @ np.array(WEIGHTS))


def test_there_is_one_weight_for_each_cue(upright: list[np.ndarray]) -> None:
    assert len(CUES) == len(WEIGHTS) == len(set(CUES)) == len(cues(upright[0]))


def test_every_cue_changes_its_sign_with_the_film(upright: list[np.ndarray]) -> None:
    for film in upright[:2]:
        np.testing.assert_allclose(cues(1 - film), -cues(film), atol=0.02)


def test_right_phantoms_are_kept_and_nearly_all_inverted_ones_turned(upright: list[np.ndarray]) -> None:
    assert [is_inverted(film) for film in upright] == [False] * len(upright)
    assert sum(is_inverted(1 - film) for film in upright) >= len(upright) - 1


@pytest.mark.parametrize("seed", [9_340_002, 9_340_017, 9_340_021])
def test_a_veiled_film_behind_shutters_is_kept(seed: int) -> None:
    """Before its greys were stretched, each of these was inverted by mistake."""
    phantom = simulate(seed, None, group="veiled")
    assert not is_inverted(1 - phantom.film if phantom.inverted else phantom.film)


def test_cues_do_not_change_with_a_films_contrast(upright: list[np.ndarray]) -> None:
    film = upright[0].astype(np.float32)
    unsaturated = 0.05 + 0.9 * film
    assert upright_log_odds(0.4 + 0.2 * unsaturated) == pytest.approx(upright_log_odds(unsaturated), abs=0.2)


def test_a_film_of_two_greys_has_no_greys_to_stretch() -> None:
    film = np.zeros((60, 60), np.float32)
    film[20:40] = 1.0
    assert np.isfinite(cues(film)).all() and np.isfinite(cues(np.full((60, 60), 0.5, np.float32))).all()


def test_a_quick_estimate_lies_much_closer_than_what_it_may_decide(upright: list[np.ndarray]) -> None:
    for film in upright:
        for either in (film, 1 - film):
            estimate = polarity._log_odds(polarity._prepared(either), quick=True)
            assert abs(estimate - upright_log_odds(either)) < CLEAR / 3


@pytest.mark.parametrize(("estimate", "full"), [(-0.8, -1.1), (-1.1, -0.8), (SURE + CLEAR, -5.0), (SURE - CLEAR, 5.0)])
def test_near_the_limit_the_whole_evidence_decides(
    estimate: float, full: float, upright: list[np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polarity, "_log_odds", lambda film, quick=False: estimate if quick else full)
    assert is_inverted(upright[0]) == (full < SURE)


@pytest.mark.parametrize("estimate", [SURE - CLEAR - 0.01, SURE + CLEAR + 0.01])
def test_far_from_the_limit_the_estimate_decides_alone(
    estimate: float, upright: list[np.ndarray], monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[bool] = []

    def log_odds(film: np.ndarray, quick: bool = False) -> float:
        asked.append(quick)
        return estimate

    monkeypatch.setattr(polarity, "_log_odds", log_odds)
    assert is_inverted(upright[0]) == (estimate < SURE) and asked == [True]


def test_mirroring_a_film_changes_nothing(upright: list[np.ndarray]) -> None:
    assert upright_log_odds(upright[0][:, ::-1]) == pytest.approx(upright_log_odds(upright[0]), abs=0.3)


def test_a_film_without_evidence_is_kept() -> None:
    ramp = np.tile(np.linspace(0, 1, 200, dtype=np.float32), (200, 1))
    assert not is_inverted(ramp) and not is_inverted(1 - ramp)


def test_reading_turns_an_inverted_film_and_says_so(upright: list[np.ndarray], tmp_path) -> None:
    grey = np.round(upright[0] * 255).astype(np.uint8)
    Image.fromarray(255 - grey).save(tmp_path / "inverted.png")
    turned, kept = read(tmp_path / "inverted.png"), read(tmp_path / "inverted.png", polarity="keep")
    np.testing.assert_allclose(turned.pixels, grey / 255, atol=1e-6)
    np.testing.assert_allclose(kept.pixels, 1 - grey / 255, atol=1e-6)
    assert turned.provenance.inverted and not kept.provenance.inverted
    assert any("inverted" in note for note in turned.provenance.notes)


def test_arrays_are_turned_only_when_asked(upright: list[np.ndarray]) -> None:
    assert not Radiograph.from_array(1 - upright[0]).provenance.inverted
    assert Radiograph.from_array(1 - upright[0], polarity="auto").provenance.inverted
