"""Files for other programs from the page: which are offered, what they are, and sentences in their place."""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from spinefm.export.formats import FORMATS
from spinefm.imaging.radiograph import read
from spinefm.measure import measure
from spinefm.methods import film_record
from spinefm.trace.model import Trace
from spinefm.ui.server.examples import GONE, Choice
from spinefm.ui.server.exports import BROKEN, OTHER_CORNERS, UNKNOWN, exported, offered
from tests.export.dicom_film import dicom_film
from tests.ui.server.conftest import Visitor
from tests.ui.server.stand_in import all_events, film_pixels, write_film

DICOM = {"dicom-seg", "dicom-sr"}


@pytest.fixture
def choice(tmp_path: Path) -> Choice:
    return Choice(write_film(tmp_path / "neck.png"), "neck.png")


@pytest.fixture
def dicom(tmp_path: Path) -> Choice:
    path = tmp_path / "IM0001"
    path.write_bytes(dicom_film((film_pixels() / 255).astype("float32")))
    return Choice(path, "IM0001")


def trace_of(choice: Choice) -> Trace:
    return Trace.from_events(film_record(choice.read()), "spinefm", {}, all_events())


def answer(choice: Choice, name: str, trace: Trace | None = None, **given: Any) -> dict[str, Any]:
    """What the page shows of one export, with the content of its file."""
    trace = trace or trace_of(choice)
    for payload in exported(choice, trace, {"format": name, **given}):
        assert payload["run"] == "same"
        told = payload["exported"]
        if "file" in told:
            told["content"] = Path(told["file"]["path"]).read_bytes()
    return told


def test_what_people_read_is_offered_with_its_kind_of_file(choice: Choice) -> None:
    titles = {one["name"]: one["title"] for one in offered(choice)}
    assert [titles[name] for name in ("report", "png", "csv")] == [
        "Report to print (PDF)",
        "Picture (PNG)",
        "Table (CSV)",
    ]


def test_dicom_is_offered_where_the_film_came_as_one(choice: Choice, dicom: Choice) -> None:
    assert [one["name"] for one in offered(dicom)] == list(FORMATS)
    assert {one["name"] for one in offered(choice)} == set(FORMATS) - DICOM
    assert {one["name"] for one in offered(Choice(choice.path.with_name("gone.png"), "gone.png"))} == set(
        FORMATS
    ) - DICOM


@pytest.mark.parametrize("name", [name for name in FORMATS if name not in DICOM])
def test_every_format_is_made_of_the_run_on_show(name: str, choice: Choice, tmp_path: Path) -> None:
    told = answer(choice, name)
    assert told["format"] == name and told["content"]
    if told["file"]["orig_name"].endswith(".zip"):
        (tmp_path / "made.zip").write_bytes(told["content"])
        names = zipfile.ZipFile(tmp_path / "made.zip").namelist()
        assert len(names) > 1 and any(one.endswith(FORMATS[name].suffix) for one in names)
    else:
        assert told["file"]["orig_name"].endswith(FORMATS[name].suffix)


@pytest.mark.parametrize("name", sorted(DICOM))
def test_of_a_dicom_film_seg_and_sr_are_made(name: str, dicom: Choice) -> None:
    told = answer(dicom, name)
    assert told["file"]["orig_name"] == f"{'IM0001'}-{name.removeprefix('dicom-')}.dcm"
    assert told["content"][128:132] == b"DICM"


def test_a_film_turned_on_the_page_is_exported_as_it_was_run(choice: Choice) -> None:
    told = answer(choice.turned(), "nifti")
    assert "error" not in told and read(choice.path).rotated(1).size == trace_of(choice.turned()).film.size


def test_an_export_is_a_use_of_the_film(choice: Choice, monkeypatch: pytest.MonkeyPatch) -> None:
    used: list[Choice] = []
    monkeypatch.setattr(Choice, "used", lambda one: used.append(one))
    answer(choice, "coco", trace_of(choice))
    assert used == [choice]


def test_what_cannot_be_made_is_one_sentence(choice: Choice, tmp_path: Path) -> None:
    assert answer(choice, "word")["error"] == UNKNOWN
    assert "DICOM file is needed" in answer(choice, "dicom-seg")["error"]
    trace = trace_of(choice)
    choice.path.unlink()
    assert answer(choice, "coco", trace)["error"] == GONE


def test_an_error_of_the_program_is_a_sentence_and_stays_an_error(
    choice: Choice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("spinefm.ui.server.exports._subject", lambda *_: 1 / 0)
    answers = exported(choice, trace_of(choice), {"format": "coco"})
    assert next(answers)["exported"]["error"] == BROKEN
    with pytest.raises(ZeroDivisionError):
        next(answers)


def test_the_scale_and_facing_that_a_visitor_set_count_in_the_report(choice: Choice) -> None:
    report = zipfile.ZipFile(io.BytesIO(answer(choice, "report", facing="left", mm=0.5)["content"]))
    page = next(report.read(name).decode() for name in report.namelist() if name.endswith(".html"))
    assert "0.5 mm per pixel" in page and "left (100 %; given)" in page
    plain = zipfile.ZipFile(io.BytesIO(answer(choice, "report", facing="up", mm="x")["content"]))
    assert "; given)" not in next(plain.read(name).decode() for name in plain.namelist() if name.endswith(".html"))


def moves(trace: Trace, dy: float = -6.0) -> list[dict[str, Any]]:
    """The second body's superior corners, moved on the page."""
    body = trace.vertebrae[1]
    points = measure(trace).landmarks[1].points
    return [{"number": body.number, "place": at, "point": [points[at].x, points[at].y + dy * at]} for at in (0, 1)]


def test_corners_moved_by_hand_count_in_the_report_and_are_named_there(choice: Choice) -> None:
    trace = trace_of(choice)
    name = trace.vertebrae[1].name
    report = zipfile.ZipFile(io.BytesIO(answer(choice, "report", trace, moves=moves(trace))["content"]))
    page = next(report.read(name).decode() for name in report.namelist() if name.endswith(".html"))
    assert f"corners moved by hand: 2 of {name}" in page and " by hand</td>" in page
    assert "none by a reader" not in page


def test_the_zip_holds_what_a_visitor_set_and_its_player_shows_it(choice: Choice) -> None:
    trace = trace_of(choice)
    told = answer(choice, "result", trace, facing="right", mm=0.5524, moves=moves(trace))
    assert told["file"]["orig_name"] == "neck.zip"
    files = zipfile.ZipFile(io.BytesIO(told["content"]))
    rest = json.loads(files.read("neck/report.json"))["measures"]
    assert (rest["facing"], rest["facing_source"], rest["spacing_mm"]) == ("right", "given", 0.5524)
    assert list(rest["moved_by_hand"]) == [trace.vertebrae[1].name]
    rows = list(csv.DictReader(io.StringIO(files.read("neck/measures.csv").decode())))
    edited = [row for row in rows if row["edited"]]
    assert edited and all(row["uncertainty_95"] and not row["confidence"] for row in edited if row["value"])
    run = re.search(r'id="run">(.*?)</script>', files.read("neck/player.html").decode(), re.S)
    assert run is not None
    assert json.loads(run[1])["measuring"] == {"facing": "right", "mm": 0.5524, "moves": moves(trace)}


@pytest.mark.parametrize("mm", [-1, 0.001, 140])
def test_a_scale_that_no_film_has_is_refused_in_a_sentence(choice: Choice, mm: float) -> None:
    assert (
        answer(choice, "result", mm=mm)["error"] == f"A film has 0.01 to 5 mm per pixel, not {mm:g}: check the scale."
    )


@pytest.mark.parametrize(
    "wrong", [{"number": 99, "place": 0, "point": [1, 2]}, {"number": 0, "place": 7, "point": [1, 2]}, {"number": 0}, 3]
)
def test_corners_of_another_result_are_refused_in_a_sentence(choice: Choice, wrong: Any) -> None:
    assert answer(choice, "report", moves=[wrong])["error"] == OTHER_CORNERS


def test_the_zip_of_an_example_has_a_player_that_calls_its_film_simulated(choice: Choice) -> None:
    for example, simulated in (("neck", "true"), (None, "false")):
        content = answer(replace(choice, example=example), "result", trace_of(choice))["content"]
        page = zipfile.ZipFile(io.BytesIO(content)).read("neck/player.html").decode()
        assert f'"simulated":{simulated}' in page


def test_a_corner_moved_on_the_page_is_in_the_report_and_in_the_zip(visitor: Visitor, address: str) -> None:
    visitor.open(address, "finished")
    page = visitor.page
    page.keyboard.press("End")
    page.click('[data-tab="measures"]')
    page.click('[data-measure="segmental_angle C4 C5"]')
    for _ in range(3):
        page.click('[data-act="up by key"]')
    shown = page.locator('[data-measure="segmental_angle C4 C5"] b').inner_text()
    plus = page.locator('[data-measure="segmental_angle C4 C5"] .plus').inner_text().removesuffix(" ?")
    page.click('[data-tab="download"]')
    with page.expect_download() as zipped:
        page.click(".player a.download")
    with page.expect_download() as report:
        page.click('[data-export="report"]')
    files = zipfile.ZipFile(zipped.value.path())
    rows = list(csv.DictReader(io.StringIO(files.read("a-finished/measures.csv").decode())))
    row = next(row for row in rows if (row["measure"], row["levels"]) == ("segmental_angle", "C4-C5"))
    assert row["edited"] == "yes" and f"{float(row['value']):.1f}°".replace("-", "−") == shown
    printed = zipfile.ZipFile(report.value.path())
    text = next(printed.read(name).decode() for name in printed.namelist() if name.endswith(".html"))
    assert "corners moved by hand: 1 of C4" in text and f"{shown.removesuffix('°')} {plus} by hand" in text


def test_the_same_answer_twice_is_news(choice: Choice) -> None:
    assert answer(choice, "word")["answer"] != answer(choice, "word")["answer"]


def test_a_visitor_downloads_a_format_and_a_sentence_stands_for_a_failure(visitor: Visitor, address: str) -> None:
    visitor.open(address, "finished")
    page = visitor.page
    page.click('[data-tab="download"]')
    with page.expect_download() as download:
        page.click('[data-export="labelme"]')
    assert download.value.suggested_filename == "a-finished-labelme.zip"
    names = zipfile.ZipFile(download.value.path()).namelist()
    assert sorted(names) == ["a-finished.json", "a-finished.png"]
    state = page.locator(".exports [role=status]")
    expect(state).to_have_text("a-finished-labelme.zip is ready.")
    assert page.locator('[data-export="dicom-seg"]').count() == 0
    with page.expect_download() as table:
        page.click('[data-export="csv"]')
    assert table.value.suggested_filename == "vertebrae.csv"
    page.evaluate("window.spinefm.exports.ask('word', 'Word')")
    expect(state).to_have_text(UNKNOWN)
