"""Names for the bodies found (SpineFM, section 2.2, post-processing), and the event that says what they rest on."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from spinefm.core.levels import Level, counted_from
from spinefm.core.numbers import held, percent
from spinefm.methods.base.events import Viewed
from spinefm.methods.spinefm.anatomy import Variant
from spinefm.methods.spinefm.chain import Chain, Names, chain_of
from spinefm.methods.spinefm.config import SpineFMConfig
from spinefm.methods.spinefm.doubt import body_probability
from spinefm.methods.spinefm.induction import Accepted
from spinefm.methods.spinefm.namings import Naming, in_trunk, namings
from spinefm.methods.spinefm.strays import is_stray
from spinefm.trace.model import Anchor, Named, Reading

VARIANTS: Mapping[Variant, str] = {
    "usual": "",
    "six lumbar": "with six lumbar vertebrae",
    "four lumbar": "with four lumbar vertebrae",
    "thirteen thoracic": "with thirteen thoracic vertebrae",
}
"""The orders in words."""

FEWEST = 2
"""So many bodies are a row; a single one has no neighbour to be weighed with."""


def named(spine: Sequence[Accepted], config: SpineFMConfig, seen: Viewed | None = None) -> Named:
    """The names of a spine from the top: the likeliest naming by all evidence, or counted from its surest end.

    A naming below its limit, or without an end that the classifier sees, gives relative names, and so does a spine
    that lies across the film. seen: what kind of film it is, where that is known.
    """
    if config.naming == "ends" or len(spine) < FEWEST:
        given = _counted(spine, config)
    else:
        given = _weighed(spine, namings(chain(spine, seen, config), config), config)
    return _withheld_across(given, spine, config)


def _withheld_across(given: Named, spine: Sequence[Accepted], config: SpineFMConfig) -> Named:
    """The names, or none where the spine leans so far that its first body may be the lowest."""
    lean = _lean(spine)
    if lean <= config.lean_limit:
        return given
    note = (
        f"No names are given, because the spine leans {lean:.0f}° from the film's vertical (limit "
        f"{config.lean_limit:.0f}°): rotate the film upright and run it again."
    )
    return replace(given, levels=(None,) * len(spine), anchor=None, note=note, best=None, second=None)


def _lean(spine: Sequence[Accepted]) -> float:
    """Degrees between the film's vertical and the line from the first body to the last; 0 for a single one."""
    if len(spine) < FEWEST:
        return 0.0
    (x0, y0), (x1, y1) = spine[0].centroid, spine[-1].centroid
    return math.degrees(math.atan2(abs(x1 - x0), abs(y1 - y0)))


def chain(spine: Sequence[Accepted], seen: Viewed | None, config: SpineFMConfig) -> Chain:
    """What the bodies of a spine say about their names."""
    answers = [body.classified for body in spine]
    return chain_of(
        [(answer.vertebra, answer.c2, answer.s1) for answer in answers],
        [math.sqrt(body.shape.mask.area) for body in spine],
        [above.centroid.distance(below.centroid) for above, below in zip(spine, spine[1:], strict=False)],
        None if seen is None else seen.views,
        [body_probability(body, config) for body in spine],
    )


def _weighed(spine: Sequence[Accepted], ranked: Sequence[Naming], config: SpineFMConfig) -> Named:
    """The best naming where it is likely enough and an end of the spine is among its bodies."""
    possible = [naming for naming in ranked if not naming.is_none and _end(spine, naming, config)]
    best = _reading(possible[0]) if possible else None
    second = _second(possible, config)
    levels: Names = (None,) * len(spine)
    anchor = None
    if best is None or not _is_given(possible[0], config):
        notes = [_withheld(spine, best, second, config), *_gaps(spine, levels, config.gap_limit)]
    else:
        anchor = _end(spine, possible[0], config)
        levels = _up_to_doubt(spine, best.levels, anchor, config)
        alternative = [_or(best, second)] if second else []
        missing = _missing(possible[0]) or _gaps(spine, levels, config.gap_limit)
        notes = [*_strays(best.levels), *_beyond_doubt(best.levels, levels), *alternative, *missing]
    numbers = tuple(body.number for body in spine)
    return Named(numbers, levels, anchor, " ".join(notes), best, second, config.naming_limit, in_trunk(ranked))


def _second(possible: Sequence[Naming], config: SpineFMConfig) -> Reading | None:
    """The reading after the best, where it is likely enough to be shown."""
    readings = map(_reading, possible[1:2])
    return next((reading for reading in readings if reading.probability > config.second_limit), None)


def _up_to_doubt(spine: Sequence[Accepted], levels: Names, anchor: Anchor | None, config: SpineFMConfig) -> Names:
    """The levels from the anchor up and down to the first body that is unlikely to be one; from there on none.

    Whether that body counts decides on every name beyond it. Names that count from C2 to S1 need no such care.
    """
    if anchor is None or {Level.C2, Level.S1} <= set(levels):
        return levels
    at = [body.number for body in spine].index(anchor.vertebra)
    doubted = [index for index, body in enumerate(spine) if body_probability(body, config) < config.doubted_body]
    first = max((index for index in doubted if index < at), default=-1)
    last = min((index for index in doubted if index > at), default=len(spine))
    return tuple(level if first < index < last else None for index, level in enumerate(levels))


def _beyond_doubt(best: Names, given: Names) -> list[str]:
    """Which names are withheld, if any, because counting to them would cross a body that is unlikely to be one."""
    left = [level.name for level, kept in zip(best, given, strict=True) if level is not None and kept is None]
    why = "because counting to them would cross an outline that is unlikely to be a vertebra"
    return [f"Not named: {', '.join(left)}, {why}."] if left else []


def _strays(levels: Names) -> list[str]:
    """A sentence for each outline that lies beyond the spine by the naming given."""
    places = {0: "topmost outline lies above C2", -1: "lowest outline lies below S1"}
    return [
        f"The {where} and has no name: it is probably no vertebra."
        for index, where in places.items()
        if is_stray(levels, index % len(levels))
    ]


def _is_given(naming: Naming, config: SpineFMConfig) -> bool:
    """Whether the likeliest naming names the spine: a rare order only where it is counted from C2 to S1.

    Growth alone, which the simulator knows better than it can be known of a patient, gives no such name.
    """
    counted = {Level.C2, Level.S1} <= set(naming.levels)
    return naming.probability >= config.naming_limit and (naming.variant == "usual" or counted)


def _reading(naming: Naming) -> Reading:
    missing = f"{naming.missing.name} missing" if naming.missing else ""
    words = ", ".join(filter(None, (VARIANTS[naming.variant], missing)))
    return Reading(naming.levels, round(naming.probability, 4), words)


def _end(spine: Sequence[Accepted], naming: Naming, config: SpineFMConfig) -> Anchor | None:
    """The surest end of the spine among the bodies of a naming; None where the classifier sees none of them."""
    ends = [(body, level) for body, level in zip(spine, naming.levels, strict=True) if level in (Level.C2, Level.S1)]
    anchors = [_anchor(body, level) for body, level in ends if level is not None]
    best = max(anchors, key=lambda anchor: anchor.probability or 0.0, default=None)
    return best if best is not None and (best.probability or 0.0) >= config.least_end else None


def _missing(naming: Naming) -> list[str]:
    """That one body of the row was not found."""
    if naming.missing is None:
        return []
    return [f"{naming.missing.name} was not found: its neighbours lie two steps apart."]


def _or(best: Reading, second: Reading) -> str:
    """The second reading beside the first."""
    off = "one level off" if _near(best, second) else "others"
    return f"The names may be {off}: {second.words} instead of {best.words}."


def _near(best: Reading, second: Reading) -> bool:
    """Whether no name of the second reading is more than one level from that of the first."""
    pairs = [(a, b) for a, b in zip(best.levels, second.levels, strict=True) if a is not None and b is not None]
    return all(abs(_place(a) - _place(b)) <= 1 for a, b in pairs)


def _place(level: Level) -> int:
    """The level's place; S1 follows L5, and L6 lies beside it."""
    return int(level) - (level is Level.S1)


def _withheld(spine: Sequence[Accepted], best: Reading | None, second: Reading | None, config: SpineFMConfig) -> str:
    """Why there are no names, and which ones are likeliest."""
    if best is None:
        return _unanchored(spine)
    likeliest = f"the likeliest are {best.words}" + (f", then {second.words}" if second else "")
    why = f"No names are sure enough (limit {percent(config.naming_limit)})"
    if best.probability >= config.naming_limit:
        why = "Names with an unusual count of vertebrae are left to the reader"
    return f"{why}: {likeliest}. Until some are chosen V1 is the topmost vertebra."


def _counted(spine: Sequence[Accepted], config: SpineFMConfig) -> Named:
    """The paper's rule: names counted from the end that the classifier is surest of, where the spine can end."""
    places = {Level.C2: 0, Level.S1: len(spine) - 1}
    ends = {anchor_of(body): index for index, body in enumerate(spine) if body.end and places[body.end] == index}
    numbers = tuple(accepted.number for accepted in spine)
    if not ends:
        notes = [_unanchored(spine), *_gaps(spine, (None,) * len(spine), config.gap_limit)]
        return Named(numbers, (None,) * len(spine), None, " ".join(notes))
    best = max(ends, key=lambda anchor: anchor.probability or 0.0)
    levels = counted_from(best.level, ends[best], len(spine))
    notes = []
    if any(levels[index] is not anchor.level for anchor, index in ends.items()):
        notes = [f"Counting from C2 and from S1 disagrees; the names rest on {best.level.name}, the surer of the two."]
    return Named(numbers, levels, best, " ".join([*notes, *_gaps(spine, levels, config.gap_limit)]))


def _unanchored(spine: Sequence[Accepted]) -> str:
    """Why the names are relative."""
    misplaced = [accepted.end.name for accepted in spine if accepted.end]
    if misplaced:
        end, place = misplaced[0], "lowest" if misplaced[0] == "C2" else "topmost"
        return (
            f"{end} was seen as the {place} vertebra, where it cannot be, so the names are relative: V1 is the topmost "
            "vertebra. The film may be upside down."
        )
    return "Neither C2 nor S1 was seen, so the names are relative: V1 is the topmost vertebra."


def _gaps(spine: Sequence[Accepted], levels: Sequence[Level | None], limit: float) -> list[str]:
    """A sentence for each gap in which a vertebra may be missing; C2 lies far from C3 because of its dens."""
    steps = [above.centroid.distance(below.centroid) for above, below in zip(spine, spine[1:], strict=False)]
    median = float(np.median(steps)) if steps else 1.0
    names = [level.name if level else f"V{index + 1}" for index, level in enumerate(levels)]
    return [
        f"{names[index]} and {names[index + 1]} lie {held(step / median, limit)} median spacings apart: a "
        "vertebra between them may be missing, and the names beyond it wrong."
        for index, step in enumerate(steps)
        if step / median > limit and levels[index] is not Level.C2
    ]


def anchor_of(accepted: Accepted) -> Anchor:
    """The anchor that a vertebra at the spine's end is."""
    assert accepted.end is not None, "only an end of the spine is an anchor"
    return _anchor(accepted, accepted.end)


def _anchor(accepted: Accepted, end: Level) -> Anchor:
    probability = accepted.classified.c2 if end is Level.C2 else accepted.classified.s1
    return Anchor(accepted.number, end, f"{end.name} seen by the classifier", probability)
