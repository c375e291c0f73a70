"""The explorer on the page itself: opened by a link, on to the player, and a reader's own zip."""

from __future__ import annotations

import os
import re
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from spinefm.data import Case, cases, open_dataset
from spinefm.evaluation import Pace, RunError, RunFolder
from spinefm.evaluation.frames import read_measures, read_tables
from spinefm.export import write_result
from spinefm.export.one_page import report_files
from spinefm.export.sheet import THUMBNAIL, thumbnail, write_sheet
from spinefm.imaging.radiograph import read
from spinefm.measure import measure
from spinefm.methods import film_record
from spinefm.trace.model import Trace
from spinefm.ui.server import page as ui
from spinefm.ui.server.corrections import Correction, apply
from spinefm.ui.server.explorer import plan_of
from spinefm.ui.server.explorer.case import looked_at, steps_payload
from spinefm.ui.server.explorer.evaluation_store import KEEP_OWN, EvaluationStore
from spinefm.ui.server.explorer.making import phantom_run
from tests.evaluation.stand_in_set import write_set
from tests.ui.server.conftest import NECK, UPLOAD, Visitor, serve, visit
from tests.ui.server.stand_in import StandIn, StandInService, all_events, write_film
from tests.ui.server.test_layout import LEVELS

OPEN = '.explorer[data-state="open"]'
ZIP = 'input[type=file][accept=".zip"]'


@pytest.fixture(scope="module")
def address(offered: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The page with the two evaluations."""
    patch = pytest.MonkeyPatch()
    patch.setattr(ui, "TABS", (plan_of(offered),))
    yield from serve(StandInService(), tmp_path_factory.mktemp("no-examples"))
    patch.undo()


@pytest.fixture
def guest(context: BrowserContext, address: str) -> Iterator[Visitor]:
    """A visitor who came by a link to the explorer."""
    one = visit(context)
    one.page.set_default_timeout(30_000)
    one.page.goto(f"{address}?tab=explore&x-mode=table&x-run=first&x-show=missed&x-levels=T1")
    one.page.wait_for_selector(OPEN)
    yield one
    one.leave()


def test_a_link_opens_the_view_and_a_row_the_player_at_its_failing_step(guest: Visitor) -> None:
    page = guest.page
    assert page.locator(".ex-rows tr").count() == 4
    page.click('.ex-group[data-film="neck-1"] [data-steps]')
    page.wait_for_selector('.player[data-status="finished"]')
    assert "background 91 % (limit 50 %)" in page.inner_text(".player-caption")
    assert page.get_attribute(".player", "data-phase") == "decide"
    page.wait_for_function("!location.search.includes('tab=explore')")
    assert "a replay of an evaluation" in (page.locator('[data-panel="download"]').text_content() or "")
    assert page.locator("#run").is_disabled(), "a replay contains no film to run on"
    assert "To run a film, choose one above" in page.inner_text(".player-remarks")


def test_a_replay_leaves_a_way_back_to_the_visitors_own_film(guest: Visitor, tmp_path: Path) -> None:
    page = guest.page
    page.click("role=tab[name='Segment']")
    page.set_input_files(UPLOAD, str(write_film(tmp_path / "neck.png", bright=0.85)))
    page.wait_for_selector(NECK)
    guest.wait("finished")
    page.click("role=tab[name='Explore']")
    page.click('.ex-group[data-film="neck-1"] [data-steps]')
    page.wait_for_function("window.spinefm.view.payload.film.name !== 'neck.png'")
    page.click("#back >> text=Back to neck.png")
    page.wait_for_selector(NECK)
    guest.wait("finished")
    expect(page.locator("#run")).to_be_enabled()


def test_back_leads_from_a_films_steps_to_the_list_and_forward_to_them_again(guest: Visitor) -> None:
    page = guest.page
    steps, rows = page.locator('.player[data-status="finished"]'), page.locator(".ex-rows")
    page.add_style_tag(content=".ex-list { min-height: 3000px; }")
    page.evaluate("scrollTo(0, 90)")
    page.click('.ex-group[data-film="neck-1"] [data-steps]')
    steps.wait_for()
    page.wait_for_function("!location.search.includes('tab=explore')")
    assert page.evaluate("scrollY") == 0, "the film is on the screen"
    page.go_back()
    rows.first.wait_for()
    assert "x-levels=T1" in page.url and not steps.is_visible()
    page.go_forward()
    steps.wait_for()
    assert not rows.first.is_visible()


def test_the_chosen_film_stays_in_sight_while_the_list_scrolls_and_ends_with_it(guest: Visitor) -> None:
    page = guest.page
    page.add_style_tag(content=".ex-list { min-height: 3000px; }")
    panel = page.locator(".ex-body .ex-stick")
    bottom = "document.querySelector('.ex-body .ex-list').getBoundingClientRect().bottom"
    page.evaluate("scrollTo(0, 1200)")
    page.wait_for_function("document.querySelector('.ex-body .ex-stick').getBoundingClientRect().top >= 0")
    box = panel.bounding_box()
    assert box is not None and 0 <= box["y"] < 60
    page.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    box = panel.bounding_box()
    assert box is not None and box["y"] + box["height"] <= page.evaluate(bottom) + 1


def test_the_measures_come_from_the_page_one_at_a_time(guest: Visitor, offered: Path) -> None:
    page = guest.page
    page.click("[data-clear]")
    page.click('button[data-mode="measures"]')
    page.wait_for_selector('.ex-histogram[aria-label*="values between"]')
    page.select_option('[data-measure="measure"]', "middle_height")
    page.wait_for_selector('[data-chart="bland"] .ex-stage')
    levels = page.evaluate(LEVELS)
    assert levels[0] == 1 and set(levels[1:]) == {2}, "no level of heading is left out"
    table = read_measures(offered / "first")
    assert table is not None
    both = (table["key"] == "middle_height") & table["true"].notna() & table["value"].notna()
    assert page.get_attribute('[data-chart="bland"] .ex-stage', "aria-valuemax") == str(both.sum())
    page.wait_for_function("location.search.includes('x-measure=middle_height')")


def test_a_finished_evaluation_is_brought_as_a_zip(guest: Visitor, offered: Path, tmp_path: Path) -> None:
    archive = shutil.make_archive(str(tmp_path / "mine"), "zip", offered, "second")
    guest.page.set_input_files(ZIP, archive)
    guest.page.wait_for_selector('[data-pick="run"] option[value^="own-"]', state="attached")
    guest.page.wait_for_function("document.querySelector('[data-pick=run]').value.startsWith('own-')")
    assert guest.page.locator('[data-pick="run"] option').count() == 3
    guest.page.reload()
    guest.page.wait_for_selector('[data-pick="run"] option[value^="own-"]', state="attached")
    title = guest.page.locator('[data-pick="run"] option[value^="own-"]').first.text_content() or ""
    assert re.fullmatch(r"mine\.zip, \d{4}-\d\d-\d\d \d\d:\d\d · .+", title)


DROP = """([name, bytes]) => {
  const held = new DataTransfer();
  held.items.add(new File([Uint8Array.from(bytes)], name));
  const more = { dataTransfer: held, bubbles: true, cancelable: true };
  const steps = ["dragenter", "dragover", "drop"].map((step) => new DragEvent(step, more));
  return steps.map((step) => !document.querySelector(".ex-head").dispatchEvent(step));
}"""


def test_a_film_dropped_here_is_run_under_segment_and_a_zip_is_opened_here(guest: Visitor, tmp_path: Path) -> None:
    film = write_film(tmp_path / "neck.png")
    _, *prevented = guest.page.evaluate(DROP, ["neck.png", list(film.read_bytes())])
    assert prevented == [True, True], "the browser would leave the page for the file"
    guest.page.wait_for_selector(".stage .pane-name:has-text('neck.png')")
    guest.page.wait_for_selector('.player[data-status="finished"]')
    guest.page.click('[data-tab-id="explore"]')
    guest.page.evaluate(DROP, ["bad.ZIP", list(b"no zip")])
    guest.page.wait_for_function("document.querySelector('.ex-state').textContent.includes('is not a zip')")


def test_films_with_truth_are_evaluated_on_the_page(guest: Visitor, tmp_path: Path) -> None:
    write_set(tmp_path / "set", ["mine-1", "mine-2"])
    archive = shutil.make_archive(str(tmp_path / "set"), "zip", tmp_path / "set")
    guest.page.set_input_files(ZIP, archive)
    guest.page.wait_for_function("document.querySelector('[data-pick=run]').value.startsWith('own-')")
    guest.page.wait_for_selector('.ex-group[data-film="mine-2"]')


def test_what_is_no_data_set_is_one_sentence(guest: Visitor, tmp_path: Path) -> None:
    (tmp_path / "bad.zip").write_bytes(b"no zip")
    guest.page.set_input_files(ZIP, str(tmp_path / "bad.zip"))
    guest.page.wait_for_selector(".ex-state:has-text('is not a zip; pack the films and their truth as a zip')")


def test_nothing_outside_the_store_can_be_asked_for(offered: Path) -> None:
    store = EvaluationStore(offered)
    for run in ("..", "../offered/first", "own-guess", "", "/etc"):
        assert "error" in store.columns(run)
        with pytest.raises(RunError):
            store.folder(run)
    with pytest.raises(RunError):
        looked_at(store.folder("first"), "../../run")


def test_the_players_payload_opens_at_the_event_and_carries_the_film(offered: Path) -> None:
    store = EvaluationStore(offered)
    vertebrae = read_tables(offered / "first")[1]
    row = vertebrae[(vertebrae["film"] == "neck-1") & (vertebrae["level"] == "T1")].iloc[0]
    payload = steps_payload(store.folder("first"), "neck-1", int(row["event"]))
    assert payload["entries"][payload["at"]]["kind"] == "decided"
    assert "background" in str(payload["entries"][payload["at"]])
    assert payload["film"]["url"].startswith("data:image/jpeg;base64,")
    assert (payload["film"]["width"], payload["film"]["height"]) == (300, 420)
    assert payload["simulated"] is False


def test_the_steps_of_a_simulated_film_are_called_so() -> None:
    folder = RunFolder(Path("examples/evaluations/phantoms"))
    assert steps_payload(folder, "phantom-cervical-9400004", None)["simulated"] is True


def test_an_evaluation_of_simulated_films_is_called_so(offered: Path) -> None:
    store = EvaluationStore(Path("examples/evaluations"))
    assert [one["title"] for one in store.entries([])] == ["phantoms: simulated films · spinefm · compact · tuned"]
    assert store.columns("phantoms")["simulated"] is True
    assert EvaluationStore(offered).columns("first")["simulated"] is False


def test_the_columns_say_what_the_tables_say(offered: Path) -> None:
    films, vertebrae = read_tables(offered / "first")
    columns = EvaluationStore(offered).columns("first")
    rows = columns["rows"]
    assert [columns["films"]["name"][index] for index in rows["film"]] == vertebrae["film"].tolist()
    assert [columns["levels"][index] for index in rows["level"]] == vertebrae["level"].tolist()
    assert rows["dice"] == [round(value * 1_000_000) for value in vertebrae["dice"]]
    assert [columns["stops"][index] for index in columns["films"]["stop_up"]] == films["stop_up"].tolist()


def test_the_phantom_set_is_made_by_one_visitor_at_a_time(tmp_path: Path) -> None:
    store = EvaluationStore(tmp_path)
    assert not store.has_phantoms()
    with (
        store.making_phantoms() as folder,
        pytest.raises(RunError, match="for another visitor"),
        store.making_phantoms(),
    ):
        pass
    with store.making_phantoms() as again:
        assert again == folder == tmp_path / "phantoms"


def test_phantoms_are_simulated_evaluated_and_told_of(tmp_path: Path) -> None:
    store = EvaluationStore(tmp_path)
    with store.making_phantoms() as folder:
        lines = list(phantom_run(folder, StandIn(), "none", {"network": "0" * 64}, Pace(), count=2))
    assert lines[0] == "Simulating film 1 of 2 …"
    assert lines[-1].startswith("Film 2 of 2 done")
    assert store.has_phantoms()
    assert store.folder("phantoms").plan().checksums == {"network": "0" * 64}
    assert sorted(read_tables(folder)[0]["region"]) == ["cervical", "lumbar"]


def test_a_reader_sees_the_own_evaluations_only_that_are_theirs(offered: Path) -> None:
    store = EvaluationStore(offered)
    run, folder = store.new()
    shutil.copytree(offered / "first", folder)
    assert [one["id"] for one in store.entries([])] == ["first", "second"]
    assert [one["id"] for one in store.entries([run, "own-other"])] == [run, "first", "second"]


@pytest.mark.parametrize("part", sorted(Path(ui.__file__).parents[1].rglob("*.html")), ids=lambda part: part.name)
def test_no_part_of_the_page_ends_the_template_it_is_put_into(part: Path) -> None:
    assert "`" not in part.read_text(encoding="utf-8")


def test_a_damaged_evaluation_takes_away_no_other(offered: Path, tmp_path: Path) -> None:
    for name in ("first", "broken", "lacking", "skipped"):
        shutil.copytree(offered / "first", tmp_path / name)
    (tmp_path / "broken" / "run.json").write_text("{")
    films, _ = read_tables(tmp_path / "lacking")
    films.drop(columns="merged_masks").to_parquet(tmp_path / "lacking" / "films.parquet")
    (tmp_path / "skipped" / "skipped.json").write_text("{")
    store = EvaluationStore(tmp_path)
    assert [entry["id"] for entry in store.entries([])] == ["first", "lacking", "skipped"]
    assert "lack merged_masks" in store.columns("lacking")["error"]
    assert "is damaged" in store.columns("skipped")["error"]
    assert "error" not in store.columns("first")


def test_what_a_visitor_brought_is_deleted_when_nobody_wrote_to_it_for_long(
    offered: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = EvaluationStore(offered)
    run, folder = store.new()
    shutil.copytree(offered / "first", folder)
    assert run in [entry["id"] for entry in store.entries([run])]
    later = time.time() + KEEP_OWN + 60
    monkeypatch.setattr("spinefm.ui.server.explorer.evaluation_store.time.time", lambda: later)
    (folder / "results").touch()
    os.utime(folder / "results", (later, later))
    assert run in [entry["id"] for entry in store.entries([run])], "something is being written"
    monkeypatch.setattr("spinefm.ui.server.explorer.evaluation_store.time.time", lambda: later + KEEP_OWN + 60)
    assert run not in [entry["id"] for entry in store.entries([run])]
    assert not folder.exists()


def test_a_folder_of_corrected_results_is_evaluated_on_the_page(guest: Visitor, tmp_path: Path) -> None:
    out = tmp_path / "out"
    film = write_film(out / "neck.png")
    run = Trace.from_events(film_record(read(film)), "spinefm", {"overlap_limit": 0.1}, all_events())
    corrected = apply(run, Correction("shift", offset=1))
    measures = measure(corrected, film=read(film))
    added = report_files(corrected, read(film), measures) | {THUMBNAIL: thumbnail(corrected, read(film))}
    write_result(out / "neck", corrected, read(film), measures, added)
    assert write_sheet(out)

    dataset = open_dataset("auto", out)
    [case] = cases(dataset)
    assert dataset.kind == "results" and isinstance(case, Case)
    assert [level.name for level in case.truth.bodies] == [one.name for one in corrected.vertebrae]

    guest.page.set_input_files(ZIP, shutil.make_archive(str(tmp_path / "corrected"), "zip", out))
    guest.page.wait_for_function("document.querySelector('[data-pick=run]').value.startsWith('own-')")
    guest.page.click("[data-clear]")
    guest.page.wait_for_selector('.ex-group[data-film="neck"]')
    text = guest.page.inner_text('.ex-group[data-film="neck"]')
    assert all(f"named C{number}" in text for number in range(2, 8)) and "T1" in text  # against the corrected names


def test_a_visitor_chooses_the_ids_and_brings_the_zip_again(guest: Visitor, foreign_ids: Path) -> None:
    page = guest.page
    page.set_input_files(ZIP, str(foreign_ids))
    page.wait_for_function("document.querySelector('.ex-state').textContent.includes('ids in label maps')")
    page.select_option("[data-ids]", "totalspineseg")
    again = shutil.copy(
        foreign_ids, foreign_ids.with_name("again.zip")
    )  # the browser skips a file that is chosen already
    page.set_input_files(ZIP, again)
    page.wait_for_function("document.querySelector('[data-pick=run]').value.startsWith('own-')")
    page.click("[data-clear]")
    page.wait_for_selector('.ex-group[data-film="neck"]')
