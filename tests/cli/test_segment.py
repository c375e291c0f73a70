"""`spinefm segment`: files on disk, exit codes, sentences; with a method made by hand, and with the real weights."""

from __future__ import annotations

import csv
import errno
import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import spinefm.methods
import spinefm.weights.load
from spinefm.cli import segment as verb
from spinefm.cli.app import main
from spinefm.cli.jobs import plan_jobs
from spinefm.cli.segment import list_films
from spinefm.core.checksum import sha256_of
from spinefm.export import RESULT_FILES
from spinefm.measure import guarded
from spinefm.networks.registry import REQUIRED
from spinefm.trace.model import Trace
from spinefm.weights.manifest import BundleError
from tests.bad_films import write_bad_films
from tests.cli.films import write_film

ROOT = Path(__file__).parents[2]


def segment(*arguments: object) -> int:
    """Run `segment` in this process."""
    return main(["segment", *map(str, arguments)])


def write_two_of_a_name(folder: Path) -> tuple[Path, Path]:
    """Two films of one name."""
    first, other = write_film(folder / "a" / "IM0001.png"), write_film(folder / "b" / "IM0001.png")
    other.write_bytes(other.read_bytes() + b"another file")
    return first, other


def test_every_film_leaves_its_six_files_and_a_thumbnail(tmp_path: Path, method: list[object]) -> None:
    films = [write_film(tmp_path / name) for name in ("neck.png", "back.png")]
    assert segment(*films, "--out", tmp_path / "out") == 0
    for film in films:
        folder = tmp_path / "out" / film.stem
        assert sorted(path.name for path in folder.iterdir()) == sorted([*RESULT_FILES, "thumbnail.jpg"])
        assert Trace.from_json((folder / "trace.json").read_bytes()).film.name == film.name
        assert [row["name"] for row in csv.DictReader((folder / "vertebrae.csv").open())] == ["C2", "C3", "C4"]


def test_the_bar_counts_the_vertebrae_of_the_result(
    tmp_path: Path, method: list[object], capsys: pytest.CaptureFixture[str]
) -> None:
    """Not the classifier's answers, whose probability of a vertebra is called as a vertebra's number is."""
    film, out = write_film(tmp_path / "neck.png"), tmp_path / "out"
    assert segment(film, "--out", out) == 0
    shown = re.findall(r"neck\.png: (\d+ vertebrae?)", capsys.readouterr().err)
    assert len(Trace.from_json((out / "neck" / "trace.json").read_bytes()).vertebrae) == 3
    assert (shown[0], shown[-1]) == ("1 vertebra", "3 vertebrae")
    assert "4 vertebrae" not in shown


def test_a_folder_stands_for_its_readable_films(tmp_path: Path, method: list[object]) -> None:
    write_film(tmp_path / "films" / "b.PNG")
    write_film(tmp_path / "films" / "a.png")
    write_film(tmp_path / "films" / "._a.png")
    (tmp_path / "films" / "notes.txt").write_text("not a film")
    (tmp_path / "films" / "more").mkdir()
    assert segment(tmp_path / "films", "--out", tmp_path / "out") == 0
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["a", "b", "index.html"]


def test_dicom_files_of_a_folder_are_known_by_their_mark(tmp_path: Path) -> None:
    for name in ("IM0001", "1.2.840.7", ".hidden", "DICOMDIR"):
        (tmp_path / name).write_bytes(bytes(128) + b"DICM")
    (tmp_path / "README").write_text("not a film")
    assert list_films([tmp_path]) == [tmp_path / "1.2.840.7", tmp_path / "IM0001"]


def test_what_a_folder_passes_over_is_said(
    tmp_path: Path, method: list[object], capsys: pytest.CaptureFixture[str]
) -> None:
    write_film(tmp_path / "films" / "neck.png")
    (tmp_path / "films" / "inner.zip").write_bytes(b"PK\x03\x04")
    assert segment(tmp_path / "films", "--out", tmp_path / "out") == 0
    assert "inner.zip passed over; give films as pictures or DICOM files." in capsys.readouterr().err


def test_a_folder_without_films_is_a_wrong_call(
    tmp_path: Path, method: list[object], capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "films").mkdir()
    (tmp_path / "films" / "inner.zip").write_bytes(b"PK\x03\x04")
    assert segment(tmp_path / "films", "--out", tmp_path / "out") == 2
    printed = capsys.readouterr().err
    assert "inner.zip passed over" in printed and "contains no films; check the folder." in printed
    assert not (tmp_path / "out").exists()


def test_impossible_names_are_films_that_fail(tmp_path: Path, method: list[object]) -> None:
    names = [Path("x" * 5000), Path("neck\0.png")]
    assert list_films(names) == names
    assert segment(names[1], write_film(tmp_path / "good.png"), "--out", tmp_path / "out") == 1
    assert "cannot be opened" in json.loads((tmp_path / "out" / "neck" / "error.json").read_text())["error"]
    assert (tmp_path / "out" / "good" / "labels.png").exists()


def test_a_full_disk_is_one_sentence(
    tmp_path: Path, method: list[object], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(Path, "write_bytes", full)
    assert segment(write_film(tmp_path / "neck.png"), "--out", tmp_path / "out") == 1
    printed = capsys.readouterr().err
    assert "(No space left on device): free disk space" in printed and "program failed" not in printed
    assert list((tmp_path / "out").iterdir()) == []


def test_a_fault_at_measuring_costs_no_film(
    tmp_path: Path, method: list[object], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("no width")

    monkeypatch.setattr(guarded, "measure", broken)
    assert segment(write_film(tmp_path / "neck.png"), "--out", tmp_path / "out", "--report") == 0
    folder = tmp_path / "out" / "neck"
    assert (folder / "labels.png").is_file() and (folder / "report.pdf").is_file()
    assert "no width" in json.loads((folder / "report.json").read_text())["measures"]["failure"]
    assert "neck.png: There are no measures: the program failed at measuring" in capsys.readouterr().err


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
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["first", "index.html"]
    assert set(RESULT_FILES) < {path.name for path in (tmp_path / "out" / "first").iterdir()}
    assert "first.png" in (tmp_path / "out" / "index.html").read_text(encoding="utf-8")


def test_one_film_leaves_no_sheet_and_a_folder_of_one_does(tmp_path: Path, method: list[object]) -> None:
    film = write_film(tmp_path / "films" / "neck.png")
    assert segment(film, "--out", tmp_path / "one") == 0
    assert segment(film.parent, "--out", tmp_path / "folder") == 0
    assert not (tmp_path / "one" / "index.html").exists() and (tmp_path / "folder" / "index.html").is_file()


def test_the_sheet_holds_failures_and_results_of_earlier_calls(tmp_path: Path, method: list[object]) -> None:
    out = tmp_path / "out"
    earlier, later = tmp_path / "earlier", tmp_path / "later"
    write_film(earlier / "old.png")
    write_film(later / "new.png")
    write_film(later / "hopeless.png")
    assert segment(earlier, "--out", out) == 0 and segment(later, "--out", out) == 1
    sheet = (out / "index.html").read_text(encoding="utf-8")
    assert "old.png" in sheet and "new.png" in sheet
    assert "No vertebra was found: click three neighbouring ones." in sheet


def test_someone_elses_index_is_left_alone_and_the_films_are_done(
    tmp_path: Path, method: list[object], capsys: pytest.CaptureFixture[str]
) -> None:
    write_film(tmp_path / "films" / "neck.png")
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "index.html").write_text("my page")
    assert segment(tmp_path / "films", "--out", tmp_path / "out") == 0
    assert "is not a results sheet and was not replaced" in capsys.readouterr().err
    assert (tmp_path / "out" / "index.html").read_text() == "my page"


def test_resume_runs_only_films_without_a_result(
    tmp_path: Path, method: list[object], capsys: pytest.CaptureFixture[str]
) -> None:
    films, out = tmp_path / "films", tmp_path / "out"
    for name in ("done.png", "damaged.png", "interrupted.png", "new.png"):
        write_film(films / name)
    assert segment(films / "done.png", films / "damaged.png", "--out", out) == 0
    (out / "damaged" / "report.json").write_text("{")
    (out / "done" / "labels.png").touch()
    before = (out / "done" / "trace.json").stat().st_mtime_ns
    (films / "interrupted.png").unlink()
    assert segment(films, "--out", out, "--resume") == 0
    assert "2 of 2 films done, 0 failed, 1 done before" in capsys.readouterr().out
    assert (out / "done" / "trace.json").stat().st_mtime_ns == before
    assert json.loads((out / "damaged" / "report.json").read_text())["film"]["name"] == "damaged.png"
    assert "new.png" in (out / "index.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    "made",
    [{"method": "vertxnet"}, {"settings": {"overlap_limit": 0.2}}, {"checksums_sha256": {"med_sa": "cd" * 32}}, {}],
)
def test_resume_says_what_it_keeps_of_another_run(
    tmp_path: Path, method: list[object], capsys: pytest.CaptureFixture[str], made: dict[str, object]
) -> None:
    films = [write_film(tmp_path / name) for name in ("a.png", "b.png")]
    segment(*films, "--out", tmp_path / "out")
    path = tmp_path / "out" / "a" / "report.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **made}))
    assert segment(*films, "--out", tmp_path / "out", "--resume") == 0
    said = capsys.readouterr().err
    assert ("1 of 2 results done before is of another method, other settings or other weights" in said) == bool(made)


def test_a_film_of_the_same_name_replaces_no_result(
    tmp_path: Path, method: list[object], capsys: pytest.CaptureFixture[str]
) -> None:
    first, other, out = *write_two_of_a_name(tmp_path), tmp_path / "out"
    assert segment(first, "--out", out) == segment(other, "--out", out) == 0
    printed = capsys.readouterr()
    assert printed.err.count(f"A name that is taken gets a number: {other} in {out / 'IM0001-2'}.") == 1
    assert f"1 of 1 film done, 0 failed; result in {out / 'IM0001-2'}\n" in printed.out
    assert segment(other, "--out", out) == segment(first, "--out", out) == 0
    reports = {path.parent.name: json.loads(path.read_text()) for path in out.glob("*/report.json")}
    assert {name: one["film"]["sha256"] for name, one in reports.items()} == {
        "IM0001": sha256_of(first), "IM0001-2": sha256_of(other),
    }  # fmt: skip


def test_of_two_calls_at_once_none_replaces_the_result_of_the_other(
    tmp_path: Path, method: list[object], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    first, other, out = *write_two_of_a_name(tmp_path), tmp_path / "out"
    planned = plan_jobs([other], out)
    assert segment(first, "--out", out) == 0
    monkeypatch.setattr(verb, "plan_jobs", lambda *_: planned)
    assert segment(other, "--out", out) == 1
    assert f'Meanwhile "{out / "IM0001"}" got the result of another film: run' in capsys.readouterr().err
    assert json.loads((out / "IM0001" / "report.json").read_text())["film"]["sha256"] == sha256_of(first)


def test_a_film_that_cannot_be_read_costs_no_result_of_its_name(tmp_path: Path, method: list[object]) -> None:
    film, out = write_film(tmp_path / "a" / "neck.png"), tmp_path / "out"
    assert (segment(film, "--out", out), segment(tmp_path / "gone" / "neck.png", "--out", out)) == (0, 1)
    assert (out / "neck" / "labels.png").is_file() and (out / "neck-2" / "error.json").is_file()


def test_resume_runs_a_film_that_only_has_the_name_of_one_done(
    tmp_path: Path, method: list[object], capsys: pytest.CaptureFixture[str]
) -> None:
    first, other = write_two_of_a_name(tmp_path)
    assert segment(first, "--out", tmp_path / "out") == segment(other, "--out", tmp_path / "out", "--resume") == 0
    assert "1 of 1 film done, 0 failed, 0 done before" in capsys.readouterr().out
    assert segment(first, other, "--out", tmp_path / "out", "--resume") == 0
    assert "0 of 0 films done, 0 failed, 2 done before" in capsys.readouterr().out


def test_a_film_called_as_the_sheet_is_leaves_the_sheet_its_name(tmp_path: Path, method: list[object]) -> None:
    for name in ("index.html.png", "neck.png"):
        write_film(tmp_path / "films" / name)
    assert segment(tmp_path / "films", "--out", tmp_path / "out") == 0
    assert (tmp_path / "out" / "index.html").is_file() and (tmp_path / "out" / "index.html-2" / "labels.png").is_file()


def test_a_report_is_added_where_it_is_asked_for_and_a_second_run_replaces_it(
    tmp_path: Path, method: list[object]
) -> None:
    film, out = write_film(tmp_path / "neck.png"), tmp_path / "out"
    assert segment(film, "--out", out, "--report") == 0
    assert (out / "neck" / "report.pdf").read_bytes().startswith(b"%PDF")
    assert "neck.png" in (out / "neck" / "report.html").read_text(encoding="utf-8")
    assert segment(film, "--out", out) == 0
    assert not (out / "neck" / "report.pdf").exists()


def test_preset_settings_starting_points_bundle_and_device_reach_the_method(
    tmp_path: Path, method: list[object]
) -> None:
    film = write_film(tmp_path / "neck.png")
    run = [
        "--bundle",
        "paper",
        "--device",
        "cpu",
        "--preset",
        "published",
        "--set",
        "overlap_limit=0.2",
        "--set",
        "recentre=false",
    ]
    seeds = ["--seeds", "1,2", "3,4.5", "5,6"]
    assert segment(film, "--out", tmp_path / "out", *run, *seeds) == 0
    settings = {"overlap_limit": "0.2", "recentre": "false"}
    assert method == ["spinefm", "paper on cpu", settings, [(1, 2), (3, 4.5), (5, 6)], "published"]


@pytest.mark.parametrize("polarity", ["keep", "invert"])
def test_polarity_is_handed_to_the_reader(tmp_path: Path, method: list[object], polarity: str) -> None:
    segment(write_film(tmp_path / "neck.png"), "--out", tmp_path / "out", "--polarity", polarity)
    report = json.loads((tmp_path / "out" / "neck" / "report.json").read_text())
    assert report["film"]["polarity_turned"] == (polarity == "invert")


def test_facing_and_scale_reach_the_measures(tmp_path: Path, method: list[object]) -> None:
    film, known = write_film(tmp_path / "neck.png"), ["--facing", "right", "--spacing", "0.25"]
    assert segment(film, "--out", tmp_path / "out", *known) == 0
    report = json.loads((tmp_path / "out" / "neck" / "report.json").read_text())["measures"]
    assert (report["facing"], report["spacing_mm"], report["spacing_source"]) == ("right", 0.25, "given")
    assert (tmp_path / "out" / "neck" / "measures.csv").read_text().startswith("group,measure,levels,")


@pytest.mark.parametrize("wrong", [["--spacing", "0"], ["--spacing", "nan"], ["--spacing", "wide"], ["--facing", "up"]])
def test_a_scale_or_facing_that_is_none_is_a_wrong_call(tmp_path: Path, method: list[object], wrong: list[str]) -> None:
    assert segment(write_film(tmp_path / "neck.png"), "--out", tmp_path / "out", *wrong) == 2
    assert not (tmp_path / "out").exists()


def test_a_folder_without_a_manifest_is_no_weights(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    film, weights = write_film(tmp_path / "neck.png"), tmp_path / "nowhere"
    assert segment(film, "--out", tmp_path / "out", "--weights", weights) == 2
    assert f"There is no manifest at {weights / 'manifest.json'}" in capsys.readouterr().err
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


def in_a_process(words: list[str]) -> int:
    """Run the command as a shell does."""
    return subprocess.run([sys.executable, "-m", "spinefm", *words], cwd=ROOT, check=False).returncode


@pytest.mark.weights
@pytest.mark.parametrize("command", [main, pytest.param(in_a_process, marks=pytest.mark.thorough)])
def test_the_real_command_names_the_vertebrae_of_a_phantom(command: Callable[[list[str]], int], tmp_path: Path) -> None:
    """From nothing but the command line: simulate a film, segment it, read the labels back."""
    phantom = ["phantom", "--n", "1", "--seed", "9000000", "--region", "lumbar", "--out", str(tmp_path / "set")]
    assert command(phantom) == 0
    assert command(["segment", str(tmp_path / "set" / "films"), "--out", str(tmp_path / "out")]) == 0
    name = "phantom-lumbar-9000000"
    found = np.asarray(Image.open(tmp_path / "out" / name / "labels.png"))
    truth = np.asarray(Image.open(tmp_path / "set" / "labels" / f"{name}.png"))
    assert found.shape == truth.shape
    shared, either = ((found > 0) & (truth > 0)).sum(), ((found > 0) | (truth > 0)).sum()
    assert shared / either > 0.6
    report = json.loads((tmp_path / "out" / name / "report.json").read_text())
    assert report["bundle"] == "compact" and set(report["checksums_sha256"]) >= set(REQUIRED)
