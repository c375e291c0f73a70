"""The command line: files on disk, exit codes, sentences; with a method made by hand, and with the real weights."""

from __future__ import annotations

import csv
import errno
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import spinefm.methods
import spinefm.weights.load
from spinefm.cli import app as cli
from spinefm.export import RESULT_FILES
from spinefm.imaging.radiograph import Radiograph
from spinefm.methods import CannotStart
from spinefm.networks.registry import REQUIRED
from spinefm.trace.model import Event, Setting, Trace
from spinefm.weights.load import BundleError
from tests.bad_films import write_bad_films
from tests.export.handmade import SIZE, handmade_trace

ROOT = Path(__file__).parents[2]


class HandmadeMethod:
    """Finds the same three vertebrae on every film, but for films whose grey says otherwise."""

    name = "spinefm"
    settings: Mapping[str, Setting] = {}

    def run(self, film: Radiograph) -> Iterator[Event]:
        """The handmade events; films named `hopeless`, `bug` or `interrupted` fail in their own way."""
        stem = Path(film.provenance.name).stem
        yield from handmade_trace().events[:1]
        if stem == "hopeless":
            raise CannotStart("No vertebra was found: click three neighbouring ones.")
        if stem == "bug":
            raise ZeroDivisionError("division by zero")
        if stem == "interrupted":
            raise KeyboardInterrupt
        yield from handmade_trace().events[1:]


@pytest.fixture
def method(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Put the handmade method in the place of the networks; returns the arguments it was built with."""
    built: list[object] = []

    def build(name: str, bundle: object, settings: object, seeds: object) -> HandmadeMethod:
        built[:] = [name, bundle, settings, seeds]
        return HandmadeMethod()

    monkeypatch.setattr(spinefm.weights.load, "load_bundle", lambda name, device: f"{name} on {device}")
    monkeypatch.setattr(spinefm.methods, "build_method", build)
    return built


def write_film(path: Path) -> Path:
    """A grey wedge with some texture as PNG."""
    wedge = np.add.outer(np.linspace(0, 150, SIZE[1]), np.linspace(0, 100, SIZE[0])).astype(np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(wedge).save(path)
    return path


def segment(*arguments: object) -> int:
    """Run `segment` in this process."""
    return cli.main(["segment", *map(str, arguments)])


def test_every_film_leaves_its_five_files(tmp_path: Path, method: list[object]) -> None:
    films = [write_film(tmp_path / name) for name in ("neck.png", "back.png")]
    assert segment(*films, "--out", tmp_path / "out") == 0
    for film in films:
        folder = tmp_path / "out" / film.stem
        assert sorted(path.name for path in folder.iterdir()) == sorted(RESULT_FILES)
        assert Trace.from_json((folder / "trace.json").read_bytes()).film.name == film.name
        assert [row["name"] for row in csv.DictReader((folder / "vertebrae.csv").open())] == ["C2", "C3", "C4"]


def test_a_folder_stands_for_its_readable_films(tmp_path: Path, method: list[object]) -> None:
    write_film(tmp_path / "films" / "b.PNG")
    write_film(tmp_path / "films" / "a.png")
    write_film(tmp_path / "films" / "._a.png")
    (tmp_path / "films" / "notes.txt").write_text("not a film")
    write_film(tmp_path / "films" / "more" / "c.png")
    assert segment(tmp_path / "films", "--out", tmp_path / "out") == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a", "b", "c"]


def test_dicom_files_of_a_folder_are_known_by_their_mark(tmp_path: Path) -> None:
    for name in ("IM0001", "1.2.840.7", ".hidden", "DICOMDIR"):
        (tmp_path / name).write_bytes(bytes(128) + b"DICM")
    (tmp_path / "README").write_text("not a film")
    assert cli.list_films([tmp_path]) == [tmp_path / "1.2.840.7", tmp_path / "IM0001"]


def test_impossible_names_are_films_that_fail(tmp_path: Path, method: list[object]) -> None:
    names = [Path("x" * 5000), Path("neck\0.png")]
    assert cli.list_films(names) == names
    assert segment(names[1], write_film(tmp_path / "good.png"), "--out", tmp_path / "out") == 1
    assert "cannot be opened" in json.loads((tmp_path / "out" / "neck" / "error.json").read_text())["error"]
    assert (tmp_path / "out" / "good" / "labels.png").exists()


@pytest.mark.parametrize(
    "locale", [{"LC_ALL": "C.UTF-8"}, {"LC_ALL": "C"}, {"LC_ALL": "C", "PYTHONUTF8": "0"}], ids=str
)
def test_names_of_other_encodings_end_no_run(locale: dict[str, str], tmp_path: Path) -> None:
    """As old archives have them; a film that is none is refused, and the next one goes on."""
    for name in (b"kr\xf6ger.png", "Müller.png".encode(), b"plain.png"):
        (Path(os.fsdecode(bytes(tmp_path))) / os.fsdecode(name)).write_bytes(b"no film")
    code = "import spinefm.cli.app as cli, sys; cli._build_method = lambda _: None; sys.exit(cli.main(sys.argv[1:]))"
    command = [sys.executable, "-c", code, "segment", str(tmp_path), "--out", str(tmp_path / "out")]
    ended = subprocess.run(
        command, capture_output=True, text=True, errors="replace", env=os.environ | locale, check=False
    )
    assert ended.returncode == 1 and "Traceback" not in ended.stderr
    assert "0 of 3 films done, 3 failed" in ended.stdout
    errors = [json.loads(path.read_text(encoding="utf-8"))["error"] for path in (tmp_path / "out").glob("*/error.json")]
    assert len(errors) == 3 and all("not an image" in error for error in errors)


def test_a_full_disk_is_one_sentence(
    tmp_path: Path, method: list[object], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(Path, "write_bytes", full)
    assert segment(write_film(tmp_path / "neck.png"), "--out", tmp_path / "out") == 1
    printed = capsys.readouterr().err
    assert "(No space left on device): make room there" in printed and "program failed" not in printed
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize(
    ("films", "folders"),
    [
        (["a/x.png", "b/x.png", "x.tif"], ["x", "x-2", "x-3"]),
        (["x-2.png", "a/x.png", "b/x.png"], ["x-2", "x", "x-3"]),
        (["x.png", "y.png"], ["x", "y"]),
    ],
)
def test_films_of_one_stem_are_numbered(films: list[str], folders: list[str]) -> None:
    jobs = cli.plan_jobs([Path(film) for film in films], Path("out"))
    assert [job.folder for job in jobs] == [Path("out", folder) for folder in folders]


def test_failed_films_leave_a_sentence_and_the_others_go_on(
    tmp_path: Path, method: list[object], capsys: pytest.CaptureFixture[str]
) -> None:
    films = [write_film(tmp_path / name) for name in ("hopeless.png", "bug.png", "good.png")]
    films.insert(1, tmp_path / "missing.png")
    assert segment(*films, "--out", tmp_path / "out") == 1
    errors = {p.parent.name: json.loads(p.read_text()) for p in (tmp_path / "out").glob("*/error.json")}
    assert set(errors) == {"hopeless", "bug", "missing"}
    assert errors["hopeless"] == {
        "film": "hopeless.png", "error": "No vertebra was found: click three neighbouring ones.",
    }  # fmt: skip
    assert "no such file" in errors["missing"]["error"]
    assert "ZeroDivisionError: division by zero" in errors["bug"]["error"]
    assert "Traceback" in errors["bug"]["detail"] and "Traceback" not in errors["bug"]["error"]
    assert (tmp_path / "out" / "good" / "labels.png").exists()
    printed = capsys.readouterr()
    assert "1 of 4 films done, 3 failed" in printed.out
    for name, error in errors.items():
        assert f"{tmp_path / name}.png: {error['error']}" in printed.err


def test_an_earlier_result_that_is_none_is_kept_and_counts_as_failed(
    tmp_path: Path, method: list[object], capsys: pytest.CaptureFixture[str]
) -> None:
    film = write_film(tmp_path / "neck.png")
    (tmp_path / "neck").mkdir()
    (tmp_path / "neck" / "thesis.txt").write_text("years of work")
    assert segment(film, "--out", tmp_path) == 1
    assert [path.name for path in (tmp_path / "neck").iterdir()] == ["thesis.txt"]
    assert "choose another --out" in capsys.readouterr().err


def test_ctrl_c_keeps_the_finished_films_and_no_half_one(tmp_path: Path, method: list[object]) -> None:
    films = [write_film(tmp_path / name) for name in ("first.png", "interrupted.png", "last.png")]
    assert segment(*films, "--out", tmp_path / "out") == 130
    assert [path.name for path in (tmp_path / "out").iterdir()] == ["first"]
    assert len(list((tmp_path / "out" / "first").iterdir())) == len(RESULT_FILES)


def test_settings_seeds_bundle_and_device_reach_the_method(tmp_path: Path, method: list[object]) -> None:
    film = write_film(tmp_path / "neck.png")
    run = ["--bundle", "paper", "--device", "cpu", "--set", "overlap_limit=0.2", "--set", "recentre=false"]
    seeds = ["--seeds", "1,2", "3,4.5", "5,6"]
    assert segment(film, "--out", tmp_path / "out", *run, *seeds) == 0
    settings = {"overlap_limit": "0.2", "recentre": "false"}
    assert method == ["spinefm", "paper on cpu", settings, [(1, 2), (3, 4.5), (5, 6)]]


@pytest.mark.parametrize("polarity", ["keep", "turn"])
def test_polarity_is_handed_to_the_reader(tmp_path: Path, method: list[object], polarity: str) -> None:
    segment(write_film(tmp_path / "neck.png"), "--out", tmp_path / "out", "--polarity", polarity)
    report = json.loads((tmp_path / "out" / "neck" / "report.json").read_text())
    assert report["film"]["polarity_turned"] == (polarity == "turn")


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
    tmp_path: Path, method: list[object], capsys: pytest.CaptureFixture[str], arguments: str
) -> None:
    film = write_film(tmp_path / "neck.png")
    words = arguments.replace("FILM", str(film)).replace("OUT", str(tmp_path / "out")).split()
    with pytest.raises(SystemExit) as exit_code:
        raise SystemExit(cli.main(words))
    assert exit_code.value.code == 2
    assert len(capsys.readouterr().err.strip()) > 20
    assert not (tmp_path / "out").exists()


def test_missing_weights_are_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def no_weights(name: str, device: str) -> object:
        raise BundleError(f'The bundle "{name}" is not on disk: fetch it.')

    monkeypatch.setattr(spinefm.weights.load, "load_bundle", no_weights)
    assert segment(write_film(tmp_path / "neck.png"), "--out", tmp_path / "out") == 2
    assert capsys.readouterr().err == 'The bundle "compact" is not on disk: fetch it.\n'
    assert not (tmp_path / "out").exists()


def test_twenty_bad_films_beside_two_good_ones(tmp_path: Path, method: list[object]) -> None:
    (tmp_path / "bad").mkdir()
    phrases = write_bad_films(tmp_path / "bad")
    good = [write_film(tmp_path / name) for name in ("good-1.png", "good-2.png")]
    bad = [tmp_path / "bad" / name for name in phrases]
    assert len(phrases) == 20
    assert segment(good[0], *bad, good[1], "--out", tmp_path / "out") == 1
    found = [json.loads(path.read_text()) for path in (tmp_path / "out").glob("*/error.json")]
    assert {error["film"] for error in found} == set(phrases)
    for error in found:
        assert phrases[error["film"]] in error["error"] and "detail" not in error
    assert sorted(path.parent.name for path in (tmp_path / "out").glob("*/labels.png")) == ["good-1", "good-2"]


def test_phantom_writes_films_and_labels_with_a_bar(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    arguments = f"phantom --n 2 --seed 9000000 --region lumbar --out {tmp_path}".split()
    assert cli.main(arguments) == 0
    assert sorted(path.name for path in (tmp_path / "films").iterdir()) == [
        "phantom-lumbar-9000000.png", "phantom-lumbar-9000001.png",
    ]  # fmt: skip
    assert len(list((tmp_path / "labels").glob("*.json"))) == 2
    assert "2/2" in capsys.readouterr().err


def test_info_names_versions_device_and_weights(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["info"]) == 0
    printed = capsys.readouterr().out
    for word in ("SpineFM ", "torch ", "device: ", "weights: "):
        assert word in printed


def test_info_and_help_load_no_library_that_takes_time() -> None:
    heavy = ("torch", "gradio", "cv2", "pydantic", "matplotlib", "huggingface_hub", "spinefm.methods", "spinefm.export")
    script = (
        "import sys, spinefm.cli.app as cli\n"
        "cli.main(['info'])\n"
        "try: cli.main(['--help'])\n"
        "except SystemExit: pass\n"
        f"sys.exit(repr([name for name in {heavy!r} if name in sys.modules]) if "
        f"any(name in sys.modules for name in {heavy!r}) else 0)"
    )
    ended = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr


def test_train_shows_its_arguments(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as exit_code:
        cli.main(["train", "--help"])
    assert exit_code.value.code == 0
    assert "--data" in capsys.readouterr().out


@pytest.mark.weights
def test_the_real_command_names_the_vertebrae_of_a_phantom(tmp_path: Path) -> None:
    """From nothing but the command line: simulate a film, segment it, read the labels back."""
    run = [sys.executable, "-m", "spinefm"]
    phantom = [*run, "phantom", "--n", "1", "--seed", "9000000", "--region", "lumbar", "--out", str(tmp_path / "set")]
    subprocess.run(phantom, cwd=ROOT, check=True, capture_output=True)
    films = str(tmp_path / "set" / "films")
    subprocess.run([*run, "segment", films, "--out", str(tmp_path / "out")], cwd=ROOT, check=True, capture_output=True)
    name = "phantom-lumbar-9000000"
    found = np.asarray(Image.open(tmp_path / "out" / name / "labels.png"))
    truth = np.asarray(Image.open(tmp_path / "set" / "labels" / f"{name}.png"))
    assert found.shape == truth.shape
    shared, either = ((found > 0) & (truth > 0)).sum(), ((found > 0) | (truth > 0)).sum()
    assert shared / either > 0.6
    report = json.loads((tmp_path / "out" / name / "report.json").read_text())
    assert report["bundle"] == "compact" and set(report["checksums_sha256"]) >= set(REQUIRED)
