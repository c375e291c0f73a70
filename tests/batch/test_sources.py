"""From paths to addresses and back to films, whatever the names."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from spinefm.batch.errors import BatchError
from spinefm.batch.manifest import FilmEntry
from spinefm.batch.sources import entries_of, read_entry
from spinefm.imaging.listing import ListingError
from spinefm.imaging.radiograph import UnreadableFilm
from tests.cli.films import write_film


@pytest.mark.parametrize("name", ["neck.png", "neck #1 100%.png", "Wirbelsäule.png", os.fsdecode(b"kr\xf6ger.png")])
def test_a_film_of_any_name_is_found_again(name: str, tmp_path: Path) -> None:
    write_film(tmp_path / name)
    (entry,) = entries_of([tmp_path])
    assert entry.uri.startswith("file:///") and entry.uri.isascii()
    assert read_entry(entry, "auto").provenance.name == entry.name


def test_folders_give_their_films_and_other_paths_themselves(tmp_path: Path) -> None:
    write_film(tmp_path / "films" / "more" / "b.png")
    write_film(tmp_path / "films" / "a.png")
    (tmp_path / "films" / "notes.txt").write_text("no film")
    names = [entry.name for entry in entries_of([tmp_path / "films", tmp_path / "missing.png", Path("nul\0.png")])]
    assert names == ["a.png", "b.png", "missing.png", "nul\0.png"]


def test_relative_and_absolute_paths_are_one_film(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_film(tmp_path / "a.png")
    monkeypatch.chdir(tmp_path)
    first, second = entries_of([Path("a.png"), tmp_path / "a.png"])
    assert first == second


@pytest.mark.parametrize(
    ("uri", "words"),
    [
        ("file:///nowhere/a.png", "no such file"),
        ("file:///nul%00.png", "cannot be opened"),
        ("gopher://host/a.png", '"gopher:" addresses are not read'),
    ],
)
def test_what_cannot_be_read_is_a_sentence(uri: str, words: str) -> None:
    with pytest.raises(UnreadableFilm, match=words):
        read_entry(FilmEntry.of(uri), "auto")


def test_a_folder_that_may_not_be_listed_stops_the_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> list[Path]:
        raise ListingError("The folder cannot be listed; ask for permission to read it.")

    monkeypatch.setattr("spinefm.batch.sources.films_of", refuse)
    with pytest.raises(BatchError, match="cannot be listed"):
        list(entries_of([Path("films")]))
