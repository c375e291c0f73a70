"""Phantoms: the truth agrees with the masks, the layouts show what they promise, a seed is a film."""

from __future__ import annotations

import json
from functools import cache

import cv2
import numpy as np
import pytest

from spinefm.core.levels import Level
from spinefm.phantom import TEST_SEEDS, TRAIN_SEEDS, Phantom, Settings, simulate

SIZE = (300, 400)
CASES = [("cervical", "full"), ("cervical", "cephalogram"), ("lumbar", "full"), ("lumbar", "wide"), ("lumbar", "three")]


@pytest.fixture(
    scope="module", params=[(seed, *case) for seed, case in enumerate(CASES)], ids=lambda p: f"{p[1]}-{p[2]}"
)
def phantom(request: pytest.FixtureRequest) -> Phantom:
    return drawn(*request.param)


@cache
def drawn(seed: int, region: str | None, layout: str) -> Phantom:
    """A phantom that several tests look at."""
    return simulate(seed, region, SIZE, layout)


@pytest.fixture(scope="module")
def filled(phantom: Phantom) -> dict[Level, np.ndarray]:
    """The pixels of each polygon."""
    return {level: _filled(truth.polygon, phantom.labels.shape) for level, truth in phantom.truth.items()}


def _filled(polygon: np.ndarray, shape: tuple[int, int]) -> np.ndarray:
    """The polygon's pixels by a ray-casting test of each pixel centre, independent of the painter."""
    y, x = np.ogrid[: shape[0], : shape[1]]
    inside = np.zeros(shape, bool)
    for (x0, y0), (x1, y1) in zip(polygon, np.roll(polygon, -1, 0), strict=True):
        if y0 == y1:
            continue
        crosses = (y0 > y) != (y1 > y)
        inside ^= crosses & (x < (x1 - x0) * (y - y0) / (y1 - y0) + x0)
    return inside


def test_same_arguments_same_phantom() -> None:
    one, two = (simulate(11, "lumbar", SIZE) for _ in range(2))
    assert np.array_equal(one.film, two.film) and np.array_equal(one.labels, two.labels)
    assert one.settings == two.settings
    assert not np.array_equal(one.film, simulate(12, "lumbar", SIZE).film)


def test_types_and_shapes(phantom: Phantom) -> None:
    assert phantom.film.shape == phantom.labels.shape == SIZE[::-1]
    assert phantom.film.dtype == np.float32 and phantom.labels.dtype == np.uint8
    assert phantom.film.min() >= 0 and phantom.film.max() <= 1 and np.isfinite(phantom.film).all()
    assert set(np.unique(phantom.labels)) - {0} == set(phantom.truth) == set(phantom.centroids)


def test_masks_agree_with_polygons(phantom: Phantom, filled: dict[Level, np.ndarray]) -> None:
    for level, truth in phantom.truth.items():
        if truth.visible < 0.999:
            continue
        mask, expected = phantom.labels == level, filled[level]
        outline = truth.polygon.astype(np.float32)
        differing = np.argwhere(mask ^ expected)[:, ::-1].tolist()
        off = [abs(cv2.pointPolygonTest(outline, (float(x), float(y)), True)) for x, y in differing]
        assert max(off, default=0.0) < 0.3, f"{level.name}: pixels differ that the outline does not cut in their middle"


def test_no_label_lies_outside_its_polygon(phantom: Phantom, filled: dict[Level, np.ndarray]) -> None:
    for level, inside in filled.items():
        labelled = phantom.labels == level
        reach = cv2.dilate(inside.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0  # a pixel cut by the outline counts
        assert labelled.any() and not (labelled & ~reach).any(), level.name


def test_corners_lie_on_the_outline_in_order(phantom: Phantom) -> None:
    anterior = -1.0 if phantom.faces == "left" else 1.0
    for truth in phantom.truth.values():
        distance = np.linalg.norm(truth.polygon[None] - truth.corners[:, None], axis=2).min(1)
        assert distance.max() < 1e-6
        superior_anterior, superior_posterior, inferior_posterior, inferior_anterior = truth.corners
        assert (superior_anterior - superior_posterior)[0] * anterior > 0
        assert (inferior_anterior - inferior_posterior)[0] * anterior > 0


def test_endplates_run_from_the_anterior_to_the_posterior_corner(phantom: Phantom) -> None:
    for level, truth in phantom.truth.items():
        superior_anterior, superior_posterior, inferior_posterior, inferior_anterior = truth.corners
        for endplate, start, end in (
            (truth.superior, superior_anterior, superior_posterior),
            (truth.inferior, inferior_anterior, inferior_posterior),
        ):
            width = np.linalg.norm(end - start)
            along = (endplate - start) @ (end - start) / width**2
            assert np.linalg.norm(endplate[0] - start) < 0.15 * width, level
            assert along[0] < 0.1 and along[-1] > 0.8 and (level is Level.C2 or (np.diff(along) > 0).all())


def test_levels_follow_each_other_along_the_spine(phantom: Phantom) -> None:
    levels = list(phantom.truth)
    assert levels == sorted(levels)
    middles = np.array([phantom.truth[level].polygon.mean(0) for level in levels])
    side = np.sqrt(np.median([cv2.contourArea(t.polygon.astype(np.float32)) for t in phantom.truth.values()]))
    steps = np.linalg.norm(np.diff(middles, axis=0), axis=1)
    assert (steps > 0.5 * side).all() and (steps < 2.6 * side).all()


def test_visible_is_the_share_of_the_polygon_that_is_labelled(phantom: Phantom) -> None:
    for level, truth in phantom.truth.items():
        area = cv2.contourArea(truth.polygon.astype(np.float32))
        assert (phantom.labels == level).sum() / area == pytest.approx(truth.visible, abs=0.06)


def test_spacing_gives_bodies_their_size_in_mm() -> None:
    phantom = simulate(3, "lumbar", (480, 640), "full")
    depth = np.linalg.norm(np.subtract(*phantom.truth[Level.L3].corners[:2])) * phantom.spacing_mm
    assert 22 < depth < 50


def test_distractors_lie_on_the_film_and_on_no_body(phantom: Phantom) -> None:
    assert phantom.distractors
    for kind, points in phantom.distractors.items():
        at = np.round(points).astype(int)
        labels = phantom.labels[at[:, 1], at[:, 0]]  # raises when outside
        assert points.dtype == np.float32 and not labels.any(), kind


@pytest.mark.parametrize(("region", "anchor"), [("cervical", Level.C2), ("lumbar", Level.S1)])
def test_layouts_show_or_hide_the_anchor(region: str, anchor: Level) -> None:
    for seed in range(3):
        whole, cut = drawn(seed, region, "full"), drawn(seed, region, "no_anchor")
        assert whole.truth[anchor].visible > 0.5
        assert anchor not in cut.truth or cut.truth[anchor].visible < 0.6


def test_three_shows_few_bodies() -> None:
    counts = [sum(t.visible > 0.6 for t in drawn(seed, None, "three").truth.values()) for seed in range(5)]
    assert max(counts) <= 6 and min(counts) >= 1


def test_facing_puts_the_spinous_processes_behind() -> None:
    seen = set()
    for seed in range(5):
        phantom = drawn(seed, "cervical", "full")
        bodies = np.mean(list(phantom.centroids.values()), axis=0)
        behind = phantom.distractors["posterior"].mean(0)
        assert (behind[0] > bodies[0]) == (phantom.faces == "left")
        seen.add(phantom.faces)
    assert seen == {"left", "right"}


def test_a_wrong_layout_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match="cephalogram"):
        simulate(0, "lumbar", SIZE, "cephalogram")


def test_settings_go_through_json(phantom: Phantom) -> None:
    data = json.loads(json.dumps(phantom.settings))
    film = data.pop("film")
    assert film and Settings.from_json(data).to_json() == data
    assert data["seed"] == phantom.seed and data["layout"] == phantom.layout and data["faces"] == phantom.faces


def test_seeds_for_training_and_testing_are_disjoint() -> None:
    assert max(TRAIN_SEEDS) < min(TEST_SEEDS)
    assert 0 in TRAIN_SEEDS and 9_000_000 in TEST_SEEDS
