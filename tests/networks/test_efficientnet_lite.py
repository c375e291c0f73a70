"""The public encoder: shapes as TensorFlow pads them, names of the released weights, a skip only where shapes agree."""

from __future__ import annotations

import pytest
import torch

from spinefm.networks.efficientnet_lite import (
    ALL,
    FEATURES,
    LOW,
    STAGES,
    STRIDE,
    EfficientNetLite,
    InvertedResidual,
    SamePadding,
    from_public,
)


@pytest.mark.parametrize(
    ("size", "kernel", "stride", "left", "right"),
    [(8, 3, 1, 1, 1), (8, 3, 2, 0, 1), (8, 5, 2, 1, 2), (9, 3, 2, 1, 1), (8, 1, 1, 0, 0)],
)
def test_zeros_are_added_as_tensorflow_adds_them(size: int, kernel: int, stride: int, left: int, right: int) -> None:
    padded = SamePadding(kernel, stride)(torch.ones(1, 1, size, size))
    row = padded[0, 0, padded.shape[2] // 2]
    assert padded.shape[-1] == size + left + right
    assert float(row[:left].sum()) == 0 and float(row[left : left + size].sum()) == size


@pytest.mark.parametrize(("side", "cells"), [(160, 10), (64, 4), (100, 7)])
def test_features_lie_a_stride_apart(side: int, cells: int) -> None:
    features = EfficientNetLite().eval()(torch.rand(2, 3, side, side))
    assert features.shape == (2, FEATURES, cells, cells) and cells == -(-side // STRIDE)


def test_all_stages_give_fewer_and_richer_features() -> None:
    features = EfficientNetLite(ALL).eval()(torch.rand(1, 3, 128, 128))
    assert features.shape == (1, STAGES[-1][-1], 4, 4)


@pytest.mark.parametrize(("stride", "outputs", "skips"), [(1, 8, True), (2, 8, False), (1, 12, False)])
def test_a_block_without_weights_passes_its_input_on_where_it_skips(stride: int, outputs: int, skips: bool) -> None:
    block = InvertedResidual(8, outputs, 3, stride, 6).eval()
    for parameter in block.parameters():
        torch.nn.init.zeros_(parameter)
    x = torch.rand(1, 8, 6, 6)
    answer = block(x)
    assert torch.equal(answer, x) if skips else not answer.any()


@pytest.mark.parametrize("stages", [LOW, ALL])
def test_released_names_fit_and_later_stages_are_left_out(stages: int) -> None:
    own = EfficientNetLite(stages).state_dict()
    released = {_released(name): value + 1 for name, value in EfficientNetLite(ALL).state_dict().items()}
    found = from_public({**released, "_conv_head.weight": torch.ones(1), "_bn1.bias": torch.ones(1)}, stages)
    assert found.keys() == own.keys()
    assert all(torch.equal(found[name], released[_released(name)]) for name in own)


def _released(name: str) -> str:
    """Our names in the words of the released file."""
    for ours, theirs in (
        *(("stem.1", "_conv_stem"), ("stem.2", "_bn0"), ("expand.1", "_expand_conv"), ("expand.2", "_bn0")),
        *(("depthwise.1", "_depthwise_conv"), ("depthwise.2", "_bn1"), ("project.1", "_project_conv")),
        *(("project.2", "_bn2"), ("blocks.", "_blocks.")),
    ):
        name = name.replace(ours, theirs)
    return name
