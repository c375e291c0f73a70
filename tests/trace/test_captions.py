"""Every event has a line that holds its number beside its limit."""

import pytest

from spinefm.core.geometry import Box, Point
from spinefm.core.levels import Level
from spinefm.core.masks import Mask
from spinefm.methods.base.events import Detection, Located
from spinefm.methods.spinefm.events import Checked, Classified, Decided
from spinefm.trace.captions import caption
from spinefm.trace.model import Anchor, Finished, Named, Vertebra
from tests.columns import Oracle, empty_bundle, straight

CASES = [
    (
        Checked("up", 3, "previous", 0.03, 0.1, 2),
        "Step 3, upwards: overlap with the previous vertebra (no. 3) 3 % (limit 10 %): kept",
    ),
    (
        Checked("down", 1, "any", 0.3, 0.1, 2),
        "Step 1, downwards: overlap with another vertebra (no. 3) 30 % (limit 10 %): rejected",
    ),
    (
        Decided("up", 4, "stopped", "background", 0.91, 0.5, None),
        "Step 4, upwards: stopped, background 91 % (limit 50 %)",
    ),
    (
        Decided("up", 4, "spine end", "C2", 0.97, 0.5, 5),
        "Step 4, upwards: kept as C2, the spine's end: 97 % (limit 50 %)",
    ),
    (Decided("seed", 0, "accepted", "vertebra", 0.01, 0.5, 0), "Starting point 1: kept, background 1 % (limit 50 %)"),
    (Decided("up", 26, "stopped", "step limit", 26, 25, None), "Step 26, upwards: stopped, step limit: 26 > 25"),
    (
        Decided("up", 2, "stopped", "point outside", 14.0, 0.0, None),
        "Step 2, upwards: stopped, the next point lies 14 px outside the film",
    ),
    (
        Decided("up", 2, "stopped", "outside the film", 0.2, 0.0, None),
        "Step 2, upwards: stopped, 20 % (limit 0 %) of its place lies outside the film",
    ),
    (
        Decided("seed", 1, "stopped", "misplaced end", 0.97, 0.5, None),
        "Starting point 2: stopped, C2 or S1 seen where the spine cannot end: 97 % (limit 50 %)",
    ),
    (
        Named((4, 0, 1), (None, Level.C2, Level.C3), Anchor(0, Level.C2, "seen by the classifier", 0.9)),
        "Named C2 to C3, counted from C2: seen by the classifier with 90 %",
    ),
    (
        Classified("down", 2, 0.01, 0.97, 0.01, 0.01, Box(0, 0, 8, 8), 0.5, 0.5),
        "Step 2, downwards: background 1 % (limit 50 %), vertebra 97 %, C2 1 % and S1 1 % (limit 50 %)",
    ),
]


def finished(*vertebrae):
    """The end of a run that found these."""
    return Finished(vertebrae, 0.5, 1.0, {"total": 2.0}, "cpu", "compact", {}, {})


def located(count):
    """So many detections, all kept."""
    point = Point(4, 4)
    found = Detection(0.9, Box(0, 0, 8, 8), Mask.empty(), point, True, "kept")
    return Located((found,) * count, 0.6, 0.6)


def test_one_of_anything_is_no_plural():
    one = Vertebra(0, "V1", None, 101, Mask.empty(), Point(4, 4), (), 0.9)
    assert caption(finished(one)) == "1 vertebra in 2.0 s on cpu"
    assert caption(finished(one, one)) == "2 vertebrae in 2.0 s on cpu"
    assert caption(located(1)).startswith("1 detection, 1 kept")
    assert caption(located(2)).startswith("2 detections, 2 kept")


@pytest.mark.parametrize(("event", "line"), CASES)
def test_known_captions(event, line):
    assert caption(event) == line


def test_every_event_of_a_run_has_one_line():
    from spinefm.methods import run_to_trace
    from spinefm.methods.spinefm import SpineFMConfig, SpineFMMethod

    oracle = Oracle(straight(6), [0, 0.9, 0.9, 0.4, 0, 0])
    trace = run_to_trace(
        SpineFMMethod(empty_bundle(), SpineFMConfig(), stages=lambda watch: oracle), oracle.column.film
    )
    lines = [caption(event) for event in trace.events]
    assert all(line and "\n" not in line for line in lines)


def test_what_is_no_event_is_refused():
    with pytest.raises(TypeError, match="not an event"):
        caption(3)
