"""The trace: to JSON and back without loss."""

import json

import numpy as np
import pytest

from spinefm.geometry import Box, Point
from spinefm.masks import Mask
from spinefm.trace import Decided, Detection, FilmRecord, Located, Named, Segmented, Trace


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
    assert again.settings == {"patch_factor": 3.0, "recentre": True}


@pytest.mark.parametrize("text", ["", "{}", "[1]", '{"film": 1}'])
def test_what_is_no_trace_is_refused(text):
    with pytest.raises(ValueError, match="validation error"):
        Trace.from_json(text)


def test_a_layout_of_the_future_is_refused_with_a_sentence():
    raw = json.loads(small_trace().to_json()) | {"schema_version": 99}
    with pytest.raises(ValueError, match="layout 99.*install"):
        Trace.from_json(json.dumps(raw))


def test_an_unfinished_trace_has_no_vertebrae_but_stops():
    trace = small_trace()
    assert trace.vertebrae == ()
    assert trace.finished is None
    assert trace.stops["up"].reason == "overlap"
