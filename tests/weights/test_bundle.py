"""Bundles: the precision that they run in, and the switches that follow from it."""

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from spinefm.core import machine as runtime
from spinefm.networks.level_classifier import LevelClassifier
from spinefm.networks.med_sa import MedSA, MedSAConfig
from spinefm.weights.bundle import chosen_precision
from spinefm.weights.load import load_bundle
from spinefm.weights.manifest import BundleError
from tests.networks.test_med_sa import VIT
from tests.weights.tiny import read


def test_precision_is_the_one_asked_for(folder: Path) -> None:
    bundle = load_bundle("tiny", precision="bfloat16", manifest=read(folder))
    with bundle.autocast():
        assert (torch.rand(2, 2) @ torch.rand(2, 2)).dtype == torch.bfloat16
    with load_bundle("tiny", manifest=read(folder)).autocast():
        assert (torch.rand(2, 2) @ torch.rand(2, 2)).dtype == torch.float32
    (folder / "tiny" / "med_sa.safetensors").unlink()  # refused before any weights are asked for
    with pytest.raises(BundleError, match='no precision "float8"'):
        load_bundle("tiny", precision="float8", manifest=read(folder))


@pytest.mark.parametrize(
    ("config", "able", "expected"),
    [(VIT, True, "bfloat16"), (VIT, False, "float32"), (MedSAConfig(), True, "float32")],
)
def test_auto_is_bfloat16_for_sams_size_where_the_device_computes_in_it(config, able, expected, monkeypatch) -> None:
    monkeypatch.setattr(runtime, "computes_bfloat16", lambda device: able)
    assert chosen_precision("auto", MedSA(config), torch.device("cpu")) == expected
    assert chosen_precision("float32", MedSA(config), torch.device("cpu")) == "float32"


@pytest.mark.parametrize(
    ("device", "precision", "expected"),
    [("cuda", "bfloat16", torch.bfloat16), ("cuda", "float32", torch.float32), ("cpu", "bfloat16", torch.float32)],
)
def test_large_weights_are_kept_in_bfloat16_on_a_gpu_that_computes_in_it(device, precision, expected, folder) -> None:
    bundle = replace(load_bundle("tiny", manifest=read(folder)), device=torch.device(device), precision=precision)
    assert bundle.lowered() is bundle
    assert isinstance(bundle.classifier, LevelClassifier)
    assert bundle.classifier.conv1.weight.dtype == expected


def test_a_gpu_convolves_in_all_digits_of_float32(folder: Path) -> None:
    bundle = replace(load_bundle("tiny", manifest=read(folder)), device=torch.device("cuda"))
    before = torch.backends.cudnn.allow_tf32
    with bundle.autocast():
        assert not torch.backends.cudnn.allow_tf32
    assert torch.backends.cudnn.allow_tf32 == before
    with replace(bundle, precision="bfloat16").autocast():
        assert torch.backends.cudnn.allow_tf32 == before


def test_tf32_is_off_until_the_last_thread_has_left(folder: Path) -> None:
    """The threads of the page share the switch: one leaves while another is still inside."""
    bundle = replace(load_bundle("tiny", manifest=read(folder)), device=torch.device("cuda"))
    before = torch.backends.cudnn.allow_tf32
    first, second = bundle.autocast(), bundle.autocast()
    first.__enter__()
    second.__enter__()
    first.__exit__(None, None, None)
    assert not torch.backends.cudnn.allow_tf32, "the second still computes"
    second.__exit__(None, None, None)
    assert torch.backends.cudnn.allow_tf32 == before
