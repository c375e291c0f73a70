"""What a method says about itself, so that command line, page, trace and player know it without knowing its code."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from spinefm.core.geometry import Point
from spinefm.methods.base.config import MethodConfig
from spinefm.methods.base.decisions import Decisions, no_decisions
from spinefm.methods.base.drawing import Drawing
from spinefm.methods.base.limits import Limit
from spinefm.methods.base.protocol import Extensible
from spinefm.trace.model import Setting
from spinefm.trace.registry import Captions, Event

if TYPE_CHECKING:
    from spinefm.weights.bundle import Bundle


def no_outline(_: Mapping[str, Setting]) -> None:
    """A body's probability says that there is a vertebra, and nothing of its outline."""


@dataclass(frozen=True)
class MethodSpec:
    """A method, as its package's `spec.py` declares it in `SPEC`.

    name: on the command line, and the name of its package. title: on the page. config: the class of its settings, which
    holds its presets. captions: its event types, each with its line of text. build: makes the method from a bundle, a
    configuration and, where `takes_starts`, clicked starting points; it imports the networks only when it is called.
    drawing: makes the drawing of one run, for the player; by default names and result alone
    are drawn. promised_dice: the Dice above which an outline is what a body's probability promises under a run's
    settings; None where it promises a vertebra and no outline. decisions: reads the decisions out of a run's events.
    stop_words: each reason for which a direction can end, in plain words, after "until". limits: the settings that the
    page offers as sliders; so far it does so for SpineFM alone.
    """

    name: str
    title: str
    config: type[MethodConfig]
    captions: Captions
    build: Callable[[Bundle, Any, Sequence[Point] | None], Extensible]
    drawing: Callable[[], Drawing] = Drawing
    takes_starts: bool = False
    promised_dice: Callable[[Mapping[str, Setting]], float | None] = no_outline
    decisions: Callable[[Sequence[Event]], Decisions] = no_decisions
    stop_words: Mapping[str, str] = field(default_factory=dict)
    limits: tuple[Limit, ...] = ()
