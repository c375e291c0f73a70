"""What each trainer draws, and that its network learns from it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from spinefm.core.levels import Level
from spinefm.networks.level_classifier import CLASSES, PAIR, LevelClassifierConfig, PairClassifier
from spinefm.networks.mask_rcnn import MaskRCNNConfig
from spinefm.networks.med_sa import MedSAConfig
from spinefm.training.backgrounds import KINDS, NEAREST, anywhere, draw_background, is_background
from spinefm.training.films import FilmSet
from spinefm.training.loop import Loop, Trainer
from spinefm.training.scores import dice
from spinefm.training.settings import TrainSettings
from spinefm.training.train_classifier import ClassifierTrainer, confusion_scores, draw_case
from spinefm.training.train_mask_rcnn import MaskRCNNTrainer, mask_centroid, match, view_shape
from spinefm.training.train_med_sa import MedSATrainer, draw_click, proposed_click, soft_dice_loss
from spinefm.training.train_point_predictor import PointPredictorTrainer, film_windows, framed
from spinefm.training.views import cut_view, draw_view, whole_film

SMALL_SA = MedSAConfig(patch=64, embedding=32, decoder_mlp=32, decoder_heads=2, widths=(8, 16, 16, 16), blocks=(1,) * 4)
SMALL_CLASSIFIER = LevelClassifierConfig(patch=48)
SMALL_RCNN = MaskRCNNConfig(
    shortest_side=128, longest_side=128, stem=8, widths=(8, 16, 16, 16), blocks=(1,) * 4, pyramid=16,
    anchor_sizes=(16, 24, 36, 64), box_head=32, mask_head=(16,), rois=16, proposals=40,
)  # fmt: skip


def small_trainers(films: FilmSet, unseen: FilmSet) -> dict[str, Trainer]:
    """Every trainer at a size that runs in a second."""
    return {
        "med_sa": MedSATrainer(films, unseen, SMALL_SA),
        "classifier": ClassifierTrainer(films, unseen, SMALL_CLASSIFIER),
        "mask_rcnn": MaskRCNNTrainer(films, unseen, SMALL_RCNN),
        "point_predictor": PointPredictorTrainer(films, unseen),
    }


def test_prompts_lie_in_the_middle_and_mostly_in_the_mask(films: FilmSet) -> None:
    batch = MedSATrainer(films, films, SMALL_SA).draw(np.random.default_rng(0), 64)
    assert batch.patches.shape == (64, 1, 64, 64) and batch.masks.shape == (64, 64, 64)
    assert torch.equal(batch.clicks, torch.full((64, 2), 31.5))
    assert batch.masks.unique().tolist() == [0, 1] and batch.masks.any(dim=2).any(dim=1).all()
    assert batch.masks[:, 31:33, 31:33].amax(dim=(1, 2)).mean() > 0.85


def test_a_click_is_nearest_to_the_body_it_prompts_for(films: FilmSet) -> None:
    rng = np.random.default_rng(1)
    for _ in range(300):
        film, level = films.draw_level(rng, {})
        assert film.nearest(np.array(draw_click(film, level, rng))) == level


def test_the_induction_clicks_one_step_on_from_the_two_bodies_before(films: FilmSet) -> None:
    rng = np.random.default_rng(1)
    film = next(film for film in films.films if Level.C2 in film.centroids)
    clicks = [click for _ in range(80) if (click := proposed_click(film, Level.C2, rng)) is not None]
    expected = 2 * film.centroids[Level.C3] - film.centroids[Level.C4]
    assert 20 < len(clicks) < 60  # only upwards are there bodies before C2
    assert np.allclose(np.mean(clicks, axis=0), expected, atol=2.0)


def test_dice_and_its_loss_on_known_masks() -> None:
    half, whole = np.zeros((4, 4), bool), np.ones((4, 4), bool)
    half[:2] = True
    assert dice(half, whole) == pytest.approx(2 * 8 / 24) and dice(half, half) == 1 and dice(half, ~half) == 0
    masks = torch.from_numpy(half)[None].float()
    assert soft_dice_loss(40 * (masks - 0.5), masks) < 1e-3 < 0.9 < soft_dice_loss(40 * (0.5 - masks), masks)


@pytest.mark.parametrize("kind", [kind for kind, _ in KINDS], ids=lambda kind: kind.__name__)
def test_every_kind_of_background_is_drawn(films: FilmSet, kind: object) -> None:
    rng = np.random.default_rng(0)
    drawn = [kind(films.draw_film(rng), rng) for _ in range(40)]  # type: ignore[operator]
    points = [point for point in drawn if point is not None]
    assert points and all(point.shape == (2,) and np.isfinite(point).all() for point in points)


def test_background_keeps_away_from_centroids(films: FilmSet) -> None:
    rng = np.random.default_rng(0)
    for _ in range(200):
        film = films.draw_film(rng)
        found = draw_background(film, rng)
        assert found is not None and 15 < found[1] < 45
        for level, centroid in film.centroids.items():
            assert np.linalg.norm(found[0] - centroid) > NEAREST * film.spacing(level)


def test_a_body_that_nobody_can_see_is_no_background(films: FilmSet) -> None:
    film = films.films[0]
    free = next(
        point for point in (anywhere(film, np.random.default_rng(i)) for i in range(99)) if is_background(film, point)
    )
    hidden = replace(film, hidden=np.array([free], np.float32))
    nearest = film.nearest(free)
    assert nearest is not None
    beside = free + (0.3 * film.spacing(nearest), 0)
    assert is_background(film, beside) and not is_background(hidden, beside)
    assert is_background(replace(hidden, centroids={}), free)  # nothing tells how large a hidden body alone would be


def test_each_of_a_pair_learns_for_itself(films: FilmSet) -> None:
    trainer = ClassifierTrainer(films, films, replace(SMALL_CLASSIFIER, depth=PAIR))
    model, batch = trainer.build().eval(), trainer.draw(np.random.default_rng(0), 6)
    assert isinstance(model, PairClassifier)
    alone = [
        torch.nn.functional.cross_entropy(logits, batch.classes, label_smoothing=0.03)
        for logits in model.each(batch.patches)
    ]
    assert torch.allclose(trainer.losses(model, batch)["cross_entropy"], (alone[0] + alone[1]) / 2, atol=1e-5)


def test_classes_are_what_lies_at_the_point(films: FilmSet) -> None:
    rng = np.random.default_rng(0)
    counts = dict.fromkeys(CLASSES, 0)
    for _ in range(400):
        film, point, _, name = draw_case(films, rng)
        counts[name] += 1
        level = film.nearest(point)
        near = level is not None and np.linalg.norm(point - film.centroids[level]) < 0.3 * film.spacing(level)
        expected = level.name if level in (Level.C2, Level.S1) else "vertebra"
        assert name == (expected if near and level is not None else "background")
    assert all(counts[name] > 30 for name in CLASSES) and counts["background"] > counts["C2"]


def test_confusion_scores_on_a_known_matrix() -> None:
    confusion = np.array([[8, 0, 2, 0], [0, 10, 0, 0], [0, 0, 5, 0], [0, 5, 0, 5]])
    scores = confusion_scores(confusion)
    assert scores["balanced_accuracy"] == pytest.approx((0.8 + 1 + 1 + 0.5) / 4)
    assert scores["invented_end"] == pytest.approx(2 / 20)
    assert scores["precision_S1"] == pytest.approx(5 / 7, abs=1e-4) and scores["recall_C2"] == 0.5


def test_views_have_tight_boxes_round_bodies(films: FilmSet) -> None:
    rng = np.random.default_rng(0)
    counts = []
    for _ in range(60):
        view = draw_view(films.draw_film(rng), (128, 96), 160, rng)
        assert view.image.shape == (128, 96) and len(view.boxes) == len(view.masks) == len(view.levels)
        counts.append(len(view.boxes))
        for (x0, y0, x1, y1), mask in zip(view.boxes.astype(int), view.masks, strict=True):
            assert mask[y0:y1, x0:x1].sum() == mask.sum() > 0
            assert mask[y0].any() and mask[y1 - 1].any() and mask[:, x0].any() and mask[:, x1 - 1].any()
    assert max(counts) >= 4 and np.mean([count > 0 for count in counts]) > 0.7


def test_a_body_mostly_out_of_view_is_no_target(films: FilmSet) -> None:
    film = next(film for film in films.films if Level.C2 in film.centroids)
    y = film.centroids[Level.C2][1]
    shifts = {0.3: True, -0.3: False}  # the view begins above, then below the body's middle, by a third of its height
    for above, kept in shifts.items():
        into = np.array([[1.0, 0.0, 0.0], [0.0, 1.0, -(y - above * 18)]])
        assert (Level.C2 in cut_view(film, into, (100, 120)).levels) == kept


def test_matching_counts_hits_misses_and_false_detections() -> None:
    true = torch.tensor([[0.0, 0, 20, 10], [0, 30, 20, 40]])
    truth = [(np.array([9.5, 4.5]), 20.0), (np.array([9.5, 34.5]), 20.0)]
    boxes = torch.tensor([[0.0, 0, 20, 10], [1, 0, 21, 10], [50, 50, 60, 60]])
    score = match(boxes, torch.ones(3, 28, 28), true, truth)
    assert (score.bodies, score.hits, score.wrong) == (2, 1, 2) and score.errors == pytest.approx((0.0,))
    half = torch.zeros(28, 28)
    half[:, 14:] = 1
    assert mask_centroid(boxes[0], half) == pytest.approx([14.5, 4.5])


def test_view_shapes_are_multiples_of_the_stride() -> None:
    assert [view_shape(512, aspect) for aspect in (0.5, 0.8, 1.0)] == [(512, 256), (512, 416), (512, 512)]


def test_views_reach_the_backbone_at_their_own_scale(films: FilmSet) -> None:
    trainer = MaskRCNNTrainer(films, films, SMALL_RCNN)
    model, seen = trainer.build().train(), []
    model.get_submodule("backbone").register_forward_pre_hook(lambda module, inputs: seen.append(inputs[0].shape[-2:]))
    rng = np.random.default_rng(0)
    batches = [trainer.draw(rng, 1) for _ in range(8)]
    for batch in batches:
        trainer.losses(model, batch)
    assert seen == [batch.films[0].shape[-2:] for batch in batches] and len(set(seen)) > 1


def test_a_whole_film_is_shown_at_the_scale_of_inference(films: FilmSet) -> None:
    rng, film = np.random.default_rng(0), films.films[0]
    maps = [whole_film(film, (320, 160), 320, rng) for _ in range(200)]
    scales = [float(np.sqrt(abs(np.linalg.det(into[:, :2])))) for into in maps]
    assert np.median(scales) == pytest.approx(320 / max(film.shape), rel=0.02)


def test_windows_run_both_ways_and_straight_on_is_the_unit_step(films: FilmSet) -> None:
    windows = film_windows(next(film for film in films.films if Level.S1 in film.centroids))
    assert len(windows) == 2 and np.array_equal(windows[0], windows[1][::-1])
    line = np.array([[[0.0, 0], [0, 10], [0, 20], [0, 30]]]).repeat(50, axis=0)
    batch = framed(line, np.random.default_rng(0))
    assert batch.known.shape == (50, 3, 2) and batch.following.shape == (50, 2)
    assert torch.allclose(batch.following.mean(dim=0), torch.tensor([0.0, 1.0]), atol=0.1)
    assert torch.allclose(batch.known[:, 2], torch.zeros(50, 2), atol=1e-5)


@pytest.mark.parametrize("network", ["med_sa", "classifier", "mask_rcnn", "point_predictor"])
def test_the_loss_of_every_network_goes_down(films: FilmSet, tmp_path: Path, network: str) -> None:
    trainer = small_trainers(films, films)[network]
    settings = TrainSettings(data=(), out=tmp_path, steps=1000, threads=1)
    loop = Loop(trainer, settings)
    batch = trainer.draw(np.random.default_rng(0), 8)
    optimizer = torch.optim.Adam([p for p in loop.model.parameters() if p.requires_grad], lr=3e-3)
    history = []
    for _ in range(12):
        torch.manual_seed(0)
        total = torch.stack([part.float() for part in trainer.losses(loop.model.train(), batch).values()]).sum()
        optimizer.zero_grad()
        total.backward()
        optimizer.step()
        history.append(total.item())
    assert history[-1] < 0.9 * history[0]
