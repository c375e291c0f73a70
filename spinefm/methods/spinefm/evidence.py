"""What speaks against an end of the spine that the classifier saw: a name rests on more than one patch.

The topmost body of a chest film, burnt out above, can pass as C2; every name below it is then wrong.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

from spinefm.core.levels import Level
from spinefm.methods.spinefm.config import SpineFMConfig
from spinefm.methods.spinefm.events import Viewed
from spinefm.trace.model import Anchor

UNLIKELY_VIEWS = {Level.C2: ("thoracic", "lumbar"), Level.S1: ("cervical", "thoracic")}
"""Lateral films that end short of each end of the spine."""


def against(level: Level, sizes: Sequence[float], seen: Viewed | None, config: SpineFMConfig) -> list[str]:
    """What speaks against `level` as the end of a spine whose bodies have these `sizes` (px) from the top.

    Each is half a sentence; none where nothing does. seen: what kind of film it is, where that is known.
    """
    views = () if seen is None else (_unlikely_view(level, seen, config),)
    bodies = _unlike_neck(sizes, seen, config) if level is Level.C2 else ()
    return [reason for reason in (*views, _uneven(sizes, config), *bodies) if reason]


def _unlikely_view(level: Level, seen: Viewed, config: SpineFMConfig) -> str:
    """That the film shows another part of the spine."""
    share = sum(seen.views.get(name, 0.0) for name in UNLIKELY_VIEWS[level])
    return f"the film looks {seen.view} ({seen.views[seen.view]:.2f})" if share > config.region_limit else ""


def _uneven(sizes: Sequence[float], config: SpineFMConfig) -> str:
    """That the bodies are no unbroken row: where one holds two, or a piece of one, every name beyond it is off."""
    worst = max((max(a / b, b / a) for a, b in zip(sizes, sizes[1:], strict=False)), default=1.0)
    return f"two neighbours differ in size by a factor of {worst:.2f}" if worst > config.uneven_sizes else ""


def _unlike_neck(sizes: Sequence[float], seen: Viewed | None, config: SpineFMConfig) -> tuple[str, ...]:
    """What C2 and the neck below it do not look like: C2 is large for its dens, and necks hardly grow downwards."""
    if len(sizes) < 2:
        return ()
    ratio, growth = sizes[0] / sizes[1], growth_of(sizes)
    whole = seen is not None and seen.view == "whole"
    return (
        f"it is smaller than the body below it ({ratio:.2f} < {config.c2_size:.2f})" if ratio < config.c2_size else "",
        f"the bodies grow by {100 * growth:.1f} % from each to the next" if growth > config.c2_growth else "",
        f"{len(sizes)} bodies are counted down from it" if len(sizes) > config.c2_count and not whole else "",
    )


def growth_of(sizes: Sequence[float]) -> float:
    """Mean growth from one body to the next below it, as a share; 0 for fewer than four bodies."""
    if len(sizes) < 4:
        return 0.0
    return math.expm1(float(np.polyfit(range(len(sizes)), np.log(sizes), 1)[0]))


def is_believed(anchor: Anchor, reasons: Sequence[str], config: SpineFMConfig) -> bool:
    """Whether an end names the spine although `reasons` speak against it: one asks for more, several are too many."""
    if len(reasons) >= config.refuting_reasons:
        return False
    return not reasons or (anchor.probability or 0.0) > config.doubted_end_limit


def withheld(anchor: Anchor, reasons: Sequence[str]) -> str:
    """Why an end that was seen gives no names."""
    listed = reasons[0] if len(reasons) == 1 else f"{', '.join(reasons[:-1])} and {reasons[-1]}"
    return (
        f"The classifier saw {anchor.level.name} ({anchor.probability or 0.0:.2f}), but {listed}: no name rests on it, "
        "and V1 is the topmost vertebra."
    )
