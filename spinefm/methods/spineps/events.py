"""Events of SPINEPS's instance phase: centres, a cutout round each, and the fusion of their predictions.

A number never comes without the limit that it was compared with. Points are (x, y) film pixels; boxes are half open.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from spinefm.core.geometry import Axis, Box, Point
from spinefm.trace.codec import StoredMask

Place = Literal["above", "centre", "below"]
"""Which of a cutout's three vertebrae a prediction is."""


@dataclass(frozen=True)
class Centre:
    """A centre in the eroded map; `area` is that of its eroded piece, `parts` into how many its piece was split."""

    point: Point
    area: int
    parts: int


@dataclass(frozen=True)
class Centred:
    """The centres of the instance phase from the top along `axis` (SPINEPS, instance phase).

    A piece larger than `split_limit` times its neighbours' median area, or than one body of the spine's width can be,
    was eroded further until it fell apart.
    """

    centres: tuple[Centre, ...]
    axis: Axis
    spacing: float
    erosion: int
    split_limit: float
    kind: Literal["centred"] = "centred"


@dataclass(frozen=True)
class CentreCrop:
    """The cutout round a centre and its three predictions, on the film; a mask is empty where nothing was predicted."""

    index: int
    box: Box
    above: StoredMask
    centre: StoredMask
    below: StoredMask
    kind: Literal["cutout"] = "cutout"


@dataclass(frozen=True)
class Prediction:
    """One of a couple's predictions: its cutout, its place there, and its Dice with the couple's first prediction."""

    cutout: int
    place: Place
    dice: float


@dataclass(frozen=True)
class Fused:
    """A couple of predictions of one vertebra in the order of `priority`, (size + 1) x agreement.

    `claimed` is the share of its area that vertebrae before it hold; `mask` is what it writes.
    """

    order: int
    couple: tuple[Prediction, ...]
    agreement: float
    partner_limit: float
    priority: float
    votes: int
    claimed: float
    claimed_limit: float
    verdict: Literal["written", "skipped"]
    reason: str
    mask: StoredMask
    vertebra: int | None
    kind: Literal["fused"] = "fused"
