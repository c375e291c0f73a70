"""The page's bundles: from the Hub where a repository is set, else from the copy in this repository."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch

from spinefm.ui.server import model_service
from spinefm.ui.server.model_service import NO_COPY, BundleService
from spinefm.weights.fetch import fetch_source
from spinefm.weights.load import load_bundle
from spinefm.weights.manifest import BundleError, Manifest
from spinefm.weights.write import write_bundle
from tests.hub_server import COMMIT, HubServer, Refusal
from tests.weights.tiny import networks

REPO = "owner/weights"
PINNED = f"{REPO}@{COMMIT}"
FILE = f"{REPO}/compact/med_sa.safetensors"
FROM_HUB = f"SpineFM · compact · CPU · weights from {REPO}@{COMMIT[:7]}"
ON_DISK = "SpineFM · compact · CPU · weights on disk"
COPY = 'The weights "compact" are the copy that came with the program.'


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of weights whose compact bundle is a tiny one with random weights."""
    folder = tmp_path_factory.mktemp("tiny")
    write_bundle(folder, "compact", networks(), licence="Apache-2.0", trained_on="nothing")
    return folder


@pytest.fixture
def copy(tiny: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository with that bundle."""
    folder = shutil.copytree(tiny, tmp_path / "copy")
    monkeypatch.setattr("spinefm.weights.manifest.WEIGHTS_FOLDER", folder)
    return folder


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """The files of a repository on the Hub: other weights under the same name, and a bundle called paper."""
    folder = tmp_path_factory.mktemp("published")
    for name in ("compact", "paper"):
        models = networks()
        with torch.no_grad():
            next(models["point_predictor"].parameters()).add_(1.0)
        write_bundle(folder, name, models, licence="Apache-2.0", trained_on="nothing")
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


Serve = Callable[[HubServer], HubServer]


def test_without_a_repository_the_copy_serves_and_nobody_is_asked(copy: Path, serve: Serve) -> None:
    hub = serve(HubServer({}))
    assert BundleService.started().facts().line == ON_DISK
    assert hub.requests == []


def test_on_a_space_the_copy_is_said_to_be_one(copy: Path, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    serve(HubServer({}))
    monkeypatch.setenv("SPACE_ID", "you/spinefm")
    service = BundleService.started()
    note = f"{COPY} Set SPINEFM_WEIGHTS_REPO to owner/name@revision to fetch them."
    assert service.facts().line == f"{ON_DISK} · {note}"
    assert service.bundle().notes == (note,)


def test_with_a_repository_its_compact_bundle_serves_and_comes_once(
    copy: Path, published: dict[str, bytes], serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = serve(HubServer({REPO: published}))
    monkeypatch.setenv("SPINEFM_WEIGHTS_REPO", PINNED)
    service = BundleService.started()
    assert service.facts().line == FROM_HUB
    assert service.bundle().notes == (f"The weights are those of {PINNED} on the Hugging Face Hub.",)
    own = load_bundle("compact", manifest=Manifest.read())
    assert service.bundle().checksums["point_predictor"] != own.checksums["point_predictor"]
    asked = list(hub.requests)
    assert BundleService.started().facts().line == FROM_HUB
    assert hub.requests == asked, "a pinned revision comes from the cache"
    assert load_bundle("compact").origin == PINNED, "the command line takes the same files"


def test_without_a_revision_the_files_are_those_of_the_manifests_commit(
    copy: Path, published: dict[str, bytes], serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = serve(HubServer({REPO: published}))
    monkeypatch.setenv("SPINEFM_WEIGHTS_REPO", REPO)
    assert BundleService.started().facts().line == FROM_HUB
    weights = [path for _, path in hub.requests if path.endswith(".safetensors")]
    assert weights and all(f"/resolve/{COMMIT}/" in path for path in weights)


def damaged(files: dict[str, bytes]) -> dict[str, bytes]:
    content = files["compact/med_sa.safetensors"]
    return {**files, "compact/med_sa.safetensors": content[:-1] + bytes([content[-1] ^ 1])}


def misfit(files: dict[str, bytes]) -> dict[str, bytes]:
    """The files of a manifest that describes another network."""
    manifest: dict[str, Any] = json.loads(files["manifest.json"])
    manifest["bundles"]["compact"]["networks"]["classifier"]["config"]["widths"] = [8, 8, 8, 8]
    return {**files, "manifest.json": json.dumps(manifest).encode()}


@pytest.mark.parametrize(
    ("change", "server", "sentence"),
    [
        (damaged, {}, "is damaged"),
        (misfit, {}, "classifier"),
        (lambda files: {}, {}, "contains no file manifest.json"),
        (lambda files: {**files, "manifest.json": b'{"schema": 1, "bundles": {}}'}, {}, 'There is no bundle "compact"'),
        (None, {}, f"The Hub has no repository {REPO}, or it is private"),
        (dict, {"refusals": {FILE: Refusal(403, "GatedRepo")}}, "is gated"),
        (dict, {"faults": {f"{REPO}/{COMMIT}/compact/med_sa.safetensors": [Refusal(503, "")] * 40}}, "try again later"),
    ],
    ids=["damaged", "another network", "no manifest", "no such bundle", "no repository", "gated", "down"],
)
def test_what_is_wrong_on_the_hub_is_said_and_the_copy_serves(
    copy: Path,
    published: dict[str, bytes],
    serve: Serve,
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[dict[str, bytes]], dict[str, bytes]] | None,
    server: dict[str, Any],
    sentence: str,
) -> None:
    serve(HubServer({} if change is None else {REPO: change(published)}, **server))
    monkeypatch.setenv("SPINEFM_WEIGHTS_REPO", PINNED)
    service = BundleService("compact", patience=60.0)
    service.start()
    facts = service.facts()
    assert facts.weights == "weights on disk" and facts.note.startswith(COPY) and sentence in facts.note
    assert "\n" not in facts.note
    assert service.bundle().notes == (facts.note,)


def test_files_that_come_late_take_over_when_they_are_there(
    copy: Path, published: dict[str, bytes], serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    arrive, taken = threading.Event(), threading.Event()
    monkeypatch.setattr(model_service, "fetch_source", lambda name: fetch_source(name) if arrive.wait(60) else None)
    serve(HubServer({REPO: published}))
    monkeypatch.setenv("SPINEFM_WEIGHTS_REPO", PINNED)
    service = BundleService("paper", patience=0.0)
    files = service.start()
    files.add_done_callback(lambda _: taken.set())  # callbacks run in turn: this one when the bundle has taken over
    first = service.facts()
    assert first.bundle == "compact" and 'The bundle "paper" is still being fetched' in first.note
    assert service.bundle().notes == (first.note,)
    arrive.set()
    assert taken.wait(60)
    assert service.facts().line == FROM_HUB.replace("compact", "paper")
    assert service.bundle("compact").notes == ()


def test_a_bundle_that_cannot_be_had_leaves_the_compact_one_in_use(copy: Path, serve: Serve) -> None:
    serve(HubServer({}))
    service = BundleService.started("paper")
    facts = service.facts()
    assert facts.bundle == "compact"
    assert 'The bundle "paper" cannot be used' in facts.note and "set SPINEFM_WEIGHTS_REPO" in facts.note
    assert service.bundle().notes == (facts.note,)


def test_an_error_that_nobody_foresaw_is_shown_too(copy: Path, serve: Serve, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(name: str) -> None:
        raise ZeroDivisionError("first line\nsecond line")

    serve(HubServer({}))
    monkeypatch.setattr(model_service, "fetch_source", fail)
    assert BundleService.started("paper").facts().note.endswith("ZeroDivisionError: first line")


def test_a_bundle_that_is_not_loaded_is_refused_by_name(copy: Path, serve: Serve) -> None:
    serve(HubServer({}))
    with pytest.raises(BundleError, match='This page has no bundle "paper": choose compact.'):
        BundleService.started().method({}, None, bundle="paper")


def test_without_any_weights_the_page_says_so(serve: Serve, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    serve(HubServer({}))
    monkeypatch.setattr("spinefm.weights.manifest.WEIGHTS_FOLDER", tmp_path / "none")
    service = BundleService.started()
    assert service.facts().weights == "weights missing"
    with pytest.raises(BundleError) as raised:
        service.method({}, None)
    assert str(raised.value) == NO_COPY
