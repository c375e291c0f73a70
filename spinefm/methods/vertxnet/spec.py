"""VertXNet for the registry."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from spinefm.core.geometry import Point
from spinefm.methods.base.protocol import Extensible
from spinefm.methods.base.spec import MethodSpec
from spinefm.methods.vertxnet.captions import CAPTIONS
from spinefm.methods.vertxnet.config import VertXNetConfig
from spinefm.methods.vertxnet.drawing import VertXNetDrawing
from spinefm.methods.vertxnet.limits import LIMITS

if TYPE_CHECKING:
    from spinefm.weights.bundle import Bundle


def _build(bundle: Bundle, config: VertXNetConfig, _: Sequence[Point] | None) -> Extensible:
    from spinefm.methods.vertxnet.method import VertXNet

    return VertXNet(bundle, config)


SPEC = MethodSpec("vertxnet", "VertXNet", VertXNetConfig, CAPTIONS, _build, drawing=VertXNetDrawing, limits=LIMITS)
