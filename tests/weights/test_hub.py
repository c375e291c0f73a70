"""The Hub with faults: what passes is waited for, what does not is one sentence, and nothing hangs."""

from __future__ import annotations

import errno
import hashlib
import socket
import time
from pathlib import Path

import pytest
from huggingface_hub import constants

from spinefm.weights import hub
from spinefm.weights.hub import Place, discard, download, upload
from spinefm.weights.manifest import BundleError
from tests.hub_client import point_client_at
from tests.hub_server import COMMIT, Break, Drip, HubServer, Refusal

REPO, FILE = "someone/weights", "paper/med_sa.safetensors"
CONTENT = hashlib.sha256(b"seed").digest() * 20_000  # 640 kB: more than one piece of a download
PLACE = Place(REPO, FILE)


@pytest.mark.parametrize(
    "faults",
    [
        [Refusal(503, "")],
        [Refusal(503, ""), Refusal(502, "")],
        [Break(100_000)],
        [Break(0)],
        [Break(100_000), Break(200_000), Refusal(503, "")],
        [Drip(200_000, 0.1)],
    ],
    ids=["503", "503 and 502", "broken off", "broken off at once", "again and again", "slow"],
)
def test_what_passes_is_waited_for(serve, faults) -> None:
    server = serve(HubServer({REPO: {FILE: CONTENT}}, faults={f"{REPO}/{FILE}": faults}))
    assert download(PLACE).read_bytes() == CONTENT
    assert faults == []
    assert server.requests


def test_a_break_is_resumed_where_it_was(serve, monkeypatch) -> None:
    monkeypatch.setattr(constants, "DOWNLOAD_CHUNK_SIZE", 1 << 15)  # what is received is kept in pieces of this size
    server = serve(HubServer({REPO: {FILE: CONTENT}}, faults={f"{REPO}/{FILE}": [Break(300_000)]}))
    assert download(PLACE).read_bytes() == CONTENT
    assert server.ranges and int(server.ranges[-1].removeprefix("bytes=").rstrip("-")) > 200_000


def test_a_server_that_never_recovers_is_one_sentence(serve) -> None:
    serve(HubServer({REPO: {FILE: CONTENT}}, faults={f"{REPO}/{FILE}": [Refusal(503, "")] * 30}))
    with pytest.raises(
        BundleError, match=f"{FILE} could not be fetched from {REPO} .*503.*: try again later."
    ) as raised:
        download(PLACE)
    assert "\n" not in str(raised.value)


def test_a_pinned_file_is_asked_for_once(serve) -> None:
    server = serve(HubServer({REPO: {FILE: CONTENT}}))
    pinned = Place(REPO, FILE, COMMIT)
    download(pinned)
    before = list(server.requests)
    assert download(pinned).read_bytes() == CONTENT
    assert server.requests == before


def test_a_hub_that_is_silent_costs_seconds_and_no_more(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert hub.REACH_SECONDS <= 3
    monkeypatch.setattr(hub, "REACH_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        point_client_at(f"http://127.0.0.1:{silent.getsockname()[1]}", tmp_path, monkeypatch)
        start = time.monotonic()
        with pytest.raises(BundleError, match="the Hub cannot be reached: go online once"):
            download(PLACE)
        assert time.monotonic() - start < hub.REACH_SECONDS + 5


def test_a_token_that_is_refused_is_said_to_be(serve) -> None:
    serve(HubServer({REPO: {FILE: CONTENT}}, faults={f"{REPO}/{FILE}": [Refusal(401, "")] * 30}))
    with pytest.raises(BundleError, match="no repository|refuses this machine's token") as raised:
        download(PLACE)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("code", [errno.ENOSPC])
def test_a_full_disk_is_said_to_be_full(serve, monkeypatch, code: int) -> None:
    def full(*_: object, **__: object) -> str:
        raise OSError(code, "No space left on device")

    serve(HubServer({REPO: {FILE: CONTENT}}))
    monkeypatch.setattr("huggingface_hub.hf_hub_download", full)
    with pytest.raises(BundleError, match=f"not enough disk space for {FILE}"):
        download(PLACE)


def test_an_address_of_the_hub_that_is_none_is_said_to_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    point_client_at("hub.example", tmp_path, monkeypatch)
    with pytest.raises(BundleError, match='HF_ENDPOINT is "hub.example", which is not an address'):
        download(PLACE)


def test_what_was_discarded_is_fetched_again(serve) -> None:
    serve(HubServer({REPO: {FILE: CONTENT}}))
    first = download(PLACE)
    first.resolve().write_bytes(b"?" * len(CONTENT))
    assert download(PLACE).read_bytes() != CONTENT, "the client hands out what it has"
    discard(first)
    assert download(PLACE).read_bytes() == CONTENT


def test_without_a_network_a_newest_file_comes_from_the_cache(serve, tmp_path, monkeypatch) -> None:
    server = serve(HubServer({REPO: {FILE: CONTENT}}))
    download(PLACE)
    server.__exit__(None, None, None)
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:9")
    assert download(PLACE).read_bytes() == CONTENT
    server.__enter__()


def test_what_is_uploaded_can_be_downloaded(serve, tmp_path: Path) -> None:
    serve(HubServer({}))
    (tmp_path / "file").write_bytes(CONTENT)
    assert upload(REPO, {FILE: tmp_path / "file"}, "weights") == COMMIT
    assert download(PLACE).read_bytes() == CONTENT


def test_an_upload_that_is_refused_is_one_sentence(serve, tmp_path: Path) -> None:
    serve(HubServer({}, {f"{REPO}/commit": Refusal(403, "")}))
    (tmp_path / "file").write_bytes(b"content")
    with pytest.raises(BundleError, match=f"Nothing was published to {REPO} .*log in") as raised:
        upload(REPO, {FILE: tmp_path / "file"}, "weights")
    assert "\n" not in str(raised.value)
    with pytest.raises(BundleError, match="is not the name of a repository"):
        upload("no name", {FILE: tmp_path / "file"}, "weights")
