"""The player in a real browser: one page with a finished example, played, scrubbed and stepped in every way."""

from __future__ import annotations

import re
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import BrowserContext, Route, expect

from tests.ui.server.conftest import NECK, UPLOAD, Visitor, on_film, visit
from tests.ui.server.stand_in import write_film

CHANGED = "(before) => document.querySelector('.player').dataset.time !== before"


def phase(visitor: Visitor) -> str:
    return visitor.page.get_attribute(".player", "data-phase") or ""


def at(visitor: Visitor) -> float:
    return float(visitor.page.get_attribute(".player", "data-time") or -1)


def stop(visitor: Visitor) -> int:
    return int(visitor.page.get_attribute(".player", "data-stop") or -1)


def caption(visitor: Visitor) -> str:
    return visitor.page.inner_text(".player-caption")


def to_phase(visitor: Visitor, wanted: str, lane: str = "") -> None:
    """Step on from the start until a phase of a lane has just ended."""
    visitor.page.keyboard.press("Home")
    for _ in range(60):
        visitor.page.keyboard.press("ArrowRight")
        cards = visitor.page.locator(f'.card[data-lane="{lane}"] [data-phase="{wanted}"]')
        if phase(visitor) == wanted and (not lane or cards.count()):
            return
    raise AssertionError(f"no {wanted}")


def ink(visitor: Visitor, pane: str = "stage") -> int:
    """How much is drawn on a pane: the sum of its canvas's opacities."""
    return int(visitor.page.evaluate(INK, pane))


INK = """(pane) => { const c = document.querySelector(`.pane.${pane} .pane-ink`);
    const d = c.getContext('2d').getImageData(0, 0, c.width, c.height).data;
    let sum = 0; for (let i = 3; i < d.length; i += 4) sum += d[i]; return sum; }"""


def test_the_run_plays_once_by_itself_and_rests_on_the_result(context: BrowserContext, address: str) -> None:
    one = visit(context)
    one.open(address, "finished")
    one.page.wait_for_selector(".player.playing")
    one.page.wait_for_selector(".player:not(.playing).resting")
    assert one.page.locator(".card.overview h2").inner_text() == "6 vertebrae, C2 to C7"
    one.leave()


def test_without_motion_it_rests_at_once_and_shows_stills(context: BrowserContext, address: str) -> None:
    one = visit(context)
    one.page.emulate_media(reduced_motion="reduce")
    one.open(address, "finished")
    assert one.page.locator(".player.resting:not(.playing)").count() == 1
    one.page.evaluate("document.querySelector('[data-scrub]').value = 450")
    one.page.locator("[data-scrub]").dispatch_event("input")
    assert float(one.page.get_attribute(".player", "data-time") or 0) != 0.45
    one.leave()


@pytest.mark.smoke
def test_arrows_go_from_phase_to_phase_home_and_end_to_both_ends(player: Visitor) -> None:
    press = player.page.keyboard.press
    press("Home")
    assert at(player) == 0
    press("ArrowLeft")
    assert at(player) == 0
    press("ArrowRight")
    assert (stop(player), phase(player)) == (0, "find")
    press("ArrowRight")
    assert stop(player) == 1 and "Three sure neighbours" in caption(player)
    press("ArrowLeft")
    assert stop(player) == 0
    press("End")
    assert phase(player) == "name" and player.page.locator(".player.resting").count() == 1


def test_shift_with_an_arrow_goes_from_vertebra_to_vertebra(player: Visitor) -> None:
    player.page.keyboard.press("Home")
    phases = []
    for _ in range(3):
        player.page.keyboard.press("Shift+ArrowRight")
        phases.append(phase(player))
    assert phases == ["decide"] * 3
    player.page.keyboard.press("Shift+ArrowLeft")
    assert phase(player) == "decide"


def test_space_plays_and_pauses_wherever_the_focus_is(player: Visitor) -> None:
    player.page.keyboard.press("Home")
    player.page.locator('[data-example="a-finished"]').focus()
    player.page.keyboard.press("Space")
    player.page.wait_for_function("Number(document.querySelector('.player').dataset.time) > 0.2")
    assert player.page.get_attribute(".player-caption", "aria-live") == "off"
    player.page.keyboard.press("Space")
    assert player.page.locator(".player.playing").count() == 0
    stopped = at(player)
    assert 0.2 < stopped < 9
    assert player.page.get_attribute(".player-caption", "aria-live") == "polite"
    player.page.keyboard.press("]")
    assert player.page.get_attribute('[data-speed="2"]', "aria-pressed") == "true"
    player.page.click('[data-speed="1"]')


@pytest.mark.smoke
def test_the_scrubber_is_continuous_and_shows_what_playing_shows(player: Visitor) -> None:
    scrub = player.page.locator("[data-scrub]")
    drawn = []
    for value in (2500, 2530, 2500):
        scrub.evaluate("(node, value) => { node.value = value; node.dispatchEvent(new Event('input')); }", value)
        assert at(player) == value / 1000
        drawn.append(ink(player))
    assert drawn[0] == drawn[2] != drawn[1]


@pytest.mark.smoke
def test_a_chip_leads_to_its_vertebra_and_chooses_it(player: Visitor) -> None:
    player.page.click('.chip[data-lane="up"][data-body="3"]')
    assert phase(player) == "decide"
    assert player.page.locator("tr.chosen th").all_text_contents() == ["C3"]
    states = player.page.locator('.chip[data-lane="up"][data-body="3"] .segments i').evaluate_all(
        "nodes => nodes.map((node) => node.className)"
    )
    assert states == ["passed"] * 4


def test_the_chips_run_from_the_top_and_the_stop_has_its_reason(player: Visitor) -> None:
    names = player.page.locator(".chip b").all_text_contents()
    assert names == ["C2", "C3", "C4", "C5", "C6", "C7", "✕"]
    assert player.page.locator(".chip").last.locator("small").inner_text().startswith("background 91 %")
    assert player.page.locator(".chip.start").count() == 3


def test_a_log_row_leads_to_its_moment_and_is_marked(player: Visitor) -> None:
    player.page.click('[data-tab="log"]')
    row = player.page.locator(".log button").nth(1)
    row.click()
    assert "three neighbours" in row.inner_text() and stop(player) == 1
    assert row.get_attribute("aria-current") == "step"


def test_a_row_of_the_table_leads_to_its_step_and_hides_no_other(player: Visitor) -> None:
    before = ink(player, "final")
    player.page.click("table.vertebrae .row-name >> text=T1")
    assert "Not kept, and this direction stops: background 91 % (limit 50 %)." in player.page.inner_text(
        ".player-cards"
    )
    player.page.click("table.vertebrae .row-name >> text=C7")
    assert player.page.locator("tr.chosen th").all_text_contents() == ["C7"]
    player.page.keyboard.press("End")
    assert ink(player, "final") > before * 0.9


def test_pointing_at_a_row_lights_its_vertebra(player: Visitor) -> None:
    player.page.hover(".player-caption")
    before = ink(player)
    player.page.hover("table.vertebrae .row-name >> text=C4")
    assert ink(player) > before
    player.page.hover(".player-caption")
    assert ink(player) == before


def test_a_click_on_a_vertebra_chooses_its_row_and_one_beside_it_none(player: Visitor) -> None:
    player.page.click('[data-tab="log"]')
    player.page.mouse.click(*on_film(player, 168, 204))
    assert player.page.locator("tr.chosen th").all_text_contents() == ["C5"]
    assert player.page.locator(".player select.level").input_value() == "C5"
    player.page.mouse.click(*on_film(player, 20, 20))
    assert player.page.locator("tr.chosen").count() == 0


def test_the_detections_come_with_their_scores_and_the_limit(player: Visitor) -> None:
    player.page.keyboard.press("Home")
    player.page.keyboard.press("ArrowRight")
    assert "4 places look like a vertebra, 3 of them clearly." in player.page.inner_text(".player-cards")
    assert player.page.locator(".scores .good").count() == 3 and player.page.locator(".scores .bad").count() == 1
    assert "limit 60 %" in player.page.inner_text(".scores")


def test_a_step_grows_row_by_row_with_words_values_and_limits(player: Visitor) -> None:
    to_phase(player, "segment", "up")
    card = player.page.locator('.card[data-lane="up"]')
    assert card.locator(".row").count() == 2 and "centre moved 4 px" in card.inner_text()
    player.page.keyboard.press("ArrowRight")
    assert "3 % ≤ 10 %" in card.inner_text()
    player.page.keyboard.press("ArrowRight")
    labels = card.locator(".bars .bar-label").all_text_contents()
    assert labels == ["vertebra", "C2", "S1", "background"]
    assert card.locator(".bars .bar-limit").count() == 3
    assert card.locator(".card-patch.arrived").count() == 1
    player.page.keyboard.press("ArrowRight")
    assert "Kept: a vertebra that overlaps no other." in card.inner_text()


CUT = """() => [...document.querySelectorAll('.card :is(.card-verdict, .bar-label, .bar-number, .row-words, h2)')]
    .filter((node) => node.scrollWidth > node.clientWidth + 1 || node.scrollHeight > node.clientHeight + 1)
    .map((node) => node.textContent)"""


def test_all_three_starts_have_a_card_and_a_check_is_ticked_when_it_is_decided(player: Visitor) -> None:
    to_phase(player, "class", "start 1")
    cards = player.page.locator(".card:visible")
    assert [card.get_attribute("data-lane") for card in cards.all()] == ["start 1", "start 2", "start 3"]
    scrub = player.page.locator("[data-scrub]")
    value = round(at(player) * 1000)
    mark = cards.nth(1).locator('[data-phase="class"] .row-mark')
    assert mark.is_visible() and "vertebra" in mark.locator("..").inner_text()
    scrub.evaluate("(node, value) => { node.value = value; node.dispatchEvent(new Event('input')); }", value - 60)
    assert mark.is_hidden()


@pytest.mark.parametrize("width", [1440, 1100, 800, 390])
def test_no_words_of_a_card_are_cut_off(player: Visitor, width: int) -> None:
    before = player.page.viewport_size
    assert before is not None
    player.page.set_viewport_size({"width": width, "height": 900})
    player.page.keyboard.press("Home")
    for _ in range(20):
        player.page.keyboard.press("ArrowRight")
        assert player.page.evaluate(CUT) == [], caption(player)
    player.page.set_viewport_size(before)


def test_the_patch_flies_into_its_card(player: Visitor) -> None:
    to_phase(player, "overlap", "up")
    scrub = player.page.locator("[data-scrub]")
    value = round(at(player) * 1000) + 60
    scrub.evaluate("(node, value) => { node.value = value; node.dispatchEvent(new Event('input')); }", value)
    assert player.page.locator(".player-flyer:visible").count() >= 1
    player.page.keyboard.press("ArrowRight")
    assert player.page.locator(".player-flyer:visible").count() == 0


def test_the_final_pane_fills_in_as_bodies_are_kept(player: Visitor) -> None:
    player.page.keyboard.press("Home")
    bodies = "window.spinefm.theatre.finals()"
    shown = [player.page.evaluate(bodies)]
    for _ in range(3):
        player.page.keyboard.press("Shift+ArrowRight")
        shown.append(player.page.evaluate(bodies))
    assert shown == [[], [0, 1, 2], [0, 1, 2, 3, 4], [0, 1, 2, 3, 4, 5]]
    player.page.keyboard.press("End")
    assert ink(player, "final") > 0


def test_both_panes_zoom_together_by_key_and_wheel(player: Visitor) -> None:
    films = [player.page.locator(f".{pane} .pane-film") for pane in ("stage", "final")]
    whole = [film.get_attribute("style") for film in films]
    player.page.keyboard.press("+")
    zoomed = [film.evaluate("node => node.style.transform") for film in films]
    assert zoomed[0] == zoomed[1] and films[0].get_attribute("style") != whole[0]
    player.page.keyboard.press("0")
    assert [film.get_attribute("style") for film in films] == whole
    player.page.mouse.move(*on_film(player, 150, 200, "final"))
    player.page.mouse.wheel(0, -200)
    player.page.wait_for_selector(".stage .pane-area.zoomed")
    player.page.keyboard.press("0")


def test_window_and_level_change_the_film_and_not_the_overlay(player: Visitor) -> None:
    film = player.page.locator(".stage .pane-film")
    player.page.hover(".stage .pane-area")
    player.page.click(".player-more summary")
    player.page.fill('[data-grey="window"]', "40")
    assert "url(" in film.evaluate("node => node.style.filter")
    assert player.page.locator(".stage .pane-ink").evaluate("node => getComputedStyle(node).filter") == "none"
    player.page.locator('[data-grey="window"]').focus()
    drawn = ink(player)
    player.page.keyboard.press("n")
    assert ink(player) < drawn, "keys work beside a slider"
    player.page.keyboard.press("n")
    player.page.click("[data-reset]")
    assert film.evaluate("node => node.style.filter") == "none"
    player.page.fill('[data-grey="window"]', "40")
    player.page.click('[data-example="b-film-only"]')
    player.wait("ready")
    assert film.evaluate("node => node.style.filter") == "none"
    player.page.click('[data-example="a-finished"]')
    player.wait("finished")


def test_names_and_fills_can_be_turned_off(player: Visitor) -> None:
    for key in ("n", "o"):
        drawn = ink(player)
        player.page.keyboard.press(key)
        assert ink(player) < drawn
        player.page.keyboard.press(key)
        assert ink(player) == drawn


@pytest.mark.parametrize("pane", ["stage", "final"])
def test_a_replayed_film_bears_no_names_before_the_run_gives_them(player: Visitor, pane: str) -> None:
    drawn = []
    for key in ("Shift+ArrowRight", "End"):
        player.page.keyboard.press("Home")
        player.page.keyboard.press(key)
        with_names = ink(player, pane)
        player.page.keyboard.press("n")
        drawn.append(with_names - ink(player, pane))
        player.page.keyboard.press("n")
    assert drawn[0] == 0 < drawn[1]


def test_the_address_leads_back_to_the_step(player: Visitor, context: BrowserContext) -> None:
    to_phase(player, "overlap", "up")
    player.page.wait_for_url("**film=a-finished*step=**")
    other = visit(context)
    other.open(player.page.url, "finished")
    assert (at(other), caption(other)) == (at(player), caption(player))
    other.leave()


def test_a_run_is_shared_as_a_poster_a_moving_picture_and_a_link(player: Visitor) -> None:
    page = player.page
    page.evaluate("window.before = window.spinefm.view.timeline")
    page.click('[data-tab="download"]')
    with page.expect_download() as poster:
        page.click('[data-share="poster"]')
    picture = Image.open(poster.value.path())
    page.evaluate("window.spinefm.view.timeline = { ...window.before, end: 0.3 }")  # long enough to be one
    with page.expect_download() as motion:
        page.click('[data-share="motion"]')
    page.evaluate("window.spinefm.view.timeline = window.before")
    film = cv2.VideoCapture(str(motion.value.path()))
    read, frame = film.read()
    assert read and (frame.shape[1], frame.shape[0]) == picture.size
    assert np.asarray(picture.convert("RGB")).std() > 10
    page.click('[data-share="link"]')
    expect(page.locator(".share [role=status]")).to_contain_text(re.compile("is copied|film=a-finished"))


def test_a_link_with_other_limits_runs_the_example_and_leads_to_its_step(context: BrowserContext, address: str) -> None:
    other = visit(context)
    other.open(f"{address}?film=a-finished&limits=overlap_limit:0.02&step=3", "finished")
    other.page.wait_for_function("window.spinefm.view.payload.made?.limits.overlap_limit === 0.02", timeout=30_000)
    other.page.wait_for_function("document.querySelector('.player').dataset.stop === '2'")
    assert other.page.locator(".player.comparing").count() == 1
    other.page.wait_for_function(
        "location.search.includes('limits=overlap_limit') && location.search.includes('step=3')"
    )
    other.leave()


def test_other_parts_of_the_page_are_told_of_each_phase_in_words(player: Visitor) -> None:
    player.page.evaluate(
        "window.told = []; document.addEventListener('spinefm:beat', (event) => window.told.push(event.detail))"
    )
    to_phase(player, "overlap", "up")
    told = player.page.evaluate("window.told")
    assert {"find", "predict", "overlap"} <= {beat["phase"] for beat in told}
    assert all(beat["text"] for beat in told)


@pytest.mark.parametrize("step", ["abc", "2.5", "-3"])
def test_a_broken_step_in_the_address_is_none(context: BrowserContext, address: str, step: str) -> None:
    other = visit(context)
    other.open(f"{address}?film=a-finished&step={step}", "finished")
    other.page.keyboard.press("End")
    assert other.page.locator(".player.resting").count() == 1
    other.leave()


def test_stepping_asks_the_server_nothing(player: Visitor) -> None:
    asked: list[str] = []
    player.page.keyboard.press("Home")
    player.page.on("request", lambda request: asked.append(request.url))
    for _ in range(12):
        player.page.keyboard.press("ArrowRight")
    assert stop(player) >= 11
    assert [url for url in asked if not url.startswith("data:")] == []


def test_while_a_film_is_on_its_way_the_page_says_so(visitor: Visitor, address: str, tmp_path: Path) -> None:
    visitor.open(address, "finished")
    uploads: list[Route] = []
    visitor.page.route("**/upload*", lambda route: uploads.append(route))
    visitor.page.set_input_files(UPLOAD, str(write_film(tmp_path / "neck.png", bright=0.85)))
    hint = visitor.page.locator(".player-hint")
    expect(hint).to_have_text("neck.png is being sent and read …")
    for upload in uploads:
        upload.continue_()
    visitor.page.wait_for_selector(NECK)
    expect(hint).to_be_hidden()
    visitor.wait("finished")
