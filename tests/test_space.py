"""The repository as a Hugging Face Space: its front matter, its files, and a start from just those files."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from spinefm.weights.manifest import Manifest
from tests.test_readme import parsed

ROOT = Path(__file__).parents[1]
ACCEPTED = tomllib.loads((ROOT / "docs" / "zerogpu.toml").read_text(encoding="utf-8"))
FRONT_MATTER: dict[str, Any] = yaml.safe_load((ROOT / "README.md").read_text(encoding="utf-8").split("---\n")[1])
REQUIREMENTS = (ROOT / "requirements.txt").read_text(encoding="utf-8")
PLAIN_FILE, WHOLE_SPACE = 10_000_000, 100_000_000
"""Bytes: the largest file that the Hub's git takes without Xet, and what a Space may weigh here."""
COLOURS = {"red", "yellow", "green", "blue", "indigo", "purple", "pink", "gray"}


def pinned(package: str) -> str:
    """The version that requirements.txt pins."""
    found = re.search(rf"^{package}(?:\[\w+\])?==(\S+)$", REQUIREMENTS, re.MULTILINE)
    assert found, f"{package} is not pinned"
    return found[1]


def git(*arguments: str, given: str | None = None) -> list[str]:
    """The lines that git answers in the repository."""
    done = subprocess.run(["git", *arguments], cwd=ROOT, input=given, capture_output=True, text=True, check=True)
    return [line for line in done.stdout.split("\0") if line]


TRACKED = git("ls-files", "-z")


def space_files() -> list[str]:
    """What `make space` writes: tracked files, but for those that .gitattributes keeps out."""
    asked = [name for path in TRACKED for name in (path, *map(str, Path(path).parents)) if name != "."]
    answers = git("check-attr", "-z", "--stdin", "export-ignore", given="\0".join(dict.fromkeys(asked)))
    left_out = {place for place, _, value in zip(*[iter(answers)] * 3, strict=True) if value == "set"}
    return [path for path in TRACKED if not left_out & {path, *map(str, Path(path).parents)}]


def test_zerogpu_accepts_the_pins() -> None:
    assert pinned("torch") in ACCEPTED["torch"]["accepted"]
    assert pinned("torchvision") == ACCEPTED["torchvision"]["for_torch"][pinned("torch")]
    assert FRONT_MATTER["python_version"] in ACCEPTED["python"]["accepted"]
    assert all(ACCEPTED[part]["source"].startswith("https://") for part in ("torch", "python"))


def test_the_front_matter_is_that_of_a_gradio_space() -> None:
    assert FRONT_MATTER["sdk"] == "gradio" and FRONT_MATTER["app_file"] == "app.py"
    assert FRONT_MATTER["sdk_version"] == pinned("gradio"), "a Space installs sdk_version"
    assert {FRONT_MATTER["colorFrom"], FRONT_MATTER["colorTo"]} <= COLOURS
    assert FRONT_MATTER["suggested_hardware"] == "zero-a10g"
    assert not re.search(r"^spaces\b", REQUIREMENTS, re.MULTILINE), "a Space brings its own"


def test_no_tracked_file_needs_xet() -> None:
    large = [path for path in TRACKED if (ROOT / path).stat().st_size > PLAIN_FILE]
    assert not large, "docs/space.md says that none is over 10 MB"


def test_a_space_gets_the_page_and_nothing_that_tests_it() -> None:
    files = space_files()
    assert {"app.py", "README.md", "requirements.txt", "LICENSE", "weights/manifest.json"} <= set(files)
    assert not [path for path in files if path.split("/")[0] in ("tests", "bench", ".ci")]
    assert sum((ROOT / path).stat().st_size for path in files) < WHOLE_SPACE
    entries = Manifest.read().bundle("compact").networks.values()
    assert {f"weights/{entry.file}" for entry in entries} <= set(files)


GUIDE = (ROOT / "docs" / "space.md").read_text(encoding="utf-8")
COMMANDS = [line for line in GUIDE.split("```sh\n")[1].split("```")[0].splitlines() if line]


def test_the_way_to_a_space_is_five_commands() -> None:
    assert len(COMMANDS) == 5
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for program, *arguments in map(shlex.split, COMMANDS):
        assert program in ("hf", "python", "make")
        if program == "make":
            assert f"\n{arguments[0]}:" in makefile
        if program == "python":
            assert parsed(shlex.join(arguments[2:]))


@pytest.mark.parametrize("line", [line for line in COMMANDS if line.startswith("hf ")])
def test_hf_has_the_options_that_are_named(line: str) -> None:
    _, *arguments = shlex.split(line)
    verbs = [word for word in arguments[:2] if word.isalpha()]
    command = [sys.executable, "-m", "huggingface_hub.cli.hf", *verbs, "--help"]
    answer = subprocess.run(command, capture_output=True, text=True, check=True, env={**os.environ, "COLUMNS": "200"})
    assert not [word for word in arguments if word.startswith("--") and word not in answer.stdout]


def copy_space(folder: Path) -> Path:
    """The files of a Space in a folder of their own."""
    for path in space_files():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / path, folder / path)
    return folder


@contextmanager
def running(python: str, folder: Path, **more: str) -> Iterator[str]:
    """The address of `app.py`, started in `folder` as a Space would start it."""
    kept = ("PATH", "HOME", "LANG")
    environment = {name: os.environ[name] for name in kept if name in os.environ}
    environment |= {"PYTHONUNBUFFERED": "1", "OMP_NUM_THREADS": "1", "GRADIO_SERVER_NAME": "127.0.0.1"} | more
    page = subprocess.Popen([python, "app.py"], cwd=folder, env=environment, stdout=subprocess.PIPE, text=True)
    try:
        assert page.stdout is not None
        said = (re.search(r"running on local URL:\s+(\S+)", line, re.IGNORECASE) for line in page.stdout)
        address = next((found[1] for found in said if found), None)
        assert address, "app.py ended without an address"
        yield address
    finally:
        page.kill()
        page.wait()


def facts_of(address: str) -> str:
    """What the head of the page says about method, bundle, device and weights."""
    with urllib.request.urlopen(f"{address}/config") as answer:
        text = json.dumps(json.load(answer), ensure_ascii=False)
    found = re.search(r'id=\\"facts\\">(.*?)</span>', text)
    assert found
    return found[1]


@pytest.mark.thorough
@pytest.mark.weights
def test_the_page_starts_from_just_those_files(tmp_path: Path) -> None:
    with running(sys.executable, copy_space(tmp_path)) as address:
        assert facts_of(address) == "SpineFM · compact · CPU · weights on disk"


@pytest.mark.thorough
@pytest.mark.weights
def test_a_space_without_a_repository_of_weights_says_so(tmp_path: Path) -> None:
    with running(sys.executable, copy_space(tmp_path), SPACE_ID="you/spinefm") as address:
        assert "Set SPINEFM_WEIGHTS_REPO to owner/name@revision" in facts_of(address)


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_the_page_starts_in_a_clean_environment_with_the_requirements_only(tmp_path: Path) -> None:
    space, place = copy_space(tmp_path / "space"), tmp_path / "environment"
    subprocess.run([sys.executable, "-m", "venv", place], check=True)
    python = str(place / "bin" / "python")
    subprocess.run([python, "-m", "pip", "install", "--quiet", "-r", space / "requirements.txt"], check=True)
    with running(python, space) as address:
        assert "weights on disk" in facts_of(address)
