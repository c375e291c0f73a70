"""Events of VertXNet: what the classifier sees at the detections, and how two sets of contours become one.

A number never comes without the limit that it was compared with. Indices count from 0 within the event that lists what
they point to.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from spinefm.trace.codec import StoredMask

Source = Literal["unet", "detector"]
"""Which network a contour comes from."""


@dataclass(frozen=True)
class Recognised:
    """What the classifier sees at the kept detections (`detections` are their indices): probabilities of C2 and S1."""

    detections: tuple[int, ...]
    c2: tuple[float, ...]
    s1: tuple[float, ...]
    limit: float
    kind: Literal["recognised"] = "recognised"


@dataclass(frozen=True)
class PairedContours:
    """A detection against the piece of the map that fits it best (VertXNet, Algorithm 1).

    `agreement` is shared area / larger area, `cover` shared area / the detection's area; both are compared with `eta`.
    "merged": the union is kept and both are used up; "taken": the detection is kept, the piece, which covers more than
    it, stays; "left": neither ratio is above eta, or it lies on a kept mask. `vertebra` is the number of what was kept,
    and `mask` is that.
    """

    detection: int
    piece: int | None
    agreement: float
    cover: float
    eta: float
    verdict: Literal["merged", "taken", "left"]
    vertebra: int | None
    mask: StoredMask | None = None
    kind: Literal["paired"] = "paired"


@dataclass(frozen=True)
class Leftover:
    """A contour that no pair used up: kept when its area is like those of the kept ones and it overlaps none of them.

    `lowest` and `highest` are mean -+ lambda standard deviations of the kept areas; None when fewer than two were kept.
    """

    source: Source
    index: int
    area: int
    lowest: float | None
    highest: float | None
    overlap: float
    overlap_limit: float
    verdict: Literal["kept by area", "dropped"]
    reason: str
    vertebra: int | None
    kind: Literal["leftover"] = "leftover"
