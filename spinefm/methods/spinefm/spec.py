"""SpineFM for the registry."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from spinefm.core.geometry import Point
from spinefm.methods.base.protocol import Extensible
from spinefm.methods.base.spec import MethodSpec
from spinefm.methods.spinefm.captions import CAPTIONS
from spinefm.methods.spinefm.config import SpineFMConfig
from spinefm.methods.spinefm.drawing import SpineFMDrawing

if TYPE_CHECKING:
    from spinefm.weights.load import Bundle


def _build(bundle: Bundle, config: SpineFMConfig, starts: Sequence[Point] | None) -> Extensible:
    from spinefm.methods.spinefm.method import SpineFMMethod

    return SpineFMMethod(bundle, config, starts)


SPEC = MethodSpec("spinefm", "SpineFM", SpineFMConfig, CAPTIONS, _build, drawing=SpineFMDrawing, takes_starts=True)
