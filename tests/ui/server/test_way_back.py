"""What a visitor made of an own film stays within reach: behind an example, a rotation, a cancelled run, a reload."""

from __future__ import annotations

import threading

import pytest
from playwright.sync_api import expect

from tests.ui.server.conftest import NECK, Visitor, corrected

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
    moved.page.keyboard.press("t")
    moved.wait("ready")
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
