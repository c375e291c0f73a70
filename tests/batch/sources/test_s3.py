"""An object store as clusters have it: S3's protocol, spoken by a server on this machine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import fsspec
import pytest

from spinefm.batch.sources import FilmReader, SourceError, list_films
from spinefm.imaging.radiograph import UnreadableFilm
from tests.batch.sources.films import disc_film, picture, write_zip

pytest.importorskip("s3fs", reason="s3fs is not installed: pip install -r requirements-dev.txt")
moto = pytest.importorskip("moto.server", reason="moto is not installed: pip install -r requirements-dev.txt")


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[fsspec.AbstractFileSystem]:
    """A store with an empty bucket `films`; its address and keys are in the environment, as users set them."""
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    for name, value in {
        "AWS_ACCESS_KEY_ID": "key",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_DEFAULT_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
    }.items():
        monkeypatch.setenv(name, value)
    kind = fsspec.get_filesystem_class("s3")
    kind.clear_instance_cache()
    store = fsspec.filesystem("s3")
    store.mkdir("films")
    yield store
    kind.clear_instance_cache()
    server.stop()


@pytest.mark.thorough
def test_films_of_a_bucket_are_listed_and_read(bucket: fsspec.AbstractFileSystem, tmp_path: Path) -> None:
    archive = write_zip(tmp_path / "films.zip", {"z/d.png": picture(100)})
    for name, content in {
        "2024/a.png": picture(70),
        "2024/IM1": disc_film(90),
        "2024/README": b"x",
        "films.zip": archive.read_bytes(),
        "films.csv": b"path\n2024/a.png\ngone.png\n",
        "empty.png": b"",
    }.items():
        bucket.pipe(f"films/{name}", content)
    rows = list(list_films(["s3://films/2024", "s3://films/*.zip", "s3://films/films.csv", "s3://films/empty.png"]))
    assert [row.uri for row in rows] == [
        "s3://films/2024/IM1",
        "s3://films/2024/a.png",
        "zip://z/d.png::s3://films/films.zip",
        "s3://films/gone.png",
        "s3://films/empty.png",
    ]
    with FilmReader() as reader:
        assert [reader.read(row.uri).width for row in rows[:3]] == [90, 70, 100]
        with pytest.raises(UnreadableFilm, match="There is nothing at s3://films/gone.png"):
            reader.read(rows[3].uri)
        with pytest.raises(UnreadableFilm, match="empty"):
            reader.read(rows[4].uri)
    with pytest.raises(SourceError):
        list(list_films(["s3://no-such-bucket/*.png"]))
