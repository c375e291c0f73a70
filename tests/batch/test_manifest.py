"""The manifest: ids follow from places alone, and a range reads only what it needs."""

from __future__ import annotations

from pathlib import Path

import pyarrow.parquet as pq
import pytest

from spinefm.batch.errors import BatchError
from spinefm.batch.manifest import ROWS, FilmEntry, digest_of, read_manifest, sorted_entries, write_manifest


def some(count: int) -> list[FilmEntry]:
    """Films, by id."""
    return sorted_entries(FilmEntry.of(f"file:///films/{index}.png") for index in range(count))


def test_an_id_follows_from_the_place_alone() -> None:
    first, second = FilmEntry.of("file:///a/neck.png"), FilmEntry.of("file:///b/neck.png", "another name")
    assert first.id != second.id and len(first.id) == 16
    assert FilmEntry.of("file:///b/neck.png").id == second.id


@pytest.mark.parametrize(
    ("uri", "name"),
    [
        ("file:///a/neck%20%C3%A9.png", "neck é.png"),
        ("file:///a/kr%F6ger.png", "kr\ufffdger.png"),
        ("https://host/a/neck.png?size=2", "neck.png"),
        ("s3://bucket", "s3://bucket"),
    ],
)
def test_a_film_is_named_as_its_file(uri: str, name: str) -> None:
    assert FilmEntry.of(uri).name == name


def test_films_are_in_the_order_of_their_ids_each_once() -> None:
    films = some(50)
    assert [film.id for film in films] == sorted({film.id for film in films})
    assert sorted_entries([*reversed(films), films[3], films[3]]) == films


def test_two_films_with_one_id_are_refused() -> None:
    with pytest.raises(BatchError, match="a.png and b.png have the same id"):
        sorted_entries([FilmEntry("1" * 16, "a.png", "a"), FilmEntry("1" * 16, "b.png", "b")])


def test_the_checksum_is_that_of_the_films() -> None:
    films = some(20)
    assert digest_of(films) == digest_of(sorted_entries(reversed(films)))
    assert digest_of(films) != digest_of(films[:-1])


@pytest.mark.parametrize(
    ("start", "stop"),
    [(0, 3), (5, 5), (ROWS - 2, ROWS + 2), (ROWS, 2 * ROWS), (2 * ROWS + 1, 2 * ROWS + 7), (0, 2 * ROWS + 7)],
)
def test_a_range_of_a_manifest(start: int, stop: int, tmp_path: Path) -> None:
    films = some(2 * ROWS + 7)
    write_manifest(tmp_path / "manifest.parquet", films)
    assert read_manifest(tmp_path / "manifest.parquet", start, stop) == films[start:stop]


def test_other_programs_read_it(tmp_path: Path) -> None:
    write_manifest(tmp_path / "manifest.parquet", some(3))
    table = pq.read_table(tmp_path / "manifest.parquet")
    assert table.column_names == ["id", "uri", "name"] and table.num_rows == 3


def test_a_damaged_or_short_manifest_is_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "manifest.parquet"
    with pytest.raises(BatchError, match="cannot be read; plan the batch again"):
        read_manifest(path, 0, 1)
    write_manifest(path, some(3))
    with pytest.raises(BatchError, match="ends before film 4"):
        read_manifest(path, 0, 4)
    path.write_bytes(path.read_bytes()[:40])
    with pytest.raises(BatchError, match="cannot be read"):
        read_manifest(path, 0, 1)
