"""One line of text for every event of SPINEPS, with each number beside its limit."""

from __future__ import annotations

from spinefm.core.numbers import percent, percent_with_limit
from spinefm.core.words import counted
from spinefm.methods.spineps.events import CentreCrop, Centred, Fused
from spinefm.trace.registry import Captions


def _centred(event: Centred) -> str:
    split = sum(1 / centre.parts for centre in event.centres if centre.parts > 1)
    text = f"{counted(len(event.centres), 'centre')}, {event.spacing:.0f} px apart, after erosion by {event.erosion} px"
    limit = f"larger than {event.split_limit:.1f} times a body there"
    return f"{text}; {split:.0f} split for being {limit}" if split else f"{text}; no piece {limit}"


def _cutout(event: CentreCrop) -> str:
    parts = ((name, getattr(event, name).area) for name in ("above", "centre", "below"))
    areas = ", ".join(f"{name} {f'{area} px' if area else 'nothing'}" for name, area in parts)
    return f"Cutout {event.index + 1} of {event.box.width} x {event.box.height} px: {areas}"


def _fused(event: Fused) -> str:
    members = ", ".join(f"{item.cutout + 1} {item.place}" for item in event.couple)
    return (
        f"Fusion {event.order + 1}: {len(event.couple)} of 3 predictions ({members}) agree by "
        f"{percent(event.agreement)}, "
        f"{percent_with_limit(event.claimed, event.claimed_limit)} claimed before, "
        f"votes needed {event.votes}: {event.verdict}{f', {event.reason}' if event.reason else ''}"
    )


CAPTIONS: Captions = {
    Centred: _centred,
    CentreCrop: _cutout,
    Fused: _fused,
}
