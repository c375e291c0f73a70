"""A second spine on the film: detections beside the outlined one, as where two films lie in one picture.

The paper follows one spine and says nothing of others.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from spinefm.core.geometry import Axis, principal_axis
from spinefm.methods.base.events import Detection, Located
from spinefm.methods.spinefm.config import SpineFMConfig
from spinefm.methods.spinefm.induction import Accepted
from spinefm.methods.spinefm.locate import starting_triples

FEWEST = 2
"""So many bodies give a spine a direction."""


def second_spine(located: Located | None, spine: Sequence[Accepted], config: SpineFMConfig) -> list[str]:
    """A sentence where three more neighbouring vertebrae were detected beside the spine; none for clicked points."""
    if located is None or len(spine) < FEWEST:
        return []
    axis = principal_axis([body.centroid for body in spine])
    limit = config.beside_limit
    beside = replace(located, detections=tuple(_only_beside(each, spine, axis, limit) for each in located.detections))
    neighbours = config.changed({"plausible_starts": True})  # the paper's rule takes any three
    if next(starting_triples(beside, neighbours), None) is None:
        return []
    count = sum(detection.kept for detection in beside.detections)
    return [
        f"{count} more vertebrae were detected beside this spine, as where two films lie in one picture: crop the "
        "picture to one film, or give starting points on the other spine."
    ]


def _only_beside(detection: Detection, spine: Sequence[Accepted], axis: Axis, limit: float) -> Detection:
    """The detection, dropped where it belongs to the spine or lies beyond its ends, on its continuation."""
    along = [axis.position(body.centroid) for body in spine]
    beyond = not min(along) <= axis.position(detection.centroid) <= max(along)
    own = any(detection.centroid.distance(body.centroid) < limit * math.sqrt(body.shape.mask.area) for body in spine)
    return replace(detection, kept=False) if own or beyond else detection
