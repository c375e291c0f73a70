"""Attention a few scores at a time gives what segment_anything's own gives."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch

from spinefm.networks import attention
from spinefm.networks.adapter_vit import AdapterBlock
from spinefm.networks.attention import divided_attention, fused_attention
from tests.networks.gradients import wake
from tests.networks.test_med_sa import VIT, make


@pytest.mark.parametrize("ours", [fused_attention, divided_attention])
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
