"""Several labels of one level: parts of a body, a copy, or two bodies."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from spinefm.core.levels import Level
from spinefm.data.labels import Conventions
from spinefm.data.sheet import MOST_LABELS, Sheet


def square(x: float, y: float, side: float = 20) -> list[list[float]]:
    return [[x, y], [x + side, y], [x + side, y + side], [x, y + side]]


@pytest.fixture
def sheet() -> Sheet:
    one = Sheet("film", (200, 200), Conventions())
    one.polygon("C3", square(50, 10))
    return one


def test_close_pieces_are_one_body(sheet: Sheet) -> None:
    sheet.polygon("C5", square(50, 100), -0.5)
    sheet.polygon("C5", square(75, 100), -0.5)
    case = sheet.case(Path("film.png"))
    assert case.truth.bodies[Level.C5].area == 800
    assert case.left_out == ()


def test_a_group_is_one_body_however_far_apart(sheet: Sheet) -> None:
    for place in (10, 150):
        sheet.polygon("C5", square(place, 100), -0.5, group=5)
    assert sheet.case(Path("film.png")).truth.bodies[Level.C5].area == 800


def test_a_copy_counts_once_and_is_listed(sheet: Sheet) -> None:
    for _ in range(2):
        sheet.polygon("C5", square(50, 100), -0.5)
    case = sheet.case(Path("film.png"))
    assert case.truth.bodies[Level.C5].area == 400
    assert "counts once" in case.left_out[0].why


@pytest.mark.parametrize("group", [None, 5])
def test_a_scrap_far_from_its_body_is_listed(sheet: Sheet, group: object) -> None:
    sheet.polygon("C5", square(50, 100), -0.5, group)
    sheet.polygon("C5", square(150, 100, 2), -0.5, group)
    case = sheet.case(Path("film.png"))
    assert case.truth.bodies[Level.C5].area == 400
    assert "fragment of 4 pixels" in case.left_out[0].why


def test_two_bodies_of_one_name_are_both_left_out(sheet: Sheet) -> None:
    for place in (10, 150):
        sheet.polygon("C5", square(place, 100))
    case = sheet.case(Path("film.png"))
    assert set(case.truth.bodies) == {Level.C3}
    assert [(one.name, one.label) for one in case.left_out] == [("film", "C5")]


def test_a_box_beside_an_outline_and_two_boxes_are_listed(sheet: Sheet) -> None:
    sheet.box("C3", [40, 0, 80, 40])
    sheet.box("C6", [40, 100, 80, 140])
    sheet.box("C6", [40, 150, 80, 190])
    sheet.box("C7", [40, 150, 80, 190])
    case = sheet.case(Path("film.png"))
    assert set(case.truth.boxes) == {Level.C7}
    assert [one.label for one in case.left_out] == ["C3", "C6"]


def test_bodies_at_the_edge_are_partial_and_the_truth_is_never_complete(sheet: Sheet) -> None:
    sheet.polygon("C7", square(50, 190))
    truth = sheet.case(Path("film.png")).truth
    assert set(truth.partial) == {Level.C7} and not truth.complete


@pytest.mark.parametrize("corners", [[10, 10, 10, 10], [10, 10], None, [300, 10, 320, 30]])
def test_a_box_without_a_pixel_is_listed_and_the_bodies_are_read(sheet: Sheet, corners: object) -> None:
    sheet.box("T4", corners)
    sheet.polygon("C4", square(50, 40))
    case = sheet.case(Path("film.png"))
    assert set(case.truth.bodies) == {Level.C3, Level.C4} and not case.truth.boxes
    assert [one.label for one in case.left_out] == ["T4"] and "box of T4" in case.left_out[0].why


def test_two_neighbours_of_one_name_are_both_left_out(sheet: Sheet) -> None:
    for label, top in (("C4", 34), ("C5", 58), ("C5", 82), ("C7", 106)):
        sheet.polygon(label, square(50, top), -0.5)
    case = sheet.case(Path("film.png"))
    assert set(case.truth.bodies) == {Level.C3, Level.C4, Level.C7}
    assert [(one.label, one.why) for one in case.left_out] == [("C5", "it appears in two places, so neither is used")]


def test_an_outline_round_the_others_is_left_out(sheet: Sheet) -> None:
    sheet.polygon("C4", square(50, 40), -0.5)
    sheet.polygon("C5", square(45, 5, 100), -0.5)
    case = sheet.case(Path("film.png"))
    assert set(case.truth.bodies) == {Level.C3, Level.C4}
    assert "covers most of" in case.left_out[0].why


def test_a_film_with_most_labels_outside_is_refused(sheet: Sheet) -> None:
    sheet.polygon("C4", square(50, 250))
    sheet.box("C5", [50, 300, 70, 320])
    sheet.polygon("C6", square(50, 450))
    with pytest.raises(ValueError, match="3 of its 4 labels lie outside the film of 200 x 200 pixels"):
        sheet.case(Path("film.png"))


def test_a_film_of_partial_bodies_alone_is_refused() -> None:
    sheet = Sheet("film", (200, 200), Conventions())
    sheet.polygon("C7", square(50, 190))
    with pytest.raises(ValueError, match="every body in it reaches the film's edge"):
        sheet.case(Path("film.png"))


def test_a_film_without_a_usable_label_says_why() -> None:
    sheet = Sheet("film", (200, 200), Conventions())
    sheet.polygon("skull", square(1, 1))
    sheet.polygon("C5", square(1e9, 1))
    with pytest.raises(ValueError, match="not a vertebral body; 'C5': C5 lies farther outside"):
        sheet.case(Path("film.png"))


def test_labels_without_end_refuse_the_film() -> None:
    sheet = Sheet("film", (200, 200), Conventions())
    for _ in range(MOST_LABELS):
        sheet.polygon("skull", [])
    with pytest.raises(ValueError, match="more than 2000 labels"):
        sheet.polygon("skull", [])


def test_masks_are_made_only_where_the_label_names_a_level(sheet: Sheet) -> None:
    sheet.mask("skull", lambda: pytest.fail("it was made"))
    sheet.mask("C5", lambda: [][0])
    assert [(one.label, one.why) for one in sheet.case(Path("film.png")).left_out] == [
        ("skull", "it names a part that is not a vertebral body"),
        ("C5", "a list in it is too short"),
    ]


def test_the_reason_names_a_label_as_it_was_written(sheet: Sheet) -> None:
    sheet.polygon("x" * 500, np.zeros((3, 2)))
    assert sheet.case(Path("film.png")).left_out[0].label == "x" * 80
