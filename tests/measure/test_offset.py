"""The vertical axis of the neck, and what the pelvis would need."""

from __future__ import annotations

import numpy as np
import pytest

from tests.measure.spines import lumbar, measured, neck, value


def test_the_axis_is_the_horizontal_distance_to_the_posterior_corner_of_c7() -> None:
    bodies = neck()
    centre = np.array(bodies[0].points)[:4, 0].mean()
    corner = bodies[5].points[1].x
    assert value(bodies, "sva_c2_c7", "C2", "C7", spacing=0.4) == pytest.approx(0.4 * (corner - centre))


def test_it_needs_a_scale_a_facing_and_an_upright_film() -> None:
    key = ("sva_c2_c7", ("C2", "C7"))
    assert "millimetres per pixel" in measured(neck(), spacing=None)[key].reason
    assert "set it" in measured(neck(), facing=None)[key].reason
    assert measured(neck(), not_upright="the film is rotated by 180°")[key].reason.endswith("180°")


def test_its_reference_names_the_limit() -> None:
    reference = measured(neck())["sva_c2_c7", ("C2", "C7")].reference
    assert reference is not None and "40 mm" in reference.text and "Neurosurgery" in reference.source


def test_pelvic_measures_are_never_guessed() -> None:
    known = measured(lumbar())
    for key in ("pelvic_incidence", "pelvic_tilt", "incidence_lordosis"):
        assert known[key, ("S1",)].value is None and "femoral heads" in known[key, ("S1",)].reason
    assert not [key for key, _ in measured(neck()) if key.startswith("pelvic")]
