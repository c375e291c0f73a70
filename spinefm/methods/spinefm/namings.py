"""A posterior over the namings of a chain of bodies, from all that speaks for or against each of them.

A naming is a stretch of one of the orders in which levels follow each other (`anatomy`: five lumbar vertebrae, four,
six, or thirteen thoracic ones), perhaps with one body of it missing from the chain. Its evidence is the sum of four
logarithms: how often spines have that order; how likely the classifier finds C2, S1 and vertebrae where the naming has
them; how likely bodies of these sizes and distances are; how often films of this view begin and end there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from spinefm.core.levels import Level, Region
from spinefm.methods.spinefm.anatomy import Order, Variant, anatomy, orders
from spinefm.methods.spinefm.chain import Chain, Floats, Names, log_gaps
from spinefm.methods.spinefm.config import SpineFMConfig
from spinefm.methods.spinefm.strays import Trimmed, is_stray, spines

ANY_SCALE = 10.0
"""Spread of the logarithm of a spine's own scale, pixels per millimetre and patient: nothing is known of it."""
NEGLIGIBLE = 15.0
"""A naming whose log evidence is so far below the best one's has no share that could be shown."""


Cause = tuple[Variant, Level | None]
"""What leads to a set of names: an order of the levels, and the level that the chain lacks between two others."""


@dataclass(frozen=True)
class Naming:
    """Names from the top with their probability; None where a body has no level, or no naming fits.

    variant, missing: the likeliest cause of these names.
    """

    levels: Names
    probability: float
    variant: Variant = "usual"
    missing: Level | None = None

    @property
    def is_none(self) -> bool:
        """Whether this says that no naming fits."""
        return all(level is None for level in self.levels)


@dataclass(frozen=True, eq=False)
class Stretches:
    """All stretches of one order: (C, N) places in it, and (C,) index after which a place is left out, or -1."""

    order: Order
    places: NDArray[np.int64]
    left_out: NDArray[np.int64]

    def names(self, index: int) -> tuple[Names, Level | None]:
        """The levels of one stretch, and the one left out."""
        places, after = self.places[index], self.left_out[index]
        missing = None if after < 0 else self.order.levels[places[after] + 1]
        return tuple(self.order.levels[place] for place in places), missing


def namings(chain: Chain, config: SpineFMConfig) -> tuple[Naming, ...]:
    """Every naming of the chain, the likeliest first; the probabilities add up to 1.

    One of them has no names: the bodies are no row of neighbours that these orders explain.
    """
    found = [weighed for spine in spines(chain, config) for weighed in _weighed(spine, config)]
    nothing = _evidence_of_none(chain, config)
    highest = max([nothing, *(float(evidence.max()) for *_, evidence in found)])
    weights: dict[Names, dict[Cause, float]] = defaultdict(lambda: defaultdict(float))
    weights[(None,) * chain.count]["usual", None] = float(np.exp(nothing - highest))
    for spine, one, evidence in found:
        for index in np.flatnonzero(evidence > highest - NEGLIGIBLE):
            levels, missing = one.names(int(index))
            weights[spine.padded(levels)][one.order.variant, missing] += float(np.exp(evidence[index] - highest))
    return _ranked(weights)


def _weighed(spine: Trimmed, config: SpineFMConfig) -> Iterator[tuple[Trimmed, Stretches, Floats]]:
    """The stretches of each order for the bodies of a spine, with their (C,) log evidence."""
    for one in _stretches(spine.chain.count, config):
        fits = spine.fits(one.places, len(one.order.levels))
        if fits.any():
            kept = Stretches(one.order, one.places[fits], one.left_out[fits])
            yield spine, kept, spine.evidence + _evidence(kept, spine.chain, config)


def _ranked(weights: Mapping[Names, Mapping[Cause, float]]) -> tuple[Naming, ...]:
    """One naming for each set of names: the same names by another order, or with a body missing, speak for it too."""
    total = sum(sum(own.values()) for own in weights.values())
    ranked = [
        Naming(levels, sum(own.values()) / total, *max(own, key=lambda cause: own[cause]))
        for levels, own in weights.items()
    ]
    return tuple(sorted(ranked, key=lambda naming: -naming.probability))


def in_trunk(ranked: Sequence[Naming]) -> tuple[float, ...]:
    """The probability of each body to be a thoracic or lumbar one; T13, which has no level, is one.

    A naming that fits none says nothing of it, so its share counts against.
    """
    fitting = [naming for naming in ranked if not naming.is_none]
    return tuple(
        round(sum(naming.probability for naming in fitting if _is_trunk(naming.levels, index)), 4)
        for index in range(len(ranked[0].levels))
    )


def _is_trunk(levels: Names, index: int) -> bool:
    """Whether a body is a thoracic or lumbar one: one without a level is T13, or lies beyond an end of the spine."""
    level = levels[index]
    if level is None:
        return not is_stray(levels, index)
    return level.region in (Region.THORACIC, Region.LUMBAR)


def _stretches(count: int, config: SpineFMConfig) -> Iterator[Stretches]:
    """The stretches of `count` bodies in each order, whole and with one body left out."""
    for order in orders(config.rare_end):
        steps = np.ones((count, count), np.int64)  # (gap left out, body); row 0: none is
        steps[np.arange(1, count), np.arange(1, count)] = 2
        within = np.concatenate([np.zeros((count, 1), np.int64), np.cumsum(steps[:, 1:], axis=1)], axis=1)  # (G, N)
        starts = np.arange(len(order.levels))[:, None, None]
        places = (starts + within).reshape(-1, count)  # (C, N)
        left_out = np.tile(np.arange(count) - 1, len(order.levels))
        fits = places[:, -1] < len(order.levels)
        if fits.any():
            yield Stretches(order, places[fits], left_out[fits])


def _evidence(one: Stretches, chain: Chain, config: SpineFMConfig) -> Floats:
    """(C,) log evidence of each stretch."""
    share = _shares(config)[one.order.variant]
    prior = np.log(share) + np.where(one.left_out >= 0, np.log(config.missing_share / max(chain.count - 1, 1)), 0.0)
    return np.asarray(
        prior
        + config.class_weight * _class_evidence(one, chain, config)
        + _size_evidence(one, chain, config)
        + config.view_weight * _view_evidence(one, chain)
    )


def _shares(config: SpineFMConfig) -> Mapping[Variant, float]:
    """How often spines have each order."""
    rare: dict[Variant, float] = {
        "six lumbar": config.six_lumbar,
        "four lumbar": config.four_lumbar,
        "thirteen thoracic": config.thirteen_thoracic,
    }
    return {"usual": 1 - sum(rare.values()), **rare}


def _class_evidence(one: Stretches, chain: Chain, config: SpineFMConfig) -> Floats:
    """(C,) log probability of the classes that the naming gives the bodies; no answer counts as impossible."""
    c2, s1, vertebra = (np.log(np.maximum(each, config.class_floor)) for each in (chain.c2, chain.s1, chain.vertebra))
    last = len(one.order.levels) - 1
    return np.asarray(np.where(one.places == 0, c2, np.where(one.places == last, s1, vertebra)).sum(axis=1))


def _size_evidence(one: Stretches, chain: Chain, config: SpineFMConfig) -> Floats:
    """(C,) log density of the bodies' sizes and distances."""
    sizes = np.log(chain.sizes) - one.order.size[one.places]
    own = one.order.gap[np.minimum(one.places[:, :-1], len(one.order.gap) - 1)]
    beyond = one.order.gap[np.minimum(one.places[:, :-1] + 1, len(one.order.gap) - 1)]
    skipped = np.arange(chain.count - 1) == one.left_out[:, None]
    gaps = log_gaps(chain) - np.where(skipped, np.logaddexp(own, beyond), own)
    return _density(sizes, gaps, _apart(chain, config), config)


def _density(sizes: Floats, gaps: Floats, apart: Floats, config: SpineFMConfig, looser: float = 1.0) -> Floats:
    """(C,) log density of deviations (C, N) and (C, N - 1): a spine's own scale, growth and disc height are free."""
    count = sizes.shape[1]
    along = np.arange(count) - (count - 1) / 2
    free = ANY_SCALE**2 * np.ones((count, count)) + config.growth_spread**2 * np.outer(along, along)
    of_sizes = np.diag((looser * config.size_spread) ** 2 + apart**2) + free
    outer = np.isin(np.arange(count - 1), (0, count - 2)) * config.end_gap_spread
    of_gaps = np.diag((looser * config.gap_spread) ** 2 + outer**2) + config.disc_spread**2
    return _gaussian(sizes, of_sizes) + (_gaussian(gaps, of_gaps) if count > 1 else 0.0)


def _apart(chain: Chain, config: SpineFMConfig) -> Floats:
    """(N,) by how much each body may differ from its level's size beyond the usual: fractured, cut off, or an end.

    A body of another size than its neighbours' says little of its level, and so do the outermost ones.
    """
    logs = np.log(chain.sizes)
    apart = np.full(chain.count, config.end_spread)
    apart[1:-1] = np.maximum(np.abs((logs[:-2] + logs[2:]) / 2 - logs[1:-1]) - config.usual_step, 0.0)
    return apart


def _gaussian(deviations: Floats, covariance: Floats) -> Floats:
    """(C,) log density of each row."""
    factor = np.linalg.cholesky(covariance)
    scaled = np.linalg.solve(factor, deviations.T)  # (N, C)
    constant = np.log(np.diag(factor)).sum() + 0.5 * len(covariance) * np.log(2 * np.pi)
    return np.asarray(-0.5 * (scaled**2).sum(axis=0) - constant)


def _view_evidence(one: Stretches, chain: Chain) -> Floats:
    """(C,) log probability that a film of this view shows this stretch; a film of unknown view may be any."""
    names = anatomy().views
    shares = np.array([1.0 if chain.views is None else chain.views.get(name, 0.0) for name in names]) + 1e-3
    by_view = np.log(shares / shares.sum())[:, None]
    by_view = by_view + one.order.top[:, one.places[:, 0]] + one.order.bottom[:, one.places[:, -1]]  # (views, C)
    return np.asarray(np.logaddexp.reduce(by_view, axis=0))


def _evidence_of_none(chain: Chain, config: SpineFMConfig) -> float:
    """Log evidence that no naming fits: any class, sizes and distances that scatter, and no end more likely."""
    classes = np.log(np.maximum(np.maximum(np.maximum(chain.vertebra, chain.c2), chain.s1), config.class_floor)).sum()
    level = -2 * np.log(len(orders(config.rare_end)[0].levels))
    mean = np.mean([order.gap.mean() for order in orders(config.rare_end)])
    sizes = np.log(chain.sizes)[None] - np.log(chain.sizes).mean()
    density = _density(sizes, (log_gaps(chain) - mean)[None], _apart(chain, config), config, config.none_looser)[0]
    return float(np.log(config.none_share) + config.class_weight * classes + density + config.view_weight * level)
