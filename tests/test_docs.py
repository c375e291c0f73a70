"""The documentation builds without a warning and holds what is made from the code."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import spinefm
from spinefm.cli.app import VERBS

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built documentation."""
    place = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(place)]
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return place


def test_every_page_is_built(site: Path) -> None:
    pages = {path.relative_to(ROOT / "docs").with_suffix(".html") for path in (ROOT / "docs").rglob("*.md")}
    assert pages and not [page for page in pages if not (site / page).is_file()]


def test_the_reference_shows_every_verb_and_public_name(site: Path) -> None:
    commands = (site / "reference" / "command-line.html").read_text(encoding="utf-8")
    assert not [verb for verb in VERBS if f"Usage: spinefm {verb} " not in commands]
    names = (site / "reference" / "python.html").read_text(encoding="utf-8")
    assert not [name for name in spinefm.__all__ if f".{name}" not in names]


def test_a_page_asks_no_other_server(site: Path) -> None:
    text = (site / "index.html").read_text(encoding="utf-8")
    assert 'src="http' not in text and '<link rel="stylesheet" href="http' not in text
