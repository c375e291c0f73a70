"""What the report says: every measure is on it or named as missing, doubt and warnings too."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from spinefm.core.geometry import Point
from spinefm.core.levels import Level
from spinefm.export.one_page.content import _missing, content_of, of_whole_spine
from spinefm.export.one_page.levels import AS_RATIOS, BODY, DISC, head_of
from spinefm.export.one_page.words import NONE, VALUE_IN_DOUBT, number, value_of
from spinefm.measure import Measures, Move, measure, measure_landmarks
from spinefm.measure.kinds import KINDS
from spinefm.trace.model import Corrected, Named, Reading, Trace
from tests.export import curved
from tests.export.handmade import unnamed_vertebrae
from tests.export.long_spine import long_trace


def report_of(trace: Trace) -> tuple[Measures, object]:
    known = measure(trace)
    return known, content_of(trace, known)


@pytest.mark.parametrize("trace", [curved.trace(), long_trace(13), curved.trace(unnamed_vertebrae())])
def test_every_measure_of_the_whole_spine_has_its_value_reference_and_method(trace: Trace) -> None:
    known = measure(trace)
    content = content_of(trace, known)
    expected = [one for one in known.measured if of_whole_spine(one)]
    assert [row.value for row in content.spine] == [value_of(one) for one in expected]
    for row, one in zip(content.spine, expected, strict=True):
        assert row.method == one.method and one.name.lower() == row.name.lower()
        assert (one.reference is None) == (row.reference == "")
        if one.reference:
            quoted = int(re.findall(r"\[(\d+)\]", row.reference)[0])
            assert content.sources[quoted - 1] == f"[{quoted}] {one.reference.source}"


def test_a_cell_of_the_table_is_the_measure_of_its_level() -> None:
    trace = curved.trace()
    known = measure(trace)
    table = content_of(trace, known).levels
    heads = dict(zip((*table.body, *table.disc), range(20), strict=False))
    assert [row.name for row in table.rows] == ["C3", "C4", "C5 ?", "C6", "C7", "T1"]
    assert [row.doubtful for row in table.rows] == [False, False, True, False, False, False]
    for key, head in ((key, head_of(key)) for key in (*BODY, *DISC)):
        for row, vertebra in zip(table.rows, trace.vertebrae, strict=True):
            one = next((one for one in known.of(key) if one.levels[0] == vertebra.name), None)
            if head in heads:
                assert row.cells[heads[head]].startswith(value_of(one, with_unit=False)), (key, vertebra.name)
            else:
                assert one is None or one.value is None or key in AS_RATIOS


def test_without_a_scale_ratios_stand_in_for_millimetres_and_that_is_said() -> None:
    trace = curved.trace(spacing=None)
    content = content_of(trace, measure(trace))
    assert "Ha/Hp" in content.levels.body and "Ha, mm" not in content.levels.body
    assert dict(content.facts)["Scale"] == "not known: no millimetres"
    assert any("no scale" in line and "Ha, Hm, Hp" in line for line in content.missing)


@pytest.mark.parametrize("trace", [curved.trace(), long_trace(13), curved.trace(unnamed_vertebrae())])
def test_every_reason_is_told_with_what_it_keeps_from_being_measured(trace: Trace) -> None:
    known = measure(trace)
    text = " ".join(content_of(trace, known).missing).lower()
    for one in known:
        if one.value is None:
            title = one.name if of_whole_spine(one) else KINDS[one.key].short
            assert one.reason.lower() in text and title.lower() in text


def test_bodies_with_the_same_reason_share_it_and_no_reason_is_cut() -> None:
    trace = long_trace(13)
    known, why = measure(trace), "it is found, but its corners are too uncertain to measure (expected error over 9.6 %)"
    faint = [replace(one, superior=why, inferior=why) for one in known.landmarks]
    lines = list(_missing(replace(known, values=measure_landmarks(faint, known.facing, known.spacing_mm))))
    assert not [line for line in lines if "…" in line or line.count(why) > 1]
    assert any(line.startswith(f"{faint[3].name}, {faint[4].name}: {why}") for line in lines)


def test_warnings_and_doubt_are_told() -> None:
    trace = curved.trace()
    warnings = content_of(trace, measure(trace)).warnings
    assert curved.NOTE in warnings and any("C5 (41 %)" in line for line in warnings)
    assert not any("A note of the film" in line for line in warnings)  # of the file, no warning
    assert "A note of the film." in dict(content_of(trace, measure(trace)).facts)["Film"]


def test_the_next_likely_names_are_told_until_a_reader_names_them() -> None:
    trace = curved.trace()
    other = Reading(tuple(Level(level + 1) for level in curved.LEVELS), 0.12)
    events = tuple(replace(event, second=other) if isinstance(event, Named) else event for event in trace.events)
    weighed = replace(trace, events=events)
    assert dict(content_of(weighed, measure(weighed)).facts)["Or else"] == "C4 to T2 (12 %)"
    numbers, levels = tuple(v.number for v in trace.vertebrae), tuple(v.level for v in trace.vertebrae)
    named = replace(weighed, events=(*events, Corrected("name", "C3 named", numbers, levels, None)))
    facts = dict(content_of(named, measure(named)).facts)
    assert "Or else" not in facts and facts["Corrections"] == "1 by a reader"


def test_versions_and_checksums_are_told_and_no_patient() -> None:
    trace = curved.trace()
    content = content_of(trace, measure(trace))
    assert "weights compact" in content.versions[0] and "med_sa abababababab" in content.versions[1]
    assert "not a medical device" in content.notice
    assert {label for label, _ in content.facts} == {
        "Vertebrae", "Names rest on", "Patient faces", "Scale", "Film", "Corrections",
    }  # fmt: skip


def test_a_run_that_found_nothing_says_so_and_an_unfinished_one_is_refused() -> None:
    trace = curved.trace(())
    content = content_of(trace, measure(trace))
    assert "No vertebra was found." in content.warnings and content.missing == () and content.levels.rows == ()
    unfinished = replace(trace, events=trace.events[:-1])
    with pytest.raises(ValueError, match="did not finish"):
        content_of(unfinished, measure(unfinished))


def test_long_lists_end_with_how_many_more_there_are() -> None:
    trace = long_trace(13, notes=tuple(f"Warning {index}." for index in range(30)))
    warnings = content_of(trace, measure(trace)).warnings
    assert len(warnings) == 8 and warnings[-1] == "and 24 more."


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (12.34, "°", "12.3"),
        (30.5476, "°", "30.5"),
        (26.0453, "°", "26.0"),
        (0.25, "mm", "0.3"),
        (-7.06, "%", "\N{MINUS SIGN}7.1"),
        (-0.01, "mm", "0.0"),
        (0.126, "ratio", "0.13"),
    ],
)
def test_numbers_have_the_decimals_of_their_unit(value: float, unit: str, text: str) -> None:
    assert number(value, unit) == text
    assert value_of(None) == NONE


def in_doubt(known: Measures, *keys: str) -> Measures:
    """The measures, of which those of these keys are in doubt."""
    return replace(known, values=tuple(replace(one, doubt="over" if one.key in keys else "") for one in known))


def test_a_value_in_doubt_has_the_pages_mark_in_both_tables_and_a_legend() -> None:
    trace = curved.trace()
    sure = in_doubt(measure(trace))
    known = in_doubt(sure, "c7_slope", "slip")
    content, before = content_of(trace, known), content_of(trace, sure)
    marked = [row.name for row in content.spine if row.value.endswith(" ?")]
    assert marked == ["C7 slope"] and not any(row.value.endswith("?") for row in before.spine)
    slip = len(content.levels.body) + content.levels.disc.index("Slip, %")
    cells = [
        (row.cells[slip], other.cells[slip]) for row, other in zip(content.levels.rows, before.levels.rows, strict=True)
    ]
    measured = [(cell, plain) for cell, plain in cells if plain != NONE]
    assert measured and all(cell.split(" · ")[0] == f"{plain.split(' · ')[0]} ?" for cell, plain in measured)
    assert VALUE_IN_DOUBT in content.legend and VALUE_IN_DOUBT not in before.legend


def test_the_legend_explains_what_is_there_and_nothing_else() -> None:
    trace = curved.trace()
    legend = " ".join(content_of(trace, measure(trace)).legend)
    assert "less than 92 % sure" in legend and "White" in legend and "By hand" not in legend
    moved = measure(trace, moves=[Move(trace.vertebrae[0].number, 0, Point(1, 1))])
    assert "By hand" in " ".join(content_of(trace, moved).legend)
    nothing = curved.trace(())
    assert content_of(nothing, measure(nothing)).legend == ()


def test_shares_are_written_as_on_the_page() -> None:
    trace = curved.trace()
    finished = trace.finished
    assert finished is not None
    shares = (0.998, 0.9167, 0.5, 0.93, 0.97, 0.99)
    bodies = tuple(replace(v, probability=p) for v, p in zip(finished.vertebrae, shares, strict=True))
    events = tuple(replace(e, vertebrae=bodies) if e is finished else e for e in trace.events)
    content = content_of(replace(trace, events=events), measure(replace(trace, events=events)))
    assert [row.cells[0] for row in content.levels.rows] == ["> 99 %", "< 92 %", "50 %", "93 %", "97 %", "99 %"]
    assert any("C4 (< 92 %)" in line for line in content.warnings)


def test_a_note_says_of_each_column_what_the_measures_themselves_say() -> None:
    trace = curved.trace()
    notes = content_of(trace, measure(trace)).notes
    known = {one.key: one for one in measure(trace).measured}
    for key in ("anterior_height", "disc_height_middle"):
        title = known[key].name.partition(" ")[2]
        assert any(note.lower().startswith(f"{title}: {known[key].method}".lower()) for note in notes)
