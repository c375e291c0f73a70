"""Outlines mended by hand or by another click, and the exports that follow."""

from __future__ import annotations

import gzip
from dataclasses import replace

import numpy as np
import pytest

from spinefm.core.bundled import bundled_folder
from spinefm.core.geometry import Point
from spinefm.core.levels import Level
from spinefm.core.numbers import percent
from spinefm.imaging.radiograph import Radiograph
from spinefm.measure import measure
from spinefm.methods import Addition, film_record
from spinefm.trace.model import Trace, redrawn
from spinefm.trace.primitives import outline
from spinefm.ui.server.corrections import CorrectedRun, Correction, Refused, carried
from spinefm.ui.server.outlines import again, reshaped
from spinefm.ui.server.player.summary import vertebra_rows
from spinefm.ui.server.questions import Asks
from tests.ui.server.stand_in import CENTRES, SIZE, StandIn, all_events, body, film_pixels

FILM = Radiograph.from_array(film_pixels(), name="neck.png")


def run() -> CorrectedRun:
    return CorrectedRun(Trace.from_events(film_record(FILM), "spinefm", {}, all_events()))


def lower(number: int, by: float) -> list[float]:
    """The outline of a vertebra, `by` pixels lower."""
    shape = next(v for v in run().trace.vertebrae if v.number == number)
    points = np.array(outline(shape.mask)).reshape(-1, 2) + (0, by)
    return [float(value) for value in points.ravel()]


def test_a_dragged_outline_is_the_vertebras_from_then_on_and_can_be_undone() -> None:
    after = reshaped(run(), FILM, 0, lower(0, 8.0))
    old, new = (next(v for v in t.vertebrae if v.number == 0) for t in (run().trace, after.trace))
    assert new.centroid.y - old.mask.centroid.y == pytest.approx(8.0, abs=0.5)
    assert len(new.corners) == 4 and new.name == old.name
    assert after.undo().trace.to_json() == run().trace.to_json()
    assert [row.get("edited") for row in vertebra_rows(after.trace.events)].count(True) == 1
    assert Trace.from_json(after.trace.to_json()).vertebrae[2].mask.area == new.mask.area


def test_an_edited_outline_that_is_locked_stays_marked_through_other_runs() -> None:
    shown = reshaped(run(), FILM, 0, lower(0, 8.0)).correct(Correction("lock", 0)).correct(Correction("lock", 1)).trace
    for _ in range(2):
        shown = Trace.from_json(carried(shown, run().trace).to_json())
        marked = [vertebra for vertebra in shown.vertebrae if vertebra.number in redrawn(shown.events)]
        assert len(shown.locked) == 2
        assert [(vertebra.level, vertebra.number in shown.locked) for vertebra in marked] == [(Level.C4, True)]


@pytest.mark.parametrize("corner", range(4))
def test_a_dragged_corner_leaves_the_far_side_as_it_was_to_the_pixel(corner: int) -> None:
    path = bundled_folder("examples") / "traces" / "lumbar.json.gz"
    real = Trace.from_json(gzip.decompress(path.read_bytes()))
    grey = np.tile(np.linspace(0, 1, real.film.size[0], dtype=np.float32), (real.film.size[1], 1))
    film = Radiograph.from_array(grey, name="lumbar.png")
    for vertebra in real.vertebrae:
        points = np.array(outline(vertebra.mask)).reshape(-1, 2)
        place = len(points) * corner // 4
        dragged = points.copy()
        dragged[place] += (
            4 * (points[place] - points.mean(axis=0)) / np.linalg.norm(points[place] - points.mean(axis=0))
        )
        after = reshaped(CorrectedRun(real), film, vertebra.number, [float(value) for value in dragged.ravel()])
        new = next(v for v in after.trace.vertebrae if v.number == vertebra.number)
        rows, columns = np.nonzero(vertebra.mask.on_film(film.pixels.shape) ^ new.mask.on_film(film.pixels.shape))
        beside = points[[place - 1, place, (place + 1) % len(points)]]
        low, high = beside.min(axis=0) - 8, beside.max(axis=0) + 8
        assert len(rows) and new.mask.area > vertebra.mask.area
        assert (columns >= low[0]).all() and (columns <= high[0]).all()
        assert (rows >= low[1]).all() and (rows <= high[1]).all()


def test_an_outline_that_was_not_dragged_is_the_same_mask() -> None:
    vertebra = run().trace.vertebrae[0]
    after = reshaped(run(), FILM, vertebra.number, [float(value) for value in outline(vertebra.mask)])
    assert after.trace.vertebrae[0].mask.dice(vertebra.mask) == 1.0


def test_an_outline_drawn_by_hand_has_no_certainty_of_the_network_and_its_measures_none() -> None:
    made = Trace.from_events(film_record(FILM), "spinefm", {"body_probability": "outline"}, all_events())
    after = reshaped(CorrectedRun(made), FILM, 0, lower(0, 1.0)).trace
    row = next(row for row in vertebra_rows(after.events) if row["number"] == 0)
    assert (row["probability"], row["edited"], row["doubtful"]) == (None, True, False)
    name = row["name"]
    resting = [one for one in measure(after, spacing=1.0) if name in one.levels and one.value is not None]
    assert resting and {one.confidence for one in resting} == {None}
    others = [one for one in measure(after, spacing=1.0) if name not in one.levels and one.value is not None]
    assert any(one.confidence is not None for one in others)


def test_an_edited_outline_survives_a_later_renaming() -> None:
    after = reshaped(run(), FILM, 0, lower(0, 8.0)).correct(Correction("shift", offset=1))
    assert next(v for v in after.trace.vertebrae if v.number == 0).mask.dice(body(2)) < 0.95


def stretched(number: int, by: float) -> list[float]:
    """The outline of a vertebra with its lower half `by` pixels lower."""
    shape = next(v for v in run().trace.vertebrae if v.number == number)
    points = np.array(outline(shape.mask)).reshape(-1, 2)
    points[points[:, 1] > shape.centroid.y, 1] += by
    return [float(value) for value in points.ravel()]


def test_an_outline_that_would_cover_a_neighbour_is_asked_about_and_kept_after_yes() -> None:
    asked = {"action": "reshape", "number": 0, "outline": stretched(0, 40.0)}
    with pytest.raises(Asks) as asks:
        reshaped(run(), FILM, 0, stretched(0, 40.0), asked)
    question = asks.value.question
    own, below = (next(v for v in run().trace.vertebrae if v.number == number) for number in (0, 1))
    kept = reshaped(run(), FILM, 0, stretched(0, 40.0), question.choices[0][1]).trace
    new = next(v for v in kept.vertebrae if v.number == 0)
    assert (
        question.text == f"{own.name} would overlap {below.name} by {percent(new.mask.iou(below.mask))} (limit 10 %)."
    )
    assert new.mask.iou(below.mask) > 0.1 and new.mask.area > 1.5 * own.mask.area
    assert len(kept.corrections) == 1


@pytest.mark.parametrize(("limit", "is_asked"), [(0.05, True), (0.5, False), (1.0, True), (None, True)])
def test_the_limit_is_the_methods_own_where_it_has_one(limit: float | None, is_asked: bool) -> None:
    made = Trace.from_events(film_record(FILM), "spinefm", {"overlap_limit": limit}, all_events())
    if is_asked:
        with pytest.raises(Asks):
            reshaped(CorrectedRun(made), FILM, 0, stretched(0, 40.0))
    else:
        assert reshaped(CorrectedRun(made), FILM, 0, stretched(0, 40.0)).trace.corrections


def test_an_overlap_that_a_drag_makes_smaller_is_not_asked_about() -> None:
    kept = reshaped(run(), FILM, 0, stretched(0, 40.0), {"sure": True})
    mask = next(v for v in kept.trace.vertebrae if v.number == 0).mask
    points = np.array(outline(mask)).reshape(-1, 2)
    points[points[:, 1] > points[:, 1].max() - 3, 1] -= 2
    assert len(reshaped(kept, FILM, 0, [float(value) for value in points.ravel()]).trace.corrections) == 2


def test_a_narrow_waist_is_no_crossing() -> None:
    upper = [(100.0, 100.0), (125.0, 100.0), (125.0, 129.0), (155.0, 129.0), (155.0, 100.0), (180.0, 100.0)]
    lower = [(180.0, 160.0), (155.0, 160.0), (155.0, 130.0), (125.0, 130.0), (125.0, 160.0), (100.0, 160.0)]
    after = reshaped(run(), FILM, 0, [value for point in (*upper, *lower) for value in point], {"sure": True})
    new = next(v for v in after.trace.vertebrae if v.number == 0).mask.on_film((SIZE[1], SIZE[0]))
    assert new[105, 105] and new[105, 175] and not new[105, 140]


def test_an_outline_in_two_pieces_is_refused() -> None:
    with pytest.raises(Refused, match="crosses itself and falls apart"):
        reshaped(run(), FILM, 0, [100.0, 100.0, 180.0, 160.0, 180.0, 100.0, 100.0, 160.0])


@pytest.mark.parametrize(
    ("points", "words"),
    [([0.0, 0.0, 1.0, 1.0], "three corners"), ([5.0] * 8, "Almost nothing"), ([float("nan")] * 8, "three corners")],
)
def test_what_is_no_outline_is_refused(points: list[float], words: str) -> None:
    with pytest.raises(Refused, match=words):
        reshaped(run(), FILM, 0, points)


def test_a_locked_or_missing_vertebra_is_refused() -> None:
    with pytest.raises(Refused, match="locked"):
        reshaped(run().correct(Correction("lock", 0)), FILM, 0, lower(0, 2.0))
    with pytest.raises(Refused, match="no such vertebra"):
        reshaped(run(), FILM, 99, lower(0, 2.0))


def test_another_click_lets_the_network_try_again_and_keeps_name_and_number() -> None:
    after = again(run(), FILM, StandIn(), 4, CENTRES[6])
    (changed,) = (v for v in after.trace.vertebrae if v.number == 4)
    assert changed.mask.dice(body(6)) == 1.0 and changed.name == "C7"
    assert changed.probability == StandIn().add(FILM, run().trace, CENTRES[6]).vertebrae[0].probability
    assert after.trace.corrections[-1].text == "C7 was outlined again from a click."


def test_the_settings_of_another_method_that_outlined_it_are_kept() -> None:
    class Borrowing(StandIn):
        def add(self, film: Radiograph, trace: Trace, point: Point) -> Addition:
            return replace(super().add(film, trace, point), settings={"mask_limit": 0.4})

    assert again(run(), FILM, Borrowing(), 4, CENTRES[6]).trace.corrections[-1].settings == {"mask_limit": 0.4}
