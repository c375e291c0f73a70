"""The induction's rules, on drawn spines whose answer is known."""

import json
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from spinefm.core.geometry import Box, Point, principal_axis
from spinefm.core.levels import Level
from spinefm.core.masks import Mask
from spinefm.imaging.radiograph import Radiograph
from spinefm.methods import CannotStart, run_to_trace
from spinefm.methods.base import stages
from spinefm.methods.base.events import Located
from spinefm.methods.base.stages import Candidate, Probabilities, ViewAnswer
from spinefm.methods.spinefm import SpineFMConfig, SpineFMMethod, induction
from spinefm.methods.spinefm.captions import stop_reason
from spinefm.methods.spinefm.events import Checked, Decided, Proposed, Seeded, Segmented, StepEvent
from spinefm.methods.spinefm.segment import grey_range
from spinefm.methods.spinefm.state import stops
from spinefm.trace.captions import caption
from spinefm.trace.model import Finished, Named, Trace
from tests.columns import Column, Oracle, empty_bundle, straight


def run(oracle: Oracle, settings: SpineFMConfig | None = None, seeds=None) -> Trace:
    method = SpineFMMethod(empty_bundle(), settings or SpineFMConfig(), seeds, stages=lambda watch: oracle)
    return run_to_trace(method, oracle.column.film)


def names(trace: Trace) -> list[str]:
    return [vertebra.name for vertebra in trace.vertebrae]


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (straight(7, top="C2"), ["C2", "C3", "C4", "C5", "C6", "C7", "T1"]),
        (straight(7, top="vertebra", bottom="S1"), ["T12", "L1", "L2", "L3", "L4", "L5", "S1"]),
        (straight(5, top="vertebra"), ["V1", "V2", "V3", "V4", "V5"]),
        (straight(3, top="C2"), ["C2", "C3", "C4"]),
    ],
)
def test_every_vertebra_is_found_and_named_from_the_spine_end(column, expected):
    trace = run(Oracle(column))
    assert names(trace) == expected
    for vertebra, mask in zip(trace.vertebrae, column.masks, strict=True):
        assert vertebra.mask.dice(mask) > 0.95


@pytest.mark.parametrize("seen", [(0, 1, 2), (2, 3, 4), (4, 5, 6)])
def test_three_detections_anywhere_lead_to_the_whole_spine(seen):
    scores = [0.9 if index in seen else 0.0 for index in range(7)]
    assert names(run(Oracle(straight(7), scores))) == ["C2", "C3", "C4", "C5", "C6", "C7", "T1"]


def test_both_directions_share_one_batch():
    oracle = Oracle(straight(7), [0, 0, 0.9, 0.9, 0.9, 0, 0])
    run(oracle)
    assert oracle.batches[:2] == [3, 2]


STOPS = [
    ("background", Oracle(straight(6, top="vertebra", bottom="background"), [0, 0.9, 0.9, 0.9, 0, 0]), "down"),
    ("S1", Oracle(straight(6, top="vertebra", bottom="S1"), [0, 0.9, 0.9, 0.9, 0, 0]), "down"),
    ("C2", Oracle(straight(6), [0, 0, 0.9, 0.9, 0.9, 0]), "up"),
    ("overlap", Oracle(straight(6), [0, 0.9, 0.9, 0.9, 0, 0], copies={4: 3}), "down"),
    ("empty mask", Oracle(straight(6), [0, 0.9, 0.9, 0.9, 0, 0], blind=[4]), "down"),
    ("point outside", Oracle(straight(5, top="vertebra", first=20), [0, 0.9, 0.9, 0.9, 0]), "up"),
    ("outside the film", Oracle(straight(5, top="vertebra", first=1), [0, 0.9, 0.9, 0.9, 0]), "up"),
]


@pytest.mark.parametrize(("reason", "oracle", "direction"), STOPS, ids=[stop[0] for stop in STOPS])
def test_a_stop_names_its_reason_with_value_and_limit(reason, oracle, direction):
    stop = stops(run(oracle).events)[direction]
    assert stop.reason == reason
    assert stop.value is not None
    assert stop.limit is not None
    if reason != "empty mask":
        assert stop.value > stop.limit


def test_a_sharp_outline_outweighs_the_class_background():
    column = Column(straight(6).centroids, ("C2", "vertebra", "vertebra", "vertebra", "background", "vertebra"))
    scores, sharp = [0, 0.9, 0.9, 0.9, 0, 0], [4]
    trace = run(Oracle(column, scores, sharp=sharp))
    (kept,) = [event for event in trace.of(Decided) if event.reason == "outlined"]
    assert len(trace.vertebrae) == 6 and (kept.verdict, kept.overruled) == ("accepted", "background")
    assert kept.value == 1.0 and kept.limit == SpineFMConfig().sharp_limit
    assert "kept for its sharp outline" in caption(kept)
    paper = SpineFMConfig(sharp_limit=SpineFMConfig.PUBLISHED["sharp_limit"])
    assert len(run(Oracle(column, scores, sharp=sharp), paper).vertebrae) == 4


def test_a_sharp_outline_is_no_reason_to_start_at_background():
    column = Column(straight(6).centroids, ("C2", "vertebra", "background", "vertebra", "vertebra", "vertebra"))
    _, first, *_ = run(Oracle(column, [0, 0.9, 0.9, 0.9, 0, 0], sharp=[2])).of(Decided)
    assert (first.direction, first.verdict, first.reason, first.limit) == ("seed", "stopped", "background", 0.5)


def test_overlap_with_the_previous_vertebra_is_measured_against_the_papers_limit():
    trace = run(Oracle(straight(6), [0, 0.9, 0.9, 0.9, 0, 0], copies={4: 3}))
    rejected = [check for check in trace.of(Checked) if check.value > check.limit]
    assert [(check.rule, check.value, check.limit) for check in rejected] == [("previous", 1.0, 0.1)]


def test_overlap_with_an_earlier_vertebra_stops_too():
    wide = SpineFMConfig(patch_factor=6)
    trace = run(Oracle(straight(7), [0, 0.9, 0.9, 0.9, 0, 0, 0], copies={4: 2}), wide)
    rejected = [check for check in trace.of(Checked) if check.value > check.limit]
    assert [check.rule for check in rejected] == ["any"]
    assert stops(trace.events)["down"].reason == "overlap"


def test_a_rejected_mask_leads_no_further():
    trace = run(Oracle(straight(7, top="vertebra", bottom="vertebra"), [0, 0.9, 0.9, 0.9, 0, 0, 0], blind=[4]))
    assert len(trace.vertebrae) == 4


def test_the_step_limit_stops_both_directions():
    settings = SpineFMConfig(step_limit=1)
    trace = run(Oracle(straight(9, top="vertebra"), [0, 0, 0, 0.9, 0.9, 0.9, 0, 0, 0]), settings)
    assert {stop.reason for stop in stops(trace.events).values()} == {"step limit"}
    assert len(trace.vertebrae) == 5


def test_a_centroid_already_visited_stops():
    settings = SpineFMConfig(overlap_limit=1.0)
    trace = run(Oracle(straight(6), [0, 0.9, 0.9, 0.9, 0, 0], copies={4: 3}), settings)
    stop = stops(trace.events)["down"]
    assert stop.reason == "revisited"
    assert (stop.value or 0) < (stop.limit or 0)


def test_a_starting_point_at_the_spine_end_stops_its_direction_before_the_first_step():
    trace = run(Oracle(straight(5), [0.9, 0.9, 0.9, 0, 0]))
    assert not [event for event in trace.of(Proposed) if event.direction == "up"]
    assert names(trace)[0] == "C2"


def test_starting_points_that_are_background_give_way_to_the_next_triple():
    column = Column(straight(6).centroids, ("background", "vertebra", "vertebra", "vertebra", "vertebra", "S1"))
    trace = run(Oracle(column, [0.99, 0.99, 0.99, 0.8, 0.8, 0.8]))
    assert len(list(trace.of(Seeded))) > 1
    assert names(trace) == ["L2", "L3", "L4", "L5", "S1"]


def test_c2_in_the_middle_of_three_starting_points_does_not_start_a_run():
    kinds = ("vertebra", "C2", "vertebra", "vertebra", "vertebra", "vertebra")
    trace = run(Oracle(Column(straight(6).centroids, kinds), [0.99, 0.99, 0.99, 0.8, 0.8, 0.8]))
    assert names(trace) == ["C2", "C3", "C4", "C5", "C6"]
    (refused,) = [event for event in trace.of(Decided) if event.reason == "misplaced end"]
    assert (refused.direction, refused.step, refused.verdict, refused.vertebra) == ("seed", 1, "stopped", None)
    assert refused.value == pytest.approx(0.97)
    assert refused.limit == 0.5


def test_an_upside_down_film_gets_no_names():
    trace = run(Oracle(straight(6, top="S1", bottom="C2"), [0, 0.9, 0.9, 0.9, 0, 0]))
    (named,) = trace.of(Named)
    assert named.anchor is None
    assert "upside down" in named.note
    assert names(trace) == ["V1", "V2", "V3", "V4", "V5", "V6"]
    assert {stop.reason for stop in stops(trace.events).values()} == {"C2", "S1"}


def test_the_surer_of_two_disagreeing_ends_names_the_spine_and_the_note_says_so():
    trace = run(Oracle(straight(6, bottom="S1"), [0, 0.9, 0.9, 0.9, 0, 0]), SpineFMConfig(naming="ends"))
    (named,) = trace.of(Named)
    assert "disagrees" in named.note
    assert named.anchor is not None
    assert trace.vertebrae[0].name == ("C2" if named.anchor.level is Level.C2 else "T12")


def test_an_induction_past_a_body_notes_the_gap():
    column = Column(tuple(Point(120, y) for y in (60, 92, 124, 156, 188, 252)), ("C2", *["vertebra"] * 5))
    oracle = Oracle(column, [0.9, 0.9, 0.9, 0, 0, 0])
    oracle.next_point = lambda film, known: Point(120, 252 if known[-1].y > 180 else known[-1].y + 32)
    (named,) = run(oracle).of(Named)
    assert "C7 was not found" in named.note and list(named.levels[-2:]) == [Level.C6, Level.T1]
    (counted,) = run(oracle, SpineFMConfig(naming="ends")).of(Named)
    assert "C6 and C7 lie 2.00 > 1.70 median spacings apart" in counted.note
    assert not next(run(Oracle(straight(7))).of(Named)).note


def test_c2_may_lie_far_from_c3():
    column = Column(tuple(Point(120, y) for y in (60, 116, 148, 180, 212, 244)), ("C2", *["vertebra"] * 5))
    oracle = Oracle(column, [0, 0.9, 0.9, 0.9, 0, 0])
    oracle.next_point = lambda film, known: Point(120, 60 if known[-1].y < 120 < known[0].y else known[-1].y + 32)
    trace = run(oracle, SpineFMConfig(naming="ends"))
    assert names(trace)[0] == "C2"
    assert not next(trace.of(Named)).note


def test_a_sliver_is_no_vertebra():
    column = Column(straight(6).centroids, ("C2", *["vertebra"] * 5))
    oracle = Oracle(column, [0.9, 0.9, 0.9, 0, 0, 0])
    whole = oracle.segment

    def segment(film, boxes, clicks):
        answers = whole(film, boxes, clicks)
        for answer, click in zip(answers, clicks, strict=True):
            if click.y > 150:
                answer[:] = 0
                answer[answer.shape[0] // 2, answer.shape[1] // 2] = 1
        return answers

    oracle.segment = segment
    stop = stops(run(oracle).events)["down"]
    assert (stop.reason, stop.value) == ("empty mask", 1)
    assert stop.limit == pytest.approx(0.04 * 32**2, rel=0.05)
    assert stop_reason(stop) == "mask of 1 px < 41 px"


def test_clicks_along_a_horizontal_column_are_put_in_order_along_it():
    points = tuple(Point(60 + 32 * i, 120 + (i % 2)) for i in range(5))
    column = Column(points, ("C2", *["vertebra"] * 4), size=(400, 240))
    trace = run(Oracle(column), SpineFMConfig(lean_limit=90), seeds=[points[i] for i in (2, 1, 3)])
    assert next(trace.of(Seeded)).points == points[1:4]
    assert names(trace) == ["C2", "C3", "C4", "C5", "C6"]


def test_the_trace_keeps_the_axis_that_ordered_all_detections():
    bowed = tuple(Point(60 + 3 * i**2, 60 + 32 * i) for i in range(7))
    seeded = next(run(Oracle(Column(bowed, ("C2", *["vertebra"] * 6)))).of(Seeded))
    assert len(seeded.order) == 7
    assert seeded.axis == principal_axis(bowed)
    assert seeded.axis != principal_axis(seeded.points)


def test_a_click_outweighs_a_spine_end_in_the_middle():
    column = Column(straight(4).centroids, ("vertebra", "C2", "vertebra", "vertebra"))
    trace = run(Oracle(column), seeds=column.centroids[:3])
    decisions = list(trace.of(Decided))
    assert [event.reason for event in decisions][:3] == ["vertebra", "clicked", "vertebra"]
    assert caption(decisions[1]).endswith(
        "kept because the reader clicked it, against the classifier: 97 % (limit 50 %)"
    )


def test_three_that_are_no_neighbours_lower_the_limit_too():
    trace = run(Oracle(straight(7), [0.9, 0, 0.9, 0.42, 0.9, 0, 0]))
    assert next(trace.of(Located)).limit_used == pytest.approx(0.4)
    assert len(trace.vertebrae) == 7


def test_run_time_leaves_out_what_the_caller_does_between_events(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(stages, "time", SimpleNamespace(perf_counter=lambda: now[0]))
    oracle, calls = Oracle(straight(5)), []
    whole = oracle.classify

    def classify(film, boxes):
        now[0] += 3.0
        calls.append(boxes)
        return whole(film, boxes)

    def slow_reader(event):
        now[0] += 1000.0

    oracle.classify = classify
    method = SpineFMMethod(empty_bundle(), SpineFMConfig(), stages=lambda watch: oracle)
    finished = run_to_trace(method, oracle.column.film, slow_reader).finished
    assert finished is not None
    assert finished.seconds["total"] == 3.0 * len(calls)


def test_fewer_than_three_detections_lower_the_limit_and_say_so():
    trace = run(Oracle(straight(5), [0.9, 0.9, 0.42, 0, 0]))
    located = next(trace.of(Located))
    assert located.score_limit == 0.6
    assert located.limit_used == pytest.approx(0.4)
    assert names(trace) == ["C2", "C3", "C4", "C5", "C6"]


@pytest.mark.parametrize("scores", [[0.9, 0.9, 0, 0, 0], [0.9, 0.9, 0.25, 0, 0], [0.9, 0, 0, 0, 0.9]])
def test_without_three_detections_the_reader_is_asked_for_starting_points(scores):
    with pytest.raises(CannotStart, match="give the centres of three neighbouring vertebrae as starting points"):
        run(Oracle(straight(5), scores))


def test_two_bodies_apart_are_no_neighbours():
    with pytest.raises(CannotStart, match="no three of them are neighbours"):
        run(Oracle(straight(7), [0.9, 0, 0.9, 0, 0.9, 0, 0.9]))


def test_clicked_points_replace_the_detector():
    column = straight(6)
    trace = run(Oracle(column, [0] * 6), seeds=[column.centroids[i] for i in (3, 2, 4)])
    assert not list(trace.of(Located))
    assert next(trace.of(Seeded)).source == "clicked"
    assert names(trace) == ["C2", "C3", "C4", "C5", "C6", "C7"]


def test_a_clicked_point_is_taken_against_the_classifier():
    column = Column(straight(4).centroids, ("background", "vertebra", "vertebra", "vertebra"))
    trace = run(Oracle(column), seeds=column.centroids[:3])
    assert [event.reason for event in trace.of(Decided)][:3] == ["clicked", "vertebra", "vertebra"]


@pytest.mark.parametrize(
    ("seeds", "sentence"),
    [
        ([Point(120, 60), Point(120, 92)], "give the centres of three"),
        ([Point(120, 60), Point(120, 92), Point(500, 124)], "outside the film"),
        ([Point(20, 60), Point(20, 92), Point(20, 124)], r"point 1 at \(20, 60\) does not hold, the mask is empty"),
        (
            [Point(120, 60), Point(120, 92), Point(20, 140)],
            r"point 3 at \(20, 140\) does not hold, .* give points closer",
        ),
        ([Point(120, 60), Point(120, 92), Point(120, 124), Point(120, 92)], "coincide; give each vertebra one"),
        ([Point(120, 60), Point(120, 92), Point(float("nan"), 124)], "not a position on a film"),
        (
            [Point(1, 2), Point(1, 3), Point(1, 4)],
            r"Points 1 and 2 lie 1\.0 px apart, closer than the \d\.\d px that two",
        ),
        ([Point(120, 92), Point(120, 93), Point(120, 60)], r"Points 2 and 3 lie 1\.0 px apart, closer than"),
        ([Point(120, 60), Point(120, 92), Point(120, 156)], r"Points 2 and 3 lie 2\.67 > 1\.80 body sizes apart"),
    ],
)
def test_points_that_cannot_serve_are_refused_with_a_sentence(seeds, sentence):
    with pytest.raises(CannotStart, match=sentence):
        run(Oracle(straight(5)), seeds=seeds)


def test_a_false_detection_beside_the_spine_does_not_start_the_induction():
    lone = Mask(np.ones((24, 24), bool), (20, 160))
    extra = Candidate(0.99, Box(20, 160, 44, 184), lone, lone.centroid)
    assert names(run(Oracle(straight(7), extra=[extra]))) == ["C2", "C3", "C4", "C5", "C6", "C7", "T1"]


def test_a_doubled_detection_is_dropped_with_its_reason():
    column = straight(5)
    double = Candidate(0.7, column.masks[2].box, column.masks[2], Point(121, 125))
    located = next(run(Oracle(column, extra=[double])).of(Located))
    assert sorted(detection.kept for detection in located.detections) == [False] + [True] * 5
    assert any("duplicate of detection" in detection.reason for detection in located.detections)


def test_events_come_in_the_contracts_order_and_survive_json():
    trace = run(Oracle(straight(7), [0, 0, 0.9, 0.9, 0.9, 0, 0]))
    kinds = [type(event) for event in trace.events]
    assert kinds[:2] == [Located, Seeded]
    assert kinds[-2:] == [Named, Finished]
    steps = [
        event for event in trace.events if isinstance(event, StepEvent) and (event.direction, event.step) == ("down", 1)
    ]
    assert [type(event).__name__ for event in steps] == [
        "Proposed", "Segmented", "Checked", "Checked", "Classified", "Decided"
    ]  # fmt: skip
    assert json.loads(Trace.from_json(trace.to_json()).to_json()) == json.loads(trace.to_json())


def test_an_off_centre_mask_is_looked_at_again_unless_told_otherwise():
    points = tuple(Point(120, y) for y in (60, 92, 124, 156, 198))
    column = Column(points, ("C2", "vertebra", "vertebra", "vertebra", "vertebra"))
    scores = [0.9, 0.9, 0.9, 0, 0]
    again = [event.recentred for event in run(Oracle(column, scores)).of(Segmented)]
    once = SpineFMConfig(recentre=False)
    assert any(again)
    assert not any(event.recentred for event in run(Oracle(column, scores), once).of(Segmented))


def test_levels_carry_verse_ids_and_unnamed_ones_count_from_101():
    named = run(Oracle(straight(4)))
    assert [vertebra.level_id for vertebra in named.vertebrae] == [Level.C2, Level.C3, Level.C4, Level.C5]
    relative = run(Oracle(straight(4, top="vertebra")))
    assert [vertebra.level_id for vertebra in relative.vertebrae] == [101, 102, 103, 104]


def test_a_body_that_cannot_be_seen_stops_the_induction_unless_told_otherwise():
    oracle = Oracle(straight(7), [0.9, 0.9, 0.9, 0, 0, 0, 0])
    pixels = oracle.column.film.pixels.copy()
    pixels[int(oracle.column.centroids[4].y) - 15 :] = 0.2
    burnt = Radiograph.from_array(pixels, name="burnt out")
    stopped = run_to_trace(SpineFMMethod(empty_bundle(), SpineFMConfig(), stages=lambda watch: oracle), burnt)
    assert names(stopped) == ["C2", "C3", "C4", "C5"]
    assert (stops(stopped.events)["down"].reason, stops(stopped.events)["down"].limit) == ("too faint", 0.006)
    assert "too faint" in caption(stops(stopped.events)["down"])
    paper = SpineFMConfig(minimum_contrast=0)
    assert len(run_to_trace(SpineFMMethod(empty_bundle(), paper, stages=lambda watch: oracle), burnt).vertebrae) == 7


@pytest.mark.parametrize(
    ("sure", "vague", "found"), [(0.69, [4, 5, 6], 4), (0.71, [4, 5, 6], 7), (0.69, [6], 6), (0.69, [], 7)]
)
def test_a_faint_body_counts_where_the_classifier_is_sure_of_it_or_its_outline_is_sharp(sure, vague, found):
    oracle = Oracle(straight(7), [0.9, 0.9, 0.9, 0, 0, 0, 0], vague=vague)
    answers = oracle.classify
    least = Probabilities(0.97 - sure, sure, 0.01, 0.02)
    oracle.classify = lambda film, boxes: [least if seen.vertebra > 0.5 else seen for seen in answers(film, boxes)]
    pixels = oracle.column.film.pixels.copy()
    below = int(oracle.column.centroids[4].y) - 15
    pixels[below:] = 0.2 + 0.012 * (pixels[below:] > 0.5)
    faint = replace(oracle.column.film, pixels=pixels)  # as it is: read, its greys would be stretched
    method = SpineFMMethod(empty_bundle(), SpineFMConfig(), stages=lambda watch: oracle)
    assert len(run_to_trace(method, faint).vertebrae) == found


@pytest.mark.parametrize(
    ("changes", "found"),
    [
        ({}, 7),
        ({"contrast_range": "film", "minimum_contrast": 0.007}, 3),
        ({"contrast_range": "film", "minimum_contrast": 0.0}, 7),
    ],
)
def test_a_veiled_spine_beside_a_white_letter_is_visible_in_its_own_greys(changes, found):
    oracle = Oracle(straight(7), [0.9, 0.9, 0.9, 0, 0, 0, 0], vague=range(7))
    pixels = 0.5 + 0.01 * oracle.column.film.pixels
    pixels[:, :20] = 0.0
    pixels[:20, :20] = 1.0
    veiled = Radiograph.from_array(pixels, name="veiled")
    method = SpineFMMethod(empty_bundle(), SpineFMConfig(**changes), stages=lambda watch: oracle)
    assert len(run_to_trace(method, veiled).vertebrae) == found


@pytest.mark.parametrize(
    ("s1", "vertebra", "expected"),
    [(0.48, 0.05, ["L2", "L3", "L4", "L5", "S1"]), (0.28, 0.6, ["V1", "V2", "V3", "V4", "V5"])],
)
def test_where_no_end_is_sure_a_likely_outermost_one_names_the_spine(s1, vertebra, expected):
    lumbar = ViewAnswer({"lumbar": 0.99, "frontal": 0.01}, 0, 1.0, "left", 1.0, 1.0)
    oracle = Oracle(straight(5, top="vertebra", bottom="S1"), kind=lumbar)
    sure = oracle.classify
    unsure = Probabilities(1 - s1 - vertebra, vertebra, s1, 0.0)
    oracle.classify = lambda film, boxes: [unsure if seen.s1 > 0.5 else seen for seen in sure(film, boxes)]
    trace = run(oracle, SpineFMConfig(naming_limit=0.75))
    (named,) = trace.of(Named)
    assert names(trace) == expected
    assert (named.anchor is None) is (expected[0] == "V1")


def test_the_greys_of_a_spine_are_measured_once_per_spine(monkeypatch):
    measured = []

    def counted(film, bodies, config):
        measured.append(bodies)
        return grey_range(film, bodies, config)

    monkeypatch.setattr(induction, "grey_range", counted)
    trace = run(Oracle(straight(7)))
    assert len(trace.vertebrae) == 7
    assert len(measured) == len(set(measured)) and all(len(bodies) >= 3 for bodies in measured)


def test_starting_points_have_no_contrast_and_their_greys_are_not_measured():
    segmented = list(run(Oracle(straight(5))).of(Segmented))
    seeds = [event for event in segmented if event.direction == "seed"]
    steps = [event for event in segmented if event.direction != "seed"]
    assert all(event.contrast is None and event.grey_range == 1.0 and event.contrast_limit is None for event in seeds)
    assert steps and all(event.contrast is not None and event.contrast_limit is not None for event in steps)


def test_two_starting_points_on_one_body_end_the_direction_by_the_papers_rules():
    column = straight(6, top="vertebra")
    again = Candidate(0.985, column.masks[2].box, column.masks[2], column.centroids[2])
    oracle = Oracle(column, [0, 0.99, 0.98, 0.7, 0, 0], extra=[again])
    trace = run(oracle, SpineFMConfig().changed({**SpineFMConfig.PUBLISHED, "check_starts": False}))
    stop = stops(trace.events)["down"]
    assert (stop.reason, stop.value) == ("revisited", 0.0)
    assert stop_reason(stop).startswith("revisited: 0 < 1 px")
