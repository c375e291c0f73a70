"""The stored result of a film's evaluation: one flat row for the film, one per vertebra, and outlines to draw."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Any, Literal

from spinefm.core.foreign import foreign_input, json_of

SCHEMA = 2
"""Version of the layout on disk; 2 holds what splits the tables: edges, probabilities, and checksums."""

LISTS = ("mask_dice", "mask_probability", "mask_named")
"""Columns of a film that hold a value per mask."""

Kind = Literal["body", "box", "extra"]


@dataclass(frozen=True)
class VertebraRow:
    """An annotated vertebra and what was found of it, or a mask beyond those (`kind` "extra").

    kind: "body" with an outline, "box" with a loose box only, "extra" a mask that identifies no body, or one that
    another mask identifies better. level: the true one, "" for extras. number: the mask's number in the trace.
    dice: the best Dice of any mask (of an extra: with any body). found: whether a box was found. name: that mask's.
    matched_dice, shift, assd, nsd: of the mask assigned one to one; None where there is none. event: the index of the
    trace's event to look at. edge_share: the share of the true outline that shows on the film (see `edges`); None
    without an outline. probability: how sure the method was of that mask.
    """

    film: str
    kind: Kind
    level: str
    number: int | None
    dice: float | None
    found: bool | None
    name: str
    reason: str
    event: int | None
    matched_dice: float | None = None
    shift: int | None = None
    assd_px: float | None = None
    assd_mm: float | None = None
    nsd_px: float | None = None
    nsd_mm: float | None = None
    edge_share: float | None = None
    probability: float | None = None


@dataclass(frozen=True)
class FilmRow:
    """A film: what it is, what was found on it, and why the run stopped.

    failure: why no run could start, else "". mask_dice: the best Dice of each mask with any body, of those masks that
    can be judged; mask_probability: how sure the method was of each of them; mask_named: whether its name is that of
    the body, None without a name. level_shift: the shift that most names share. pq_…: counts of the panoptic quality,
    None where the truth is not complete. film_sha256: of the film's file; truth_sha256: of the truth as it was drawn,
    whatever layout it came in. rotated: degrees by which film and truth were rotated clockwise before the run; in older
    evaluations 0.
    """

    film: str
    region: str
    group: str
    subject: str
    width: int
    height: int
    spacing_mm: float | None
    complete: bool
    failure: str
    annotated: int
    predicted: int
    false_masks: int
    doubled_masks: int
    merged_masks: int
    anchor: str
    names_given: int
    wrong_names: int
    level_shift: int | None
    pq_iou_sum: float | None
    pq_matched: int | None
    pq_false: int | None
    pq_missed: int | None
    stop_up: str
    stop_down: str
    mask_dice: tuple[float, ...]
    mask_probability: tuple[float | None, ...]
    mask_named: tuple[bool | None, ...]
    film_sha256: str
    truth_sha256: str
    rotated: int = 0


@dataclass(frozen=True)
class CaseOutlines:
    """Outlines as x, y, x, y … in film pixels: true bodies and boxes by level, masks by number and name."""

    truth: dict[str, list[float]]
    partial: dict[str, list[float]]
    boxes: dict[str, list[int]]
    masks: list[dict[str, Any]]


@dataclass(frozen=True)
class FilmResult:
    """Everything that an evaluation stores of one film beside its trace."""

    row: FilmRow
    vertebrae: tuple[VertebraRow, ...]
    drawing: CaseOutlines

    def to_json(self) -> str:
        """The result as JSON; the same result gives the same text."""
        return json.dumps({"schema": SCHEMA, **asdict(self)}, ensure_ascii=False, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str | bytes) -> FilmResult:
        """The result that `to_json` wrote. Raises ValueError for anything else, or another layout."""
        sentence = "The stored result is damaged ({}); remove it and evaluate the film again."
        with foreign_input(lambda reason: ValueError(sentence.format(reason))):
            raw = json_of(text)
            if raw.pop("schema") != SCHEMA:
                raise ValueError("it has another layout")
            row = FilmRow(**{**raw["row"], **{name: tuple(raw["row"][name]) for name in LISTS}})
            return cls(row, tuple(VertebraRow(**one) for one in raw["vertebrae"]), CaseOutlines(**raw["drawing"]))
