"""One film of a batch: its outlines, and its picture from the owner's folders alone."""

from __future__ import annotations

import base64
import json
import os
from pathlib import Path

import cv2
import numpy as np
import pyarrow.parquet as pq
import pytest
from numpy.typing import NDArray

from bench.made_batch import SIZE, write_batch
from spinefm.batch.merge import merge
from spinefm.batch.shard import compute_shard
from spinefm.batch.tables import TableError, read_table
from spinefm.methods.spinefm.decisions import STOP_WORDS
from spinefm.ui.server.explorer.batch import BatchIndex, BatchStore
from spinefm.ui.server.explorer.batch.film import ANOTHER, GONE, NOT_THERE, UNREADABLE, BatchFilms, path_of, sure
from spinefm.ui.server.explorer.batch.query import opening
from spinefm.ui.server.explorer.owner import FILMS_VARIABLE, RUNS_VARIABLE, OwnerFolders
from tests.batch.fake import FakeSegmenter, job_of, many_names, write_films


def id_of(index: BatchIndex, name: str) -> str:
    return str(index.ids[index.names.to_pylist().index(name)].as_py())


def outlined_neck(index: BatchIndex) -> str:
    """The id of a film in the allowed folder that did not fail; which of them fail follows from the folder's name."""
    names = index.names.to_pylist()
    at = next(at for at, name in enumerate(names) if name.startswith("neck ") and index.vertebrae[at])
    return str(index.ids[at].as_py())


def picture_of(url: str) -> NDArray[np.uint8]:
    """The grey picture (H, W) in a data address."""
    content = np.frombuffer(base64.b64decode(url.partition(",")[2]), np.uint8)
    return np.asarray(cv2.imdecode(content, cv2.IMREAD_GRAYSCALE), np.uint8)


def test_a_film_in_an_allowed_folder_is_shown_below_its_outlines(index: BatchIndex, owner: OwnerFolders) -> None:
    seen = BatchFilms(owner).look(index, id_of(index, "neck 1.png"))
    assert (seen["width"], seen["height"]) == SIZE
    picture = picture_of(seen["url"])
    assert picture.shape == (640, 480)


def test_outlines_lie_round_the_stored_centroids(index: BatchIndex, owner: OwnerFolders) -> None:
    film = index.ids[int(np.argmax(index.vertebrae))].as_py()
    masks = BatchFilms(owner).look(index, film)["drawing"]["masks"]
    rows = read_table(index.folder, "vertebrae", ids=[film]).to_pylist()
    assert [mask["name"] for mask in masks] == [row["level"] for row in rows]
    for mask, row in zip(masks, rows, strict=True):
        points = np.array(mask["outline"]).reshape(-1, 2)
        assert cv2.pointPolygonTest(points.astype(np.float32), (row["x"], row["y"]), False) > 0
        assert points[:, 0].min() >= row["x0"] and points[:, 1].max() <= row["y1"]
        assert mask["doubtful"] == row["doubtful"]


def test_a_film_that_is_not_here_leaves_the_outlines(index: BatchIndex, owner: OwnerFolders) -> None:
    place = next(at for at in range(len(index)) if index.names[at].as_py().startswith("film-") and index.vertebrae[at])
    seen = BatchFilms(owner).look(index, index.ids[place].as_py())
    assert seen["url"] is None and seen["note"] == NOT_THERE and seen["drawing"]["masks"]


def test_without_allowed_folders_no_film_is_read(index: BatchIndex, runs: Path) -> None:
    seen = BatchFilms(OwnerFolders((runs,))).look(index, outlined_neck(index))
    assert seen["url"] is None and seen["note"] == NOT_THERE


def test_what_is_almost_sure_is_not_called_certain() -> None:
    assert [sure("left", share) for share in (0.997, 0.9, None)] == ["left (> 99 %)", "left (90 %)", "left"]


def test_an_id_that_is_none_is_one_sentence(index: BatchIndex, owner: OwnerFolders) -> None:
    for film in ("", "../../etc/passwd", "x" * 16):
        with pytest.raises(TableError, match=GONE):
            BatchFilms(owner).look(index, film)
    assert BatchFilms(owner).measures(index, "nothing") == []


def test_nothing_that_is_sent_names_a_path(index: BatchIndex, owner: OwnerFolders, films: Path) -> None:
    for name in ("neck 0.png", "neck 1.png", "neck 2.png"):
        film = id_of(index, name)
        sent = json.dumps([BatchFilms(owner).look(index, film), BatchFilms(owner).measures(index, film)])
        assert str(films) not in sent and "file:" not in sent


def test_the_measures_of_a_film_are_those_of_the_table(index: BatchIndex, owner: OwnerFolders) -> None:
    film = index.ids[int(np.argmax(index.vertebrae))].as_py()
    rows = read_table(index.folder, "measures", ids=[film]).to_pylist()
    found = BatchFilms(owner).measures(index, film)
    assert [(one["measure"], one["place"], one["value"]) for one in found] == [
        (row["measure"], row["place"], row["value"]) for row in rows
    ]


def one_film(folder: Path, film: Path, **changes: object) -> BatchIndex:
    """A batch of one film, whose row is changed."""
    place = write_batch(folder, 1, [film])
    table = pq.read_table(place / "films.parquet")
    row = table.to_pylist()[0] | {"status": "done", "sentence": None} | changes
    pq.write_table(type(table).from_pylist([row], table.schema), place / "films.parquet")
    return BatchIndex(place)


def test_a_film_that_was_turned_is_turned_again(films: Path, owner: OwnerFolders, tmp_path: Path) -> None:
    index = one_film(tmp_path / "night", films / "neck 0.png", quarters=1, width=SIZE[1], height=SIZE[0])
    seen = BatchFilms(owner).look(index, index.ids[0].as_py())
    picture = picture_of(seen["url"])
    assert picture.shape == (480, 640)
    assert picture[5].mean() < picture[-5].mean()  # the ramp ran to the right, and now runs down


def test_a_film_of_another_size_is_another_film(films: Path, owner: OwnerFolders, tmp_path: Path) -> None:
    index = one_film(tmp_path / "night", films / "neck 0.png", width=300)
    seen = BatchFilms(owner).look(index, index.ids[0].as_py())
    assert seen["url"] is None and seen["note"] == ANOTHER


def test_a_file_that_is_no_film_is_said(tmp_path: Path) -> None:
    (tmp_path / "films").mkdir()
    (tmp_path / "films" / "a.png").write_text("no film")
    index = one_film(tmp_path / "night", tmp_path / "films" / "a.png")
    films = BatchFilms(OwnerFolders((), ((tmp_path / "films").resolve(),)))
    assert films.look(index, index.ids[0].as_py())["note"] == UNREADABLE


@pytest.mark.parametrize(
    "uri",
    [
        "file://{root}/films/../secret.png",
        "file://{root}/films/%2e%2e/secret.png",
        "file://{root}/films/link.png",
        "file://{root}/secret.png",
        "file://{root}/films",
        "file://{root}/films-2/a.png",
    ],
)
def test_no_address_leads_out_of_the_allowed_folders(tmp_path: Path, films: Path, uri: str) -> None:
    for folder in ("films", "films-2"):
        (tmp_path / folder).mkdir()
    secret = (films / "neck 0.png").read_bytes()
    for place in ("secret.png", "films-2/a.png"):
        (tmp_path / place).write_bytes(secret)
    os.symlink(tmp_path / "secret.png", tmp_path / "films" / "link.png")
    index = one_film(tmp_path / "night", films / "neck 0.png", uri=uri.format(root=tmp_path))
    shown = BatchFilms(OwnerFolders((), ((tmp_path / "films").resolve(),)))
    seen = shown.look(index, index.ids[0].as_py())
    assert seen["url"] is None and seen["note"] == NOT_THERE


def test_a_link_as_allowed_folder_is_what_it_points_to(tmp_path: Path, films: Path, index: BatchIndex) -> None:
    os.symlink(films, tmp_path / "link")
    owner = OwnerFolders.of({FILMS_VARIABLE: str(tmp_path / "link")})
    assert BatchFilms(owner).look(index, id_of(index, "neck 2.png"))["url"]


@pytest.mark.parametrize(
    "uri",
    [
        "http://host/a.png",
        "s3://bucket/a.png",
        "file://host/a.png",
        "a.png",
        "file:a.png",
        "",
        "file:///a%00b",
        "file://[",
        "\0",
    ],
)
def test_addresses_that_are_no_file_here_have_no_path(uri: str) -> None:
    assert path_of(uri) is None


def test_an_address_with_spaces_and_bytes_is_a_path() -> None:
    assert path_of("file:///films/neck%20a.png") == Path("/films/neck a.png")
    assert path_of(Path("/films/näck.png").as_uri()) == Path("/films/näck.png")


def test_the_owner_names_folders_as_in_path(tmp_path: Path) -> None:
    text = os.pathsep.join([str(tmp_path / "a"), "", str(tmp_path / "b")])
    owner = OwnerFolders.of({RUNS_VARIABLE: text})
    assert owner.runs == ((tmp_path / "a").resolve(), (tmp_path / "b").resolve()) and owner.films == ()
    assert OwnerFolders.of({}) == OwnerFolders()


def test_a_damaged_outline_is_one_sentence(index: BatchIndex, films: Path, tmp_path: Path, owner: OwnerFolders) -> None:
    broken = BatchIndex(write_batch(tmp_path / "night", 40))
    table = pq.read_table(tmp_path / "night" / "vertebrae.parquet")
    rows = [row | {"mask_counts": "~~"} for row in table.to_pylist()]
    pq.write_table(type(table).from_pylist(rows, table.schema), tmp_path / "night" / "vertebrae.parquet")
    film = broken.ids[int(np.argmax(broken.vertebrae))].as_py()
    with pytest.raises(TableError, match="is damaged"):
        BatchFilms(owner).look(broken, film)


def test_pictures_are_kept_and_forgotten(
    index: BatchIndex, owner: OwnerFolders, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("spinefm.ui.server.explorer.batch.film.MOST_KEPT", 2)
    films = BatchFilms(owner)
    urls = {number: films.look(index, id_of(index, f"neck {number}.png"))["url"] for number in (0, 1, 2, 0)}
    assert all(urls.values()) and len(films._kept) == 2


def test_what_spinefm_batch_wrote_is_opened_as_it_is(tmp_path: Path) -> None:
    """Films of every kind, run by the batch itself with a segmenter that is known."""
    write_films(tmp_path / "films", many_names(12))
    job = job_of(tmp_path / "films", tmp_path / "runs" / "out")
    for shard in job.plan.shards():
        compute_shard(job.folder, job.plan, shard, FakeSegmenter())
    merge(job.folder)
    owner = OwnerFolders((tmp_path / "runs",), ((tmp_path / "films").resolve(),))
    store = BatchStore(owner)
    assert [one["id"] for one in store.entries()] == ["out"]
    view = store.view("out", {"sort": "name"})
    rows = read_table(job.folder.path, "films").to_pylist()
    assert [row["name"] for row in view["rows"]] == sorted(row["name"] for row in rows)
    assert view["counts"]["status"]["failed"] == sum(row["status"] == "failed" for row in rows) > 0
    for row in (row for row in rows if row["status"] == "done"):
        seen = store.look("out", row["id"])
        assert seen["url"] and (seen["width"], seen["height"]) == (row["width"], row["height"])
        assert len(seen["drawing"]["masks"]) == row["vertebrae"]
        assert "error" not in store.values("out", row["id"])


def test_facts_and_filters_say_in_the_same_words_why_an_induction_ended(owner: OwnerFolders, index: BatchIndex) -> None:
    rows = read_table(index.folder, "films", ["id", "stop_up"]).to_pylist()
    ended = next(row for row in rows if row["stop_up"] == "point outside")
    facts = dict(BatchFilms(owner).look(index, ended["id"])["facts"])
    assert opening("night", index)["stop_words"] == dict(STOP_WORDS)
    assert facts["upwards until"] == STOP_WORDS["point outside"]


@pytest.mark.parametrize(
    ("probability", "said"), [(1.0, "left (> 99 %)"), (0.0, "left (< 1 %)"), (0.97, "left (97 %)"), (None, "left")]
)
def test_a_probability_that_the_tables_rounded_is_neither_all_nor_none(probability: float | None, said: str) -> None:
    assert sure("left", probability) == said
