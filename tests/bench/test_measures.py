"""The bench of measures counts what it says: errors, coverage, what is missing, agreement of grades."""

from __future__ import annotations

import numpy as np
import pytest

from bench import fit_landmarks
from bench.measure_table import ROWS, genant, grade_line, kappa, kappa_interval, row_line, slipped
from bench.measure_truth import edge_middle, landmarks, largest_quadrilateral, middle_of
from bench.measures import KINDS, Pair, corner_error, drawn
from spinefm.core.levels import Level
from spinefm.measure.shape import OWN
from spinefm.phantom.seeds import FRACTURE_SEEDS, MEASURE_SEEDS, RELEASE_SEEDS, TUNING_SEEDS, share_a_seed

SLIP = next(row for row in ROWS if row.keys == ("slip",))


def pair(true: float, value: float | None, half: float = 1.0, reason: str = "") -> Pair:
    """A slip of one film."""
    return Pair("film", "slip", ("L4", "L5"), true, value, half if value is not None else None, reason=reason)


def test_a_row_holds_errors_coverage_and_what_is_missing() -> None:
    pairs = [
        pair(10, 12),
        pair(10, 9.5),
        pair(0, 0.5),
        pair(4, None, reason="not found"),
        pair(4, None, reason="faint"),
    ]
    cells = [cell.strip() for cell in row_line(SLIP, pairs).strip("|").split("|")]
    assert cells[1:6] == ["3", "1", "1.00", "0.50", "+0.67"]
    assert cells[7:11] == ["20.0 %", "20.0 %", "", "66.7 %"] and cells[11] == "2"
    doubtful = Pair("film", "slip", ("L4", "L5"), 4.0, None, 11.0, reason="its uncertainty …", doubtful=7.0)
    assert "| 33.3 %, 3.00 |" in row_line(SLIP, [pair(1, 1), pair(2, 2), doubtful])


def test_a_measure_that_no_film_has_has_no_row() -> None:
    assert row_line(SLIP, []) == ""
    assert row_line(SLIP, [pair(1, None, reason="faint")]).startswith("| slip | 0 |")


@pytest.mark.parametrize(
    ("true", "seen", "plain", "weighted"),
    [
        ([0, 0, 1, 1], [0, 0, 1, 1], 1.0, 1.0),
        ([0, 0, 1, 1], [1, 1, 0, 0], -1.0, -1.0),
        ([0, 1, 2, 2], [0, 1, 2, 1], 0.636364, 0.714286),
        ([0, 0], [0, 0], 1.0, 1.0),
    ],
)
def test_kappa(true, seen, plain: float, weighted: float) -> None:
    assert kappa(np.array(true), np.array(seen), False) == pytest.approx(plain, abs=1e-5)
    assert kappa(np.array(true), np.array(seen), True) == pytest.approx(weighted, abs=1e-5)


def test_grades_are_read_and_uncertain_ones_counted_apart() -> None:
    assert [genant("Genant 0 (normal)"), genant("Genant 3 (severe), crush")] == [0, 3]
    assert [slipped("Meyerding 0"), slipped("Meyerding II, anterior"), slipped("Meyerding I, posterior")] == [0, 2, -1]
    assert [slipped("Meyerding I, posterior, 81 % sure"), genant("Genant 1 (mild), wedge, 75 % sure")] == [-1, 1]
    grades = [("Genant 0 (normal)", "Genant 0 (normal)"), ("Genant 1 (mild), wedge", "Genant 0 to 1, uncertain")]
    pairs = [Pair("film", "height_loss", ("L1",), 1.0, 1.0, 1.0, true, seen) for true, seen in grades]
    assert "same 100.0 % of 1 " in grade_line("Genant", "height_loss", genant, pairs)
    assert grade_line("Genant", "height_loss", genant, pairs).endswith("1 more uncertain")


def test_the_interval_of_kappa_draws_films_and_holds_the_kappa() -> None:
    true, seen = np.array([0, 0, 1, 1, 0, 1] * 10), np.array([0, 0, 1, 0, 0, 1] * 10)
    films = np.repeat([f"film {index}" for index in range(20)], 3)
    low, high = kappa_interval(true, seen, films, draws=300)
    assert 0 < low < kappa(true, seen, False) < high < 1
    assert kappa_interval(true, seen, films, draws=300) == (low, high), "the same draws every time"
    assert kappa_interval(true, true, films, draws=50) == (1.0, 1.0)
    alone = kappa_interval(true, seen, np.repeat("one film", 60), draws=20)
    assert alone == pytest.approx([kappa(true, seen, False)] * 2)


def test_a_line_of_grades_has_the_interval() -> None:
    grades = ["Genant 0 (normal)", "Genant 2 (moderate), wedge"]
    pairs = [
        Pair(f"film {at}", "height_loss", ("L1",), 1.0, 1.0, 1.0, grade, grade) for at in range(6) for grade in grades
    ]
    assert "kappa 1.000 (1.000-1.000)" in grade_line("Genant", "height_loss", genant, pairs)


def test_the_films_with_fractures_are_apart_from_all_others() -> None:
    others = [MEASURE_SEEDS, RELEASE_SEEDS, *TUNING_SEEDS]
    assert len(FRACTURE_SEEDS) == 200 and not any(share_a_seed(FRACTURE_SEEDS, seeds) for seeds in others)


def test_a_group_takes_the_place_of_the_ten_kinds() -> None:
    assert drawn(9_510_001, "fracture").group == "fracture"
    usual = drawn(9_301_000)
    assert (usual.region, usual.group) == (KINDS[0][0], "")


@pytest.mark.parametrize("option", ["--first", "--first-fractured"])
def test_the_test_films_are_never_fitted_on(option: str, monkeypatch: pytest.MonkeyPatch, capsys) -> None:
    for seeds in (MEASURE_SEEDS, FRACTURE_SEEDS):
        monkeypatch.setattr("sys.argv", ["fit_landmarks", option, str(seeds[3])])
        with pytest.raises(SystemExit):
            fit_landmarks.main()
        assert "are the test of the measures: take others" in capsys.readouterr().err


def test_a_middle_lies_on_the_endplate_halfway_between_its_ends() -> None:
    endplate = np.array([(0, 0), (2, 1), (6, 3), (10, 0)], float)
    assert middle_of(endplate, np.array([(0, 0), (10, 0)], float)) == pytest.approx([5, 2.5])
    square = np.array([(0, 0), (5, 1), (10, 0), (10, 8), (0, 8)], float)
    assert edge_middle(square, square[0], square[2]) == pytest.approx([5, 1], abs=0.3)


def test_an_outlines_corners_are_its_largest_quadrilateral() -> None:
    outline = np.array([(0, 0), (5, -0.5), (10, 0), (10, 8), (5, 8.2), (0, 8)], float)
    assert largest_quadrilateral(outline[::-1]) == pytest.approx(outline[[0, 2, 3, 5]])


def test_corner_errors_are_shares_of_the_width_and_forgive_a_wrong_facing() -> None:
    corners = [np.array(point, float) for point in ((0, 0), (40, 0), (40, 30), (0, 30), (20, 2), (20, 28))]
    true = landmarks(Level.L3, corners)
    off = landmarks(Level.L3, [corner + (0, 2) for corner in corners])
    turned = landmarks(Level.L3, [corners[at] + (0, 2) for at in (1, 0, 3, 2, 4, 5)])
    assert corner_error(true, off) == pytest.approx(5) == corner_error(true, turned)


def test_the_fit_finds_a_shift_of_the_corners() -> None:
    rng = np.random.default_rng(0)
    outlines = rng.normal(0, 0.02, (200, 80)) + np.tile(np.linspace(0, 1, 80), (200, 1))
    own = outlines.reshape(200, -1, 2)[:, np.array(OWN)].reshape(200, 12)
    marks = own + np.linspace(-0.03, 0.03, 12)
    fit = fit_landmarks.ridge(outlines, marks, "S1")
    assert np.abs(fit(outlines) - marks).max() < 0.002


def test_the_test_range_is_no_fit(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr("sys.argv", ["fit", "--first", "9300050", "--n", "10"])
    with pytest.raises(SystemExit):
        fit_landmarks.main()
    assert "the test of the measures" in capsys.readouterr().err
