"""The labels of one film, gathered one by one; what cannot be used is listed with its reason, never dropped."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from spinefm.core.foreign import reason_of
from spinefm.core.geometry import Box
from spinefm.core.levels import Level
from spinefm.core.masks import Mask
from spinefm.data.box_sides import check_sides
from spinefm.data.case import Case, Skipped, Truth, region_of
from spinefm.data.labels import Conventions, cut_by_edge
from spinefm.data.order import check_order, places_of
from spinefm.data.oriented import as_upright
from spinefm.data.outlines import Outlines, OutsideFilm, rotated
from spinefm.data.pieces import LabelPiece, covering, parts_of, settled

MOST_LABELS = 2_000
"""Labels of one film."""


class Sheet:
    """The labels of the film `name` of `size` (width, height)."""

    def __init__(self, name: str, size: tuple[int, int], conventions: Conventions) -> None:
        self.name = name
        self.outlines = Outlines(size)
        self._table = conventions.names
        self._pieces: dict[Level, list[LabelPiece]] = defaultdict(list)
        self._boxes: dict[Level, list[Box]] = defaultdict(list)
        self._left: list[Skipped] = []
        self._count = 0
        self._named = 0
        self._outside = 0

    def leave_out(self, label: str, why: str) -> None:
        """List a label that is not in the truth."""
        self._left.append(Skipped(self.name, why, label[:80]))

    def polygon(self, label: str, points: Any, offset: float = 0.0, group: object = None) -> None:
        """Take a polygon (N, 2) of (x, y), moved by `offset` pixels to have pixel centres at integers."""
        self._take(label, lambda level: self._add(level, self.outlines.fill(level.name, points, offset), group))

    def mask(self, label: str, mask: Callable[[], Mask], group: object = None) -> None:
        """Take a mask that one label holds; it is made only where the label names a level."""
        self._take(label, lambda level: self._add(level, mask(), group))

    def whole(self, label: str, mask: Callable[[], Mask]) -> None:
        """Take a mask of all that a film has of a level: what lies apart in it may be another body."""
        self._take(label, lambda level: self._add_parts(level, mask()))

    def box(self, label: str, corners: Any) -> None:
        """Take a loose box x0, y0, x1, y1."""
        self._take(label, lambda level: self._add_box(level, self.outlines.box(level.name, corners)))

    def rotated_box(self, label: str, corners: Any, degrees: float, offset: float, group: object = None) -> None:
        """Take the outline of a box x0, y0, x1, y1 that was rotated clockwise about its centre."""
        fill = self.outlines.fill
        self._take(label, lambda level: self._add(level, fill(level.name, rotated(corners, degrees), offset), group))

    def _add(self, level: Level, mask: Mask, group: object) -> None:
        if not mask.area:
            raise OutsideFilm("it contains no pixel of the film")
        self._pieces[level].append(LabelPiece(mask, group))

    def level(self, level: Level, mask: Mask) -> None:
        """Take the mask of all that a film has of a level that needs no name."""
        self._named += 1
        self._add_parts(level, mask)

    def _add_parts(self, level: Level, mask: Mask) -> None:
        if not mask.area:
            raise ValueError("its mask is empty")
        pieces, pixels = parts_of(mask)
        self._pieces[level] += pieces
        if pixels:
            self.leave_out(level.name, f"fragments of {pixels} pixels far from the body are not used")

    def _add_box(self, level: Level, box: Box) -> None:
        self._boxes[level].append(box)

    def _take(self, label: str, add: Callable[[Level], None]) -> None:
        """Take what a label of a level holds. A damaged one is left out; what only one film can bear refuses it."""
        self._count += 1
        if self._count > MOST_LABELS:
            raise ValueError(f"it has more than {MOST_LABELS} labels")
        named = self._table.read(label)
        if named.level is None:
            self.leave_out(label, named.why)
            return
        self._named += 1
        try:
            add(named.level)
        except OutsideFilm as error:
            self._outside += 1
            self.leave_out(label, reason_of(error))
        except (ValueError, TypeError, LookupError, OverflowError, OSError) as error:
            self.leave_out(label, reason_of(error))

    def case(self, film: Path, **more: Any) -> Case:
        """The case of what was gathered; `more` goes to `Case`. Raises ValueError where nothing is left."""
        masks: Mapping[Level, Mask] = self._masks()
        boxes: Mapping[Level, Box]
        boxes = {level: box for level in sorted(self._boxes) if (box := self._one_box(level, masks)) is not None}
        if not masks and not boxes:
            raise ValueError(f"it contains no label of a vertebral body such as C5{self._reasons()}")
        if 2 * self._outside > self._named:
            raise ValueError(
                f"{self._outside} of its {self._named} labels lie outside the film of {self.outlines.size[0]} x "
                f"{self.outlines.size[1]} pixels, so it was drawn on another film or at another size"
            )
        masks, boxes = as_upright((masks, boxes), more.get("content") or film, self.outlines.size)
        case = case_of(self.name, film, self.outlines.size, masks, boxes)
        return replace(case, left_out=tuple(self._left), **more)

    def _reasons(self) -> str:
        shown = [f"{one.label!r}: {one.why}" for one in self._left[:3]]
        return f" ({'; '.join(shown)})" if shown else ""

    def _masks(self) -> dict[Level, Mask]:
        """The one mask of each level, without those that cover another one."""
        masks: dict[Level, Mask] = {}
        for level, one in settled(self._pieces, self.outlines.size).items():
            for why in one.left:
                self.leave_out(level.name, why)
            if one.mask is not None:
                masks[level] = one.mask
        covered = covering(masks)
        for level, other in covered.items():
            self.leave_out(level.name, f"its outline covers most of {other.name}'s, so it is not used")
        return {level: mask for level, mask in masks.items() if level not in covered}

    def _one_box(self, level: Level, masks: Mapping[Level, Mask]) -> Box | None:
        boxes = set(self._boxes[level])
        if level in masks:
            self.leave_out(level.name, "it has an outline, so its box is not used")
            return None
        if len(boxes) > 1 or level in self._pieces:
            self.leave_out(level.name, "it appears in two places, so neither is used")
            return None
        return boxes.pop()


def case_of(
    name: str, film: Path, size: tuple[int, int], masks: Mapping[Level, Mask], boxes: Mapping[Level, Box]
) -> Case:
    """A case whose bodies at the film's edge are partial; the truth is not complete.

    Raises ValueError for boxes in another form, for levels out of order, and where no body is whole.
    """
    check_sides(boxes, masks, size)
    check_order(places_of(masks, boxes))
    partial = {level: mask for level, mask in masks.items() if cut_by_edge(mask, size)}
    bodies = {level: mask for level, mask in masks.items() if level not in partial}
    if not bodies and not boxes:
        raise ValueError("every body in it reaches the film's edge, so none can be scored")
    truth = Truth(bodies, partial, complete=False, boxes=boxes)
    return Case(name, film, region_of([*masks, *boxes]), "", truth, name, size=size)
