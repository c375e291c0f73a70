"""The posterior over namings: known spines get their names, doubtful ones two readings, broken rows none."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from spinefm.core.levels import Level
from spinefm.methods.spinefm import SpineFMConfig
from spinefm.methods.spinefm.anatomy import anatomy, orders
from spinefm.methods.spinefm.chain import Chain, chain_of
from spinefm.methods.spinefm.namings import Naming, in_trunk, namings

CONFIG = SpineFMConfig()
VERTEBRA, C2, S1 = (0.97, 0.01, 0.01), (0.01, 0.97, 0.01), (0.01, 0.01, 0.97)
Class = tuple[float, float, float]


def spine(names: str, view: str | None = None, variant: str = "usual", unit: float = 30.0) -> Chain:
    """The bodies of a stretch such as "T11 S1" as the anatomy has them; `unit` px are T12's size."""
    order = next(order for order in orders(CONFIG.rare_end) if order.variant == variant)
    first, last = (order.levels.index(Level[name]) for name in names.split())
    places = range(first, last + 1)
    sizes = [unit * float(np.exp(order.size[place])) for place in places]
    gaps = [float(np.exp(order.gap[place])) for place in places[:-1]]
    distances = [gap * (a + b) / 2 for gap, a, b in zip(gaps, sizes, sizes[1:], strict=False)]
    kinds = {Level.C2: C2, Level.S1: S1}
    classes = [kinds.get(order.levels[place] or Level.T12, VERTEBRA) for place in places]
    return chain_of(classes, sizes, distances, {view: 0.98, "frontal": 0.02} if view else None)


def first_and_last(naming: Naming) -> list[str]:
    return [level.name if level else "-" for level in (naming.levels[0], naming.levels[-1])]


@pytest.mark.parametrize(
    ("names", "view"),
    [("C2 C7", "cervical"), ("C2 T4", "cervical"), ("T10 S1", "lumbar"), ("L2 S1", "lumbar"), ("C2 S1", "whole")],
)
@pytest.mark.parametrize("unit", [12.0, 90.0])
def test_a_spine_with_an_end_gets_its_names_at_any_scale(names: str, view: str, unit: float) -> None:
    best = namings(spine(names, view, unit=unit), CONFIG)[0]
    assert first_and_last(best) == names.split() and best.probability > CONFIG.naming_limit


def test_the_probabilities_add_up_to_one_and_come_in_order() -> None:
    ranked = namings(spine("T11 S1", "lumbar"), CONFIG)
    shares = [naming.probability for naming in ranked]
    assert sum(shares) == pytest.approx(1, abs=1e-4) and shares == sorted(shares, reverse=True)
    assert len({naming.levels for naming in ranked}) == len(ranked)


@pytest.mark.parametrize(("variant", "last"), [("six lumbar", Level.L6), ("four lumbar", Level.L4)])
def test_both_ends_in_view_tell_how_many_vertebrae_there_are(variant: str, last: Level) -> None:
    best = namings(spine("C2 S1", "whole", variant), CONFIG)
    assert best[0].variant in (variant, "thirteen thoracic") and best[0].probability > 0.5
    assert last in [naming.levels[-2] for naming in best[:2]]


def test_from_s1_alone_the_second_reading_is_one_level_off() -> None:
    best, second = namings(spine("L1 S1", "lumbar"), CONFIG)[:2]
    assert first_and_last(best) == ["L1", "S1"] and best.variant == "usual"
    assert second.variant in ("six lumbar", "four lumbar") and first_and_last(second)[0] in ("L2", "T12")


def test_the_more_often_a_variant_comes_the_likelier_its_reading() -> None:
    def share(six: float) -> float:
        ranked = namings(spine("L1 S1", "lumbar"), CONFIG.changed({"six_lumbar": six}))
        return sum(naming.probability for naming in ranked if naming.variant == "six lumbar")

    assert share(0.0001) < share(0.03) < share(0.3)


def test_a_body_that_was_not_found_leaves_its_name_free() -> None:
    whole = spine("C2 T3", "cervical")
    left = np.delete(np.arange(whole.count), 4)
    distances = [whole.distances[3] + whole.distances[4] if a == 3 else whole.distances[a] for a in left[:-1]]
    classes = list(zip(whole.vertebra[left], whole.c2[left], whole.s1[left], strict=True))
    best = namings(chain_of(classes, list(whole.sizes[left]), distances, whole.views), CONFIG)[0]
    assert best.missing is Level.C6 and first_and_last(best) == ["C2", "T3"]


@pytest.mark.parametrize("stretch", [1.5, 2.0, 2.5])
def test_names_that_two_orders_lead_to_are_one_naming(stretch: float) -> None:
    """A wide gap above S1 may be one in which a sixth lumbar vertebra was missed: the names given are the same."""
    whole = spine("C2 S1", "whole")
    wide = replace(whole, distances=np.array([*whole.distances[:-1], stretch * whole.distances[-1]]))
    ranked = namings(wide, CONFIG)
    assert [naming.levels for naming in ranked].count(ranked[0].levels) == 1
    assert first_and_last(ranked[0]) == ["C2", "S1"] and len(set(ranked[0].levels)) == 24


def test_a_false_c2_on_a_chest_film_is_outweighed() -> None:
    chest = spine("T1 T12", "thoracic")
    burnt = replace(chest, vertebra=np.array([0.25, *chest.vertebra[1:]]), c2=np.array([0.7, *chest.c2[1:]]))
    best = namings(burnt, CONFIG)[0]
    assert Level.C2 not in best.levels


@pytest.mark.parametrize(
    ("names", "view", "outside"),
    [("T4 L2", "thoracic", 0), ("T12 L4", "lumbar", 0), ("C3 C7", "cervical", 5), ("L1 S1", "lumbar", 1)],
)
def test_what_is_thoracic_or_lumbar_is_known_without_a_name(names: str, view: str, outside: int) -> None:
    shares = in_trunk(namings(spine(names, view), CONFIG))
    trunk, others = shares[: len(shares) - outside], shares[len(shares) - outside :]
    assert all(share > 0.95 for share in trunk) and all(share < 0.7 for share in others)


def test_bodies_that_fit_no_naming_are_of_no_region() -> None:
    broken = chain_of([VERTEBRA] * 4 + [S1], [30.0, 8.0, 55.0, 12.0, 40.0], [20.0, 90.0, 25.0, 70.0], None)
    assert max(in_trunk(namings(broken, CONFIG))) < 0.1


def test_a_thirteenth_thoracic_vertebra_is_thoracic() -> None:
    thirteen = Naming((Level.T12, None, Level.L1), 0.9, "thirteen thoracic")
    assert in_trunk([thirteen, Naming((None,) * 3, 0.1)]) == (0.9, 0.9, 0.9)


def test_bodies_that_are_no_row_get_no_naming() -> None:
    sizes, distances = [30.0, 8.0, 55.0, 12.0, 40.0], [20.0, 90.0, 25.0, 70.0]
    best = namings(chain_of([VERTEBRA] * 4 + [S1], sizes, distances, None), CONFIG)[0]
    assert best.is_none and best.probability > 0.9


def test_the_anatomy_knows_every_level_and_its_ends_are_shares() -> None:
    known = anatomy()
    assert {level.name for level in Level if level is not Level.C1} == set(known.size)
    for order in orders(CONFIG.rare_end):
        assert np.exp(order.top).sum(axis=1) == pytest.approx(1) and len(order.gap) == len(order.levels) - 1
    assert known.size["C3"] < known.size["T6"] < known.size["L3"], "bodies grow downwards"
