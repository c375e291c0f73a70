"""The program's run as `bench.paper_speed` times it: all networks answer, and a known column replaces their answers."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from bench.paper_bundle import Clock


def our_induction(bundle: Any, film: Any, centroids: Sequence[Any], clock: Clock) -> tuple[dict[int, Any], Any]:
    """The program itself over the forced column; the mask (H, W) of each vertebra, and the run's seconds."""
    from spinefm.methods import run_to_trace
    from spinefm.methods.spinefm import SpineFMMethod
    from spinefm.trace.model import Finished

    forced: list[Forced] = []

    def stages(watch: Any) -> Any:
        forced.append(Forced(bundle, watch, centroids))
        return forced[0]

    with clock.measure("total"):
        trace = run_to_trace(SpineFMMethod(bundle, forced_settings(bundle), stages=stages), film)
    finished = next(event for event in trace.events if isinstance(event, Finished))
    if len(finished.vertebrae) != len(centroids):
        raise SystemExit(f"The forced induction took {len(finished.vertebrae)} vertebrae instead of {len(centroids)}.")
    for name, seconds in finished.seconds.items():
        if name != "total":
            clock.wall[name], clock.processor[name] = seconds, float("nan")
    return forced[0].masks, finished.seconds


def forced_settings(bundle: Any) -> Any:
    """Settings under which no mask is asked for twice."""
    from spinefm.methods.spinefm import SpineFMConfig

    return SpineFMConfig.of(bundle, "tuned").changed({"recentre": False, "plausible_starts": False})


class Forced:
    """Stages whose networks all answer, and whose answers are then replaced by those of a known column."""

    def __init__(self, bundle: Any, watch: Any, centroids: Sequence[Any]) -> None:
        from spinefm.methods.base.stages import NetworkStages

        self._stages = NetworkStages(bundle, watch)
        self._centroids = list(centroids)
        self.masks: dict[int, Any] = {}

    def detect(self, film: Any, sure: float) -> list[Any]:
        """The third, fourth and fifth body, whatever the detector says."""
        from spinefm.core.geometry import Box
        from spinefm.core.masks import Mask
        from spinefm.methods.base.stages import Candidate

        self._stages.detect(film, sure)
        boxes = [Box.square(centre, 120) for centre in self._centroids[3:6]]
        bodies = [Mask.from_array(_disc(box, box), (box.x0, box.y0)) for box in boxes]
        return [Candidate(0.9, mask.box, mask, mask.centroid) for mask in bodies]

    def next_point(self, film: Any, known: Sequence[Any]) -> Any:
        """The next body of the column, or a point outside the film past its end."""
        from spinefm.core.geometry import Point

        self._stages.next_point(film, known)
        step = 1 if known[-1].y > known[0].y else -1
        index = self._nearest(known[-1]) + step
        return self._centroids[index] if 0 <= index < len(self._centroids) else Point(-1e4, -1e4)

    def segment(self, film: Any, boxes: Sequence[Any], clicks: Sequence[Any]) -> list[Any]:
        """A disc at each click; what the network says is kept."""
        from spinefm.core.geometry import Box

        answers = self._stages.segment(film, boxes, clicks)
        for box, click, values in zip(boxes, clicks, answers, strict=True):
            self.masks[self._nearest(click)] = _on_film(values > 0.5, box, film)
        return [_disc(box, Box.square(click, 120)).astype("float32") for box, click in zip(boxes, clicks, strict=True)]

    def view(self, film: Any) -> None:
        """Not asked: the paper has no such stage."""

    def classify(self, film: Any, boxes: Sequence[Any]) -> list[Any]:
        """A vertebra, whatever the classifier says."""
        from spinefm.methods.base.stages import Probabilities

        return [Probabilities(0.0, 1.0, 0.0, 0.0) for _ in self._stages.classify(film, boxes)]

    def _nearest(self, point: Any) -> int:
        return min(range(len(self._centroids)), key=lambda i: point.distance(self._centroids[i]))


@cache
def _disc(box: Any, inner: Any) -> Any:
    """Where the disc in the square `inner` lies on `box`, (h, w)."""
    import numpy as np

    y, x = np.mgrid[box.y0 : box.y1, box.x0 : box.x1]
    radius = inner.width / 2
    return (x - inner.x0 - radius) ** 2 + (y - inner.y0 - radius) ** 2 <= radius**2


def _on_film(mask: Any, box: Any, film: Any) -> Any:
    """A patch's mask (h, w) on the whole film (H, W)."""
    import numpy as np

    whole = np.zeros((film.height, film.width), bool)
    inside = box.clipped(whole.shape)
    whole[inside.rows, inside.columns] = mask[
        inside.y0 - box.y0 : inside.y1 - box.y0, inside.x0 - box.x0 : inside.x1 - box.x0
    ]
    return whole
