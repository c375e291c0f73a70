"""VertXNet's ensemble as beats: two networks see the whole film, and their contours are paired one by one."""

from __future__ import annotations

from dataclasses import replace

from spinefm.core.masks import Mask
from spinefm.core.numbers import percent
from spinefm.core.words import counted
from spinefm.methods.base.drawing import Drawing, Verb
from spinefm.methods.base.events import Located, Mapped
from spinefm.methods.vertxnet.events import Leftover, PairedContours, Recognised
from spinefm.trace.captions import caption
from spinefm.trace.primitives import AnyPrimitive, Beat, Gauge, Label, Shape, Verdict, flat, frame, outline

SHOW, PAIR = 0.9, 0.5
"""Seconds of a whole-film stage, and of a pair."""
NOTED = 0.05
"""Probabilities above this are written on the film."""


class VertXNetDrawing(Drawing):
    """Beats of VertXNet's events."""

    VERBS = (
        Verb(
            "Mark and detect",
            "A U-Net marks every pixel of a body, a detector outlines bodies one by one, and a classifier looks for C2 "
            "and S1 among them.",
            ("find",),
        ),
        Verb(
            "Pair",
            "Each detection is compared with its piece of the map. Where both agree they are merged; what is left over "
            "is kept if it is as large as the others.",
            ("overlap", "decide"),
        ),
        Verb("Name", "The names are counted from C2 or S1.", ("name", "correct")),
    )

    def __init__(self) -> None:
        super().__init__()
        self._pieces: list[Mask] = []
        self._detections: list[Mask] = []

    def _mapped(self, event: Mapped) -> tuple[Beat, ...]:
        self._pieces = [piece.mask for piece in event.pieces]
        words = f"The U-Net marks every pixel of a body: {counted(sum(p.kept for p in event.pieces), 'piece')}."
        return (_stage(event, words, _map_shapes(event)),)

    def _located(self, event: Located) -> tuple[Beat, ...]:
        self._detections = [found.mask for found in event.detections]
        words = f"The detector outlines bodies one by one: {sum(d.kept for d in event.detections)} clearly."
        draw = tuple(
            Shape(
                role="detected" if found.kept else "dropped",
                motion="light",
                outline=outline(found.mask),
                filled=found.kept,
            )
            for found in event.detections
        )
        return (_stage(event, words, draw),)

    def _recognised(self, event: Recognised) -> tuple[Beat, ...]:
        draw = []
        for row, index in enumerate(event.detections):
            c2, s1 = event.c2[row], event.s1[row]
            text, mask = f"C2 {percent(c2)} · S1 {percent(s1)}", self._detections[index]
            if max(c2, s1) > NOTED and mask.area:
                draw.append(Label(role="known", motion="light", point=flat([mask.centroid]), text=text))
        gauges = _reference_gauges(event)
        words = "The classifier looks for an end of the spine among them: C2 or S1."
        return (_stage(event, words, (*draw, *gauges)),)

    def _paired(self, event: PairedContours) -> tuple[Beat, ...]:
        contour = self._detections[event.detection]
        piece = Mask.empty() if event.piece is None else self._pieces[event.piece]
        words = {
            "merged": "Map and detection agree: they are merged.",
            "taken": "The detection covers its piece of the map: it is kept.",
            "left": "Map and detection do not agree: the area rule decides later.",
        }[event.verdict]
        gauges = (
            _ratio("agreement of map and detection", event.agreement, event.eta),
            _ratio("share of the detection covered", event.cover, event.eta),
        )
        draw: tuple[AnyPrimitive, ...] = (
            Shape(role="previous", motion="flash", outline=outline(piece)),
            Shape(role="candidate", motion="light", until="step", outline=outline(contour)),
            *gauges,
        )
        return _judged(self, event, words, draw, event.mask or contour)

    def _leftover(self, event: Leftover) -> tuple[Beat, ...]:
        contour = (self._pieces if event.source == "unet" else self._detections)[event.index]
        kept = event.vertebra is not None
        words = "Left over, but as large as the others: kept." if kept else f"Left over and dropped: {event.reason}."
        gauge = Gauge(
            role="candidate",
            motion="grow",
            label="overlap with a kept body",
            value=event.overlap,
            limit=event.overlap_limit,
        )
        shape = Shape(role="candidate", motion="light", until="step", outline=outline(contour))
        return _judged(self, event, words, (shape, gauge), contour)


def _map_shapes(event: Mapped) -> tuple[AnyPrimitive, ...]:
    pieces = [piece for piece in event.pieces if piece.kept]
    close = (frame(event.close_view, motion="fade"),) if event.close_view else ()
    flood = (
        Shape(role="candidate", motion="flood", outline=outline(p.mask), start=flat([p.mask.centroid])) for p in pieces
    )
    return (*close, *flood)


def _reference_gauges(event: Recognised) -> tuple[Gauge, ...]:
    best = {"C2": max(event.c2, default=0.0), "S1": max(event.s1, default=0.0)}
    return tuple(_ratio(f"most probable {name}", value, event.limit) for name, value in best.items())


def _ratio(label: str, value: float, limit: float) -> Gauge:
    return Gauge(role="candidate", motion="grow", until="step", label=label, value=value, limit=limit, most=False)


def _stage(event: Mapped | Located | Recognised, words: str, draw: tuple[AnyPrimitive, ...]) -> Beat:
    return Beat(phase="find", seconds=SHOW, words=words, text=caption(event), draw=draw)


def _judged(
    drawing: Drawing, event: PairedContours | Leftover, words: str, draw: tuple[AnyPrimitive, ...], mask: Mask
) -> tuple[Beat, ...]:
    """One contour compared, then kept or not."""
    number = event.vertebra
    index = event.detection if isinstance(event, PairedContours) else 100 + event.index
    if number is not None:
        drawing.keep(number, mask)
        drop = Shape(role="kept", motion="drop", until="run", body=number, outline=outline(mask))
    else:
        drop = Shape(role="rejected", motion="shiver", outline=outline(mask), filled=False)
    kept = number is not None
    compared = Beat(
        phase="overlap",
        lane="pairs",
        step=index,
        seconds=PAIR,
        words=words,
        text=caption(event),
        verdict="passed" if kept else "failed",
        draw=draw,
    )
    verdict: Verdict = "kept" if kept else "rejected"
    decided = replace(compared, phase="decide", seconds=PAIR / 2, verdict=verdict, body=number, draw=(drop,))
    return (compared, decided)
