"""The wheel: what it holds, and that it segments a film from another folder, without the repository or a network."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

import spinefm

pytestmark = pytest.mark.thorough
ROOT = Path(__file__).parents[1]
SOURCES = (
    "spinefm",
    "weights",
    "examples",
    "setup.py",
    "pyproject.toml",
    "requirements.txt",
    "README.md",
    "LICENSE",
    "NOTICE",
)
OFFLINE = {"HF_HUB_OFFLINE": "1", "PYTHONPATH": "", "OMP_NUM_THREADS": "1"}


def run(*command: object, cwd: Path) -> str:
    """The output of a command in `cwd`; what it wrote to standard error is the failure's message."""
    ended = subprocess.run(
        [str(word) for word in command], cwd=cwd, env=os.environ | OFFLINE, capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr
    return ended.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel of a copy of the sources, so that the repository gets no `build/`."""
    copy = tmp_path_factory.mktemp("sources")
    for name in SOURCES:
        place = ROOT / name
        if place.is_dir():
            shutil.copytree(place, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy2(place, copy / name)
    run(sys.executable, "-m", "pip", "wheel", ".", "--no-deps", "--no-build-isolation", "-w", "dist", cwd=copy)
    (built,) = (copy / "dist").iterdir()
    return built


@pytest.fixture(scope="module")
def environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh environment with the wheel; the libraries that it needs come from the tests' environment."""
    place = tmp_path_factory.mktemp("environment")
    run(sys.executable, "-m", "venv", "--without-pip", place, cwd=place)
    pip = (sys.executable, "-m", "pip", "--python", place / "bin" / "python")
    run(*pip, "install", "--quiet", "--no-deps", "--no-index", wheel, cwd=place)
    (packages,) = (place / "lib").glob("python*/site-packages")
    (packages / "libraries.pth").write_text(sysconfig.get_paths()["purelib"] + "\n")
    return place


def test_every_file_of_the_package_is_in_the_wheel(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    files = {path.relative_to(ROOT).as_posix() for path in (ROOT / "spinefm").rglob("*") if path.is_file()}
    assert {name for name in files if "__pycache__" not in name} <= held
    assert "spinefm/py.typed" in held and "spinefm/bundled/weights/manifest.json" in held
    assert not [name for name in held if name.startswith(("tests", "bench", "examples", "weights"))]


def test_the_wheel_carries_the_compact_weights_and_the_examples(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    networks = json.loads((ROOT / "weights" / "manifest.json").read_text())["bundles"]["compact"]["networks"]
    films = {f"examples/films/{path.name}" for path in (ROOT / "examples" / "films").iterdir()}
    beside = {f"weights/{entry['file']}" for entry in networks.values()} | films
    assert {f"spinefm/bundled/{name}" for name in beside} <= held


@pytest.mark.weights
def test_the_installed_command_segments_a_film_from_another_folder(environment: Path, tmp_path: Path) -> None:
    film = shutil.copy2(ROOT / "examples" / "films" / "cervical.png", tmp_path / "neck.png")
    told = run(environment / "bin" / "spinefm", "info", cwd=tmp_path)
    assert f"SpineFM {spinefm.__version__}\n" in told and f"weights: {environment.resolve()}" in told
    run(environment / "bin" / "spinefm", "segment", film, "--out", "results", cwd=tmp_path)
    report = json.loads((tmp_path / "results" / "neck" / "report.json").read_text())
    assert {"C3", "C4", "C5", "C6"} <= set(report["vertebrae"])
    assert (tmp_path / "results" / "neck" / "labels.png").stat().st_size > 0


def test_the_installed_page_offers_the_examples_and_their_evaluations(environment: Path, tmp_path: Path) -> None:
    code = (
        "from spinefm.ui.server.explorer import EVALUATIONS; from spinefm.ui.server.explorer.taking import sample_zip;"
        "print(EVALUATIONS, (EVALUATIONS / 'phantoms' / 'films.parquet').is_file());"
        "print(len(sample_zip()['base64']) > 10000)"
    )
    told = run(environment / "bin" / "python", "-c", code, cwd=tmp_path)
    assert told.split()[0].startswith(str(environment.resolve())) and told.split()[1:] == ["True", "True"]


@pytest.mark.slow
def test_pip_installs_all_that_the_command_needs(wheel: Path, tmp_path: Path) -> None:
    """In an empty environment, with every library from the package index: gigabytes and a network."""
    run(sys.executable, "-m", "venv", tmp_path / "empty", cwd=tmp_path)
    run(tmp_path / "empty" / "bin" / "pip", "install", "--quiet", wheel, cwd=tmp_path)
    run(
        tmp_path / "empty" / "bin" / "spinefm", "segment", ROOT / "examples" / "films", "--out", "results", cwd=tmp_path
    )
    assert len(list((tmp_path / "results").glob("*/labels.png"))) == 8
