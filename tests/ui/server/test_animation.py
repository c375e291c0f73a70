"""The moving picture of a run."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image, ImageSequence

from spinefm.imaging.radiograph import Radiograph
from spinefm.methods import film_record
from spinefm.methods.spinefm.events import Decided
from spinefm.trace.model import Trace
from spinefm.ui.server.animation import HEIGHT, PAUSE, STRIP, animation
from tests.ui.server.stand_in import SIZE, all_events, film_pixels


@pytest.fixture(scope="module")
def film() -> Radiograph:
    return Radiograph.from_array(film_pixels(), name="neck.png")


def frames(content: bytes) -> list[Image.Image]:
    """All pictures, with their durations in `info`."""
    return [frame.copy() for frame in ImageSequence.Iterator(Image.open(io.BytesIO(content)))]


def test_there_is_a_picture_for_the_detections_each_decision_and_the_result(film: Radiograph) -> None:
    trace = Trace.from_events(film_record(film), "spinefm", {}, all_events())
    pictures = frames(animation(trace, film))
    assert len(pictures) == 2 + sum(isinstance(event, Decided) for event in trace.events)
    assert {picture.size for picture in pictures} == {(SIZE[0], SIZE[1] + STRIP)}
    assert pictures[-1].info["duration"] == PAUSE


def test_each_decision_changes_the_picture(film: Radiograph) -> None:
    trace = Trace.from_events(film_record(film), "spinefm", {}, all_events())
    arrays = [np.asarray(picture.convert("RGB"), int)[: SIZE[1]] for picture in frames(animation(trace, film))]
    changes = [np.abs(a - b).max() for a, b in zip(arrays, arrays[1:], strict=False)]
    assert min(changes) > 50


def test_a_tall_film_is_reduced() -> None:
    tall = Radiograph.from_array(np.kron(film_pixels(), np.ones((3, 3), np.uint8)), name="tall.png")
    trace = Trace.from_events(film_record(tall), "spinefm", {}, all_events())
    assert frames(animation(trace, tall))[0].size == (round(3 * SIZE[0] * HEIGHT / (3 * SIZE[1])), HEIGHT + STRIP)


def test_an_unfinished_run_is_refused(film: Radiograph) -> None:
    with pytest.raises(ValueError, match="finished"):
        animation(Trace.from_events(film_record(film), "spinefm", {}, all_events()[:-1]), film)
