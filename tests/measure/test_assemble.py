"""From a trace to measures: values, reasons, facing, scale and uncertainty."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from spinefm.core.geometry import Point
from spinefm.core.levels import Level
from spinefm.core.masks import Mask
from spinefm.imaging.radiograph import Radiograph
from spinefm.measure import Facing, FacingGuess, Measure, MeasureConfig, Measures, measure, measure_landmarks
from spinefm.methods.base.events import Viewed
from spinefm.trace.model import Named, Trace
from tests.measure.golden import upside_down
from tests.measure.outlines import SIZE, lumbar_quads, lumbar_trace, mask_of, quadrangle, trace_of, vertebra
from tests.measure.spines import body, lumbar, measured, number

CUT_OFF = "it reaches the film's border"


def viewed(trace: Trace, facing: str, probability: float, turn: int = 0, sure: float = 0.99) -> Trace:
    """The trace with what the view network said."""
    shares = {"lumbar": 1.0}
    seen = Viewed("lumbar", shares, 1.0, 0.5, turn, sure, 0.9, facing, probability, 1.0, 3.0, False)
    return replace(trace, events=(seen, *trace.events))


def test_a_whole_lumbar_spine() -> None:
    measures = measure(lumbar_trace())
    assert measures.facing.side == "left" and measures.not_upright == ""
    known = {one.key: one for one in measures if one.group == "alignment" and one.key != "segmental_angle"}
    assert known["lordosis_l1_s1"].value == pytest.approx(48, abs=4)
    assert known["sacral_slope"].value == pytest.approx(34, abs=4)
    assert known["thoracolumbar_t11_l2"].reason == "T11 was not found on the film"
    for one in measures.measured:
        assert one.uncertainty is not None and one.uncertainty > 0
        assert one.confidence is not None and 0.8 < one.confidence <= 0.99
        assert one.reason == "" and one.lines
    for one in measures:
        assert (one.value is None) == bool(one.reason)


def test_the_facing_is_the_given_one_then_the_networks() -> None:
    trace = lumbar_trace(named=False)
    assert measure(trace).facing.side is None  # nothing says
    assert measure(viewed(trace, "right", 0.98)).facing.side == "right"
    given = measure(viewed(trace, "right", 0.98), facing="left").facing
    assert given == FacingGuess("left", 1.0, "given")


def test_millimetres_come_from_the_given_scale_then_from_the_trace() -> None:
    own, given, none = (
        measure(lumbar_trace(spacing=spacing), spacing=asked)
        for spacing, asked in ((0.5, None), (0.5, 0.25), (None, None))
    )
    assert number(own.of("width", "L3")[0]) == pytest.approx(2 * number(given.of("width", "L3")[0]))
    assert (own.spacing_mm, given.spacing_mm, given.spacing_source) == (0.5, 0.25, "given")
    assert {one.unit for one in none.measured} == {"°", "%", "ratio"}
    assert "millimetres per pixel" in none.of("width", "L3")[0].reason


def test_what_is_cut_too_small_or_misshapen_is_not_measured() -> None:
    quads = lumbar_quads()
    masks = [mask_of(quad) for quad in quads]
    masks[0] = mask_of(quads[0] - [0, 70])  # over the film's upper border
    turns = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    masks[2] = Mask.from_polygon(quads[2].mean(axis=0) + np.stack([36 * np.cos(turns), 30 * np.sin(turns)], 1), SIZE)
    masks[3] = mask_of(quadrangle((226, 348), 120, 56, 0))
    levels = (Level.L1, Level.L2, Level.L3, Level.L4, Level.L5, Level.S1)
    vertebrae = [vertebra(at, level, mask) for at, (level, mask) in enumerate(zip(levels, masks, strict=True))]
    faults = {one.name: one.superior for one in measure(trace_of(vertebrae)).landmarks}
    assert faults["L1"] == "it reaches the film's border"
    assert faults["L3"] == "its outline is not a quadrilateral"
    assert faults["L4"] == "its width does not fit its neighbours'"
    assert faults["L2"] == faults["L5"] == faults["S1"] == ""


@pytest.mark.parametrize(("shift", "fault"), [((0, 0), ""), ((0, 90), ""), ((-210, 0), CUT_OFF), ((180, 0), CUT_OFF)])
def test_the_sacrum_may_be_cut_by_the_lower_border_alone(shift: tuple[int, int], fault: str) -> None:
    quads = lumbar_quads()
    levels = (Level.L1, Level.L2, Level.L3, Level.L4, Level.L5, Level.S1)
    masks = [mask_of(quad) for quad in [*quads[:5], quads[5] + shift]]
    found = measure(
        trace_of([vertebra(at, level, mask) for at, (level, mask) in enumerate(zip(levels, masks, strict=True))])
    )
    assert found.landmarks[5].superior == fault
    assert (found.of("sacral_slope")[0].value is None) == bool(fault)


def test_bodies_narrower_than_a_dozen_pixels_are_not_measured() -> None:
    small = [mask_of(quadrangle((200, 100 + 12 * at), 10, 8, 0), 1) for at in range(3)]
    measures = measure(trace_of([vertebra(at, None, mask) for at, mask in enumerate(small)]), facing="left")
    assert measures.measured == () and all("narrower than 12 px" in one.superior for one in measures.landmarks)


def unnamed(share: float) -> Trace:
    """A lumbar spine whose run gave no names, with the probability of each body to be thoracic or lumbar."""
    trace = lumbar_trace(named=False)
    numbers = tuple(one.number for one in trace.vertebrae)
    named = Named(numbers, (None,) * len(numbers), None, trunk=(share,) * len(numbers))
    return replace(trace, events=(named, *trace.events))


def test_unnamed_bodies_that_are_surely_thoracic_or_lumbar_are_graded() -> None:
    sure = measure(unnamed(0.99), "left").of("height_loss")
    assert len(sure) > 3 and all(one.grade for one in sure if not one.reason) and any(one.grade for one in sure)
    assert all("level is not known" in one.reason for one in measure(unnamed(0.97), "left").of("height_loss"))
    assert not any(one.in_trunk for one in measure(lumbar_trace()).landmarks), "a level says it already"


def test_a_doubtful_vertebra_is_less_certain() -> None:
    trace = lumbar_trace()
    doubtful = [replace(one, probability=0.5) for one in trace.vertebrae]
    sure, unsure = measure(trace), measure(trace_of(doubtful))
    assert unsure.landmarks[2].spread > 1.2 * sure.landmarks[2].spread
    assert all(one.confidence == 0.5 for one in unsure.measured)


def test_the_more_doubtful_a_body_the_wider_what_rests_on_it() -> None:
    def width(probability: float) -> float:
        trace = trace_of([replace(one, probability=probability) for one in lumbar_trace().vertebrae])
        return next(one.uncertainty or 0.0 for one in measure(trace).of("anterior_ratio", "L3"))

    widths = [width(probability) for probability in (0.999, 0.99, 0.9)]
    assert widths == sorted(widths) and widths[2] > 1.5 * widths[0] > 0


def test_one_factor_widens_every_uncertainty_and_moves_no_value() -> None:
    trace = lumbar_trace()
    plain, wide = (measure(trace, config=MeasureConfig(spread_factor=factor)) for factor in (1.0, 1.5))
    both = [(a, b) for a, b in zip(plain, wide, strict=True) if a.uncertainty and b.uncertainty]
    assert len(both) > 20 and all(a.value == b.value for a, b in both)
    assert np.median([(b.uncertainty or 0) / (a.uncertainty or 1) for a, b in both]) == pytest.approx(1.5, abs=0.05)


@pytest.mark.parametrize(
    ("turn", "sure", "expected"),
    [
        (0, 1.0, ""),
        (1, 1.0, "the film is rotated by 90°"),
        (3, 0.8, "the film may be rotated by 270°"),
        (2, 0.8, ""),
    ],
)
def test_a_film_that_lies_has_no_horizontal(turn: int, sure: float, expected: str) -> None:
    measures = measure(viewed(lumbar_trace(), "left", 0.99, turn, sure))
    assert measures.not_upright == expected
    assert (measures.of("sacral_slope")[0].value is None) == bool(expected)


@pytest.mark.parametrize("facing", [None, "left", "right"])
def test_a_film_that_lies_has_no_direction(facing: Facing | None) -> None:
    """Upper and lower would change places, and with them the sign of a slip and the body that slipped."""
    measures = measure(viewed(lumbar_trace(), "left", 0.99, 2), facing)
    why = "the film is rotated by 180°"
    assert measures.facing.side == facing and (facing or measures.facing.source == why)
    directed = ("slip", "height_loss", "anterior_height", "anterior_ratio", "neighbour_ratio", "lordosis_l1_l5")
    assert {one.reason for key in directed for one in measures.of(key)} == {why}
    upright = measure(lumbar_trace(), "left")
    for key in ("width", "middle_height", "disc_height_middle", "disc_height_index"):
        both = zip(measures.of(key), upright.of(key), strict=True)
        assert all(one.value == pytest.approx(known.value, rel=0.1) for one, known in both), key
    angle = measures.of("segmental_angle", "L1", "L2")[0]
    assert angle.value == pytest.approx(abs(number(upright.of("segmental_angle", "L1", "L2")[0])), abs=1)
    assert angle.method.endswith(f"without sign: {why}") and measures.of("segmental_angle", "L5", "S1")[0].reason == why


def test_the_film_upside_down_has_the_measures_without_direction_of_the_upright_one() -> None:
    upright = measured(lumbar(slip=9.0))
    turned = measured(upside_down(lumbar(slip=9.0)), "right", rotated="the film is rotated by 180°")
    found = {(key, levels): one for (key, levels), one in turned.items() if one.value is not None}
    places = {one.name: other.name for one, other in zip(upside_down(lumbar()), lumbar()[::-1], strict=True)}
    compared = 0
    for (key, levels), one in found.items():
        known = upright.get((key, tuple(places[name] for name in reversed(levels))))
        if known is not None and "S1" not in known.levels:
            compared += 1
            assert abs(one.value or 0) == pytest.approx(abs(number(known))), key
    assert compared > 25 and not any(key == "slip" for key, _ in found)


def test_a_spine_that_leans_too_far_has_no_horizontal() -> None:
    trace = lumbar_trace([quad @ np.array([[0.7, 0.7], [-0.7, 0.7]]) * 0.7 + [380, 0] for quad in lumbar_quads()])
    assert measure(trace, facing="left").not_upright.startswith("the spine leans 38°")


def film(upper: int = 0, lower: int = SIZE[1]) -> Radiograph:
    """A film that is exposed between two rows and black elsewhere."""
    pixels = np.random.default_rng(0).uniform(0.2, 0.8, SIZE[::-1]).astype(np.float32)
    pixels[:upper], pixels[lower:] = 0, 0
    return Radiograph.from_array(pixels)


def test_outer_bodies_that_the_collimator_cuts_are_measured_on_their_inner_side_alone() -> None:
    trace = lumbar_trace()
    open_film, shut = (
        measure(trace, film=film()),
        measure(trace, film=film(upper=int(trace.vertebrae[0].mask.box.y0) + 20)),
    )
    assert open_film.landmarks[0].superior == ""
    assert shut.landmarks[0].superior == "it reaches the edge of the exposed field"
    assert shut.landmarks[0].inferior == "" and shut.of("slip", "L1", "L2")[0].value is not None
    assert shut.of("lordosis_l1_s1")[0].value is None


def test_an_empty_run_has_no_measures() -> None:
    measures = measure(trace_of([]), film=film())
    assert measures.landmarks == () and measures.measured == ()


def test_wrong_calls_say_what_to_give() -> None:
    trace = lumbar_trace()
    with pytest.raises(ValueError, match='give "left" or "right"'):
        measure(trace, facing="up")
    for spacing in (-1.0, 0.0, 0.009, 140.0, float("nan"), float("inf")):
        with pytest.raises(ValueError, match="A film has 0.01 to 5 mm per pixel, not .+: check the scale"):
            measure(trace, spacing=spacing)
    with pytest.raises(ValueError, match="give the film it is of"):
        measure(trace, film=Radiograph.from_array(np.eye(80, dtype=np.float32)))


def test_measures_are_the_same_every_time_and_do_not_depend_on_their_neighbours_draws() -> None:
    assert measure(lumbar_trace()) == measure(lumbar_trace())
    whole, part = measure(lumbar_trace(), "left"), measure(trace_of(lumbar_trace().vertebrae[:4]), "left")
    assert whole.of("anterior_ratio", "L2") == part.of("anterior_ratio", "L2")


def test_a_deletion_moves_no_other_uncertainty() -> None:
    for named in (True, False):
        bodies = lumbar_trace(named=named).vertebrae
        whole, part = (measure(trace_of(some), "left") for some in (bodies, bodies[1:]))
        before, after = (one.of("anterior_ratio") for one in (whole, part))
        assert [one.uncertainty for one in after[1:]] == [one.uncertainty for one in before[2:]]


def unsure(spread: float) -> Measure:
    """The height loss of a wedge of 21 %, whose landmarks have this spread in pixels."""
    bodies = [replace(one, spread=spread) for one in (body(Level.L1, heights=(23.7, 29, 30)),)]
    values = measure_landmarks(bodies, FacingGuess("left", 1.0, "given"), None, "", MeasureConfig())
    return next(one for one in values if one.key == "height_loss")


def test_uncertainty_grows_with_the_spread_until_there_is_no_value() -> None:
    known, close, wide, far = (unsure(spread) for spread in (0.0, 0.4, 1.5, 5.0))
    assert known.value == pytest.approx(21) and known.uncertainty == 0
    assert known.grade == "Genant 1 (mild), wedge"
    assert (
        close.uncertainty is not None and 0.5 < close.uncertainty < 10.5 and close.grade == "Genant 0 to 1, uncertain"
    )
    assert wide.value == known.value and "over the limit of ± 10.5" in wide.doubt and known.doubt == close.doubt == ""
    assert far.value is None and far.doubt == "" and "over the limit of ± 10.5" in far.reason


def test_measures_survive_json() -> None:
    measures = measure(lumbar_trace())
    text = measures.to_json()
    assert '"level":"L3"' in text and Measures.from_json(text) == measures
    for wrong in ("{}", "no json", '{"film": 3}'):
        with pytest.raises(ValueError, match="give what Measures.to_json wrote"):
            Measures.from_json(wrong)


def test_landmarks_are_read_by_name() -> None:
    one = lumbar()[2]
    assert one.at("superior_posterior") == one.points[1]
    with pytest.raises(ValueError, match="has no landmarks"):
        replace(one, points=(), superior="a speck").at("superior_middle")
    assert isinstance(one.at("inferior_middle"), Point)
