"""The step player in a real browser: one page with a finished example, stepped in every way."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, expect

from spinefm.export.result import write_zip
from spinefm.ui.server import sessions
from tests.ui.server.conftest import Visitor, visit
from tests.ui.server.stand_in import all_events

COUNT = len(all_events())


@pytest.fixture(scope="module")
def opened(context: BrowserContext, address: str) -> Iterator[Visitor]:
    """One visitor on the finished example, for all tests of this file."""
    one = visit(context)
    one.open(address, "finished")
    yield one
    one.leave()


@pytest.fixture
def player(opened: Visitor) -> Visitor:
    """The same visitor, back on the last frame and the first tab."""
    opened.page.keyboard.press("End")
    opened.page.click('[data-tab="vertebrae"]')
    opened.page.locator(".player-film.now").focus()
    return opened


def frame(visitor: Visitor) -> int:
    return int(visitor.page.get_attribute(".player", "data-frame") or -1)


def kind(visitor: Visitor) -> str:
    return visitor.page.get_attribute(".player", "data-kind") or ""


def caption(visitor: Visitor) -> str:
    return visitor.page.inner_text(".player-caption")


def go_to(visitor: Visitor, group: str, wanted: str) -> None:
    """Show the sub-step `wanted` of a lane's last group."""
    visitor.page.locator(f'.lane:has(.lane-name:text-is("{group}")) .tick.{wanted}').last.click()


def test_arrows_home_and_end_step_through_the_run(player: Visitor) -> None:
    press = player.page.keyboard.press
    press("Home")
    assert (frame(player), kind(player)) == (0, "located")
    press("ArrowLeft")
    assert frame(player) == 0
    press("ArrowRight")
    assert (frame(player), kind(player)) == (1, "seeded")
    press("End")
    assert (frame(player), kind(player)) == (COUNT - 1, "finished")


def test_shift_with_an_arrow_goes_from_vertebra_to_vertebra(player: Visitor) -> None:
    player.page.keyboard.press("Home")
    groups = []
    for _ in range(4):
        player.page.keyboard.press("Shift+ArrowRight")
        groups.append((kind(player), caption(player).partition(":")[0]))
    assert groups[1:] == [("proposed", "Seed 1"), ("proposed", "Seed 2"), ("proposed", "Seed 3")]


def test_sub_steps_of_one_step_stay_side_by_side(player: Visitor) -> None:
    captions = player.page.locator(".log button").all_text_contents()
    steps = [line.partition(":")[0] for line in captions if line.startswith("Step")]
    assert steps == sorted(steps, key=steps.index)
    assert len(set(steps)) == 4


def test_space_plays_and_pauses(player: Visitor) -> None:
    player.page.keyboard.press("Home")
    player.page.keyboard.press("]")
    player.page.keyboard.press("]")
    player.page.keyboard.press("Space")
    player.page.wait_for_function("Number(document.querySelector('.player').dataset.frame) >= 2")
    assert player.page.get_attribute(".player-caption", "aria-live") == "off"
    player.page.keyboard.press("Space")
    stopped = frame(player)
    player.page.wait_for_timeout(500)
    assert frame(player) == stopped
    assert player.page.get_attribute(".player-caption", "aria-live") == "polite"
    assert player.page.get_attribute('[data-speed="4"]', "aria-pressed") == "true"
    player.page.click('[data-speed="1"]')


def test_a_tick_leads_to_its_frame_and_dragging_scrubs(player: Visitor) -> None:
    ticks = player.page.locator('.lane:has(.lane-name:text-is("start")) .tick')
    ticks.nth(2).click()
    assert frame(player) == 2
    first, last = ticks.nth(3).bounding_box(), ticks.nth(8).bounding_box()
    assert first is not None and last is not None
    player.page.mouse.move(first["x"] + 5, first["y"] + 8)
    player.page.mouse.down()
    player.page.mouse.move(last["x"] + 5, last["y"] + 8, steps=12)
    player.page.mouse.up()
    assert frame(player) == 8


def test_a_log_row_leads_to_its_frame_and_is_marked(player: Visitor) -> None:
    player.page.click('[data-tab="log"]')
    row = player.page.locator(".log button").nth(4)
    row.click()
    assert frame(player) == 4
    assert caption(player) == row.text_content()
    assert row.get_attribute("aria-current") == "step"


def test_a_row_of_the_table_leads_to_the_step_that_decided_it(player: Visitor) -> None:
    player.page.click("table.vertebrae .row-name >> text=T1")
    assert kind(player) == "decided"
    assert "stopped, background 0.91 > 0.50" in caption(player)
    assert player.page.locator(".player-picture .rejected").count() == 1


def test_pointing_at_a_row_lights_its_vertebra(player: Visitor) -> None:
    player.page.hover("table.vertebrae .row-name >> text=C4")
    assert player.page.locator(".player-picture .vertebra.lit title").all_text_contents() == ["C4"]
    player.page.hover(".player-caption")
    assert player.page.locator(".player-picture .vertebra.lit").count() == 0


def test_a_click_on_a_vertebra_chooses_its_row(player: Visitor) -> None:
    player.page.click('[data-tab="log"]')
    player.page.locator(".player-picture .vertebra").nth(3).locator(".outline").click(position={"x": 6, "y": 6})
    assert [name.strip() for name in player.page.locator("tr.chosen th").all_text_contents()] == ["C5"]
    assert player.page.locator(".player select.level").input_value() == "C5"
    assert frame(player) == COUNT - 1


def test_the_detections_say_which_were_dropped_and_why(player: Visitor) -> None:
    player.page.keyboard.press("Home")
    assert player.page.locator(".detection.kept").count() == 3
    assert player.page.locator(".detection.dropped title").all_text_contents() == ["score 0.41 < 0.60"]
    assert "3 of 4 kept" in player.page.inner_text(".player-card")


def test_the_axis_and_the_starting_points_are_drawn(player: Visitor) -> None:
    go_to(player, "start", "seeded")
    assert player.page.locator(".player-picture .axis").count() == 1
    assert player.page.locator(".player-picture .cross.known").count() == 3


def test_a_proposal_shows_three_known_points_the_predicted_one_and_its_patch(player: Visitor) -> None:
    go_to(player, "up", "proposed")
    for mark, count in ((".cross.known", 3), (".cross.predicted", 1), (".patch", 1), (".cross.refined", 0)):
        assert player.page.locator(f".player-picture {mark}").count() == count
    assert player.page.locator(".card-patch").count() == 1


def test_a_mask_shows_the_refined_centroid_and_its_shift(player: Visitor) -> None:
    go_to(player, "up", "segmented")
    for mark in (".candidate", ".cross.refined", ".shift"):
        assert player.page.locator(f".player-picture {mark}").count() == 1
    assert "centroid moved 3.6 px" in player.page.inner_text(".player-card")


def test_a_check_shows_both_masks_and_its_limit(player: Visitor) -> None:
    go_to(player, "down", "checked")
    assert player.page.locator(".player-picture .against").count() == 1
    assert player.page.locator(".player-picture .shared").count() == 1
    assert "0.03 ≤ 0.10" in player.page.inner_text(".player-card")


def test_the_classifier_shows_four_bars_and_their_limits(player: Visitor) -> None:
    go_to(player, "down", "classified")
    bars = player.page.locator(".gauge.plain")
    assert bars.locator(".gauge-label").all_text_contents() == ["vertebra", "background", "C2", "S1"]
    assert bars.nth(1).locator(".gauge-number").text_content() == "0.91"
    assert player.page.locator(".gauge.plain .gauge-limit").count() == 3


def test_names_appear_only_when_they_are_given(player: Visitor) -> None:
    go_to(player, "up", "decided")
    assert player.page.locator(".player-picture .name").count() == 0
    player.page.keyboard.press("End")
    player.page.keyboard.press("ArrowLeft")
    assert kind(player) == "named"
    assert player.page.locator(".player-picture .name").count() == 6
    assert player.page.locator(".vertebra.anchor .name").text_content() == "C2"


def test_zoom_and_fit(player: Visitor) -> None:
    whole = player.page.get_attribute(".player-picture", "viewBox")
    player.page.keyboard.press("+")
    assert player.page.get_attribute(".player-picture", "viewBox") != whole
    player.page.keyboard.press("0")
    assert player.page.get_attribute(".player-picture", "viewBox") == whole


def test_window_and_level_change_the_film_and_not_the_overlay(player: Visitor) -> None:
    player.page.click(".player-grey summary")
    player.page.fill('[data-grey="window"]', "40")
    assert "url(#grey-" in (player.page.get_attribute(".player-picture image", "filter") or "")
    player.page.fill('[data-grey="window"]', "100")
    assert player.page.get_attribute(".player-picture image", "filter") == "none"
    player.page.click(".player-grey summary")


def test_the_next_film_is_seen_as_it_is_and_a_button_resets_this_one(player: Visitor) -> None:
    image = player.page.locator(".player-film.now .player-picture image")
    player.page.click(".player-grey summary")
    player.page.fill('[data-grey="window"]', "40")
    player.page.locator('[data-grey="window"]').focus()
    player.page.keyboard.press("n")
    assert player.page.locator(".player-film.now .player-picture .name").count() == 0, "keys work beside a slider"
    player.page.keyboard.press("n")
    assert player.page.locator(".player-grey.changed").count() == 1
    player.page.click("[data-reset]")
    assert image.get_attribute("filter") == "none"
    player.page.fill('[data-grey="window"]', "40")
    player.page.click('[data-example="b-film-only"]')
    player.wait("ready")
    assert (image.get_attribute("filter"), player.page.locator(".player-grey.changed").count()) == ("none", 0)
    player.page.click(".player-grey summary")
    player.page.click('[data-example="a-finished"]')
    player.wait("finished")


def test_names_and_fills_can_be_turned_off(player: Visitor) -> None:
    player.page.locator(".player-film.now").focus()
    player.page.keyboard.press("n")
    assert player.page.locator(".player-picture .name").count() == 0
    player.page.keyboard.press("n")
    player.page.keyboard.press("o")
    assert player.page.locator(".player-picture .filled").count() == 0
    player.page.keyboard.press("o")


def test_the_address_leads_back_to_the_step(player: Visitor, context: BrowserContext) -> None:
    go_to(player, "up", "checked")
    other = visit(context)
    other.open(player.page.url, "finished")
    assert (frame(other), caption(other)) == (frame(player), caption(player))
    other.leave()


def test_the_address_names_the_example_on_show_and_a_broken_step_is_none(
    player: Visitor, context: BrowserContext, address: str
) -> None:
    player.page.click('[data-example="b-film-only"]')
    player.wait("ready")
    assert "film=b-film-only" in player.page.url and "step" not in player.page.url
    player.page.click('[data-example="a-finished"]')
    player.wait("finished")
    assert "film=a-finished" in player.page.url
    for step in ("abc", "2.5"):
        other = visit(context)
        other.open(f"{address}?film=a-finished&step={step}", "finished")
        assert frame(other) == COUNT - 1
        other.leave()


def rows(visitor: Visitor) -> list[str]:
    return [
        name.strip() for name in visitor.page.locator("table.vertebrae:not(.compared) tbody th").all_text_contents()
    ]


def test_a_correction_renames_all_and_can_be_undone_and_done_again(player: Visitor) -> None:
    player.page.click("table.vertebrae .row-name >> text=C4")
    player.page.select_option(".player select.level", "C5")
    player.page.wait_for_selector(".player ol.corrected")
    assert rows(player)[:6] == ["C3", "C4", "C5", "C6", "C7", "T1"]
    assert player.page.locator(".player-picture .name").first.text_content() == "C3"
    assert player.page.text_content(".player ol.corrected") == "C4 is C5, the others are counted from it."
    player.page.click(".player-corrections >> text=undo")
    player.page.wait_for_selector(".player ol.corrected", state="detached")
    assert rows(player)[0] == "C2"
    player.page.click(".player-corrections >> text=redo")
    player.page.wait_for_selector(".player ol.corrected")
    assert rows(player)[0] == "C3"
    player.page.click(".player-corrections >> text=undo")
    player.page.wait_for_selector(".player ol.corrected", state="detached")


def press(player: Visitor, button: Locator) -> None:
    """Hold the mouse down on a button."""
    box = button.bounding_box()
    assert box is not None
    player.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    player.page.mouse.down()


@pytest.fixture
def slow_zip(monkeypatch: pytest.MonkeyPatch) -> None:
    """The zip of a result is packed a second after the result is shown."""

    def late(*inputs: Any) -> None:
        time.sleep(1)
        write_zip(*inputs)

    monkeypatch.setattr(sessions, "write_zip", late)


@pytest.mark.usefixtures("slow_zip")
def test_a_click_counts_though_the_zip_arrives_while_the_button_is_down(player: Visitor) -> None:
    player.page.click("table.vertebrae .row-name >> text=C4")
    player.page.select_option(".player select.level", "C5")
    player.page.wait_for_selector(".player ol.corrected")
    press(player, player.page.locator(".player-corrections >> text=undo"))
    player.page.wait_for_selector('[data-panel="download"] a.download', state="attached")
    player.page.mouse.up()
    player.page.wait_for_selector(".player ol.corrected", state="detached", timeout=5_000)


def test_the_keyboard_stays_on_its_button_when_the_names_are_drawn_anew(player: Visitor) -> None:
    player.page.locator(".player-corrections >> text=names ↓").focus()
    for names in (["C3", "C4"], ["C4", "C5"]):
        player.page.keyboard.press("Enter")
        player.page.wait_for_selector(f"table.vertebrae tbody tr:first-child th:has-text('{names[0]}')")
        assert rows(player)[:2] == names
    for _ in range(2):
        done = player.page.locator(".player ol.corrected li").count()
        player.page.click(".player-corrections >> text=undo")
        expect(player.page.locator(".player ol.corrected li")).to_have_count(done - 1)


def test_a_correction_that_cannot_be_is_refused_with_a_sentence(player: Visitor) -> None:
    player.page.click("table.vertebrae .row-name >> text=C7")
    player.page.select_option(".player select.level", "C1")
    player.page.wait_for_selector(".player .refused")
    assert "beyond the spine's end" in (player.page.text_content(".player .refused") or "")
    assert rows(player)[0] == "C2"


def test_stepping_asks_the_server_nothing(player: Visitor) -> None:
    asked: list[str] = []
    player.page.keyboard.press("Home")
    player.page.on("request", lambda request: asked.append(request.url))
    for _ in range(30):
        player.page.keyboard.press("ArrowRight")
    assert frame(player) == 30
    assert [url for url in asked if not url.startswith("data:")] == []
