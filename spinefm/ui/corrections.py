"""What a reader corrects in a finished run, as a log of events: applied in order, undone by leaving out the last.

A corrected trace keeps every step of the run; only its names and its result change, and its notes say how.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from spinefm.anatomy import COUNTED, UNNAMED_ID, Level, counted_from
from spinefm.trace import Anchor, Event, Finished, Named, Trace, Vertebra

Action = Literal["name", "shift", "delete"]
READER = "named by the reader"


class Refused(ValueError):
    """A correction that cannot be; its text is one sentence that says why."""


@dataclass(frozen=True)
class Correction:
    """One entry of the log.

    name: the vertebra of that `number` is `level`, and the others are counted from it. shift: all names move by
    `offset` levels, down the spine when it is positive. delete: the vertebra of that `number` is none.
    """

    action: Action
    number: int | None = None
    level: str | None = None
    offset: int = 0


@dataclass(frozen=True)
class CorrectedRun:
    """A finished run, the corrections that hold, and those undone that can be done again (the last undone first)."""

    base: Trace
    done: tuple[Correction, ...] = ()
    undone: tuple[Correction, ...] = ()

    @property
    def trace(self) -> Trace:
        """The run with its corrections."""
        trace = self.base
        for correction in self.done:
            trace = apply(trace, correction)
        return trace

    def correct(self, correction: Correction) -> CorrectedRun:
        """One more correction. Raises Refused."""
        apply(self.trace, correction)
        return CorrectedRun(self.base, (*self.done, correction))

    def undo(self) -> CorrectedRun:
        """Without the last correction."""
        if not self.done:
            raise Refused("There is nothing to undo.")
        return CorrectedRun(self.base, self.done[:-1], (self.done[-1], *self.undone))

    def redo(self) -> CorrectedRun:
        """With the correction undone last."""
        if not self.undone:
            raise Refused("There is nothing to do again.")
        return CorrectedRun(self.base, (*self.done, self.undone[0]), self.undone[1:])


def apply(trace: Trace, correction: Correction) -> Trace:
    """The trace after one correction. Raises Refused when it cannot be."""
    if trace.finished is None:
        raise Refused("Only a finished run can be corrected: run the film first.")
    actions: dict[Action, Callable[[Trace, Correction], Trace]] = {"name": _name, "shift": _shift, "delete": _delete}
    return actions[correction.action](trace, correction)


def _name(trace: Trace, correction: Correction) -> Trace:
    index = _index(trace, correction.number)
    level = Level.__members__.get(correction.level or "")
    if level is None or level not in COUNTED:
        raise Refused("That is no level of the spine: choose one from C1 to S1.")
    was = trace.vertebrae[index].name
    return _renamed(trace, trace.vertebrae, index, level, f"{was} is {level.name}, the others are counted from it")


def _shift(trace: Trace, correction: Correction) -> Trace:
    index, first = next(((i, v.level) for i, v in enumerate(trace.vertebrae) if v.level), (0, None))
    if first is None:
        raise Refused("Nothing is named yet: say first which level one vertebra is.")
    moved = COUNTED.index(first) + correction.offset
    if moved not in range(len(COUNTED)):
        raise Refused("The names cannot move further: the spine has no more levels there.")
    towards = "down" if correction.offset > 0 else "up"
    note = f"all names moved {towards} by {abs(correction.offset)}"
    return _renamed(trace, trace.vertebrae, index, COUNTED[moved], note)


def _delete(trace: Trace, correction: Correction) -> Trace:
    index = _index(trace, correction.number)
    gone = trace.vertebrae[index]
    left = trace.vertebrae[:index] + trace.vertebrae[index + 1 :]
    note = f"{gone.name} was deleted"
    anchor = next((event.anchor for event in trace.of(Named)), None)
    kept = next((i for i, v in enumerate(left) if anchor and v.number == anchor.vertebra), None)
    if anchor is None or kept is None:
        return _with_result(trace, left, None if kept is None else anchor, note)
    return _renamed(trace, left, kept, anchor.level, note, anchor)


def _index(trace: Trace, number: int | None) -> int:
    """The place from the top of the vertebra of that number."""
    for index, vertebra in enumerate(trace.vertebrae):
        if vertebra.number == number:
            return index
    raise Refused("There is no such vertebra: choose one of the table.")


def _renamed(
    trace: Trace, vertebrae: Sequence[Vertebra], index: int, level: Level, note: str, anchor: Anchor | None = None
) -> Trace:
    """The trace whose `vertebrae` are counted from the one at `index`, which is `level`."""
    levels = counted_from(level, index, len(vertebrae))
    if None in levels:
        raise Refused(f"With {level.name} there the names would run beyond the spine's end: choose another level.")
    pairs = zip(vertebrae, levels, strict=True)
    named = [replace(v, level=new, name=new.name, level_id=int(new)) for v, new in pairs if new is not None]
    return _with_result(trace, named, anchor or Anchor(vertebrae[index].number, level, READER), note)


def _with_result(trace: Trace, vertebrae: Sequence[Vertebra], anchor: Anchor | None, note: str) -> Trace:
    """The trace with other final vertebrae; those without a level are numbered anew from the top."""
    final = tuple(v if v.level else _relative(v, index) for index, v in enumerate(vertebrae))
    text = f"Corrected by the reader: {note}."

    def corrected(event: Event) -> Event:
        if isinstance(event, Named):
            return replace(
                event, vertebrae=tuple(v.number for v in final), levels=tuple(v.level for v in final), anchor=anchor
            )
        return replace(event, vertebrae=final, notes=(*event.notes, text)) if isinstance(event, Finished) else event

    return replace(trace, events=tuple(corrected(event) for event in trace.events))


def _relative(vertebra: Vertebra, index: int) -> Vertebra:
    return replace(vertebra, name=f"V{index + 1}", level_id=UNNAMED_ID + index)
