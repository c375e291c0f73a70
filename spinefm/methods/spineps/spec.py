"""SPINEPS for the registry."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from spinefm.core.geometry import Point
from spinefm.methods.base.protocol import Extensible
from spinefm.methods.base.spec import MethodSpec
from spinefm.methods.spineps.captions import CAPTIONS
from spinefm.methods.spineps.config import SpinepsConfig
from spinefm.methods.spineps.drawing import SpinepsDrawing
from spinefm.methods.spineps.limits import LIMITS

if TYPE_CHECKING:
    from spinefm.weights.bundle import Bundle


def _build(bundle: Bundle, config: SpinepsConfig, _: Sequence[Point] | None) -> Extensible:
    from spinefm.methods.spineps.method import Spineps

    return Spineps(bundle, config)


SPEC = MethodSpec(
    "spineps", "SPINEPS (made for MR)", SpinepsConfig, CAPTIONS, _build, drawing=SpinepsDrawing, limits=LIMITS
)
