"""Which film a result belongs to."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from spinefm.core.checksum import sha256_of
from spinefm.data.films import Films, visible_files
from spinefm.data.results import film_of
from tests.data.pictures import film


def result(root: Path, ran: Path | None) -> Path:
    """The folder of a result on `neck.png`, with a report where the film that was run is known."""
    folder = root / "out" / "neck-2"
    folder.mkdir(parents=True)
    if ran is not None:
        (folder / "report.json").write_text(json.dumps({"film": {"name": "neck.png", "sha256": sha256_of(ran)}}))
    return folder


def films(root: Path) -> Films:
    return Films.among(root, visible_files(root))


@pytest.mark.parametrize("place", ["a", "b"])
def test_of_films_of_one_name_it_is_the_one_that_was_run(tmp_path: Path, place: str) -> None:
    places = {name: film(tmp_path / name / "neck.png", size) for name, size in (("a", (64, 80)), ("b", (80, 64)))}
    assert film_of(result(tmp_path, places[place]), "neck.png", films(tmp_path)) == places[place]


def test_of_many_films_of_one_name_each_is_read_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = [film(tmp_path / f"{number}" / "neck.png", (64, 80 + number)) for number in range(5)]
    folder, known, read = result(tmp_path, paths[4]), films(tmp_path), []

    def once(path: Path) -> str:
        read.append(path)
        return sha256_of(path)

    monkeypatch.setattr("spinefm.data.films.sha256_of", once)
    for _ in range(3):
        assert film_of(folder, "neck.png", known) == paths[4]
    assert sorted(read) == paths


def test_another_film_of_the_name_is_refused(tmp_path: Path) -> None:
    ran = film(tmp_path / "sub" / "neck.png", (64, 80))
    folder = result(tmp_path, ran)
    film(tmp_path / "neck.png", (80, 64))
    ran.unlink()
    with pytest.raises(ValueError, match="neck.png is another film than the one of this name that was run"):
        film_of(folder, "neck.png", films(tmp_path))


def test_without_a_report_the_name_alone_decides(tmp_path: Path) -> None:
    folder = result(tmp_path, None)
    assert film_of(folder, "neck.png", films(tmp_path)) is None
    path = film(tmp_path / "neck.png")
    assert film_of(folder, "neck.png", films(tmp_path)) == path


def test_a_film_that_was_saved_in_another_format_is_the_film(tmp_path: Path) -> None:
    ran = film(tmp_path / "neck.bmp")
    folder = result(tmp_path, ran)
    ran.unlink()
    path = film(tmp_path / "neck.png")
    assert film_of(folder, "neck.bmp", films(tmp_path)) == path
