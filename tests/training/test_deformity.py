"""How deformed a simulated body is, and how often it is drawn for that."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from spinefm.core.levels import COUNTED, Level
from spinefm.phantom import simulate
from spinefm.phantom.folder import label_of
from spinefm.training import train_med_sa
from spinefm.training.deformity import DEEP, MOST, USUAL, concavity, deformities, drawn_share, wedge
from spinefm.training.films import FilmSet, TrainingFilm
from spinefm.training.train_med_sa import MedSATrainer, draw_click
from tests.training.stand_in import HEIGHT, WIDTH, write_stand_ins


def quad(front: float, back: float, top: float = 0.0, width: float = 40.0) -> list[list[float]]:
    """Corners of a body, its front on the left, clockwise from above."""
    return [[0, top], [width, top], [width, top + back], [0, top + front]]


def label(**bodies: list[list[float]]) -> dict[str, dict[str, list[list[float]]]]:
    """A label whose outlines are its corners."""
    return {"corners": bodies, "polygons": bodies}


@pytest.mark.parametrize(
    ("front", "back", "expected"), [(30, 30, 0.0), (24, 30, 0.2), (30, 24, 0.2), (15, 30, 0.5), (33, 30, 1 / 11)]
)
def test_a_wedge_is_the_share_by_which_one_side_is_lower(front: float, back: float, expected: float) -> None:
    assert wedge(np.array(quad(front, back))) == pytest.approx(expected)
    assert deformities(label(L2=quad(front, back)), COUNTED)[Level.L2] == pytest.approx(expected)


def test_a_concave_outline_has_less_area_than_its_corners() -> None:
    corners = np.array(quad(30, 30), float)
    sunk = np.array([[0, 0], [20, 6], [40, 0], [40, 30], [20, 24], [0, 30]], float)
    assert concavity(corners, sunk) == pytest.approx(2 * 120 / 1200)
    found = deformities({"corners": {"L2": corners.tolist()}, "polygons": {"L2": sunk.tolist()}}, COUNTED)
    assert 0.2 < found[Level.L2] < 0.4


def test_a_crushed_body_is_lower_than_both_neighbours() -> None:
    bodies = label(L1=quad(30, 30), L2=quad(18, 18, 40), L3=quad(30, 30, 80))
    found = deformities(bodies, COUNTED)
    assert found[Level.L2] == pytest.approx(0.4) and found[Level.L1] == found[Level.L3] == 0.0
    alone = {part: {"L2": each["L2"]} for part, each in bodies.items()}
    assert deformities(alone, COUNTED)[Level.L2] == 0.0, "without neighbours nothing says so"


def test_ends_of_the_spine_and_bodies_without_an_outline_are_not_judged() -> None:
    found = deformities(label(C2=quad(10, 30), S1=quad(10, 30), L5=quad(30, 30)), COUNTED)
    assert list(found) == [Level.L5]
    assert deformities({"corners": {"L5": quad(10, 30)}}, COUNTED) == {} == deformities({}, COUNTED)


def test_a_fractured_spine_is_more_deformed_than_a_usual_one() -> None:
    deepest = {
        group: max(
            max(deformities(label_of(simulate(seed, "lumbar", group=group)), COUNTED).values())
            for seed in range(700, 703)
        )
        for group in ("fracture", None)
    }
    assert deepest["fracture"] > 0.3 > deepest[None] > 0.0


def test_deep_ones_are_drawn_more_often() -> None:
    assert drawn_share(0.0) == drawn_share(USUAL) == 1 / MOST and drawn_share(DEEP) == drawn_share(0.9) == 1.0
    shares = [drawn_share(each) for each in np.linspace(0, 1, 30)]
    assert shares == sorted(shares)


def test_the_trainer_prompts_for_deformed_bodies_more_often(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usual = [[0, 0], [WIDTH, 0], [WIDTH, HEIGHT], [0, HEIGHT]]
    wedged = [[0, 0], [WIDTH, 0], [WIDTH, HEIGHT], [0, HEIGHT / 2]]
    levels = ("C3", "C4", "C5", "C6")
    for seed, broken in ((0, True), (2, False)):
        bodies = {name: wedged if broken and name == "C4" else usual for name in levels}
        write_stand_ins(tmp_path, [seed], corners=bodies, polygons=bodies)
    films = FilmSet.read([tmp_path])
    assert [round(film.deformed[Level.C4], 2) for film in films.films] == [0.5, 0.0]
    taken: list[bool] = []

    def noted(film: TrainingFilm, level: Level, rng: np.random.Generator) -> tuple[float, float]:
        taken.append(film.deformed.get(level, 0.0) > DEEP)
        return draw_click(film, level, rng)

    monkeypatch.setattr(train_med_sa, "draw_click", noted)
    MedSATrainer(films, films).draw(np.random.default_rng(0), 200)
    assert np.mean(taken) > 0.35, "one body of ten, which is drawn nine times as often"
