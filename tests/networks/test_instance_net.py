"""The instance network's shapes, and what its configuration refuses."""

from __future__ import annotations

import pytest
import torch

from spinefm.networks.instance_net import InstanceNet, InstanceNetConfig


def test_every_pixel_of_a_cutout_gets_a_logit_of_every_class() -> None:
    config = InstanceNetConfig(height=32, width=16, widths=(8, 16, 16))
    assert InstanceNet(config)(torch.rand(3, 4, 32, 16)).shape == (3, 4, 32, 16)


@pytest.mark.parametrize(("changes", "text"), [({"height": 100}, "multiples of 16"), ({"groups": 7}, "of groups")])
def test_sizes_that_do_not_divide_are_refused(changes: dict[str, int], text: str) -> None:
    with pytest.raises(ValueError, match=text):
        InstanceNetConfig(**changes)
