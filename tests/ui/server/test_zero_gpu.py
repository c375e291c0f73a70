"""The page's service with the real package `spaces` in its own emulation of ZeroGPU, in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from spinefm.imaging.radiograph import Radiograph
from spinefm.ui.server.zero_gpu import ZERO_GPU_VARIABLE, Wanted, on_gpu, on_zero_gpu, seconds_needed
from spinefm.weights.write import write_bundle
from tests.hub_server import COMMIT, HubServer
from tests.networks.test_med_sa import VIT
from tests.ui.server.zero_gpu_site import DeviceService
from tests.weights.tiny import networks

ROOT = Path(__file__).parents[3]
PROGRAM = "tests.ui.server.zero_gpu_program"
REPO = "owner/weights"
WANTED = Wanted("spinefm", {}, None, "compact", {}, (), large=False)


def play(site: DeviceService, folder: Path, *scenarios: str, **more: str) -> dict[str, Any]:
    """The findings of scenarios of `zero_gpu_program.py`, played in turn in one process on the emulated Space."""
    findings = folder / "findings.json"
    environment = site.environment(folder / "home") | {"FINDINGS": str(findings), "OMP_NUM_THREADS": "1"} | more
    command = [sys.executable, "-m", PROGRAM, *scenarios]
    done = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, timeout=110)
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(findings.read_text(encoding="utf-8"))
    return found


@dataclass(frozen=True)
class Played:
    """What four scenarios found, and what they asked of the device service."""

    found: dict[str, Any]
    calls: list[str]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Played:
    """A film, a cancelled run and errors; then the visitor's quota, of six calls, is used up."""
    scenarios = ("film_through_the_page", "cancelled_run", "error_inside", "used_up_quota")
    with DeviceService(most=6) as site:
        return Played(play(site, tmp_path_factory.mktemp("space"), *scenarios), site.calls)


def film_of(height: int, width: int) -> Radiograph:
    ramp = np.tile(np.linspace(0, 1, width, dtype=np.float32), (height, 1))
    return Radiograph.from_array(ramp, name="film")


def test_where_no_gpu_is_lent_nothing_is_changed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ZERO_GPU_VARIABLE, raising=False)
    assert not on_zero_gpu()
    assert on_gpu(len) is len


def test_the_duration_grows_with_the_film_and_the_networks() -> None:
    sam = replace(WANTED, large=True)
    films = [film_of(600, 400), film_of(5000, 4000)]
    small, large = ([seconds_needed(one, film) for film in films] for one in (WANTED, sam))
    assert small[0] < small[1] < large[1] <= 60
    assert small[0] < large[0]
    assert seconds_needed(WANTED, film_of(1755, 1463)) <= 10


@pytest.mark.thorough
@pytest.mark.weights
def test_a_film_runs_in_a_worker_as_it_does_here(played: Played) -> None:
    found = played.found["film_through_the_page"]
    assert found["names"] == found["own"] and len(found["names"]) >= 5
    assert found["settings"] and found["device"] == "ZeroGPU"
    assert found["refused"].endswith("."), "an error of the worker came back with its type and its sentence"
    assert played.calls[0] == "/startup-report"
    assert played.calls[1:7] == ["/schedule", "/allow", "/release"] * 2


@pytest.mark.thorough
@pytest.mark.weights
def test_a_cancelled_run_gives_the_gpu_back(played: Played) -> None:
    whole = len(played.found["film_through_the_page"]["own"])
    assert played.found["cancelled_run"] == {"first": "Viewed", "next": whole}
    assert played.calls.count("/schedule") - 1 == played.calls.count("/release") == 6


@pytest.mark.thorough
@pytest.mark.weights
def test_an_error_in_the_worker_is_a_refusal_or_a_fault_and_never_a_result(played: Played) -> None:
    found = played.found["error_inside"]
    assert found["refused"][0] == "CannotStart" and found["refused"][1].endswith(".")
    assert found["broken"] == ["RuntimeError", "A GPU worker failed: ZeroDivisionError"]


@pytest.mark.thorough
@pytest.mark.weights
def test_a_used_up_quota_is_a_sentence(played: Played) -> None:
    sentence = played.found["used_up_quota"]["sentence"]
    assert "GPU limit" in sentence and sentence.endswith(".")


@pytest.mark.thorough
@pytest.mark.weights
def test_a_bundle_that_arrives_late_takes_over_in_workers_that_are_there_already(
    tmp_path: Path,
) -> None:
    from spinefm.networks.med_sa import MedSA

    models = networks() | {"med_sa": MedSA(VIT)}
    write_bundle(tmp_path / "paper", "paper", models, licence="Apache-2.0", trained_on="nothing")
    folder = tmp_path / "paper"
    files = {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with HubServer({REPO: files}) as hub, DeviceService() as site:
        more = hub.environment(tmp_path / "hub") | {"SPINEFM_WEIGHTS_REPO": f"{REPO}@{COMMIT}"}
        found = play(
            site,
            tmp_path,
            "change_of_bundle",
            **{key: more[key] for key in ("HF_ENDPOINT", "HF_HOME", "SPINEFM_WEIGHTS_REPO")},
        )
    found = found["change_of_bundle"]
    assert 'The bundle "paper" is still being fetched' in found["note"]
    assert found["before"] == ["compact", [found["note"]]]
    assert found["after"] == found["own"] != found["compact"]
    assert found["notes"] == [f"The weights are those of {REPO}@{COMMIT} on the Hugging Face Hub."]
    assert found["again"] == ["compact", []]
    assert found["line"] == f"SpineFM · paper · ZeroGPU · weights from {REPO}@{COMMIT[:7]}"
    assert site.calls.count("/allow") == 1, "all three runs had the same worker"
    assert site.durations[1] > site.durations[0]


def test_torch_is_not_there_yet_when_spaces_is_to_be_imported() -> None:
    code = "import sys, app, spinefm.ui.server.start; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
