"""The first stage of every method: what kind of film this is, before anything is looked for on it.

The papers have no such stage.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from spinefm.core.numbers import held, percent, percents
from spinefm.imaging.radiograph import Radiograph
from spinefm.methods.base.config import ViewCheckConfig
from spinefm.methods.base.events import LATERAL_VIEWS, Viewed
from spinefm.methods.base.protocol import CannotStart

if TYPE_CHECKING:
    from spinefm.methods.base.stages import Stages, ViewAnswer

KINDS = {
    "cervical": "a lateral film of the neck",
    "thoracic": "a lateral film of the chest",
    "lumbar": "a lateral film of the lower back",
    "whole": "a lateral film of the whole spine",
    "frontal": "a frontal or oblique film",
    "radiograph": "a radiograph of another part of the body",
    "slice": "a slice of CT or MR",
    "picture": "a picture that is not a radiograph",
}
"""The network's views in words."""


def viewed(film: Radiograph, stages: Stages, config: ViewCheckConfig) -> Viewed | None:
    """What kind of film this is; None where that is not asked, or no network knows."""
    answer = None if config.view_check == "off" else stages.view(film)
    if answer is not None and answer.turn:
        answer = looked_at_again(answer, stages.view(film.rotated(answer.turn)))
    return None if answer is None else judged(answer, config)


def looked_at_again(first: ViewAnswer, upright: ViewAnswer | None) -> ViewAnswer:
    """The answer to a film that seems to lie; its position is as likely as this and the answer to the upright film say.

    Both are weighed as if they were independent; they are not quite, so the limit on the result is a high one.
    """
    if upright is None:
        return first
    sure = first.turn_probability
    agrees = upright.turn_probability if upright.turn == 0 else 1 - upright.turn_probability
    both, neither = sure * agrees, (1 - sure) * (1 - agrees)
    pooled = both / (both + neither) if both + neither > 0 else 0.5
    turn, probability = (first.turn, pooled) if pooled >= 0.5 else (0, 1 - pooled)
    return replace(first, turn=turn, turn_probability=probability)


def quarters_of(film: Radiograph, stages: Stages, config: ViewCheckConfig) -> int:
    """Quarter turns clockwise that set `film` upright; 0 where it is, is no lateral film, or may not be rotated."""
    seen = viewed(film, stages, config) if config.rotate_film else None
    return seen.turn if seen is not None and seen.lies and seen.lateral >= seen.lateral_limit else 0


def judged(answer: ViewAnswer, config: ViewCheckConfig) -> Viewed:
    """The network's answer beside its limits: a film is lateral where the lateral views together are likely enough."""
    view = max(answer.views, key=lambda name: answer.views[name])
    lateral = sum(answer.views.get(name, 0.0) for name in LATERAL_VIEWS)
    unlike = lateral < config.view_limit
    return Viewed(
        view=view,
        views=dict(answer.views),
        lateral=lateral,
        lateral_limit=config.view_limit,
        turn=answer.turn,
        turn_probability=answer.turn_probability,
        turn_limit=config.rotation_limit,
        facing=answer.facing,
        facing_probability=answer.facing_probability,
        distance=answer.distance,
        distance_limit=config.distance_limit,
        refused=unlike and config.view_check == "refuse",
    )


def refuse(seen: Viewed, takes_starts: bool) -> None:
    """Raises CannotStart for a film that is no lateral spine film, with what it looks like and how to run it anyway.

    takes_starts: whether the method runs on such a film where starting points are given.
    """
    if seen.refused:
        starts = "give three neighbouring vertebrae as starting points or " if takes_starts else ""
        raise CannotStart(
            f"{unlike_lateral(seen)} Choose a lateral film, or run this one anyway: {starts}set view_check to warn."
        )


def warnings(seen: Viewed | None) -> list[str]:
    """What a reader must know of the film beside the result: that it is no lateral one, unlike training, or rotated."""
    if seen is None:
        return []
    sentences = []
    if seen.lateral < seen.lateral_limit:
        sentences.append(f"{unlike_lateral(seen)} Check every outline and every name on it.")
    elif seen.distance > seen.distance_limit:
        sentences.append(
            f"This film is unlike the lateral films of training (distance "
            f"{held(seen.distance, seen.distance_limit, 1)}): check the outlines."
        )
    return [*sentences, *lying(seen)]


def unlike_lateral(seen: Viewed) -> str:
    """That a film is no lateral spine film, and what it looks like."""
    others = {name: share for name, share in seen.views.items() if name not in LATERAL_VIEWS}
    likeliest = max(others, key=lambda name: others[name])
    lateral, limit = percents(seen.lateral, seen.lateral_limit)
    return (
        f"This looks like {KINDS[likeliest]} ({percent(others[likeliest])}), not like a lateral spine film "
        f"({lateral}, limit {limit})."
    )


def lying(seen: Viewed | None) -> list[str]:
    """A sentence where a film lies on its side or upside down: how it has to be rotated to be upright."""
    if seen is None or seen.turn == 0:
        return []
    lies = "upside down" if seen.turn == 2 else "on its side"
    how = f"rotate it clockwise by {90 * seen.turn}° and run it again."
    if seen.lies:
        return [f"The film seems to lie {lies} ({percent(seen.turn_probability)}): {how}"]
    return [f"The film may lie {lies} ({percent(seen.turn_probability)}): if it does, {how}"]
