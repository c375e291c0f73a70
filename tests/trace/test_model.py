"""The trace: to JSON and back without loss."""

import json

import numpy as np
import pytest

from spinefm.core.geometry import Box, Point
from spinefm.core.levels import Level
from spinefm.core.masks import Mask
from spinefm.methods.base.events import Detection, Located
from spinefm.methods.spinefm.events import Decided, Segmented
from spinefm.trace.model import Anchor, Corrected, FilmRecord, Finished, Named, Reading, Trace, Vertebra


def small_trace() -> Trace:
    mask = Mask.from_array(np.eye(5) > 0, (3, 4))
    events = (
        Located((Detection(0.93, Box(1, 2, 3, 4), mask, Point(1.5, 2.25), True, "kept"),), 0.6, 0.5),
        Segmented("up", 1, mask, Point(1 / 3, 0.1), 0.7, Box(0, 0, 9, 9), 0.0, 0.7),
        Segmented("down", 1, Mask.empty(), None, None, Box(0, 0, 9, 9), 0.0, 0.7),
        Decided("up", 1, "stopped", "overlap", 0.2, 0.1, None),
        Named((0,), (None,), None),
    )
    return Trace(FilmRecord("film", (10, 20), 0.17, "told"), "spinefm", {"patch_factor": 3.0, "recentre": True}, events)


def _plain(trace: Trace) -> list[dict]:
    """The fields of every event; masks, which compare by identity, by their pixels."""

    def value(item):
        if isinstance(item, Mask):
            return item.origin, item.crop.tolist()
        if isinstance(item, Detection):
            return {key: value(field) for key, field in vars(item).items()}
        return [value(part) for part in item] if type(item) is tuple else item

    return [{key: value(item) for key, item in vars(event).items()} for event in trace.events]


def test_json_keeps_everything():
    trace = small_trace()
    again = Trace.from_json(trace.to_json())
    assert again.to_json() == trace.to_json()
    assert [type(event) for event in again.events] == [type(event) for event in trace.events]
    first, read = trace.events[1], again.events[1]
    assert isinstance(first, Segmented)
    assert isinstance(read, Segmented)
    np.testing.assert_array_equal(first.mask.crop, read.mask.crop)
    assert read.centroid == first.centroid
    assert again.film == trace.film
    assert _plain(again) == _plain(trace)
    assert again.settings == {"patch_factor": 3.0, "recentre": True}


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"film": 1}', "3", "[" * 100_000, b"\xff\xfe"])
def test_what_is_no_trace_is_refused(text):
    with pytest.raises(ValueError, match="^The text is not a trace[^\n]*$"):
        Trace.from_json(text)


def _set(raw, path, value):
    *parents, last = path
    for key in parents:
        raw = raw[key]
    raw[last] = value


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("events", 1, "mask"), {}),
        (("events", 1, "mask"), None),
        (("events", 1, "mask", "size"), [10**9, 10**9]),
        (("events", 1, "mask", "runs"), ["a"]),
        (("events", 1, "mask", "origin"), [1]),
        (("events", 4, "levels"), ["Q9"]),
        (("events", 4, "levels"), [[]]),
        (("events", 0, "kind"), "seen"),
        (("events",), 3),
        (("film", "size"), [1]),
    ],
)
def test_a_damaged_trace_is_refused_with_one_sentence(path, value):
    raw = json.loads(small_trace().to_json())
    _set(raw, path, value)
    with pytest.raises(ValueError, match=r"^The trace is damaged \([^\n]+\); run the film again\.$"):
        Trace.from_json(json.dumps(raw))


def test_a_layout_of_the_future_is_refused_with_a_sentence():
    raw = json.loads(small_trace().to_json()) | {"schema_version": 99, "events": [{"kind": "unheard of"}]}
    with pytest.raises(ValueError, match="layout 99.*install"):
        Trace.from_json(json.dumps(raw))


def test_an_unfinished_trace_has_no_vertebrae():
    trace = small_trace()
    assert trace.vertebrae == ()
    assert trace.finished is None


def corrected_trace() -> Trace:
    """Two vertebrae, of which a correction kept the lower one, named it, and added a third."""
    mask = Mask.from_array(np.ones((4, 5), bool), (3, 4))
    first, second, third = (Vertebra(i, f"V{i + 1}", None, 101 + i, mask, mask.centroid, (), 0.9) for i in range(3))
    anchor = Anchor(1, Level.C5, "named by the reader")
    correction = Corrected("add", "C6 was added by a click.", (1, 2), (Level.C5, Level.C6), anchor, (1,), (third,))
    end = Finished((first, second), 0.5, 0.03, {}, "cpu", "compact", {}, {})
    return Trace(FilmRecord("film", (10, 20)), "spinefm", {}, (Named((0, 1), (None, None), None), end, correction))


def test_a_correction_changes_the_result_and_survives_json():
    for trace in (corrected_trace(), Trace.from_json(corrected_trace().to_json())):
        assert [(v.number, v.name, v.level_id) for v in trace.vertebrae] == [(1, "C5", 5), (2, "C6", 6)]
        assert trace.anchor is not None and trace.anchor.level is Level.C5
        assert trace.locked == (1,) and len(trace.corrections) == 1
        assert trace.finished is not None and [v.name for v in trace.finished.vertebrae] == ["V1", "V2"]


def test_a_correction_of_a_vertebra_that_is_not_there_is_damage():
    raw = json.loads(corrected_trace().to_json())
    raw["events"][-1]["vertebrae"] = [1, 9]
    with pytest.raises(ValueError, match=r"^The trace is damaged \([^\n]+\); run the film again\.$"):
        Trace.from_json(json.dumps(raw))


def test_a_trace_from_before_corrections_still_opens():
    raw = json.loads(small_trace().to_json())
    for event in raw["events"]:
        event.pop("overruled", None)
    trace = Trace.from_json(json.dumps(raw))
    assert trace.corrections == () and trace.locked == ()
    assert next(trace.of(Decided)).overruled is None


@pytest.mark.parametrize(
    ("levels", "span"),
    [
        ((Level.T12, Level.L1, Level.L2), "T12 to L2"),
        ((None, Level.L1, Level.L2), "T13 to L2"),
        ((Level.T11, Level.T12, None), "T11 to T13"),
        ((None, Level.C2, Level.C3), "C2 to C3"),
        ((Level.L5, Level.S1, None), "L5 to S1"),
        ((None, None), "T13 to T13"),
    ],
)
def test_a_reading_is_told_by_its_first_and_last_name(levels, span):
    assert Reading(levels, 0.9).span == span
