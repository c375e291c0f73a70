"""The sliders on the page: all within reach, and those of the chosen method."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, expect

from spinefm.methods import TITLES
from spinefm.ui.server.limits import LIMITS
from tests.ui.server.conftest import visit


@pytest.mark.parametrize("width", [1440, 768, 390, 320])
def test_every_limit_can_be_reached(context: BrowserContext, address: str, width: int) -> None:
    one = visit(context, width, 844)
    one.open(address, "finished")
    one.open_limits()
    for field in one.page.locator("#limits input").all():
        box = field.bounding_box()
        assert box is not None and box["x"] >= 0 and box["x"] + box["width"] <= width
    one.leave()


@pytest.mark.parametrize("title", TITLES)
def test_the_limits_are_those_of_the_chosen_method(context: BrowserContext, address: str, title: str) -> None:
    one = visit(context)
    one.open(address, "finished")
    one.page.locator("#method input").click()
    one.page.get_by_role("option", name=title, exact=True).click()
    one.open_limits()
    for method, limits in LIMITS.items():
        sliders = one.page.locator(f"#limits-{method} input[type=range]")
        expect(sliders.filter(visible=True)).to_have_count(len(limits) if method == TITLES[title] else 0)
    one.leave()
