"""Hostile data sets on the command line, in a process of its own: one sentence, without a traceback."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ui.server.explorer import hostile

pytestmark = pytest.mark.thorough

ROOT = Path(__file__).parents[2]
PROGRAM = """
import re, sys
from pathlib import Path
from types import SimpleNamespace
from spinefm.cli import evaluate
from spinefm.cli.app import main
from tests.ui.server.stand_in import StandIn
evaluate.load_method = lambda run: (StandIn(), SimpleNamespace(checksums={}))
code = main(sys.argv[1:])
status = Path("/proc/self/status").read_text()  # its own: getrusage counts the process that started this one too
peak = int(re.search(r"VmHWM:\\s+(\\d+) kB", status)[1]) << 10
sys.exit(code if peak < 1536 << 20 else 99)
"""


def evaluate(root: Path, out: Path, *more: str) -> tuple[int, str]:
    """Exit code and errors of `evaluate auto` in a process with a method that needs no weights."""
    call = [sys.executable, "-c", PROGRAM, "evaluate", "auto", "--root", str(root), "--out", str(out), *more]
    done = subprocess.run(
        call, cwd=ROOT, capture_output=True, text=True, timeout=120, env={**os.environ, "LC_ALL": "C"}
    )
    return done.returncode, done.stderr


@pytest.mark.parametrize("name", hostile.FILES)
def test_a_hostile_set_is_one_sentence(tmp_path: Path, name: str) -> None:
    code, said = evaluate(hostile.write_zip(tmp_path / "set.zip", name), tmp_path / "run")
    assert hostile.FILES[name][1] in said
    assert code == 2 and "Traceback" not in said


@pytest.mark.parametrize("write", [hostile.write_nameless, hostile.write_wrong_name])
def test_a_zip_with_names_that_are_none(tmp_path: Path, write) -> None:
    code, said = evaluate(write(tmp_path / "set.zip"), tmp_path / "run")
    assert code == 2 and "rename the file and pack it again" in said and "Traceback" not in said
    assert [path.name for path in tmp_path.iterdir()] == ["set.zip"]


def test_a_film_name_that_is_not_utf8_stops_no_other(tmp_path: Path) -> None:
    root = tmp_path / "set"
    root.mkdir()
    for stem in (b"a", b"\xe9"):
        (root / os.fsdecode(stem + b".png")).write_bytes(hostile.film())
        (root / os.fsdecode(stem + b".json")).write_bytes(hostile.labelme(imagePath=None))
    code, said = evaluate(root, tmp_path / "run")
    assert code == 1 and "name is not UTF-8" in said and "Traceback" not in said
    assert (tmp_path / "run" / "results" / "a.json").is_file()


def test_names_and_ids_are_the_users_to_say(tmp_path: Path) -> None:
    root = tmp_path / "set"
    root.mkdir()
    (root / "a.png").write_bytes(hostile.film())
    (root / "a.json").write_bytes(hostile.labelme().replace(b'"C5"', b'"bone five"'))
    (tmp_path / "names.csv").write_text("label,level\nbone five,C5\n")
    assert evaluate(root, tmp_path / "one")[0] == 2
    code, said = evaluate(root, tmp_path / "two", "--names", str(tmp_path / "names.csv"))
    assert code == 0, said
    code, said = evaluate(root, tmp_path / "two")
    assert code == 2 and "another labels" in said
