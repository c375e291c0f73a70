"""Mask R-CNN for films: shapes, losses, and agreement with torchvision's own."""

import pytest
import torch
from torch import nn
from torchvision.models.detection import maskrcnn_resnet50_fpn
from torchvision.models.detection.roi_heads import paste_masks_in_image

from spinefm.networks.mask_rcnn import (
    AuxiliarySemanticHead,
    FilmTransform,
    MaskRCNNConfig,
    SpineMaskRCNN,
    build_mask_rcnn,
    inference_state,
)
from tests.networks.gradients import wake, without_gradient

TINY = MaskRCNNConfig(
    shortest_side=96, longest_side=96, stem=16, widths=(16, 16, 16, 16), blocks=(1, 1, 1, 1), pyramid=16,
    anchor_sizes=(12, 24, 48, 96), box_head=16, mask_head=(16,), rois=16, proposals=20, detections=5,
)  # fmt: skip
"""16 channels: with 8, channels last, torch 2.12 ends the process in the backward pass (double free) on AVX-512."""


def make() -> SpineMaskRCNN:
    torch.manual_seed(0)
    return build_mask_rcnn(TINY)


def target(height: int, width: int, boxes: list[list[int]]) -> dict[str, torch.Tensor]:
    masks = torch.zeros(len(boxes), height, width, dtype=torch.uint8)
    for mask, (x0, y0, x1, y1) in zip(masks, boxes, strict=True):
        mask[y0:y1, x0:x1] = 1
    labels = torch.ones(len(boxes), dtype=torch.long)
    return {"boxes": torch.tensor(boxes, dtype=torch.float32).reshape(-1, 4), "labels": labels, "masks": masks}


BATCH = [torch.rand(1, 120, 80, generator=torch.Generator().manual_seed(1)), torch.linspace(0, 1, 6400).view(1, 80, 80)]
TARGETS = [target(120, 80, [[10, 10, 40, 32], [12, 40, 44, 62]]), target(80, 80, [[20, 30, 50, 55]])]


def test_training_gives_torchvisions_losses_and_the_semantic_one() -> None:
    losses = make().train()(BATCH, TARGETS)
    assert isinstance(losses, dict)
    torchvisions = {"loss_objectness", "loss_rpn_box_reg", "loss_classifier", "loss_box_reg", "loss_mask"}
    assert set(losses) == torchvisions | {"loss_semantic"}
    assert all(torch.isfinite(loss) and loss.ndim == 0 for loss in losses.values())


def test_every_parameter_learns() -> None:
    model = make().train()
    wake(model)
    large = target(80, 80, [[2, 2, 78, 76]])  # an anchor of the coarsest level must have something to find
    losses = model(BATCH, [TARGETS[0], large])
    assert without_gradient(model, sum(losses.values(), torch.zeros(()))) == []


def test_a_film_without_vertebrae_trains() -> None:
    losses = make().train()(BATCH, [TARGETS[0], target(80, 80, [])])
    assert isinstance(losses, dict)
    assert all(torch.isfinite(loss) for loss in losses.values())


def test_training_under_autocast_stays_finite() -> None:
    with torch.autocast("cpu", torch.bfloat16):
        losses = make().train()(BATCH, TARGETS)
    assert isinstance(losses, dict)
    assert all(torch.isfinite(loss) for loss in losses.values())


def test_training_without_targets_is_refused() -> None:
    with pytest.raises(ValueError, match="targets"):
        make().train()(BATCH)


def test_detections_lie_on_their_films() -> None:
    found = make().eval().detect(BATCH)
    for film, detections in zip(BATCH, found, strict=True):
        boxes, count = detections["boxes"], len(detections["boxes"])
        assert 0 < count <= TINY.detections
        assert (boxes >= 0).all()
        assert (boxes[:, 2] <= film.shape[-1] + 1e-3).all()
        assert (boxes[:, 3] <= film.shape[-2] + 1e-3).all()
        assert detections["masks"].shape == (count, 28, 28)
        assert torch.equal(detections["scores"], detections["scores"].sort(descending=True).values)
        assert (detections["labels"] == 1).all()


def test_detect_is_forward_before_pasting() -> None:
    model = make().eval()
    with torch.inference_mode():
        pasted = model(BATCH[:1])[0]
    found = model.detect(BATCH[:1])[0]
    assert torch.equal(found["boxes"], pasted["boxes"])
    assert torch.equal(paste_masks_in_image(found["masks"][:, None], found["boxes"], (120, 80)), pasted["masks"])


def test_exposure_and_contrast_do_not_matter() -> None:
    model, film = make().eval(), BATCH[0]
    plain, pale = model.detect([film])[0], model.detect([0.3 * film + 0.6])[0]
    assert torch.allclose(plain["scores"], pale["scores"], atol=1e-3)


def test_shrinking_does_not_alias() -> None:
    """A one-pixel checkerboard carries nothing at a fifth of the size."""
    film = (torch.arange(480)[:, None] + torch.arange(480)[None]).remainder(2).float()[None]
    small, _ = FilmTransform(TINY).resize(film)
    assert small.shape == (1, 96, 96)
    assert small.std() < 0.01


@pytest.mark.parametrize(
    ("size", "expected"), [((120, 80), (96, 64)), ((80, 120), (64, 96)), ((10, 10), (96, 96)), ((2000, 9), (96, 1))]
)
def test_the_longer_side_is_the_configured_one(size: tuple[int, int], expected: tuple[int, int]) -> None:
    assert FilmTransform(TINY).resized(size) == expected


def test_boxes_and_masks_follow_the_film() -> None:
    wanted = target(48, 48, [[10, 20, 30, 40]])
    _, resized = FilmTransform(TINY).resize(torch.rand(1, 48, 48), wanted)
    assert resized is not None
    assert resized["boxes"].tolist() == [[20, 40, 60, 80]]
    assert torch.equal(resized["masks"], target(96, 96, [[20, 40, 60, 80]])["masks"])


def test_perfect_semantic_map_costs_nothing() -> None:
    head, truth = AuxiliarySemanticHead(2), target(96, 96, [[16, 32, 48, 64]])
    for parameter in head.parameters():
        nn.init.zeros_(parameter)
    head.conv.weight.data[0, 0, 1, 1] = 1  # passes the first channel on
    head.logit.weight.data.fill_(100)
    nn.init.constant_(head.logit.get_parameter("bias"), -50)
    finest = truth["masks"][:, None, ::4, ::4].expand(-1, 2, -1, -1).float()
    assert head.loss(finest, [truth]) < 0.01
    assert head.loss(finest, [target(96, 96, [[60, 0, 90, 20]])]) > 1


def test_exported_weights_fit_the_network_without_its_auxiliary_head() -> None:
    trained, served = make().eval(), build_mask_rcnn(TINY).eval()
    served.drop_auxiliary()
    served.load_state_dict(inference_state(trained), strict=True)
    assert not any("semantic" in name for name in served.state_dict())
    assert torch.equal(served.detect(BATCH)[0]["boxes"], trained.detect(BATCH)[0]["boxes"])


def test_paper_size_has_torchvisions_names_and_shapes() -> None:
    with torch.device("meta"):
        theirs = maskrcnn_resnet50_fpn(weights=None, weights_backbone=None, num_classes=2).state_dict()
        ours = build_mask_rcnn(MaskRCNNConfig.paper()).state_dict()
    counters = "num_batches_tracked"  # the published backbone has frozen batch normalisation
    assert {n: v.shape for n, v in ours.items()} == {n: v.shape for n, v in theirs.items() if counters not in n}
    assert len(ours) == 307


def test_more_classes_widen_the_heads() -> None:
    with torch.device("meta"):
        model = build_mask_rcnn(MaskRCNNConfig(classes=("vertebra", "C2", "S1")))
    assert model.roi_heads.box_predictor.cls_score.out_features == 4
