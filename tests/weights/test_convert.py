"""The authors' files in our names: every tensor understood, or none; and the networks compute what theirs compute."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch
from torchvision.models import resnet50
from torchvision.models.detection import MaskRCNN
from torchvision.models.detection._utils import overwrite_eps
from torchvision.models.detection.backbone_utils import resnet_fpn_backbone

from spinefm.networks.level_classifier import LevelClassifier
from spinefm.networks.mask_rcnn import build_mask_rcnn
from spinefm.networks.med_sa import MedSAConfig
from spinefm.networks.point_predictor import PointPredictor
from spinefm.weights.convert import Converted, converted, expected_shapes, read_checkpoint, sam_base
from spinefm.weights.manifest import BundleError
from tests.networks.published_med_sa import published_state, sam_shapes
from tests.networks.test_med_sa import VIT, sam_like

VIT_B = {"width": 768, "depth": 12, "heads": 12, "window": 14, "cells": 64, "global_blocks": (2, 5, 8, 11)}
DECODER = {"wide": 256, "mlp": 2048}


def agrees(actual: torch.Tensor, expected: torch.Tensor) -> bool:
    """To 1e-5 of the largest value."""
    scale = expected.abs().max()
    return torch.allclose(actual / scale, expected / scale, atol=1e-5)


def med_sa_file() -> dict[str, Any]:
    """The published file's names and shapes; no values."""
    shapes = sam_shapes(**VIT_B, **DECODER)
    for block in range(12):
        for adapter in ("Space_Adapter", "MLP_Adapter", "Depth_Adapter"):
            stem = f"image_encoder.blocks.{block}.{adapter}"
            shapes |= {f"{stem}.D_fc1.weight": (192, 768), f"{stem}.D_fc1.bias": (192,)}
            shapes |= {f"{stem}.D_fc2.weight": (768, 192), f"{stem}.D_fc2.bias": (768,)}
    return {"epoch": 99, "state_dict": {n: torch.empty(shape, device="meta") for n, shape in shapes.items()}}


def test_all_458_tensors_of_the_published_med_sa_are_understood() -> None:
    file = med_sa_file()
    assert len(file["state_dict"]) == 458
    found = converted(file, "nhanes")
    assert (found.network, found.config) == ("med_sa", MedSAConfig.paper("medsa", side_px=600))
    assert {n: tuple(v.shape) for n, v in found.state.items()} == expected_shapes("med_sa", found.config)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda state: state.update(surprise=torch.ones(1)), "0 tensors missing, 1 unknown, .* such as surprise"),
        (lambda state: state.pop("mask_decoder.iou_token.weight"), "1 tensors missing, 0 unknown"),
        (
            lambda state: state.update({"mask_decoder.iou_token.weight": torch.ones(2)}),
            "1 of another shape, such as mask_decoder.iou_token.weight",
        ),
        (lambda state: state.update({"image_encoder.blocks.0.Extra_Adapter.D_fc1.bias": torch.ones(2)}), "1 unknown"),
    ],
)
def test_a_file_that_is_not_understood_whole_is_refused(change, sentence) -> None:
    file = med_sa_file()
    change(file["state_dict"])
    with pytest.raises(BundleError, match=sentence) as raised:
        converted(file)
    assert "\n" not in str(raised.value)


def test_a_file_of_none_of_the_networks_is_refused() -> None:
    with pytest.raises(BundleError, match="none of the four published networks"):
        converted({"weight": torch.ones(1)})


@pytest.mark.thorough
def test_the_published_mask_rcnn_detects_the_same() -> None:
    torch.manual_seed(0)
    backbone = resnet_fpn_backbone(backbone_name="resnet50", weights=None, trainable_layers=5)
    theirs = MaskRCNN(backbone, num_classes=2, min_size=64, max_size=64).eval()
    overwrite_eps(theirs, 0.0)  # as torchvision does where it loads the COCO weights
    for name, value in theirs.state_dict().items():
        if ".bn" in name and name.endswith(".weight"):
            value.uniform_(0.006, 0.012)  # else random residuals grow beyond measure
        if ".bn" in name and name.endswith(".running_var"):
            value.fill_(1e-3)  # so small that another epsilon would be seen
    assert len(theirs.state_dict()) == 307
    found = converted(theirs.state_dict())
    ours = build_mask_rcnn(replace(found.config, shortest_side=64, longest_side=64))
    ours.load_state_dict(dict(found.state))
    film = torch.rand(3, 64, 64)
    with torch.no_grad():
        expected, actual = theirs([film])[0], ours.eval()([film])[0]
    assert len(expected["boxes"]) > 0
    assert all(agrees(actual[key], expected[key]) for key in ("boxes", "scores", "masks"))


def test_the_published_classifier_answers_the_same() -> None:
    torch.manual_seed(0)
    theirs = resnet50(weights=None, num_classes=2).eval()
    assert len(theirs.state_dict()) == 320
    found = converted(theirs.state_dict())
    assert found.config.depth == "resnet50" and found.config.classes == ("background", "vertebra")
    assert (found.config.patch, found.config.side_px) == (224, 256)
    ours = LevelClassifier(found.config)
    ours.load_state_dict(dict(found.state))
    patches = torch.rand(2, 3, 64, 64)
    mean, deviation = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
    with torch.no_grad():
        expected = theirs((patches - mean[:, None, None]) / deviation[:, None, None])
        assert agrees(ours.eval()(patches), expected)


def test_the_published_point_predictor_answers_the_same() -> None:
    torch.manual_seed(0)
    names = {"fc1.weight": (50, 6), "fc1.bias": (50,), "fc2.weight": (2, 50), "fc2.bias": (2,)}
    state = {name: torch.randn(shape) for name, shape in names.items()}
    found = converted(state)
    assert found.config.frame == "absolute"
    ours = PointPredictor(found.config)
    ours.load_state_dict(dict(found.state))
    points = torch.rand(4, 3, 2)
    hidden = (points.reshape(4, 6) @ state["fc1.weight"].T + state["fc1.bias"]).relu()
    assert agrees(ours(points), hidden @ state["fc2.weight"].T + state["fc2.bias"])


def test_sams_checkpoint_must_be_complete() -> None:
    state = sam_like(VIT).state_dict()
    assert sam_base(state, VIT).keys() == state.keys()
    state.pop("image_encoder.pos_embed")
    with pytest.raises(BundleError, match="checkpoint of SAM does not fit .*such as image_encoder.pos_embed"):
        sam_base(state, VIT)


def test_a_checkpoint_holds_tensors_and_no_code(tmp_path) -> None:
    path = tmp_path / "file.pth"
    for content, sentence in ((Converted("a", None, {}), "not a checkpoint of tensors"), ([1], "contains a list")):
        torch.save(content, path)
        with pytest.raises(BundleError, match=sentence):
            read_checkpoint(path)
    for damaged in (b"not a checkpoint", b"", b"PK\x03\x04 cut off", b"\x89PNG\r\n\x1a\n"):
        path.write_bytes(damaged)
        with pytest.raises(BundleError, match="damaged or not a checkpoint of tensors alone: download it again.$"):
            read_checkpoint(path)
    with pytest.raises(BundleError, match=r"cannot be read \(Is a directory\): give a published .pth file"):
        read_checkpoint(tmp_path)
    with pytest.raises(BundleError, match="There is no file"):
        read_checkpoint(tmp_path / "missing.pth")


def test_random_published_weights_have_the_published_names() -> None:
    """The state that the forward pass is tested on has the names of the file."""
    tiny = published_state(width=24, depth=12, heads=2, window=3, cells=5, global_blocks=(1,), wide=32, mlp=32)
    assert tiny.keys() == med_sa_file()["state_dict"].keys()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"conv1.weight": torch.ones(1), "layer1.0.conv1.weight": torch.ones(1)}, "no head|none of the four"),
        ({"fc1.weight": 3, "fc2.weight": torch.ones(1)}, "The entry fc1.weight is not a tensor"),
    ],
)
def test_files_that_are_cut_or_hold_no_tensors_are_one_sentence(content: dict[str, object], words: str) -> None:
    with pytest.raises(BundleError, match=words):
        converted(content)
