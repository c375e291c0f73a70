"""A batch on the page itself, in a real browser: counts, filters, pages, a film, a link that leads back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, expect

from spinefm.ui.server import page as ui
from spinefm.ui.server.explorer import plan_of
from spinefm.ui.server.explorer.batch import BatchIndex, BatchQuestion, answer
from spinefm.ui.server.explorer.batch.film import NOT_THERE
from spinefm.ui.server.explorer.owner import OwnerFolders
from tests.ui.server.conftest import Visitor, serve, visit
from tests.ui.server.explorer.batch.conftest import COUNT
from tests.ui.server.stand_in import StandInService

pytestmark = pytest.mark.thorough

AXE = Path(__file__).parents[5] / "node_modules/axe-core/axe.min.js"
READY = '.ex-batch[data-state="shown"] select[data-b="measure"]:not(:disabled)'


@pytest.fixture(scope="module")
def address(offered: Path, owner: OwnerFolders, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The page with two evaluations and a batch."""
    patch = pytest.MonkeyPatch()
    patch.setattr(ui, "TABS", (plan_of(offered, owner),))
    yield from serve(StandInService(), tmp_path_factory.mktemp("no-examples"))
    patch.undo()


@pytest.fixture
def guest(context: BrowserContext, address: str) -> Iterator[Visitor]:
    """A visitor who came by a link to the batch."""
    one = visit(context)
    one.page.set_default_timeout(30_000)
    open_batch(one, address)
    yield one
    one.leave()


def open_batch(visitor: Visitor, address: str, query: str = "") -> None:
    visitor.reload(f"{address}?tab=explore&x-run=night{query}")
    visitor.page.wait_for_selector(READY)


def total(guest: Visitor, count: int) -> None:
    """Wait until so many films are on show."""
    guest.page.wait_for_selector(f'.ex-batch[data-state="shown"][data-total="{count}"]')


def counted(index: BatchIndex, **asked: object) -> int:
    return int(answer(index, BatchQuestion.model_validate(asked))["total"])


@pytest.mark.smoke
def test_filters_count_what_the_tables_hold(guest: Visitor, index: BatchIndex) -> None:
    page = guest.page
    total(guest, COUNT)
    assert page.locator(".ex-body").is_hidden() and page.locator(".ex-limit").is_hidden()
    page.select_option('[data-b="view"]', "lumbar lateral")
    total(guest, counted(index, view="lumbar lateral"))
    page.click('.ex-batch [data-level="L4"]')
    page.select_option('[data-b="doubtful"]', "some")
    total(guest, counted(index, view="lumbar lateral", levels=["L4"], doubtful="some"))
    page.click('[data-b-bars="stop"] [data-bar="point outside"]')
    wanted = {"view": "lumbar lateral", "levels": ["L4"], "doubtful": "some", "stop": "point outside"}
    total(guest, counted(index, **wanted))
    page.click("[data-b-clear]")
    total(guest, COUNT)
    page.click('[data-b-bars="sentence"] button >> nth=0')
    expect(page.locator(".ex-batch .ex-tile.failed").first).to_be_visible()
    assert page.locator(".ex-batch .ex-tile:not(.failed)").count() == 0


def test_a_range_of_a_measure_narrows_the_films_and_sorts_them(guest: Visitor, index: BatchIndex) -> None:
    page = guest.page
    page.select_option('[data-b="measure"]', "slip")
    page.wait_for_selector('[data-b-chart="measure"] svg[aria-label^="slip"]')
    page.select_option('[data-b="place"]', "L4-L5")
    page.fill('[data-b-span="low"]', "2")
    page.press('[data-b-span="low"]', "Enter")
    total(guest, counted(index, measure="slip", place="L4-L5", span=(2, 1e6)))
    page.select_option('[data-b="sort"]', "high")
    page.click('button[data-b-mode="table"]')
    page.wait_for_selector(".ex-batch-table tbody tr")
    cells = page.locator(".ex-batch-table tbody td:last-child").all_inner_texts()
    values = [float(cell.split(" ")[0].replace("−", "-")) for cell in cells]
    assert values == sorted(values, reverse=True) and values[-1] >= 1.95
    page.click("[data-b-any]")
    total(guest, COUNT)


def test_a_page_follows_a_page(guest: Visitor) -> None:
    page = guest.page
    page.select_option('[data-b="sort"]', "name")
    page.wait_for_function("document.querySelector('.ex-batch .ex-tile strong').textContent === 'film-0000004.png'")
    assert page.locator('[data-b-page="-1"]').is_disabled()
    page.click('[data-b-page="1"]')
    page.wait_for_function("document.querySelector('.ex-batch .ex-tile strong').textContent === 'film-0000028.png'")
    assert page.inner_text(".ex-batch .ex-pages .note") == "page 2 of 25"
    page.fill("[data-b-search]", "neck")
    total(guest, 4)
    assert page.locator(".ex-batch .ex-tile").count() == 4 and page.locator('[data-b-page="1"]').is_disabled()


@pytest.mark.smoke
def test_a_film_is_shown_with_its_outlines_facts_and_measures(guest: Visitor, index: BatchIndex) -> None:
    page = guest.page
    page.fill("[data-b-search]", "neck")
    total(guest, 4)
    done = page.locator(".ex-batch .ex-tile:not(.failed)").first
    film = str(done.get_attribute("data-film"))
    done.click()
    page.wait_for_selector(f'.ex-batch .ex-case[data-film="{film}"]')
    assert page.locator(".ex-batch .ex-picture image").count() == 1
    count = int(index.vertebrae[index.ids.to_pylist().index(film)])
    assert page.locator(".ex-batch .ex-picture .found path").count() == count
    assert page.locator(".ex-batch .ex-film-note").is_hidden()
    assert "480 × 640 px" in page.inner_text(".ex-batch .ex-facts")
    assert page.locator(".ex-film-measures tr").count() > 20


def test_a_film_that_is_not_here_says_so(guest: Visitor) -> None:
    page = guest.page
    page.select_option('[data-b="sort"]', "most")
    page.fill("[data-b-search]", "film-00001")
    page.wait_for_function("document.querySelector('.ex-batch .ex-tile strong').textContent.startsWith('film-00001')")
    page.locator(".ex-batch .ex-tile").first.click()
    expect(page.locator(".ex-batch .ex-film-note")).to_have_text(NOT_THERE)
    assert page.locator(".ex-batch .ex-picture .found path").count() == 8


def test_the_view_lives_in_the_address_and_an_evaluation_opens_after_it(guest: Visitor, address: str) -> None:
    page = guest.page
    page.select_option('[data-b="measure"]', "slip")
    page.fill('[data-b-span="high"]', "3")
    page.press('[data-b-span="high"]', "Enter")
    page.click('.ex-batch [data-level="C5"]')
    page.wait_for_function("location.search.includes('b-levels=C5') && location.search.includes('b-span')")
    count = page.get_attribute(".ex-batch", "data-total")
    query = page.url.partition("?")[2]
    guest.reload(f"{address}?{query}")
    page.wait_for_selector(READY)
    total(guest, int(str(count)))
    assert page.input_value('[data-b="measure"]') == "slip" and page.input_value('[data-b-span="high"]') == "3"
    page.select_option('[data-pick="run"]', "first")
    page.wait_for_selector('.explorer[data-state="open"][data-kind="evaluation"] .ex-tile[data-film="neck-1"]')
    assert page.locator(".ex-batch").is_hidden() and page.locator(".ex-limit").is_visible()


@pytest.mark.parametrize("width", [390, 768, 1440])
def test_nothing_of_a_batch_is_wider_than_the_screen(guest: Visitor, address: str, width: int) -> None:
    guest.page.set_viewport_size({"width": width, "height": 900})
    for mode in ("wall", "table"):
        open_batch(guest, address, f"&b-mode={mode}&b-measure=slip")
        assert guest.page.evaluate("document.documentElement.scrollWidth") <= width
        assert guest.page.locator(".ex-batch-filters[open]").count() == (width == 1440)


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is a development tool: `npm install`")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("mode", ["wall", "table"])
def test_a_batch_has_no_serious_fault_of_accessibility(guest: Visitor, address: str, scheme: str, mode: str) -> None:
    guest.page.emulate_media(color_scheme=scheme)
    open_batch(guest, address, f"&b-mode={mode}&b-measure=slip&b-span=-3_3")
    guest.page.add_script_tag(content=AXE.read_text(encoding="utf-8"))
    found = guest.page.evaluate("axe.run('#explorer', { resultTypes: ['violations'] })")
    serious = [
        (one["id"], [node["html"] for node in one["nodes"]])
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
    ]
    assert serious == []
