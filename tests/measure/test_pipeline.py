"""The whole way, from a simulated film to measures and files, with the weights of the repository."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest

from bench.measure_truth import phantom_landmarks
from bench.measures import film_of, phantom_pairs, run
from spinefm.export import write_result
from spinefm.imaging.radiograph import Radiograph
from spinefm.measure import FacingGuess, Measures, measure, measure_landmarks
from spinefm.phantom import Phantom, simulate
from spinefm.trace.model import Trace
from spinefm.weights.load import load_bundle
from tests.measure.spines import number

pytestmark = pytest.mark.weights
SEED = 9_301_500
"""Of the phantom: none of the test range."""


@pytest.fixture(scope="module")
def phantom() -> Phantom:
    return simulate(SEED, "lumbar")


@pytest.fixture(scope="module")
def film(phantom: Phantom) -> Radiograph:
    return film_of(phantom)


@pytest.fixture(scope="module")
def trace(film: Radiograph) -> Trace:
    known = run(film, load_bundle("compact", "cpu"))
    assert known is not None
    return known


@pytest.fixture(scope="module")
def measures(trace: Trace, film: Radiograph) -> Measures:
    return measure(trace, film=film)


def test_measures_of_a_phantom_are_close_to_its_exact_ones(phantom: Phantom, trace: Trace) -> None:
    found = phantom_pairs(phantom, trace)
    both = [(pair, pair.value - pair.true) for pair in found.pairs if pair.value is not None and pair.true is not None]
    errors = {key: np.abs([error for pair, error in both if pair.key == key]) for key in {pair.key for pair, _ in both}}
    assert found.facing_right and np.median(found.corners) < 4
    assert errors["segmental_angle"].mean() < 4 and errors["slip"].mean() < 4
    assert errors["disc_height_index"].mean() < 0.05 and errors["height_loss"].mean() < 5


def test_the_exact_measures_are_those_of_the_anatomy(phantom: Phantom) -> None:
    facing = FacingGuess(phantom.faces, 1.0, "simulated")
    exact = {one.key: one for one in measure_landmarks(phantom_landmarks(phantom), facing, phantom.spacing_mm)}
    lordosis = phantom.settings["column"]["lordosis"]
    assert exact["lordosis_l1_s1"].value == pytest.approx(lordosis, abs=20)
    assert 20 < number(exact["width"]) < 50


def test_a_result_holds_the_measures(tmp_path: Path, trace: Trace, film: Radiograph, measures: Measures) -> None:
    folder = write_result(tmp_path / "out", trace, film)
    rows = list(csv.DictReader(io.StringIO((folder / "measures.csv").read_text(encoding="utf-8"))))
    assert [row["name"] for row in rows] == [one.name for one in measures]
    for row, one in zip(rows, measures, strict=True):
        assert bool(row["value"]) == (one.value is not None) != bool(row["not_measurable"])
        assert not row["value"] or float(row["value"]) == pytest.approx(one.value, abs=0.01)
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))["measures"]
    assert report["facing"] == measures.facing.side and report["measured"] == len(measures.measured)
    table = list(csv.DictReader(io.StringIO((folder / "vertebrae.csv").read_text(encoding="utf-8"))))
    assert any(row["genant"] for row in table) and any(row["slip_below_percent"] for row in table)


def test_given_facing_and_scale_reach_the_files(tmp_path: Path, trace: Trace, film: Radiograph) -> None:
    other = measure(trace, facing="right", spacing=0.123, film=film)
    folder = write_result(tmp_path / "out", trace, film, other)
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))["measures"]
    assert (report["facing"], report["facing_source"], report["spacing_mm"]) == ("right", "given", 0.123)
