"""Zips: members are read in place, and a hostile zip is one sentence."""

from __future__ import annotations

import stat
import zipfile
from pathlib import Path
from typing import IO

import numpy as np
import pytest

from spinefm.batch.sources import FilmReader, SourceError, list_films, zips
from spinefm.batch.sources.stores import StoreError
from spinefm.batch.sources.zips import OpenZips, films_in_zip
from spinefm.imaging.radiograph import MAX_BYTES, UnreadableFilm
from tests.batch.sources.films import disc_film, picture, write_zip
from tests.data.test_archive import without_flag


def test_the_films_of_a_zip_are_listed_and_read(tmp_path: Path) -> None:
    members = {"b/IM1": disc_film(90), "a.png": picture(70), "notes.txt": b"x", "__MACOSX/._a.png": b"x"}
    archive = write_zip(tmp_path / "films.zip", members)
    rows = list(list_films([str(archive)]))
    assert [(row.name, row.uri) for row in rows] == [
        ("a.png", f"zip://a.png::{archive.as_uri()}"),
        ("IM1", f"zip://b/IM1::{archive.as_uri()}"),
    ]
    with FilmReader() as reader:
        assert [reader.read(row.uri, row.name).width for row in rows] == [70, 90]


def test_pictures_without_a_suffix_are_films_but_on_a_disc(tmp_path: Path) -> None:
    members = {"IMG1": picture(70), "disc/logo": picture(70), "disc/DICOMDIR": disc_film(90), "disc/IM1": disc_film(90)}
    archive = write_zip(tmp_path / "films.zip", members)
    assert [row.name for row in list_films([str(archive)])] == ["IMG1", "IM1"]


def test_a_film_whose_name_is_utf8_without_the_flag_is_listed_and_read(tmp_path: Path) -> None:
    archive = without_flag(write_zip(tmp_path / "films.zip", {"颈椎.png": picture(70)}))
    (row,) = list_films([str(archive)])
    assert row.name == "颈椎.png"
    with FilmReader() as reader:
        assert reader.read(row.uri, row.name).width == 70
        old = "颈椎.png".encode().decode("cp437")  # as a plan of before names it
        assert reader.read(f"zip://{old}::{archive.as_uri()}", old).width == 70


def test_nothing_is_written_beside_a_zip(tmp_path: Path) -> None:
    archive = write_zip(tmp_path / "films.zip", {"a.png": picture()})
    with FilmReader() as reader:
        for row in list_films([str(archive)]):
            reader.read(row.uri)
    assert list(tmp_path.iterdir()) == [archive]


@pytest.mark.parametrize("name", ["../out.png", "/out.png", "a/../../out.png", "..\\out.png"])
def test_a_name_that_leads_out_is_refused(name: str, tmp_path: Path) -> None:
    archive = write_zip(tmp_path / "bad.zip", {"fine.png": picture(), name: picture()})
    with pytest.raises(SourceError, match=r"bad\.zip: .* leads out of its folder"):
        list(list_films([str(archive)]))


def test_a_link_is_refused(tmp_path: Path) -> None:
    entry = zipfile.ZipInfo("link.png")
    entry.external_attr = (stat.S_IFLNK | 0o777) << 16
    archive = write_zip(tmp_path / "bad.zip", {})
    with zipfile.ZipFile(archive, "a") as target:
        target.writestr(entry, "/etc/passwd")
    with pytest.raises(SourceError, match="or a link"):
        list(list_films([str(archive)]))


@pytest.mark.parametrize("content", [b"", b"no zip at all", b"PK\x03\x04 cut off"])
def test_what_is_no_zip_is_refused(content: bytes, tmp_path: Path) -> None:
    archive = tmp_path / "bad.zip"
    archive.write_bytes(content)
    with pytest.raises(SourceError, match="cannot be listed as a zip"):
        list(list_films([str(archive)]))


def test_a_zip_without_films_is_refused(tmp_path: Path) -> None:
    archive = write_zip(tmp_path / "empty.zip", {"notes.txt": b"x"})
    with pytest.raises(SourceError, match="contains no films"):
        list(list_films([str(archive)]))


def test_more_than_a_zip_may_unpack_to_is_refused(tmp_path: Path) -> None:
    archive = write_zip(tmp_path / "bomb.zip", {"a.png": bytes(3_000_000)})
    with pytest.raises(SourceError, match="give a smaller part"):
        list(list_films([str(archive)]))


def test_a_member_is_unpacked_no_further_than_a_film_may_be_large(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    noise = np.random.default_rng(0).bytes(4000)
    archive = write_zip(tmp_path / "films.zip", {"a.png": picture() + noise + bytes(9000)})
    zips_open = OpenZips()
    assert len(zips_open.content(f"zip://a.png::{archive.as_uri()}", 1000)) == 1001
    zips_open.close()
    monkeypatch.setattr("spinefm.batch.sources.reader.MAX_BYTES", 10)
    monkeypatch.setattr("spinefm.imaging.radiograph.MAX_BYTES", 10)
    assert MAX_BYTES > 10
    with FilmReader() as reader, pytest.raises(UnreadableFilm, match="larger than"):
        reader.read(f"zip://a.png::{archive.as_uri()}")


@pytest.mark.parametrize(
    ("uri", "why"),
    [
        ("zip://b.png::{zip}", "does not contain this film"),
        ("zip://a.png::{zip}.gone", "is not there"),
        ("zip://a.png", "names no member"),
        ("zip://a.png::{folder}", "cannot be opened"),
        ("zip://a.png::nothing://x.zip", "no way to read nothing://"),
    ],
)
def test_a_member_that_is_not_there_is_one_sentence(uri: str, why: str, tmp_path: Path) -> None:
    archive = write_zip(tmp_path / "films.zip", {"a.png": picture()})
    with FilmReader() as reader, pytest.raises(UnreadableFilm, match=why):
        reader.read(uri.format(zip=archive.as_uri(), folder=tmp_path.as_uri()))


@pytest.mark.parametrize("method", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_methods_that_unpack_without_a_limit_are_not_read(method: int, tmp_path: Path) -> None:
    archive = tmp_path / "films.zip"
    with zipfile.ZipFile(archive, "w", method) as target:
        target.writestr("a.png", picture())
        target.writestr("IM1", disc_film())
    [row] = list_films([str(archive)])
    with FilmReader() as reader, pytest.raises(UnreadableFilm, match="deflate"):
        reader.read(row.uri)


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
def test_a_damaged_member_is_one_sentence_and_the_others_are_read(method: int, tmp_path: Path) -> None:
    archive = tmp_path / "films.zip"
    with zipfile.ZipFile(archive, "w", method) as target:
        target.writestr("a.png", np.random.default_rng(0).integers(0, 60, 20_000, np.uint8).tobytes())
        target.writestr("b.png", picture(70))
        size = target.getinfo("a.png").compress_size
    data = bytearray(archive.read_bytes())
    data[40 + size // 2] ^= 0xFF
    archive.write_bytes(bytes(data))
    with FilmReader() as reader:
        with pytest.raises(UnreadableFilm, match="damaged in its zip"):
            reader.read(f"zip://a.png::{archive.as_uri()}")
        assert reader.read(f"zip://b.png::{archive.as_uri()}").width == 70


def test_an_encrypted_member_is_one_sentence(tmp_path: Path) -> None:
    archive = write_zip(tmp_path / "films.zip", {"a.png": picture()})
    data = bytearray(archive.read_bytes())
    for mark, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(mark) + flags] |= 1
    archive.write_bytes(bytes(data))
    assert len(list(films_in_zip(archive.as_uri()))) == 1
    with FilmReader() as reader, pytest.raises(UnreadableFilm, match="encrypted"):
        reader.read(f"zip://a.png::{archive.as_uri()}")


def test_a_zip_is_opened_once_for_all_its_films(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive = write_zip(tmp_path / "films.zip", {f"{n}.png": picture() for n in range(4)})
    opened: list[str] = []
    really = zips._opened

    def noted(uri: str) -> IO[bytes]:
        opened.append(uri)
        return really(uri)

    monkeypatch.setattr(zips, "_opened", noted)
    with FilmReader() as reader:
        for number in range(4):
            reader.read(f"zip://{number}.png::{archive.as_uri()}")
    assert opened == [archive.as_uri()]


def test_few_zips_stay_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zips, "MOST_OPEN", 2)
    store = OpenZips()
    for number in range(4):
        store.content(f"zip://a.png::{write_zip(tmp_path / f'{number}.zip', {'a.png': picture()}).as_uri()}", 10)
    assert [Path(name).name for name in store._zips] == ["2.zip", "3.zip"]
    streams = [archive.fp for archive in store._zips.values()]
    store.close()
    assert all(stream is not None and stream.closed for stream in streams)


def test_a_zip_of_another_zip_is_no_film(tmp_path: Path) -> None:
    inner = write_zip(tmp_path / "inner.zip", {"a.png": picture()})
    outer = write_zip(tmp_path / "outer.zip", {"inner.zip": inner.read_bytes(), "b.png": picture()})
    assert [row.name for row in list_films([str(outer)])] == ["b.png"]
    with pytest.raises(StoreError):
        OpenZips().content(f"zip://a.png::inner.zip::{outer.as_uri()}", 10)
