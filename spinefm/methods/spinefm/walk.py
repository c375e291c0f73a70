"""The induction: from three seeds up and down the spine, both directions stepped together (SpineFM, section 2.2)."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from spinefm.core.geometry import Point
from spinefm.core.levels import Level
from spinefm.core.masks import Mask
from spinefm.imaging.radiograph import Radiograph
from spinefm.methods.spinefm import check
from spinefm.methods.spinefm.classify import decided
from spinefm.methods.spinefm.locate import Seeds, refuse_gaps
from spinefm.methods.spinefm.propose import Front, Prompt, propose
from spinefm.methods.spinefm.retry import Attempt, attempt_all, second_looks
from spinefm.methods.spinefm.segment import Shape
from spinefm.methods.spinefm.settings import SpineFMSettings
from spinefm.methods.spinefm.stages import Stages
from spinefm.trace.model import OVERRULABLE, Classified, Decided, Event


@dataclass(frozen=True, eq=False)
class Accepted:
    """A vertebra the walk has taken: its shape and centroid, the classifier's answer, and the end it marks, if any."""

    number: int
    shape: Shape
    centroid: Point
    classified: Classified
    end: Level | None


@dataclass(frozen=True, eq=False)
class Present:
    """A vertebra that was found before this walk: what new masks must not overlap."""

    mask: Mask
    centroid: Point


class Walk:
    """One induction over one film. `accepted` grows as the events are drawn; numbers count in order of acceptance.

    present: vertebrae of an earlier walk by number, on which this one goes on.
    """

    def __init__(
        self, film: Radiograph, stages: Stages, settings: SpineFMSettings, present: Mapping[int, Present] | None = None
    ) -> None:
        self._film = film
        self._stages = stages
        self._settings = settings
        self._present = dict(present or {})
        self._accepted: dict[int, Accepted] = {}
        self._order: list[int] = []  # numbers from the top

    @property
    def accepted(self) -> tuple[Accepted, ...]:
        """The vertebrae taken, from the top."""
        return tuple(self._accepted[number] for number in self._order)

    def run(self, seeds: Seeds) -> Iterator[Event]:
        """The events of the seeds and, when all of them hold, of the steps; nothing is accepted when they do not.

        Raises CannotStart when clicked seeds are no neighbours.
        """
        self._accepted, self._order = {}, []
        yield seeds.event()
        decisions = []
        for event in self._start(seeds):
            yield event
            if isinstance(event, Decided):
                decisions.append(event)
                if event.verdict == "stopped":
                    break
        if len(self._accepted) < len(seeds.points):
            self._accepted, self._order = {}, []
            return
        if seeds.source == "clicked":
            refuse_gaps([(accepted.centroid, accepted.shape.mask) for accepted in self.accepted])
        yield from self._induce(decisions)

    def take(self, prompt: Prompt) -> Iterator[Event]:
        """The events of one forced prompt; what lies there is accepted unless it is nothing, or taken already."""
        yield from self._judged([replace(prompt, forced=True)])

    def go_on(self, front: Front) -> Iterator[Event]:
        """The events of a walk in one direction, from where `front` stands to its end."""
        yield from self._rounds([front])

    def _start(self, seeds: Seeds) -> Iterator[Event]:
        """Segment, check and classify the seeds as one batch."""
        prompts = [
            Prompt("seed", index, (), point, seeds.spacing_at(index), index - 1 if index else None)
            for index, point in enumerate(seeds.points)
        ]
        yield from (prompt.event(self._settings) for prompt in prompts)
        yield from self._judged(prompts, seeds)

    def _induce(self, seeds: Sequence[Decided]) -> Iterator[Event]:
        """The walk from the seeds in each direction that they leave open."""
        yield from self._rounds(self._fronts(seeds))

    def _rounds(self, fronts: Sequence[Front]) -> Iterator[Event]:
        """Rounds of one step in each direction that still walks."""
        while fronts:
            prompts = []
            for front in [replace(front, step=front.step + 1) for front in fronts]:
                prompt, events = self._proposed(front)
                yield from events
                prompts += [prompt] if prompt else []
            moved = []
            for event in self._judged(prompts):
                yield event
                if isinstance(event, Decided) and event.verdict == "accepted" and event.vertebra is not None:
                    front = next(front for front in fronts if front.direction == event.direction)
                    moved.append(front.moved(self._accepted[event.vertebra].centroid, event.vertebra, event.step))
            fronts = moved

    def _fronts(self, seeds: Sequence[Decided]) -> list[Front]:
        """Where the walks start; a seed at a spine end stops its direction before the first step."""
        points = [accepted.centroid for accepted in self.accepted]
        fronts = []
        if seeds[0].verdict != "spine end":
            fronts.append(Front("up", (points[2], points[1], points[0]), self._order[0]))
        if seeds[-1].verdict != "spine end":
            fronts.append(Front("down", (points[-3], points[-2], points[-1]), self._order[-1]))
        return fronts

    def _proposed(self, front: Front) -> tuple[Prompt | None, list[Event]]:
        """The front's next prompt and its event; None with the stop where the walk ends before a patch is cut."""
        stop = check.stop_before_proposing(front, self._settings)
        if stop is not None:
            return None, [stop]
        prompt = propose(self._film, front, self._stages)
        stop = check.stop_before_segmenting(prompt, self._film.pixels.shape[:2])
        proposed = prompt.event(self._settings)
        return (prompt, [proposed]) if stop is None else (None, [proposed, stop])

    def _judged(self, prompts: Sequence[Prompt], seeds: Seeds | None = None) -> Iterator[Event]:
        """Segment and classify all prompts in one batch each, then check and decide one after the other.

        Where a step is unsure and a second look is surer, the events of the first stand before those of the second.
        """
        if not prompts:
            return
        attempts = attempt_all(self._film, self._stages, self._settings, prompts)
        second = second_looks(self._film, self._stages, self._settings, attempts, self._is_free)
        for place, attempt in enumerate(attempts):
            if place in second:
                yield from self._set_aside(attempt)
                yield second[place].prompt.event(self._settings)
            yield from self._decide(second.get(place, attempt), seeds)

    def _set_aside(self, attempt: Attempt) -> Iterator[Event]:
        """The events of an attempt in whose place a second look comes."""
        yield attempt.shape.event(attempt.prompt, self._film, self._settings)
        if attempt.answer is not None:
            yield attempt.answer

    def _is_free(self, attempt: Attempt) -> bool:
        """Whether the mask of a second look could be a vertebra that is not taken yet."""
        prompt, shape = attempt.prompt, attempt.shape
        segmented = shape.event(prompt, self._film, self._settings)
        if shape.centroid is None or check.stop_after_segmenting(prompt, shape, segmented, self._settings):
            return False
        bodies = self._bodies()
        masks = {number: body.mask for number, body in bodies.items()}
        if check.stop_for_overlap(prompt, check.overlaps(prompt, shape.mask, masks, self._settings)):
            return False
        visited = [body.centroid for body in bodies.values()]
        return check.stop_for_revisit(prompt, shape.centroid, visited, self._settings) is None

    def _decide(self, attempt: Attempt, seeds: Seeds | None) -> Iterator[Event]:
        """The events of one attempt from its mask to its decision; what is accepted joins the spine."""
        prompt, shape, answer = attempt.prompt, attempt.shape, attempt.answer
        stop = yield from self._examined(prompt, shape)
        centroid = shape.centroid
        if stop is not None and not (prompt.forced and stop.reason in OVERRULABLE):
            yield stop
            return
        assert centroid is not None and answer is not None, "only an empty mask has neither, and it stops above"
        yield answer
        decision = self._decision(prompt, answer, seeds)
        if prompt.forced and (stop is not None or decision.verdict == "stopped"):
            decision = check.by_hand(stop or decision, self._next)
        if decision.vertebra is not None:
            self._accept(prompt, shape, centroid, answer, decision)
        yield decision

    def _examined(self, prompt: Prompt, shape: Shape) -> Generator[Event, None, Decided | None]:
        """The mask's event and those of its checks; returns the stop, if any."""
        segmented = shape.event(prompt, self._film, self._settings)
        yield segmented
        stop = check.stop_after_segmenting(prompt, shape, segmented, self._settings)
        if shape.centroid is None or (stop is not None and not prompt.forced):
            return stop
        return stop or (yield from self._checked(prompt, shape, shape.centroid))

    @property
    def _next(self) -> int:
        """The number of the next vertebra."""
        return max([*self._present, *self._accepted], default=-1) + 1

    def _decision(self, prompt: Prompt, answer: Classified, seeds: Seeds | None) -> Decided:
        """What the answer means; a click outweighs it, an end of the spine among the seeds must be where ends are."""
        decision = decided(prompt, answer, self._next, self._settings)
        if seeds is not None:
            decision = check.stop_for_misplaced_end(prompt, decision, len(seeds.points) - 1) or decision
        if seeds is not None and seeds.source == "clicked" and decision.verdict == "stopped":
            return replace(decision, verdict="accepted", reason="clicked", vertebra=self._next)
        return decision

    def _checked(self, prompt: Prompt, shape: Shape, centroid: Point) -> Generator[Event, None, Decided | None]:
        """The overlap checks' events; returns the stop, if any. Nothing can overrule a second visit."""
        bodies = self._bodies()
        masks = {number: body.mask for number, body in bodies.items()}
        checks = check.overlaps(prompt, shape.mask, masks, self._settings)
        yield from checks
        visited = [body.centroid for body in bodies.values()]
        overlap = check.stop_for_overlap(prompt, checks)
        revisit = check.stop_for_revisit(prompt, centroid, visited, self._settings)
        return revisit or overlap if prompt.forced else overlap or revisit

    def _bodies(self) -> Mapping[int, Present]:
        """All vertebrae so far by number."""
        walked = {number: Present(taken.shape.mask, taken.centroid) for number, taken in self._accepted.items()}
        return {**self._present, **walked}

    def _accept(self, prompt: Prompt, shape: Shape, centroid: Point, answer: Classified, decision: Decided) -> None:
        number = self._next
        end = Level[decision.reason] if decision.verdict == "spine end" else None
        self._accepted[number] = Accepted(number, shape, centroid, answer, end)
        self._order.insert(0 if prompt.direction == "up" else len(self._order), number)
