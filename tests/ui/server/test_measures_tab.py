"""The tab Measures in a real browser: a measure is chosen and drawn, its corners dragged, facing and scale set."""

from __future__ import annotations

import csv
import gzip
import io
from collections.abc import Iterator
from pathlib import Path
from threading import Semaphore
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from spinefm.core.geometry import Point
from spinefm.imaging.radiograph import Radiograph, read
from spinefm.measure import FacingGuess, Landmarks, Measure, Move, measure, measure_landmarks
from spinefm.trace.model import Trace
from spinefm.ui.server.player import standalone_page, trace_payload
from tests.ui.server.conftest import Visitor, visit

EXAMPLES = Path(__file__).parents[3] / "examples"
LORDOSIS, SLOPE, HEIGHT = "lordosis_c2_c7 C2 C7", "c7_slope C7", "middle_height C4"
INK = """(pane) => { const c = document.querySelector(`.pane.${pane} .pane-ink`);
    return [...c.getContext('2d').getImageData(0, 0, c.width, c.height).data].reduce((sum, v) => sum + v, 0); }"""
TAKEN = "player.measuring.changes.moves.length"
CORNER = "(place) => player.measuring.bodies.find((body) => body.name === 'C4').points[place]"
ON_PAGE = """([x, y]) => { const pane = player.theatre.stage; const box = pane.area.getBoundingClientRect();
    return [box.left + (x - pane.view.x) * pane.view.scale, box.top + (y - pane.view.y) * pane.view.scale]; }"""
SMALL = """() => [...document.querySelectorAll('[data-panel=measures] *')]
    .filter((node) => node.checkVisibility())
    .filter((node) => [...node.childNodes].some((part) => part.nodeType === 3 && part.textContent.trim()))
    .filter((node) => parseFloat(getComputedStyle(node).fontSize) < 13).map((node) => node.outerHTML)"""
NAMELESS = """() => [...document.querySelectorAll('[data-panel=measures] :is(button, input, select, svg[role=img])')]
    .filter((node) => !(node.getAttribute('aria-label') || node.textContent.trim())).map((node) => node.outerHTML)"""
CONTRAST = """() => {
  const light = (rgb) => rgb.map((v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, at) => sum + v * [0.2126, 0.7152, 0.0722][at], 0);
  const parse = (text) => { const n = text.match(/[\\d.]+/g).map(Number); return [n.slice(0, 3), n[3] ?? 1]; };
  const behind = (node) => { let under = [[255, 255, 255]]; const layers = [];
    for (let at = node; at; at = at.parentElement) { const [rgb, alpha] = parse(getComputedStyle(at).backgroundColor);
      if (alpha > 0) layers.push([rgb, alpha]); if (alpha === 1) break; }
    return layers.reverse().reduce((base, [rgb, alpha]) => base.map((v, at) => v + (rgb[at] - v) * alpha), under[0]); };
  const ratio = (node) => { const [a, b] = [light(parse(getComputedStyle(node).color)[0]), light(behind(node))];
    return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05); };
  return [...document.querySelectorAll('[data-panel=measures] *')]
    .filter((node) => node.checkVisibility())
    .filter((node) => [...node.childNodes].some((part) => part.nodeType === 3 && part.textContent.trim()))
    .map((node) => [ratio(node), node.outerHTML]).filter(([value]) => value < 4.5); }"""


IN_SIGHT = """() => { const [detail, panel] = ['.measure-detail', '[data-panel=measures]']
    .map((one) => document.querySelector(one).getBoundingClientRect());
  const shown = Math.min(detail.bottom, panel.bottom, innerHeight) - Math.max(detail.top, panel.top, 0);
  return (shown + 1) / detail.height; }"""
BARS = """() => [...document.querySelectorAll('[data-group=slip] .measure-chart')].map((bar) => {
  const usual = bar.querySelector('.usual').getBoundingClientRect();
  return { start: bar.getBoundingClientRect().left, zero: usual.left + usual.width / 2 }; })"""


@pytest.fixture(scope="module")
def trace() -> Trace:
    """A neck that faces right, with every body from C2 to C7 measurable."""
    return Trace.from_json(gzip.decompress((EXAMPLES / "traces" / "cervical.json.gz").read_bytes()).decode())


@pytest.fixture(scope="module")
def film() -> Radiograph:
    return read(EXAMPLES / "films" / "cervical.png")


@pytest.fixture(scope="module")
def file(trace: Trace, film: Radiograph, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The run as the standalone player."""
    path = tmp_path_factory.mktemp("player") / "player.html"
    path.write_text(standalone_page(trace_payload(trace, film, "one")), encoding="utf-8")
    return path


@pytest.fixture
def tab(context: BrowserContext, file: Path) -> Iterator[Page]:
    """The standalone player at the end of the run, with the tab open."""
    one = opened(context, file)
    yield one.page
    one.leave()


def opened(context: BrowserContext, file: Path, **how: Any) -> Visitor:
    """A visitor with the tab open."""
    one = visit(context, **how)
    one.open(file.as_uri(), "finished")
    one.page.keyboard.press("End")
    one.page.click('[data-tab="measures"]')
    return one


def number(page: Page, name: str) -> float:
    """The value of a measure as the tab holds it."""
    return float(page.evaluate("(id) => player.measuring.readings.find((one) => one.id === id).value", name))


def shown(page: Page, name: str) -> str:
    """What the row of a measure says."""
    return page.locator(f'[data-measure="{name}"] b').inner_text()


def drag(page: Page, place: int, dx: float, dy: float) -> None:
    """Drag a landmark of C4 on the film, by film pixels."""
    x, y = page.evaluate(CORNER, place)
    start, end = page.evaluate(ON_PAGE, [x, y]), page.evaluate(ON_PAGE, [x + dx, y + dy])
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*end, steps=5)
    page.mouse.up()


def by_package(trace: Trace, page: Page) -> dict[str, Measure]:
    """What Python's formulas say of the landmarks that the page holds."""
    bodies = page.evaluate("player.measuring.bodies.map(({name, points}) => [name, points])")
    known = measure(trace).landmarks
    moved = [
        Landmarks(one.name, one.level, tuple(map(tuple, points)), one.superior, one.inferior)
        for one, (_, points) in zip(known, bodies, strict=True)
    ]
    return {
        " ".join((one.key, *one.levels)): one
        for one in measure_landmarks(moved, FacingGuess("right", 1.0, "given"), None)
    }


def test_a_measure_is_chosen_drawn_and_left_by_mouse_and_by_keyboard(tab: Page) -> None:
    before = tab.evaluate(INK, "final"), tab.evaluate(INK, "stage")
    tab.focus(f'[data-measure="{LORDOSIS}"]')
    tab.keyboard.press("Enter")
    assert tab.get_attribute(f'[data-measure="{LORDOSIS}"]', "aria-pressed") == "true"
    assert (tab.evaluate(INK, "final"), tab.evaluate(INK, "stage")) != before
    assert "Lordosis C2-C7" in tab.inner_text(".player-hint")
    assert "inferior endplate of C7, lordosis positive" in tab.inner_text(".measure-detail")
    assert "Zhu et al." in tab.inner_text(".measure-detail cite")
    tab.keyboard.press("Escape")
    assert tab.locator(".measure-detail").count() == 0
    assert tab.evaluate("document.activeElement.dataset.measure") == LORDOSIS
    assert tab.locator(".player-hint").is_hidden()


def test_the_tab_opens_by_its_key(tab: Page) -> None:
    tab.click('[data-tab="log"]')
    tab.keyboard.press("m")
    assert tab.locator('[data-panel="measures"]').is_visible()


def test_choosing_one_comes_to_rest_at_the_end_of_the_run(tab: Page) -> None:
    tab.keyboard.press("Home")
    tab.click(f'[data-measure="{LORDOSIS}"]')
    assert tab.locator(".player.resting").count() == 1


def test_a_row_shows_value_and_uncertainty_and_says_its_method_when_pointed_at(
    tab: Page, trace: Trace, film: Radiograph
) -> None:
    one = measure(trace, film=film).of("lordosis_c2_c7")[0]
    assert one.value is not None and one.uncertainty is not None
    row = tab.locator(f'[data-measure="{LORDOSIS}"]')
    assert shown(tab, LORDOSIS) == f"{one.value:.1f}°".replace("-", "−")
    assert row.locator(".plus").inner_text() == f"± {one.uncertainty:.1f}" + (" ?" if one.doubt else "")
    assert "inferior endplate of C7" in (row.get_attribute("title") or "")
    tab.mouse.move(0, 0)  # the click on the tab may have left the pointer on a row
    before = tab.evaluate(INK, "final")
    row.hover()
    assert tab.evaluate(INK, "final") != before


def test_dragging_a_corner_recomputes_at_once_what_python_would(tab: Page, trace: Trace) -> None:
    angle = "segmental_angle C4 C5"
    tab.click(f'[data-measure="{angle}"]')
    before = number(tab, angle)
    drag(tab, 1, 1, -5)
    assert tab.evaluate(TAKEN) == 1
    wanted = by_package(trace, tab)
    assert abs(number(tab, angle) - before) > 3
    for name in (angle, "anterior_ratio C4", "disc_height_index C3 C4", "slip C3 C4"):
        assert number(tab, name) == pytest.approx(wanted[name].value, abs=1e-6)
    assert shown(tab, angle) == f"{wanted[angle].value:.1f}°".replace("-", "−")
    row = tab.locator(f'[data-measure="{angle}"]')
    assert row.locator(".hand").inner_text() == "by hand"
    assert row.locator(".plus").inner_text().startswith("± ")  # of the corners that nobody set
    assert tab.locator('[data-panel="vertebrae"]').is_hidden()  # the drag's end chooses no vertebra


def test_the_server_measures_what_was_moved_as_the_page_does(tab: Page, trace: Trace, film: Radiograph) -> None:
    tab.click('[data-measure="segmental_angle C4 C5"]')
    drag(tab, 1, 1, -5)
    drag(tab, 2, 3, 4)
    moves = [
        Move(one["number"], one["place"], Point(*one["point"]))
        for one in tab.evaluate("player.measuring.given().moves")
    ]
    page = {one["id"]: one for one in tab.evaluate("player.measuring.readings")}
    server = {" ".join((one.key, *one.levels)): one for one in measure(trace, film=film, moves=moves)}
    assert len(moves) == 2 and list(page) == list(server)
    for name, one in server.items():
        if one.unit != "mm":
            assert page[name]["edited"] == one.by_hand or one.value is None
            wanted = (one.value, one.uncertainty), (page[name]["value"], page[name]["plus"])
            assert wanted[0] == pytest.approx(wanted[1], abs=1e-3), name
            assert page[name]["grade"] == one.grade


def test_moves_are_taken_back_one_by_one_or_all_of_a_measure(tab: Page) -> None:
    angle = "segmental_angle C4 C5"
    tab.click(f'[data-measure="{angle}"]')
    before = shown(tab, angle)
    drag(tab, 1, 1, -5)
    once = shown(tab, angle)
    drag(tab, 2, 0, 6)
    tab.keyboard.press("Control+z")
    assert shown(tab, angle) == once
    drag(tab, 2, 0, 6)
    tab.click('[data-act="reset"]')
    assert (shown(tab, angle), tab.evaluate(TAKEN)) == (before, 0)


def test_a_corner_moves_by_keys_too(tab: Page) -> None:
    tab.click('[data-measure="segmental_angle C4 C5"]')
    corner = tab.locator('select[data-act="corner"]')
    corner.select_option(label="C4 superior anterior")
    before = tab.evaluate(CORNER, 0)
    tab.focus('[data-act="up by key"]')
    tab.keyboard.press("Enter")
    tab.keyboard.press("Enter")
    assert tab.evaluate(CORNER, 0) == pytest.approx([before[0], before[1] - 2])
    assert tab.evaluate(TAKEN) == 1


def test_the_facing_is_set_and_the_signs_follow(tab: Page, trace: Trace, film: Radiograph) -> None:
    assert tab.inner_text(".measure-facts dd span").startswith("right, ")
    assert number(tab, SLOPE) > 15
    tab.click('[data-act="flip"]')
    assert tab.inner_text(".measure-facts dd span") == "left, set by hand"
    wanted = measure(trace, "left", film=film).of("c7_slope")[0]
    assert wanted.value is not None
    assert number(tab, SLOPE) == pytest.approx(wanted.value, abs=1e-3)
    assert number(tab, SLOPE) < -15
    assert shown(tab, SLOPE).startswith("−")
    tab.click('[data-act="as estimated"]')
    assert number(tab, SLOPE) > 15


def test_a_scale_from_a_known_length_brings_millimetres(tab: Page, trace: Trace) -> None:
    assert (
        tab.evaluate("player.measuring.readings.filter((one) => one.unit === 'mm' && one.value !== null).length") == 0
    )
    tab.click('[data-act="calibrate"]')
    start, end = tab.evaluate(ON_PAGE, [500, 100]), tab.evaluate(ON_PAGE, [500, 300])
    tab.mouse.move(*start)
    tab.mouse.down()
    tab.mouse.move(*end, steps=4)
    tab.mouse.up()
    assert "200 pixels long" in tab.inner_text(".calibration")
    assert tab.evaluate("document.activeElement.dataset.field") == "length"
    tab.keyboard.type("50")
    tab.keyboard.press("Enter")
    assert "0.25 mm per pixel, calibrated by hand" in tab.inner_text(".measure-facts")
    wanted = measure(trace, None, 0.25).of("middle_height", "C4")[0]
    assert wanted.value is not None and wanted.uncertainty is not None
    assert number(tab, HEIGHT) == pytest.approx(wanted.value, rel=0.02)
    assert shown(tab, HEIGHT) == f"{number(tab, HEIGHT):.1f}"
    tab.click('[data-act="forget"]')
    assert "none" in tab.inner_text(".measure-facts")


def test_a_scale_can_be_typed_and_esc_leaves_it_as_it_was(tab: Page) -> None:
    tab.click('[data-act="calibrate"]')
    assert tab.evaluate("document.activeElement.dataset.field") == "length"
    tab.keyboard.press("Escape")
    assert tab.locator(".calibration").count() == 0 and tab.locator(".player-hint").is_hidden()
    assert tab.evaluate("document.activeElement.dataset.act") == "calibrate"
    tab.click('[data-act="calibrate"]')
    tab.click('[data-act="stop"]')
    assert tab.locator(".calibration").count() == 0
    tab.click('[data-act="calibrate"]')
    tab.fill('[data-field="mm"]', "0.2")
    tab.keyboard.press("Enter")
    assert "0.2 mm per pixel, calibrated by hand" in tab.inner_text(".measure-facts")


def test_leaving_the_tab_ends_a_line_and_hides_what_to_drag(tab: Page) -> None:
    tab.click('[data-act="calibrate"]')
    tab.click('[data-tab="log"]')
    assert tab.locator(".player-hint").is_hidden()
    tab.click('[data-tab="measures"]')
    assert tab.locator(".calibration").count() == 0 and tab.locator(".player-hint").is_hidden()
    tab.click(f'[data-measure="{LORDOSIS}"]')
    tab.click('[data-tab="log"]')
    assert tab.locator(".player-hint").is_hidden()
    tab.click('[data-tab="measures"]')
    assert "Lordosis C2-C7" in tab.inner_text(".player-hint")


@pytest.mark.parametrize(("width", "least"), [(1280, 1.0), (390, 0.15)])
def test_what_is_said_of_a_chosen_measure_opens_in_sight(
    context: BrowserContext, file: Path, width: int, least: float
) -> None:
    one = opened(context, file, width=width, height=900)
    one.page.locator('[data-group="slip"] .measure-row').last.click()
    assert one.page.evaluate(IN_SIGHT) >= least
    one.leave()


def test_the_bars_of_slips_start_and_have_their_zero_at_one_place(tab: Page) -> None:
    bars = tab.evaluate(BARS)
    assert len(bars) > 3
    for place in ("start", "zero"):
        assert max(bar[place] for bar in bars) - min(bar[place] for bar in bars) < 0.6, place


def test_what_is_not_measurable_is_folded_at_the_end_with_its_reason(tab: Page) -> None:
    last = tab.locator("details.measure-group").last
    assert last.get_attribute("data-group") == "without" and last.get_attribute("open") is None
    last.locator("summary").click()
    assert "The film has no scale; give the millimetres per pixel." in last.inner_text()


def test_the_file_says_what_was_edited(tab: Page) -> None:
    tab.click('[data-measure="segmental_angle C4 C5"]')
    drag(tab, 1, 1, -5)
    with tab.expect_download() as got:
        tab.click('[data-act="save"]')
    assert got.value.suggested_filename == "measures.csv"
    rows = list(csv.DictReader(io.StringIO(got.value.path().read_text(encoding="utf-8"))))
    edited = {row["levels"]: row["edited"] for row in rows if row["measure"] == "segmental_angle"}
    assert (edited["C4-C5"], edited["C5-C6"]) == ("yes", "")
    assert {row["facing"] for row in rows} == {"right"}


@pytest.mark.parametrize("width", [1440, 768, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_can_be_read_and_named_at_every_width(context: BrowserContext, file: Path, width: int, scheme: str) -> None:
    one = opened(context, file, width=width, height=844, scheme=scheme)
    one.page.evaluate("document.querySelectorAll('details.measure-group').forEach((node) => { node.open = true; })")
    one.page.click(f'[data-measure="{LORDOSIS}"]')
    assert one.page.evaluate(SMALL) == []
    assert one.page.evaluate(NAMELESS) == []
    assert one.page.evaluate(CONTRAST) == []
    assert one.page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    panel = '[data-panel="measures"]'
    assert one.page.evaluate(
        f"document.querySelector('{panel}').scrollWidth <= document.querySelector('{panel}').clientWidth"
    )
    one.leave()


def test_on_a_phone_a_finger_drags_a_corner(context: BrowserContext, file: Path) -> None:
    one = opened(context, file, width=390, height=844)
    one.page.click('[data-measure="segmental_angle C4 C5"]')
    box = one.page.locator(".stage .pane-area").bounding_box()
    assert box is not None and box["y"] + box["height"] / 2 > 0  # the film came back into sight
    drag(one.page, 1, 1, -5)
    assert one.page.evaluate(TAKEN) == 1
    one.leave()


def test_the_page_has_the_tab_and_corrections_keep_what_was_moved(visitor: Visitor, address: str) -> None:
    visitor.open(address, "finished")
    page = visitor.page
    page.evaluate("window.player = window.spinefm")
    page.click('[data-tab="measures"]')
    page.click('[data-measure="segmental_angle C4 C5"]')
    drag(page, 1, 1, -5)
    moved = number(page, "segmental_angle C4 C5")
    page.click('[data-tab="vertebrae"]')
    page.click("table.vertebrae .row-name >> text=C7")
    page.click(".player-corrections >> text=lock")
    page.wait_for_selector(".player ol.corrected")
    page.click('[data-tab="measures"]')
    assert number(page, "segmental_angle C4 C5") == pytest.approx(moved)
    page.click('[data-tab="vertebrae"]')
    page.click(".player-corrections >> text=undo")
    page.wait_for_selector(".player ol.corrected", state="detached")


def test_a_reload_brings_back_what_was_moved_and_the_scale(visitor: Visitor, address: str) -> None:
    visitor.open(address, "finished")
    page = visitor.page
    page.evaluate("window.player = window.spinefm")
    page.click('[data-tab="measures"]')
    page.click('[data-act="calibrate"]')
    page.fill('[data-field="mm"]', "0.2")
    page.keyboard.press("Enter")
    page.click('[data-measure="segmental_angle C4 C5"]')
    drag(page, 1, 1, -5)
    moved = number(page, "segmental_angle C4 C5")
    visitor.reload(address)
    visitor.wait("finished")
    page.keyboard.press("End")
    page.evaluate("window.player = window.spinefm")
    page.click('[data-tab="measures"]')
    page.wait_for_selector('[data-measure="segmental_angle C4 C5"]')
    assert number(page, "segmental_angle C4 C5") == pytest.approx(moved)
    assert "0.2 mm per pixel, calibrated by hand" in page.inner_text('[data-panel="measures"]')
    page.click('[data-act="undo move"]')
    assert number(page, "segmental_angle C4 C5") != pytest.approx(moved)


def test_a_run_under_way_has_no_measures_and_keeps_the_scale(visitor: Visitor, address: str, gate: Semaphore) -> None:
    visitor.open(address, "finished")
    page = visitor.page
    page.evaluate("window.player = window.spinefm")
    page.click('[data-tab="measures"]')
    page.click('[data-act="calibrate"]')
    page.fill('[data-field="mm"]', "0.2")
    page.keyboard.press("Enter")
    page.click("#run")
    visitor.wait("running")
    gate.release(3)
    page.wait_for_selector(".player.with-run")
    assert "when the run is finished" in page.inner_text('[data-panel="measures"]')
    gate.release(100)
    visitor.wait("finished")
    page.keyboard.press("m")  # the comparison with the run before may have come to the front
    assert "0.2 mm per pixel, calibrated by hand" in page.inner_text(".measure-facts")
