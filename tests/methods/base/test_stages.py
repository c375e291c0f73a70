"""The networks behind the pipeline's questions, with random weights: places, sizes and clocks."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from spinefm.core.geometry import Box, Point
from spinefm.imaging.radiograph import Radiograph
from spinefm.methods.base.stages import NetworkStages, Probabilities, Stopwatch, candidate, on_film, probabilities
from spinefm.methods.spinefm.config import SpineFMConfig
from spinefm.networks.level_classifier import LevelClassifier
from spinefm.networks.mask_rcnn import build_mask_rcnn
from spinefm.networks.med_sa import MedSA
from spinefm.networks.point_predictor import PointPredictor, PointPredictorConfig
from spinefm.weights.bundle import Bundle


def test_a_detection_is_cut_at_the_films_edge_alone() -> None:
    sure = np.ones((28, 28), np.float32)
    inner = candidate(np.array([10, 12, 40, 50], np.float32), 0.9, sure, (100, 90), 0.5)
    across = candidate(np.array([-10, 80, 40, 120], np.float32), 0.9, sure, (100, 90), 0.5)
    beyond = candidate(np.array([95, 10, 120, 40], np.float32), 0.9, sure, (100, 90), 0.5)
    assert inner.box == Box(10, 12, 40, 50) == inner.mask.box and inner.mask.area == 30 * 38
    assert across.box == Box(0, 80, 40, 100) == across.mask.box and across.mask.area == 40 * 20
    assert beyond.mask.area == 0


@pytest.mark.parametrize(
    ("box", "area"),
    [(Box(10, 10, 30, 20), 200), (Box(-5, 95, 15, 105), 75), (Box(90, 10, 110, 20), 0), (Box(-30, -30, -10, -20), 0)],
)
def test_what_lies_off_the_film_is_cut_off_and_a_box_beside_it_leaves_nothing(box: Box, area: int) -> None:
    assert on_film(np.ones((10, 20), bool), box, (100, 90)).area == area
    assert on_film(np.zeros((10, 20), bool), box, (100, 90)).area == 0


@pytest.fixture(scope="module")
def stages() -> NetworkStages:
    torch.manual_seed(0)
    detector, med_sa, classifier, predictor = build_mask_rcnn(), MedSA(), LevelClassifier(), PointPredictor()
    for network in (detector, med_sa, classifier, predictor):
        network.eval()
    cpu = torch.device("cpu")
    return NetworkStages(Bundle("random", cpu, "float32", detector, med_sa, classifier, predictor, {}), Stopwatch())


@pytest.fixture(scope="module")
def film() -> Radiograph:
    return Radiograph.from_array(np.random.default_rng(0).random((300, 200)).astype(np.float32), name="noise")


def test_segmentation_answers_in_film_pixels_of_every_box(stages, film):
    boxes = [Box(10, 10, 110, 110), Box(-30, -30, 60, 60)]
    answers = stages.segment(film, boxes, [Point(59.5, 59.5), Point(14.5, 14.5)])
    assert [answer.shape for answer in answers] == [(100, 100), (90, 90)]
    assert all(answer.min() >= 0 and answer.max() <= 1 for answer in answers)


def test_one_batch_answers_as_one_by_one(stages, film):
    boxes, clicks = [Box(10, 10, 110, 110), Box(60, 100, 160, 200)], [Point(59.5, 59.5), Point(109.5, 149.5)]
    together = stages.segment(film, boxes, clicks)
    for box, click, answer in zip(boxes, clicks, together, strict=True):
        np.testing.assert_allclose(stages.segment(film, [box], [click])[0], answer, atol=1e-4)


def test_four_probabilities_add_up_to_one(stages, film):
    for answer in stages.classify(film, [Box(10, 10, 110, 110), Box(150, 250, 250, 350)]):
        total = answer.background + answer.vertebra + answer.s1 + answer.c2
        assert total == pytest.approx(1.0, abs=1e-5)


@pytest.mark.parametrize("mirrored", [False, True])
def test_the_next_point_turns_scales_and_mirrors_with_the_spine(stages, film, mirrored):
    known = [Point(3, 0), Point(1, 10), Point(0, 21)]
    angle, scale = 0.8, 3.0
    turn = scale * np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    if mirrored:
        turn = turn @ np.diag([-1.0, 1.0])
    moved = [Point(*(turn @ point + (40, 70))) for point in known]
    expected = turn @ stages.next_point(film, known) + (40, 70)
    assert stages.next_point(film, moved) == pytest.approx(tuple(expected), abs=1e-3)


def test_detections_lie_on_the_film(stages, film):
    candidates = stages.detect(film, 0.9)
    assert candidates
    for found in candidates:
        assert found.mask.area > 0
        assert found.box.clipped((film.height, film.width)) == found.box
        assert found.centroid.inside((film.height, film.width))


def test_a_detections_mask_covers_its_box():
    found = candidate(np.array([20.0, 30.0, 60.0, 80.0]), 0.9, np.ones((28, 28), np.float32), (200, 100), 0.9)
    assert found.box == Box(20, 30, 60, 80)
    assert found.centroid == (39.5, 54.5)


def test_an_unsure_detection_keeps_the_centroid_of_its_mask():
    found = candidate(np.array([0.0, 0.0, 10.0, 10.0]), 0.9, np.full((28, 28), 0.7, np.float32), (200, 100), 0.9)
    assert found.centroid == (4.5, 4.5)


def test_seconds_outside_the_networks_are_what_is_left():
    watch = Stopwatch()
    with watch.measure("med_sa_network"):
        pass
    summary = watch.summary()
    assert summary["outside_networks"] == pytest.approx(summary["total"] - summary["med_sa_network"])


def test_a_point_predictor_of_the_published_frame_divides_by_the_films_size(stages, film):
    """Weights that answer with the last point: whatever the frame, the way there and back must cancel."""
    predictor = PointPredictor(PointPredictorConfig(hidden=4, frame="absolute")).eval()
    last = torch.tensor([[0.0, 0, 0, 0, 1, 0], [0, 0, 0, 0, 0, 1]])  # (2, 6)
    with torch.no_grad():
        predictor.fc1.weight.copy_(torch.cat([last, -last]))
        predictor.fc1.bias.zero_()
        predictor.fc2.weight.copy_(torch.tensor([[1.0, 0, -1, 0], [0, 0.5, 0, -0.5]]))
        predictor.fc2.bias.zero_()
    published = NetworkStages(replace(stages._bundle, point_predictor=predictor), Stopwatch())
    known = [Point(90, 60), Point(95, 90), Point(100, 120)]
    assert published.next_point(film, known) == pytest.approx((100, 60), abs=1e-3)


def test_a_classifier_without_spine_ends_never_finds_them():
    assert probabilities({"background": 0.25, "vertebra": 0.75}) == Probabilities(0.25, 0.75, 0.0, 0.0)
    assert probabilities({"S1": 0.1, "C2": 0.2, "vertebra": 0.3, "background": 0.4}) == Probabilities(
        0.4, 0.3, 0.1, 0.2
    )


def test_published_patch_sides_reach_the_settings(stages):
    med_sa = MedSA(replace(MedSA().config, side_px=600))
    settings = SpineFMConfig.of(replace(stages._bundle, med_sa=med_sa))
    assert (settings.patch_side_px, settings.classifier_side_px) == (600, 0)
