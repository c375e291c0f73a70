"""What is written of networks, and what of a bundle stays."""

from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from spinefm.networks.config import SECOND
from spinefm.networks.level_classifier import PAIR, LevelClassifier, LevelClassifierConfig, PairClassifier
from spinefm.networks.point_predictor import PointPredictor
from spinefm.weights.load import load_bundle
from spinefm.weights.write import write_bundle
from tests.weights.tiny import networks, read, write


def test_weights_are_half_precision_and_vectors_are_not(folder: Path) -> None:
    state = load_file(folder / "tiny/classifier.safetensors")
    assert state["conv1.weight"].dtype == torch.float16
    assert state["bn1.running_var"].dtype == state["bn1.weight"].dtype == torch.float32


def test_training_only_weights_are_not_stored(folder: Path) -> None:
    assert not any("semantic" in name for name in load_file(folder / "tiny/mask_rcnn.safetensors"))


def test_one_network_can_be_replaced_alone(folder: Path) -> None:
    before = read(folder).bundle("tiny").networks
    torch.manual_seed(9)
    write(folder, {"point_predictor": PointPredictor()})
    after = read(folder).bundle("tiny").networks
    assert {name for name in after if after[name] != before[name]} == {"point_predictor"}


@pytest.mark.parametrize(
    ("later", "said"),
    [
        ("phantoms; no patient's film", "phantoms; no patient's film"),
        ("phantoms and photos; no patient's film", "phantoms; no patient's film; phantoms and photos"),
        ("films of a data set; phantoms", "phantoms; films of a data set"),
    ],
)
def test_one_network_trained_on_patients_ends_the_claim_that_none_was(tmp_path: Path, later: str, said: str) -> None:
    first = "phantoms; no patient's film"
    write_bundle(tmp_path, "tiny", networks(), licence="-", trained_on=first)
    written = write_bundle(tmp_path, "tiny", {"point_predictor": PointPredictor()}, licence="-", trained_on=later)
    assert written.bundle("tiny").trained_on == said


def test_unknown_network_is_not_written(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no network oracle"):
        write(tmp_path, {"oracle": PointPredictor()})
    assert list(tmp_path.iterdir()) == []


def test_a_pair_of_classifiers_is_stored_as_two_files_and_loaded_as_one(tmp_path: Path) -> None:
    pair = PairClassifier(LevelClassifierConfig(depth=PAIR, patch=32)).eval()
    written = write_bundle(tmp_path, "tiny", networks() | {"classifier": pair}, licence="-", trained_on="nothing")
    assert {"classifier", SECOND} <= written.bundle("tiny").networks.keys()
    loaded = load_bundle("tiny", "cpu", manifest=read(tmp_path)).classifier
    patches = torch.rand(2, 1, 32, 32)
    assert isinstance(loaded, PairClassifier) and loaded.config == pair.config
    with torch.no_grad():
        assert torch.allclose(loaded(patches), pair(patches), atol=0.02)


def test_a_classifier_that_is_no_pair_takes_the_place_of_both(tmp_path: Path) -> None:
    pair = PairClassifier(LevelClassifierConfig(depth=PAIR, patch=32))
    write_bundle(tmp_path, "tiny", networks() | {"classifier": pair}, licence="-", trained_on="nothing")
    alone = {"classifier": networks()["classifier"]}
    written = write_bundle(tmp_path, "tiny", alone, licence="-", trained_on="nothing")
    assert SECOND not in written.bundle("tiny").networks
    assert isinstance(load_bundle("tiny", "cpu", manifest=read(tmp_path)).classifier, LevelClassifier)
