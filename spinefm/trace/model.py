"""The typed record of a run: the events a method emits, and the trace that keeps them, to JSON and back without loss.

A number never comes without the limit it was held against. Points are (x, y) film pixels; boxes are half open.
Vertebrae are numbered in the order in which a run accepted them; names come last, in `Named`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import Annotated, Literal, TypeVar

from pydantic import Field, TypeAdapter, ValidationError

from spinefm.core.foreign import json_of, reason_of
from spinefm.core.geometry import Axis, Box, Point
from spinefm.core.levels import UNNAMED_ID, Level
from spinefm.trace.codec import StoredLevel, StoredMask
from spinefm.trace.semantic_events import SemanticEvent

SCHEMA = 1
"""Version of the trace's layout on disk; it grows when an old reader would misread a new trace."""

Direction = Literal["seed", "up", "down", "added"]
"""Where a step belongs: to the starting points, to the walk up or down, or to a vertebra that the reader clicked."""
Verdict = Literal["accepted", "spine end", "stopped"]
Reason = Literal[
    "vertebra",
    "C2",
    "S1",
    "clicked",
    "by hand",
    "overlap",
    "background",
    "empty mask",
    "outside the film",
    "point outside",
    "step limit",
    "revisited",
    "misplaced end",
    "too faint",
]
OVERRULABLE: tuple[Reason, ...] = ("background", "overlap", "outside the film", "too faint")
"""Stops that a reader may go on past: at the others there is no mask, or one that is taken already."""
Action = Literal["name", "shift", "delete", "add", "go on", "lock", "unlock", "keep"]
"""What a correction does; "keep" carries the locked vertebrae of an earlier run into a new one."""
SPINE_ENDS: Mapping[str, Direction] = {"C2": "up", "S1": "down"}
"""The direction that each end of the spine stops."""

Setting = bool | int | float | str | None
"""What a setting's value can be."""


@dataclass(frozen=True)
class FilmRecord:
    """What a trace keeps of the film itself.

    size: (width, height) in pixels. spacing_mm: mm per pixel, or None when unknown.
    """

    name: str
    size: tuple[int, int]
    spacing_mm: float | None = None
    spacing_source: str | None = None
    polarity_turned: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Detection:
    """One vertebra proposed by the detector, kept or dropped and why."""

    score: float
    box: Box
    mask: StoredMask
    centroid: Point
    kept: bool
    reason: str


@dataclass(frozen=True)
class Located:
    """Every detection (SpineFM, section 2.1), the score limit asked for and the one used in the end."""

    detections: tuple[Detection, ...]
    score_limit: float
    limit_used: float
    kind: Literal["located"] = "located"


@dataclass(frozen=True)
class Seeded:
    """The centroids from which the induction starts, from the top; it starts anew, whatever was accepted before.

    `order` and `triple` index the detections: all kept ones along the axis, and the three chosen (none for clicks).
    """

    source: Literal["detected", "clicked"]
    axis: Axis
    order: tuple[int, ...]
    triple: tuple[int, ...]
    points: tuple[Point, ...]
    spacing: float
    mean_score: float | None
    kind: Literal["seeded"] = "seeded"


@dataclass(frozen=True)
class Proposed:
    """The next point of a step and the patch round it; `known` are the three centroids behind it, none for a seed.

    A second one in the same step looks beside the predicted point, `turned` by degrees about the last centroid: the
    likeliest kind of vertebra was `unsure` there, below `unsure_limit`. What came before it in the step is set aside.
    """

    direction: Direction
    step: int
    known: tuple[Point, ...]
    point: Point
    patch: Box
    turned: float = 0.0
    unsure: float | None = None
    unsure_limit: float | None = None
    kind: Literal["proposed"] = "proposed"


@dataclass(frozen=True)
class Segmented:
    """The mask at the proposed point; `shift` in pixels from the point to the refined centroid.

    `patch` is the patch the mask was taken from: the proposed one, or one centred anew (`recentred`); what of it lies
    outside the film was black. `outside_share` is that of a square of one spacing round the centroid. `contrast` is
    the standard deviation of the grey values in and round the mask, as a share of the film's range.
    """

    direction: Direction
    step: int
    mask: StoredMask
    centroid: Point | None
    shift: float | None
    patch: Box
    outside_share: float
    outside_limit: float
    recentred: bool = False
    contrast: float | None = None
    contrast_limit: float | None = None
    kind: Literal["segmented"] = "segmented"


@dataclass(frozen=True)
class Checked:
    """The overlap of the new mask with an accepted one: intersection over union against its limit.

    `rule`: against the previous vertebra (the paper's rule) or against any other accepted one (ours).
    """

    direction: Direction
    step: int
    rule: Literal["previous", "any"]
    value: float
    limit: float
    against: int
    kind: Literal["checked"] = "checked"


@dataclass(frozen=True)
class Classified:
    """The classifier's four probabilities at the refined centroid, and the limits that decide."""

    direction: Direction
    step: int
    background: float
    vertebra: float
    s1: float
    c2: float
    patch: Box
    background_limit: float
    end_limit: float
    kind: Literal["classified"] = "classified"


@dataclass(frozen=True)
class Decided:
    """How a step ended. `vertebra` is the accepted one's number; `value` is held against `limit` where there is one.

    `overruled` is the reason that would have ended the walk where the reader went on "by hand".
    """

    direction: Direction
    step: int
    verdict: Verdict
    reason: Reason
    value: float | None
    limit: float | None
    vertebra: int | None
    overruled: Reason | None = None
    kind: Literal["decided"] = "decided"


@dataclass(frozen=True)
class Anchor:
    """The vertebra whose level is known, from which the others are counted."""

    vertebra: int
    level: StoredLevel
    source: str
    probability: float | None = None


@dataclass(frozen=True)
class Named:
    """The names of the vertebrae, both from the top; without an anchor all levels are None."""

    vertebrae: tuple[int, ...]
    levels: tuple[StoredLevel | None, ...]
    anchor: Anchor | None
    note: str = ""
    kind: Literal["named"] = "named"


@dataclass(frozen=True)
class Vertebra:
    """A vertebra of the result; `probability` is 1 - background, how sure the classifier is of any vertebra.

    `name` is its level, or V1, V2 … from the top when nothing anchors the names.

    `level_id` is its id in a label map (VerSe, or 101 … without a level). `corners` are the four corners of its body,
    clockwise in the picture from the upper left; empty where the mask is too small to have any.
    """

    number: int
    name: str
    level: StoredLevel | None
    level_id: int
    mask: StoredMask
    centroid: Point
    corners: tuple[Point, ...]
    probability: float | None


@dataclass(frozen=True)
class Finished:
    """The end of a run: final masks from the top, seconds per stage, and what it ran on."""

    vertebrae: tuple[Vertebra, ...]
    mask_limit: float
    smoothing: float
    seconds: Mapping[str, float]
    device: str
    bundle: str
    checksums: Mapping[str, str]
    versions: Mapping[str, str]
    notes: tuple[str, ...] = ()
    kind: Literal["finished"] = "finished"


@dataclass(frozen=True)
class Corrected:
    """What the reader changed in a finished run, in words, and the whole result from then on.

    `vertebrae` (numbers from the top), `levels` and `anchor` are as in `Named`. `added` are vertebrae that came with
    this correction; their `level` does not count. `locked` are numbers of those that may not change.
    """

    action: Action
    text: str
    vertebrae: tuple[int, ...]
    levels: tuple[StoredLevel | None, ...]
    anchor: Anchor | None
    locked: tuple[int, ...] = ()
    added: tuple[Vertebra, ...] = ()
    kind: Literal["corrected"] = "corrected"


StepEvent = Proposed | Segmented | Checked | Classified | Decided
Event = Located | Seeded | StepEvent | SemanticEvent | Named | Finished | Corrected
E_co = TypeVar("E_co")


@dataclass(frozen=True)
class Trace:
    """Everything known about one run of one method on one film."""

    film: FilmRecord
    method: str
    settings: Mapping[str, Setting]
    events: tuple[Annotated[Event, Field(discriminator="kind")], ...]
    schema_version: int = field(default=SCHEMA)

    @classmethod
    def from_events(
        cls, film: FilmRecord, method: str, settings: Mapping[str, Setting], events: Iterable[Event]
    ) -> Trace:
        """Run `events` to their end and keep them."""
        return cls(film, method, dict(settings), tuple(events))

    def of(self, kind: type[E_co]) -> Iterator[E_co]:
        """The events of one kind, in order."""
        return (event for event in self.events if isinstance(event, kind))

    @property
    def finished(self) -> Finished | None:
        """The end of a run that came to it; corrections may follow."""
        return next(self.of(Finished), None)

    @property
    def vertebrae(self) -> tuple[Vertebra, ...]:
        """The vertebrae found, from the top, as corrected since; none for a run that did not finish."""
        return result(self.events)

    @property
    def anchor(self) -> Anchor | None:
        """What the names rest on, as corrected since."""
        return next((event.anchor for event in reversed(self.events) if isinstance(event, (Named, Corrected))), None)

    @property
    def corrections(self) -> tuple[Corrected, ...]:
        """What the reader changed, in order."""
        return tuple(self.of(Corrected))

    @property
    def locked(self) -> tuple[int, ...]:
        """Numbers of the vertebrae that may not change."""
        return self.corrections[-1].locked if self.corrections else ()

    @property
    def stops(self) -> dict[Direction, Decided]:
        """For each direction, the decision that ended it; see `stops`."""
        return stops(self.events)

    def to_json(self) -> str:
        """The trace as JSON."""
        return _adapter().dump_json(self).decode()

    @classmethod
    def from_json(cls, text: str | bytes) -> Trace:
        """The trace that `to_json` wrote.

        Raises ValueError, in one sentence, for what is no trace, one of another layout, and a damaged one.
        """
        try:
            raw = json_of(text)
        except (ValueError, RecursionError) as error:
            raise ValueError(f"The text is no trace: {reason_of(error)}; give the trace.json of a run.") from error
        if not isinstance(raw, dict) or not {"film", "events", "schema_version"} <= raw.keys():
            raise ValueError("The text is no trace: it has no film, events or layout; give the trace.json of a run.")
        if raw["schema_version"] != SCHEMA:
            raise ValueError(
                f"The trace has layout {raw['schema_version']}, this version reads {SCHEMA}; install the matching one."
            )
        try:
            trace = _adapter().validate_json(text)
            result(trace.events)  # a correction may name no vertebra that is not there
        except (ValueError, LookupError, TypeError, OverflowError) as error:
            raise ValueError(f"The trace is damaged ({_first_fault(error)}); run the film again.") from error
        return trace


def result(events: Sequence[Event]) -> tuple[Vertebra, ...]:
    """The vertebrae that a run ends with, from the top, after its corrections; none for one that did not finish.

    Raises KeyError or ValueError for a correction of vertebrae that are not there.
    """
    known: dict[int, Vertebra] = {}
    found: tuple[Vertebra, ...] = ()
    for event in events:
        if isinstance(event, Finished):
            found = event.vertebrae
            known = {vertebra.number: vertebra for vertebra in found}
        elif isinstance(event, Corrected):
            known |= {vertebra.number: vertebra for vertebra in event.added}
            pairs = enumerate(zip(event.vertebrae, event.levels, strict=True))
            found = tuple(_at_level(known[number], level, index) for index, (number, level) in pairs)
    return found


def _at_level(vertebra: Vertebra, level: Level | None, index: int) -> Vertebra:
    """The vertebra named `level`, or by its place from the top."""
    if level is None:
        return replace(vertebra, level=None, name=f"V{index + 1}", level_id=UNNAMED_ID + index)
    return replace(vertebra, level=level, name=level.name, level_id=int(level))


def stops(events: Sequence[Event]) -> dict[Direction, Decided]:
    """For each direction, the decision that ended it in the last induction; what came before the last seeds is past.

    A seed that is an end of the spine (C2 on top, S1 at the bottom) stops the walk beyond it.
    """
    starts = [index for index, event in enumerate(events) if isinstance(event, Seeded)]
    found: dict[Direction, Decided] = {}
    for event in events[starts[-1] if starts else 0 :]:
        if not isinstance(event, Decided) or event.verdict == "accepted" or event.direction == "added":
            continue
        direction = SPINE_ENDS.get(event.reason) if event.direction == "seed" else event.direction
        if direction is not None:
            found[direction] = event
    return found


def _first_fault(error: Exception) -> str:
    """What is wrong in a few words, on one line."""
    if isinstance(error, ValidationError):
        fault = error.errors(include_url=False, include_input=False)[0]
        return f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}".replace("\n", " ")
    return f"{type(error).__name__}: {error}".replace("\n", " ")


@cache
def _adapter() -> TypeAdapter[Trace]:
    return TypeAdapter(Trace)
