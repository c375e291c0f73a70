"""The films of the sheet: which come first, what their cards hold, and damaged results."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from spinefm.export import write_error, write_result
from spinefm.export.one_page.words import VALUE_IN_DOUBT, value_of
from spinefm.export.sheet import THUMBNAIL, thumbnail
from spinefm.export.sheet.films import SheetFilm, films_in
from spinefm.export.sheet.write import sheet_page
from spinefm.measure import measure
from spinefm.trace.model import Finished, Trace
from tests.export import curved
from tests.export.long_spine import long_subject, long_trace


def sure(trace: Trace) -> Trace:
    """The run with every body sure and no warning."""
    events = tuple(
        replace(event, vertebrae=tuple(replace(v, probability=0.97) for v in event.vertebrae), notes=())
        if isinstance(event, Finished)
        else event
        for event in trace.events
    )
    return replace(trace, events=events)


def save(folder: Path, trace: Trace | None = None) -> Path:
    made = trace or curved.trace()
    subject = curved.subject(made) if made.film.size == curved.SIZE else long_subject(made)
    assert subject.film is not None
    return write_result(folder, made, subject.film, added={THUMBNAIL: thumbnail(made, subject.film)})


def test_those_in_doubt_come_first_the_least_sure_at_the_top(tmp_path: Path) -> None:
    save(tmp_path / "a-sure", sure(curved.trace()))
    save(tmp_path / "b-doubtful")
    save(tmp_path / "c-empty", curved.trace(()))
    write_error(tmp_path / "d-torn", "torn.png", "The file is damaged: export it again.")
    films = films_in(tmp_path)
    assert [film.folder for film in films if not film.error] == ["c-empty", "b-doubtful", "a-sure"]
    assert films[0].doubt[0] == "No vertebra was found." and films[-1].least >= 0.97
    assert [film.error for film in films if film.error] == ["The file is damaged: export it again."]


def test_a_card_says_what_the_result_says(tmp_path: Path) -> None:
    save(tmp_path / "neck")
    [film] = films_in(tmp_path)
    assert film.film == "neck.png" and film.names == ("C3", "C4", "C5", "C6", "C7", "T1")
    assert film.doubt == ("In doubt: C5 (41 %).", curved.NOTE) and film.least == pytest.approx(curved.UNSURE)
    assert film.picture == THUMBNAIL and "vertebrae.csv" in film.links and "report.pdf" not in film.links
    subject = curved.subject()
    slope = measure(subject.trace, film=subject.film).of("c7_slope")[0]
    assert dict(film.measures)["C7 slope"] == value_of(slope)
    assert not any("segmental" in name or "height" in name for name, _ in film.measures)


def test_a_value_in_doubt_is_marked_as_in_the_report_and_the_sheet_says_what_that_means(tmp_path: Path) -> None:
    subject = curved.subject()
    assert subject.film is not None
    known = measure(subject.trace, film=subject.film)
    values = tuple(replace(one, doubt="over" if one.key == "c7_slope" else "") for one in known)
    for name, measures in (
        ("plain", replace(known, values=tuple(replace(one, doubt="") for one in known))),
        ("marked", replace(known, values=values)),
    ):
        write_result(tmp_path / name / "neck", subject.trace, subject.film, measures)
    plain, marked = (dict(films_in(tmp_path / name)[0].measures)["C7 slope"] for name in ("plain", "marked"))
    assert marked == f"{plain} ?" == value_of(next(one for one in values if one.key == "c7_slope"))
    pages = {name: sheet_page(films_in(tmp_path / name), name).decode() for name in ("plain", "marked")}
    assert VALUE_IN_DOUBT in pages["marked"] and VALUE_IN_DOUBT not in pages["plain"]


def test_a_value_is_rounded_once_as_in_the_report(tmp_path: Path) -> None:
    subject = curved.subject()
    assert subject.film is not None
    known = measure(subject.trace, film=subject.film)
    values = tuple(replace(one, value=26.0453) if one.key == "c7_slope" else one for one in known)
    write_result(tmp_path / "neck", subject.trace, subject.film, replace(known, values=values))
    [film] = films_in(tmp_path)
    assert dict(film.measures)["C7 slope"].startswith("26.0")


def test_results_without_thumbnail_or_measures_are_shown_too(tmp_path: Path) -> None:
    folder = save(tmp_path / "neck")
    (folder / THUMBNAIL).unlink()
    (folder / "measures.csv").unlink()
    [film] = films_in(tmp_path)
    assert film.picture == "overlay.png" and film.measures == () and len(film.names) == 6


@pytest.mark.parametrize(
    ("name", "content"),
    [("report.json", "{"), ("report.json", "[]"), ("vertebrae.csv", "number\n1\n"), ("error.json", "{}")],
)
def test_a_damaged_result_is_one_that_failed(tmp_path: Path, name: str, content: str) -> None:
    (save(tmp_path / "neck") / name).write_text(content)
    [film] = films_in(tmp_path)
    assert isinstance(film, SheetFilm) and film.error.startswith("The result cannot be read (")


def test_other_folders_and_files_are_no_results(tmp_path: Path) -> None:
    save(tmp_path / "neck")
    (tmp_path / "notes").mkdir()
    (tmp_path / ".hidden").mkdir()
    (tmp_path / "film.png").write_bytes(b"")
    assert [film.folder for film in films_in(tmp_path)] == ["neck"]


def test_the_thumbnail_is_small_and_shows_the_overlay() -> None:
    import io

    import numpy as np
    from PIL import Image

    subject = long_subject(long_trace(25))
    assert subject.film is not None
    content = thumbnail(subject.trace, subject.film)
    picture = np.asarray(Image.open(io.BytesIO(content)).convert("RGB")).astype(int)
    assert max(picture.shape) == 480 and len(content) < 40_000
    assert (np.ptp(picture, axis=2) > 60).any()  # names and outlines are in colour, the film is grey
