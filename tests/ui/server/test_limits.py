"""The sliders of the page are settings of SpineFM, with its defaults and within its ranges."""

from dataclasses import replace

import pytest

from spinefm.methods import TITLES
from spinefm.methods.spinefm.config import SpineFMConfig
from spinefm.trace.model import FilmRecord, Trace
from spinefm.ui.server.limits import LIMITS, changed, label_of, linked, made

DEFAULTS = [limit.default for limit in LIMITS]
FINAL = [limit.name for limit in LIMITS].index("final_limit")


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.name)
def test_every_place_of_a_slider_is_a_value_that_the_method_takes(limit) -> None:
    for value in (limit.low, limit.default, limit.high):
        assert getattr(SpineFMConfig().changed({limit.name: value}), limit.name) == value
    assert limit.default == getattr(SpineFMConfig(), limit.name)


def test_a_setting_is_called_by_its_sliders_label_and_one_without_by_its_own_name() -> None:
    assert [label_of(limit.name) for limit in LIMITS] == [
        "Detector",
        "Overlap",
        "Patch side",
        "Background",
        "Final mask",
    ]
    assert label_of("view_limit") == "view limit"


def test_sliders_at_their_defaults_change_nothing() -> None:
    assert changed(DEFAULTS) == {}
    assert changed([value + 1e-12 for value in DEFAULTS]) == {}


@pytest.mark.parametrize("value", [0.62, 0.601, 0.3])
def test_a_value_counts_however_close_to_the_default_it_is(value: float) -> None:
    assert changed([value, *DEFAULTS[1:]]) == {"score_limit": value}


def test_a_link_sets_the_limits_it_names_and_no_others() -> None:
    wanted = linked("spinefm", "overlap_limit:0.2,unknown:3")
    assert wanted is not None
    method, values = wanted
    names = [limit.name for limit in LIMITS]
    assert method == "spinefm" and values is not None
    assert dict(zip(names, values, strict=True)) == {**dict(zip(names, DEFAULTS, strict=True)), "overlap_limit": 0.2}


@pytest.mark.parametrize("limits", ["", "overlap_limit:9", "overlap_limit:nan", "overlap_limit:much", ",:,"])
def test_a_link_without_a_valid_change_asks_for_no_run(limits: str) -> None:
    assert linked("", limits) is None
    assert linked("no such method", limits) is None


def test_a_link_to_another_method_asks_for_it() -> None:
    other = next(name for name in TITLES.values() if name != "spinefm")
    assert linked(other, "") == (other, DEFAULTS)


def test_how_a_run_was_made_leads_back_to_it() -> None:
    settings = {"overlap_limit": 0.2, "final_limit": DEFAULTS[FINAL]}
    run = Trace(FilmRecord("neck.png", (10, 10)), "spinefm", settings, ())
    assert made(run) == {"method": "spinefm", "limits": {"overlap_limit": 0.2}}
    assert made(replace(run, method="other")) == {"method": "other", "limits": {}}
