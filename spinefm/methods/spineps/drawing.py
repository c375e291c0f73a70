"""SPINEPS's instances as beats: a map of the film, a centre per body, three predictions round each, their fusion."""

from __future__ import annotations

from spinefm.core.words import counted
from spinefm.methods.base.drawing import Drawing, Verb
from spinefm.methods.base.events import Mapped
from spinefm.methods.spineps.events import CentreCrop, Centred, Fused
from spinefm.trace.captions import caption
from spinefm.trace.primitives import AnyPrimitive, Beat, Curve, Gauge, Points, Shape, Verdict, flat, frame, outline

SHOW, LOOK, FUSE = 0.9, 0.5, 0.5
"""Seconds of a whole-film stage, of a crop, and of a fusion."""


class SpinepsDrawing(Drawing):
    """Beats of SPINEPS's events."""

    VERBS = (
        Verb(
            "Mark and centre",
            "A U-Net marks every pixel of a body. Each piece of its map is shrunk to its core, the body's centre.",
            ("find",),
        ),
        Verb(
            "Outline three",
            "Round each centre a network outlines three bodies: the one above, the one here and the one below.",
            ("segment",),
        ),
        Verb(
            "Fuse and name",
            "The predictions that show the same body are fused, and what belongs to another body already is dropped.",
            ("overlap", "decide", "name", "correct"),
        ),
    )

    def _mapped(self, event: Mapped) -> tuple[Beat, ...]:
        pieces = [piece.mask for piece in event.pieces if piece.kept]
        flood = tuple(
            Shape(role="candidate", motion="flood", outline=outline(mask), start=flat([mask.centroid]))
            for mask in pieces
        )
        close = (frame(event.close_view, motion="fade"),) if event.close_view else ()
        words = f"The U-Net marks every pixel of a body: {counted(len(pieces), 'piece')}."
        return (Beat(phase="find", seconds=SHOW, words=words, text=caption(event), draw=(*close, *flood)),)

    def _centred(self, event: Centred) -> tuple[Beat, ...]:
        points = flat([centre.point for centre in event.centres])
        draw = (
            Curve(role="axis", motion="draw", points=points, end=0.7),
            Points(role="known", motion="pulse", points=points),
        )
        words = f"Each piece is shrunk to its core: {counted(len(event.centres), 'centre')}."
        return (Beat(phase="find", seconds=SHOW, words=words, text=caption(event), draw=draw),)

    def _cutout(self, event: CentreCrop) -> tuple[Beat, ...]:
        predicted: tuple[AnyPrimitive, ...] = (
            Shape(role="candidate", motion="light", outline=outline(event.centre)),
            *(Shape(role="previous", motion="light", outline=outline(mask)) for mask in (event.above, event.below)),
        )
        words = "Round each centre the network outlines three bodies: above, here and below."
        draw = (frame(event.box, motion="glide"), *predicted)
        return (
            Beat(
                phase="segment",
                lane="crops",
                step=event.index,
                seconds=LOOK,
                words=words,
                text=caption(event),
                draw=draw,
            ),
        )

    def _fused(self, event: Fused) -> tuple[Beat, ...]:
        number, points = event.vertebra, outline(event.mask)
        gauges = (
            Gauge(
                role="candidate",
                motion="grow",
                until="step",
                label="agreement of the predictions",
                value=event.agreement,
                limit=event.partner_limit,
                most=False,
            ),
            Gauge(
                role="candidate",
                motion="grow",
                until="step",
                label="already part of another body",
                value=event.claimed,
                limit=event.claimed_limit,
            ),
        )
        shape = Shape(role="candidate", motion="light", until="step", outline=points)
        words = f"{counted(len(event.couple), 'prediction shows', 'predictions show')} the same body."
        return (
            self._fusion(event, "overlap", words, (shape, *gauges)),
            self._fusion(event, "decide", _outcome(event), _drop(number, points)),
        )

    def _fusion(self, event: Fused, phase: str, words: str, draw: tuple[AnyPrimitive, ...]) -> Beat:
        kept, deciding = event.vertebra is not None, phase == "decide"
        if kept and event.vertebra is not None:
            self.keep(event.vertebra, event.mask)
        said: tuple[Verdict, Verdict] = ("kept", "rejected") if deciding else ("passed", "failed")
        return Beat(
            phase="decide" if deciding else "overlap",
            lane="fusions",
            section="fusion",
            step=event.order,
            seconds=FUSE / 2 if deciding else FUSE,
            words=words,
            text=caption(event),
            verdict=said[0] if kept else said[1],
            body=event.vertebra if deciding else None,
            draw=draw,
        )


def _outcome(event: Fused) -> str:
    return "Kept." if event.vertebra is not None else f"Not kept: {event.reason}."


def _drop(number: int | None, points: tuple[float, ...]) -> tuple[AnyPrimitive, ...]:
    if number is None:
        return (Shape(role="rejected", motion="shiver", outline=points, filled=False),)
    return (Shape(role="kept", motion="drop", until="run", body=number, outline=points),)
