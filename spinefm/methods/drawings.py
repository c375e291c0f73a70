"""Which drawing a method has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from spinefm.methods.drawing import Drawing
from spinefm.methods.spinefm.drawing import SpineFMDrawing
from spinefm.methods.spineps.drawing import SpinepsDrawing
from spinefm.methods.vertxnet.drawing import VertXNetDrawing
from spinefm.trace.model import Event
from spinefm.trace.primitives import Beat

DRAWINGS: Mapping[str, type[Drawing]] = {
    "spinefm": SpineFMDrawing,
    "vertxnet": VertXNetDrawing,
    "spineps": SpinepsDrawing,
}
"""The drawings by the method's name; without one, a method's events are shown as words, names and result."""


def drawing_of(method: str) -> Drawing:
    """The drawing of the method called `method`, at the start of a run."""
    return DRAWINGS.get(method, Drawing)()


def beats_of(method: str, events: Iterable[Event]) -> list[tuple[Beat, ...]]:
    """The beats of each event of a run."""
    drawing = drawing_of(method)
    return [drawing.beats(event) for event in events]
