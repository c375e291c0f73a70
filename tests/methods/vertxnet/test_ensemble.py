"""Algorithm 1 of VertXNet on drawn masks with known answers."""

from __future__ import annotations

import pytest

from spinefm.core.masks import Mask
from spinefm.methods.vertxnet.config import VertXNetConfig
from spinefm.methods.vertxnet.ensemble import Ensemble, united
from spinefm.methods.vertxnet.events import PairedContours
from tests.methods.drawn import HEIGHT, WIDTH, blob, body


def run(
    pieces: list[Mask], detections: list[Mask], config: VertXNetConfig | None = None
) -> tuple[list[Mask], list[str]]:
    """The kept masks, and the verdict of every event."""
    ensemble = Ensemble(dict(enumerate(pieces)), dict(enumerate(detections)), config or VertXNetConfig())
    events = list(ensemble.run())
    return [kept.mask for kept in ensemble.kept], [event.verdict for event in events]


def test_contours_that_agree_become_their_union() -> None:
    kept, verdicts = run([body(0), body(1)], [body(0, left=104), body(1, left=96)])
    assert verdicts == ["merged", "merged"]
    assert [mask.area for mask in kept] == [(WIDTH + 4) * HEIGHT] * 2
    assert kept[0].iou(united(body(0), body(0, left=104))) == 1


def test_the_ratios_are_those_of_the_paper() -> None:
    event = next(Ensemble({0: body(0)}, {0: body(0, left=110, width=20)}, VertXNetConfig(eta=0.4)).run())
    assert isinstance(event, PairedContours)
    assert event.agreement == pytest.approx(20 / 40) and event.cover == 1 and event.verdict == "merged"


def test_one_piece_over_three_vertebrae_gives_way_to_three_detections() -> None:
    kept, verdicts = run([blob(0, 2)], [body(0), body(1), body(2)])
    assert verdicts == ["taken", "taken", "taken", "dropped"]
    assert [mask.iou(body(i)) for i, mask in enumerate(kept)] == [1, 1, 1]


def test_a_detection_that_lies_on_a_taken_one_is_no_second_vertebra() -> None:
    kept, verdicts = run([blob(0, 2)], [body(0), body(1), body(1, left=104), body(2)])
    assert verdicts[:4] == ["taken", "taken", "left", "taken"] and "kept by area" not in verdicts
    assert len(kept) == 3


def test_sizes_that_grow_along_the_spine_are_within_the_area_rule() -> None:
    spine = [body(i, width=34 + 3 * i) for i in range(6)]
    kept, verdicts = run(spine[1:5], spine)
    assert verdicts.count("kept by area") == 2 and len(kept) == 6


def test_two_kept_masks_of_one_size_leave_room_for_a_third() -> None:
    kept, _ = run([body(0), body(1)], [body(0), body(1), body(2, width=41)])
    assert len(kept) == 3


def test_touching_vertebrae_stay_two() -> None:
    first, second = body(0, height=40), body(1, height=40)  # no gap between them
    kept, verdicts = run([united(first, second)], [first, second])
    assert verdicts == ["taken", "taken", "dropped"]
    assert kept[0].intersection_area(kept[1]) == 0


def test_a_vertebra_that_the_detector_missed_comes_from_the_map() -> None:
    kept, verdicts = run([body(0), body(1, width=42), body(2, width=44)], [body(0), body(2, width=44)])
    assert verdicts == ["merged", "merged", "kept by area"]
    assert kept[2].iou(body(1, width=42)) == 1


def test_a_vertebra_that_the_map_missed_comes_from_the_detector() -> None:
    kept, verdicts = run([body(0), body(2, width=44)], [body(0), body(1, width=42), body(2, width=44)])
    assert verdicts == ["merged", "left", "merged", "kept by area"]
    assert kept[2].iou(body(1, width=42)) == 1


def test_a_leftover_of_another_size_is_dropped() -> None:
    kept, verdicts = run([body(0), body(1), body(3, width=10)], [body(0), body(1, width=42)])
    assert verdicts[-1] == "dropped" and len(kept) == 2


def test_lambda_widens_the_area_rule() -> None:
    pieces, detections = [body(0), body(1, width=44), body(3, width=60)], [body(0), body(1, width=44)]
    assert run(pieces, detections, VertXNetConfig(deviations=2.0))[1][-1] == "dropped"
    assert run(pieces, detections, VertXNetConfig(deviations=12.0))[1][-1] == "kept by area"


def test_a_doubled_detection_is_dropped() -> None:
    kept, verdicts = run([body(0), body(1)], [body(0), body(1), body(1, left=108)])
    assert verdicts == ["merged", "merged", "left", "dropped"] and len(kept) == 2


def test_in_the_paper_a_mask_may_lie_on_a_kept_one() -> None:
    paper = VertXNetConfig().changed(VertXNetConfig.PUBLISHED)
    kept, verdicts = run([body(0), body(1)], [body(0), body(1), body(1, left=108)], paper)
    assert verdicts == ["merged", "merged", "left", "kept by area"] and len(kept) == 3
    kept, verdicts = run([blob(0, 2)], [body(0), body(1), body(1, left=104), body(2)], paper)
    assert verdicts[:4] == ["taken"] * 4 and len(kept) == 4


def test_the_best_match_counts_and_not_the_first() -> None:
    poor, good = body(0, left=112), body(0, left=101)
    kept, verdicts = run([body(0)], [poor, good], VertXNetConfig(eta=0.5))
    assert verdicts == ["left", "merged", "dropped"]
    assert kept[0].iou(united(body(0), good)) == 1


def test_two_leftovers_at_one_place_do_not_both_stay() -> None:
    pieces = [body(0), body(1, width=42), body(2, left=100, width=41)]
    detections = [body(0), body(1, width=42), body(2, left=122, width=41)]
    kept, verdicts = run(pieces, detections)
    assert verdicts == ["merged", "merged", "left", "kept by area", "dropped"] and len(kept) == 3


@pytest.mark.parametrize("detections", [[], [body(0)]])
def test_without_two_kept_masks_there_is_no_area_rule(detections: list[Mask]) -> None:
    kept, verdicts = run([body(0), body(1), body(2)], detections)
    assert len(kept) == len(detections)
    assert verdicts == ["merged"] * len(detections) + ["dropped"] * (3 - len(detections))


def test_nothing_gives_nothing() -> None:
    assert run([], []) == ([], [])
