"""The sliders of the page are settings of the methods, with their defaults and within their ranges."""

from dataclasses import replace

import pytest

from spinefm.methods import METHODS, TITLES
from spinefm.methods.base.limits import Limit
from spinefm.methods.registry import method_spec
from spinefm.trace.model import FilmRecord, Trace
from spinefm.ui.server.limits import LIMITS, changed, label_of, linked, made

PLACES = [(method, limit) for method, limits in LIMITS.items() for limit in limits]
NAMES = [(method, limit.name) for method, limit in PLACES]
DEFAULTS = [limit.default for _, limit in PLACES]


def moved(method: str, name: str, value: float) -> list[float]:
    """The page's values with one slider moved."""
    return [value if place == (method, name) else default for place, default in zip(NAMES, DEFAULTS, strict=True)]


@pytest.mark.parametrize(("method", "limit"), PLACES, ids=lambda part: getattr(part, "name", part))
def test_every_place_of_a_slider_is_a_value_that_the_method_takes(method: str, limit: Limit) -> None:
    config = method_spec(method).config()
    for value in (limit.low, limit.default, limit.high):
        assert getattr(config.changed({limit.name: value}), limit.name) == value
    assert limit.default == getattr(config, limit.name)
    assert limit.low < limit.default < limit.high


def test_every_method_has_sliders() -> None:
    assert set(LIMITS) == set(METHODS) and all(LIMITS.values())


def test_a_setting_is_called_by_its_sliders_label_and_one_without_by_its_own_name() -> None:
    labels = [label_of("spinefm", limit.name) for limit in LIMITS["spinefm"]]
    assert labels == ["Detector", "Overlap", "Patch side", "Background", "Final mask"]
    assert label_of("spineps", "map_limit") == "Map"
    assert label_of("spinefm", "view_limit") == "view limit"


@pytest.mark.parametrize("method", METHODS)
def test_sliders_at_their_defaults_change_nothing(method: str) -> None:
    assert changed(method, DEFAULTS) == {}
    assert changed(method, [value + 1e-12 for value in DEFAULTS]) == {}


@pytest.mark.parametrize("value", [0.62, 0.601, 0.3])
def test_a_value_counts_however_close_to_the_default_it_is(value: float) -> None:
    assert changed("spinefm", moved("spinefm", "final_limit", value)) == {"final_limit": value}


@pytest.mark.parametrize("method", METHODS)
def test_a_slider_is_its_own_methods(method: str) -> None:
    values = moved(method, LIMITS[method][0].name, 0.42)
    assert {one for one in METHODS if changed(one, values)} == {method}


@pytest.mark.parametrize(("method", "name"), [("spinefm", "overlap_limit"), ("vertxnet", "overlap_limit")])
def test_a_link_sets_the_limits_it_names_and_no_others(method: str, name: str) -> None:
    assert linked(method, f"{name}:0.2,unknown:3") == (method, moved(method, name, 0.2))


@pytest.mark.parametrize("limits", ["", "overlap_limit:9", "overlap_limit:nan", "overlap_limit:much", ",:,", "eta:0.3"])
def test_a_link_without_a_valid_change_asks_for_no_run(limits: str) -> None:
    assert linked("", limits) is None
    assert linked("no such method", limits) is None


def test_a_link_to_another_method_asks_for_it() -> None:
    other = next(name for name in TITLES.values() if name != "spinefm")
    assert linked(other, "") == (other, DEFAULTS)


def test_how_a_run_was_made_leads_back_to_it() -> None:
    settings = {"overlap_limit": 0.2, "final_limit": dict(zip(NAMES, DEFAULTS, strict=True))["spinefm", "final_limit"]}
    run = Trace(FilmRecord("neck.png", (10, 10)), "spinefm", settings, ())
    assert made(run) == {"method": "spinefm", "limits": {"overlap_limit": 0.2}}
    assert made(replace(run, method="vertxnet")) == {"method": "vertxnet", "limits": {"overlap_limit": 0.2}}
    assert made(replace(run, method="other")) == {"method": "other", "limits": {}}
