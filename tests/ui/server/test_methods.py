"""The choice of a method on the page: what is asked of the model service, and by which name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from spinefm.core.geometry import Point
from spinefm.methods import METHODS, TITLES
from spinefm.trace.model import Setting
from spinefm.ui.server import limits
from spinefm.ui.server.examples import Choice
from spinefm.ui.server.running import Wishes, run_steps
from spinefm.ui.server.segment_tab import _wishes
from tests.ui.server.stand_in import StandIn, StandInService, write_film

DEFAULTS = [limit.default for own in limits.LIMITS.values() for limit in own]


class NotingService(StandInService):
    """A model service that notes which methods it was asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []

    def method(
        self,
        settings: Mapping[str, Setting],
        starts: Sequence[Point] | None,
        name: str = "spinefm",
        bundle: str | None = None,
    ) -> StandIn:
        """The stand-in, noted."""
        self.asked.append(name)
        return super().method(settings, starts, name, bundle)


def test_the_chosen_method_runs(tmp_path: Path) -> None:
    service, choice = NotingService(), Choice(write_film(tmp_path / "film.png"), "film.png")
    for name in METHODS:
        assert [shown.payload["status"] for shown in run_steps(service, choice, Wishes(method=name))][-1] == "finished"
    assert service.asked == list(METHODS) == list(TITLES.values())


def test_a_methods_own_sliders_count_and_starting_points_are_spinefms_alone() -> None:
    moved, starts = [value + 0.05 for value in DEFAULTS], (Point(1, 2),)
    for method in METHODS:
        wishes = _wishes(method, moved, starts)
        assert set(wishes.settings) == {limit.name for limit in limits.LIMITS[method]}
        assert wishes.used_points() == (starts if method == "spinefm" else ())
