"""Bundles: what is written is what is loaded, and nothing else is."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from spinefm.networks.point_predictor import PointPredictor
from spinefm.weights.fetch import fetch, known_bundles, on_disk, verify
from spinefm.weights.load import load_bundle
from spinefm.weights.manifest import BundleError, Manifest
from tests.hub_server import COMMIT, HubServer, Refusal
from tests.weights.tiny import REPO, edit, networks, read, restamp, write

Serve = Callable[[HubServer], HubServer]


def test_what_was_written_is_loaded(folder: Path) -> None:
    bundle, originals = load_bundle("tiny", manifest=read(folder)), networks()
    for name in originals:
        loaded, original = getattr(bundle, name), originals[name].eval()
        assert not loaded.training
        assert loaded.config == original.config
        for key, value in loaded.state_dict().items():
            assert value.dtype in (torch.float32, torch.int64)
            assert torch.allclose(value, original.state_dict()[key], rtol=1e-3, atol=1e-6)
    patch = torch.rand(2, 1, 32, 32)
    expected = originals["classifier"](patch)
    assert torch.allclose(bundle.classifier(patch), expected, atol=0.02)
    assert bundle.notes == ()
    assert bundle.checksums == {name: entry.sha256 for name, entry in read(folder).bundle("tiny").networks.items()}


def test_files_are_verified(folder: Path) -> None:
    assert set(verify(read(folder), "tiny").values()) == {"ok"}
    assert on_disk("tiny", read(folder))
    (folder / "tiny/med_sa.safetensors").unlink()
    assert "not on disk" in verify(read(folder), "tiny")["med_sa"]
    assert not on_disk("tiny", read(folder))


def flip_last_byte(path: Path) -> None:
    content = path.read_bytes()
    path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (flip_last_byte, "sha256"),
        (lambda path: path.write_bytes(path.read_bytes()[:-10]), "bytes where the manifest says"),
        (lambda path: path.write_bytes(b""), "has 0 bytes"),
    ],
)
def test_damaged_files_are_refused(folder: Path, damage: Callable[[Path], None], sentence: str) -> None:
    damage(folder / "tiny/classifier.safetensors")
    with pytest.raises(BundleError, match=sentence):
        load_bundle("tiny", manifest=read(folder))
    assert sentence in verify(read(folder), "tiny")["classifier"]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda state: state.pop("fc1.bias"), "1 tensors missing, 0 unknown, 0 of another shape, such as fc1.bias"),
        (lambda state: state.update(extra=torch.ones(1)), "0 tensors missing, 1 unknown, 0 of .* extra"),
        (lambda state: state.update({"fc2.bias": torch.ones(3)}), "1 of another shape, such as fc2.bias"),
    ],
)
def test_weights_of_another_network_are_refused(
    folder: Path, change: Callable[[dict[str, torch.Tensor]], None], sentence: str
) -> None:
    path = folder / "tiny/point_predictor.safetensors"
    state = load_file(path)
    change(state)
    save_file(state, path)
    restamp(folder, "point_predictor")
    with pytest.raises(BundleError, match=sentence):
        load_bundle("tiny", manifest=read(folder))


def test_other_formats_are_refused(folder: Path) -> None:
    torch.save(PointPredictor().state_dict(), folder / "tiny/point_predictor.safetensors")
    restamp(folder, "point_predictor")
    with pytest.raises(BundleError, match="not a readable safetensors file"):
        load_bundle("tiny", manifest=read(folder))


def test_a_configuration_that_makes_no_network_is_refused(folder: Path) -> None:
    edit(folder, lambda raw: raw["bundles"]["tiny"]["networks"]["med_sa"].update(config={"colour": "blue"}))
    with pytest.raises(BundleError, match="configuration of med_sa is wrong"):
        load_bundle("tiny", manifest=read(folder))


def test_a_bundle_without_all_networks_is_refused(tmp_path: Path) -> None:
    write(tmp_path, {"point_predictor": PointPredictor()})
    with pytest.raises(BundleError, match="has no mask_rcnn, med_sa, classifier"):
        load_bundle("tiny", manifest=read(tmp_path))


def test_unknown_bundle_names_the_known_ones(folder: Path) -> None:
    with pytest.raises(BundleError, match='no bundle "huge".*tiny'):
        load_bundle("huge", manifest=read(folder))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("{", "cannot be read"),
        ("[]", "incomplete or wrong"),
        ('{"schema": 99, "bundles": {}}', "schema 99"),
        ('{"schema": 1, "bundles": {"tiny": {"licence": "x"}}}', "incomplete or wrong"),
    ],
)
def test_a_wrong_manifest_is_refused(tmp_path: Path, text: str, sentence: str) -> None:
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(BundleError, match=sentence):
        read(tmp_path)


def test_a_missing_manifest_is_said_to_be(tmp_path: Path) -> None:
    with pytest.raises(BundleError, match="no manifest at"):
        read(tmp_path)


@pytest.mark.parametrize("file", ["../secret.safetensors", "/etc/passwd", "tiny/model.pth"])
def test_only_safetensors_below_the_folder(folder: Path, file: str) -> None:
    edit(folder, lambda raw: raw["bundles"]["tiny"]["networks"]["med_sa"].update(file=file))
    with pytest.raises(BundleError, match="not a safetensors file below"):
        read(folder)


def test_without_a_file_or_a_repository_the_way_out_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SPINEFM_WEIGHTS_REPO", raising=False)
    edit(folder, lambda raw: raw["bundles"]["tiny"]["networks"]["med_sa"].update(repo_id=None))
    (folder / "tiny/med_sa.safetensors").unlink()
    with pytest.raises(BundleError, match="set SPINEFM_WEIGHTS_REPO"):
        load_bundle("tiny", manifest=read(folder))


def test_reading_the_manifest_imports_neither_torch_nor_the_hub(folder: Path) -> None:
    code = (
        "import sys, pathlib; from spinefm.weights.fetch import *; from spinefm.weights.load import *; "
        f"m = Manifest.read(pathlib.Path({str(folder / 'manifest.json')!r})); on_disk('tiny', m); verify(m, 'tiny'); "
        "print([name for name in ('torch', 'huggingface_hub', 'gradio') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


FETCH = """
import sys, pathlib
from spinefm.weights.fetch import fetch, verify
from spinefm.weights.manifest import BundleError, Manifest
manifest = Manifest.read(pathlib.Path(sys.argv[1]))
try:
    paths = fetch(manifest, "tiny")
    print("fetched", sum(path.stat().st_size for path in paths.values()), set(verify(manifest, "tiny").values()))
except BundleError as error:
    print("refused", error)
"""


def fetch_elsewhere(manifest: Path, environment: dict[str, str]) -> str:
    """Fetch in a process of its own: the Hub's client reads its settings once, on import."""
    command = [sys.executable, "-c", FETCH, str(manifest)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=environment, timeout=60)
    return done.stdout.strip()


@pytest.fixture
def published(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, bytes]]:
    """A manifest far from its files, and the files as a repository on the Hub has them."""
    manifest = tmp_path_factory.mktemp("manifest") / "manifest.json"
    manifest.write_text((folder / "manifest.json").read_text())
    return manifest, {f"tiny/{path.name}": path.read_bytes() for path in (folder / "tiny").iterdir()}


def test_missing_files_come_from_the_hub_once(published: tuple[Path, dict[str, bytes]], tmp_path: Path) -> None:
    manifest, files = published
    with HubServer({REPO: files}) as hub:
        environment = hub.environment(tmp_path / "home")
        first = fetch_elsewhere(manifest, environment)
        downloads = [request for request in hub.requests if request[0] == "GET"]
        second = fetch_elsewhere(manifest, environment)
    assert first == second == f"fetched {sum(map(len, files.values()))} {{'ok'}}"
    assert len(downloads) == len(files)
    assert [request for request in hub.requests if request[0] == "GET"] == downloads
    offline = fetch_elsewhere(manifest, environment | {"HF_HUB_OFFLINE": "1"})
    assert offline == first


def fetch_here(manifest: Path) -> str:
    """Fetch in this process, whose client was pointed at a server."""
    try:
        fetch(Manifest.read(manifest), "tiny")
    except BundleError as error:
        return f"refused {error}"
    return "fetched"


def test_the_owners_repository_comes_first(published: tuple[Path, dict[str, bytes]], tmp_path: Path) -> None:
    manifest, files = published
    with HubServer({"owner/mine": files}) as hub:
        environment = hub.environment(tmp_path / "home") | {"SPINEFM_WEIGHTS_REPO": "owner/mine"}
        assert fetch_elsewhere(manifest, environment).startswith("fetched")
    assert all(path.startswith("/owner/mine/") for _, path in hub.requests if path != "/")


def test_all_bundles_of_the_owner_come_with_one_manifest(
    written: Path, serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = Manifest.read(written / "manifest.json").bundle("tiny")
    Manifest(tmp_path, dict.fromkeys(("tiny", "second", "third"), entry)).write()
    hub = serve(HubServer({REPO: {"manifest.json": (tmp_path / "manifest.json").read_bytes()}}))
    monkeypatch.setenv("SPINEFM_WEIGHTS_REPO", REPO)
    own = Manifest(written, {"tiny": entry})
    known = known_bundles(own)
    assert [method for method, path in hub.requests if "manifest.json" in path] == ["HEAD", "GET"]
    assert list(known.bundles) == ["tiny", "second", "third"] and known.bundle("tiny") is entry
    files = [file for name in ("second", "third") for file in known.bundle(name).networks.values()]
    assert {(file.repo_id, file.revision) for file in files} == {(REPO, COMMIT)}


FIRST = "tiny/mask_rcnn.safetensors"


@pytest.mark.parametrize(
    ("server", "sentence"),
    [
        (HubServer({}), f"The Hub has no repository {REPO}"),
        (HubServer({REPO: {}}), f"{REPO} contains no file {FIRST}"),
        (HubServer({REPO: {}}, {f"{REPO}/{FIRST}": Refusal(403, "GatedRepo")}), f"{REPO} is gated"),
        (HubServer({REPO: {}}, {f"{REPO}/{FIRST}": Refusal(404, "RevisionNotFound")}), f"{REPO} has no revision"),
        (HubServer({REPO: {FIRST: b"something else"}}), "has 14 bytes where the manifest says"),
    ],
    ids=["no repository", "no file", "gated", "no revision", "another file"],
)
def test_what_the_hub_refuses_is_one_sentence(
    published: tuple[Path, dict[str, bytes]], serve: Serve, server: HubServer, sentence: str
) -> None:
    serve(replace(server, requests=[]))
    answer = fetch_here(published[0])
    assert answer.startswith("refused")
    assert sentence in answer
    assert "\n" not in answer


def test_a_damaged_download_is_refused(published: tuple[Path, dict[str, bytes]], serve: Serve) -> None:
    manifest, files = published
    damaged = files[FIRST][:-1] + bytes([files[FIRST][-1] ^ 1])
    serve(HubServer({REPO: files | {FIRST: damaged}}))
    answer = fetch_here(manifest)
    assert answer.startswith("refused")
    assert "sha256" in answer


def test_a_file_that_was_damaged_in_the_cache_is_fetched_again(
    published: tuple[Path, dict[str, bytes]], serve: Serve, tmp_path: Path
) -> None:
    manifest, files = published
    hub = serve(HubServer({REPO: files}))
    assert fetch_here(manifest) == "fetched"
    cached = next((tmp_path / "home").rglob("mask_rcnn.safetensors"))
    content = bytearray(files[FIRST])
    content[-1] ^= 1
    cached.resolve().write_bytes(bytes(content))
    assert fetch_here(manifest) == "fetched"
    assert cached.read_bytes() == files[FIRST]
    assert sum(kind == "GET" and FIRST in path for kind, path in hub.requests) == 2


def test_offline_without_the_files_is_one_sentence(published: tuple[Path, dict[str, bytes]], tmp_path: Path) -> None:
    with HubServer({}) as hub:
        environment = hub.environment(tmp_path / "home") | {"HF_HUB_OFFLINE": "1"}
        answer = fetch_elsewhere(published[0], environment)
    assert answer == f"refused {FIRST} is not on disk and the Hub cannot be reached: go online once."
    assert hub.requests == []
