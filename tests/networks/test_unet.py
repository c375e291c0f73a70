"""The U-Net's shapes, its scale, and what its configuration refuses."""

from __future__ import annotations

import pytest
import torch

from spinefm.networks.mask_rcnn import build_mask_rcnn
from spinefm.networks.unet import ResidualEncoder, UNet, UNetConfig, resized

PLAIN = UNetConfig(longest_side=64, encoder="plain", widths=(8, 8, 8), blocks=(), fold=2)
SMALL = UNetConfig(longest_side=64, widths=(8, 8, 16), blocks=(1, 1))


@pytest.mark.parametrize("config", [SMALL, PLAIN], ids=["residual", "plain"])
def test_every_pixel_gets_a_logit_of_every_class(config: UNetConfig) -> None:
    assert UNet(config)(torch.rand(2, 1, 48, 32)).shape == (2, 4, 48, 32)


@pytest.mark.parametrize("size", [(100, 130), (130, 100), (40, 31)])
def test_a_film_of_any_size_keeps_its_aspect(size: tuple[int, int]) -> None:
    found = UNet(SMALL).eval().segment(torch.rand(1, *size))
    assert found.shape == (4, *resized(*size, 64)) and max(found.shape[1:]) == 64
    assert torch.allclose(found.sum(dim=0), torch.ones(found.shape[1:]), atol=1e-5)


def test_exposure_does_not_matter() -> None:
    network, film = UNet(SMALL).eval(), torch.rand(1, 64, 64)
    assert torch.allclose(network.segment(film), network.segment(0.5 * film + 0.2), atol=1e-4)


def test_the_papers_size_has_its_widths() -> None:
    config = UNetConfig.paper()
    assert config.widths == (64, 128, 256, 512, 1024) and config.multiple == 16


def test_the_detectors_backbone_fits_the_compact_encoder() -> None:
    detector, network = build_mask_rcnn(), UNet()
    assert isinstance(network.encoder, ResidualEncoder)
    network.encoder.adopt(detector.backbone)
    ours, theirs = network.encoder.state_dict(), detector.backbone.state_dict()
    assert all(torch.equal(value, theirs[name]) for name, value in ours.items())


def test_an_encoder_without_blocks_is_refused() -> None:
    with pytest.raises(ValueError, match="names blocks"):
        UNetConfig(blocks=(1,))


def test_classes_without_body_are_refused() -> None:
    with pytest.raises(ValueError, match="hold"):
        UNetConfig(classes=("background", "C2"))
