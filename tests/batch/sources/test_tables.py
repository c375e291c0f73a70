"""Tables: the columns as people name them, and paths that begin at the table."""

from __future__ import annotations

import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from spinefm.batch.sources import FilmReader, SourceError, list_films
from spinefm.imaging.radiograph import UnreadableFilm
from tests.batch.sources.films import picture, write


def table_of(folder: Path, name: str, text: str, encoding: str = "utf-8") -> str:
    """A CSV file beside two films."""
    write(folder, {"a.png": picture(70), "b/c.png": picture(90), name: text.encode(encoding)})
    return str(folder / name)


@pytest.mark.parametrize(
    "text",
    [
        "uri\na.png\nb/c.png\n",
        "URL\r\na.png\r\nb/c.png\r\n",
        " Path ,id\na.png,1\nb/c.png,2\n",
        "\ufeffpath;sex\na.png;f\n\nb/c.png;m\n",
        "sex\tpath\nf\ta.png\nm\tb/c.png\n",
        'name,path\n"a, left","a.png"\n"c ""x""","b/c.png"',
        "file,path,uri\nx,y,a.png\nx,y,b/c.png\n",
        "path\r\na.png\r\nb\\c.png\r\n",
        "sep=;\r\nid;path\r\n1,5;a.png\r\n2,5;b\\c.png\r\n",
        "SEP=\t\npath\tid\na.png\t1\nb/c.png\t2\n",
        '"sep=|"\npath|id\na.png|1,2,3\nb/c.png|4\n',
    ],
)
def test_a_csv_file_names_films(text: str, tmp_path: Path) -> None:
    rows = list(list_films([table_of(tmp_path, "films.csv", text)]))
    assert [row.uri for row in rows] == [(tmp_path / name).as_uri() for name in ("a.png", "b/c.png")]
    with FilmReader() as reader:
        assert [reader.read(row.uri).width for row in rows] == [70, 90]


def test_a_back_slash_stays_one_where_the_name_has_it(tmp_path: Path) -> None:
    write(tmp_path, {"b\\c.png": picture(80)})
    rows = list(list_films([table_of(tmp_path, "films.csv", "path\nb\\c.png\nb\\gone.png\n")]))
    assert [row.name for row in rows] == ["b\\c.png", "b\\gone.png"]
    with FilmReader() as reader:
        assert reader.read(rows[0].uri).width == 80


def test_ids_and_names_of_a_table_are_kept(tmp_path: Path) -> None:
    text = "id,name,uri\n007,Jane's neck,a.png\n8,,b/c.png\n"
    first, second = list_films([table_of(tmp_path, "films.csv", text)])
    assert (first.id, first.name) == ("007", "Jane's neck")
    assert (second.id, second.name) == ("8", "c.png")


def test_a_parquet_table_names_films(tmp_path: Path) -> None:
    write(tmp_path, {"a.png": picture(70)})
    table = pa.table({"id": [11, 12], "path": ["a.png", "s3://bucket/b.dcm"], "age": [40, None]})
    pq.write_table(table, tmp_path / "films.parquet")
    first, second = list_films([str(tmp_path / "films.parquet")])
    assert (first.id, first.uri) == ("11", (tmp_path / "a.png").as_uri())
    assert (second.id, second.uri, second.name) == ("12", "s3://bucket/b.dcm", "b.dcm")


def test_a_table_of_a_store_is_read_and_its_paths_begin_there() -> None:
    import fsspec

    fsspec.filesystem("memory").pipe("/tables/films.csv", b"path\nneck/a.png\nhttps://host/b.png\n")
    assert [row.uri for row in list_films(["memory://tables/films.csv"])] == [
        "memory://tables/neck/a.png",
        "https://host/b.png",
    ]


def test_a_film_named_twice_is_one_row_by_whatever_path(tmp_path: Path) -> None:
    os.symlink(tmp_path / "a.png", tmp_path / "link.png")
    text = f"path\na.png\n./a.png\n{tmp_path}/a.png\nb/../a.png\nfile://{tmp_path}/a.png\nlink.png\n"
    [row] = list_films([table_of(tmp_path, "films.csv", text), str(tmp_path / "a.png")])
    assert row.uri == (tmp_path / "a.png").as_uri()


def test_a_member_of_a_zip_beside_the_table_is_found(tmp_path: Path) -> None:
    [row] = list_films([table_of(tmp_path, "films.csv", "uri\nzip://x/a.png::films.zip\n")])
    assert row.uri == f"zip://x/a.png::{(tmp_path / 'films.zip').as_uri()}"


@pytest.mark.parametrize(
    "cell",
    ["gone.png", "\0", "nothing://x.png", "zip://x", "/dev/zero", "hf://datasets/a", "x" * 5000, ".", "http://["],
)
def test_a_row_that_leads_nowhere_is_a_row_with_a_sentence(cell: str, tmp_path: Path) -> None:
    rows = list(list_films([table_of(tmp_path, "films.csv", f"id,path\n1,{cell}\n2,a.png\n")]))
    assert [row.id for row in rows] == ["1", "2"]
    with FilmReader() as reader:
        with pytest.raises(UnreadableFilm) as caught:
            reader.read(rows[0].uri, rows[0].name)
        assert reader.read(rows[1].uri).width == 70
    assert str(caught.value).endswith(".") and "\n" not in str(caught.value)


def test_rows_without_an_address_are_rows_of_their_own(tmp_path: Path) -> None:
    rows = list(list_films([table_of(tmp_path, "films.csv", "path,sex\n,f\na.png,m\n,m\n")]))
    assert [(row.id, row.uri != "") for row in rows][::2] == [("row-1", False), ("row-3", False)]
    with FilmReader() as reader, pytest.raises(UnreadableFilm, match="names no film"):
        reader.read(rows[0].uri, rows[0].name)


@pytest.mark.parametrize(
    ("name", "content", "why"),
    [
        ("films.csv", b"film,age\na.png,3\n", "no column uri or path, only film, age"),
        ("films.csv", b"", "no column uri or path"),
        ("films.csv", b"sep=;\n", "no column uri or path"),
        ("films.csv", b"sep=;\nfilm;age\na.png;3\n", "no column uri or path, only film, age"),
        ("films.csv", b"id,path\n\n", "names no films; give one that does"),
        ("films.csv", "path\nkröger.png\n".encode("latin-1"), "not UTF-8"),
        ("films.parquet", b"no parquet", "cannot be read"),
        ("films.parquet", b"PAR1" + bytes(100) + b"PAR1", "cannot be read"),
        ("films.csv", b"id,path\n1,a.png\n1,b.png\n", "'1' is given to two films"),
        ("films.csv", b"path\n" + b"x" * 200_000 + b"\n", "cannot be read"),
    ],
)
def test_a_table_that_cannot_be_used_is_one_sentence(name: str, content: bytes, why: str, tmp_path: Path) -> None:
    write(tmp_path, {name: content})
    with pytest.raises(SourceError, match=why) as caught:
        list(list_films([str(tmp_path / name)]))
    assert "\n" not in str(caught.value)


def test_a_large_table_is_read_as_it_is_asked_for(tmp_path: Path) -> None:
    text = "path\n" + "".join(f"{number}.png\n" for number in range(100_000)) + "\n"
    assert next(list_films([table_of(tmp_path, "films.csv", text)])).name == "0.png"
