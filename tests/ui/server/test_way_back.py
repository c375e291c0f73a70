"""What a visitor made of an own film stays within reach: behind an example, a rotation, a cancelled run, a reload."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.ui.server.conftest import NECK, UPLOAD, Visitor, corrected
from tests.ui.server.stand_in import SIZE

MOVED = ["All names moved down by 1."]


@pytest.fixture
def moved(run: Visitor) -> Visitor:
    """A visitor who corrected the result of an own film."""
    run.wait("finished")
    run.page.click('.player-corrections >> text="names ↓"')
    run.page.click("[data-choice='0']")
    assert corrected(run, 1) == MOVED
    expect(run.page.locator("#back")).to_be_hidden()
    return run


def go_back(visitor: Visitor) -> None:
    """Press the button that names the film; the corrected result is there again, and the button is gone."""
    visitor.page.click("#back >> text=Back to neck.png")
    visitor.page.wait_for_selector(NECK)
    visitor.wait("finished")
    assert corrected(visitor, 1) == MOVED
    expect(visitor.page.locator("#back")).to_be_hidden()


def test_from_an_example_a_button_leads_back_to_the_own_film(moved: Visitor) -> None:
    for example in ("b-film-only", "a-finished"):
        moved.page.click(f'[data-example="{example}"]')
        moved.page.wait_for_selector(f'.player[data-status="{"ready" if example.startswith("b") else "finished"}"]')
        moved.page.wait_for_function("window.spinefm.view.payload.film.name !== 'neck.png'")
        go_back(moved)
    moved.page.keyboard.press("Control+z")
    assert corrected(moved, 0) == []


def test_a_rotated_film_leads_back_to_its_corrected_result(moved: Visitor) -> None:
    for quarters in range(1, 5):
        moved.page.keyboard.press("t")
        wide, high = (SIZE, SIZE[::-1])[quarters % 2]
        moved.page.wait_for_selector(f".stage .pane-name:has-text('{wide} × {high} px')")
        moved.wait("ready")
    go_back(moved)


def test_a_file_that_cannot_be_read_and_a_rotated_example_leave_the_way_back(moved: Visitor, tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("this is no film")
    moved.page.click('[data-example="a-finished"]')
    moved.page.wait_for_function("window.spinefm.view.payload.film.name !== 'neck.png'")
    moved.page.keyboard.press("t")
    moved.wait("ready")
    moved.page.set_input_files(UPLOAD, str(tmp_path / "notes.txt"))
    moved.wait("failed")
    go_back(moved)


def test_a_rotated_film_without_corrections_takes_its_place(run: Visitor) -> None:
    run.wait("finished")
    run.page.keyboard.press("t")
    run.wait("ready")
    expect(run.page.locator("#back")).to_be_hidden()


def test_a_cancelled_run_leaves_the_result_of_before(gate: threading.Semaphore, run: Visitor) -> None:
    gate.release(1000)
    run.wait("finished")
    run.page.click('.player-corrections >> text="names ↓"')
    run.page.click("[data-choice='0']")
    assert corrected(run, 1) == MOVED
    while gate.acquire(blocking=False):
        pass
    run.page.click("#run")
    run.page.wait_for_selector("#cancel", state="visible")
    run.page.click("#cancel")
    run.wait("finished")
    gate.release(1)
    assert "cancelled; this is the result of before" in run.page.inner_text(".player-notices")
    assert corrected(run, 1) == MOVED


def test_a_run_that_a_reload_interrupts_is_run_again(gate: threading.Semaphore, run: Visitor, address: str) -> None:
    gate.release(3)
    run.page.wait_for_selector("#cancel", state="visible")
    run.reload(address)
    run.page.wait_for_selector(NECK)
    gate.release(1000)
    run.wait("finished")


def test_a_film_that_the_server_lost_is_named_when_the_page_opens_without_it(run: Visitor, address: str) -> None:
    run.wait("finished")
    run.reload(address)
    run.page.wait_for_selector(NECK)
    run.wait("finished")
    assert "no longer here" not in run.page.inner_text(".player-notices")
    run.page.evaluate("sessionStorage.setItem('spinefm-sitting', 'f'.repeat(32))")  # which this server does not know
    run.reload(address)
    run.wait("finished")
    assert "neck.png is no longer here" in run.page.inner_text(".player-notices")
    run.reload(address)
    run.wait("finished")
    assert "no longer here" not in run.page.inner_text(".player-notices"), "it is said once"
