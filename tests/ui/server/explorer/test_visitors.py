"""Visitors who bring what breaks, cancel, leave, or bring too much: nobody else waits, and nothing is left."""

from __future__ import annotations

import shutil
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext

from spinefm.data import DatasetError, open_dataset
from spinefm.evaluation import RunError
from spinefm.ui.server import page as ui
from spinefm.ui.server.explorer import ExplorerTab, evaluation_store
from spinefm.ui.server.explorer.evaluation_store import EvaluationStore, _last_written
from spinefm.ui.server.explorer.jobs import EvaluationEnded, Job
from spinefm.ui.server.explorer.making import opened_zip
from spinefm.ui.server.tabs import TabPlan
from tests.evaluation.stand_in_set import write_set
from tests.ui.server.conftest import Visitor, serve, visit
from tests.ui.server.explorer import hostile
from tests.ui.server.stand_in import StandInService, write_film

OPEN = '.explorer[data-state="open"]'
ZIP = 'input[type=file][accept=".zip"]'
NEWS = ".ex-state"


@pytest.fixture(scope="module")
def tabs() -> list[ExplorerTab]:
    """The explorer's tab on the page."""
    return []


@pytest.fixture(scope="module")
def service() -> StandInService:
    """A method whose events wait at a gate when a test closes it."""
    return StandInService()


@pytest.fixture(scope="module")
def address(
    offered: Path, service: StandInService, tabs: list[ExplorerTab], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The page with two evaluations."""
    plan = TabPlan("explore", "Explore", lambda parts: tabs.append(ExplorerTab(parts, offered)))
    patch = pytest.MonkeyPatch()
    patch.setattr(ui, "TABS", (plan,))
    yield from serve(service, tmp_path_factory.mktemp("no-examples"))
    patch.undo()


@pytest.fixture
def guest(context: BrowserContext, address: str) -> Iterator[Visitor]:
    """A visitor of the explorer."""
    one = visit(context)
    one.page.set_default_timeout(30_000)
    one.page.goto(f"{address}?tab=explore&x-run=first")
    one.page.wait_for_selector(OPEN)
    yield one
    one.leave()


@pytest.fixture
def gate(service: StandInService, tabs: list[ExplorerTab]) -> Iterator[threading.Semaphore]:
    """Events come only as the test lets them; an evaluation of an earlier test is let through before."""
    until(lambda: all(len(tab.jobs) == 0 for tab in tabs))
    service.gate = threading.Semaphore(0)
    yield service.gate
    service.gate.release(10_000)
    service.gate = None


def bring(visitor: Visitor, path: Path) -> None:
    visitor.page.set_input_files(ZIP, str(path))


def said(visitor: Visitor, words: str) -> str:
    """The explorer's line of news once it holds `words`."""
    visitor.page.wait_for_function(
        "([at, words]) => document.querySelector(at).textContent.includes(words)", arg=[NEWS, words]
    )
    return visitor.page.text_content(NEWS) or ""


def left_behind(tab: ExplorerTab) -> set[str]:
    """What lies in the folder of visitors' own evaluations."""
    return {path.name for path in tab.store.own.iterdir()}


def is_ended(job: Job) -> bool:
    """Whether the job stops at its next check."""
    try:
        job.check()
    except EvaluationEnded:
        return True
    return False


def until(done: Callable[[], bool]) -> None:
    """Wait until something on the server has happened."""
    end = time.monotonic() + 20
    while not done():
        assert time.monotonic() < end
        threading.Event().wait(0.02)


@pytest.mark.parametrize("name", [*hostile.FILES, "nameless", "wrong name"])
def test_a_hostile_set_is_one_sentence_without_a_path(
    guest: Visitor, tabs: list[ExplorerTab], tmp_path: Path, name: str
) -> None:
    path, before = tmp_path / "mine.zip", left_behind(tabs[0])
    if name in hostile.FILES:
        bring(guest, hostile.write_zip(path, name))
        text = said(guest, hostile.FILES[name][1])
    else:
        bring(guest, hostile.write_nameless(path) if name == "nameless" else hostile.write_wrong_name(path))
        text = said(guest, "rename the file and pack it again")
    assert "/" not in text.replace("C5/", "") and "own-" not in text
    until(lambda: left_behind(tabs[0]) == before and len(tabs[0].jobs) == 0)


@pytest.mark.parametrize("kind", ["rows", "gzip", "masks"])
def test_a_bomb_in_an_evaluation_is_one_sentence(guest: Visitor, offered: Path, tmp_path: Path, kind: str) -> None:
    known = "[...document.querySelectorAll('[data-pick=run] option[value^=own-]')].map((one) => one.value)"
    before = guest.page.evaluate(known)
    bring(guest, hostile.bomb_evaluation(offered / "first", tmp_path / "mine.zip", kind))
    if kind == "rows":
        assert "/" not in said(guest, "1000000 rows, more than")
        return
    guest.page.click('[data-mode="table"]')
    opened = "(before) => { const run = document.querySelector('[data-pick=run]').value; "
    opened += "return run.startsWith('own-') && !before.includes(run) && document.querySelector('.ex-group'); }"
    guest.page.wait_for_function(opened, arg=before)
    guest.page.click('.ex-group[data-film="neck-1"] [data-steps]')
    assert "/" not in said(guest, "unpacks to more than" if kind == "gzip" else "more than its film")


def test_cancel_ends_an_evaluation_and_nothing_of_it_is_left(
    guest: Visitor, gate: threading.Semaphore, tabs: list[ExplorerTab], tmp_path: Path
) -> None:
    before = left_behind(tabs[0])
    write_set(tmp_path / "set", ["mine-1", "mine-2"])
    bring(guest, Path(shutil.make_archive(str(tmp_path / "set"), "zip", tmp_path / "set")))
    guest.page.wait_for_selector("#explore-cancel", state="visible")
    until(lambda: left_behind(tabs[0]) > before)
    guest.page.click("#explore-cancel")
    gate.release(3)
    assert "cancelled" in said(guest, "cancelled")
    until(lambda: left_behind(tabs[0]) == before and len(tabs[0].jobs) == 0)
    assert guest.page.is_hidden("#explore-cancel")


def test_an_evaluation_ends_when_its_visitor_has_left(
    context: BrowserContext, address: str, gate: threading.Semaphore, tabs: list[ExplorerTab], tmp_path: Path
) -> None:
    one = visit(context)
    one.page.goto(f"{address}?tab=explore&x-run=first")
    one.page.wait_for_selector(OPEN)
    before = left_behind(tabs[0])
    write_set(tmp_path / "set", ["mine-1", "mine-2"])
    bring(one, Path(shutil.make_archive(str(tmp_path / "set"), "zip", tmp_path / "set")))
    until(lambda: len(tabs[0].jobs) == 1 and left_behind(tabs[0]) > before)
    one.page.close()
    until(lambda: all(is_ended(job) for job in tabs[0].jobs.under_way()))
    gate.release(3)
    until(lambda: left_behind(tabs[0]) == before and len(tabs[0].jobs) == 0)


def test_a_visitor_has_so_many_evaluations_and_the_oldest_go(offered: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluation_store, "MOST_OWN", 2)
    one = EvaluationStore(offered)
    runs = []
    for _ in range(3):
        run, folder = one.new("guest")
        shutil.copytree(offered / "first", folder)
        runs.append(run)
    assert [entry["id"] for entry in one.entries(runs)][:2] == [runs[2], runs[1]]
    assert not (one.own / runs[0]).exists()


def test_all_visitors_together_have_so_many(offered: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(evaluation_store, "MOST_OF_ALL", 2)
    one = EvaluationStore(offered)
    runs = [one.new(f"guest {number}")[0] for number in range(2)]
    with pytest.raises(RunError, match="as many evaluations as it has room for"):
        one.new("guest 3")
    one.drop(runs[0])
    one.new("guest 3")


def test_bytes_of_one_visitor_and_of_all_are_limited(offered: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = EvaluationStore(offered)
    run, folder = one.new("guest")
    shutil.copytree(offered / "first", folder)
    assert 0 < one.room(run) < evaluation_store.MOST_BYTES
    monkeypatch.setattr(evaluation_store, "MOST_BYTES", 10)
    assert one.room(run) == 0
    monkeypatch.setattr(evaluation_store, "MOST_BYTES_OF_ALL", 10)
    with pytest.raises(RunError, match="as many evaluations"):
        one.new("another")
    assert one.new("guest")[0] != run, "a visitor's own oldest one makes room"


class DroppingName(str):
    """A visitor's name; while it is compared, another visitor's evaluation is dropped."""

    drop: Callable[[], None] | None = None
    __hash__ = str.__hash__

    def __eq__(self, other: object) -> bool:
        if self.drop is not None:
            one = threading.Thread(target=self.drop)
            one.start()
            one.join(0.2)  # it waits where the store counts undisturbed
        return str(self) == other


def test_an_evaluation_that_is_dropped_meanwhile_stops_no_count(offered: Path) -> None:
    one = EvaluationStore(offered)
    name = DroppingName("guest")
    run, _ = one.new(name)
    other, _ = one.new("other")
    name.drop = lambda: one.drop(other)
    assert one.room(run) == evaluation_store.MOST_BYTES


def test_an_evaluation_that_was_made_again_is_read_again(offered: Path, tmp_path: Path) -> None:
    shutil.copytree(offered, tmp_path / "offered")
    place = tmp_path / "offered"
    kept, before = EvaluationStore(place), EvaluationStore(place).columns("first")
    assert kept.columns("first") == before
    for table in (place / "second").glob("*.parquet"):
        shutil.copyfile(table, place / "first" / table.name)
    assert kept.columns("first") == EvaluationStore(place).columns("first") != before


def test_an_evaluation_that_is_deleted_meanwhile_stops_no_sweep(tmp_path: Path) -> None:
    assert _last_written(tmp_path / "gone") == pytest.approx(time.time(), abs=5)


def test_a_message_names_no_folder(offered: Path) -> None:
    one = EvaluationStore(offered)
    run, folder = one.new("guest")
    assert one.words(f"{folder}-set/sub has none of them.") == "The zip has none of them."
    assert one.words(f"The tables in {folder} are damaged (no).") == "The tables in the zip are damaged (no)."
    assert one.words(f"{offered}/first is damaged.") == "first is damaged."
    assert one.words("notzip.zip is no zip.") == "notzip.zip is no zip."
    assert run not in one.words(str(folder))


def test_what_is_no_zip_of_films_with_truth_is_said_in_the_words_of_the_page(offered: Path, tmp_path: Path) -> None:
    """No folder can be given there, and the layouts are listed below the sentence."""
    one = EvaluationStore(offered)
    _, folder = one.new("guest")
    (tmp_path / "notzip.zip").write_bytes(b"text")
    with pytest.raises(DatasetError) as caught:
        opened_zip(tmp_path / "notzip.zip", folder)
    assert one.words(str(caught.value)) == "notzip.zip is not a zip; pack the films and their truth as a zip."
    film = write_film(tmp_path / "a.png")
    with zipfile.ZipFile(tmp_path / "films.zip", "w") as archive:
        archive.write(film, "a.png")
    assert not opened_zip(tmp_path / "films.zip", folder)
    with pytest.raises(DatasetError) as caught:
        open_dataset("auto", evaluation_store.set_of(folder))
    words = one.words(str(caught.value))
    assert words.startswith("The zip contains no films with truth in a known layout: the list below shows the layouts.")
    assert "go to Segment one at a time, once unpacked; the command spinefm batch takes many." in words
    assert "nhanes2" not in words
