"""The Hub's real client, in this process, on a local server."""

from __future__ import annotations

import os
import time
from pathlib import Path
from types import SimpleNamespace

import huggingface_hub
import pytest
from huggingface_hub import constants, file_download

from spinefm.weights import hub


def point_client_at(endpoint: str, home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the real client, in this process, take `endpoint` for the Hub; its cache is empty and lies in `home`."""
    for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    monkeypatch.setattr(constants, "ENDPOINT", endpoint)
    monkeypatch.setattr(constants, "HUGGINGFACE_CO_URL_TEMPLATE", endpoint + "/{repo_id}/resolve/{revision}/{filename}")
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(home / "hub"))
    monkeypatch.setenv("HF_TOKEN", "hf_test")
    monkeypatch.delenv("SPINEFM_WEIGHTS_REPO", raising=False)
    monkeypatch.setattr(hub, "PAUSES", (0.0, 0.0))
    waitless = SimpleNamespace(**{**vars(time), "sleep": lambda seconds: None})
    monkeypatch.setattr(file_download, "time", waitless)  # the client waits a second before it resumes
    huggingface_hub.close_session()
