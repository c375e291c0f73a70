"""What a correction would do to the others, and what speaks against it: said before it is done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from spinefm.core.levels import Level, Region, order_with
from spinefm.core.numbers import percent, percent_with_limit
from spinefm.core.words import listed
from spinefm.methods.decisions import decisions_of
from spinefm.trace.model import Trace, Vertebra
from spinefm.ui.server.corrections import BEFORE, LOCKED, READER, CorrectedRun, Correction

MOST_OVERLAP = 0.1
"""Overlap (IoU) of two bodies that is asked about where the run's method has no limit of its own."""

Asked = Mapping[str, Any]
"""A correction as the player asks for it."""


@dataclass(frozen=True)
class Question:
    """What a correction does, what speaks against it, and the choices: words, and the correction to ask for then."""

    text: str
    choices: tuple[tuple[str, dict[str, Any]], ...]
    warning: str = ""

    def payload(self) -> dict[str, Any]:
        """The question as the player shows it."""
        choices = [{"label": label, "change": change} for label, change in self.choices]
        return {"text": self.text, "warning": self.warning, "choices": choices}


class Asks(Exception):
    """A correction that the reader has to confirm first."""

    def __init__(self, question: Question) -> None:
        super().__init__(question.text)
        self.question = question


def confirmed(run: CorrectedRun, correction: Correction, asked: Asked) -> CorrectedRun:
    """The run after a correction. Raises Asks where it changes other names or something speaks against it; Refused."""
    after = run.correct(correction)
    question = None if asked.get("sure") else _question(run.trace, after.trace, correction, asked)
    if question is not None:
        raise Asks(question)
    return after


def _question(before: Trace, after: Trace, correction: Correction, asked: Asked) -> Question | None:
    if correction.action == "delete":
        return _about_deleting(before, correction, asked)
    if correction.action not in ("name", "shift"):
        return None
    moved, warning = renamed(before, after), disagreement(before, after)
    others = [pair for number, pair in moved.items() if number != correction.number]
    if not warning and (correction.action == "shift" or not others):
        return None
    own = moved.get(correction.number) if correction.number is not None else None
    parts = [f"{own[0]} becomes {own[1]}"] if own else []
    parts += [in_words(others)] if others else []
    return Question(f"{', and '.join(parts)}.", (("rename", {**asked, "sure": True}),), warning)


def _about_deleting(before: Trace, correction: Correction, asked: Asked) -> Question | None:
    """Whether the names below close up, and what becomes of names counted from the one deleted.

    At either end, and without names, there is nothing to ask of one that others were not counted from.
    """
    numbers = [vertebra.number for vertebra in before.vertebrae]
    place = numbers.index(correction.number) if correction.number in numbers else 0
    gone, sure = before.vertebrae[place], {**asked, "sure": True}
    rest = _about_the_anchor(before, gone)
    if not all(vertebra.level for vertebra in before.vertebrae) or place in (0, len(numbers) - 1):
        text = f"{gone.name} is removed. {rest} They stay as they are."
        return Question(text, (("delete it", sure),)) if rest else None
    closed = CorrectedRun(before).correct(Correction("delete", correction.number, close=True)).trace
    moved = in_words(list(renamed(before, closed).values()))
    parts = [f"{gone.name} is removed.", rest, f"Its name can stay unused, or the gap can be closed: then {moved}."]
    choices = (("leave a gap", sure), ("close the gap", {**sure, "close": True}))
    return Question(" ".join(filter(None, parts)), choices)


def _about_the_anchor(before: Trace, gone: Vertebra) -> str:
    """That the other names were counted from the one deleted; empty where they were not."""
    anchor = before.anchor
    others = any(vertebra.level for vertebra in before.vertebrae if vertebra.number != gone.number)
    if anchor is None or anchor.vertebra != gone.number or anchor.source == BEFORE or not others:
        return ""
    return "The other names were counted from it."


def about_adding(before: Trace, after: Trace, asked: Asked) -> Question | None:
    """What to ask before a clicked vertebra is added: it looks like none, or others would be renamed."""
    added = [vertebra for vertebra in after.vertebrae if vertebra.number not in {v.number for v in before.vertebrae}]
    moved = list(renamed(before, after).values())
    doubt = _looks_like_background(after)
    if not doubt and not moved:
        return None
    name = added[0].name if added else "It"
    text = f"It would be {name}" + (f", and {in_words(moved)}." if moved else ".")
    return Question(text, (("add it anyway" if doubt else "add it", {**asked, "sure": True}),), doubt)


def about_overlap(before: Trace, drawn: Vertebra, asked: Asked) -> Question | None:
    """What to ask before a `drawn` outline covers a neighbour: by more than the method allows, and than it did."""
    limit = _overlap_limit(before)
    old = next(vertebra for vertebra in before.vertebrae if vertebra.number == drawn.number)
    others = [vertebra for vertebra in before.vertebrae if vertebra.number != drawn.number]
    over = [
        f"{other.name} by {percent_with_limit(share, limit)}"
        for other in others
        if (share := drawn.mask.iou(other.mask)) > max(limit, old.mask.iou(other.mask))
    ]
    if not over:
        return None
    text = f"{drawn.name} would overlap {listed(over)}."
    warning = "The label map gives a shared pixel to one vertebra only; tables and outlines count it for both."
    return Question(text, (("keep this outline", {**asked, "sure": True}),), warning)


def _overlap_limit(trace: Trace) -> float:
    """The overlap that the run's method allows; a limit of 1 is none."""
    limit = trace.settings.get("overlap_limit")
    return float(limit) if isinstance(limit, (int, float)) and limit < 1 else MOST_OVERLAP


def _looks_like_background(after: Trace) -> str:
    added = [step for step in decisions_of(after.events).steps if step.direction == "added"]
    last = added[-1] if added else None
    if last is None or last.value is None or last.limit is None or last.value <= last.limit:
        return ""
    return f"The classifier sees background there ({percent(last.value)}), not a vertebra."


def renamed(before: Trace, after: Trace) -> dict[int, tuple[str, str]]:
    """Vertebrae, by number, whose name changes: the old and the new one."""
    old = {vertebra.number: vertebra.name for vertebra in before.vertebrae}
    pairs = {v.number: (old[v.number], v.name) for v in after.vertebrae if v.number in old}
    return {number: pair for number, pair in pairs.items() if pair[0] != pair[1]}


def in_words(pairs: list[tuple[str, str]]) -> str:
    """Changes of names in a few words: "C5, C6 and C7 become one level lower (C5 to C6 … C7 to T1)"."""
    if not pairs:
        return "no other name changes"
    names = [old for old, _ in pairs]
    who = listed(names)
    order = order_with(Level.__members__.get(name) for pair in pairs for name in pair)
    steps = {_steps(old, new, order) for old, new in pairs}
    verb = "becomes" if len(names) == 1 else "become"
    if len(pairs) == 1:
        return f"{who} becomes {pairs[0][1]}"
    if len(steps) == 1 and (step := steps.pop()) is not None:
        count = {1: "one level", 2: "two levels"}.get(abs(step), f"{abs(step)} levels")
        return f"{who} {verb} {count} {'lower' if step > 0 else 'higher'} ({pairs[0][1]} to {pairs[-1][1]})"
    return f"{who} {verb} {listed([new for _, new in pairs])}, in this order"


def _steps(old: str, new: str, order: Sequence[Level]) -> int | None:
    known = {level.name: place for place, level in enumerate(order)}
    return known[new] - known[old] if old in known and new in known else None


def disagreement(before: Trace, after: Trace) -> str:
    """What the networks say against new names: an end of the spine they recognised, or another region."""
    anchor = before.anchor
    seen = anchor is not None and anchor.source not in (READER, LOCKED, BEFORE)
    if seen and anchor is not None and renamed(before, after).get(anchor.vertebra):
        sure = f" with {percent(anchor.probability)}" if anchor.probability is not None else ""
        return f"The classifier recognised {anchor.level.name}{sure}: these names contradict it."
    old, new = _region(before), _region(after)
    if old is not None and new is not None and old is not new:
        return f"These bodies were named as {old.value}; now most of them would be {new.value}."
    return ""


def _region(trace: Trace) -> Region | None:
    """Where most vertebrae lie."""
    levels: list[Level] = [vertebra.level for vertebra in trace.vertebrae if vertebra.level is not None]
    most = Counter(level.region for level in levels).most_common(1)
    return most[0][0] if most else None
