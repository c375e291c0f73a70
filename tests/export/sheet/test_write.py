"""`index.html`: no host but the folder, no other file replaced, and what a reader does with it in a browser."""

from __future__ import annotations

import errno
import os
import re
from pathlib import Path
from urllib.parse import unquote

import pytest
from playwright.sync_api import Request, sync_playwright

from spinefm.export import write_error
from spinefm.export.errors import ExportError
from spinefm.export.sheet import SHEET, write_sheet
from spinefm.export.sheet.films import SheetFilm
from spinefm.export.sheet.write import sheet_page
from tests.export import curved
from tests.export.sheet.test_films import save
from tests.ui.server.conftest import CHROMIUM, FLAGS


def test_it_links_files_that_are_there_and_no_host(tmp_path: Path) -> None:
    save(tmp_path / "neck #1 50% of & <all>")
    path = write_sheet(tmp_path)
    assert path == tmp_path / SHEET
    text = path.read_text(encoding="utf-8")
    links = re.findall(r'(?:href|src)="([^"]+)"', text)
    assert len(links) >= 5 and all((tmp_path / unquote(link)).is_file() for link in links)
    assert "://" not in text and "base64" not in text and "<all>" not in text


def test_an_earlier_sheet_is_replaced_and_no_other_file(tmp_path: Path) -> None:
    save(tmp_path / "neck")
    write_sheet(tmp_path)
    save(tmp_path / "back")
    write_sheet(tmp_path)
    assert "back" in (tmp_path / SHEET).read_text(encoding="utf-8")
    (tmp_path / SHEET).write_text("<title>my own page</title>")
    with pytest.raises(ExportError, match="is not a results sheet and was not replaced"):
        write_sheet(tmp_path)
    assert (tmp_path / SHEET).read_text() == "<title>my own page</title>"
    (tmp_path / SHEET).unlink()
    (tmp_path / SHEET).mkdir()
    with pytest.raises(ExportError, match="is not a file"):
        write_sheet(tmp_path)


def test_a_full_disk_leaves_the_earlier_sheet_and_no_half_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    save(tmp_path / "neck")
    path = write_sheet(tmp_path)
    assert path is not None
    before = path.read_bytes()
    save(tmp_path / "back")

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ExportError, match="No space left on device"):
        write_sheet(tmp_path)
    assert path.read_bytes() == before and sorted(one.name for one in tmp_path.iterdir()) == ["back", SHEET, "neck"]


def test_without_a_result_there_is_no_sheet(tmp_path: Path) -> None:
    assert write_sheet(tmp_path) is None and list(tmp_path.iterdir()) == []


def test_a_thousand_films_stay_small() -> None:
    film = SheetFilm("neck", "neck.png", "thumbnail.jpg", ("C2", "C3"), (), 0.9, (("C7 slope", "16 ± 2°"),) * 6)
    assert len(sheet_page([film] * 1000, "out")) < 1_500_000


def test_many_failures_do_not_hide_the_wall() -> None:
    failed = SheetFilm("torn", "torn.png", error="The file is damaged.")
    assert '<details class="failures" open>' in sheet_page([failed] * 3, "out").decode()
    assert '<details class="failures"><summary>40 failed' in sheet_page([failed] * 40, "out").decode()


@pytest.mark.thorough
def test_a_reader_opens_it_from_the_folder_filters_and_goes_to_a_result(tmp_path: Path) -> None:
    names = ["neck", "back", *(f"more-{index:02d}" for index in range(30))]
    for name in names:
        save(tmp_path / name, curved.trace(name=f"{name}.png"))
    write_error(tmp_path / "torn", "torn.png", "The file is damaged: export it again.")
    path = write_sheet(tmp_path)
    assert path is not None
    asked: list[Request] = []
    with sync_playwright() as play:
        browser = play.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        page = browser.new_page(viewport={"width": 900, "height": 700})
        errors: list[object] = []
        page.on("request", lambda request: asked.append(request))
        page.on("pageerror", lambda error: errors.append(error))
        page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
        page.goto(path.as_uri())
        first = page.locator("article img").first
        page.wait_for_function("image => image.complete && image.naturalWidth > 0", arg=first.element_handle())
        assert page.locator("article").count() == 32 and page.get_by_text("export it again").is_visible()
        page.fill("#filter", "Neck c5")
        assert page.locator("article:visible").count() == 1
        assert page.inner_text("#shown") == "1 of 33 shown"
        page.fill("#filter", "failed")
        assert page.locator("article:visible").count() == 0 and page.get_by_text("export it again").is_visible()
        page.fill("#filter", "")
        assert page.locator("article:visible").count() == 32 and page.inner_text("#shown") == ""
        page.set_viewport_size({"width": 390, "height": 700})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        first.click()
        assert page.url.endswith("overlay.png")
        browser.close()
    assert not errors
    assert all(request.url.startswith("file://") for request in asked)
