"""Nothing on the page covers, cuts off or moves anything else, and its headings form an outline."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.ui.server.conftest import UPLOAD, Visitor
from tests.ui.server.stand_in import write_film

LONG = f"a film with {'a very ' * 20}long name.png"
RENAME = "(name) => { window.spinefm.view.payload.film.name = name; window.spinefm.theatre.caption(); }"
LEVELS = """[...document.querySelectorAll('h1, h2, h3, h4, h5, h6')].filter((node) => node.offsetParent)
    .map((node) => Number(node.tagName[1]))"""


def box(page: Page, selector: str) -> dict[str, float]:
    """Where the first element that fits lies."""
    found = page.locator(selector).first.bounding_box()
    assert found is not None
    return dict(found)


def right(one: dict[str, Any]) -> float:
    return float(one["x"] + one["width"])


def test_no_level_of_heading_is_left_out(player: Visitor) -> None:
    for key in ("End", "Home", "Shift+ArrowRight"):
        player.page.keyboard.press(key)
        levels = player.page.evaluate(LEVELS)
        assert levels[0] == 1 and set(levels[1:]) == {2}, levels


def test_run_and_cancel_take_the_same_place(
    gate: threading.Semaphore, visitor: Visitor, address: str, tmp_path: Path
) -> None:
    visitor.open(address, "finished")
    others = ("#examples", "#method", "#limits")
    before = [box(visitor.page, "#run"), *(box(visitor.page, one) for one in others)]
    visitor.page.set_input_files(UPLOAD, str(write_film(tmp_path / "neck.png", bright=0.85)))
    visitor.page.wait_for_selector("#cancel", state="visible")
    assert [box(visitor.page, "#cancel"), *(box(visitor.page, one) for one in others)] == before
    assert visitor.page.evaluate(
        "(({scrollWidth, clientWidth}) => scrollWidth <= clientWidth)(document.querySelector('#cancel'))"
    )
    gate.release(1000)
    visitor.wait("finished")


@pytest.mark.parametrize(
    ("width", "still"),
    [*((width, ".player-tabs") for width in (1440, 1280, 1180, 820, 600, 360)), (390, ".stage .pane-area")],
)
def test_nothing_moves_while_the_steps_go_by(player: Visitor, width: int, still: str) -> None:
    page, before = player.page, player.page.viewport_size
    assert before is not None
    page.set_viewport_size({"width": width, "height": 900})
    page.keyboard.press("Home")
    places = set()
    for _ in range(24):
        page.keyboard.press("ArrowRight")
        if page.locator(".player.resting").count():
            break
        places.add(box(page, still)["y"] + page.evaluate("scrollY"))
    assert len(places) == 1
    page.set_viewport_size(before)


def test_escape_closes_the_limits_and_ends_nothing_else(player: Visitor) -> None:
    page = player.page
    page.click(".player-tools [data-starts]")
    player.open_limits()
    page.keyboard.press("Escape")
    expect(page.locator("#limits input[type=range]").first).to_be_hidden()
    assert page.get_attribute(".player", "data-mode") == "starts"
    page.keyboard.press("Escape")
    assert page.get_attribute(".player", "data-mode") == "none"


def test_the_list_of_keys_opens_in_sight(player: Visitor) -> None:
    page, before = player.page, player.page.viewport_size
    assert before is not None
    page.set_viewport_size({"width": 1440, "height": 900})
    page.keyboard.press("?")
    keys = box(page, ".player-keys")
    assert keys["y"] >= 0 and keys["y"] + keys["height"] <= 900
    page.keyboard.press("?")
    page.set_viewport_size(before)


def test_the_arrow_of_the_method_lies_beside_its_name(player: Visitor) -> None:
    field, arrow = (box(player.page, f"#method {part}") for part in ("input", ".icon-wrap"))
    padding = player.page.evaluate("parseFloat(getComputedStyle(document.querySelector('#method input')).paddingRight)")
    assert right(field) - padding <= arrow["x"]


def test_undo_can_be_seen_below_twelve_rows(player: Visitor) -> None:
    page, before = player.page, player.page.viewport_size
    assert before is not None
    page.set_viewport_size({"width": 1440, "height": 900})
    page.locator("table.vertebrae .row-name").nth(2).click()
    table = page.locator("table.vertebrae tbody")
    table.evaluate("node => { while (node.rows.length < 12) node.append(node.rows[0].cloneNode(true)); }")
    panel, tools = box(page, '[data-panel="vertebrae"]'), box(page, ".player-corrections .group.last")
    page.evaluate("window.spinefm.drawResult(window.spinefm.view.payload)")
    assert tools["y"] + tools["height"] <= panel["y"] + panel["height"]
    page.set_viewport_size(before)


def test_a_narrow_pane_keeps_its_films_name(player: Visitor) -> None:
    page, before = player.page, player.page.viewport_size
    assert before is not None
    page.set_viewport_size({"width": 920, "height": 620})
    name = page.locator(".stage .pane-file")
    assert name.inner_text() == "a-finished.png"
    assert name.evaluate("node => node.scrollWidth <= node.clientWidth")
    page.set_viewport_size(before)


def test_the_line_of_time_stays_long_under_narrow_films(player: Visitor) -> None:
    transport = player.page.locator(".player-transport")
    transport.evaluate("node => { node.style.width = '522px'; }")
    line, controls = (box(player.page, name) for name in (".player-scrub", ".player-controls"))
    transport.evaluate("node => { node.style.width = ''; }")
    assert line["width"] > 150 and controls["width"] <= 522


def test_the_class_that_wins_keeps_its_name_on_one_line(player: Visitor) -> None:
    page = player.page
    page.keyboard.press("Home")
    for _ in range(12):
        page.keyboard.press("ArrowRight")
        if page.locator('.card[data-lane="up"] .bars').count():
            break
    last = page.locator('.card[data-lane="up"] .bars .bar').last
    assert "background" in last.inner_text()
    before = last.evaluate("node => node.clientHeight")
    assert last.evaluate("node => { node.classList.add('winner'); return node.clientHeight; }") == before


@pytest.mark.parametrize("width", [1440, 1180, 820, 390])
def test_all_tabs_of_a_comparison_can_be_seen(player: Visitor, width: int) -> None:
    page, before = player.page, player.page.viewport_size
    assert before is not None
    page.set_viewport_size({"width": width, "height": 900})
    compare = page.locator('[data-tab="compare"]')
    compare.evaluate("node => { node.hidden = false; }")
    edge = right(box(page, ".player-tabs"))
    assert all(right(dict(tab.bounding_box() or {})) <= edge for tab in page.locator(".player-tabs [role=tab]").all())
    compare.evaluate("node => { node.hidden = true; }")
    page.set_viewport_size(before)


@pytest.mark.parametrize("width", [1440, 820, 720])
def test_what_is_said_of_a_film_stands_above_it(player: Visitor, width: int) -> None:
    page, before = player.page, player.page.viewport_size
    assert before is not None
    page.set_viewport_size({"width": width, "height": 900})
    said, film = (box(page, f".stage {part}") for part in (".simulated", ".pane-area"))
    assert said["y"] + said["height"] <= film["y"] and right(said) <= right(film)
    page.set_viewport_size(before)


@pytest.mark.parametrize("width", [1440, 820, 390])
def test_a_long_name_leaves_room_for_the_films_size_and_is_whole_in_the_tooltip(player: Visitor, width: int) -> None:
    page, before = player.page, player.page.viewport_size
    assert before is not None
    page.set_viewport_size({"width": width, "height": 900})
    facts = page.locator(".stage .pane-facts")
    for name in (LONG, "a.png"):
        page.evaluate(RENAME, name)
        assert facts.evaluate("node => node.scrollWidth <= node.clientWidth"), "the size is cut off"
    page.evaluate(RENAME, LONG)
    assert right(box(page, ".stage .pane-facts")) <= right(box(page, ".stage .pane-area"))
    assert (page.get_attribute(".stage .pane-name", "title") or "").startswith(LONG)
    page.set_viewport_size(before)
