"""Which phantoms are for what: the one place where ranges of seeds are kept apart."""

from __future__ import annotations

TRAIN_SEEDS = range(0, 1_000_000)
"""Seeds of phantoms to train and validate on."""

TEST_SEEDS = range(9_000_000, 10_000_000)
"""Seeds of phantoms that nothing is trained on. Those that have judged a rule are for tuning from then on."""

TUNING_SEEDS = (range(900_000, 1_000_000), range(9_000_000, 9_010_000))
"""Seeds on which rules and limits were chosen: validation seeds, and the test range of the releases before 2026-11-26.

Figures on them say how well the rules fit them; they are no test.
"""

RELEASE_SEEDS = range(9_100_000, 9_100_200)
"""The test range: 200 phantoms that are scored for a release and at no other time, set aside before anything was run on
them."""

MEASURE_SEEDS = range(9_300_000, 9_300_100)
"""The phantoms on which the accuracy of measures is stated: nothing is tuned on them; that is for 9301000 and up."""

FRACTURE_SEEDS = range(9_500_000, 9_500_200)
"""Phantoms with fractures on which the accuracy of grades is stated: nothing is tuned on them; that is for 9510000 and
up."""

GROUP_SEEDS = range(9_700_000, 9_720_000)
"""Phantoms of hard groups, a thousand seeds for each, set aside on 2026-11-27: nothing is tuned on them."""


def share_a_seed(first: range, second: range) -> bool:
    """Whether two ranges have a seed in common.

    >>> share_a_seed(range(0, 10), range(9, 20)), share_a_seed(range(0, 10), range(10, 20))
    (True, False)
    """
    return max(first.start, second.start) < min(first.stop, second.stop)
