"""The measures as the browser gets them: what `spinefm.measure` says, for either facing, small and plain."""

from __future__ import annotations

import json
import re

import pytest

from spinefm.export.measures import MEASURE_COLUMNS
from spinefm.imaging.decoded import SPACING_RANGE
from spinefm.imaging.radiograph import Radiograph
from spinefm.measure import FacingGuess, MeasureConfig, measure, measure_landmarks
from spinefm.measure.model import PLACES, Facing
from spinefm.methods import film_record
from spinefm.trace.model import Trace
from spinefm.ui.server.modules import read
from spinefm.ui.server.player import trace_payload
from spinefm.ui.server.player.measures import measures_payload, name_of
from tests.measure.spines import neck
from tests.ui.server.stand_in import all_events, film_pixels, located, seeded

MM = 0.25


@pytest.fixture(scope="module")
def film() -> Radiograph:
    return Radiograph.from_array(film_pixels(), name="neck.png")


@pytest.fixture(scope="module")
def trace(film: Radiograph) -> Trace:
    return Trace.from_events(film_record(film), "spinefm", {}, all_events())


@pytest.mark.parametrize("facing", ["left", "right"])
def test_both_facings_hold_the_values_of_the_package_in_pixels(trace: Trace, film: Radiograph, facing: Facing) -> None:
    payload = measures_payload(trace, film)
    assert payload is not None
    sent, wanted = payload["sides"][facing], measure(trace, facing, MM, film)
    assert len(sent["values"]) == len(wanted.values)
    for one in wanted:
        value, factor = sent["values"][name_of(one)], MM if one.unit == "mm" else 1.0
        assert value.get("reason", "") == one.reason
        if one.value is not None:
            assert value["value"] * factor == pytest.approx(one.value, abs=1e-3)
            assert value["plus"] * factor == pytest.approx(one.uncertainty, abs=1e-3)
            assert (value["grade"], value["doubt"]) == (one.grade, one.doubt)
    for body, landmarks in zip(sent["bodies"], wanted.landmarks, strict=True):
        assert (body["name"], body["superior"], body["inferior"]) == (
            landmarks.name,
            landmarks.superior,
            landmarks.inferior,
        )
        assert len(body["points"]) == len(PLACES)
        assert body["points"][0] == pytest.approx(landmarks.points[0], abs=0.01)


def test_bodies_carry_the_numbers_of_the_run_from_the_top(trace: Trace, film: Radiograph) -> None:
    payload = measures_payload(trace, film)
    assert payload is not None
    assert [body["number"] for body in payload["sides"]["left"]["bodies"]] == [5, 3, 0, 1, 2, 4]


def test_an_unsure_facing_is_sent_as_none_with_measures_of_its_own(trace: Trace, film: Radiograph) -> None:
    payload = measures_payload(trace, film)
    assert payload is not None
    guess = measure(trace, film=film).facing
    assert payload["facing"]["side"] == guess.side
    assert ("unknown" in payload["sides"]) == (guess.side is None)


def test_a_finished_run_brings_them_plain_and_small_and_references_with_a_source(
    trace: Trace, film: Radiograph
) -> None:
    payload = trace_payload(trace, film, "run")["measures"]
    text = json.dumps(payload, allow_nan=False)
    assert len(text) < 60_000
    assert payload["references"]["lordosis_c2_c7 C2 C7"]["source"]
    assert payload["spacing"] is None


def test_a_film_with_a_scale_keeps_it_whole(film: Radiograph) -> None:
    record = film_record(film)
    scaled = type(record)(record.name, record.size, 0.123456, "PixelSpacing")
    payload = measures_payload(Trace.from_events(scaled, "spinefm", {}, all_events()))
    assert payload is not None
    assert payload["spacing"] == {"mm": 0.123456, "source": "PixelSpacing"}


def test_the_browser_refuses_the_scales_that_files_are_refused_for(trace: Trace) -> None:
    payload = measures_payload(trace)
    assert payload is not None
    assert payload["scales"] == list(SPACING_RANGE)


def test_no_limit_on_an_uncertainty_is_in_millimetres() -> None:
    lengths = {one.key for one in measure_landmarks(neck(), FacingGuess("left", 1.0, "given"), 1.0) if one.unit == "mm"}
    assert lengths and not {*lengths, "mm"} & set(MeasureConfig().most_uncertainty)  # lengths are sent in pixels


def test_the_file_of_the_browser_has_the_columns_of_the_package() -> None:
    columns = re.findall(r'"(\w+)"', read("player/measures.js").partition("const COLUMNS = [")[2].partition("]")[0])
    assert [name for name in columns if name in MEASURE_COLUMNS] == list(MEASURE_COLUMNS)


def test_a_run_that_found_nothing_has_none(film: Radiograph) -> None:
    assert measures_payload(Trace.from_events(film_record(film), "spinefm", {}, (located(), seeded())), film) is None
