"""The U-Net's shapes, its scale, and what its configuration refuses."""

from __future__ import annotations

import pytest
import torch

from spinefm.networks.unet import UNet, UNetConfig, resized

SMALL = UNetConfig(longest_side=64, widths=(8, 8, 8), fold=2)


def test_every_pixel_gets_a_logit_of_every_class() -> None:
    assert UNet(SMALL)(torch.rand(2, 1, 48, 32)).shape == (2, 4, 48, 32)


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


def test_classes_without_body_are_refused() -> None:
    with pytest.raises(ValueError, match="hold"):
        UNetConfig(classes=("background", "C2"))
