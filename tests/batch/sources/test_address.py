"""Addresses lead back to the file that they were made from."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from spinefm.batch.sources import address
from spinefm.batch.sources.listing import films_named
from spinefm.batch.sources.rows import SourceError
from spinefm.batch.sources.tables import absolute
from spinefm.ui.server.explorer.batch.film import path_of as path_on_the_page


@pytest.mark.parametrize("name", ["film.png", "a b.png", "100%.png", "a#b?c.png", "a::b.png", "[1].png", "ö.png"])
def test_a_path_becomes_an_address_and_back(name: str, tmp_path: Path) -> None:
    uri = address.of_path(tmp_path / name)
    assert uri.isascii() and "::" not in uri and address.name_of(uri) == name
    assert address.path_of(uri) == address.path_of(str(tmp_path / name)) == tmp_path / name


def test_a_name_that_is_no_utf_8_has_an_address_that_is(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"kr\xf6ger.png")
    uri = address.of_path(path)
    assert uri.startswith("file:///") and uri.endswith("kr%F6ger.png") and uri.isascii()
    assert address.path_of(uri) == path


ADDRESSES = [
    ("file:///data/a.png", "/data/a.png"),
    ("FILE://LOCALHOST/data/a.png", "/data/a.png"),
    ("file://localhost/data/a%20b.png", "/data/a b.png"),
    ("file:///data/a#1.png", "/data/a#1.png"),
    ("file:///data/a?b.png", "/data/a?b.png"),
    ("file://server/data/a.png", None),
    ("file://films/a.png", None),
    ("file://a.png", None),
    ("file://", None),
    ("/data/a.png", None),
    ("https://localhost/data/a.png", None),
]


@pytest.mark.parametrize(("uri", "path"), ADDRESSES)
def test_an_address_means_the_same_file_in_a_batch_and_on_the_page(uri: str, path: str | None) -> None:
    expected = Path(path) if path else None
    assert address.local_path(uri) == path_on_the_page(uri) == expected
    if expected:
        assert address.path_of(uri) == expected and absolute(uri, "") == address.of_path(expected)


def test_a_file_of_another_machine_is_said_to_be() -> None:
    with pytest.raises(SourceError, match="file://server/data/a.png is no file of this machine"):
        list(films_named("file://server/data/a.png"))


def test_a_relative_path_becomes_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert address.of_path(Path("a/../film.png")) == (tmp_path / "film.png").as_uri()


@pytest.mark.parametrize("member", ["film.png", "a/b.dcm", "odd::name.png"])
@pytest.mark.parametrize("archive", ["file:///data/films.zip", "s3://bucket/films.zip"])
def test_a_member_and_its_zip_are_told_apart(member: str, archive: str) -> None:
    assert address.split_member(address.of_member(member, archive)) == (member, archive)


@pytest.mark.parametrize("uri", ["zip://", "zip://film.png", "zip://::/a.zip", "zip://film.png::"])
def test_what_names_no_member_is_refused(uri: str) -> None:
    with pytest.raises(ValueError, match="not a member"):
        address.split_member(uri)


@pytest.mark.parametrize(
    ("uri", "name"),
    [
        ("/data/film.png", "film.png"),
        ("file:///data/a%20b.png", "a b.png"),
        ("https://host/films/a%20b.png?key=secret#part", "a b.png"),
        ("https://host", "host"),
        ("s3://bucket/2024/IM1", "IM1"),
        ("zip://inner/film.png::/data/films.zip", "film.png"),
    ],
)
def test_the_name_of_an_address_is_its_files(uri: str, name: str) -> None:
    assert address.name_of(uri) == name


@pytest.mark.parametrize("uri", ["https://me:secret@host:81/a.png?sig=secret#secret", "s3://me:secret@bucket/a.png"])
def test_a_message_shows_no_secret(uri: str) -> None:
    assert "secret" not in address.shown(uri) and address.shown(uri).endswith("/a.png")


@pytest.mark.parametrize(
    ("text", "protocol"), [("C://a", ""), ("S3://a", "s3"), ("/a://b", ""), ("hf:a/b", ""), ("", "")]
)
def test_the_protocol_of_a_url(text: str, protocol: str) -> None:
    assert address.protocol_of(text) == protocol
