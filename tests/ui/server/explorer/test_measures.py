"""Measures in the explorer: what the page answers, and the view in a real browser."""

from __future__ import annotations

import io
import shutil
import zipfile
from pathlib import Path

import pytest

from spinefm.evaluation import RunError, RunFolder
from spinefm.evaluation.frames import read_measures
from spinefm.evaluation.measure_errors import measure_errors
from spinefm.ui.server.explorer.evaluation_store import EvaluationStore
from spinefm.ui.server.explorer.measures import measure_catalog, measure_columns
from spinefm.ui.server.explorer.taking import tables_zip
from tests.ui.server.conftest import Visitor
from tests.ui.server.explorer.conftest import open_view

AXE = Path(__file__).parents[4] / "node_modules/axe-core/axe.min.js"


@pytest.fixture
def folder(offered: Path) -> RunFolder:
    return RunFolder(offered / "first")


def test_the_catalog_lists_what_the_table_holds(folder: RunFolder) -> None:
    table, kinds = read_measures(folder.path), measure_catalog(folder)
    assert table is not None and kinds is not None
    assert {kind["key"] for kind in kinds} == set(table["key"])
    for kind in kinds:
        assert set(kind["levels"]) == set(table[table["key"] == kind["key"]]["levels"])
    assert kinds[0]["key"] == "lordosis_c2_c7" and kinds[0]["title"] == "lordosis C2-C7 (Cobb)"


def test_the_columns_of_a_measure_are_the_rows_of_the_table(folder: RunFolder, offered: Path) -> None:
    columns, table = measure_columns(folder, "middle_height"), read_measures(folder.path)
    films = EvaluationStore(offered).columns("first")["films"]["name"]
    assert table is not None
    rows = table[table["key"] == "middle_height"]
    for place, row in enumerate(rows.itertuples()):
        assert films[columns["film"][place]] == row.film
        assert columns["levels"][columns["level"][place]] == row.levels
        assert columns["true"][place] == row.true
        assert columns["value"][place] == (row.value if row.value == row.value else None)
        assert columns["reasons"][columns["reason"][place]] == row.reason
    assert len(columns["film"]) == len(rows)


def test_references_stand_where_they_are_published(folder: RunFolder) -> None:
    columns = measure_columns(folder, "lordosis_c2_c7")
    assert columns["references"]["C2-C7"] == columns["references"][""]
    assert columns["references"][""]["low"] == -16.5 and "Zhu" in columns["references"][""]["source"]
    assert measure_columns(folder, "middle_height")["references"] == {}


def test_a_measure_that_is_not_there_is_one_sentence(folder: RunFolder) -> None:
    with pytest.raises(RunError, match="does not contain that measure"):
        measure_columns(folder, "pelvic_tilt")


def test_an_old_evaluation_has_no_measures_and_opens(offered: Path, tmp_path: Path) -> None:
    old = shutil.copytree(offered / "first", tmp_path / "old")
    (old / "measures.parquet").unlink()
    columns = EvaluationStore(tmp_path).columns("old")
    assert "error" not in columns and columns["measures"] is None
    assert measure_catalog(RunFolder(old)) is None
    with pytest.raises(RunError, match="does not contain"):
        measure_columns(RunFolder(old), "slip")


def test_damaged_measures_are_one_sentence_without_a_folder(offered: Path, tmp_path: Path) -> None:
    broken = shutil.copytree(offered / "first", tmp_path / "broken")
    (broken / "measures.parquet").write_bytes(b"PAR1")
    error = EvaluationStore(tmp_path).columns("broken")["error"]
    assert "are damaged" in error and str(tmp_path) not in error


def test_the_zip_of_tables_has_the_measures_even_where_only_parquet_is_kept(offered: Path, tmp_path: Path) -> None:
    import base64

    lean = shutil.copytree(offered / "first", tmp_path / "lean")
    whole = (lean / "measures.csv").read_bytes()
    (lean / "measures.csv").unlink()
    answer = tables_zip(RunFolder(lean), "lean")
    archive = zipfile.ZipFile(io.BytesIO(base64.b64decode(answer["base64"])))
    assert archive.read("measures.csv") == whole
    assert {"measure_errors.csv", "levels.csv", "table.txt"} <= set(archive.namelist())


@pytest.fixture
def measures(reader: Visitor) -> Visitor:
    """The view Measures, on the height of a body."""
    open_view(reader, "?x-mode=measures&x-measure=middle_height")
    reader.page.wait_for_selector(".ex-histogram")
    return reader


def figure(reader: Visitor, name: str) -> str:
    return reader.page.locator(f".ex-agreement div:has(dt:text-is('{name}')) dd").inner_text()


@pytest.mark.smoke
def test_the_figures_are_those_of_the_table(measures: Visitor, offered: Path) -> None:
    table = read_measures(offered / "first")
    assert table is not None
    for place in ("all", "C4"):
        measures.page.select_option('[data-measure="place"]', "" if place == "all" else place)
        errors = {(one.measure, one.levels): one for one in measure_errors(table)}["middle_height", place]
        assert figure(measures, "n") == f"{errors.count} on {errors.films} films"
        assert figure(measures, "mean absolute error") == f"{errors.mae:.2f} mm"
        assert figure(measures, "bias") == f"{errors.bias:+.2f} mm".replace("-", "−")
        assert figure(measures, "not found") == f"{errors.not_found:.1f} %"


def test_a_range_narrows_the_wall_and_lives_in_the_address(measures: Visitor) -> None:
    page = measures.page
    assert page.get_attribute(".explorer", "data-cases") == "4"
    page.select_option('[data-measure="axis"]', "half")
    page.fill('[data-span="low"]', "1000")
    page.press('[data-span="low"]', "Enter")
    assert "No film passes" in page.inner_text(".ex-count")
    page.fill('[data-span="low"]', "0")
    page.press('[data-span="low"]', "Enter")
    assert page.get_attribute(".explorer", "data-cases") == "3"  # no run could start on the fourth
    query = page.url.partition("?")[2]
    assert "x-span=0_1000000" in query
    open_view(measures, f"?{query.replace('x-mode=measures', 'x-mode=table')}")
    page.wait_for_selector('.explorer[data-cases="3"]')
    page.click("[data-clear]")
    page.wait_for_selector('.explorer[data-cases="4"]')


def test_a_drag_over_the_bars_sets_the_range(measures: Visitor) -> None:
    page = measures.page
    page.locator(".ex-histogram").scroll_into_view_if_needed()
    box = page.locator(".ex-histogram").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 50, box["y"] + 60)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 60, steps=4)
    page.mouse.up()
    low, high = (float(page.input_value(f'[data-span="{end}"]')) for end in ("low", "high"))
    assert low < high
    assert page.locator(".ex-bar.on").count() > 0 and page.locator(".ex-bar.off").count() > 0
    page.click("[data-span-clear]")
    assert page.input_value('[data-span="low"]') == "" and page.locator(".ex-bar.off").count() == 0


def test_a_click_on_a_point_opens_its_film_and_so_does_the_keyboard(measures: Visitor) -> None:
    page = measures.page
    stage = page.locator('[data-chart="bland"] .ex-stage')
    stage.focus()
    page.keyboard.press("End")
    words = str(stage.get_attribute("aria-valuetext"))
    film = words.split(",")[0]
    page.keyboard.press("Enter")
    page.wait_for_selector(f'.ex-case[data-film="{film}"]')
    page.keyboard.press("Home")
    assert stage.get_attribute("aria-valuenow") == "1"
    ring = page.locator('[data-chart="bland"] .ex-pointed').bounding_box()
    assert ring is not None
    page.mouse.move(ring["x"] + ring["width"] / 2, ring["y"] + ring["height"] / 2)
    page.mouse.click(ring["x"] + ring["width"] / 2, ring["y"] + ring["height"] / 2)
    film = page.inner_text('[data-chart="bland"] .ex-readout').split(",")[0]
    page.wait_for_selector(f'.ex-case[data-film="{film}"]')


def test_an_old_evaluation_says_so(measures: Visitor) -> None:
    page = measures.page
    page.evaluate("explorer.view.model.data.measures = null; explorer.draw()")
    assert "contains no measures" in page.inner_text(".ex-measure-note")
    assert page.locator(".ex-measure-body").is_hidden()
    assert page.locator(".ex-tile").count() == 4


@pytest.mark.parametrize("width", [390, 768, 1440])
def test_the_charts_fit_the_screen(measures: Visitor, width: int) -> None:
    measures.page.set_viewport_size({"width": width, "height": 900})
    measures.page.wait_for_timeout(200)
    assert measures.page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is a development tool: `npm install`")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_view_has_no_serious_fault_of_accessibility(measures: Visitor, scheme: str) -> None:
    measures.page.emulate_media(color_scheme=scheme)
    open_view(measures, "?x-mode=measures&x-measure=slip")
    measures.page.wait_for_selector(".ex-histogram")
    measures.page.add_script_tag(content=AXE.read_text(encoding="utf-8"))
    found = measures.page.evaluate("axe.run('#root', { resultTypes: ['violations'] })")
    serious = [
        (one["id"], [node["html"] for node in one["nodes"]])
        for one in found["violations"]
        if one["impact"] in ("serious", "critical")
    ]
    assert serious == []
