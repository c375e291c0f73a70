"""From a run's events to beats: what every method's drawing shares.

A drawing is fed the events in order and remembers what later beats refer to, as the mask that a new one overlaps.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

from spinefm.core.levels import Level
from spinefm.core.masks import Mask
from spinefm.core.numbers import percent
from spinefm.methods.base.events import Viewed
from spinefm.methods.base.view import KINDS
from spinefm.trace.captions import caption
from spinefm.trace.model import Corrected, Finished, Named, Vertebra, result
from spinefm.trace.primitives import AnyPrimitive, Bar, Bars, Beat, Label, Phase, Shape, flat, outline
from spinefm.trace.registry import Event

VIEW, NAMES, SMOOTH, CORRECT = 0.5, 0.8, 0.6, 0.6
"""Seconds of the beats that say the kind of film, name, smooth and correct."""
VIEWS_SHOWN = 3
"""So many views get a bar, the likeliest ones."""


@dataclass(frozen=True)
class Verb:
    """What a method does, above the film: two or three words, a sentence or two, and the phases in which it does so."""

    title: str
    help: str
    phases: tuple[Phase, ...]


class Drawing:
    """Beats of one run. A method adds `_<kind>` for its own events; what all methods share is drawn here.

    That is the kind of film, names, result and corrections.
    """

    VERBS: ClassVar[tuple[Verb, ...]] = ()

    def __init__(self) -> None:
        self._ended: list[Event] = []
        self._masks: dict[int, Mask] = {}

    def beats(self, event: Event) -> tuple[Beat, ...]:
        """The beats of the next event: those of the method called like its kind, as `_named`."""
        make: Callable[[Event], tuple[Beat, ...]] | None = getattr(self, f"_{event.kind}", None)
        return _unknown(event) if make is None else make(event)

    def keep(self, number: int, mask: Mask) -> None:
        """Remember the mask of an accepted vertebra."""
        self._masks[number] = mask

    def mask(self, number: int) -> Mask:
        """The mask of a vertebra, empty where it is unknown."""
        return self._masks.get(number, Mask.empty())

    def _viewed(self, event: Viewed) -> tuple[Beat, ...]:
        words = f"The film looks like {KINDS[event.view]} ({percent(event.views[event.view])})."
        lateral = event.lateral >= event.lateral_limit
        draw = (Bars(role="detected", motion="grow", bars=_view_bars(event), winner=0),)
        beat = Beat(
            phase="find",
            seconds=VIEW,
            words=words if lateral else f"{words[:-1]}, not like a lateral spine film.",
            text=caption(event),
            value=event.lateral,
            limit=event.lateral_limit,
            verdict="passed" if lateral else "failed",
            draw=draw,
            clears="all",
        )
        return (beat,)

    def _named(self, event: Named) -> tuple[Beat, ...]:
        words = "Nothing shows where the spine ends: the bodies are numbered from the top."
        if event.anchor is not None:
            words = f"{event.anchor.level.name} is recognised, so the others are counted from it."
        masks = {number: self.mask(number) for number in event.vertebrae}
        draw = _labels(event.vertebrae, event.levels, masks, event.anchor.vertebra if event.anchor else None)
        return (Beat(phase="name", seconds=NAMES, words=words, text=caption(event), draw=draw),)

    def _finished(self, event: Finished) -> tuple[Beat, ...]:
        self._ended = [event]
        words = "The outlines are smoothed and final." if event.vertebrae else "No vertebra was found."
        return (self._result("name", SMOOTH, words, event, event.vertebrae),)

    def _corrected(self, event: Corrected) -> tuple[Beat, ...]:
        self._ended.append(event)
        return (self._result("correct", CORRECT, _sentence(event.text), event, result(self._ended)),)

    def _result(self, phase: Phase, seconds: float, words: str, event: Event, found: Sequence[Vertebra]) -> Beat:
        for vertebra in found:
            self.keep(vertebra.number, vertebra.mask)
        draw = tuple(_final(vertebra) for vertebra in found)
        return Beat(phase=phase, seconds=seconds, words=words, text=caption(event), clears="bodies", draw=draw)


def _view_bars(event: Viewed) -> tuple[Bar, ...]:
    """The likeliest views."""
    likeliest = sorted(event.views, key=lambda name: -event.views[name])[:VIEWS_SHOWN]
    return tuple(Bar(name, event.views[name]) for name in likeliest)


def _unknown(event: Event) -> tuple[Beat, ...]:
    """An event that the method draws nothing for: its words alone."""
    return (Beat(phase="find", seconds=0.3, words=caption(event), text=caption(event)),)


def _final(vertebra: Vertebra) -> Shape:
    points, number = outline(vertebra.mask), vertebra.number
    return Shape(role="final", motion="fade", until="run", body=number, outline=points, start=flat([vertebra.centroid]))


def _labels(
    numbers: Sequence[int], levels: Sequence[Level | None], masks: Mapping[int, Mask], anchor: int | None
) -> tuple[AnyPrimitive, ...]:
    """A name for each mask, which appear one after the other from the anchor along the spine."""
    first = numbers.index(anchor) if anchor in numbers else 0
    far = max(first, len(numbers) - 1 - first, 1)
    labels = []
    for index, (number, level) in enumerate(zip(numbers, levels, strict=True)):
        if masks[number].area:
            begin = 0.7 * abs(index - first) / far
            text, point = level.name if level else f"V{index + 1}", flat([masks[number].centroid])
            label = Label(role="name", motion="run", begin=begin, end=begin + 0.3, body=number, point=point, text=text)
            labels.append(label)
    return tuple(labels)


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:]
