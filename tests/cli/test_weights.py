"""`weights fetch | verify | convert | publish`, against files on disk and a local Hub."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
import torch
from torch import nn

from spinefm.cli.app import main
from spinefm.core.checksum import sha256_of
from spinefm.networks.med_sa import MedSA
from spinefm.weights.fetch import on_disk, verify
from spinefm.weights.load import load_bundle
from spinefm.weights.manifest import BaseFile, BundleError, Manifest
from spinefm.weights.write import write_bundle
from tests.hub_server import COMMIT, HubServer
from tests.networks.gradients import wake
from tests.networks.test_med_sa import VIT, sam_like
from tests.weights.tiny import networks

REPO, BASE_REPO = "owner/spinefm-paper", "public/sam"


@pytest.fixture
def base(tmp_path: Path) -> tuple[BaseFile, bytes]:
    """A tiny SAM as a public repository has it."""
    from safetensors.torch import save_file

    path = tmp_path / "sam.safetensors"
    save_file(sam_like(VIT).state_dict(), path)
    entry = BaseFile("tiny_sam", BASE_REPO, "model.safetensors", sha256_of(path), path.stat().st_size, "Apache-2.0")
    content = path.read_bytes()
    path.unlink()
    return entry, content


def adapted(content: bytes) -> MedSA:
    """A Med-SA on that SAM, fine-tuned: its adapters and decoder are no longer SAM's."""
    from safetensors.torch import load

    model = MedSA(VIT)
    model.load_state_dict(load(content), strict=False)
    wake(model.image_encoder)
    nn.init.normal_(model.mask_decoder.iou_token.weight)
    return model.eval()


@pytest.fixture
def tuned(tmp_path: Path, base: tuple[BaseFile, bytes]) -> tuple[Path, MedSA]:
    """A weights folder with the bundle `tiny` on that base, and its Med-SA; the base is not in it."""
    folder, model = tmp_path / "weights", adapted(base[1])
    models = networks() | {"med_sa": model}
    write_bundle(folder, "tiny", models, licence="Apache-2.0", trained_on="phantoms", base=base[0])
    return folder, model


def weights(*words: object) -> int:
    return main(["weights", *map(str, words)])


def test_only_what_was_trained_is_stored_and_all_comes_back(serve, tuned, base) -> None:
    serve(HubServer({BASE_REPO: {"model.safetensors": base[1]}}))
    folder, model = tuned
    manifest = Manifest.read(folder / "manifest.json")
    entry = manifest.bundle("tiny").networks["med_sa"]
    assert entry.base == base[0] and entry.bytes < 0.8 * len(base[1])
    assert not on_disk("tiny", manifest)
    assert verify(manifest, "tiny")["tiny_sam"] == "tiny_sam is not on disk."
    bundle = load_bundle("tiny", manifest=manifest)
    assert on_disk("tiny", manifest) and set(verify(manifest, "tiny").values()) == {"ok"}
    for name, value in model.state_dict().items():
        assert torch.equal(bundle.med_sa.state_dict()[name], value), name


def test_a_base_that_is_another_file_is_refused(serve, tuned, base) -> None:
    serve(HubServer({BASE_REPO: {"model.safetensors": base[1][:-1] + b"?"}}))
    with pytest.raises(BundleError, match="sha256 is not the manifest's"):
        load_bundle("tiny", manifest=Manifest.read(tuned[0] / "manifest.json"))


def test_published_weights_are_fetched_by_another_machine(serve, tuned, base, tmp_path, monkeypatch, capsys) -> None:
    server = serve(HubServer({BASE_REPO: {"model.safetensors": base[1]}}))
    folder, model = tuned
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "table.txt").write_text("all  97 % of 81\n")
    load_bundle("tiny", manifest=Manifest.read(folder / "manifest.json"))
    words = ("publish", "--bundle", "tiny", "--weights", folder, "--repo", REPO)
    assert weights(*words, "--figures", tmp_path / "run") == 0
    assert f"SPINEFM_WEIGHTS_REPO={REPO}@{COMMIT}" in capsys.readouterr().out
    card = server.files[REPO]["README.md"].decode()
    assert card.startswith("---\nlicense: apache-2.0\n") and "```\nall  97 % of 81\n```" in card and "tiny_sam" in card
    assert set(json.loads(server.files[REPO]["manifest.json"])["bundles"]) == {"tiny"}
    elsewhere = tmp_path / "elsewhere"
    write_bundle(elsewhere, "compact", networks(), licence="Apache-2.0", trained_on="nothing")
    monkeypatch.setenv("SPINEFM_WEIGHTS_REPO", f"{REPO}@{COMMIT}")
    assert weights("verify", "--bundle", "tiny", "--weights", elsewhere) == 1
    assert "is not on disk" in capsys.readouterr().err
    assert weights("fetch", "--bundle", "tiny", "--weights", elsewhere) == 0
    assert weights("verify", "--bundle", "tiny", "--weights", elsewhere) == 0
    bundle = load_bundle("tiny", manifest=Manifest.read(elsewhere / "manifest.json"))
    assert torch.equal(bundle.med_sa.state_dict()["mask_decoder.iou_token.weight"], model.mask_decoder.iou_token.weight)
    assert "from the Hugging Face Hub" in bundle.notes[0]
    asked = {path.split("/resolve/")[1].split("/")[0] for _, path in server.requests if f"/{REPO}/resolve/" in path}
    assert asked == {COMMIT}


def test_verify_names_what_is_wrong(tuned, capsys) -> None:
    folder, _ = tuned
    (folder / "tiny" / "classifier.safetensors").unlink()
    assert weights("verify", "--bundle", "tiny", "--weights", folder) == 1
    assert "tiny classifier: tiny/classifier.safetensors is not on disk." in capsys.readouterr().err


def test_without_a_name_all_bundles_on_disk_are_verified(tmp_path: Path, capsys) -> None:
    for name in ("compact", "other", "gone"):
        write_bundle(tmp_path, name, networks(), licence="Apache-2.0", trained_on="nothing")
    shutil.rmtree(tmp_path / "gone")
    assert weights("verify", "--weights", tmp_path) == 0
    checked = capsys.readouterr().out.splitlines()
    assert {line.split()[0] for line in checked} == {"compact", "other"} and "other med_sa: ok" in checked
    for name in ("compact", "other"):
        (tmp_path / name / "classifier.safetensors").write_bytes(b"")
    assert weights("verify", "--weights", tmp_path) == 1
    assert [line.split(":")[0] for line in capsys.readouterr().err.splitlines()] == [
        "compact classifier", "other classifier",
    ]  # fmt: skip
    shutil.rmtree(tmp_path / "compact")
    shutil.rmtree(tmp_path / "other")
    assert weights("verify", "--weights", tmp_path) == 1
    assert "No file of a bundle is on disk" in capsys.readouterr().err


def test_without_a_name_all_bundles_are_fetched_that_manifest_and_repository_have(
    serve, tuned, base, tmp_path, monkeypatch, capsys
) -> None:
    serve(HubServer({BASE_REPO: {"model.safetensors": base[1]}}))
    load_bundle("tiny", manifest=Manifest.read(tuned[0] / "manifest.json"))
    assert weights("publish", "--bundle", "tiny", "--weights", tuned[0], "--repo", REPO) == 0
    write_bundle(tmp_path / "fresh", "compact", networks(), licence="Apache-2.0", trained_on="nothing")
    monkeypatch.setenv("SPINEFM_WEIGHTS_REPO", f"{REPO}@{COMMIT}")
    capsys.readouterr()
    for verb in ("fetch", "verify"):
        assert weights(verb, "--weights", tmp_path / "fresh") == 0
        assert {line.split()[0] for line in capsys.readouterr().out.splitlines()} == {"compact", "tiny"}


@pytest.mark.parametrize("verb", ["fetch", "verify"])
def test_a_bundle_that_is_nowhere_names_the_way_to_it(tuned, monkeypatch, capsys, verb: str) -> None:
    monkeypatch.delenv("SPINEFM_WEIGHTS_REPO", raising=False)
    assert weights(verb, "--bundle", "paper", "--weights", tuned[0]) == 1
    assert 'There is no bundle "paper" here (the bundles are tiny): set SPINEFM_WEIGHTS_REPO' in capsys.readouterr().err


def test_published_files_become_a_bundle(tmp_path: Path, capsys) -> None:
    points, other = tmp_path / "point_predictor.pth", tmp_path / "other.pth"
    shapes = {"fc1.weight": (50, 6), "fc1.bias": (50,), "fc2.weight": (2, 50), "fc2.bias": (2,)}
    torch.save({name: torch.randn(shape) for name, shape in shapes.items()}, points)
    torch.save({"fc1.weight": torch.ones(50, 6)}, other)
    assert weights("convert", points, other, "--weights", tmp_path / "w") == 1
    assert "3 tensors missing" in capsys.readouterr().err
    assert not (tmp_path / "w").exists(), "one bad file, and nothing is written"
    assert weights("convert", points, "--weights", tmp_path / "w") == 0
    entry = Manifest.read(tmp_path / "w" / "manifest.json").bundle("paper").networks["point_predictor"]
    assert entry.config == {"hidden": 50, "frame": "absolute"}
    assert weights("convert", points, points.rename(tmp_path / "again.pth"), "--weights", tmp_path / "w") == 1


def test_publishing_without_the_files_is_refused(tuned, capsys) -> None:
    folder, _ = tuned
    (folder / "tiny" / "classifier.safetensors").unlink()
    assert weights("publish", "--bundle", "tiny", "--weights", folder, "--repo", REPO) == 1
    assert "tiny/classifier.safetensors is not in" in capsys.readouterr().err
