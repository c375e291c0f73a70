"""Results on disk: complete or not at all, and never over someone's work."""

from __future__ import annotations

import errno
import io
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from spinefm.export import (
    RESULT_FILES,
    ExportError,
    draw_overlay,
    label_map,
    result_files,
    result_name,
    write_error,
    write_result,
    write_zip,
)
from spinefm.trace.model import Trace
from tests.export.handmade import handmade_film, handmade_trace


def names(folder: Path) -> list[str]:
    """Everything in a folder, hidden files too."""
    return sorted(path.name for path in folder.iterdir())


def test_a_result_is_its_six_files(tmp_path: Path) -> None:
    trace = handmade_trace()
    folder = write_result(tmp_path / "out" / "neck", trace, handmade_film())
    assert names(folder) == sorted(RESULT_FILES) and names(folder.parent) == ["neck"]
    assert np.array_equal(np.asarray(Image.open(folder / "labels.png")), label_map(trace))
    assert np.array_equal(np.asarray(Image.open(folder / "overlay.png")), draw_overlay(trace, handmade_film()))
    again = Trace.from_json((folder / "trace.json").read_text())
    assert json.loads(again.to_json()) == json.loads(trace.to_json())


def test_the_report_says_on_what_with_what_and_why(tmp_path: Path) -> None:
    report = json.loads(result_files(handmade_trace(), handmade_film())["report.json"])
    assert report["vertebrae"] == ["C2", "C3", "C4"]
    assert report["anchor"] == {"level": "C2", "source": "classifier", "probability": 0.98}
    assert report["stops"]["down"] == {
        "verdict": "stopped", "reason": "background", "step": 1, "value": 0.91, "limit": 0.5,
    }  # fmt: skip
    assert report["notes"] == ["a note of the film", "a note of the run"]
    assert report["settings"] == {"overlap_limit": 0.1, "body_probability": "outline"}
    assert report["checksums_sha256"]["med_sa"] == "ab" * 32 and report["seconds"]["total"] == 0.5
    assert report["film"]["spacing_source"] == "calibrated PixelSpacing"


def test_an_unfinished_run_is_no_result(tmp_path: Path) -> None:
    trace = handmade_trace()
    with pytest.raises(ValueError, match="did not finish"):
        write_result(tmp_path / "neck", replace(trace, events=trace.events[:-1]), handmade_film())
    assert names(tmp_path) == []


def test_a_result_takes_the_place_of_an_earlier_one_or_its_error(tmp_path: Path) -> None:
    write_error(tmp_path / "neck", "neck.png", "The film is empty.")
    assert names(tmp_path / "neck") == ["error.json"]
    write_result(tmp_path / "neck", handmade_trace(), handmade_film())
    assert "error.json" not in names(tmp_path / "neck")
    write_error(tmp_path / "neck", "neck.png", "The film is empty.", "a traceback")
    assert names(tmp_path / "neck") == ["error.json"]
    content = json.loads((tmp_path / "neck" / "error.json").read_text())
    assert content == {"film": "neck.png", "error": "The film is empty.", "detail": "a traceback"}


@pytest.mark.parametrize("as_folder", [True, False])
def test_other_peoples_files_are_never_replaced(tmp_path: Path, as_folder: bool) -> None:
    place = tmp_path / "neck"
    precious = place / "thesis.txt" if as_folder else place
    precious.parent.mkdir(exist_ok=True)
    precious.write_text("years of work")
    with pytest.raises(ExportError, match="choose another --out"):
        write_result(place, handmade_trace(), handmade_film())
    assert precious.read_text() == "years of work"


def test_a_disk_error_leaves_the_earlier_result_and_no_half_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_result(tmp_path / "neck", handmade_trace(), handmade_film())
    monkeypatch.setattr(Path, "rename", _full_disk)
    monkeypatch.setattr(Path, "write_bytes", _full_disk)
    with pytest.raises(ExportError, match=r"cannot be written to .* \(No space left on device\): free disk space"):
        write_result(tmp_path / "neck", handmade_trace(), handmade_film())
    assert names(tmp_path) == ["neck"] and names(tmp_path / "neck") == sorted(RESULT_FILES)


def _full_disk(*_: object) -> None:
    raise OSError(errno.ENOSPC, "full")


def test_an_earlier_result_survives_when_the_new_one_cannot_be_renamed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_error(tmp_path / "neck", "neck.png", "The film is empty.")
    rename = Path.rename

    def refuse_the_new_one(self: Path, target: Path) -> Path:
        if (self / "labels.png").exists():
            raise OSError(errno.EACCES, "denied")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", refuse_the_new_one)
    with pytest.raises(ExportError, match="Permission denied"):
        write_result(tmp_path / "neck", handmade_trace(), handmade_film())
    assert names(tmp_path) == ["neck"] and names(tmp_path / "neck") == ["error.json"]


@pytest.mark.parametrize(
    ("film", "name"),
    [
        ("neck.png", "neck"),
        ("/films/neck.v2.png", "neck.v2"),
        ("C:\\films\\neck.png", "neck"),
        ("..\\..\\neck.png", "neck"),
        ("../neck", "neck"),
        ("1.2.840.113619.2.5.1001", "1.2.840.113619.2.5.1001"),
        ("1.2.840.113619.2.5.1001.dcm", "1.2.840.113619.2.5.1001"),
        ("film.5", "film.5"),
        (".png", ".png"),
        *((nameless, "film") for nameless in ("", ".", "..", "..png", "...png", "/", "\\", "a/..", "a\\..", " .png")),
    ],
)
def test_results_are_named_after_films_and_never_after_folders(film: str, name: str) -> None:
    assert result_name(film) == name
    stream = io.BytesIO()
    write_zip(stream, handmade_trace(name=film), handmade_film())
    assert zipfile.ZipFile(stream).namelist()[0] == f"{name}/labels.png"


@pytest.mark.parametrize("letter", ["n", "ü", "頸"])
def test_a_long_name_is_cut_so_that_a_suffix_has_room(letter: str) -> None:
    name = result_name(f"{letter * 240}.png")
    assert 190 < len(name.encode()) <= 200 and set(name) == {letter}


def test_the_zip_holds_the_same_files_in_a_folder_named_after_the_film(tmp_path: Path) -> None:
    stream = io.BytesIO()
    write_zip(stream, handmade_trace(), handmade_film())
    write_zip(tmp_path / "neck.zip", handmade_trace(), handmade_film())
    for place in (stream, tmp_path / "neck.zip"):
        with zipfile.ZipFile(place) as archive:
            assert archive.namelist() == [f"neck/{name}" for name in RESULT_FILES]
            assert archive.read("neck/labels.png") == result_files(handmade_trace(), handmade_film())["labels.png"]


@pytest.mark.parametrize("place", ["nowhere/neck.zip", "folder"])
def test_a_zip_that_cannot_be_written_is_one_sentence(tmp_path: Path, place: str) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(ExportError, match=r'^The zip cannot be written to ".*" \(.*\): free disk space, or [^.]*\.$'):
        write_zip(tmp_path / place, handmade_trace(), handmade_film())
    assert names(tmp_path) == ["folder"]


def test_a_zip_on_a_full_disk_is_one_sentence_with_the_systems_number() -> None:
    class Full(io.BytesIO):
        def write(self, content: object) -> int:
            raise OSError(errno.ENOSPC, "full")

    with pytest.raises(ExportError, match=r"written \(No space left on device\)") as caught:
        write_zip(Full(), handmade_trace(), handmade_film())
    assert isinstance(caught.value, OSError) and caught.value.errno == errno.ENOSPC  # as callers know a full disk


def test_a_symbolic_link_in_a_results_place_is_left_alone(tmp_path: Path) -> None:
    write_result(tmp_path / "elsewhere", handmade_trace(), handmade_film())
    for name, aim in (("neck", "elsewhere"), ("dangling", "absent")):
        (tmp_path / name).symlink_to(tmp_path / aim)
        with pytest.raises(ExportError, match="is a symbolic link"):
            write_result(tmp_path / name, handmade_trace(), handmade_film())
        assert (tmp_path / name).is_symlink()
    assert names(tmp_path) == ["dangling", "elsewhere", "neck"]


def test_names_that_are_no_utf_8_become_names_that_are() -> None:
    assert result_name("kr\udcf6ger.png") == "kr\ufffdger"
    assert result_name("film.nii.gz") == "film"


def test_an_error_can_name_any_film(tmp_path: Path) -> None:
    write_error(tmp_path / "out", "kr\udcf6ger.png", "It is damaged.", "in kr\udcf6ger.png")
    assert json.loads((tmp_path / "out" / "error.json").read_text(encoding="utf-8"))["film"] == "kr\ufffdger.png"
