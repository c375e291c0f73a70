"""The level classifier: torchvision's ResNet, patches normalised inside."""

import copy
from typing import Literal

import pytest
import torch
from torchvision.models import resnet101

from spinefm.networks.level_classifier import (
    CLASSES,
    LITE,
    PAIR,
    Classifier,
    LevelClassifier,
    LevelClassifierConfig,
    LiteClassifier,
    PairClassifier,
    build_classifier,
)
from tests.networks.gradients import wake, without_gradient


@pytest.fixture(scope="module", params=["resnet10", LITE, PAIR])
def model(request: pytest.FixtureRequest) -> Classifier:
    torch.manual_seed(0)
    return build_classifier(LevelClassifierConfig(depth=request.param, patch=32)).eval()


def test_four_logits_in_the_named_order(model: Classifier) -> None:
    assert model(torch.rand(3, 1, 32, 32)).shape == (3, len(CLASSES))
    assert CLASSES == ("background", "vertebra", "S1", "C2")


def test_exposure_and_contrast_do_not_matter(model: Classifier) -> None:
    patches = torch.rand(2, 1, 32, 32)
    assert torch.allclose(model(patches), model(0.3 * patches + 0.5), atol=1e-4)


def test_a_constant_patch_is_finite(model: Classifier) -> None:
    assert torch.isfinite(model(torch.zeros(1, 1, 32, 32))).all()


def test_eval_is_deterministic_and_batch_free(model: Classifier) -> None:
    patches = torch.rand(2, 1, 32, 32)
    assert torch.equal(model(patches), model(patches))
    assert torch.allclose(model(patches)[:1], model(patches[:1]), atol=1e-5)


@pytest.mark.parametrize("depth", ["resnet10", LITE, PAIR])
def test_every_parameter_learns(depth: Literal["resnet10", "lite0", "resnet10+lite0"]) -> None:
    model = build_classifier(LevelClassifierConfig(depth=depth, patch=32))
    wake(model)
    loss = torch.nn.functional.cross_entropy(model(torch.rand(8, 1, 64, 64)), torch.arange(8) % 4)
    assert without_gradient(model, loss) == []


def test_lowered_weights_give_what_autocast_gives(model: Classifier) -> None:
    lowered = copy.deepcopy(model)
    lowered.lower()
    patches = torch.rand(2, 1, 32, 32)
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(lowered(patches), model(patches))
    kept = {type(m) for m in lowered.modules() for p in m.parameters(recurse=False) if p.dtype == torch.float32}
    assert kept == {torch.nn.BatchNorm2d}


def test_paper_size_has_torchvisions_names_and_shapes() -> None:
    with torch.device("meta"):
        ours, theirs = LevelClassifier(LevelClassifierConfig.paper()), resnet101(num_classes=4)
    assert {n: v.shape for n, v in ours.state_dict().items()} == {n: v.shape for n, v in theirs.state_dict().items()}


def test_a_grey_patch_serves_a_colour_network() -> None:
    config = LevelClassifierConfig(depth="resnet10", patch=32, channels=3, normalisation="imagenet")
    model = LevelClassifier(config).eval()
    grey = torch.rand(2, 1, 32, 32)
    assert torch.equal(model(grey), model(grey.expand(-1, 3, -1, -1)))


def test_a_wrong_number_of_channels_is_refused(model: Classifier) -> None:
    with pytest.raises(ValueError, match="channels"):
        model(torch.rand(1, 4, 32, 32))


@pytest.mark.parametrize(
    ("depth", "kind"), [("resnet18", LevelClassifier), (LITE, LiteClassifier), (PAIR, PairClassifier)]
)
def test_a_configuration_says_which_network_is_built(
    depth: Literal["resnet18", "lite0"], kind: type[Classifier]
) -> None:
    assert isinstance(build_classifier(LevelClassifierConfig(depth=depth, patch=32)), kind)


def test_a_pair_answers_the_geometric_mean_of_both() -> None:
    pair = PairClassifier(LevelClassifierConfig(depth=PAIR, patch=32)).eval()
    patches = torch.rand(3, 1, 32, 32)
    both = torch.stack([torch.softmax(logits, dim=1) for logits in pair.each(patches)])
    product = both.prod(dim=0).sqrt()
    assert torch.allclose(torch.softmax(pair(patches), dim=1), product / product.sum(dim=1, keepdim=True), atol=1e-5)


def test_a_depth_that_does_not_exist_is_refused_with_those_that_do() -> None:
    with pytest.raises(ValueError, match=r"resnet101, lite0, resnet10\+lite0, not \"vgg\""):
        LevelClassifierConfig(depth="vgg")


@pytest.mark.parametrize("depth", [LITE, PAIR])
def test_what_the_small_networks_do_not_do_is_refused(depth: Literal["lite0", "resnet10+lite0"]) -> None:
    with pytest.raises(ValueError, match="1 channel"):
        LevelClassifierConfig(depth=depth, channels=3, normalisation="imagenet")
