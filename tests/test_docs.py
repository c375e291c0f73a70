"""The documentation builds without a warning and holds what is made from the code."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

import spinefm
from spinefm.cli.app import VERBS
from spinefm.methods.registry import specs

ROOT = Path(__file__).parents[1]
PAGES = sorted((ROOT / "docs").rglob("*.md"))
LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[^)\s]*)?\)")
"""A link to another file of the documentation."""


@pytest.fixture(scope="module")
def hooks() -> ModuleType:
    """What mkdocs runs of the project's own."""
    spec = importlib.util.spec_from_file_location("docs_hooks", ROOT / "docs" / "hooks.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_page_is_in_the_navigation(hooks: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "path", list(sys.path))
    found = hooks.on_config({"docs_dir": str(ROOT / "docs")})["nav"]
    pages = [page for part in found for page in (next(iter(part.values())) if isinstance(part, dict) else [part])]
    assert sorted(pages) == sorted(path.relative_to(ROOT / "docs").as_posix() for path in PAGES)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT / "docs").as_posix())
def test_the_files_that_a_page_links_to_are_there(page: Path) -> None:
    wanted = LINK.findall(page.read_text(encoding="utf-8"))
    assert not [link for link in wanted if not (page.parent / link).exists()]


def test_the_first_page_links_to_every_other() -> None:
    index = ROOT / "docs" / "index.md"
    linked = {(index.parent / link).resolve() for link in LINK.findall(index.read_text(encoding="utf-8"))}
    missing = set(PAGES) - linked - {index}
    assert not missing


def test_the_help_of_every_verb_is_put_into_its_page(hooks: ModuleType) -> None:
    text = hooks.on_page_markdown((ROOT / "docs" / "reference" / "command-line.md").read_text(encoding="utf-8"))
    assert "<!-- help:" not in text
    assert not [verb for verb in VERBS if f"Usage: spinefm {verb} " not in text]


def test_every_setting_of_every_method_is_on_its_page_with_its_meaning(hooks: ModuleType) -> None:
    text = hooks.on_page_markdown((ROOT / "docs" / "reference" / "settings.md").read_text(encoding="utf-8"))
    rows = [line.split(" | ") for line in text.splitlines() if line.startswith("| `")]
    assert {row[0] for row in rows} == {f"| `{name}`" for spec in specs().values() for name in spec.config.model_fields}
    assert not [row for row in rows if len(row[-1]) < 12]


def test_the_page_of_python_has_every_public_name() -> None:
    lines = (ROOT / "docs" / "reference" / "python.md").read_text(encoding="utf-8").splitlines()
    assert not [name for name in spinefm.__all__ if not any(re.fullmatch(rf"::: .*\.{name}", line) for line in lines)]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built documentation."""
    place = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(place)]
    environment = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    ended = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    return place


@pytest.mark.thorough
def test_every_page_is_built(site: Path) -> None:
    pages = {path.relative_to(ROOT / "docs").with_suffix(".html") for path in PAGES}
    assert pages and not [page for page in pages if not (site / page).is_file()]


@pytest.mark.thorough
def test_the_reference_shows_every_verb_and_public_name(site: Path) -> None:
    commands = (site / "reference" / "command-line.html").read_text(encoding="utf-8")
    assert not [verb for verb in VERBS if f"Usage: spinefm {verb} " not in commands]
    names = (site / "reference" / "python.html").read_text(encoding="utf-8")
    assert not [name for name in spinefm.__all__ if f".{name}" not in names]


@pytest.mark.thorough
def test_a_page_asks_no_other_server(site: Path) -> None:
    text = (site / "index.html").read_text(encoding="utf-8")
    assert 'src="http' not in text and '<link rel="stylesheet" href="http' not in text
