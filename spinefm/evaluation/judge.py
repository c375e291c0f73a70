"""A film's trace against its truth: all figures for the tables, the statistics and the explorer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from spinefm.core.geometry import Point
from spinefm.core.levels import Level
from spinefm.core.masks import Mask
from spinefm.data import Case, Truth
from spinefm.evaluation.assignment import one_to_one, shift_of
from spinefm.evaluation.boxes import box_of, in_boxes
from spinefm.evaluation.checksums import film_checksum, truth_checksum
from spinefm.evaluation.drawing import draw
from spinefm.evaluation.events import event_of_miss, event_of_names, event_of_vertebra
from spinefm.evaluation.matching import IDENTIFIED_ABOVE, FilmScore, identified_by, lies_on, score_film
from spinefm.evaluation.panoptic import PanopticCounts, count_panoptic
from spinefm.evaluation.results import FilmResult, FilmRow, VertebraRow
from spinefm.evaluation.surfaces import surface_score
from spinefm.imaging.radiograph import quarters_rotated
from spinefm.methods.base.protocol import Direction
from spinefm.methods.decisions import decisions_of
from spinefm.trace.model import Trace, Vertebra

DIGITS = 6
"""Decimals that are kept: sums in another order must not change a table."""


@dataclass(frozen=True)
class Judged:
    """A case, the trace of a run on it, and the scale for distances in mm.

    edges: the share of each true outline that shows on the film.
    """

    case: Case
    trace: Trace
    spacing_mm: float | None
    failure: str = ""
    edges: Mapping[Level, float] = field(default_factory=dict)

    @property
    def truth(self) -> Truth:
        """The case's truth."""
        return self.case.truth

    @property
    def vertebrae(self) -> tuple[Vertebra, ...]:
        """What was found."""
        return self.trace.vertebrae


def judge(judged: Judged) -> FilmResult:
    """The result of one film."""
    case, found = judged.case, judged.vertebrae
    score = score_film(case.name, case.region, case.group, judged.truth, found)
    pairs = one_to_one(judged.truth.bodies, [vertebra.mask for vertebra in found])
    boxed = in_boxes(judged.truth.boxes, [vertebra.mask for vertebra in found], list(pairs.values()))
    rows = (*_body_rows(judged, score, pairs), *_box_rows(judged, boxed), *_extra_rows(judged, score, boxed))
    return FilmResult(_film_row(judged, score, boxed | pairs), rows, draw(judged.truth, found))


def _film_row(judged: Judged, score: FilmScore, pairs: dict[Level, int]) -> FilmRow:
    case, truth = judged.case, judged.truth
    counts = _panoptic(judged) if truth.complete and not truth.boxes else None
    masks = tuple(_judged_masks(judged))
    return FilmRow(
        film=case.name,
        region=case.region,
        group=case.group,
        subject=case.subject,
        width=judged.trace.film.size[0],
        height=judged.trace.film.size[1],
        spacing_mm=_rounded(judged.spacing_mm),
        complete=truth.complete,
        failure=judged.failure,
        annotated=len(truth.bodies) + len(truth.boxes),
        predicted=len(judged.vertebrae),
        false_masks=score.false_masks,
        doubled_masks=score.doubled_masks,
        merged_masks=score.merged_masks,
        anchor=score.anchor,
        names_given=score.names_given,
        wrong_names=score.wrong_names,
        level_shift=_common_shift(judged, pairs),
        pq_iou_sum=_rounded(counts.iou_sum) if counts else None,
        pq_matched=counts.matched if counts else None,
        pq_false=counts.false if counts else None,
        pq_missed=counts.missed if counts else None,
        stop_up=_stop(judged.trace, "up"),
        stop_down=_stop(judged.trace, "down"),
        mask_dice=tuple(mask.dice for mask in masks),
        mask_probability=tuple(mask.probability for mask in masks),
        mask_named=tuple(mask.named for mask in masks),
        film_sha256=film_checksum(case),
        truth_sha256=truth_checksum(case),
        rotated=90 * quarters_rotated(judged.trace.film.notes),
    )


def _panoptic(judged: Judged) -> PanopticCounts:
    found = judged.vertebrae
    return count_panoptic(judged.truth, [one.mask for one in found], [one.centroid for one in found])


def _common_shift(judged: Judged, pairs: dict[Level, int]) -> int | None:
    """The shift that most of the matched names share, the smaller one of two; None without a name."""
    shifts = [shift_of(level, judged.vertebrae[index].level) for level, index in pairs.items()]
    counted = Counter(shift for shift in shifts if shift is not None)
    return min(counted, key=lambda shift: (-counted[shift], abs(shift))) if counted else None


def _stop(trace: Trace, direction: Direction) -> str:
    """Why a direction ended, without the numbers."""
    end = decisions_of(trace.events).ends.get(direction)
    return end.reason if end else ""


@dataclass(frozen=True)
class _JudgedMask:
    """A mask that is right or wrong: its best Dice with any body, the method's probability, if its name is right."""

    dice: float
    probability: float | None
    named: bool | None


def _judged_masks(judged: Judged) -> Iterator[_JudgedMask]:
    """Every mask that can be judged: none where the truth is not complete, none on cut bodies, none in loose boxes."""
    truth = judged.truth
    if not truth.complete:
        return
    for vertebra in judged.vertebrae:
        dice = {level: vertebra.mask.dice(body) for level, body in truth.bodies.items()}
        level = max(dice, key=lambda one: dice[one], default=None)
        best = dice[level] if level is not None else 0.0
        is_unknown = box_of(truth.boxes, vertebra.mask) is not None or lies_on(vertebra.mask, truth.partial)
        if best > IDENTIFIED_ABOVE or not is_unknown:
            named = None if vertebra.level is None else vertebra.level is level and best > IDENTIFIED_ABOVE
            yield _JudgedMask(round(best, DIGITS), _rounded(vertebra.probability), named)


def _body_rows(judged: Judged, score: FilmScore, pairs: dict[Level, int]) -> Iterator[VertebraRow]:
    """A row per body with an outline."""
    for level in score.levels:
        body = judged.truth.bodies[level.level]
        best = max(judged.vertebrae, key=lambda vertebra: vertebra.mask.dice(body), default=None)
        best = best if level.dice > 0 else None
        pair = judged.vertebrae[pairs[level.level]] if level.level in pairs else None
        surface = surface_score(body, pair.mask, judged.spacing_mm) if pair else None
        event, reason = _where_to_look(judged, level.level, body.centroid, best if level.identified else None)
        yield VertebraRow(
            film=judged.case.name,
            kind="body",
            level=level.level.name,
            number=best.number if best else None,
            dice=_rounded(level.dice),
            found=None,
            name=best.name if best else "",
            matched_dice=_rounded(pair.mask.dice(body)) if pair else None,
            shift=shift_of(level.level, pair.level) if pair else None,
            assd_px=_rounded(surface.assd_px) if surface else None,
            assd_mm=_rounded(surface.assd_mm) if surface else None,
            nsd_px=_rounded(surface.nsd_px) if surface else None,
            nsd_mm=_rounded(surface.nsd_mm) if surface else None,
            reason=reason,
            event=event,
            edge_share=_rounded(judged.edges.get(level.level)),
            probability=_rounded(best.probability) if best else None,
        )


def _where_to_look(judged: Judged, level: Level, place: Point, mask: Vertebra | None) -> tuple[int | None, str]:
    """The event that explains a row: how the body was missed, where its name came from, or when it was accepted."""
    if mask is None:
        event = event_of_miss(judged.trace, place)
        ends = decisions_of(judged.trace.events).ends.values()
        return event, next((end.words for end in ends if end.event == event), judged.failure)
    if mask.level is not None and mask.level is not level:
        return event_of_names(judged.trace), ""
    return event_of_vertebra(judged.trace, mask.number), ""


def _box_rows(judged: Judged, boxed: dict[Level, int]) -> Iterator[VertebraRow]:
    for level, box in sorted(judged.truth.boxes.items()):
        mask = judged.vertebrae[boxed[level]] if level in boxed else None
        centre = Point((box.x0 + box.x1 - 1) / 2, (box.y0 + box.y1 - 1) / 2)
        event, reason = _where_to_look(judged, level, centre, mask)
        yield VertebraRow(
            film=judged.case.name,
            kind="box",
            level=level.name,
            number=mask.number if mask else None,
            dice=None,
            found=mask is not None,
            name=mask.name if mask else "",
            reason=reason,
            event=event,
            probability=_rounded(mask.probability) if mask else None,
        )


def _extra_rows(judged: Judged, score: FilmScore, boxed: dict[Level, int]) -> Iterator[VertebraRow]:
    """A row per mask that identifies no body, or one that another mask fits better; none that cannot be judged."""
    in_box = {judged.vertebrae[index].number for index in boxed.values()}
    best = {_best_number(judged.vertebrae, judged.truth.bodies[level.level]) for level in score.levels}
    for vertebra in judged.vertebrae:
        dice = max((vertebra.mask.dice(body) for body in judged.truth.bodies.values()), default=0.0)
        is_second = identified_by(vertebra.mask, judged.truth) is not None
        if vertebra.number in in_box or vertebra.number in best:
            continue
        if not is_second and (not judged.truth.complete or lies_on(vertebra.mask, judged.truth.partial)):
            continue
        event = event_of_vertebra(judged.trace, vertebra.number)
        reason = "a second mask of a body" if is_second else "on no body"
        yield VertebraRow(
            film=judged.case.name,
            kind="extra",
            level="",
            number=vertebra.number,
            dice=_rounded(dice),
            found=None,
            name=vertebra.name,
            reason=reason,
            event=event,
            probability=_rounded(vertebra.probability),
        )


def _best_number(vertebrae: Sequence[Vertebra], body: Mask) -> int | None:
    """The number of the vertebra that identifies a body best; None where none does."""
    dice = {vertebra.number: vertebra.mask.dice(body) for vertebra in vertebrae}
    best = max(dice, key=lambda number: dice[number], default=None)
    return best if best is not None and dice[best] > IDENTIFIED_ABOVE else None


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(float(value), DIGITS)
