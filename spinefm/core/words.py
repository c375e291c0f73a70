"""Words for sentences."""

from __future__ import annotations

from collections.abc import Sequence


def listed(names: Sequence[str]) -> str:
    """Names as a sentence lists them; "" for none.

    >>> listed(["L1"]), listed(["L1", "L2"]), listed(["L1", "L2", "S1"])
    ('L1', 'L1 and L2', 'L1, L2 and S1')
    """
    return " and ".join(filter(None, [", ".join(names[:-1]), *names[-1:]]))
