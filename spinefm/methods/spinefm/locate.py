"""The initial prediction: which detections are kept, and which three start the induction (SpineFM, section 2.1)."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

from spinefm.core.geometry import Axis, Point, principal_axis
from spinefm.core.masks import Mask
from spinefm.core.numbers import below, held
from spinefm.imaging.radiograph import Radiograph
from spinefm.methods.base.events import Detection, Located
from spinefm.methods.base.protocol import NO_POSITION, CannotStart
from spinefm.methods.base.stages import Candidate
from spinefm.methods.spinefm.config import SpineFMConfig
from spinefm.methods.spinefm.events import Seeded


@dataclass(frozen=True)
class StartingPoints:
    """The points from which the induction starts, from the top along `axis`, and where they come from."""

    points: tuple[Point, ...]
    source: Literal["detected", "clicked"]
    axis: Axis
    order: tuple[int, ...] = ()
    triple: tuple[int, ...] = ()
    mean_score: float | None = None

    @property
    def spacing(self) -> float:
        """Mean distance between neighbours in pixels."""
        return sum(a.distance(b) for a, b in zip(self.points, self.points[1:], strict=False)) / (len(self.points) - 1)

    def spacing_at(self, index: int) -> float:
        """Spacing of the neighbours that lead up to point `index`, as an induction towards it would know it."""
        steps = [a.distance(b) for a, b in zip(self.points, self.points[1:], strict=False)]
        if index == 0:
            return steps[min(1, len(steps) - 1)]
        if index == len(self.points) - 1:
            return steps[max(0, len(steps) - 2)]
        return (steps[index - 1] + steps[index]) / 2

    def event(self) -> Seeded:
        """The points as the trace keeps them."""
        return Seeded(
            source=self.source,
            axis=self.axis,
            order=self.order,
            triple=self.triple,
            points=self.points,
            spacing=self.spacing,
            mean_score=self.mean_score,
        )


def filtered(candidates: Sequence[Candidate], config: SpineFMConfig) -> Located:
    """Keep or drop every candidate; while no three can start, lower the score limit in steps down to the floor."""
    limit = config.score_limit
    located = Located(_filtered_at(candidates, limit, config), config.score_limit, limit)
    while limit > config.score_floor + 1e-9 and next(starting_triples(located, config), None) is None:
        limit = max(config.score_floor, limit - config.score_step)
        located = Located(_filtered_at(candidates, limit, config), config.score_limit, limit)
    return located


def _filtered_at(candidates: Sequence[Candidate], limit: float, config: SpineFMConfig) -> tuple[Detection, ...]:
    """The candidates, best score first, each kept or dropped with its reason."""
    filtered: list[Detection] = []
    for candidate in sorted(candidates, key=lambda c: -c.score):
        reason = _drop_reason(candidate, filtered, limit, config)
        kept = not reason
        filtered.append(
            Detection(candidate.score, candidate.box, candidate.mask, candidate.centroid, kept, reason or "kept")
        )
    return tuple(filtered)


def _drop_reason(candidate: Candidate, better: Sequence[Detection], limit: float, config: SpineFMConfig) -> str:
    """Why a candidate is dropped; empty when it is kept."""
    if candidate.score < limit:
        return f"score {below(candidate.score, limit)}"
    for index, other in enumerate(better):
        if not other.kept:
            continue
        iou = candidate.mask.iou(other.mask)
        if iou > config.duplicate_iou:
            return f"duplicate of detection {index + 1}: IoU {held(iou, config.duplicate_iou)}"
        near = candidate.centroid.distance(other.centroid) / math.sqrt(other.mask.area)
        if near < config.duplicate_distance:
            return f"duplicate of detection {index + 1}: {below(near, config.duplicate_distance)} body sizes away"
    return ""


def starting_triples(located: Located, config: SpineFMConfig) -> Iterator[StartingPoints]:
    """Triples of kept detections that can start the induction, highest mean score first."""
    kept = [index for index, detection in enumerate(located.detections) if detection.kept]
    if len(kept) < 3:
        return
    axis = principal_axis([located.detections[index].centroid for index in kept])
    order = tuple(sorted(kept, key=lambda index: axis.position(located.detections[index].centroid)))
    successive = list(zip(order, order[1:], order[2:], strict=False))
    triples = _plausible(located, order, config) if config.plausible_starts else successive
    for triple in sorted(triples, key=lambda triple: -_mean_score(located, triple)):
        points = tuple(located.detections[index].centroid for index in triple)
        yield StartingPoints(points, "detected", axis, order, triple, _mean_score(located, triple))


def clicked_points(clicks: Sequence[Point]) -> StartingPoints:
    """Clicked points from the top along their own axis; the order of the clicks does not matter.

    Raises CannotStart for fewer than three, two at one place, and what is no place.
    """
    if not all(math.isfinite(click.x) and math.isfinite(click.y) for click in clicks):
        raise CannotStart(NO_POSITION)
    if len(set(clicks)) < len(clicks):
        raise CannotStart("Two of the starting points coincide; give each vertebra one.")
    if len(clicks) < 3:
        raise CannotStart("The induction starts from three neighbouring vertebrae; give the centres of three.")
    axis = principal_axis(clicks)
    return StartingPoints(tuple(sorted(clicks, key=axis.position)), "clicked", axis)


def refuse_crowded(starts: StartingPoints, film: Radiograph, config: SpineFMConfig) -> None:
    """Raises CannotStart when two successive points are closer than bodies are on a film of this size."""
    least = config.start_spacing_film * max(film.pixels.shape)
    for number, (a, b) in enumerate(zip(starts.points, starts.points[1:], strict=False), start=1):
        distance = a.distance(b)
        if distance < least:
            raise CannotStart(
                f"Points {number} and {number + 1} lie {distance:.1f} px apart, closer than the {least:.1f} px that "
                "two vertebrae on a film of this size have between their centres; give three neighbouring vertebrae."
            )


def refuse_gaps(points: Sequence[tuple[Point, Mask]], config: SpineFMConfig) -> None:
    """Raises CannotStart when two successive points, each a centroid and its mask, are no neighbours."""
    low, high = config.start_spacing_least, config.start_spacing_most
    for number, ((a, upper), (b, lower)) in enumerate(zip(points, points[1:], strict=False), start=1):
        ratio = a.distance(b) / ((math.sqrt(upper.area) + math.sqrt(lower.area)) / 2)
        if ratio > high:
            raise CannotStart(
                f"Points {number} and {number + 1} lie {held(ratio, high)} body sizes apart, so a vertebra "
                "between them was left out; give neighbours."
            )
        if ratio < low:
            raise CannotStart(
                f"Points {number} and {number + 1} lie {below(ratio, low)} body sizes apart, too close to be two "
                "vertebrae; give each vertebra one point, at its centre."
            )


def _mean_score(located: Located, triple: Sequence[int]) -> float:
    return sum(located.detections[index].score for index in triple) / len(triple)


def _plausible(located: Located, order: Sequence[int], config: SpineFMConfig) -> list[tuple[int, int, int]]:
    """Triples that look like three neighbours; a false body between two of them does not break them up."""
    bodies = {index: located.detections[index] for index in order}
    sizes = {index: math.sqrt(body.mask.area) for index, body in bodies.items()}
    pairs = [
        (a, b) for a, b in combinations(order, 2) if _adjacent(bodies[a], bodies[b], (sizes[a] + sizes[b]) / 2, config)
    ]
    below: dict[int, list[int]] = defaultdict(list)
    for a, b in pairs:
        below[a].append(b)
    triples = [(a, b, c) for a, b in pairs for c in below[b]]
    return [
        (a, b, c)
        for a, b, c in triples
        if max(sizes[i] for i in (a, b, c)) <= config.start_size_ratio * min(sizes[i] for i in (a, b, c))
        and _aligned(bodies[a].centroid, bodies[b].centroid, bodies[c].centroid, config)
    ]


def _adjacent(upper: Detection, lower: Detection, size: float, config: SpineFMConfig) -> bool:
    """Whether two detections of mean `size` are as far apart as neighbours are."""
    low, high = config.start_spacing_least, config.start_spacing_most
    return low * size <= upper.centroid.distance(lower.centroid) <= high * size


def _aligned(upper: Point, middle: Point, lower: Point, config: SpineFMConfig) -> bool:
    """Whether three centroids have two similar spacings and little bend."""
    spacings = sorted((upper.distance(middle), middle.distance(lower)))
    bend = math.radians(config.start_bend)
    return spacings[1] <= config.start_spacing_ratio * spacings[0] and _bend(upper, middle, lower) <= bend


def _bend(a: Point, b: Point, c: Point) -> float:
    """Angle in radians between the steps a-b and b-c."""
    turn = math.atan2(c.y - b.y, c.x - b.x) - math.atan2(b.y - a.y, b.x - a.x)
    return abs(math.remainder(turn, 2 * math.pi))
