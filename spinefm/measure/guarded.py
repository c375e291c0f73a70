"""The measures of a run where a fault in measuring must not cost its result."""

from __future__ import annotations

from collections.abc import Sequence

from spinefm.core.foreign import without_folders
from spinefm.imaging.radiograph import Radiograph
from spinefm.measure.assemble import measure, measure_landmarks, refuse_wrong_call
from spinefm.measure.by_hand import Move, refuse_strangers
from spinefm.measure.model import Facing, FacingGuess, Landmarks, Measures
from spinefm.trace.model import Trace


def attempt(
    trace: Trace,
    facing: Facing | None = None,
    spacing: float | None = None,
    film: Radiograph | None = None,
    moves: Sequence[Move] = (),
) -> Measures:
    """What `measure` gives; where the program fails at that, measures without values, `failure` and each one's reason.

    Raises ValueError for a wrong call, as `measure` does.
    """
    refuse_wrong_call(trace, facing, spacing, film)
    refuse_strangers([vertebra.number for vertebra in trace.vertebrae], moves)
    try:
        return measure(trace, facing, spacing, film, moves=moves)
    except Exception as error:  # noqa: BLE001 (said in `failure`; the outlines are as good as before)
        return unmeasured(trace, facing, spacing, f"the program failed at measuring ({said(error)}); report it")


def said(error: Exception) -> str:
    """What an error says, with its type, on one line that names no folder."""
    return without_folders(" ".join(f"{type(error).__name__}: {error}".split()))


def unmeasured(trace: Trace, facing: Facing | None, spacing: float | None, why: str) -> Measures:
    """The measures of a run without landmarks, so without values: each says why."""
    marks = [Landmarks(one.name, one.level, (), why, why, number=one.number) for one in trace.vertebrae]
    known = FacingGuess(facing, 1.0, "given") if facing else FacingGuess(None, 0.5, "nothing says")
    scale, source = (spacing, "given") if spacing else (trace.film.spacing_mm, trace.film.spacing_source)
    values = measure_landmarks(marks, known, scale)
    return Measures(trace.film.name, known, scale, source, "", tuple(marks), values, failure=why)
