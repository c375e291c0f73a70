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
from PIL import Image
from playwright.sync_api import BrowserContext

from spinefm.imaging.decoded import MAX_BYTES
from spinefm.phantom import simulate
from spinefm.trace.captions import caption as describe
from spinefm.ui.server import limits
from spinefm.ui.server.model_queue import ModelQueue
from spinefm.ui.server.model_service import BundleService
from spinefm.ui.server.segment_tab import SegmentTab
from tests.ui.server.conftest import Visitor, serve, visit
from tests.ui.server.stand_in import CENTRES, SIZE, StandInService, all_events, write_film

UPLOAD = "#film-upload input[type=file]"
LAST = str(len(all_events()) - 1)


@pytest.fixture
def run(visitor: Visitor, address: str, tmp_path: Path) -> Visitor:
    """A visitor who uploaded a film and pressed Run."""
    visitor.open(address, "finished")
    visitor.page.set_input_files(UPLOAD, str(write_film(tmp_path / "neck.png", bright=0.85)))
    visitor.wait("ready")
    visitor.page.click("#run")
    return visitor


def caption(visitor: Visitor) -> str:
    return visitor.page.inner_text(".player-caption")


def test_opens_with_an_example_finished_and_paused(visitor: Visitor, address: str) -> None:
    visitor.open(address, "finished")
    assert visitor.page.get_attribute('[data-example="a-finished"]', "aria-pressed") == "true"
    names = visitor.page.locator(".player-picture .name").all_text_contents()
    assert names == ["C2", "C3", "C4", "C5", "C6", "C7"]
    assert visitor.page.locator(".player.playing").count() == 0
    assert "Research only, not a medical device" in visitor.page.inner_text("#header")


def test_without_examples_the_page_says_what_to_do(visitor: Visitor, bare_address: str) -> None:
    visitor.open(bare_address, "empty")
    assert "Drop one on the left" in visitor.page.inner_text(".player-message")


def test_run_without_a_film_is_a_sentence_where_the_film_would_stand(visitor: Visitor, bare_address: str) -> None:
    visitor.open(bare_address, "empty")
    visitor.page.click("#run")
    visitor.wait("failed")
    assert "No film is chosen" in visitor.page.inner_text(".player-message")


def test_steps_arrive_one_by_one_and_end_in_a_table(gate: threading.Semaphore, run: Visitor) -> None:
    run.wait("running")
    events = all_events()
    for count in (1, 2, 3, 8):
        gate.release(count - run.page.locator(".tick").count())
        run.page.wait_for_function(f"document.querySelectorAll('.tick').length === {count}")
        assert run.page.locator(".player-caption").text_content() == describe(events[count - 1])
    gate.release(len(events))
    run.wait("finished")
    rows = run.page.locator("table.vertebrae tbody th").all_inner_texts()
    assert [name.strip() for name in rows] == ["C2", "C3", "C4", "C5", "C6", "C7", "T1"]
    assert "spine end C2 0.98 > 0.50" in run.page.inner_text(".player-card")
    assert "compact · cpu" in run.page.inner_text(".player-card")


def test_a_step_that_arrives_while_a_button_is_down_does_not_take_its_click(
    gate: threading.Semaphore, run: Visitor
) -> None:
    gate.release(5)
    run.page.wait_for_function("document.querySelectorAll('.tick').length === 5")
    box = run.page.locator('.tick[data-frame="2"]').bounding_box()
    assert box is not None
    run.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    run.page.mouse.down()
    gate.release(2)
    run.page.wait_for_timeout(1_000)
    run.page.mouse.up()
    run.page.wait_for_function("document.querySelectorAll('.tick').length === 7")
    assert run.page.get_attribute(".player", "data-frame") == "2"


def test_the_zip_holds_all_files_and_a_player_that_opens_without_a_server(run: Visitor, tmp_path: Path) -> None:
    run.wait("finished")
    run.page.click('[data-tab="download"]')
    with run.page.expect_download() as download:
        run.page.click(".player .download")
    content = download.value.path().read_bytes()
    archive = zipfile.ZipFile(io.BytesIO(content))
    names = {Path(name).name for name in archive.namelist()}
    assert {"labels.png", "overlay.png", "trace.json", "vertebrae.csv", "report.json", "run.webp"} <= names
    labels = np.asarray(Image.open(io.BytesIO(archive.read("neck/labels.png"))))
    assert set(np.unique(labels)) == {0, 2, 3, 4, 5, 6, 7}
    archive.extract("neck/player.html", tmp_path)
    run.page.goto((tmp_path / "neck" / "player.html").as_uri())
    run.page.keyboard.press("Home")
    assert "4 detections" in caption(run)
    run.page.keyboard.press("End")
    assert run.page.locator(".player-picture .name").count() == 6


def test_a_second_film_gives_its_own_picture(run: Visitor, tmp_path: Path) -> None:
    run.wait("finished")
    first = run.page.get_attribute(".player-picture image", "href")
    run.page.click('[data-example="b-film-only"]')
    run.wait("ready")
    assert run.page.get_attribute('[data-example="b-film-only"]', "aria-pressed") == "true"
    assert run.page.get_attribute(".player-picture image", "href") != first
    assert run.page.locator(".player-picture .vertebra").count() == 0


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
    visitor.wait("ready")
    visitor.page.click("#run")
    visitor.wait("failed")
    return visitor


def test_a_film_on_which_no_run_can_start_says_why_and_keeps_what_was_found(failed: Visitor) -> None:
    assert "Fewer than three vertebrae" in failed.page.inner_text(".player-message")
    assert "4 detections" in caption(failed)


def test_after_a_failed_start_the_film_takes_the_clicks_that_are_asked_for(failed: Visitor) -> None:
    assert failed.page.get_attribute('[data-seeds="toggle"]', "aria-pressed") == "true"
    picture = failed.page.locator(".player-film.now .player-picture")
    box, shown = picture.bounding_box(), failed.page.locator(".player-message").bounding_box()
    assert box is not None and shown is not None and shown["height"] < box["height"] / 2
    for y in (0.2, 0.3, 0.4):
        picture.click(position={"x": box["width"] / 2, "y": y * box["height"]})
    assert "3 starting points" in failed.page.inner_text(".player-hint")


def test_another_film_ends_the_run_under_way(gate: threading.Semaphore, run: Visitor) -> None:
    gate.release(3)
    run.page.wait_for_function("document.querySelectorAll('.tick').length === 3")
    run.page.click('[data-example="a-finished"]')
    run.wait("finished")
    run.page.wait_for_selector("#run", state="visible")
    gate.release(1000)
    run.page.wait_for_selector('[data-panel="download"] a.download', state="attached")
    run.page.wait_for_timeout(1_000)  # time enough for the other run to end
    shown = run.page.get_attribute(".player-picture image", "href")
    run.page.click(".player-corrections >> text=names ↓")
    run.page.wait_for_selector(".player ol.corrected")
    assert run.page.get_attribute(".player-picture image", "href") == shown
    assert "film=a-finished" in run.page.url


def test_a_name_is_shown_as_text_and_never_as_html(visitor: Visitor, bare_address: str, tmp_path: Path) -> None:
    visitor.open(bare_address, "empty")
    visitor.page.set_input_files(UPLOAD, str(write_film(tmp_path / "<img src=x onerror=alert(1)>.png")))
    visitor.wait("ready")
    assert visitor.page.locator(".player img").count() == 0
    assert ".png" in caption(visitor)


def test_cancel_stops_a_run_and_keeps_the_film(gate: threading.Semaphore, run: Visitor) -> None:
    gate.release(3)
    run.page.wait_for_function("document.querySelectorAll('.tick').length === 3")
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
    second.page.wait_for_selector(".player-message >> text=1 film is before yours")
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
        one.wait("ready")
        pictures.append(one.page.get_attribute(".player-picture image", "href"))
    for one in visitors:
        one.page.click("#run")
    for index, one in enumerate(visitors):
        one.wait("finished")
        assert one.page.get_attribute(".player-picture image", "href") == pictures[index]
        assert one.page.get_attribute(".player .download", "download") == f"film-{index}.zip"
        one.leave()
    assert len(set(pictures)) == 3


def test_nothing_sticks_out_at_any_width(context: BrowserContext, address: str) -> None:
    one = visit(context)
    one.open(address, "finished")
    for width in (1440, 1024, 390):
        one.page.set_viewport_size({"width": width, "height": 900})
        one.page.wait_for_timeout(100)
        film, rail = (one.page.locator(part).bounding_box() for part in (".player-film.now", ".player-rail"))
        assert one.page.evaluate("document.documentElement.scrollWidth") <= width
        assert film is not None and rail is not None
        assert (rail["x"] > film["x"] + film["width"]) == (width >= 1100)
        assert width > 700 or film["width"] >= width - 40
    one.leave()


def set_overlap_limit(visitor: Visitor, value: str) -> None:
    """Type the limit; the fold has just opened, so its fields may not listen yet."""
    slider = visitor.page.locator("#limits input[type=range]").nth(1)
    for _ in range(20):
        visitor.page.fill('#limits input[type="number"] >> nth=1', value)
        visitor.page.keyboard.press("Tab")
        visitor.page.wait_for_timeout(200)
        if slider.input_value() == value:
            return
        visitor.page.fill('#limits input[type="number"] >> nth=1', "0.1")
    raise AssertionError("the limit could not be set")


def test_a_changed_limit_is_compared_with_the_run_before(run: Visitor) -> None:
    run.wait("finished")
    run.page.click("#limits button")
    set_overlap_limit(run, "0.02")
    run.page.click("#run")
    run.page.wait_for_selector(".player.comparing")
    panel = run.page.inner_text('[data-panel="compare"]')
    assert "overlap limit: 0.1 → 0.02" in panel
    assert "They part at step 1, upwards" in panel
    assert "stopped, overlap 0.03 > 0.02" in panel
    assert run.page.locator("table.compared tbody tr").count() == 6
    before, now = (run.page.locator(f".player-film.{side}") for side in ("before", "now"))
    assert "overlap limit 0.1" in before.inner_text() and "first difference: kept 0.01" in before.inner_text()
    assert "overlap limit 0.02" in now.inner_text() and "stopped, overlap 0.03 > 0.02" in now.inner_text()
    assert [side.locator(".vertebra").count() for side in (before, now)] == [6, 3]
    assert [side.locator(".ring").count() for side in (before, now)] == [1, 1]
    run.page.keyboard.press("+")
    views = [side.locator(".player-picture").get_attribute("viewBox") for side in (before, now)]
    assert views[0] == views[1] != "-0.5 -0.5 300 420"
    run.page.click("p.divergence button")
    assert "overlap 0.03 > 0.02" in caption(run)
    run.page.click('[data-tab="vertebrae"]')
    assert before.is_hidden()


def corrected(visitor: Visitor, count: int) -> list[str]:
    """The corrections listed, once there are so many."""
    visitor.page.wait_for_function(f"document.querySelectorAll('.player ol.corrected li').length === {count}")
    return visitor.page.locator(".player ol.corrected li").all_text_contents()


def found(visitor: Visitor) -> list[str]:
    """Names in the table of what was found."""
    rows = visitor.page.locator("table.vertebrae tr:not(.missing) th[scope=row]")
    return [name.strip() for name in rows.all_text_contents()]


def test_going_on_past_a_stop_adds_what_was_rejected_and_can_be_undone_by_keys(run: Visitor) -> None:
    run.wait("finished")
    run.page.click("table.vertebrae tr.missing button.small")
    assert corrected(run, 1) == ["The induction downwards went on past background 0.91 > 0.50 and found T1."]
    assert found(run)[-1] == "T1"
    assert "kept by hand, against background 0.91 > 0.50" in " ".join(run.page.locator(".log li").all_text_contents())
    run.page.keyboard.press("Control+z")
    corrected(run, 0)
    assert found(run)[-1] == "C7"
    run.page.keyboard.press("Control+y")
    corrected(run, 1)
    assert found(run)[-1] == "T1"


def test_a_vertebra_is_added_by_a_click_and_a_click_on_nothing_is_a_sentence(run: Visitor) -> None:
    run.wait("finished")
    box = run.page.locator(".player-film.now .player-picture").bounding_box()
    assert box is not None
    scale = min(box["width"] / SIZE[0], box["height"] / SIZE[1])
    left, top = box["x"] + (box["width"] - scale * SIZE[0]) / 2, box["y"] + (box["height"] - scale * SIZE[1]) / 2
    run.page.click('[data-add="toggle"]')
    run.page.mouse.click(left - 20, top + 50)
    assert "outside the film" in run.page.inner_text(".player-hint")
    run.page.mouse.click(left + 20 * scale, top + 20 * scale)
    run.page.wait_for_selector(".player .refused")
    assert "No new vertebra was found" in run.page.inner_text(".player .refused")
    run.page.click('[data-add="toggle"]')
    run.page.mouse.click(left + CENTRES[6].x * scale, top + CENTRES[6].y * scale)
    assert corrected(run, 1) == ["T1 was added by a click."]
    assert run.page.locator(".now .vertebra").count() == 7


def test_a_locked_vertebra_outlives_a_run_with_another_limit(run: Visitor) -> None:
    run.wait("finished")
    run.page.click("table.vertebrae .row-name >> text=C2")
    run.page.click(".player-corrections >> text=lock")
    assert corrected(run, 1) == ["C2 was locked."]
    run.page.click('.player-corrections >> text="names ↓"')
    run.page.wait_for_selector(".player .refused")
    assert "C2 is locked" in run.page.inner_text(".player .refused")
    run.page.click("#limits button")
    set_overlap_limit(run, "0.02")
    run.page.click("#run")
    run.page.wait_for_selector(".player.comparing")
    run.page.click('[data-tab="vertebrae"]')
    assert "C2" in found(run) and corrected(run, 1) == ["C2 stayed as locked."]


def test_who_comes_when_too_many_wait_reads_a_sentence(
    context: BrowserContext, examples: Path, gate: threading.Semaphore, bench: StandInService
) -> None:
    for address in serve(bench, examples, most_waiting=1):
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
    visitor.page.set_input_files(UPLOAD, str(write_film(tmp_path / "neck.png", bright=0.85)))
    visitor.wait("ready")
    visitor.page.click('[data-seeds="toggle"]')
    box = visitor.page.locator(".player-film.now .player-picture").bounding_box()
    assert box is not None
    visitor.page.mouse.click(box["x"] + 10, box["y"] + 10)
    assert "outside the film" in visitor.page.inner_text(".player-hint")
    for share in (0.35, 0.5, 0.65):
        visitor.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + share * box["height"])
    assert visitor.page.locator(".seeds .cross").count() == 3
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
        one.page.set_input_files(UPLOAD, str(path))
        one.wait("ready")
        one.page.click("#run")
        one.page.wait_for_selector('.player[data-status="finished"]', timeout=200_000)
        assert one.page.locator("table.vertebrae tbody tr").count() >= 4
        one.leave()


def test_a_film_on_its_side_is_turned_and_run(visitor: Visitor, address: str, tmp_path: Path) -> None:
    visitor.open(address, "finished")
    upright = cv2.imread(str(write_film(tmp_path / "upright.png")), cv2.IMREAD_GRAYSCALE)
    assert upright is not None and cv2.imwrite(str(tmp_path / "side.png"), np.rot90(upright))
    visitor.page.set_input_files(UPLOAD, str(tmp_path / "side.png"))
    visitor.wait("ready")
    assert f"{SIZE[1]} × {SIZE[0]} px" in caption(visitor)
    visitor.page.click("[data-turn]")
    visitor.page.wait_for_selector(f".player-caption >> text={SIZE[0]} × {SIZE[1]} px")
    visitor.page.click("#run")
    visitor.wait("finished")
    assert "turned clockwise by 90°" in visitor.page.inner_text(".player-notices")
    visitor.page.keyboard.press("t")
    visitor.wait("ready")
    assert f"{SIZE[1]} × {SIZE[0]} px" in caption(visitor)


def test_run_cancel_run_in_quick_succession_ends_with_a_result(
    gate: threading.Semaphore, visitor: Visitor, address: str, tmp_path: Path
) -> None:
    visitor.open(address, "finished")
    visitor.page.set_input_files(UPLOAD, str(write_film(tmp_path / "neck.png", bright=0.85)))
    visitor.wait("ready")
    for _ in range(4):
        visitor.page.evaluate("document.querySelector('#run').click()")
        visitor.page.wait_for_selector("#cancel", state="visible")
        visitor.page.evaluate("document.querySelector('#cancel').click()")
        visitor.page.wait_for_selector("#run", state="visible")
    visitor.page.click("#run")
    gate.release(1000)
    visitor.wait("finished")
    assert visitor.page.get_attribute(".tick:last-child", "data-frame") == LAST


def test_a_run_cancelled_before_it_reached_the_server_does_not_start(bench: StandInService, address: str) -> None:
    tab = SegmentTab.__new__(SegmentTab)
    tab.bench, tab.line, tab._cancelled = bench, ModelQueue(), {}
    request = SimpleNamespace(session_hash="guest")
    tab._on_cancel(request, None, 2_000.0)
    values = [limit.default for limit in limits.LIMITS]
    assert list(tab._on_run(request, None, None, "[]", 1_999.0, "spinefm", *values)) == []
    assert list(tab._on_run(request, None, None, "[]", 2_001.0, "spinefm", *values)) != []
