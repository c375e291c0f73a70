"""What methods ask of the networks, and a bundle's networks answering: arrays in, arrays out, seconds kept.

SpineFM's induction knows only `Stages`, so that its rules can be tested against an oracle that knows the truth.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from spinefm.core.geometry import Box, CanonicalFrame, FilmFrame, Point, paste_patch, to_patch
from spinefm.core.masks import Mask
from spinefm.imaging.radiograph import Radiograph
from spinefm.networks.request import Cut, Request
from spinefm.networks.view import FACINGS, fit_square, without_margins
from spinefm.trace.registry import Event
from spinefm.weights.bundle import Bundle

FloatArray = NDArray[np.float32]

WATCHED = {"mask_rcnn": "detector", "instance_net": "instance"}
"""What a trace calls a network's seconds, where it is not the network's name."""


@dataclass(frozen=True, eq=False)
class Candidate:
    """A vertebra as the detector saw it: score, box, mask, and the centroid of its sure pixels."""

    score: float
    box: Box
    mask: Mask
    centroid: Point


@dataclass(frozen=True)
class Probabilities:
    """The level classifier's answer for one patch; the four add up to 1."""

    background: float
    vertebra: float
    s1: float
    c2: float


@dataclass(frozen=True)
class ViewAnswer:
    """What the view network makes of a whole film.

    views: probability of each view of `spinefm.networks.view.VIEWS`, which add up to 1. turn: quarter turns clockwise
    after which the film is upright, with its probability. facing: "left" or "right", with its probability.
    distance: from the lateral films of training, about 1 for films like those.
    """

    views: Mapping[str, float]
    turn: int
    turn_probability: float
    facing: str
    facing_probability: float
    distance: float


class Stages(Protocol):
    """The questions of the pipeline."""

    def view(self, film: Radiograph) -> ViewAnswer | None:
        """What kind of film this is; None where no network knows."""

    def detect(self, film: Radiograph, sure: float) -> list[Candidate]:
        """Every candidate on the film; `sure` is the mask probability that counts for its centroid."""

    def next_point(self, film: Radiograph, known: Sequence[Point]) -> Point:
        """The centroid that follows the three `known` ones."""

    def segment(self, film: Radiograph, boxes: Sequence[Box], clicks: Sequence[Point]) -> list[FloatArray]:
        """For each patch box and its click (film pixels) the probability of the clicked body, (h, w) of the box."""

    def classify(self, film: Radiograph, boxes: Sequence[Box]) -> list[Probabilities]:
        """For each patch box what lies at its centre."""


class Stopwatch:
    """Seconds spent under each name, and in all since it was made, without its pauses."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = defaultdict(float)
        self._start = time.perf_counter()

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Leave out the time until the block ends."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self._start += time.perf_counter() - start

    def paused_between(self, events: Iterator[Event]) -> Iterator[Event]:
        """The events, each as soon as it is known, without the time that the caller takes between two of them."""
        for event in events:
            with self.paused():
                yield event

    @contextmanager
    def measure(self, name: str) -> Iterator[None]:
        """Add the time until the block ends to `name`."""
        start = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] += time.perf_counter() - start

    def add(self, name: str, seconds: float, outside: float = 0.0) -> None:
        """Add `seconds` to `name`, and `outside` to what lies outside the networks, measured while this was paused."""
        self.seconds[name] += seconds
        self._start -= seconds + outside

    def summary(self) -> Mapping[str, float]:
        """Seconds per network, outside of all networks, and in all."""
        total = time.perf_counter() - self._start
        return {**self.seconds, "outside_networks": total - sum(self.seconds.values()), "total": total}


class NetworkStages:
    """The stages answered by a bundle's networks, on its device.

    outline_limit: probability above which a pixel belongs to a detector's mask.
    """

    def __init__(self, bundle: Bundle, watch: Stopwatch, outline_limit: float = 0.5) -> None:
        self._bundle = bundle
        self._watch = watch
        self._outline_limit = outline_limit
        self._sent: tuple[Radiograph, Tensor] | None = None

    def view(self, film: Radiograph) -> ViewAnswer | None:
        """The view network on the film without wide margins, shrunk into its square; None for a bundle without one."""
        network = self._bundle.view
        if network is None:
            return None
        square = fit_square(without_margins(self._on_device(film)), network.config.side)[None]  # (1, 1, S, S)
        (answer,) = self._ask(Request("view", (square,)))
        views, turns, facings, distance = answer
        turn, facing = (max(range(len(shares)), key=shares.__getitem__) for shares in (turns, facings))
        return ViewAnswer(
            views=dict(zip(network.config.views, views, strict=True)),
            turn=turn,
            turn_probability=turns[turn],
            facing=FACINGS[facing],
            facing_probability=facings[facing],
            distance=distance,
        )

    def detect(self, film: Radiograph, sure: float) -> list[Candidate]:
        """Mask R-CNN on the whole film, which it shrinks to the size it was trained at."""
        alike = self._bundle.mask_rcnn.padded((film.height, film.width))
        ((boxes, scores, masks),) = self._ask(Request("mask_rcnn", ([self._on_device(film)[None]],), alike=alike))
        shape, limit = (film.height, film.width), self._outline_limit
        found = zip(boxes, scores, masks, strict=True)
        candidates = [candidate(box, score, mask, shape, sure, limit) for box, score, mask in found]
        return [candidate for candidate in candidates if candidate.mask.area]

    def next_point(self, film: Radiograph, known: Sequence[Point]) -> Point:
        """The 6-50-2 network, in the frame that it was trained in."""
        frame = self._frame(film, known)
        points = self._tensor(frame.into(known).astype(np.float32))[None]  # (1, 3, 2)
        (predicted,) = self._ask(Request("point_predictor", (points,)))  # (2,)
        return frame.out_of(predicted[None])[0]

    def _frame(self, film: Radiograph, known: Sequence[Point]) -> CanonicalFrame | FilmFrame:
        if self._bundle.point_predictor.config.frame == "absolute":
            return FilmFrame(film.width, film.height)
        return CanonicalFrame.of(*known)

    def segment(self, film: Radiograph, boxes: Sequence[Box], clicks: Sequence[Point]) -> list[FloatArray]:
        """Med-SA on every patch at once, one positive click each."""
        size = self._bundle.med_sa.config.patch
        places = np.array([to_patch(click, box, size) for click, box in zip(clicks, boxes, strict=True)], np.float32)
        request = Request("med_sa", (self._tensor(places),), self._cuts(film, boxes, size))
        return [paste_patch(values, box) for values, box in zip(self._ask(request), boxes, strict=True)]

    def classify(self, film: Radiograph, boxes: Sequence[Box]) -> list[Probabilities]:
        """The ResNet on every patch at once."""
        config = self._bundle.classifier.config
        answers = self._ask(Request("classifier", cuts=self._cuts(film, boxes, config.patch)))  # B of (4,)
        return [probabilities(dict(zip(config.classes, answer, strict=True))) for answer in answers]

    def _cuts(self, film: Radiograph, boxes: Sequence[Box], size: int) -> tuple[Cut, ...]:
        sent = self._on_device(film)
        return tuple(Cut(sent, box, size) for box in boxes)

    def _on_device(self, film: Radiograph) -> Tensor:
        """The film's pixels (H, W) on the networks' device, sent there once."""
        if self._sent is None or self._sent[0] is not film:
            self._sent = (film, self._tensor(film.pixels))
        return self._sent[1]

    def _tensor(self, array: FloatArray) -> Tensor:
        return torch.from_numpy(np.ascontiguousarray(array)).to(self._bundle.device)

    def _ask(self, request: Request) -> Sequence[Any]:
        return asked(self._bundle, self._watch, request)


def asked(bundle: Bundle, watch: Stopwatch, request: Request) -> Sequence[Any]:
    """The answers to a request, one per item; `watch` counts its own seconds, not those of other films meanwhile."""
    with watch.paused():
        answer = bundle.ask(request)
    watch.add(f"{WATCHED.get(request.network, request.network)}_network", answer.network_seconds, answer.cut_seconds)
    return answer.values


def probabilities(answer: Mapping[str, float]) -> Probabilities:
    """A classifier's answer by class; one that knows no spine ends never finds them."""
    named = {name: answer.get(name, 0.0) for name in ("background", "vertebra", "S1", "C2")}
    return Probabilities(named["background"], named["vertebra"], named["S1"], named["C2"])


def candidate(
    corners: FloatArray,
    score: float,
    probability: FloatArray,
    shape: tuple[int, int],
    sure: float,
    outline_limit: float = 0.5,
) -> Candidate:
    """A detection from its box `corners` (4,) and mask (28, 28) on that box, on a film of `shape` (H, W)."""
    x0, y0, x1, y1 = (int(round(float(edge))) for edge in corners)
    box = Box(x0, y0, max(x1, x0 + 1), max(y1, y0 + 1))
    large = paste_patch(probability, box)
    mask = on_film(large > outline_limit, box, shape)
    centre = on_film(large > sure, box, shape)
    best = centre if centre.area else mask
    return Candidate(float(score), mask.box, mask, best.centroid if best.area else Point(x0, y0))


def on_film(inside: NDArray[np.bool_], box: Box, shape: tuple[int, int]) -> Mask:
    """The pixels `inside` (h, w) of `box` that lie on a film of `shape` (H, W)."""
    whole = Mask.from_array(inside, (box.x0, box.y0))
    kept = whole.box.clipped(shape)
    if kept == whole.box:
        return whole
    return Mask.empty() if kept.is_empty else Mask.from_array(whole.within(kept), (kept.x0, kept.y0))
