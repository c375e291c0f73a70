"""All measures of a film from its trace or its landmarks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from spinefm.core.geometry import Point
from spinefm.core.levels import Level
from spinefm.core.numbers import told_apart
from spinefm.imaging.decoded import scale_fault
from spinefm.imaging.radiograph import Radiograph
from spinefm.measure import alignment, discs, heights, offset, pelvis, slip
from spinefm.measure.bodies import Seen, landmarks_of, seen_bodies, tilt_of
from spinefm.measure.by_hand import Move, is_all_by_hand, is_by_hand, moved
from spinefm.measure.config import MeasureConfig
from spinefm.measure.doubt import promises_outlines, with_outline_probability
from spinefm.measure.facing import guess
from spinefm.measure.model import Facing, FacingGuess, Landmarks, Line, Measure, Measures
from spinefm.measure.planar import Points, Values, facing_left
from spinefm.measure.redraws import redrawn
from spinefm.measure.references import reference_of
from spinefm.measure.spine import Draft, Formula, Spine
from spinefm.measure.uncertainty import half_intervals, resampled
from spinefm.methods.base.events import Viewed
from spinefm.trace.model import Named, Trace
from spinefm.trace.model import redrawn as redrawn_bodies

GROUPS: tuple[Callable[[Spine], Iterator[Draft]], ...] = (
    alignment.drafts,
    heights.drafts,
    discs.drafts,
    slip.drafts,
    offset.drafts,
    pelvis.drafts,
)
"""The groups of measures in the order in which they are listed."""


def measure(
    trace: Trace,
    facing: Facing | None = None,
    spacing: float | None = None,
    film: Radiograph | None = None,
    config: MeasureConfig | None = None,
    moves: Sequence[Move] = (),
) -> Measures:
    """Everything that can be measured on a finished run, as corrected since, and what cannot and why.

    Args:
        trace: the run.
        facing: the side to which the patient looks, "left" or "right"; estimated where it is not given.
        spacing: mm per film pixel; the trace's own where it is not given. Without either there are no millimetres.
        film: the film of the run; with it, outer bodies that the collimator cuts are recognised.
        config: other settings than the defaults.
        moves: landmarks that a reader set by hand, oldest first.

    Returns:
        The measures with landmarks, facing and scale; none of a run that found nothing.

    Raises:
        ValueError: a facing other than these two, a spacing outside 0.01 to 5 mm, a film of another size, or a move of
            a vertebra that the run does not have.

    Example:
        >>> import gzip
        >>> from spinefm.core.bundled import bundled_folder
        >>> packed = bundled_folder("examples") / "traces" / "lumbar.json.gz"
        >>> trace = Trace.from_json(gzip.decompress(packed.read_bytes()))
        >>> lordosis = measure(trace, facing="left").of("lordosis_l1_s1")[0]
        >>> lordosis.name, lordosis.levels
        ('lordosis L1-S1', ('L1', 'S1'))
    """
    refuse_wrong_call(trace, facing, spacing, film)
    settings = config or MeasureConfig()
    bodies = seen_bodies(with_outline_probability(trace), trace.film.size, settings, film.pixels if film else None)
    return _measures_of(bodies, trace, facing, spacing, settings, moves)


@dataclass(frozen=True)
class FilmFacts:
    """What is known of a film beside its bodies, and the settings.

    spacing_mm: mm per pixel, None where unknown. not_upright: why nothing can be measured against the horizontal, "" if
    all can. rotated: that the film lies on its side or upside down, "" where nothing says so.
    """

    facing: FacingGuess
    spacing_mm: float | None
    not_upright: str
    config: MeasureConfig
    rotated: str

    def spine(self, bodies: Sequence[Landmarks]) -> Spine:
        """The spine of bodies from the top; of a rotated film nothing is known of up and front."""
        side = None if self.rotated else self.facing.side
        return Spine(tuple(bodies), side, self.spacing_mm, self.not_upright, self.config, self.rotated)


def _measures_of(
    bodies: Sequence[Seen],
    trace: Trace,
    facing: Facing | None,
    spacing: float | None,
    config: MeasureConfig,
    moves: Sequence[Move],
) -> Measures:
    """The measures of a run's bodies, with the landmarks that a reader set."""
    view = next(trace.of(Viewed), None)
    known = _facing(facing, view, bodies, config)
    found = _landmarks(bodies, trace, known, config)
    placed = moved(found, [body.vertebra.number for body in bodies], moves, known.side)
    tilted = not_upright(view, [body.vertebra.centroid for body in bodies], config)
    scale, source = (spacing, "given") if spacing else (trace.film.spacing_mm, trace.film.spacing_source)
    facts = FilmFacts(known, scale, tilted, config, rotated(view))
    return Measures(
        film=trace.film.name,
        facing=known,
        spacing_mm=scale,
        spacing_source=source,
        not_upright=tilted,
        landmarks=placed,
        values=_measure_moved(found, placed, facts),
    )


def _landmarks(bodies: Sequence[Seen], trace: Trace, facing: FacingGuess, config: MeasureConfig) -> list[Landmarks]:
    """The landmarks of the run's bodies, from the top."""
    trunk = unnamed_in_trunk(trace, config)
    assumed, edited = None if promises_outlines(trace) else config.unknown_probability, redrawn_bodies(trace.events)
    return [
        replace(
            landmarks_of(body, facing.side, config, assumed),
            in_trunk=body.vertebra.number in trunk,
            redrawn=body.vertebra.number in edited,
        )
        for body in bodies
    ]


def measure_landmarks(
    bodies: Sequence[Landmarks],
    facing: FacingGuess,
    spacing: float | None,
    not_upright: str = "",
    config: MeasureConfig | None = None,
    rotated: str = "",
) -> tuple[Measure, ...]:
    """The measures of bodies whose landmarks are known, from the top: the formulas alone.

    spacing: mm per pixel, None where unknown. not_upright: why nothing can be measured against the horizontal, if so.
    rotated: that the film is, if so; then only what is the same on the upright film has a value.
    """
    return _measured_on(bodies, FilmFacts(facing, spacing, not_upright, config or MeasureConfig(), rotated))


def _measured_on(bodies: Sequence[Landmarks], facts: FilmFacts) -> tuple[Measure, ...]:
    """The measures of bodies from the top."""
    spine = facts.spine(bodies)
    drafts = _drafts(spine)
    known = iter(_valued([draft.formula for draft in drafts if draft.formula and not draft.reason], spine))
    return tuple(
        _missing(draft) if draft.reason or draft.formula is None else _measured(draft, spine, facts.facing, next(known))
        for draft in drafts
    )


def _undirected(draft: Draft, spine: Spine) -> Draft:
    """The draft; on a rotated film without a value where that depends on which way is up."""
    is_withheld = spine.rotated and draft.directed and draft.formula is not None
    return replace(draft, reason=spine.rotated) if is_withheld else draft


def _facing(given: Facing | None, view: Viewed | None, bodies: Sequence[Seen], config: MeasureConfig) -> FacingGuess:
    """The given facing or the estimated one; none of a rotated film, which neither the network nor slopes know."""
    if given:
        return FacingGuess(given, 1.0, "given")
    if rotated(view):
        return FacingGuess(None, 0.5, rotated(view))
    return guess((view.facing, view.facing_probability) if view else None, _tops(bodies), config)


def _drafts(spine: Spine) -> list[Draft]:
    return [_undirected(draft, spine) for group in GROUPS for draft in group(spine)]


def _measure_moved(found: Sequence[Landmarks], placed: Sequence[Landmarks], facts: FilmFacts) -> tuple[Measure, ...]:
    """The measures of bodies of which a reader `placed` landmarks; as on the bodies `found` where they use none."""
    values = _measured_on(found, facts)
    if not any(body.by_hand for body in placed):
        return values
    before, after = facts.spine(found), facts.spine(placed)
    drafts, known = {_place(draft): draft for draft in _drafts(before)}, {_place(one): one for one in values}
    return tuple(
        held_by_hand(draft, after) if is_by_hand(draft, drafts.get(_place(draft)), after) else known[_place(draft)]
        for draft in _drafts(after)
    )


def _place(one: Draft | Measure) -> tuple[str, tuple[str, ...]]:
    """What is measured, and between which levels: no two measures of a film have both."""
    return one.key, one.levels


def held_by_hand(draft: Draft, spine: Spine) -> Measure:
    """A draft on landmarks that a reader set: its ± is the error of those that nobody set, None where all are set."""
    if draft.reason or draft.formula is None:
        return _missing(draft)
    (known,) = _over([draft.formula], spine, redrawn(spine, draft.bodies))
    found = _held(draft, spine, known)
    return replace(found, by_hand=True, uncertainty=None if is_all_by_hand(draft.formula, spine) else found.uncertainty)


def _tops(bodies: Sequence[Seen]) -> list[tuple[Level | None, Point, Point]]:
    """Level and superior endplate of the bodies whose corners can be trusted."""
    return [top for body in bodies if (top := body.top) is not None]


def unnamed_in_trunk(trace: Trace, config: MeasureConfig) -> frozenset[int]:
    """The numbers of the vertebrae that are thoracic or lumbar, whichever of the likely names is theirs."""
    unnamed = {vertebra.number for vertebra in trace.vertebrae if vertebra.level is None}
    return frozenset(
        number
        for named in trace.of(Named)
        for number, share in zip(named.vertebrae, named.trunk, strict=False)
        if number in unnamed and share >= config.trunk_probability
    )


def rotated(seen: Viewed | None) -> str:
    """That the film lies on its side or upside down, or may lie on its side; "" where nothing says so.

    Where it only may be upside down it hardly ever is: few films come so, and two of 205 upright ones look so.
    """
    if seen is None or seen.turn == 0 or (seen.turn == 2 and not seen.lies):
        return ""
    return f"the film {'is' if seen.lies else 'may be'} rotated by {90 * seen.turn}°"


def not_upright(seen: Viewed | None, centroids: Sequence[Point], config: MeasureConfig) -> str:
    """Why the film's horizontal is not the patient's, "" where it may be.

    seen: what kind of film it is, where that is known.
    """
    if rotated(seen):
        return rotated(seen)
    tilt = tilt_of(centroids)
    if tilt > config.upright_limit:
        return f"the spine leans {tilt:.0f}° from the film's vertical"
    return ""


@dataclass(frozen=True, eq=False)
class _Valued:
    """A formula's value, its values over the draws (K,), and half the width of their central 95 %."""

    value: float
    draws: Values
    half: float


def _valued(formulas: Sequence[Formula], spine: Spine) -> list[_Valued]:
    """What each formula gives for the landmarks and for all draws of them, all at once."""
    if not formulas:
        return []
    return _over(formulas, spine, resampled(spine, spine.config))


def _over(formulas: Sequence[Formula], spine: Spine, draws: Points) -> list[_Valued]:
    """What each formula gives for the landmarks and for these draws of them (K, B, 6, 2)."""
    points = np.concatenate([spine.points[None], draws])  # (1 + K, B, 6, 2)
    values = np.stack([formula(points) for formula in formulas])  # (M, 1 + K)
    halves = half_intervals(values[:, 1:])
    return [_Valued(float(one[0]), one[1:], half) for one, half in zip(values, halves, strict=True)]


def _missing(draft: Draft) -> Measure:
    """A draft without a value, and why."""
    common = (draft.key, draft.group, draft.levels, draft.name, draft.unit)
    return Measure(*common, None, draft.method, draft.reason, reference=reference_of(draft.key, draft.levels))


def _measured(draft: Draft, spine: Spine, facing: FacingGuess, known: _Valued) -> Measure:
    """A draft with its value and how sure that is, or without one where it is too uncertain."""
    found = _held(draft, spine, known)
    return found if found.value is None else replace(found, confidence=_confidence(draft, spine, facing))


def _held(draft: Draft, spine: Spine, known: _Valued) -> Measure:
    """A draft with its value, compared with its limits, or without one where that is too uncertain."""
    reference = reference_of(draft.key, draft.levels)
    common = (draft.key, draft.group, draft.levels, draft.name, draft.unit)
    half, config = known.half, spine.config
    most = config.most_uncertainty.get(draft.key, config.most_uncertainty.get(draft.unit, half))
    over = over_limit(half, most) if half > most else ""
    if half > config.doubt_factor * most:
        return Measure(*common, None, draft.method, over, reference=reference)
    grading, least = draft.grading, config.grade_probability
    value = known.value if draft.least is None else max(known.value, draft.least)
    return Measure(
        *common,
        value=value,
        method=draft.method,
        doubt=over,
        grade=grading.of(value, spine.points, known.draws, half, least) if grading else "",
        uncertainty=half,
        reference=reference,
        lines=_lines(draft, spine),
        redrawn=any(spine.bodies[at].redrawn for at in draft.bodies),
    )


def over_limit(half: float, most: float) -> str:
    """That a ± is over its limit: both with the limit's decimals, or with as many more as tell them apart.

    >>> over_limit(12.1, 12.0)
    'its uncertainty, ± 12.1, is over the limit of ± 12.0'
    >>> over_limit(0.0997, 0.096)
    'its uncertainty, ± 0.100, is over the limit of ± 0.096'
    """
    shown, limit = told_apart(half, most, digits=len(f"{most:g}".partition(".")[2]))
    return f"its uncertainty, ± {shown}, is over the limit of ± {limit}"


def _confidence(draft: Draft, spine: Spine, facing: FacingGuess) -> float | None:
    """The least sure of what a value rests on; None where a body has no probability."""
    shares = [spine.bodies[at].probability for at in draft.bodies]
    known = [share for share in shares if share is not None]
    if len(known) < len(shares):
        return None
    return min([*known, *([facing.probability] if draft.signed else [])])


def _lines(draft: Draft, spine: Spine) -> tuple[Line, ...]:
    """The draft's paths as film points."""
    over = tuple(tuple(spine.bodies[at].points[place] for at, place in path) for path in draft.lines)
    built = draft.built(spine.points) if draft.built else ()
    film = [facing_left(path) if spine.facing == "right" else path for path in built]  # mirrored back
    return over + tuple(tuple(Point(float(x), float(y)) for x, y in path) for path in film)


def refuse_wrong_call(trace: Trace, facing: Facing | None, spacing: float | None, film: Radiograph | None) -> None:
    """Raises ValueError for a facing or a spacing that makes no sense, and for a film that the trace is not of."""
    if facing not in (None, "left", "right"):
        raise ValueError(f'The facing is {facing!r}; give "left" or "right", or nothing to have it estimated.')
    if spacing is not None and (fault := scale_fault(spacing)):
        raise ValueError(fault)
    if film is not None and film.size != trace.film.size:
        raise ValueError(f"The trace is of a film of size {trace.film.size}, not {film.size}; give the film it is of.")
