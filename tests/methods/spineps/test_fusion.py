"""The fusion rule on drawn predictions with known answers."""

from __future__ import annotations

import numpy as np
import pytest

from spinefm.core.geometry import Box
from spinefm.core.masks import Mask
from spinefm.methods.spineps.config import SpinepsConfig
from spinefm.methods.spineps.events import CentreCrop, Fused
from spinefm.methods.spineps.fusion import Fusion, couples, settled, voted
from tests.methods.drawn import HEIGHT, SHAPE, WIDTH, body

RULE = SpinepsConfig()
PAPER = SpinepsConfig().changed(SpinepsConfig.PUBLISHED)
EMPTY = Mask.empty()
FILM = Box(0, 0, SHAPE[1], SHAPE[0])


def cutouts(count: int) -> list[CentreCrop]:
    """Perfect cutouts of `count` bodies."""
    bodies = [EMPTY, *(body(index) for index in range(count)), EMPTY]
    return [CentreCrop(i, FILM, *bodies[i : i + 3]) for i in range(count)]


def fused(given: list[CentreCrop], rule: SpinepsConfig = RULE) -> tuple[Fusion, list[Fused]]:
    """The fusion after its run, and its events."""
    fusion = Fusion(given, SHAPE, rule)
    return fusion, list(fusion.run())


def test_three_predictions_of_each_body_are_one_instance() -> None:
    fusion, events = fused(cutouts(4))
    written = [event for event in events if event.verdict == "written"]
    assert fusion.count == len(written) == 4 and not fusion.instances[~_union(4)].any()
    assert [len(event.couple) for event in written] == [3, 3, 2, 2]  # the outer bodies are seen twice
    assert all(event.agreement == 1 for event in written)
    assert [event.votes for event in written] == [2, 2, 1, 1]


def _union(count: int) -> np.ndarray:
    return np.any([body(index).on_film(SHAPE) for index in range(count)], axis=0)


def test_priority_is_the_couples_size_plus_one_times_the_agreement() -> None:
    found = couples({(0, "centre"): body(0), (1, "above"): body(0), (2, "above"): body(1)}, RULE)
    assert [couple.priority for couple in found] == [pytest.approx(3.0), 0.0]
    assert found[0].members == ((0, "centre"), (1, "above")) and found[0].dices == (1.0, 1.0)


def test_partners_come_from_two_places_away_at_most_and_from_each_cutout_once() -> None:
    far = {(0, "centre"): body(0), (3, "above"): body(0)}
    assert all(len(couple.members) == 1 for couple in couples(far, RULE))
    same = {(0, "centre"): body(0), (1, "above"): body(0), (1, "centre"): body(0, left=110)}
    assert {len(couple.members) for couple in couples(same, RULE)} == {2}


def test_a_poor_match_is_no_partner() -> None:
    found = couples({(0, "centre"): body(0), (1, "above"): body(0, left=130)}, RULE)  # Dice 0.25
    assert [len(couple.members) for couple in found] == [1, 1]


def test_two_of_three_votes_leave_out_what_one_alone_sees() -> None:
    wide = body(0, width=60)
    given = [
        CentreCrop(0, FILM, EMPTY, body(0), EMPTY),
        CentreCrop(1, FILM, body(0), EMPTY, EMPTY),
        CentreCrop(2, FILM, wide, EMPTY, EMPTY),
    ]
    fusion, events = fused(given)
    assert events[0].votes == 2 and events[0].mask.area == WIDTH * HEIGHT and fusion.count == 1


def test_a_doubled_vertebra_is_written_once() -> None:
    double = [*cutouts(3), CentreCrop(7, FILM, EMPTY, body(1, left=104), EMPTY)]
    fusion, events = fused(double)
    skipped = [event for event in events if event.verdict == "skipped"]
    assert fusion.count == 3 and skipped[0].claimed == pytest.approx(0.9)
    assert skipped[0].claimed_limit == 0.6 and skipped[0].vertebra is None and not skipped[0].mask.area


@pytest.mark.parametrize(
    ("place", "share", "written"), [(0, 1.0, False), (2, 1.0, False), (1, 1.0, True), (1, 0.3, False)]
)
def test_what_one_cutout_alone_sees_must_be_a_body_in_its_middle(place: int, share: float, written: bool) -> None:
    masks = [EMPTY, EMPTY, EMPTY]
    masks[place] = body(6, height=round(share * HEIGHT))
    fusion, events = fused([*cutouts(4), CentreCrop(9, FILM, *masks)])
    assert fusion.count == 4 + written
    assert ("no other cutout agrees" in {event.reason for event in events}) is not written


@pytest.mark.parametrize(("place", "share"), [(0, 1.0), (2, 1.0), (1, 0.3)])
def test_in_the_paper_what_one_cutout_alone_sees_is_written_as_any_other(place: int, share: float) -> None:
    masks = [EMPTY, EMPTY, EMPTY]
    masks[place] = body(6, height=round(share * HEIGHT))
    given = [*cutouts(4), CentreCrop(9, FILM, *masks)]
    assert fused(given, PAPER)[0].count == 5
    for one_rule in ({"alone_elsewhere": False}, {"alone_limit": 0.4}):
        skipped = fused(given, PAPER.changed(one_rule))[0].count == 4
        assert skipped is (("alone_limit" in one_rule) is (place == 1))


def test_weak_agreement_of_three_asks_for_one_vote() -> None:
    given = [
        CentreCrop(0, FILM, EMPTY, body(0), EMPTY),
        CentreCrop(1, FILM, body(0, left=124), EMPTY, EMPTY),  # Dice 0.4
        CentreCrop(2, FILM, body(0, left=76), EMPTY, EMPTY),  # Dice 0.4
    ]
    _, events = fused(given)
    assert len(events[0].couple) == 3 and events[0].agreement == pytest.approx(0.4) and events[0].votes == 1


def test_more_vertebrae_than_a_byte_counts_are_no_error() -> None:
    fusion = Fusion([CentreCrop(i, FILM, EMPTY, dot(i), EMPTY) for i in range(300)], SHAPE, RULE)
    assert sum(event.verdict == "written" for event in fusion.run()) == fusion.count == 300


def dot(index: int) -> Mask:
    """One of many small squares."""
    return Mask(np.ones((4, 4), bool), (8 * (index % 25), 8 * (index // 25)))


def test_only_unclaimed_pixels_are_written() -> None:
    given = [*cutouts(2), CentreCrop(7, FILM, EMPTY, body(1, left=120), EMPTY)]  # half of it is claimed
    fusion, events = fused(given)
    assert fusion.count == 3 and events[-1].mask.area == WIDTH * HEIGHT // 2


def test_a_missing_centre_is_found_from_its_neighbours() -> None:
    fusion, _ = fused([cutout for cutout in cutouts(3) if cutout.index != 1])
    assert fusion.count == 3 and (fusion.instances[body(1).box.rows, body(1).box.columns] > 0).all()


def test_small_parts_are_dropped_and_holes_filled() -> None:
    crop = np.ones((HEIGHT, WIDTH + 10), bool)
    crop[:, WIDTH:] = False
    crop[:2, -2:] = True  # four pixels beside it
    crop[10:14, 10:14] = False
    fusion, events = fused([CentreCrop(0, FILM, EMPTY, Mask(crop, (100, 30)), EMPTY)])
    assert events[0].mask.area == WIDTH * HEIGHT - 16
    assert np.count_nonzero(fusion.instances) == WIDTH * HEIGHT


def test_voted_pixels_are_those_that_enough_masks_hold() -> None:
    masks = [body(0), body(0, left=120), body(0, left=130)]
    assert voted(masks, 1).area == 70 * HEIGHT and voted(masks, 2).area == 40 * HEIGHT
    assert voted(masks, 3).area == 10 * HEIGHT


def test_instances_keep_to_the_map_and_take_what_touches_them() -> None:
    instances = np.zeros(SHAPE, np.uint8)
    instances[30:58, 100:140] = 1
    instances[70:98, 100:150] = 2
    semantic = np.zeros(SHAPE, bool)
    semantic[30:58, 100:146] = True  # six columns more than the first
    semantic[70:98, 100:140] = True  # ten columns less than the second
    semantic[200:220, 100:140] = True  # touches nothing
    found = settled(instances, semantic, RULE.largest_fringe)
    assert (found[30:58, 140:146] == 1).all() and not found[70:98, 140:].any() and not found[200:220].any()


def test_a_body_that_was_missed_does_not_spoil_its_neighbour() -> None:
    instances = np.zeros(SHAPE, np.uint16)
    instances[30:58, 100:140] = 1
    semantic = instances > 0
    semantic[58:86, 100:140] = True  # joined to it, and as large
    assert (settled(instances, semantic, RULE.largest_fringe) == instances).all()
