"""Stores: a web server, memory and a file system, with what goes wrong; each fault is one sentence."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest

from spinefm.batch.sources import FilmReader, SourceError, list_films, stores
from spinefm.batch.sources.stores import StoreError, content_at, opened_at, store_of
from spinefm.imaging.radiograph import UnreadableFilm
from tests.batch.sources.films import disc_film, picture, write, write_zip
from tests.batch.sources.web import Web, serving


@pytest.fixture(autouse=True)
def _no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stores, "PAUSES", (0.0, 0.0))


@pytest.fixture
def web() -> Iterator[Web]:
    """A server with two films."""
    with serving(Web({"/films/a b.png": picture(70), "/films/b.dcm": disc_film(90)})) as running:
        yield running


@pytest.fixture
def memory() -> Iterator[fsspec.AbstractFileSystem]:
    """fsspec's store in memory, empty before and after."""
    store = fsspec.filesystem("memory")
    store.store.clear()
    yield store
    store.store.clear()


def refused(uri: str) -> str:
    """The sentence with which an address is refused."""
    with FilmReader() as reader, pytest.raises(UnreadableFilm) as caught:
        reader.read(uri)
    assert "\n" not in str(caught.value) and str(caught.value).endswith(".")
    return str(caught.value)


def test_a_film_of_the_web_is_read_in_one_request(web: Web) -> None:
    [row] = list_films([f"{web.address}/films/a%20b.png?key=secret"])
    assert row.name == "a b.png" and not web.requests
    with FilmReader() as reader:
        film = reader.read(row.uri, row.name)
    assert (film.width, film.provenance.name) == (70, "a b.png")
    assert web.requests == [("GET", "/films/a%20b.png?key=secret")]


def test_pictures_without_a_suffix_are_films_but_on_a_disc(memory: fsspec.AbstractFileSystem) -> None:
    for name, content in {
        "IMG1": picture(70),
        "d/logo": picture(70),
        "d/DICOMDIR": b"",
        "d/IM1": disc_film(90),
    }.items():
        memory.pipe_file(f"/films/{name}", content)
    assert [row.name for row in list_films(["memory://films"])] == ["IMG1", "IM1"]


def test_a_film_that_is_not_there_is_one_sentence(web: Web) -> None:
    assert "There is nothing at" in refused(f"{web.address}/films/gone.png?key=secret")
    assert "secret" not in refused(f"{web.address}/films/gone.png?key=secret")


@pytest.mark.parametrize("status", [401, 403])
def test_no_access_is_one_sentence_at_once(status: int, web: Web) -> None:
    web.statuses["/films/b.dcm"] = [status] * 9
    assert "is refused" in refused(f"{web.address}/films/b.dcm")
    assert len(web.requests) == 1


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_server_that_is_busy_is_asked_again(status: int, web: Web) -> None:
    web.statuses["/films/b.dcm"] = [status, status]
    with FilmReader() as reader:
        assert reader.read(f"{web.address}/films/b.dcm").width == 90
    web.statuses["/films/b.dcm"] = [status] * 9
    assert f"error {status}" in refused(f"{web.address}/films/b.dcm")


def test_a_transfer_that_breaks_is_begun_again(web: Web) -> None:
    web.broken["/films/b.dcm"] = 2
    with FilmReader() as reader:
        assert reader.read(f"{web.address}/films/b.dcm").width == 90
    web.broken["/films/b.dcm"] = 9
    assert "cannot be fetched" in refused(f"{web.address}/films/b.dcm")
    assert len(web.requests) == 6


def test_no_more_than_the_limit_is_fetched(web: Web) -> None:
    web.endless = frozenset(["/films/endless.png"])
    assert len(content_at(f"{web.address}/films/endless.png", 1 << 20)) == (1 << 20) + 1
    assert "larger than" in refused(f"{web.address}/films/endless.png")
    assert web.sent < 200 << 20


def test_a_host_that_is_not_there_is_one_sentence() -> None:
    assert "cannot be fetched" in refused("http://127.0.0.1:1/a.png")


def test_a_zip_of_the_web_is_read_in_parts(web: Web, tmp_path: Path) -> None:
    noise = {f"{number}.bin": bytes(10) for number in range(3)}
    web.files["/films.zip"] = write_zip(tmp_path / "films.zip", {"x/a.png": picture(70), **noise}).read_bytes()
    [row] = list_films([f"{web.address}/films.zip"])
    assert row.uri == f"zip://x/a.png::{web.address}/films.zip"
    with FilmReader() as reader:
        assert reader.read(row.uri).width == 70


def test_a_zip_of_a_server_that_sends_whole_files_is_one_sentence(web: Web, tmp_path: Path) -> None:
    web.files["/films.zip"] = write_zip(tmp_path / "films.zip", {"a.png": picture()}).read_bytes()
    web.parts = False
    with pytest.raises(SourceError, match="download it"):
        list(list_films([f"{web.address}/films.zip"]))
    assert "download it" in refused(f"zip://a.png::{web.address}/films.zip")


def test_an_index_of_the_web_is_listed(web: Web) -> None:
    web.files["/films/"] = b'<html><a href="a%20b.png">a</a> <a href="b.dcm">b</a> <a href="notes.txt">n</a></html>'
    web.files["/films/notes.txt"] = b"x"
    assert [row.name for row in list_films([f"{web.address}/films/"])] == ["a b.png", "b.dcm"]
    assert [row.name for row in list_films([f"{web.address}/films/*.dcm"])] == ["b.dcm"]


def test_a_folder_of_a_store_gives_what_a_folder_here_gives(memory: fsspec.AbstractFileSystem, tmp_path: Path) -> None:
    files = {"a.png": picture(), "b/c.dcm": disc_film(), "b/IM1": disc_film(), "b/README": b"x", ".d.png": b"x"}
    write(tmp_path, files)
    for name, content in files.items():
        memory.pipe(f"/bucket/{name}", content)
    here = [row.uri.removeprefix(f"{tmp_path.as_uri()}/") for row in list_films([str(tmp_path)])]
    there = [row.uri.removeprefix("memory:///bucket/") for row in list_films(["memory://bucket"])]
    assert here == there == ["a.png", "b/IM1", "b/c.dcm"]


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("*.png", "a.png"),
        ("**/*.dcm", "c.dcm"),
        ("?", "c.dcm"),
        ("[ab].png", "a.png"),
        ("*.zip", "z.png"),
        ("a.png", "a.png"),
    ],
)
def test_a_pattern_gives_what_fits(pattern: str, names: str, memory: fsspec.AbstractFileSystem, tmp_path: Path) -> None:
    memory.pipe("/bucket/a.png", picture())
    memory.pipe("/bucket/b/c.dcm", disc_film())
    memory.pipe("/bucket/films.zip", write_zip(tmp_path / "films.zip", {"z.png": picture()}).read_bytes())
    rows = list(list_films([f"memory://bucket/{pattern}"]))
    assert [row.name for row in rows] == [names]
    with FilmReader() as reader:
        reader.read(rows[0].uri)


def test_one_file_of_a_store_has_one_row(memory: fsspec.AbstractFileSystem) -> None:
    memory.pipe("/bucket/a.png", picture())
    assert len(list(list_films(["memory://bucket/a.png", "memory://bucket", "memory:///bucket/*"]))) == 1


@pytest.mark.parametrize("url", ["memory://bucket", "memory://bucket/*.png", "memory://bucket/a.png"])
def test_a_store_without_films_is_refused(url: str, memory: fsspec.AbstractFileSystem) -> None:
    with pytest.raises(SourceError, match="no films at"):
        list(list_films([url]))


def test_a_url_of_this_machine_is_a_path(tmp_path: Path) -> None:
    write(tmp_path, {"a b.png": picture()})
    [row] = list_films([f"file://{tmp_path}/a%20b.png"])
    assert row.uri == (tmp_path / "a b.png").as_uri()


@pytest.mark.parametrize(
    ("protocol", "package"), [("s3", "s3fs"), ("gs", "gcsfs"), ("abfs", "adlfs"), ("https", "aiohttp")]
)
def test_a_missing_package_is_named(protocol: str, package: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise ImportError(f"install something for {name}")

    monkeypatch.setattr(fsspec, "get_filesystem_class", missing)
    with pytest.raises(StoreError, match=f"run: pip install {package}"):
        store_of(f"{protocol}://bucket/a.png")
    assert package in refused(f"{protocol}://bucket/a.png")


def test_an_unknown_protocol_is_one_sentence() -> None:
    assert "no way to read nothing://" in refused("nothing://a.png")
    with pytest.raises(SourceError, match="no way to read nothing://"):
        list(list_films(["nothing://a.png"]))


def test_whatever_a_store_raises_is_one_sentence(
    memory: fsspec.AbstractFileSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    class NoCredentialsError(Exception):
        pass

    tries: list[Exception] = []
    for error, why in [(NoCredentialsError("x"), "no keys"), (PermissionError(), "refused"), (KeyError(3), "KeyError")]:

        def fail(*_: object, error: Exception = error, **__: object) -> bytes:
            tries.append(error)
            raise error

        monkeypatch.setattr(type(memory), "cat_file", fail)
        assert why in refused("memory://bucket/a.png")
    assert len(tries) == 3, "none of these passes"


def test_a_stream_that_cannot_be_read_in_parts_is_closed(
    memory: fsspec.AbstractFileSystem, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Whole(io.BytesIO):
        def seek(self, offset: int, whence: int = 0, /) -> int:
            raise ValueError("this server sends whole files only")

    stream = Whole(b"a zip")
    monkeypatch.setattr(type(memory), "open", lambda *_, **__: stream)
    with pytest.raises(StoreError, match="cannot be read in parts"):
        opened_at("memory://films.zip")
    assert stream.closed
