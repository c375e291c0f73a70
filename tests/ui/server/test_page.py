"""The page in a real browser: choose a film, run, watch, read, take away."""

from __future__ import annotations

import io
import threading
import zipfile
from pathlib import Path
from types import SimpleNamespace

import cv2
import numpy as np
import pytest
from gradio import Blocks
from PIL import Image
from playwright.sync_api import BrowserContext

from spinefm.imaging.decoded import MAX_BYTES
from spinefm.phantom import simulate
from spinefm.trace.captions import caption as describe
from spinefm.ui.server.model_queue import ModelQueue
from spinefm.ui.server.model_service import BundleService
from spinefm.ui.server.player.payload import UNCHANGED
from spinefm.ui.server.segment_tab import SegmentTab
from tests.ui.server.conftest import DROP, NECK, UPLOAD, Visitor, corrected, serve, set_overlap_limit, visit
from tests.ui.server.stand_in import SIZE, StandInService, all_events, write_film

ROWS = "document.querySelectorAll('.log button').length"


def picture(visitor: Visitor) -> str | None:
    """The film on show."""
    return visitor.page.get_attribute(".stage .pane-film", "src")


def caption(visitor: Visitor) -> str:
    return visitor.page.inner_text(".player-caption")


@pytest.mark.smoke
def test_the_first_screen_moves_and_says_what_it_is(visitor: Visitor, address: str) -> None:
    visitor.open(address, "finished")
    visitor.page.wait_for_selector(".player.playing")
    assert visitor.page.get_attribute('[data-example="a-finished"]', "aria-pressed") == "true"
    assert visitor.page.locator(".player-verbs li b").all_text_contents() == [
        "Find three",
        "Predict the next",
        "Check and name",
    ]
    assert "Research only, not a medical device" in visitor.page.inner_text("#header")
    assert visitor.page.locator(".stage .simulated").inner_text() == "simulated film"
    assert visitor.page.locator("#examples button span").all_text_contents() == ["simulated"] * 2
    assert "a-finished.png" in visitor.page.inner_text(".stage .pane-name")
    assert visitor.page.locator("link[rel~='icon'][data-spinefm]").count() == 1


def test_without_examples_the_page_says_what_to_do(visitor: Visitor, bare_address: str) -> None:
    visitor.open(bare_address, "empty")
    assert "Drop one anywhere on this page" in visitor.page.inner_text(".player-message")


def test_run_without_a_film_is_a_sentence_where_the_film_would_stand(visitor: Visitor, bare_address: str) -> None:
    visitor.open(bare_address, "empty")
    visitor.page.click("#run")
    visitor.wait("failed")
    assert "No film is chosen" in visitor.page.inner_text(".player-message")


@pytest.mark.smoke
def test_steps_play_while_they_arrive_and_end_in_a_table(gate: threading.Semaphore, run: Visitor) -> None:
    run.wait("running")
    events = all_events()
    for before, count in ((0, 1), (1, 2), (2, 8)):
        gate.release(count - before)
        run.page.wait_for_function(f"{ROWS} === {count}")
        assert run.page.locator(".log button").last.text_content() == describe(events[count - 1])
    gate.release(len(events))
    run.wait("finished")
    rows = run.page.locator("table.vertebrae tbody th").all_inner_texts()
    assert [name.strip() for name in rows] == ["C2", "C3", "C4", "C5", "C6", "C7", "T1"]
    run.page.wait_for_selector(".player.resting")
    assert "spine end C2, 98 % (limit 50 %)" in run.page.inner_text(".player-cards")
    assert "0.9 s on cpu · weights compact" in run.page.inner_text(".player-cards")
    assert run.page.locator(".log button").count() == len(events)


def test_a_step_that_arrives_while_a_button_is_down_does_not_take_its_click(
    gate: threading.Semaphore, run: Visitor
) -> None:
    gate.release(5)
    run.page.wait_for_function(f"{ROWS} === 5")
    run.page.click('[data-tab="log"]')
    box = run.page.locator(".log button").nth(1).bounding_box()
    assert box is not None
    run.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    run.page.mouse.down()
    gate.release(2)
    run.page.wait_for_function("window.spinefm.store.known().entries.length === 7")
    assert run.page.evaluate(ROWS) == 5
    run.page.mouse.up()
    run.page.wait_for_function(f"{ROWS} === 7")
    assert run.page.get_attribute(".player", "data-stop") == "1"
    assert run.page.locator(".player.playing").count() == 0


def test_a_reload_brings_film_result_and_corrections_back(run: Visitor, address: str) -> None:
    run.wait("finished")
    run.page.click('.player-corrections >> text="names ↓"')
    run.page.click("[data-choice='0']")
    corrected(run, 1)
    assert "come back when this page is reloaded" in run.page.inner_text(".player-remarks")
    run.reload(address)
    run.page.wait_for_selector(NECK)
    run.wait("finished")
    assert corrected(run, 1) == ["All names moved down by 1."]
    assert run.page.locator(".player.playing").count() == 0


def test_escape_cancels_a_run(gate: threading.Semaphore, run: Visitor) -> None:
    gate.release(3)
    run.page.wait_for_function(f"{ROWS} === 3")
    run.page.keyboard.press("Escape")
    run.wait("ready")
    gate.release(1)
    assert "cancelled" in run.page.inner_text(".player-notices")


def test_the_zip_holds_all_files_and_a_player_that_opens_without_a_server(run: Visitor, tmp_path: Path) -> None:
    run.wait("finished")
    run.page.click('[data-tab="download"]')
    with run.page.expect_download() as download:
        run.page.click(".player .download")
    content = download.value.path().read_bytes()
    archive = zipfile.ZipFile(io.BytesIO(content))
    names = {Path(name).name for name in archive.namelist()}
    assert {"labels.png", "overlay.png", "trace.json", "vertebrae.csv", "report.json", "player.html"} <= names
    labels = np.asarray(Image.open(io.BytesIO(archive.read("neck/labels.png"))))
    assert set(np.unique(labels)) == {0, 2, 3, 4, 5, 6, 7}
    archive.extract("neck/player.html", tmp_path)
    run.page.goto((tmp_path / "neck" / "player.html").as_uri())
    run.page.wait_for_selector(".player.playing")
    run.page.keyboard.press("Home")
    run.page.keyboard.press("ArrowRight")
    assert "4 places look like a vertebra" in caption(run)
    run.page.keyboard.press("End")
    assert run.page.locator(".card.overview h2").inner_text() == "6 vertebrae, C2 to C7"
    assert run.page.locator("[data-turn]").is_hidden()


def test_a_second_film_gives_its_own_picture(run: Visitor, tmp_path: Path) -> None:
    run.wait("finished")
    first = picture(run)
    run.page.click('[data-example="b-film-only"]')
    run.wait("ready")
    assert run.page.get_attribute('[data-example="b-film-only"]', "aria-pressed") == "true"
    assert picture(run) != first
    assert run.page.locator(".chip").count() == 0


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [("notes.txt", b"hello there, this is no film at all", "not an image"), ("empty.png", b"", "empty")],
)
def test_a_bad_file_is_a_sentence_where_the_film_would_stand(
    visitor: Visitor, address: str, tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    visitor.open(address, "finished")
    path = tmp_path / name
    path.write_bytes(content)
    visitor.page.set_input_files(UPLOAD, str(path))
    visitor.wait("failed")
    assert words in visitor.page.inner_text(".player-message")
    assert visitor.page.locator(".player-transport").is_hidden()
    assert visitor.page.locator(".play-invitation").is_hidden()
    assert visitor.page.locator('[data-example][aria-pressed="true"]').count() == 0


def test_a_film_that_cannot_be_read_leaves_the_visitors_player_as_it_is(service: StandInService) -> None:
    with Blocks():
        tab = SegmentTab(service, {}, ModelQueue(1))
    (first, *_), *more = tab._run_brought(None, "a film is not brought", "")
    assert first == UNCHANGED and not more
    (exported,) = tab._on_export(None, SimpleNamespace(_data={"format": "coco"}))
    assert exported["run"] == UNCHANGED["run"] and exported["exported"]["format"] == "coco"
    assert "forgotten" in exported["exported"]["error"]


def test_after_a_bad_file_the_next_films_are_run_as_ever(visitor: Visitor, address: str, tmp_path: Path) -> None:
    visitor.open(address, "finished")
    (tmp_path / "notes.txt").write_bytes(b"hello there, this is no film at all")
    visitor.page.set_input_files(UPLOAD, str(tmp_path / "notes.txt"))
    visitor.wait("failed")
    for name in ("next.png", "last.png"):
        visitor.page.click('#film-upload button[aria-label*="lear"]')
        visitor.page.set_input_files(UPLOAD, str(write_film(tmp_path / name)))
        visitor.page.wait_for_function(f"window.spinefm.view.payload.film?.name === {name!r}")
        visitor.wait("finished")
        visitor.page.wait_for_function("window.spinefm.view.payload.download")
        assert visitor.page.locator(".player-table tr[data-number]").count() > 3
    visitor.page.wait_for_selector(".player.resting")
    visitor.page.click("role=button[name='Watch the steps']")
    visitor.page.wait_for_selector(".player.playing")
    assert visitor.page.locator(".play-invitation").is_hidden()
    assert visitor.page.locator("role=button[name='Pause']").is_visible()
    visitor.page.wait_for_selector(".player.resting", timeout=60_000)
    assert visitor.page.locator(".play-invitation").is_hidden(), "it invites once"


def test_a_file_that_is_too_large_is_refused_before_it_is_sent(visitor: Visitor, address: str, tmp_path: Path) -> None:
    visitor.open(address, "finished")
    sent: list[str] = []
    visitor.page.on("request", lambda request: sent.append(request.url) if "upload" in request.url else None)
    path = tmp_path / "large.png"
    with path.open("wb") as stream:
        stream.truncate(MAX_BYTES + 1)
    visitor.page.set_input_files(UPLOAD, str(path))
    visitor.wait("failed")
    assert "more than the 32 MB allowed" in visitor.page.inner_text(".player-message")
    assert sent == []


@pytest.fixture
def failed(visitor: Visitor, address: str, tmp_path: Path) -> Visitor:
    """A visitor on whose film no run can start."""
    visitor.open(address, "finished")
    visitor.page.set_input_files(UPLOAD, str(write_film(tmp_path / "dark.png")))
    visitor.wait("failed")
    return visitor


def test_a_film_on_which_no_run_can_start_says_why_and_keeps_what_was_found(failed: Visitor) -> None:
    assert "Fewer than three vertebrae" in failed.page.inner_text(".player-message")
    failed.page.click('[data-tab="log"]')
    assert "4 detections" in failed.page.inner_text(".log")


def test_after_a_failed_start_the_film_takes_the_clicks_that_are_asked_for(failed: Visitor) -> None:
    assert failed.page.get_attribute('[data-starts="toggle"]', "aria-pressed") == "true"
    area = failed.page.locator(".stage .pane-area")
    box, shown = area.bounding_box(), failed.page.locator(".player-message").bounding_box()
    assert box is not None and shown is not None
    assert shown["y"] + shown["height"] <= box["y"], "the message covers no part of the film"
    for y in (0.2, 0.6, 0.95):
        area.click(position={"x": box["width"] / 2, "y": y * box["height"]})
    assert "3 starting points" in failed.page.inner_text(".player-hint")


@pytest.mark.parametrize("width", [1440, 820, 390])
def test_why_no_run_could_start_is_read_whole_however_long_it_is(failed: Visitor, width: int) -> None:
    failed.page.set_viewport_size({"width": width, "height": 844})
    failed.page.evaluate("document.querySelector('.player-message span').textContent = 'Rotate the film. '.repeat(14)")
    message = failed.page.locator(".player-message")
    assert message.evaluate("node => node.scrollHeight <= node.clientHeight")
    top, *others = [message, *map(failed.page.locator, (".player-verbs", ".stage figcaption", ".player-swipe"))]
    box = top.bounding_box()
    assert box is not None and box["x"] + box["width"] <= width
    for other in (one.bounding_box() for one in others if one.is_visible()):
        assert other is not None
        assert other["y"] + other["height"] <= box["y"] or other["y"] >= box["y"] + box["height"]


def test_another_film_ends_the_run_under_way(service: StandInService, gate: threading.Semaphore, run: Visitor) -> None:
    gate.release(3)
    run.page.wait_for_function(f"{ROWS} === 3")
    run.page.click('[data-example="a-finished"]')
    run.wait("finished")
    run.page.wait_for_selector("#run", state="visible")
    gate.release(1000)
    run.page.wait_for_selector('[data-panel="download"] a.download', state="attached")
    service.under_way.wait_for_none()
    shown = picture(run)
    run.page.click(".player-corrections >> text=names ↓")
    run.page.click("[data-choice='0']")
    run.page.wait_for_selector(".player ol.corrected")
    assert picture(run) == shown
    assert "film=a-finished" in run.page.url


def test_a_name_is_shown_as_text_and_never_as_html(visitor: Visitor, bare_address: str, tmp_path: Path) -> None:
    visitor.open(bare_address, "empty")
    visitor.page.set_input_files(UPLOAD, str(write_film(tmp_path / "<img src=x onerror=alert(1)>.png")))
    visitor.wait("finished")
    assert visitor.page.locator(".player img:not(.pane-film)").count() == 0
    assert ".png" in visitor.page.inner_text(".stage .pane-name")


def test_cancel_stops_a_run_and_keeps_the_film(gate: threading.Semaphore, run: Visitor) -> None:
    gate.release(3)
    run.page.wait_for_function(f"{ROWS} === 3")
    run.page.click("#cancel")
    run.wait("ready")
    gate.release(1)
    assert "cancelled" in run.page.inner_text(".player-notices")
    assert run.page.locator("#run").is_visible()


def test_who_waits_is_told_how_many_are_before(
    gate: threading.Semaphore, run: Visitor, context: BrowserContext, address: str
) -> None:
    run.wait("running")
    second = visit(context)
    second.open(address, "finished")
    second.page.click("#run")
    second.page.wait_for_selector(".player-message >> text=1 film is ahead of yours")
    gate.release(1000)
    run.wait("finished")
    second.wait("finished")
    second.leave()


def test_three_visitors_at_once_get_their_own_results(context: BrowserContext, address: str, tmp_path: Path) -> None:
    visitors = [visit(context) for _ in range(3)]
    pictures = []
    for index, one in enumerate(visitors):
        one.open(address, "finished")
        one.page.set_input_files(UPLOAD, str(write_film(tmp_path / f"film-{index}.png", bright=0.7 + 0.1 * index)))
    for index, one in enumerate(visitors):
        one.page.wait_for_selector(f'.player[data-status="finished"] .pane-name:has-text("film-{index}.png")')
        one.page.wait_for_selector(".player .download", state="attached")
        pictures.append(picture(one))
        assert one.page.get_attribute(".player .download", "download") == f"film-{index}.zip"
        one.leave()
    assert len(set(pictures)) == 3


@pytest.mark.parametrize("width", [1440, 1100, 768, 390])
def test_nothing_sticks_out_and_the_film_is_above_the_fold(context: BrowserContext, address: str, width: int) -> None:
    one = visit(context, width, 844)
    one.open(address, "finished")
    film, cards = (one.page.locator(part).bounding_box() for part in (".stage .pane-area", ".player-cards"))
    assert one.page.evaluate("document.documentElement.scrollWidth") <= width
    assert film is not None and cards is not None
    assert film["y"] + film["height"] * (0.6 if width < 700 else 0.9) < 844
    assert (cards["x"] > film["x"] + film["width"]) == (width >= 1100)
    assert width > 700 or film["width"] >= width - 40
    field, button = (one.page.locator(part).bounding_box() for part in ("#film-upload", "#film-upload button"))
    assert field is not None and button is not None
    assert button["height"] <= field["height"], "the words on the button are cut off"
    one.leave()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_text_is_smaller_than_13_px(context: BrowserContext, address: str, scheme: str) -> None:
    one = visit(context, scheme=scheme)
    one.open(address, "finished")
    one.page.keyboard.press("End")
    assert one.page.evaluate(SMALL) == []
    one.leave()


SMALL = """() => [...document.querySelectorAll("#segment *, #header *")]
  .filter((node) => node.checkVisibility({ opacityProperty: true, visibilityProperty: true }))
  .filter((node) => [...node.childNodes].some((part) => part.nodeType === 3 && part.data.trim()))
  .filter((node) => parseFloat(getComputedStyle(node).fontSize) < 13)
  .map((node) => `${node.className || node.tagName} ${node.textContent.slice(0, 30)}`)"""


@pytest.mark.smoke
def test_a_changed_limit_is_compared_with_the_run_before(run: Visitor) -> None:
    run.wait("finished")
    set_overlap_limit(run, "0.02")
    run.page.click("#run")
    run.page.wait_for_selector(".player.comparing")
    panel = run.page.inner_text('[data-panel="compare"]')
    assert "Overlap: 0.1 → 0.02" in panel
    assert "They diverge at step 1, upwards" in panel
    assert "stopped, overlap 3 % (limit 2 %)" in panel
    assert run.page.locator("table.compared tbody tr").count() == 6
    now, before = (run.page.locator(f".{pane} figcaption").inner_text() for pane in ("stage", "final"))
    assert "Overlap 0.1" in before and "first difference: kept 1 %" in before
    assert "Overlap 0.02" in now and "stopped, overlap 3 % (limit 2 %)" in now
    run.page.click("p.divergence button")
    assert "overlap 3 % (limit 2 %)" in run.page.inner_text(".player-cards")
    run.page.click('[data-tab="vertebrae"]')
    assert run.page.locator(".player.comparing").count() == 0


def test_who_comes_when_too_many_wait_reads_a_sentence(
    context: BrowserContext, examples: Path, gate: threading.Semaphore, service: StandInService
) -> None:
    for address in serve(service, examples, most_waiting=1):
        first, second = visit(context), visit(context)
        for one, status in ((first, "running"), (second, "failed")):
            one.open(address, "finished")
            one.page.click("#run")
            one.wait(status)
        assert "One film is waiting already" in second.page.inner_text(".player-message")
        assert second.page.locator(".toast-body").count() == 0
        gate.release(1000)
        first.wait("finished")
        first.leave()
        second.leave()


def test_clicked_starting_points_replace_the_detector(visitor: Visitor, address: str, tmp_path: Path) -> None:
    visitor.open(address, "finished")
    visitor.page.click('[data-example="b-film-only"]')
    visitor.wait("ready")
    visitor.page.click('[data-starts="toggle"]')
    box = visitor.page.locator(".stage .pane-area").bounding_box()
    assert box is not None
    for share in (0.35, 0.5, 0.65):
        visitor.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + share * box["height"])
    assert "3 starting points" in visitor.page.inner_text(".player-hint")
    visitor.page.click("#run")
    visitor.wait("finished")
    assert "3 clicked points" in " ".join(visitor.page.locator(".log li").all_text_contents())


@pytest.mark.weights
def test_the_real_method_in_the_browser(context: BrowserContext, tmp_path: Path) -> None:
    path = tmp_path / "phantom.png"
    film = simulate(9_700_001, "cervical", layout="full").film
    assert cv2.imwrite(str(path), np.round(film * 255).astype(np.uint8))
    one = visit(context)
    for address in serve(BundleService.started(), tmp_path):
        one.open(address, "empty")
        assert "weights on disk" in one.page.inner_text("#facts")
        for name in ("first.png", "second.png", "third.png"):
            one.page.evaluate(DROP, [name, list(path.read_bytes()), "drop"])
            one.page.wait_for_selector(f".stage .pane-name:has-text('{name}')")
            one.page.wait_for_selector(
                f'.player .download[download="{name[:-4]}.zip"]', state="attached", timeout=60_000
            )
            assert one.page.locator("table.vertebrae tbody tr").count() >= 4
        one.leave()


def test_a_film_on_its_side_is_rotated_and_run(visitor: Visitor, address: str, tmp_path: Path) -> None:
    visitor.open(address, "finished")
    upright = cv2.imread(str(write_film(tmp_path / "upright.png")), cv2.IMREAD_GRAYSCALE)
    assert upright is not None and cv2.imwrite(str(tmp_path / "side.png"), np.rot90(upright))
    visitor.page.set_input_files(UPLOAD, str(tmp_path / "side.png"))
    visitor.page.wait_for_selector(f".stage .pane-name:has-text('{SIZE[1]} × {SIZE[0]} px')")
    visitor.wait("finished")
    visitor.page.hover(".stage .pane-area")
    visitor.page.click("[data-turn]")
    visitor.page.wait_for_selector(f".stage .pane-name:has-text('{SIZE[0]} × {SIZE[1]} px')")
    visitor.wait("ready")
    visitor.page.click("#run")
    visitor.wait("finished")
    assert "rotated clockwise by 90°" in visitor.page.inner_text(".player-remarks")
    visitor.page.keyboard.press("t")
    visitor.page.wait_for_selector(f".stage .pane-name:has-text('{SIZE[1]} × {SIZE[0]} px')")
