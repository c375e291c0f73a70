"""What the server leaves behind: nothing after its end, however it ends, and no upload for long."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from spinefm.ui.server.examples import Choice
from spinefm.ui.server.housekeeping import KEEP_VISITOR, KEPT_FOR, PREFIX, TERMINATED, Premises, remove_abandoned
from spinefm.ui.server.recent_films import RecentFilms
from tests.ui.server.stand_in import write_film

ROOT = Path(__file__).parents[3]
SERVER = """
import sys, tempfile
from pathlib import Path
from spinefm.ui.server.housekeeping import move_in
premises = move_in(Path(sys.argv[1]))
(premises.uploads / "part").write_bytes(b"a film")
tempfile.mkdtemp(prefix="spinefm-evaluations-")
import os
assert os.environ["GRADIO_TEMP_DIR"] == str(premises.uploads)
print(premises.path, flush=True)
sys.stdin.read()
"""


def start(base: Path) -> tuple[subprocess.Popen[str], Path]:
    """A server process, and its folder."""
    process = subprocess.Popen(
        [sys.executable, "-c", SERVER, str(base)], cwd=ROOT, text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def end(process: subprocess.Popen[str], number: int | None) -> int:
    """End it by a signal, or by letting it come to its end."""
    if number is None:
        process.communicate("")
    else:
        process.send_signal(number)
        process.communicate()
    return process.returncode


@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, TERMINATED), (None, 0)])
def test_nothing_is_left_of_a_server_that_ends(tmp_path: Path, number: int | None, code: int) -> None:
    process, folder = start(tmp_path)
    assert sorted(path.name for path in folder.rglob("*") if path.is_file()) == ["lock", "part"]
    assert folder.stat().st_mode & 0o077 == 0
    assert end(process, number) == code
    assert list(tmp_path.iterdir()) == []


def test_the_next_start_deletes_what_a_killed_server_left_and_nothing_else(tmp_path: Path) -> None:
    killed, left = start(tmp_path)
    running, kept = start(tmp_path)
    end(killed, signal.SIGKILL)
    assert left.exists()
    foreign = tmp_path / f"{PREFIX}someone-else"
    foreign.mkdir()
    remove_abandoned(tmp_path)
    assert not left.exists() and kept.exists() and foreign.exists()
    end(running, None)


def test_what_gradio_deletes_meanwhile_is_passed_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("a", "b"):
        (tmp_path / "uploads" / name).mkdir(parents=True)
        (tmp_path / "uploads" / name / "film.png").write_bytes(b"film")
    scandir = os.scandir

    def taken(path: Any) -> Any:
        if not isinstance(path, int) and Path(path).name == "a":  # rmtree lists by descriptor
            shutil.rmtree(path, ignore_errors=True)
        return scandir(path)

    with (tmp_path / "lock").open("wb") as lock, monkeypatch.context() as patch:
        patch.setattr(os, "scandir", taken)
        assert Premises(tmp_path, lock).sweep(time.time() + 2 * KEEP_VISITOR) == 1
    assert [path.name for path in (tmp_path / "uploads").rglob("*")] == []


def test_uploads_go_by_age_whole_or_in_part(tmp_path: Path) -> None:
    premises = Premises(tmp_path, (tmp_path / "lock").open("wb"))
    for name in ("old/film.dcm", "tmpold", "deep_links/a/state.json", "young/film.dcm", "tmpyoung"):
        path = premises.uploads / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"film")
    now = (premises.uploads / "tmpold").stat().st_mtime
    for path in premises.uploads.rglob("*"):
        if "young" not in str(path):
            os.utime(path, (now - KEEP_VISITOR - 1, now - KEEP_VISITOR - 1))
    assert premises.sweep(now) == 3
    left = sorted(path.relative_to(premises.uploads).as_posix() for path in premises.uploads.rglob("*"))
    assert [name for name in left if "." in name or "tmp" in name] == ["tmpyoung", "young/film.dcm"]
    assert premises.sweep(now + KEEP_VISITOR + 2) == 2
    premises.sweep(now + 3 * KEEP_VISITOR)
    assert list(premises.uploads.iterdir()) == []


def test_a_film_in_use_is_kept_from_its_last_use_on(tmp_path: Path) -> None:
    premises, films = Premises(tmp_path, (tmp_path / "lock").open("wb")), RecentFilms()
    path = write_film(premises.uploads / "neck.png")
    choice, now = Choice(path, path.name), time.time()
    for _ in ("read from its file", "in memory"):
        os.utime(path, (now - KEEP_VISITOR - 1, now - KEEP_VISITOR - 1))
        film = films.read(choice)
        assert premises.sweep(now) == 0
    assert films.read(choice) is film, "a film in use is not read again"
    assert premises.sweep(time.time() + KEEP_VISITOR + 1) == 1


def test_an_example_is_not_written_to(tmp_path: Path) -> None:
    path = write_film(tmp_path / "neck.png")
    os.utime(path, (1, 1))
    Choice(path, path.name, "neck").used()
    assert path.stat().st_atime_ns == 10**9


def test_the_documentation_says_how_long_a_film_is_kept() -> None:
    assert (ROOT / "docs" / "space.md").read_text(encoding="utf-8").count(KEPT_FOR) == 3
