"""Film names of other encodings, as old archives have them, end no run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

CODE = """
import sys
import spinefm.cli.segment as segment
from spinefm.cli.app import main

segment.load_method = lambda *_, **__: (None, None)
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.parametrize(
    "locale",
    [{}, {"LC_ALL": "C", "PYTHONUTF8": "0"}, pytest.param({"LC_ALL": "C"}, marks=pytest.mark.thorough)],
    ids=str,
)
def test_names_of_other_encodings_end_no_run(locale: dict[str, str], tmp_path: Path) -> None:
    """Each film is refused by its own sentence, and the next one goes on."""
    for name in (b"kr\xf6ger.png", b"M\xc3\xbcller.png", b"plain.png"):
        (tmp_path / os.fsdecode(name)).write_bytes(b"no film")
    command = [sys.executable, "-c", CODE, "segment", str(tmp_path), "--out", str(tmp_path / "out")]
    ended = subprocess.run(command, capture_output=True, text=True, env=os.environ | locale, check=False)
    assert ended.returncode == 1 and "Traceback" not in ended.stderr, ended.stderr
    errors = [json.loads(path.read_text(encoding="utf-8"))["error"] for path in (tmp_path / "out").glob("*/error.json")]
    assert len(errors) == 3 and all("not an image" in error for error in errors)
