"""The reader: films of other machines are fetched ahead of their turn, and come out the same."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from spinefm.batch.manifest import FilmEntry
from spinefm.batch.merge import merge
from spinefm.batch.plan import BatchPlan
from spinefm.batch.shard import compute_shard
from spinefm.batch.sources import FilmReader, list_films, reader, stores
from spinefm.batch.tables import read_table
from spinefm.imaging.radiograph import UnreadableFilm
from tests.batch.fake import RULES, FakeSegmenter, job_of
from tests.batch.sources.films import picture, write, write_zip
from tests.batch.sources.web import Web, serving


@pytest.fixture
def web() -> Iterator[Web]:
    """A server with twenty films, 70 to 89 pixels wide."""
    with serving(Web({f"/{number:02d}.png": picture(70 + number) for number in range(20)})) as running:
        yield running


def addresses(web: Web) -> list[str]:
    """The films of the server."""
    return [f"{web.address}{path}" for path in web.files]


def settled(web: Web) -> int:
    """Requests that came, once no more come."""
    count = -1
    while count != len(web.requests):
        count = len(web.requests)
        time.sleep(0.1)
    return count


def test_expected_films_are_fetched_together_and_read_in_any_case(web: Web) -> None:
    web.together = 8
    with FilmReader() as films:
        films.expect(addresses(web))
        assert [films.read(uri).width for uri in addresses(web)] == [*range(70, 90)]
    assert len(web.requests) == 20


def test_no_more_films_than_the_limit_are_held(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "AHEAD", 3)
    with FilmReader() as films:
        films.expect(addresses(web))
        assert settled(web) == 3
        films.read(addresses(web)[0])
        assert settled(web) == 4


def test_films_that_are_left_out_do_not_stop_the_others(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "AHEAD", 3)
    with FilmReader() as films:
        films.expect(addresses(web))
        assert [films.read(uri).width for uri in addresses(web)[5::5]] == [75, 80, 85]
        assert films.read(addresses(web)[0]).width == 70


def test_a_new_expectation_drops_the_one_before(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "AHEAD", 2)
    with FilmReader() as films:
        films.expect(addresses(web))
        films.expect(addresses(web)[10:12])
        assert settled(web) <= 4
        assert films.read(addresses(web)[10]).width == 80
        assert settled(web) <= 4


def test_an_expected_film_that_fails_has_its_own_sentence(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stores, "PAUSES", ())
    del web.files["/03.png"]
    uris = [f"{web.address}/{number:02d}.png" for number in range(6)]
    with FilmReader() as films:
        films.expect(uris)
        assert films.read(uris[2]).width == 72
        with pytest.raises(UnreadableFilm, match=r"nothing at .*/03\.png"):
            films.read(uris[3])
        assert films.read(uris[4]).width == 74


def test_files_of_this_machine_are_not_read_ahead(tmp_path: Path) -> None:
    write(tmp_path, {"a.png": picture(70)})
    archive = write_zip(tmp_path / "films.zip", {"b.png": picture(80)})
    uris = [entry.uri for entry in list_films([str(tmp_path), str(archive)])]
    with FilmReader() as films:
        films.expect(uris)
        assert films._threads is None
        assert [films.read(uri).width for uri in uris] == [70, 80]


def test_members_of_a_far_zip_are_read_ahead(web: Web, tmp_path: Path) -> None:
    members = {f"{number}.png": picture(70 + number) for number in range(9)}
    web.files = {"/films.zip": write_zip(tmp_path / "films.zip", members).read_bytes()}
    uris = [entry.uri for entry in list_films([f"{web.address}/films.zip"])]
    with FilmReader() as films:
        films.expect(uris)
        assert [films.read(uri).width for uri in uris] == [*range(70, 79)]


def test_a_shard_fetches_its_films_together_and_in_its_order(web: Web, tmp_path: Path) -> None:
    web.together = 8
    write(tmp_path, {"films.csv": "\n".join(["uri", *addresses(web)]).encode()})
    job = job_of(tmp_path / "films.csv", tmp_path / "out", together=10)  # more would begin with small groups
    assert isinstance(job.plan, BatchPlan) and job.plan.rules == RULES
    for shard in job.plan.shards():
        compute_shard(job.folder, job.plan, shard, FakeSegmenter())
    merge(job.folder)
    rows = read_table(tmp_path / "out", "films")
    by_name = dict(zip(rows["name"].to_pylist(), rows["width"].to_pylist(), strict=True))
    assert by_name == {f"{number:02d}.png": 70 + number for number in range(20)}
    assert rows["id"].to_pylist() == sorted(FilmEntry.of(uri).id for uri in addresses(web))
