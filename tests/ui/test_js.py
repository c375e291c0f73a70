"""The page's JavaScript: its own tests under node, its size, its types, and the figures that Python and it share."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from bench.write_player_types import outputs
from spinefm.core.masks import Mask
from spinefm.trace.primitives import outline
from spinefm.ui.server.modules import inlined, read

ROOT = Path(__file__).parents[2]
TESTS = sorted((ROOT / "tests" / "js").glob("*.test.mjs"))
MODULES = sorted(
    path for part in ("shared", "player", "explorer", "how") for path in (ROOT / "spinefm/ui" / part).glob("*.js")
)
SCRIPTS = ("gradio.js", "how.js")
"""Scripts that gradio runs with variables of its own, which TypeScript does not know."""
GOLDEN = ROOT / "tests" / "js" / "golden.json"
BEGINS = re.compile(r"^\s*(?:export )?(?:function |(?:get |static )?[\w]+\([^=;]*\) \{$|[\w]+\(.*\) \{$)")


def golden() -> dict[str, object]:
    """Outlines with centre, and numbers in words, as Python has them."""
    masks = [
        Mask.from_polygon(np.array(points, float), (300, 400))
        for points in ([[50, 60], [110, 66], [104, 120], [46, 110]], [[200, 300], [260, 310], [230, 380]])
    ]
    outlines = [
        {
            "outline": outline(m),
            "centre": list(m.centroid),
            "inside": list(m.centroid),
            "outside": [m.box.x0 - 2, m.box.y0],
        }
        for m in masks
    ]
    return {"outlines": outlines, "twos": [{"value": v, "words": f"{v:.2f}"} for v in (0.0, 0.126, 0.5, 0.994, 1.0)]}


def node() -> str:
    """The node program; its tests are part of this suite, so it must be there."""
    found = shutil.which("node")
    assert found is not None, "node is not installed: the page's modules cannot be tested"
    return found


def test_the_shared_figures_are_those_of_python() -> None:
    assert json.loads(GOLDEN.read_text()) == json.loads(json.dumps(golden()))


def test_the_modules_pass_their_own_tests() -> None:
    done = subprocess.run(
        [node(), "--test", "--test-concurrency=4", *map(str, TESTS)],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout[-3000:]


def test_the_types_of_the_page_are_current() -> None:
    for path, text in outputs().items():
        assert path.read_text(encoding="utf-8") == text, "run `python -m bench.write_player_types`"


def test_the_types_hold(tmp_path: Path) -> None:
    tsc = shutil.which("tsc")
    if tsc is None:
        pytest.skip("tsc is a development tool: `npm install -g typescript`")
    done = subprocess.run([tsc, "-p", str(ROOT)], capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("path", MODULES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_modules_and_functions_stay_short(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert len(lines) < 500
    assert path.name in SCRIPTS or lines[0] == "// @ts-check"
    for start, line in enumerate(lines):
        if BEGINS.match(line) and line.endswith("{") and not line.lstrip().startswith(("for", "if", "while", "switch")):
            indent = len(line) - len(line.lstrip())
            end = next(i for i in range(start + 1, len(lines)) if lines[i].startswith(" " * indent + "}"))
            assert end - start < 45, f"{path.name}:{start + 1} has {end - start} lines"


@pytest.mark.parametrize("entry", ["player/player.js", "explorer/explorer.js", "shared/dom.js"])
def test_modules_become_one_script_that_runs_alone(entry: str, tmp_path: Path) -> None:
    script = tmp_path / "whole.js"
    script.write_text("globalThis.window = globalThis;\n" + inlined(entry), encoding="utf-8")
    assert "import {" not in inlined(entry) and "\nexport " not in inlined(entry)
    done = subprocess.run([node(), str(script)], capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr


def test_no_module_asks_another_host() -> None:
    for path in MODULES:
        text = read(f"{path.parent.name}/{path.name}").replace("http://www.w3.org", "")
        assert "://" not in text, path.name
