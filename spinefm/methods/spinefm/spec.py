"""SpineFM for the registry."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from spinefm.core.geometry import Point
from spinefm.methods.base.protocol import Extensible
from spinefm.methods.base.spec import MethodSpec
from spinefm.methods.spinefm.captions import CAPTIONS
from spinefm.methods.spinefm.config import PROMISED_DICE, SpineFMConfig
from spinefm.methods.spinefm.decisions import STOP_WORDS, decisions
from spinefm.methods.spinefm.drawing import SpineFMDrawing
from spinefm.methods.spinefm.limits import LIMITS
from spinefm.trace.model import Setting

if TYPE_CHECKING:
    from spinefm.weights.bundle import Bundle


def _build(bundle: Bundle, config: SpineFMConfig, starts: Sequence[Point] | None) -> Extensible:
    from spinefm.methods.spinefm.method import SpineFMMethod

    return SpineFMMethod(bundle, config, starts)


def _promised_dice(settings: Mapping[str, Setting]) -> float | None:
    """A run of before the probability of outlines has no such setting."""
    return PROMISED_DICE if settings.get("body_probability") == "outline" else None


SPEC = MethodSpec(
    "spinefm",
    "SpineFM",
    SpineFMConfig,
    CAPTIONS,
    _build,
    drawing=SpineFMDrawing,
    takes_starts=True,
    promised_dice=_promised_dice,
    decisions=decisions,
    stop_words=STOP_WORDS,
    limits=LIMITS,
)
