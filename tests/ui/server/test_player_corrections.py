"""Corrections in the player, in a real browser: each asks first where it must, is recorded, and can be undone."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Locator, expect

from spinefm.export.result import write_zip
from spinefm.ui.server import result_zip
from tests.ui.server.conftest import Visitor, click_film, on_film, visit
from tests.ui.server.stand_in import CENTRES


def rows(visitor: Visitor) -> list[str]:
    names = visitor.page.locator("table.vertebrae:not(.compared) tbody th").all_text_contents()
    return [name.strip() for name in names]


def rename(player: Visitor, name: str, level: str) -> None:
    """Choose a level and confirm what it does."""
    player.page.click(f"table.vertebrae .row-name >> text={name}")
    player.page.select_option(".player select.level", level)
    player.page.click("[data-choice='0']")


@pytest.mark.smoke
def test_a_correction_says_what_it_does_first_and_can_be_undone_and_done_again(player: Visitor) -> None:
    player.page.click("table.vertebrae .row-name >> text=C4")
    player.page.select_option(".player select.level", "C5")
    question = player.page.locator(".question")
    assert "C2, C3, C5, C6 and C7 become one level lower" in question.inner_text()
    assert "The classifier recognised C2" in question.inner_text()
    assert rows(player)[0] == "C2", "nothing has changed yet"
    player.page.click("[data-choice='none']")
    assert question.count() == 0
    rename(player, "C4", "C5")
    player.page.wait_for_selector(".player ol.corrected")
    assert rows(player)[:6] == ["C3", "C4", "C5", "C6", "C7", "T1"]
    assert player.page.text_content(".player ol.corrected") == "C4 is C5, the others are counted from it."
    player.page.click(".player-corrections >> text=undo")
    player.page.wait_for_selector(".player ol.corrected", state="detached")
    assert rows(player)[0] == "C2"
    player.page.click(".player-corrections >> text=redo")
    player.page.wait_for_selector(".player ol.corrected")
    assert rows(player)[0] == "C3"
    player.page.click(".player-corrections >> text=undo")
    player.page.wait_for_selector(".player ol.corrected", state="detached")


def test_deleting_offers_a_gap(player: Visitor) -> None:
    player.page.click("table.vertebrae .row-name >> text=C4")
    player.page.click(".player-corrections >> text=delete")
    player.page.click(".question >> text=leave a gap")
    player.page.wait_for_selector(".player ol.corrected")
    assert rows(player)[:5] == ["C2", "C3", "C5", "C6", "C7"]
    player.page.click(".player-corrections >> text=undo")
    player.page.wait_for_selector(".player ol.corrected", state="detached")


def test_an_outline_is_dragged_and_recorded(player: Visitor) -> None:
    player.page.click("table.vertebrae .row-name >> text=C5")
    player.page.keyboard.press("End")
    player.page.click("[data-edit]")
    assert "Drag a corner or an edge" in player.page.inner_text(".player-hint")
    player.page.mouse.move(*on_film(player, 140, 189))
    player.page.mouse.down()
    player.page.mouse.move(*on_film(player, 132, 180), steps=4)
    player.page.mouse.up()
    player.page.wait_for_selector(".player ol.corrected")
    assert player.page.text_content(".player ol.corrected") == "The outline of C5 was edited by hand."
    assert player.page.locator("tr .mark >> text=edited").count() == 1
    player.page.keyboard.press("Escape")
    assert player.page.locator(".player-hint").is_hidden()
    player.page.keyboard.press("Control+z")
    player.page.wait_for_selector(".player ol.corrected", state="detached")


def press(player: Visitor, button: Locator) -> None:
    """Hold the mouse down on a button."""
    button.scroll_into_view_if_needed()
    box = button.bounding_box()
    assert box is not None
    player.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    player.page.mouse.down()


@pytest.fixture
def packing(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """The zip of a result is packed once this event is set."""
    allowed = threading.Event()

    def late(*inputs: Any) -> None:
        assert allowed.wait(60)
        write_zip(*inputs)

    monkeypatch.setattr(result_zip, "write_zip", late)
    yield allowed
    allowed.set()


def test_a_click_counts_though_the_zip_arrives_while_the_button_is_down(
    packing: threading.Event, player: Visitor
) -> None:
    rename(player, "C4", "C5")
    player.page.wait_for_selector(".player ol.corrected")
    player.page.wait_for_selector(".player.resting:not(.playing)")  # the cards change their height until then
    press(player, player.page.locator(".player-corrections >> text=undo"))
    packing.set()
    player.page.wait_for_selector('[data-panel="download"] a.download', state="attached")
    player.page.mouse.up()
    player.page.wait_for_selector(".player ol.corrected", state="detached", timeout=5_000)


def test_the_keyboard_stays_on_its_button_when_the_names_are_replaced(player: Visitor) -> None:
    for count, level in ((1, "C5"), (2, "C6")):
        rename(player, rows(player)[2], level)
        expect(player.page.locator(".player ol.corrected li")).to_have_count(count)
    player.page.locator(".player-corrections >> text=undo").focus()
    for count in (1, 0):
        player.page.keyboard.press("Enter")
        expect(player.page.locator(".player ol.corrected li")).to_have_count(count)
    assert rows(player)[0] == "C2"


def test_a_correction_that_cannot_be_is_refused_with_a_sentence(player: Visitor) -> None:
    player.page.click("table.vertebrae .row-name >> text=C7")
    player.page.select_option(".player select.level", "C1")
    player.page.wait_for_selector(".player .refused")
    assert "beyond the spine's end" in (player.page.text_content(".player .refused") or "")
    assert rows(player)[0] == "C2"


@pytest.mark.parametrize("tab", ["measures", "log"])
@pytest.mark.parametrize(("width", "height", "scheme"), [(1440, 1000, "light"), (390, 844, "dark")])
def test_a_refusal_and_a_question_are_in_sight_whatever_tab_is_open(
    context: BrowserContext, address: str, tab: str, width: int, height: int, scheme: str
) -> None:
    one = visit(context, width, height, scheme)
    one.open(address, "finished")
    one.page.keyboard.press("End")
    one.page.click(f'[data-tab="{tab}"]')
    for at, words, says in (((20, 20), ".refused", "No new vertebra"), (CENTRES[6], ".question", "background")):
        one.page.locator(".stage .pane-area").scroll_into_view_if_needed()
        one.page.locator(".stage .pane-area").focus()
        one.page.keyboard.press("a")
        click_film(one, *at)
        said = one.page.locator(f".player {words}")
        expect(said).to_contain_text(says)
        expect(said).to_be_in_viewport(ratio=1)
        ink, paper = said.evaluate("node => [getComputedStyle(node).color, getComputedStyle(node).backgroundColor]")
        assert ink != paper
        one.page.keyboard.press("Escape")
        expect(said).to_have_count(0)
    assert one.page.get_attribute(f'[data-tab="{tab}"]', "aria-selected") == "true"
    one.leave()
