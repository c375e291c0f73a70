"""The spine before it is painted: sizes, order, curvature."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from spinefm.core.levels import Level
from spinefm.phantom.column import MEAN_SIZES, ColumnVertebra, build_column
from spinefm.phantom.outlines import body_outline
from spinefm.phantom.settings import ColumnSettings, Settings


def _mean(region: str) -> ColumnSettings:
    drawn = Settings.draw(0, np.random.default_rng(0), "cervical" if region == "cervical" else "lumbar").column
    slope, lordosis = (-18.0, 15.0) if region == "cervical" else (-40.0, 50.0)
    plain = {"size": 1.0, "depth": 1.0, "height": 1.0, "disc": 1.0, "bend": 0.0, "wobble": 0.0}
    none = dict.fromkeys(("degeneration", "fracture_rate", "obliquity", "divergence", "rotation", "youth"), 0.0)
    return replace(drawn, slope=slope, lordosis=lordosis, **plain, **none)


def _angle(column: tuple[ColumnVertebra, ...], level: Level) -> float:
    return float(np.rad2deg(next(v.angle for v in column if v.level is level)))


@pytest.mark.parametrize("region", ["cervical", "lumbar"])
def test_the_mean_spine_has_the_published_sizes(region: str) -> None:
    for vertebra in build_column(region, _mean(region), np.random.default_rng(1)):
        depth, height, _ = MEAN_SIZES[vertebra.level]
        assert vertebra.depth == pytest.approx(depth, rel=0.12)
        assert vertebra.height == pytest.approx(height, rel=0.14)


def test_lordosis_is_the_angle_between_its_ends() -> None:
    cervical = build_column("cervical", _mean("cervical"), np.random.default_rng(2))
    assert _angle(cervical, Level.C2) - _angle(cervical, Level.C7) == pytest.approx(15.0, abs=1e-6)
    lumbar = build_column("lumbar", _mean("lumbar"), np.random.default_rng(2))
    assert _angle(lumbar, Level.S1) == pytest.approx(-40.0, abs=1e-6)
    assert _angle(lumbar, Level.T12) - _angle(lumbar, Level.S1) == pytest.approx(50.0, abs=1e-6)


@pytest.mark.parametrize("region", ["cervical", "lumbar"])
@pytest.mark.parametrize("seed", range(6))
def test_bodies_follow_from_top_to_bottom_without_touching(region: str, seed: int) -> None:
    rng = np.random.default_rng(seed)
    settings = Settings.draw(seed, rng, "cervical" if region == "cervical" else "lumbar").column
    column = build_column(region, settings, rng)
    assert [v.level for v in column] == sorted(v.level for v in column)
    for above, below in zip(column[:-1], column[1:], strict=True):
        down = np.array([-np.sin(above.angle), np.cos(above.angle)])
        step = (below.centre - above.centre) @ down
        assert step > 0.4 * (above.height + below.height)


@pytest.mark.parametrize("level", [Level.C2, Level.C5, Level.T10, Level.L3, Level.S1])
def test_an_outline_is_as_large_as_its_body(level: Level) -> None:
    depth, height, disc = MEAN_SIZES[level]
    vertebra = ColumnVertebra(level, np.zeros(2), 0.0, depth, height, disc, 0.0, 0.0, 0.0)
    outline = body_outline(vertebra, np.random.default_rng(0))
    extent = outline.polygon.max(0) - outline.polygon.min(0)
    tall = height + (15.5 if level is Level.C2 else 0.0)  # the dens stands on the body of C2
    assert 0.85 * depth < extent[0] < 1.25 * depth
    assert 0.8 * tall < extent[1] < 1.25 * tall


def test_a_wedge_loses_height_in_front() -> None:
    depth, height, disc = MEAN_SIZES[Level.L1]
    whole = ColumnVertebra(Level.L1, np.zeros(2), 0.0, depth, height, disc, 0.0, 0.0, 0.0)
    wedge = replace(whole, crush=(0.3, 0.15, 0.0))

    def front(vertebra: ColumnVertebra) -> float:
        corners = body_outline(vertebra, np.random.default_rng(5)).corners
        return float(corners[3, 1] - corners[0, 1])

    assert front(wedge) < 0.8 * front(whole)


def test_a_childs_neck_has_flat_wedges_with_more_disc_between_them() -> None:
    grown = build_column("cervical", _mean("cervical"), np.random.default_rng(3))
    young = build_column("cervical", replace(_mean("cervical"), youth=1.0), np.random.default_rng(3))

    def fall(vertebra: ColumnVertebra) -> float:
        upper = vertebra.place(np.eye(2))  # only for its axes
        along = body_outline(vertebra, np.random.default_rng(5)).corners @ (upper[1] - vertebra.centre)
        return float((along[0] - along[1]) / vertebra.height)

    for child, adult in zip(young[1:6], grown[1:6], strict=True):
        assert child.height == pytest.approx(0.75 * adult.height)
        assert child.disc > 1.3 * adult.disc
        assert fall(child) > fall(adult) + 0.08


def test_place_and_units_agree() -> None:
    vertebra = ColumnVertebra(Level.L2, np.array([3.0, 4.0]), 0.3, 30.0, 20.0, 8.0, 0.0, 0.0, 0.0)
    assert np.allclose(vertebra.units(np.array([[0.5, -0.5]])), vertebra.place(np.array([[15.0, -10.0]])))
    assert np.allclose(vertebra.place(np.zeros((1, 2))), [[3.0, 4.0]])
