"""Groups of phantoms: exact masks for each, what each promises, and nothing changed for phantoms without one."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from spinefm.core.levels import Level
from spinefm.phantom import GROUPS, MIXED, NEGATIVE, simulate, write_set
from spinefm.phantom.groups import veil
from spinefm.phantom.mix import SHARES, drawn_group

SMALL = (240, 320)


@pytest.mark.parametrize("group", GROUPS)
def test_every_group_gives_a_film_with_masks_that_fit_its_outlines(group: str) -> None:
    phantom = simulate(4, group=group, size=SMALL)
    assert phantom.group == group and phantom.truth
    assert phantom.film.shape == SMALL[::-1] and np.isfinite(phantom.film).all()
    for level, truth in phantom.truth.items():
        area = cv2.contourArea(truth.polygon.astype(np.float32))
        assert abs((phantom.labels == level).sum() / area - truth.visible) < 0.25, level.name


def test_a_group_is_the_same_for_the_same_seed_and_differs_from_the_usual() -> None:
    one, two = (simulate(5, "lumbar", SMALL, "full", group="fracture") for _ in range(2))
    assert np.array_equal(one.film, two.film)
    assert not np.array_equal(one.film, simulate(5, "lumbar", SMALL, "full").film)


@pytest.mark.parametrize(
    ("seed", "labels", "bands"),
    [
        (1, "1301e8447ce2e73f", [0.45117, 0.50436, 0.47469, 0.44182, 0.51967, 0.63557]),
        (2, "3ebf975800a79dd3", [0.35939, 0.34347, 0.35777, 0.49584, 0.49665, 0.42298]),
        (9_000_000, "c84f707b1172d704", [0.28123, 0.46374, 0.45704, 0.45944, 0.40736, 0.26041]),
    ],
)
def test_phantoms_without_a_group_stay_as_they_were(seed: int, labels: str, bands: list[float]) -> None:
    """The labels to the last bit; the greys of six bands, since the last bit of a grey depends on the processor."""
    phantom = simulate(seed)
    assert hashlib.sha256(phantom.labels.tobytes()).hexdigest()[:16] == labels
    assert [band.mean() for band in np.array_split(phantom.film, 6)] == pytest.approx(bands, abs=1e-5)


def test_an_unknown_group_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="no group 'knee'"):
        simulate(0, group="knee")


def test_counts_of_lumbar_vertebrae() -> None:
    found = {simulate(0, group="count", size=SMALL).settings["column"]["lumbar_count"]}
    for seed in range(4):
        phantom = simulate(seed, "lumbar", SMALL, "full", group="count")
        found.add(phantom.settings["column"]["lumbar_count"])
        six = phantom.settings["column"]["lumbar_count"] == 6
        assert (Level.L6 in phantom.truth) == six and (Level.L5 in phantom.truth) == six
    assert found == {4, 6}


def test_a_whole_spine_shows_all_of_it() -> None:
    levels = simulate(3, group="whole", size=(300, 800)).truth
    assert {Level.T1, Level.T12, Level.L1, Level.L5} <= set(levels)


def test_a_veil_cuts_contrast_by_its_gain_and_leaves_the_shutters() -> None:
    film = np.tile(np.linspace(0, 1, 200, dtype=np.float32), (100, 1))
    visible = np.zeros(film.shape, bool)
    visible[20:80] = True
    veiled, gain = veil(film, visible, (0.2, 0.2), np.random.default_rng(0))
    assert gain == pytest.approx(0.2)
    assert np.ptp(veiled[50]) < 0.45 < np.ptp(veiled[10])
    assert veiled[20:80].std() < 0.35 * film.std()


def test_bodies_behind_a_veil_stay_in_the_truth(tmp_path: Path) -> None:
    write_set(tmp_path, [10], "lumbar", layout="full", group="veiled")
    label = json.loads((tmp_path / "labels" / "phantom-veiled-10.json").read_text())
    assert label["gain"] < 0.5 and len(label["polygons"]) >= 3


def test_negatives_are_written_without_bodies(tmp_path: Path) -> None:
    assert write_set(tmp_path, [1], group=NEGATIVE) == ["phantom-negative-1"]
    label = json.loads((tmp_path / "labels" / "phantom-negative-1.json").read_text())
    assert label["polygons"] == {} and label["view"] in ("frontal", "radiograph", "slice", "picture")


def test_half_of_the_mixture_is_of_the_usual_kind() -> None:
    drawn = [drawn_group(seed) for seed in range(3000)]
    lateral = [group for group in drawn if group != NEGATIVE]
    assert 0.47 < lateral.count(None) / len(lateral) < 0.53
    assert 0.08 < drawn.count(NEGATIVE) / len(drawn) < 0.12
    assert set(lateral) == {None, *GROUPS} and set(SHARES) == {"", *GROUPS}
    assert MIXED not in GROUPS
