"""Corrections on the page in a real browser: what was missed is added, what was found is edited, locked and undone."""

from __future__ import annotations

from spinefm.trace.doubt import DOUBT
from tests.ui.server.conftest import Visitor, click_film, corrected, on_screen, set_overlap_limit
from tests.ui.server.stand_in import CENTRES


def found(visitor: Visitor) -> list[str]:
    """Names in the table of what was found."""
    rows = visitor.page.locator("table.vertebrae tr:not(.missing) th[scope=row]")
    return [name.strip() for name in rows.all_text_contents()]


def test_going_on_past_a_stop_adds_what_was_rejected_and_can_be_undone_by_keys(run: Visitor) -> None:
    run.wait("finished")
    run.page.click("table.vertebrae tr.missing button.small")
    assert corrected(run, 1) == ["The induction downwards continued past background 91 % (limit 50 %) and found T1."]
    assert found(run)[-1] == "T1 ?"
    assert "kept by hand, against background 91 % (limit 50 %)" in " ".join(
        run.page.locator(".log li").all_text_contents()
    )
    run.page.keyboard.press("Control+z")
    corrected(run, 0)
    assert found(run)[-1] == "C7"
    run.page.keyboard.press("Control+y")
    corrected(run, 1)
    assert found(run)[-1] == "T1 ?"


def test_an_outline_is_dragged_or_made_again_by_a_click_and_both_are_undone(run: Visitor) -> None:
    run.wait("finished")
    run.page.click("table.vertebrae .row-name >> text=C5")
    run.page.click('[data-edit="toggle"]')
    number = run.page.evaluate("window.spinefm.view.chosen")
    outline = run.page.evaluate("(number) => window.spinefm.shapeOf(number)", number)
    run.page.mouse.move(*on_screen(run, outline[0], outline[1]))
    run.page.mouse.down()
    run.page.mouse.move(*on_screen(run, outline[0] - 12, outline[1] - 8), steps=4)
    run.page.mouse.up()
    assert corrected(run, 1) == ["The outline of C5 was edited by hand."]
    click_film(run, CENTRES[3].x, CENTRES[3].y)
    assert corrected(run, 2)[1] == "C5 was outlined again from a click."
    run.page.keyboard.press("Control+z")
    run.page.keyboard.press("Control+z")
    corrected(run, 0)


BOTTOM = """(number) => {
  const flat = window.spinefm.shapeOf(number);
  const points = flat.filter((_, at) => at % 2 === 0).map((x, at) => [x, flat[2 * at + 1]]);
  const edges = points.map((a, at) => [a, points[(at + 1) % points.length]]);
  const length = ([a, b]) => Math.abs(a[0] - b[0]);
  const low = (points.reduce((sum, point) => sum + point[1], 0)) / points.length;
  const [a, b] = edges.filter(([a, b]) => a[1] > low && b[1] > low).sort((one, two) => length(two) - length(one))[0];
  return { points, middle: [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2], low };
}"""


def test_an_edge_dragged_over_a_neighbour_is_asked_about_and_leaves_the_far_side_alone(run: Visitor) -> None:
    run.wait("finished")
    run.page.click("table.vertebrae .row-name >> text=C5")
    run.page.click('[data-edit="toggle"]')
    number = run.page.evaluate("window.spinefm.view.chosen")
    before = run.page.evaluate(BOTTOM, number)
    x, y = before["middle"]
    for choice in ("none", "0"):
        run.page.mouse.move(*on_screen(run, x, y))
        run.page.mouse.down()
        run.page.mouse.move(*on_screen(run, x, y + 45), steps=4)
        run.page.mouse.up()
        run.page.wait_for_selector(".question")
        assert "C5 would overlap C6 by" in run.page.inner_text(".question")
        run.page.click(f"[data-choice='{choice}']")
        assert choice == "0" or run.page.evaluate(BOTTOM, number) == before
    corrected(run, 1)
    after = run.page.evaluate(BOTTOM, number)
    old, new = ([point for point in one["points"] if point[1] < before["low"] - 5] for one in (before, after))
    assert [min(side) for side in zip(*old, strict=True)] == [min(side) for side in zip(*new, strict=True)]
    assert max(x for x, _ in old) == max(x for x, _ in new)
    assert max(point[1] for point in after["points"]) > y + 40
    run.page.keyboard.press("Control+z")
    corrected(run, 0)


def test_a_vertebra_is_added_by_a_click_and_a_click_on_nothing_is_a_sentence(run: Visitor) -> None:
    run.wait("finished")
    run.page.click('[data-add="toggle"]')
    click_film(run, 20, 20)
    run.page.wait_for_selector(".player .refused")
    assert "No new vertebra was found" in run.page.inner_text(".player .refused")
    run.page.click('[data-add="toggle"]')
    click_film(run, CENTRES[6].x, CENTRES[6].y)
    run.page.wait_for_selector(".question")
    assert "The classifier sees background there (91 %), not a vertebra." in run.page.inner_text(".question")
    run.page.click("text=add it anyway")
    assert corrected(run, 1) == ["T1 was added by a click."]
    assert found(run)[-1] == "T1 ?", "the classifier is not sure of it"
    assert f"the outline is less than {100 * DOUBT:.0f} % sure" in run.page.inner_text(".player .note.doubtful")


def test_a_locked_vertebra_outlives_a_run_with_another_limit(run: Visitor) -> None:
    run.wait("finished")
    run.page.click("table.vertebrae .row-name >> text=C2")
    run.page.click(".player-corrections >> text=lock")
    assert corrected(run, 1) == ["C2 was locked."]
    run.page.click('.player-corrections >> text="names ↓"')
    run.page.wait_for_selector(".player .refused")
    assert "C2 is locked" in run.page.inner_text(".player .refused")
    set_overlap_limit(run, "0.02")
    run.page.click("#run")
    run.page.wait_for_selector(".player.comparing")
    run.page.click('[data-tab="vertebrae"]')
    assert "C2" in found(run) and corrected(run, 1) == ["C2 stayed as locked."]
