"""One line of text for every event of VertXNet, with each number beside its limit."""

from __future__ import annotations

from spinefm.core.numbers import percent, percent_with_limit
from spinefm.methods.vertxnet.events import Leftover, PairedContours, Recognised
from spinefm.trace.registry import Captions


def _recognised(event: Recognised) -> str:
    seen = [
        f"{name} {percent(max(values))} at detection {event.detections[values.index(max(values))] + 1}"
        for name, values in (("C2", event.c2), ("S1", event.s1))
        if values
    ]
    return f"Reference vertebra: most probable are {', '.join(seen) or 'none'} (limit {percent(event.limit)})"


def _paired(event: PairedContours) -> str:
    name = f"Detection {event.detection + 1}"
    if event.piece is None:
        return f"{name}: no piece of the map that is still free lies on it; left for the area rule"
    agreement, cover = (percent_with_limit(share, event.eta) for share in (event.agreement, event.cover))
    pair = f"{name} and piece {event.piece + 1}: agreement {agreement}"
    if event.verdict == "merged":
        return f"{pair}: merged"
    end = "detection taken, piece stays" if event.verdict == "taken" else "left for the area rule"
    if event.verdict == "left" and event.cover > event.eta:
        end = f"it lies on a kept mask, {end}"
    return f"{pair}, cover {cover}: {end}"


def _leftover(event: Leftover) -> str:
    name = f"{'Piece' if event.source == 'unet' else 'Detection'} {event.index + 1}"
    return f"{name}, left over: {event.verdict}, {event.reason}"


CAPTIONS: Captions = {
    Recognised: _recognised,
    PairedContours: _paired,
    Leftover: _leftover,
}
