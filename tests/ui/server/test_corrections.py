"""Corrections of a finished run, and the comparison of two."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from spinefm.core.geometry import Point
from spinefm.core.levels import Level
from spinefm.export.report import report
from spinefm.export.table import vertebra_rows
from spinefm.imaging.radiograph import Radiograph
from spinefm.methods import Addition
from spinefm.methods.spinefm.events import Decided, Seeded
from spinefm.methods.spinefm.state import stops
from spinefm.trace.model import Action, FilmRecord, Named, Reading, Trace, Vertebra
from spinefm.ui.server.comparison import compare
from spinefm.ui.server.corrections import CorrectedRun, Correction, Refused, apply, carried, extended
from spinefm.ui.server.player.payload import readings
from spinefm.ui.server.player.summary import vertebra_rows as table_rows
from tests.ui.server.stand_in import CENTRES, SIZE, StandIn, all_events, body, film_pixels, vertebra


def run(limit: float = 0.1) -> CorrectedRun:
    """The stand-in's run; with a low limit three vertebrae without names."""
    return CorrectedRun(
        Trace(
            FilmRecord("neck.png", SIZE),
            "spinefm",
            {"overlap_limit": limit, "body_probability": "outline"},
            all_events(limit),
        )
    )


def names(corrected: CorrectedRun) -> list[str]:
    return [vertebra.name for vertebra in corrected.trace.vertebrae]


def test_naming_one_counts_the_others_from_it() -> None:
    assert names(run(0.02).correct(Correction("name", 1, "L3"))) == ["L2", "L3", "L4"]


def test_a_name_becomes_the_anchor_and_the_label_map_id() -> None:
    trace = run(0.02).correct(Correction("name", 1, "L3")).trace
    anchor = trace.anchor
    assert anchor is not None and (anchor.vertebra, anchor.level.name, anchor.probability) == (1, "L3", None)
    assert [vertebra.level_id for vertebra in trace.vertebrae] == [21, 22, 23]


def test_shifting_there_and_back_gives_the_names_again() -> None:
    down = run().correct(Correction("shift", offset=1))
    assert names(down) == ["C3", "C4", "C5", "C6", "C7", "T1"]
    assert names(down.correct(Correction("shift", offset=-1))) == names(run())


BODIES = (5, 3, 0, 1, 2, 4)
"""Numbers of the stand-in's vertebrae from the top."""
SIX = ["L2", "L3", "L4", "L5", "L6", "S1"]
FIVE = ["L1", "L2", "L3", "L4", "L5", "S1"]


def six_lumbar() -> CorrectedRun:
    """The run whose fifth body the reader named L6."""
    return run().correct(Correction("name", BODIES[4], "L6"))


def test_a_sixth_lumbar_vertebra_is_named_and_counted_from_in_both_directions() -> None:
    trace = six_lumbar().trace
    assert [vertebra.name for vertebra in trace.vertebrae] == SIX
    assert [vertebra.level_id for vertebra in trace.vertebrae][-3:] == [24, 25, 26]
    assert names(run().correct(Correction("name", BODIES[5], "L6"))) == ["L1", *SIX[:-1]]


@pytest.mark.parametrize(("index", "level"), [(0, "L2"), (3, "L5"), (5, "S1")])
def test_names_that_have_an_l6_keep_it_from_wherever_they_are_counted(index: int, level: str) -> None:
    assert names(six_lumbar().correct(Correction("name", BODIES[index], level))) == SIX


def test_another_name_for_the_l6_says_that_there_is_none() -> None:
    assert names(six_lumbar().correct(Correction("name", BODIES[4], "L5"))) == FIVE
    assert names(six_lumbar().correct(Correction("name", BODIES[3], "L4"))) == ["L1", *SIX[:-1]]
    last = run().correct(Correction("name", BODIES[5], "L6")).correct(Correction("name", BODIES[5], "S1"))
    assert names(last) == FIVE


def test_names_with_an_l6_are_shifted_there_and_back() -> None:
    up = six_lumbar().correct(Correction("shift", offset=-1)).correct(Correction("shift", offset=-1))
    assert names(up) == ["T12", "L1", "L2", "L3", "L4", "L5"]
    assert names(up.correct(Correction("shift", offset=2))) == SIX


def test_a_gap_in_names_with_an_l6_stays_and_is_filled_again() -> None:
    gap = six_lumbar().correct(Correction("delete", BODIES[4]))
    assert names(gap) == ["L2", "L3", "L4", "L5", "S1"]
    assert names(gap.correct(Correction("shift", offset=-1))) == ["L1", "L2", "L3", "L4", "L6"]
    again = extended(gap.trace, "add", Addition((), (vertebra(9, 4),)))
    assert [one.name for one in again.vertebrae] == SIX
    above = six_lumbar().correct(Correction("delete", BODIES[1])).correct(Correction("name", BODIES[4], "L5"))
    assert names(above) == ["L1", "L3", "L4", "L5", "S1"]


def test_a_vertebra_found_below_the_l6_is_s1() -> None:
    trace = run().correct(Correction("name", BODIES[5], "L6")).trace
    assert vertebra_table(trace)[-1] == "S1", "the rejected candidate below"
    longer = extended(trace, "add", Addition((), (vertebra(9, 6),)))
    assert [one.name for one in longer.vertebrae][-3:] == ["L5", "L6", "S1"]


def vertebra_table(trace: Trace) -> list[str]:
    """The names in the page's table."""
    return [row["name"] for row in table_rows(trace.events)]


@pytest.mark.parametrize("kept", [4, 0])
def test_a_locked_l6_or_a_run_that_has_one_gives_its_names_to_the_others(kept: int) -> None:
    locks = six_lumbar().correct(Correction("lock", BODIES[kept]))
    new = locks.base if kept == 4 else locks.trace
    assert [one.name for one in carried(locks.trace, new).vertebrae] == SIX


def offered(limit: float = 0.1) -> CorrectedRun:
    """The stand-in's run with a second reading one level lower."""
    base = run(limit).base
    second = Reading(tuple(Level(Level.C3 + index) for index in range(6)), 0.2)
    events = tuple(
        replace(event, best=Reading(event.levels, 0.8), second=second) if isinstance(event, Named) else event
        for event in base.events
    )
    return CorrectedRun(replace(base, events=events))


def test_the_second_reading_is_one_click_away_and_so_is_the_first() -> None:
    second = offered().correct(Correction("reading", offset=1))
    assert names(second) == ["C3", "C4", "C5", "C6", "C7", "T1"]
    assert second.trace.corrections[-1].text == "the names are C3 to T1."
    assert names(second.undo()) == names(second.correct(Correction("reading", offset=0))) == names(run())
    changes = [[one["change"]["offset"] for one in readings(each.trace.events)] for each in (offered(), second)]
    assert changes == [[1], [0]], "only the names that are not on show are offered"
    assert report(second.trace)["readings"][1]["vertebrae"] == ["C3", "C4", "C5", "C6", "C7", "T1"]


def test_a_reading_that_does_not_fit_is_refused() -> None:
    fewer = offered().correct(Correction("delete", 5))
    assert readings(fewer.trace.events) == []
    for corrected, offset in ((fewer, 1), (offered(), 2), (run(), 1)):
        with pytest.raises(Refused, match="offers no such names"):
            corrected.correct(Correction("reading", offset=offset))
    locked = offered().correct(Correction("lock", 5))
    with pytest.raises(Refused, match="is locked"):
        locked.correct(Correction("reading", offset=1))


def test_deleting_recounts_from_the_anchor() -> None:
    middle = run().trace.vertebrae[3].number
    assert names(run().correct(Correction("delete", middle, close=True))) == ["C2", "C3", "C4", "C5", "C6"]


def test_deleting_without_names_numbers_again() -> None:
    assert names(run(0.02).correct(Correction("delete", 0))) == ["V1", "V2"]


def test_deleting_the_anchor_keeps_the_names_of_the_others() -> None:
    assert names(run().correct(Correction("delete", 5))) == ["C3", "C4", "C5", "C6", "C7"]


def test_undo_is_the_run_without_the_last_correction() -> None:
    start = run()
    once = start.correct(Correction("shift", offset=1))
    twice = once.correct(Correction("delete", 4))
    assert twice.undo().trace.to_json() == once.trace.to_json()
    assert twice.undo().undo().trace == start.trace
    assert twice.undo().redo().trace.to_json() == twice.trace.to_json()


def test_a_new_correction_forgets_what_was_undone() -> None:
    undone = run().correct(Correction("shift", offset=1)).undo()
    with pytest.raises(Refused, match="nothing to redo"):
        undone.correct(Correction("delete", 4)).redo()


def test_everything_of_the_run_stays_and_an_event_says_what_changed() -> None:
    start = run()
    trace = start.correct(Correction("shift", offset=1)).trace
    assert trace.events[:-1] == start.trace.events
    assert all(a.mask is b.mask for a, b in zip(trace.vertebrae, start.trace.vertebrae, strict=True))
    assert [(event.action, event.text) for event in trace.corrections] == [("shift", "all names moved down by 1.")]


def locked(number: int) -> CorrectedRun:
    return run().correct(Correction("lock", number))


@pytest.mark.parametrize(
    ("correction", "words"),
    [
        (Correction("shift", offset=1), "C4 is locked, and this would rename it"),
        (Correction("name", 1, "L3"), "C4 is locked, and this would rename it"),
        (Correction("delete", 0), "C4 is locked: unlock it before you delete it"),
    ],
)
def test_a_locked_vertebra_is_neither_renamed_nor_deleted(correction: Correction, words: str) -> None:
    with pytest.raises(Refused, match=words):
        locked(0).correct(correction)
    assert locked(0).correct(Correction("unlock", 0)).correct(correction)


def test_names_are_counted_from_a_locked_vertebra_before_the_anchor() -> None:
    assert names(locked(0).correct(Correction("delete", 3, close=True))) == ["C3", "C4", "C5", "C6", "C7"]


def test_a_locked_vertebra_outlives_a_run_that_misses_or_renames_it() -> None:
    old = run().correct(Correction("shift", offset=1)).correct(Correction("lock", 5)).correct(Correction("lock", 1))
    new = carried(old.trace, run(0.02).trace)
    assert [vertebra.name for vertebra in new.vertebrae] == ["C3", "C4", "C6", "C6"]
    assert new.vertebrae[0].mask is old.trace.vertebrae[0].mask
    assert len(new.locked) == 2 and new.corrections[-1].text == "C3 and C6 stayed as locked."


def test_without_a_lock_nothing_is_carried_into_another_run() -> None:
    new = run(0.02).trace
    assert carried(run().trace, new) is new


def taken_further(action: Action) -> Trace:
    """The run after "go on" downwards, or a click on the seventh body."""
    method, trace = StandIn(), run().trace
    film = Radiograph.from_array(film_pixels(), name="neck.png")
    addition = method.go_on(film, trace, "down") if action == "go on" else method.add(film, trace, CENTRES[6])
    return extended(trace, action, addition)


def test_going_on_past_a_stop_names_what_was_found_and_is_kept_in_the_trace() -> None:
    trace = taken_further("go on")
    assert [vertebra.name for vertebra in trace.vertebrae] == ["C2", "C3", "C4", "C5", "C6", "C7", "T1"]
    assert (
        trace.corrections[0].text == "the induction downwards continued past background 91 % (limit 50 %) and found T1."
    )
    assert stops(trace.events)["down"].reason == "point outside"
    again = Trace.from_json(trace.to_json())
    assert [vertebra.name for vertebra in again.vertebrae] == [vertebra.name for vertebra in trace.vertebrae]
    assert json.loads(again.to_json()) == json.loads(trace.to_json())


def test_a_clicked_vertebra_takes_its_place_in_the_spine() -> None:
    trace = taken_further("add")
    assert trace.vertebrae[-1].name == "T1" and trace.corrections[0].text == "T1 was added by a click."
    assert apply(trace, Correction("delete", 6)).vertebrae[-1].name == "C7"


def test_a_click_outlined_by_another_method_keeps_that_ones_settings() -> None:
    addition = Addition((), (vertebra(7, 6),), settings={"mask_limit": 0.4})
    trace = extended(run().trace, "add", addition)
    assert trace.corrections[-1].settings == {"mask_limit": 0.4}
    stored = json.loads(trace.to_json())
    assert Trace.from_json(json.dumps(stored)).corrections[-1].settings == {"mask_limit": 0.4}
    del stored["events"][-1]["settings"]  # as written by earlier versions
    assert Trace.from_json(json.dumps(stored)).corrections[-1].settings == {}


PAST_C2 = Decided("up", 2, "accepted", "by hand", 0.98, 0.5, 5, overruled="C2")
WORDS = "the induction upwards continued past the spine end C2 98 % (limit 50 %)"


def test_passing_the_spine_end_that_the_names_rest_on_makes_them_relative() -> None:
    above = replace(vertebra(7, 0), mask=body(0, -40), centroid=Point(CENTRES[0].x, CENTRES[0].y - 40))
    trace = extended(run().trace, "go on", Addition((PAST_C2,), (above,), passed=WORDS, refuted=5))
    assert [vertebra.name for vertebra in trace.vertebrae] == ["V1", "V2", "V3", "V4", "V5", "V6", "V7"]
    assert trace.anchor is None
    assert trace.corrections[0].text.endswith("past the spine end C2 98 % (limit 50 %) and found V1.")


def test_going_on_past_the_spine_end_in_vain_leaves_the_names() -> None:
    before = run().trace
    trace = extended(before, "go on", Addition((PAST_C2,), (), passed=WORDS, refuted=5))
    assert [vertebra.name for vertebra in trace.vertebrae] == [vertebra.name for vertebra in before.vertebrae]
    assert trace.anchor == before.anchor
    assert trace.corrections[0].text.endswith("past the spine end C2 98 % (limit 50 %) and found nothing more.")


def test_corrections_stand_in_the_report_and_the_table() -> None:
    trace = apply(apply(taken_further("go on"), Correction("shift", offset=1)), Correction("lock", 0))
    assert [item["action"] for item in report(trace)["corrections"]] == ["go on", "shift", "lock"]
    cells = [row["correction"] for row in vertebra_rows(trace)]
    assert cells == ["renamed", "renamed", "renamed + locked", *["renamed"] * 3, "added + by hand"]


def test_a_corrected_trace_survives_json() -> None:
    trace = run().correct(Correction("name", 1, "C5")).trace
    assert [v.name for v in Trace.from_json(trace.to_json()).vertebrae] == [v.name for v in trace.vertebrae]


@pytest.mark.parametrize(
    ("limit", "correction", "words"),
    [
        (0.1, Correction("name", 77, "C5"), "no such vertebra"),
        (0.1, Correction("name", 4, "C1"), "beyond the spine's end"),
        (0.1, Correction("name", 4, "L7"), "not a vertebral level"),
        (0.1, Correction("name", 5, "L6"), "beyond the spine's end"),
        (0.1, Correction("name", 4, None), "not a vertebral level"),
        (0.02, Correction("shift", offset=1), "Nothing is named"),
        (0.1, Correction("shift", offset=-2), "C1 is the first level, so the names cannot move up: delete the topmost"),
        (0.1, Correction("shift", offset=30), "S1 is the last level, so the names cannot move down: delete the lowest"),
        (0.1, Correction("delete", None), "no such vertebra"),
    ],
)
def test_what_cannot_be_is_refused_with_a_sentence(limit: float, correction: Correction, words: str) -> None:
    with pytest.raises(Refused, match=words):
        run(limit).correct(correction)


@pytest.mark.parametrize(
    ("level", "index", "offset", "words"),
    [
        ("S1", 6, 1, "Nothing can be added below S1, the last level: if .*, move the names up first"),
        ("C1", -1, -1, "Nothing can be added above C1, the first level: if .*, move the names down first"),
    ],
)
def test_names_at_an_end_of_the_spine_neither_move_beyond_it_nor_take_more(
    level: str, index: int, offset: int, words: str
) -> None:
    full = run().correct(Correction("name", BODIES[-1 if offset > 0 else 0], level))
    with pytest.raises(Refused, match=f"{level} is the (last|first) level, so the names cannot move"):
        full.correct(Correction("shift", offset=offset))
    action: Action
    for action in ("add", "go on"):
        with pytest.raises(Refused, match=words):
            extended(full.trace, action, Addition((), (beyond(index),)))


def beyond(index: int) -> Vertebra:
    """A vertebra below the film's last body, or above its first."""
    last = vertebra(9, min(max(index, 0), 6))
    return replace(last, centroid=Point(last.centroid.x, last.centroid.y - (48 if index < 0 else 0)))


def test_an_unfinished_run_cannot_be_corrected() -> None:
    unfinished = CorrectedRun(Trace(FilmRecord("neck.png", SIZE), "spinefm", {}, all_events()[:-1]))
    with pytest.raises(Refused, match="finished run"):
        unfinished.correct(Correction("shift", offset=1))


def test_a_run_compared_with_itself_shows_no_difference() -> None:
    comparison = compare(run().trace, run().trace)
    assert comparison["settings"] == [] and comparison["divergence"] is None
    assert all(row["same"] for row in comparison["rows"]) and len(comparison["rows"]) == 6


def test_a_comparison_is_aligned_by_vertebra_and_finds_where_the_runs_part() -> None:
    comparison = compare(run().trace, run(0.02).trace)
    assert [(row["old"], row["new"]) for row in comparison["rows"]] == [
        ("C2", None),
        ("C3", None),
        ("C4", "V1"),
        ("C5", "V2"),
        ("C6", "V3"),
        ("C7", None),
    ]
    assert comparison["divergence"] == {
        "direction": "up",
        "step": 1,
        "old": "kept 1 %",
        "new": "stopped, overlap 3 % (limit 2 %)",
    }


def test_runs_are_compared_by_the_attempt_that_was_kept_not_by_a_later_one_that_did_not_hold() -> None:
    trace = run().trace
    ended = next(index for index, event in enumerate(trace.events) if isinstance(event, Named))
    seeded = next(event for event in trace.events if isinstance(event, Seeded))
    lost = next(event for event in trace.events if isinstance(event, Decided) and event.direction == "seed")
    failed = (seeded, replace(lost, verdict="stopped", reason="background", vertebra=None))
    longer = replace(trace, events=(*trace.events[:ended], *failed, *trace.events[ended:]))
    assert compare(trace, longer)["divergence"] is None


def test_runs_of_two_methods_are_compared_by_vertebra_alone() -> None:
    other = replace(run().trace, method="vertxnet", settings={"eta": 0.6})
    comparison = compare(run().trace, other)
    assert comparison["methods"] == ["SpineFM", "VertXNet"]
    assert comparison["settings"] == [] and comparison["divergence"] is None and len(comparison["rows"]) == 6
    assert compare(other, other)["methods"] is None
