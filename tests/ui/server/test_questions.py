"""What the page says before a correction, and what it refuses to do unasked."""

from __future__ import annotations

from typing import Any

import pytest

from spinefm.imaging.radiograph import Radiograph
from spinefm.trace.model import FilmRecord, Trace
from spinefm.ui.server.corrections import CorrectedRun, Correction, extended
from spinefm.ui.server.questions import Asks, Question, about_adding, confirmed, in_words
from tests.ui.server.stand_in import CENTRES, SIZE, StandIn, all_events, film_pixels


def run() -> CorrectedRun:
    return CorrectedRun(Trace.from_events(FilmRecord("neck.png", SIZE), "spinefm", {}, all_events()))


def names(done: CorrectedRun) -> list[str]:
    return [vertebra.name for vertebra in done.trace.vertebrae]


def asked_about(correction: Correction, on: CorrectedRun | None = None) -> Question:
    with pytest.raises(Asks) as asks:
        confirmed(on or run(), correction, {"action": correction.action})
    return asks.value.question


def test_a_name_says_who_moves_with_it_and_that_the_classifier_disagrees() -> None:
    question = asked_about(Correction("name", 0, "C5"))
    assert question.text == "C4 becomes C5, and C2, C3, C5, C6 and C7 become one level lower (C3 to T1)."
    assert "The classifier recognised C2 with 98 %" in question.warning


def test_the_readers_own_anchor_is_no_disagreement() -> None:
    moved = run().correct(Correction("name", 0, "C5"))
    assert asked_about(Correction("name", 0, "C4"), moved).warning == ""


def test_a_name_of_another_region_is_asked_about() -> None:
    moved = run().correct(Correction("name", 0, "C5"))
    assert (
        "named as cervical; now most of them would be thoracic"
        in asked_about(Correction("name", 0, "T10"), moved).warning
    )


def test_what_was_confirmed_is_done() -> None:
    done = confirmed(run(), Correction("name", 0, "C5"), {"sure": True})
    assert names(done)[0] == "C3"


def test_deleting_offers_a_gap_or_a_closed_row_and_the_gap_stays_until_asked() -> None:
    question = asked_about(Correction("delete", 0))
    labels = [label for label, _ in question.choices]
    assert labels == ["leave a gap", "close the gap"]
    assert "C5, C6 and C7 become one level higher (C4 to C6)" in question.text
    gap = confirmed(run(), Correction("delete", 0), {"sure": True})
    assert names(gap) == ["C2", "C3", "C5", "C6", "C7"]
    assert names(gap.correct(Correction("shift", offset=1))) == ["C3", "C4", "C6", "C7", "T1"]
    closed = confirmed(run(), Correction("delete", 0, close=True), {"sure": True, "close": True})
    assert names(closed) == ["C2", "C3", "C4", "C5", "C6"]


def test_deleting_an_end_renames_nobody_and_asks_nothing() -> None:
    assert names(confirmed(run(), Correction("delete", 4), {})) == ["C2", "C3", "C4", "C5", "C6"]


COUNTED = "The other names were counted from it."


@pytest.mark.parametrize(
    ("moved", "number", "text", "labels"),
    [
        ([], 5, f"C2 is removed. {COUNTED} They stay as they are.", ["delete it"]),
        (
            [Correction("name", 0, "C5")],
            0,
            f"C5 is removed. {COUNTED} Its name can stay unused, or the gap can be closed: "
            "then C6, C7 and T1 become one level higher (C5 to C7).",
            ["leave a gap", "close the gap"],
        ),
    ],
)
def test_deleting_what_the_names_were_counted_from_says_so_first(
    moved: list[Correction], number: int, text: str, labels: list[str]
) -> None:
    before = run()
    for correction in moved:
        before = before.correct(correction)
    question = asked_about(Correction("delete", number), before)
    assert (question.text, [label for label, _ in question.choices]) == (text, labels)


def test_names_without_their_anchor_are_asked_about_no_second_time() -> None:
    after = confirmed(run(), Correction("delete", 5), {"sure": True})
    assert names(after) == ["C3", "C4", "C5", "C6", "C7"]
    assert names(confirmed(after, Correction("delete", 3), {})) == ["C4", "C5", "C6", "C7"]


def test_a_lock_asks_nothing() -> None:
    assert confirmed(run(), Correction("lock", 0), {}).trace.locked == (0,)


def test_a_click_on_what_looks_like_background_is_asked_about() -> None:
    before = run().trace
    film = Radiograph.from_array(film_pixels(), name="neck.png")
    after = extended(before, "add", StandIn().add(film, before, CENTRES[6]))
    question = about_adding(before, after, {"action": "add"})
    assert question is not None and question.text == "It would be T1."
    assert question.warning == "The classifier sees background there (91 %), not a vertebra."
    assert question.payload()["choices"] == [{"label": "add it anyway", "change": {"action": "add", "sure": True}}]


@pytest.mark.parametrize(
    ("pairs", "words"),
    [
        ([], "no other name changes"),
        ([("C5", "C6")], "C5 becomes C6"),
        ([("C5", "C6"), ("C6", "C7")], "C5 and C6 become one level lower (C6 to C7)"),
        ([("C5", "C3"), ("C6", "C4")], "C5 and C6 become two levels higher (C3 to C4)"),
        ([("T12", "L1"), ("L5", "L6")], "T12 and L5 become one level lower (L1 to L6)"),
        ([("L5", "L4"), ("L6", "L5"), ("S1", "L6")], "L5, L6 and S1 become one level higher (L4 to L6)"),
        ([("V1", "C3"), ("V2", "C4")], "V1 and V2 become C3 and C4, in this order"),
    ],
)
def test_changes_in_words(pairs: list[tuple[str, str]], words: str) -> None:
    assert in_words(pairs) == words


def test_a_payload_is_plain() -> None:
    payload: dict[str, Any] = asked_about(Correction("delete", 0)).payload()
    assert set(payload) == {"text", "warning", "choices"}
