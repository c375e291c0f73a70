"""Rows: ids that are unique and never change, and one row for each film."""

from __future__ import annotations

import pytest

from spinefm.batch.manifest import FilmEntry
from spinefm.batch.sources.rows import FoundFilm, SourceError, rows_of


def test_films_of_one_name_have_different_ids() -> None:
    rows = list(rows_of([FoundFilm("/a/film.png"), FoundFilm("/b/film.png")]))
    assert len({row.id for row in rows}) == 2 and {row.name for row in rows} == {"film.png"}


def test_an_id_does_not_depend_on_the_other_films() -> None:
    [alone] = rows_of([FoundFilm("/a/film.png")])
    *_, last = rows_of([FoundFilm("/b/film.png"), FoundFilm("/c.dcm"), FoundFilm("/a/film.png")])
    assert alone == last


def test_an_id_is_that_of_the_manifest() -> None:
    [row] = rows_of([FoundFilm("s3://bucket/2024/neck.dcm")])
    assert row == FilmEntry.of("s3://bucket/2024/neck.dcm", "neck.dcm")


def test_a_film_named_twice_has_one_row() -> None:
    twice = [FoundFilm("/a/film.png", same_as="x"), FoundFilm("/link.png", same_as="x"), FoundFilm("/b.png")]
    assert [row.uri for row in rows_of(twice)] == ["/a/film.png", "/b.png"]


def test_ids_and_names_of_the_user_are_kept() -> None:
    [row] = rows_of([FoundFilm("/a/film.png", name="Jane's neck", id="4217")])
    assert (row.id, row.name) == ("4217", "Jane's neck")


def test_an_id_given_twice_is_refused() -> None:
    with pytest.raises(SourceError, match="The id 'a' is given to two films"):
        list(rows_of([FoundFilm("/1.png", id="a"), FoundFilm("/2.png", id="a")]))


@pytest.mark.parametrize("name", ["x" * 300, "a/b\0c.png", "ö" * 200 + ".dcm", ".png", "..", "kr\udcf6ger.png"])
def test_whatever_a_film_is_called_its_row_can_be_written(name: str) -> None:
    [row] = rows_of([FoundFilm("/folder/" + name, name)])
    assert row.id.isalnum() and len(row.id) == 16
    row.name.encode("utf-8")
    row.id.encode("utf-8")


def test_rows_come_as_they_are_asked_for() -> None:
    endless = (FoundFilm(f"/{number}.png") for number in iter(int, 1))
    assert next(rows_of(endless)).uri == "/0.png"
