"""The induction: from the starting points up and down the spine, both directions in one batch (section 2.2)."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass, replace

from spinefm.core.geometry import Point
from spinefm.core.levels import Level
from spinefm.core.masks import Mask
from spinefm.imaging.radiograph import Radiograph
from spinefm.methods.base.stages import Stages
from spinefm.methods.spinefm import check
from spinefm.methods.spinefm.classify import decided
from spinefm.methods.spinefm.config import SpineFMConfig
from spinefm.methods.spinefm.events import OVERRULABLE, Classified, Decided, Segmented
from spinefm.methods.spinefm.locate import StartingPoints, refuse_gaps
from spinefm.methods.spinefm.propose import Prompt, propose
from spinefm.methods.spinefm.retry import Attempt, attempt_all, off_axis_retries
from spinefm.methods.spinefm.segment import BodyShape, grey_range, sharpness
from spinefm.methods.spinefm.state import DirectionState, InductionState, advance
from spinefm.trace.registry import Event


@dataclass(frozen=True, eq=False)
class Accepted:
    """A vertebra that this induction took, with what its final mask and name are made from."""

    number: int
    shape: BodyShape
    centroid: Point
    classified: Classified
    end: Level | None


class Induction:
    """One induction over one film. `state` and `accepted` grow as the events are drawn.

    state: that of an earlier run which this one continues.
    """

    def __init__(
        self, film: Radiograph, stages: Stages, config: SpineFMConfig, state: InductionState | None = None
    ) -> None:
        self._film = film
        self._stages = stages
        self._config = config
        self.state = state or InductionState()
        self._attempts: dict[int, Attempt] = {}
        self._measured: tuple[tuple[Mask, ...], float] | None = None

    @property
    def accepted(self) -> tuple[Accepted, ...]:
        """The vertebrae that this induction took, from the top."""
        return tuple(self._accepted(number) for number in self.state.order if number in self._attempts)

    def run(self, starts: StartingPoints) -> Iterator[Event]:
        """The events of the starting points and, when all of them hold, of the steps.

        Raises CannotStart when clicked points are no neighbours.
        """
        self._attempts = {}
        yield from self._followed(iter([starts.event()]))
        for event in self._followed(self._start(starts)):
            yield event
            if isinstance(event, Decided) and event.verdict == "stopped":
                return
        if starts.source == "clicked":
            refuse_gaps([(found.centroid, found.mask) for found in self.state.spine.values()], self._config)
        yield from self.go_on()

    def take(self, prompt: Prompt) -> Iterator[Event]:
        """The events of one forced prompt; what lies there is accepted unless it is nothing, or taken already."""
        yield from self._followed(self._examined([replace(prompt, forced=True)]))

    def overrule(self, stop: Decided) -> Iterator[Event]:
        """The decision that keeps the vertebra at which `stop` saw the spine's end, and opens its direction again."""
        yield from self._followed(iter([check.by_hand(stop, stop.vertebra)]))

    def go_on(self) -> Iterator[Event]:
        """The events of all steps in the directions that are open, round by round, to their ends."""
        while self.state.open:
            yield from self._followed(self._round([self.state.towards(each) for each in self.state.open]))

    def _followed(self, events: Iterator[Event]) -> Iterator[Event]:
        """The events, each entered in the state before it is handed on."""
        for event in events:
            self.state = advance(self.state, event)
            yield event

    def _start(self, starts: StartingPoints) -> Iterator[Event]:
        """Segment, check and classify the starting points as one batch."""
        prompts = [
            Prompt("seed", index, (), point, starts.spacing_at(index), index - 1 if index else None)
            for index, point in enumerate(starts.points)
        ]
        yield from (prompt.event(self._config) for prompt in prompts)
        yield from self._examined(prompts, starts)

    def _round(self, open_directions: Sequence[DirectionState]) -> Iterator[Event]:
        """One step in each direction."""
        prompts = []
        for here in open_directions:
            prompt, events = self._proposed(here)
            yield from events
            prompts += [prompt] if prompt else []
        yield from self._examined(prompts)

    def _proposed(self, here: DirectionState) -> tuple[Prompt | None, list[Event]]:
        """The next prompt and its event; None with the stop where the direction ends before a patch is cut."""
        stop = check.stop_before_proposing(here, self._config)
        if stop is not None:
            return None, [stop]
        prompt = propose(self._film, here, self._stages)
        stop = check.stop_before_segmenting(prompt, self._film.pixels.shape[:2])
        proposed = prompt.event(self._config)
        return (prompt, [proposed]) if stop is None else (None, [proposed, stop])

    def _examined(self, prompts: Sequence[Prompt], starts: StartingPoints | None = None) -> Iterator[Event]:
        """Segment and classify all prompts in one batch each, then check and decide one after the other.

        Where a step is unsure and an off-axis retry is surer, the events of the first attempt come before its own.
        """
        if not prompts:
            return
        attempts = attempt_all(self._film, self._stages, self._config, prompts)
        retries = off_axis_retries(self._film, self._stages, self._config, attempts, self._is_free)
        for place, attempt in enumerate(attempts):
            if place in retries:
                yield from self._set_aside(attempt)
                yield retries[place].prompt.event(self._config)
            yield from self._decide(retries.get(place, attempt), starts)

    def _segmented(self, attempt: Attempt) -> Segmented:
        """The mask's event, with its contrast in the greys of the spine found so far."""
        limit = check.contrast_limit(attempt.sureness, sharpness(attempt.shape, self._config), self._config)
        greys = self._grey_range() if attempt.prompt.direction != "seed" and limit > 0 else None
        return attempt.shape.event(attempt.prompt, self._film, self._config, greys, limit)

    def _grey_range(self) -> float:
        """The range of greys of the spine found so far, which is measured once per spine."""
        bodies = tuple(found.mask for found in self.state.spine.values())
        if self._measured is None or self._measured[0] != bodies:
            self._measured = bodies, grey_range(self._film, bodies, self._config)
        return self._measured[1]

    def _set_aside(self, attempt: Attempt) -> Iterator[Event]:
        """The events of an attempt whose place a retry takes."""
        yield self._segmented(attempt)
        if attempt.answer is not None:
            yield attempt.answer

    def _is_free(self, attempt: Attempt) -> bool:
        """Whether the mask of a retry could be a vertebra that is not taken yet."""
        prompt, shape = attempt.prompt, attempt.shape
        segmented = self._segmented(attempt)
        if shape.centroid is None or check.stop_after_segmenting(prompt, shape, segmented, self._config):
            return False
        if check.stop_for_overlap(prompt, check.overlaps(prompt, shape.mask, self.state.spine, self._config)):
            return False
        return check.stop_for_revisit(prompt, shape.centroid, self.state.spine, self._config) is None

    def _decide(self, attempt: Attempt, starts: StartingPoints | None) -> Iterator[Event]:
        """The events of one attempt from its mask to its decision."""
        stop = yield from self._checked_shape(attempt)
        if stop is not None and not (attempt.prompt.forced and stop.reason in OVERRULABLE):
            yield stop
            return
        assert attempt.answer is not None, "only an empty mask has none, and it stops above"
        yield attempt.answer
        decision = self._decision(attempt, stop, self._by_class(attempt.prompt, attempt.answer, starts))
        if decision.vertebra is not None:
            self._attempts[decision.vertebra] = attempt
        yield decision

    def _checked_shape(self, attempt: Attempt) -> Generator[Event, None, Decided | None]:
        """The mask's event and those of its checks; returns the stop, if any."""
        prompt, shape = attempt.prompt, attempt.shape
        segmented = self._segmented(attempt)
        yield segmented
        stop = check.stop_after_segmenting(prompt, shape, segmented, self._config)
        if shape.centroid is None or (stop is not None and not prompt.forced):
            return stop
        return stop or (yield from self._checked_place(prompt, shape, shape.centroid))

    def _checked_place(
        self, prompt: Prompt, shape: BodyShape, centroid: Point
    ) -> Generator[Event, None, Decided | None]:
        """The overlap checks' events; returns the stop, if any. Nothing can overrule a second visit."""
        if check.is_unchecked(prompt, self._config):
            return None
        spine = self.state.spine
        checks = check.overlaps(prompt, shape.mask, spine, self._config)
        yield from checks
        overlap = check.stop_for_overlap(prompt, checks)
        revisit = check.stop_for_revisit(prompt, centroid, spine, self._config)
        return revisit or overlap if prompt.forced else overlap or revisit

    def _decision(self, attempt: Attempt, stop: Decided | None, by_class: Decided) -> Decided:
        """The decision by the class, unless the reader outweighs it and the `stop` before it, or a sharp outline."""
        number = self.state.next_number
        if attempt.prompt.forced and (stop or by_class).verdict == "stopped":
            return check.by_hand(stop or by_class, number)
        if by_class.reason != "background":
            return by_class
        return check.background(by_class, sharpness(attempt.shape, self._config), number, self._config)

    def _by_class(self, prompt: Prompt, answer: Classified, starts: StartingPoints | None) -> Decided:
        """What the answer means: a click outweighs it, and an end among the starting points must be outermost."""
        number = self.state.next_number
        decision = decided(prompt, answer, number)
        if starts is None:
            return decision
        if check.is_unchecked(prompt, self._config):
            return check.as_detected(decision, number)
        decision = check.stop_for_misplaced_end(prompt, decision, len(starts.points) - 1) or decision
        if starts.source == "clicked" and decision.verdict == "stopped":
            return replace(decision, verdict="accepted", reason="clicked", vertebra=number)
        return decision

    def _accepted(self, number: int) -> Accepted:
        attempt, found = self._attempts[number], self.state.found[number]
        assert attempt.answer is not None, "what was accepted was classified"
        return Accepted(number, attempt.shape, found.centroid, attempt.answer, found.end)
