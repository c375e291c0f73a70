"""Events of the methods that begin with a map of the whole film: VertXNet's ensemble and SPINEPS's instances.

As everywhere in a trace, a number never comes without the limit it was held against, points are (x, y) film pixels and
boxes are half open. Indices count from 0 within the event that lists what they point to.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from spinefm.core.geometry import Axis, Box, Point
from spinefm.trace.codec import StoredMask

Place = Literal["above", "centre", "below"]
"""Which of a cutout's three vertebrae a prediction is."""
Source = Literal["unet", "detector"]
"""Which network a contour of VertXNet comes from."""

FAR_FROM_SPINE = "far from the spine"
"""Why a large piece was left out."""


@dataclass(frozen=True)
class Piece:
    """A connected piece of the semantic map; `c2` and `s1` are the shares of its pixels that the network calls so."""

    mask: StoredMask
    centroid: Point
    c2: float
    s1: float
    kept: bool
    reason: str


@dataclass(frozen=True)
class Mapped:
    """The U-Net's map of the film: pixels whose probability of any body is above the limit, in pieces.

    Pieces below `least_area`, a share of the typical piece's area, are specks; others may lie far from the spine. Where
    the bodies are small on the film, the part `close_view` of it was mapped from nearer too.
    """

    pieces: tuple[Piece, ...]
    limit: float
    least_area: float
    close_view: Box | None = None
    kind: Literal["mapped"] = "mapped"


@dataclass(frozen=True)
class Recognised:
    """What the classifier sees at the kept detections (`detections` are their indices): probabilities of C2 and S1."""

    detections: tuple[int, ...]
    c2: tuple[float, ...]
    s1: tuple[float, ...]
    limit: float
    kind: Literal["recognised"] = "recognised"


@dataclass(frozen=True)
class Paired:
    """A detection against the piece of the map that fits it best (VertXNet, Algorithm 1).

    `agreement` is shared area / larger area, `cover` shared area / the detection's area; both are held against `eta`.
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
class Cutout:
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


SemanticEvent = Mapped | Recognised | Paired | Leftover | Centred | Cutout | Fused
