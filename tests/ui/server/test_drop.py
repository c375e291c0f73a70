"""Films that are dropped or pasted onto the page, at any time."""

from __future__ import annotations

from pathlib import Path

from tests.ui.server.conftest import DROP, Visitor
from tests.ui.server.stand_in import write_film


def test_a_film_dropped_or_pasted_anywhere_at_any_time_is_run(run: Visitor, tmp_path: Path) -> None:
    run.wait("finished")
    for kind in ("drop", "paste"):
        content = list(write_film(tmp_path / f"{kind}.png", bright=0.7).read_bytes())
        run.page.evaluate(DROP, [f"{kind}.png", content, kind])
        run.page.wait_for_selector(f".stage .pane-name:has-text('{kind}.png')")
        run.wait("finished")
        run.page.wait_for_selector(f'.player .download[download="{kind}.zip"]', state="attached")
    assert run.page.locator(".player-drop").is_hidden()


def test_of_several_files_the_page_says_that_one_was_taken_and_nothing_beside_another_film(
    run: Visitor, tmp_path: Path
) -> None:
    run.wait("finished")
    content = list(write_film(tmp_path / "one.png").read_bytes())
    run.page.evaluate(DROP, ["one.png", content, "drop", ["two.png", "three.png"]])
    run.page.wait_for_selector(".stage .pane-name:has-text('one.png')")
    run.wait("finished")
    assert "Of the 3 files only one.png was taken" in run.page.inner_text(".player-notices")
    run.page.click('[data-example="b-film-only"]')
    run.wait("ready")
    run.page.click("#run")
    run.wait("finished")
    assert "files only" not in run.page.inner_text(".player-notices")


SLOW = {"offline": False, "latency": 0, "downloadThroughput": -1}


def test_of_two_films_dropped_while_the_first_is_still_being_sent_the_second_is_run(
    visitor: Visitor, address: str, tmp_path: Path
) -> None:
    films = {name: write_film(tmp_path / name).read_bytes() for name in ("one.png", "two.png")}
    visitor.open(address, "finished")
    network = visitor.page.context.new_cdp_session(visitor.page)
    network.send("Network.emulateNetworkConditions", {**SLOW, "uploadThroughput": len(films["one.png"]) / 4})
    for name, content in films.items():
        visitor.page.evaluate(DROP, [name, list(content), "drop"])
    visitor.page.wait_for_selector('.player[data-status="finished"] .pane-name:has-text("two.png")')
