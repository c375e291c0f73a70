"""The induction as beats: find three, then predict, segment, compare, classify and decide, up and down side by side."""

from __future__ import annotations

from spinefm.core.geometry import Box, Point
from spinefm.core.masks import Mask
from spinefm.core.numbers import percent, percents
from spinefm.methods.base.drawing import Drawing, Verb
from spinefm.methods.base.events import Detection, Located
from spinefm.methods.spinefm.events import (
    Checked,
    Classified,
    Decided,
    Proposed,
    Seeded,
    Segmented,
    SetAside,
    StepEvent,
)
from spinefm.methods.spinefm.reasons import at_film_end, reason_words
from spinefm.trace.captions import caption
from spinefm.trace.primitives import (
    AnyPrimitive,
    Arrow,
    Bar,
    Bars,
    Beat,
    Curve,
    Gauge,
    Label,
    Phase,
    Picture,
    Points,
    Role,
    Shape,
    corners,
    flat,
    frame,
    outline,
)
from spinefm.trace.primitives import Verdict as Said

SECONDS: dict[Phase, float] = {"predict": 0.45, "segment": 0.45, "overlap": 0.3, "class": 0.35, "decide": 0.25}
"""Seconds of a step's phases at normal speed."""
START_SECONDS: dict[Phase, float] = {"segment": 0.4, "overlap": 0.25, "class": 0.25, "decide": 0.25}
"""Those at the starting points, which are found, not predicted."""
SEEN = 0.005
"""A check against any other body is drawn when the overlap is at least this: else there is nothing to see."""
FIND, CHOOSE, SET_ASIDE = 0.9, 0.5, 0.8
"""Seconds of the detections, of the choice among them, and of a spine that is set aside."""
MOVED = 0.05
"""An arrow shows the refined centroid's way when it is longer than this share of the crop."""
OVERLAP_SCALE = 2.0
"""The overlap's gauge reaches to so many times its limit."""


class SpineFMDrawing(Drawing):
    """Beats of SpineFM's events."""

    VERBS = (
        Verb(
            "Find three",
            "A detector looks at the whole film. The three surest neighbours are where the induction starts.",
            ("find",),
        ),
        Verb(
            "Predict the next",
            "From three known centres a small network predicts the next one; Med-SA outlines the body there. "
            "Up and down at the same time.",
            ("predict", "segment"),
        ),
        Verb(
            "Check and name",
            "Each outline is kept if it overlaps no other and the classifier sees a vertebra. C2 or S1 ends the spine, "
            "and names are counted from there.",
            ("overlap", "class", "decide", "name", "correct"),
        ),
    )

    def __init__(self) -> None:
        super().__init__()
        self._found: tuple[Detection, ...] = ()
        self._step: dict[tuple[str, int], Segmented] = {}
        self._at: dict[tuple[str, int], Proposed] = {}

    def _located(self, event: Located) -> tuple[Beat, ...]:
        self._found = event.detections
        words = _found_words(len(event.detections), sum(found.kept for found in event.detections))
        found = _by_score(event)
        scores = tuple(Bar("", item.score, event.limit_used) for item in found)
        shapes = tuple(shape for rank, item in enumerate(found) for shape in _detection(item, rank, event))
        draw = (*shapes, Bars(role="detected", motion="grow", bars=scores))
        return (Beat(phase="find", seconds=FIND, words=words, text=caption(event), draw=draw, clears="all"),)

    def _seeded(self, event: Seeded) -> tuple[Beat, ...]:
        self._step.clear()
        words = "Three sure neighbours are chosen: the induction starts from them."
        if event.source == "clicked":
            words = "The induction starts from the points that were clicked."
        draw = (_axis(event), Points(role="known", motion="pulse", points=flat(event.points), begin=0.4))
        chosen = tuple(
            Shape(role="chosen", motion="light", outline=outline(self._found[index].mask), begin=0.3)
            for index in event.triple
            if index < len(self._found)
        )
        beat = Beat(phase="find", seconds=CHOOSE, words=words, text=caption(event), draw=(*draw, *chosen), clears="all")
        return (beat,)

    def _proposed(self, event: Proposed) -> tuple[Beat, ...]:
        key = (event.direction, event.step)
        aside = self._step.pop(key, None)
        self._at[key] = event
        if event.direction == "seed":
            return ()
        words = "Three known centres lie on a smooth curve: it leads to the next one."
        if event.unsure is not None:
            words = f"The network was unsure there, so it looks once more, {event.turned:.0f}° off the curve."
        if event.direction == "added":
            words = "The reader says that there is a vertebra here."
        ghost = () if aside is None else (_ghost(aside.mask),)
        return (self._beat("predict", event, words, (*ghost, *_prediction(event))),)

    def _segmented(self, event: Segmented) -> tuple[Beat, ...]:
        key = (event.direction, event.step)
        self._step[key] = event
        proposed = self._at.get(key)
        start = proposed.point if proposed else event.centroid
        words = "Med-SA outlines the body at that point."
        if event.centroid is None:
            words = "Med-SA finds nothing to outline at that point."
        elif event.recentred:
            words = "Med-SA outlines the body, and once more with the crop centred on it."
        passed = False if event.centroid is None else None
        return (self._beat("segment", event, words, _segmentation(event, start), passed),)

    def _checked(self, event: Checked) -> tuple[Beat, ...]:
        passed = event.value <= event.limit
        if event.rule == "any" and passed and event.value < SEEN:
            return ()
        other = "the previous body" if event.rule == "previous" else "any other body"
        words = f"It {'hardly overlaps' if passed else 'overlaps'} {other}{'' if passed else ' too much'}."
        mine = self._step.get((event.direction, event.step))
        gauge = Gauge(
            role="candidate",
            motion="grow",
            until="step",
            label=f"overlap with {other}",
            value=event.value,
            limit=event.limit,
            scale=max(OVERLAP_SCALE * event.limit, event.value, 0.02),
        )
        draw = (Shape(role="previous", motion="flash", outline=outline(self.mask(event.against))), gauge)
        return (self._beat("overlap", event, words, (*draw, *_shared(mine, self.mask(event.against))), passed, event),)

    def _classified(self, event: Classified) -> tuple[Beat, ...]:
        bars = (
            Bar("vertebra", event.vertebra),
            Bar("C2", event.c2, event.end_limit),
            Bar("S1", event.s1, event.end_limit),
            Bar("background", event.background, event.background_limit),
        )
        winner = max(range(len(bars)), key=lambda index: bars[index].value)
        passed = event.background <= event.background_limit
        kinds = ("a vertebra", "C2, the upper end of the spine", "S1, the lower end of the spine", "background")
        words = f"The classifier sees {kinds[winner]} ({percent(bars[winner].value)})."
        draw = (
            Picture(role="frame", motion="fly", until="step", box=corners(event.patch)),
            Bars(role="candidate", motion="grow", until="step", bars=bars, winner=winner, begin=0.35),
        )
        return (self._beat("class", event, words, draw, passed),)

    def _decided(self, event: Decided) -> tuple[Beat, ...]:
        mine = self._step.get((event.direction, event.step))
        mask = mine.mask if mine else Mask.empty()
        draw: tuple[AnyPrimitive, ...] = ()
        if event.vertebra is not None:
            self.keep(event.vertebra, mask)
            draw = (Shape(role="kept", motion="drop", until="run", body=event.vertebra, outline=outline(mask)),)
        elif mask.area:
            draw = (_ghost(mask),)
        return (self._decision(event, draw),)

    def _set_aside(self, event: SetAside) -> tuple[Beat, ...]:
        beat = Beat(
            phase="decide",
            seconds=SET_ASIDE,
            words=f"Most of these outlines are doubtful (median {percent(event.probability)}): it begins elsewhere.",
            text=caption(event),
            value=event.probability,
            limit=event.limit,
            verdict="failed",
        )
        return (beat,)

    def _decision(self, event: Decided, draw: tuple[AnyPrimitive, ...]) -> Beat:
        return Beat(
            phase="decide",
            lane=_lane(event),
            section=_section(event),
            step=event.step,
            seconds=_seconds("decide", event),
            words=_verdict_words(event),
            text=caption(event),
            body=event.vertebra,
            value=event.value,
            limit=event.limit,
            verdict=_said(event),
            reason=reason_words(event) if event.verdict != "accepted" else "",
            draw=draw,
        )

    def _beat(
        self,
        phase: Phase,
        event: StepEvent,
        words: str,
        draw: tuple[AnyPrimitive, ...],
        passed: bool | None = None,
        measured: Checked | None = None,
    ) -> Beat:
        return Beat(
            phase=phase,
            lane=_lane(event),
            section=_section(event),
            step=event.step,
            seconds=_seconds(phase, event),
            words=words,
            text=caption(event),
            short=_short(event),
            value=measured.value if measured else None,
            limit=measured.limit if measured else None,
            verdict="none" if passed is None else ("passed" if passed else "failed"),
            draw=draw,
        )


def _said(event: Decided) -> Said:
    """What the card says of a decision; the edge of the film is an end, as one of the spine is."""
    if event.reason == "by hand":
        return "by hand"
    if event.verdict == "accepted":
        return "kept"
    return "end" if event.verdict == "spine end" or at_film_end(event) else "rejected"


def _short(event: StepEvent) -> str:
    """A phase in two or three words, for its row in the card."""
    match event:
        case Proposed(unsure=float()):
            return f"retried {event.turned:.0f}° off the curve"
        case Proposed():
            return "predicted from three centres" if event.known else "clicked by the reader"
        case Segmented(centroid=None):
            return "nothing to outline"
        case Segmented():
            again = ", crop centred again" if event.recentred else ""
            return f"outlined, centre moved {event.shift or 0:.0f} px{again}"
        case Checked():
            return "overlap" if event.rule == "previous" else "with others"
    return "class"


def _lane(event: StepEvent) -> str:
    """The starting points have a lane each, since they are segmented together."""
    return f"start {event.step + 1}" if event.direction == "seed" else event.direction


def _seconds(phase: Phase, event: StepEvent) -> float:
    return (START_SECONDS if event.direction == "seed" else SECONDS)[phase]


def _section(event: StepEvent) -> str:
    return "start" if event.direction == "seed" else "induction"


def _found_words(places: int, kept: int) -> str:
    if places < 2:
        return f"{('No', '1')[places]} place looks like a vertebra{'' if kept or not places else ', and not clearly'}."
    if kept == places:
        return f"{places} places clearly look like a vertebra."
    return f"{places} places look like a vertebra, {kept or 'none'} of them clearly."


def _by_score(event: Located) -> list[Detection]:
    return sorted(event.detections, key=lambda found: -found.score)


def _detection(found: Detection, rank: int, event: Located) -> tuple[AnyPrimitive, ...]:
    """A detection appears by its score; a weak one fades out with its reason."""
    begin = 0.5 * rank / max(len(event.detections), 1)
    role: Role = "detected" if found.kept else "dropped"
    score, limit = percents(found.score, event.limit_used)
    text = score if found.kept else f"{score} < {limit}" if found.reason.startswith("score ") else found.reason
    points, centre = outline(found.mask), flat([found.centroid])
    return (
        Shape(role=role, motion="light", outline=points, begin=begin, end=begin + 0.3, filled=found.kept),
        Label(role=role, motion="light", point=centre, text=text, begin=begin + 0.1, end=begin + 0.4),
    )


def _axis(event: Seeded) -> Curve:
    """The spine's axis from the first to the last starting point, and three spacings on either side."""
    centre, way = event.axis.centre, event.axis.direction
    reach = event.spacing * 5
    ends = [Point(centre.x + side * reach * way.x, centre.y + side * reach * way.y) for side in (-1, 1)]
    return Curve(role="axis", motion="draw", points=flat(ends), end=0.7)


def _prediction(event: Proposed) -> tuple[AnyPrimitive, ...]:
    """The known centres pulse, the curve runs on, a point flies along it, and the crop's frame glides there."""
    last = event.known[-1] if event.known else None
    path = flat([*event.known, event.point])
    along = (
        Points(role="known", motion="pulse", until="step", points=flat(event.known), end=0.5),
        Curve(role="predicted", motion="draw", until="step", points=path, head=1, begin=0.15, end=0.9),
    )
    return (
        *(along if event.known else ()),
        frame(event.patch, last, motion="glide", until="step", begin=0.2),
        Points(role="predicted", motion="fly", until="step", points=path, begin=0.15, end=0.9),
    )


def _segmentation(event: Segmented, start: Point | None) -> tuple[AnyPrimitive, ...]:
    """The mask floods from the point, and the centre slides to its refined place."""
    if event.centroid is None or start is None:
        return ()
    way = flat([start, event.centroid])
    moved = (event.shift or 0.0) > MOVED * event.patch.width
    arrow = (Arrow(role="shift", motion="draw", until="step", points=way, begin=0.4),) if moved else ()
    crop = (frame(event.patch, _middle(event.patch), motion="fade", until="step"),) if event.recentred else ()
    mask = Shape(
        role="candidate", motion="flood", until="step", outline=outline(event.mask), start=flat([start]), end=0.9
    )
    return (mask, *crop, *arrow, Points(role="refined", motion="slide", until="step", points=way, begin=0.4))


def _middle(box: Box) -> Point:
    return Point((box.x0 + box.x1) / 2, (box.y0 + box.y1) / 2)


def _shared(mine: Segmented | None, other: Mask) -> tuple[AnyPrimitive, ...]:
    """The area that both masks hold, where there is any."""
    if mine is None or not mine.mask.intersection_area(other):
        return ()
    box = mine.mask.box.intersection(other.box)
    both = Mask.from_array(mine.mask.within(box) & other.within(box), (box.x0, box.y0))
    return (Shape(role="rejected", motion="flash", outline=outline(both), begin=0.2),)


def _ghost(mask: Mask) -> Shape:
    return Shape(role="rejected", motion="shiver", until="run", outline=outline(mask), filled=False)


def _verdict_words(event: Decided) -> str:
    if event.verdict == "spine end":
        return f"Kept: it is {event.reason}, the end of the spine, so this direction stops."
    if event.verdict == "accepted":
        by = {
            "outlined": "Kept for its sharp outline, against the classifier.",
            "clicked": "Kept, because the reader clicked it.",
            "by hand": "Kept by the reader.",
        }
        return by.get(event.reason, "Kept: a vertebra that overlaps no other.")
    if at_film_end(event):
        return f"The film ends here, so this direction stops: {reason_words(event)}."
    return f"Not kept, and this direction stops: {reason_words(event)}."
