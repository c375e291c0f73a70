"""Attention a few scores at a time gives what segment_anything's own gives."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from segment_anything.modeling.image_encoder import get_rel_pos

from spinefm.networks import attention
from spinefm.networks.adapter_vit import AdapterBlock
from spinefm.networks.attention import divided_attention, fused_attention, kernel_attention, relative_places
from tests.networks.gradients import wake
from tests.networks.test_med_sa import VIT, make


@pytest.mark.parametrize("ours", [fused_attention, divided_attention, kernel_attention])
@pytest.mark.parametrize("scores", [1, 60, 1 << 20])
def test_attention_a_few_scores_at_a_time_is_sams(
    ours: Callable[..., torch.Tensor], scores: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attention, "FUSED_SCORES", scores)
    monkeypatch.setattr(attention, "DIVIDED_SCORES", scores)
    model = make(VIT)
    wake(model.image_encoder)
    for block in model.image_encoder.get_submodule("blocks").children():
        assert isinstance(block, AdapterBlock)
        cells = torch.randn(2, 5, 5, VIT.vit_width) if block.window_size == 0 else torch.randn(2, 3, 3, VIT.vit_width)
        with torch.no_grad():
            assert torch.allclose(ours(block.attn, cells), block.attn(cells), atol=1e-5)


def test_the_kernel_gives_sams_gradients() -> None:
    model = make(VIT)
    wake(model.image_encoder)
    block = next(iter(model.image_encoder.get_submodule("blocks").children()))
    assert isinstance(block, AdapterBlock)
    cells = torch.randn(2, 5, 5, VIT.vit_width)
    found = []
    for attend in (block.attn, lambda x: kernel_attention(block.attn, x)):
        x = cells.clone().requires_grad_()
        attend(x).square().sum().backward()
        found.append(x.grad)
    assert found[0] is not None and found[1] is not None
    assert torch.allclose(found[0], found[1], atol=1e-4)


@pytest.mark.parametrize(("size", "length"), [(5, 9), (3, 5), (3, 9), (14, 27), (8, 5)])
def test_relative_places_are_sams(size: int, length: int) -> None:
    table = torch.randn(length, 6)
    assert torch.equal(relative_places(size, table), get_rel_pos(size, size, table))


def test_the_kernel_takes_lengths_of_whole_eighths(monkeypatch: pytest.MonkeyPatch) -> None:
    lengths: list[int] = []

    def kernel(asked: torch.Tensor, *others: torch.Tensor, scale: float) -> torch.Tensor:
        lengths.extend(each.shape[-1] for each in (asked, *others))
        return torch.zeros_like(asked)

    monkeypatch.setattr(torch.nn.functional, "scaled_dot_product_attention", kernel)
    block = next(iter(make(VIT).image_encoder.get_submodule("blocks").children()))
    assert isinstance(block, AdapterBlock)
    kernel_attention(block.attn, torch.randn(1, 3, 3, VIT.vit_width))  # 12 channels, 3 rows, 3 columns
    assert lengths == [24, 24, 24]
