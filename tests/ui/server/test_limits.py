"""The sliders of the page are settings of SpineFM, with its defaults and within its ranges."""

import pytest

from spinefm.methods.spinefm.config import SpineFMConfig
from spinefm.ui.server.limits import LIMITS, changed

DEFAULTS = [limit.default for limit in LIMITS]
FINAL = [limit.name for limit in LIMITS].index("final_limit")


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.name)
def test_every_place_of_a_slider_is_a_value_that_the_method_takes(limit) -> None:
    for value in (limit.low, limit.default, limit.high):
        assert getattr(SpineFMConfig().changed({limit.name: value}), limit.name) == value
    assert limit.default == getattr(SpineFMConfig(), limit.name)


def test_sliders_at_their_defaults_change_nothing_of_either_preset() -> None:
    assert changed(DEFAULTS) == {} == changed(DEFAULTS, "tuned")
    assert changed(DEFAULTS, "published") == SpineFMConfig.PUBLISHED


def test_a_moved_slider_comes_before_the_preset() -> None:
    values = [*DEFAULTS]
    values[FINAL] = 0.7
    assert changed(values, "published") == {**SpineFMConfig.PUBLISHED, "final_limit": 0.7}
