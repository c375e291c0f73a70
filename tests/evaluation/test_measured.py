"""Measures of a run beside those of the truth, on a film whose bodies and outlines are known."""

from __future__ import annotations

import gzip
import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from spinefm.core.geometry import Point
from spinefm.core.levels import Level
from spinefm.data import Case, DamagedCase
from spinefm.data.folder import read_case
from spinefm.evaluation import RunError, RunFolder, evaluate
from spinefm.evaluation.frames import MEASURE_NAMES, measure_table, read_measures, read_tables
from spinefm.evaluation.measured import NOT_FOUND, ComparedMeasure, measured, packed, unpacked
from spinefm.evaluation.report import finish
from spinefm.imaging.radiograph import Radiograph, read
from spinefm.methods import film_record
from spinefm.trace.model import Trace
from tests.evaluation.stand_in_set import open_set, plan, write_set
from tests.ui.server.stand_in import StandIn

ROW = ComparedMeasure("slip", "L4-L5", "%", 1.5, -2.25, 3.0, 0.97, False, "")


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_set(tmp_path_factory.mktemp("set"), ["a", "b"])


@pytest.fixture(scope="module")
def film(root: Path) -> Radiograph:
    return read(root / "films" / "a.png")


@pytest.fixture(scope="module")
def trace(film: Radiograph) -> Trace:
    method = StandIn()
    return Trace.from_events(film_record(film), method.name, method.settings, list(method.run(film)))


@pytest.fixture(scope="module")
def evaluated(root: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """The folder of a finished run, and the text of its report."""
    folder = RunFolder(tmp_path_factory.mktemp("evaluated") / "run")
    list(evaluate(open_set(root), StandIn(), folder, plan()))
    return folder.path, finish(folder, open_set(root), [])


@pytest.fixture
def own(evaluated: tuple[Path, str], tmp_path: Path) -> RunFolder:
    """A copy of it that a test may change."""
    return RunFolder(shutil.copytree(evaluated[0], tmp_path / "run"))


@pytest.fixture
def case(root: Path) -> Case:
    return read_case(root, "a")


def by_key(rows: tuple[ComparedMeasure, ...]) -> dict[tuple[str, str], ComparedMeasure]:
    return {(row.key, row.levels): row for row in rows}


def test_what_the_truth_gives_and_the_run_gives_stand_side_by_side(case: Case, trace: Trace, film: Radiograph) -> None:
    rows = by_key(measured(case, trace, film, 0.5))
    angle = rows["segmental_angle", "C3-C4"]
    assert angle.true is not None and angle.value is not None and abs(angle.value - angle.true) < 4
    height = rows["middle_height", "C4"]
    assert height.true == pytest.approx(15.7, abs=0.3) and height.unit == "mm"
    assert height.value == pytest.approx(height.true, abs=1.5)


def test_a_body_that_was_missed_is_not_found(case: Case, trace: Trace, film: Radiograph) -> None:
    rows = by_key(measured(case, trace, film, 0.5))
    assert rows["middle_height", "T1"] == replace(
        rows["middle_height", "T1"], value=None, reason=NOT_FOUND, doubtful=False
    )
    assert rows["middle_height", "T1"].true is not None
    assert rows["disc_height_middle", "C7-T1"].reason == NOT_FOUND


def test_without_a_scale_nothing_is_in_millimetres(case: Case, trace: Trace, film: Radiograph) -> None:
    assert {row.unit for row in measured(case, trace, film, 0.5)} == {"°", "%", "mm", "ratio"}
    assert {row.unit for row in measured(case, trace, film, None)} == {"°", "%", "ratio"}


def test_stated_corners_and_facing_decide_the_truth(case: Case, trace: Trace, film: Radiograph) -> None:
    quad = (Point(100, 100), Point(150, 100), Point(150, 130), Point(100, 140))
    stated = replace(case, corners={Level.C4: quad}, faces="left")
    rows = by_key(measured(stated, trace, film, 0.5))
    assert rows["anterior_height", "C4"].true == 20.0
    assert rows["posterior_height", "C4"].true == 15.0
    other = replace(case, corners={Level.C4: quad}, faces="right")
    mirrored = by_key(measured(other, trace, film, 0.5))
    assert mirrored["anterior_height", "C5"].true == rows["posterior_height", "C5"].true
    assert mirrored["anterior_height", "C4"].true == 20.0  # stated as anterior
    assert rows["anterior_height", "C5"].reason == "the side that the patient faces is not known; set it"
    angle = rows["segmental_angle", "C5-C6"]
    assert angle.true == mirrored["segmental_angle", "C5-C6"].true  # the run gives it without a sign
    assert angle.true is not None and angle.true >= 0


def test_a_run_that_found_nothing_leaves_the_truth(case: Case, film: Radiograph) -> None:
    nothing = Trace.from_events(film_record(film), "stand-in", {}, [])
    rows = measured(case, nothing, film, 0.5)
    assert all(row.true is not None and row.value is None and row.reason for row in rows)
    assert by_key(rows)["middle_height", "C4"].reason == NOT_FOUND


def test_names_decide_angles_over_levels_and_bodies_decide_the_rest(case: Case, trace: Trace, film: Radiograph) -> None:
    """The truth names every body one level lower than the run does."""
    lower = {Level.C2: Level.C3, Level.C3: Level.C4, Level.C4: Level.C5, Level.C5: Level.C6, Level.C6: Level.C7}
    bodies = {lower[level]: mask for level, mask in case.truth.bodies.items() if level in lower}
    shifted = replace(case, truth=replace(case.truth, bodies=bodies))
    rows, before = by_key(measured(shifted, trace, film, 0.5)), by_key(measured(case, trace, film, 0.5))
    assert rows["middle_height", "C5"].value == before["middle_height", "C4"].value
    slope = rows["c7_slope", "C7"]
    assert slope.value == before["c7_slope", "C7"].value and slope.true != before["c7_slope", "C7"].true


def test_rows_survive_being_stored() -> None:
    rows = (ROW, replace(ROW, true=None, value=None, uncertainty=None, reason="ä"))
    content = gzip.decompress(packed(rows))
    assert unpacked(content) == rows
    assert packed(rows) == packed(rows)
    assert unpacked(gzip.decompress(packed(()))) == ()


@pytest.mark.parametrize("content", ["[]", '{"columns":[],"rows":[]}', '{"columns":["key"],"rows":[["slip"]]}', "{"])
def test_what_is_no_table_of_measures_is_refused(content: str) -> None:
    with pytest.raises((KeyError, TypeError, ValueError)):
        unpacked(content)


def test_a_run_keeps_measures_per_film_and_as_tables(evaluated: tuple[Path, str]) -> None:
    path, text = evaluated
    folder = RunFolder(path)
    table = read_measures(folder.path)
    assert table is not None and set(table["film"]) == {"a", "b"}
    assert tuple(table.columns) == ("film", *MEASURE_NAMES)
    rows = folder.measures("a")
    assert rows is not None and len(rows) == (table["film"] == "a").sum()
    assert "limits of agreement" in text and "segmental angle" in text
    assert (path / "measure_errors.csv").read_text().startswith("measure,levels,unit,asked,count,films,mae")
    assert len((path / "measures.csv").read_text().splitlines()) == len(table) + 1


def test_an_evaluation_without_measures_is_what_it_was(root: Path, tmp_path: Path) -> None:
    folder = RunFolder(tmp_path / "run")
    list(evaluate(open_set(root), StandIn(), folder, plan()))
    for path in (tmp_path / "run" / "measures").iterdir():
        path.unlink()
    text = finish(folder, open_set(root), [])
    assert read_measures(folder.path) is None and folder.measures("a") is None
    assert "limits of agreement" not in text and not (tmp_path / "run" / "measure_errors.csv").exists()
    assert len(read_tables(folder.path)[0]) == 2


def test_damaged_measures_are_one_sentence(own: RunFolder) -> None:
    (own.path / "measures" / "a.json.gz").write_bytes(b"no gzip")
    with pytest.raises(RunError, match=r"^The measures of a are damaged"):
        own.measures("a")
    (own.path / "measures.parquet").write_bytes(b"PAR1")
    with pytest.raises(RunError, match="are damaged"):
        read_measures(own.path)
    measure_table({"a": [ROW]}).drop(columns="value").to_parquet(own.path / "measures.parquet")
    with pytest.raises(RunError, match="value is missing"):
        read_measures(own.path)


@pytest.mark.parametrize("corners", [{"C4": [[1, 2], [3, 4]]}, {"C4": [[1, 2], [3, 4], [5, 6], [7, None]]}])
def test_corners_that_are_not_four_points_are_refused(root: Path, tmp_path: Path, corners: object) -> None:
    label = json.loads((root / "labels" / "a.json").read_text())
    for part in ("films", "labels"):
        (tmp_path / part).mkdir()
    (tmp_path / "films" / "a.png").write_bytes((root / "films" / "a.png").read_bytes())
    (tmp_path / "labels" / "a.json").write_text(json.dumps({**label, "corners": corners}))
    with pytest.raises(DamagedCase):
        read_case(tmp_path, "a")


def test_corners_and_facing_come_from_the_label(root: Path, tmp_path: Path) -> None:
    label = json.loads((root / "labels" / "a.json").read_text())
    xs, ys = zip(*label["polygons"]["C4"], strict=True)
    x0, x1, y0, y1 = min(xs), max(xs), min(ys), max(ys)
    quad = [[x1, y0], [x0, y0], [x0, y1], [x1, y1]]
    for part in ("films", "labels"):
        (tmp_path / part).mkdir()
    (tmp_path / "films" / "a.png").write_bytes((root / "films" / "a.png").read_bytes())
    more = {"corners": {"C4": quad, "L5": quad}, "faces": "right"}
    (tmp_path / "labels" / "a.json").write_text(json.dumps({**label, **more}))
    case = read_case(tmp_path, "a")
    assert case.corners == {Level.C4: tuple(Point(*point) for point in quad)}  # L5 is not annotated
    assert case.faces == "right"
