"""Which drawing a method has."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from importlib import import_module

from spinefm.methods.drawing import Drawing
from spinefm.trace.model import Event
from spinefm.trace.primitives import Beat

DRAWINGS: Mapping[str, str] = {"spinefm": "SpineFMDrawing", "vertxnet": "VertXNetDrawing", "spineps": "SpinepsDrawing"}
"""The class in `methods/<name>/drawing.py`; without one, a method's events are words, names and result."""


def drawing_of(method: str) -> Drawing:
    """The drawing of the method called `method`, at the start of a run.

    It is imported here: a method's package loads torch, which the page's start does not wait for.
    """
    if method not in DRAWINGS:
        return Drawing()
    kind = getattr(import_module(f"spinefm.methods.{method}.drawing"), DRAWINGS[method])
    drawing = kind()
    assert isinstance(drawing, Drawing)
    return drawing


def beats_of(method: str, events: Iterable[Event]) -> list[tuple[Beat, ...]]:
    """The beats of each event of a run."""
    drawing = drawing_of(method)
    return [drawing.beats(event) for event in events]
