"""Events that several methods share: the kind of film, detections, and the pieces of a map of the whole film.

A number never comes without the limit that it was compared with. Points are (x, y) film pixels; boxes are half open.
Indices count from 0 within the event that lists what they point to. `kind` names an event in a trace's JSON.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from spinefm.core.geometry import Box, Point
from spinefm.trace.codec import StoredMask

FAR_FROM_SPINE = "far from the spine"
"""Why a large piece was left out."""
LATERAL_VIEWS = ("cervical", "thoracic", "lumbar", "whole")
"""The views of lateral spine films."""


@dataclass(frozen=True)
class Viewed:
    """What kind of film this is: probabilities of all `views`, of the likeliest `view`, and of all lateral ones.

    turn: quarter turns clockwise after which the film is upright. facing: the side that the patient faces; of a film
    that is not upright it says nothing. distance: from the lateral films of training, about 1 for films like those.
    refused: a `lateral` below its limit ends the run.
    """

    view: str
    views: Mapping[str, float]
    lateral: float
    lateral_limit: float
    turn: int
    turn_probability: float
    turn_limit: float
    facing: str
    facing_probability: float
    distance: float
    distance_limit: float
    refused: bool
    kind: Literal["viewed"] = "viewed"

    @property
    def lies(self) -> bool:
        """Whether the film lies on its side or upside down, surely enough to say so."""
        return self.turn != 0 and self.turn_probability > self.turn_limit


@dataclass(frozen=True)
class Detection:
    """One vertebra proposed by the detector, kept or dropped and why."""

    score: float
    box: Box
    mask: StoredMask
    centroid: Point
    kept: bool
    reason: str


@dataclass(frozen=True)
class Located:
    """Every detection (SpineFM, section 2.1), the score limit asked for and the one used in the end."""

    detections: tuple[Detection, ...]
    score_limit: float
    limit_used: float
    kind: Literal["located"] = "located"


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
    the bodies are small on the film, the part `close_view` of it was mapped a second time, enlarged.
    """

    pieces: tuple[Piece, ...]
    limit: float
    least_area: float
    close_view: Box | None = None
    kind: Literal["mapped"] = "mapped"
