"""The command line as a whole: its verbs, wrong calls, and what it does not load."""

from __future__ import annotations

import subprocess
import sys
from importlib import import_module
from pathlib import Path

import click
import pytest

from spinefm.cli.app import VERBS, main
from tests.cli.films import write_film

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_has_a_file_and_help(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert isinstance(import_module(f"spinefm.cli.{verb}").command, click.Command)
    assert main([verb, "--help"]) == 0
    assert capsys.readouterr().out.startswith(f"Usage: spinefm {verb} ")


def test_version_is_the_packages(capsys: pytest.CaptureFixture[str]) -> None:
    from spinefm import __version__

    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"SpineFM {__version__}\n"


def test_the_package_runs_as_a_module() -> None:
    command = [sys.executable, "-m", "spinefm", "--version"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.startswith("SpineFM ")


@pytest.mark.parametrize(
    "arguments",
    [
        "segment",
        "segment FILM",
        "segment FILM --out OUT --polarity sideways",
        "segment FILM --out OUT --set overlap_limit",
        "segment FILM --out OUT --seeds 1,2 3,4",
        "segment FILM --out OUT --seeds 1,2 3,4 5",
        "segment FILM FILM --out OUT --seeds 1,2 3,4 5,6",
        "segment FILM --out OUT --method magic",
        "segment FILM --out FILM/out",
        "segment EMPTY --out OUT",
        "segment FILM --out EMPTY",
        "segment FILM --out OUT --weights EMPTY",
        "segment FILM --out OUT --set view_check=warn overlap_limit=0.2",
        "segment FILM --out OUT --spacing 140",
        "batch EMPTY --out OUT",
        "batch FILM --out EMPTY",
        "batch FILM --out OUT --set view_check=warn overlap_limit=0.2",
        "batch FILM --out OUT --spacing 140",
        "batch status EMPTY",
        "batch resume EMPTY",
        "batch merge EMPTY",
        "evaluate auto --root EMPTY --out OUT",
        "evaluate auto --root FILM --out EMPTY",
        "evaluate auto --root FILM --out OUT --names EMPTY",
        "evaluate auto --root FILM --out OUT --set view_check=warn overlap_limit=0.2",
        "export EMPTY --to coco --out OUT",
        "export FILM --to coco --out EMPTY",
        "export FILM --to coco --out OUT --source EMPTY",
        "compare EMPTY FILM",
        "phantom --n 1 --seed 1 --out EMPTY",
        "train unet --data EMPTY --out OUT",
        "weights export EMPTY",
        "weights convert EMPTY",
        "weights verify --weights EMPTY",
        "phantom --n 0 --seed 1 --out OUT",
        "phantom --n 1 --seed -1 --out OUT",
        "phantom --n 2 --seed 999999 --out OUT",
        "phantom --n 1 --seed 5000000 --out OUT",
        "phantom --n 1 --seed 1 --region thoracic --out OUT",
        "publish",
        "",
    ],
)
def test_wrong_calls_do_nothing_and_exit_with_two(
    tmp_path: Path,
    method: list[object],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: str,
) -> None:
    film = write_film(tmp_path / "neck.png")
    known = {"FILM": film, "OUT": tmp_path / "out", "EMPTY": ""}
    words = [str(known.get(word, word)) for word in arguments.replace("FILM/out", f"{film}/out").split()]
    monkeypatch.chdir(film.parent)
    with pytest.raises(SystemExit) as exit_code:
        raise SystemExit(main(words))
    assert exit_code.value.code == 2
    assert len(capsys.readouterr().err.strip()) > 20
    assert [path.name for path in tmp_path.iterdir()] == ["neck.png"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["segment", "", "--out", "out"], "'FILM…': the path is empty; for the folder you are in, write a dot"),
        (["segment", ".", "--out", ""], "'--out': the path is empty"),
        (["batch", "a=1", "--out", "out"], "there is no film a=1; write a setting as --set a=1"),
        (["segment", ".", "--out", "out", "--spacing", "140"], "A film has 0.01 to 5 mm per pixel, not 140"),
        (["segment", ".", "--out", "out", "--spacing", "wide"], "'wide' is not a number of millimetres per pixel"),
    ],
)
def test_a_wrong_value_is_one_sentence(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    said: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(arguments) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize("name", ["date=2024.png", "id=7"])
def test_a_film_may_be_called_as_settings_are(
    tmp_path: Path, method: list[object], monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    write_film(tmp_path / "a.png").rename(tmp_path / name)
    monkeypatch.chdir(tmp_path)
    assert main(["segment", name, "--out", "out"]) == 0


def test_info_names_versions_device_and_weights(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["info"]) == 0
    printed = capsys.readouterr().out
    for word in ("SpineFM ", "torch ", "device: ", "weights: "):
        assert word in printed


def test_info_and_help_load_no_library_that_takes_time() -> None:
    heavy = ("torch", "gradio", "cv2", "pydantic", "matplotlib", "huggingface_hub", "spinefm.methods", "spinefm.export")
    script = (
        "import sys, spinefm.cli.app as cli\n"
        "cli.main(['info'])\n"
        "cli.main(['--help'])\n"
        f"sys.exit(repr([name for name in {heavy!r} if name in sys.modules]) if "
        f"any(name in sys.modules for name in {heavy!r}) else 0)"
    )
    ended = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
