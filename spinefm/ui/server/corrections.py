"""What a reader corrects in a finished run, as a log of events: each adds one to the trace, undo takes the last away.

A corrected trace keeps every step and the result of the run; each correction says what holds from then on.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from spinefm.core.geometry import principal_axis
from spinefm.core.levels import Level, counted_from, order_with
from spinefm.core.words import listed
from spinefm.methods import Addition
from spinefm.trace.model import Action, Anchor, Corrected, Named, Trace, Vertebra, counting_order, redrawn
from spinefm.trace.registry import Event

READER = "named by the reader"
LOCKED = "locked by the reader"
BEFORE = "named before its anchor was deleted"
SAME = 0.3
"""Dice above which two masks are one vertebra."""


class Refused(ValueError):
    """A correction that cannot be; its text is one sentence that says why."""


@dataclass(frozen=True)
class Correction:
    """One wish of the reader that needs no network.

    name: the vertebra of that `number` is `level`, and the others are counted from it. shift: all names move by
    `offset` levels, down the spine when it is positive. delete: the vertebra of that `number` is none; its name stays
    free, unless the names are to `close` up. lock, unlock: it keeps its name and mask whatever comes, or no longer.
    reading: the names are those of the run's `offset`th reading, 0 the likeliest and 1 the second.
    """

    action: Action
    number: int | None = None
    level: str | None = None
    offset: int = 0
    close: bool = False


@dataclass(frozen=True)
class CorrectedRun:
    """A finished run; the trace after each correction that holds, and after those undone (the last undone first)."""

    base: Trace
    done: tuple[Trace, ...] = ()
    undone: tuple[Trace, ...] = ()

    @property
    def trace(self) -> Trace:
        """The run with its corrections."""
        return self.done[-1] if self.done else self.base

    def correct(self, correction: Correction) -> CorrectedRun:
        """One more correction. Raises Refused."""
        return self.followed_by(apply(self.trace, correction))

    def followed_by(self, trace: Trace) -> CorrectedRun:
        """With `trace` as what holds now; nothing can be done again."""
        return CorrectedRun(self.base, (*self.done, trace))

    def undo(self) -> CorrectedRun:
        """Without the last correction. Raises Refused."""
        if not self.done:
            raise Refused("There is nothing to undo.")
        return CorrectedRun(self.base, self.done[:-1], (self.done[-1], *self.undone))

    def redo(self) -> CorrectedRun:
        """With the correction undone last. Raises Refused."""
        if not self.undone:
            raise Refused("There is nothing to redo.")
        return CorrectedRun(self.base, (*self.done, self.undone[0]), self.undone[1:])


def apply(trace: Trace, correction: Correction) -> Trace:
    """The trace after one correction. Raises Refused when it cannot be."""
    _refuse_unfinished(trace)
    actions: Mapping[Action, Callable[[Trace, Correction], Corrected]] = {
        "name": _name,
        "shift": _shift,
        "reading": _reading,
        "delete": _delete,
        "lock": _lock,
        "unlock": _unlock,
    }
    return _with(trace, actions[correction.action](trace, correction))


def _refuse_unfinished(trace: Trace) -> None:
    if trace.finished is None:
        raise Refused("Only a finished run can be corrected: run the film first.")


def _with(trace: Trace, correction: Corrected, events: Sequence[Event] = ()) -> Trace:
    return replace(trace, events=(*trace.events, *events, correction))


def _name(trace: Trace, correction: Correction) -> Corrected:
    vertebra = _vertebra(trace, correction.number)
    level = Level.__members__.get(correction.level or "")
    if level is None:
        raise Refused("That is not a vertebral level: choose one from C1 to S1.")
    text = f"{vertebra.name} is {level.name}, the others are counted from it."
    return _counted(trace, "name", text, trace.vertebrae, Anchor(vertebra.number, level, READER))


def _shift(trace: Trace, correction: Correction) -> Corrected:
    first = next((v for v in trace.vertebrae if v.level), None)
    if first is None or first.level is None:
        raise Refused("Nothing is named yet: say first which level one vertebra is.")
    order = counting_order(trace.events)
    place = order.index(first.level) + correction.offset
    if place not in range(len(order)):
        raise Refused(_beyond("shift", first.level, order, is_below=place > 0))
    towards = "down" if correction.offset > 0 else "up"
    text = f"all names moved {towards} by {abs(correction.offset)}."
    return _counted(trace, "shift", text, trace.vertebrae, Anchor(first.number, order[place], READER))


def _reading(trace: Trace, correction: Correction) -> Corrected:
    """Names of a reading that the run offered; bodies that came or went since then have no place in it."""
    named = next(trace.of(Named), None)
    readings = () if named is None else (named.best, named.second)
    reading = readings[correction.offset] if correction.offset in range(len(readings)) else None
    numbers = tuple(vertebra.number for vertebra in trace.vertebrae)
    if named is None or reading is None or named.vertebrae != numbers:
        raise Refused("The run offers no such names for these vertebrae: say which level one of them is.")
    _refuse_locked(trace, dict(zip(numbers, reading.levels, strict=True)))
    anchor = next((Anchor(n, level, READER) for n, level in zip(numbers, reading.levels, strict=True) if level), None)
    return Corrected("reading", f"the names are {reading.span}.", numbers, reading.levels, anchor, trace.locked)


def _delete(trace: Trace, correction: Correction) -> Corrected:
    gone = _vertebra(trace, correction.number)
    if gone.number in trace.locked:
        raise Refused(f"{gone.name} is locked: unlock it before you delete it.")
    left = tuple(v for v in trace.vertebrae if v.number != gone.number)
    anchor = _anchor_among(trace, left)
    if correction.close or any(vertebra.level is None for vertebra in left):
        return _counted(trace, "delete", f"{gone.name} was deleted.", left, anchor, gaps=False)
    numbers, levels = tuple(v.number for v in left), tuple(v.level for v in left)
    return Corrected("delete", f"{gone.name} was deleted.", numbers, levels, anchor, trace.locked)


def _lock(trace: Trace, correction: Correction) -> Corrected:
    vertebra = _vertebra(trace, correction.number)
    locked = (*(number for number in trace.locked if number != vertebra.number), vertebra.number)
    return _unchanged(trace, "lock", f"{vertebra.name} was locked.", locked)


def _unlock(trace: Trace, correction: Correction) -> Corrected:
    vertebra = _vertebra(trace, correction.number)
    locked = tuple(number for number in trace.locked if number != vertebra.number)
    return _unchanged(trace, "unlock", f"{vertebra.name} was unlocked.", locked)


def _unchanged(trace: Trace, action: Action, text: str, locked: tuple[int, ...]) -> Corrected:
    numbers, levels = tuple(v.number for v in trace.vertebrae), tuple(v.level for v in trace.vertebrae)
    return Corrected(action, text, numbers, levels, trace.anchor, locked)


def _vertebra(trace: Trace, number: int | None) -> Vertebra:
    for vertebra in trace.vertebrae:
        if vertebra.number == number:
            return vertebra
    raise Refused("There is no such vertebra: choose one of the table.")


def extended(trace: Trace, action: Action, addition: Addition) -> Trace:
    """The trace with what came to it by "go on" or "add". Raises Refused when the names or a lock forbid it."""
    _refuse_unfinished(trace)
    together = _from_the_top((*trace.vertebrae, *addition.vertebrae))
    anchor = _anchor_among(trace, together)
    if anchor is not None and addition.vertebrae and _refuted(anchor, addition.refuted):
        anchor = None
    counted = _counted(trace, action, "", together, anchor or addition.anchor, addition.vertebrae)
    correction = replace(counted, settings=addition.settings)
    after = _with(trace, correction, addition.events)
    new = {vertebra.number for vertebra in addition.vertebrae}
    names = listed([vertebra.name for vertebra in after.vertebrae if vertebra.number in new])
    return _with(trace, replace(correction, text=_words(addition.passed, names)), addition.events)


def _refuted(anchor: Anchor, refuted: int | None) -> bool:
    """Whether the names rest on a spine end that is none; the reader's own word holds."""
    return anchor.vertebra == refuted and anchor.source not in (READER, LOCKED)


def _words(passed: str, names: str) -> str:
    """What the reader did and what came of it: `passed` is what the run went on past, empty for a click."""
    if not passed:
        return f"{names} was added by a click."
    return f"{passed} and found {names or 'nothing more'}."


def _from_the_top(vertebrae: Sequence[Vertebra]) -> tuple[Vertebra, ...]:
    axis = principal_axis([vertebra.centroid for vertebra in vertebrae])
    return tuple(sorted(vertebrae, key=lambda vertebra: axis.position(vertebra.centroid)))


def _anchor_among(trace: Trace, vertebrae: Sequence[Vertebra]) -> Anchor | None:
    """What the names rest on: a locked vertebra, else the anchor, else any that has a name; all among `vertebrae`."""
    named = [(v.number, v.level) for v in vertebrae if v.level is not None]
    held = next((Anchor(number, level, LOCKED) for number, level in named if number in trace.locked), None)
    anchor = trace.anchor
    if held is None and anchor is not None and anchor.vertebra in {number for number, _ in named}:
        return anchor
    return held or next((Anchor(number, level, BEFORE) for number, level in named), None)


def _counted(
    trace: Trace,
    action: Action,
    text: str,
    vertebrae: Sequence[Vertebra],
    anchor: Anchor | None,
    added: tuple[Vertebra, ...] = (),
    gaps: bool = True,
) -> Corrected:
    """The correction after which `vertebrae` are counted from `anchor`, with the `gaps` that are there or without.

    Raises Refused.
    """
    numbers = tuple(vertebra.number for vertebra in vertebrae)
    levels: tuple[Level | None, ...] = (None,) * len(numbers)
    if anchor is not None:
        order = _order(trace, action, anchor)
        kept = _with_gaps(trace, numbers, anchor, order) if gaps else None
        levels = kept or counted_from(anchor.level, numbers.index(anchor.vertebra), len(numbers), order)
        if None in levels:
            raise Refused(_beyond(action, anchor.level, order, is_below=levels[-1] is None))
    _refuse_locked(trace, dict(zip(numbers, levels, strict=True)))
    return Corrected(action, text, numbers, levels, anchor, trace.locked, added)


def _beyond(action: Action, level: Level, order: Sequence[Level], is_below: bool) -> str:
    """Why names cannot run beyond the spine's end, in answer to what was asked for."""
    last, which = (order[-1].name, "last") if is_below else (order[0].name, "first")
    side, towards, back = ("below", "down", "up") if is_below else ("above", "up", "down")
    if action == "shift":
        outermost = "lowest" if is_below else "topmost"
        return (
            f"{last} is the {which} level, so the names cannot move {towards}: "
            f"delete the {outermost} vertebra first if it is none."
        )
    if action in ("add", "go on"):
        return (
            f"Nothing can be added {side} {last}, the {which} level: "
            f"if a vertebra is missing there, move the names {back} first."
        )
    return f"With {level.name} there the names would run beyond the spine's end: choose another level."


def _order(trace: Trace, action: Action, anchor: Anchor) -> tuple[Level, ...]:
    """The levels by which names are counted from the anchor: with L6 where the names have one or the reader names one.

    To give the L6 another name says that there is none.
    """
    before = {vertebra.number: vertebra.level for vertebra in trace.vertebrae}.get(anchor.vertebra)
    known = () if action == "name" and before is Level.L6 else counting_order(trace.events)
    return order_with((anchor.level, *known))


def _with_gaps(
    trace: Trace, numbers: Sequence[int], anchor: Anchor, order: Sequence[Level]
) -> tuple[Level | None, ...] | None:
    """The names counted by `order` from the anchor with the gaps that deletions left; a new vertebra in a gap fills it.

    None where there is no gap, or where a new vertebra has no place in one.
    """
    before = counting_order(trace.events)
    places = {v.number: before.index(v.level) for v in trace.vertebrae if v.level is not None}
    known = [places.get(number) for number in numbers]
    for index, place in enumerate(known[1:-1], 1):
        above, below = known[index - 1], known[index + 1]
        if place is None and above is not None and below is not None and below - above == 2:
            known[index] = above + 1
    filled = [place for place in known if place is not None]
    if len(filled) < len(known) or not filled or filled[-1] - filled[0] < len(filled):
        return None
    offset = order.index(anchor.level) - filled[numbers.index(anchor.vertebra)]
    moved = [place + offset for place in filled]
    return tuple(order[place] if 0 <= place < len(order) else None for place in moved)


def _refuse_locked(trace: Trace, levels: Mapping[int, Level | None]) -> None:
    for vertebra in trace.vertebrae:
        if vertebra.number in trace.locked and levels[vertebra.number] is not vertebra.level:
            raise Refused(f"{vertebra.name} is locked, and this would rename it: unlock it first.")


def carried(old: Trace, new: Trace) -> Trace:
    """The `new` run on the same film with the locked vertebrae of the `old` one as they were, and counted from them."""
    kept = [vertebra for vertebra in old.vertebrae if vertebra.number in old.locked]
    if not kept:
        return new
    first = 1 + max((vertebra.number for vertebra in new.vertebrae), default=-1)
    held = tuple(replace(vertebra, number=first + index) for index, vertebra in enumerate(kept))
    others = [v for v in new.vertebrae if all(v.mask.dice(locked.mask) <= SAME for locked in held)]
    spine = _from_the_top((*others, *held))
    levels = _levels_round(spine, held, counting_order(new.events))
    anchor = next((Anchor(v.number, v.level, LOCKED) for v in held if v.level), None)
    text = f"{listed([v.name for v in held])} stayed as locked."
    numbers, locked = tuple(v.number for v in spine), tuple(v.number for v in held)
    drawn = redrawn(old.events)
    edited = tuple(now.number for was, now in zip(kept, held, strict=True) if was.number in drawn)
    return _with(new, Corrected("keep", text, numbers, levels, anchor, locked, held, edited=edited))


def _levels_round(
    spine: Sequence[Vertebra], held: Sequence[Vertebra], order: Sequence[Level]
) -> tuple[Level | None, ...]:
    """Names counted by the run's `order` from the first held vertebra that has one, else the run's; held ones stay."""
    named = next((vertebra for vertebra in held if vertebra.level), None)
    levels = [vertebra.level for vertebra in spine]
    own = {vertebra.number: vertebra.level for vertebra in held}
    if named is not None and named.level is not None:
        place = [vertebra.number for vertebra in spine].index(named.number)
        levels = list(counted_from(named.level, place, len(spine), order_with((*own.values(), *order))))
    return tuple(own.get(vertebra.number, level) for vertebra, level in zip(spine, levels, strict=True))
