"""The explorer in a real browser: filter, sort, look, compare, judge, and a link that leads back."""

from __future__ import annotations

import csv
import io
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import expect

from spinefm.core.levels import Level
from spinefm.data import open_dataset
from spinefm.data.kinds import KINDS
from spinefm.evaluation.frames import read_tables
from spinefm.evaluation.summary import level_figures
from tests.ui.server.conftest import Visitor
from tests.ui.server.explorer.conftest import open_view

AXE = Path(__file__).parents[4] / "node_modules/axe-core/axe.min.js"


def films(reader: Visitor) -> list[str]:
    return reader.page.locator(".ex-film-head strong").all_inner_texts()


def rows(reader: Visitor, film: str) -> list[str]:
    return [
        str(row.get_attribute("data-vertebra"))
        for row in reader.page.locator(f'.ex-group[data-film="{film}"] tr[data-vertebra]').all()
    ]


@pytest.mark.smoke
def test_opens_with_a_wall_of_pictures_worst_first(reader: Visitor) -> None:
    open_view(reader, "")
    tiles = reader.page.locator(".ex-tile")
    assert tiles.first.get_attribute("data-film") == "dark-3"
    assert tiles.first.locator(".note").inner_text() == "no run could start"
    reader.page.locator('.ex-tile[data-film="neck-1"] path.missed').wait_for(state="attached")
    neck = reader.page.locator('.ex-tile[data-film="neck-1"]')
    assert neck.locator(".note").inner_text() == "6 right · 1 missed"
    assert neck.locator("path.right").count() == 6
    borders = [tile.evaluate("node => getComputedStyle(node).borderTopColor") for tile in (tiles.first, neck)]
    assert borders[0] != borders[1]
    neck.click()
    reader.page.wait_for_selector('.ex-case[data-film="neck-1"]')
    assert reader.page.locator(".ex-cases").is_hidden()
    reader.page.click('[data-mode="table"]')
    assert reader.page.locator(".ex-wall").is_hidden()
    assert films(reader)[0] == "dark-3"


@pytest.mark.parametrize("run", ["first", "second"])
def test_right_wrong_and_unnamed_are_those_of_the_table(reader: Visitor, offered, run: str) -> None:
    open_view(reader, f"?x-mode=table&x-run={run}")
    frames = read_tables(offered / run)
    for limit in (0.4, 0.85):
        reader.page.locator("[data-limit]").fill(str(limit))
        figures = next(one for one in level_figures(frames[1], frames[0], limit) if one.name == "all")
        for kind, share in (("right", figures.named), ("wrong", figures.misnamed), ("unnamed", figures.unnamed)):
            wanted = round(share * figures.count / 100)
            assert reader.page.inner_text(f'[data-show="{kind}"] b') == str(wanted)
            reader.page.click(f'[data-show="{kind}"]')
            assert reader.page.locator(".ex-rows tr").count() == wanted
            reader.page.click(f'[data-show="{kind}"]')


def test_the_tables_of_an_evaluation_are_taken_home(reader: Visitor, offered) -> None:
    with reader.page.expect_download() as download:
        reader.page.click("[data-take]")
    archive = zipfile.ZipFile(download.value.path())
    assert download.value.suggested_filename == "first-tables.zip"
    assert archive.read("vertebrae.csv") == (offered / "first" / "vertebrae.csv").read_bytes()


def test_the_sample_zip_is_a_layout_that_is_read(reader: Visitor, tmp_path) -> None:
    reader.page.click(".ex-layouts summary")
    with reader.page.expect_download() as download:
        reader.page.click("[data-sample]")
    zipfile.ZipFile(download.value.path()).extractall(tmp_path)
    dataset = open_dataset("auto", tmp_path)
    assert (dataset.kind, dataset.names) == ("maps", ("cervical", "lumbar"))
    assert "C2" in {level.name for level in dataset.read("cervical").truth.bodies}


def test_every_layout_is_in_the_list_and_an_unknown_one_opens_it(reader: Visitor) -> None:
    reader.page.evaluate("explorer.say('The zip has none of the known layouts.')")
    assert reader.page.locator(".ex-layouts[open]").count() == 1
    listed = reader.page.locator(".ex-layouts dt").all_inner_texts()
    assert set(KINDS) <= {name for names in listed for name in names.split(", ")}


def test_names_and_meanings_of_layouts_are_two_columns(reader: Visitor) -> None:
    reader.page.click(".ex-layouts summary")
    lefts = reader.page.locator(".ex-layouts dd").evaluate_all("all => all.map((one) => one.getBoundingClientRect().x)")
    assert len(lefts) >= 10 and len(set(lefts)) == 1


def test_why_a_vertebra_is_missed_has_room_beside_figures_and_film(reader: Visitor) -> None:
    reader.page.set_viewport_size({"width": 1440, "height": 900})
    words = reader.page.locator('.ex-group[data-film="neck-1"] .word').first.evaluate("one => one.clientWidth")
    assert words > 150
    for cell in reader.page.locator('.ex-group[data-film="neck-1"] :is(th, .number)').all():
        assert cell.evaluate("one => one.scrollWidth <= one.clientWidth"), cell.inner_text()


def test_opens_worst_first_with_a_case_as_group_and_a_vertebra_as_row(reader: Visitor) -> None:
    assert films(reader)[0] == "dark-3"
    assert "Fewer than three vertebrae" in reader.page.inner_text('.ex-group[data-film="dark-3"] .ex-failure')
    assert rows(reader, "neck-1") == ["C2", "C3", "C4", "C5", "C6", "C7", "T1"]
    assert "background 91 % (limit 50 %)" in reader.page.inner_text(
        '.ex-group[data-film="neck-1"] [data-vertebra="T1"]'
    )


def test_the_table_of_levels_is_that_of_the_evaluation(reader: Visitor, offered) -> None:
    frames = read_tables(offered / "first")
    for limit in (0.4, 0.85):
        reader.page.locator("[data-limit]").fill(str(limit))
        for figures in level_figures(frames[1], frames[0], limit):
            if figures.name not in (*Level.__members__, "all", "all, outlinable"):
                continue
            cells = reader.page.locator(f'.ex-table tr[data-row="{figures.name}"] td').all_inner_texts()
            assert int(cells[0]) == figures.count
            assert float(cells[1]) == pytest.approx(figures.identified, abs=0.051)
            assert float(cells[3]) == pytest.approx(figures.overall_dsc, abs=0.00051)
            names = [float(cell) for cell in cells[4:7]]
            assert names == pytest.approx([figures.named, figures.misnamed, figures.unnamed], abs=0.051)
    assert "of all 28 annotated vertebrae" in reader.page.inner_text(".ex-summary")
    assert reader.page.locator(".ex-table .beside").count() == 0  # nothing was published on drawn films


@pytest.mark.smoke
def test_filters_by_level_status_stop_and_bar(reader: Visitor) -> None:
    page = reader.page
    page.click('[data-show="missed"]')
    assert rows(reader, "neck-1") == ["T1"]
    page.click('[data-level="C4"]')
    assert films(reader) == ["dark-3"]
    page.click("[data-clear]")
    page.click('[data-bar="background"]')
    assert set(films(reader)) == {"neck-1", "neck-2", "neck-4"}
    page.click("[data-clear]")
    bars = page.locator('[data-bars="dice"] [data-bar]')
    bars.nth(0).click()
    assert rows(reader, "neck-1") == ["T1"]
    assert len(rows(reader, "dark-3")) == 7
    bars.nth(0).click()
    assert len(rows(reader, "neck-1")) == 7


def test_a_stricter_limit_makes_rows_missed_at_once(reader: Visitor) -> None:
    reader.page.click('[data-show="missed"]')
    reader.page.locator("[data-limit]").fill("0.85")
    assert "C5" in rows(reader, "neck-1")
    reader.page.locator("[data-limit]").fill("0.4")
    assert rows(reader, "neck-1") == ["T1"]


def test_sorts(reader: Visitor) -> None:
    for order, first in (("best", "neck-1"), ("name", "dark-3"), ("worst", "dark-3"), ("faults", "dark-3")):
        reader.page.select_option('[data-pick="sort"]', order)
        assert films(reader)[0] == first, order
    reader.page.select_option('[data-pick="sort"]', "worst")
    facts = reader.page.locator(".ex-film-head .note").all_inner_texts()
    means = [float(words.split("mean Dice ")[1].split(" ")[0]) for words in facts]
    assert means == sorted(means), "the order is that of what is shown"


def test_a_row_opens_the_player_at_its_failing_step(reader: Visitor, offered) -> None:
    vertebrae = read_tables(offered / "first")[1]
    row = vertebrae[(vertebrae["film"] == "neck-2") & (vertebrae["level"] == "T1")].iloc[0]
    reader.page.click('.ex-group[data-film="neck-2"] [data-vertebra="T1"] [data-steps]')
    assert reader.page.evaluate("asked") == [{"run": "first", "film": "neck-2", "event": int(row["event"])}]


def test_truth_prediction_and_difference_lie_on_one_canvas(reader: Visitor) -> None:
    reader.page.click('.ex-group[data-film="neck-1"] [data-vertebra="C5"]')
    reader.page.wait_for_selector('.ex-case[data-film="neck-1"]')
    count = reader.page.locator
    assert count(".ex-picture .truth path").count() == 7
    assert count(".ex-picture .found path").count() == 6
    assert count(".ex-picture .difference .less").count() == 7
    assert count(".ex-picture .mark").count() == 1
    reader.page.click('[data-layer="difference"]')
    assert count(".ex-picture .difference").get_attribute("data-on") == "false"


def test_two_runs_are_compared_per_case(reader: Visitor) -> None:
    page = reader.page
    page.select_option('[data-pick="with"]', "second")
    page.wait_for_selector(".ex-rows .change")
    line = page.locator(".ex-differ")
    assert line.inner_text() == "They differ in (evaluation / compared): overlap_limit 0.1 / 0.02."
    cells = page.locator('.ex-group[data-film="neck-1"] .change').all_inner_texts()
    assert len(cells) == 7
    lost = page.locator('.ex-group[data-film="neck-1"] [data-vertebra="C2"] .change')
    assert float(lost.inner_text().replace("−", "-")) < -0.9
    page.select_option('[data-pick="sort"]', "change")
    assert films(reader)[-1] == "dark-3"
    page.click('[data-show="changed"]')
    assert "dark-3" not in films(reader)
    page.click('.ex-group[data-film="neck-1"] .ex-film-head')
    page.wait_for_selector('.ex-case[data-film="neck-1"]')
    assert page.locator(".ex-picture .other path").count() == 3
    page.select_option('[data-pick="with"]', "")
    expect(line).to_be_hidden()


def test_an_evaluation_is_compared_with_others_alone(reader: Visitor) -> None:
    page = reader.page
    others = page.locator('[data-pick="with"] option')
    assert [one.get_attribute("value") for one in others.all()] == ["", "second"]
    page.select_option('[data-pick="with"]', "second")
    page.wait_for_selector(".ex-rows .change")
    page.select_option('[data-pick="run"]', "second")
    page.wait_for_selector('.explorer[data-state="open"] .ex-rows:not(:has(.change))')
    assert [one.get_attribute("value") for one in others.all()] == ["", "first"]
    assert page.input_value('[data-pick="with"]') == ""


@pytest.mark.smoke
def test_a_verdict_is_kept_shown_filtered_and_taken_away(reader: Visitor) -> None:
    page = reader.page
    page.click('.ex-group[data-film="neck-2"] .ex-film-head')
    page.wait_for_selector('.ex-case[data-film="neck-2"]')
    page.click('[data-verdict="wrong"]')
    page.fill("[data-note]", '=1+1, "C5" is too low')
    page.press("[data-note]", "Enter")
    open_view(reader)
    assert page.inner_text('.ex-group[data-film="neck-2"] .ex-badge') == "wrong"
    page.select_option('[data-pick="verdict"]', "wrong")
    assert films(reader) == ["neck-2"]
    with page.expect_download() as download:
        page.click("[data-save-verdicts]")
    text = download.value.path().read_text()
    (row,) = csv.DictReader(io.StringIO(text))
    assert (row["evaluation"], row["film"], row["verdict"]) == ("first", "neck-2", "wrong")
    assert row["note"] == '\'=1+1, "C5" is too low'


def test_the_view_lives_in_the_address(reader: Visitor) -> None:
    page = reader.page
    page.click('[data-level="C5"]')
    page.click('[data-show="missed"]')
    page.locator("[data-limit]").fill("0.9")
    page.select_option('[data-pick="sort"]', "faults")
    page.select_option('[data-pick="with"]', "second")
    page.wait_for_selector(".ex-rows .change")
    before, query = films(reader), page.url.partition("?")[2]
    open_view(reader, f"?{query}")
    assert films(reader) == before
    assert page.input_value("[data-limit]") == "0.9"
    assert page.get_attribute('[data-level="C5"]', "aria-pressed") == "true"
    assert page.input_value('[data-pick="with"]') == "second"
    assert page.locator(".ex-rows .change").count() > 0


def test_nothing_that_passes_is_said_and_cleared(reader: Visitor) -> None:
    reader.page.fill("[data-search]", "<img src=x onerror=alert(1)>")
    assert "No film passes these filters" in reader.page.inner_text(".ex-count")
    reader.page.click("[data-clear]")
    assert len(films(reader)) == 4


@pytest.mark.parametrize("mode", ["wall", "table"])
@pytest.mark.parametrize("width", [390, 1024, 1440])
def test_nothing_is_wider_than_the_screen(reader: Visitor, width: int, mode: str) -> None:
    reader.page.click(".ex-layouts summary")
    reader.page.click(f'[data-mode="{mode}"]')
    reader.page.set_viewport_size({"width": width, "height": 900})
    assert reader.page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("mode", ["wall", "table", "measures"])
def test_no_text_of_the_explorer_is_smaller_than_13_px(reader: Visitor, mode: str) -> None:
    reader.page.click(".ex-layouts summary")
    reader.page.click(f'[data-mode="{mode}"]')
    reader.page.click('[data-verdict="fine"]')
    assert reader.page.evaluate(SMALL) == []


SMALL = """() => [...document.querySelectorAll(".explorer *")]
  .filter((node) => node.checkVisibility({ opacityProperty: true, visibilityProperty: true }))
  .filter((node) => !node.closest(".ex-picture"))
  .filter((node) => [...node.childNodes].some((part) => part.nodeType === 3 && part.data.trim()))
  .filter((node) => parseFloat(getComputedStyle(node).fontSize) < 13)
  .map((node) => `${node.className || node.tagName} ${node.textContent.slice(0, 30)}`)"""


def test_a_film_that_is_shown_beside_the_list_moves_nothing(reader: Visitor) -> None:
    page = reader.page
    page.set_viewport_size({"width": 1024, "height": 400})
    page.click('[data-mode="wall"]')
    page.evaluate("scrollTo(0, 60)")
    page.locator('.ex-tile[data-film="neck-2"]').dispatch_event("click")
    page.wait_for_selector('.ex-case[data-film="neck-2"]')
    assert page.evaluate("scrollY") == 60


@pytest.mark.parametrize("mode", ["wall", "table"])
def test_a_narrow_page_leads_to_the_film_below_the_list_and_back(reader: Visitor, mode: str) -> None:
    page = reader.page
    page.set_viewport_size({"width": 390, "height": 700})
    page.click(f'[data-mode="{mode}"]')
    page.click('.ex-list [data-film="neck-2"]:visible, .ex-list [data-film="neck-2"] .ex-film-head:visible')
    page.wait_for_selector('.ex-case[data-film="neck-2"]')
    expect(page.locator(".ex-picture").first).to_be_in_viewport()
    page.click("text=back to list")
    chosen = page.locator('.ex-list [data-film="neck-2"]:visible')
    expect(chosen).to_be_in_viewport()
    assert "neck-2" in page.inner_text('.ex-list [aria-pressed="true"]:focus')


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is a development tool: `npm install`")
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("mode", ["wall", "table"])
def test_the_explorer_has_no_serious_fault_of_accessibility(reader: Visitor, scheme: str, mode: str) -> None:
    reader.page.emulate_media(color_scheme=scheme)
    open_view(reader, f"?x-mode={mode}")
    reader.page.add_script_tag(content=AXE.read_text(encoding="utf-8"))
    found = reader.page.evaluate("axe.run('#root', { resultTypes: ['violations'] })")
    serious = [
        (one["id"], [node["html"] for node in one["nodes"]])
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
    ]
    assert serious == []
