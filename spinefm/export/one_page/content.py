"""What the report says, in order and in words, whatever it is printed on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from spinefm import __version__
from spinefm.core.numbers import percent
from spinefm.core.words import listed
from spinefm.export.one_page.levels import BODY, DISC, LevelTable, level_table
from spinefm.export.one_page.words import (
    DOUBT_MARK,
    VALUE_IN_DOUBT,
    limited,
    outline_share,
    sentence,
    share,
    shortened,
    value_of,
)
from spinefm.export.subject import moved_words, notes_of
from spinefm.measure import Measure, Measures
from spinefm.measure.doubt import doubtful
from spinefm.measure.kinds import KINDS
from spinefm.trace.doubt import DOUBT
from spinefm.trace.model import Named, Trace

NOTICE = "Research software, not a medical device. Measures are estimates; ± is half of a 95 % interval."
WHOLE_SPINE = ("alignment", "offset", "pelvis")
"""Groups of measures that have a row each; those of single bodies and discs are in the table of levels."""
BY_LEVEL = ("segmental_angle",)
"""Of those groups, what is in the table of levels."""
MOST_WARNINGS, MOST_MISSING = 8, 14
"""Lines that fit one page beside the longest tables."""
MOST_NAME = 60
"""Characters of a film's name."""
CHECKSUM = 12
"""Digits of a checksum that are printed: enough to tell two files apart."""


@dataclass(frozen=True)
class MeasureRow:
    """A measure of the whole spine: name, value with ± and unit, how sure, what is usual, how it is computed."""

    name: str
    value: str
    sure: str
    reference: str
    method: str


@dataclass(frozen=True)
class Content:
    """The report's text.

    film: the film's name. facts: label and value of what the measures rest on. missing: what was not measurable and
    why. legend: what marks, colours and lines mean. notes: how the columns of `levels` are computed, what is usual, and
    the numbered sources.
    """

    film: str
    facts: tuple[tuple[str, str], ...]
    warnings: tuple[str, ...]
    spine: tuple[MeasureRow, ...]
    levels: LevelTable
    missing: tuple[str, ...]
    notes: tuple[str, ...]
    sources: tuple[str, ...]
    versions: tuple[str, ...]
    legend: tuple[str, ...]
    notice: str = NOTICE


def content_of(trace: Trace, measures: Measures) -> Content:
    """The text of a finished run and its measures. Raises ValueError for an unfinished one."""
    if trace.finished is None:
        raise ValueError("The run did not finish, so there is nothing to report; run the film again.")
    sources = _sources(measures)
    return Content(
        film=shortened(trace.film.name, MOST_NAME),
        facts=tuple(_facts(trace, measures)),
        warnings=limited(_warnings(trace, measures), MOST_WARNINGS),
        spine=tuple(_spine_row(one, sources) for one in measures.measured if of_whole_spine(one)),
        levels=level_table(trace, measures),
        missing=limited(_missing(measures) if trace.vertebrae else (), MOST_MISSING),
        notes=tuple(_notes(measures, sources)),
        sources=tuple(f"[{number}] {source}" for source, number in sources.items()),
        versions=tuple(_versions(trace)),
        legend=tuple(_legend(trace, measures)),
    )


def of_whole_spine(one: Measure) -> bool:
    """Whether a measure has a row of its own."""
    return one.group in WHOLE_SPINE and one.key not in BY_LEVEL


def _facts(trace: Trace, measures: Measures) -> Iterator[tuple[str, str]]:
    names = [vertebra.name for vertebra in trace.vertebrae]
    facing, (width, height) = measures.facing, trace.film.size
    spacing, source = measures.spacing_mm, measures.spacing_source
    known = "not known" if facing.side is None else f"{facing.side} ({share(facing.probability)}; {facing.source})"
    yield "Vertebrae", f"{names[0]} to {names[-1]}, {len(names)} in all" if len(names) > 1 else listed(names) or "none"
    yield "Names rest on", _anchor(trace)
    yield from _other_names(trace)
    yield "Patient faces", known
    yield "Scale", f"{spacing:.4g} mm per pixel ({source or 'given'})" if spacing else "not known: no millimetres"
    yield "Film", " ".join([f"{width} x {height} pixels.", *(sentence(shortened(note)) for note in trace.film.notes)])
    corrections = [f"{len(trace.corrections)} by a reader"] if trace.corrections else []
    changes = [*corrections, *filter(None, [moved_words(measures)])]
    yield "Corrections", "; ".join(changes) or "none by a reader"


def _anchor(trace: Trace) -> str:
    if trace.anchor is None:
        return "nothing: no vertebra is named"
    sure = "" if trace.anchor.probability is None else f", {share(trace.anchor.probability)}"
    level, source = trace.anchor.level.name, trace.anchor.source
    return f"{source if source.startswith(level) else f'{level}, {source}'}{sure}"


def _other_names(trace: Trace) -> Iterator[tuple[str, str]]:
    """The next likely names, where the run weighed them and no reader has named the vertebrae since."""
    named = next(trace.of(Named), None)
    other = named.second if named and not trace.corrections else None
    if other and other.levels:
        yield "Or else", f"{other.span} ({share(other.probability)})"


def _warnings(trace: Trace, measures: Measures) -> Iterator[str]:
    """What the run says of the film, bodies in doubt, and what measures rest on that is not sure."""
    yield from (sentence(shortened(note)) for note in notes_of(trace)[len(trace.film.notes) :])
    doubted = doubtful(trace)
    unsure = [f"{one.name} ({outline_share(one.probability)})" for one in trace.vertebrae if one.number in doubted]
    if unsure:
        yield f"In doubt: {listed(unsure)}; what rests on them is in doubt too."
    if not trace.vertebrae:
        yield "No vertebra was found."
    yield from measures.warnings
    if measures.not_upright:
        yield sentence(f"nothing is measured against the horizontal: {measures.not_upright}")


def _sources(measures: Measures) -> dict[str, int]:
    """The number of each source, in the order in which they come."""
    found = [one.reference.source for one in measures.measured if one.reference]
    return {source: number for number, source in enumerate(dict.fromkeys(found), 1)}


def _spine_row(one: Measure, sources: Mapping[str, int]) -> MeasureRow:
    name = one.name[:1].upper() + one.name[1:]
    return MeasureRow(name, value_of(one), share(one.confidence), _reference(one, sources), one.method)


def _reference(one: Measure, sources: Mapping[str, int]) -> str:
    return f"{one.reference.text} [{sources[one.reference.source]}]" if one.reference else ""


def _notes(measures: Measures, sources: Mapping[str, int]) -> Iterator[str]:
    """A sentence per kind of measure in the table of levels: how it is computed, and what is usual."""
    first = {one.key: one for one in reversed(measures.measured) if not of_whole_spine(one)}
    for kind in (KINDS[key] for key in (*BODY, *DISC) if key in first):
        usual = _reference(first[kind.key], sources)
        yield sentence(f"{kind.title}: {kind.method}.") + (f" Usual: {usual}." if usual else "")


def _missing(measures: Measures) -> Iterator[str]:
    """One line per reason: what it keeps from being measured."""
    reasons: dict[str, dict[str, list[str]]] = {}
    order = [body.name for body in measures.landmarks]
    for one in measures:
        if one.value is None:
            levels = "" if of_whole_spine(one) else "/".join(one.levels)
            title = one.name if of_whole_spine(one) else KINDS[one.key].short
            reasons.setdefault(one.reason, {}).setdefault(title, []).append(levels)
    for reason, titles in reasons.items():
        yield sentence(f"{reason}: {'; '.join(_with_levels(titles, order))}")


def _with_levels(titles: Mapping[str, Sequence[str]], order: Sequence[str]) -> Iterator[str]:
    """Each measure with its levels; measures of the same levels together."""
    together: dict[tuple[str, ...], list[str]] = {}
    for title, levels in titles.items():
        together.setdefault(tuple(filter(None, levels)), []).append(title)
    for places, names in together.items():
        yield f"{listed(names)} {_run(places, order)}".strip()


def _run(places: Sequence[str], order: Sequence[str]) -> str:
    """Levels, or discs such as L1/L2; more than three that follow each other in `order` as "first to last".

    >>> order = ["L1", "L2", "L3", "L4", "L5"]
    >>> _run(["L1", "L2", "L3", "L4"], order), _run(["L1/L2", "L4/L5"], order)
    ('L1 to L4', 'L1/L2, L4/L5')
    """
    at = [order.index(place.split("/")[0]) for place in places]
    if len(places) > 3 and at == list(range(at[0], at[0] + len(at))):
        return f"{places[0]} to {places[-1]}"
    return ", ".join(places)


def _versions(trace: Trace) -> Iterator[str]:
    """What the run was computed with."""
    finished = trace.finished
    if finished is None:
        return
    others = ", ".join(f"{name} {version}" for name, version in finished.versions.items() if name != "spinefm")
    yield f"SpineFM {__version__}, method {trace.method}, weights {finished.bundle}, on {finished.device}; {others}"
    checksums = ", ".join(f"{name} {digest[:CHECKSUM]}" for name, digest in finished.checksums.items())
    yield f"SHA-256 of the weights: {checksums}"


def _legend(trace: Trace, measures: Measures) -> Iterator[str]:
    """What is drawn and marked, of that which there is."""
    if doubtful(trace):
        yield f"Dashed, amber, {DOUBT_MARK}: in doubt, because the outline is less than {percent(DOUBT)} sure."
    if any(one.doubt for one in measures.measured):
        yield VALUE_IN_DOUBT
    if any(one.by_hand for one in measures.measured):
        yield "By hand: rests on corners that a reader moved; ± is the error of its other corners."
    if measures.measured:
        yield "White: lines of the measures of the whole spine, and of graded heights and slips."
