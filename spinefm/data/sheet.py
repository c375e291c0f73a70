"""The labels of one film, gathered one by one; what cannot be used is listed with its reason, never dropped."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from pathlib import Path
from typing import Any

import numpy as np

from spinefm.core.foreign import reason_of
from spinefm.core.geometry import Box
from spinefm.core.levels import Level
from spinefm.core.masks import Mask
from spinefm.data.case import Case, Skipped, Truth, region_of
from spinefm.data.labels import Conventions, cut_by_edge
from spinefm.data.outlines import Outlines

SAME = 0.8
"""Two outlines of one level that overlap by more (IoU) are one that was saved twice."""
CLOSE = 0.5
"""Two pieces of one level belong together when the gap between their boxes is at most this share of the larger side."""
SCRAP = 0.02
"""A piece far from the body is a slip of the hand where it has less than this share of the body's area."""
MOST_LABELS = 2_000
"""Labels of one film."""


@dataclass(frozen=True)
class LabelPiece:
    """One outline of a level: its mask, and the group that its label belongs to (None: none)."""

    mask: Mask
    group: object = None


class Sheet:
    """The labels of the film `name` of `size` (width, height)."""

    def __init__(self, name: str, size: tuple[int, int], conventions: Conventions) -> None:
        self.name = name
        self.outlines = Outlines(size)
        self._names = conventions.names
        self._pieces: dict[Level, list[LabelPiece]] = defaultdict(list)
        self._boxes: dict[Level, list[Box]] = defaultdict(list)
        self._left: list[Skipped] = []
        self._count = 0

    def leave_out(self, label: str, why: str) -> None:
        """List a label that is not in the truth."""
        self._left.append(Skipped(self.name, why, label[:80]))

    def polygon(self, label: str, points: Any, offset: float = 0.0, group: object = None) -> None:
        """Take a polygon (N, 2) of (x, y), moved by `offset` pixels to have pixel centres at integers."""
        self._take(label, lambda level: self._add(level, self.outlines.fill(level.name, points, offset), group))

    def mask(self, label: str, mask: Callable[[], Mask], group: object = None) -> None:
        """Take a mask, which is made only where the label names a level."""
        self._take(label, lambda level: self._add(level, mask(), group))

    def box(self, label: str, corners: Any) -> None:
        """Take a loose box x0, y0, x1, y1."""
        self._take(label, lambda level: self._boxes[level].append(self.outlines.box(level.name, corners)))

    def _add(self, level: Level, mask: Mask, group: object) -> None:
        if not mask.area:
            raise ValueError("it contains no pixel of the film")
        self._pieces[level].append(LabelPiece(mask, group))

    def _take(self, label: str, add: Callable[[Level], None]) -> None:
        """Take what a label of a level holds. A damaged one is left out; what only one film can bear refuses it."""
        self._count += 1
        if self._count > MOST_LABELS:
            raise ValueError(f"it has more than {MOST_LABELS} labels")
        named = self._names.read(label)
        if named.level is None:
            self.leave_out(label, named.why)
            return
        try:
            add(named.level)
        except (ValueError, TypeError, LookupError, OverflowError, OSError) as error:
            self.leave_out(label, reason_of(error))

    def case(self, film: Path, **more: Any) -> Case:
        """The case of what was gathered; `more` goes to `Case`. Raises ValueError where nothing is left."""
        masks = {level: mask for level in sorted(self._pieces) if (mask := self._joined(level)) is not None}
        boxes = {level: box for level in sorted(self._boxes) if (box := self._one_box(level, masks)) is not None}
        if not masks and not boxes:
            raise ValueError(f"it contains no label of a vertebral body such as C5{self._reasons()}")
        case = case_of(self.name, film, self.outlines.size, masks, boxes)
        return replace(case, left_out=tuple(self._left), **more)

    def _reasons(self) -> str:
        shown = [f"{one.label!r}: {one.why}" for one in self._left[:3]]
        return f" ({'; '.join(shown)})" if shown else ""

    def _joined(self, level: Level) -> Mask | None:
        """The one mask of a level: pieces of a body joined, a copy counted once; None where they are two bodies."""
        first, *others = sorted(self._pieces[level], key=lambda piece: -piece.mask.area)
        parts = [first.mask]
        for piece in others:
            if first.mask.iou(piece.mask) > SAME:
                self.leave_out(level.name, "the same outline appears twice; it counts once")
            elif _is_close(piece, first, parts):
                parts.append(piece.mask)
            elif piece.mask.area < SCRAP * first.mask.area:
                self.leave_out(level.name, f"a fragment of {piece.mask.area} pixels far from the body is not used")
            elif piece.group is not None and piece.group == first.group:
                parts.append(piece.mask)
            else:
                self.leave_out(level.name, "it appears in two places, so neither is used")
                return None
        return parts[0] if len(parts) == 1 else _union(parts, self.outlines.size)

    def _one_box(self, level: Level, masks: Mapping[Level, Mask]) -> Box | None:
        boxes = set(self._boxes[level])
        if level in masks:
            self.leave_out(level.name, "it has an outline, so its box is not used")
            return None
        if len(boxes) > 1 or level in self._pieces:
            self.leave_out(level.name, "it appears in two places, so neither is used")
            return None
        return boxes.pop()


def _is_close(piece: LabelPiece, first: LabelPiece, parts: Sequence[Mask]) -> bool:
    """Whether a piece lies close to one of the `parts` of a body."""
    side = max(first.mask.box.width, first.mask.box.height)
    return any(_gap(piece.mask.box, part.box) <= CLOSE * side for part in parts)


def _gap(one: Box, other: Box) -> float:
    """The distance between two boxes, 0 where they touch or overlap."""
    x = max(one.x0 - other.x1, other.x0 - one.x1, 0)
    y = max(one.y0 - other.y1, other.y0 - one.y1, 0)
    return float(np.hypot(x, y))


def _union(parts: Sequence[Mask], size: tuple[int, int]) -> Mask:
    shape = (size[1], size[0])
    return Mask.from_array(reduce(np.logical_or, (part.on_film(shape) for part in parts)))


def case_of(
    name: str, film: Path, size: tuple[int, int], masks: Mapping[Level, Mask], boxes: Mapping[Level, Box]
) -> Case:
    """A case whose bodies at the film's edge are partial; the truth is not complete."""
    partial = {level: mask for level, mask in masks.items() if cut_by_edge(mask, size)}
    bodies = {level: mask for level, mask in masks.items() if level not in partial}
    truth = Truth(bodies, partial, complete=False, boxes=boxes)
    return Case(name, film, region_of([*masks, *boxes]), "", truth, name, size=size)
