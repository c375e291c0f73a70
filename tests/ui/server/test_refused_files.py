"""What a visitor sees of a file that cannot be read, in a real browser."""

from __future__ import annotations

from pathlib import Path

from spinefm.imaging.decoded import MAX_BYTES
from tests.ui.server.conftest import NECK, Visitor


def test_below_a_bad_file_the_visitors_own_result_stays_and_can_be_corrected(run: Visitor, tmp_path: Path) -> None:
    run.wait("finished")
    run.page.wait_for_selector(".player.resting")
    for name, size, words in (
        ("empty.png", 0, "empty.png was not taken"),
        ("large.png", MAX_BYTES + 1, "more than the 32 MB"),
    ):
        with (tmp_path / name).open("wb") as stream:
            stream.truncate(size)
        with run.page.expect_file_chooser() as chooser:
            run.page.click("#film-upload")
        chooser.value.set_files(str(tmp_path / name))
        run.page.wait_for_selector(f".player-message:has-text('{words}')")
        assert run.page.locator(NECK).count() > 0
        assert run.page.locator(".player-table tr[data-number]").count() > 3
    run.page.click(".player-corrections >> text=names ↓")
    run.page.click("[data-choice='0']")
    run.page.wait_for_selector(".player ol.corrected")
    assert run.page.locator(".player-message").is_hidden()
