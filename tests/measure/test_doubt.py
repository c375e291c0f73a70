"""A probability that promises no outline says nothing of one: neither a measure nor a body is doubtful for it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from spinefm.batch.manifest import FilmEntry
from spinefm.batch.rows import rows_of
from spinefm.export.overlay import AMBER, draw_overlay
from spinefm.export.subject import remarks_of
from spinefm.export.table import vertebra_rows
from spinefm.imaging.radiograph import Radiograph
from spinefm.measure import MeasureConfig, measure
from spinefm.measure.doubt import doubtful, promised_outline, with_outline_probability
from spinefm.methods import FilmOutcome
from spinefm.trace.model import Setting, Trace
from tests.measure.outlines import OUTLINES, SIZE, lumbar_trace, trace_of

VERTEBRA_ALONE: list[tuple[str, dict[str, Setting]]] = [
    ("vertxnet", {}),
    ("spineps", {}),
    ("spinefm", {"body_probability": "classifier"}),
    ("somebody's own", {}),
]


def at(probability: float | None, method: str = "spinefm", settings: dict[str, Setting] | None = None) -> Trace:
    """A lumbar spine of which a method was this sure."""
    found = [replace(one, probability=probability) for one in lumbar_trace().vertebrae]
    return replace(trace_of(found), method=method, settings=settings if settings is not None else dict(OUTLINES))


@pytest.mark.parametrize(("method", "settings"), VERTEBRA_ALONE)
def test_a_score_that_promises_a_vertebra_widens_no_measure(method: str, settings: dict[str, Setting]) -> None:
    assert promised_outline(method, settings) is None
    scored, lower = (measure(at(share, method, settings), "left") for share in (0.7, 0.2))
    assert scored.values == lower.values and scored.landmarks == lower.landmarks
    assumed = measure(at(MeasureConfig().unknown_probability), "left")
    assert [one.uncertainty for one in scored] == [one.uncertainty for one in assumed]
    assert all(one.confidence is None for one in scored.measured)
    assert doubtful(at(0.7, method, settings)) == frozenset()


def test_an_outline_that_a_reader_drew_is_sure() -> None:
    drawn, surest = measure(at(None), "left"), measure(at(0.9999), "left")
    assert [one.uncertainty for one in drawn] == [one.uncertainty for one in surest]


def test_a_probability_of_outlines_counts_as_it_is() -> None:
    assert {one.probability for one in with_outline_probability(at(0.7))} == {0.7} and len(doubtful(at(0.7))) == 6
    assert doubtful(at(0.92)) == doubtful(at(None)) == frozenset()
    narrow, wide = (measure(at(share), "left").of("anterior_ratio", "L3")[0] for share in (0.999, 0.97))
    assert wide.uncertainty is not None and narrow.uncertainty is not None and wide.uncertainty > narrow.uncertainty


@pytest.mark.parametrize(("method", "settings", "expected"), [("spinefm", dict(OUTLINES), 6), ("vertxnet", {}, 0)])
def test_tables_pictures_and_remarks_agree(method: str, settings: dict[str, Setting], expected: int) -> None:
    trace = at(0.8, method, settings)
    film = Radiograph.from_array(np.random.default_rng(0).uniform(0.2, 0.8, SIZE[::-1]).astype(np.float32))
    assert sum(row["doubtful"] == "yes" for row in vertebra_rows(trace)) == expected
    assert len(remarks_of(trace)) == expected
    rows = rows_of(FilmEntry("00", "file:///a.png", "a.png"), FilmOutcome(film, trace))
    assert rows.film["doubtful"] == sum(row["doubtful"] for row in rows.vertebrae) == expected
    assert (draw_overlay(trace, film) == AMBER).all(axis=2).any() == bool(expected)
    assert all(row["probability"] == 0.8 for row in rows.vertebrae), "the score itself stays"
