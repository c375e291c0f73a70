"""Sources by kind: folders, discs, files, data sets of the Hub."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from huggingface_hub import HfFileSystem

from spinefm.batch.errors import BatchError
from spinefm.batch.sources import FilmReader, SourceError, entries_of, list_films, read_entry
from spinefm.imaging.listing import ListingError, films_in, films_of
from spinefm.imaging.radiograph import UnreadableFilm
from tests.bad_films import write_bad_films
from tests.batch.sources.films import disc_film, picture, write, write_zip
from tests.hub_server import COMMIT, HubServer
from tests.imaging.test_listing import disc

Serve = Callable[[HubServer], HubServer]


def test_a_folder_gives_the_films_in_and_below_it(tmp_path: Path) -> None:
    write(tmp_path, {"a.png": picture(), "b/c.dcm": disc_film(), "b/IM1": disc_film(), "notes.txt": b"x"})
    assert [row.uri for row in list_films([str(tmp_path)])] == [path.as_uri() for path in films_in(tmp_path)]


def test_a_disc_and_its_dicomdir_give_the_same_films(tmp_path: Path) -> None:
    index = disc(tmp_path)
    by_folder = {row.uri for row in list_films([str(tmp_path)])}
    assert by_folder == {row.uri for row in list_films([str(index)])} == {film.as_uri() for film in films_of(index)}
    assert len(list(list_films([str(tmp_path), str(index)]))) == 2


def test_films_of_one_name_in_two_folders_are_two_rows(tmp_path: Path) -> None:
    write(tmp_path, {"a/film.png": picture(), "b/film.png": picture()})
    rows = list(list_films([str(tmp_path)]))
    assert [row.name for row in rows] == ["film.png", "film.png"] and len({row.id for row in rows}) == 2


def test_films_that_cannot_be_read_are_rows_with_a_sentence(tmp_path: Path) -> None:
    phrases = write_bad_films(tmp_path)
    rows = list(list_films([str(tmp_path)]))
    assert {row.name for row in rows} == {*phrases} - {"report.pdf"}
    with FilmReader() as reader:
        for row in rows:
            with pytest.raises(ValueError, match=phrases[row.name]):
                reader.read(row.uri, row.name)


def test_a_pattern_that_no_shell_resolved_is(tmp_path: Path) -> None:
    write(tmp_path, {"a.png": picture(), "b.png": picture(), "c/d.png": picture(), "[x].png": picture()})
    assert [row.name for row in list_films([str(tmp_path / "?.png")])] == ["a.png", "b.png"]
    assert [row.name for row in list_films([str(tmp_path / "**" / "d.png")])] == ["d.png"]
    assert [row.name for row in list_films([str(tmp_path / "[x].png")])] == ["[x].png"]


def test_a_film_whose_name_is_no_utf_8_is_read(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"kr\xf6ger.png")).write_bytes(picture(70))
    [row] = list_films([str(tmp_path)])
    assert row.name == "kr\ufffdger.png"
    with FilmReader() as reader:
        assert reader.read(row.uri, row.name).width == 70


@pytest.mark.parametrize("name", ["neck #1 100%.png", "Wirbelsäule.png", "[1] ?*.png", "a::b.png"])
def test_a_film_of_any_name_is_found_again(name: str, tmp_path: Path) -> None:
    write(tmp_path, {name: picture(70)})
    for source in (tmp_path, tmp_path / name):
        (entry,) = entries_of([source])
        assert entry.uri.startswith("file:///") and entry.uri.isascii()
        film = read_entry(entry, "auto")
        assert (film.provenance.name, film.width) == (name, 70)


def test_a_path_that_is_not_there_is_a_row_with_a_sentence() -> None:
    first, second = entries_of([Path("gone.png"), Path("nul\0.png")])
    assert (first.name, second.name) == ("gone.png", "nul\0.png")
    with pytest.raises(UnreadableFilm, match="no such file"):
        read_entry(first, "auto")
    with pytest.raises(UnreadableFilm, match="cannot be opened"):
        read_entry(second, "auto")


@pytest.mark.parametrize("source", ["gone/*.png", "\0*", "hf:", "hf:necks"])
def test_a_source_that_names_nothing_is_one_sentence(source: str) -> None:
    with pytest.raises(SourceError, match=r"nothing that fits|write hf:owner"):
        list(list_films([source]))
    with pytest.raises(BatchError, match=r"nothing that fits|write hf:owner"):
        list(entries_of([source]))


def test_a_folder_that_may_not_be_listed_stops_the_plan(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> list[Path]:
        raise ListingError("The folder cannot be listed; ask for permission to read it.")

    monkeypatch.setattr("spinefm.batch.sources.listing.films_of", refuse)
    with pytest.raises(BatchError, match="cannot be listed"):
        list(entries_of([tmp_path]))


def test_a_fork_reads_a_zip_by_itself(tmp_path: Path) -> None:
    archive = write_zip(tmp_path / "films.zip", {f"{n}.png": picture(70 + n) for n in range(9)})
    entries = list(entries_of([archive]))
    read_entry(entries[0], "auto")
    context = multiprocessing.get_context("fork")
    with context.Pool(2) as pool:
        widths = pool.starmap(read_entry, [(entry, "auto") for entry in entries] * 3, chunksize=1)
    assert [film.width for film in widths] == [*range(70, 79)] * 3


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    write(tmp_path, {"notes.txt": b"x"})
    with pytest.raises(SourceError, match="contains no films"):
        list(list_films([str(tmp_path)]))


def test_a_data_set_of_the_hub_is_listed_at_its_commit_and_read(serve: Serve) -> None:
    HfFileSystem.clear_instance_cache()
    files = {"imgs/a.png": picture(70), "imgs/b.dcm": disc_film(90), "README.md": b"x"}
    server = serve(HubServer({"datasets/lab/necks": files}))
    rows = list(list_films(["hf:lab/necks"]))
    assert [row.uri for row in rows] == [f"hf://datasets/lab/necks@{COMMIT}/imgs/{name}" for name in ("a.png", "b.dcm")]
    server.requests.clear()
    with FilmReader() as reader:
        assert [reader.read(row.uri, row.name).width for row in rows] == [70, 90]
    assert len([path for method, path in server.requests if "/resolve/" in path]) == 2


def test_a_data_set_that_is_not_on_the_hub_is_one_sentence(serve: Serve) -> None:
    HfFileSystem.clear_instance_cache()
    serve(HubServer({}))
    with pytest.raises(SourceError, match="The Hub does not provide lab/none"):
        list(list_films(["hf:lab/none"]))


def test_a_list_in_a_folder_of_films_is_not_taken_for_one(tmp_path: Path) -> None:
    write(tmp_path, {"a.png": picture(), "films.csv": b"path\nb.png\n"})
    assert [row.name for row in list_films([str(tmp_path)])] == ["a.png"]
